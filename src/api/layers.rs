//! The layer around every request: its id, who may ask, the error it ends in, its headers, its log line.

use std::panic::AssertUnwindSafe;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError, web};
use futures_util::FutureExt;
use tracing::Instrument;

use super::observed::{Observed, request_id};
use super::pages::{PAGE, errors};
use super::problem::{MEDIA_TYPE, Problem, ProblemKind};
use crate::domain::RequestId;

/// Every answer carries the id that its log lines carry.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Says how a browser's request came to be; a page cannot set or drop it.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Nothing of ours loads anything from elsewhere, and nothing of ours is framed.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

/// What the service is bound to, which decides whose requests it takes.
#[derive(Debug, Clone, Copy)]
pub struct Boundary {
    /// Bound to loopback: only the machine's own names are answered, so that no web page can reach
    /// the service under a name whose address it changed.
    pub loopback: bool,
}

/// Lies with a request that was HEAD: a body that costs much need not be made.
#[derive(Debug, Clone, Copy)]
pub struct HeadersOnly;

/// The outermost layer; nothing answers outside it.
pub async fn around<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = request_id(request.headers().get(REQUEST_ID).map(HeaderValue::as_bytes));
    request.extensions_mut().insert(id);
    let method = request.method().clone();
    let mut observed = Observed::begin(id, &method, request.match_pattern());
    let span = observed.span();
    let loopback =
        request.app_data::<web::Data<Boundary>>().is_none_or(|boundary| boundary.loopback);

    let as_page = errors::is_wanted(request.path(), request.headers());

    // A resource that answers GET answers HEAD: the protocol layer leaves the body away.
    if method == Method::HEAD {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(HeadersOnly);
    }
    let outcome = match admit(&method, request.headers(), loopback) {
        Err(problem) => Ok(request.error_response(problem).map_into_boxed_body()),
        Ok(()) => AssertUnwindSafe(next.call(request))
            .catch_unwind()
            .instrument(span.clone())
            .await
            // Its message may quote a text; the program's hook has told the place.
            .unwrap_or_else(|_| Err(Problem::internal("a handler panicked").into()))
            .map(ServiceResponse::map_into_boxed_body),
    };

    let answer = match outcome {
        Ok(response) => {
            let problem = problem_of(response.response());
            Ok(match problem {
                Some(problem) => {
                    log_cause(&span, &problem);
                    response.into_response(finished(written(&problem, id, as_page), id))
                }
                None => response.map_body(|_, body| body).map_into_boxed_body(),
            })
        }
        Err(error) => {
            let problem = known_problem(&error).unwrap_or_else(|| Problem::internal(&error));
            log_cause(&span, &problem);
            Err(Written { problem, id, as_page })
        }
    };
    let status = match &answer {
        Ok(response) => response.status(),
        Err(written) => written.status_code(),
    };
    observed.answered(status);
    let mut response = match answer {
        Ok(response) => response,
        Err(written) => {
            observed.end();
            return Err(written.into());
        }
    };
    dress(response.headers_mut(), id);
    Ok(response.map_body(|_, body| observed.follow(body)))
}

/// Whether a request may come in at all.
fn admit(method: &Method, headers: &HeaderMap, loopback: bool) -> Result<(), Problem> {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    if loopback && !host.is_none_or(is_own_name) {
        return Err(Problem::new(
            ProblemKind::MisdirectedRequest,
            "The service is bound to loopback and answers only to localhost, 127.0.0.1 and [::1].",
        ));
    }
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
    let other_site = site.is_some_and(|site| site != b"same-origin" && site != b"none");
    let other_origin = headers.get(ORIGIN).is_some_and(|origin| {
        // A browser that keeps its origin to itself says `null` for our own pages too; no page can
        // make it say `same-origin` for another's.
        let kept_back = origin.as_bytes() == b"null" && site == Some(b"same-origin");
        !kept_back && !same_origin(origin, host)
    });
    if other_site || other_origin {
        return Err(Problem::new(
            ProblemKind::ForbiddenOrigin,
            "A browser sent this write for a page of another origin.",
        ));
    }
    Ok(())
}

/// Whether a `host` header names the machine itself.
fn is_own_name(host: &str) -> bool {
    let Ok(authority) = host.parse::<actix_web::http::uri::Authority>() else {
        return false;
    };
    let name = authority.host();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn same_origin(origin: &HeaderValue, host: Option<&str>) -> bool {
    let origin = origin.to_str().ok().and_then(|origin| origin.parse::<Uri>().ok());
    match (origin.as_ref().and_then(Uri::authority), host) {
        (Some(origin), Some(host)) => origin.as_str().eq_ignore_ascii_case(host),
        _ => false,
    }
}

/// The problem an answer stands for; `None` where it is no error or already written as one.
fn problem_of(response: &HttpResponse) -> Option<Problem> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    if let Some(problem) = response.error().and_then(known_problem) {
        return Some(problem);
    }
    let written = response.headers().get(CONTENT_TYPE).is_some_and(|media_type| {
        [MEDIA_TYPE, PAGE].iter().any(|ours| media_type.as_bytes() == ours.as_bytes())
    });
    (!written).then(|| foreign(status, response.error()))
}

