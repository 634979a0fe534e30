//! The matrix product with the vector instructions of x86-64.

use std::arch::x86_64::*;

use super::matrix::{BLOCK, Matrix, PANEL, Rounded};

/// Bytes of weights for one panel and four inputs.
const STEP: usize = 64;

/// Takes all rows in tiles of the given sizes, the larger ones first.
macro_rules! in_tiles {
    ($rows:ident, $row:ident, $($tile:literal => $multiply:expr),+) => {
        let mut $row = 0;
        $(while $rows.len() - $row >= $tile {
            $multiply;
            $row += $tile;
        })+
    };
}

/// Writes the sums of each row of a tile: by name and not in a loop, which would keep the sums in
/// memory from the first step on.
macro_rules! write_rows {
    ($sums:ident, $($tile:literal)+, |$row:ident, $of_row:ident| $write:expr) => {
        $(if let Some(&$of_row) = $sums.get($tile) {
            let $row = $tile;
            $write;
        })+
    };
}

/// Writes one row of a block; a function that takes four registers would get them through memory.
macro_rules! write_block {
    ($matrix:ident, $rows:ident, $row:expr, $block:ident, $sums:ident, $out:ident) => {
        let [a, b, c, d] = $sums;
        write_avx512($matrix, $rows, $row, $block * 4, a, $out);
        write_avx512($matrix, $rows, $row, $block * 4 + 1, b, $out);
        write_avx512($matrix, $rows, $row, $block * 4 + 2, c, $out);
        write_avx512($matrix, $rows, $row, $block * 4 + 3, d, $out);
    };
}

/// # Safety
/// The processor must have AVX-512 F, BW, VL, DQ and VNNI.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
pub(super) unsafe fn multiply_avx512_vnni(matrix: &Matrix, rows: &Rounded, out: &mut [f32]) {
    let depth = matrix.inputs() / 4 * STEP;
    for (block, weights) in matrix.packed().chunks_exact(4 * depth).enumerate() {
        in_tiles!(rows, row,
            6 => tile_avx512_vnni::<6>(matrix, weights, rows, row, block, out),
            1 => tile_avx512_vnni::<1>(matrix, weights, rows, row, block, out)
        );
    }
}

/// `TILE` rows times 64 outputs, a product of bytes at a time.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
#[inline]
fn tile_avx512_vnni<const TILE: usize>(
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
    const { assert!(TILE <= 6) };
    write_rows!(sums, 0 1 2 3 4 5, |tile, sums| {
        write_block!(matrix, rows, row + tile, block, sums, out);
    });
}

/// # Safety
/// The processor must have AVX-512 F, BW, VL and DQ.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
pub(super) unsafe fn multiply_avx512(matrix: &Matrix, rows: &Rounded, out: &mut [f32]) {
    let depth = matrix.inputs() / 4 * STEP;
    let mut weights = Vec::new();
    for (block, bytes) in matrix.packed().chunks_exact(4 * depth).enumerate() {
        widen(bytes, &mut weights);
        in_tiles!(rows, row,
            6 => tile_avx512::<6>(matrix, &weights, rows, row, block, out),
            2 => tile_avx512::<2>(matrix, &weights, rows, row, block, out),
            1 => tile_avx512::<1>(matrix, &weights, rows, row, block, out)
        );
    }
}

/// `TILE` rows times 64 outputs, a product of pairs of 16-bit integers at a time.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
#[inline]
fn tile_avx512<const TILE: usize>(
    matrix: &Matrix,
    weights: &[[i16; 2]],
    rows: &Rounded,
    row: usize,
    block: usize,
    out: &mut [f32],
) {
    let pairs = rows.width() / 2;
    let values = &rows.pairs()[row * pairs..(row + TILE) * pairs];
    let (weights, _) = weights.as_chunks::<BLOCK>();
    assert_eq!(weights.len(), pairs);
    let mut sums = [[_mm512_setzero_si512(); 4]; TILE];
    for (pair, weights) in weights.iter().enumerate() {
        // SAFETY: a block has four panels of as many pairs as are read.
        let w: [__m512i; 4] = std::array::from_fn(|panel| unsafe {
            _mm512_loadu_si512(weights.as_ptr().add(panel * PANEL).cast())
        });
        for (tile, sums) in sums.iter_mut().enumerate() {
            // SAFETY: `pair < pairs`, so it is inside the `TILE × pairs` of `values`.
            let two = unsafe { read_pair(values, tile * pairs + pair) };
            let x = _mm512_set1_epi32(two);
            for panel in 0..4 {
                sums[panel] = _mm512_add_epi32(sums[panel], _mm512_madd_epi16(x, w[panel]));
            }
        }
    }
    const { assert!(TILE <= 6) };
    write_rows!(sums, 0 1 2 3 4 5, |tile, sums| {
        write_block!(matrix, rows, row + tile, block, sums, out);
    });
}

