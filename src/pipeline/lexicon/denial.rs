//! `denial_cues.toml` as types: which words may deny, and what only looks like it.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// Where the denied words stand, seen from the cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// After it: "denied that …".
    Verb,
    /// Between the verb and the label: "called the report a hoax".
    Called,
    /// Before it: "the report is false".
    Predicate,
    /// Around it: "the hoax that …".
    Noun,
    /// "his denials".
    DenialNoun,
    /// After it: "no evidence that …".
    Evidence,
    /// After it: "falsely claimed that …".
    Adverb,
    /// Around it: "was never in …".
    Negation,
    /// What somebody else said: "lied when he said …".
    Lying,
    /// The charge: "pleaded not guilty to …".
    Innocence,
    /// One's own earlier words.
    Correction,
}

impl Family {
    /// A short name, as features and rule ids use it.
    pub fn as_str(self) -> &'static str {
        match self {
            Family::Verb => "verb",
            Family::Called => "called",
            Family::Predicate => "predicate",
            Family::Noun => "noun",
            Family::DenialNoun => "denial_noun",
            Family::Evidence => "evidence",
            Family::Adverb => "adverb",
            Family::Negation => "negation",
            Family::Lying => "lying",
            Family::Innocence => "innocence",
            Family::Correction => "correction",
        }
    }
}

/// One place of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// One of these words.
    Words(Vec<String>),
    /// Up to three adverbs.
    Adverbs,
    /// Up to twelve words of any kind.
    Gap,
    /// Up to three words of any kind.
    Near,
}

/// Words in order around an anchor.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// The places, each with whether it may be missing.
    pub slots: Vec<(Slot, bool)>,
    /// Which place is looked up first; always [`Slot::Words`].
    pub anchor: usize,
}

/// What a rule calls the claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// Nothing.
    None,
    /// The anchor's own word.
    Anchor,
    /// Always this word.
    Fixed(String),
}

/// A rule that proposes cues.
#[derive(Debug)]
pub struct CueRule {
    /// Stored with what the rule found.
    pub id: String,
    /// Where the denied words stand.
    pub family: Family,
    /// What it calls the claim.
    pub label: Label,
    /// The words.
    pub patterns: Vec<Pattern>,
    /// Sentences of our own in which the stage must find a denial.
    pub examples: Vec<String>,
    /// Sentences of our own in which it must find none.
    pub counterexamples: Vec<String>,
}

/// A rule that forbids a cue.
#[derive(Debug)]
pub struct Exclusion {
    /// Names it in tests.
    pub id: String,
    /// The words.
    pub patterns: Vec<Pattern>,
    /// Sentences in which the pattern stands and no denial is found.
    pub examples: Vec<String>,
    /// Sentences in which a denial is found all the same.
    pub counterexamples: Vec<String>,
}

/// The whole file, with an index from anchor words to patterns.
#[derive(Debug)]
pub struct DenialLexicon {
    /// Proposing rules, in the order of the file.
    pub cues: Vec<CueRule>,
    /// Forbidding rules, in the order of the file.
    pub exclusions: Vec<Exclusion>,
    cue_index: HashMap<String, Vec<(usize, usize)>>,
    exclusion_index: HashMap<String, Vec<(usize, usize)>>,
}

impl DenialLexicon {
    /// Rules and patterns whose anchor is `word`, in the order of the file.
    pub fn cues_at(&self, word: &str) -> &[(usize, usize)] {
        self.cue_index.get(word).map_or(&[], Vec::as_slice)
    }

    /// Exclusions and patterns whose anchor is `word`.
    pub fn exclusions_at(&self, word: &str) -> &[(usize, usize)] {
        self.exclusion_index.get(word).map_or(&[], Vec::as_slice)
    }
}

/// The lexicon this build carries.
pub fn lexicon() -> &'static DenialLexicon {
    static LEXICON: LazyLock<DenialLexicon> =
        LazyLock::new(|| parse(include_str!("denial_cues.toml")));
    &LEXICON
}

#[derive(Deserialize)]
struct File {
    cue: Vec<CueEntry>,
    exclusion: Vec<ExclusionEntry>,
}

#[derive(Deserialize)]
struct CueEntry {
    id: String,
    family: Family,
    label: Option<String>,
    patterns: Vec<String>,
    examples: Vec<String>,
    counterexamples: Vec<String>,
}

#[derive(Deserialize)]
struct ExclusionEntry {
    id: String,
    patterns: Vec<String>,
    examples: Vec<String>,
    counterexamples: Vec<String>,
}

/// Types the file. It is part of the build, so a fault in it is a fault of the build, found by the
/// first test that runs.
fn parse(source: &str) -> DenialLexicon {
    let file: File = toml::from_str(source).expect("denial_cues.toml is part of the build");
    let cues: Vec<CueRule> = file
        .cue
        .into_iter()
        .map(|entry| CueRule {
            id: entry.id,
            family: entry.family,
            label: match entry.label.as_deref() {
                None => Label::None,
                Some("anchor") => Label::Anchor,
                Some(word) => Label::Fixed(word.to_owned()),
            },
            patterns: entry.patterns.iter().map(|pattern| Pattern::parse(pattern)).collect(),
            examples: entry.examples,
            counterexamples: entry.counterexamples,
        })
        .collect();
    let exclusions: Vec<Exclusion> = file
        .exclusion
        .into_iter()
        .map(|entry| Exclusion {
            id: entry.id,
            patterns: entry.patterns.iter().map(|pattern| Pattern::parse(pattern)).collect(),
            examples: entry.examples,
            counterexamples: entry.counterexamples,
        })
        .collect();
    let cue_index = index(cues.iter().map(|rule| rule.patterns.as_slice()));
    let exclusion_index = index(exclusions.iter().map(|rule| rule.patterns.as_slice()));
    DenialLexicon { cues, exclusions, cue_index, exclusion_index }
}

