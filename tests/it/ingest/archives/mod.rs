//! Archives of each kind, whole and broken, as a stream of entries.

mod csv;
mod gdelt;
mod json;
mod ndjson;
mod resuming;
mod warc;
mod zip;

use std::io::Write;

use claimtrail::ingest::archive::{Archive, Defaults, Entry, Found, Kind, Mark, open};
use flate2::Compression;
use flate2::write::GzEncoder;

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("packs");
    encoder.finish().expect("packs")
}

/// What an archive holds: a line for each entry, with its place, and the texts of documents.
fn told(archive: &mut dyn Archive) -> String {
    let mut told = Vec::new();
    while let Some(entry) = archive.next() {
        told.push(told_of(&entry));
    }
    told.join("\n")
}

fn told_of(Entry { number, found, .. }: &Entry) -> String {
    let what = match found {
        Found::PassedOver(what) => format!("passed over: {what}"),
        Found::Refused { reason, .. } => format!("refused: {reason}"),
        Found::Broken(reason) => format!("broken: {reason}"),
        Found::Record(record) => {
            let read = record.read(&Defaults::default());
            match read.document {
                Err(reason) => format!("refused: {reason}"),
                Ok(ingested) => {
                    let document = ingested.document;
                    let url = document.url.map(|url| url.to_string()).unwrap_or_default();
                    let title = document.title.unwrap_or_default();
                    let text = document.text.replace('\n', "⏎");
                    let known = [url, title].into_iter().filter(|it| !it.is_empty());
                    [known.collect::<Vec<_>>().join(" "), text].join(": ")
                }
            }
        }
    };
    format!("{number} {what}").trim_start_matches([':', ',', ' ']).to_owned()
}

/// As [`told`], of all that these bytes hold.
fn read(kind: Kind, bytes: &[u8]) -> String {
    told(&mut *open(kind, bytes, 0, Mark::default(), None))
}

/// The only document in these bytes.
fn document(kind: Kind, bytes: &[u8]) -> claimtrail::domain::Document {
    let mut archive = open(kind, bytes, 0, Mark::default(), None);
    let entry = archive.next().expect("an entry");
    let Found::Record(record) = entry.found else { panic!("{}", told_of(&entry)) };
    assert!(archive.next().is_none());
    record.read(&Defaults::default()).document.expect("a document").document
}
