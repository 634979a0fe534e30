//! Web archives, whole and broken, packed and not.

use claimtrail::ingest::archive::{Defaults, Found, Kind, Mark, open};
use flate2::Compression;
use flate2::write::{DeflateEncoder, ZlibEncoder};
use std::io::Write;

use super::{packed, read, told};

/// A record of WARC with the right length.
fn record(kind: &str, target: &str, content_type: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:0>\r\nWARC-Date: 2026-11-01T10:00:00Z\r\n\
         WARC-Target-URI: {target}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), content, b"\r\n\r\n"].concat()
}

fn page(words: &str) -> String {
    format!(
        "<html><head><title>{words}</title><meta property='article:published_time' content='2026-03-02T13:18:00Z'>\
         </head><body><article><h1>{words}</h1><p>The port denied on Monday that {words}.</p></article></body></html>"
    )
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [b"HTTP/1.1 200 OK\r\n", head.as_bytes(), b"\r\n", body].concat()
}

/// The answer of a server with a page.
fn response(at: &str, words: &str) -> Vec<u8> {
    let answer = answer("Content-Type: text/html; charset=utf-8\r\n", page(words).as_bytes());
    record(
        "response",
        &format!("https://quay.test/{at}"),
        "application/http; msgtype=response",
        &answer,
    )
}

fn records() -> [Vec<u8>; 6] {
    [
        record("warcinfo", "", "application/warc-fields", b"software: ours\r\n"),
        record(
            "request",
            "https://quay.test/1",
            "application/http; msgtype=request",
            b"GET /1 HTTP/1.1\r\n\r\n",
        ),
        response("1", "it sank"),
        record("metadata", "https://quay.test/1", "application/warc-fields", b"fetchTimeMs: 3\r\n"),
        response("2", "it burned"),
        record(
            "revisit",
            "https://quay.test/1",
            "application/http",
            b"HTTP/1.1 304 Not Modified\r\n\r\n",
        ),
    ]
}

fn line(number: usize, at: &str, words: &str) -> String {
    format!("byte {number} https://quay.test/{at} {words}: The port denied on Monday that {words}.")
}

/// Where each record begins.
fn starts(records: &[Vec<u8>]) -> Vec<usize> {
    let ends = records.iter().scan(0, |end, record| {
        let start = *end;
        *end += record.len();
        Some(start)
    });
    ends.collect()
}

fn expected(starts: &[usize]) -> String {
    [
        format!("byte {} passed over: warcinfo", starts[0]),
        format!("byte {} passed over: requests", starts[1]),
        line(starts[2], "1", "it sank"),
        format!("byte {} passed over: metadata", starts[3]),
        line(starts[4], "2", "it burned"),
        format!("byte {} passed over: revisits", starts[5]),
    ]
    .join("\n")
}

#[test]
fn pages_are_read_and_other_records_passed_over_packed_one_by_one_as_a_whole_or_not() {
    let records = records();
    assert_eq!(read(Kind::Warc, &records.concat()), expected(&starts(&records)));
    let members = records.each_ref().map(|record| packed(record));
    assert_eq!(read(Kind::Warc, &members.concat()), expected(&starts(&members)));
    // Of a file that is packed as a whole, every record is in the member at its beginning.
    assert_eq!(read(Kind::Warc, &packed(&records.concat())), expected(&[0; 6]));
}

#[test]
fn a_capture_is_dated_by_its_page_and_known_by_its_address() {
    let bytes = response("1", "it sank");
    let mut archive = open(Kind::Warc, &*bytes, 0, Mark::default(), None);
    let Found::Record(record) = archive.next().expect("a record").found else { panic!("no page") };
    let document = record.read(&Defaults::default()).document.expect("a document").document;
    assert_eq!(
        document.published.map(|time| time.at.to_rfc3339()).as_deref(),
        Some("2026-03-02T13:18:00+00:00")
    );
    assert_eq!(document.outlet.as_deref(), Some("quay.test"));
    // Without a date in the page there is none: when it was fetched is not when it was published.
    let undated =
        answer("Content-Type: text/html\r\n", b"<h1>Port</h1><p>The port denied it on Monday.</p>");
    let bytes = record_of(&undated);
    let mut archive = open(Kind::Warc, &*bytes, 0, Mark::default(), None);
    let Found::Record(record) = archive.next().expect("a record").found else { panic!("no page") };
    let document = record.read(&Defaults::default()).document.expect("a document").document;
    assert_eq!(document.published, None);
}

