//! `POST /v1/documents:batch`: NDJSON in, a line for each line out while the body still arrives.
//!
//! ```text
//! body → lines → (read, several at once) → in order: stored, one transaction each → answered
//! ```
//!
//! The work goes on in a task of its own and not in the answer's stream: a client that does not
//! read its answers must not keep a transaction open. Each step takes no more than the next one
//! lets it, down to the socket, so a batch of any length takes the memory of a few lines.

mod lines;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::{self, Bytes};
use actix_web::{HttpResponse, post};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use tokio::sync::mpsc;
use tracing::Instrument;
use uuid::Uuid;

use self::lines::{Lines, Next};
use super::documents::received;
use super::incoming::{Incoming, longest_json};
use crate::api::dto::batch::{
    BatchLine, BatchSummary, EndLine, NewDocumentLine, QueuedLine, RefusedLine, StoredLine,
};
use crate::api::extract::{NoQuery, Query, Request, Unread, parse_object, read_object};
use crate::api::openapi::BatchProblems;
use crate::api::problem::{Problem, ProblemKind};
use crate::app::{App, Place};
use crate::domain::view::StoredDocument;
use crate::domain::{Extraction, JobId, RequestId};
use crate::ingest::Meta;
use crate::jobs::extract_document::{self, NewDocument};
use crate::jobs::fetch_document;
use crate::jobs::patiently;
use crate::metrics::metrics;
use crate::store::{self, writing};

const NDJSON: [&str; 2] = ["application/x-ndjson", "application/ndjson"];

/// Lines of one batch that are read at once.
const LINES_AT_ONCE: usize = 8;

/// Answered lines that may wait for the client.
const ANSWERS_WAITING: usize = 32;

/// How long a client may leave its answers unread before the batch is given up.
const UNREAD: Duration = Duration::from_secs(60);

/// How long the rest of a body is taken in after the last line of the answer, so that a client
/// which is still sending comes to read it.
const LINGER: Duration = Duration::from_secs(1);

/// Characters of a sender's id at most.
const LONGEST_ID: usize = 200;

/// Store many documents
///
/// The body is NDJSON: one document a line, as in `POST /v1/documents`, with an `id` of the sender's
/// own where wanted. It may be gzip (`content-encoding: gzip`) and as long as you like: documents are
/// read and stored, each in a transaction of its own and in the order of the lines, while the body
/// still arrives, and each line is answered by a line. A line that is refused names its number and the
/// field, and costs nothing but itself. An address alone is fetched by a job, which its answer names. A
/// line may have three times the bytes that a text may, and
/// 65536 more; a longer one is refused by its number and is not kept in memory.
///
/// Read the answer while you send: when answers are left unread, the service stops reading the body,
/// and gives the batch up after 60 s. It gives up, too, when nothing of the body arrives for 60 s.
///
/// The last line is `{"summary":…}`: how many lines were answered for, and whether the body was read to its
/// end; if not, why. An answer without it was cut off. In either case send the batch again: what is
/// stored already is answered as `unchanged`.
#[utoipa::path(
    tag = "documents",
    request_body(
        description = "One document a line.",
        content = NewDocumentLine, content_type = "application/x-ndjson",
    ),
    responses(
        (status = 200, description = "A line for each line, in order, and a summary as the last.",
            body = BatchLine, content_type = "application/x-ndjson"),
        BatchProblems,
    ),
)]
#[post("/v1/documents:batch")]
pub async fn batch(
    app: web::Data<App>,
    _: Query<NoQuery>,
    Request(request): Request,
    body: Unread,
) -> Result<HttpResponse, Problem> {
    let (payload, gzip) = body.stream(&NDJSON)?;
    let place = app.batch_place().map_err(|_| {
        Problem::new(ProblemKind::Overloaded, "As many batches as fit are under way.")
            .with_retry_after(10)
    })?;
    // Told as a status while that can still be done.
    drop(app.pool.get().await?);
    let (answers, answered) = mpsc::channel(ANSWERS_WAITING);
    let lines = Lines::new(payload, gzip, longest_json(app.max_text_bytes));
    let batch = Batch {
        app: app.into_inner(),
        request: request.0,
        answers,
        summary: BatchSummary::default(),
        _place: place,
    };
    actix_web::rt::spawn(batch.run(lines).in_current_span());
    let answered = stream::unfold(answered, |mut answered| async {
        let line: Option<Bytes> = answered.recv().await;
        line.map(|line| (Ok::<_, Infallible>(line), answered))
    });
    Ok(HttpResponse::Ok().content_type(NDJSON[0]).streaming(answered))
}

/// A batch under way.
struct Batch {
    app: Arc<App>,
    request: Uuid,
    answers: mpsc::Sender<Bytes>,
    summary: BatchSummary,
    _place: Place,
}

