//! The page of one document: its words, with the claims and denials marked where they stand.

use askama::Template;

use super::frame::Here;
use super::reading::{Shown, Words};
use super::words::{Moment, change_kind, correction_kind, counted, note};
use super::{Error, write};
use crate::domain::view::{CorrectionNoteView, DocumentContents, SentenceChange};
use crate::domain::{ChangeKind, DocumentId, LocatedSpan, NoteCode};
use crate::store::{self, Connection};

/// A revision that can be chosen.
struct Choice {
    page: String,
    number: i32,
    recorded: Moment,
    superseded: Option<Moment>,
    shown: bool,
}

/// A sentence that the shown revision changed of the one before it.
struct Change<'p> {
    what: &'static str,
    before: Option<&'p str>,
    after: Option<&'p str>,
}

/// A note in which the outlet corrects itself.
struct Correction<'p> {
    what: &'static str,
    words: &'p str,
    /// Whether only the page's structured data has it.
    unseen: bool,
    /// The pages and wordings of the claims that it touches.
    claims: Vec<(String, &'p str)>,
}

impl<'p> Correction<'p> {
    fn of(note: &'p CorrectionNoteView) -> Self {
        let claims = note.claims.iter();
        Correction {
            what: correction_kind(note.kind),
            words: &note.words,
            unseen: note.span.is_none(),
            claims: claims
                .map(|claim| (format!("/claims/{}", claim.id), claim.text.as_str()))
                .collect(),
        }
    }
}

impl<'p> Change<'p> {
    fn of(change: &'p SentenceChange) -> Self {
        let words = |span: &'p Option<LocatedSpan>| span.as_ref().map(|span| span.quote.as_str());
        let moved = change.kind == ChangeKind::Moved;
        Change {
            what: change_kind(change.kind),
            before: words(&change.before).filter(|_| !moved),
            after: words(&change.after),
        }
    }
}

#[derive(Template)]
#[template(path = "document.html")]
struct DocumentPage<'p> {
    here: Here,
    contents: &'p DocumentContents,
    shown: Shown<'p>,
    published: Option<Moment>,
    recorded: Moment,
    superseded: Option<Moment>,
    removed: Option<(i32, Moment)>,
    live_page: String,
    revisions: Vec<Choice>,
    changes: Vec<Change<'p>>,
    corrections: Vec<Correction<'p>>,
    notes: Vec<(&'static str, &'p str)>,
    found: String,
    data: String,
}

impl DocumentPage<'_> {
    fn name(&self) -> &str {
        self.contents.shown.title.as_deref().unwrap_or("A document without a headline")
    }
}

/// The page of a document's revision; of the live one where no number is given.
///
/// # Errors
/// [`store::Error::NotFound`] for an unknown document or number.
pub async fn page(
    connection: &mut Connection,
    id: DocumentId,
    number: Option<i32>,
) -> Result<String, Error> {
    let contents = store::contents::of_document(connection, id, number).await?;
    let mut words = Words::of_contents(&contents);
    let revisions = contents
        .revisions
        .iter()
        .rev()
        .map(|revision| Choice {
            page: format!("/documents/{id}?revision={}", revision.number),
            number: revision.number,
            recorded: Moment::recorded(revision.recorded_at),
            superseded: revision.superseded_at.map(Moment::recorded),
            shown: revision.number == contents.shown.number,
        })
        .collect();
    write(&DocumentPage {
        here: Here::Elsewhere,
        shown: words.shown(),
        published: contents.published.map(Moment::stated),
        recorded: Moment::recorded(contents.shown.recorded_at),
        superseded: contents.shown.superseded_at.map(Moment::recorded),
        removed: contents
            .document
            .removal
            .map(|removal| (removal.status.code(), Moment::recorded(removal.recorded_at))),
        live_page: format!("/documents/{id}"),
        revisions,
        changes: contents.changes.iter().map(Change::of).collect(),
        corrections: contents.corrections.iter().map(Correction::of).collect(),
        notes: notes(contents.notes.iter().map(|it| (it.code, it.detail.as_str()))),
        found: format!(
            "{}, {}, {}",
            counted(contents.claims.len(), "claim"),
            counted(contents.rebuttals.len(), "rebuttal"),
            counted(contents.statements.len(), "statement"),
        ),
        data: format!("/v1/documents/{id}"),
        contents: &contents,
    })
}

/// Notes of an extractor in words.
pub(super) fn notes<'n>(
    notes: impl Iterator<Item = (NoteCode, &'n str)>,
) -> Vec<(&'static str, &'n str)> {
    notes.map(|(code, detail)| (note(code), detail)).collect()
}
