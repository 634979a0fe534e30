//! Rows → CSV as RFC 4180 has it: commas, CRLF, quotes where needed, UTF-8 without a byte order mark.
//!
//! # Cells
//! - What is unknown is an empty cell. Times are RFC 3339 in UTC, numbers have a decimal point,
//!   and neither is ever marked.
//! - A list is one cell: its items joined by `; `. A `;` or `\` inside an item has a `\` before
//!   it, so that the cell can be taken apart again.
//! - A text that a spreadsheet could run as a formula (it begins with `=`, `+`, `-`, `@`, their
//!   full-width forms, a tab, a carriage return or a line feed) has a `'` before it. So has a text that
//!   begins with `'`: taking one leading `'` off every text cell gives the words back, always.

use chrono::{DateTime, SecondsFormat, Utc};
use csv::{Terminator, WriterBuilder};

use super::Error;

/// Values that fill a row of a table.
pub trait Record: Sized {
    /// The columns, in their order: names stay, new ones come last.
    fn columns() -> Vec<Column<Self>>;
}

/// One column of a table of `R`.
pub struct Column<R> {
    /// Its name, in snake case.
    pub name: &'static str,
    pub(super) cell: fn(&R) -> Cell,
}

/// What stands in one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell(String);

impl Cell {
    /// Words from outside, made safe.
    pub fn text(words: &str) -> Self {
        Cell(safe(words))
    }

    /// Words from outside that may be missing.
    pub fn text_or_empty(words: Option<&str>) -> Self {
        Cell::text(words.unwrap_or_default())
    }

    /// A value of ours that cannot begin as a formula does: an id, a time, a number from 0 up, a
    /// word of a closed list.
    pub fn plain(value: impl std::fmt::Display) -> Self {
        Cell(value.to_string())
    }

    /// [`Cell::plain`] of a value that may be missing.
    pub fn plain_or_empty(value: Option<impl std::fmt::Display>) -> Self {
        Cell(value.map(|value| value.to_string()).unwrap_or_default())
    }

    /// A moment.
    pub fn time(time: Option<DateTime<Utc>>) -> Self {
        Cell(time.map(|t| t.to_rfc3339_opts(SecondsFormat::AutoSi, true)).unwrap_or_default())
    }

    /// Items that are words from outside, or stand beside such a list item for item.
    pub fn list<I: AsRef<str>>(items: impl IntoIterator<Item = I>) -> Self {
        let mut joined = String::new();
        for (number, item) in items.into_iter().enumerate() {
            if number > 0 {
                joined.push_str("; ");
            }
            for c in item.as_ref().chars() {
                if matches!(c, ';' | '\\') {
                    joined.push('\\');
                }
                joined.push(c);
            }
        }
        Cell(safe(&joined))
    }
}

/// The words, with a `'` before them where they begin as a formula does, or with a `'`.
fn safe(words: &str) -> String {
    const RISKY: [char; 12] = [
        '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\t', '\r', '\n', '\'',
    ];
    if words.starts_with(RISKY) { format!("'{words}") } else { words.to_owned() }
}

/// The header line of the table of `R`.
///
/// # Errors
/// Never in practice: names are short.
pub fn header<R: Record>() -> Result<Vec<u8>, Error> {
    write([R::columns().iter().map(|column| column.name.to_owned()).collect::<Vec<_>>()])
}

/// The lines of these rows, without the header.
///
/// # Errors
/// A row has no CSV form.
pub fn lines<R: Record>(rows: &[R]) -> Result<Vec<u8>, Error> {
    let columns = R::columns();
    write(rows.iter().map(|row| columns.iter().map(|column| (column.cell)(row).0)))
}

fn write<L>(lines: impl IntoIterator<Item = L>) -> Result<Vec<u8>, Error>
where
    L: IntoIterator<Item = String>,
{
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for line in lines {
        writer.write_record(line)?;
    }
    writer.into_inner().map_err(|error| Error::Write(error.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_begins_as_a_formula_is_marked_and_the_mark_comes_off() {
        for words in [
            "=HYPERLINK(\"https://x.test\",\"see\")",
            "+1 source",
            "@desk",
            "\t=1",
            "-5",
            "\r=1",
            "\n=1",
            "\u{ff1d}1+1",
            "'=1",
            "'quoted' already",
        ] {
            let Cell(cell) = Cell::text(words);
            assert_eq!(cell, format!("'{words}"));
        }
        for words in ["", "a=b", "5 - 3", "\u{201c}=1\u{201d}", " =1"] {
            assert_eq!(Cell::text(words).0, words);
        }
    }

    #[test]
    fn numbers_and_times_are_not_marked() {
        assert_eq!(Cell::plain(0.25f32).0, "0.25");
        assert_eq!(Cell::plain_or_empty(None::<i32>).0, "");
        let time =
            DateTime::parse_from_rfc3339("2026-03-02T10:00:00.000120+02:00").expect("a time");
        assert_eq!(Cell::time(Some(time.to_utc())).0, "2026-03-02T08:00:00.000120Z");
    }

    #[test]
    fn items_can_be_told_apart_whatever_is_in_them() {
        let items = ["=Norda; evening", "C:\\news", "; ", ""];
        assert_eq!(Cell::list(items).0, r"'=Norda\; evening; C:\\news; \; ; ");
        assert_eq!(Cell::list([""; 0]).0, "");
    }
}
