//! Vectors of many texts → the texts that lie next to a query: every one is compared.
//!
//! A row is kept in bytes with one scale: a quarter of the memory, and sums of integers are the same
//! on every processor. The scores are off by about 0.002.

use crate::pipeline::matching::Vector;

/// Numbers of a vector.
pub const WIDTH: usize = size_of::<Vector>() / size_of::<f32>();

/// A vector as it is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meaning {
    /// The vector's numbers in steps.
    pub places: [i8; WIDTH],
    /// What one step is worth; 0 for what means nothing.
    pub step: f32,
}

impl Default for Meaning {
    fn default() -> Self {
        Meaning { places: [0; WIDTH], step: 0.0 }
    }
}

impl Meaning {
    /// Four bytes of the step, the low one first, and one for each place.
    pub fn to_bytes(&self) -> Vec<u8> {
        let places = self.places.iter().map(|place| place.to_le_bytes()[0]);
        self.step.to_le_bytes().into_iter().chain(places).collect()
    }

    /// What [`Meaning::to_bytes`] made; `None` for bytes that are no meaning.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (step, places) = bytes.split_first_chunk::<4>()?;
        let step = f32::from_le_bytes(*step);
        let places: [u8; WIDTH] = places.try_into().ok()?;
        (step.is_finite() && step >= 0.0)
            .then(|| Meaning { places: places.map(|place| i8::from_le_bytes([place])), step })
    }
}

impl From<&Vector> for Meaning {
    fn from(vector: &Vector) -> Self {
        let most = vector.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        let step = most / 127.0;
        let scale = if step > 0.0 { 1.0 / step } else { 0.0 };
        Meaning { places: vector.map(|x| (x * scale).round() as i8), step }
    }
}

/// Vectors, in the order they were added.
#[derive(Debug, Default)]
pub struct MeaningIndex {
    rows: Vec<[i8; WIDTH]>,
    /// Value of one step of each row.
    steps: Vec<f32>,
}

impl MeaningIndex {
    /// Adds a meaning; they are numbered from 0. `None` is close to nothing until it is
    /// [set](Self::set).
    pub fn add(&mut self, meaning: Option<&Meaning>) {
        let meaning = meaning.copied().unwrap_or_default();
        self.rows.push(meaning.places);
        self.steps.push(meaning.step);
    }

    /// Puts a meaning in the place of one that was added.
    ///
    /// # Panics
    /// None has this number.
    pub fn set(&mut self, number: u32, meaning: &Meaning) {
        self.rows[number as usize] = meaning.places;
        self.steps[number as usize] = meaning.step;
    }

    /// The vector of this number, if it means anything.
    pub fn vector(&self, number: u32) -> Option<Vector> {
        let step = self.steps[number as usize];
        (step > 0.0).then(|| self.rows[number as usize].map(|place| f32::from(place) * step))
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
        texts.iter().for_each(|text| index.add(Some(&text.into())));
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
        index.add(Some(&(&[0.0; WIDTH]).into()));
        index.add(Some(&(&vector(|_| 1.0)).into()));
        index.add(None);
        assert_eq!(index.closeness(&[0.0; WIDTH]), [0.0; 3]);
        let close = index.closeness(&vector(|at| at as f32));
        assert_eq!((close[0], close[2]), (0.0, 0.0));
    }

    #[test]
    fn a_meaning_is_the_same_after_it_was_bytes() {
        let meaning = Meaning::from(&vector(|at| (at as f32).sin()));
        let bytes = meaning.to_bytes();
        assert_eq!(Meaning::from_bytes(&bytes), Some(meaning));
        assert_eq!(Meaning::from_bytes(&bytes[1..]), None);
        assert_eq!(Meaning::from_bytes(&[&f32::NAN.to_le_bytes(), &bytes[4..]].concat()), None);
    }

    #[test]
    fn a_meaning_that_comes_later_is_found_then() {
        let (one, other) = (vector(|at| at as f32), vector(|at| 400.0 - at as f32));
        let mut index = MeaningIndex::default();
        index.add(None);
        index.add(Some(&(&other).into()));
        index.set(0, &(&one).into());
        let close = index.closeness(&one);
        assert!(close[0] > 0.99 && close[1] < close[0], "{close:?}");
    }

    /// The widest sums there can be.
    #[test]
    fn sums_do_not_overflow() {
        let mut index = MeaningIndex::default();
        index.add(Some(&(&vector(|_| 1.0)).into()));
        index.add(Some(&(&vector(|_| -1.0)).into()));
        let close = index.closeness(&vector(|_| 1.0));
        assert!((close[0] - 1.0).abs() < 1e-3 && (close[1] + 1.0).abs() < 1e-3, "{close:?}");
    }
}
