//! Attention's steps in 512-bit registers; each gives the bits of its plain twin.

use std::arch::x86_64::*;

use super::super::layers::HEAD;
use super::super::numbers::LANES;
use super::super::wide::load;
use super::{LEAST, Largest, POWER, Pair, QUERIES, Rounded, Sides, WHOLE, part};

const _: () = assert!(HEAD == 2 * LANES);

/// Twin of [`plain::largest`](super::plain::largest).
///
/// # Safety
/// The processor must have AVX-512 F, BW, VL and DQ.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
#[inline]
pub(super) unsafe fn largest(sides: &[Sides], head: usize) -> Largest {
    let mut most = [[_mm512_setzero_ps(); 2]; 3];
    for row in sides {
        for (side, most) in most.iter_mut().enumerate() {
            for (most, x) in most.iter_mut().zip(halves(part(row, side, head))) {
                *most = _mm512_max_ps(_mm512_abs_ps(x), *most);
            }
        }
    }
    let over_all = |[low, high]: [__m512; 2]| _mm512_reduce_max_ps(_mm512_max_ps(low, high));
    let mut values = [0.0; HEAD];
    for (half, &most) in values.as_chunks_mut::<LANES>().0.iter_mut().zip(&most[2]) {
        super::super::wide::store(most, half);
    }
    Largest { queries: over_all(most[0]), keys: over_all(most[1]), values }
}

/// Twin of [`plain::rounded`](super::plain::rounded).
///
/// # Safety
/// As [`largest`].
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
#[inline]
pub(super) unsafe fn rounded(numbers: &[f32; HEAD], factor: f32) -> [i16; HEAD] {
    let factor = _mm512_set1_ps(factor);
    let mut rounded = [0; HEAD];
    for (half, x) in rounded.as_chunks_mut::<LANES>().0.iter_mut().zip(halves(numbers)) {
        let whole = _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(_mm512_mul_ps(x, factor)));
        // SAFETY: `half` holds the sixteen that are written.
        unsafe { _mm256_storeu_si256(half.as_mut_ptr().cast(), whole) };
    }
    rounded
}

/// Twin of [`plain::paired`](super::plain::paired).
///
/// # Safety
/// As [`largest`].
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
#[inline]
pub(super) unsafe fn paired(
    one: &[f32; HEAD],
    other: &[f32; HEAD],
    factors: &[f32; HEAD],
) -> [Pair; HEAD] {
    let mut pairs = [[0; 2]; HEAD];
    let (one, other, factors) = (halves(one), halves(other), halves(factors));
    for (at, into) in pairs.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let whole = |x| _mm512_cvtps_epi32(_mm512_mul_ps(x, factors[at]));
        // the low halves of the first, and above them those of the second
        let low = _mm512_and_si512(whole(one[at]), _mm512_set1_epi32(0xffff));
        let both = _mm512_or_si512(low, _mm512_slli_epi32::<16>(whole(other[at])));
        // SAFETY: `into` holds the sixteen pairs that are written.
        unsafe { _mm512_storeu_si512(into.as_mut_ptr().cast(), both) };
    }
    pairs
}

/// Twin of [`plain::share`](super::plain::share).
///
/// # Safety
/// As [`largest`].
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
pub(super) unsafe fn share(scores: &[i32], step: f32, shares: &mut [i16]) -> i32 {
    assert!(scores.len() == shares.len());
    let (whole, rest) = scores.as_chunks::<LANES>();
    let some: __mmask16 = (1 << rest.len()) - 1;
    let least = _mm512_set1_epi32(i32::MIN);
    // SAFETY: only the numbers of `rest` are read.
    let last = unsafe { _mm512_mask_loadu_epi32(least, some, rest.as_ptr()) };
    let mut most = last;
    for sixteen in whole {
        // SAFETY: exactly the sixteen numbers are read.
        most = _mm512_max_epi32(most, unsafe { _mm512_loadu_si512(sixteen.as_ptr().cast()) });
    }
    let most = _mm512_set1_epi32(_mm512_reduce_max_epi32(most));
    let step = _mm512_set1_ps(step);
    let share = |score| {
        let away = _mm512_cvtepi32_ps(_mm512_sub_epi32(score, most));
        let part = _mm512_mul_ps(power(_mm512_mul_ps(away, step)), _mm512_set1_ps(WHOLE));
        _mm512_cvtps_epi32(part)
    };
    let mut sum = _mm512_setzero_si512();
    let (into, into_rest) = shares.as_chunks_mut::<LANES>();
    for (sixteen, into) in whole.iter().zip(into) {
        // SAFETY: exactly the sixteen numbers are read and as many written.
        unsafe {
            let shares = share(_mm512_loadu_si512(sixteen.as_ptr().cast()));
            sum = _mm512_add_epi32(sum, shares);
            _mm256_storeu_si256(into.as_mut_ptr().cast(), _mm512_cvtepi32_epi16(shares));
        }
    }
    let shares = _mm512_maskz_mov_epi32(some, share(last));
    // SAFETY: only as many as `rest` has are written.
    unsafe {
        _mm256_mask_storeu_epi16(into_rest.as_mut_ptr(), some, _mm512_cvtepi32_epi16(shares));
    }
    _mm512_reduce_add_epi32(_mm512_add_epi32(sum, shares))
}

