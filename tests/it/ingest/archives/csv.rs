//! CSV as spreadsheets, databases and careless programs write it.

use claimtrail::ingest::archive::{Defaults, Found, Kind, Mark, open};

use super::{document, packed, read};

const ROWS: &str = "id,Headline,body,url,Publication Date,author\n\
    1,Port denies,\"The port denied, on Monday,\nthat it was \"\"shut\"\".\",https://quay.test/1,2026-03-02,Ida Moll\n\
    2,Port open,The port said it was open.,https://quay.test/2,nan,\"['Ida Moll', \"\"T. O'Hara\"\"]\"\n";

const TOLD: &str = "2-3 https://quay.test/1 Port denies: The port denied, on Monday,⏎that it was \"shut\".\n\
    4 https://quay.test/2 Port open: The port said it was open.";

#[test]
fn cells_over_several_lines_are_read_whatever_stands_between_them() {
    assert_eq!(read(Kind::Csv, ROWS.as_bytes()), TOLD);
    assert_eq!(read(Kind::Csv, &packed(ROWS.as_bytes())), TOLD);
    assert_eq!(read(Kind::Csv, format!("\u{feff}{}", ROWS.replace('\n', "\r\n")).as_bytes()), TOLD);
    let semicolons =
        "Headline;body;url\nPort denies;The port, it said, is open.;https://quay.test/1\n";
    let told = "2 https://quay.test/1 Port denies: The port, it said, is open.";
    assert_eq!(read(Kind::Csv, semicolons.as_bytes()), told);
    assert_eq!(read(Kind::Csv, semicolons.replace(';', "\t").as_bytes()), told);
}

#[test]
fn lists_of_names_in_a_cell_are_lists_and_nothing_is_nothing() {
    let (head, rows) = ROWS.split_once('\n').expect("rows");
    let second = rows.split_once("2,Port open").expect("the second").1;
    let read = document(Kind::Csv, format!("{head}\n2,Port open{second}").as_bytes());
    assert_eq!(read.authors, ["Ida Moll", "T. O'Hara"]);
    assert_eq!(read.published, None);
}

#[test]
fn other_encodings_are_told_by_their_bytes() {
    let rows = "title,text\nHäfen,\"Der Hafen dementierte, dass er für größere Schiffe geschlossen worden sei.\"\n";
    let told =
        "2 Häfen: Der Hafen dementierte, dass er für größere Schiffe geschlossen worden sei.";
    assert_eq!(read(Kind::Csv, rows.as_bytes()), told);
    let (narrow, ..) = encoding_rs::WINDOWS_1252.encode(rows);
    assert_eq!(read(Kind::Csv, &narrow), told);
    let little: Vec<u8> =
        std::iter::once(0xfeff).chain(rows.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(Kind::Csv, &little), told);
    let big: Vec<u8> =
        std::iter::once(0xfeff).chain(rows.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    assert_eq!(read(Kind::Csv, &big), told);
    let (cyrillic, ..) =
        encoding_rs::KOI8_R.encode("title,text\nПорт,Порт опроверг сообщения о закрытии.\n");
    let mut archive = open(Kind::Csv, &*cyrillic, 0, Mark::default(), Some("koi8-r"));
    let Found::Record(record) = archive.next().expect("a row").found else { panic!("no record") };
    let document = record.read(&Defaults::default()).document.expect("a document").document;
    assert_eq!(document.text, "Порт опроверг сообщения о закрытии.");
}

#[test]
fn bad_rows_are_named_by_line_and_kept_apart_without_names() {
    let rows = "title,text,url\n\
        One,The port denied it.,https://quay.test/1\n\
        Two,The port, they said, denied it.,https://quay.test/2\n\
        \n\
        Three\n\
        Four,The port denied it again.,https://quay.test/4,,,\n\
        Five,,https://quay.test/5\n\
        Six,The port denied it.,no address\n";
    assert_eq!(
        read(Kind::Csv, rows.as_bytes()),
        "2 https://quay.test/1 One: The port denied it.\n\
         3 refused: it has 5 cells where 3 are named\n\
         5 refused: it has 1 cells where 3 are named\n\
         6 https://quay.test/4 Four: The port denied it again.\n\
         7 refused: there is no text in it\n\
         8 refused: \"no address\" is not an address of a document: relative URL without a base"
    );
    let mut archive = open(Kind::Csv, rows.as_bytes(), 0, Mark::default(), None);
    let kept: Vec<String> = std::iter::from_fn(|| archive.next())
        .filter_map(|entry| match entry.found {
            Found::Refused { line, .. } => line,
            Found::Record(record) => record.into_line(),
            _ => None,
        })
        .map(|line| String::from_utf8(line).expect("JSON"))
        .collect();
    assert_eq!(
        kept[1],
        r#"{"cells":["Two","The port"," they said"," denied it.","https://quay.test/2"]}"#
    );
    // Under its names, so that it can be mended and read in again.
    assert_eq!(kept[5], r#"{"text":"The port denied it.","title":"Six","url":"no address"}"#);
}

#[test]
fn a_quotation_mark_that_is_never_closed_takes_no_other_row_with_it() {
    let rows = "title,text\nOne,The port denied it.\nTwo,\"The port denied it.\nThree,The port denied it again.\n";
    assert_eq!(
        read(Kind::Csv, rows.as_bytes()),
        "2 One: The port denied it.\n\
         3 refused: it opens a quotation mark that is closed nowhere\n\
         4 Three: The port denied it again."
    );
}

#[test]
fn a_cell_without_end_is_named_and_the_next_row_read() {
    let mut rows = b"title,text\nOne,\"".to_vec();
    rows.extend(std::iter::repeat_n(b'a', 18 << 20));
    rows.extend_from_slice(b"\"\nTwo,The port denied it.\n");
    let read = read(Kind::Csv, &rows);
    let lines: Vec<_> = read.lines().collect();
    assert!(lines[0].starts_with("2 refused: it is longer than "), "{}", lines[0]);
    assert_eq!(lines[1..], ["3 Two: The port denied it."]);
}

#[test]
fn a_file_without_a_column_of_texts_is_refused_as_a_whole() {
    let read = read(Kind::Csv, b"name,population\nLorne,4000\n");
    assert!(read.starts_with(
        "1 broken: its first row names no column of texts or pages; known are text, maintext"
    ));
}