/// One line, read.
struct Read {
    line: u64,
    id: Option<Value>,
    outcome: Result<Prepared, Problem>,
}

/// What a line holds.
enum Line {
    Document(NewDocument),
    /// An address alone, with what is known of the page there.
    Address(Meta),
}

/// A line, ready to be stored.
enum Prepared {
    /// A document with what it says.
    Document {
        new: Arc<NewDocument>,
        /// `None` where the same words are stored already.
        extraction: Option<Extraction>,
    },
    Address(Meta),
}

/// What became of a line.
enum Stored {
    Document(StoredDocument),
    Queued(JobId),
}

/// Why a batch ends.
enum End {
    /// The body was read to its end.
    Complete,
    /// It was not.
    Early(Problem),
    /// Nobody reads the answer.
    Unheard,
}

impl Batch {
    async fn run(mut self, mut lines: Lines) {
        let begun = Instant::now();
        let end = self.store_lines(&mut lines).await;
        let (outcome, error) = match end {
            End::Complete => ("complete", None),
            End::Early(problem) => (problem.kind().slug(), Some(problem)),
            End::Unheard => ("unheard", None),
        };
        let summary = &mut self.summary;
        tracing::info!(
            lines = summary.lines,
            created = summary.created,
            revised = summary.revised,
            unchanged = summary.unchanged,
            refused = summary.refused,
            seconds = begun.elapsed().as_secs_f64(),
            outcome,
            "batch ended"
        );
        if outcome == "unheard" {
            return;
        }
        summary.complete = error.is_none();
        summary.error = error.map(|problem| problem.body(self.request));
        let early = summary.error.is_some();
        let summary = std::mem::take(summary);
        let told = self.answer(&BatchLine::End(EndLine { summary })).await;
        if told.is_ok() && early {
            // Ends at once where the body has ended, however it did.
            let _ = tokio::time::timeout(LINGER, lines.drain()).await;
        }
    }

    async fn store_lines(&mut self, lines: &mut Lines) -> End {
        let app = &self.app.clone();
        let answers = &self.answers.clone();
        let limit = longest_json(app.max_text_bytes);
        let arriving = stream::unfold(Some(lines), |lines| async move {
            let lines = lines?;
            let next = tokio::select! {
                biased;
                () = app.stopping() => Err(End::Early(Problem::new(
                    ProblemKind::Stopping,
                    "The service was told to stop.",
                ))),
                () = answers.closed() => Err(End::Unheard),
                next = lines.next() => match next {
                    Next::Line(line, bytes) => Ok((line, Some(bytes))),
                    Next::TooLong(line) => Ok((line, None)),
                    Next::End => Err(End::Complete),
                    Next::Broken(problem) => Err(End::Early(problem)),
                },
            };
            let lines = next.is_ok().then_some(lines);
            Some((next, lines))
        });
        // Each in a task of its own, so that it goes on while the one before is stored.
        let reads = arriving.map(|next| {
            let app = app.clone();
            actix_web::rt::spawn(async move {
                Ok(match next? {
                    (line, Some(bytes)) => read(app, line, bytes).await,
                    (line, None) => Read { line, id: None, outcome: Err(too_long(limit)) },
                })
            })
        });
        let mut reads = std::pin::pin!(reads.buffered(LINES_AT_ONCE));
        while let Some(read) = reads.next().await {
            let Read { line, id, outcome } = match read {
                Ok(Ok(read)) => read,
                Ok(Err(end)) => return end,
                Err(_) => return End::Early(Problem::internal("a batch's line was lost")),
            };
            let stored = match outcome {
                Ok(prepared) => store(&self.app, prepared, RequestId(self.request)).await,
                Err(problem) => Err(problem),
            };
            let answer = match &stored {
                Ok(Stored::Document(stored)) => {
                    self.summary.count(stored.outcome);
                    metrics().stored(stored.outcome);
                    BatchLine::Stored(StoredLine::new(line, id, stored))
                }
                Ok(Stored::Queued(job)) => {
                    self.summary.count_queued();
                    BatchLine::Queued(QueuedLine { line, id, job: job.0 })
                }
                Err(problem) => {
                    self.summary.count_refused();
                    log_cause(self.request, line, problem);
                    let error = problem.body(self.request);
                    BatchLine::Refused(RefusedLine { line, id, error })
                }
            };
            if let Err(end) = self.answer(&answer).await {
                return end;
            }
            // Patience has run out: the lines that follow would each wait as long.
            if let Err(problem) = stored
                && problem.kind() == ProblemKind::DatabaseUnavailable
            {
                return End::Early(problem);
            }
        }
        End::Complete
    }

