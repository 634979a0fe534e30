//! An extraction as JSON, read back.

use std::time::{Duration, Instant};

use claimtrail::api::dto::extraction::{ExtractionAnswer, read};
use claimtrail::domain::{
    ActorIndex, ActorKind, DateTimePrecision, Document, Extraction, Field, Note, NoteCode,
    RebuttalKind, Span, Stance, StatedTime, StatementIndex,
};
use claimtrail::pipeline::EXTRACTOR_VERSION;
use proptest::prelude::*;

use crate::support::builders::{Story, at};

fn printed(document: &Document, extraction: &Extraction) -> String {
    serde_json::to_string(&ExtractionAnswer::new(document, extraction)).unwrap()
}

/// Everything that an extraction can hold, none of it left at its default.
fn full() -> Story {
    let mut story = Story::new(
        "https://quay.test/1",
        "🌊 Dana Orrin told the Courier “it’s a hoax” that the pier – was shut, she said.",
    )
    .title("Pier «shut»?")
    .published("2026-03-02T08:30:00Z");
    story.document.aliases = vec!["https://quay.test/amp/1".parse().unwrap()];
    story.document.syndicated_from = Some("https://agency.test/pier".parse().unwrap());
    story.document.outlet = Some("Quay Courier".to_owned());
    story.document.authors = vec!["Ewa Tal".to_owned(), "Uma Reth".to_owned()];
    story.document.corrections = vec!["The pier’s name was misspelt.".to_owned()];
    let orrin = story.actor("Dana Orrin", Some(ActorKind::Person));
    let courier = story.actor("Courier", None);
    story.extraction.actors[0].roles = vec!["harbour master".to_owned()];
    story.extraction.actors[0].aliases = vec!["Orrin".to_owned()];
    story.extraction.actors[0].speaks_for = Some(courier);
    story.extraction.actors[1].mentions.push(Span::new(Field::Title, 0..4));
    let outer = story.statement(orrin, "Dana Orrin", "told", &["it’s a hoax", "was shut"]);
    let inner = story.statement(orrin, "she", "said", &["hoax"]);
    let via = story.span("the Courier");
    let statement = &mut story.extraction.statements[0];
    (statement.via, statement.via_span) = (Some(courier), Some(via));
    story.extraction.statements[1].parent = Some(outer);
    story.extraction.statements[1].confidence = 0.123_456_79;
    story.extraction.statements[1].stated =
        Some(StatedTime { at: at("2014-01-01T00:00:00Z"), precision: DateTimePrecision::Year });
    story
        .claim("The pier was shut.")
        .scores(0.7, 0.3)
        .claimed_by(courier)
        .appears_in(Stance::Denies, "the pier – was shut", Some(inner))
        .denied_by(orrin, "told")
        .rebutted(
            RebuttalKind::Debunk,
            None,
            claimtrail::domain::DenierRole::Outlet,
            Some("hoax"),
            "hoax",
        );
    let (hoax, pier) = (story.span("a hoax"), story.span("the pier"));
    let denial = &mut story.extraction.claims[0].denials[0];
    denial.via = Some(courier);
    denial.stated =
        Some(StatedTime { at: at("2026-03-01T00:00:00Z"), precision: DateTimePrecision::Day });
    denial.mentions[0].statement = Some(inner);
    (denial.mentions[0].denied, denial.mentions[0].via) = (Some(pier), Some(via));
    denial.mentions[0].denier = Some(hoax);
    story.extraction.claims[0].check_worthiness = None;
    story.extraction.notes =
        vec![Note { code: NoteCode::LanguageUndetermined, detail: "little".to_owned() }];
    story.extraction.extractor.version = EXTRACTOR_VERSION.to_owned();
    story.extraction.extractor.models = [("denials".to_owned(), "linear-1".to_owned())].into();
    story
}

#[test]
fn all_that_was_extracted_comes_back_as_it_was() {
    let Story { document, extraction } = full();
    let line = printed(&document, &extraction);
    assert_eq!(read(line.as_bytes()), Ok((document.clone(), extraction.clone())));
    // As `extract` prints it, with the id of the line that it answers.
    let answered = line.replacen('{', "{\"id\":{\"any\":[1]},", 1);
    assert_eq!(read(answered.as_bytes()), Ok((document, extraction)));
}

#[test]
fn an_older_extractor_is_taken_and_a_newer_one_refused() {
    let Story { document, mut extraction } = full();
    for (version, taken) in [
        ("0.0.9", true),
        (EXTRACTOR_VERSION, true),
        ("0.999.0", false),
        ("1.0", false),
        ("-1.0.0", false),
        ("", false),
    ] {
        extraction.extractor.version = version.to_owned();
        let answer = read(printed(&document, &extraction).as_bytes());
        match answer {
            Ok(_) => assert!(taken, "{version}"),
            Err(error) => {
                assert!(!taken, "{version}: {error}");
                assert_eq!(error.pointer, "/extractor/version");
            }
        }
    }
}

/// Statements each of which stands in the next, up to the last, which stands in `top`.
fn nested(count: usize, top: Option<usize>) -> String {
    let mut story = full();
    let actor = ActorIndex(0);
    story.extraction.claims.clear();
    story.extraction.statements.clear();
    for index in 0..count {
        story.statement(actor, "she", "said", &[]);
        let parent = if index + 1 < count { Some(index + 1) } else { top };
        story.extraction.statements[index].parent = parent.map(StatementIndex);
    }
    printed(&story.document, &story.extraction)
}

#[test]
fn statements_may_stand_in_each_other_however_deep_but_not_in_a_circle() {
    let begun = Instant::now();
    let deep = nested(20_000, None);
    assert_eq!(read(deep.as_bytes()).map(|(_, it)| it.statements.len()), Ok(20_000));
    for (count, top) in [(1, 0), (3, 0), (20_000, 10_000)] {
        let error = read(nested(count, Some(top)).as_bytes()).unwrap_err();
        assert!(error.pointer.ends_with("/parent"), "{error}");
        assert_eq!(error.detail, "stands in itself");
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

proptest! {
    #[test]
    fn damage_of_any_kind_is_an_answer_and_no_panic(
        at in any::<prop::sample::Index>(),
        length in 0usize..12,
        put in prop_oneof![
            "\\PC{0,6}",
            Just("\"".to_owned()),
            Just("-1".to_owned()),
            Just("4294967296".to_owned()),
            Just("null".to_owned()),
            Just("\\u0000".to_owned()),
            Just("1e400".to_owned()),
        ],
    ) {
        let Story { document, extraction } = full();
        let mut line = printed(&document, &extraction).into_bytes();
        let at = at.index(line.len());
        let end = (at + length).min(line.len());
        line.splice(at..end, put.bytes());
        if let Ok((document, extraction)) = read(&line) {
            // What is still taken is sound: printed again, it is read as the same.
            let again = printed(&document, &extraction);
            prop_assert_eq!(read(again.as_bytes()), Ok((document, extraction)));
        }
    }
}
