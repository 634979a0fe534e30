//! Denials in one place each → denials with all their mentions, one for each denier and claim.

use std::collections::BTreeMap;
use std::ops::Range;

use super::denials::Found;
use super::denials::find::THRESHOLD;
use crate::domain::Field;
use crate::pipeline::resolution::actors::ActorTable;

/// A denial in one place, with whom its words mean.
#[derive(Debug, Clone)]
pub struct Place {
    /// Which field.
    pub field: Field,
    /// What was found.
    pub found: Found,
    /// Who denies, in the table of actors.
    pub denier: Option<usize>,
    /// The words of who relayed it.
    pub via: Option<Range<usize>>,
}

/// One denial with its mentions.
#[derive(Debug, Clone)]
pub struct Group {
    /// Who denies.
    pub denier: Option<usize>,
    /// The denied proposition; `None` where no mention tells it.
    pub claim: Option<String>,
    /// The mentions, in order of place; never empty.
    pub places: Vec<Place>,
    /// Which mention words the claim.
    pub best: usize,
}

/// Two propositions are one from this share of common words on.
pub const SAME: f32 = 0.6;
/// The same where one denier says both within so many sentences: a denial told twice.
const SAME_NEAR: f32 = 0.5;
const NEAR_TOLD: usize = 3;
/// How many of the last groups a mention may join: repetitions stand near.
const WINDOW: usize = 48;

/// A repetition that does not tell what it denies stands at most so many sentences from the denial.
const NEAR: usize = 1;
/// The same where neither tells it.
const NEAR_VAGUE: usize = 2;

/// How many of a group's last mentions a new one is compared with.
const RECENT: usize = 16;

/// Words of a claim as the comparison knows them: lower case, without articles.
pub fn words(claim: &str) -> Vec<String> {
    claim
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .filter(|word| !matches!(word.as_str(), "a" | "an" | "the" | "s"))
        .collect()
}

/// Token F1 of two propositions.
pub fn overlap(a: &[String], b: &[String]) -> f32 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in a {
        *counts.entry(word).or_default() += 1;
    }
    let shared = b
        .iter()
        .filter(|word| {
            counts
                .get_mut(word.as_str())
                .filter(|count| **count > 0)
                .map(|count| *count -= 1)
                .is_some()
        })
        .count();
    2.0 * shared as f32 / (a.len() + b.len()) as f32
}

/// Joins mentions of one denial.
pub fn join(places: Vec<Place>, actors: &ActorTable) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut worded: Vec<Vec<String>> = Vec::new();
    let (told, untold): (Vec<Place>, Vec<Place>) = places
        .into_iter()
        .partition(|place| place.found.claim.is_some() && !is_topic(&place.found));
    let mut weak = Vec::new();
    for place in told {
        let claim = place.found.claim.as_deref().map(words).unwrap_or_default();
        let from = groups.len().saturating_sub(WINDOW);
        let same = (from..groups.len()).rev().find(|&number| {
            let group = &groups[number];
            let near = || {
                recent(group).any(|other| {
                    other.field == place.field
                        && other.found.cue.sentence.abs_diff(place.found.cue.sentence) <= NEAR_TOLD
                })
            };
            let shared = overlap(&worded[number], &claim);
            compatible(group, &place, actors)
                && !recent(group).any(|other| is_part_of_one(other, &place))
                && (shared >= SAME
                    || (shared >= SAME_NEAR && near())
                    || shares_denied(group, &place))
        });
        match same {
            Some(number) => add(&mut groups[number], place, actors),
            None if place.found.confidence < THRESHOLD => weak.push(place),
            None => {
                worded.push(claim);
                groups.push(Group {
                    denier: place.denier,
                    claim: place.found.claim.clone(),
                    places: vec![place],
                    best: 0,
                });
            }
        }
    }
    // A denial told in so many words is near its vague repetitions, or the text is no article.
    let told = groups.len().min(WINDOW);
    let vague_from = groups.len();
    for place in untold.into_iter().chain(weak) {
        let topic: Vec<String> = place.found.claim.as_deref().map(words).unwrap_or_default();
        let near = |group: &Group, reach: usize| {
            recent(group).any(|other| {
                other.field == place.field
                    && other.found.cue.sentence.abs_diff(place.found.cue.sentence) <= reach
            })
        };
        let mut fitting = (0..told).filter(|&number| {
            let group = &groups[number];
            let about = topic
                .iter()
                .filter(|word| word.len() > 4)
                .any(|word| worded[number].iter().any(|other| stem(word) == stem(other)));
            compatible(group, &place, actors) && (about || (topic.is_empty() && near(group, NEAR)))
        });
        let one = match (fitting.next(), fitting.next()) {
            (Some(number), None) => Some(number),
            _ => (vague_from.max(groups.len().saturating_sub(WINDOW))..groups.len()).rev().find(
                |&number| {
                    let group = &groups[number];
                    let known = group.claim.as_deref().map(words).unwrap_or_default();
                    let same = if topic.is_empty() || known.is_empty() {
                        near(group, NEAR_VAGUE)
                    } else {
                        overlap(&topic, &known) >= SAME
                    };
                    same && compatible(group, &place, actors)
                },
            ),
        };
        match one {
            Some(number) => add(&mut groups[number], place, actors),
            None if place.found.confidence < THRESHOLD => {}
            None => groups.push(Group {
                denier: place.denier,
                claim: place.found.claim.clone(),
                places: vec![place],
                best: 0,
            }),
        }
    }
    for group in &mut groups {
        let best = group.places.get(group.best).map(|place| (place.field, place.found.cue.anchor));
        group.places.sort_by_key(|place| (place.field, place.found.cue.anchor));
        drop_covered(group, best);
        group.best = group
            .places
            .iter()
            .position(|place| Some((place.field, place.found.cue.anchor)) == best)
            .unwrap_or(0);
    }
    groups.sort_by_key(|group| {
        group.places.first().map(|place| (place.field, place.found.cue.anchor))
    });
    groups
}

