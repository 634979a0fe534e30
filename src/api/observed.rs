//! One request from its headers to the last byte of its answer → its log line and its metrics.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use tracing::Span;

use crate::domain::RequestId;
use crate::metrics::metrics;

/// What stands for the pattern of a path that no route has.
const NO_ROUTE: &str = "none";

/// A request that is being answered. Its line is written when this is dropped, be the answer
/// complete or not.
pub struct Observed {
    span: Span,
    begun: Instant,
    method: &'static str,
    route: String,
    status: u16,
    bytes: u64,
    complete: bool,
}

impl Observed {
    /// A request with this pattern of its path comes in.
    pub fn begin(id: RequestId, method: &Method, route: Option<String>) -> Self {
        metrics().request_began();
        Observed {
            // Of the level of errors, so that no filter takes the id away from the lines below.
            span: tracing::error_span!("request", request_id = %id),
            begun: Instant::now(),
            method: known(method),
            route: route.unwrap_or_else(|| NO_ROUTE.to_owned()),
            // What a client gets that is answered nothing at all.
            status: 0,
            bytes: 0,
            complete: false,
        }
    }

    /// The span of all that is done for the request.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// The answer's status is known.
    pub fn answered(&mut self, status: StatusCode) {
        self.status = status.as_u16();
    }

    /// The answer has no body that could be followed.
    pub fn end(mut self) {
        self.complete = true;
    }

    /// Follows the body to its end.
    pub fn follow(mut self, body: BoxBody) -> BoxBody {
        // To a HEAD request nothing is sent, and an empty body is never asked for.
        self.complete =
            self.method == "HEAD" || matches!(body.size(), BodySize::None | BodySize::Sized(0));
        BoxBody::new(Followed { body, observed: self })
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        let took = self.begun.elapsed();
        metrics().request_ended(self.method, &self.route, self.status, took);
        let milliseconds = took.as_secs_f64() * 1000.0;
        let Observed { method, route, status, bytes, complete, .. } = self;
        self.span.in_scope(|| {
            tracing::info!(method, route, status, milliseconds, bytes, complete, "answered");
        });
    }
}

/// The methods that are told apart; others are a client's own words.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

struct Followed {
    body: BoxBody,
    observed: Observed,
}

impl MessageBody for Followed {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let span = self.observed.span();
        let _within = span.enter();
        let chunk = Pin::new(&mut self.body).poll_next(context);
        match &chunk {
            Poll::Ready(Some(Ok(bytes))) => {
                self.observed.bytes += u64::try_from(bytes.len()).unwrap_or_default();
                if let BodySize::Sized(size) = self.body.size()
                    && self.observed.bytes >= size
                {
                    self.observed.complete = true;
                }
            }
            Poll::Ready(None) => self.observed.complete = true,
            Poll::Ready(Some(Err(error))) => {
                tracing::error!(cause = %error, "the answer broke off")
            }
            Poll::Pending => {}
        }
        chunk
    }
}

/// The id of a request: the one that a proxy gave it, if that is a UUID, or else a new one.
///
/// A UUID and nothing else: the id stands in `instance` as a URN, in the log, and in a column. Its
/// sender gains nothing by choosing it, since it opens nothing.
pub fn request_id(given: Option<&[u8]>) -> RequestId {
    given
        .and_then(|given| std::str::from_utf8(given).ok())
        .filter(|given| matches!(given.len(), 32 | 36))
        .and_then(|given| given.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_proxys_id_only_if_it_is_a_uuid() {
        let given = "0193f3a2-7e1c-4c5b-9c39-0a1b2c3d4e5f";
        assert_eq!(request_id(Some(given.as_bytes())).to_string(), given);
        let simple = given.replace('-', "");
        assert_eq!(request_id(Some(simple.as_bytes())).to_string(), given);
        for other in ["", "1", "{0193f3a2-7e1c-4c5b-9c39-0a1b2c3d4e5f}", "a\u{1b}[2J", "Root=1-67"]
        {
            let own = request_id(Some(other.as_bytes())).0;
            assert_eq!(own.get_version_num(), 7, "{other:?}");
        }
        assert_ne!(request_id(None), request_id(None));
    }
}
