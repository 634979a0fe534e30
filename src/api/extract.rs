//! Bodies, queries and path ids, checked before a handler sees them; what is refused is a [`Problem`].

use std::collections::BTreeSet;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::str::FromStr;
use std::time::Duration;

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev};
use futures_util::StreamExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use super::openapi::{has_verb, unrouted_problem};
use super::params::Number;
use super::problem::{Problem, ProblemKind};
use crate::domain::RequestId;

/// How long a body may take from its first byte to its last.
const BODY_TIME: Duration = Duration::from_secs(60);

/// A query string read into `T`; unknown, repeated and malformed parameters are refused by name.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(parse_query(request.query_string()).map(Query))
    }
}

/// The query of a resource that takes no parameters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

/// The id in the path, read into a newtype over a UUID.
#[derive(Debug)]
pub struct PathId<I>(pub I);

impl<I: FromStr> FromRequest for PathId<I> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let id = request.match_info().get("id").unwrap_or_default();
        // A verb that the route does not know is another resource, which this method may not be for. A
        // colon elsewhere, or one that is escaped, is part of an id that is none.
        let own_verb = request.match_pattern().is_some_and(|pattern| has_verb(&pattern));
        let other_verb = !own_verb && has_verb(request.path());
        ready(id.parse().map(PathId).map_err(|_| match other_verb {
            true => unrouted_problem(request),
            false => Problem::parameter("id", "must be a UUID"),
        }))
    }
}

/// The number in a path, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathNumber(pub i32);

impl FromRequest for PathNumber {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let number = request.match_info().get("number").unwrap_or_default();
        let number: Result<Number, _> = number.parse();
        ready(match number {
            Ok(number) => Ok(PathNumber(number.0)),
            Err(wrong) => Err(Problem::parameter("number", wrong)),
        })
    }
}

/// The request's id, as its log lines carry it.
#[derive(Debug, Clone, Copy)]
pub struct Request(pub RequestId);

impl FromRequest for Request {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let id = request.extensions().get::<RequestId>().copied();
        ready(id.map(Request).ok_or_else(|| Problem::internal("no layer gave the request an id")))
    }
}

/// A body as it came, with what its content type says.
#[derive(Debug)]
pub struct Body {
    /// The media type without parameters, in lower case.
    pub media_type: String,
    /// The `charset` parameter.
    pub charset: Option<String>,
    /// At most as many bytes as were asked for.
    pub bytes: Vec<u8>,
}

impl Body {
    /// Reads the body of a request, if its type is one of `accepted` and it is no longer than
    /// `limit` allows for that type.
    ///
    /// # Errors
    /// Another or no content type, a content coding, a body that is too large (told by its
    /// `content-length` before a byte is read), too slow or cut short.
    pub async fn read(
        request: &HttpRequest,
        payload: dev::Payload,
        accepted: &[&str],
        limit: impl Fn(&str) -> usize,
    ) -> Result<Body, Problem> {
        let (media_type, charset) = media_type(request, accepted)?;
        let limit = limit(&media_type);
        refuse_coding(request.headers())?;
        let told = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        if told.and_then(|length| length.parse::<u64>().ok()) > u64::try_from(limit).ok() {
            return Err(too_large(limit));
        }
        let bytes =
            tokio::time::timeout(BODY_TIME, collect(payload, limit)).await.map_err(|_| {
                Problem::new(
                    ProblemKind::BodyTimeout,
                    format!("The body did not arrive within {} s.", BODY_TIME.as_secs()),
                )
            })??;
        Ok(Body { media_type, charset, bytes })
    }
}

fn media_type(
    request: &HttpRequest,
    accepted: &[&str],
) -> Result<(String, Option<String>), Problem> {
    let refused = |why: String| {
        Problem::new(
            ProblemKind::UnsupportedMediaType,
            format!("{why}; this resource reads {}.", accepted.join(", ")),
        )
    };
    if !request.headers().contains_key(CONTENT_TYPE) {
        return Err(refused("The body has no content type".to_owned()));
    }
    let mime = request
        .mime_type()
        .ok()
        .flatten()
        .ok_or_else(|| refused("The content type is malformed".to_owned()))?;
    let essence = mime.essence_str().to_ascii_lowercase();
    if !accepted.contains(&essence.as_str()) {
        return Err(refused(format!("The content type is {essence}")));
    }
    let charset = mime.get_param("charset").map(|charset| charset.as_str().to_ascii_lowercase());
    Ok((essence, charset))
}

