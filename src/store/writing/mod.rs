//! One document and all it says → rows, in the caller's transaction.
//!
//! ```text
//! begin → (match each claim with what is known) → Draft::fill
//! ```
//!
//! `begin` takes the locks and the time; what is matched and written between it and the commit is
//! serialised for the document and for each language it speaks.

mod actors;
mod claims;
mod identity;
mod located;
mod rebuttals;
mod statements;
mod summaries;

pub use identity::{Begun, begin, sha256, unchanged};

use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use uuid::Uuid;

use super::rows::document::{NewExtraction, NewRevision};
use super::rows::{insert_all, supersede_revision};
use super::schema::{document_revisions, extractions};
use super::{Connection, Error};
use crate::domain::view::{StoreOutcome, StoredDocument};
use crate::domain::{
    ActorIndex, ClaimId, Document, DocumentId, Extraction, RebuttalId, RevisionId, StatedTime,
};
use located::Locator;

/// A document as it came in.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// What was read from the bytes.
    pub document: &'a Document,
    /// The bytes.
    pub bytes: &'a [u8],
    /// What they are.
    pub media_type: &'a str,
}

/// Which stored claim a claim of an extraction is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimIdentity {
    /// The known claim's id, or a new one.
    pub id: ClaimId,
    /// Its canonical wording.
    pub key: String,
    /// Whether it is new.
    pub founded: bool,
    /// The actors of the extraction that it names.
    pub subjects: Vec<ActorIndex>,
}

/// A document that has changed and waits to be filled; holds its locks until the transaction ends.
#[derive(Debug)]
pub struct Draft {
    document: DocumentId,
    revision: RevisionId,
    number: i32,
    previous: Option<RevisionId>,
    at: DateTime<Utc>,
}

/// What every row of one document shares.
struct Context<'a> {
    draft: &'a Draft,
    document: &'a Document,
    extraction: &'a Extraction,
    locate: Locator<'a>,
    /// Publication, where Postgres can hold it.
    published: Option<StatedTime>,
}

impl Context<'_> {
    fn version(&self) -> &str {
        &self.extraction.extractor.version
    }
}

impl Draft {
    /// The instant that every row of this document is recorded at.
    pub fn recorded_at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Writes the revision and everything extracted from it, and ends the life of what the
    /// revision before said.
    ///
    /// `identities` has one entry for each claim of `extraction`, in its order. Spans that do not
    /// fit the document are left out with a warning; the pipeline makes none.
    ///
    /// # Errors
    /// [`Error::Conflict`] where a rule of the schema refuses a row; nothing of the document may
    /// be committed then.
    pub async fn fill(
        self,
        connection: &mut Connection,
        received: Received<'_>,
        extraction: &Extraction,
        identities: &[ClaimIdentity],
    ) -> Result<StoredDocument, Error> {
        let context = Context {
            draft: &self,
            document: received.document,
            extraction,
            locate: Locator::new(received.document),
            published: located::stated(received.document.published),
        };
        let before = match self.previous {
            Some(previous) => {
                let before = Contents::of(connection, previous.0).await?;
                supersede_revision(connection, previous.0, self.at).await?;
                before
            }
            None => Contents::default(),
        };
        context.write_revision(connection, &received).await?;
        let actors = context.write_actors(connection).await?;
        let statements = context.write_statements(connection, &actors).await?;
        context.write_claims(connection, identities, &actors, &statements).await?;
        context.write_rebuttals(connection, identities, &actors, &statements).await?;
        let after = Contents::of(connection, self.revision.0).await?;
        let touched: BTreeSet<Uuid> = &before.claims | &after.claims;
        summaries::renew(connection, touched.into_iter().collect(), self.at).await?;
        Ok(StoredDocument {
            document: self.document,
            revision: self.revision,
            outcome: match self.previous {
                Some(_) => StoreOutcome::Revised,
                None => StoreOutcome::Created,
            },
            claims_appeared: after
                .claims
                .difference(&before.claims)
                .copied()
                .map(ClaimId)
                .collect(),
            claims_vanished: before
                .claims
                .difference(&after.claims)
                .copied()
                .map(ClaimId)
                .collect(),
            rebuttals_appeared: after.rebuttals_missing_in(&before),
            rebuttals_vanished: before.rebuttals_missing_in(&after),
        })
    }
}

impl Context<'_> {
    async fn write_revision(
        &self,
        connection: &mut Connection,
        received: &Received<'_>,
    ) -> Result<(), Error> {
        let json = |value| serde_json::to_value(value).map_err(|error| Error::Query(error.into()));
        let (published_at, published_precision) = located::columns(self.published);
        let revision = NewRevision {
            id: self.draft.revision.0,
            document_id: self.draft.document.0,
            number: self.draft.number,
            title: self.document.title.as_deref(),
            text: &self.document.text,
            authors: &self.document.authors,
            published_at,
            published_precision,
            language: &self.document.language,
            sha256: &sha256(self.document),
            received: received.bytes,
            media_type: received.media_type,
            recorded_at: self.draft.at,
        };
        insert_all!(connection, document_revisions::table, [revision]);
        let extraction = NewExtraction {
            id: Uuid::now_v7(),
            revision_id: self.draft.revision.0,
            extractor_version: self.version(),
            models: serde_json::to_value(&self.extraction.extractor.models)
                .map_err(|error| Error::Query(error.into()))?,
            notes: json(&self.extraction.notes)?,
            recorded_at: self.draft.at,
        };
        insert_all!(connection, extractions::table, [extraction]);
        Ok(())
    }
}

/// What stands in one revision: its claims and rebuttals.
#[derive(Default)]
struct Contents {
    claims: BTreeSet<Uuid>,
    rebuttals: Vec<summaries::RebuttalKey>,
}

impl Contents {
    async fn of(connection: &mut Connection, revision: Uuid) -> Result<Self, Error> {
        Ok(Contents {
            claims: summaries::claims_of(connection, revision).await?,
            rebuttals: summaries::rebuttals_of(connection, revision).await?,
        })
    }

    fn rebuttals_missing_in(&self, other: &Contents) -> Vec<RebuttalId> {
        let known: BTreeSet<_> = other.rebuttals.iter().map(|key| key.sameness()).collect();
        self.rebuttals
            .iter()
            .filter(|key| !known.contains(&key.sameness()))
            .map(|key| RebuttalId(key.id))
            .collect()
    }
}
