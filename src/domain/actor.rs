//! Who speaks or is spoken of.

use serde::{Deserialize, Serialize};

use super::{ActorIndex, Span};

/// What an actor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A human being.
    Person,
    /// A company, party, agency, ministry, university …
    Organisation,
    /// A state's government, also behind its country, capital or palace.
    Government,
    /// Several people without a body of their own: "officials", "residents".
    Group,
    /// Whoever publishes: a paper, an agency, a broadcaster.
    Outlet,
}

impl ActorKind {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            ActorKind::Person => "person",
            ActorKind::Organisation => "organisation",
            ActorKind::Government => "government",
            ActorKind::Group => "group",
            ActorKind::Outlet => "outlet",
        }
    }
}

/// One actor of one document, with everything the document calls it.
#[derive(Debug, Clone, PartialEq)]
pub struct Actor {
    /// The fullest name in the document.
    pub name: String,
    /// What it is; `None` where the document does not tell.
    pub kind: Option<ActorKind>,
    /// Offices and titles, as worded: "Foreign Minister".
    pub roles: Vec<String>,
    /// Other names and descriptions used for it, without pronouns, in order of first use.
    pub aliases: Vec<String>,
    /// The state it belongs to or stands for, where the document tells: ISO 3166-1 alpha-2, or `XK`.
    pub country: Option<String>,
    /// The actor it speaks for: a ministry for its government, a spokesman for a ministry.
    pub speaks_for: Option<ActorIndex>,
    /// Where it is mentioned, in order of place; pronouns included.
    pub mentions: Vec<Span>,
}
