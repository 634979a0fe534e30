//! What the tests compare with: the same weights, nothing else rounded.

use std::collections::HashMap;

use super::layers::Product;
use super::matrix::{Kernel, Matrix};

/// Activations as they are, so that nothing but the weights is rounded. Keeps each matrix as
/// numbers; for matrices that live as long as it does.
#[derive(Default)]
pub struct Unrounded(HashMap<*const Matrix, Vec<f32>>);

impl Product for &mut Unrounded {
    fn kernel(&self) -> Kernel {
        Kernel::Portable
    }

    fn multiply(&mut self, matrix: &Matrix, rows: &[f32], out: &mut Vec<f32>) {
        (**self).multiply(matrix, rows, out);
    }
}

impl Product for Unrounded {
    fn kernel(&self) -> Kernel {
        Kernel::Portable
    }

    fn multiply(&mut self, matrix: &Matrix, rows: &[f32], out: &mut Vec<f32>) {
        let (inputs, outputs) = (matrix.inputs(), matrix.outputs());
        let count = rows.len() / inputs;
        let weights = self.0.entry(matrix).or_insert_with(|| {
            (0..outputs)
                .flat_map(|output| (0..inputs).map(move |input| matrix.weight(output, input)))
                .collect()
        });
        out.clear();
        for _ in 0..count {
            out.extend((0..outputs).map(|output| matrix.bias(output)));
        }
        let (step, wide) = (inputs as isize, outputs as isize);
        // SAFETY: `rows` is count × inputs, `weights` outputs × inputs read as its transpose,
        // `out` count × outputs; the strides walk exactly these.
        unsafe {
            matrixmultiply::sgemm(
                count,
                inputs,
                outputs,
                1.0,
                rows.as_ptr(),
                step,
                1,
                weights.as_ptr(),
                1,
                step,
                1.0,
                out.as_mut_ptr(),
                wide,
                1,
            );
        }
    }
}

/// The largest difference of two rows.
pub fn farthest(mine: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(mine.len(), theirs.len());
    mine.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}
