//! Document → its extraction, stored; queued or at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use url::Url;

use super::revising;
use crate::app;
use crate::domain::view::{JobKind, StoredDocument};
use crate::domain::{ClaimId, Document, Extraction, JobId, RequestId, StatedTime};
use crate::metrics::metrics;
use crate::pipeline::Gear;
use crate::pipeline::matching::{self, Candidate, Candidates, Decision, canonical_key};
use crate::store::jobs::NewJob;
use crate::store::writing::{self, Begun, Beside, ClaimIdentity, Received};
use crate::store::{self, Connection, Pool};

/// How often reading one document is tried.
const MAX_ATTEMPTS: i32 = 5;

/// A document as it came in, to be read and stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// What was read from the bytes.
    pub document: Document,
    /// The bytes as received, kept beside the text.
    pub received: Vec<u8>,
    /// What they are: `text/plain`, `text/html` …
    pub media_type: String,
}

impl NewDocument {
    fn as_received(&self) -> Received<'_> {
        Received { document: &self.document, bytes: &self.received, media_type: &self.media_type }
    }
}

/// A document as a job's row keeps it; the bytes stand beside it.
#[derive(Serialize, Deserialize)]
struct Payload {
    url: Option<Url>,
    /// Not there in rows that an older version wrote.
    #[serde(default)]
    aliases: Vec<Url>,
    /// Not there in rows that an older version wrote.
    #[serde(default)]
    syndicated_from: Option<Url>,
    outlet: Option<String>,
    title: Option<String>,
    authors: Vec<String>,
    published: Option<StatedTime>,
    language: String,
    text: String,
    /// Not there in rows that an older version wrote.
    #[serde(default)]
    corrections: Vec<String>,
    media_type: String,
}

/// Queues a document for the request that brought it, if one did; it is durable once the caller's transaction commits.
///
/// # Errors
/// [`store::Error::Unavailable`] when the database is away.
pub async fn enqueue(
    connection: &mut Connection,
    new: &NewDocument,
    request: Option<RequestId>,
) -> Result<JobId, store::Error> {
    let document = new.document.clone();
    let payload = Payload {
        url: document.url,
        aliases: document.aliases,
        syndicated_from: document.syndicated_from,
        outlet: document.outlet,
        title: document.title,
        authors: document.authors,
        published: document.published,
        language: document.language,
        text: document.text,
        corrections: document.corrections,
        media_type: new.media_type.clone(),
    };
    let job = NewJob {
        kind: JobKind::ExtractDocument,
        payload: serde_json::to_value(payload)
            .map_err(|error| store::Error::Query(error.into()))?,
        attachment: new.received.clone(),
        max_attempts: MAX_ATTEMPTS,
        request,
    };
    store::jobs::enqueue(connection, &job).await
}

/// The document that a job's row keeps.
pub(super) fn read_payload(
    payload: serde_json::Value,
    attachment: Vec<u8>,
) -> anyhow::Result<NewDocument> {
    let payload: Payload =
        serde_json::from_value(payload).context("the job's payload is not a document")?;
    Ok(NewDocument {
        document: Document {
            url: payload.url,
            aliases: payload.aliases,
            syndicated_from: payload.syndicated_from,
            outlet: payload.outlet,
            title: payload.title,
            authors: payload.authors,
            published: payload.published,
            language: payload.language,
            text: payload.text,
            corrections: payload.corrections,
        },
        received: attachment,
        media_type: payload.media_type,
    })
}

/// Reads the document; on a thread of its own, because it takes a CPU for as long as it lasts.
///
/// # Errors
/// When the reader panics, which it never should.
pub async fn read(new: Arc<NewDocument>, gear: Gear) -> anyhow::Result<Extraction> {
    tokio::task::spawn_blocking(move || app::extract(&new.document, gear))
        .await
        .context("the extractor stopped on this document")
}

/// Reads and stores one document. The same words again change nothing and are not read again.
///
/// # Errors
/// As [`read`] and [`store()`].
pub async fn run(pool: &Pool, new: NewDocument, gear: Gear) -> anyhow::Result<StoredDocument> {
    let known = writing::unchanged(&mut *pool.get().await?, &new.document).await?;
    if let Some(stored) = known {
        return Ok(stored);
    }
    let new = Arc::new(new);
    // No connection is held while the CPU works.
    let extraction = read(new.clone(), gear).await?;
    let mut connection = pool.get().await?;
    let stored = store::transaction(&mut connection, async |connection| {
        store(connection, &new, &extraction).await
    });
    let stored = stored.await?;
    metrics().stored(stored.outcome);
    Ok(stored)
}

/// Stores a document with what was read from it; call it in a transaction.
///
/// # Errors
/// [`store::Error::Conflict`] where a rule of the schema refuses a row, with
/// `document_urls_url_length` for an address of more than 2,048 bytes.
pub async fn store(
    connection: &mut Connection,
    new: &NewDocument,
    extraction: &Extraction,
) -> Result<StoredDocument, store::Error> {
    let notes = revising::notes(&new.document).await?;
    let draft = match writing::begin(connection, new.as_received(), &keys(extraction)).await? {
        Begun::Unchanged(stored) => return Ok(stored),
        Begun::Changed(draft) => draft,
    };
    let revised = revising::revise(connection, &draft, &new.document, extraction, notes).await?;
    // A claim of the revision before that a note touches has been locked with it.
    let extraction = &*revised.extraction;
    let identities =
        identify(connection, &new.document.language, extraction, keys(extraction)).await?;
    let notes = revised.notes(&identities);
    let beside = Beside { comparison: revised.comparison.as_ref(), notes: &notes };
    draft.fill(connection, new.as_received(), extraction, &identities, beside).await
}

/// The canonical wordings of the claims of an extraction.
pub(super) fn keys(extraction: &Extraction) -> Vec<String> {
    extraction.claims.iter().map(|claim| canonical_key(&claim.text)).collect()
}

/// Known claims by their canonical wording.
struct Known(BTreeMap<String, ClaimId>);

impl Candidates for Known {
    fn candidates(&self, _text: &str, key: &str) -> Vec<Candidate> {
        let known = self.0.get(key);
        known.map(|&id| Candidate { id, key: key.to_owned() }).into_iter().collect()
    }
}

/// Finds or founds the claim behind each claim of an extraction, in its order; under the locks of
/// their wordings, which [`writing::begin`] holds.
pub(super) async fn identify(
    connection: &mut Connection,
    language: &str,
    extraction: &Extraction,
    keys: Vec<String>,
) -> Result<Vec<ClaimIdentity>, store::Error> {
    let known = store::claims::known(connection, language, &keys).await?;
    let survivors: BTreeMap<ClaimId, ClaimId> =
        known.iter().filter_map(|known| Some((known.id, known.survivor?))).collect();
    let mut known = Known(known.into_iter().map(|known| (known.key, known.id)).collect());
    let mut identities = Vec::with_capacity(keys.len());
    for (claim, key) in extraction.claims.iter().zip(keys) {
        let (member, founded) = match matching::decide(&claim.text, &known) {
            Decision::Known(id) => (id, false),
            Decision::New => (ClaimId::new(), true),
        };
        if founded {
            known.0.insert(key.clone(), member);
        }
        let subjects = matching::subjects(claim, &extraction.actors);
        let id = survivors.get(&member).copied().unwrap_or(member);
        identities.push(ClaimIdentity { id, member, key, founded, subjects });
    }
    Ok(identities)
}
