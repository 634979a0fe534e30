//! Documents, their revisions and statements as a reader sees them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{ActorBrief, AppearanceView, ClaimBrief, OutletBrief, RebuttalBrief, RebuttalView};
use crate::domain::{
    ChangeKind, ClaimId, CorrectionKind, CueKind, DocumentId, ExtractorInfo, LocatedSpan, Mode,
    Note, RebuttalId, RemovalStatus, RevisionId, StatedTime, StatementId,
};

/// A document, where something else is the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentBrief {
    /// Which one.
    pub id: DocumentId,
    /// The revision spoken of.
    pub revision: RevisionId,
    /// Its number, counted from 1.
    pub revision_number: i32,
    /// Canonical address.
    pub url: Option<String>,
    /// Headline of the revision spoken of.
    pub title: Option<String>,
    /// Who published it.
    pub outlet: Option<OutletBrief>,
    /// When it was published.
    pub published: Option<StatedTime>,
    /// BCP 47.
    pub language: String,
}

/// A document in a list: its live revision, and how much stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentView {
    /// Which one.
    pub id: DocumentId,
    /// Canonical address.
    pub url: Option<String>,
    /// Who published it.
    pub outlet: Option<OutletBrief>,
    /// The live revision.
    pub revision: RevisionId,
    /// Its number, counted from 1.
    pub revision_number: i32,
    /// Headline.
    pub title: Option<String>,
    /// Authors, as printed.
    pub authors: Vec<String>,
    /// When it was published.
    pub published: Option<StatedTime>,
    /// BCP 47.
    pub language: String,
    /// SHA-256 of the title, a line feed and the text; lower-case hexadecimal.
    pub sha256: String,
    /// Live statements in it.
    pub statements: i64,
    /// Claims that stand in it.
    pub claims: i64,
    /// Live rebuttals in it.
    pub rebuttals: i64,
    /// That its page is no longer there; `None` while it is, as far as known.
    pub removal: Option<RemovalView>,
    /// When the document was first recorded.
    pub recorded_at: DateTime<Utc>,
    /// When the live revision was recorded.
    pub revised_at: DateTime<Utc>,
}

/// A time in which a document's page was not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovalView {
    /// What its address answered.
    pub status: RemovalStatus,
    /// When that was first seen.
    pub recorded_at: DateTime<Utc>,
    /// When the page was there again, or its address answered otherwise.
    pub superseded_at: Option<DateTime<Utc>>,
}

/// A document with its words.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentDetail {
    /// As in a list.
    pub document: DocumentView,
    /// The cleaned body of the live revision; spans point into it.
    pub text: String,
    /// Every address that leads to it, the canonical one first.
    pub addresses: Vec<String>,
    /// Documents that turned out to be the same one, stored under other addresses: merged into it, or
    /// by themselves where people corrected what they say.
    pub same_as: Vec<DocumentId>,
    /// All revisions, oldest first.
    pub revisions: Vec<RevisionView>,
    /// The times in which its page was not there, oldest first.
    pub removals: Vec<RemovalView>,
    /// The notes in which the live revision corrects itself, in order of place.
    pub corrections: Vec<CorrectionNoteView>,
    /// What the extractor left out and why.
    pub notes: Vec<Note>,
    /// Which extractor read the live revision.
    pub extractor: Option<ExtractorInfo>,
}

/// One revision of a document with its words and everything that stands in them.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentContents {
    /// The document, as in a list: its live revision.
    pub document: DocumentView,
    /// All revisions, oldest first.
    pub revisions: Vec<RevisionView>,
    /// The revision shown.
    pub shown: RevisionView,
    /// Its cleaned body; spans point into it and into the title of `shown`.
    pub text: String,
    /// Its language, BCP 47.
    pub language: String,
    /// Its authors, as printed.
    pub authors: Vec<String>,
    /// When it was published, as it said then.
    pub published: Option<StatedTime>,
    /// What it changed of the revision before it, in order of place.
    pub changes: Vec<SentenceChange>,
    /// The notes in which it corrects itself, in order of place.
    pub corrections: Vec<CorrectionNoteView>,
    /// What the extractor left out and why.
    pub notes: Vec<Note>,
    /// Which extractor read it.
    pub extractor: Option<ExtractorInfo>,
    /// The claims that stand in it, with their status now, in no order.
    pub claims: Vec<ClaimBrief>,
    /// Where they stand.
    pub appearances: Vec<AppearanceView>,
    /// What speaks against them here.
    pub rebuttals: Vec<RebuttalView>,
    /// Who says what in it, in order of place.
    pub statements: Vec<StatementView>,
}

