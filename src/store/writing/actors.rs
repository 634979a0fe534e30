//! Actors of one document → actors over all documents, with what this one says of them.

use std::collections::{BTreeMap, BTreeSet};

use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::Context;
use super::located::ordinal;
use crate::domain::{Actor, ActorIndex, ActorKind, name_key};
use crate::store::rows::CHUNK;
use crate::store::rows::actor::{NewActor, NewActorMention, NewAffiliation, NewAlias};
use crate::store::rows::insert_all;
use crate::store::schema::{actor_affiliations, actor_aliases, actor_mentions, actors};
use crate::store::sql::Sql;
use crate::store::{Connection, Error};

/// The stored actor behind each actor of the extraction; `None` for a name that names nothing.
pub(super) struct ActorIds(Vec<Option<Uuid>>);

impl ActorIds {
    pub fn get(&self, index: Option<ActorIndex>) -> Option<Uuid> {
        self.0.get(index?.0).copied().flatten()
    }
}

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name_key: String,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
}

impl Context<'_> {
    /// Finds or founds every actor, then adds its names, roles, affiliations and mentions.
    ///
    /// All inserts go in the order of their keys, so that two documents that bring the same new
    /// actors wait for each other and cannot deadlock.
    pub(super) async fn write_actors(
        &self,
        connection: &mut Connection,
    ) -> Result<ActorIds, Error> {
        let keys: Vec<String> =
            self.extraction.actors.iter().map(|actor| name_key(&actor.name)).collect();
        let mut known = known_actors(connection, &keys).await?;
        let mut missing: BTreeMap<(&str, Option<&'static str>), &Actor> = BTreeMap::new();
        for (actor, key) in self.extraction.actors.iter().zip(&keys) {
            let kind = actor.kind.map(ActorKind::as_str);
            if !key.is_empty() && pick(&known, key, kind).is_none() {
                missing.entry((key, kind)).or_insert(actor);
            }
        }
        if !missing.is_empty() {
            let rows: Vec<NewActor<'_>> = missing
                .iter()
                .map(|(&(name_key, kind), actor)| NewActor {
                    id: Uuid::now_v7(),
                    name: &actor.name,
                    name_key,
                    kind,
                    extractor_version: self.version(),
                    recorded_at: self.draft.at,
                })
                .collect();
            for chunk in rows.chunks(CHUNK) {
                diesel::insert_into(actors::table)
                    .values(chunk)
                    .on_conflict_do_nothing()
                    .execute(&mut *connection)
                    .await?;
            }
            known = known_actors(connection, &keys).await?;
        }
        let ids = ActorIds(
            self.extraction
                .actors
                .iter()
                .zip(&keys)
                .map(|(actor, key)| pick(&known, key, actor.kind.map(ActorKind::as_str)))
                .collect(),
        );
        self.write_aliases(connection, &ids).await?;
        self.write_affiliations(connection, &ids).await?;
        self.write_mentions(connection, &ids).await?;
        Ok(ids)
    }

    async fn write_aliases(
        &self,
        connection: &mut Connection,
        ids: &ActorIds,
    ) -> Result<(), Error> {
        let mut aliases: BTreeMap<(Uuid, &'static str, String), &str> = BTreeMap::new();
        for (index, actor) in self.extraction.actors.iter().enumerate() {
            let Some(id) = ids.get(Some(ActorIndex(index))) else { continue };
            let named = actor.aliases.iter().chain([&actor.name]).map(|name| ("name", name));
            for (form, words) in named.chain(actor.roles.iter().map(|role| ("role", role))) {
                let key = name_key(words);
                if !key.is_empty() {
                    aliases.entry((id, form, key)).or_insert(words);
                }
            }
        }
        // The actor's own name is found through `actors`; an alias repeats it only for an actor
        // first known by another name.
        let names: BTreeSet<(Uuid, String)> = own_names(connection, ids).await?;
        aliases
            .retain(|(id, form, key), _| *form != "name" || !names.contains(&(*id, key.clone())));
        let rows: Vec<NewAlias<'_>> = aliases
            .into_iter()
            .map(|((actor_id, form, alias_key), alias)| NewAlias {
                id: Uuid::now_v7(),
                actor_id,
                form,
                alias,
                alias_key,
                extractor_version: self.version(),
                recorded_at: self.draft.at,
            })
            .collect();
        for chunk in rows.chunks(CHUNK) {
            diesel::insert_into(actor_aliases::table)
                .values(chunk)
                .on_conflict_do_nothing()
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    async fn write_affiliations(
        &self,
        connection: &mut Connection,
        ids: &ActorIds,
    ) -> Result<(), Error> {
        let pairs: BTreeSet<(Uuid, Uuid)> = self
            .extraction
            .actors
            .iter()
            .enumerate()
            .filter_map(|(index, actor)| {
                let pair = (ids.get(Some(ActorIndex(index)))?, ids.get(actor.speaks_for)?);
                (pair.0 != pair.1).then_some(pair)
            })
            .collect();
        let rows: Vec<NewAffiliation<'_>> = pairs
            .into_iter()
            .map(|(actor_id, speaks_for_id)| NewAffiliation {
                id: Uuid::now_v7(),
                actor_id,
                speaks_for_id,
                extractor_version: self.version(),
                recorded_at: self.draft.at,
            })
            .collect();
        for chunk in rows.chunks(CHUNK) {
            diesel::insert_into(actor_affiliations::table)
                .values(chunk)
                .on_conflict_do_nothing()
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    async fn write_mentions(
        &self,
        connection: &mut Connection,
        ids: &ActorIds,
    ) -> Result<(), Error> {
        let mut counted: BTreeMap<Uuid, usize> = BTreeMap::new();
        let mut rows = Vec::new();
        for (index, actor) in self.extraction.actors.iter().enumerate() {
            let Some(actor_id) = ids.get(Some(ActorIndex(index))) else { continue };
            for &mention in &actor.mentions {
                let Some(span) = self.locate.one(mention) else { continue };
                let place = counted.entry(actor_id).or_default();
                rows.push(NewActorMention {
                    revision_id: self.draft.revision.0,
                    actor_id,
                    ordinal: ordinal(*place),
                    field: span.field.as_str(),
                    span_start: span.start,
                    span_end: span.end,
                    quote: span.quote,
                    extractor_version: self.version(),
                    recorded_at: self.draft.at,
                });
                *place += 1;
            }
        }
        insert_all!(connection, actor_mentions::table, rows);
        Ok(())
    }
}

/// Known actors with one of these names, the earliest first.
async fn known_actors(
    connection: &mut Connection,
    keys: &[String],
) -> Result<BTreeMap<String, Vec<KnownRow>>, Error> {
    let mut known: BTreeMap<String, Vec<KnownRow>> = BTreeMap::new();
    if keys.is_empty() {
        return Ok(known);
    }
    let mut sql = Sql::new("select id, name_key, kind from actors");
    sql.push("where name_key = any({}) order by id", [keys.to_vec().into()]);
    for row in sql.load::<KnownRow>(connection).await? {
        known.entry(row.name_key.clone()).or_default().push(row);
    }
    Ok(known)
}

/// The known actor that a name and kind mean: the same kind; where this document does not tell the
/// kind, the earliest of that name.
fn pick(known: &BTreeMap<String, Vec<KnownRow>>, key: &str, kind: Option<&str>) -> Option<Uuid> {
    let named = known.get(key)?;
    let same = named.iter().find(|row| row.kind.as_deref() == kind);
    let row = match kind {
        Some(_) => same,
        None => same.or_else(|| named.iter().next()),
    };
    row.map(|row| row.id)
}

async fn own_names(
    connection: &mut Connection,
    ids: &ActorIds,
) -> Result<BTreeSet<(Uuid, String)>, Error> {
    let ids: Vec<Uuid> = ids.0.iter().copied().flatten().collect();
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut sql = Sql::new("select id, name_key, kind from actors");
    sql.push("where id = any({})", [ids.into()]);
    let rows: Vec<KnownRow> = sql.load(connection).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name_key)).collect())
}
