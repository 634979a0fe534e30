//! The matrix product with the vector instructions of x86-64.

use std::arch::x86_64::*;

use super::matrix::{Matrix, PANEL, Rounded};

/// Bytes of weights for one panel and four inputs.
const STEP: usize = 64;

/// # Safety
/// The processor must have AVX-512 F, BW, VL, DQ and VNNI.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
pub(super) unsafe fn multiply_avx512(matrix: &Matrix, rows: &Rounded, out: &mut [f32]) {
    const TILE: usize = 6;
    let groups = rows.width() / 4;
    let depth = groups * STEP;
    let blocks = matrix.packed().len() / (4 * depth);
    for block in 0..blocks {
        let weights = &matrix.packed()[block * 4 * depth..(block + 1) * 4 * depth];
        let mut row = 0;
        while row + TILE <= rows.len() {
            tile_avx512::<TILE>(matrix, weights, rows, row, block, out);
            row += TILE;
        }
        while row < rows.len() {
            tile_avx512::<1>(matrix, weights, rows, row, block, out);
            row += 1;
        }
    }
}

/// `TILE` rows times 64 outputs.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
#[inline]
fn tile_avx512<const TILE: usize>(
    matrix: &Matrix,
    weights: &[i8],
    rows: &Rounded,
    row: usize,
    block: usize,
    out: &mut [f32],
) {
    let width = rows.width();
    let groups = width / 4;
    let depth = groups * STEP;
    let values = &rows.values()[row * width..(row + TILE) * width];
    debug_assert_eq!(weights.len(), 4 * depth);
    let mut sums = [[_mm512_setzero_si512(); 4]; TILE];
    for group in 0..groups {
        // SAFETY: `group < groups`, so the four times 64 bytes end at most at `groups × 4 × STEP`,
        // the length of `weights`.
        let w: [__m512i; 4] = std::array::from_fn(|panel| unsafe {
            _mm512_loadu_si512(weights.as_ptr().add((group * 4 + panel) * STEP).cast())
        });
        for (tile, sums) in sums.iter_mut().enumerate() {
            // SAFETY: four bytes at `tile × width + 4 × group`, inside the `TILE × width` of
            // `values`; an unaligned read of an integer.
            let four = unsafe {
                values.as_ptr().add(tile * width + group * 4).cast::<i32>().read_unaligned()
            };
            let x = _mm512_set1_epi32(four);
            for panel in 0..4 {
                sums[panel] = _mm512_dpbusd_epi32(sums[panel], x, w[panel]);
            }
        }
    }
    // By name and not in a loop, which would keep the sums in memory from the first step on.
    macro_rules! write {
        ($($tile:literal)*) => {
            $(if let Some(&[a, b, c, d]) = sums.get($tile) {
                let row = row + $tile;
                write_avx512(matrix, rows, row, block * 4, a, out);
                write_avx512(matrix, rows, row, block * 4 + 1, b, out);
                write_avx512(matrix, rows, row, block * 4 + 2, c, out);
                write_avx512(matrix, rows, row, block * 4 + 3, d, out);
            })*
        };
    }
    const { assert!(TILE <= 6) };
    write!(0 1 2 3 4 5);
}

/// Twin of [`Matrix::write`].
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
#[inline]
fn write_avx512(
    matrix: &Matrix,
    rows: &Rounded,
    row: usize,
    panel: usize,
    sums: __m512i,
    out: &mut [f32],
) {
    let Some(out) = matrix.place(row, panel * PANEL, out) else { return };
    let terms = &matrix.terms()[panel];
    let (scale, zero) = rows.steps(row);
    // SAFETY: each of the three terms has the sixteen numbers that are read, and only as many are
    // written as `out` has.
    unsafe {
        let zeros = _mm512_loadu_si512(terms.sums.as_ptr().cast());
        let sums = _mm512_sub_epi32(sums, _mm512_mullo_epi32(_mm512_set1_epi32(zero), zeros));
        let step = _mm512_mul_ps(_mm512_set1_ps(scale), _mm512_loadu_ps(terms.scales.as_ptr()));
        let value = _mm512_add_ps(
            _mm512_mul_ps(_mm512_cvtepi32_ps(sums), step),
            _mm512_loadu_ps(terms.bias.as_ptr()),
        );
        let kept: __mmask16 = u16::MAX >> (PANEL - out.len());
        _mm512_mask_storeu_ps(out.as_mut_ptr(), kept, value);
    }
}

/// # Safety
/// The processor must have AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn multiply_avx2(matrix: &Matrix, rows: &Rounded, out: &mut [f32]) {
    const TILE: usize = 2;
    let groups = rows.width() / 4;
    let depth = groups * STEP;
    let wide: Vec<i16> =
        rows.values()[..rows.len() * rows.width()].iter().map(|&v| i16::from(v)).collect();
    for panel in 0..matrix.terms().len() {
        let block = &matrix.packed()[panel / 4 * 4 * depth..(panel / 4 + 1) * 4 * depth];
        let weights = &block[panel % 4 * STEP..];
        let mut row = 0;
        while row + TILE <= rows.len() {
            tile_avx2::<TILE>(matrix, weights, rows, &wide, row, panel, out);
            row += TILE;
        }
        while row < rows.len() {
            tile_avx2::<1>(matrix, weights, rows, &wide, row, panel, out);
            row += 1;
        }
    }
}

/// `TILE` rows times 16 outputs: bytes are widened to 16 bits, where no product overflows.
#[target_feature(enable = "avx2")]
#[inline]
fn tile_avx2<const TILE: usize>(
    matrix: &Matrix,
    weights: &[i8],
    rows: &Rounded,
    wide: &[i16],
    row: usize,
    panel: usize,
    out: &mut [f32],
) {
    let width = rows.width();
    let groups = width / 4;
    let values = &wide[row * width..(row + TILE) * width];
    debug_assert!(weights.len() >= (groups * 4 - 3) * STEP);
    // each register: four outputs, two half sums of each
    let mut sums = [[_mm256_setzero_si256(); 4]; TILE];
    for group in 0..groups {
        // SAFETY: a panel's 64 bytes stand in every fourth step, of which the last ends inside
        // of `weights`.
        let w: [__m256i; 4] = std::array::from_fn(|part| unsafe {
            _mm256_cvtepi8_epi16(_mm_loadu_si128(
                weights.as_ptr().add(group * 4 * STEP + part * 16).cast(),
            ))
        });
        for (tile, sums) in sums.iter_mut().enumerate() {
            // SAFETY: four 16-bit values inside the `TILE × width` of `values`, read as one integer.
            let four = unsafe {
                values.as_ptr().add(tile * width + group * 4).cast::<i64>().read_unaligned()
            };
            let x = _mm256_set1_epi64x(four);
            for part in 0..4 {
                sums[part] = _mm256_add_epi32(sums[part], _mm256_madd_epi16(x, w[part]));
            }
        }
    }
    for (tile, sums) in sums.iter().enumerate() {
        let mut lanes = [0_i32; PANEL];
        for (part, sum) in sums.iter().enumerate() {
            let mut halves = [0_i32; 8];
            // SAFETY: `halves` holds the 32 bytes that are written.
            unsafe { _mm256_storeu_si256(halves.as_mut_ptr().cast(), *sum) };
            for lane in 0..4 {
                lanes[part * 4 + lane] = halves[2 * lane] + halves[2 * lane + 1];
            }
        }
        matrix.write(rows, row + tile, panel, &lanes, out);
    }
}
