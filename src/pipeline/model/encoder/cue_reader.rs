//! A cue in its surroundings → whether it denies, and which words deny and are denied.
//!
//! The lower layers are the [`Tagger`]'s; the upper ones were trained for one question asked of one
//! cue at a time: the cue's words are marked where the upper layers begin, and each word of the
//! window then tells how likely a part begins or ends with it, as in extractive question answering
//! (Rajpurkar et al. 2016; Devlin et al. 2019). A part that is not told begins and ends before the
//! first word.

use std::ops::Range;

use super::layers::{Batch, InBytes, Layer, Product, Upper, WIDTH};
use super::matrix::{Kernel, Matrix};
use super::numbers::{dot, exp, gelu, softmax};
use super::tagger::Tagger;
use super::weights::Weights;
use super::words::Words;

/// Pieces that are read before a cue and after it; fewer than the 150 and 90 of training, which cost
/// more and tell no more.
const BEFORE: usize = 110;
const AFTER: usize = 70;
/// What a cue may do: nothing, deny in another's voice, in the author's, take back.
pub const KINDS: usize = 4;
/// Parts that are pointed at by their ends: denier, denied words, subject of the claim.
const PARTS: usize = 3;
/// Numbers that each word gets: both ends of each part.
const OUTPUTS: usize = 2 * PARTS;

/// A part that a cue points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Who denies; nowhere: the author.
    Denier,
    /// What is denied; nowhere: not told.
    Denied,
    /// Whom or what the denied proposition is about.
    Subject,
}

/// Upper layers and heads.
#[derive(Debug)]
pub struct CueReader {
    upper: Vec<Layer>,
    mark: Vec<f32>,
    deep: Matrix,
    ends: Vec<f32>,
    ends_bias: Vec<f32>,
    kinds: Vec<f32>,
    kinds_bias: Vec<f32>,
}

/// What the window around one cue says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct CueRead {
    /// The words that were read.
    pub window: Range<usize>,
    /// Shares of nothing, denial, debunk and correction; they sum to 1.
    pub kinds: [f32; KINDS],
    /// For each part's first and last word: the log share of nowhere and of each word.
    ends: [Vec<f32>; OUTPUTS],
}

impl CueRead {
    /// Log of the share that a part has exactly these words, counted in the text; `None` asks for
    /// the share that it is told nowhere. Words outside of the window have no share at all.
    pub fn log_share(&self, part: Part, words: Option<&Range<usize>>) -> f32 {
        let [first, last] = self.ends(part);
        let (start, end) = match words {
            None => (0, 0),
            Some(words)
                if words.start >= self.window.start
                    && words.end <= self.window.end
                    && words.start < words.end =>
            {
                (words.start - self.window.start + 1, words.end - self.window.start)
            }
            Some(_) => return f32::NEG_INFINITY,
        };
        first[start] + last[end]
    }

    /// The likeliest runs of words of a part, at most `count` runs of at most `longest` words, the
    /// likeliest first.
    pub fn best(&self, part: Part, longest: usize, count: usize) -> Vec<Range<usize>> {
        let [first, last] = self.ends(part);
        let mut starts: Vec<usize> = (1..first.len()).collect();
        starts.sort_by(|&a, &b| first[b].total_cmp(&first[a]).then(a.cmp(&b)));
        let mut runs = Vec::new();
        for &start in starts.iter().take(count) {
            let ends = last.iter().enumerate().skip(start).take(longest);
            runs.extend(ends.map(|(end, last)| (first[start] + last, start, end)));
        }
        runs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        runs.truncate(count);
        let from = self.window.start;
        runs.into_iter().map(|(_, start, end)| from + start - 1..from + end).collect()
    }

    fn ends(&self, part: Part) -> [&[f32]; 2] {
        let at = 2 * part as usize;
        [&self.ends[at], &self.ends[at + 1]]
    }
}

impl CueReader {
    /// Reads the weights; `None` where a part is missing or of another size.
    pub fn read(weights: &[u8]) -> Option<CueReader> {
        let file = Weights::open(weights)?;
        Some(CueReader {
            upper: file.layers()?,
            mark: file.numbers("mark", WIDTH)?,
            deep: file.matrix("deep", WIDTH, WIDTH)?,
            ends: file.numbers("ends.weight", OUTPUTS * WIDTH)?,
            ends_bias: file.numbers("ends.bias", OUTPUTS)?,
            kinds: file.numbers("kinds.weight", KINDS * 2 * WIDTH)?,
            kinds_bias: file.numbers("kinds.bias", KINDS)?,
        })
    }

