//! The store: what goes in comes out, whole or not at all, and what must not go in does not.

mod cursors;
mod errors;
mod exports;
mod jobs;
mod lists;
mod revisions;
mod writing;

use claimtrail::domain::view::Page;
use claimtrail::domain::{ActorKind, Stance};

use crate::support::builders::Story;

/// A rumour: somebody says that a ferry sank, and somebody else denies it.
fn rumour(url: &str, time: &str) -> Story {
    let mut story = Story::new(
        url,
        "Dana Orrin said the ferry Mirelle had sunk off Lorne. The Harbour Board denied it.",
    )
    .published(time);
    let dana = story.actor("Dana Orrin", Some(ActorKind::Person));
    let board = story.actor("Harbour Board", Some(ActorKind::Organisation));
    let said =
        story.statement(dana, "Dana Orrin", "said", &["the ferry Mirelle had sunk off Lorne"]);
    story
        .claim("The ferry Mirelle sank off Lorne.")
        .appears_in(Stance::Asserts, "the ferry Mirelle had sunk off Lorne", Some(said))
        .claimed_by(dana)
        .denied_by(board, "denied");
    story
}

/// A plain report of one claim.
fn report(url: &str, time: &str, claim: &str) -> Story {
    let mut story =
        Story::new(url, &format!("It is said that {claim} Nobody knows.")).published(time);
    story.claim(claim).appears(Stance::Reports, claim);
    story
}

/// The ids or texts of a page, for comparing.
fn shown<'p, T, U>(page: &'p Page<T>, what: impl Fn(&'p T) -> U) -> Vec<U> {
    page.items.iter().map(what).collect()
}
