//! Two revisions of one document → what the later one changed, sentence by sentence; pure.
//!
//! Sentences with the same words are paired first, the most that keep their order stay, and the other
//! pairs have moved. Between those that stay, a sentence that is gone and one that is new are one
//! changed sentence where they share enough words. Nothing searches for the very smallest difference:
//! that is quadratic for two long texts, and a limit of time would make the answer depend on the
//! machine. The cost is that of sorting.

use std::collections::HashMap;
use std::ops::Range;

use super::text;
use crate::domain::{ChangeKind, Field, RevisionWords, SentenceChange, Span};

/// Two sentences are one that was changed from this share of common words on (twice the common words
/// over the words of both): below it, a reader sees two sentences.
const SAME: f64 = 0.5;

/// How many new sentences are looked at for each one that is gone.
const WINDOW: usize = 8;

/// What `after` changed of `before`, in order of place; the headline counts as one sentence.
///
/// White space alone makes no difference.
pub fn compare(before: &RevisionWords, after: &RevisionWords) -> Vec<SentenceChange> {
    let mut changes: Vec<SentenceChange> = title(before, after).into_iter().collect();
    let (before, after) = (Sentence::all(&before.text), Sentence::all(&after.text));
    let pairs = same_words(&before, &after);
    let stay = longest_in_order(&pairs);
    let mut partner: Vec<Option<usize>> = vec![None; before.len()];
    let mut kinds: Vec<Option<ChangeKind>> = vec![Some(ChangeKind::Added); after.len()];
    let mut origin: Vec<Option<usize>> = vec![None; after.len()];
    for (&(earlier, later), stays) in pairs.iter().zip(stay) {
        partner[earlier] = Some(later);
        origin[later] = Some(earlier);
        kinds[later] = (!stays).then_some(ChangeKind::Moved);
    }
    let places: Places<'_> = Places { before: &before, after: &after };
    let (mut earlier, mut later) = (0, 0);
    while earlier < before.len() || later < after.len() {
        let next = |later: usize| (later..after.len()).find(|&at| kinds[at].is_none());
        let anchor = next(later);
        let until = anchor.unwrap_or(after.len());
        let until_before = anchor.and_then(|at| origin[at]).unwrap_or(before.len());
        places.between(
            earlier..until_before,
            later..until,
            &partner,
            (&kinds, &origin),
            &mut changes,
        );
        (earlier, later) = (until_before + 1, until + 1);
    }
    changes
}

fn title(before: &RevisionWords, after: &RevisionWords) -> Option<SentenceChange> {
    let whole = |words: &str| {
        let start = words.len() - words.trim_start().len();
        let end = words.trim_end().len();
        (start < end).then(|| Span::new(Field::Title, start..end))
    };
    let (old, new) = (before.field(Field::Title), after.field(Field::Title));
    let kind = match (whole(old), whole(new)) {
        (None, None) => return None,
        (Some(_), None) => ChangeKind::Removed,
        (None, Some(_)) => ChangeKind::Added,
        (Some(_), Some(_)) if old.split_whitespace().eq(new.split_whitespace()) => return None,
        (Some(_), Some(_)) => ChangeKind::Changed,
    };
    Some(SentenceChange { kind, before: whole(old), after: whole(new) })
}

/// A sentence of a text.
struct Sentence {
    span: Range<usize>,
    /// Its words with one space between them.
    key: String,
    /// Its words in lower case, sorted.
    words: Vec<String>,
}

