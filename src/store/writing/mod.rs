//! One document and all it says → rows, in the caller's transaction.
//!
//! ```text
//! begin → (match each claim with what is known) → Draft::fill
//! ```
//!
//! `begin` takes the locks and the time; what is matched and written between it and the commit is
//! serialised for the document and for each claim it brings or had.

mod actors;
mod again;
mod changes;
mod claimants;
mod claims;
mod correcting;
mod document;
mod identity;
mod known;
mod links;
mod located;
mod locks;
mod moving;
mod notes;
mod origin;
mod rebuttals;
mod removal;
mod review;
mod standing;
mod statements;
mod summaries;

pub use again::{Choice, Reread, Stored, begin_again, stored};
pub use claimants::{NamedClaimants, named_claimants, renew_claimants};
use correcting::Corrections;
pub use identity::{Begun, at_address, begin, refuse_redacted, sha256, unchanged};
pub(super) use identity::{lock_documents, lock_wordings, take_time};
pub(super) use locks::{hold_merges, lock_actor_merges, lock_bands, lock_merges};
pub(super) use moving::Move;
pub use notes::EarlierAppearance;
pub use removal::{record_presence, record_removal};
pub use review::store_review;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::sql_types::{Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::insert::{Bound, Inserts, bound};
use super::origins::Whereabouts;
use super::rows::supersede_revision;
use super::{Connection, Error, origins};
use crate::domain::view::{StoreOutcome, StoredDocument};
use crate::domain::{
    ActorIndex, ClaimId, Comparison, CorrectionNote, Document, DocumentId, Extraction, RebuttalId,
    RevisionId, RevisionWords, StatedTime, address_key,
};
use claims::ClaimRows;
use document::DocumentRows;
use identity::Identity;
use located::Locator;
use rebuttals::RebuttalRows;
use summaries::Source;

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
    /// The known claim's id, or a new one; of a merged claim the survivor's.
    pub id: ClaimId,
    /// The claim of this wording itself, which differs where it was merged.
    pub member: ClaimId,
    /// Its canonical wording.
    pub key: String,
    /// Whether it is new.
    pub founded: bool,
    /// The actors of the extraction that it names.
    pub subjects: Vec<ActorIndex>,
}

impl ClaimIdentity {
    /// The claim by itself, as rows keep it: only where another one answers for it.
    fn member_id(&self) -> Option<Uuid> {
        (self.member != self.id).then_some(self.member.0)
    }
}

/// What is kept of a revision beside what was extracted from it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// What it changes of the revision before; `None` for the first.
    pub comparison: Option<&'a Comparison>,
    /// Its notes of correction; beside one without a place the claim that it touches.
    pub notes: &'a [(CorrectionNote, Option<ClaimId>)],
}

/// A document that has changed and waits to be filled; holds its locks until the transaction ends.
#[derive(Debug)]
pub struct Draft {
    document: DocumentId,
    revision: RevisionId,
    number: i32,
    previous: Option<RevisionId>,
    outlet: Option<Uuid>,
    at: DateTime<Utc>,
    /// When the revision came in, where it is read again.
    read_before: Option<DateTime<Utc>>,
    /// The live revisions of documents that are merged into this one.
    merged: Vec<Uuid>,
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

/// Columns that many rows share.
impl<'a> Context<'a> {
    fn by(&self) -> (&'static str, Bound<'a>) {
        ("extractor_version", bound::<Text, _>(self.extraction.extractor.version.as_str()))
    }

    fn at(&self) -> (&'static str, Bound<'a>) {
        ("recorded_at", bound::<Timestamptz, _>(self.draft.at))
    }

    fn revision(&self) -> (&'static str, Bound<'a>) {
        ("revision_id", bound::<SqlUuid, _>(self.draft.revision.0))
    }

    fn of_revision(&self) -> [(&'static str, Bound<'a>); 3] {
        [self.revision(), self.by(), self.at()]
    }
}

impl Draft {
    /// The instant that every row of this document is recorded at.
    pub fn recorded_at(&self) -> DateTime<Utc> {
        self.at
    }

