//! Word pieces → a row of numbers for each: BERT's layers.

use super::matrix::{Kernel, Matrix, Rounded};
use super::numbers::{LANES, gelu, normalise, softmax};

/// Numbers that stand for one piece.
pub const WIDTH: usize = 384;
/// Heads of attention.
pub const HEADS: usize = 12;
/// Numbers of one head.
pub(super) const HEAD: usize = WIDTH / HEADS;
/// Numbers between the two halves of a layer's second part.
pub const INNER: usize = 4 * WIDTH;
/// Queries that attention takes at once.
pub(super) const QUERIES: usize = 8;
/// Keys that attention takes at once.
const KEYS: usize = 2 * LANES;

/// Scale and shift after a normalisation.
#[derive(Debug)]
pub struct Norm {
    /// Factors.
    pub scale: Vec<f32>,
    /// Added last.
    pub shift: Vec<f32>,
}

/// One layer.
#[derive(Debug)]
pub struct Layer {
    /// Queries, keys and values side by side.
    pub attention: Matrix,
    /// From the heads back to the row.
    pub joined: Matrix,
    /// After attention.
    pub joined_norm: Norm,
    /// To the inner width.
    pub wide: Matrix,
    /// And back.
    pub narrow: Matrix,
    /// After both.
    pub out_norm: Norm,
}

/// Rows of bytes with a scale each.
#[derive(Debug)]
pub struct ByteRows {
    /// Row after row.
    pub values: Vec<i8>,
    /// Value of one step of each row.
    pub scales: Vec<f32>,
}

impl ByteRows {
    /// Row `number`, added to `out`; nothing off the end.
    #[inline(always)]
    fn add_to(&self, number: usize, out: &mut [f32]) {
        let Some(&scale) = self.scales.get(number) else { return };
        let row = &self.values[number * WIDTH..(number + 1) * WIDTH];
        for (out, &value) in out.iter_mut().zip(row) {
            *out += f32::from(value) * scale;
        }
    }
}

/// The encoder's weights.
#[derive(Debug)]
pub struct Encoder {
    /// A row for each piece of the vocabulary.
    pub pieces: ByteRows,
    /// A row for each place in a window.
    pub places: ByteRows,
    /// A row for pieces outside of quotation marks and one for those inside.
    pub kinds: ByteRows,
    /// After the three are added.
    pub norm: Norm,
    /// In the order they are passed.
    pub layers: Vec<Layer>,
}

/// Layers that stand in the place of an encoder's last ones.
#[derive(Debug, Clone, Default)]
pub struct Upper<'u> {
    /// As many last layers are left out.
    pub layers: &'u [Layer],
    /// A row that is added to those of some pieces before these layers are passed.
    pub mark: Option<(&'u [f32], std::ops::Range<usize>)>,
}

/// How rows are multiplied with a matrix.
pub trait Product {
    /// `rows` times `matrix`, into `out`.
    fn multiply(&mut self, matrix: &Matrix, rows: &[f32], out: &mut Vec<f32>);

    /// What the processor can do.
    fn kernel(&self) -> Kernel;
}

/// Activations are rounded to bytes.
pub struct InBytes {
    kernel: Kernel,
    rounded: Rounded,
}

impl InBytes {
    /// With the given kernel.
    pub fn new(kernel: Kernel) -> InBytes {
        InBytes { kernel, rounded: Rounded::default() }
    }
}

impl Product for InBytes {
    #[inline(always)]
    fn multiply(&mut self, matrix: &Matrix, rows: &[f32], out: &mut Vec<f32>) {
        self.rounded.fill(rows, matrix.inputs(), self.kernel);
        matrix.multiply(&self.rounded, self.kernel, out);
    }

    #[inline(always)]
    fn kernel(&self) -> Kernel {
        self.kernel
    }
}

impl Encoder {
    /// Number of pieces that have a row.
    pub fn vocabulary_size(&self) -> usize {
        self.pieces.scales.len()
    }

    /// A row of [`WIDTH`] numbers for each piece. The first and last are the window's own marks;
    /// places past the last known one count as the last.
    pub fn encode(&self, pieces: &[u32], quoted: &[bool], kernel: Kernel) -> Vec<f32> {
        self.encode_through(&Upper::default(), pieces, quoted, kernel)
    }

