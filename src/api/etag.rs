//! Strong entity tags: an answer and the request that already has it.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH,
};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::problem::Problem;

/// The tag of these bytes: equal bytes, equal tag.
pub fn of_bytes(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hexadecimal: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hexadecimal}\"")
}

/// A JSON answer with its tag, or 304 where the request has it already.
///
/// The tag is of the answer's own bytes, so it changes when anything shown does: a document's
/// text, a claim's status, a name.
///
/// # Errors
/// The value has no JSON form.
pub fn json<T: Serialize>(request: &HttpRequest, value: &T) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(value).map_err(Problem::internal)?;
    let tag = of_bytes(&bytes);
    Ok(answer(request, &tag, "application/json", || bytes))
}

/// The body with its tag, or 304 where the request has it already.
pub fn answer(
    request: &HttpRequest,
    tag: &str,
    media_type: &str,
    body: impl FnOnce() -> Vec<u8>,
) -> HttpResponse {
    // May be kept, but asks each time: what is shown may have changed.
    const REVALIDATE: (HeaderName, &str) = (CACHE_CONTROL, "no-cache");
    if is_known(request, tag) {
        return HttpResponse::NotModified()
            .insert_header((ETAG, tag))
            .insert_header(REVALIDATE)
            .finish();
    }
    HttpResponse::Ok()
        .insert_header((ETAG, tag))
        .insert_header(REVALIDATE)
        .insert_header((CONTENT_TYPE, media_type))
        .body(body())
}

/// Which states of a resource a request may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    /// Those that `if-match` names; any, where there is none.
    pub fn of(request: &HttpRequest) -> Self {
        let named = request.headers().contains_key(IF_MATCH);
        IfMatch(named.then(|| names(request, IF_MATCH).map(str::to_owned).collect()))
    }

    /// Whether this value is one. Weak tags are none, as RFC 9110 has it for this header.
    pub fn allows<T: Serialize>(&self, value: &T) -> bool {
        let Some(tags) = &self.0 else { return true };
        let tag = serde_json::to_vec(value).map(|bytes| of_bytes(&bytes)).unwrap_or_default();
        tags.iter().any(|known| known == "*" || *known == tag)
    }
}

/// The tags that a header names.
fn names(request: &HttpRequest, header: HeaderName) -> impl Iterator<Item = &str> {
    let values = request.headers().get_all(header).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// Whether `if-none-match` names the tag; weak forms count, as RFC 9110 has it for this header.
fn is_known(request: &HttpRequest, tag: &str) -> bool {
    names(request, IF_NONE_MATCH)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_known_tag_is_answered_without_a_body() {
        let tag = of_bytes(b"one");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
            let request =
                TestRequest::get().insert_header((IF_NONE_MATCH, known)).to_http_request();
            let response = answer(&request, &tag, "text/plain", || b"one".to_vec());
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        }
        let request =
            TestRequest::get().insert_header((IF_NONE_MATCH, of_bytes(b"two"))).to_http_request();
        let response = answer(&request, &tag, "text/plain", || b"one".to_vec());
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers().get(ETAG).expect("a tag").as_bytes(), tag.as_bytes());
    }
}