    /// What the words around `cue` say of it; the tagger's words, and the tagger that these weights
    /// were trained on.
    pub fn ask(
        &self,
        tagger: &Tagger,
        words: &Words,
        cue: Range<usize>,
        kernel: Kernel,
    ) -> CueRead {
        let (window, batch, upper) = self.prepared(tagger, words, &cue);
        let rows = tagger.encoder().encode_through(&upper, &batch, kernel);
        self.told(window, &cue, &rows, &mut InBytes::new(kernel))
    }

    fn prepared(
        &self,
        tagger: &Tagger,
        words: &Words,
        cue: &Range<usize>,
    ) -> (Range<usize>, Batch, Upper<'_>) {
        let window = around(words, cue);
        let mut batch = tagger.batch(words, window.clone());
        // nowhere, which is the window's own first mark, then each word by its first piece
        let mut asked = batch.asked.take().unwrap_or_default();
        asked.insert(0, 0);
        let piece = |word: usize| {
            asked.get(word - window.start + 1).copied().unwrap_or(batch.pieces.len() - 1)
        };
        let mark = Some((self.mark.as_slice(), piece(cue.start)..piece(cue.end)));
        batch.asked = Some(asked);
        (window, batch, Upper { layers: &self.upper, mark })
    }

    /// From the rows of nowhere and of a window's words to what they tell.
    fn told(
        &self,
        window: Range<usize>,
        cue: &Range<usize>,
        rows: &[f32],
        product: &mut impl Product,
    ) -> CueRead {
        let (nowhere, of_words) = rows.split_at(WIDTH);
        let mut mean = vec![0.0_f32; WIDTH];
        let marked = cue.start - window.start..cue.end - window.start;
        for row in of_words[marked.start * WIDTH..marked.end * WIDTH].chunks_exact(WIDTH) {
            mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += x);
        }
        mean.iter_mut().for_each(|x| *x /= marked.len().max(1) as f32);
        let mut kinds: [f32; KINDS] = std::array::from_fn(|kind| {
            let weights = &self.kinds[kind * 2 * WIDTH..(kind + 1) * 2 * WIDTH];
            dot(&mean, &weights[..WIDTH]) + dot(nowhere, &weights[WIDTH..]) + self.kinds_bias[kind]
        });
        softmax(&mut kinds);
        let mut deep = Vec::new();
        product.multiply(&self.deep, rows, &mut deep);
        gelu(&mut deep);
        let ends = std::array::from_fn(|output| {
            let weights = &self.ends[output * WIDTH..(output + 1) * WIDTH];
            let mut scores: Vec<f32> = deep
                .chunks_exact(WIDTH)
                .map(|row| dot(row, weights) + self.ends_bias[output])
                .collect();
            log_softmax(&mut scores);
            scores
        });
        CueRead { window, kinds, ends }
    }
}

/// The words that are read around a cue.
fn around(words: &Words, cue: &Range<usize>) -> Range<usize> {
    let size = |word: usize| words.words[word].pieces.len();
    let (mut start, mut used) = (cue.start, 0);
    while start > 0 && used + size(start - 1) <= BEFORE {
        start -= 1;
        used += size(start);
    }
    let (mut end, mut used) = (cue.end, 0);
    while end < words.words.len() && used + size(end) <= AFTER {
        used += size(end);
        end += 1;
    }
    start..end
}

