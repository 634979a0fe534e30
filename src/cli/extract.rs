//! `extract`: texts, pages and NDJSON → extractions as JSON; no database, no network.

use std::io::{self, Write};
use std::panic::AssertUnwindSafe;

use serde::Serialize;

use super::input::{Inputs, Item, Reader};
use super::ordered::map_in_order;
use super::verify::{Proof, prove};
use crate::api::dto::extraction::{
    Actor, Claim, ExtractedDocument, ExtractionAnswer, Extractor, Note, Statement,
};
use crate::config::ExtractConfig;
use crate::ingest::archive::Number;
use crate::pipeline;

/// An answer with the `id` of the line it answers.
#[derive(Serialize)]
struct AnsweredLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a serde_json::Value>,
    document: &'a ExtractedDocument,
    statements: &'a [Statement],
    claims: &'a [Claim],
    actors: &'a [Actor],
    notes: &'a [Note],
    extractor: &'a Extractor,
}

/// What stands in the place of an answer that could not be given.
#[derive(Serialize)]
struct FailedLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a serde_json::Value>,
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
}

/// One item as it will be printed.
struct Outcome {
    /// Without the line feed.
    printed: String,
    proof: Proof,
    /// Whether it answers a record of an archive.
    is_record: bool,
    /// Place and reason, where there is no answer.
    failure: Option<String>,
}

/// Prints the extraction of every input document, in order.
///
/// # Errors
/// Where an input is not found, and, after all else is printed, where a document could not be read
/// or a span did not prove itself.
pub fn run(config: &ExtractConfig) -> anyhow::Result<()> {
    let inputs = Inputs::find(&config.input)?;
    let reader = Reader::new(&config.input);
    let lone = inputs.is_one_document();
    let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut documents = 0usize;
    let mut failed = 0usize;
    let mut proof = Proof::default();
    let written = map_in_order(
        config.threads.into(),
        Item::size,
        |send| inputs.each(send),
        |item| answer(&reader, &item, config),
        |outcome: Outcome| {
            documents += 1;
            proof.add(outcome.proof);
            if let Some(failure) = &outcome.failure {
                failed += 1;
                eprintln!("claimtrail: {failure}");
                if lone && !outcome.is_record {
                    return Ok(());
                }
            }
            out.write_all(outcome.printed.as_bytes())?;
            out.write_all(b"\n")
        },
    )
    .and_then(|()| out.flush());
    match written {
        // Whoever reads has seen enough; that is no failure of ours.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
        other => other?,
    }
    if config.verify {
        eprintln!(
            "claimtrail: verified {} documents, {} spans, {} unproven",
            documents - failed,
            proof.spans,
            proof.unproven
        );
    }
    anyhow::ensure!(failed == 0, "{failed} of {documents} documents could not be read");
    anyhow::ensure!(proof.unproven == 0, "{} spans do not prove themselves", proof.unproven);
    Ok(())
}

fn answer(reader: &Reader, item: &Item, config: &ExtractConfig) -> Outcome {
    let read = reader.read(item);
    let result = read.document.and_then(|ingested| {
        if ingested.changes.undecodable > 0 {
            tracing::warn!(
                place = item.place(),
                characters = ingested.changes.undecodable,
                "bytes that could not be decoded stand as U+FFFD"
            );
        }
        // An archive of millions must not end with the one document that finds a fault in here.
        let extraction = std::panic::catch_unwind(AssertUnwindSafe(|| {
            pipeline::extract_with(&ingested.document, config.gear.into())
        }))
        .map_err(|_| "the extractor failed on this document, which is a fault in it".to_owned())?;
        let answer = ExtractionAnswer::new(&ingested.document, &extraction);
        let line = AnsweredLine {
            id: read.id.as_ref(),
            document: &answer.document,
            statements: &answer.statements,
            claims: &answer.claims,
            actors: &answer.actors,
            notes: &answer.notes,
            extractor: &answer.extractor,
        };
        let printed = print(&line, config.pretty)?;
        let proof = if config.verify { prove(&printed, &extraction) } else { Proof::default() };
        Ok((printed, proof))
    });
    let (line, byte) = match item.number {
        Number::Line(line) | Number::Lines(line, _) => (Some(line), None),
        Number::Byte(byte) => (None, Some(byte)),
        Number::Whole => (None, None),
    };
    let is_record = item.number != Number::Whole;
    match result {
        Ok((printed, proof)) => Outcome { printed, proof, is_record, failure: None },
        Err(error) => {
            let failed = FailedLine {
                id: read.id.as_ref(),
                error: &error,
                line,
                byte,
                file: line.is_none().then_some(&*item.file),
            };
            Outcome {
                printed: print(&failed, false).unwrap_or_default(),
                proof: Proof::default(),
                is_record,
                failure: Some(format!("{}: {error}", item.place())),
            }
        }
    }
}

fn print(value: &impl Serialize, pretty: bool) -> Result<String, String> {
    let printed =
        if pretty { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    printed.map_err(|error| error.to_string())
}
