//! A JSON text → the `ClaimReview` blocks in it, each with its place and its own text.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::fields::shown;
use super::{Ids, Refusal};
use crate::domain::{Unread, UnreadCode};
use crate::ingest::page::{mend_json, unescape};

/// Blocks are looked for this deep; a feed's stand four deep.
const MAX_DEPTH: usize = 16;

/// Objects that others may refer to, at most.
const MAX_IDS: usize = 2_000;

/// Types that a refusal names, at most.
const NAMED: usize = 4;

/// What a text holds.
pub(super) struct Blocks {
    pub units: Vec<Unit>,
    pub ids: Ids,
}

/// One block, or what stands where one should.
pub(super) struct Unit {
    /// JSON pointer.
    pub place: String,
    pub holds: Result<Held, Refusal>,
}

/// A block with its text.
pub(super) struct Held {
    pub raw: String,
    pub value: Value,
    /// What had to be done to read it.
    pub notes: Vec<Unread>,
}

/// Reads a text that is JSON or nearly so.
pub(super) fn read(text: &str) -> Blocks {
    let mut blocks = Blocks { units: Vec::new(), ids: Ids::new() };
    let error = match serde_json::from_str::<&RawValue>(text) {
        Ok(value) => {
            blocks.look_into(value, &[]);
            return blocks;
        }
        Err(error) => error,
    };
    if text.trim().is_empty() {
        return blocks;
    }
    if blocks.look_into_all(text, &[]) {
        return blocks;
    }
    let mended_note = Unread {
        pointer: String::new(),
        code: UnreadCode::Mended,
        detail: format!("was not JSON and was mended: {error}"),
    };
    let tries =
        [Some(mend_json(text)), text.contains("&quot;").then(|| mend_json(&unescape(text)))];
    for mended in tries.into_iter().flatten() {
        if blocks.look_into_all(&mended, std::slice::from_ref(&mended_note)) {
            return blocks;
        }
    }
    let refusal = Err(Refusal::NotJson(error.to_string()));
    blocks.units.push(Unit { place: String::new(), holds: refusal });
    blocks
}

/// Reads one item of a list or feed.
pub(super) fn read_item(place: &str, raw: &str) -> Blocks {
    let mut blocks = Blocks { units: Vec::new(), ids: Ids::new() };
    blocks.look_into_unit(place, raw, &[]);
    blocks
}

impl Blocks {
    /// Reads the values at the beginning of a text, and tells what stands behind them; false where
    /// there is none.
    fn look_into_all(&mut self, text: &str, notes: &[Unread]) -> bool {
        let mut stream = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
        let mut values = Vec::new();
        let mut end = 0;
        while let Some(Ok(value)) = stream.next() {
            values.push(value);
            end = stream.byte_offset();
        }
        // A number or a word in front of something else is not a block with garbage behind it.
        values.retain(|value| value.get().starts_with(['{', '[']));
        let rest = text.get(end..).unwrap_or_default().trim();
        let mut notes = notes.to_vec();
        if !rest.is_empty() {
            notes.push(Unread {
                pointer: String::new(),
                code: UnreadCode::TrailingGarbage,
                detail: format!("is followed by {}, which is no JSON", shown(rest)),
            });
        }
        let found = !values.is_empty();
        for value in values {
            self.look_into(value, &notes);
        }
        found
    }

    /// Looks into a whole text: each item of a list or feed is a unit of its own.
    fn look_into(&mut self, value: &RawValue, notes: &[Unread]) {
        let items = |place: &str, list: &RawValue| -> Vec<(String, String)> {
            let items: Vec<&RawValue> = serde_json::from_str(list.get()).unwrap_or_default();
            let places = (0..).map(|number: usize| format!("{place}/{number}"));
            places.zip(items.iter().map(|item| item.get().to_owned())).collect()
        };
        if value.get().starts_with('[') {
            for (place, item) in items("", value) {
                self.look_into_unit(&place, &item, notes);
            }
            return;
        }
        let feed = members(value.get())
            .and_then(|members| members.into_iter().find(|(name, _)| name == "dataFeedElement"))
            .filter(|(_, list)| list.get().starts_with('['));
        match feed {
            Some((name, list)) => {
                for (place, item) in items(&format!("/{name}"), list) {
                    self.look_into_unit(&place, &item, notes);
                }
            }
            None => self.look_into_unit("", value.get(), notes),
        }
    }

