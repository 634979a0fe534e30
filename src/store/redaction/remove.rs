//! The rows that hold a document's text, table by table.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Jsonb, Uuid as SqlUuid};
use url::Url;
use uuid::Uuid;

use crate::domain::{DocumentId, address_key};
use crate::store::sql::{IdRow, Sql};
use crate::store::{Connection, Error};

/// The claims that stand or stood in the revisions.
pub(super) async fn claims_of(
    connection: &Connection,
    revisions: &[Uuid],
) -> Result<Vec<Uuid>, Error> {
    ids(
        connection,
        "select claim_id as id from appearances where revision_id = any({})
         union select member_id from appearances
                where member_id is not null and revision_id = any({})
         union select claim_id from denials where revision_id = any({})
         union select member_id from denials where member_id is not null and revision_id = any({})
         union select claim_id from claimants where revision_id = any({})
         union select claim_id from claim_subjects where revision_id = any({})
         union select claim_id from correction_notes
                where claim_id is not null and revision_id = any({})
         order by id",
        7,
        revisions,
    )
    .await
}

/// The actors that the revisions name.
pub(super) async fn actors_of(
    connection: &Connection,
    revisions: &[Uuid],
) -> Result<Vec<Uuid>, Error> {
    ids(
        connection,
        "select id from (
             select actor_id as id from actor_mentions where revision_id = any({})
             union select speaker_id from statements where revision_id = any({})
             union select via_id from statements where revision_id = any({})
             union select denier_id from denials where revision_id = any({})
             union select via_id from denials where revision_id = any({})
             union select actor_id from claimants where revision_id = any({})
             union select actor_id from claim_subjects where revision_id = any({})) a
         where id is not null order by id",
        7,
        revisions,
    )
    .await
}

/// Ids of a query that is given the same ids `times` over.
async fn ids(
    connection: &Connection,
    query: &str,
    times: usize,
    given: &[Uuid],
) -> Result<Vec<Uuid>, Error> {
    let mut sql = Sql::new("");
    sql.push_all(query, std::iter::repeat_with(|| given.to_vec().into()).take(times));
    Ok(sql.look_up::<IdRow>(connection).await?.into_iter().map(|row| row.id).collect())
}

#[derive(QueryableByName)]
struct JobRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Jsonb)]
    addresses: serde_json::Value,
}

/// Jobs that were to store the document or did: what they carry, and what their errors may quote. One
/// that is under way finds its row gone and stores nothing.
pub(super) async fn jobs(
    connection: &Connection,
    document: DocumentId,
    keys: &[String],
) -> Result<(), Error> {
    let mut sql = Sql::new("delete from jobs where");
    sql.push(
        "result ->> 'document' = {}
            or payload ->> 'text' in (select text from document_revisions where document_id = {})",
        [document.to_string().into(), document.0.into()],
    );
    sql.run(connection).await?;
    // SQL cannot tell that two spellings are one address; it can tell the host.
    let hosts: BTreeSet<String> = keys
        .iter()
        .filter_map(|key| key.split(['/', '?', ':']).next())
        .map(|host| format!("%{}%", host.replace(['%', '_', '\\'], "_")))
        .collect();
    let mut sql = Sql::new(
        "select id, jsonb_build_array(payload -> 'url') || coalesce(payload -> 'aliases', '[]') as addresses
           from jobs where payload ? 'url'",
    );
    sql.push(
        "and lower((payload -> 'url')::text || coalesce(payload -> 'aliases', '[]')::text) like any({})",
        [hosts.into_iter().collect::<Vec<_>>().into()],
    );
    let rows: Vec<JobRow> = sql.look_up(connection).await?;
    let known = |address: &serde_json::Value| {
        let key =
            address.as_str().and_then(|it| Url::parse(it).ok()).and_then(|it| address_key(&it));
        key.is_some_and(|key| keys.contains(&key))
    };
    let found: Vec<Uuid> = rows
        .into_iter()
        .filter(|row| row.addresses.as_array().is_some_and(|all| all.iter().any(known)))
        .map(|row| row.id)
        .collect();
    let mut sql = Sql::new("delete from jobs where id =");
    sql.push("any({})", [found.into()]);
    sql.run(connection).await
}

/// Tables whose rows belong to a revision, those first that others do not point to.
const OF_REVISIONS: [&str; 16] = [
    "denial_mention_spans",
    "denial_mentions",
    "denials",
    "claimants",
    "appearances",
    "claim_subjects",
    "statement_spans",
    "statements",
    "actor_mentions",
    "actor_sightings",
    "correction_notes",
    "revision_changes",
    "revision_origins",
    "revision_bands",
    "extractions",
    "document_revisions",
];

/// The documents' own rows.
pub(super) async fn rows(
    connection: &Connection,
    documents: &[Uuid],
    revisions: &[Uuid],
) -> Result<(), Error> {
    let mut sql = Sql::new("delete from corrections where document_id =");
    sql.push("any({})", [documents.to_vec().into()]);
    sql.run(connection).await?;
    let mut sql = Sql::new("delete from rebuttals where denial_id in (select id from denials");
    sql.push("where revision_id = any({}))", [revisions.to_vec().into()]);
    sql.run(connection).await?;
    for table in OF_REVISIONS {
        let column = if table == "document_revisions" { "id" } else { "revision_id" };
        let mut sql = Sql::new("delete from");
        sql.push(&format!("{table} where {column} = any({{}})"), [revisions.to_vec().into()]);
        sql.run(connection).await?;
    }
    for (table, column) in [
        ("document_links", "document_id"),
        ("document_links", "same_as_id"),
        ("document_removals", "document_id"),
        ("document_urls", "document_id"),
        ("documents", "id"),
    ] {
        let mut sql = Sql::new("delete from");
        sql.push(&format!("{table} where {column} = any({{}})"), [documents.to_vec().into()]);
        sql.run(connection).await?;
    }
    Ok(())
}

