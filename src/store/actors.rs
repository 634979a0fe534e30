//! Actors: who speaks or is spoken of.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::cursor::{NameKey, Walk, clamp};
use super::sql::{IdRow, Sql, words};
use super::{Connection, Error, actor_merges};
use crate::domain::view::{
    ActorBrief, ActorFilter, ActorMergeView, ActorView, Page, PageRequest, Selector,
};
use crate::domain::{ActorId, name_key};

/// What [`ActorRow`] is read from, as known at `as_of`; conditions follow.
fn select(as_of: Option<DateTime<Utc>>) -> Sql {
    let mut sql = Sql::new("select a.id, a.name, a.name_key, a.kind, a.recorded_at");
    for (count, table, column, name) in [
        ("count(*)", "statements", "speaker_id", "statements"),
        ("count(distinct x.claim_id)", "claimants", "actor_id", "claims"),
        ("count(*)", "denials", "denier_id", "rebuttals"),
    ] {
        let counted = format!(
            ", (select {count} from {table} x where x.{column} in (select a.id
                union all select m.actor_id from actor_members m where m.survivor_id = a.id"
        );
        sql.push(&counted, []).live("m", as_of).push(")", []);
        sql.live("x", as_of).push(&format!(") as {name}"), []);
    }
    sql.push("from actors a where true", []);
    if let Some(at) = as_of {
        sql.push("and a.recorded_at <= {}", [clamp(at).into()]);
    }
    sql
}

#[derive(QueryableByName)]
struct ActorRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    name_key: String,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    statements: i64,
    #[diesel(sql_type = BigInt)]
    claims: i64,
    #[diesel(sql_type = BigInt)]
    rebuttals: i64,
}

#[derive(QueryableByName)]
struct AliasRow {
    #[diesel(sql_type = SqlUuid)]
    actor_id: Uuid,
    #[diesel(sql_type = Text)]
    form: String,
    #[diesel(sql_type = Text)]
    alias: String,
}

/// What an actor is called, by form.
#[derive(Default)]
struct Names {
    aliases: Vec<String>,
    roles: Vec<String>,
    countries: Vec<String>,
}

impl Names {
    fn has(&self, form: &str, words: &str) -> bool {
        let known = match form {
            "role" => &self.roles,
            "country" => &self.countries,
            _ => &self.aliases,
        };
        known.iter().any(|other| other == words)
    }
}

#[derive(QueryableByName)]
struct AffiliationRow {
    #[diesel(sql_type = SqlUuid)]
    actor_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
}

/// One actor as known at `as_of`.
///
/// # Errors
/// [`Error::NotFound`], also for one that was not known yet then.
pub async fn find(
    connection: &mut Connection,
    id: ActorId,
    as_of: Option<DateTime<Utc>>,
) -> Result<ActorView, Error> {
    let mut sql = select(as_of);
    sql.push("and a.id = {}", [id.0.into()]);
    let rows = sql.load(connection).await?;
    views(connection, rows, as_of).await?.into_iter().next().ok_or(Error::NotFound)
}

