//! How many independent origins a claim has: copies of one text count once, now and at every past moment.

use claimtrail::domain::view::StoredDocument;
use claimtrail::domain::{ActorKind, ClaimId, Stance, Status};
use claimtrail::store::{Pool, claims};
use futures_util::future::join_all;

use super::WRONG_SUMMARIES;
use crate::support::builders::{Story, at};
use crate::support::database::TestDatabase;

const CLAIM: &str = "The old pier was sold.";

const AGENCY: &str = "LORNE, 3 March (AFP) - The harbour board of Lorne denied on Monday that the old pier was sold to a \
    shipping company from abroad. A spokeswoman said the board had held no talks with any buyer and would keep the gates \
    open for the fishing fleet through the winter. Reports of a sale had spread since Saturday, when a local radio station \
    quoted an unnamed clerk. The mayor called for calm and said that the town would publish every contract of the past two \
    years. Fishermen who had gathered at the gates went home in the evening.";

const REWRITES: [&str; 2] = [
    "Nobody has bought anything at Lorne, the owners insist. After a weekend of gossip about how the old pier was sold, which \
     began on a morning show, the board that runs the docks went before cameras to say that there was neither an offer nor \
     a price. Angry crews had blocked the road for hours and left once they were told that contracts would be laid open.",
    "Our reporter walked the quay of Lorne this morning. The rumour that the old pier was sold is on every tongue here, and \
     hardly anybody believes what the board put out last night. An old skipper shows a letter which, he says, proves that \
     surveyors came twice in February. The board did not want to comment on it when we called them at noon.",
];

/// A document of its own outlet that reports the claim.
fn article(number: usize, text: &str) -> Story {
    let mut story = Story::new(&format!("https://outlet{number}.test/pier"), text);
    story.claim(CLAIM).appears(Stance::Reports, "the old pier was sold");
    story
}

/// The agency's text as the nth outlet prints it.
fn copy(number: usize) -> Story {
    let edited = match number % 5 {
        0 => AGENCY.to_owned(),
        1 => AGENCY.replace("LORNE, 3 March (AFP) - ", ""),
        2 => AGENCY
            .replace("shipping company", "shipping firm")
            .replace("through the winter", "all winter"),
        3 => {
            AGENCY.replace(" Fishermen who had gathered at the gates went home in the evening.", "")
        }
        _ => format!("{AGENCY} More on this story as it comes in from our partners."),
    };
    article(number, &edited)
}

async fn counts(pool: &Pool, stored: &StoredDocument) -> (i32, i32, i32) {
    of_claim(pool, stored.claims_appeared[0]).await
}

async fn of_claim(pool: &Pool, claim: ClaimId) -> (i32, i32, i32) {
    let claim = claims::find(&mut pool.get().await.unwrap(), claim, None).await.unwrap();
    (claim.documents, claim.outlets, claim.origins)
}

async fn assert_sums(database: &TestDatabase) {
    let client = database.client().await;
    let wrong = client.query(&format!("select * from {WRONG_SUMMARIES}"), &[]).await.unwrap();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[tokio::test]
async fn ten_outlets_that_print_one_text_are_one_origin_and_rewrites_are_more() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let first = copy(0).store(&pool).await.unwrap();
    for number in 1..10 {
        copy(number).store(&pool).await.unwrap();
    }
    assert_eq!(counts(&pool, &first).await, (10, 10, 1));
    for (number, text) in REWRITES.iter().enumerate() {
        article(10 + number, text).store(&pool).await.unwrap();
    }
    assert_eq!(counts(&pool, &first).await, (12, 12, 3));
    assert_sums(&database).await;
}

#[tokio::test]
async fn a_copy_of_the_text_that_denies_does_not_dispute_it_and_another_text_does() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    // The agency tells who says so and who denies it; each outlet prints both.
    let both = |number: usize| {
        let mut story = copy(number).published(&format!("2026-03-{:02}T08:00:00Z", 3 + number));
        let clerk = story.actor("an unnamed clerk", None);
        let board = story.actor("The harbour board", Some(ActorKind::Organisation));
        let said = story.statement(clerk, "an unnamed clerk", "quoted", &["the old pier was sold"]);
        let claim = story.claim(CLAIM).claimed_by(clerk);
        claim
            .appears_in(Stance::Asserts, "the old pier was sold", Some(said))
            .denied_by(board, "denied");
        story
    };
    let first = both(0).store(&pool).await.unwrap();
    both(1).store(&pool).await.unwrap();
    both(2).store(&pool).await.unwrap();
    let status = async || {
        let connection = &mut *pool.get().await.unwrap();
        claims::find(connection, first.claims_appeared[0], None).await.unwrap().status
    };
    assert_eq!(status().await, Status::Denied);
    let mut other = Story::new("https://outlet9.test/pier", REWRITES[1]);
    other.claim(CLAIM).appears(Stance::Asserts, "the old pier was sold");
    other.store(&pool).await.unwrap();
    assert_eq!(status().await, Status::Disputed);
    let rules = database
        .client()
        .await
        .query_one("select min(rules), max(rules) from claim_status_events", &[])
        .await
        .unwrap();
    assert_eq!((rules.get::<_, &str>(0), rules.get::<_, &str>(1)), ("3", "3"));
}

