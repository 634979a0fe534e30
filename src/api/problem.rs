//! Every error answer: RFC 9457 problem details, from one table of kinds.
//!
//! A handler returns a [`Problem`]; the outermost layer ([`super::layers`]) gives it the id of its
//! request, writes it, and logs the cause that a client is not shown.

use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::Tombstone;
use crate::fetch::FetchError;
use crate::jobs::add_feed::NoFeed;
use crate::jobs::fetch_document::PageError;
use crate::{dashboard, store};

/// The media type of every error answer.
pub const MEDIA_TYPE: &str = "application/problem+json";

macro_rules! kinds {
    ($($name:ident, $slug:literal, $status:ident, $title:literal, $page:literal;)+) => {
        /// What went wrong; each kind has a page below `/problems`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ProblemKind {
            $(#[doc = $title] $name,)+
        }

        impl ProblemKind {
            /// All kinds, by status.
            pub const ALL: &'static [ProblemKind] = &[$(ProblemKind::$name,)+];

            /// The last part of the address of its page.
            pub fn slug(self) -> &'static str {
                match self { $(ProblemKind::$name => $slug,)+ }
            }

            /// The status it answers with.
            pub fn status(self) -> StatusCode {
                match self { $(ProblemKind::$name => StatusCode::$status,)+ }
            }

            /// The same sentence for every occurrence.
            pub fn title(self) -> &'static str {
                match self { $(ProblemKind::$name => $title,)+ }
            }

            /// What the page says: why it happens and what to do.
            pub fn explanation(self) -> &'static str {
                match self { $(ProblemKind::$name => $page,)+ }
            }
        }
    };
}

