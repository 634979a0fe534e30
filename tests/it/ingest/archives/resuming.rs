//! Whatever the kind: from every mark, the rest is read and nothing else.

use std::io::Write;

use claimtrail::ingest::archive::{Kind, Mark, can_be_begun_at, open};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{packed, told_of};

fn ndjson() -> Vec<u8> {
    let lines = (0..20).map(|at| match at % 5 {
        3 => "not json\n\n".to_owned(),
        _ => format!("{{\"url\":\"https://quay.test/{at}\",\"text\":\"The port denied it.\"}}\r\n"),
    });
    lines.collect::<String>().into_bytes()
}

fn json(before: &str, between: &str, after: &str) -> Vec<u8> {
    let objects = (0..20).map(|at| match at % 5 {
        3 => "{\"text\": none}".to_owned(),
        _ => format!("{{\n\"url\":\"https://quay.test/{at}\",\n\"text\":\"The port denied it.\"}}"),
    });
    [before, &objects.collect::<Vec<_>>().join(between), after].concat().into_bytes()
}

fn csv() -> Vec<u8> {
    let rows = (0..20).map(|at| match at % 5 {
        3 => "one cell\n".to_owned(),
        _ => format!("https://quay.test/{at},\"The port\n\ndenied it.\"\r\n"),
    });
    std::iter::once("\u{feff}url,text\n".to_owned()).chain(rows).collect::<String>().into_bytes()
}

fn warc() -> Vec<Vec<u8>> {
    let records = (0..20).map(|at| {
        let (kind, length) = match at % 5 {
            1 => ("request", 0),
            3 => ("resource", 7),
            _ => ("resource", 0),
        };
        let page = format!("<h1>Port</h1><p>The port denied report {at} on Monday.</p>");
        format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://quay.test/{at}\r\nContent-Type: text/html\r\n\
             Content-Length: {}\r\n\r\n{page}\r\n\r\n",
            page.len() + length
        )
        .into_bytes()
    });
    records.collect()
}

#[test]
fn reading_goes_on_from_every_mark() {
    let members: Vec<u8> = warc().iter().flat_map(|record| packed(record)).collect();
    // Pieces of several records each.
    let pieces: Vec<u8> = warc().chunks(4).flat_map(|records| packed(&records.concat())).collect();
    for (name, kind, bytes) in [
        ("NDJSON", Kind::Ndjson, ndjson()),
        ("NDJSON, packed", Kind::Ndjson, packed(&ndjson())),
        ("JSON", Kind::Json, json("[", ",\n", "]")),
        ("JSON, packed", Kind::Json, packed(&json("[\n  ", ", ", "\n]\n"))),
        ("JSON, no list", Kind::Json, json("", "\n", "")),
        ("CSV", Kind::Csv, csv()),
        ("CSV, packed", Kind::Csv, packed(&csv())),
        ("CSV, wide", Kind::Csv, wide(&csv())),
        ("WARC", Kind::Warc, warc().concat()),
        ("WARC, packed one by one", Kind::Warc, members),
        ("WARC, packed in pieces", Kind::Warc, pieces),
        ("WARC, packed as a whole", Kind::Warc, packed(&warc().concat())),
    ] {
        let mut whole = Vec::new();
        let mut archive = open(kind, &*bytes, 0, Mark::default(), None);
        while let Some(entry) = archive.next() {
            whole.push((told_of(&entry), entry.end));
        }
        assert!(whole.len() >= 20, "{name}: {whole:#?}");
        assert!(whole.iter().any(|(told, _)| told.contains("refused")), "{name}");
        for (at, (_, mark)) in whole.iter().enumerate() {
            let seekable = can_be_begun_at(kind, &bytes);
            for skipped in [0, if seekable { mark.bytes } else { 0 }] {
                let rest = &bytes[usize::try_from(skipped).expect("fits")..];
                let mut archive = open(kind, rest, skipped, *mark, None);
                let told: Vec<_> =
                    std::iter::from_fn(|| archive.next()).map(|it| told_of(&it)).collect();
                let expected: Vec<_> =
                    whole[at + 1..].iter().map(|(told, _)| told.clone()).collect();
                assert_eq!(told, expected, "{name} from {mark:?}, {skipped} skipped");
            }
        }
    }
}

fn wide(bytes: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn a_file_that_is_shorter_than_the_mark_is_broken() {
    let mark = Mark { bytes: 1 << 20, records: 3 };
    let mut empty = GzEncoder::new(Vec::new(), Compression::fast());
    empty.write_all(b"url,text\n").expect("packs");
    let empty = empty.finish().expect("packs");
    for kind in [Kind::Ndjson, Kind::Json, Kind::Csv, Kind::Warc] {
        let mut archive = open(kind, &*empty, 0, mark, None);
        let entry = archive.next().expect("an entry");
        assert!(told_of(&entry).contains("broken: "), "{}", told_of(&entry));
        assert!(archive.next().is_none());
    }
}
