//! XML → its elements and texts, in order, with the names around them.

use std::ops::ControlFlow;

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};

use super::FeedError;

/// Elements may stand inside each other this deeply; feeds need ten, lists of feeds a few more.
const MAX_DEPTH: usize = 100;

/// What comes next.
pub(super) enum Step<'s> {
    /// The element that the path ends with begins, with these attributes.
    Open(&'s [(String, String)]),
    /// Characters directly inside it. One text may come in several pieces.
    Text(&'s str),
    /// It ends.
    Close,
}

/// Hands out what stands in `xml`, each with the local names from the root down and the line it
/// stands on, until `visit` has seen enough.
///
/// Entities of its own are not opened, and what they stand for is not fetched: they stay as written.
///
/// # Errors
/// [`FeedError::Broken`].
pub(super) fn walk(
    xml: &str,
    mut visit: impl FnMut(&[String], usize, Step<'_>) -> ControlFlow<()>,
) -> Result<(), FeedError> {
    let mut reader = reader(xml);
    let mut path: Vec<String> = Vec::new();
    let mut lines = Lines::of(xml);
    loop {
        let event = reader.read_event();
        let line = lines.at(reader.buffer_position());
        let event = event.map_err(|error| FeedError::broken(format!("line {line}: {error}")))?;
        let flow = match event {
            Event::Start(start) | Event::Empty(start) if path.len() >= MAX_DEPTH => {
                let name = local_name(&start);
                return Err(FeedError::broken(format!(
                    "line {line}: {name} stands inside more than {MAX_DEPTH} elements"
                )));
            }
            Event::Start(start) => {
                path.push(local_name(&start));
                visit(&path, line, Step::Open(&attributes(&start)))
            }
            Event::Empty(start) => {
                path.push(local_name(&start));
                let mut flow = visit(&path, line, Step::Open(&attributes(&start)));
                if flow.is_continue() {
                    flow = visit(&path, line, Step::Close);
                }
                path.pop();
                flow
            }
            Event::End(_) => {
                let flow = visit(&path, line, Step::Close);
                path.pop();
                flow
            }
            Event::Text(text) => visit(&path, line, Step::Text(&String::from_utf8_lossy(&text))),
            Event::CData(text) => visit(&path, line, Step::Text(&String::from_utf8_lossy(&text))),
            Event::GeneralRef(reference) => {
                let name = String::from_utf8_lossy(&reference).into_owned();
                let character = reference.resolve_char_ref().ok().flatten();
                let text = match (character, resolve_predefined_entity(&name)) {
                    (Some(character), _) => character.to_string(),
                    (None, Some(text)) => text.to_owned(),
                    (None, None) => format!("&{name};"),
                };
                visit(&path, line, Step::Text(&text))
            }
            Event::Eof => {
                return match path.last() {
                    None => Ok(()),
                    Some(open) => Err(FeedError::broken(format!("it ends inside {open}"))),
                };
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {
                ControlFlow::Continue(())
            }
        };
        if flow.is_break() {
            return Ok(());
        }
    }
}

/// The local name of the outermost element; `None` where there is none to be read.
pub(super) fn root(xml: &str) -> Option<String> {
    let mut name = None;
    // What is broken behind it does not matter here.
    let _ = walk(xml, |path, _, _| {
        name = path.first().cloned();
        if name.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    name
}

fn reader(xml: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(xml);
    // Addresses with a bare `&` in them are the most common fault of all.
    reader.config_mut().allow_dangling_amp = true;
    reader
}

fn local_name(start: &BytesStart<'_>) -> String {
    String::from_utf8_lossy(start.local_name().as_ref()).into_owned()
}

fn attributes(start: &BytesStart<'_>) -> Vec<(String, String)> {
    let mut found = start.attributes();
    found
        .with_checks(false)
        .flatten()
        .map(|attribute| {
            let name = String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned();
            let written = String::from_utf8_lossy(&attribute.value);
            let value = unescape(&written).map_or_else(|_| written.to_string(), Into::into);
            (name, value)
        })
        .collect()
}

/// Counts lines, forwards only.
struct Lines<'x> {
    xml: &'x [u8],
    counted: usize,
    line: usize,
}

impl<'x> Lines<'x> {
    fn of(xml: &'x str) -> Self {
        Lines { xml: xml.as_bytes(), counted: 0, line: 1 }
    }

    fn at(&mut self, position: u64) -> usize {
        let position = usize::try_from(position).unwrap_or(usize::MAX).min(self.xml.len());
        if position > self.counted {
            self.line += memchr::memchr_iter(b'\n', &self.xml[self.counted..position]).count();
            self.counted = position;
        }
        self.line
    }
}
