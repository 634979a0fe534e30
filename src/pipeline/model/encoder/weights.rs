//! A file of weights → the parts of a model.

use safetensors::{Dtype, SafeTensors};

use super::layers::{ByteRows, Encoder, HEADS, INNER, Layer, Norm, WIDTH};
use super::matrix::Matrix;

/// A file of tensors: matrices as bytes with a scale for each row, everything else as it is.
pub struct Weights<'d>(SafeTensors<'d>);

impl<'d> Weights<'d> {
    /// Reads the table of contents; `None` where the bytes are no such file.
    pub fn open(bytes: &'d [u8]) -> Option<Self> {
        Some(Weights(SafeTensors::deserialize(bytes).ok()?))
    }

    /// The encoder; `None` where a part is missing or of another size.
    pub fn encoder(&self) -> Option<Encoder> {
        Some(Encoder {
            pieces: self.byte_rows("pieces")?,
            places: self.byte_rows("places")?,
            kinds: self.byte_rows("kinds")?,
            norm: self.norm("norm")?,
            layers: self.layers()?,
        })
    }

    /// The layers, as many as there are from 0 on; `None` where a part of one is missing or of
    /// another size.
    pub fn layers(&self) -> Option<Vec<Layer>> {
        const { assert!(WIDTH.is_multiple_of(HEADS)) };
        let mut layers = Vec::new();
        while let Some(attention) =
            self.matrix(&format!("layers.{}.attention", layers.len()), WIDTH, 3 * WIDTH)
        {
            let name = |part: &str| format!("layers.{}.{part}", layers.len());
            layers.push(Layer {
                attention,
                joined: self.matrix(&name("joined"), WIDTH, WIDTH)?,
                joined_norm: self.norm(&name("joined_norm"))?,
                wide: self.matrix(&name("wide"), WIDTH, INNER)?,
                narrow: self.matrix(&name("narrow"), INNER, WIDTH)?,
                out_norm: self.norm(&name("out_norm"))?,
            });
        }
        Some(layers)
    }

    /// So many numbers.
    pub fn numbers(&self, name: &str, count: usize) -> Option<Vec<f32>> {
        let tensor = self.0.tensor(name).ok()?;
        let numbers: Vec<f32> =
            tensor.data().as_chunks::<4>().0.iter().map(|&four| f32::from_le_bytes(four)).collect();
        (tensor.dtype() == Dtype::F32 && numbers.len() == count).then_some(numbers)
    }

    fn bytes(&self, name: &str, count: usize) -> Option<Vec<i8>> {
        let tensor = self.0.tensor(name).ok()?;
        (tensor.dtype() == Dtype::I8 && tensor.data().len() == count)
            .then(|| tensor.data().iter().map(|&byte| byte as i8).collect())
    }

    fn byte_rows(&self, name: &str) -> Option<ByteRows> {
        let rows = *self.0.tensor(&format!("{name}.q")).ok()?.shape().first()?;
        Some(ByteRows {
            values: self.bytes(&format!("{name}.q"), rows * WIDTH)?,
            scales: self.numbers(&format!("{name}.s"), rows)?,
        })
    }

    /// A matrix with its bias.
    pub fn matrix(&self, name: &str, inputs: usize, outputs: usize) -> Option<Matrix> {
        Matrix::new(
            &self.bytes(&format!("{name}.q"), inputs * outputs)?,
            &self.numbers(&format!("{name}.s"), outputs)?,
            &self.numbers(&format!("{name}.b"), outputs)?,
            inputs,
        )
    }

    fn norm(&self, name: &str) -> Option<Norm> {
        Some(Norm {
            scale: self.numbers(&format!("{name}.scale"), WIDTH)?,
            shift: self.numbers(&format!("{name}.shift"), WIDTH)?,
        })
    }
}
