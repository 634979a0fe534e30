//! The arithmetic of [`numbers`](super::numbers) and of rounding in 512-bit registers.
//!
//! Every function takes the same steps in the same order as its plain twin and gives the same bits;
//! the compiler makes slow code of the twins where sums and choices alternate.

use std::arch::x86_64::*;

use super::numbers::{LANES, NORMAL, joined};

/// One row → bytes, with its scale and its zero point.
///
/// # Safety
/// The processor must have AVX-512 F, BW, VL and DQ.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
pub(super) unsafe fn round(row: &[f32], bytes: &mut [u8]) -> (f32, f32) {
    let (row, rest) = row.as_chunks::<LANES>();
    let (bytes, _) = bytes.as_chunks_mut::<LANES>();
    assert!(rest.is_empty() && row.len() == bytes.len());
    let (mut low, mut high) = (_mm512_setzero_ps(), _mm512_setzero_ps());
    for sixteen in row {
        let x = load(sixteen);
        low = _mm512_min_ps(x, low);
        high = _mm512_max_ps(x, high);
    }
    let (low, high) = (_mm512_reduce_min_ps(low), _mm512_reduce_max_ps(high));
    let (scale, zero) = super::matrix::steps(low, high);
    let inverse = _mm512_set1_ps(1.0 / scale);
    let (none, most) = (_mm512_setzero_ps(), _mm512_set1_ps(255.0));
    for (sixteen, bytes) in row.iter().zip(bytes) {
        // rounds half to even, as adding and taking away 1.5 × 2^23 does
        let steps = _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(
            _mm512_mul_ps(load(sixteen), inverse),
        );
        let value = _mm512_add_ps(steps, _mm512_set1_ps(zero));
        let value = _mm512_min_ps(_mm512_max_ps(value, none), most);
        let packed = _mm512_cvtepi32_epi8(_mm512_cvttps_epi32(value));
        // SAFETY: `bytes` holds the sixteen that are written.
        unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), packed) };
    }
    (scale, zero)
}

/// Twin of [`numbers::gelu`](super::numbers::gelu).
///
/// # Safety
/// As [`round`].
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
pub(super) unsafe fn gelu(rows: &mut [f32]) {
    let (rows, rest) = rows.as_chunks_mut::<LANES>();
    assert!(rest.is_empty());
    let number = |x: f32| _mm512_set1_ps(x);
    for sixteen in rows {
        let x = load(sixteen);
        let z = _mm512_mul_ps(_mm512_abs_ps(x), number(std::f32::consts::FRAC_1_SQRT_2));
        let mut p = number(NORMAL[0]);
        for &next in &NORMAL[1..] {
            p = _mm512_add_ps(_mm512_mul_ps(p, z), number(next));
        }
        p = _mm512_mul_ps(p, p);
        p = _mm512_mul_ps(p, p);
        p = _mm512_mul_ps(p, p);
        let half = _mm512_div_ps(number(0.5), _mm512_mul_ps(p, p));
        let negative = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(x, _mm512_setzero_ps());
        let share = _mm512_mask_sub_ps(half, !negative, number(1.0), half);
        store(_mm512_mul_ps(x, share), sixteen);
    }
}

