//! A list or feed of any length → its blocks, an item in memory at a time.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Context, Found, LONGEST_BLOCK, blocks, read_unit};

/// Bytes of one item at most: the reviews of one page in a feed.
const LONGEST_ITEM: usize = 16 * LONGEST_BLOCK;

/// The member of a Data Commons feed that holds its items.
const ITEMS: &str = "dataFeedElement";

/// Whether a text that begins so is a list or a feed, whose items can be read one by one.
pub fn is_streamable(head: &str) -> bool {
    head.trim_start_matches('\u{feff}').trim_start().starts_with('[')
        || head.contains(&format!("\"{ITEMS}\""))
}

/// Gives the blocks of a JSON list or Data Commons feed to `each`, until it answers false.
///
/// Unlike [`from_json`](super::from_json) it mends nothing: it ends where the JSON does.
///
/// # Errors
/// The input cannot be read, is no JSON from some place on, or has an item that is too long; the
/// blocks before were given.
pub fn from_reader(
    input: impl Read,
    context: &Context,
    mut each: impl FnMut(Found) -> bool,
) -> io::Result<()> {
    let left = Rc::new(Cell::new(LONGEST_ITEM));
    let mut json =
        serde_json::Deserializer::from_reader(Bounded { inner: input, left: left.clone() });
    let mut go_on = true;
    let mut give = |place: &str, raw: &RawValue| {
        left.set(LONGEST_ITEM);
        let blocks = blocks::read_item(place, raw.get());
        for unit in blocks.units {
            go_on = go_on && each(read_unit(unit, &blocks.ids, context));
        }
        go_on
    };
    match Top(&mut give).deserialize(&mut json) {
        Ok(()) => json.end().map_err(io::Error::from),
        Err(error) => Err(error.into()),
    }
    .or_else(|error| if go_on { Err(error) } else { Ok(()) })
}

/// Ends a read when an item has taken too many bytes.
struct Bounded<R> {
    inner: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.get() == 0 {
            let message = format!("an item of it has more than {LONGEST_ITEM} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let wanted = buffer.len().min(self.left.get());
        let read = self.inner.read(&mut buffer[..wanted])?;
        self.left.set(self.left.get() - read);
        Ok(read)
    }
}

/// Takes the place of an item and its text; false to stop.
type Give<'g> = &'g mut dyn FnMut(&str, &RawValue) -> bool;

/// The list, or the object whose member is one.
struct Top<'g, 'f>(&'g mut (dyn FnMut(&str, &RawValue) -> bool + 'f));

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list or a feed")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        give_items("", items, self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<String>()? {
            if name == ITEMS {
                members.next_value_seed(Items(&mut *self.0))?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// The items of a feed.
struct Items<'g, 'f>(&'g mut (dyn FnMut(&str, &RawValue) -> bool + 'f));

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        give_items(&format!("/{ITEMS}"), items, self.0)
    }
}

fn give_items<'de, A: SeqAccess<'de>>(
    place: &str,
    mut items: A,
    give: Give<'_>,
) -> Result<(), A::Error> {
    let mut number = 0_u64;
    while let Some(item) = items.next_element::<Box<RawValue>>()? {
        if !give(&format!("{place}/{number}"), &item) {
            return Err(serde::de::Error::custom("stopped"));
        }
        number += 1;
    }
    Ok(())
}
