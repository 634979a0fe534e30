//! Actors that people merge and split, and what an actor has to do with claims, over HTTP.

use claimtrail::domain::{ActorKind, Stance};
use serde_json::{Value, json};

use crate::support::app::{Answer, TestApp};
use crate::support::builders::Story;
use crate::support::client::unfollowing;

const CLOSED: &str = "The east pier of Lorne is closed.";
const OPEN: &str = "The west pier of Lorne is open.";

/// An article in which one actor claims something and another one denies it.
async fn article(app: &TestApp, page: &str, claim: &str, claimant: &str, denier: &str) {
    let text = format!("{claim} {claimant} said so. {denier} denied it on page {page}.");
    let mut story = Story::new(&format!("https://courier.test/{page}"), &text);
    let one = story.actor(claimant, Some(ActorKind::Person));
    let other = story.actor(denier, Some(ActorKind::Person));
    let said = story.statement(one, claimant, "said", &[claim]);
    story
        .claim(claim)
        .appears_in(Stance::Asserts, claim, Some(said))
        .claimed_by(one)
        .denied_by(other, "denied");
    story.store(&app.pool()).await.unwrap();
}

async fn id(app: &TestApp, name: &str) -> String {
    let row = app.client().await;
    let row = row.query_one("select id::text from actors where name = $1", &[&name]).await;
    row.unwrap().get(0)
}

async fn merge(app: &TestApp, actor: &str, into: &str) -> Answer {
    let body = json!({ "into": into, "reason": "one person", "by": "desk editor" });
    app.post(&format!("/v1/actors/{actor}:merge"), &body).await
}

async fn split(app: &TestApp, actor: &str, merge: &Value) -> Answer {
    let body = json!({ "merge": merge, "reason": "father and son", "by": "desk editor" });
    app.post(&format!("/v1/actors/{actor}:split"), &body).await
}

