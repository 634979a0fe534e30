//! One actor over documents: found by other spellings and short names, kept apart where documents
//! contradict, with the evidence of what it is called.

use claimtrail::domain::ActorKind;
use claimtrail::domain::view::{ActorFilter, ActorView, NamingForm, PageRequest};
use claimtrail::pipeline::extract;
use claimtrail::store::{Pool, actors, namings};
use futures_util::future::join_all;

use crate::support::builders::{Story, at};
use crate::support::database::TestDatabase;

const PERSON: Option<ActorKind> = Some(ActorKind::Person);

/// A document of its own outlet, with what the pipeline finds in it.
fn article(number: usize, text: &str) -> Story {
    let mut story = Story::new(&format!("https://outlet{number}.test/{number}"), text)
        .published(&format!("2026-03-{:02}T08:00:00Z", number + 1));
    story.extraction = extract(&story.document);
    story
}

async fn stored(pool: &Pool, texts: &[&str]) {
    for (number, text) in texts.iter().enumerate() {
        article(number, text).store(pool).await.unwrap();
    }
}

async fn all(pool: &Pool) -> Vec<ActorView> {
    let page = PageRequest::first(200);
    actors::list(&mut pool.get().await.unwrap(), &ActorFilter::default(), &page)
        .await
        .unwrap()
        .items
}

fn names(found: &[ActorView]) -> Vec<&str> {
    found.iter().map(|actor| actor.name.as_str()).collect()
}

#[tokio::test]
async fn spellings_short_names_and_offices_lead_to_one_actor() {
    for (texts, name, others) in [
        (
            [
                "President Dmitry Levskyy denied it.",
                "Dmitri Levsky denied it.",
                "Mr. Dmitriy Levski denied it.",
            ]
            .as_slice(),
            "Dmitry Levskyy",
            ["Dmitri Levsky"].as_slice(),
        ),
        (
            &[
                "The World Harvest Organization (WHO) denied it.",
                "The WHO denied the report.",
                "The World Harvest Organisation denied it.",
            ],
            "World Harvest Organization",
            &["WHO", "World Harvest Organisation"],
        ),
        (
            &[
                "Norwegian Foreign Minister Elke Juhl denied it.",
                "Norwegian Foreign Minister Juhl denied the report.",
            ],
            "Elke Juhl",
            &["Juhl"],
        ),
        (
            &[
                "The Danish Defence Ministry denied it.",
                "The Danish Ministry of Defense denied the report.",
            ],
            "Danish Defence Ministry",
            &[],
        ),
    ] {
        let database = TestDatabase::new().await;
        let pool = database.pool();
        stored(&pool, texts).await;
        let found = all(&pool).await;
        let one: Vec<&ActorView> = found.iter().filter(|actor| actor.name == name).collect();
        assert_eq!(one.len(), 1, "{name} in {:?}", names(&found));
        assert_eq!(one[0].statements, texts.len() as i64, "{found:#?}");
        for other in others {
            assert!(one[0].aliases.iter().any(|alias| alias == other), "{other} of {:?}", one[0]);
            assert!(!names(&found).contains(other), "{other} is nobody else");
        }
    }
}

#[tokio::test]
async fn other_people_of_the_family_name_and_of_the_whole_name_stay_apart() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    stored(
        &pool,
        &[
            "Norwegian Foreign Minister Elke Juhl denied it.",
            "Swedish Finance Minister Elke Juhl denied it.",
            "Oskar Juhl denied it.",
            "Swedish Finance Minister Elke Juhl denied the report.",
            "Norwegian Foreign Minister Elke Juhl denied the report.",
        ],
    )
    .await;
    let found = all(&pool).await;
    let of = |name: &str| -> Vec<(i64, Vec<String>)> {
        found
            .iter()
            .filter(|actor| actor.name == name)
            .map(|actor| (actor.statements, actor.countries.clone()))
            .collect()
    };
    let mut two = of("Elke Juhl");
    two.sort();
    assert_eq!(two, [(2, vec!["NO".to_owned()]), (2, vec!["SE".to_owned()])], "{found:#?}");
    assert_eq!(of("Oskar Juhl").len(), 1);
}

#[tokio::test]
async fn a_government_is_one_behind_its_name_its_capital_and_its_palace() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    stored(
        &pool,
        &[
            "Moscow denied it.",
            "The Kremlin denied it.",
            "Russia denied it.",
            "A blast was heard in Moscow, Elke Juhl said.",
        ],
    )
    .await;
    let found = all(&pool).await;
    assert_eq!(names(&found), ["Elke Juhl", "Russia"]);
    assert_eq!(
        (found[1].statements, found[1].countries.as_slice()),
        (3, ["RU".to_owned()].as_slice())
    );
}

