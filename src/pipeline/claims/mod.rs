//! Statements and cues → claims in words that stand alone, with who asserts and who denies them.

pub mod appearances;
pub mod assemble;
pub mod assertion;
pub mod checkworthy;
pub mod denials;
pub mod join;
pub mod speech;
pub mod stance;
pub mod via;
pub mod wording;

use crate::domain::Field;
use crate::pipeline::resolution::actors::ActorTable;
use crate::pipeline::{Gear, attribution, resolution, text};
use assemble::FieldRead;

/// A denial in strings of the passage it stands in.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageDenial {
    /// The words that deny.
    pub cue: String,
    /// Who denies; `None` for the author's voice.
    pub denier: Option<String>,
    /// Who relayed it.
    pub via: Option<String>,
    /// The words of the denied thing.
    pub denied: Option<String>,
    /// The denied proposition; empty where the passage does not tell it.
    pub claim: String,
    /// `denial`, `debunk` or `correction`.
    pub kind: &'static str,
    /// How often denials of this kind of certainty are denials, 0..1.
    pub confidence: f32,
}

/// The denials of a passage, one for each denier and claim, each in the mention that words it:
/// the one whose denied words stand in the text, else the first.
pub fn passage_denials(gear: Gear, passage: &str) -> Vec<PassageDenial> {
    let reading = text::read(passage);
    let statements = attribution::find_statements_in(gear, &reading);
    let fields = [FieldRead { field: Field::Text, reading, statements }];
    let reading = &fields[0].reading;
    let readings = [(Field::Text, reading)];
    let resolution = resolution::resolve(&readings);
    let mut actors = ActorTable::new(&resolution);
    let groups = assemble::denials_of(gear, &fields, &resolution, &mut actors);
    let words = |tokens: &std::ops::Range<usize>| {
        reading.span(tokens.clone()).map(|span| reading.text[span].to_owned())
    };
    groups
        .iter()
        .filter_map(|group| {
            let place = group.places.get(group.best).or(group.places.first())?;
            Some(PassageDenial {
                cue: words(&place.found.cue.tokens)?,
                denier: place.found.denier.as_ref().and_then(words),
                via: place.via.as_ref().and_then(words),
                denied: place.found.denied.as_ref().and_then(words),
                claim: group.claim.clone().unwrap_or_default(),
                kind: match assemble::kind_of(group, &actors) {
                    crate::domain::RebuttalKind::Retraction => "correction",
                    kind => kind.as_str(),
                },
                confidence: group.places.iter().map(|place| place.found.chance).fold(0.0, f32::max),
            })
        })
        .collect()
}
