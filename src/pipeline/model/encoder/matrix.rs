//! Rows of numbers times a weight matrix of eight-bit integers.
//!
//! Weights are rounded to −127..127 with one scale for each output, activations to 0..255 with a
//! scale and a zero point for each row. The sums are taken in integers and are exact, so every kernel
//! gives the same numbers on every processor; only the speed differs.
//!
//! Where a processor has no product of bytes that sums in 32 bits, it adds four products in 16 bits
//! first. For that to be exact the sizes of the four weights may sum up to [`MOST_OF_FOUR`] only:
//! 255 × 128 is less than 2^15. `training/short_sums.py` rounds weights so.

use std::sync::OnceLock;

use super::numbers::LANES;

/// Outputs that one step of a kernel fills; the number of outputs is padded to a multiple of it.
pub(super) const PANEL: usize = 16;
/// Neighbouring inputs that stand together in memory.
const GROUP: usize = 4;
/// Outputs a wide kernel takes at once.
pub(super) const BLOCK: usize = 4 * PANEL;

/// Weights of as many neighbouring inputs are summed up as two times four in 16 bits.
const EIGHT: usize = 8;
/// Which weights of eight those are: two pairs each.
const FOURS: [[usize; 4]; 2] = [[0, 1, 4, 5], [2, 3, 6, 7]];
/// What the sizes of four such weights may sum up to.
const MOST_OF_FOUR: u32 = 128;

/// What the processor can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kernel {
    /// Plain Rust.
    #[default]
    Portable,
    /// 256-bit integers.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 512-bit integers.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// The same with multiply-and-add of bytes.
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
}

impl Kernel {
    /// The fastest that runs here.
    pub fn best() -> Kernel {
        static BEST: OnceLock<Kernel> = OnceLock::new();
        *BEST.get_or_init(|| *Kernel::available().last().unwrap_or(&Kernel::Portable))
    }

    /// All that run here, slowest first.
    pub fn available() -> Vec<Kernel> {
        #[cfg_attr(not(target_arch = "x86_64"), allow(unused_mut))]
        let mut kernels = vec![Kernel::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                kernels.push(Kernel::Avx2);
            }
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512dq")
            {
                kernels.push(Kernel::Avx512);
                if is_x86_feature_detected!("avx512vnni") {
                    kernels.push(Kernel::Avx512Vnni);
                }
            }
        }
        kernels
    }
}

/// A weight matrix with its bias, packed for the kernels.
#[derive(Debug)]
pub struct Matrix {
    inputs: usize,
    outputs: usize,
    /// `[outputs / BLOCK][inputs / GROUP][BLOCK][GROUP]`, in the order that a wide kernel reads.
    packed: Vec<i8>,
    terms: Vec<Terms>,
}

/// What makes numbers of a panel's sums.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Terms {
    /// Value of one step, for each output.
    pub scales: [f32; PANEL],
    /// Added last.
    pub bias: [f32; PANEL],
    /// Sum of the weights of each output, times the zero point taken off again.
    pub sums: [i32; PANEL],
}

/// Where the weights of `output` for a group of inputs begin.
#[inline(always)]
fn place(inputs: usize, output: usize, group: usize) -> usize {
    (output / BLOCK * (inputs / GROUP) + group) * BLOCK * GROUP + output % BLOCK * GROUP
}

/// Whether products with these weights can be summed up in 16 bits.
fn are_short(weights: &[i8; EIGHT]) -> bool {
    let size = |&at: &usize| u32::from(weights[at].unsigned_abs());
    FOURS.iter().all(|four| four.iter().map(size).sum::<u32>() <= MOST_OF_FOUR)
}

impl Matrix {
    /// Packs `weights` (`[outputs][inputs]`, row after row). `None` where the sizes disagree,
    /// `inputs` is no multiple of eight, or four weights are too large for sums in 16 bits.
    pub fn new(weights: &[i8], scales: &[f32], bias: &[f32], inputs: usize) -> Option<Matrix> {
        let outputs = scales.len();
        if inputs == 0
            || !inputs.is_multiple_of(EIGHT)
            || bias.len() != outputs
            || weights.len() != outputs * inputs
            || !weights.as_chunks::<EIGHT>().0.iter().all(are_short)
        {
            return None;
        }
        let padded = outputs.next_multiple_of(BLOCK);
        let mut packed = vec![0_i8; padded * inputs];
        let mut terms = vec![Terms::default(); padded / PANEL];
        for (output, row) in weights.chunks_exact(inputs).enumerate() {
            let (panel, lane) = (output / PANEL, output % PANEL);
            for (group, four) in row.chunks_exact(GROUP).enumerate() {
                let at = place(inputs, output, group);
                packed[at..at + GROUP].copy_from_slice(four);
            }
            let terms = &mut terms[panel];
            terms.scales[lane] = scales[output];
            terms.bias[lane] = bias[output];
            terms.sums[lane] = row.iter().map(|&w| i32::from(w)).sum();
        }
        Some(Matrix { inputs, outputs, packed, terms })
    }

