//! Random histories of a desk: articles, new texts, fact-checks, merges, splits and edits, by a seed.

use claimtrail::domain::view::{ClaimChange, ClaimGiven, CorrectionOf, NewCorrection};
use claimtrail::domain::{ActorKind, ClaimId, CodePoints, MergeId, Stance, Status};
use claimtrail::ingest::review::{Context, from_json};
use claimtrail::jobs::correct::{self, standing};
use claimtrail::jobs::import_reviews;
use claimtrail::pipeline::matching::canonical_key;
use claimtrail::store::audit::Request;
use claimtrail::store::{Error, Pool, edits, merges, transaction, writing};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

use super::builders::Story;

/// The wordings that a history is about.
pub const WORDINGS: [&str; 6] = [
    "The east pier of Lorne is closed.",
    "Lorne has shut its east pier.",
    "Nobody may enter the east pier.",
    "The ferry Mirelle sank.",
    "Mirelle has gone down.",
    "Bread costs twice as much.",
];

const VERDICTS: [&str; 4] = ["False", "True", "Mostly false", "Half true"];
const STANCES: [Stance; 3] = [Stance::Asserts, Stance::Reports, Stance::Questions];
const REQUEST: Request<'static> = Request { by: "a desk", reason: "one of many" };

/// One thing that somebody does.
#[derive(Debug, Clone)]
pub enum Step {
    /// An article comes in, or the one at its address says something else now.
    Ingest { page: u32, turn: u32, claims: Vec<(usize, Stance, bool)> },
    /// A fact-check of a wording comes in, or says something else now.
    Import { page: u32, wording: usize, verdict: &'static str },
    /// The claims of two wordings are said to be one.
    Merge { claim: usize, into: usize },
    /// One of the merges that stand is undone.
    Split { merge: usize },
    /// Somebody says that an article denies nothing, or that it says something that was not seen.
    Correct { page: u32, missed: Option<usize> },
    /// Somebody notes something.
    Edit { claim: usize, status: Option<Status>, note: u32 },
}

/// A history of so many steps.
pub fn history(seed: u64, steps: u32) -> Vec<Step> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..steps).map(|turn| step(&mut random, turn)).collect()
}

fn step(random: &mut StdRng, turn: u32) -> Step {
    let wording = |random: &mut StdRng| random.random_range(0..WORDINGS.len());
    match random.random_range(0..100) {
        0..45 => {
            let mut claims = Vec::new();
            for claim in 0..WORDINGS.len() {
                if random.random_bool(0.4) {
                    let stance = *STANCES.choose(random).unwrap();
                    claims.push((claim, stance, random.random_bool(0.4)));
                }
            }
            Step::Ingest { page: random.random_range(0..5), turn, claims }
        }
        45..60 => Step::Import {
            page: random.random_range(0..3),
            wording: wording(random),
            verdict: VERDICTS.choose(random).unwrap(),
        },
        90..97 => Step::Correct {
            page: random.random_range(0..5),
            missed: random.random_bool(0.5).then(|| wording(random)),
        },
        60..80 => Step::Merge { claim: wording(random), into: wording(random) },
        80..90 => Step::Split { merge: random.random_range(0..8) },
        _ => Step::Edit {
            claim: wording(random),
            status: random.random_bool(0.5).then_some(Status::Debunked),
            note: turn,
        },
    }
}

/// The article of a step, whose text tells it from all others.
pub fn article(page: u32, turn: u32, claims: &[(usize, Stance, bool)]) -> Story {
    let said: Vec<&str> = claims.iter().map(|(claim, ..)| WORDINGS[*claim]).collect();
    let text = format!("{} The Harbour Board denied it. Report {turn}.", said.join(" "));
    let mut story = Story::new(&format!("https://outlet{}.test/{page}", page % 3), &text)
        .published(&format!("2026-03-{:02}T08:00:00Z", 1 + turn % 28));
    let board = story.actor("Harbour Board", Some(ActorKind::Organisation));
    for (claim, stance, denied) in claims {
        let built = story.claim(WORDINGS[*claim]).appears(*stance, WORDINGS[*claim]);
        if *denied {
            built.denied_by(board, "denied");
        }
    }
    story
}

/// The article that has this text.
fn article_of(steps: &[Step], text: &str) -> Option<Story> {
    let articles = steps.iter().filter_map(|step| match step {
        Step::Ingest { page, turn, claims } => Some(article(*page, *turn, claims)),
        _ => None,
    });
    articles.into_iter().find(|article| article.document.text == text)
}

