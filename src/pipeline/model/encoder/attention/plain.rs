//! Attention's steps in plain Rust.

use super::super::layers::HEAD;
use super::{LEAST, Largest, POWER, Pair, QUERIES, Rounded, Sides, WHOLE, part};

#[inline(always)]
pub(super) fn largest(sides: &[Sides], head: usize) -> Largest {
    let mut most = [[0.0_f32; HEAD]; 3];
    for row in sides {
        for (side, most) in most.iter_mut().enumerate() {
            for (most, x) in most.iter_mut().zip(part(row, side, head)) {
                let x = x.abs();
                *most = if x > *most { x } else { *most };
            }
        }
    }
    let [queries, keys, values] = most;
    let over_all = |row: [f32; HEAD]| row.into_iter().fold(0.0_f32, f32::max);
    Largest { queries: over_all(queries), keys: over_all(keys), values }
}

/// Adding it rounds to a whole number, of two to the even one: 1.5 × 2^23, one rule on every processor.
const ROUND: f32 = 12_582_912.0;

/// The nearest whole number, for numbers of less than 2^15.
#[inline(always)]
fn whole(x: f32) -> i16 {
    (x + ROUND).to_bits() as i16
}

#[inline(always)]
pub(super) fn rounded(numbers: &[f32; HEAD], factor: f32) -> [i16; HEAD] {
    numbers.map(|x| whole(x * factor))
}

#[inline(always)]
pub(super) fn paired(
    one: &[f32; HEAD],
    other: &[f32; HEAD],
    factors: &[f32; HEAD],
) -> [Pair; HEAD] {
    std::array::from_fn(|at| [whole(one[at] * factors[at]), whole(other[at] * factors[at])])
}

#[inline(always)]
fn product(a: Pair, b: Pair) -> i32 {
    i32::from(a[0]) * i32::from(b[0]) + i32::from(a[1]) * i32::from(b[1])
}

#[inline(always)]
pub(super) fn score(queries: &[[i16; HEAD]; QUERIES], rounded: &Rounded, scores: &mut [i32]) {
    for (query, scores) in queries.iter().zip(scores.chunks_exact_mut(rounded.stride)) {
        scores.fill(0);
        let (query, _) = query.as_chunks::<2>();
        for (&query, keys) in query.iter().zip(rounded.keys.chunks_exact(rounded.stride)) {
            for (score, &key) in scores.iter_mut().zip(keys) {
                *score += product(query, key);
            }
        }
    }
}

/// 2 to the power of `x`, a number of 0 or less.
#[inline(always)]
fn power(x: f32) -> f32 {
    let x = if x > LEAST { x } else { LEAST };
    let whole = (x + ROUND) - ROUND;
    let rest = x - whole;
    let mut p = POWER[0];
    for next in &POWER[1..] {
        p = p * rest + next;
    }
    let exponent = (whole + ROUND).to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127);
    (p * rest + 1.0) * f32::from_bits(exponent << 23)
}

#[inline(always)]
pub(super) fn share(scores: &[i32], step: f32, shares: &mut [i16]) -> i32 {
    let most = scores.iter().copied().fold(i32::MIN, i32::max);
    let mut sum = 0;
    for (share, score) in shares.iter_mut().zip(scores) {
        *share = whole(power((score - most) as f32 * step) * WHOLE);
        sum += i32::from(*share);
    }
    sum
}

#[inline(always)]
pub(super) fn mix(rounded: &Rounded, shares: &[i16]) -> [[i32; HEAD]; QUERIES] {
    let mut sums = [[0; HEAD]; QUERIES];
    for (sums, shares) in sums.iter_mut().zip(shares.chunks_exact(rounded.stride)) {
        let (shares, _) = shares.as_chunks::<2>();
        for (&share, values) in shares.iter().zip(&rounded.values) {
            for (sum, &value) in sums.iter_mut().zip(values) {
                *sum += product(share, value);
            }
        }
    }
    sums
}