kinds! {
    MalformedBody, "malformed-body", BAD_REQUEST, "The body cannot be read.",
        "The body is not what its content type says: broken or too deeply nested JSON, bytes that are not UTF-8 where JSON demands UTF-8, or a body that ended early. The detail tells the place.";
    InvalidParameter, "invalid-parameter", BAD_REQUEST, "A parameter is refused.",
        "A path or query parameter is unknown, given twice, malformed or out of range. Each entry of `errors` names one in `parameter`.";
    InvalidCursor, "invalid-cursor", BAD_REQUEST, "The cursor is not one of this list.",
        "A cursor is only good for the list, the filters and the order whose `next_cursor` it was. Start again without one.";
    ForbiddenOrigin, "forbidden-origin", FORBIDDEN, "A page of another site may not write here.",
        "The browser says that the request was started by a page of another origin. The service has no keys yet and serves its own machine, so it refuses writes that another site sends through a browser.";
    NotFound, "not-found", NOT_FOUND, "There is no such record.",
        "The id is well formed, but nothing is stored under it.";
    UnknownRoute, "unknown-route", NOT_FOUND, "There is nothing at this address.",
        "No resource has this path. `/docs` lists those that exist.";
    Redacted, "redacted", GONE, "The text of the document was removed on request.",
        "Whoever runs the service was asked to remove this document and did: its text is gone from every state of the database, past ones too, and its addresses are not stored again. The detail tells when and why. Only whoever runs the service can lift that, and the text does not come back then.";
    PreconditionFailed, "precondition-failed", PRECONDITION_FAILED, "It has changed meanwhile.",
        "What was to be changed is not any more as the request has it: `if-match` names another state than the present one, or the document of a correction got another text in the same moment. Read it again, and change what is there now; its `etag` is what `if-match` should name.";
    MethodNotAllowed, "method-not-allowed", METHOD_NOT_ALLOWED, "The method is not allowed here.",
        "The resource exists, but not for this method. The `allow` header lists the methods it has.";
    BodyTimeout, "body-timeout", REQUEST_TIMEOUT, "The body took too long to arrive.",
        "The headers came, but the body did not follow in time. Send the request again.";
    JobNotFailed, "job-not-failed", CONFLICT, "The job has not failed.",
        "Only a job that was put aside can be tried again; one that is queued or running is tried anyway, and one that is done is done. `GET /v1/jobs/{id}` tells where it stands.";
    ClaimMerged, "claim-merged", CONFLICT, "The claim was merged into another one.",
        "A claim that was merged into another one is not changed by itself any more; the detail tells which claim answers for it. Ask that one, or split the merge first (`POST /v1/claims/{id}:split`). So no merge can lead in a circle.";
    ActorMerged, "actor-merged", CONFLICT, "The actor was merged into another one.",
        "An actor that was merged into another one is not merged by itself any more; the detail tells which actor answers for it. Ask that one, or split the merge first (`POST /v1/actors/{id}:split`). So no merge can lead in a circle.";
    FeedNotPolled, "feed-not-polled", CONFLICT, "The feed is not polled.",
        "The feed is paused, or its server said that it is gone. `PATCH /v1/feeds/{id}` with `{\"paused\": false}` has it polled again.";
    ContentTooLarge, "content-too-large", PAYLOAD_TOO_LARGE, "The body is too large.",
        "The body, or the text in it, is longer than the service takes. The detail tells the limit in bytes; whoever runs the service sets it with CLAIMTRAIL_MAX_TEXT_BYTES.";
    UnsupportedMediaType, "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The content type is not supported.",
        "The body's content type or content coding is none that this resource reads. The detail lists those it does.";
    MisdirectedRequest, "misdirected-request", MISDIRECTED_REQUEST, "The host is not this service.",
        "The service is bound to the machine's own loopback address and answers only requests for localhost, 127.0.0.1 or [::1]. Another host name means that a web page is trying to reach it by a name of its own.";
    InvalidBody, "invalid-body", UNPROCESSABLE_ENTITY, "The body is refused.",
        "The body can be read, but a field in it is unknown, missing, of the wrong type or out of range. Each entry of `errors` names one by a JSON pointer.";
    FetchingUnavailable, "fetching-unavailable", UNPROCESSABLE_ENTITY, "The service fetches no addresses.",
        "A document was posted as an address alone, and whoever runs this service has switched fetching off (CLAIMTRAIL_NO_FETCH). Post its `text` or `html` too; `url` then says where it was published.";
    AddressRefused, "address-refused", UNPROCESSABLE_ENTITY, "There is no document to be had at this address.",
        "The address was posted without words, and it is not to be fetched, or what is there is no article. `reason` tells which: bad_address (another scheme or port, or a password in it), inside_address (it leads into the network of the service), blocked_by_robots, http_404 and other statuses of its kind, gone, consent_wall, not_text, too_large, empty, unreadable (no article in the page); of a feed also page, no_feed (neither the page nor its site names one), not_a_feed, opml, broken_feed. The same address will most likely be refused again.";
    InternalError, "internal-error", INTERNAL_SERVER_ERROR, "The service failed.",
        "A fault of the service, not of the request. The log of the service has the cause under the request id that `instance` and the `x-request-id` header carry.";
    FetchFailed, "fetch-failed", BAD_GATEWAY, "The other side did not give the page.",
        "The address was posted without words, and its server did not give the page. `reason` tells how: dns, refused, unreachable, tls, http_500 and other statuses of its kind, bad_answer, bad_encoding, broken_off, redirect_loop, too_many_redirects, bad_redirect, robots_unavailable. Some of these pass: posted without `wait`, the address is tried again by itself.";
    FetchTimeout, "fetch-timeout", GATEWAY_TIMEOUT, "The other side took too long.",
        "The address was posted without words, and its server took too long to answer (`reason` is timeout) or sent the page too slowly (too_slow). Posted without `wait`, the address is tried again by itself.";
    HostBusy, "host-busy", SERVICE_UNAVAILABLE, "Its host is being asked by others already.",
        "One host is asked for one page at a time, with a pause after each, and its turn did not come in good time. Try again after the seconds in `retry-after`, or post the address without `wait` to have it queued.";
    DatabaseUnavailable, "database-unavailable", SERVICE_UNAVAILABLE, "The database is away.",
        "The service cannot reach its Postgres just now. Try again after the seconds in `retry-after`.";
    Stopping, "stopping", SERVICE_UNAVAILABLE, "The service is stopping.",
        "Whoever runs the service has told it to stop. What a batch has answered for is stored; send the batch again when the service is back, and what is stored already is answered as unchanged.";
    TooManyExports, "too-many-exports", SERVICE_UNAVAILABLE, "Too many exports are under way.",
        "Each export holds a connection to the database and a snapshot of it until its last row is read, so only a few go on at once. Try again after the seconds in `retry-after`; whoever runs the service sets how many with CLAIMTRAIL_MAX_EXPORTS.";
    Overloaded, "overloaded", SERVICE_UNAVAILABLE, "Too many texts are being read.",
        "Reading a text takes a processor, and all are taken. Try again after the seconds in `retry-after`, or post the document without `wait` to have it queued.";
}