fn index<'r>(rules: impl Iterator<Item = &'r [Pattern]>) -> HashMap<String, Vec<(usize, usize)>> {
    let mut index: HashMap<String, Vec<(usize, usize)>> = HashMap::new();
    for (rule, patterns) in rules.enumerate() {
        for (place, pattern) in patterns.iter().enumerate() {
            if let Some((Slot::Words(words), _)) = pattern.slots.get(pattern.anchor) {
                for word in words {
                    index.entry(word.clone()).or_default().push((rule, place));
                }
            }
        }
    }
    index
}

impl Pattern {
    /// Reads `a|b * !c d?`.
    fn parse(source: &str) -> Pattern {
        let mut anchor = 0;
        let mut slots = Vec::new();
        for (place, part) in source.split_whitespace().enumerate() {
            let part = part.strip_prefix('!').map_or(part, |rest| {
                anchor = place;
                rest
            });
            let (part, optional) =
                part.strip_suffix('?').map_or((part, false), |rest| (rest, true));
            let slot = match part {
                "*" => Slot::Adverbs,
                ".." => Slot::Gap,
                "~" => Slot::Near,
                words => Slot::Words(words.split('|').map(str::to_owned).collect()),
            };
            slots.push((slot, optional));
        }
        Pattern { slots, anchor }
    }

    /// The word range of this pattern in `words[bounds]` with its anchor at `at`; `None` where it
    /// does not fit. Quotation marks between the words are stepped over.
    pub fn matches<'w>(
        &self,
        word: impl Fn(usize) -> &'w str,
        bounds: std::ops::Range<usize>,
        at: usize,
    ) -> Option<std::ops::Range<usize>> {
        let forward: Vec<&(Slot, bool)> = self.slots.get(self.anchor + 1..)?.iter().collect();
        let backward: Vec<&(Slot, bool)> = self.slots.get(..self.anchor)?.iter().rev().collect();
        let end = walk(&forward, at as isize + 1, 1, &word, &bounds)?;
        let start = walk(&backward, at as isize - 1, -1, &word, &bounds)?;
        Some((start + 1) as usize..end as usize)
    }
}

/// Follows `slots` from `at` in direction `step`; the place after the last word taken.
fn walk<'w>(
    slots: &[&(Slot, bool)],
    at: isize,
    step: isize,
    word: &impl Fn(usize) -> &'w str,
    bounds: &std::ops::Range<usize>,
) -> Option<isize> {
    let Some(((slot, optional), rest)) = slots.split_first() else {
        return Some(at);
    };
    let inside = |at: isize| at >= bounds.start as isize && at < bounds.end as isize;
    match slot {
        Slot::Words(words) => {
            let mut here = at;
            while inside(here) && is_mark(word(here as usize)) {
                here += step;
            }
            if inside(here)
                && words.iter().any(|known| known == word(here as usize))
                && let Some(end) = walk(rest, here + step, step, word, bounds)
            {
                return Some(end);
            }
            if *optional { walk(rest, at, step, word, bounds) } else { None }
        }
        Slot::Adverbs => stretch(rest, at, step, word, bounds, 3, is_adverb),
        Slot::Gap => stretch(rest, at, step, word, bounds, 12, |_| true),
        Slot::Near => stretch(rest, at, step, word, bounds, 3, |_| true),
    }
}

/// Lets up to `most` words pass before the rest of the pattern; as few as will do.
fn stretch<'w>(
    rest: &[&(Slot, bool)],
    at: isize,
    step: isize,
    word: &impl Fn(usize) -> &'w str,
    bounds: &std::ops::Range<usize>,
    most: usize,
    passes: impl Fn(&str) -> bool,
) -> Option<isize> {
    let mut here = at;
    let mut taken = 0;
    loop {
        if let Some(end) = walk(rest, here, step, word, bounds) {
            return Some(end);
        }
        if here < bounds.start as isize || here >= bounds.end as isize {
            return None;
        }
        let next = word(here as usize);
        if is_mark(next) {
            here += step;
            continue;
        }
        if taken == most || next == ";" || !passes(next) {
            return None;
        }
        taken += 1;
        here += step;
    }
}

fn is_mark(word: &str) -> bool {
    matches!(word, "\"" | "“" | "”" | "‘" | "’" | "''" | "``" | "«" | "»" | "„")
}

/// Whether a word may stand between the parts of a predicate.
pub fn is_adverb(word: &str) -> bool {
    (word.ends_with("ly") && word.len() > 3)
        || matches!(
            word,
            "also"
                | "again"
                | "ever"
                | "even"
                | "just"
                | "so"
                | "all"
                | "since"
                | "now"
                | "yet"
                | "still"
                | "quite"
                | "very"
                | "once"
                | "then"
                | "always"
                | "long"
                | "later"
                | "first"
                | "both"
                | "too"
                | "often"
                | "either"
                | "pretty"
                | "a"
                | "an"
                | "the"
                | "total"
                | "complete"
                | "blatant"
                | "outright"
                | "flat"
                | "out"
                | "100"
                | "percent"
                | "per"
                | "cent"
                | "such"
        )
}