/// Scores → logs of shares that sum to 1.
fn log_softmax(scores: &mut [f32]) {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = scores.iter().map(|score| exp(score - most)).sum();
    let all = most + sum.ln();
    scores.iter_mut().for_each(|score| *score -= all);
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use serde::Deserialize;

    use super::super::exact::{Unrounded, farthest};
    use super::super::layers::Room;
    use super::*;

    static READER: LazyLock<CueReader> = LazyLock::new(|| {
        CueReader::read(include_bytes!("denials.safetensors")).expect("the weights are whole")
    });

    /// What the training framework computed for one cue with the same rounded weights.
    #[derive(Deserialize)]
    struct Expected {
        text: String,
        /// In words.
        cue: [usize; 2],
        kinds: [f32; KINDS],
        /// Log shares of both ends of each part.
        ends: [Vec<f32>; OUTPUTS],
    }

    fn expected() -> Vec<Expected> {
        include_str!("denials_expected.jsonl")
            .lines()
            .map(|line| serde_json::from_str(line).expect("well formed"))
            .collect()
    }

    fn unrounded(words: &Words, cue: Range<usize>) -> CueRead {
        let tagger = Tagger::built_in();
        let (window, batch, upper) = READER.prepared(tagger, words, &cue);
        let mut exact = Unrounded::default();
        let rows = tagger.encoder().pass_through(&upper, &batch, &mut exact, &mut Room::default());
        READER.told(window, &cue, &rows, &mut exact)
    }

    fn words_of(text: &str) -> Words {
        Tagger::built_in().words(text, usize::MAX).0
    }

    #[test]
    fn equals_the_training_framework_with_the_same_weights() {
        assert!(expected().len() > 10);
        for Expected { text, cue, kinds, ends } in expected() {
            let mine = unrounded(&words_of(&text), cue[0]..cue[1]);
            assert!(farthest(&mine.kinds, &kinds) < 1e-3, "{:?} {kinds:?}: {text}", mine.kinds);
            for (mine, theirs) in mine.ends.iter().zip(&ends) {
                assert!(farthest(mine, theirs) < 2e-3, "{}: {text}", farthest(mine, theirs));
            }
        }
    }

    #[test]
    fn rounding_the_activations_keeps_what_is_pointed_at() {
        let (mut same, mut all) = (0, 0);
        for Expected { text, cue, .. } in expected().into_iter().take(6) {
            let (words, cue) = (words_of(&text), cue[0]..cue[1]);
            let exact = unrounded(&words, cue.clone());
            let rounded = READER.ask(Tagger::built_in(), &words, cue, Kernel::best());
            assert!(farthest(&exact.kinds, &rounded.kinds) < 0.1, "{text}");
            for part in [Part::Denier, Part::Denied, Part::Subject] {
                all += 1;
                same += usize::from(exact.best(part, 20, 1) == rounded.best(part, 20, 1));
            }
        }
        assert!(same * 10 >= all * 8, "{same} of {all}");
    }

    #[test]
    fn every_kernel_gives_the_same_bits() {
        let words = words_of("The palace denied it.");
        let read: Vec<CueRead> = Kernel::available()
            .into_iter()
            .map(|kernel| READER.ask(Tagger::built_in(), &words, 2..3, kernel))
            .collect();
        assert!(read.iter().all(|other| *other == read[0]));
    }

    #[test]
    fn points_at_denier_and_denied_words_and_gives_no_share_to_what_it_has_not_read() {
        let text = "The harbour office denied that its pilot had met the smugglers.";
        let words = words_of(text);
        let read = READER.ask(Tagger::built_in(), &words, 3..4, Kernel::best());
        assert!(read.kinds[1] > 0.5, "{:?}", read.kinds);
        assert_eq!(read.best(Part::Denier, 8, 1).pop(), Some(0..3));
        assert_eq!(read.best(Part::Denied, 20, 1).pop(), Some(5..11));
        let shares = |part| {
            let told = read.log_share(part, Some(&read.best(part, 20, 1)[0]));
            (told, read.log_share(part, None))
        };
        let (denied, nowhere) = shares(Part::Denied);
        assert!(denied > nowhere && nowhere.is_finite(), "{denied} {nowhere}");
        for outside in [5..900, 900..901, 4..4] {
            assert_eq!(read.log_share(Part::Denied, Some(&outside)), f32::NEG_INFINITY);
        }
    }

    #[test]
    fn reads_no_more_than_its_window_however_long_the_text() {
        let text =
            format!("{}. He denied it. {}", "long ago ".repeat(900), "and so on ".repeat(900));
        let words = words_of(&text);
        let cue = words.words.iter().position(|word| &text[word.span.clone()] == "denied");
        let cue = cue.expect("it is there");
        let window = around(&words, &(cue..cue + 1));
        assert_eq!((window.start, window.end), (cue - BEFORE, cue + 1 + AFTER));
    }

    #[test]
    fn a_broken_file_is_no_reader() {
        let bytes = include_bytes!("denials.safetensors");
        for end in [0, 7, 1_000, bytes.len() - 1] {
            assert!(CueReader::read(&bytes[..end]).is_none(), "{end}");
        }
        // The scorer's file has other heads.
        assert!(CueReader::read(include_bytes!("checkworthiness.safetensors")).is_none());
    }
}