    /// Numbers in a row that goes in.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Numbers in a row that comes out.
    #[cfg(test)]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Weight of `output` for `input`, as the number the integer stands for.
    #[cfg(test)]
    pub fn weight(&self, output: usize, input: usize) -> f32 {
        let (panel, lane) = (output / PANEL, output % PANEL);
        let at = place(self.inputs, output, input / GROUP) + input % GROUP;
        f32::from(self.packed[at]) * self.terms[panel].scales[lane]
    }

    /// What is added to every `output`.
    #[cfg(test)]
    pub fn bias(&self, output: usize) -> f32 {
        self.terms[output / PANEL].bias[output % PANEL]
    }

    /// Multiplies every row of `rows` and adds the bias; `out` begins with `rows.len() × outputs`
    /// numbers then, and is never made shorter.
    pub fn multiply(&self, rows: &Rounded, kernel: Kernel, out: &mut Vec<f32>) {
        debug_assert_eq!(rows.width, self.inputs);
        // every number is written, so what stood here before need not be cleared
        out.resize(out.len().max(rows.len() * self.outputs), 0.0);
        match kernel {
            Kernel::Portable => self.multiply_portable(rows, out),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a `Kernel` other than `Portable` only comes from `Kernel::available`, which
            // asked the processor.
            Kernel::Avx2 => unsafe { super::x86::multiply_avx2(self, rows, out) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kernel::Avx512 => unsafe { super::x86::multiply_avx512(self, rows, out) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kernel::Avx512Vnni => unsafe { super::x86::multiply_avx512_vnni(self, rows, out) },
        }
    }

    fn multiply_portable(&self, rows: &Rounded, out: &mut [f32]) {
        for panel in 0..self.terms.len() {
            for row in 0..rows.len() {
                let mut sums = [0_i32; PANEL];
                let values = &rows.values[row * rows.width..(row + 1) * rows.width];
                for (group, four) in values.chunks_exact(GROUP).enumerate() {
                    let at = place(self.inputs, panel * PANEL, group);
                    let weights = &self.packed[at..at + PANEL * GROUP];
                    for (sum, w) in sums.iter_mut().zip(weights.chunks_exact(GROUP)) {
                        *sum += i32::from(w[0]) * i32::from(four[0])
                            + i32::from(w[1]) * i32::from(four[1])
                            + i32::from(w[2]) * i32::from(four[2])
                            + i32::from(w[3]) * i32::from(four[3]);
                    }
                }
                self.write(rows, row, panel, &sums, out);
            }
        }
    }

    /// Turns the integer sums of one panel of one row into the numbers they stand for.
    #[inline(always)]
    pub(super) fn write(
        &self,
        rows: &Rounded,
        row: usize,
        panel: usize,
        sums: &[i32; PANEL],
        out: &mut [f32],
    ) {
        let first = panel * PANEL;
        let Some(out) = self.place(row, first, out) else { return };
        let (scale, zero) = rows.steps(row);
        let terms = &self.terms[panel];
        for (lane, out) in out.iter_mut().enumerate() {
            let sum = sums[lane] - zero * terms.sums[lane];
            *out = sum as f32 * (scale * terms.scales[lane]) + terms.bias[lane];
        }
    }

    /// Where the outputs from `first` on of a row belong: a panel of them, fewer at the end, `None`
    /// for those that only fill a block up.
    #[inline(always)]
    pub(super) fn place<'o>(
        &self,
        row: usize,
        first: usize,
        out: &'o mut [f32],
    ) -> Option<&'o mut [f32]> {
        let kept = PANEL.min(self.outputs.checked_sub(first).filter(|&kept| kept > 0)?);
        let start = row * self.outputs + first;
        out.get_mut(start..start + kept)
    }

    /// What the sums of each panel are joined with.
    pub(super) fn terms(&self) -> &[Terms] {
        &self.terms
    }

    /// The packed weights, for the kernels.
    pub(super) fn packed(&self) -> &[i8] {
        &self.packed
    }
}

/// Rows of activations, rounded to bytes: a value is `scale × (byte − zero)`.
#[derive(Debug, Default)]
pub struct Rounded {
    width: usize,
    values: Vec<u8>,
    scales: Vec<f32>,
    zeros: Vec<i32>,
}