/// An article of its own words that says where it was taken from.
fn taken(number: usize, text: &str, from: &str) -> Story {
    let mut story = article(number, text);
    story.document.syndicated_from = Some(from.parse().unwrap());
    story
}

#[tokio::test]
async fn an_article_that_says_whose_it_is_counts_with_that_one_whichever_comes_first() {
    let agency = "https://outlet0.test/pier";
    for order in [[0, 1, 2], [1, 2, 0], [1, 0, 2], [2, 1, 0]] {
        let database = TestDatabase::new().await;
        let pool = database.pool();
        let mut claim = None;
        for number in order {
            let story = match number {
                0 => article(0, AGENCY),
                // Another spelling of the same address.
                1 => taken(1, REWRITES[0], "https://outlet0.test/pier/?utm_source=one"),
                _ => taken(2, REWRITES[1], agency),
            };
            let stored = story.store(&pool).await.unwrap();
            claim = claim.or(stored.claims_appeared.first().copied());
        }
        assert_eq!(of_claim(&pool, claim.unwrap()).await, (3, 3, 1), "{order:?}");
        let methods = "select method from revision_origins order by recorded_at";
        let methods = database.client().await.query(methods, &[]).await.unwrap();
        let methods: Vec<&str> = methods.iter().map(|row| row.get(0)).collect();
        assert_eq!(methods, ["own", "address", "address"], "{order:?}");
        assert_sums(&database).await;
    }
}

#[tokio::test]
async fn two_articles_of_one_that_is_not_stored_are_one_origin_also_at_once_and_others_are_not() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let (one, other) = ("https://agency.test/1", "https://agency.test/2");
    let stories = [
        taken(1, REWRITES[0], one),
        taken(2, REWRITES[1], one),
        taken(3, "They say that the old pier was sold.", other),
    ];
    let stored = join_all(stories.iter().map(|story| story.store(&pool))).await;
    let claim = stored.iter().find_map(|stored| stored.as_ref().unwrap().claims_appeared.first());
    assert_eq!(of_claim(&pool, *claim.unwrap()).await, (3, 3, 2));
    assert_sums(&database).await;
}

#[tokio::test]
async fn copies_that_come_at_once_are_one_origin() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let stories: Vec<Story> = (0..12).map(copy).collect();
    let stored = join_all(stories.iter().map(|story| story.store(&pool))).await;
    let claim = stored.iter().find_map(|stored| stored.as_ref().unwrap().claims_appeared.first());
    assert_eq!(of_claim(&pool, *claim.unwrap()).await, (12, 12, 1));
    assert_sums(&database).await;
}

#[tokio::test]
async fn a_copy_that_is_written_anew_becomes_an_origin_and_the_past_stays_as_it_was() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let first = copy(0).store(&pool).await.unwrap();
    copy(1).store(&pool).await.unwrap();
    assert_eq!(counts(&pool, &first).await, (2, 2, 1));
    let connection = &mut *pool.get().await.unwrap();
    let before = claims::find(connection, first.claims_appeared[0], None).await.unwrap();
    let revised = article(1, REWRITES[0]).store(&pool).await.unwrap();
    assert_eq!(counts(&pool, &first).await, (2, 2, 2));
    let client = database.client().await;
    let row = client
        .query_one(
            "select to_char((superseded_at - interval '1 microsecond') at time zone 'UTC',
                            'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') from revision_origins
              where superseded_at is not null",
            &[],
        )
        .await
        .unwrap();
    let then = at(row.get(0));
    let past = claims::find(connection, first.claims_appeared[0], Some(then)).await.unwrap();
    assert_eq!((past.documents, past.origins), (before.documents, before.origins));
    assert!(revised.claims_vanished.is_empty());
    assert_sums(&database).await;
}

