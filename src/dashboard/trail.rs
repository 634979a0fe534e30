//! The moments of a claim → steps on a line of time, each with its words in their surroundings.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, Utc};

use super::anchor;
use super::marks::{Mark, MarkKind, Weaver};
use super::passage::Passage;
use super::words::{
    Moment, StatusSign, denier_role, lang, publisher, rebuts, stance, unnamed, verdict,
};
use crate::domain::view::{Clock, RebuttalView, TimelineEntry, TimelineEvent};
use crate::domain::{
    CodePoints, DateTimePrecision, DocumentId, Field, LocatedSpan, RebuttalId, RevisionId, Stance,
};
use crate::store::quotes::{Place, Surroundings};

/// Code points shown on either side of a quote.
pub const AROUND: u16 = 140;

/// Code points of a quote that are shown at most.
const LONGEST: i32 = 600;

/// What was said at one moment in one document, or how the status changed.
pub struct Step<'t> {
    /// When.
    pub when: Moment,
    /// Whether that is when we learned it, because nobody tells when it was said.
    pub when_recorded: bool,
    /// When we learned it.
    pub recorded: Moment,
    /// Where.
    pub document: Option<StepDocument>,
    /// What happened.
    pub facts: Vec<Fact<'t>>,
}

/// The document of a step.
pub struct StepDocument {
    /// Its page.
    pub page: String,
    /// Its headline.
    pub title: Option<String>,
    /// Who published it.
    pub outlet: Option<String>,
    /// `lang` of the headline.
    pub lang: String,
}

/// One thing that happened.
pub enum Fact<'t> {
    /// The claim was said, asked or reported.
    Said {
        /// "asserts it" and the like.
        stance: &'static str,
        /// The stance as a class.
        class: &'static str,
        /// Who speaks, where told.
        speaker: Option<String>,
        /// The words.
        quote: Option<Quote<'t>>,
    },
    /// Something spoke against it.
    Against {
        /// Who, where named.
        denier: Option<String>,
        /// Who, where nobody is named.
        unnamed: &'static str,
        /// "denies it" and the like.
        rebuts: &'static str,
        /// What the denier is to the claim.
        role: Option<&'static str>,
        /// Who relayed it.
        via: Option<String>,
        /// The word used for the claim.
        label: Option<String>,
        /// The words.
        quote: Option<Quote<'t>>,
        /// Where it is said again in the same document.
        again: Vec<String>,
    },
    /// A fact-check of it was published.
    Reviewed {
        /// By whom.
        publisher: Option<String>,
        /// What it does to the claim as a class.
        class: &'static str,
        /// "finds it false" and the like.
        verdict: &'static str,
        /// The publisher's own words.
        rating: Option<String>,
        /// The headline.
        title: Option<String>,
        /// The fact-check's address.
        url: Option<String>,
    },
    /// It was merged with another claim, or split off it.
    Merged {
        /// "was merged with it" and the like.
        what: &'static str,
        /// The other claim's page.
        page: String,
        /// Its wording.
        text: &'t str,
        /// `lang` of that.
        lang: String,
        /// Why they were merged.
        reason: &'t str,
    },
    /// Its status changed.
    Status {
        /// From what.
        previous: Option<StatusSign>,
        /// To what.
        status: StatusSign,
    },
}

/// Words in their surroundings.
pub struct Quote<'t> {
    /// The words, marked.
    pub passage: Passage<'t>,
    /// Whether the sentence goes on before.
    pub before: bool,
    /// Whether the sentence goes on behind.
    pub after: bool,
    /// Its place in the document.
    pub place: String,
    /// `lang` of the words.
    pub lang: String,
}

/// Rebuttals of the moments, by id.
pub type Rebuttals = BTreeMap<RebuttalId, RebuttalView>;

/// A quote that is to be fetched for a moment, in one piece.
pub struct Wanted {
    /// The first and last code point of what is quoted.
    pub place: Place,
    marks: Vec<(LocatedSpan, MarkKind)>,
}

/// What to quote for each moment; nothing for a change of status.
pub fn wanted(entries: &[TimelineEntry], rebuttals: &Rebuttals) -> Vec<Option<Wanted>> {
    entries.iter().map(|entry| wanted_for(entry, rebuttals)).collect()
}

fn wanted_for(entry: &TimelineEntry, rebuttals: &Rebuttals) -> Option<Wanted> {
    let revision = entry.document.as_ref()?.revision;
    let quote = entry.quote.as_ref()?;
    let marks = match &entry.event {
        TimelineEvent::Appearance { stance, .. } => vec![(quote.clone(), (*stance).into())],
        TimelineEvent::Rebuttal { id, .. } => marks_of(rebuttals.get(id), quote),
        TimelineEvent::Review { .. }
        | TimelineEvent::Merge { .. }
        | TimelineEvent::Status { .. } => return None,
    };
    let hull = hull(&marks).unwrap_or(quote.start..quote.end);
    // Parts that stand far from each other are not one quote: the words that deny are.
    let hull = if hull.end - hull.start > LONGEST { quote.start..quote.end } else { hull };
    let end = hull.end.min(hull.start.saturating_add(LONGEST));
    let place = Place { revision, field: quote.field, start: hull.start, end };
    Some(Wanted { place, marks })
}

