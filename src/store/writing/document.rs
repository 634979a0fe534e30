//! The document itself, its new revision, and which extractor read it.

use diesel::sql_types::{Array, Text};
use uuid::Uuid;

use super::identity::Identity;
use super::{Context, Received, located};
use crate::store::Error;
use crate::store::insert::{Inserts, bound};
use crate::store::rows::document::{NewDocument, NewDocumentUrl, NewExtraction, NewRevision};

/// Rows with one entry each, apart from those that a known document has already.
pub(super) struct DocumentRows<'r> {
    founded: Vec<NewDocument<'r>>,
    urls: Vec<NewDocumentUrl<'r>>,
    revision: [NewRevision<'r>; 1],
    extraction: [NewExtraction; 1],
    authors: &'r [String],
}

impl<'r> DocumentRows<'r> {
    pub fn new(
        context: &Context<'r>,
        received: Received<'r>,
        identity: &'r Identity,
        sha256: &'r [u8],
    ) -> Result<Self, Error> {
        let json = |error: serde_json::Error| Error::Query(error.into());
        let draft = context.draft;
        let document_id = draft.document.0;
        let (published_at, published_precision) = located::columns(context.published);
        let (content_sha256, addresses) = match identity {
            Identity::Words(digest) => (Some(digest.as_slice()), [].as_slice()),
            Identity::Addresses(addresses) => (None, addresses.as_slice()),
        };
        let founded = draft.previous.is_none();
        Ok(DocumentRows {
            founded: founded
                .then_some(NewDocument { id: document_id, outlet_id: draft.outlet, content_sha256 })
                .into_iter()
                .collect(),
            // Those of a known document are kept as soon as it is known.
            urls: addresses
                .iter()
                .enumerate()
                .filter(|_| founded)
                .map(|(place, address)| address.row(document_id, place == 0))
                .collect(),
            revision: [NewRevision {
                id: draft.revision.0,
                document_id,
                number: draft.number,
                title: context.document.title.as_deref(),
                text: &context.document.text,
                published_at,
                published_precision,
                language: &context.document.language,
                sha256,
                received: received.bytes,
                media_type: received.media_type,
            }],
            extraction: [NewExtraction {
                id: Uuid::now_v7(),
                models: serde_json::to_value(&context.extraction.extractor.models).map_err(json)?,
                notes: serde_json::to_value(&context.extraction.notes).map_err(json)?,
            }],
            authors: &context.document.authors,
        })
    }

    pub fn add_to(&'r self, inserts: &mut Inserts<'r>, context: &Context<'r>) {
        inserts
            .add(&self.founded, [context.at()])
            // An address that leads to another document goes on leading there; nobody else adds one
            // of these meanwhile, since each is locked.
            .add_unknown(&self.urls, [context.at()])
            .add(&self.revision, [("authors", bound::<Array<Text>, _>(self.authors)), context.at()])
            .add(&self.extraction, context.of_revision());
    }
}
