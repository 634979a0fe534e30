//! Whole lists as files: `/v1/exports/{noun}.{format}`, streamed from one snapshot.

mod body;
mod filters;
mod rows;

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, get, web};
use futures_util::stream;

use self::filters::AppearancesExportQuery;
pub use self::rows::{Chunk, Failure, Rows, open};
use super::claims::ClaimsFilters;
use super::rebuttals::RebuttalsFilters;
use super::statements::StatementsFilters;
use crate::api::dto::claim::{Appearance, Claim};
use crate::api::dto::rebuttal::Rebuttal;
use crate::api::dto::statement::Statement;
use crate::api::layers::HeadersOnly;
use crate::api::openapi::ExportProblems;
use crate::api::problem::{Problem, ProblemKind};
use crate::app::App;
use crate::export::{Format, Noun};

/// How many rows the export has; counted in its own snapshot before the first one is sent.
const ROWS: HeaderName = HeaderName::from_static("x-claimtrail-rows");

/// When to try again where too many exports are under way, in seconds.
const RETRY_AFTER: u32 = 15;

macro_rules! exports {
    ($(
        $(#[$doc:meta])*
        $name:ident, $path:literal, $noun:ident, $format:ident, $query:ty,
        $body:ty as $media_type:literal;
    )+) => {$(
        $(#[$doc])*
        #[utoipa::path(
            tag = "exports",
            params($query),
            responses(
                (
                    status = 200,
                    description = "All rows. The answer is chunked; one that does not end with its last chunk is not whole.",
                    body = $body,
                    content_type = $media_type,
                    headers(("x-claimtrail-rows" = u64, description = "How many rows follow: lines of NDJSON, or records of CSV without the header.")),
                ),
                ExportProblems,
            ),
        )]
        #[get($path)]
        pub async fn $name(
            app: web::Data<App>,
            request: HttpRequest,
        ) -> Result<HttpResponse, Problem> {
            answer(&app, &request, Noun::$noun, Format::$format).await
        }
    )+};
}

exports! {
    /// Claims as NDJSON
    ///
    /// One claim a line, as the list has them.
    claims_ndjson, "/v1/exports/claims.ndjson", Claims, Ndjson, ClaimsFilters,
    Claim as "application/x-ndjson";
    /// Claims as CSV
    ///
    /// RFC 4180, UTF-8, with a header line. Unknown is empty, a list is joined by `; ` with `\` before a `;` or `\` of an item, and a text that begins as a formula does, or with `'`, has a `'` before it.
    claims_csv, "/v1/exports/claims.csv", Claims, Csv, ClaimsFilters,
    String as "text/csv";
    /// Statements as NDJSON
    ///
    /// One statement a line, as the list has them.
    statements_ndjson, "/v1/exports/statements.ndjson", Statements, Ndjson, StatementsFilters,
    Statement as "application/x-ndjson";
    /// Statements as CSV
    ///
    /// In the form of the claims' CSV. A column `…_at` tells where the words of the column before it stand: `text:16-39` is code points 16 up to 39 of the text.
    statements_csv, "/v1/exports/statements.csv", Statements, Csv, StatementsFilters,
    String as "text/csv";
    /// Rebuttals as NDJSON
    ///
    /// One rebuttal a line, as the list has them.
    rebuttals_ndjson, "/v1/exports/rebuttals.ndjson", Rebuttals, Ndjson, RebuttalsFilters,
    Rebuttal as "application/x-ndjson";
    /// Rebuttals as CSV
    ///
    /// In the form of the claims' CSV. The columns of mentions are lists of one length; a missing item is empty. `…_at` is as in the statements' CSV.
    rebuttals_csv, "/v1/exports/rebuttals.csv", Rebuttals, Csv, RebuttalsFilters,
    String as "text/csv";
    /// Appearances as NDJSON
    ///
    /// One appearance a line, as the list of a claim has them.
    appearances_ndjson, "/v1/exports/appearances.ndjson", Appearances, Ndjson, AppearancesExportQuery,
    Appearance as "application/x-ndjson";
    /// Appearances as CSV
    ///
    /// In the form of the claims' CSV. `quote_at` tells where the quote stands: `text:16-39` is code points 16 up to 39 of the text.
    appearances_csv, "/v1/exports/appearances.csv", Appearances, Csv, AppearancesExportQuery,
    String as "text/csv";
}

async fn answer(
    app: &App,
    request: &HttpRequest,
    noun: Noun,
    format: Format,
) -> Result<HttpResponse, Problem> {
    let filter = filters::Filter::parse(noun, request.query_string())?;
    let place = app.export_place().ok_or_else(|| {
        Problem::new(ProblemKind::TooManyExports, "As many exports as may go on at once do.")
            .with_retry_after(RETRY_AFTER)
    })?;
    let rows = rows::of(app.pool.snapshot().await?, &filter, format).await?;
    let mut response = HttpResponse::Ok();
    let name = format!("attachment; filename=\"{}.{}\"", noun.as_str(), format.extension());
    response
        .insert_header((CONTENT_TYPE, format.media_type()))
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((ROWS, rows.count));
    if request.extensions().contains::<HeadersOnly>() {
        return Ok(response.streaming(stream::empty::<Result<web::Bytes, Failure>>()));
    }
    Ok(response.streaming(body::of(rows, place)))
}
