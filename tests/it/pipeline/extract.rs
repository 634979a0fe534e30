//! A whole article → its statements, claims, denials and actors.

use std::fmt::Write as _;
use std::time::Duration;

use claimtrail::domain::{ActorKind, Claim, Document, Extraction, NoteCode, Span};
use claimtrail::pipeline::{Gear, extract, extract_with};
use proptest::prelude::*;

use crate::support::alone::{alone, cpu_time};

const BODY: &str = "Denmark has repeated its support for the government of Iceland after the raids on its harbour, and Danish Interior Minister Pavel Orlo spoke with Icelandic Prime Minister Tessa Quill by telephone. Copenhagen also firmly denied reports suggesting Quill was secretly in Denmark, calling such claims a \"hoax.\"
In a statement on Friday, the Danish Interior Ministry said Orlo expressed Denmark's \"deep sympathy with the fishermen of Iceland in a dark hour\" during the call.
The Interior Ministry told the state-run Orb news agency that rumours indicating the Icelandic prime minister was secretly present in Denmark were completely false, labelling them a \"hoax.\"
The raids, which former General Hugo Brandt described as a \"small scale\" exercise, alarmed the coast. The Harbour Commission has accused Quill of involvement in grain smuggling, allegations she has consistently denied while asking for patience. Iceland has closed its ports and accused the Harbour Commission of burning several boats near the pier.";

fn article() -> Document {
    let mut document = Document::from_text(BODY);
    document.title = Some("Denmark stands by Iceland after the harbour raids".to_owned());
    document
}

fn claim<'e>(extraction: &'e Extraction, words: &str) -> &'e Claim {
    let mut found = extraction.claims.iter().filter(|claim| claim.text.contains(words));
    let claim = found.next().unwrap_or_else(|| panic!("no claim with {words:?}"));
    assert!(found.next().is_none(), "two claims with {words:?}");
    claim
}

fn name(extraction: &Extraction, actor: Option<claimtrail::domain::ActorIndex>) -> &str {
    actor.and_then(|actor| extraction.actors.get(actor.0)).map_or("-", |actor| actor.name.as_str())
}

/// One denial with its parts marked in the order they stand in.
fn marked(document: &Document, extraction: &Extraction, words: &str) -> String {
    let mut lines = String::new();
    for denial in &claim(extraction, words).denials {
        for mention in &denial.mentions {
            let mut parts: Vec<(Span, &str)> = vec![(mention.cue, "cue")];
            parts.extend(mention.denier.map(|span| (span, "source")));
            parts.extend(mention.denied.map(|span| (span, "content")));
            parts.extend(mention.via.map(|span| (span, "via")));
            parts.sort();
            let shown: Vec<String> = parts
                .iter()
                .map(|(span, part)| format!("[{part} {}]", document.quote(*span)))
                .collect();
            let _ = writeln!(lines, "{}", shown.join(" "));
        }
    }
    lines
}