fn record_of(answer: &[u8]) -> Vec<u8> {
    record("response", "<https://quay.test/1>", "application/http", answer)
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut chunks = Vec::new();
    for chunk in body.chunks(40) {
        chunks.extend_from_slice(format!("{:x};a=b\r\n", chunk.len()).as_bytes());
        chunks.extend_from_slice(chunk);
        chunks.extend_from_slice(b"\r\n");
    }
    chunks.extend_from_slice(b"0\r\n\r\n");
    chunks
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &Default::default()).expect("packs");
    packed
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn what_the_server_packed_and_cut_in_chunks_is_put_together() {
    let body = page("it sank").into_bytes();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(&body).expect("packs");
    let zlib = zlib.finish().expect("packs");
    let mut bare = DeflateEncoder::new(Vec::new(), Compression::default());
    bare.write_all(&body).expect("packs");
    let bare = bare.finish().expect("packs");
    let html = "Content-Type: text/html\r\n";
    for (head, body) in [
        (String::new(), body.clone()),
        ("Transfer-Encoding: chunked\r\n".to_owned(), chunked(&body)),
        ("Content-Encoding: gzip\r\n".to_owned(), packed(&body)),
        (
            "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n".to_owned(),
            chunked(&packed(&body)),
        ),
        ("Content-Encoding: deflate\r\n".to_owned(), zlib),
        ("Content-Encoding: deflate\r\n".to_owned(), bare),
        ("Content-Encoding: br\r\n".to_owned(), brotli(&body)),
        (
            "Content-Encoding: BR\r\nTransfer-Encoding: chunked\r\n".to_owned(),
            chunked(&brotli(&body)),
        ),
        ("Content-Encoding: zstd\r\n".to_owned(), zstd(&body)),
        // Two codings, the outer one last; and two frames behind each other.
        ("Content-Encoding: gzip, zstd\r\n".to_owned(), zstd(&packed(&body))),
        ("Content-Encoding: zstd\r\n".to_owned(), [zstd(&body[..90]), zstd(&body[90..])].concat()),
        // Kept unpacked beside what the server said.
        ("Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n".to_owned(), body.clone()),
        ("Content-Encoding: br\r\n".to_owned(), body.clone()),
        ("Content-Encoding: zstd\r\n".to_owned(), body.clone()),
        ("X-Odd Header\r\nServer : x\r\n".to_owned(), body),
    ] {
        let bytes = record_of(&answer(&format!("{html}{head}"), &body));
        assert_eq!(read(Kind::Warc, &bytes), line(0, "1", "it sank"), "{head}");
    }
}

#[test]
fn what_is_no_page_is_passed_over_and_what_cannot_be_read_is_named() {
    let unknown =
        answer("Content-Type: text/html\r\nContent-Encoding: dcb\r\n", b"\x0b\x02\x80abc");
    let cut =
        answer("Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n", b"20\r\n<p>The port");
    let image = answer("Content-Type: image/png\r\n", b"\x89PNG");
    let dns =
        record("response", "dns:quay.test", "text/dns", b"20261101 quay.test. 300 IN A 192.0.2.1");
    for (bytes, told) in [
        (record_of(&unknown), "refused: it is packed with \"dcb\", which is not read"),
        (record_of(&cut), "refused: its last chunk is cut off"),
        (record_of(b"nonsense"), "refused: its HTTP head cannot be read: invalid HTTP version"),
        (record_of(b"HTTP/1.1 200 OK\r\nContent-"), "refused: its HTTP head does not end"),
        (record_of(&image), "passed over: answers that are no pages"),
        (
            record_of(b"HTTP/1.1 404 Not Found\r\n\r\n<p>gone</p>"),
            "passed over: answers of another status than 200",
        ),
        (dns, "passed over: responses of other protocols"),
        (
            record("resource", "https://quay.test/1", "text/css", b"p{}"),
            "passed over: resources that are no pages",
        ),
    ] {
        assert_eq!(read(Kind::Warc, &bytes), format!("byte 0 {told}"));
    }
    let resource =
        record("resource", "https://quay.test/1", "text/html", page("it sank").as_bytes());
    assert_eq!(read(Kind::Warc, &resource), line(0, "1", "it sank"));
}