    fn look_into_unit(&mut self, place: &str, raw: &str, notes: &[Unread]) {
        if raw.contains("\"@id\"")
            && let Ok(value) = serde_json::from_str(raw)
        {
            self.collect_ids(&value, 0);
        }
        let before = self.units.len();
        let mut others = Vec::new();
        self.walk(place, raw, notes, &mut others, 0);
        if self.units.len() == before {
            others.dedup();
            others.truncate(NAMED);
            let what = match others.is_empty() {
                false => others.join(", "),
                true => kind_of(raw).to_owned(),
            };
            let holds = Err(Refusal::NotAReview(what));
            self.units.push(Unit { place: place.to_owned(), holds });
        }
    }

    /// Adds every block at or below `raw`; a block inside a block belongs to it.
    fn walk(
        &mut self,
        place: &str,
        raw: &str,
        notes: &[Unread],
        others: &mut Vec<String>,
        depth: usize,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        if raw.starts_with('[') {
            let items: Vec<&RawValue> = serde_json::from_str(raw).unwrap_or_default();
            for (number, item) in items.into_iter().enumerate() {
                self.walk(&format!("{place}/{number}"), item.get(), notes, others, depth + 1);
            }
            return;
        }
        let Some(members) = members(raw) else { return };
        let types = members.iter().find(|(name, _)| name == "@type");
        let types = types.map(|(_, types)| types_of(types.get())).unwrap_or_default();
        if types.iter().any(|name| name.eq_ignore_ascii_case("ClaimReview")) {
            let holds = match serde_json::from_str(raw) {
                Ok(value) => Ok(Held { raw: raw.to_owned(), value, notes: notes.to_vec() }),
                Err(error) => Err(Refusal::NotJson(error.to_string())),
            };
            self.units.push(Unit { place: place.to_owned(), holds });
            return;
        }
        others.extend(types);
        for (name, value) in members {
            let name = name.replace('~', "~0").replace('/', "~1");
            self.walk(&format!("{place}/{name}"), value.get(), notes, others, depth + 1);
        }
    }

    fn collect_ids(&mut self, value: &Value, depth: usize) {
        if depth > MAX_DEPTH || self.ids.len() >= MAX_IDS {
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.collect_ids(item, depth + 1)),
            Value::Object(object) => {
                // A reference alone is not the thing that it names.
                if let (Some(Value::String(id)), true) = (object.get("@id"), object.len() > 1) {
                    self.ids.entry(id.clone()).or_insert_with(|| value.clone());
                }
                object.values().for_each(|member| self.collect_ids(member, depth + 1));
            }
            _ => {}
        }
    }
}

/// The members of an object, in their order.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

fn members(raw: &str) -> Option<Vec<(String, &RawValue)>> {
    if !raw.starts_with('{') {
        return None;
    }
    serde_json::from_str(raw).ok().map(|Members(members)| members)
}

/// The types of an object, without the address of their vocabulary.
fn types_of(raw: &str) -> Vec<String> {
    let named = match serde_json::from_str(raw) {
        Ok(Value::String(name)) => vec![name],
        Ok(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    let bare = |name: String| name.rsplit(['/', '#', ':']).next().unwrap_or("").to_owned();
    named.into_iter().map(bare).map(|name| name.chars().take(80).collect()).collect()
}

fn kind_of(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'{') => "an object without a @type",
        Some(b'[') => "a list without one",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}
