//! Documents on the wire: as listed, with their words and revisions.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::actor::OutletBrief;
use super::claim::ClaimBrief;
use super::extraction::{ExtractionAnswer, Extractor, Note, Span};
use super::rebuttal::RebuttalBrief;
use super::words;
use crate::domain::{self, ChangeKind, CorrectionKind, DateTimePrecision, view};

/// A document, named where something else is the subject.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentBrief {
    /// Its resource is `/v1/documents/{id}`.
    pub id: Uuid,
    /// Canonical address.
    pub url: Option<String>,
    /// Headline of the revision spoken of.
    pub title: Option<String>,
    /// Who published it.
    pub outlet: Option<OutletBrief>,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub published_precision: Option<DateTimePrecision>,
    /// BCP 47.
    pub language: String,
}

impl From<view::DocumentBrief> for DocumentBrief {
    fn from(document: view::DocumentBrief) -> Self {
        DocumentBrief {
            id: document.id.0,
            url: document.url,
            title: document.title,
            outlet: document.outlet.map(Into::into),
            published_at: document.published.map(|time| time.at),
            published_precision: document.published.map(|time| time.precision),
            language: document.language,
        }
    }
}

/// A document as it stands in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Document {
    /// UUIDv7.
    pub id: Uuid,
    /// Canonical address.
    pub url: Option<String>,
    /// Who published it.
    pub outlet: Option<OutletBrief>,
    /// The live revision.
    pub revision: Uuid,
    /// Its number, counted from 1.
    pub revision_number: i32,
    /// Headline.
    pub title: Option<String>,
    /// Authors, as printed.
    pub authors: Vec<String>,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub published_precision: Option<DateTimePrecision>,
    /// BCP 47; `und` or `mul` where one language cannot be told.
    pub language: String,
    /// SHA-256 of the title, a line feed and the text; lower-case hexadecimal.
    pub sha256: String,
    /// Statements in it.
    pub statements: i64,
    /// Claims that stand in it.
    pub claims: i64,
    /// Rebuttals in it.
    pub rebuttals: i64,
    /// Since when its page is known to be gone: its canonical address answers 404 or 410. Null while
    /// it is there, as far as known.
    pub removed_at: Option<DateTime<Utc>>,
    /// When it was first recorded.
    pub recorded_at: DateTime<Utc>,
    /// When the live revision was recorded.
    pub revised_at: DateTime<Utc>,
}

impl From<view::DocumentView> for Document {
    fn from(document: view::DocumentView) -> Self {
        Document {
            id: document.id.0,
            url: document.url,
            outlet: document.outlet.map(Into::into),
            revision: document.revision.0,
            revision_number: document.revision_number,
            title: document.title,
            authors: document.authors,
            published_at: document.published.map(|time| time.at),
            published_precision: document.published.map(|time| time.precision),
            language: document.language,
            sha256: document.sha256,
            statements: document.statements,
            claims: document.claims,
            rebuttals: document.rebuttals,
            removed_at: document.removal.map(|removal| removal.recorded_at),
            recorded_at: document.recorded_at,
            revised_at: document.revised_at,
        }
    }
}

/// One state of a document's words, without the words.
#[derive(Debug, Serialize, ToSchema)]
pub struct Revision {
    /// UUIDv7.
    pub id: Uuid,
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
    /// When the next one took its place; null for the live one.
    pub superseded_at: Option<DateTime<Utc>>,
}

impl From<view::RevisionView> for Revision {
    fn from(revision: view::RevisionView) -> Self {
        Revision {
            id: revision.id.0,
            number: revision.number,
            title: revision.title,
            sha256: revision.sha256,
            text_length: revision.text_length,
            media_type: revision.media_type,
            recorded_at: revision.recorded_at,
            superseded_at: revision.superseded_at,
        }
    }
}

/// A time in which the page of a document was not there.
#[derive(Debug, Serialize, ToSchema)]
pub struct Removal {
    /// What its canonical address answered: 404 or 410.
    pub status: i32,
    /// When that was first seen.
    pub recorded_at: DateTime<Utc>,
    /// When the page was there again, or the answer was the other one; null for the one that holds.
    pub superseded_at: Option<DateTime<Utc>>,
}

