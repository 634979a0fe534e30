//! Document → Extraction; pure: no clock, network or database.
//!
//! The same document gives the same extraction on any machine and any number of threads. The
//! pipeline does not fail: a text without claims is an empty answer, and what could not be read
//! is told in a note.

pub mod attribution;
pub mod claims;
pub mod comparison;
pub mod corrections;
pub mod lexicon;
pub mod matching;
pub mod model;
pub mod resolution;
pub mod text;

use crate::domain::{Document, Extraction, ExtractorInfo, Field, Note, NoteCode};
use claims::assemble::FieldRead;

/// How much a document's reading may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Gear {
    /// Rules and linear models: for archives.
    #[default]
    Fast,
    /// The trained encoder in the seats it fills: better, at many times the cost.
    Accurate,
}

/// Version of rules and stages together; changes whenever an extraction could change.
pub const EXTRACTOR_VERSION: &str = "0.9.3";

/// All statements, claims, denials and actors of `document`.
///
/// Only English is read. A document in another language, or in several, gives an empty extraction
/// with a note `language_unsupported`. One whose language could not be told is read all the same
/// where its letters could be English, because a short English text is far more often the reason
/// than a foreign one; the note `language_undetermined` says that the answer may be poorer.
pub fn extract(document: &Document) -> Extraction {
    extract_with(document, Gear::Fast)
}

/// As [`extract`], at the given cost.
pub fn extract_with(document: &Document, gear: Gear) -> Extraction {
    let mut notes = Vec::new();
    let read = readable(document, &mut notes);
    let fields: Vec<FieldRead> = [Field::Title, Field::Text]
        .into_iter()
        .filter(|&field| read && !document.field(field).is_empty())
        .map(|field| {
            let reading = text::read(document.field(field));
            let statements = attribution::find_statements_in(gear, &reading);
            FieldRead { field, reading, statements }
        })
        .collect();
    let readings: Vec<(Field, &text::Reading)> =
        fields.iter().map(|field| (field.field, &field.reading)).collect();
    let resolution = resolution::resolve(&readings);
    let mut assembled = claims::assemble::assemble(gear, &fields, &resolution);
    claims::appearances::add(&fields, &mut assembled.claims);
    resolution::dates::date(
        &readings,
        document.published,
        &mut assembled.statements,
        &mut assembled.claims,
    );
    let texts: Vec<&str> = assembled.claims.iter().map(|claim| claim.text.as_str()).collect();
    let worth = claims::checkworthy::check_worthinesses(gear, &texts);
    for (claim, worth) in assembled.claims.iter_mut().zip(worth) {
        claim.check_worthiness = worth;
    }
    Extraction {
        statements: assembled.statements,
        claims: assembled.claims,
        actors: assembled.actors,
        notes,
        extractor: ExtractorInfo {
            version: EXTRACTOR_VERSION.to_owned(),
            models: [
                ("attribution", attribution::model(gear)),
                ("check_worthiness", claims::checkworthy::model(gear)),
                ("denials", claims::denials::model(gear)),
                ("stance", "linear-1"),
            ]
            .into_iter()
            .map(|(seat, version)| (seat.to_owned(), version.to_owned()))
            .collect(),
        },
    }
}

/// Whether the document's language is one that is read; a note says why not, or how surely.
fn readable(document: &Document, notes: &mut Vec<Note>) -> bool {
    let language = document.language.to_ascii_lowercase();
    let primary = language.split(['-', '_']).next().unwrap_or("");
    match primary {
        "en" => true,
        "und" | "" => {
            let letters = document.text.chars().filter(|letter| letter.is_alphabetic());
            let (latin, all) = letters.fold((0usize, 0usize), |(latin, all), letter| {
                (latin + usize::from(letter.is_ascii()), all + 1)
            });
            let english = latin * 10 >= all * 9;
            let detail = if english {
                "too little text to tell its language; read as English"
            } else {
                "too little text to tell its language; not read"
            };
            notes.push(Note { code: NoteCode::LanguageUndetermined, detail: detail.to_owned() });
            english
        }
        _ => {
            let detail = format!("language {} is not read", document.language);
            notes.push(Note { code: NoteCode::LanguageUnsupported, detail });
            false
        }
    }
}
