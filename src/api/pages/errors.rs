//! A problem → a page, for a browser that asked for one.

use actix_web::HttpResponse;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use uuid::Uuid;

use super::PAGE;
use crate::api::problem::Problem;
use crate::dashboard::problem::{self, Trouble};

/// Whether an error at this path is to be a page: outside the API, for who names `text/html`.
///
/// A program that takes anything (`*/*`) gets problem details.
pub fn is_wanted(path: &str, headers: &HeaderMap) -> bool {
    let media_types = headers.get_all(ACCEPT).filter_map(|value| value.to_str().ok());
    !path.starts_with("/v1") && media_types.flat_map(|value| value.split(',')).any(is_html)
}

/// Whether one media range of an `accept` header is HTML, and not as something refused.
fn is_html(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let html = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("text/html"));
    let refused = parts
        .filter_map(|parameter| parameter.strip_prefix("q="))
        .any(|weight| weight.parse().is_ok_and(|weight: f32| weight <= 0.0));
    html && !refused
}

/// The page of a problem, with the status and headers that the problem details have.
pub fn respond(problem: &Problem, request: Uuid) -> HttpResponse {
    let body = problem.body(request);
    let trouble = Trouble {
        status: body.status,
        title: body.title,
        detail: body.detail,
        refused: refused(problem),
        explained_at: body.kind,
        request: request.to_string(),
    };
    let details = problem.respond(request);
    // A template over strings; where it fails all the same, the details are better than nothing.
    let Ok(page) = problem::page(&trouble) else { return details };
    let mut response = details.set_body(page).map_into_boxed_body();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PAGE));
    response
}

/// The refused fields and parameters by name, each with the reason.
pub fn refused(problem: &Problem) -> Vec<(String, String)> {
    let errors = problem.body(Uuid::nil()).errors.into_iter();
    errors
        .map(|error| {
            let field = error.pointer.map(|pointer| pointer.trim_start_matches("#/").to_owned());
            (field.or(error.parameter).unwrap_or_default(), error.detail)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_for_who_names_html_outside_the_api() {
        let wanted = |path: &str, accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            is_wanted(path, &headers)
        };
        assert!(wanted("/", "text/html,application/xhtml+xml,*/*;q=0.8"));
        assert!(wanted("/nothing", "application/json, TEXT/HTML;q=0.5"));
        assert!(!wanted("/", "*/*"));
        assert!(!wanted("/", "text/html;q=0, */*"));
        assert!(!wanted("/v1/claims", "text/html"));
    }
}
