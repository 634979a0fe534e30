//! Text → notes of correction, by the rules of `corrections.toml`.

use std::ops::Range;

use crate::domain::{CorrectionKind, CorrectionNote, Document, Field, NotePlace, Span};
use crate::pipeline::lexicon::corrections::{Beginning, NoteRule, lexicon, may_hold_note};
use crate::pipeline::text::{self, Sentence};

/// Bytes of a note at most; a text without paragraphs would be one note from its cue on.
const LONGEST: usize = 4_000;

/// Bytes after a beginning that rules look at.
const WINDOW: usize = 1_000;

/// Rule of a note that only the structured data of the page has.
const STRUCTURED: &str = "correction/json_ld";

/// The notes of a document, in order of place; after them those that only its structured data has.
pub fn find(document: &Document) -> Vec<CorrectionNote> {
    let language = document.language.split('-').next().unwrap_or_default();
    let mut notes: Vec<CorrectionNote> = [Field::Title, Field::Text]
        .into_iter()
        .flat_map(|field| find_in(document.field(field), field, language))
        .collect();
    for words in &document.corrections {
        if let Some(note) = structured(document, words, &notes) {
            notes.push(note);
        }
    }
    notes
}

/// The notes in one field; `language` is a primary subtag of BCP 47. Where it is not told (`und`,
/// `mul`), the rules of every language are asked.
pub fn find_in(text: &str, field: Field, language: &str) -> Vec<CorrectionNote> {
    if !may_hold_note(text) {
        return Vec::new();
    }
    let untold = matches!(language, "und" | "mul" | "");
    let rules: Vec<&NoteRule> = lexicon()
        .rules
        .iter()
        .filter(|rule| untold || rule.languages.iter().any(|known| known == language))
        .collect();
    let sentences = text::sentences(text);
    let mut notes = Vec::new();
    let mut from = 0;
    while let Some(sentence) = sentences.get(from) {
        let opens = from == 0 || sentences[from - 1].paragraph != sentence.paragraph;
        let found = beginning(text, sentence, opens, &rules);
        let Some((rule, cue)) = found else {
            from += 1;
            continue;
        };
        let (last, end) = extent(&sentences, from, &cue);
        let note = sentence.span.start..end;
        let denied = rule.tells.then(|| told(text, &cue, &sentences, from)).flatten();
        notes.push(CorrectionNote {
            kind: rule.kind,
            rule: rule.id.clone(),
            words: text[note.clone()].to_owned(),
            place: Some(NotePlace {
                note: Span::new(field, note),
                cue: Span::new(field, cue),
                denied: denied.map(|words| Span::new(field, words)),
            }),
        });
        from = last + 1;
    }
    notes
}

/// The first rule that finds a note at the beginning of a sentence, with the bytes of its cue.
fn beginning<'r>(
    text: &str,
    sentence: &Sentence,
    opens_paragraph: bool,
    rules: &[&'r NoteRule],
) -> Option<(&'r NoteRule, Range<usize>)> {
    let start = sentence.span.start;
    let window = &text[start..text.floor_char_boundary(start + WINDOW)];
    rules.iter().find_map(|rule| {
        if rule.at == Beginning::Paragraph && !opens_paragraph {
            return None;
        }
        let cue = rule.cue(window)?;
        Some((*rule, start + cue.start..start + cue.end))
    })
}

/// The last sentence of a note, and where it ends: with the paragraph. A heading alone goes on with the
/// next one.
fn extent(sentences: &[Sentence], first: usize, cue: &Range<usize>) -> (usize, usize) {
    let opening = &sentences[first];
    let last_of = |paragraph: usize| {
        let within = sentences[first..].iter().take_while(|it| it.paragraph <= paragraph);
        first + within.count().saturating_sub(1)
    };
    let mut last = last_of(opening.paragraph);
    if sentences[last].span.end <= cue.end + 1 {
        last = last_of(opening.paragraph + 1);
    }
    let limit = opening.span.start + LONGEST;
    while last > first && sentences[last].span.end > limit && sentences[last].span.start > cue.end {
        last -= 1;
    }
    (last, sentences[last].span.end.max(cue.end))
}