    async fn answer(&self, line: &BatchLine) -> Result<(), End> {
        let mut written =
            serde_json::to_vec(line).map_err(|error| End::Early(Problem::internal(error)))?;
        written.push(b'\n');
        match self.answers.send_timeout(written.into(), UNREAD).await {
            Ok(()) => Ok(()),
            Err(_) => Err(End::Unheard),
        }
    }
}

fn too_long(limit: usize) -> Problem {
    Problem::new(
        ProblemKind::ContentTooLarge,
        format!("A line may have at most {limit} bytes here."),
    )
}

fn log_cause(request: Uuid, line: u64, problem: &Problem) {
    if let Some(cause) = problem.cause() {
        tracing::error!(%request, line, cause, kind = problem.kind().slug(), "a line failed");
    }
}

async fn read(app: Arc<App>, line: u64, bytes: Vec<u8>) -> Read {
    let limit = app.max_text_bytes;
    let slot = app.batch_reading_slot().await;
    let parsed = web::block({
        let app = app.clone();
        move || {
            let _slot = slot;
            parse(&app, &bytes, limit)
        }
    })
    .await;
    let (id, line_holds) =
        parsed.unwrap_or_else(|_| (None, Err(Problem::internal("reading a line panicked"))));
    let outcome = match line_holds {
        Ok(Line::Document(new)) => prepare(&app, new).await,
        Ok(Line::Address(meta)) => Ok(Prepared::Address(meta)),
        Err(problem) => Err(problem),
    };
    Read { line, id, outcome }
}

/// The sender's id and what a line holds.
fn parse(app: &App, bytes: &[u8], limit: usize) -> (Option<Value>, Result<Line, Problem>) {
    let mut fields = match parse_object("line", bytes) {
        Ok(fields) => fields,
        Err(problem) => return (None, Err(problem)),
    };
    let id = match fields.remove("id") {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) if id.chars().count() <= LONGEST_ID => Some(Value::String(id)),
        Some(Value::Number(id)) => Some(Value::Number(id)),
        Some(_) => {
            let detail = format!("must be a number or a string of at most {LONGEST_ID} characters");
            return (None, Err(Problem::field("/id", detail)));
        }
    };
    let held = read_object(fields).and_then(|known| {
        let incoming = Incoming::from_json(known, limit)?;
        match incoming.address(app)? {
            Some(meta) => Ok(Line::Address(meta)),
            None => incoming.ingest().map(received).map(Line::Document),
        }
    });
    (id, held)
}

/// Extracts from a document, unless the same words are stored already.
async fn prepare(app: &App, new: NewDocument) -> Result<Prepared, Problem> {
    let known = patiently(async || {
        let _place = app.batch_connection().await;
        writing::unchanged(&mut *app.pool.get().await?, &new.document).await
    });
    let known = known.await?.is_some();
    let new = Arc::new(new);
    let extraction = if known { None } else { Some(extract(app, &new).await?) };
    Ok(Prepared::Document { new, extraction })
}

async fn extract(app: &App, new: &Arc<NewDocument>) -> Result<Extraction, Problem> {
    let _slot = app.batch_reading_slot().await;
    extract_document::read(new.clone(), app.gear)
        .await
        .map_err(|error| Problem::internal(format!("{error:#}")))
}

async fn store(app: &App, prepared: Prepared, request: RequestId) -> Result<Stored, Problem> {
    match prepared {
        Prepared::Document { new, extraction } => {
            store_document(app, &new, &extraction).await.map(Stored::Document)
        }
        Prepared::Address(meta) => {
            let queued = patiently(async || {
                let _place = app.batch_connection().await;
                let connection = &mut *app.pool.get().await?;
                fetch_document::enqueue(connection, meta.clone(), Some(request)).await
            });
            Ok(Stored::Queued(queued.await?))
        }
    }
}

async fn store_document(
    app: &App,
    new: &Arc<NewDocument>,
    extraction: &Option<Extraction>,
) -> Result<StoredDocument, Problem> {
    if extraction.is_none() {
        // Looked up again, since a line before this one may have changed the document since.
        let known = patiently(async || {
            let _place = app.batch_connection().await;
            writing::unchanged(&mut *app.pool.get().await?, &new.document).await
        });
        if let Some(stored) = known.await? {
            return Ok(stored);
        }
    }
    let extraction = match extraction {
        Some(extraction) => extraction,
        None => &extract(app, new).await?,
    };
    let stored = patiently(async || {
        let _place = app.batch_connection().await;
        let mut connection = app.pool.get().await?;
        store::transaction(&mut connection, async |connection| {
            extract_document::store(connection, new, extraction).await
        })
        .await
    });
    Ok(stored.await?)
}
