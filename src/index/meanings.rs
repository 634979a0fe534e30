//! Vectors of many texts → the texts that lie next to a query: every one is compared.
//!
//! A row is kept in bytes with one scale: a quarter of the memory, and sums of integers are the same
//! on every processor. The scores are off by about 0.002.

use crate::pipeline::matching::Vector;

/// Numbers of a vector.
const WIDTH: usize = size_of::<Vector>() / size_of::<f32>();

/// Vectors, in the order they were added.
#[derive(Debug, Default)]
pub struct MeaningIndex {
    rows: Vec<[i8; WIDTH]>,
    /// Value of one step of each row.
    steps: Vec<f32>,
}

impl MeaningIndex {
    /// Adds a vector; they are numbered from 0.
    pub fn add(&mut self, vector: &Vector) {
        let most = vector.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        let step = most / 127.0;
        let scale = if step > 0.0 { 1.0 / step } else { 0.0 };
        self.rows.push(vector.map(|x| (x * scale).round() as i8));
        self.steps.push(step);
    }

    /// The cosine of the query with each vector.
    pub fn closeness(&self, query: &Vector) -> Vec<f32> {
        // Fine enough that only the rows' own rounding counts, and 384 products with bytes fit 32 bits.
        const FINE: f32 = 32_767.0;
        let most = query.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        if most == 0.0 {
            return vec![0.0; self.rows.len()];
        }
        let query = query.map(|x| (x / most * FINE).round() as i16);
        let step = most / FINE;
        self.rows
            .iter()
            .zip(&self.steps)
            .map(|(row, own)| {
                let sum: i32 =
                    row.iter().zip(&query).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum();
                sum as f32 * step * own
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(place: impl Fn(usize) -> f32) -> Vector {
        let mut vector: Vector = std::array::from_fn(place);
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vector.iter_mut().for_each(|x| *x /= length.max(f32::MIN_POSITIVE));
        vector
    }

    #[test]
    fn closeness_is_the_cosine_to_two_thousandths() {
        let texts: Vec<Vector> = (1..40)
            .map(|n| vector(|at| ((at * n) as f32 * 0.37).sin() + 0.2 * (at as f32 * 0.1).cos()))
            .collect();
        let mut index = MeaningIndex::default();
        texts.iter().for_each(|text| index.add(text));
        for query in &texts {
            for (text, close) in texts.iter().zip(index.closeness(query)) {
                let exact: f32 = text.iter().zip(query).map(|(a, b)| a * b).sum();
                assert!((exact - close).abs() < 2e-3, "{exact} {close}");
            }
        }
    }

    #[test]
    fn nothing_is_close_to_nothing() {
        let mut index = MeaningIndex::default();
        index.add(&[0.0; WIDTH]);
        index.add(&vector(|_| 1.0));
        assert_eq!(index.closeness(&[0.0; WIDTH]), [0.0, 0.0]);
        assert_eq!(index.closeness(&vector(|at| at as f32))[0], 0.0);
    }

    /// The widest sums there can be.
    #[test]
    fn sums_do_not_overflow() {
        let mut index = MeaningIndex::default();
        index.add(&vector(|_| 1.0));
        index.add(&vector(|_| -1.0));
        let close = index.closeness(&vector(|_| 1.0));
        assert!((close[0] - 1.0).abs() < 1e-3 && (close[1] + 1.0).abs() < 1e-3, "{close:?}");
    }
}