fn refuse_coding(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(CONTENT_ENCODING) {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"identity") => Err(Problem::new(
            ProblemKind::UnsupportedMediaType,
            "The body has a content coding; send it without one.",
        )),
        _ => Ok(()),
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        ProblemKind::ContentTooLarge,
        format!("The body may have at most {limit} bytes here."),
    )
}

async fn collect(mut payload: dev::Payload, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::new(ProblemKind::MalformedBody, "The body ended before it was complete.")
        })?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads JSON into `T` and checks its rules.
///
/// # Errors
/// 400 for what is not JSON, with its place; 422 for a field that is unknown, missing, of the
/// wrong type, out of range or with a NUL in it, with its pointer.
pub fn parse_json<T: DeserializeOwned + Validate>(body: &Body) -> Result<T, Problem> {
    refuse_charset(body.charset.as_deref())?;
    read_object(parse_object("body", &body.bytes)?)
}

/// JSON has one encoding, whatever a content type says.
fn refuse_charset(charset: Option<&str>) -> Result<(), Problem> {
    match charset.filter(|&charset| charset != "utf-8") {
        Some(charset) => Err(Problem::new(
            ProblemKind::UnsupportedMediaType,
            format!("JSON is UTF-8; the content type says {charset}."),
        )),
        None => Ok(()),
    }
}

/// Reads the one JSON object that a `noun` (body, line) is.
///
/// # Errors
/// 400 for what is not JSON, with its place; 422 for JSON that is no object, or has a NUL in it.
pub fn parse_object(noun: &str, bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    let malformed = |detail: String| Problem::new(ProblemKind::MalformedBody, detail);
    let text = std::str::from_utf8(bytes)
        .map_err(|error| malformed(format!("Byte {} is not UTF-8.", error.valid_up_to())))?;
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| malformed(format!("The {noun} is not JSON: {error}.")))?;
    if let Some(pointer) = find_nul(&value, &mut String::new()) {
        return Err(Problem::field(&pointer, "must not contain U+0000"));
    }
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err(Problem::field("", "must be an object")),
    }
}

/// Reads the fields of an object into `T` and checks its rules.
///
/// # Errors
/// 422 for a field that is unknown, missing, of the wrong type or out of range, with its pointer.
pub fn read_object<T: DeserializeOwned + Validate>(
    fields: Map<String, Value>,
) -> Result<T, Problem> {
    let parsed: T = serde_path_to_error::deserialize(Value::Object(fields)).map_err(|error| {
        let pointer = pointer_of(error.path());
        refused_field(&pointer, &error.into_inner().to_string())
    })?;
    check_rules(&parsed).map_err(|(pointer, detail)| Problem::field(&pointer, detail))?;
    Ok(parsed)
}

/// Checks the rules of a value.
///
/// # Errors
/// The first broken one by name: the JSON pointer to its field, and what it demands.
pub fn check_rules<T: Validate>(value: &T) -> Result<(), (String, String)> {
    match value.validate() {
        Ok(()) => Ok(()),
        Err(errors) => broken_rules("", &errors).into_iter().next().map_or(Ok(()), Err),
    }
}

/// The first string or key with a NUL, which Postgres cannot store.
pub(super) fn find_nul(value: &Value, pointer: &mut String) -> Option<String> {
    let length = pointer.len();
    let mut inside = |part: &str, value: &Value, nul: bool| {
        pointer.push('/');
        pointer.push_str(&escaped(part));
        let found = if nul { Some(pointer.clone()) } else { find_nul(value, pointer) };
        pointer.truncate(length);
        found
    };
    match value {
        Value::String(text) => text.contains('\0').then(|| pointer.clone()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| inside(&index.to_string(), item, false)),
        Value::Object(fields) => {
            fields.iter().find_map(|(name, field)| inside(name, field, name.contains('\0')))
        }
        _ => None,
    }
}

