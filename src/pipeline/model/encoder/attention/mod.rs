//! Queries, keys and values → for each piece, the values of its window mixed by likeness.
//!
//! One head of one window at a time. Its numbers are rounded to some twelve bits, so that sums of
//! their products are exact in 32-bit integers and the same on every processor, as in the matrix
//! product; a share of less than an eight-thousandth of the largest counts as none.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod plain;

use super::layers::{HEAD, HEADS, WIDTH};
use super::matrix::Kernel;
use super::numbers::LANES;

/// Queries that are taken at once.
const QUERIES: usize = 8;
/// Keys that are taken at once.
const KEYS: usize = 2 * LANES;
/// The largest that a query's or a key's number is rounded to.
const MOST: f32 = 4095.0;
/// What the largest share is rounded to.
const WHOLE: f32 = 4095.0;

/// 2 to the power of a number within a half, less 1, over the number, as a polynomial: fitted by least
/// squares that were weighed again towards the largest error, wrong by less than 3 in a million.
const POWER: [f32; 4] = [9.680_249e-3, 5.591_985e-2, 2.402_205_8e-1, 6.931_214_3e-1];
/// Two to the power of less is no share.
const LEAST: f32 = -20.0;

// HEAD products, and the difference of two such sums, fit 32 bits.
const _: () = assert!((MOST as i64) * (MOST as i64) * (HEAD as i64) < 1 << 30);

/// One piece's queries, keys and values of all heads.
type Sides = [f32; 3 * WIDTH];
/// Two neighbouring numbers: what one lane of a 16-bit product takes.
type Pair = [i16; 2];

/// Room for one head's work.
#[derive(Default)]
pub(super) struct Attention {
    rounded: Rounded,
    /// Products of the queries at hand and the keys, a row for each query.
    scores: Vec<i32>,
    /// What they are as shares. Where their number is odd, whatever follows goes to a value of 0.
    shares: Vec<i16>,
}

/// One head's numbers as integers.
#[derive(Default)]
struct Rounded {
    /// Keys in a row of `keys`.
    stride: usize,
    /// For each query, its numbers.
    queries: Vec<[i16; HEAD]>,
    /// For each pair of a head's numbers, a row of keys.
    keys: Vec<Pair>,
    /// For each two pieces, their values side by side.
    values: Vec<[Pair; HEAD]>,
}

/// What a head's numbers are multiplied with before they are rounded.
#[derive(Debug, Clone, PartialEq)]
struct Factors {
    queries: f32,
    keys: f32,
    /// One for each number of the values.
    values: [f32; HEAD],
}

/// The largest of a head's numbers in a window, without their signs.
#[derive(Debug, Clone, PartialEq)]
struct Largest {
    queries: f32,
    keys: f32,
    values: [f32; HEAD],
}

impl Attention {
    /// Mixes the values of one window. `sides` has a row of queries, keys and values for each
    /// piece; `out` gets a row for each of the pieces `asked`.
    #[inline(always)]
    pub(super) fn attend(
        &mut self,
        sides: &[f32],
        asked: &[usize],
        out: &mut [f32],
        kernel: Kernel,
    ) {
        let (sides, _) = sides.as_chunks::<{ 3 * WIDTH }>();
        let (out, _) = out.as_chunks_mut::<WIDTH>();
        let count = sides.len();
        if count == 0 || asked.is_empty() {
            return;
        }
        self.rounded.resize(count, asked.len());
        let stride = self.rounded.stride;
        self.scores.resize(QUERIES * stride, 0);
        self.shares.resize(QUERIES * stride, 0);
        for head in 0..HEADS {
            let factors = largest(sides, head, kernel).factors(count);
            self.rounded.fill(sides, asked, head, &factors, kernel);
            let step = 1.0 / factors.queries * (1.0 / factors.keys) * (1.0 / (HEAD as f32).sqrt());
            let step = step * std::f32::consts::LOG2_E;
            let steps = factors.values.map(|factor| 1.0 / factor);
            let (queries, _) = self.rounded.queries.as_chunks::<QUERIES>();
            for (queries, out) in queries.iter().zip(out.chunks_mut(QUERIES)) {
                score(queries, &self.rounded, &mut self.scores, kernel);
                let mut sums = [1; QUERIES];
                let rows =
                    self.scores.chunks_exact(stride).zip(self.shares.chunks_exact_mut(stride));
                for ((scores, shares), sum) in rows.zip(&mut sums).take(out.len()) {
                    *sum = share(&scores[..count], step, &mut shares[..count], kernel);
                }
                let mixed = mix(&self.rounded, &self.shares, kernel);
                for ((out, mixed), sum) in out.iter_mut().zip(&mixed).zip(sums) {
                    let inverse = 1.0 / sum as f32;
                    let out = &mut out[head * HEAD..(head + 1) * HEAD];
                    for ((out, &mixed), step) in out.iter_mut().zip(mixed).zip(&steps) {
                        *out = mixed as f32 * (step * inverse);
                    }
                }
            }
        }
    }
}

