//! Articles, fact-checks, merges, splits, corrections and edits by two workers at once, in random order: nothing twice,
//! nothing lost, and every status what its evidence says.

use std::collections::BTreeMap;
use std::sync::Mutex;

use claimtrail::domain::status::{
    AppearanceEvidence, Evidence, RebuttalEvidence, ReviewEvidence, assess,
};
use claimtrail::domain::view::{AppearanceFilter, PageRequest, RebuttalFilter, ReviewFilter};
use claimtrail::domain::{ClaimId, OriginId, RebuttalKind, RevisionId};
use claimtrail::store::{self, Connection};

use crate::support::database::TestDatabase;
use crate::support::histories::{Step, WORDINGS, article, history, take};

/// Steps of one interleaving.
const STEPS: u32 = 24;

/// What must never be so, each with a question that finds it.
const WRONG: [(&str, &str); 8] = [
    (
        "evidence counts for another claim than the one that answers for its own",
        "select x.id from (
             select id, claim_id, member_id, superseded_at from appearances
             union all select id, claim_id, member_id, superseded_at from claimants
             union all select id, claim_id, member_id, superseded_at from claim_subjects
             union all select id, claim_id, member_id, superseded_at from denials
             union all select id, claim_id, member_id, superseded_at from rebuttals
             union all select id, claim_id, member_id, superseded_at from review_claims) x
           left join claim_members m
             on m.claim_id = coalesce(x.member_id, x.claim_id) and m.superseded_at is null
          where x.superseded_at is null
            and x.claim_id <> coalesce(m.survivor_id, x.member_id, x.claim_id)",
    ),
    (
        "a merged claim is answered for by another than the end of its chain",
        "with recursive chain as (
             select claim_id, into_id from merges where superseded_at is null
             union select c.claim_id, g.into_id from chain c join merges g on g.claim_id = c.into_id
              where g.superseded_at is null)
         select c.claim_id from chain c
           full join claim_members m
             on m.claim_id = c.claim_id and m.survivor_id = c.into_id and m.superseded_at is null
          where m.claim_id is null
            and not exists (select from merges g where g.claim_id = c.into_id and g.superseded_at is null)
         union
         select m.claim_id from claim_members m where m.superseded_at is null
            and not exists (select from chain c where c.claim_id = m.claim_id and c.into_id = m.survivor_id)",
    ),
    (
        "one place of a claim stands twice",
        "select min(id::text) from appearances where superseded_at is null
          group by revision_id, coalesce(member_id, claim_id), field, span_start, stance having count(*) > 1",
    ),
    (
        "one denial stands twice",
        "select min(id::text) from denials where superseded_at is null
          group by revision_id, coalesce(member_id, claim_id), denier_id having count(*) > 1",
    ),
    (
        "a denial has no rebuttal, or a rebuttal no denial",
        "select n.id from denials n full join rebuttals r
             on r.denial_id = n.id and r.superseded_at is null and r.claim_id = n.claim_id
          where n.superseded_at is null and n.id is not null
            and (r.id is null
                 or not exists (select from denial_mentions m where m.denial_id = n.id
                                   and m.superseded_at is null))",
    ),
    (
        "a review counts for nothing, or its rebuttal for another claim",
        "select w.id from reviews w
           left join review_claims k on k.review_id = w.id and k.superseded_at is null
           join review_revisions v on v.review_id = w.id and v.superseded_at is null
           left join rebuttals r on r.review_revision_id = v.id and r.superseded_at is null
          where k.id is null or r.claim_id <> k.claim_id",
    ),
    (
        "a claim is there twice",
        "select min(id::text) from claims group by lower(text) having count(*) > 1",
    ),
    (
        "a claim has no summary",
        "select c.id from claims c left join claim_summaries s
             on s.claim_id = c.id and s.superseded_at is null where s.id is null",
    ),
];

/// What the rows of the API say for and against each claim; no history here makes more than a page.
async fn evidence(
    connection: &mut Connection,
    origins: &BTreeMap<RevisionId, OriginId>,
) -> BTreeMap<ClaimId, Evidence> {
    let mut found: BTreeMap<ClaimId, Evidence> = BTreeMap::new();
    let page = PageRequest { limit: 200, cursor: None };
    let all = AppearanceFilter::default();
    for place in store::appearances::list(connection, &all, &page).await.unwrap().items {
        found.entry(place.claim).or_default().appearances.push(AppearanceEvidence {
            id: place.id,
            stance: place.stance,
            outlet: place.document.outlet.map(|outlet| outlet.id),
            document: place.document.id,
            origin: origins[&place.revision],
            speaker: place.speaker.map(|speaker| speaker.id),
            stated: place.stated,
        });
    }
    let all = RebuttalFilter::default();
    for rebuttal in store::rebuttals::list(connection, &all, &page).await.unwrap().items {
        let evidence = found.entry(rebuttal.claim.id).or_default();
        if rebuttal.kind == RebuttalKind::Review {
            continue;
        }
        let document = rebuttal.document.expect("a denial stands in a document");
        evidence.rebuttals.push(RebuttalEvidence {
            id: rebuttal.id,
            kind: rebuttal.kind,
            denier: rebuttal.denier.map(|denier| denier.id),
            denier_role: rebuttal.denier_role,
            outlet: document.outlet.map(|outlet| outlet.id),
            document: document.id,
            origin: origins[&rebuttal.revision.expect("and in a revision")],
            stated: rebuttal.stated,
        });
    }
    let all = ReviewFilter::default();
    for review in store::reviews::list(connection, &all, &page).await.unwrap().items {
        found.entry(review.claim.id).or_default().reviews.push(ReviewEvidence {
            id: review.brief.id,
            rebuttal: review.rebuttal,
            verdict: review.brief.verdict,
        });
    }
    found
}

