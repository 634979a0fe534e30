//! What a revision changes of the one before it → rows.

use super::Context;
use super::located::{Locator, ordinal};
use crate::domain::{Comparison, Span};
use crate::store::rows::document::NewChange;

impl Context<'_> {
    pub(super) fn changes(&self, comparison: &Comparison) -> Vec<NewChange> {
        let earlier = Locator::of_words(&comparison.before);
        let place = |locate: &Locator<'_>, span: Option<Span>| {
            span.and_then(|span| locate.one(span)).map(|it| (it.start, it.end)).unzip()
        };
        let changes = comparison.changes.iter().enumerate().filter_map(|(number, change)| {
            let (before_start, before_end) = place(&earlier, change.before);
            let (after_start, after_end) = place(&self.locate, change.after);
            Some(NewChange {
                ordinal: ordinal(number),
                kind: change.kind.as_str(),
                field: change.before.or(change.after)?.field.as_str(),
                before_start,
                before_end,
                after_start,
                after_end,
            })
        });
        changes.collect()
    }
}
