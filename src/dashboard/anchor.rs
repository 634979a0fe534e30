//! Where a span, a claim or a document stands, as an address of a page.

use url::form_urlencoded;

use crate::domain::view::DocumentBrief;
use crate::domain::{ActorId, ClaimId, Field, LocatedSpan};

/// The fragment of a place in a document: its field and its ends in code points.
pub fn of_place(field: Field, start: i32, end: i32) -> String {
    format!("{}-{start}-{end}", field.as_str())
}

/// The fragment of a span.
pub fn of_span(span: &LocatedSpan) -> String {
    of_place(span.field, span.start, span.end)
}

/// A span in the revision of the document that it points into, which stays true when the document
/// is revised.
pub fn in_document(document: &DocumentBrief, span: &LocatedSpan) -> String {
    format!("/documents/{}?revision={}#{}", document.id, document.revision_number, of_span(span))
}

/// The page of an actor.
pub fn actor(id: ActorId) -> String {
    format!("/actors/{id}")
}

/// The page of a claim.
pub fn claim(id: ClaimId) -> String {
    format!("/claims/{id}")
}

/// A path with these parameters; those without a value are left out.
pub fn with_query<'v>(
    path: &str,
    parameters: impl IntoIterator<Item = (&'v str, Option<&'v str>)>,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