/// Actors in order of their name, as known at the filter's `as_of`.
///
/// # Errors
/// [`Error::Cursor`] for a cursor that this list did not give.
pub async fn list(
    connection: &mut Connection,
    filter: &ActorFilter,
    page: &PageRequest,
) -> Result<Page<ActorView>, Error> {
    let walk: Walk<NameKey> = Walk::new("actors", filter, page)?;
    let mut sql = select(filter.as_of);
    sql.push("and not exists (select from actor_members m where m.actor_id = a.id", []);
    sql.live("m", filter.as_of).push(")", []);
    if let Some(q) = &filter.q {
        let q = name_key(q);
        sql.push(
            "and (to_tsvector('simple', a.name_key) @@ websearch_to_tsquery('simple', {})
                  or a.id in (select coalesce(m.survivor_id, l.id) from (
                          select n.id from actors n
                           where to_tsvector('simple', n.name_key) @@ websearch_to_tsquery('simple', {})
                          union
                          select l.actor_id from actor_aliases l
                           where to_tsvector('simple', l.alias_key) @@ websearch_to_tsquery('simple', {})
                             and l.form <> 'country'",
            [q.as_str().into(), q.as_str().into(), q.as_str().into()],
        );
        sql.live("l", filter.as_of)
            .push(") l left join actor_members m on m.actor_id = l.id", [])
            .live("m", filter.as_of)
            .push("))", []);
    }
    if let Some(kind) = filter.kind {
        sql.push("and a.kind = {}", [kind.as_str().into()]);
    }
    if let Some(after) = &walk.after {
        sql.push(
            "and (a.name_key, a.id) > ({}, {})",
            [after.name.as_str().into(), after.id.into()],
        );
    }
    sql.push("order by a.name_key, a.id limit {}", [walk.rows().into()]);
    let rows: Vec<ActorRow> = sql.load(connection).await?;
    let page = walk.page(rows, |row| NameKey { name: row.name_key.clone(), id: row.id });
    Ok(Page { items: views(connection, page.items, filter.as_of).await?, next: page.next })
}

async fn views(
    connection: &mut Connection,
    rows: Vec<ActorRow>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<ActorView>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut names: BTreeMap<Uuid, Names> = BTreeMap::new();
    // What a merged actor is called, the one that answers for it is called, too.
    let mut sql = Sql::new("with f as (select i.id, i.id as member_id from unnest(");
    sql.push(
        "{}) as i (id) union all
         select m.survivor_id, m.actor_id from actor_members m where m.survivor_id = any({})",
        [ids.clone().into(), ids.clone().into()],
    );
    sql.live("m", as_of).push(
        ") select n.actor_id, n.form, n.alias from (
             select f.id as actor_id, l.form, l.alias, l.recorded_at, l.id
               from f join actor_aliases l on l.actor_id = f.member_id where true",
        [],
    );
    sql.live("l", as_of).push(
        "union all
             select f.id, 'name', a.name, a.recorded_at, a.id
               from f join actors a on a.id = f.member_id where f.member_id <> f.id) n
          order by n.recorded_at, n.id",
        [],
    );
    let mut members: BTreeMap<Uuid, Vec<ActorMergeView>> =
        actor_merges::into(connection, &ids, as_of).await?;
    for row in sql.load::<AliasRow>(connection).await? {
        let of = names.entry(row.actor_id).or_default();
        if of.has(&row.form, &row.alias) {
            continue;
        }
        match row.form.as_str() {
            "role" => of.roles.push(row.alias),
            "country" => of.countries.push(row.alias),
            _ => of.aliases.push(row.alias),
        }
    }
    let mut principals: BTreeMap<Uuid, Vec<ActorBrief>> = BTreeMap::new();
    let mut sql = Sql::new(
        "select f.actor_id, a.id, a.name, a.kind
           from actor_affiliations f join actors a on a.id = f.speaks_for_id",
    );
    sql.push("where f.actor_id = any({})", [ids.into()]);
    sql.live("f", as_of).push("order by f.recorded_at, a.id", []);
    for row in sql.load::<AffiliationRow>(connection).await? {
        let brief =
            ActorBrief { id: ActorId(row.id), name: row.name, kind: words(row.kind.as_deref())? };
        principals.entry(row.actor_id).or_default().push(brief);
    }
    rows.into_iter()
        .map(|row| {
            let Names { aliases, roles, countries } = names.remove(&row.id).unwrap_or_default();
            Ok(ActorView {
                id: ActorId(row.id),
                name: row.name,
                kind: words(row.kind.as_deref())?,
                aliases,
                roles,
                countries,
                speaks_for: principals.remove(&row.id).unwrap_or_default(),
                members: members.remove(&row.id).unwrap_or_default(),
                statements: row.statements,
                claims: row.claims,
                rebuttals: row.rebuttals,
                recorded_at: row.recorded_at,
            })
        })
        .collect()
}

/// The ids that a selector means: by a name or an alias, never by a role. None where nothing has
/// that name. With each come those that are merged with it.
pub(super) async fn resolve(
    connection: &mut Connection,
    selector: &Selector<ActorId>,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<Uuid>, Error> {
    let key = match selector {
        Selector::Id(id) => return actor_merges::family(connection, &[id.0], as_of).await,
        Selector::Name(name) => name_key(name),
    };
    let mut sql = Sql::new("select id from actors");
    sql.push(
        "where name_key = {}
         union select actor_id from actor_aliases
         where form = 'name' and alias_key = {} and superseded_at is null",
        [key.as_str().into(), key.as_str().into()],
    );
    let rows = sql.load::<IdRow>(connection).await?;
    let named: Vec<Uuid> = rows.into_iter().map(|row| row.id).collect();
    actor_merges::family(connection, &named, as_of).await
}
