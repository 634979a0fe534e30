//! Text → its shingles and their signature.

/// Words of a shingle.
const WORDS: usize = 5;
/// Words of a text that are looked at; a signature of a novel's beginning finds the novel.
const MOST_WORDS: usize = 20_000;
/// Bands of a signature, of [`ROWS`] least hashes each: with half the shingles shared two texts share
/// a band with probability 1 - (1 - 0.5²)¹⁶ = 0.99, with a quarter 0.64, with a tenth 0.15.
const BANDS: usize = 16;
const ROWS: usize = 2;

/// The shingles of a text: hashes, in order, each once.
pub(super) struct Shingles(Vec<u64>);

impl Shingles {
    pub fn of(text: &str) -> Self {
        let mut words: Vec<u64> = Vec::new();
        let mut word = String::new();
        for part in text.split_whitespace() {
            word.clear();
            word.extend(part.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase));
            if !word.is_empty() {
                words.push(fnv(word.as_bytes()));
            }
            if words.len() >= MOST_WORDS {
                break;
            }
        }
        let mut hashes: Vec<u64> = words
            .windows(WORDS)
            .map(|run| run.iter().fold(0x9e37_79b9_7f4a_7c15, |hash, &word| mix(hash ^ word)))
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        Shingles(hashes)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// How many shingles both have.
    pub fn shared(&self, other: &Shingles) -> usize {
        let (mut a, mut b, mut shared) = (0, 0, 0);
        while let (Some(one), Some(two)) = (self.0.get(a), other.0.get(b)) {
            match one.cmp(two) {
                std::cmp::Ordering::Less => a += 1,
                std::cmp::Ordering::Greater => b += 1,
                std::cmp::Ordering::Equal => {
                    (a, b, shared) = (a + 1, b + 1, shared + 1);
                }
            }
        }
        shared
    }

    /// One number for each band, in order of band; stored, so it must never change.
    pub fn bands(&self) -> Vec<i64> {
        (0..BANDS)
            .map(|band| {
                let rows = (0..ROWS).map(|row| {
                    let seed = mix((band * ROWS + row) as u64 + 1);
                    self.0.iter().map(|&hash| mix(hash ^ seed)).min().unwrap_or(0)
                });
                let key = rows.fold(band as u64, |key, least| mix(key ^ least));
                i64::from_ne_bytes(key.to_ne_bytes())
            })
            .collect()
    }
}

/// FNV-1a of 64 bits.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every bit in depends on every bit out.
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_signatures_are_found_again_by_every_later_version() {
        let text: String = (0..60).map(|word| format!("word{} ", word * word % 37)).collect();
        let bands = Shingles::of(&text).bands();
        assert_eq!(bands.len(), BANDS);
        assert_eq!(bands[..2], FIRST_BANDS, "every signature stored so far would be lost");
    }

    const FIRST_BANDS: [i64; 2] = [5099681189175052076, -2371364537177177408];

    #[test]
    fn marks_case_and_spaces_do_not_count() {
        let one = Shingles::of("The pier of Lorne is shut, the mayor said on Monday.");
        let two = Shingles::of("the  pier of LORNE is\nshut the mayor said “on Monday”");
        assert_eq!(one.0, two.0);
        assert_eq!(one.shared(&two), one.len());
        assert!(Shingles::of("too short to tell").0.is_empty());
    }

    #[test]
    fn half_the_shingles_shared_nearly_always_shares_a_band() {
        let mut found = 0;
        for case in 0..200u64 {
            // 150 words in common, 50 apart on each side: a share of 146 / 254.
            let words = |from: u64, to: u64, salt: u64| -> String {
                (from..to).map(|word| format!("w{} ", mix(word ^ (case << 32) ^ salt))).collect()
            };
            let one = Shingles::of(&(words(0, 150, 0) + &words(0, 50, 1 << 60)));
            let two = Shingles::of(&(words(0, 150, 0) + &words(0, 50, 1 << 61)));
            let bands = two.bands();
            found += usize::from(one.bands().iter().any(|band| bands.contains(band)));
        }
        assert!(found >= 196, "{found} of 200");
    }
}