/// Twin of `plain::power`.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
#[inline]
fn power(x: __m512) -> __m512 {
    let number = |x: f32| _mm512_set1_ps(x);
    let x = _mm512_max_ps(x, number(LEAST));
    let whole = _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(x);
    let rest = _mm512_sub_ps(x, whole);
    let mut p = number(POWER[0]);
    for &next in &POWER[1..] {
        p = _mm512_add_ps(_mm512_mul_ps(p, rest), number(next));
    }
    _mm512_scalef_ps(_mm512_add_ps(_mm512_mul_ps(p, rest), number(1.0)), whole)
}

/// The products, once for processors that add pairs of them in one instruction and once for others.
macro_rules! products {
    ($score:ident, $mix:ident, $features:literal, $add_products:ident) => {
        /// Twin of [`plain::score`](super::plain::score).
        ///
        /// # Safety
        /// The processor must have the features that this is compiled for.
        #[target_feature(enable = $features)]
        pub(super) unsafe fn $score(
            queries: &[[i16; HEAD]; QUERIES],
            rounded: &Rounded,
            scores: &mut [i32],
        ) {
            let stride = rounded.stride;
            assert!(stride.is_multiple_of(2 * LANES) && rounded.keys.len() >= HEAD / 2 * stride);
            assert!(scores.len() >= QUERIES * stride);
            for start in (0..stride).step_by(2 * LANES) {
                let mut sums = [[_mm512_setzero_si512(); 2]; QUERIES];
                for number in 0..HEAD / 2 {
                    // SAFETY: the 32 pairs end at most at `(number + 1) × stride`, inside `keys`.
                    let keys = unsafe {
                        let at = rounded.keys.as_ptr().add(number * stride + start);
                        [_mm512_loadu_si512(at.cast()), _mm512_loadu_si512(at.add(LANES).cast())]
                    };
                    for (query, sums) in queries.iter().zip(&mut sums) {
                        let query = broadcast([query[2 * number], query[2 * number + 1]]);
                        sums[0] = $add_products(sums[0], query, keys[0]);
                        sums[1] = $add_products(sums[1], query, keys[1]);
                    }
                }
                for (query, sums) in sums.iter().enumerate() {
                    // SAFETY: the 32 numbers end at most at `(query + 1) × stride`, inside `scores`.
                    unsafe {
                        let at = scores.as_mut_ptr().add(query * stride + start);
                        _mm512_storeu_si512(at.cast(), sums[0]);
                        _mm512_storeu_si512(at.add(LANES).cast(), sums[1]);
                    }
                }
            }
        }

        /// Twin of [`plain::mix`](super::plain::mix).
        ///
        /// # Safety
        /// The processor must have the features that this is compiled for.
        #[target_feature(enable = $features)]
        pub(super) unsafe fn $mix(rounded: &Rounded, shares: &[i16]) -> [[i32; HEAD]; QUERIES] {
            let stride = rounded.stride;
            assert!(stride >= 2 * rounded.values.len() && shares.len() >= QUERIES * stride);
            let mut sums = [[_mm512_setzero_si512(); 2]; QUERIES];
            for (two, values) in rounded.values.iter().enumerate() {
                // SAFETY: there are HEAD pairs, which are two registers.
                let values = unsafe {
                    let at = values.as_ptr();
                    [_mm512_loadu_si512(at.cast()), _mm512_loadu_si512(at.add(LANES).cast())]
                };
                for (query, sums) in sums.iter_mut().enumerate() {
                    // SAFETY: `2 × two + 1 < stride`, so the pair is inside the query's row of `shares`.
                    let share = unsafe {
                        shares.as_ptr().add(query * stride + 2 * two).cast::<Pair>().read()
                    };
                    let share = broadcast(share);
                    sums[0] = $add_products(sums[0], share, values[0]);
                    sums[1] = $add_products(sums[1], share, values[1]);
                }
            }
            let mut mixed = [[0; HEAD]; QUERIES];
            for (mixed, sums) in mixed.iter_mut().zip(&sums) {
                for (half, &sum) in mixed.as_chunks_mut::<LANES>().0.iter_mut().zip(sums) {
                    // SAFETY: `half` holds the sixteen that are written.
                    unsafe { _mm512_storeu_si512(half.as_mut_ptr().cast(), sum) };
                }
            }
            mixed
        }
    };
}

products!(score, mix, "avx512f,avx512bw,avx512vl,avx512dq", add_products);
products!(
    score_vnni,
    mix_vnni,
    "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni",
    _mm512_dpwssd_epi32
);

/// `sum` and the two products of each pair.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
#[inline]
fn add_products(sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
    _mm512_add_epi32(sum, _mm512_madd_epi16(a, b))
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
#[inline]
fn halves(numbers: &[f32; HEAD]) -> [__m512; 2] {
    let (halves, _) = numbers.as_chunks::<LANES>();
    [load(&halves[0]), load(&halves[1])]
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
#[inline]
fn broadcast([low, high]: Pair) -> __m512i {
    _mm512_set1_epi32(i32::from(low as u16) | i32::from(high) << 16)
}
