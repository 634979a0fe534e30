//! Vectors of many texts → the texts that lie next to a query.
//!
//! A row is kept in bytes with one scale: a quarter of the memory, and sums of integers are the same
//! on every processor. The scores are off by about 0.002.

use super::gone::Gone;
use super::signs::SignIndex;
use crate::pipeline::matching::Vector;

/// Vectors up to which every one is compared, which takes two milliseconds.
const ALL_COMPARED: usize = 32_768;

/// Vectors that are compared among more.
const COMPARED: usize = 8_192;

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
    signs: SignIndex,
}

/// A query as it is compared.
#[derive(Debug)]
pub struct AskedMeaning {
    places: [i16; WIDTH],
    /// What one step is worth; 0 for what means nothing.
    step: f32,
}

impl From<&Vector> for AskedMeaning {
    fn from(vector: &Vector) -> Self {
        // Fine enough that only the rows' own rounding counts, and 384 products with bytes fit 32 bits.
        const FINE: f32 = 32_767.0;
        let most = vector.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        let scale = if most > 0.0 { FINE / most } else { 0.0 };
        let places = vector.map(|x| (x * scale).round() as i16);
        AskedMeaning { places, step: most / FINE }
    }
}

impl MeaningIndex {
    /// Adds a meaning; they are numbered from 0. `None` is close to nothing until it is
    /// [set](Self::set).
    pub fn add(&mut self, meaning: Option<&Meaning>) {
        let meaning = meaning.copied().unwrap_or_default();
        self.rows.push(meaning.places);
        self.steps.push(meaning.step);
        self.signs.add(&meaning);
    }

    /// Puts a meaning in the place of one that was added.
    ///
    /// # Panics
    /// None has this number.
    pub fn set(&mut self, number: u32, meaning: &Meaning) {
        self.rows[number as usize] = meaning.places;
        self.steps[number as usize] = meaning.step;
        self.signs.set(number, meaning);
    }

    /// Forgets vectors; the others are numbered anew, in their order.
    pub fn forget(&mut self, gone: &Gone) {
        gone.leave(&mut self.rows);
        gone.leave(&mut self.steps);
        self.signs.forget(gone);
    }

    /// The meaning of this number as it is kept.
    ///
    /// # Panics
    /// None has this number.
    pub fn kept(&self, number: u32) -> Meaning {
        Meaning { places: self.rows[number as usize], step: self.steps[number as usize] }
    }

    /// The vector of this number, if it means anything.
    pub fn vector(&self, number: u32) -> Option<Vector> {
        let step = self.steps[number as usize];
        (step > 0.0).then(|| self.rows[number as usize].map(|place| f32::from(place) * step))
    }

    /// The cosine of the query with the vector of this number; 0 where there is none.
    pub fn closeness(&self, asked: &AskedMeaning, number: u32) -> f32 {
        let at = number as usize;
        let (Some(row), Some(own)) = (self.rows.get(at), self.steps.get(at)) else { return 0.0 };
        product(row, &asked.places) as f32 * asked.step * own
    }

    /// The vectors closest to the query with their cosines, closest first, at most `most`; of equal ones
    /// the first.
    ///
    /// Among more than [`ALL_COMPARED`] only the [`COMPARED`] whose signs agree most are compared, so one of the
    /// closest may be missed; the same one on every machine.
    pub fn nearest(&self, asked: &AskedMeaning, most: usize) -> Vec<(u32, f32)> {
        let numbers: Vec<u32> = match self.rows.len() {
            0..=ALL_COMPARED => (0..self.rows.len() as u32).collect(),
            _ => self.signs.nearest(&asked.places, COMPARED),
        };
        let products = products(&self.rows, &numbers, &asked.places);
        let scores = numbers
            .into_iter()
            .zip(products)
            .map(|(number, product)| {
                (number, product as f32 * asked.step * self.steps[number as usize])
            })
            .collect();
        super::best(scores, most)
    }
}

/// The products of these rows with a query.
fn products(rows: &[[i8; WIDTH]], numbers: &[u32], query: &[i16; WIDTH]) -> Vec<i32> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has it.
        return unsafe { products_avx2(rows, numbers, query) };
    }
    products_plainly(rows, numbers, query)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn products_avx2(rows: &[[i8; WIDTH]], numbers: &[u32], query: &[i16; WIDTH]) -> Vec<i32> {
    products_plainly(rows, numbers, query)
}

/// The compiler makes of it what the caller's instructions allow.
#[inline(always)]
fn products_plainly(rows: &[[i8; WIDTH]], numbers: &[u32], query: &[i16; WIDTH]) -> Vec<i32> {
    let mut products = Vec::with_capacity(numbers.len());
    for &number in numbers {
        products.push(product(&rows[number as usize], query));
    }
    products
}

#[inline(always)]
fn product(row: &[i8; WIDTH], query: &[i16; WIDTH]) -> i32 {
    let mut sum = 0;
    for (&a, &b) in row.iter().zip(query) {
        sum += i32::from(a) * i32::from(b);
    }
    sum
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

    fn closeness(index: &MeaningIndex, query: &Vector) -> Vec<f32> {
        (0..index.rows.len() as u32).map(|number| index.closeness(&query.into(), number)).collect()
    }

    #[test]
    fn closeness_is_the_cosine_to_two_thousandths() {
        let texts: Vec<Vector> = (1..40)
            .map(|n| vector(|at| ((at * n) as f32 * 0.37).sin() + 0.2 * (at as f32 * 0.1).cos()))
            .collect();
        let mut index = MeaningIndex::default();
        texts.iter().for_each(|text| index.add(Some(&text.into())));
        for query in &texts {
            for (number, text) in (0..).zip(&texts) {
                let close = index.closeness(&query.into(), number);
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
        assert_eq!(closeness(&index, &[0.0; WIDTH]), [0.0; 3]);
        let close = closeness(&index, &vector(|at| at as f32));
        assert_eq!((close[0], close[2]), (0.0, 0.0));
        assert_eq!(index.closeness(&(&vector(|at| at as f32)).into(), 3), 0.0);
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
        let close = closeness(&index, &one);
        assert!(close[0] > 0.99 && close[1] < close[0], "{close:?}");
    }

    /// More than all of which are compared: a few thousand lie around the query's direction.
    #[test]
    fn among_many_the_closest_are_found_by_their_signs() {
        let mut random = 7_u32;
        let mut next = || {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        let query = vector(|at| ((at * at) as f32).sin());
        let mut index = MeaningIndex::default();
        for number in 0..ALL_COMPARED + 2_000 {
            let near = if number % 7 == 0 { 0.07 } else { 0.0 };
            let row: Vector =
                std::array::from_fn(|at| near * query[at] * (number % 11) as f32 + 0.05 * next());
            index.add(Some(&(&row).into()));
        }
        let asked = (&query).into();
        let all: Vec<(u32, f32)> = (0..index.rows.len() as u32)
            .map(|number| (number, index.closeness(&asked, number)))
            .collect();
        assert_eq!(index.nearest(&asked, 50), super::super::best(all, 50));
    }

    /// The widest sums there can be.
    #[test]
    fn sums_do_not_overflow() {
        let mut index = MeaningIndex::default();
        index.add(Some(&(&vector(|_| 1.0)).into()));
        index.add(Some(&(&vector(|_| -1.0)).into()));
        let close = closeness(&index, &vector(|_| 1.0));
        assert!((close[0] - 1.0).abs() < 1e-3 && (close[1] + 1.0).abs() < 1e-3, "{close:?}");
    }
}
