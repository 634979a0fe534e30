//! Notes in which an outlet corrects or withdraws what it published.

use serde::{Deserialize, Serialize};

use super::{Document, Span};

/// What a note does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionKind {
    /// It says that earlier words were wrong.
    Correction,
    /// It withdraws the whole report.
    Retraction,
    /// It makes earlier words clearer without saying that they were wrong.
    Clarification,
}

impl CorrectionKind {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            CorrectionKind::Correction => "correction",
            CorrectionKind::Retraction => "retraction",
            CorrectionKind::Clarification => "clarification",
        }
    }
}

/// Where a note stands in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotePlace {
    /// All of it.
    pub note: Span,
    /// The words that make it one: "Correction:", "An earlier version of this article said".
    pub cue: Span,
    /// The words of what was wrong, where it tells them.
    pub denied: Option<Span>,
}

/// A note in which an outlet corrects or withdraws what it published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionNote {
    /// What it does.
    pub kind: CorrectionKind,
    /// Id of the rule that found it.
    pub rule: String,
    /// Where it stands; `None` for one that only the page's structured data has.
    pub place: Option<NotePlace>,
    /// Its words.
    pub words: String,
}

impl CorrectionNote {
    /// Whether `span` lies in it.
    pub fn contains(&self, span: Span) -> bool {
        self.place.is_some_and(|place| place.note.contains(span))
    }

    /// The words of what was wrong, where it tells them.
    pub fn denied<'d>(&self, document: &'d Document) -> Option<&'d str> {
        self.place.and_then(|place| place.denied).map(|span| document.quote(span))
    }
}