/// What follows the cue in its sentence, without the marks at its end.
fn told(
    text: &str,
    cue: &Range<usize>,
    sentences: &[Sentence],
    first: usize,
) -> Option<Range<usize>> {
    let sentence = sentences[first..].iter().find(|it| it.span.end > cue.end)?;
    let after = text.get(cue.end..sentence.span.end)?;
    let mark = |letter: char| !letter.is_alphanumeric() && !matches!(letter, '"' | '“' | '”' | '%');
    let start = cue.end + (after.len() - after.trim_start_matches(mark).len());
    let end = cue.end + after.trim_end_matches(mark).len();
    (start < end).then_some(start..end)
}

/// A note of the page's structured data: where its words stand in the text they are a note there, and
/// where they do not, no place can prove them.
fn structured(
    document: &Document,
    words: &str,
    found: &[CorrectionNote],
) -> Option<CorrectionNote> {
    let place = document.text.find(words).map(|start| Span::text(start..start + words.len()));
    let known =
        |place: Span| found.iter().filter_map(|note| note.place).any(|it| it.note.overlaps(place));
    if place.is_some_and(known) {
        return None;
    }
    Some(CorrectionNote {
        kind: CorrectionKind::Correction,
        rule: STRUCTURED.to_owned(),
        place: place.map(|note| NotePlace { note, cue: note, denied: None }),
        words: words.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, String)> {
        let document = Document::from_text(text);
        let shown = |note: CorrectionNote| {
            let denied = note.denied(&document).unwrap_or_default().to_owned();
            (note.words, denied)
        };
        find(&document).into_iter().map(shown).collect()
    }

    #[test]
    fn a_note_ends_with_its_paragraph_and_tells_what_was_wrong() {
        let text = "The ferry is late.\n\nAn earlier version of this article said that the ferry had sunk. It is afloat.\n\nThe board met.";
        let note = "An earlier version of this article said that the ferry had sunk. It is afloat.";
        assert_eq!(found(text), [(note.to_owned(), "the ferry had sunk".to_owned())]);
    }

    #[test]
    fn a_heading_alone_goes_on_with_the_next_paragraph() {
        let text = "Correction\n\nThe ferry is afloat.\n\nThe board met.";
        assert_eq!(found(text)[0].0, "Correction\n\nThe ferry is afloat.");
        assert_eq!(found("It rained.\n\nCorrection appended").len(), 1);
    }

    #[test]
    fn a_rule_of_another_language_is_not_asked_and_of_all_where_none_is_told() {
        let text = "Korrektur: Die Fähre ist nicht gesunken.";
        let of = |language: &str| find_in(text, Field::Text, language).len();
        assert_eq!((of("de"), of("und"), of("mul"), of("en")), (1, 1, 1, 0));
    }

    #[test]
    fn structured_data_is_a_note_of_the_text_where_its_words_stand_there() {
        let mut document = Document::from_text("The ferry is late. It never sank, as we wrote.");
        document.corrections =
            vec!["It never sank, as we wrote.".to_owned(), "The count was wrong.".to_owned()];
        let notes = find(&document);
        assert_eq!(notes.len(), 2);
        assert_eq!(notes[0].place.map(|it| document.quote(it.note)), Some(notes[0].words.as_str()));
        assert_eq!((notes[1].place, notes[1].words.as_str()), (None, "The count was wrong."));
        document.text.push_str("\n\nCorrection: The count was wrong.");
        assert_eq!(find(&document).len(), 2);
    }

    #[test]
    fn a_text_without_end_is_no_note_without_end() {
        let text = format!("Correction: {}", "The gulls came back. ".repeat(50_000));
        let notes = find_in(&text, Field::Text, "en");
        assert_eq!(notes.len(), 1);
        assert!(notes[0].words.len() <= LONGEST, "{}", notes[0].words.len());
        let many = "Correction: no.\n\n".repeat(20_000);
        assert_eq!(find_in(&many, Field::Text, "en").len(), 20_000);
    }
}