impl Largest {
    /// What takes the largest of a window of `count` pieces to the largest integers.
    #[inline(always)]
    fn factors(&self, count: usize) -> Factors {
        const LEAST: f32 = 1e-30;
        // `count` products of a share and a value fit 32 bits, too.
        let values = (i32::MAX as f32 / (WHOLE * count as f32) - 1.0).floor().clamp(1.0, 2047.0);
        Factors {
            queries: MOST / self.queries.max(LEAST),
            keys: MOST / self.keys.max(LEAST),
            values: self.values.map(|largest| values / largest.max(LEAST)),
        }
    }
}

impl Rounded {
    fn resize(&mut self, count: usize, queries: usize) {
        self.stride = count.next_multiple_of(KEYS);
        self.queries.resize(queries.next_multiple_of(QUERIES), [0; HEAD]);
        self.keys.resize(HEAD / 2 * self.stride, [0; 2]);
        self.values.resize(count.div_ceil(2), [[0; 2]; HEAD]);
    }

    /// Rounds one head's numbers; `sides` are as many as there is room for.
    #[inline(always)]
    fn fill(
        &mut self,
        sides: &[Sides],
        asked: &[usize],
        head: usize,
        factors: &Factors,
        kernel: Kernel,
    ) {
        for (into, &piece) in self.queries.iter_mut().zip(asked) {
            *into = rounded(part(&sides[piece], 0, head), factors.queries, kernel);
        }
        for (piece, row) in sides.iter().enumerate() {
            let numbers = rounded(part(row, 1, head), factors.keys, kernel);
            let (pairs, _) = numbers.as_chunks::<2>();
            for (number, &pair) in pairs.iter().enumerate() {
                self.keys[number * self.stride + piece] = pair;
            }
        }
        for (two, into) in sides.chunks(2).zip(&mut self.values) {
            let one = part(&two[0], 2, head);
            let other = two.get(1).map_or(&[0.0; HEAD], |row| part(row, 2, head));
            *into = paired(one, other, &factors.values, kernel);
        }
    }
}

/// The queries (0), keys (1) or values (2) of one head.
#[inline(always)]
fn part(row: &Sides, side: usize, head: usize) -> &[f32; HEAD] {
    let (heads, _) = row.as_chunks::<HEAD>();
    &heads[side * HEADS + head]
}

/// The largest numbers of one head.
#[inline(always)]
fn largest(sides: &[Sides], head: usize, kernel: Kernel) -> Largest {
    match kernel {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: these kernels only come from `Kernel::available`, which asked the processor.
        Kernel::Avx512 | Kernel::Avx512Vnni => unsafe { avx512::largest(sides, head) },
        _ => plain::largest(sides, head),
    }
}

/// Numbers as integers.
#[inline(always)]
fn rounded(numbers: &[f32; HEAD], factor: f32, kernel: Kernel) -> [i16; HEAD] {
    match kernel {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx512 | Kernel::Avx512Vnni => unsafe { avx512::rounded(numbers, factor) },
        _ => plain::rounded(numbers, factor),
    }
}

/// The values of two pieces as integers.
#[inline(always)]
fn paired(
    one: &[f32; HEAD],
    other: &[f32; HEAD],
    factors: &[f32; HEAD],
    kernel: Kernel,
) -> [Pair; HEAD] {
    match kernel {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx512 | Kernel::Avx512Vnni => unsafe { avx512::paired(one, other, factors) },
        _ => plain::paired(one, other, factors),
    }
}