impl Rounded {
    /// Rounds `rows`, each of `width` numbers; what stood here before is gone.
    #[inline(always)]
    pub fn fill(&mut self, rows: &[f32], width: usize, kernel: Kernel) {
        self.width = width;
        self.values.resize(self.values.len().max(rows.len()), 0);
        self.scales.clear();
        self.zeros.clear();
        for (row, bytes) in rows.chunks_exact(width).zip(self.values.chunks_exact_mut(width)) {
            let (scale, zero) = match kernel {
                #[cfg(target_arch = "x86_64")]
                // SAFETY: these kernels only come from `Kernel::available`, which asked the processor.
                Kernel::Avx512 | Kernel::Avx512Vnni if width.is_multiple_of(LANES) => unsafe {
                    super::wide::round(row, bytes)
                },
                _ => round(row, bytes),
            };
            self.scales.push(scale);
            self.zeros.push(zero as i32);
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.scales.len()
    }

    /// The bytes of all rows, and maybe more.
    pub(super) fn values(&self) -> &[u8] {
        &self.values
    }

    /// The value of one step of a row, and its zero point.
    pub(super) fn steps(&self, row: usize) -> (f32, i32) {
        (self.scales[row], self.zeros[row])
    }

    /// Numbers in a row.
    pub(super) fn width(&self) -> usize {
        self.width
    }
}

/// The value of one step and the zero point of a row between `low` and `high`.
#[inline(always)]
pub(super) fn steps(low: f32, high: f32) -> (f32, f32) {
    let scale = ((high - low) / 255.0).max(f32::MIN_POSITIVE);
    (scale, ((-low * (1.0 / scale)) + ROUND) - ROUND)
}

/// Rounds half to even by adding it and taking it away: 1.5 × 2^23, one rule on every processor.
const ROUND: f32 = 12_582_912.0;

/// One row → bytes, with its scale and its zero point.
#[inline(always)]
pub(super) fn round(row: &[f32], bytes: &mut [u8]) -> (f32, f32) {
    let (mut low, mut high) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    for sixteen in row.chunks_exact(LANES) {
        for lane in 0..LANES {
            let x = sixteen[lane];
            low[lane] = if x < low[lane] { x } else { low[lane] };
            high[lane] = if x > high[lane] { x } else { high[lane] };
        }
    }
    let low = low.iter().fold(0.0_f32, |a, &b| a.min(b));
    let high = high.iter().fold(0.0_f32, |a, &b| a.max(b));
    let (scale, zero) = steps(low, high);
    let inverse = 1.0 / scale;
    for (byte, &x) in bytes.iter_mut().zip(row) {
        let value = ((x * inverse) + ROUND) - ROUND + zero;
        let value = if value > 0.0 { value } else { 0.0 };
        let value = if value < 255.0 { value } else { 255.0 };
        // a whole number's low bits, without a conversion that checks its range
        *byte = (value + ROUND).to_bits() as u8;
    }
    (scale, zero)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each kernel makes of the same rows, slowest first.
    fn products(weights: &[i8], inputs: usize, rows: &[f32]) -> Vec<Vec<f32>> {
        let outputs = weights.len() / inputs;
        let bias: Vec<f32> = (0..outputs).map(|output| output as f32).collect();
        let matrix = Matrix::new(weights, &vec![0.25; outputs], &bias, inputs).expect("it fits");
        Kernel::available()
            .into_iter()
            .map(|kernel| {
                let (mut rounded, mut out) = (Rounded::default(), Vec::new());
                rounded.fill(rows, inputs, kernel);
                matrix.multiply(&rounded, kernel, &mut out);
                out.truncate(rows.len() / inputs * outputs);
                out
            })
            .collect()
    }

    #[test]
    fn sums_of_four_products_are_exact_where_they_are_largest() {
        // Every byte is 255 and the weights of all fours sum up to the bound, in one way and in another.
        for four in [[127, 1, 0, 0], [-32, -32, -32, -32], [64, -64, 0, 0], [0, -128, 0, 0]] {
            let mut eight = [0_i8; EIGHT];
            for places in FOURS {
                places.iter().zip(four).for_each(|(&place, weight)| eight[place] = weight);
            }
            for rows in 1..9 {
                let inputs = 48;
                let found = products(&eight.repeat(70 * 6), inputs, &vec![1.0; rows * inputs]);
                let sum: i32 = four.iter().map(|&weight| i32::from(weight) * 12).sum();
                let expected: Vec<f32> = (0..rows)
                    .flat_map(|_| (0..70).map(|output| sum as f32 * 0.25 + output as f32))
                    .collect();
                for found in found {
                    let close = found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-3);
                    assert!(found.len() == expected.len() && close, "{four:?} {found:?}");
                }
            }
        }
    }

    #[test]
    fn weights_that_sums_in_16_bits_do_not_hold_are_refused() {
        let fits = |weights: [i8; 8]| Matrix::new(&weights, &[1.0], &[0.0], 8).is_some();
        assert!(fits([64, 64, 64, 64, 0, 0, 0, 0]));
        assert!(fits([127, 0, 0, 0, 1, 0, 0, 0]));
        for four in FOURS {
            let mut weights = [0; 8];
            four.iter().for_each(|&place| weights[place] = -32);
            assert!(fits(weights));
            weights[four[3]] = 33;
            assert!(!fits(weights), "{weights:?}");
        }
        assert!(Matrix::new(&[0; 4], &[1.0], &[0.0], 4).is_none(), "no eight inputs");
    }
}