fn known_problem(error: &Error) -> Option<Problem> {
    error.as_error::<Problem>().cloned()
}

/// An error that the web framework made, in our words.
fn foreign(status: StatusCode, error: Option<&Error>) -> Problem {
    let cause = error.map(ToString::to_string).unwrap_or_else(|| status.to_string());
    match status {
        StatusCode::NOT_FOUND => {
            Problem::new(ProblemKind::UnknownRoute, "No resource has this path.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(ProblemKind::ContentTooLarge, cause),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Problem::new(ProblemKind::UnsupportedMediaType, cause)
        }
        _ if status.is_client_error() => Problem::new(ProblemKind::MalformedBody, cause),
        _ => Problem::internal(cause),
    }
}

fn log_cause(span: &tracing::Span, problem: &Problem) {
    let Some(cause) = problem.cause() else { return };
    let kind = problem.kind().slug();
    span.in_scope(|| match problem.kind() {
        // The pool tells once that Postgres is away; a thousand requests would tell it again.
        ProblemKind::DatabaseUnavailable => tracing::debug!(cause, kind, "failed"),
        _ => tracing::error!(cause, kind, "failed"),
    });
}

/// Puts on what every answer wears.
fn dress(headers: &mut HeaderMap, id: RequestId) {
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Not `no-referrer`: under it a browser sends our own forms with `origin: null`.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    );
    if !headers.contains_key(actix_web::http::header::CACHE_CONTROL) {
        headers
            .insert(actix_web::http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn finished(mut response: HttpResponse, id: RequestId) -> HttpResponse {
    dress(response.headers_mut(), id);
    response
}

/// A problem whose answer is already decided, for errors that leave no request to answer to.
#[derive(Debug)]
struct Written {
    problem: Problem,
    id: RequestId,
    as_page: bool,
}

/// A problem for whoever asked: a page for a browser that asked for one.
fn written(problem: &Problem, id: RequestId, as_page: bool) -> HttpResponse {
    if as_page { errors::respond(problem, id.0) } else { problem.respond(id.0) }
}

impl std::fmt::Display for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.problem.fmt(f)
    }
}

impl ResponseError for Written {
    fn status_code(&self) -> StatusCode {
        self.problem.kind().status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        finished(written(&self.problem, self.id, self.as_page), self.id)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::dev::Service;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service};
    use actix_web::{App, body};

    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(
                HeaderName::try_from(*name).expect("a name"),
                HeaderValue::from_str(value).expect("a value"),
            );
        }
        headers
    }

    #[test]
    fn answers_only_to_the_machines_own_names_on_loopback() {
        for own in ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "127.8.8.8", "[::1]:8080"] {
            assert!(admit(&Method::GET, &headers(&[("host", own)]), true).is_ok(), "{own}");
        }
        for other in ["news.test", "localhost.evil.test", "10.0.0.1", "127.0.0.1.evil.test", "a b"]
        {
            let problem = admit(&Method::GET, &headers(&[("host", other)]), true).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::MisdirectedRequest, "{other}");
            assert!(admit(&Method::GET, &headers(&[("host", other)]), false).is_ok(), "{other}");
        }
    }

    #[test]
    fn refuses_writes_that_other_sites_send_through_a_browser() {
        let host = ("host", "localhost:8080");
        for own in [
            headers(&[host]),
            headers(&[host, ("origin", "http://localhost:8080")]),
            headers(&[host, ("sec-fetch-site", "same-origin")]),
            headers(&[host, ("sec-fetch-site", "same-origin"), ("origin", "null")]),
        ] {
            assert!(admit(&Method::POST, &own, true).is_ok(), "{own:?}");
        }
        for other in [
            headers(&[host, ("origin", "http://evil.test")]),
            headers(&[host, ("origin", "null")]),
            headers(&[host, ("sec-fetch-site", "cross-site")]),
            headers(&[host, ("sec-fetch-site", "same-site")]),
            headers(&[host, ("sec-fetch-site", "cross-site"), ("origin", "null")]),
            headers(&[host, ("sec-fetch-site", "none"), ("origin", "null")]),
            headers(&[host, ("sec-fetch-site", "same-origin"), ("origin", "http://evil.test")]),
        ] {
            let problem = admit(&Method::POST, &other, true).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::ForbiddenOrigin, "{other:?}");
            assert!(admit(&Method::GET, &other, true).is_ok(), "{other:?}");
        }
    }

    async fn broken() -> HttpResponse {
        panic!("nothing should panic")
    }

    #[actix_web::test]
    async fn a_panic_in_a_handler_becomes_a_problem_without_its_words() {
        let app =
            init_service(App::new().wrap(from_fn(around)).route("/broken", web::get().to(broken)))
                .await;
        let outcome = app.call(TestRequest::get().uri("/broken").to_request()).await;
        let response = outcome.expect_err("the panic is caught").error_response();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let id = response.headers().get("x-request-id").expect("an id").clone();
        let bytes = body::to_bytes(response.into_body()).await.expect("a body");
        let body: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        assert_eq!(body["type"], "/problems/internal-error");
        assert_eq!(body["instance"], format!("urn:uuid:{}", id.to_str().expect("ASCII")));
        assert!(!body.to_string().contains("should panic"));
    }
}