/// Twin of [`numbers::normalise`](super::numbers::normalise), after `added` is added.
///
/// # Safety
/// As [`round`].
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
pub(super) unsafe fn add_and_normalise(
    row: &mut [f32],
    added: &[f32],
    scale: &[f32],
    shift: &[f32],
) {
    let width = row.len();
    let (row, rest) = row.as_chunks_mut::<LANES>();
    assert!(rest.is_empty());
    let mut sums = _mm512_setzero_ps();
    for (x, added) in row.iter_mut().zip(added.as_chunks::<LANES>().0) {
        let sum = _mm512_add_ps(load(x), load(added));
        store(sum, x);
        sums = _mm512_add_ps(sums, sum);
    }
    let mut lanes = [0.0; LANES];
    store(sums, &mut lanes);
    let inverse_width = 1.0 / width as f32;
    let mean = _mm512_set1_ps(joined(&lanes) * inverse_width);
    let mut sums = _mm512_setzero_ps();
    for x in row.iter() {
        let away = _mm512_sub_ps(load(x), mean);
        sums = _mm512_add_ps(sums, _mm512_mul_ps(away, away));
    }
    store(sums, &mut lanes);
    let inverse = _mm512_set1_ps(super::numbers::inverse_deviation(&lanes, inverse_width));
    let (scale, shift) = (scale.as_chunks::<LANES>().0, shift.as_chunks::<LANES>().0);
    for ((x, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
        let even = _mm512_mul_ps(_mm512_sub_ps(load(x), mean), inverse);
        store(_mm512_add_ps(_mm512_mul_ps(even, load(scale)), load(shift)), x);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
#[inline]
pub(super) fn load(sixteen: &[f32; LANES]) -> __m512 {
    // SAFETY: exactly the sixteen numbers are read.
    unsafe { _mm512_loadu_ps(sixteen.as_ptr()) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
#[inline]
pub(super) fn store(x: __m512, sixteen: &mut [f32; LANES]) {
    // SAFETY: exactly the sixteen numbers are written.
    unsafe { _mm512_storeu_ps(sixteen.as_mut_ptr(), x) }
}

#[cfg(test)]
mod tests {
    use super::super::matrix::Kernel;
    use super::super::numbers;
    use super::*;

    /// Numbers from −6 to 6 in no order, with both zeros.
    fn numbers_of(count: usize) -> Vec<f32> {
        let spread = |at: usize| ((at * 7919 + 13) % 1201) as f32 / 100.0 - 6.0;
        (0..count).map(|at| if at % 97 == 5 { -0.0 } else { spread(at) }).collect()
    }

    fn bits(row: &[f32]) -> Vec<u32> {
        row.iter().map(|x| x.to_bits()).collect()
    }

    /// Whether this processor has the registers; elsewhere there is nothing to compare.
    fn runs_here() -> bool {
        Kernel::available().contains(&Kernel::Avx512)
    }

    #[test]
    fn gelu_gives_the_bits_of_its_twin() {
        if !runs_here() {
            return;
        }
        let (mut mine, mut plain) = (numbers_of(1536), numbers_of(1536));
        // SAFETY: the processor was asked.
        unsafe { gelu(&mut mine) };
        numbers::gelu(&mut plain);
        assert_eq!(bits(&mine), bits(&plain));
    }

    #[test]
    fn rows_are_rounded_and_normalised_as_by_their_twins() {
        if !runs_here() {
            return;
        }
        let row = numbers_of(384);
        let (mut mine, mut plain) = ([0_u8; 384], [0_u8; 384]);
        // SAFETY: the processor was asked.
        let steps = unsafe { round(&row, &mut mine) };
        assert_eq!(steps, super::super::matrix::round(&row, &mut plain));
        assert_eq!(mine, plain);

        let (scale, shift) = (numbers_of(400)[16..].to_vec(), numbers_of(416)[32..].to_vec());
        let (mut mine, mut plain) = (row.clone(), row.clone());
        // SAFETY: the processor was asked.
        unsafe { add_and_normalise(&mut mine, &scale, &scale, &shift) };
        plain.iter_mut().zip(&scale).for_each(|(x, added)| *x += added);
        numbers::normalise(&mut plain, &scale, &shift);
        assert_eq!(bits(&mine), bits(&plain));
    }

    #[test]
    fn the_smallest_and_largest_numbers_have_a_byte() {
        if !runs_here() {
            return;
        }
        for extreme in [0.0, f32::MIN_POSITIVE, 1e30, -1e30] {
            let mut row = numbers_of(32);
            row[7] = extreme;
            let (mut mine, mut plain) = ([0_u8; 32], [0_u8; 32]);
            // SAFETY: the processor was asked.
            let steps = unsafe { round(&row, &mut mine) };
            assert_eq!(steps, super::super::matrix::round(&row, &mut plain));
            assert_eq!(mine, plain, "{extreme}");
        }
    }
}
