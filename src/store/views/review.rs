//! Reviews with their claim and publisher.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Double, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::{brief, ended, stated};
use crate::domain::view::{ReviewBrief, ReviewView};
use crate::domain::{Rating, RebuttalId, ReviewId};
use crate::store::sql::{Sql, word};
use crate::store::{Connection, Error};

/// What [`ReviewRow`] is read from; conditions follow.
const REVIEWS: &str =
    "select w.id, k.claim_id, v.id as revision_id, v.number, v.outlet_id, o.name as outlet_name,
            o.domain as outlet_domain, v.url, v.title, v.publisher, v.publisher_url, v.authors,
            v.published_at, v.published_precision, v.modified_at, v.modified_precision,
            v.claim_published, v.claimants, v.claim_stated_at, v.claim_stated_precision,
            v.appearances, v.rating_words, v.rating_value, v.rating_best, v.rating_worst,
            v.rating_explanation, v.verdict, v.verdict_from, v.language, v.unread,
            v.extractor_version, v.recorded_at, v.superseded_at, r.id as rebuttal_id
       from review_revisions v join reviews w on w.id = v.review_id
       left join outlets o on o.id = v.outlet_id";

/// What [`ReviewRow`] is read from, as seen at `as_of`; conditions follow.
pub(in crate::store) fn select(as_of: Option<DateTime<Utc>>) -> Sql {
    let mut sql = Sql::new(REVIEWS);
    sql.push("join review_claims k on k.review_id = w.id", []).live("k", as_of);
    sql.push("left join rebuttals r on r.review_revision_id = v.id", []).live("r", as_of);
    sql.push("where true", []).live("v", as_of);
    sql
}

#[derive(QueryableByName)]
pub(in crate::store) struct ReviewRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub revision_id: Uuid,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    outlet_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    outlet_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    outlet_domain: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    url: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    publisher: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    publisher_url: Option<String>,
    #[diesel(sql_type = Jsonb)]
    authors: Value,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    published_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    published_precision: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    modified_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    modified_precision: Option<String>,
    #[diesel(sql_type = Text)]
    claim_published: String,
    #[diesel(sql_type = Jsonb)]
    claimants: Value,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    claim_stated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    claim_stated_precision: Option<String>,
    #[diesel(sql_type = Jsonb)]
    appearances: Value,
    #[diesel(sql_type = Nullable<Text>)]
    rating_words: Option<String>,
    #[diesel(sql_type = Nullable<Double>)]
    rating_value: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    rating_best: Option<f64>,
    #[diesel(sql_type = Nullable<Double>)]
    rating_worst: Option<f64>,
    #[diesel(sql_type = Nullable<Text>)]
    rating_explanation: Option<String>,
    #[diesel(sql_type = Text)]
    verdict: String,
    #[diesel(sql_type = Text)]
    verdict_from: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Jsonb)]
    unread: Value,
    #[diesel(sql_type = Text)]
    extractor_version: String,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    rebuttal_id: Option<Uuid>,
}

impl ReviewRow {
    fn brief(&self) -> Result<ReviewBrief, Error> {
        Ok(ReviewBrief {
            id: ReviewId(self.id),
            url: self.url.clone(),
            title: self.title.clone(),
            publisher: self.publisher.clone(),
            outlet: brief::outlet(
                self.outlet_id,
                self.outlet_name.clone(),
                self.outlet_domain.clone(),
            ),
            rating: self.rating_words.clone(),
            verdict: word(&self.verdict)?,
            published: stated(self.published_at, self.published_precision.as_deref())?,
        })
    }
}

/// Reviews as seen at `as_of`, in the order of the rows.
pub(in crate::store) async fn reviews(
    connection: &Connection,
    rows: Vec<ReviewRow>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<ReviewView>, Error> {
    let claims = brief::claims(connection, rows.iter().map(|row| row.claim_id), as_of).await?;
    rows.into_iter()
        .map(|row| {
            Ok(ReviewView {
                brief: row.brief()?,
                claim: claims.get(&row.claim_id).cloned().ok_or(Error::NotFound)?,
                claim_published: row.claim_published,
                claimants: json(row.claimants)?,
                claim_stated: stated(row.claim_stated_at, row.claim_stated_precision.as_deref())?,
                appearances: json(row.appearances)?,
                publisher_url: row.publisher_url,
                authors: json(row.authors)?,
                modified: stated(row.modified_at, row.modified_precision.as_deref())?,
                rating: Rating {
                    words: row.rating_words,
                    value: row.rating_value,
                    best: row.rating_best,
                    worst: row.rating_worst,
                    explanation: row.rating_explanation,
                },
                verdict_from: word(&row.verdict_from)?,
                language: row.language,
                unread: json(row.unread)?,
                rebuttal: row.rebuttal_id.map(RebuttalId),
                revision_number: row.number,
                extractor_version: row.extractor_version,
                recorded_at: row.recorded_at,
                superseded_at: ended(row.superseded_at, as_of),
            })
        })
        .collect()
}

/// Reviews in short, by the id of the revision spoken of.
pub(in crate::store) async fn briefs(
    connection: &Connection,
    revisions: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, ReviewBrief>, Error> {
    let revisions: Vec<Uuid> = revisions.into_iter().collect();
    if revisions.is_empty() {
        return Ok(BTreeMap::new());
    }
    // Any state of a review has one of what it counts for, and no brief tells which.
    let mut sql = Sql::new(REVIEWS);
    sql.push(
        "join review_claims k on k.review_id = w.id and k.superseded_at is null
         left join rebuttals r on false",
        [],
    );
    sql.among("where", "v.id", &revisions);
    let rows: Vec<ReviewRow> = sql.look_up(connection).await?;
    rows.iter().map(|row| Ok((row.revision_id, row.brief()?))).collect()
}

fn json<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|error| Error::Query(error.into()))
}
