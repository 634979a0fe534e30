//! Word pieces → a row of numbers for each: BERT's layers.

use std::cell::RefCell;

use super::attention::Attention;
use super::matrix::{Kernel, Matrix, Rounded};
use super::numbers::{gelu, normalise};

/// Numbers that stand for one piece.
pub const WIDTH: usize = 384;
/// Heads of attention.
pub const HEADS: usize = 12;
/// Numbers of one head.
pub(super) const HEAD: usize = WIDTH / HEADS;
/// Numbers between the two halves of a layer's second part.
pub const INNER: usize = 4 * WIDTH;

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

/// Windows that are read at once, one after the other; no piece of one sees another.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The pieces of all; a window's first and last are its own marks, and places past the last
    /// known one count as the last.
    pub pieces: Vec<u32>,
    /// For each piece, whether it stands in quotation marks.
    pub quoted: Vec<bool>,
    /// Pieces of each window.
    pub lengths: Vec<usize>,
    /// The pieces whose rows are wanted, in order; `None` for all. The last layer is spared for
    /// the others.
    pub asked: Option<Vec<usize>>,
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
    /// `rows` times `matrix`, into the beginning of `out`.
    fn multiply(&mut self, matrix: &Matrix, rows: &[f32], out: &mut Vec<f32>);

    /// From the queries, keys and values of a window's pieces to a row for each of those `asked`.
    fn attend(&mut self, sides: &[f32], asked: &[usize], out: &mut [f32]);

    /// What the processor can do.
    fn kernel(&self) -> Kernel;
}

/// Room for the rows of one pass. A thread keeps it from one pass to the next, because to ask the
/// system for as much memory each time takes a tenth of the time that reading takes.
#[derive(Default)]
pub struct Room {
    /// Queries, keys and values side by side.
    sides: Vec<f32>,
    /// Values mixed by attention.
    attended: Vec<f32>,
    wide: Vec<f32>,
    narrow: Vec<f32>,
}

thread_local! {
    static ROOM: RefCell<(Room, InBytes)> = RefCell::default();
}

/// Activations are rounded to bytes, and to twelve bits where they attend to each other.
#[derive(Default)]
pub struct InBytes {
    kernel: Kernel,
    rounded: Rounded,
    attention: Attention,
}

impl InBytes {
    /// With the given kernel.
    pub fn new(kernel: Kernel) -> InBytes {
        InBytes { kernel, ..InBytes::default() }
    }
}

impl Product for InBytes {
    #[inline(always)]
    fn multiply(&mut self, matrix: &Matrix, rows: &[f32], out: &mut Vec<f32>) {
        self.rounded.fill(rows, matrix.inputs(), self.kernel);
        matrix.multiply(&self.rounded, self.kernel, out);
    }

