//! Arithmetic on rows of numbers that gives the same bits on every processor.
//!
//! Sums are taken in sixteen lanes and joined in one order, so that a wider register changes the
//! speed and nothing else. Everything is inlined into the caller, which is compiled once for each
//! kind of processor.

/// Lanes that a sum is taken in.
pub const LANES: usize = 16;

/// The sum of sixteen lanes, in one fixed order.
#[inline(always)]
pub(super) fn joined(lanes: &[f32; LANES]) -> f32 {
    let mut eight = [0.0_f32; 8];
    for lane in 0..8 {
        eight[lane] = lanes[lane] + lanes[lane + 8];
    }
    let four = [eight[0] + eight[4], eight[1] + eight[5], eight[2] + eight[6], eight[3] + eight[7]];
    (four[0] + four[2]) + (four[1] + four[3])
}

/// The sum of products of two rows, whose length is a multiple of sixteen.
#[inline(always)]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for lane in 0..LANES {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    joined(&lanes)
}

/// ln 2 in two parts, the first exact for small multiples.
pub(super) const LN2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
/// What is left of e to the power of a number within half of ln 2, as a polynomial (Cephes, `expf`).
pub(super) const EXP: [f32; 6] =
    [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 5.000_000_3e-1];

/// e to the power of `x`, for `x` from −87 to 88 (less counts as −87, more as 88); wrong by less
/// than 2 in ten million.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    /// Adding and taking it away rounds to a whole number.
    const ROUND: f32 = 12_582_912.0;
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 88.0 { 88.0 } else { x };
    let whole = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let r = (x - whole * LN2.0) - whole * LN2.1;
    let mut p = EXP[0];
    for next in &EXP[1..] {
        p = p * r + next;
    }
    let value = p * (r * r) + r + 1.0;
    // the whole number's bits without a conversion that checks its range
    let power = ((whole + ROUND).to_bits().wrapping_sub(ROUND.to_bits()).wrapping_add(127)) << 23;
    value * f32::from_bits(power)
}

/// Factors of a polynomial whose sixteenth power is one over what of the normal distribution lies
/// beyond the square root of two times a number, on either side (Abramowitz and Stegun 7.1.28).
pub(super) const NORMAL: [f32; 7] =
    [4.306_38e-5, 2.765_672e-4, 1.520_143e-4, 9.270_527e-3, 4.228_201e-2, 7.052_308e-2, 1.0];

/// Each number times the share of the normal distribution below it; wrong by less than 2 in a million.
#[inline(always)]
pub fn gelu(row: &mut [f32]) {
    for x in row {
        let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
        let mut p = NORMAL[0];
        for next in &NORMAL[1..] {
            p = p * z + next;
        }
        p *= p;
        p *= p;
        p *= p;
        let half = 0.5 / (p * p);
        let share = if *x < 0.0 { half } else { 1.0 - half };
        *x *= share;
    }
}

/// Turns scores into shares that sum to 1.
#[inline(always)]
pub fn softmax(row: &mut [f32]) {
    let mut most = [f32::MIN; LANES];
    for chunk in row.chunks_exact(LANES) {
        for lane in 0..LANES {
            most[lane] = if chunk[lane] > most[lane] { chunk[lane] } else { most[lane] };
        }
    }
    for (most, &x) in most.iter_mut().zip(row.chunks_exact(LANES).remainder()) {
        *most = if x > *most { x } else { *most };
    }
    let largest = most.iter().fold(f32::MIN, |a, &b| if b > a { b } else { a });
    let mut lanes = [0.0_f32; LANES];
    let mut chunks = row.chunks_exact_mut(LANES);
    for chunk in &mut chunks {
        for lane in 0..LANES {
            chunk[lane] = exp(chunk[lane] - largest);
            lanes[lane] += chunk[lane];
        }
    }
    for (x, lane) in chunks.into_remainder().iter_mut().zip(&mut lanes) {
        *x = exp(*x - largest);
        *lane += *x;
    }
    let inverse = 1.0 / joined(&lanes);
    for x in row {
        *x *= inverse;
    }
}

/// Brings a row to mean 0 and variance 1, then scales and shifts it; the length is a multiple of
/// sixteen.
#[inline(always)]
pub fn normalise(row: &mut [f32], scale: &[f32], shift: &[f32]) {
    let inverse_width = 1.0 / row.len() as f32;
    let mut lanes = [0.0_f32; LANES];
    for chunk in row.chunks_exact(LANES) {
        for lane in 0..LANES {
            lanes[lane] += chunk[lane];
        }
    }
    let mean = joined(&lanes) * inverse_width;
    let mut lanes = [0.0_f32; LANES];
    for chunk in row.chunks_exact(LANES) {
        for lane in 0..LANES {
            let away = chunk[lane] - mean;
            lanes[lane] += away * away;
        }
    }
    let inverse = inverse_deviation(&lanes, inverse_width);
    for ((x, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
        *x = (*x - mean) * inverse * scale + shift;
    }
}

/// One over the standard deviation, from the lanes of the squares' sum.
#[inline(always)]
pub(super) fn inverse_deviation(squares: &[f32; LANES], inverse_width: f32) -> f32 {
    const EPSILON: f32 = 1e-12;
    1.0 / (joined(squares) * inverse_width + EPSILON).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_near_the_library_s() {
        for step in -8700..=8800 {
            let x = step as f32 / 100.0;
            let (mine, theirs) = (exp(x), f64::from(x).exp() as f32);
            assert!((mine - theirs).abs() <= theirs * 3e-7, "{x}: {mine} {theirs}");
        }
        assert!(exp(-1e4) < 1e-37);
    }

    #[test]
    fn gelu_keeps_large_numbers_and_drops_small_ones() {
        let mut row = [-20.0, -4.5, -1.0, 0.0, 1.0, 2.0, 4.4, 20.0];
        gelu(&mut row);
        let known =
            [0.0, -1.529e-5, -0.158_655_25, 0.0, 0.841_344_8, 1.954_499_7, 4.399_976_2, 20.0];
        for (mine, known) in row.iter().zip(known) {
            assert!((mine - known).abs() < 2e-6, "{mine} {known}");
        }
    }

    #[test]
    fn shares_sum_to_one_for_any_length() {
        for length in [1, 7, 16, 33] {
            let mut row: Vec<f32> = (0..length).map(|x| (x % 5) as f32 * 30.0).collect();
            softmax(&mut row);
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn a_normalised_row_has_mean_zero_and_variance_one() {
        let mut row: Vec<f32> = (0..32).map(|x| (x * x) as f32).collect();
        normalise(&mut row, &[1.0; 32], &[0.0; 32]);
        let mean = row.iter().sum::<f32>() / 32.0;
        let variance = row.iter().map(|x| x * x).sum::<f32>() / 32.0;
        assert!(mean.abs() < 1e-5 && (variance - 1.0).abs() < 1e-5);
    }
}
