//! What the tests compare with: the same weights, nothing else rounded.

use std::collections::HashMap;

use super::layers::{HEAD, HEADS, Product, WIDTH};
use super::matrix::{Kernel, Matrix};
use super::numbers::{dot, softmax};

/// Activations as they are, so that nothing but the weights is rounded. Keeps each matrix as
/// numbers; for matrices that live as long as it does.
#[derive(Default)]
pub struct Unrounded(HashMap<*const Matrix, Vec<f32>>);

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

    fn attend(&mut self, sides: &[f32], asked: &[usize], out: &mut [f32]) {
        let (heads, _) = sides.as_chunks::<HEAD>();
        let pieces = sides.len() / (3 * WIDTH);
        let part =
            |piece: usize, side: usize, head: usize| &heads[(piece * 3 + side) * HEADS + head];
        out.fill(0.0);
        for (&piece, row) in asked.iter().zip(out.chunks_exact_mut(WIDTH)) {
            for (head, out) in row.chunks_exact_mut(HEAD).enumerate() {
                let query = part(piece, 0, head);
                let mut shares: Vec<f32> = (0..pieces)
                    .map(|other| dot(query, part(other, 1, head)) / (HEAD as f32).sqrt())
                    .collect();
                softmax(&mut shares);
                for (other, share) in shares.iter().enumerate() {
                    let values = part(other, 2, head);
                    out.iter_mut().zip(values).for_each(|(out, value)| *out += share * value);
                }
            }
        }
    }
}

/// The largest difference of two rows.
pub fn farthest(mine: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(mine.len(), theirs.len());
    mine.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}