impl Sentence {
    fn all(text: &str) -> Vec<Sentence> {
        let all = text::sentences(text).into_iter();
        all.map(|text::Sentence { span, .. }| {
            let sentence = &text[span.clone()];
            let key = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
            let mut words: Vec<String> = key
                .split(|letter: char| !letter.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(str::to_lowercase)
                .collect();
            words.sort_unstable();
            Sentence { span, key, words }
        })
        .collect()
    }

    fn place(&self) -> Option<Span> {
        Some(Span::text(self.span.clone()))
    }

    /// The share of words that two sentences have in common.
    fn likeness(&self, other: &Sentence) -> f64 {
        let (mut left, mut right, mut common) = (0, 0, 0usize);
        while let (Some(word), Some(another)) = (self.words.get(left), other.words.get(right)) {
            match word.cmp(another) {
                std::cmp::Ordering::Less => left += 1,
                std::cmp::Ordering::Greater => right += 1,
                std::cmp::Ordering::Equal => {
                    (left, right, common) = (left + 1, right + 1, common + 1);
                }
            }
        }
        let all = self.words.len() + other.words.len();
        if all == 0 { 0.0 } else { 2.0 * common as f64 / all as f64 }
    }
}

/// Sentences of the same words, in order of the earlier: the first with the first, the second with the
/// second …
fn same_words(before: &[Sentence], after: &[Sentence]) -> Vec<(usize, usize)> {
    let mut places: HashMap<&str, std::collections::VecDeque<usize>> = HashMap::new();
    for (at, sentence) in after.iter().enumerate() {
        places.entry(&sentence.key).or_default().push_back(at);
    }
    let pair = |(at, sentence): (usize, &Sentence)| {
        Some((at, places.get_mut(sentence.key.as_str())?.pop_front()?))
    };
    before.iter().enumerate().filter_map(pair).collect()
}

/// For each pair whether it is one of the longest run of pairs whose second places rise.
fn longest_in_order(pairs: &[(usize, usize)]) -> Vec<bool> {
    // For each length the pair that ends a run of it at the lowest place, and for each pair the one
    // before it in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (number, &(_, place)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].1 < place);
        previous.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = number,
            None => ends.push(number),
        }
    }
    let mut stays = vec![false; pairs.len()];
    let mut at = ends.last().copied();
    while let Some(number) = at {
        stays[number] = true;
        at = previous[number];
    }
    stays
}

struct Places<'p> {
    before: &'p [Sentence],
    after: &'p [Sentence],
}

