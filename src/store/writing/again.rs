//! A stored revision that was read again → what is new of it, beside what stays under its ids.
//!
//! A row stays where its words and what they mean stay: the same spans, actors, claim and kind, whatever
//! the newer extractor's confidence. Everything else ends, and is written anew with its version.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use url::Url;
use uuid::Uuid;

use super::correcting::Corrections;
use super::identity::{claims_of, corrected, lock_documents, take_time};
use super::locks::{ClaimLock, hold_merges, lock_claims};
use super::{ClaimIdentity, Contents, Context, Draft, judge_anew, located, standing};
use crate::domain::{
    ClaimId, CorrectionNote, Document, DocumentId, Extraction, RevisionId, StatedTime,
};
use crate::store::claims::digest;
use crate::store::insert::Inserts;
use crate::store::rows::document::NewExtraction;
use crate::store::sql::{Sql, word};
use crate::store::{Connection, Error};

/// A live revision as it can be read again.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Of which document.
    pub document: DocumentId,
    /// Which one.
    pub revision: RevisionId,
    /// What was read from the bytes when it came in.
    pub read: Document,
    /// The extractor that read it last.
    pub extractor: String,
}

/// What reading a revision again changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reread {
    /// Statements, appearances and denials that stay under their ids.
    pub kept: usize,
    /// Those that ended.
    pub ended: usize,
    /// Those that are new.
    pub added: usize,
}

#[derive(QueryableByName)]
struct StoredRow {
    #[diesel(sql_type = SqlUuid)]
    document_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    url: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    outlet: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    authors: Vec<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    published_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    published_precision: Option<String>,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Array<Text>)]
    corrections: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    extractor: Option<String>,
}

/// Which revisions are read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// Of this document alone.
    pub document: Option<DocumentId>,
    /// Last read by this extractor.
    pub read_by: Option<String>,
    /// Last read by any extractor but this one.
    pub not_read_by: Option<String>,
    /// Published by the outlet of this domain or name.
    pub outlet: Option<String>,
    /// Recorded at this time or later.
    pub since: Option<DateTime<Utc>>,
}

/// Live revisions behind `after` in the order of their ids, so many at most.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away.
pub async fn stored(
    connection: &mut Connection,
    choice: &Choice,
    after: Option<RevisionId>,
    most: i64,
) -> Result<Vec<Stored>, Error> {
    let mut sql = Sql::new(
        "select r.document_id, r.id, u.url, coalesce(o.domain, o.name) as outlet, r.title, r.authors,
                r.published_at, r.published_precision, r.language, r.text,
                array(select n.quote from correction_notes n where n.revision_id = r.id
                         and n.field is null and n.superseded_at is null order by n.ordinal) as corrections,
                x.extractor_version as extractor
           from document_revisions r join documents d on d.id = r.document_id
           left join outlets o on o.id = d.outlet_id
           left join document_urls u on u.document_id = d.id and u.canonical
           left join extractions x on x.revision_id = r.id and x.superseded_at is null
          where r.superseded_at is null",
    );
    if let Some(after) = after {
        sql.push("and r.id > {}", [after.0.into()]);
    }
    if let Some(document) = choice.document {
        sql.push("and r.document_id = {}", [document.0.into()]);
    }
    if let Some(version) = &choice.read_by {
        sql.push("and x.extractor_version = {}", [version.as_str().into()]);
    }
    if let Some(version) = &choice.not_read_by {
        sql.push("and x.extractor_version is distinct from {}", [version.as_str().into()]);
    }
    if let Some(outlet) = &choice.outlet {
        sql.push(
            "and (lower(o.domain) = lower({}) or lower(o.name) = lower({}))",
            [outlet.as_str().into(), outlet.as_str().into()],
        );
    }
    if let Some(since) = choice.since {
        sql.push("and r.recorded_at >= {}", [crate::store::cursor::clamp(since).into()]);
    }
    sql.push("order by r.id limit {}", [most.into()]);
    let rows: Vec<StoredRow> = sql.load(connection).await?;
    rows.into_iter().map(Stored::of).collect()
}

impl Stored {
    fn of(row: StoredRow) -> Result<Self, Error> {
        let precision = row.published_precision.as_deref().map(word).transpose()?;
        let published = row.published_at.zip(precision);
        Ok(Stored {
            document: DocumentId(row.document_id),
            revision: RevisionId(row.id),
            read: Document {
                url: row.url.and_then(|url| Url::parse(&url).ok()),
                aliases: Vec::new(),
                syndicated_from: None,
                outlet: row.outlet,
                title: row.title,
                authors: row.authors,
                published: published.map(|(at, precision)| StatedTime { at, precision }),
                language: row.language,
                text: row.text,
                corrections: row.corrections,
            },
            extractor: row.extractor.unwrap_or_default(),
        })
    }
}