#[tokio::test]
async fn a_first_that_is_written_anew_counts_apart_from_the_copies_of_what_it_said_before() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let first = copy(0).store(&pool).await.unwrap();
    copy(1).store(&pool).await.unwrap();
    copy(2).store(&pool).await.unwrap();
    assert_eq!(counts(&pool, &first).await, (3, 3, 1));
    let connection = &mut *pool.get().await.unwrap();
    let claim = first.claims_appeared[0];
    let before = claims::find(connection, claim, None).await.unwrap();
    let then = before.updated_at;
    // An edit is the same text still.
    article(0, &AGENCY.replace("on Monday", "late on Monday")).store(&pool).await.unwrap();
    assert_eq!(counts(&pool, &first).await, (3, 3, 1));
    article(0, REWRITES[0]).store(&pool).await.unwrap();
    assert_eq!(counts(&pool, &first).await, (3, 3, 2));
    // Copies of either count with it, and edits of the new text are no third.
    copy(3).store(&pool).await.unwrap();
    article(20, &format!("{} More as it comes in.", REWRITES[0])).store(&pool).await.unwrap();
    article(0, &REWRITES[0].replace("went before cameras", "faced cameras"))
        .store(&pool)
        .await
        .unwrap();
    assert_eq!(counts(&pool, &first).await, (5, 5, 2));
    article(0, REWRITES[1]).store(&pool).await.unwrap();
    assert_eq!(counts(&pool, &first).await, (5, 5, 3));
    // What it said first is that text again.
    article(0, AGENCY).store(&pool).await.unwrap();
    assert_eq!(counts(&pool, &first).await, (5, 5, 2));
    let past = claims::find(connection, claim, Some(then)).await.unwrap();
    assert_eq!((past.documents, past.origins), (3, 1));
    assert_sums(&database).await;
}

#[tokio::test]
async fn a_first_that_is_written_anew_goes_on_counting_with_what_says_that_it_was_taken_from_it() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let first = article(0, AGENCY).store(&pool).await.unwrap();
    taken(1, REWRITES[0], "https://outlet0.test/pier").store(&pool).await.unwrap();
    assert_eq!(counts(&pool, &first).await, (2, 2, 1));
    article(0, REWRITES[1]).store(&pool).await.unwrap();
    assert_eq!(counts(&pool, &first).await, (2, 2, 1));
    assert_sums(&database).await;
}

/// A copy may carry a claim that the first one brings later.
#[tokio::test]
async fn a_claim_that_comes_to_the_first_after_its_copy_has_one_origin() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    Story::new("https://outlet0.test/pier", AGENCY).store(&pool).await.unwrap();
    let of_copy = copy(1).store(&pool).await.unwrap();
    assert_eq!(counts(&pool, &of_copy).await, (1, 1, 1));
    article(0, &format!("{AGENCY} Nobody was hurt.")).store(&pool).await.unwrap();
    assert_eq!(counts(&pool, &of_copy).await, (2, 2, 1));
    assert_sums(&database).await;
}

#[tokio::test]
async fn copies_are_compared_with_the_first_of_their_text() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let first = copy(0).store(&pool).await.unwrap();
    copy(3).store(&pool).await.unwrap();
    article(
        20,
        &AGENCY
            .replace("LORNE, 3 March (AFP) - ", "")
            .replace(" Fishermen who had gathered at the gates went home in the evening.", ""),
    )
    .store(&pool)
    .await
    .unwrap();
    assert_eq!(counts(&pool, &first).await, (3, 3, 1));
    let client = database.client().await;
    let rows = client
        .query("select distinct origin_id::text, (select count(*) from revision_bands) from revision_origins", &[])
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    let (origin, bands): (String, i64) = (rows[0].get(0), rows[0].get(1));
    assert_eq!((origin, bands), (first.document.to_string(), 16), "copies have no bands");
}

#[tokio::test]
async fn copies_of_a_merged_document_stay_one_origin_with_the_one_that_answers_for_it() {
    const CANONICAL: &str = "https://outlet0.test/pier";
    const OTHER: &str = "https://outlet0.test/p12";
    let at = |url: &str, text: &str| {
        let mut story = Story::new(url, text);
        story.claim(CLAIM).appears(Stance::Reports, "the old pier was sold");
        story
    };
    for order in [[OTHER, CANONICAL], [CANONICAL, OTHER]] {
        let database = TestDatabase::new().await;
        let pool = database.pool();
        let first = at(order[0], AGENCY).store(&pool).await.unwrap();
        copy(1).store(&pool).await.unwrap();
        at(order[1], AGENCY).store(&pool).await.unwrap();
        copy(2).store(&pool).await.unwrap();
        assert_eq!(counts(&pool, &first).await, (4, 3, 1));
        // Its page tells that the other address is its own.
        let mut told = at(CANONICAL, AGENCY);
        told.document.aliases = vec![OTHER.parse().unwrap()];
        told.store(&pool).await.unwrap();
        assert_eq!(counts(&pool, &first).await, (3, 3, 1), "{order:?}");
        copy(3).store(&pool).await.unwrap();
        assert_eq!(counts(&pool, &first).await, (4, 4, 1), "{order:?}");
        assert_sums(&database).await;
    }
}
