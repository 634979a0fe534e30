//! Attention's products in 256-bit registers; its other steps are the plain ones, compiled for them.

use std::arch::x86_64::*;

use super::super::layers::HEAD;
use super::{Pair, QUERIES, Rounded};

/// Lanes of one register.
const EIGHT: usize = 8;

/// Twin of [`plain::score`](super::plain::score).
///
/// # Safety
/// The processor must have AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn score(
    queries: &[[i16; HEAD]; QUERIES],
    rounded: &Rounded,
    scores: &mut [i32],
) {
    let stride = rounded.stride;
    assert!(stride.is_multiple_of(EIGHT) && rounded.keys.len() >= HEAD / 2 * stride);
    assert!(scores.len() >= QUERIES * stride);
    for start in (0..stride).step_by(EIGHT) {
        let mut sums = [_mm256_setzero_si256(); QUERIES];
        for number in 0..HEAD / 2 {
            // SAFETY: the eight pairs end at most at `(number + 1) × stride`, inside `keys`.
            let keys = unsafe {
                _mm256_loadu_si256(rounded.keys.as_ptr().add(number * stride + start).cast())
            };
            for (query, sum) in queries.iter().zip(&mut sums) {
                let query = broadcast([query[2 * number], query[2 * number + 1]]);
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(query, keys));
            }
        }
        for (query, sum) in sums.iter().enumerate() {
            // SAFETY: the eight numbers end at most at `(query + 1) × stride`, inside `scores`.
            unsafe {
                let at = scores.as_mut_ptr().add(query * stride + start);
                _mm256_storeu_si256(at.cast(), *sum);
            }
        }
    }
}

/// Twin of [`plain::mix`](super::plain::mix).
///
/// # Safety
/// As [`score`].
#[target_feature(enable = "avx2")]
pub(super) unsafe fn mix(rounded: &Rounded, shares: &[i16]) -> [[i32; HEAD]; QUERIES] {
    let stride = rounded.stride;
    assert!(stride >= 2 * rounded.values.len() && shares.len() >= QUERIES * stride);
    let mut mixed = [[0; HEAD]; QUERIES];
    for start in (0..HEAD).step_by(EIGHT) {
        let mut sums = [_mm256_setzero_si256(); QUERIES];
        for (two, values) in rounded.values.iter().enumerate() {
            // SAFETY: eight of the HEAD pairs, from a multiple of eight on.
            let values = unsafe { _mm256_loadu_si256(values.as_ptr().add(start).cast()) };
            for (query, sum) in sums.iter_mut().enumerate() {
                // SAFETY: `2 × two + 1 < stride`, so the pair is inside the query's row of `shares`.
                let share =
                    unsafe { shares.as_ptr().add(query * stride + 2 * two).cast::<Pair>().read() };
                *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(broadcast(share), values));
            }
        }
        for (mixed, sum) in mixed.iter_mut().zip(&sums) {
            // SAFETY: eight of the HEAD numbers, from a multiple of eight on.
            unsafe { _mm256_storeu_si256(mixed.as_mut_ptr().add(start).cast(), *sum) };
        }
    }
    mixed
}

#[target_feature(enable = "avx2")]
#[inline]
fn broadcast([low, high]: Pair) -> __m256i {
    _mm256_set1_epi32(i32::from(low as u16) | i32::from(high) << 16)
}
