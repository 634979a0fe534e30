//! The pages that the `type` of a problem points at.

use actix_web::{HttpRequest, HttpResponse, get};

use super::{escape, html, page, prose};
use crate::api::openapi::PageProblems;
use crate::api::problem::{Problem, ProblemKind};

/// All kinds of problems
#[utoipa::path(
    tag = "documentation",
    responses((status = 200, description = "A page.", content_type = "text/html"), PageProblems),
)]
#[get("/problems")]
pub async fn list() -> Result<HttpResponse, Problem> {
    let rows: String = ProblemKind::ALL
        .iter()
        .map(|kind| {
            format!(
                "<tr><td>{}</td><td><a href=\"{}\">{}</a></td><td>{}</td></tr>\n",
                kind.status().as_u16(),
                escape(&kind.type_uri()),
                escape(kind.slug()),
                escape(kind.title()),
            )
        })
        .collect();
    Ok(html(page(
        "Problems",
        &format!(
            "<h1>Problems</h1>\n<p>Every error answer is <a href=\"https://www.rfc-editor.org/rfc/rfc9457\">RFC 9457</a> \
             problem details; its <code>type</code> is one of these pages.</p>\n\
             <table>\n<tr><th>status</th><th>type</th><th>title</th></tr>\n{rows}</table>\n"
        ),
    )?))
}

/// One kind of problem
#[utoipa::path(
    tag = "documentation",
    params(("slug" = String, Path, description = "The last part of a problem's `type`.", example = "invalid-body")),
    responses(
        (status = 200, description = "A page.", content_type = "text/html"),
        (status = 404, description = "There is no such kind.", body = crate::api::problem::ProblemBody, content_type = "application/problem+json"),
        PageProblems,
    ),
)]
#[get("/problems/{slug}")]
pub async fn one(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let slug = request.match_info().get("slug").unwrap_or_default();
    let kind = ProblemKind::ALL.iter().find(|kind| kind.slug() == slug).ok_or_else(|| {
        Problem::new(
            ProblemKind::UnknownRoute,
            "No kind of problem has this name; /problems lists them.",
        )
    })?;
    Ok(html(page(
        kind.title(),
        &format!(
            "<h1>{}</h1>\n<p>Status {}, type <code>{}</code></p>\n{}<p><a href=\"/problems\">All problems</a></p>\n",
            escape(kind.title()),
            kind.status(),
            escape(&kind.type_uri()),
            prose(kind.explanation()),
        ),
    )?))
}