/// Of mentions whose cues overlap the widest stays, and the one that words the claim.
fn drop_covered(group: &mut Group, best: Option<(Field, usize)>) {
    let cues: Vec<(Field, Range<usize>, usize)> = group
        .places
        .iter()
        .map(|place| (place.field, place.found.cue.tokens.clone(), place.found.cue.anchor))
        .collect();
    let keeps: Vec<bool> = cues
        .iter()
        .enumerate()
        .map(|(index, mine)| {
            Some((mine.0, mine.2)) == best
                || !cues.iter().skip(index.saturating_sub(4)).take(9).any(
                    |(field, tokens, anchor)| {
                        *field == mine.0
                            && *anchor != mine.2
                            && tokens.start < mine.1.end
                            && mine.1.start < tokens.end
                            && (tokens.len(), mine.2) > (mine.1.len(), *anchor)
                    },
                )
        })
        .collect();
    let mut keeps = keeps.into_iter();
    group.places.retain(|_| keeps.next().unwrap_or(true));
}

/// The beginning of a word, which its derivations share: "physical", "physically".
fn stem(word: &str) -> String {
    word.chars().take(6).collect()
}

/// Whether the denied words name only what a report was about, not what it said.
fn is_topic(found: &Found) -> bool {
    found.topic
}

fn compatible(group: &Group, place: &Place, actors: &ActorTable) -> bool {
    match (group.denier, place.denier) {
        (Some(a), Some(b)) => actors.speak_as_one(a, b),
        (None, None) => {
            let named = |place: &Place| place.found.denier.is_some();
            let words = |place: &Place| place.found.denier.clone();
            recent(group).any(|other| {
                named(other) == named(place) && (!named(place) || words(other) == words(place))
            })
        }
        _ => false,
    }
}

/// The mentions that a new one may repeat: the last few.
fn recent(group: &Group) -> impl Iterator<Item = &Place> {
    group.places.iter().rev().take(RECENT)
}

/// Whether both come from one cue that denies two things.
fn is_part_of_one(a: &Place, b: &Place) -> bool {
    a.field == b.field
        && a.found.cue.anchor == b.found.cue.anchor
        && a.found.denied.is_some()
        && a.found.denied != b.found.denied
}

fn shares_denied(group: &Group, place: &Place) -> bool {
    let Some(denied) = &place.found.denied else { return false };
    recent(group).any(|other| {
        other.field == place.field
            && other
                .found
                .denied
                .as_ref()
                .is_some_and(|known| known.start < denied.end && denied.start < known.end)
    })
}

/// Adds a mention; the surest of those that tell the claim words it.
fn add(group: &mut Group, place: Place, actors: &ActorTable) {
    if let (Some(a), Some(b)) = (group.denier, place.denier) {
        group.denier = Some(actors.more_specific(a, b));
    } else {
        group.denier = group.denier.or(place.denier);
    }
    let told = place.found.claim.is_some() && !is_topic(&place.found);
    let surer = group.places.get(group.best).is_none_or(|best| {
        best.found.claim.is_none()
            || is_topic(&best.found)
            || place.found.confidence > best.found.confidence
    });
    if told && surer {
        group.best = group.places.len();
        group.claim = place.found.claim.clone();
    }
    group.places.push(place);
}