/// The time, once everything before it is in the past.
fn now() -> String {
    let now = chrono::Utc::now();
    while chrono::Utc::now() <= now {}
    now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

fn texts(claims: &Value) -> Vec<&str> {
    claims.as_array().unwrap().iter().map(|claim| claim["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_merged_actor_answers_through_its_survivor_until_it_is_split_off() {
    let app = TestApp::new().await;
    article(&app, "1", CLOSED, "Dana Orrin", "Ilva Strand").await;
    article(&app, "2", OPEN, "Dina Orin", "Ilva Strand").await;
    let (dana, dina) = (id(&app, "Dana Orrin").await, id(&app, "Dina Orin").await);
    let before = now();

    let merged = merge(&app, &dina, &dana).await.expect(200);
    assert_eq!((&merged["actor"], &merged["into"]), (&json!(dina), &json!(dana)));
    assert_eq!(merge(&app, &dina, &dana).await.expect(200), merged, "said again");
    let after = now();

    let survivor = app.get(&format!("/v1/actors/{dana}")).await.expect(200);
    assert_eq!((&survivor["statements"], &survivor["claims"]), (&json!(2), &json!(2)));
    assert_eq!(survivor["members"][0]["name"], "Dina Orin");
    assert!(survivor["aliases"].as_array().unwrap().contains(&json!("Dina Orin")));
    for path in ["", "/names", "/trail"] {
        let moved =
            unfollowing().get(app.url(&format!("/v1/actors/{dina}{path}"))).send().await.unwrap();
        assert_eq!(moved.status(), 308);
        assert_eq!(moved.headers()["location"], format!("/v1/actors/{dana}{path}"));
    }
    let names = app.walk("/v1/actors?q=dina").await;
    assert_eq!(names.len(), 1);
    assert_eq!(names[0]["id"], json!(dana), "found by the merged one's name");
    assert_eq!(app.walk("/v1/actors").await.len(), 2);

    // Wherever the merged one stood, the survivor stands, and either finds all.
    for actor in [&dana, &dina, "Dina Orin"] {
        let claims = app.walk(&format!("/v1/claims?claimant={}", actor.replace(' ', "%20"))).await;
        assert_eq!(claims.len(), 2, "{actor}");
        assert!(claims.iter().all(|claim| claim["claimants"][0]["id"] == json!(dana)));
    }
    let then = app.walk(&format!("/v1/claims?claimant={dina}&as_of={before}")).await;
    assert_eq!(then.len(), 1);
    assert_eq!(then[0]["claimants"][0]["name"], "Dina Orin", "as it was");

    let merge_id = &merged["id"];
    let undone = split(&app, &dana, merge_id).await.expect(200);
    assert!(!undone["undone_at"].is_null());
    assert_eq!(split(&app, &dina, merge_id).await.expect(200), undone, "said again");
    let alone = app.get(&format!("/v1/actors/{dina}")).await.expect(200);
    assert_eq!((&alone["claims"], &alone["members"]), (&json!(1), &json!([])));
    let still = app.walk(&format!("/v1/claims?claimant={dina}&as_of={after}")).await;
    assert_eq!(still.len(), 2, "as it was while they were merged");
    let logged = app.client().await;
    let rows = logged
        .query("select action, reason from audit_log where action in ('merge_actors', 'split_actor') order by recorded_at", &[])
        .await
        .unwrap();
    let logged: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let line = |action: &str, reason: &str| (action.to_owned(), reason.to_owned());
    assert_eq!(logged, [line("merge_actors", "one person"), line("split_actor", "father and son")]);
}

#[tokio::test]
async fn chains_lead_to_their_end_and_circles_and_strangers_are_refused() {
    let app = TestApp::new().await;
    article(&app, "1", CLOSED, "Dana Orrin", "Ilva Strand").await;
    article(&app, "2", OPEN, "Dina Orin", "Ilva Strand").await;
    let [dana, dina, ilva] =
        [id(&app, "Dana Orrin").await, id(&app, "Dina Orin").await, id(&app, "Ilva Strand").await];
    let first = merge(&app, &dina, &dana).await.expect(200);
    merge(&app, &dana, &ilva).await.expect(200);
    let members = app.get(&format!("/v1/actors/{ilva}")).await.expect(200)["members"].clone();
    assert_eq!(members.as_array().unwrap().len(), 2);
    assert_eq!(merge(&app, &ilva, &dina).await.expect(409)["type"], "/problems/actor-merged");
    assert_eq!(merge(&app, &ilva, &ilva).await.expect(422)["errors"][0]["pointer"], "#/into");
    let nobody = "01890000-0000-7000-8000-000000000000";
    assert_eq!(merge(&app, &ilva, nobody).await.expect(422)["errors"][0]["pointer"], "#/into");
    merge(&app, nobody, &ilva).await.expect(404);
    assert_eq!(
        split(&app, &ilva, &json!(nobody)).await.expect(422)["errors"][0]["pointer"],
        "#/merge"
    );
    let body = json!({ "into": ilva, "reason": " ", "by": "desk" });
    let blank = app.post(&format!("/v1/actors/{dina}:merge"), &body).await.expect(422);
    assert_eq!(blank["errors"][0]["pointer"], "#/reason");
    // Undoing the first leaves the second.
    split(&app, &ilva, &first["id"]).await.expect(200);
    app.get(&format!("/v1/actors/{dina}")).await.expect(200);
    let members = app.get(&format!("/v1/actors/{ilva}")).await.expect(200)["members"].clone();
    assert_eq!(members[0]["name"], "Dana Orrin");
}

#[tokio::test]
async fn a_trail_tells_what_was_claimed_denied_and_said_against_itself() {
    let app = TestApp::new().await;
    article(&app, "1", CLOSED, "Dana Orrin", "Ilva Strand").await;
    article(&app, "2", OPEN, "Ilva Strand", "Dana Orrin").await;
    let dana = id(&app, "Dana Orrin").await;
    let before = now();
    let trail = app.get(&format!("/v1/actors/{dana}/trail")).await.expect(200);
    assert_eq!(texts(&trail["claimed"]), [CLOSED]);
    assert_eq!(texts(&trail["denied"]), [OPEN]);
    assert_eq!(texts(&trail["was_denied"]), [CLOSED]);
    assert_eq!(trail["contradicted"], json!([]));

    article(&app, "3", OPEN, "Dana Orrin", "Petra Lank").await;
    let trail = app.get(&format!("/v1/actors/{dana}/trail")).await.expect(200);
    assert_eq!(texts(&trail["claimed"]), [OPEN, CLOSED]);
    let against = trail["contradicted"].as_array().unwrap();
    assert_eq!(against.len(), 1);
    assert_eq!(
        (&against[0]["how"], &against[0]["claim"]["text"]),
        (&json!("denied"), &json!(OPEN))
    );

    let was = app.get(&format!("/v1/actors/{dana}/trail?as_of={before}")).await.expect(200);
    assert_eq!((texts(&was["claimed"]), &was["contradicted"]), (vec![CLOSED], &json!([])));

    let page = app.get(&format!("/actors/{dana}")).await;
    let page = String::from_utf8(page.body).unwrap();
    for words in ["Dana Orrin", CLOSED, OPEN, "and denied the same", "Was denied by others"] {
        assert!(page.contains(words), "{words} in {page}");
    }
}

#[tokio::test]
async fn linked_claims_show_an_actor_against_itself() {
    let app = TestApp::new().await;
    article(&app, "1", CLOSED, "Dana Orrin", "Ilva Strand").await;
    article(&app, "2", OPEN, "Dana Orrin", "Ilva Strand").await;
    let client = app.client().await;
    client
        .batch_execute(
            "insert into links (id, claim_id, other_id)
             select gen_random_uuid(), min(id::text)::uuid, max(id::text)::uuid from claims;
             insert into link_judgements (id, link_id, kind, state, method, evidence)
             select gen_random_uuid(), id, 'contradicts', 'suggested', 'test', '{}' from links",
        )
        .await
        .unwrap();
    let dana = id(&app, "Dana Orrin").await;
    let trail = app.get(&format!("/v1/actors/{dana}/trail")).await.expect(200);
    let against = trail["contradicted"].as_array().unwrap();
    assert_eq!(against.len(), 1);
    assert_eq!(against[0]["how"], "contradicted");
    let mut both = [&against[0]["claim"]["text"], &against[0]["other"]["text"]]
        .map(|text| text.as_str().unwrap().to_owned());
    both.sort();
    assert_eq!(both, [CLOSED, OPEN]);
    client
        .batch_execute(
            "update link_judgements set state = 'rejected', judged_by = 'desk', reason = 'no'",
        )
        .await
        .unwrap();
    let trail = app.get(&format!("/v1/actors/{dana}/trail")).await.expect(200);
    assert_eq!(trail["contradicted"], json!([]));
}