impl ProblemKind {
    /// The `type` of the problem: the address of its page on this service.
    pub fn type_uri(self) -> String {
        format!("/problems/{}", self.slug())
    }
}

/// One refused field or parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer to the field in the body, as a URI fragment; `#` is the whole body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "#/text")]
    pub pointer: Option<String>,
    /// Name of the path or query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "limit")]
    pub parameter: Option<String>,
    /// Why it is refused.
    #[schema(example = "must not be empty")]
    pub detail: String,
}

/// An error, as RFC 9457 problem details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Address of a page that explains this kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invalid-body")]
    pub kind: String,
    /// The same sentence for every problem of this kind.
    #[schema(example = "The body is refused.")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 422)]
    pub status: u16,
    /// What is wrong with this request.
    pub detail: String,
    /// The request, as `urn:uuid:` and the id that the `x-request-id` header carries.
    pub instance: String,
    /// Why an address gave no document, in one word: `dns`, `http_404`, `not_text` …
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "http_404")]
    pub reason: Option<String>,
    /// The refused fields or parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// Why a request is not answered as asked.
#[derive(Debug, Clone)]
pub struct Problem {
    kind: ProblemKind,
    detail: String,
    // Boxed for what a `Result` may weigh.
    reason: Option<Box<str>>,
    errors: Vec<FieldError>,
    allow: Option<Box<str>>,
    retry_after: Option<u32>,
    /// For the log alone.
    cause: Option<String>,
}

