//! Every named rule of the schema with something it must refuse.

mod actors;
mod claims;
mod documents;
mod queues;
mod reviews;
mod statements;

/// A table, a rule of it, and a change that the rule must refuse. `{t}` stands for the rule's table.
pub type Refused = (&'static str, &'static str, &'static str);

/// Each rule of the schema, with a change that it must refuse.
pub fn refused() -> impl Iterator<Item = &'static Refused> {
    let tables = [
        actors::REFUSED,
        claims::REFUSED,
        documents::REFUSED,
        queues::REFUSED,
        reviews::REFUSED,
        statements::REFUSED,
    ];
    tables.into_iter().flatten()
}
