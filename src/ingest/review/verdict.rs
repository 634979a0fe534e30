//! A publisher's rating → our verdict: words first, by a table; then numbers, on their own scale.
//!
//! A rating that is not in the table and has no whole scale is `other`. It is never guessed: a
//! review that says less than "false" must not debunk a claim.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::{Rating, Verdict, VerdictSource};

/// What separates the word of a rating from an explanation behind it: "False: the photo is old".
const SEPARATORS: [&str; 8] = [":", "：", "–", "—", "|", "\n", " - ", "!"];

/// Shares of the scale below which a number is false, mostly false, mixed and mostly true: a fifth
/// of a scale of five steps for each, which is how Google documents 1 to 5.
const STEPS: [(f64, Verdict); 4] = [
    (0.125, Verdict::False),
    (0.375, Verdict::MostlyFalse),
    (0.625, Verdict::Mixed),
    (0.875, Verdict::MostlyTrue),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    rating: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    verdict: Verdict,
    language: String,
    words: Vec<String>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("verdicts.toml")).expect("the table is part of the program")
});

static VERDICTS: LazyLock<HashMap<String, Verdict>> = LazyLock::new(|| {
    let entries = TABLE.rating.iter();
    entries
        .flat_map(|entry| entry.words.iter().map(|words| (normalise(words), entry.verdict)))
        .collect()
});

/// A line of the table of ratings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RatingWords<'t> {
    /// BCP 47.
    pub language: &'t str,
    /// What the words mean.
    pub verdict: Verdict,
    /// Ratings, as publishers write them.
    pub words: &'t [String],
}

/// The table of ratings, for its documentation.
pub fn ratings() -> impl Iterator<Item = RatingWords<'static>> {
    TABLE.rating.iter().map(|entry| RatingWords {
        language: &entry.language,
        verdict: entry.verdict,
        words: &entry.words,
    })
}

/// A verdict and what told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// On our scale.
    pub verdict: Verdict,
    /// Where it comes from.
    pub from: VerdictSource,
}

/// The verdict that a rating means.
///
/// ```
/// use claimtrail::domain::{Rating, Verdict, VerdictSource};
/// use claimtrail::ingest::review::verdict;
/// let rating = |words: &str| Rating { words: Some(words.to_owned()), ..Rating::default() };
/// assert_eq!(verdict(&rating("Mostly-False.")).verdict, Verdict::MostlyFalse);
/// assert_eq!(verdict(&rating("False: the photo is old")).verdict, Verdict::False);
/// assert_eq!(verdict(&rating("False, but")).verdict, Verdict::Other);
/// let number = Rating { value: Some(2.0), best: Some(1.0), worst: Some(5.0), ..rating("II") };
/// assert_eq!(verdict(&number).verdict, Verdict::MostlyTrue);
/// assert_eq!(verdict(&number).from, VerdictSource::Numbers);
/// ```
pub fn verdict(rating: &Rating) -> Told {
    if let Some(verdict) = rating.words.as_deref().and_then(of_words) {
        return Told { verdict, from: VerdictSource::Words };
    }
    match rating.share() {
        Some(share) => {
            let step = STEPS.iter().find(|(below, _)| share < *below);
            let verdict = step.map_or(Verdict::True, |(_, verdict)| *verdict);
            Told { verdict, from: VerdictSource::Numbers }
        }
        None => Told { verdict: Verdict::Other, from: VerdictSource::Nothing },
    }
}

fn of_words(words: &str) -> Option<Verdict> {
    if let Some(verdict) = VERDICTS.get(&normalise(words)) {
        return Some(*verdict);
    }
    let ends = SEPARATORS.iter().filter_map(|separator| words.find(separator));
    let label = ends.min().and_then(|end| words.get(..end))?;
    VERDICTS.get(&normalise(label)).copied()
}

