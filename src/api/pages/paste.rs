//! `/paste`: a text in a form, what it says on a page; nothing is stored.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::errors::{is_wanted, refused};
use super::{PAGE, shown};
use crate::api::extract::{Body, Unread};
use crate::api::form as forms;
use crate::api::openapi::{FormProblems, PageProblems};
use crate::api::problem::{Problem, ProblemKind};
use crate::api::v1::incoming::{FIELDS_ROOM, HTML, Incoming, MetaQuery, PLAIN};
use crate::app::App;
use crate::dashboard::paste::{self, Form};
use crate::domain::{Document, Extraction};

/// What kind of words are pasted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PastedFormat {
    /// Plain text.
    #[default]
    Text,
    /// A page; its main text is read.
    Html,
}

/// The fields of the form.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pasted {
    /// The text or HTML.
    #[schema(example = "The Harbour Ministry has denied that the east pier is closed.")]
    text: String,
    /// Which of the two; `text` where not given.
    #[serde(default)]
    format: PastedFormat,
    /// The headline; may be empty.
    #[serde(default)]
    title: String,
}

/// The form to paste a text in
#[utoipa::path(
    tag = "pages",
    responses(
        (status = 200, description = "A page.", content_type = "text/html"),
        (status = 304, description = "It is the one that `if-none-match` names."),
        PageProblems,
    ),
)]
#[get("/paste")]
pub async fn blank(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    Ok(shown(&request, paste::form(&Form::default(), app.max_text_bytes)?))
}

/// Read a pasted text
///
/// Shows what it says, marked in its words. Nothing is stored. Where the text is refused, a browser
/// is shown the form again as it was sent.
#[utoipa::path(
    tag = "pages",
    request_body(
        description = "The form.",
        content((Pasted = "application/x-www-form-urlencoded")),
    ),
    responses(
        (status = 200, description = "A page.", content_type = "text/html"),
        FormProblems,
    ),
)]
#[post("/paste")]
pub async fn read(
    app: web::Data<App>,
    request: HttpRequest,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let limit = app.max_text_bytes;
    let most = limit.saturating_mul(forms::FACTOR).saturating_add(FIELDS_ROOM);
    let body = body.read(&[forms::MEDIA_TYPE], |_| most).await?;
    let pasted: Pasted = forms::parse(&body)?;
    drop(body);
    match extract(&app, &pasted).await {
        Ok((document, extraction)) => {
            // A long text takes a while to weave; others are answered meanwhile.
            let page = web::block(move || paste::reading(&document, &extraction)).await;
            let page = page.map_err(|_| Problem::internal("writing a page panicked"))??;
            Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, PAGE)).body(page))
        }
        Err(problem) if is_wanted(request.path(), request.headers()) && can_be_mended(&problem) => {
            again(&pasted, &problem, limit)
        }
        Err(problem) => Err(problem),
    }
}

async fn extract(app: &App, pasted: &Pasted) -> Result<(Document, Extraction), Problem> {
    let limit = app.max_text_bytes;
    if pasted.text.len() > limit {
        let detail = format!(
            "The text may have at most {limit} bytes of UTF-8; it has {}.",
            pasted.text.len()
        );
        return Err(
            Problem::new(ProblemKind::ContentTooLarge, detail).with_field("/text", "is too long")
        );
    }
    let media_type = match pasted.format {
        PastedFormat::Text => PLAIN,
        PastedFormat::Html => HTML,
    };
    let title = Some(pasted.title.clone()).filter(|title| !title.trim().is_empty());
    let body = Body {
        media_type: media_type.to_owned(),
        charset: Some("utf-8".to_owned()),
        bytes: pasted.text.clone().into_bytes(),
    };
    let incoming = Incoming::from_file(body, MetaQuery { title, ..MetaQuery::default() })
        .map_err(as_fields)?;
    let (ingested, extraction) = incoming.extract_when_free(app).await.map_err(as_fields)?;
    Ok((ingested.document, extraction))
}

/// A form has no parameters, and the body of a text is one of its fields.
fn as_fields(problem: Problem) -> Problem {
    if !matches!(problem.kind(), ProblemKind::InvalidParameter | ProblemKind::InvalidBody) {
        return problem;
    }
    refused(&problem).into_iter().fold(
        Problem::new(ProblemKind::InvalidBody, "A field of the form is refused."),
        |problem, (name, detail)| {
            let name = if name.is_empty() || name == "#" { "text" } else { &name };
            problem.with_field(&format!("/{name}"), detail)
        },
    )
}

/// Whether other words would be read.
fn can_be_mended(problem: &Problem) -> bool {
    matches!(problem.kind(), ProblemKind::InvalidBody | ProblemKind::Overloaded)
}

/// The form as it was sent, with the reason for its refusal.
fn again(pasted: &Pasted, problem: &Problem, limit: usize) -> Result<HttpResponse, Problem> {
    let fields = refused(problem);
    let refused = if fields.is_empty() {
        vec![format!("{} Try again in some seconds.", problem.kind().title())]
    } else {
        fields.into_iter().map(|(name, detail)| format!("The {name} {detail}.")).collect()
    };
    let sent = Form {
        text: pasted.text.replace('\0', ""),
        html: pasted.format == PastedFormat::Html,
        title: pasted.title.replace('\0', ""),
        refused,
    };
    let status: StatusCode = problem.kind().status();
    Ok(HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, PAGE))
        .body(paste::form(&sent, limit)?))
}