impl From<view::RemovalView> for Removal {
    fn from(removal: view::RemovalView) -> Self {
        Removal {
            status: removal.status.code(),
            recorded_at: removal.recorded_at,
            superseded_at: removal.superseded_at,
        }
    }
}

/// A note in which the outlet corrects, withdraws or clarifies what it published.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionNote {
    /// What it does.
    #[schema(value_type = words::CorrectionKind)]
    pub kind: CorrectionKind,
    /// Id of the rule that found it.
    pub rule: String,
    /// Where it stands; null for one that only the page's structured data has.
    pub span: Option<Span>,
    /// Its words.
    pub words: String,
    /// The claims that it touches; empty where none is known.
    pub claims: Vec<ClaimBrief>,
    /// The rebuttals that it is, in the order of `claims`. Empty for one that stands nowhere: no
    /// place can prove it.
    pub rebuttals: Vec<Uuid>,
    /// When we learned of it.
    pub recorded_at: DateTime<Utc>,
}

impl From<view::CorrectionNoteView> for CorrectionNote {
    fn from(note: view::CorrectionNoteView) -> Self {
        CorrectionNote {
            kind: note.kind,
            rule: note.rule,
            span: note.span.map(Into::into),
            words: note.words,
            claims: note.claims.into_iter().map(Into::into).collect(),
            rebuttals: note.rebuttals.into_iter().map(|id| id.0).collect(),
            recorded_at: note.recorded_at,
        }
    }
}

/// Where a document is found that turned out to be another one.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentMoved {
    /// The document that was asked for.
    pub id: Uuid,
    /// The document that answers for it.
    pub merged_into: Uuid,
    /// Where to ask instead, as the `location` header has it.
    #[schema(example = "/v1/documents/01890000-0000-7000-8000-000000000000")]
    pub location: String,
}

/// A document with its words.
#[derive(Debug, Serialize, ToSchema)]
pub struct DocumentDetail {
    /// As in a list.
    #[serde(flatten)]
    pub document: Document,
    /// The cleaned body of the live revision; spans point into it.
    pub text: String,
    /// Every address that leads to it, the canonical one first.
    pub addresses: Vec<String>,
    /// Documents that turned out to be this one: they were stored under addresses of their own before
    /// a page with the same words said which is the canonical one. This one answers for them; those of
    /// which people corrected something stand by themselves.
    pub same_as: Vec<Uuid>,
    /// All revisions, oldest first.
    pub revisions: Vec<Revision>,
    /// The times in which its page was not there, oldest first.
    pub removals: Vec<Removal>,
    /// The notes in which the live revision corrects, withdraws or clarifies something, in order of
    /// place.
    pub corrections: Vec<CorrectionNote>,
    /// What the extractor left out and why.
    pub notes: Vec<Note>,
    /// Which extractor read the live revision; null until one did.
    pub extractor: Option<Extractor>,
}

impl From<view::DocumentDetail> for DocumentDetail {
    fn from(detail: view::DocumentDetail) -> Self {
        DocumentDetail {
            document: detail.document.into(),
            text: detail.text,
            addresses: detail.addresses,
            same_as: detail.same_as.into_iter().map(|id| id.0).collect(),
            revisions: detail.revisions.into_iter().map(Into::into).collect(),
            removals: detail.removals.into_iter().map(Into::into).collect(),
            corrections: detail.corrections.into_iter().map(Into::into).collect(),
            notes: detail
                .notes
                .into_iter()
                .map(|note| Note { code: note.code.as_str(), detail: note.detail })
                .collect(),
            extractor: detail.extractor.map(|extractor| Extractor {
                version: extractor.version,
                models: extractor.models,
            }),
        }
    }
}

/// One state of a document's words.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionDetail {
    /// As in the list.
    #[serde(flatten)]
    pub revision: Revision,
    /// The cleaned body; spans of this revision point into it.
    pub text: String,
}

/// One sentence that is not the same in both revisions. The headline counts as one.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentenceChange {
    /// What became of it.
    #[schema(value_type = words::ChangeKind)]
    pub kind: ChangeKind,
    /// Its place and words in the earlier revision; null for an added one.
    pub before: Option<Span>,
    /// Its place and words in the later revision; null for a removed one.
    pub after: Option<Span>,
}

impl From<view::SentenceChange> for SentenceChange {
    fn from(change: view::SentenceChange) -> Self {
        SentenceChange {
            kind: change.kind,
            before: change.before.map(Into::into),
            after: change.after.map(Into::into),
        }
    }
}