    /// The same with `upper` in the place of the last layers.
    pub fn encode_through(
        &self,
        upper: &Upper<'_>,
        pieces: &[u32],
        quoted: &[bool],
        kernel: Kernel,
    ) -> Vec<f32> {
        match kernel {
            Kernel::Portable => self.pass_through(upper, pieces, quoted, InBytes::new(kernel)),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: a `Kernel` other than `Portable` only comes from `Kernel::available`, which
            // asked the processor.
            Kernel::Avx2 => unsafe { self.pass_avx2(upper, pieces, quoted) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above.
            Kernel::Avx512 => unsafe { self.pass_avx512(upper, pieces, quoted) },
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn pass_avx2(&self, upper: &Upper<'_>, pieces: &[u32], quoted: &[bool]) -> Vec<f32> {
        self.pass_through(upper, pieces, quoted, InBytes::new(Kernel::Avx2))
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
    fn pass_avx512(&self, upper: &Upper<'_>, pieces: &[u32], quoted: &[bool]) -> Vec<f32> {
        self.pass_through(upper, pieces, quoted, InBytes::new(Kernel::Avx512))
    }

    /// What [`encode`](Encoder::encode) gives, by any product.
    #[cfg(test)]
    pub fn pass(&self, pieces: &[u32], quoted: &[bool], product: impl Product) -> Vec<f32> {
        self.pass_through(&Upper::default(), pieces, quoted, product)
    }

    /// What [`encode_through`](Encoder::encode_through) gives, by any product; inlined, so that it
    /// is compiled for the caller's processor.
    #[inline(always)]
    pub fn pass_through(
        &self,
        upper: &Upper<'_>,
        pieces: &[u32],
        quoted: &[bool],
        mut product: impl Product,
    ) -> Vec<f32> {
        let (count, kernel) = (pieces.len(), product.kernel());
        let mut rows = vec![0.0_f32; count * WIDTH];
        let last_place = self.places.scales.len().saturating_sub(1);
        for (at, row) in rows.chunks_exact_mut(WIDTH).enumerate() {
            self.pieces.add_to(pieces[at] as usize, row);
            self.places.add_to(at.min(last_place), row);
            self.kinds.add_to(usize::from(quoted[at]), row);
            normalise(row, &self.norm.scale, &self.norm.shift);
        }
        let mut attended = vec![0.0_f32; count * WIDTH];
        let (mut wide, mut narrow, mut attention) = (Vec::new(), Vec::new(), Attention::default());
        let lower = self.layers.len().saturating_sub(upper.layers.len());
        for (number, layer) in self.layers[..lower].iter().chain(upper.layers).enumerate() {
            if let Some((mark, marked)) = upper.mark.as_ref().filter(|_| number == lower) {
                for row in rows.chunks_exact_mut(WIDTH).take(marked.end).skip(marked.start) {
                    row.iter_mut().zip(*mark).for_each(|(x, mark)| *x += mark);
                }
            }
            product.multiply(&layer.attention, &rows, &mut wide);
            attention.attend(&wide, count, &mut attended, kernel);
            product.multiply(&layer.joined, &attended, &mut narrow);
            add_and_normalise(&mut rows, &narrow, &layer.joined_norm, kernel);
            product.multiply(&layer.wide, &rows, &mut wide);
            gelu_by(kernel, &mut wide);
            product.multiply(&layer.narrow, &wide, &mut narrow);
            add_and_normalise(&mut rows, &narrow, &layer.out_norm, kernel);
        }
        rows
    }
}

#[inline(always)]
fn add_and_normalise(rows: &mut [f32], added: &[f32], norm: &Norm, kernel: Kernel) {
    for (row, added) in rows.chunks_exact_mut(WIDTH).zip(added.chunks_exact(WIDTH)) {
        match kernel {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this kernel only comes from `Kernel::available`, which asked the processor.
            Kernel::Avx512 => unsafe {
                super::wide::add_and_normalise(row, added, &norm.scale, &norm.shift)
            },
            _ => {
                row.iter_mut().zip(added).for_each(|(x, added)| *x += added);
                normalise(row, &norm.scale, &norm.shift);
            }
        }
    }
}

#[inline(always)]
fn gelu_by(kernel: Kernel, rows: &mut [f32]) {
    match kernel {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: this kernel only comes from `Kernel::available`, which asked the processor.
        Kernel::Avx512 => unsafe { super::wide::gelu(rows) },
        _ => gelu(rows),
    }
}

#[inline(always)]
fn softmax_by(kernel: Kernel, row: &mut [f32]) {
    match kernel {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: this kernel only comes from `Kernel::available`, which asked the processor.
        Kernel::Avx512 => unsafe { super::wide::softmax(row) },
        _ => softmax(row),
    }
}

/// Room for one head's work.
#[derive(Default)]
struct Attention {
    /// Keys of one head, a row for each of its numbers.
    keys: Vec<f32>,
    /// Values of one head, a row for each piece.
    values: Vec<f32>,
    /// A row of scores for each query at hand.
    scores: Vec<f32>,
}

impl Attention {
    /// From queries, keys and values side by side to the mixed values of each piece.
    #[inline(always)]
    fn attend(&mut self, sides: &[f32], count: usize, out: &mut [f32], kernel: Kernel) {
        let stride = count.next_multiple_of(KEYS);
        self.keys.resize(HEAD * stride, 0.0);
        self.values.resize(count * HEAD, 0.0);
        self.scores.resize(QUERIES * stride, 0.0);
        let factor = 1.0 / (HEAD as f32).sqrt();
        for head in 0..HEADS {
            for piece in 0..count {
                let row = &sides[piece * 3 * WIDTH..(piece + 1) * 3 * WIDTH];
                let key = &row[WIDTH + head * HEAD..WIDTH + (head + 1) * HEAD];
                for (number, &key) in key.iter().enumerate() {
                    self.keys[number * stride + piece] = key * factor;
                }
                self.values[piece * HEAD..(piece + 1) * HEAD]
                    .copy_from_slice(&row[2 * WIDTH + head * HEAD..2 * WIDTH + (head + 1) * HEAD]);
            }
            let mut first = 0;
            while first < count {
                let together = QUERIES.min(count - first);
                let mut queries = [[0.0_f32; HEAD]; QUERIES];
                for (at, query) in queries.iter_mut().enumerate().take(together) {
                    let start = (first + at) * 3 * WIDTH + head * HEAD;
                    query.copy_from_slice(&sides[start..start + HEAD]);
                }
                self.score(&queries, stride, kernel);
                for row in self.scores.chunks_exact_mut(stride).take(together) {
                    softmax_by(kernel, &mut row[..count]);
                }
                let mixed = self.mix(count, stride, kernel);
                for (at, mixed) in mixed.iter().enumerate().take(together) {
                    let start = (first + at) * WIDTH + head * HEAD;
                    out[start..start + HEAD].copy_from_slice(mixed);
                }
                first += QUERIES;
            }
        }
    }

    /// Every query against every key.
    #[expect(
        clippy::needless_range_loop,
        reason = "with counted loops the sums stay in registers; with iterators it takes three times as long"
    )]
    #[inline(always)]
    fn score(&mut self, queries: &[[f32; HEAD]; QUERIES], stride: usize, kernel: Kernel) {
        #[cfg(target_arch = "x86_64")]
        if kernel == Kernel::Avx512 {
            // SAFETY: this kernel only comes from `Kernel::available`, which asked the processor.
            return unsafe { super::wide::score(queries, &self.keys, stride, &mut self.scores) };
        }
        for start in (0..stride).step_by(LANES) {
            let mut sums = [[0.0_f32; LANES]; QUERIES];
            for number in 0..HEAD {
                let at = number * stride + start;
                let Some(keys) = self.keys[at..].first_chunk::<LANES>() else { continue };
                for query in 0..QUERIES {
                    for lane in 0..LANES {
                        sums[query][lane] += queries[query][number] * keys[lane];
                    }
                }
            }
            for (query, sums) in sums.iter().enumerate() {
                let at = query * stride + start;
                self.scores[at..at + LANES].copy_from_slice(sums);
            }
        }
    }

    /// The values, weighed by the shares.
    #[expect(
        clippy::needless_range_loop,
        reason = "with counted loops the sums stay in registers; with iterators it takes three times as long"
    )]
    #[inline(always)]
    fn mix(&self, count: usize, stride: usize, kernel: Kernel) -> [[f32; HEAD]; QUERIES] {
        let (values, _) = self.values.as_chunks::<HEAD>();
        let values = &values[..count];
        #[cfg(target_arch = "x86_64")]
        if kernel == Kernel::Avx512 {
            // SAFETY: this kernel only comes from `Kernel::available`, which asked the processor.
            return unsafe { super::wide::mix(values, &self.scores, stride) };
        }
        let mut sums = [[0.0_f32; HEAD]; QUERIES];
        for (piece, value) in values.iter().enumerate() {
            for query in 0..QUERIES {
                let share = self.scores[query * stride + piece];
                for number in 0..HEAD {
                    sums[query][number] += share * value[number];
                }
            }
        }
        sums
    }
}