/// What two spellings of one rating share: case, accents, outer marks, strokes between words.
fn normalise(words: &str) -> String {
    let folded: String = words
        .nfd()
        // Accents of Latin, Greek and Cyrillic letters; the marks of other scripts are letters.
        .filter(|letter| !('\u{300}'..='\u{36f}').contains(letter))
        .nfkc()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            '_' | '-' | '‐' | '‑' => ' ',
            '’' | '‘' | '`' => '\'',
            letter => letter,
        })
        .collect();
    let bare =
        folded.trim_matches(|letter: char| !letter.is_alphanumeric() && !is_combining_mark(letter));
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn words(words: &str) -> Rating {
        Rating { words: Some(words.to_owned()), ..Rating::default() }
    }

    #[test]
    fn no_rating_has_two_verdicts_and_none_is_empty() {
        let mut known: BTreeMap<String, (Verdict, &str)> = BTreeMap::new();
        for entry in &TABLE.rating {
            for words in &entry.words {
                let key = normalise(words);
                assert!(!key.is_empty(), "{words:?}");
                let (verdict, language) =
                    *known.entry(key).or_insert((entry.verdict, &entry.language));
                assert_eq!(verdict, entry.verdict, "{words:?}: {language} and {}", entry.language);
            }
        }
        assert!(known.len() > 400, "{}", known.len());
    }

    #[test]
    fn ratings_are_read_in_many_languages_and_spellings() {
        for (rating, verdict) in [
            ("FALSE", Verdict::False),
            (" false. ", Verdict::False),
            ("Falso ", Verdict::False),
            ("ENGAÑOSO", Verdict::MostlyFalse),
            ("enganoso", Verdict::MostlyFalse),
            ("Plutôt faux", Verdict::MostlyFalse),
            ("falsch", Verdict::False),
            ("größtenteils richtig", Verdict::MostlyTrue),
            ("Неправда", Verdict::False),
            ("कच्चा-झूठ", Verdict::Other),
            ("गलत", Verdict::False),
            ("錯誤", Verdict::False),
            ("خطأ", Verdict::False),
            ("Yanlış", Verdict::False),
            ("half_true", Verdict::Mixed),
            ("No evidence", Verdict::Unproven),
            ("❌ False", Verdict::False),
            ("“True”", Verdict::True),
        ] {
            assert_eq!(verdict_of(rating), verdict, "{rating}");
        }
    }

    fn verdict_of(rating: &str) -> Verdict {
        verdict(&words(rating)).verdict
    }

    #[test]
    fn a_label_in_front_of_an_explanation_is_read_and_a_sentence_is_not() {
        assert_eq!(verdict_of("FALSO: la foto es de otro muelle"), Verdict::False);
        assert_eq!(verdict_of("Half true – the pier was open by night"), Verdict::Mixed);
        for unsure in [
            "Needs context",
            "Falso, pero",
            "🟥",
            "The harbour office says that this is false",
            "Not true, not false: nobody knows",
            "True. But not for the pier",
            "",
        ] {
            assert_eq!(verdict_of(unsure), Verdict::Other, "{unsure}");
        }
    }

    #[test]
    fn numbers_count_only_on_a_whole_scale_and_behind_words() {
        let number = |value, best, worst, words: Option<&str>| {
            let words = words.map(str::to_owned);
            let rating = Rating { words, value, best, worst, explanation: None };
            let told = verdict(&rating);
            (told.verdict, told.from)
        };
        use VerdictSource::{Nothing, Numbers, Words};
        for (value, verdict) in [
            (1.0, Verdict::False),
            (2.0, Verdict::MostlyFalse),
            (3.0, Verdict::Mixed),
            (4.0, Verdict::MostlyTrue),
            (5.0, Verdict::True),
        ] {
            assert_eq!(number(Some(value), Some(5.0), Some(1.0), None), (verdict, Numbers));
            let upside_down = number(Some(6.0 - value), Some(1.0), Some(5.0), Some("🟥"));
            assert_eq!(upside_down, (verdict, Numbers));
        }
        assert_eq!(number(Some(5.0), Some(5.0), Some(1.0), Some("False")), (Verdict::False, Words));
        for (value, best, worst) in [
            (Some(1.0), Some(5.0), None),
            (Some(1.0), None, Some(1.0)),
            (None, Some(5.0), Some(1.0)),
            (Some(-1.0), Some(-1.0), Some(-1.0)),
            (Some(7.0), Some(5.0), Some(1.0)),
        ] {
            assert_eq!(number(value, best, worst, Some("🟥")), (Verdict::Other, Nothing));
        }
    }
}
