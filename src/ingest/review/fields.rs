//! Members of a block → texts, times, numbers and addresses, with a note of each that is none.

use serde_json::{Map, Value};
use url::Url;

use super::{Ids, LONGEST_TEXT};
use crate::domain::{DateTimePrecision, StatedTime, Unread, UnreadCode};
use crate::ingest::page::{read_time, unescape};
use crate::ingest::{parse_published, parse_url};

/// Items of a list that are read, at most.
const MAX_ITEMS: usize = 100;

/// Objects and lists that a text may stand in.
const MAX_DEPTH: usize = 4;

/// Bytes of an address at most, where nothing is found by it.
const LONGEST_ADDRESS: usize = 8_192;

/// The vocabulary's address, as members written out in full begin.
const VOCABULARIES: [&str; 3] = ["schema:", "http://schema.org/", "https://schema.org/"];

/// Part of a block and where it stands.
#[derive(Clone)]
pub(super) struct Node<'v> {
    pub value: &'v Value,
    pub pointer: String,
}

/// Reads the members of one block.
pub(super) struct Fields<'v> {
    ids: &'v Ids,
    /// What an address without its beginning is completed with.
    pub base: Option<Url>,
    pub unread: Vec<Unread>,
}

impl<'v> Fields<'v> {
    pub fn new(ids: &'v Ids, unread: Vec<Unread>) -> Self {
        Fields { ids, base: None, unread }
    }

    pub fn tell(&mut self, pointer: &str, code: UnreadCode, detail: impl Into<String>) {
        let detail = detail.into().replace('\0', "\u{fffd}");
        self.unread.push(Unread { pointer: pointer.to_owned(), code, detail });
    }

    pub fn missing(&mut self, pointer: &str) {
        self.tell(pointer, UnreadCode::Missing, "is not there");
    }

