//! Pages for people: claims, documents, the paste form, the documentation and one page for each kind of
//! problem. No script, nothing from elsewhere. What stands in them is written by [`crate::dashboard`].

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, get};

use super::etag;
use super::openapi::PageProblems;
use super::problem::Problem;
use crate::dashboard::{self, frame};

pub mod actors;
pub mod claims;
pub mod docs;
pub mod documents;
pub mod errors;
pub mod paste;
pub mod problems;
pub mod start;

/// The content type of a page.
pub const PAGE: &str = "text/html; charset=utf-8";

/// The style of the pages
#[utoipa::path(
    tag = "pages",
    responses(
        (status = 200, description = "CSS.", content_type = "text/css"),
        (status = 304, description = "It is the one that `if-none-match` names."),
        PageProblems,
    ),
)]
#[get("/style.css")]
pub async fn style(request: HttpRequest) -> HttpResponse {
    asset(&request, "text/css; charset=utf-8", dashboard::STYLE)
}

/// The sign of the pages
#[utoipa::path(
    tag = "pages",
    responses(
        (status = 200, description = "SVG.", content_type = "image/svg+xml"),
        (status = 304, description = "It is the one that `if-none-match` names."),
        PageProblems,
    ),
)]
#[get("/favicon.ico")]
pub async fn icon(request: HttpRequest) -> HttpResponse {
    asset(&request, "image/svg+xml", dashboard::ICON)
}

/// What the program carries; asked for again at each page, so that no page of a new version is
/// shown in the style of an old one.
fn asset(request: &HttpRequest, media_type: &str, content: &'static str) -> HttpResponse {
    let tag = etag::of_bytes(content.as_bytes());
    etag::answer(request, &tag, media_type, || content.as_bytes().to_vec())
}

/// A page with its tag, or 304 where the request has it already.
fn shown(request: &HttpRequest, page: String) -> HttpResponse {
    let tag = etag::of_bytes(page.as_bytes());
    etag::answer(request, &tag, PAGE, || page.into_bytes())
}

/// A whole page around what is already HTML.
fn page(title: &str, content: &str) -> Result<String, Problem> {
    Ok(frame::page(frame::Here::Docs, title, content)?)
}

fn html(page: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, PAGE))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(page)
}

/// Text as HTML text or attribute value.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// Prose of the document as HTML: blank lines part paragraphs, backticks mark code.
fn prose(text: &str) -> String {
    text.split("\n\n").map(|paragraph| format!("<p>{}</p>\n", inline(paragraph))).collect()
}

/// One line of prose: backticks mark code.
fn inline(text: &str) -> String {
    text.split('`')
        .enumerate()
        .map(|(index, part)| match index % 2 {
            0 => escape(part),
            _ => format!("<code>{}</code>", escape(part)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_cannot_become_markup() {
        assert_eq!(
            prose("a `<b>` & \"c\"\n\n<script>"),
            "<p>a <code>&lt;b&gt;</code> &amp; &quot;c&quot;</p>\n<p>&lt;script&gt;</p>\n"
        );
    }
}