/// Twin of [`Matrix::write`].
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
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
    let depth = matrix.inputs() / 4 * STEP;
    let mut weights = Vec::new();
    for (block, bytes) in matrix.packed().chunks_exact(4 * depth).enumerate() {
        widen(bytes, &mut weights);
        for panel in 0..4 {
            in_tiles!(rows, row,
                5 => tile_avx2::<5>(matrix, &weights, rows, row, (block, panel), out),
                2 => tile_avx2::<2>(matrix, &weights, rows, row, (block, panel), out),
                1 => tile_avx2::<1>(matrix, &weights, rows, row, (block, panel), out)
            );
        }
    }
}

/// `TILE` rows times the 16 outputs of one panel of a block.
#[target_feature(enable = "avx2")]
#[inline]
fn tile_avx2<const TILE: usize>(
    matrix: &Matrix,
    weights: &[[i16; 2]],
    rows: &Rounded,
    row: usize,
    (block, panel): (usize, usize),
    out: &mut [f32],
) {
    let pairs = rows.width() / 2;
    let values = &rows.pairs()[row * pairs..(row + TILE) * pairs];
    let (weights, _) = weights.as_chunks::<BLOCK>();
    assert!(weights.len() == pairs && panel < 4);
    let mut sums = [[_mm256_setzero_si256(); 2]; TILE];
    for (pair, weights) in weights.iter().enumerate() {
        // SAFETY: `panel < 4`, so its two times eight pairs are inside the block's.
        let w: [__m256i; 2] = std::array::from_fn(|half| unsafe {
            _mm256_loadu_si256(weights.as_ptr().add(panel * PANEL + half * EIGHT).cast())
        });
        for (tile, sums) in sums.iter_mut().enumerate() {
            // SAFETY: `pair < pairs`, so it is inside the `TILE × pairs` of `values`.
            let two = unsafe { read_pair(values, tile * pairs + pair) };
            let x = _mm256_set1_epi32(two);
            for half in 0..2 {
                sums[half] = _mm256_add_epi32(sums[half], _mm256_madd_epi16(x, w[half]));
            }
        }
    }
    const { assert!(TILE <= 5) };
    write_rows!(sums, 0 1 2 3 4, |tile, sums| {
        write_avx2(matrix, rows, row + tile, block * 4 + panel, sums, out)
    });
}

/// Lanes of a 256-bit register.
const EIGHT: usize = PANEL / 2;

/// Twin of [`Matrix::write`].
#[target_feature(enable = "avx2")]
#[inline]
fn write_avx2(
    matrix: &Matrix,
    rows: &Rounded,
    row: usize,
    panel: usize,
    sums: [__m256i; 2],
    out: &mut [f32],
) {
    let Some(out) = matrix.place(row, panel * PANEL, out) else { return };
    let terms = &matrix.terms()[panel];
    let (scale, zero) = rows.steps(row);
    let mut values = [0.0; PANEL];
    for (half, sums) in sums.into_iter().enumerate() {
        let at = half * EIGHT;
        // SAFETY: each of the three terms and `values` have two times the eight numbers that are
        // read or written.
        unsafe {
            let zeros = _mm256_loadu_si256(terms.sums.as_ptr().add(at).cast());
            let scales = _mm256_loadu_ps(terms.scales.as_ptr().add(at));
            let sums = _mm256_sub_epi32(sums, _mm256_mullo_epi32(_mm256_set1_epi32(zero), zeros));
            let value = _mm256_add_ps(
                _mm256_mul_ps(
                    _mm256_cvtepi32_ps(sums),
                    _mm256_mul_ps(_mm256_set1_ps(scale), scales),
                ),
                _mm256_loadu_ps(terms.bias.as_ptr().add(at)),
            );
            _mm256_storeu_ps(values.as_mut_ptr().add(at), value);
        }
    }
    out.copy_from_slice(&values[..out.len()]);
}

/// A pair as one integer.
///
/// # Safety
/// `at` is inside `pairs`.
#[inline(always)]
unsafe fn read_pair(pairs: &[[i16; 2]], at: usize) -> i32 {
    debug_assert!(at < pairs.len());
    // SAFETY: the caller says so; a pair is as large as the integer that is read.
    unsafe { pairs.as_ptr().add(at).cast::<i32>().read_unaligned() }
}

/// The weights of a block as 16-bit integers, where no sum of two products overflows 32 bits: for
/// each four inputs those of the first and the third, a pair for each output, then those of the
/// second and the fourth, in the order of [`Rounded::pairs`].
#[inline(always)]
fn widen(block: &[i8], into: &mut Vec<[i16; 2]>) {
    let (steps, _) = block.as_chunks::<{ 4 * STEP }>();
    into.resize(steps.len() * 2 * BLOCK, [0; 2]);
    let (into, _) = into.as_chunks_mut::<{ 2 * BLOCK }>();
    for (step, into) in steps.iter().zip(into) {
        let (fours, _) = step.as_chunks::<4>();
        let (even, odd) = into.split_at_mut(BLOCK);
        for ((&four, even), odd) in fours.iter().zip(even).zip(odd) {
            let [a, b, c, d] = four.map(i16::from);
            (*even, *odd) = ([a, c], [b, d]);
        }
    }
}