#[test]
fn joins_the_mentions_of_one_denial_under_the_ministry() {
    let document = article();
    let extraction = extract(&document);
    let denied = claim(&extraction, "secretly");
    assert_eq!(denied.text, "Tessa Quill was secretly in Denmark.");
    assert_eq!(denied.denials.len(), 1);
    let denial = &denied.denials[0];
    assert_eq!(name(&extraction, denial.denier), "Danish Interior Ministry");
    assert_eq!(name(&extraction, denial.via), "Orb");
    assert_eq!(denial.label.as_deref(), Some("hoax"));
    assert_eq!((denial.kind.as_str(), denial.denier_role.as_str()), ("denial", "party"));
    insta::assert_snapshot!(marked(&document, &extraction, "secretly"), @r#"
    [source Copenhagen] [cue also firmly denied] [content Quill was secretly in Denmark]
    [source Copenhagen] [content Quill was secretly in Denmark] [cue calling such claims a "hoax]
    [source The Interior Ministry] [via the state-run Orb news agency] [content the Icelandic prime minister was secretly present in Denmark] [cue were completely false]
    [source The Interior Ministry] [via the state-run Orb news agency] [content the Icelandic prime minister was secretly present in Denmark] [cue labelling them a "hoax]
    "#);
}

#[test]
fn an_accusation_and_its_denial_are_one_claim() {
    let document = article();
    let extraction = extract(&document);
    let accused = claim(&extraction, "grain smuggling");
    assert_eq!(accused.text, "Tessa Quill was involved in grain smuggling.");
    let claimants: Vec<&str> =
        accused.claimants.iter().map(|&actor| name(&extraction, Some(actor))).collect();
    assert_eq!(claimants, ["Harbour Commission"]);
    assert_eq!(accused.denials.len(), 1);
    assert_eq!(name(&extraction, accused.denials[0].denier), "Tessa Quill");
    insta::assert_snapshot!(
        marked(&document, &extraction, "grain smuggling"),
        @"[content involvement in grain smuggling] [source she] [cue has consistently denied]"
    );
}

#[test]
fn assertions_have_their_claimants() {
    let extraction = extract(&article());
    for (words, claimant) in [
        ("small scale exercise", "Hugo Brandt"),
        ("burned several boats", "Iceland"),
        ("sympathy with the fishermen", "Pavel Orlo"),
    ] {
        let claim = extraction
            .claims
            .iter()
            .find(|claim| claim.text.contains(words))
            .unwrap_or_else(|| panic!("no claim with {words:?}"));
        let names: Vec<&str> =
            claim.claimants.iter().map(|&actor| name(&extraction, Some(actor))).collect();
        assert!(names.contains(&claimant), "{words}: {names:?}");
    }
}

#[test]
fn actors_have_kinds_roles_aliases_and_those_they_speak_for() {
    let extraction = extract(&article());
    let actor = |name: &str| {
        extraction
            .actors
            .iter()
            .find(|actor| actor.name == name)
            .unwrap_or_else(|| panic!("no actor {name}"))
    };
    let quill = actor("Tessa Quill");
    assert_eq!(
        (quill.kind, quill.roles.as_slice()),
        (Some(ActorKind::Person), ["Prime Minister".to_owned()].as_slice())
    );
    for alias in ["Quill", "the Icelandic prime minister"] {
        assert!(quill.aliases.iter().any(|known| known == alias), "{alias}: {:?}", quill.aliases);
    }
    let ministry = actor("Danish Interior Ministry");
    assert_eq!(ministry.kind, Some(ActorKind::Government));
    assert_eq!(name(&extraction, ministry.speaks_for), "Denmark");
    assert!(ministry.aliases.iter().any(|alias| alias == "The Interior Ministry"));
    assert_eq!(actor("Orb").kind, Some(ActorKind::Outlet));
    assert_eq!(actor("Hugo Brandt").roles, ["former General"]);
}

#[test]
fn other_languages_give_a_note_and_nothing_else() {
    for (language, code) in
        [("fr", NoteCode::LanguageUnsupported), ("mul", NoteCode::LanguageUnsupported)]
    {
        let mut document = article();
        document.language = language.to_owned();
        let extraction = extract(&document);
        assert_eq!(extraction.notes.iter().map(|note| note.code).collect::<Vec<_>>(), [code]);
        assert!(
            extraction.claims.is_empty()
                && extraction.statements.is_empty()
                && extraction.actors.is_empty()
        );
    }
}

#[test]
fn a_text_of_unknown_language_is_read_where_its_letters_could_be_english() {
    let mut document = article();
    document.language = "und".to_owned();
    let extraction = extract(&document);
    assert_eq!(extraction.notes[0].code, NoteCode::LanguageUndetermined);
    assert!(!extraction.claims.is_empty());
    document.language = "en-GB".to_owned();
    assert!(extract(&document).notes.is_empty());
    let mut foreign = Document::from_text("Министерство опровергло сообщения.");
    foreign.language = "und".to_owned();
    assert!(extract(&foreign).statements.is_empty());
}

#[test]
fn the_same_article_gives_the_same_extraction() {
    assert_eq!(extract(&article()), extract(&article()));
}

/// Every span lies on the text, every claim says something, every index points somewhere.
fn prove(document: &Document, extraction: &Extraction) {
    let fits = |span: &Span| {
        assert!(
            document.field(span.field).get(span.range()).is_some_and(|words| !words.is_empty())
        );
    };
    for statement in &extraction.statements {
        statement
            .source
            .iter()
            .chain(&statement.cue)
            .chain(&statement.contents)
            .chain(&statement.via_span)
            .for_each(fits);
        assert!(statement.parent.is_none_or(|parent| parent.0 < extraction.statements.len()));
        assert!(
            statement
                .speaker
                .into_iter()
                .chain(statement.via)
                .all(|actor| actor.0 < extraction.actors.len())
        );
    }
    for claim in &extraction.claims {
        assert!(!claim.text.trim().is_empty());
        assert!(!claim.appearances.is_empty());
        claim.appearances.iter().for_each(|appearance| fits(&appearance.span));
        assert!(claim.claimants.iter().all(|actor| actor.0 < extraction.actors.len()));
        for denial in &claim.denials {
            assert!(!denial.mentions.is_empty());
            assert!(
                denial
                    .denier
                    .into_iter()
                    .chain(denial.via)
                    .all(|actor| actor.0 < extraction.actors.len())
            );
            for mention in &denial.mentions {
                fits(&mention.cue);
                mention.denier.iter().chain(&mention.denied).chain(&mention.via).for_each(fits);
            }
        }
    }
    for actor in &extraction.actors {
        assert!(!actor.mentions.is_empty() && !actor.name.is_empty());
        actor.mentions.iter().for_each(fits);
    }
}

#[test]
fn the_article_proves_itself() {
    let document = article();
    prove(&document, &extract(&document));
}

proptest! {
    #[test]
    fn any_text_gives_spans_that_prove_themselves(title in "\\PC{0,40}", text in any::<String>()) {
        let mut document = Document::from_text(text);
        document.title = Some(title);
        prove(&document, &extract(&document));
    }

    #[test]
    fn shuffled_news_gives_spans_that_prove_themselves(
        words in proptest::collection::vec(
            prop_oneof![
                Just("denied"), Just("that"), Just("the"), Just("report"), Just("reports"), Just("accused"), Just("of"), Just("taking"), Just("Tessa Quill"),
                Just("Danish"), Just("Ministry"), Just("she"), Just("it"), Just("’s"), Just("“"), Just("”"), Just("\""), Just(","), Just("."), Just("hoax"),
                Just("was"), Just("not"), Just("never"), Just("described"), Just("which"), Just("what"), Just("as"), Just("false"), Just("told"), Just("said"),
                Just("no evidence"), Just("falsely"), Just("pleaded not guilty"), Just("expressed"), Just("to have"), Just("\n\n"), Just("é𝄞"), Just("and"), Just("?"),
            ],
            0..60,
        ),
    ) {
        let document = Document::from_text(words.join(" "));
        prove(&document, &extract(&document));
    }
}

/// Case C64: of a page in two languages nothing is left out in silence.
#[test]
fn a_bilingual_page_says_that_not_all_of_it_was_read() {
    let english = "The ministry denied on Monday that the pier had been shut by the police. ";
    let french = "Le ministère a nié lundi que la jetée ait été fermée par la police. ";
    let long = format!("{}\n\n{}", french.repeat(8), english.repeat(8));
    for text in ["La ministre nie. / The minister denies it.", long.as_str()] {
        let document =
            claimtrail::ingest::from_plain_text(text, Default::default()).unwrap().document;
        let extraction = extract(&document);
        assert!(!extraction.notes.is_empty(), "{} {text}", document.language);
        assert_eq!(extraction, extract(&document));
    }
}

/// The encoder reads windows, and asks about no more cues than a text's length allows. Without
/// optimisation it takes some thirty times as long, so the texts are shorter then, and those are left out
/// that are nothing but cues: they alone take a processor a quarter of an hour.
#[test]
fn accurate_takes_four_times_as_long_for_four_times_the_text() {
    alone("pipeline::extract::accurate_takes_four_times_as_long_for_four_times_the_text", || {
        let took = |unit: &str, bytes: usize| {
            let document = Document::from_text(unit.repeat(bytes / unit.len()).as_str());
            let begun = cpu_time();
            extract_with(&document, Gear::Accurate);
            cpu_time() - begun
        };
        // The weights are unpacked once.
        took("“It is denied,” he said. ", 100);
        let slow = cfg!(debug_assertions);
        let cues: &[&str] = if slow { &[] } else { &["denied ", "He denied it. "] };
        for unit in ["\"", "“", "said ", "a"].iter().chain(cues) {
            let bytes = if slow { 1_000 } else { 10_000 };
            let (short, long) = (took(unit, bytes), took(unit, 4 * bytes));
            // A tenth of a second for what is too short to be told by the system's clock.
            let most = 6 * short + Duration::from_millis(100);
            assert!(long < most, "{unit}: {short:?}, {long:?}");
        }
    });
}