#[tokio::test]
async fn each_name_and_office_tells_its_evidence_and_its_time() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    stored(
        &pool,
        &[
            "Norwegian Finance Minister Elke Juhl denied it.",
            "Norwegian Foreign Minister Elke Juhl denied it.",
            "Norwegian Foreign Minister Elke Juhl denied the report. Juhl left.",
        ],
    )
    .await;
    let juhl = all(&pool).await.into_iter().find(|actor| actor.name == "Elke Juhl").unwrap();
    let connection = &mut *pool.get().await.unwrap();
    let found = namings::list(connection, juhl.id, None).await.unwrap();
    let role = |text: &str| {
        let naming = found.iter().find(|naming| naming.text == text).unwrap();
        (naming.form, naming.documents, naming.first_seen.unwrap().at, naming.last_seen.unwrap().at)
    };
    let day = |day: &str| at(&format!("2026-03-{day}T08:00:00Z"));
    assert_eq!(role("Finance Minister"), (NamingForm::Role, 1, day("01"), day("01")));
    assert_eq!(role("Foreign Minister"), (NamingForm::Role, 2, day("02"), day("03")));
    assert_eq!(role("NO"), (NamingForm::Country, 3, day("01"), day("03")));
    assert_eq!(role("Juhl"), (NamingForm::Name, 1, day("03"), day("03")));
    for naming in &found {
        let (document, span) = &naming.evidence;
        assert!(document.url.is_some());
        if naming.form != NamingForm::Country {
            assert_eq!(span.quote, naming.text);
        }
    }
    // What came later was not known before.
    let first = found.iter().map(|naming| naming.recorded_at).min().unwrap();
    let then = namings::list(connection, juhl.id, Some(first)).await.unwrap();
    assert!(then.iter().all(|naming| naming.text != "Foreign Minister"), "{then:#?}");
    assert!(then.iter().any(|naming| naming.text == "Finance Minister"));
}

#[tokio::test]
async fn documents_that_come_at_once_in_other_spellings_make_one_actor() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let spellings = ["Dmitry Levskyy", "Dmitri Levsky", "Dmitriy Levskiy", "Dmitry Levskyi"];
    let stories: Vec<Story> = (0..16)
        .map(|number| {
            let name = spellings[number % spellings.len()];
            let mut story = Story::new(
                &format!("https://outlet{number}.test/levsky"),
                &format!("{name} denied it to paper {number}."),
            );
            story.actor(name, PERSON);
            story
        })
        .collect();
    for stored in join_all(stories.iter().map(|story| story.store(&pool))).await {
        stored.unwrap();
    }
    let found = all(&pool).await;
    assert_eq!(found.len(), 1, "{:?}", names(&found));
}

#[tokio::test]
async fn two_contradicting_people_that_come_at_once_are_two() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    let stories: Vec<Story> = (0..12)
        .map(|number| {
            let mut story = Story::new(
                &format!("https://outlet{number}.test/juhl"),
                &format!("Elke Juhl denied it to paper {number}."),
            );
            let juhl = story.actor("Elke Juhl", PERSON);
            let country = if number % 2 == 0 { "NO" } else { "SE" };
            story.extraction.actors[juhl.0].country = Some(country.to_owned());
            story
        })
        .collect();
    for stored in join_all(stories.iter().map(|story| story.store(&pool))).await {
        stored.unwrap();
    }
    let found = all(&pool).await;
    let mut countries: Vec<Vec<String>> =
        found.iter().map(|actor| actor.countries.clone()).collect();
    countries.sort();
    assert_eq!(countries, [["NO"], ["SE"]], "{found:#?}");
}

#[tokio::test]
async fn an_actor_is_looked_up_by_any_name_and_by_no_office_or_state() {
    let database = TestDatabase::new().await;
    let pool = database.pool();
    stored(
        &pool,
        &[
            "The World Harvest Organization (WHO) denied it.",
            "Norwegian Foreign Minister Elke Juhl denied it.",
        ],
    )
    .await;
    let connection = &mut *pool.get().await.unwrap();
    let mut found = async |q: &str| -> Vec<String> {
        let filter = ActorFilter { q: Some(q.to_owned()), ..Default::default() };
        let page = actors::list(connection, &filter, &PageRequest::first(9)).await.unwrap();
        page.items.into_iter().map(|actor| actor.name).collect()
    };
    assert_eq!(found("WHO").await, ["World Harvest Organization"]);
    assert!(found("NO").await.is_empty());
}