impl Places<'_> {
    /// The changes between two sentences that stay.
    fn between(
        &self,
        earlier: Range<usize>,
        later: Range<usize>,
        partner: &[Option<usize>],
        (kinds, origin): (&[Option<ChangeKind>], &[Option<usize>]),
        changes: &mut Vec<SentenceChange>,
    ) {
        let gone: Vec<usize> = earlier.filter(|&at| partner[at].is_none()).collect();
        let new: Vec<usize> =
            later.clone().filter(|&at| kinds[at] == Some(ChangeKind::Added)).collect();
        let changed = self.changed(&gone, &new);
        // A sentence that is gone is told before those that are new behind the same place.
        let mut until: Vec<usize> =
            later.clone().map(|at| changed.get(&at).copied().unwrap_or(usize::MAX)).collect();
        for place in (1..until.len()).rev() {
            until[place - 1] = until[place - 1].min(until[place]);
        }
        let mut left = gone.iter().copied().peekable();
        let removed = |at: usize| SentenceChange {
            kind: ChangeKind::Removed,
            before: self.before[at].place(),
            after: None,
        };
        for (at, until) in later.zip(until) {
            let after = self.after[at].place();
            if kinds[at] == Some(ChangeKind::Added) {
                while let Some(earlier) = left.next_if(|&earlier| earlier < until) {
                    changes.push(removed(earlier));
                }
            }
            let change = match (changed.get(&at), kinds[at]) {
                (Some(&old), _) => {
                    left.next_if_eq(&old);
                    let before = self.before[old].place();
                    SentenceChange { kind: ChangeKind::Changed, before, after }
                }
                (None, Some(kind)) => {
                    let before = origin[at].and_then(|old| self.before[old].place());
                    SentenceChange { kind, before, after }
                }
                (None, None) => continue,
            };
            changes.push(change);
        }
        changes.extend(left.map(removed));
    }

    /// Which new sentence is which one that is gone, by the new one's place; both in order.
    fn changed(&self, gone: &[usize], new: &[usize]) -> HashMap<usize, usize> {
        let mut found = HashMap::new();
        let mut from = 0;
        for &old in gone {
            let mut best: Option<(f64, usize)> = None;
            for (place, &at) in new.iter().enumerate().skip(from).take(WINDOW) {
                let likeness = self.before[old].likeness(&self.after[at]);
                if likeness >= SAME && best.is_none_or(|(most, _)| likeness > most) {
                    best = Some((likeness, place));
                }
            }
            if let Some((_, place)) = best {
                found.insert(new[place], old);
                from = place + 1;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn words(title: &str, text: &str) -> RevisionWords {
        let title = (!title.is_empty()).then(|| title.to_owned());
        RevisionWords { title, text: text.to_owned() }
    }

    /// Each change as a line: its kind, and its words before and after.
    fn shown(before: &RevisionWords, after: &RevisionWords) -> Vec<String> {
        let quote = |words: &RevisionWords, span: Option<Span>| {
            span.map_or(String::new(), |span| words.field(span.field)[span.range()].to_owned())
        };
        compare(before, after)
            .iter()
            .map(|change| {
                let (old, new) = (quote(before, change.before), quote(after, change.after));
                format!("{} [{old}] [{new}]", change.kind.as_str())
            })
            .collect()
    }

    #[test]
    fn each_sentence_has_its_own_fate() {
        let before = words(
            "Ferry lost",
            "The ferry Mirelle sank on Monday. Gulls were seen. Nobody was hurt.\n\nThe board met. It rained.",
        );
        let after = words(
            "Ferry late",
            "It rained. The ferry Mirelle was late on Monday. Nobody was hurt.\n\nThe board met. A mast broke.",
        );
        assert_eq!(
            shown(&before, &after),
            [
                "changed [Ferry lost] [Ferry late]",
                "moved [It rained.] [It rained.]",
                "changed [The ferry Mirelle sank on Monday.] [The ferry Mirelle was late on Monday.]",
                "removed [Gulls were seen.] []",
                "added [] [A mast broke.]",
            ]
        );
    }

    #[test]
    fn white_space_alone_changes_nothing() {
        let before = words("Ferry  lost", "It rained.\n\nGulls were\nseen.");
        assert_eq!(compare(&before, &words("Ferry lost ", "It rained. Gulls were seen.")), []);
        assert_eq!(compare(&before, &before), []);
        assert_eq!(compare(&words("", ""), &words("", "")), []);
    }

    #[test]
    fn a_sentence_said_twice_and_then_once_is_removed_once() {
        let found = shown(&words("", "No. No. Yes."), &words("", "No. Yes."));
        assert_eq!(found, ["removed [No.] []"]);
    }

    #[test]
    fn a_headline_that_comes_or_goes_is_told() {
        assert_eq!(shown(&words("", "A."), &words("Gulls", "A.")), ["added [] [Gulls]"]);
        assert_eq!(shown(&words("Gulls", "A."), &words("", "A.")), ["removed [Gulls] []"]);
    }

    /// Whatever the two texts are, they can be told apart within the time that a page may take.
    #[test]
    fn two_long_texts_without_a_common_order_cost_no_more_than_sorting_them() {
        let sentence = |number: usize| format!("Gull {number} flew to pier {}. ", number % 97);
        let before: String = (0..10_000).map(sentence).collect();
        let reversed: String = (0..10_000).rev().map(sentence).collect();
        let others: String = (10_000..20_000).map(sentence).collect();
        let same: String = "No gull. ".repeat(20_000);
        let started = Instant::now();
        let moved = compare(&words("", &before), &words("", &reversed));
        assert!(moved.iter().all(|change| change.kind == ChangeKind::Moved));
        assert_eq!(moved.len(), 9_999);
        assert!(compare(&words("", &before), &words("", &others)).len() >= 10_000);
        assert_eq!(compare(&words("", &same), &words("", &before)).len(), 30_000);
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    }

    #[test]
    fn what_is_told_and_what_is_not_make_up_both_texts() {
        // Every sentence of either text is told once, or stands in both.
        let texts = ["A b. C d. E f. A b.", "C d. A b. G h. E f g.", "", "E f. E f. C d."];
        for before in texts {
            for after in texts {
                let changes = compare(&words("", before), &words("", after));
                let told = |side: fn(&SentenceChange) -> Option<Span>| {
                    let mut spans: Vec<_> = changes.iter().filter_map(side).collect();
                    let all = spans.len();
                    spans.sort();
                    spans.dedup();
                    assert_eq!(spans.len(), all, "{before:?} {after:?}");
                    all
                };
                let (left, right) = (told(|it| it.before), told(|it| it.after));
                let same_before = text::sentences(before).len() - left;
                let same_after = text::sentences(after).len() - right;
                assert_eq!(same_before, same_after, "{before:?} {after:?}");
            }
        }
    }
}