/// One state of a document's words, without the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionView {
    /// Which one.
    pub id: RevisionId,
    /// Counted from 1.
    pub number: i32,
    /// Headline.
    pub title: Option<String>,
    /// SHA-256 of the title, a line feed and the text; lower-case hexadecimal.
    pub sha256: String,
    /// Length of the text in code points.
    pub text_length: i32,
    /// Media type of the bytes as received.
    pub media_type: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// When the next one took its place.
    pub superseded_at: Option<DateTime<Utc>>,
}

/// One sentence that a revision changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentenceChange {
    /// What became of it.
    pub kind: ChangeKind,
    /// Its place and words in the earlier revision; `None` for an added one.
    pub before: Option<LocatedSpan>,
    /// Its place and words in the later revision; `None` for a removed one.
    pub after: Option<LocatedSpan>,
}

/// What changed from one revision to another.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisionDifference {
    /// The earlier one.
    pub from: RevisionView,
    /// The later one.
    pub to: RevisionView,
    /// The sentences that are not the same in both, in order of place.
    pub changes: Vec<SentenceChange>,
    /// Claims in `to` that are not in `from`.
    pub claims_appeared: Vec<ClaimBrief>,
    /// Claims in `from` that are not in `to`.
    pub claims_vanished: Vec<ClaimBrief>,
    /// Rebuttals in `to` that are not in `from`.
    pub rebuttals_appeared: Vec<RebuttalBrief>,
    /// Rebuttals in `from` that are not in `to`.
    pub rebuttals_vanished: Vec<RebuttalBrief>,
}

/// A note in which the outlet corrects, withdraws or clarifies what it published.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectionNoteView {
    /// What it does.
    pub kind: CorrectionKind,
    /// The rule that found it.
    pub rule: String,
    /// Where it stands; `None` for one that only the page's structured data has.
    pub span: Option<LocatedSpan>,
    /// Its words.
    pub words: String,
    /// The claims that it touches, with their status now.
    pub claims: Vec<ClaimBrief>,
    /// The rebuttals that it is, in the order of the claims; none for one that stands nowhere.
    pub rebuttals: Vec<RebuttalId>,
    /// When we learned of it.
    pub recorded_at: DateTime<Utc>,
}

/// One attribution with its words and who stands behind them.
#[derive(Debug, Clone, PartialEq)]
pub struct StatementView {
    /// Which one.
    pub id: StatementId,
    /// Where it stands.
    pub document: DocumentBrief,
    /// The revision its spans point into.
    pub revision: RevisionId,
    /// The words that name the source.
    pub source: Vec<LocatedSpan>,
    /// The words that attribute.
    pub cue: Option<LocatedSpan>,
    /// What kind of words those are.
    pub cue_kind: CueKind,
    /// The attributed words.
    pub contents: Vec<LocatedSpan>,
    /// The words that name who relayed it.
    pub via_span: Option<LocatedSpan>,
    /// The actor behind the source.
    pub speaker: Option<ActorBrief>,
    /// Whether the speaker was inferred.
    pub speaker_inferred: bool,
    /// Who relayed it.
    pub via: Option<ActorBrief>,
    /// The statement around this one.
    pub parent: Option<StatementId>,
    /// Whether the contents are quoted.
    pub mode: Mode,
    /// When it was said, where the document tells.
    pub stated: Option<StatedTime>,
    /// 0..1.
    pub confidence: f32,
    /// The rule or model that found it.
    pub rule: String,
    /// The extractor that found it.
    pub extractor_version: String,
    /// When we learned it.
    pub recorded_at: DateTime<Utc>,
    /// When its revision was replaced.
    pub superseded_at: Option<DateTime<Utc>>,
}

/// What storing a document did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoreOutcome {
    /// A new document.
    Created,
    /// A new revision of a known document.
    Revised,
    /// The same words as the live revision: nothing changed.
    Unchanged,
    /// Its page is no longer there: nothing changed but that.
    Removed,
}

impl StoreOutcome {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            StoreOutcome::Created => "created",
            StoreOutcome::Revised => "revised",
            StoreOutcome::Unchanged => "unchanged",
            StoreOutcome::Removed => "removed",
        }
    }
}

/// The answer to storing one document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDocument {
    /// Which one.
    pub document: DocumentId,
    /// Its live revision.
    pub revision: RevisionId,
    /// What happened.
    pub outcome: StoreOutcome,
    /// Claims that this document carries now and did not before.
    pub claims_appeared: Vec<ClaimId>,
    /// Claims that it carried before and does not now.
    pub claims_vanished: Vec<ClaimId>,
    /// Rebuttals that stand in it now and did not before.
    pub rebuttals_appeared: Vec<RebuttalId>,
    /// Rebuttals that stood in it before and do not now.
    pub rebuttals_vanished: Vec<RebuttalId>,
}