/// Says it of the article that stands at the page now.
async fn correct(
    pool: &Pool,
    steps: &[Step],
    page: u32,
    missed: Option<usize>,
) -> Result<bool, Error> {
    let url = format!("https://outlet{}.test/{page}", page % 3).parse().unwrap();
    let known = writing::at_address(&mut *pool.get().await?, &url).await;
    let Ok(known) = known else { return Ok(false) };
    let stored = standing(pool, known.document).await?;
    let Some(article) = article_of(steps, &stored.read.text) else { return Ok(false) };
    let points = CodePoints::new(&stored.read.text);
    let words = if missed.is_some() { "Harbour Board" } else { "denied" };
    let new = NewCorrection {
        kind: if missed.is_some() { CorrectionOf::MissedClaim } else { CorrectionOf::NotADenial },
        revision: stored.revision,
        place: points.locate(article.span(words)).unwrap(),
        claim: missed.map(|wording| ClaimGiven::Wording {
            text: WORDINGS[wording].to_owned(),
            key: canonical_key(WORDINGS[wording]),
        }),
        denier: None,
        denier_role: None,
        stance: missed.map(|_| Stance::Asserts),
        rebuttal_kind: None,
        label: None,
    };
    let mut connection = pool.get().await?;
    let corrected = transaction(&mut connection, async |connection| {
        correct::store(connection, &stored, &article.extraction, &new, REQUEST).await
    })
    .await;
    refusable(corrected)
}

/// Does one of the steps; whether it could be done: there may be nothing to merge or split yet, or no more.
pub async fn take(pool: &Pool, steps: &[Step], step: &Step) -> Result<bool, Error> {
    match step {
        Step::Ingest { page, turn, claims } => {
            article(*page, *turn, claims).store(pool).await?;
        }
        Step::Import { page, wording, verdict } => {
            let block = format!(
                r#"{{"@type":"ClaimReview","url":"https://check.test/{page}","datePublished":"2026-03-04",
                    "itemReviewed":{{"author":{{"@type":"Person","name":"R. Roe {page}"}}}},
                    "claimReviewed":"{}","inLanguage":"en","reviewRating":{{"alternateName":"{verdict}"}}}}"#,
                WORDINGS[*wording]
            );
            for found in from_json(&block, &Context::default()) {
                import_reviews::store(pool, &found.outcome.unwrap()).await?;
            }
        }
        Step::Merge { claim, into } => {
            let (Some(claim), Some(into)) = (known(pool, *claim).await?, known(pool, *into).await?)
            else {
                return Ok(false);
            };
            let mut connection = pool.get().await?;
            let merged = transaction(&mut connection, async |connection| {
                merges::merge(connection, claim, into, None, REQUEST).await
            })
            .await;
            return refusable(merged);
        }
        Step::Split { merge } => {
            let mut standing: Vec<MergeId> = Vec::new();
            for wording in 0..WORDINGS.len() {
                let Some(claim) = known(pool, wording).await? else { continue };
                let mut connection = pool.get().await?;
                let view = claimtrail::store::claims::find(&mut connection, claim, None).await?;
                standing.extend(view.members.iter().map(|member| member.merge));
            }
            let Some(merge) = standing.get(*merge) else { return Ok(false) };
            let mut connection = pool.get().await?;
            let claim = merges::find(&connection, *merge).await?.claim;
            let split = transaction(&mut connection, async |connection| {
                merges::split(connection, claim, *merge, REQUEST).await
            })
            .await;
            return refusable(split);
        }
        Step::Correct { page, missed } => return self::correct(pool, steps, *page, *missed).await,
        Step::Edit { claim, status, note } => {
            let Some(claim) = known(pool, *claim).await? else { return Ok(false) };
            let change = ClaimChange {
                status: Some(*status),
                note: Some(Some(format!("Note {note}."))),
                ..ClaimChange::default()
            };
            let mut connection = pool.get().await?;
            let edited = transaction(&mut connection, async |connection| {
                edits::change(connection, claim, change, |_| true, REQUEST).await
            })
            .await;
            return refusable(edited);
        }
    }
    Ok(true)
}

/// The claim of a wording, merged or not.
async fn known(pool: &Pool, wording: usize) -> Result<Option<ClaimId>, Error> {
    let mut connection = pool.get().await?;
    let key = canonical_key(WORDINGS[wording]);
    let known = claimtrail::store::claims::known(&mut connection, "en", &[key]).await?;
    Ok(known.first().map(|known| known.id))
}

/// What a person may ask at the wrong moment is refused and no fault.
fn refusable<T>(outcome: Result<T, Error>) -> Result<bool, Error> {
    match outcome {
        Ok(_) => Ok(true),
        Err(Error::Merged { .. } | Error::Unknown { .. } | Error::Changed) => Ok(false),
        Err(error) => Err(error),
    }
}