impl Problem {
    /// A problem of `kind`, with a sentence about this occurrence.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Problem {
            kind,
            detail: detail.into(),
            reason: None,
            errors: Vec::new(),
            allow: None,
            retry_after: None,
            cause: None,
        }
    }

    /// A refused field of the body; `pointer` is a JSON pointer, empty for the whole body.
    pub fn field(pointer: &str, detail: impl Into<String>) -> Self {
        Problem::new(ProblemKind::InvalidBody, "A field of the body is refused.")
            .with_field(pointer, detail)
    }

    /// A refused path or query parameter.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Problem::new(ProblemKind::InvalidParameter, "A parameter of the request is refused.")
            .with_parameter(name, detail)
    }

    /// Nothing is stored under `id`.
    pub fn not_found(noun: &str, id: impl fmt::Display) -> Self {
        Problem::new(ProblemKind::NotFound, format!("No {noun} has the id {id}."))
    }

    /// A fault of ours; the cause goes to the log only.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let mut problem = Problem::new(
            ProblemKind::InternalError,
            "The service failed. Its log has the cause under the request id.",
        );
        problem.cause = Some(cause.to_string());
        problem
    }

    /// Postgres is away; the cause goes to the log only.
    pub fn database_unavailable(cause: impl fmt::Display) -> Self {
        let mut problem =
            Problem::new(ProblemKind::DatabaseUnavailable, "Postgres cannot be reached just now.")
                .with_retry_after(5);
        problem.cause = Some(cause.to_string());
        problem
    }

    /// What stood there was removed on request.
    pub fn redacted(tombstone: &Tombstone) -> Self {
        let Tombstone { document, reason, recorded_at, .. } = tombstone;
        let at = recorded_at.format("%Y-%m-%dT%H:%M:%SZ");
        Problem::new(
            ProblemKind::Redacted,
            format!("The document {document} was redacted at {at}: {reason}"),
        )
    }

    /// What the store answers for one record that was asked for by its id.
    pub fn of_one(noun: &str, id: impl fmt::Display, error: store::Error) -> Self {
        match error {
            store::Error::NotFound => Problem::not_found(noun, id),
            other => other.into(),
        }
    }

    /// Names a refused field too.
    pub fn with_field(mut self, pointer: &str, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError {
            pointer: Some(format!("#{pointer}")),
            parameter: None,
            detail: detail.into(),
        });
        self
    }

    /// Names a refused parameter too.
    pub fn with_parameter(mut self, name: &str, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError {
            pointer: None,
            parameter: Some(name.to_owned()),
            detail: detail.into(),
        });
        self
    }

    /// Why an address gave no document.
    pub fn of_page(pointer: &str, error: &PageError) -> Self {
        let kind = match error {
            PageError::Fetch(FetchError::Off) => ProblemKind::FetchingUnavailable,
            PageError::Fetch(FetchError::HostBusy { .. }) => ProblemKind::HostBusy,
            PageError::Fetch(FetchError::Timeout { .. } | FetchError::TooSlow { .. }) => {
                ProblemKind::FetchTimeout
            }
            PageError::Fetch(FetchError::Status { status: 500.., .. })
            | PageError::Fetch(
                FetchError::Dns { .. }
                | FetchError::Refused { .. }
                | FetchError::Unreachable { .. }
                | FetchError::Tls { .. }
                | FetchError::BadAnswer { .. }
                | FetchError::BadEncoding { .. }
                | FetchError::BrokenOff
                | FetchError::RedirectLoop { .. }
                | FetchError::TooManyRedirects { .. }
                | FetchError::BadRedirect
                | FetchError::RobotsUnavailable { .. },
            ) => ProblemKind::FetchFailed,
            _ => ProblemKind::AddressRefused,
        };
        let detail = match error {
            PageError::Fetch(error) => error.to_string(),
            PageError::Unreadable(error) => error.to_string(),
        };
        let mut problem = Problem::new(kind, "The address gave no document.");
        problem.reason = Some(error.name().into());
        problem.retry_after = error
            .retry_after()
            .map(|wait| u32::try_from(wait.as_secs().max(1)).unwrap_or(u32::MAX));
        problem.with_field(pointer, detail)
    }

    /// Why an address gave no feed.
    pub fn of_feed(pointer: &str, error: NoFeed) -> Self {
        let detail = error.to_string();
        let reason = error.name();
        let mut problem = match error {
            NoFeed::Fetch(error) => Problem::of_page(pointer, &PageError::Fetch(error)),
            NoFeed::Unreadable(_) | NoFeed::NoneNamed => {
                let mut problem = Problem::new(ProblemKind::AddressRefused, "");
                problem.reason = Some(reason.into());
                problem.with_field(pointer, detail)
            }
            NoFeed::Store(error) => return error.into(),
            NoFeed::Internal(error) => return Problem::internal(format!("{error:#}")),
        };
        problem.detail = "The address gave no feed.".to_owned();
        problem
    }

    /// Lists the methods that are allowed.
    pub fn with_allow(mut self, methods: String) -> Self {
        self.allow = Some(methods.into());
        self
    }

    /// Tells when to try again, in seconds.
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// What kind of problem it is.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// The cause that a client is not shown.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// What the client is told, for the request with this id.
    pub fn body(&self, request: Uuid) -> ProblemBody {
        ProblemBody {
            kind: self.kind.type_uri(),
            title: self.kind.title().to_owned(),
            status: self.kind.status().as_u16(),
            detail: self.detail.clone(),
            instance: format!("urn:uuid:{request}"),
            reason: self.reason.as_deref().map(str::to_owned),
            errors: self.errors.clone(),
        }
    }

    /// The whole answer for the request with this id.
    pub fn respond(&self, request: Uuid) -> HttpResponse {
        let mut response = HttpResponse::build(self.kind.status());
        response.insert_header((CONTENT_TYPE, MEDIA_TYPE));
        if let Some(allow) = &self.allow {
            response.insert_header((ALLOW, allow.as_ref()));
        }
        if let Some(seconds) = self.retry_after {
            response.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        // A struct of strings and numbers always has a JSON form.
        response.body(serde_json::to_vec(&self.body(request)).unwrap_or_default())
    }
}

