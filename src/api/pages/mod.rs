//! Pages for people: the documentation and one page for each kind of problem. No script, nothing from elsewhere.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use actix_web::{HttpResponse, get};

use super::openapi::PageProblems;

pub mod docs;
pub mod problems;

/// The start
///
/// Sends a reader to the documentation.
#[utoipa::path(
    tag = "documentation",
    responses((status = 302, description = "To `/docs`."), PageProblems),
)]
#[get("/")]
pub async fn root() -> HttpResponse {
    HttpResponse::Found().insert_header((LOCATION, "/docs")).finish()
}

/// The style of these pages
#[utoipa::path(
    tag = "documentation",
    responses((status = 200, description = "CSS.", content_type = "text/css"), PageProblems),
)]
#[get("/docs/style.css")]
pub async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/css; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "max-age=3600"))
        .body(include_str!("style.css"))
}

/// A whole page around what is already HTML.
fn page(title: &str, content: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · Claimtrail</title>\n\
         <link rel=\"stylesheet\" href=\"/docs/style.css\">\n</head>\n<body>\n{content}</body>\n</html>\n",
        title = escape(title),
    )
}

fn html(page: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
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