/// One part of a JSON pointer.
pub(super) fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

pub(super) fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", escaped(key))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// The deserialiser's words in ours; a missing field is named by its own pointer.
pub(super) fn refused_field(pointer: &str, message: &str) -> Problem {
    if let Some(name) =
        message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'))
    {
        return Problem::field(&format!("{pointer}/{}", escaped(name)), "is missing");
    }
    Problem::field(pointer, in_our_words(message))
}

/// "unknown field `x`, expected one of `a`, `b`" → "is unknown; known are `a`, `b`".
pub(super) fn in_our_words(message: &str) -> String {
    if message.ends_with("there are no fields") {
        return "is unknown; none are known here".to_owned();
    }
    if message.starts_with("unknown field") || message.starts_with("unknown variant") {
        let known = message
            .split_once(", expected ")
            .map_or("", |(_, known)| known.strip_prefix("one of ").unwrap_or(known));
        return format!("is unknown; known are {known}");
    }
    match message.split_once(", expected ") {
        Some((found, expected)) if found.starts_with("invalid type: ") => {
            let found = found.trim_start_matches("invalid type: ");
            let kind = match found.split_once([' ', '`']).map_or(found, |(kind, _)| kind) {
                "sequence" => "array",
                "map" => "object",
                kind => kind,
            };
            format!("is of the wrong type ({kind}); expected {expected}")
        }
        _ => message.to_owned(),
    }
}

fn broken_rules(pointer: &str, errors: &ValidationErrors) -> Vec<(String, String)> {
    let mut rules: Vec<_> = errors
        .errors()
        .iter()
        .flat_map(|(name, kind)| {
            let pointer = format!("{pointer}/{name}");
            match kind {
                ValidationErrorsKind::Field(found) => found
                    .iter()
                    .map(|error| {
                        let detail = error.message.as_deref().unwrap_or(&error.code).to_owned();
                        (pointer.clone(), detail)
                    })
                    .collect(),
                ValidationErrorsKind::Struct(inner) => broken_rules(&pointer, inner),
                ValidationErrorsKind::List(items) => items
                    .iter()
                    .flat_map(|(index, inner)| broken_rules(&format!("{pointer}/{index}"), inner))
                    .collect(),
            }
        })
        .collect();
    // The validator keeps its errors in a hash map.
    rules.sort();
    rules
}

/// Reads a query string into `T`.
///
/// # Errors
/// 400 with the parameter that is unknown (the answer lists the known ones), repeated, not UTF-8
/// or refused by its type.
pub fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let mut seen = BTreeSet::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = |part: &str| {
            percent_encoding::percent_decode_str(part).decode_utf8().map(String::from).ok()
        };
        let Some(name) = decoded(name) else {
            return Err(Problem::parameter(name, "is not UTF-8"));
        };
        match decoded(value) {
            None => return Err(Problem::parameter(&name, "is not UTF-8")),
            Some(value) if value.contains('\0') => {
                return Err(Problem::parameter(&name, "must not contain U+0000"));
            }
            Some(_) => {}
        }
        if !seen.insert(name.clone()) {
            return Err(Problem::parameter(&name, "is given twice"));
        }
    }
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let pairs = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let name = error.path().to_string();
        Problem::parameter(&name, in_our_words(&error.into_inner().to_string()))
    })
}

/// A request's body as the given handler argument, for handlers that choose how to read it.
pub struct Unread {
    request: HttpRequest,
    payload: dev::Payload,
}

impl FromRequest for Unread {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let unread = Unread { request: request.clone(), payload: payload.take() };
        Box::pin(async { Ok(unread) })
    }
}

impl Unread {
    /// See [`Body::read`].
    ///
    /// # Errors
    /// As there.
    pub async fn read(
        self,
        accepted: &[&str],
        limit: impl Fn(&str) -> usize,
    ) -> Result<Body, Problem> {
        Body::read(&self.request, self.payload, accepted, limit).await
    }

