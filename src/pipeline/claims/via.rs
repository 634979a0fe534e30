//! "told the agency" → who relayed it.

use std::ops::Range;

use crate::domain::Field;
use crate::pipeline::resolution::{EntityKind, Resolution};
use crate::pipeline::text::{PhraseKind, Reading, Tag};

use super::denials::denier::extended;
use super::denials::extent::window;
use crate::pipeline::resolution::actors::relays;

/// Who relayed what is said at `at`: looked for in its sentence.
pub fn of(
    reading: &Reading,
    resolution: &Resolution,
    field: Field,
    at: usize,
) -> Option<Range<usize>> {
    let bounds = window(reading, at)?;
    for token in bounds.clone() {
        let next = token + 1;
        let opens = match reading.lemma(token) {
            "tell" if reading.tag(token) != Tag::Noun => Some(next),
            _ => match (reading.lower(token), reading.lower(next)) {
                ("interview", "with")
                | ("interview", "on")
                | ("statement", "to")
                | ("interviewed", "by")
                | ("email", "to")
                | ("tweet", "to") => Some(next + 1),
                _ => None,
            },
        };
        let Some(start) = opens.filter(|&start| start < bounds.end) else { continue };
        let Some(phrase) = reading.phrase_of(start).and_then(|number| reading.phrases.get(number))
        else {
            continue;
        };
        if phrase.tokens.start != start || phrase.kind == PhraseKind::Pronoun {
            continue;
        }
        let mut end = phrase.tokens.end.min(bounds.end);
        // "CNN's Arwa Damon"
        if phrase.possessive {
            end = extended(reading, phrase, bounds.end).end;
        }
        let publishes = resolution
            .mentions_in(field, &(start..end))
            .filter_map(|mention| resolution.entities.get(mention.entity))
            .any(|entity| entity.kind == Some(EntityKind::Outlet) || entity.kind.is_none());
        let relays = relays(reading.lower(end - 1)) || reading.lower(end - 1) == "interviewer";
        if publishes || relays {
            // The name itself where it stands in a description: "the state-run Orb news agency".
            return Some(start..end);
        }
    }
    None
}