/// The words that deny, who and what, as far as they stand in one field.
fn marks_of(rebuttal: Option<&RebuttalView>, cue: &LocatedSpan) -> Vec<(LocatedSpan, MarkKind)> {
    let mention = rebuttal.and_then(|rebuttal| rebuttal.mentions.first());
    let beside = mention.into_iter().flat_map(|mention| {
        [
            (mention.denied.clone(), MarkKind::Denied),
            (mention.denier.clone(), MarkKind::Denier),
            (mention.via.clone(), MarkKind::Via),
        ]
    });
    std::iter::once((Some(cue.clone()), MarkKind::DenialCue))
        .chain(beside)
        .filter_map(|(span, kind)| Some((span?, kind)))
        .filter(|(span, _)| span.field == cue.field)
        .collect()
}

fn hull(marks: &[(LocatedSpan, MarkKind)]) -> Option<Range<i32>> {
    let start = marks.iter().map(|(span, _)| span.start).min()?;
    let end = marks.iter().map(|(span, _)| span.end).max()?;
    Some(start..end)
}

/// Steps out of the moments, those of one document at one time together.
///
/// A place that denies is told by its denial where both are there.
pub fn steps<'t>(
    entries: &'t [TimelineEntry],
    rebuttals: &Rebuttals,
    wanted: &[Option<Wanted>],
    found: &'t [Surroundings],
) -> Vec<Step<'t>> {
    let mut found = found.iter();
    let mut steps: Vec<(StepKey, Step<'t>)> = Vec::new();
    for (entry, wanted) in entries.iter().zip(wanted) {
        let quote = wanted.as_ref().and_then(|wanted| {
            let words = found.next()?;
            quote(entry, wanted, words)
        });
        if is_told_by_a_denial(entry, entries, rebuttals) {
            continue;
        }
        let fact = fact(entry, rebuttals, quote);
        let key = StepKey::of(entry);
        match steps.last_mut() {
            Some((last, step)) if *last == key => step.facts.push(fact),
            _ => steps.push((key, step(entry, fact))),
        }
    }
    steps.into_iter().map(|(_, step)| step).collect()
}

#[derive(PartialEq)]
struct StepKey {
    at: DateTime<Utc>,
    precision: DateTimePrecision,
    clock: Clock,
    recorded_at: DateTime<Utc>,
    document: Option<(DocumentId, RevisionId)>,
}

impl StepKey {
    fn of(entry: &TimelineEntry) -> Self {
        StepKey {
            at: entry.at,
            precision: entry.precision,
            clock: entry.clock,
            recorded_at: entry.recorded_at,
            document: entry.document.as_ref().map(|document| (document.id, document.revision)),
        }
    }
}

fn step<'t>(entry: &TimelineEntry, fact: Fact<'t>) -> Step<'t> {
    let when_recorded = entry.clock == Clock::Recorded;
    Step {
        when: if when_recorded {
            Moment::recorded(entry.at)
        } else {
            Moment::new(entry.at, entry.precision)
        },
        when_recorded,
        recorded: Moment::recorded(entry.recorded_at),
        document: entry.document.as_ref().map(|document| StepDocument {
            page: format!("/documents/{}?revision={}", document.id, document.revision_number),
            title: document.title.clone(),
            outlet: document.outlet.as_ref().map(|outlet| outlet.name.clone()),
            lang: lang(&document.language).to_owned(),
        }),
        facts: vec![fact],
    }
}

