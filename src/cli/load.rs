//! `load`: what `extract` printed, here or on other machines → stored documents, checked and not
//! extracted again.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::ingest::{Failure, Files, NewOrPassages, Prepared, open_refused, run_with};
use super::input::{Inputs, Item};
use crate::api::dto::extraction;
use crate::config::{GlobalConfig, InputConfig, InputFormat, LoadConfig};
use crate::ingest::MediaType;
use crate::jobs::extract_document::NewDocument;
use crate::pipeline::Gear;
use crate::store::Pool;

/// Tells files that are read as extractions from the same files read as documents.
const WAY: &str = "extractions";

/// Stores every extraction, in order; running it again goes on where it was stopped.
///
/// # Errors
/// As [`ingest::run`](super::ingest::run).
pub async fn run(global: &GlobalConfig, config: LoadConfig) -> anyhow::Result<()> {
    let LoadConfig { files, threads, again, refused } = config;
    let input =
        InputConfig { files, format: Some(InputFormat::Ndjson), language: None, charset: None };
    let inputs = Inputs::find(&input)?;
    let refused = refused.as_deref().map(open_refused).transpose()?;
    let files = Files { inputs, way: WAY.to_owned(), threads, again, refused };
    run_with(global, files, read).await
}

fn read(_: &Pool, _: &Handle, item: Item) -> Result<Prepared, Failure> {
    let place = item.place();
    let read = item.line().and_then(|line| extraction::read(line).map_err(|it| it.to_string()));
    let line = item.into_line();
    match read {
        Ok((document, extraction)) => {
            // The bytes stayed where the extractor ran; the cleaned words are what came here.
            let received = document.text.clone().into_bytes();
            let media_type = MediaType::PlainText.as_str().to_owned();
            let new = Arc::new(NewDocument { document, received, media_type });
            let new = NewOrPassages { new, passages: false, gear: Gear::Fast };
            Ok(Prepared { place, new, extraction: Some(extraction), line })
        }
        Err(reason) => Err(Failure::Refused { reason: format!("{place}: {reason}"), line }),
    }
}
