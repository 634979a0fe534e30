//! Actors of one document → actors over all documents, with what this one says of them.

use std::collections::{BTreeMap, BTreeSet};

use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::Context;
use super::located::ordinal;
use crate::domain::{Actor, ActorIndex, ActorKind, name_key};
use crate::store::insert::Inserts;
use crate::store::rows::actor::{NewActor, NewActorMention, NewAffiliation, NewAlias};
use crate::store::sql::Sql;
use crate::store::{Connection, Error};

/// The stored actor behind each actor of the extraction; `None` for a name that names nothing.
pub(super) struct ActorIds(Vec<Option<Uuid>>);

/// What a document says of actors.
pub(super) struct ActorRows<'a> {
    pub aliases: Vec<NewAlias<'a>>,
    pub affiliations: Vec<NewAffiliation>,
    pub mentions: Vec<NewActorMention>,
}

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

impl<'a> Context<'a> {
    /// Finds or founds every actor; what the document says of them is in the rows.
    ///
    /// New ones go in the order of their keys, and so do the rows; see [`super::locks`].
    pub(super) async fn find_or_found_actors(
        &self,
        connection: &mut Connection,
    ) -> Result<(ActorIds, ActorRows<'a>), Error> {
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
                })
                .collect();
            let mut inserts = Inserts::default();
            inserts.add_unknown(&rows, [self.by(), self.at()]);
            inserts.execute(connection).await?;
            known = known_actors(connection, &keys).await?;
        }
        let picked: Vec<Option<&KnownRow>> = self
            .extraction
            .actors
            .iter()
            .zip(&keys)
            .map(|(actor, key)| pick(&known, key, actor.kind.map(ActorKind::as_str)))
            .collect();
        let ids = ActorIds(picked.iter().map(|row| row.map(|row| row.id)).collect());
        // The actor's own name is found through `actors`; an alias repeats it only for an actor
        // first known by another name.
        let names: BTreeSet<(Uuid, &str)> =
            picked.iter().flatten().map(|row| (row.id, row.name_key.as_str())).collect();
        let rows = ActorRows {
            aliases: self.aliases(&ids, &names),
            affiliations: self.affiliations(&ids),
            mentions: self.mentions(&ids),
        };
        Ok((ids, rows))
    }

    fn aliases(&self, ids: &ActorIds, own_names: &BTreeSet<(Uuid, &str)>) -> Vec<NewAlias<'a>> {
        let mut aliases: BTreeMap<(Uuid, &'static str, String), &'a str> = BTreeMap::new();
        for (index, actor) in self.extraction.actors.iter().enumerate() {
            let Some(id) = ids.get(Some(ActorIndex(index))) else { continue };
            let named = actor.aliases.iter().chain([&actor.name]).map(|name| ("name", name));
            for (form, words) in named.chain(actor.roles.iter().map(|role| ("role", role))) {
                let key = name_key(words);
                let is_own_name = form == "name" && own_names.contains(&(id, key.as_str()));
                if !key.is_empty() && !is_own_name {
                    aliases.entry((id, form, key)).or_insert(words);
                }
            }
        }
        aliases
            .into_iter()
            .map(|((actor_id, form, alias_key), alias)| NewAlias {
                id: Uuid::now_v7(),
                actor_id,
                form,
                alias,
                alias_key,
            })
            .collect()
    }

    fn affiliations(&self, ids: &ActorIds) -> Vec<NewAffiliation> {
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
        pairs
            .into_iter()
            .map(|(actor_id, speaks_for_id)| NewAffiliation {
                id: Uuid::now_v7(),
                actor_id,
                speaks_for_id,
            })
            .collect()
    }

    fn mentions(&self, ids: &ActorIds) -> Vec<NewActorMention> {
        let mut counted: BTreeMap<Uuid, usize> = BTreeMap::new();
        let mut rows = Vec::new();
        for (index, actor) in self.extraction.actors.iter().enumerate() {
            let Some(actor_id) = ids.get(Some(ActorIndex(index))) else { continue };
            for &mention in &actor.mentions {
                let Some(span) = self.locate.one(mention) else { continue };
                let place = counted.entry(actor_id).or_default();
                rows.push(NewActorMention {
                    actor_id,
                    ordinal: ordinal(*place),
                    field: span.field.as_str(),
                    span_start: span.start,
                    span_end: span.end,
                    quote: span.quote,
                });
                *place += 1;
            }
        }
        rows
    }
}

/// Known actors with one of these names, the earliest first.
async fn known_actors(
    connection: &Connection,
    keys: &[String],
) -> Result<BTreeMap<String, Vec<KnownRow>>, Error> {
    let mut known: BTreeMap<String, Vec<KnownRow>> = BTreeMap::new();
    if keys.is_empty() {
        return Ok(known);
    }
    let mut sql = Sql::new("select a.id, a.name_key, a.kind from");
    sql.each(["actors", "name_key", "id, name_key, kind", "a"], keys.to_vec().into());
    sql.push("order by a.id", []);
    for row in sql.look_up::<KnownRow>(connection).await? {
        known.entry(row.name_key.clone()).or_default().push(row);
    }
    Ok(known)
}

/// The known actor that a name and kind mean: the same kind; where this document does not tell the
/// kind, the earliest of that name.
fn pick<'k>(
    known: &'k BTreeMap<String, Vec<KnownRow>>,
    key: &str,
    kind: Option<&str>,
) -> Option<&'k KnownRow> {
    let named = known.get(key)?;
    let same = named.iter().find(|row| row.kind.as_deref() == kind);
    match kind {
        Some(_) => same,
        None => same.or_else(|| named.first()),
    }
}
