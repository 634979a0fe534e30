//! Items that a page marks with `itemscope` → JSON, as JSON-LD would write them.

use serde_json::{Map, Value};

use super::outline::{Entry, Kind, Outline};

/// Items inside items that are read; a review's rating stands two deep.
const MAX_DEPTH: usize = 12;

/// Characters of a text at most.
const LONGEST_TEXT: usize = 20_000;

/// An item with what it says of itself.
struct Item {
    kinds: Vec<String>,
    properties: Vec<(String, Said)>,
    /// Whether it is the value of another's property.
    inside: bool,
}

enum Said {
    Text(String),
    Item(usize),
}

/// The items of a page that stand by themselves and have this type or hold one that has.
pub fn items_of_type(outline: &Outline, wanted: &str) -> Vec<Value> {
    let mut items: Vec<Item> = Vec::new();
    // The items around an entry: where each ends, and its number.
    let mut around: Vec<(usize, usize)> = Vec::new();
    for (at, entry) in outline.entries.iter().enumerate().filter(|(_, entry)| entry.is_element()) {
        while around.last().is_some_and(|(end, _)| *end <= at) {
            around.pop();
        }
        let holder = around.last().map(|(_, item)| *item);
        let names: Vec<&str> =
            entry.attribute("itemprop").unwrap_or("").split_ascii_whitespace().collect();
        let holder = holder.filter(|_| !names.is_empty());
        let own = entry.attribute("itemscope").map(|_| {
            let kinds = entry.attribute("itemtype").unwrap_or("").split_ascii_whitespace();
            let kinds = kinds.map(|kind| kind.rsplit(['/', '#']).next().unwrap_or("").to_owned());
            items.push(Item {
                kinds: kinds.collect(),
                properties: Vec::new(),
                inside: holder.is_some(),
            });
            items.len() - 1
        });
        if let Some(holder) = holder.and_then(|holder| items.get_mut(holder)) {
            for name in names {
                let said = match own {
                    Some(item) => Said::Item(item),
                    None => Said::Text(text_of(outline, at, entry)),
                };
                holder.properties.push((name.to_owned(), said));
            }
        }
        around.extend(own.map(|item| (entry.end, item)));
    }
    let is_wanted = |item: &Item| item.kinds.iter().any(|kind| kind.eq_ignore_ascii_case(wanted));
    if !items.iter().any(is_wanted) {
        return Vec::new();
    }
    let alone = items.iter().enumerate().filter(|(_, item)| !item.inside);
    alone.map(|(number, _)| json(&items, number, 0)).collect()
}

fn json(items: &[Item], number: usize, depth: usize) -> Value {
    let Some(item) = items.get(number).filter(|_| depth < MAX_DEPTH) else { return Value::Null };
    let mut object = Map::new();
    if !item.kinds.is_empty() {
        object.insert("@type".to_owned(), one_or_list(item.kinds.iter().cloned().map(Value::from)));
    }
    for (name, said) in &item.properties {
        let value = match said {
            Said::Text(text) => Value::from(text.as_str()),
            Said::Item(item) => json(items, *item, depth + 1),
        };
        match object.get_mut(name) {
            None => {
                object.insert(name.clone(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    Value::Object(object)
}

fn one_or_list(values: impl Iterator<Item = Value>) -> Value {
    let mut values: Vec<Value> = values.collect();
    if values.len() == 1 { values.remove(0) } else { Value::Array(values) }
}

/// What an element says: the attribute that is meant for it, else its text.
fn text_of(outline: &Outline, at: usize, entry: &Entry) -> String {
    let attribute = match entry.name() {
        "a" | "area" | "link" => "href",
        "img" | "audio" | "video" | "source" | "embed" | "iframe" => "src",
        "time" => "datetime",
        "data" | "meter" => "value",
        _ => "content",
    };
    if let Some(value) = entry.attribute("content").or_else(|| entry.attribute(attribute)) {
        return value.chars().take(LONGEST_TEXT).collect();
    }
    let mut text = String::new();
    for entry in outline.entries.iter().take(entry.end).skip(at + 1) {
        if let Kind::Text(contents) = &entry.kind {
            text.push_str(contents);
            if text.len() > 4 * LONGEST_TEXT {
                break;
            }
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_TEXT).collect()
}
