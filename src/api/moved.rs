//! Requests for what was merged → the same resource of what answers for it.

use std::fmt::Display;

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

/// Answers 308 with the address of the same resource of `survivor`, query included; `body` is made of that
/// address.
///
/// Not to be kept: a merge may be undone.
pub(super) fn to<B: Serialize>(
    request: &HttpRequest,
    survivor: impl Display,
    body: impl FnOnce(String) -> B,
) -> HttpResponse {
    let path = request.match_pattern().unwrap_or_default().replace("{id}", &survivor.to_string());
    let location = match request.query_string() {
        "" => path,
        query => format!("{path}?{query}"),
    };
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, location.clone()))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(body(location))
}