/// What changed from one revision to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionDifference {
    /// The earlier one.
    pub from: Revision,
    /// The later one.
    pub to: Revision,
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

impl From<view::RevisionDifference> for RevisionDifference {
    fn from(difference: view::RevisionDifference) -> Self {
        let claims = |claims: Vec<view::ClaimBrief>| claims.into_iter().map(Into::into).collect();
        let rebuttals =
            |rebuttals: Vec<view::RebuttalBrief>| rebuttals.into_iter().map(Into::into).collect();
        RevisionDifference {
            from: difference.from.into(),
            to: difference.to.into(),
            changes: difference.changes.into_iter().map(Into::into).collect(),
            claims_appeared: claims(difference.claims_appeared),
            claims_vanished: claims(difference.claims_vanished),
            rebuttals_appeared: rebuttals(difference.rebuttals_appeared),
            rebuttals_vanished: rebuttals(difference.rebuttals_vanished),
        }
    }
}

/// Who has a document redacted, and why.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRedaction {
    /// Why. It stays, so it must not repeat what is removed.
    #[validate(
        custom(function = "told"),
        length(max = 2000, message = "must have at most 2000 characters")
    )]
    #[schema(max_length = 2000, example = "Asked for by the person named, 2026-11-29")]
    pub reason: String,
    /// Who removes it, by a name that people here know.
    #[validate(
        custom(function = "told"),
        length(max = 200, message = "must have at most 200 characters")
    )]
    #[schema(max_length = 200, example = "desk editor")]
    pub by: String,
}

/// Refuses what says nothing.
pub(super) fn told(words: &str) -> Result<(), ValidationError> {
    if words.trim().is_empty() {
        return Err(ValidationError::new("blank").with_message("must not be empty".into()));
    }
    Ok(())
}

/// What is left of a document whose text was removed on request.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tombstone {
    /// The id that it had.
    pub document: Uuid,
    /// Why its text was removed.
    pub reason: String,
    /// Who removed it.
    pub redacted_by: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// When that was lifted, so that its address may be stored again; null while it stands.
    pub lifted_at: Option<DateTime<Utc>>,
}

impl From<domain::Tombstone> for Tombstone {
    fn from(tombstone: domain::Tombstone) -> Self {
        Tombstone {
            document: tombstone.document.0,
            reason: tombstone.reason,
            redacted_by: tombstone.redacted_by,
            recorded_at: tombstone.recorded_at,
            lifted_at: tombstone.lifted_at,
        }
    }
}

/// What storing a document did.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoredDocument {
    /// Its resource is `/v1/documents/{id}`.
    pub document: Uuid,
    /// Its live revision.
    pub revision: Uuid,
    /// Whether it is new, has new words, or was known as it is.
    #[schema(value_type = words::StoreOutcome)]
    pub outcome: view::StoreOutcome,
    /// Claims that the document carries now and did not before.
    pub claims_appeared: Vec<Uuid>,
    /// Claims that it carried before and does not now.
    pub claims_vanished: Vec<Uuid>,
    /// Rebuttals that stand in it now and did not before.
    pub rebuttals_appeared: Vec<Uuid>,
    /// Rebuttals that stood in it before and do not now.
    pub rebuttals_vanished: Vec<Uuid>,
}

impl From<view::StoredDocument> for StoredDocument {
    fn from(stored: view::StoredDocument) -> Self {
        StoredDocument {
            document: stored.document.0,
            revision: stored.revision.0,
            outcome: stored.outcome,
            claims_appeared: stored.claims_appeared.into_iter().map(|id| id.0).collect(),
            claims_vanished: stored.claims_vanished.into_iter().map(|id| id.0).collect(),
            rebuttals_appeared: stored.rebuttals_appeared.into_iter().map(|id| id.0).collect(),
            rebuttals_vanished: stored.rebuttals_vanished.into_iter().map(|id| id.0).collect(),
        }
    }
}

/// What storing a document did, with what was read in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StoredAnswer {
    /// What changed.
    #[serde(flatten)]
    pub stored: StoredDocument,
    /// What the document says; ids in it are local to it. Null where its page was removed.
    pub extraction: Option<ExtractionAnswer>,
}
