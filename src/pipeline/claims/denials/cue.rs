//! Words → cues: every place whose words may deny, with the rule that proposes it.

use std::ops::Range;

use crate::pipeline::lexicon::denial::{Family, Label, is_adverb, lexicon};
use crate::pipeline::text::Reading;

/// A place that may deny.
#[derive(Debug, Clone)]
pub struct Cue {
    /// Id of the rule that proposes it.
    pub rule: &'static str,
    /// Where the denied words stand, seen from here.
    pub family: Family,
    /// The tokens of the pattern.
    pub core: Range<usize>,
    /// The token the rule was found by.
    pub anchor: usize,
    /// The core with its auxiliaries and adverbs: what a reader would underline.
    pub tokens: Range<usize>,
    /// The sentence it stands in.
    pub sentence: usize,
    /// What it calls the claim.
    pub label: Option<String>,
    /// Whether a whole report is withdrawn.
    pub retracts: bool,
}

/// All places of `reading` that may deny, in order of place; no two share an anchor.
pub fn propose(reading: &Reading) -> Vec<Cue> {
    let lexicon = lexicon();
    let mut cues: Vec<Cue> = Vec::new();
    for (number, sentence) in reading.sentences.iter().enumerate() {
        let bounds = sentence.tokens.clone();
        for at in bounds.clone() {
            let word = reading.lower(at);
            let rules = lexicon.cues_at(word);
            if rules.is_empty() || excluded(reading, &bounds, at) {
                continue;
            }
            // Of several rules the one that takes the most words knows the place best.
            let best = rules
                .iter()
                .filter_map(|&(rule, pattern)| {
                    let rule = lexicon.cues.get(rule)?;
                    let pattern = rule.patterns.get(pattern)?;
                    let found =
                        pattern.matches(|token| reading.lower(token), bounds.clone(), at)?;
                    Some((rule, found))
                })
                .reduce(|best, next| if next.1.len() > best.1.len() { next } else { best });
            let Some((rule, core)) = best else { continue };
            let label = match &rule.label {
                Label::None => None,
                Label::Anchor => label_form(word, core.len()),
                Label::Fixed(label) => {
                    label_form(if label == "last" { word } else { label }, core.len())
                }
            };
            let tokens = widen(reading, &bounds, rule.family, &core, at);
            cues.push(Cue {
                rule: &rule.id,
                family: rule.family,
                core,
                anchor: at,
                tokens,
                sentence: number,
                label,
                retracts: word.starts_with("retract") || word.starts_with("withdr"),
            });
        }
    }
    drop_covered(cues)
}

/// Whether an exclusion stands at this anchor.
fn excluded(reading: &Reading, bounds: &Range<usize>, at: usize) -> bool {
    let lexicon = lexicon();
    lexicon.exclusions_at(reading.lower(at)).iter().any(|&(rule, pattern)| {
        lexicon.exclusions.get(rule).and_then(|rule| rule.patterns.get(pattern)).is_some_and(
            |pattern| pattern.matches(|token| reading.lower(token), bounds.clone(), at).is_some(),
        )
    })
}

/// The label in the singular: "hoaxes" → "hoax". A word that only names what is denied ("the claim",
/// "the rumour", a theory of no kind) is no label. `tokens` is the length of the cue's core.
fn label_form(word: &str, tokens: usize) -> Option<String> {
    let label = match word {
        "claim" | "claims" | "claimed" | "claiming" | "allegation" | "allegations"
        | "accusation" | "accusations" | "insinuation" | "insinuations" | "rumor" | "rumors"
        | "rumour" | "rumours" | "theory" | "theories" => return None,
        "conspiracy" if tokens > 1 => "conspiracy theory",
        "hoaxes" => "hoax",
        "lies" | "lied" | "lying" | "liar" | "liars" => "lie",
        "falsely" => "false",
        "wrongly" | "wrongfully" => "wrong",
        "incorrectly" => "incorrect",
        "erroneously" => "erroneous",
        "inaccurately" => "inaccurate",
        "mistakenly" => "mistaken",
        "baselessly" => "baseless",
        "misleadingly" | "misled" | "misleads" | "mislead" => "misleading",
        "news" => "fake news",
        "fabrication" | "fabrications" => "fabricated",
        "falsehoods" => "falsehood",
        "myths" | "mythology" => "myth",
        "smears" => "smear",
        other => other,
    };
    Some(label.to_owned())
}

/// The cue as a reader would underline it: "has consistently denied", "were entirely false".
fn widen(
    reading: &Reading,
    bounds: &Range<usize>,
    family: Family,
    core: &Range<usize>,
    anchor: usize,
) -> Range<usize> {
    let mut start = core.start;
    let predicate = matches!(family, Family::Predicate | Family::Noun | Family::Innocence);
    let groups = matches!(family, Family::Verb | Family::Called | Family::Correction);
    if predicate || groups {
        let mut here = start;
        let mut seen_auxiliary = false;
        while here > bounds.start && start - here < 6 {
            let word = reading.lower(here - 1);
            let auxiliary = is_auxiliary(word);
            if auxiliary {
                seen_auxiliary = true;
                start = here - 1;
            } else if is_mark(word) || word == "not" || word == "n't" {
                // kept only where an auxiliary stands before it
            } else if is_adverb(word) && !matches!(word, "the" | "such") {
                if seen_auxiliary && !groups {
                    break;
                }
                if word.ends_with("ly") || groups && !matches!(word, "a" | "an") {
                    start = here - 1;
                }
            } else {
                break;
            }
            here -= 1;
        }
        if predicate && !seen_auxiliary {
            start = core.start;
        }
    }
    // An adverb with a quotation mark before it leaves the mark out.
    while start < anchor && is_mark(reading.lower(start)) {
        start += 1;
    }
    start..core.end
}

fn is_auxiliary(word: &str) -> bool {
    matches!(
        word,
        "is" | "are"
            | "was"
            | "were"
            | "be"
            | "been"
            | "being"
            | "'s"
            | "'re"
            | "has"
            | "have"
            | "had"
            | "'ve"
            | "did"
            | "does"
            | "do"
    )
}

fn is_mark(word: &str) -> bool {
    matches!(word, "\"" | "“" | "”" | "‘" | "’" | "'")
}

/// How many cues on either side may cover one: a pattern is at most some twenty words long.
const AROUND: usize = 24;

/// A cue whose core lies inside another's says nothing of its own.
fn drop_covered(cues: Vec<Cue>) -> Vec<Cue> {
    let covered: Vec<bool> = cues
        .iter()
        .enumerate()
        .map(|(index, cue)| {
            let from = index.saturating_sub(AROUND);
            cues.iter().enumerate().skip(from).take(2 * AROUND).any(|(other_index, other)| {
                other_index != index
                    && other.sentence == cue.sentence
                    && other.core.start <= cue.core.start
                    && cue.core.end <= other.core.end
                    && (other.core.len() > cue.core.len() || other_index < index)
                    && other.family != Family::Called
            })
        })
        .collect();
    cues.into_iter().zip(covered).filter_map(|(cue, covered)| (!covered).then_some(cue)).collect()
}
