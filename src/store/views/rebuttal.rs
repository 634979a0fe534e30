//! Rebuttals with their claim, document, actors and words.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Float4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::{brief, ended, review, span, stated};
use crate::domain::view::{DenialMentionView, RebuttalBrief, RebuttalView};
use crate::domain::{ClaimId, DenialMentionId, RebuttalId, RevisionId, StatementId};
use crate::store::sql::{Sql, word};
use crate::store::{Connection, Error};

/// What [`RebuttalRow`] is read from; conditions follow.
pub(in crate::store) const REBUTTALS: &str =
    "select r.id, r.claim_id, coalesce(r.member_id, r.claim_id) as member_id, r.kind, r.stated_at, r.stated_precision, r.extractor_version,
            r.recorded_at, r.superseded_at, n.id as denial_id, n.revision_id, n.denier_id,
            coalesce(n.denier_role, 'outlet') as denier_role, n.via_id, n.label,
            coalesce(n.confidence, 1) as confidence, r.review_revision_id
       from rebuttals r left join denials n on n.id = r.denial_id where true";

#[derive(QueryableByName)]
pub(in crate::store) struct RebuttalRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    member_id: Uuid,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    stated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    stated_precision: Option<String>,
    #[diesel(sql_type = Text)]
    extractor_version: String,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    denial_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    revision_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    review_revision_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    denier_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    denier_role: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    via_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    label: Option<String>,
    #[diesel(sql_type = Float4)]
    confidence: f32,
}

#[derive(QueryableByName)]
struct MentionRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    denial_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    statement_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    rule: String,
}

/// Rebuttals as seen at `as_of`, in the order of the rows.
pub(in crate::store) async fn rebuttals(
    connection: &mut Connection,
    rows: Vec<RebuttalRow>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<RebuttalView>, Error> {
    let claims = brief::claims(connection, rows.iter().map(|row| row.claim_id), as_of).await?;
    let documents =
        brief::documents(connection, rows.iter().filter_map(|row| row.revision_id)).await?;
    let reviews =
        review::briefs(connection, rows.iter().filter_map(|row| row.review_revision_id)).await?;
    let actors = brief::actors(
        connection,
        rows.iter().flat_map(|row| [row.denier_id, row.via_id]).flatten(),
        as_of,
    )
    .await?;
    let mut mentions = mentions(connection, &rows).await?;
    rows.into_iter()
        .map(|row| {
            let actor = |id: Option<Uuid>| id.and_then(|id| actors.get(&id).cloned());
            Ok(RebuttalView {
                id: RebuttalId(row.id),
                kind: word(&row.kind)?,
                claim: claims.get(&row.claim_id).cloned().ok_or(Error::NotFound)?,
                member: ClaimId(row.member_id),
                document: row.revision_id.and_then(|id| documents.get(&id).cloned()),
                revision: row.revision_id.map(RevisionId),
                review: row.review_revision_id.and_then(|id| reviews.get(&id).cloned()),
                denier: actor(row.denier_id),
                denier_role: word(&row.denier_role)?,
                via: actor(row.via_id),
                label: row.label,
                stated: stated(row.stated_at, row.stated_precision.as_deref())?,
                confidence: row.confidence,
                mentions: row.denial_id.and_then(|id| mentions.remove(&id)).unwrap_or_default(),
                extractor_version: row.extractor_version,
                recorded_at: row.recorded_at,
                superseded_at: ended(row.superseded_at, as_of),
            })
        })
        .collect()
}

/// Where each denial stands, in order of place.
async fn mentions(
    connection: &mut Connection,
    rows: &[RebuttalRow],
) -> Result<BTreeMap<Uuid, Vec<DenialMentionView>>, Error> {
    let mut found: BTreeMap<Uuid, Vec<DenialMentionView>> = BTreeMap::new();
    if rows.is_empty() {
        return Ok(found);
    }
    let revisions: Vec<Uuid> = rows.iter().filter_map(|row| row.revision_id).collect();
    let denials: Vec<Uuid> = rows.iter().filter_map(|row| row.denial_id).collect();
    let mut sql = Sql::new("select id, denial_id, statement_id, rule from denial_mentions");
    sql.push(
        "where revision_id = any({}) and denial_id = any({}) order by denial_id, ordinal",
        [revisions.clone().into(), denials.into()],
    );
    let mentions: Vec<MentionRow> = sql.load(connection).await?;
    let ids = mentions.iter().map(|mention| mention.id).collect();
    let mut spans = span::of_mentions(connection, revisions, ids).await?;
    for mention in mentions {
        // rebuttals_stand_on_words lets no mention in without its cue
        let Some(cue) = spans.one(mention.id, "cue") else { continue };
        found.entry(mention.denial_id).or_default().push(DenialMentionView {
            id: DenialMentionId(mention.id),
            cue,
            denier: spans.one(mention.id, "denier"),
            denied: spans.one(mention.id, "denied"),
            via: spans.one(mention.id, "via"),
            statement: mention.statement_id.map(StatementId),
            rule: mention.rule,
        });
    }
    Ok(found)
}

/// Rebuttals in short.
pub(in crate::store) async fn briefs(
    connection: &mut Connection,
    rows: Vec<RebuttalRow>,
) -> Result<Vec<RebuttalBrief>, Error> {
    let claims = brief::claims(connection, rows.iter().map(|row| row.claim_id), None).await?;
    let actors =
        brief::actors(connection, rows.iter().filter_map(|row| row.denier_id), None).await?;
    rows.into_iter()
        .map(|row| {
            Ok(RebuttalBrief {
                id: RebuttalId(row.id),
                kind: word(&row.kind)?,
                claim: claims.get(&row.claim_id).cloned().ok_or(Error::NotFound)?,
                denier: row.denier_id.and_then(|id| actors.get(&id).cloned()),
            })
        })
        .collect()
}

impl RebuttalRow {
    /// What makes two rebuttals of two revisions the same: claim, denier and kind.
    pub fn sameness(&self) -> (Uuid, Option<Uuid>, &str) {
        (self.claim_id, self.denier_id, &self.kind)
    }
}