#[test]
fn what_is_packed_with_any_coding_is_refused_when_broken_or_too_large() {
    let words = page(&"it sank ".repeat(2_000)).into_bytes();
    // Packed, each is some kilobytes; unpacked, more than any page may be.
    let bomb = vec![b'a'; (16 << 20) + 1];
    for (coding, whole, bomb) in [
        ("gzip", packed(&words), packed(&bomb)),
        ("br", brotli(&words), brotli(&bomb)),
        ("zstd", zstd(&words), zstd(&bomb)),
    ] {
        assert!(bomb.len() < 100 << 10, "{coding}: {}", bomb.len());
        let of = |body: &[u8]| {
            let head = format!("Content-Type: text/html\r\nContent-Encoding: {coding}\r\n");
            read(Kind::Warc, &record_of(&answer(&head, body)))
        };
        assert!(of(&whole).starts_with("byte 0 https://quay.test/1"), "{coding}");
        let cut = of(&whole[..whole.len() / 2]);
        assert!(
            cut.starts_with(&format!("byte 0 refused: it cannot be unpacked ({coding}): ")),
            "{cut}"
        );
        let too_large = of(&bomb);
        assert!(too_large.contains("16777217 bytes are too many"), "{coding}: {too_large}");
    }
    // A head that asks for a window of a gigabyte.
    for (coding, greedy) in [
        ("br", &[0x11, 0x1e, 0xff, 0xff][..]),
        ("zstd", &[0x28, 0xb5, 0x2f, 0xfd, 0, 0xa0, 1, 0, 0]),
    ] {
        let head = format!("Content-Type: text/html\r\nContent-Encoding: {coding}\r\n");
        let told = read(Kind::Warc, &record_of(&answer(&head, greedy)));
        assert!(told.starts_with("byte 0 refused: it cannot be unpacked"), "{told}");
    }
}

#[test]
fn the_servers_charset_decides_and_its_nonsense_does_not() {
    let words = "<h1>Häfen</h1><p>Der Hafen dementierte größere Schäden.</p>";
    let (narrow, ..) = encoding_rs::WINDOWS_1252.encode(words);
    for charset in ["windows-1252", "\"iso-8859-1\"", "nonsense"] {
        let answer = answer(&format!("Content-Type: text/html; Charset={charset}\r\n"), &narrow);
        assert!(read(Kind::Warc, &record_of(&answer)).ends_with("größere Schäden."), "{charset}");
    }
}

/// The record with another length than its own.
fn with_length(record: &[u8], length: &str) -> Vec<u8> {
    let written = String::from_utf8(record.to_vec()).expect("UTF-8");
    let own = written.lines().find(|line| line.starts_with("Content-Length: ")).expect("a length");
    written.replacen(own, &format!("Content-Length: {length}"), 1).into_bytes()
}

#[test]
fn a_wrong_length_costs_its_own_record_and_no_other() {
    let good = [response("1", "it sank"), response("3", "it burned")];
    for (length, why) in [
        ("10", "something else than a record follows on its 10 bytes"),
        ("700", "something else than a record follows on its 700 bytes"),
        ("100000", "it ends before the 100000 bytes that it should have"),
        ("99999999999999", "it ends before the 99999999999999 bytes that it should have"),
        ("many", "its Content-Length \"many\" is no number"),
    ] {
        // Longer lengths reach into what follows, which has to be found all the same, where it is near enough.
        let why_packed = why
            .replace("something else than a record follows on its 700", "it ends before the 700");
        let why_packed = match length {
            "700" => format!("{why_packed} that it should have"),
            _ => why_packed,
        };
        let records =
            [good[0].clone(), with_length(&response("2", "it flew"), length), good[1].clone()];
        let starts = starts(&records);
        let told = [
            line(starts[0], "1", "it sank"),
            format!("byte {} refused: {why}", starts[1]),
            line(starts[2], "3", "it burned"),
        ];
        if length != "99999999999999" {
            assert_eq!(read(Kind::Warc, &records.concat()), told.join("\n"), "{length}");
        }
        let members = records.each_ref().map(|record| packed(record));
        let packed_starts = self::starts(&members);
        let told = [
            line(packed_starts[0], "1", "it sank"),
            format!("byte {} refused: {why_packed}", packed_starts[1]),
            line(packed_starts[2], "3", "it burned"),
        ];
        assert_eq!(read(Kind::Warc, &members.concat()), told.join("\n"), "{length}, packed");
    }
}