    /// The body as it arrives, if its type is one of `accepted` and is said to be UTF-8 or nothing,
    /// and whether it is gzip.
    ///
    /// # Errors
    /// Another or no content type, or a content coding other than gzip.
    pub fn stream(self, accepted: &[&str]) -> Result<(dev::Payload, bool), Problem> {
        let (_, charset) = media_type(&self.request, accepted)?;
        refuse_charset(charset.as_deref())?;
        match self.request.headers().get(CONTENT_ENCODING) {
            Some(coding) if coding.as_bytes().eq_ignore_ascii_case(b"gzip") => {
                Ok((self.payload, true))
            }
            _ => refuse_coding(self.request.headers()).map(|()| (self.payload, false)),
        }
    }

    /// The request it is the body of.
    pub fn request(&self) -> &HttpRequest {
        &self.request
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Note {
        #[validate(length(min = 1, message = "must not be empty"))]
        title: String,
        pages: Option<u8>,
        tags: Option<Vec<String>>,
    }

    fn refused(json: &[u8]) -> (ProblemKind, Vec<(String, String)>) {
        let body =
            Body { media_type: "application/json".into(), charset: None, bytes: json.to_vec() };
        let problem = parse_json::<Note>(&body).expect_err("refused");
        let errors = problem.body(Uuid::nil()).errors;
        let errors = errors
            .into_iter()
            .map(|error| (error.pointer.or(error.parameter).unwrap_or_default(), error.detail))
            .collect();
        (problem.kind(), errors)
    }

    #[test]
    fn names_the_refused_field_by_pointer() {
        for (json, pointer, detail) in [
            (
                r#"{"title":"a","page":1}"#,
                "#/page",
                "is unknown; known are `title`, `pages`, `tags`",
            ),
            (r#"{"pages":1}"#, "#/title", "is missing"),
            (r#"{"title":7}"#, "#/title", "is of the wrong type (integer); expected a string"),
            (r#"{"title":""}"#, "#/title", "must not be empty"),
            (
                r#"{"title":"a","tags":["b",null]}"#,
                "#/tags/1",
                "is of the wrong type (null); expected a string",
            ),
            (r#"{"title":"a","tags":["b","c\u0000"]}"#, "#/tags/1", "must not contain U+0000"),
            (r#"{"title":"a","a/b~\u0000":1}"#, "#/a~1b~0\0", "must not contain U+0000"),
            (r#"["title"]"#, "#", "must be an object"),
            (
                r#"{"title":"a","pages":300}"#,
                "#/pages",
                "invalid value: integer `300`, expected u8",
            ),
        ] {
            let (kind, errors) = refused(json.as_bytes());
            assert_eq!(kind, ProblemKind::InvalidBody, "{json}");
            assert_eq!(errors, [(pointer.to_owned(), detail.to_owned())], "{json}");
        }
    }

    #[test]
    fn what_is_not_json_is_malformed() {
        let deep = format!("{{\"title\":{}", "[".repeat(100_000));
        for json in [b"{\"title\":".as_slice(), b"{\"title\":\"\xff\"}", deep.as_bytes(), b""] {
            assert_eq!(refused(json).0, ProblemKind::MalformedBody);
        }
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Page {
        q: Option<String>,
        limit: Option<u8>,
    }

    #[test]
    fn names_the_refused_parameter() {
        for (query, name, detail) in [
            ("page=2", "page", "is unknown; known are `q` or `limit`"),
            ("limit=x", "limit", "invalid digit found in string"),
            ("q=a&q=b", "q", "is given twice"),
            ("q=%ff", "q", "is not UTF-8"),
            ("q=a%00", "q", "must not contain U+0000"),
        ] {
            let problem = parse_query::<Page>(query).expect_err("refused");
            let error = problem.body(Uuid::nil()).errors.remove(0);
            assert_eq!(problem.kind(), ProblemKind::InvalidParameter);
            assert_eq!((error.parameter.as_deref(), error.detail.as_str()), (Some(name), detail));
        }
        let page = parse_query::<Page>("q=a+b%20c&limit=3").expect("a page");
        assert_eq!(page, Page { q: Some("a b c".into()), limit: Some(3) });
    }
}