    /// The words of the revision that this one takes the place of.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn previous_words(
        &self,
        connection: &mut Connection,
    ) -> Result<Option<RevisionWords>, Error> {
        let Some(previous) = self.previous else { return Ok(None) };
        super::revisions::words(connection, previous.0).await.map(Some)
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
        beside: Beside<'_>,
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
        let mut touched = links::end(connection, &self.merged, self.at).await?;
        touched.extend(&before.claims);
        let (own, source) =
            (Identity::of(received.document).keys(), received.document.syndicated_from.as_ref());
        let source = source.and_then(address_key);
        let at = Whereabouts {
            document: self.document,
            rewritten: self.previous.map(|_| self.revision),
            own: &own,
            source: source.as_deref(),
        };
        let origin = origins::find(connection, at, &received.document.text).await?;
        let (origins, bands) = context.origin(&origin);
        let (actors, of_actors) = context.find_or_found_actors(connection).await?;
        let (statements, said) = context.statements(&actors);
        let mut claims = context.claims(identities, &actors, &statements);
        let mut rebuttals = context.rebuttals(identities, &actors, &statements);
        let corrections = match self.previous {
            Some(_) => Corrections::of(connection, self.document).await?,
            None => Corrections::default(),
        };
        corrections.apply(&context, &mut claims, &mut rebuttals);
        let after = Contents::new(&claims, &rebuttals);
        let source = Source {
            document: self.document.0,
            outlet: self.outlet,
            origin: origin.id.0,
            is_known: origin.is_known,
        };
        let added = context.evidence(source, &claims, &rebuttals)?;
        let founded = claims.founded.iter().map(|claim| claim.id).collect();
        let renewed =
            summaries::renew(connection, (self.at, Some(source)), &touched, added, &founded)
                .await?;
        let (identity, sha256) = (Identity::of(received.document), sha256(received.document));
        let document = DocumentRows::new(&context, received, &identity, &sha256)?;

        let changes = beside.comparison.map(|found| context.changes(found)).unwrap_or_default();
        let notes = context.notes(beside.notes);

        let mut inserts = Inserts::default();
        document.add_to(&mut inserts, &context);
        inserts
            .add(&changes, [context.revision()])
            .add(&notes, context.of_revision())
            .add(&origins, [context.revision(), context.at()])
            .add(&bands, [context.revision()]);
        inserts
            .add_unknown(&of_actors.aliases, [context.by(), context.at()])
            .add_unknown(&of_actors.affiliations, [context.by(), context.at()])
            .add_unknown(&of_actors.keys, [context.by(), context.at()])
            .add(&of_actors.mentions, context.of_revision())
            .add(&of_actors.sightings, context.of_revision())
            .add(&said.statements, context.of_revision())
            .add(&said.spans, [context.revision()]);
        claims.add_to(&mut inserts, &context);
        rebuttals.add_to(&mut inserts, &context);
        renewed.add_to(&mut inserts, self.at);
        inserts.execute(connection).await?;
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

/// Counts and judges claims anew from what is left of their evidence.
pub(super) async fn judge_anew(
    connection: &mut Connection,
    claims: BTreeSet<Uuid>,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let nothing = (BTreeMap::new(), BTreeSet::new());
    let renewed = summaries::renew(connection, (at, None), &claims, nothing.0, &nothing.1).await?;
    let mut inserts = Inserts::default();
    renewed.add_to(&mut inserts, at);
    inserts.execute(connection).await
}

/// What stands in one revision: its claims and rebuttals.
#[derive(Default)]
struct Contents {
    claims: BTreeSet<Uuid>,
    rebuttals: Vec<summaries::RebuttalKey>,
}

impl Contents {
    async fn of(connection: &Connection, revision: Uuid) -> Result<Self, Error> {
        Ok(Contents {
            claims: summaries::claims_of(connection, revision).await?,
            rebuttals: summaries::rebuttals_of(connection, revision).await?,
        })
    }

    fn new(claims: &ClaimRows<'_>, rebuttals: &RebuttalRows<'_>) -> Self {
        let appearing = claims.appearances.iter().map(|appearance| appearance.claim_id);
        let denied = rebuttals.denials.iter().map(|denial| denial.claim_id);
        let rows = rebuttals.rebuttals.iter().zip(&rebuttals.denials);
        Contents {
            claims: appearing.chain(denied).collect(),
            rebuttals: rows
                .map(|(rebuttal, denial)| summaries::RebuttalKey {
                    id: rebuttal.id,
                    claim_id: rebuttal.claim_id,
                    denier_id: denial.denier_id,
                    kind: rebuttal.kind.to_owned(),
                })
                .collect(),
        }
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
