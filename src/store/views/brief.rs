//! Short forms of nouns that stand beside others.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::stated;
use crate::domain::view::{ActorBrief, ClaimBrief, DocumentBrief, OutletBrief};
use crate::domain::{ActorId, ClaimId, DocumentId, OutletId, RevisionId, Status};
use crate::store::sql::{Sql, word, words};
use crate::store::{Connection, Error};

#[derive(QueryableByName)]
struct ActorRow {
    #[diesel(sql_type = SqlUuid)]
    asked: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
}

/// Actors by id; of one that was merged at `as_of` the one that answers for it.
pub(in crate::store) async fn actors(
    connection: &Connection,
    ids: impl IntoIterator<Item = Uuid>,
    as_of: Option<DateTime<Utc>>,
) -> Result<BTreeMap<Uuid, ActorBrief>, Error> {
    let ids = distinct(ids);
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new(
        "select x.id as asked, a.id, a.name, a.kind
           from actors x left join actor_members m on m.actor_id = x.id",
    );
    sql.live("m", as_of)
        .push("join actors a on a.id = coalesce(m.survivor_id, x.id)", [])
        .among("where", "x.id", &ids);
    let rows: Vec<ActorRow> = sql.look_up(connection).await?;
    rows.into_iter()
        .map(|row| {
            let kind = words(row.kind.as_deref())?;
            Ok((row.asked, ActorBrief { id: ActorId(row.id), name: row.name, kind }))
        })
        .collect()
}

#[derive(QueryableByName)]
struct DocumentRow {
    #[diesel(sql_type = SqlUuid)]
    revision_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    document_id: Uuid,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Nullable<Text>)]
    url: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    outlet_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    outlet_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    outlet_domain: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    published_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    published_precision: Option<String>,
    #[diesel(sql_type = Text)]
    language: String,
}

/// Documents by the id of the revision spoken of.
pub(in crate::store) async fn documents(
    connection: &Connection,
    revisions: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, DocumentBrief>, Error> {
    let ids = distinct(revisions);
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new(
        "select r.id as revision_id, r.document_id, r.number,
                coalesce(u.url, (select s.url from document_urls s where s.stood_for_id = d.id)) as url,
                r.title, o.id as outlet_id,
                o.name as outlet_name, o.domain as outlet_domain,
                r.published_at, r.published_precision, r.language
           from document_revisions r
           join documents d on d.id = r.document_id
           left join outlets o on o.id = d.outlet_id
           left join document_urls u on u.document_id = d.id and u.canonical",
    );
    sql.among("where", "r.id", &ids);
    let rows: Vec<DocumentRow> = sql.look_up(connection).await?;
    rows.into_iter()
        .map(|row| {
            let brief = DocumentBrief {
                id: DocumentId(row.document_id),
                revision: RevisionId(row.revision_id),
                revision_number: row.number,
                url: row.url,
                title: row.title,
                outlet: outlet(row.outlet_id, row.outlet_name, row.outlet_domain),
                published: stated(row.published_at, row.published_precision.as_deref())?,
                language: row.language,
            };
            Ok((row.revision_id, brief))
        })
        .collect()
}

/// An outlet out of the columns of a left join.
pub(in crate::store) fn outlet(
    id: Option<Uuid>,
    name: Option<String>,
    domain: Option<String>,
) -> Option<OutletBrief> {
    Some(OutletBrief { id: OutletId(id?), name: name?, domain })
}

#[derive(QueryableByName)]
struct ClaimRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Nullable<Text>)]
    status: Option<String>,
}

/// Claims by id, with their status at `as_of`.
pub(in crate::store) async fn claims(
    connection: &Connection,
    ids: impl IntoIterator<Item = Uuid>,
    as_of: Option<DateTime<Utc>>,
) -> Result<BTreeMap<Uuid, ClaimBrief>, Error> {
    let ids = distinct(ids);
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new(
        "select c.id, coalesce(e.text, c.text) as text, c.language,
                coalesce(e.status, s.status) as status
           from claims c left join claim_summaries s on s.claim_id = c.id",
    );
    sql.live("s", as_of).push("left join claim_edits e on e.claim_id = c.id", []);
    sql.live("e", as_of).among("where", "c.id", &ids);
    let rows: Vec<ClaimRow> = sql.look_up(connection).await?;
    rows.into_iter()
        .map(|row| {
            let status = words(row.status.as_deref())?.unwrap_or(Status::Unverified);
            let id = ClaimId(row.id);
            Ok((row.id, ClaimBrief { id, text: row.text, language: row.language, status }))
        })
        .collect()
}

#[derive(QueryableByName)]
struct LinkRow {
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Text)]
    role: String,
}

/// What an actor is to a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::store) enum ClaimRole {
    Claimant,
    Denier,
    Subject,
}

/// The actors around each claim, in the order we learned of them.
pub(in crate::store) async fn claim_actors(
    connection: &Connection,
    claims: &[Uuid],
    as_of: Option<DateTime<Utc>>,
) -> Result<BTreeMap<(Uuid, ClaimRole), Vec<ActorBrief>>, Error> {
    let mut found: BTreeMap<(Uuid, ClaimRole), Vec<ActorBrief>> = BTreeMap::new();
    if claims.is_empty() {
        return Ok(found);
    }
    let mut sql = Sql::new("select x.claim_id, a.id, a.name, a.kind, x.role from (");
    for (number, (role, column, table)) in [
        ("claimant", "actor_id", "claimants"),
        ("denier", "denier_id", "denials"),
        ("subject", "actor_id", "claim_subjects"),
    ]
    .into_iter()
    .enumerate()
    {
        if number > 0 {
            sql.push("union all", []);
        }
        sql.push(
            &format!(
                "select t.claim_id, t.{column} as actor_id, '{role}' as role, min(t.recorded_at) as since
                   from {table} t where t.{column} is not null"
            ),
            [],
        );
        sql.among("and", "t.claim_id", claims)
            .live("t", as_of)
            .push(&format!("group by t.claim_id, t.{column}"), []);
    }
    sql.push(") x left join actor_members m on m.actor_id = x.actor_id", []).live("m", as_of).push(
        "join actors a on a.id = coalesce(m.survivor_id, x.actor_id) order by x.since, a.id",
        [],
    );
    let rows: Vec<LinkRow> = sql.look_up(connection).await?;
    for row in rows {
        let brief =
            ActorBrief { id: ActorId(row.id), name: row.name, kind: words(row.kind.as_deref())? };
        let named = found.entry((row.claim_id, word(&row.role)?)).or_default();
        // Merged actors are one.
        if !named.contains(&brief) {
            named.push(brief);
        }
    }
    Ok(found)
}

fn distinct(ids: impl IntoIterator<Item = Uuid>) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
