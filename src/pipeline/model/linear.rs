//! Sparse linear models with hashed features and one byte a weight.
//!
//! Several models ("seats") share a file. A feature is a 32-bit hash; its weight lies at the
//! hash's upper bits in the seat's table. Collisions are part of the model: it was trained with
//! the same tables.

/// A feature made of a template's number and one value.
#[inline]
pub fn feature(template: u32, value: u32) -> u32 {
    let mixed = (value ^ template.wrapping_mul(0x9E37_79B1)).wrapping_mul(0x85EB_CA6B);
    (mixed ^ (mixed >> 15)).wrapping_mul(0xC2B2_AE35)
}

/// A feature made of a template's number and two values; their order counts.
#[inline]
pub fn feature_pair(template: u32, first: u32, second: u32) -> u32 {
    feature(template, first.wrapping_mul(0x27D4_EB2F).rotate_left(13) ^ second)
}

/// One model of a file: a table of weights, a power of two long.
#[derive(Debug, Clone)]
pub struct Seat {
    weights: Vec<i8>,
    shift: u32,
    scale: f32,
}

impl Seat {
    /// The table index of a feature in a table of 2 to the power `bits` weights.
    #[inline]
    pub fn index(feature: u32, bits: u32) -> usize {
        (feature >> (32 - bits)) as usize
    }

    /// The sum of the weights of `features`.
    #[inline]
    pub fn score(&self, features: &[u32]) -> f32 {
        let mut sum = 0i32;
        for &feature in features {
            sum += i32::from(self.weights[(feature >> self.shift) as usize]);
        }
        sum as f32 * self.scale
    }
}

/// The seats of one file, in the order they were written.
#[derive(Debug, Clone)]
pub struct LinearModel {
    seats: Vec<Seat>,
}

/// First bytes of a file of weights; the digit is the version of its form.
const MAGIC: &[u8; 8] = b"CTLINEA1";

impl LinearModel {
    /// Reads a file that [`LinearModel::write`] wrote; `None` where it is none.
    pub fn read(bytes: &[u8]) -> Option<LinearModel> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let mut seats = Vec::new();
        while !rest.is_empty() {
            let (head, tail) = rest.split_first_chunk::<12>()?;
            let bits = u32::from_le_bytes(*head.first_chunk()?);
            let scale = f32::from_le_bytes(*head[4..].first_chunk()?);
            let count = u32::from_le_bytes(*head[8..].first_chunk()?);
            if !(1..=24).contains(&bits) {
                return None;
            }
            let mut weights = vec![0i8; 1 << bits];
            let mut at = 0usize;
            let mut bytes = tail.iter();
            for _ in 0..count {
                let mut gap = 0usize;
                let mut shift = 0;
                loop {
                    let byte = *bytes.next()?;
                    gap |= usize::from(byte & 127).checked_shl(shift)?;
                    shift += 7;
                    if byte & 128 == 0 {
                        break;
                    }
                }
                at = at.checked_add(gap)?;
                *weights.get_mut(at)? = *bytes.next()? as i8;
            }
            rest = bytes.as_slice();
            seats.push(Seat { weights, shift: 32 - bits, scale });
        }
        Some(LinearModel { seats })
    }

    /// The file for tables of weights: each is rounded to a byte, zeros are left out.
    pub fn write(tables: &[Vec<f32>]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for table in tables {
            let largest = table.iter().fold(0f32, |largest, weight| largest.max(weight.abs()));
            let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
            let rounded: Vec<(usize, i8)> = table
                .iter()
                .enumerate()
                .map(|(at, weight)| (at, (weight / scale).round() as i8))
                .filter(|&(_, weight)| weight != 0)
                .collect();
            bytes.extend((table.len().trailing_zeros()).to_le_bytes());
            bytes.extend(scale.to_le_bytes());
            bytes.extend((rounded.len() as u32).to_le_bytes());
            let mut last = 0;
            for (at, weight) in rounded {
                let mut gap = at - last;
                last = at;
                while gap > 127 {
                    bytes.push((gap & 127) as u8 | 128);
                    gap >>= 7;
                }
                bytes.push(gap as u8);
                bytes.push(weight as u8);
            }
        }
        bytes
    }

    /// The seat with this number.
    pub fn seat(&self, number: usize) -> Option<&Seat> {
        self.seats.get(number)
    }

    /// The number of seats.
    pub fn len(&self) -> usize {
        self.seats.len()
    }

    /// Whether there is no seat.
    pub fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_file_is_read_back() {
        let mut table = vec![0f32; 1 << 10];
        table[3] = 1.0;
        table[700] = -0.5;
        let bytes = LinearModel::write(&[table, vec![0f32; 2]]);
        let model = LinearModel::read(&bytes).expect("well formed");
        assert_eq!(model.len(), 2);
        let seat = model.seat(0).expect("two seats");
        assert!((seat.score(&[3 << 22]) - 1.0).abs() < 0.01);
        assert!((seat.score(&[700 << 22, 3 << 22]) - 0.5).abs() < 0.01);
    }

    #[test]
    fn a_broken_file_is_refused() {
        let bytes = LinearModel::write(&[vec![1f32; 4]]);
        for end in 0..bytes.len() {
            // A cut between two seats, or right after the head, is a shorter file.
            if end != MAGIC.len() {
                assert!(LinearModel::read(&bytes[..end]).is_none(), "{end}");
            }
        }
        assert!(LinearModel::read(b"CTLINEA1\xff\xff\xff\xff12345678").is_none());
    }
}
