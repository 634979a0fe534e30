//! The states of a document's words, and what one changes of another.

use serde::{Deserialize, Serialize};

use super::{Document, Field, Span};

/// The words of one revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevisionWords {
    /// The headline.
    pub title: Option<String>,
    /// The cleaned body.
    pub text: String,
}

impl RevisionWords {
    /// The words of a field; empty where there is no title.
    pub fn field(&self, field: Field) -> &str {
        match field {
            Field::Title => self.title.as_deref().unwrap_or(""),
            Field::Text => &self.text,
        }
    }
}

impl From<&Document> for RevisionWords {
    fn from(document: &Document) -> Self {
        RevisionWords { title: document.title.clone(), text: document.text.clone() }
    }
}

/// What became of a sentence from one revision to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is in the later revision only.
    Added,
    /// It is in the earlier revision only.
    Removed,
    /// It has other words than before.
    Changed,
    /// It has the same words at another place among the others.
    Moved,
}

impl ChangeKind {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
            ChangeKind::Changed => "changed",
            ChangeKind::Moved => "moved",
        }
    }
}

/// One sentence that a revision changed. The headline counts as one sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentenceChange {
    /// What became of it.
    pub kind: ChangeKind,
    /// Its place in the earlier revision; `None` for an added one.
    pub before: Option<Span>,
    /// Its place in the later revision; `None` for a removed one.
    pub after: Option<Span>,
}

/// The revision that another takes the place of, and what that one changes of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The earlier revision.
    pub before: RevisionWords,
    /// What was changed, in order of place.
    pub changes: Vec<SentenceChange>,
}
