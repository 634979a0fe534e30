//! One archive → its items, each with where it ends in its file.

use std::sync::Arc;

use super::{Item, Position, Step, Unreadable};
use crate::ingest::archive::{Archive, Entry, Found, Number, named_address};

/// How the walk through an archive ended.
pub(super) enum Ended {
    AtEnd,
    Broken,
    /// Whoever takes has enough.
    Stopped,
}

/// The walk through one archive.
pub(super) struct Walk<'t, T> {
    pub file: Arc<str>,
    /// Where it stands in a ZIP.
    pub part: Option<u64>,
    /// Where the last record ended.
    pub last: Position,
    pub take: &'t mut dyn FnMut(Step<T>) -> bool,
}

impl<T> Walk<'_, T> {
    /// Hands out what is in the archive.
    pub fn each_of(&mut self, archive: &mut dyn Archive, read: &dyn Fn() -> u64) -> Ended {
        while let Some(Entry { number, end, found }) = archive.next() {
            self.last = match (self.part, number) {
                // A document that is a file of its own in a ZIP is behind us as a whole.
                (Some(part), Number::Whole) => {
                    Position { part: part + 1, read: read(), ..Position::default() }
                }
                (part, _) => Position {
                    part: part.unwrap_or(0),
                    bytes: end.bytes,
                    records: end.records,
                    read: read(),
                },
            };
            let broken = matches!(found, Found::Broken(_));
            let content = match found {
                Found::Record(mut record) => {
                    if number == Number::Whole
                        && let Some(address) = named_address(&self.file)
                    {
                        record.found_at(address);
                    }
                    Ok(record)
                }
                Found::PassedOver(what) => {
                    if !(self.take)(Step::PassedOver(what, self.last)) {
                        return Ended::Stopped;
                    }
                    continue;
                }
                Found::Refused { reason, line } => Err(Unreadable { reason, line }),
                // Nothing after a broken read can be trusted, so this input ends here.
                Found::Broken(reason) => Err(Unreadable { reason, line: None }),
            };
            let item = Item { file: self.file.clone(), number, end: self.last, content };
            if !(self.take)(Step::Item(item)) {
                return Ended::Stopped;
            }
            if broken {
                return Ended::Broken;
            }
        }
        Ended::AtEnd
    }
}