    /// A member of an object; `null` is none.
    pub fn member(&self, node: &Node<'v>, name: &str) -> Option<Node<'v>> {
        let object = node.value.as_object()?;
        let (name, value) = find_member(object, name)?;
        let name = name.replace('~', "~0").replace('/', "~1");
        let at = Node { value, pointer: format!("{}/{name}", node.pointer) };
        (!value.is_null()).then(|| self.follow(at))
    }

    /// What a reference names, where something of the text does.
    fn follow(&self, node: Node<'v>) -> Node<'v> {
        let reference = node.value.as_object().filter(|object| object.len() == 1);
        let named = reference
            .and_then(|object| object.get("@id")?.as_str())
            .and_then(|id| self.ids.get(id));
        Node { value: named.unwrap_or(node.value), pointer: node.pointer }
    }

    /// The items of a list, or the one thing that is none.
    pub fn each(&mut self, node: Node<'v>) -> Vec<Node<'v>> {
        let Value::Array(items) = node.value else { return vec![node] };
        if items.len() > MAX_ITEMS {
            let detail = format!("has {} items; {MAX_ITEMS} are read", items.len());
            self.tell(&node.pointer, UnreadCode::TooMany, detail);
        }
        let items = items.iter().enumerate().take(MAX_ITEMS);
        items
            .map(|(number, value)| {
                self.follow(Node { value, pointer: format!("{}/{number}", node.pointer) })
            })
            .collect()
    }

    /// A text, letter for letter; an object's is its `@value`, `text` or `name`, a list's its first.
    pub fn text(&mut self, node: &Node<'v>) -> Option<String> {
        self.text_below(node, 0)
    }

    /// References may lead round in a circle, so that the depth of the block is no bound.
    fn text_below(&mut self, node: &Node<'v>, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            self.tell(&node.pointer, UnreadCode::WrongType, "stands too deep");
            return None;
        }
        match node.value {
            Value::String(text) if text.trim().is_empty() => {
                self.tell(&node.pointer, UnreadCode::Empty, "says nothing");
                None
            }
            Value::String(text) if text.chars().nth(LONGEST_TEXT).is_some() => {
                let detail = format!("has more than {LONGEST_TEXT} characters");
                self.tell(&node.pointer, UnreadCode::TooLong, detail);
                None
            }
            Value::String(text) => Some(text.replace('\0', "\u{fffd}")),
            Value::Number(number) => Some(number.to_string()),
            Value::Object(_) => {
                let part = ["@value", "text", "name"].iter().find_map(|it| self.member(node, it));
                match part.filter(|part| !part.value.is_object()) {
                    Some(part) => self.text_below(&part, depth + 1),
                    None => {
                        let detail = "is an object without a text or name";
                        self.tell(&node.pointer, UnreadCode::WrongType, detail);
                        None
                    }
                }
            }
            Value::Array(items) => {
                let [first, rest @ ..] = items.as_slice() else {
                    self.tell(&node.pointer, UnreadCode::Empty, "is an empty list");
                    return None;
                };
                if !rest.is_empty() {
                    let detail = format!("has {} items; the first is read", items.len());
                    self.tell(&node.pointer, UnreadCode::TooMany, detail);
                }
                let first =
                    self.follow(Node { value: first, pointer: format!("{}/0", node.pointer) });
                match first.value {
                    Value::Array(_) => {
                        self.tell(&first.pointer, UnreadCode::WrongType, "is a list in a list");
                        None
                    }
                    _ => self.text_below(&first, depth + 1),
                }
            }
            Value::Bool(_) | Value::Null => {
                self.tell(&node.pointer, UnreadCode::WrongType, "is no text");
                None
            }
        }
    }

    /// The text of a member as readers see it: on one line, entities resolved once.
    pub fn line(&mut self, node: &Node<'v>, name: &str) -> Option<String> {
        let member = self.member(node, name)?;
        self.text(&member).map(|text| one_line(&text)).filter(|line| !line.is_empty())
    }

    /// A time; one that tells a clock without a zone is known to the day.
    pub fn time(&mut self, node: &Node<'v>) -> Option<StatedTime> {
        let text = self.text(node)?;
        let known = read_time(&text).map(|time| time.stated);
        let time = known.or_else(|| parse_published(&text).ok());
        match time {
            None => {
                let detail = format!("{} is no time", shown(&text));
                self.tell(&node.pointer, UnreadCode::NotATime, detail);
            }
            Some(time)
                if time.precision == DateTimePrecision::Day
                    && text.contains(':')
                    && !text.contains("00:00") =>
            {
                let detail = format!("{} has no zone; the day is read", shown(&text));
                self.tell(&node.pointer, UnreadCode::NoZone, detail);
            }
            Some(_) => {}
        }
        time
    }

    /// The time of the first of these members that has one; the first is missed where none is there.
    pub fn time_of(&mut self, node: &Node<'v>, names: &[&str]) -> Option<StatedTime> {
        let told: Vec<_> = names.iter().filter_map(|name| self.member(node, name)).collect();
        if told.is_empty() {
            let name = names.first().copied().unwrap_or_default();
            self.missing(&format!("{}/{name}", node.pointer));
        }
        told.iter().find_map(|member| self.time(member))
    }

    /// A number, also in words such as `"4"`, `"4,5"` and `"4/5"`, of which the last tells the best
    /// rating too.
    pub fn number(&mut self, node: &Node<'v>) -> Option<(f64, Option<f64>)> {
        if let Some(number) = node.value.as_f64() {
            return Some((number, None));
        }
        let text = self.text(node)?;
        let found = match text.split_once('/') {
            Some((value, best)) => decimal(value).zip(decimal(best).map(Some)),
            None => decimal(&text).map(|value| (value, None)),
        };
        if found.is_none() {
            let detail = format!("{} is no number", shown(&text));
            self.tell(&node.pointer, UnreadCode::NotANumber, detail);
        }
        found
    }

    /// An address, completed where it has lost its beginning and something tells it.
    pub fn address(&mut self, node: &Node<'v>, longest: Longest) -> Option<String> {
        let text = self.text(node)?;
        let text = text.trim();
        let limit = if longest == Longest::Kept { LONGEST_ADDRESS } else { usize::MAX };
        if text.len() > limit {
            let detail = format!("has {} bytes; at most {limit} are kept", text.len());
            self.tell(&node.pointer, UnreadCode::TooLong, detail);
            return None;
        }
        let whole = match longest {
            Longest::Kept => Url::parse(text)
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host()),
            Longest::Found => parse_url(text).ok(),
        };
        if let Some(url) = whole {
            return Some(if longest == Longest::Kept { text.to_owned() } else { url.into() });
        }
        let completed = match Url::parse(text) {
            Ok(_) => None,
            Err(_) if text.starts_with("//") => parse_url(&format!("https:{text}")).ok(),
            Err(_) if begins_with_host(text) => parse_url(&format!("https://{text}")).ok(),
            // What a claimant's page stands on is not the publisher's site.
            Err(_) if text.starts_with('/') && longest == Longest::Found => {
                let base = self.base.as_ref();
                base.and_then(|base| parse_url(base.join(text).ok()?.as_str()).ok())
            }
            Err(_) => None,
        };
        let shown = shown(text);
        match completed {
            Some(url) => {
                let detail = format!("{shown} has no beginning; read as {url}");
                self.tell(&node.pointer, UnreadCode::RelativeAddress, detail);
                Some(url.into())
            }
            None if text.starts_with('/') => {
                let detail = format!("{shown} has no beginning, and nothing tells it");
                self.tell(&node.pointer, UnreadCode::RelativeAddress, detail);
                None
            }
            None => {
                let detail = format!("{shown} is no http or https address that can be kept");
                self.tell(&node.pointer, UnreadCode::NotAnAddress, detail);
                None
            }
        }
    }
}

/// What an address is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Longest {
    /// To be shown, letter for letter.
    Kept,
    /// To be found by, in the form that documents are known by.
    Found,
}

fn find_member<'v>(object: &'v Map<String, Value>, name: &str) -> Option<(String, &'v Value)> {
    if let Some(value) = object.get(name) {
        return Some((name.to_owned(), value));
    }
    VOCABULARIES.iter().find_map(|vocabulary| {
        let name = format!("{vocabulary}{name}");
        object.get(&name).map(|value| (name, value))
    })
}

/// Text on one line, with the entities that stand in it resolved once: what was escaped twice stays
/// escaped once, so that no tag comes of it.
pub(super) fn one_line(text: &str) -> String {
    unescape(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of a text, in marks, for a note.
pub(super) fn shown(text: &str) -> String {
    let mut line = one_line(text);
    if let Some((end, _)) = line.char_indices().nth(80) {
        line.truncate(end);
        line.push('…');
    }
    format!("“{line}”")
}

fn decimal(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Whether the text begins as `quay.test` and `quay.test/…` do.
fn begins_with_host(text: &str) -> bool {
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let named = |part: &str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    let letters = |part: &str| part.len() > 1 && part.chars().all(char::is_alphabetic);
    host.contains('.') && host.split('.').all(named) && host.rsplit('.').next().is_some_and(letters)
}