/// Of the claims those that stand nowhere else, and never did: their wording came from the removed text
/// alone. Answers which those were, and writes them down for whoever keeps claims elsewhere.
pub(super) async fn claims(
    connection: &Connection,
    claims: &[Uuid],
    at: DateTime<Utc>,
) -> Result<BTreeSet<Uuid>, Error> {
    let mut sql = Sql::new("select c.id from unnest(");
    sql.push(
        "{}) as c (id)
         where not exists (select from appearances a where a.claim_id = c.id)
           and not exists (select from appearances a where a.member_id = c.id)
           and not exists (select from denials d where d.claim_id = c.id)
           and not exists (select from denials d where d.member_id = c.id)
           and not exists (select from reviews w where w.claim_id = c.id)
           and not exists (select from review_claims k where k.claim_id = c.id)
           and not exists (select from review_claims k where k.member_id = c.id)
           and not exists (select from correction_notes n where n.claim_id = c.id)
           and not exists (select from corrections k where k.claim_id = c.id)",
        [claims.to_vec().into()],
    );
    let gone: Vec<IdRow> = sql.look_up(connection).await?;
    let gone: Vec<Uuid> = gone.into_iter().map(|row| row.id).collect();
    let mut sql = Sql::new("delete from link_judgements j using links l where j.link_id = l.id");
    sql.push(
        "and (l.claim_id = any({}) or l.other_id = any({}))",
        [gone.clone().into(), gone.clone().into()],
    );
    sql.run(connection).await?;
    let mut sql =
        Sql::new("update merges g set link_id = null from links l where l.id = g.link_id");
    sql.push(
        "and (l.claim_id = any({}) or l.other_id = any({}))",
        [gone.clone().into(), gone.clone().into()],
    );
    sql.run(connection).await?;
    for (table, column) in [
        ("claim_edits", "claim_id"),
        ("merges", "claim_id"),
        ("merges", "into_id"),
        ("claim_members", "claim_id"),
        ("claim_members", "survivor_id"),
        ("links", "claim_id"),
        ("links", "other_id"),
        ("claim_meanings", "claim_id"),
        ("claim_status_events", "claim_id"),
        ("claim_summaries", "claim_id"),
        ("claimants", "claim_id"),
        ("claim_subjects", "claim_id"),
        ("claims", "id"),
    ] {
        let mut sql = Sql::new("delete from");
        sql.push(&format!("{table} where {column} = any({{}})"), [gone.clone().into()]);
        sql.run(connection).await?;
    }
    let mut sql = Sql::new("insert into redacted_claims (claim_id, recorded_at)");
    sql.push("select id, {} from unnest({}) as g (id)", [at.into(), gone.clone().into()]);
    sql.run(connection).await?;
    Ok(gone.into_iter().collect())
}

/// Of the actors those that nothing names any more and into which no other was merged; of the others what no mention attests: rows of other
/// names tell no document.
pub(super) async fn actors(connection: &Connection, actors: &[Uuid]) -> Result<(), Error> {
    let mut sql = Sql::new("select a.id from unnest(");
    sql.push(
        "{}) as a (id)
         where not exists (select from actor_mentions m where m.actor_id = a.id)
           and not exists (select from statements s where s.speaker_id = a.id)
           and not exists (select from statements s where s.via_id = a.id)
           and not exists (select from denials d where d.denier_id = a.id)
           and not exists (select from denials d where d.via_id = a.id)
           and not exists (select from claimants c where c.actor_id = a.id)
           and not exists (select from claim_subjects s where s.actor_id = a.id)
           and not exists (select from actor_merges g where g.into_id = a.id)
           and not exists (select from corrections k where k.denier_id = a.id)",
        [actors.to_vec().into()],
    );
    let gone: Vec<IdRow> = sql.look_up(connection).await?;
    let gone: Vec<Uuid> = gone.into_iter().map(|row| row.id).collect();
    for (table, column) in [
        ("actor_affiliations", "actor_id"),
        ("actor_affiliations", "speaks_for_id"),
        ("actor_aliases", "actor_id"),
        ("actor_keys", "actor_id"),
        ("actor_members", "actor_id"),
        ("actor_merges", "actor_id"),
        ("actors", "id"),
    ] {
        let mut sql = Sql::new("delete from");
        sql.push(&format!("{table} where {column} = any({{}})"), [gone.clone().into()]);
        sql.run(connection).await?;
    }
    let mut sql = Sql::new("delete from actor_aliases l where l.actor_id =");
    sql.push(
        "any({}) and not exists (
             select from actor_sightings s where s.actor_id = l.actor_id
                and s.form = l.form and s.alias_key = l.alias_key)
         and (l.form = 'country' or not exists (
             select from actor_mentions m where m.actor_id = l.actor_id
                and position(lower(l.alias) in lower(m.quote)) > 0))",
        [actors.to_vec().into()],
    );
    sql.run(connection).await?;
    // Keys do not tell which document they come from; the next one that names the actor gives its own.
    let mut sql = Sql::new("delete from actor_keys where actor_id =");
    sql.push("any({})", [actors.to_vec().into()]);
    sql.run(connection).await
}