#[derive(QueryableByName)]
struct LiveRow {
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    outlet_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    previous: Option<Uuid>,
}

/// Locks a stored revision and what its rows will change; `None` where it is not live any more. Call it
/// first in a transaction; `keys` are the canonical wordings of the claims that were read in it now.
///
/// # Errors
/// [`Error::Unavailable`] when the database is away, or gave up waiting for a lock.
pub async fn begin_again(
    connection: &mut Connection,
    stored: &Stored,
    keys: &[String],
) -> Result<Option<Draft>, Error> {
    let names = match crate::store::redaction::lock_names(connection, stored.document).await {
        Err(Error::NotFound) => return Ok(None),
        names => names?,
    };
    lock_documents(connection, &names).await?;
    hold_merges(connection).await?;
    let mut sql = Sql::new(
        "select r.number, r.recorded_at, d.outlet_id,
                (select p.id from document_revisions p
                  where p.document_id = r.document_id and p.number = r.number - 1) as previous
           from document_revisions r join documents d on d.id = r.document_id",
    );
    sql.push("where r.id = {} and r.superseded_at is null", [stored.revision.0.into()]);
    let rows: Vec<LiveRow> = sql.look_up(connection).await?;
    let Some(live) = rows.into_iter().next() else { return Ok(None) };
    let language = &stored.read.language;
    let mut claims: BTreeSet<ClaimLock> = keys
        .iter()
        .map(|key| ClaimLock { language: language.clone(), digest: digest(key) })
        .collect();
    claims.extend(claims_of(connection, stored.revision.0).await?);
    claims.extend(corrected(connection, stored.document.0).await?);
    lock_claims(connection, language, &claims).await?;
    Ok(Some(Draft {
        document: stored.document,
        revision: stored.revision,
        number: live.number,
        previous: live.previous.map(RevisionId),
        outlet: live.outlet_id,
        at: take_time(connection).await?,
        read_before: Some(live.recorded_at),
        merged: Vec::new(),
    }))
}

impl Draft {
    /// Writes what is new in a revision that was read again, and ends what is not so any more.
    ///
    /// # Errors
    /// As [`Draft::fill`].
    pub async fn refill(
        self,
        connection: &mut Connection,
        document: &Document,
        extraction: &Extraction,
        identities: &[ClaimIdentity],
        notes: &[(CorrectionNote, Option<ClaimId>)],
    ) -> Result<Reread, Error> {
        let context = Context {
            draft: &self,
            document,
            extraction,
            locate: located::Locator::new(document),
            published: located::stated(document.published),
        };
        let revision = self.revision.0;
        let before = Contents::of(connection, revision).await?;
        let (actors, mut of_actors) = context.find_or_found_actors(connection).await?;
        let (statements, mut said) = context.statements(&actors);
        let mut claims = context.claims(identities, &actors, &statements);
        let mut rebuttals = context.rebuttals(identities, &actors, &statements);
        let mut notes = context.notes(notes);
        let corrections = Corrections::of(connection, self.document).await?;
        corrections.apply(&context, &mut claims, &mut rebuttals);
        let after = Contents::new(&claims, &rebuttals);

        let mut standing = standing::Standing::of(connection, revision).await?;
        let kept = standing.keep(&mut said, &mut claims, &mut rebuttals);
        if standing.keeps_mentions(&of_actors.mentions) {
            of_actors.mentions.clear();
        }
        if standing.keeps_sightings(&of_actors.sightings) {
            of_actors.sightings.clear();
        }
        if standing.keeps_notes(&notes) {
            notes.clear();
        }
        let ended = standing.end(connection, revision, self.at).await?;
        let added = said.statements.len() + claims.appearances.len() + rebuttals.denials.len();

        let json = |error: serde_json::Error| Error::Query(error.into());
        let readings = [NewExtraction {
            id: Uuid::now_v7(),
            models: serde_json::to_value(&extraction.extractor.models).map_err(json)?,
            notes: serde_json::to_value(&extraction.notes).map_err(json)?,
        }];
        let mut inserts = Inserts::default();
        inserts.add(&readings, context.of_revision()).add(&notes, context.of_revision());
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
        inserts.execute(connection).await?;
        let touched: BTreeSet<Uuid> = before.claims.union(&after.claims).copied().collect();
        if ended + added > 0 {
            judge_anew(connection, touched, self.at).await?;
        }
        Ok(Reread { kept, ended, added })
    }
}