    #[inline(always)]
    fn attend(&mut self, sides: &[f32], asked: &[usize], out: &mut [f32]) {
        self.attention.attend(sides, asked, out, self.kernel);
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

    /// A row of [`WIDTH`] numbers for each piece that is asked for.
    pub fn encode(&self, read: &Batch, kernel: Kernel) -> Vec<f32> {
        self.encode_through(&Upper::default(), read, kernel)
    }

    /// The same with `upper` in the place of the last layers.
    pub fn encode_through(&self, upper: &Upper<'_>, read: &Batch, kernel: Kernel) -> Vec<f32> {
        ROOM.with_borrow_mut(|(room, product)| {
            product.kernel = kernel;
            match kernel {
                Kernel::Portable => self.pass_through(upper, read, product, room),
                #[cfg(target_arch = "x86_64")]
                // SAFETY: a `Kernel` other than `Portable` only comes from `Kernel::available`,
                // which asked the processor.
                Kernel::Avx2 => unsafe { self.pass_avx2(upper, read, product, room) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                Kernel::Avx512 => unsafe { self.pass_avx512(upper, read, product, room) },
                #[cfg(target_arch = "x86_64")]
                // SAFETY: as above.
                Kernel::Avx512Vnni => unsafe { self.pass_avx512_vnni(upper, read, product, room) },
            }
        })
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn pass_avx2(
        &self,
        upper: &Upper<'_>,
        read: &Batch,
        product: &mut InBytes,
        room: &mut Room,
    ) -> Vec<f32> {
        self.pass_through(upper, read, product, room)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq")]
    fn pass_avx512(
        &self,
        upper: &Upper<'_>,
        read: &Batch,
        product: &mut InBytes,
        room: &mut Room,
    ) -> Vec<f32> {
        self.pass_through(upper, read, product, room)
    }

    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
    fn pass_avx512_vnni(
        &self,
        upper: &Upper<'_>,
        read: &Batch,
        product: &mut InBytes,
        room: &mut Room,
    ) -> Vec<f32> {
        self.pass_through(upper, read, product, room)
    }

    /// What [`encode`](Encoder::encode) gives, by any product.
    #[cfg(test)]
    pub fn pass(&self, read: &Batch, product: &mut impl Product) -> Vec<f32> {
        self.pass_through(&Upper::default(), read, product, &mut Room::default())
    }

    /// What [`encode_through`](Encoder::encode_through) gives, by any product; inlined, so that it
    /// is compiled for the caller's processor.
    #[inline(always)]
    pub fn pass_through(
        &self,
        upper: &Upper<'_>,
        read: &Batch,
        product: &mut impl Product,
        room: &mut Room,
    ) -> Vec<f32> {
        let kernel = product.kernel();
        let mut rows = self.begun(read);
        let Room { sides, attended, wide, narrow } = room;
        let lower = self.layers.len().saturating_sub(upper.layers.len());
        let mut layers = self.layers[..lower].iter().chain(upper.layers).enumerate().peekable();
        while let Some((number, layer)) = layers.next() {
            if let Some((mark, marked)) = upper.mark.as_ref().filter(|_| number == lower) {
                for row in rows.chunks_exact_mut(WIDTH).take(marked.end).skip(marked.start) {
                    row.iter_mut().zip(*mark).for_each(|(x, mark)| *x += mark);
                }
            }
            product.multiply(&layer.attention, &rows, sides);
            let asked = read.asked.as_deref().filter(|_| layers.peek().is_none());
            if let Some(asked) = asked {
                rows = asked.iter().flat_map(|&at| &rows[at * WIDTH..][..WIDTH]).copied().collect();
            }
            attended.resize(attended.len().max(rows.len()), 0.0);
            let (mut first, mut done) = (0, 0);
            for &count in &read.lengths {
                let sides = &sides[first * 3 * WIDTH..][..count * 3 * WIDTH];
                let of_window = first..first + count;
                let asked: Vec<usize> = match asked {
                    Some(asked) => asked[done..]
                        .iter()
                        .take_while(|&&piece| of_window.contains(&piece))
                        .map(|piece| piece - first)
                        .collect(),
                    None => (0..count).collect(),
                };
                let end = done + asked.len();
                product.attend(sides, &asked, &mut attended[done * WIDTH..end * WIDTH]);
                (first, done) = (of_window.end, end);
            }
            product.multiply(&layer.joined, &attended[..rows.len()], narrow);
            add_and_normalise(&mut rows, narrow, &layer.joined_norm, kernel);
            product.multiply(&layer.wide, &rows, wide);
            let wide = &mut wide[..rows.len() / WIDTH * INNER];
            gelu_by(kernel, wide);
            product.multiply(&layer.narrow, wide, narrow);
            add_and_normalise(&mut rows, narrow, &layer.out_norm, kernel);
        }
        rows
    }

    /// The rows that the first layer is given.
    #[inline(always)]
    fn begun(&self, read: &Batch) -> Vec<f32> {
        let mut rows = vec![0.0_f32; read.pieces.len() * WIDTH];
        let last_place = self.places.scales.len().saturating_sub(1);
        let places = read.lengths.iter().flat_map(|&count| 0..count);
        for ((at, place), row) in places.enumerate().zip(rows.chunks_exact_mut(WIDTH)) {
            self.pieces.add_to(read.pieces[at] as usize, row);
            self.places.add_to(place.min(last_place), row);
            self.kinds.add_to(usize::from(read.quoted[at]), row);
            normalise(row, &self.norm.scale, &self.norm.shift);
        }
        rows
    }
}

#[inline(always)]
fn add_and_normalise(rows: &mut [f32], added: &[f32], norm: &Norm, kernel: Kernel) {
    for (row, added) in rows.chunks_exact_mut(WIDTH).zip(added.chunks_exact(WIDTH)) {
        match kernel {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: these kernels only come from `Kernel::available`, which asked the processor.
            Kernel::Avx512 | Kernel::Avx512Vnni => unsafe {
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
        // SAFETY: these kernels only come from `Kernel::available`, which asked the processor.
        Kernel::Avx512 | Kernel::Avx512Vnni => unsafe { super::wide::gelu(rows) },
        _ => gelu(rows),
    }
}
