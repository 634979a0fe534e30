//! The store: what goes in comes out, whole or not at all, and what must not go in does not.

mod actors;
mod addresses;
mod concurrency;
mod cursors;
mod errors;
mod exports;
mod feeds;
mod interleavings;
mod jobs;
mod lists;
mod origins;
mod reading;
mod redaction;
mod reprocess;
mod revisions;
mod same;
mod writing;

use claimtrail::domain::view::Page;
use claimtrail::domain::{ActorKind, Stance};

use crate::support::builders::Story;

/// Live summaries that say something else than the live evidence, counted anew.
const WRONG_SUMMARIES: &str = "
    (select claim_id from claim_summaries s full join (
         select e.claim_id, count(*) filter (where not e.against) as appearances,
                count(*) filter (where e.against) as rebuttals,
                count(distinct r.document_id) as documents, count(distinct d.outlet_id) as outlets,
                count(distinct coalesce(o.origin_id, r.document_id)) as origins,
                min(e.stated_at) as first_stated_at, max(e.stated_at) as last_stated_at,
                max(e.confidence) as confidence
           from (select claim_id, revision_id, stated_at, confidence, false as against
                   from appearances where superseded_at is null
                 union all
                 select x.claim_id, n.revision_id, x.stated_at, n.confidence, true
                   from rebuttals x join denials n on n.id = x.denial_id
                  where x.superseded_at is null) e
           join document_revisions r on r.id = e.revision_id
           join documents d on d.id = r.document_id
           left join revision_origins o on o.revision_id = e.revision_id
          group by e.claim_id) c using (claim_id)
      where s.superseded_at is null
        and (s.appearances, s.rebuttals, s.documents, s.outlets, s.origins, s.confidence) is distinct from
            (coalesce(c.appearances, 0), coalesce(c.rebuttals, 0), coalesce(c.documents, 0),
             coalesce(c.outlets, 0), coalesce(c.origins, 0), coalesce(c.confidence, 0))
         or s.superseded_at is null and (s.first_stated_at, s.last_stated_at) is distinct from
            (c.first_stated_at, c.last_stated_at)) wrong";

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
