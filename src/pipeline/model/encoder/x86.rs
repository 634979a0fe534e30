//! The matrix product with the vector instructions of x86-64.

use std::arch::x86_64::*;

use super::matrix::{Matrix, PANEL, Rounded};

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
    for (block, weights) in matrix.packed().chunks_exact(4 * depth).enumerate() {
        in_tiles!(rows, row,
            6 => tile_avx512::<6>(matrix, weights, rows, row, block, out),
            2 => tile_avx512::<2>(matrix, weights, rows, row, block, out),
            1 => tile_avx512::<1>(matrix, weights, rows, row, block, out)
        );
    }
}

/// `TILE` rows times 64 outputs; four products are summed up in 16 bits, which [`Matrix::new`] sees to.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
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
    let values = &rows.values()[row * width..(row + TILE) * width];
    assert_eq!(weights.len(), width / 4 * 4 * STEP);
    let ones = _mm512_set1_epi16(1);
    let mut sums = [[_mm512_setzero_si512(); 4]; TILE];
    for eight in 0..width / 8 {
        // SAFETY: `eight < width / 8`, so eight times 64 bytes from here are inside `weights`.
        let w: [__m512i; 8] = std::array::from_fn(|at| unsafe {
            _mm512_loadu_si512(weights.as_ptr().add((eight * 8 + at) * STEP).cast())
        });
        for (tile, sums) in sums.iter_mut().enumerate() {
            // SAFETY: eight bytes from here are inside the `TILE × width` of `values`.
            let [x, y] = unsafe { read_fours(values, tile * width + eight * 8) };
            let (x, y) = (_mm512_set1_epi32(x), _mm512_set1_epi32(y));
            for panel in 0..4 {
                let short = _mm512_add_epi16(
                    _mm512_maddubs_epi16(x, w[panel]),
                    _mm512_maddubs_epi16(y, w[4 + panel]),
                );
                sums[panel] = _mm512_add_epi32(sums[panel], _mm512_madd_epi16(short, ones));
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
    for (block, weights) in matrix.packed().chunks_exact(4 * depth).enumerate() {
        for panel in 0..4 {
            in_tiles!(rows, row,
                4 => tile_avx2::<4>(matrix, weights, rows, row, (block, panel), out),
                1 => tile_avx2::<1>(matrix, weights, rows, row, (block, panel), out)
            );
        }
    }
}

/// `TILE` rows times the 16 outputs of one panel of a block, as [`tile_avx512`].
#[target_feature(enable = "avx2")]
#[inline]
fn tile_avx2<const TILE: usize>(
    matrix: &Matrix,
    weights: &[i8],
    rows: &Rounded,
    row: usize,
    (block, panel): (usize, usize),
    out: &mut [f32],
) {
    let width = rows.width();
    let values = &rows.values()[row * width..(row + TILE) * width];
    assert!(weights.len() == width / 4 * 4 * STEP && panel < 4);
    let ones = _mm256_set1_epi16(1);
    let mut sums = [[_mm256_setzero_si256(); 2]; TILE];
    for eight in 0..width / 8 {
        // SAFETY: `panel < 4`, so both halves of its 64 bytes for the first and for the second four inputs
        // are inside `weights`.
        let w: [__m256i; 4] = std::array::from_fn(|at| unsafe {
            let (four, half) = (at / 2, at % 2);
            let panel = (eight * 2 + four) * 4 + panel;
            _mm256_loadu_si256(weights.as_ptr().add(panel * STEP + half * STEP / 2).cast())
        });
        for (tile, sums) in sums.iter_mut().enumerate() {
            // SAFETY: eight bytes from here are inside the `TILE × width` of `values`.
            let [x, y] = unsafe { read_fours(values, tile * width + eight * 8) };
            let (x, y) = (_mm256_set1_epi32(x), _mm256_set1_epi32(y));
            for half in 0..2 {
                let short = _mm256_add_epi16(
                    _mm256_maddubs_epi16(x, w[half]),
                    _mm256_maddubs_epi16(y, w[2 + half]),
                );
                sums[half] = _mm256_add_epi32(sums[half], _mm256_madd_epi16(short, ones));
            }
        }
    }
    const { assert!(TILE <= 4) };
    write_rows!(sums, 0 1 2 3, |tile, sums| {
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

/// Eight bytes as two integers.
///
/// # Safety
/// `at + 8` is at most the length of `bytes`.
#[inline(always)]
unsafe fn read_fours(bytes: &[u8], at: usize) -> [i32; 2] {
    debug_assert!(at + 8 <= bytes.len());
    // SAFETY: the caller says so; the reads are unaligned.
    unsafe {
        let first = bytes.as_ptr().add(at).cast::<i32>();
        [first.read_unaligned(), first.add(1).read_unaligned()]
    }
}