#[test]
fn a_broken_member_is_named_by_its_byte_and_the_next_one_read() {
    let members = [response("1", "it sank"), response("2", "it flew"), response("3", "it burned")]
        .map(|record| packed(&record));
    let starts = starts(&members);
    let told = |bytes: &[u8]| read(Kind::Warc, bytes);
    let good = [line(starts[0], "1", "it sank"), line(starts[2], "3", "it burned")];
    for at in [12, members[1].len() / 2, members[1].len() - 6, members[1].len() - 1] {
        let mut broken = members.concat();
        broken[starts[1] + at] ^= 0x55;
        let told = told(&broken);
        let lines: Vec<_> = told.lines().collect();
        assert_eq!(lines.len(), 3, "{at}: {told}");
        assert_eq!([lines[0], lines[2]], [&good[0], &good[1]], "{at}");
        assert!(
            lines[1].starts_with(&format!("byte {} refused: ", starts[1])),
            "{at}: {}",
            lines[1]
        );
    }
    // A writer that died, and went on in the same file.
    for kept in [3, 15, members[1].len() / 3, members[1].len() - 2] {
        let cut = [&members[0][..], &members[1][..kept], &members[2][..]].concat();
        let told = told(&cut);
        let lines: Vec<_> = told.lines().collect();
        assert_eq!(lines.len(), 3, "{kept}: {told}");
        assert_eq!(lines[0], good[0]);
        assert!(lines[1].starts_with(&format!("byte {} refused: ", starts[1])), "{kept}: {told}");
        assert_eq!(lines[2], line(starts[1] + kept, "3", "it burned"), "{kept}");
    }
}

#[test]
fn an_archive_that_is_cut_off_says_so_at_its_last_record() {
    let records = records();
    let whole = records.concat();
    let starts = starts(&records);
    for cut in [starts[4] + 20, starts[4] + 400] {
        let told = read(Kind::Warc, &whole[..cut]);
        let lines: Vec<_> = told.lines().collect();
        assert_eq!(lines.len(), 5, "{told}");
        assert!(lines[4].starts_with(&format!("byte {} refused: ", starts[4])), "{told}");
    }
    let told = read(Kind::Warc, &packed(&whole)[..400]);
    assert!(
        told.lines()
            .last()
            .is_some_and(|line| line.starts_with("byte 0 refused: its packed bytes are broken"))
    );
}

#[test]
fn garbage_between_records_is_named_and_padding_is_not() {
    let [first, second] = [response("1", "it sank"), response("3", "it burned")];
    let padded = [&first[..], b"\r\n\r\n\r\n", &second[..], b"\n\n"].concat();
    assert_eq!(read(Kind::Warc, &padded).lines().count(), 2);
    let members = [packed(&first), packed(&second)];
    let zeros = [&members[0][..], &[0; 700], &members[1][..], &[0; 90]].concat();
    assert_eq!(read(Kind::Warc, &zeros).lines().count(), 2);
    let garbage = [&members[0][..], b"what is this", &members[1][..]].concat();
    let told = read(Kind::Warc, &garbage);
    assert_eq!(told.lines().count(), 3, "{told}");
    assert_eq!(
        told.lines().nth(1),
        Some(format!("byte {} refused: no packed member begins here", members[0].len()).as_str())
    );
    assert_eq!(read(Kind::Warc, b"no archive at all\n"), "byte 0 refused: no record begins here");
}

#[test]
fn a_record_that_is_too_large_is_named_and_takes_no_memory() {
    let huge = 40 << 20;
    let head = record("response", "https://quay.test/2", "application/http", b"");
    let head = with_length(&head, &huge.to_string());
    let head = &head[..head.len() - 4];
    let first = response("1", "it sank");
    let content = std::io::Read::take(std::io::repeat(b'a'), huge);
    let last = [b"\r\n\r\n".to_vec(), response("3", "it burned")].concat();
    let front = [&first[..], head].concat();
    let input = std::io::Read::chain(std::io::Read::chain(&front[..], content), &last[..]);
    let input = std::io::BufReader::new(input);
    let mut archive = open(Kind::Warc, input, 0, Mark::default(), None);
    let told = told(&mut *archive);
    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert_eq!(
        lines[1],
        format!(
            "byte {} refused: its {huge} bytes are more than the 16842752 that are read",
            first.len()
        )
    );
    assert!(lines[2].ends_with("that it burned."), "{told}");
}