/// Every query times every key.
#[inline(always)]
fn score(queries: &[[i16; HEAD]; QUERIES], rounded: &Rounded, scores: &mut [i32], kernel: Kernel) {
    match kernel {
        Kernel::Portable => plain::score(queries, rounded, scores),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx2 => unsafe { avx2::score(queries, rounded, scores) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx512 => unsafe { avx512::score(queries, rounded, scores) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx512Vnni => unsafe { avx512::score_vnni(queries, rounded, scores) },
    }
}

/// Scores, of which one counts `step` as a power of two → shares and their sum.
#[inline(always)]
fn share(scores: &[i32], step: f32, shares: &mut [i16], kernel: Kernel) -> i32 {
    match kernel {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx512 | Kernel::Avx512Vnni => unsafe { avx512::share(scores, step, shares) },
        _ => plain::share(scores, step, shares),
    }
}

/// The values, each times its share; `shares` has a row for each query.
#[inline(always)]
fn mix(rounded: &Rounded, shares: &[i16], kernel: Kernel) -> [[i32; HEAD]; QUERIES] {
    match kernel {
        Kernel::Portable => plain::mix(rounded, shares),
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx2 => unsafe { avx2::mix(rounded, shares) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx512 => unsafe { avx512::mix(rounded, shares) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Kernel::Avx512Vnni => unsafe { avx512::mix_vnni(rounded, shares) },
    }
}

#[cfg(test)]
mod tests {
    use super::super::exact::{Unrounded, farthest};
    use super::super::layers::Product;
    use super::*;

    /// Rows of numbers in no order, of which some heads' are all zero.
    fn sides(count: usize) -> Vec<f32> {
        let spread = |at: usize| ((at * 7919 + 13) % 1201) as f32 / 100.0 - 6.0;
        (0..count * 3 * WIDTH).map(|at| if at / HEAD % 7 == 3 { 0.0 } else { spread(at) }).collect()
    }

    fn attended(count: usize, asked: &[usize], kernel: Kernel) -> Vec<f32> {
        let mut out = vec![f32::NAN; asked.len() * WIDTH];
        Attention::default().attend(&sides(count), asked, &mut out, kernel);
        out
    }

    #[test]
    fn mixes_values_by_the_softmax_of_queries_and_keys() {
        let asked: Vec<usize> = (0..45).collect();
        let rounded = attended(45, &asked, Kernel::best());
        let mut exact = vec![0.0; rounded.len()];
        Unrounded::default().attend(&sides(45), &asked, &mut exact);
        assert!(farthest(&exact, &rounded) < 0.02, "{}", farthest(&exact, &rounded));
        let largest = exact.iter().copied().fold(0.0, f32::max);
        assert!(largest > 3.0, "{largest}");
    }

    #[test]
    fn every_kernel_gives_the_same_bits_for_any_number_of_pieces() {
        for count in [1, 2, 15, 33, 192, 250] {
            let asked: Vec<usize> = (0..count).collect();
            let bits =
                |kernel| attended(count, &asked, kernel).iter().map(|x| x.to_bits()).collect();
            let plain: Vec<u32> = bits(Kernel::Portable);
            for kernel in Kernel::available() {
                assert!(plain == bits(kernel), "{count} by {kernel:?}");
            }
        }
    }

    #[test]
    fn a_piece_that_is_asked_for_gets_what_it_gets_among_all() {
        let all = attended(40, &(0..40).collect::<Vec<_>>(), Kernel::best());
        let some = attended(40, &[0, 3, 39], Kernel::best());
        for (at, piece) in [0, 3, 39].into_iter().enumerate() {
            assert_eq!(some[at * WIDTH..(at + 1) * WIDTH], all[piece * WIDTH..(piece + 1) * WIDTH]);
        }
    }

    #[test]
    fn sums_of_any_window_fit_their_integers() {
        let largest = Largest { queries: 1.0, keys: 0.0, values: [1.0; HEAD] };
        for count in [1, 100, 256, 300, 512, 100_000] {
            let Factors { values, .. } = largest.factors(count);
            let most = values[0].round() as i64 * WHOLE as i64 * count as i64;
            assert!(most <= i64::from(i32::MAX), "{count}");
        }
    }
}