/// Where each live text says what its article said, in order: wording, stance, denied.
async fn nothing_is_lost(client: &tokio_postgres::Client, steps: &[Step], seed: u64) {
    let mut expected = BTreeMap::new();
    for step in steps {
        let Step::Ingest { page, turn, claims } = step else { continue };
        expected.insert(article(*page, *turn, claims).document.text, claims);
    }
    let rows = client
        .query(
            "select v.text, array_remove(array_agg(
                        c.text || ' ' || a.stance || ' ' || exists (
                            select from denials n where n.revision_id = v.id and n.superseded_at is null
                               and coalesce(n.member_id, n.claim_id) = c.id) order by
                        c.text || ' ' || a.stance), null)
                    , (select coalesce(bool_or(k.kind = 'not_a_denial'), false) from corrections k
                        where k.document_id = v.document_id and k.superseded_at is null)
                    , array(select distinct c.text from corrections k join claims c on c.id = k.claim_id
                        where k.document_id = v.document_id and k.superseded_at is null)
               from document_revisions v
               left join appearances a on a.revision_id = v.id and a.superseded_at is null
               left join claims c on c.id = coalesce(a.member_id, a.claim_id)
              where v.superseded_at is null group by v.id, v.text",
            &[],
        )
        .await
        .unwrap();
    for row in &rows {
        let (text, mut said): (String, Vec<String>) = (row.get(0), row.get(1));
        let (denies_nothing, missed): (bool, Vec<String>) = (row.get(2), row.get(3));
        let claims: &Vec<_> = expected.get(&text).unwrap_or_else(|| panic!("seed {seed}: {text}"));
        let is_denied = |text: &str| {
            let denied =
                claims.iter().any(|(claim, _, denied)| WORDINGS[*claim] == text && *denied);
            denied && !denies_nothing
        };
        let read = claims.iter().map(|(claim, stance, _)| (WORDINGS[*claim], stance.as_str()));
        let missed = missed.iter().map(|text| (text.as_str(), "asserts"));
        let mut there: Vec<String> = read
            .chain(missed)
            .map(|(text, stance)| format!("{text} {stance} {}", is_denied(text)))
            .collect();
        there.sort_unstable();
        said.sort_unstable();
        assert_eq!(said, there, "seed {seed}: {text}");
    }
    let pages: std::collections::BTreeSet<u32> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Ingest { page, .. } => Some(*page),
            _ => None,
        })
        .collect();
    assert_eq!(rows.len(), pages.len(), "seed {seed}: a document is lost");
}

async fn interleaved(seed: u64) {
    let database = TestDatabase::new().await;
    let steps = history(seed, STEPS);
    let queue = Mutex::new(steps.iter());
    let worker = async || {
        let pool = database.pool();
        loop {
            let next = queue.lock().unwrap().next();
            let Some(step) = next else { return };
            take(&pool, &steps, step)
                .await
                .unwrap_or_else(|error| panic!("{seed}: {step:?}: {error:?}"));
        }
    };
    futures_util::future::join(worker(), worker()).await;

    let client = database.client().await;
    for (wrong, sql) in WRONG {
        assert!(client.query(sql, &[]).await.unwrap().is_empty(), "seed {seed}: {wrong}");
    }
    nothing_is_lost(&client, &steps, seed).await;
    let mut connection = store::connect(database.url()).await.unwrap();
    let rows = client
        .query("select revision_id::text, origin_id::text from revision_origins", &[])
        .await
        .unwrap();
    let origins = rows
        .iter()
        .map(|row| {
            let (revision, origin): (&str, &str) = (row.get(0), row.get(1));
            (revision.parse().unwrap(), origin.parse().unwrap())
        })
        .collect();
    let mut found = evidence(&mut connection, &origins).await;
    let claims = client
        .query(
            "select c.id::text, s.status, s.appearances, s.rebuttals, s.reviews from claims c
               join claim_summaries s on s.claim_id = c.id where s.superseded_at is null",
            &[],
        )
        .await
        .unwrap();
    for row in claims {
        let claim: ClaimId = row.get::<_, &str>(0).parse().unwrap();
        let evidence = found.remove(&claim).unwrap_or_default();
        assert_eq!(
            row.get::<_, String>(1),
            assess(&evidence).status.as_str(),
            "seed {seed}: {claim}"
        );
        let against = evidence.reviews.iter().filter(|review| review.rebuttal.is_some()).count();
        let counted = [2, 3, 4].map(|column| row.get::<_, i32>(column) as usize);
        let Evidence { appearances, rebuttals, reviews } = &evidence;
        let there = [appearances.len(), rebuttals.len() + against, reviews.len()];
        assert_eq!(counted, there, "seed {seed}: {claim}");
    }
    assert!(found.is_empty(), "seed {seed}: evidence of no claim: {:?}", found.keys());
}

/// Two hundred with `CLAIMTRAIL_INTERLEAVINGS=200`; a few in every run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_leave_nothing_twice_and_lose_nothing() {
    let many = std::env::var("CLAIMTRAIL_INTERLEAVINGS").ok().and_then(|many| many.parse().ok());
    for seed in 0..many.unwrap_or(6) {
        interleaved(seed).await;
    }
}
