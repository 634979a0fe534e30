//! The rows of an export → the body of an answer, made no faster than it is read.

use std::time::Duration;

use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::rows::{Failure, Rows};
use crate::app::Place;

/// How long a reader may take nothing before the export is broken off: a snapshot keeps
/// superseded row versions in the whole database.
const PATIENCE: Duration = Duration::from_secs(60);

enum Part {
    Bytes(Bytes),
    Failure(Failure),
    End,
}

/// The body. Read by a task of its own, so that a reader who stands still is noticed; the place
/// is free when that task ends.
///
/// The stream ends with an error, and the connection with it, unless all rows were given.
pub fn of(rows: Rows, place: Place) -> impl Stream<Item = Result<Bytes, Failure>> {
    // One chunk under way to the socket, one waiting.
    let (parts, body) = mpsc::channel(1);
    actix_web::rt::spawn(async move {
        pump(rows, &parts, PATIENCE).await;
        drop(place);
    });
    read(body)
}

async fn pump(mut rows: Rows, parts: &Sender<Part>, patience: Duration) {
    loop {
        let chunk = tokio::select! {
            chunk = rows.chunks.next() => chunk,
            // The body is gone, and its reader with it; dropping the rows ends their query.
            () = parts.closed() => return,
        };
        let part = match chunk {
            Some(Ok(chunk)) => Part::Bytes(chunk.bytes.into()),
            Some(Err(failure)) => {
                tracing::error!(cause = %causes(&failure), "an export broke off");
                Part::Failure(failure)
            }
            None => Part::End,
        };
        let last = !matches!(part, Part::Bytes(_));
        if parts.send_timeout(part, patience).await.is_err() || last {
            return;
        }
    }
}

fn read(body: Receiver<Part>) -> impl Stream<Item = Result<Bytes, Failure>> {
    stream::unfold(Some(body), |body| async move {
        let mut body = body?;
        match body.recv().await {
            Some(Part::Bytes(bytes)) => Some((Ok(bytes), Some(body))),
            Some(Part::Failure(failure)) => Some((Err(failure), None)),
            Some(Part::End) => None,
            // The task gave up on us, or is no more.
            None => Some((Err(Failure::Stalled), None)),
        }
    })
}

fn causes(failure: &Failure) -> String {
    let causes = std::iter::successors(std::error::Error::source(failure), |cause| cause.source());
    causes.fold(failure.to_string(), |line, cause| format!("{line}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::super::rows::Chunk;
    use super::*;

    fn rows(chunks: Vec<Result<Chunk, Failure>>) -> Rows {
        Rows { count: 0, chunks: stream::iter(chunks).boxed_local() }
    }

    fn chunk(bytes: &str) -> Result<Chunk, Failure> {
        Ok(Chunk { bytes: bytes.as_bytes().to_vec(), rows: 1 })
    }

    async fn told(body: Receiver<Part>) -> Vec<String> {
        let parts = read(body).map(|part| match part {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(failure) => format!("error: {failure}"),
        });
        parts.collect().await
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_stands_still_is_given_up_and_told_so() {
        let (parts, body) = mpsc::channel(1);
        let begun = tokio::time::Instant::now();
        pump(rows(vec![chunk("a"), chunk("b"), chunk("c")]), &parts, PATIENCE).await;
        assert_eq!(begun.elapsed().as_secs(), PATIENCE.as_secs());
        drop(parts);
        assert_eq!(told(body).await, ["a", "error: the reader of the export stands still"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_is_gone_ends_the_reading_at_once() {
        let (parts, body) = mpsc::channel(1);
        drop(body);
        let endless = Rows { count: 0, chunks: stream::pending().boxed_local() };
        tokio::time::timeout(Duration::from_secs(1), pump(endless, &parts, PATIENCE))
            .await
            .expect("it ends by itself");
    }

    #[tokio::test]
    async fn only_an_export_that_is_whole_ends_well() {
        for (chunks, expected) in [
            (vec![chunk("a"), chunk("b")], vec!["a", "b"]),
            (vec![chunk("a"), Err(store_failure()), chunk("c")], vec!["a", "error: no such row"]),
        ] {
            let (parts, body) = mpsc::channel(1);
            let pumped = async {
                pump(rows(chunks), &parts, PATIENCE).await;
                drop(parts);
            };
            let ((), told) = tokio::join!(pumped, told(body));
            assert_eq!(told, expected);
        }
    }

    fn store_failure() -> Failure {
        Failure::Store(crate::store::Error::NotFound)
    }
}