fn fact<'t>(entry: &'t TimelineEntry, rebuttals: &Rebuttals, quote: Option<Quote<'t>>) -> Fact<'t> {
    let actor = entry.actor.as_ref().map(|actor| actor.name.clone());
    match &entry.event {
        TimelineEvent::Appearance { stance: what, .. } => {
            Fact::Said { stance: stance(*what), class: what.as_str(), speaker: actor, quote }
        }
        TimelineEvent::Rebuttal { id, kind, label } => {
            let rebuttal = rebuttals.get(id);
            let again = rebuttal.map(|rebuttal| {
                let mentions = rebuttal.mentions.iter().skip(1);
                let document = rebuttal.document.as_ref();
                mentions.filter_map(|it| Some(anchor::in_document(document?, &it.cue))).collect()
            });
            Fact::Against {
                denier: actor,
                unnamed: unnamed(*kind),
                rebuts: rebuts(*kind),
                role: rebuttal.and_then(|rebuttal| denier_role(rebuttal.denier_role)),
                via: rebuttal.and_then(|it| it.via.as_ref()).map(|actor| actor.name.clone()),
                label: label.clone(),
                quote,
                again: again.unwrap_or_default(),
            }
        }
        TimelineEvent::Review { review, .. } => Fact::Reviewed {
            publisher: publisher(review),
            class: if review.verdict.speaks_against() { "against" } else { "review" },
            verdict: verdict(review.verdict),
            rating: review.rating.clone(),
            title: review.title.clone().or_else(|| review.url.clone()),
            url: review.url.clone(),
        },
        TimelineEvent::Merge { other, text, language, away, undone, reason, .. } => Fact::Merged {
            what: match (undone, away) {
                (true, _) => "No longer one with",
                (false, true) => "Merged into",
                (false, false) => "Merged with this:",
            },
            page: anchor::claim(*other),
            text,
            lang: lang(language).to_owned(),
            reason,
        },
        TimelineEvent::Status { previous, status, .. } => Fact::Status {
            previous: previous.map(|status| StatusSign { status }),
            status: StatusSign { status: *status },
        },
    }
}

/// Whether an entry is a place that denies, in words that a denial of the same moments stands on.
fn is_told_by_a_denial(
    entry: &TimelineEntry,
    entries: &[TimelineEntry],
    rebuttals: &Rebuttals,
) -> bool {
    let (TimelineEvent::Appearance { stance: Stance::Denies, .. }, Some(quote)) =
        (&entry.event, &entry.quote)
    else {
        return false;
    };
    let key = StepKey::of(entry);
    let beside = entries.iter().filter(|other| StepKey::of(other) == key);
    let denials = beside.filter_map(|other| match other.event {
        TimelineEvent::Rebuttal { id, .. } => rebuttals.get(&id),
        _ => None,
    });
    denials.flat_map(|denial| &denial.mentions).any(|mention| {
        [Some(&mention.cue), mention.denied.as_ref()].into_iter().flatten().any(|span| {
            span.field == quote.field && span.start < quote.end && quote.start < span.end
        })
    })
}

fn quote<'t>(entry: &TimelineEntry, wanted: &Wanted, found: &'t Surroundings) -> Option<Quote<'t>> {
    let document = entry.document.as_ref()?;
    let span = entry.quote.as_ref()?;
    let words = found.words.as_str();
    let points = CodePoints::new(words);
    let length = points.code_point(words.len())?;
    let inside = |point: i32| (point - found.start).clamp(0, length);
    let bytes = |start: i32, end: i32| points.bytes(inside(start)..inside(end));
    let quoted = bytes(wanted.place.start, wanted.place.end)?;
    let (from, before) = beginning(&words[..quoted.start], found.before);
    let (to, after) = ending(&words[quoted.end..], found.after);
    let to = quoted.end + to;
    let mut marks: Vec<Mark> = wanted
        .marks
        .iter()
        .filter_map(|(span, kind)| {
            let range = bytes(span.start, span.end)?;
            Some(Mark { range: range.start..range.end.min(to), kind: *kind, claim: None })
        })
        .filter(|mark| mark.range.start < mark.range.end)
        .collect();
    let tokens = Weaver::new(words, Field::Text, &mut marks).quoting().weave(from..to);
    Some(Quote {
        passage: Passage::new(tokens, &[]),
        before,
        after,
        place: anchor::in_document(document, span),
        lang: lang(&document.language).to_owned(),
    })
}

/// Where to begin showing what stands before a quote, and whether more stands before that: at the
/// line's beginning, else between two words.
fn beginning(before: &str, more: bool) -> (usize, bool) {
    if let Some(line) = before.rfind('\n') {
        return (line + 1, false);
    }
    match before.find(' ') {
        Some(space) if more => (space + 1, true),
        _ if more => (before.len(), true),
        _ => (0, false),
    }
}

/// Where to end, as [`beginning`].
fn ending(after: &str, more: bool) -> (usize, bool) {
    if let Some(line) = after.find('\n') {
        return (line, false);
    }
    match after.rfind(' ') {
        Some(space) if more => (space, true),
        _ if more => (0, true),
        _ => (after.len(), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_shown_from_its_line_or_from_a_whole_word() {
        assert_eq!(beginning("end of one.\nThe next ", true), (12, false));
        assert_eq!(beginning("tting rain fell ", true), (6, true));
        assert_eq!(beginning("The rain ", false), (0, false));
        assert_eq!(beginning("unbroken", true), (8, true));
        assert_eq!(ending(" and on.\nThe next", true), (8, false));
        assert_eq!(ending(" and on and o", true), (11, true));
        assert_eq!(ending(" and on.", false), (8, false));
        assert_eq!(ending("unbroken", true), (0, true));
    }
}