impl From<dashboard::Error> for Problem {
    fn from(error: dashboard::Error) -> Self {
        match error {
            dashboard::Error::Store(error) => error.into(),
            dashboard::Error::Denials(_) => Problem::new(
                ProblemKind::InvalidCursor,
                "Follow the links of the page; a place in a list is only good for the same search.",
            )
            .with_parameter("denials_cursor", "is not a cursor of this list"),
            dashboard::Error::Render(_) => Problem::internal(chain(&error)),
        }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NotFound => {
                Problem::new(ProblemKind::NotFound, "What was asked for is not stored.")
            }
            store::Error::Unknown { field } => {
                Problem::field(&format!("/{field}"), "names nothing that can be used here")
            }
            store::Error::Changed => Problem::new(
                ProblemKind::PreconditionFailed,
                "It changed meanwhile; read it again.",
            ),
            store::Error::Merged { claim, survivor } => Problem::new(
                ProblemKind::ClaimMerged,
                format!("The claim {claim} was merged into {survivor}, which answers for it."),
            ),
            store::Error::MergedActor { actor, survivor } => Problem::new(
                ProblemKind::ActorMerged,
                format!("The actor {actor} was merged into {survivor}, which answers for it."),
            ),
            store::Error::Redacted(tombstone) => Problem::redacted(&tombstone),
            store::Error::Cursor(_) => Problem::new(
                ProblemKind::InvalidCursor,
                "Give the `next_cursor` of this list back as it came, with the same filters.",
            )
            .with_parameter("cursor", "is not a cursor of this list"),
            store::Error::Unavailable(_) => Problem::database_unavailable(chain(&error)),
            store::Error::GaveUp(_) => {
                let mut problem = Problem::database_unavailable(chain(&error));
                problem.detail = "Postgres gave up on the query, which took too long.".to_owned();
                problem
            }
            store::Error::Conflict { .. } | store::Error::Query(_) => {
                Problem::internal(chain(&error))
            }
        }
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.title(), self.detail)?;
        self.errors.iter().try_for_each(|error| {
            let place = error.pointer.as_deref().or(error.parameter.as_deref()).unwrap_or("");
            write!(f, " {place}: {}.", error.detail)
        })
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    /// Only used where no layer wrote the answer; the id is then one that no log line carries.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        self.respond(Uuid::now_v7())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn slugs_are_unique_and_statuses_are_errors() {
        let slugs: BTreeSet<_> = ProblemKind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
        }
    }

    #[test]
    fn a_server_error_does_not_tell_its_cause() {
        let problem = Problem::internal("relation \"claims\" does not exist");
        let body = serde_json::to_string(&problem.body(Uuid::nil())).expect("a body");
        assert!(!body.contains("relation"), "{body}");
        assert!(body.contains("urn:uuid:00000000-0000-0000-0000-000000000000"), "{body}");
        assert_eq!(problem.cause(), Some("relation \"claims\" does not exist"));
    }
}
