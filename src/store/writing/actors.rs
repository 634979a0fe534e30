//! Actors of one document → actors over all documents, with what this one says of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::sql_types::{Text, Timestamptz};
use futures_util::future::try_join;
use uuid::Uuid;

use super::Context;
use super::known::{Known, KnownRow};
use super::located::ordinal;
use super::locks::lock_actors;
use crate::domain::identity::{self, Identity};
use crate::domain::{Actor, ActorIndex, ActorKind, Span, name_key};
use crate::store::insert::{Inserts, bound};
use crate::store::rows::actor::{
    NewActor, NewActorMention, NewAffiliation, NewAlias, NewKey, NewSighting,
};
use crate::store::{Connection, Error};

/// The stored actor behind each actor of the extraction; `None` for a name that names nothing.
pub(super) struct ActorIds(Vec<Option<Uuid>>);

/// What a document says of actors.
pub(super) struct ActorRows<'a> {
    pub aliases: Vec<NewAlias<'a>>,
    pub affiliations: Vec<NewAffiliation>,
    pub keys: Vec<NewKey>,
    pub mentions: Vec<NewActorMention>,
    pub sightings: Vec<NewSighting>,
}

impl ActorIds {
    pub fn get(&self, index: Option<ActorIndex>) -> Option<Uuid> {
        self.0.get(index?.0).copied().flatten()
    }
}

/// The stored actors behind some that a document or a review names.
pub(super) struct Resolved {
    pub ids: ActorIds,
    /// Keys by which they will be found.
    pub keys: Vec<NewKey>,
    own_names: BTreeSet<(Uuid, String)>,
}

/// How surely kinds are told: a document's words tell them, a fact-check's block often tells `Person` of
/// whatever it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kinds {
    Told,
    Guessed,
}

impl Resolved {
    /// Finds or founds every actor.
    ///
    /// New ones go in the order of their keys; see [`super::locks`].
    pub async fn of(
        connection: &mut Connection,
        named: &[Actor],
        kinds: Kinds,
        (version, at): (&str, DateTime<Utc>),
    ) -> Result<Self, Error> {
        let actors: Vec<(&Actor, String, Identity)> =
            named.iter().map(|actor| (actor, name_key(&actor.name), Identity::of(actor))).collect();
        let names: Vec<String> = actors.iter().map(|(_, name, _)| name.clone()).collect();
        fn pick<'k>(
            known: &'k Known,
            kinds: Kinds,
            (actor, name, identity): &(&Actor, String, Identity),
        ) -> Option<&'k KnownRow> {
            known
                .pick(actor, name, identity)
                .or_else(|| known.named_at_all(actor, name).filter(|_| kinds == Kinds::Guessed))
        }
        let mut known = Known::by_names(connection, &names).await?;
        let unknown: BTreeSet<&str> = actors
            .iter()
            .filter(|named| pick(&known, kinds, named).is_none())
            .flat_map(|(_, _, identity)| identity.keys.iter().map(|(_, key)| key.as_str()))
            .collect();
        if !unknown.is_empty() {
            // Sent without waiting for each other, and run one after the other.
            let (_, keyed) =
                try_join(lock_actors(connection, &unknown), Known::by_keys(connection, &unknown))
                    .await?;
            known = Known { by_key: keyed, ..Known::by_names(connection, &names).await? };
        }
        // An actor that contradicts one of its name takes a second round, where that one was founded by
        // this document or while it waited.
        for round in 0..3 {
            let mut missing: BTreeMap<(&str, Option<&'static str>, String), &Actor> =
                BTreeMap::new();
            for named in &actors {
                let (actor, name, _) = named;
                if name.is_empty() || pick(&known, kinds, named).is_some() {
                    continue;
                }
                let kind = actor.kind.map(ActorKind::as_str);
                let apart = match known.is_taken(name, kind) {
                    true => identity::apart(actor),
                    false => String::new(),
                };
                missing.entry((name, kind, apart)).or_insert(actor);
            }
            if missing.is_empty() {
                break;
            }
            let rows: Vec<NewActor<'_>> = missing
                .into_iter()
                .map(|((name_key, kind, apart), actor)| NewActor {
                    id: Uuid::now_v7(),
                    name: &actor.name,
                    name_key,
                    kind,
                    apart,
                })
                .collect();
            let mut inserts = Inserts::default();
            inserts.add_unknown(
                &rows,
                [
                    ("extractor_version", bound::<Text, _>(version)),
                    ("recorded_at", bound::<Timestamptz, _>(at)),
                ],
            );
            inserts.execute(connection).await?;
            known = Known { by_key: known.by_key, ..Known::by_names(connection, &names).await? };
            if round > 0 {
                tracing::debug!(round, "actors of one name were told apart");
            }
        }
        let picked: Vec<Option<&KnownRow>> =
            actors.iter().map(|named| pick(&known, kinds, named)).collect();
        let ids = ActorIds(picked.iter().map(|row| row.map(|row| row.id)).collect());
        let own_names: BTreeSet<(Uuid, String)> =
            picked.iter().flatten().map(|row| (row.id, row.name_key.clone())).collect();
        let keys: BTreeSet<(Uuid, &'static str, String)> = actors
            .iter()
            .zip(&picked)
            .filter_map(|((_, _, identity), row)| Some((row.as_ref()?.id, identity)))
            .flat_map(|(id, identity)| {
                identity.keys.iter().map(move |(form, key)| (id, form.as_str(), key.clone()))
            })
            .collect();
        let keys =
            keys.into_iter().map(|(actor_id, form, key)| NewKey { actor_id, form, key }).collect();
        Ok(Resolved { ids, keys, own_names })
    }

    /// What these actors are called here. An actor's own name is found through `actors`; an alias
    /// repeats it only for an actor first known by another name.
    pub fn aliases<'a>(&self, named: &'a [Actor]) -> Vec<NewAlias<'a>> {
        let mut aliases: BTreeMap<(Uuid, &'static str, String), &'a str> = BTreeMap::new();
        for (index, actor) in named.iter().enumerate() {
            let Some(id) = self.ids.get(Some(ActorIndex(index))) else { continue };
            let names = actor.aliases.iter().chain([&actor.name]).map(|name| ("name", name));
            let told = actor.roles.iter().map(|role| ("role", role));
            let told = told.chain(actor.country.iter().map(|country| ("country", country)));
            for (form, words) in names.chain(told) {
                let key = name_key(words);
                let is_own_name = form == "name" && self.own_names.contains(&(id, key.clone()));
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
}

impl<'a> Context<'a> {
    /// Finds or founds every actor; what the document says of them is in the rows.
    pub(super) async fn find_or_found_actors(
        &self,
        connection: &mut Connection,
    ) -> Result<(ActorIds, ActorRows<'a>), Error> {
        let named = &self.extraction.actors;
        let by = (self.extraction.extractor.version.as_str(), self.draft.at);
        let resolved = Resolved::of(connection, named, Kinds::Told, by).await?;
        let aliases = resolved.aliases(named);
        let Resolved { ids, keys, .. } = resolved;
        let rows = ActorRows {
            aliases,
            affiliations: self.affiliations(&ids),
            keys,
            mentions: self.mentions(&ids),
            sightings: self.sightings(&ids),
        };
        Ok((ids, rows))
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

    /// Where the document first calls each actor by each of its names and roles; its state is told
    /// where it is first mentioned. A role that only a longer text tells stands in no mention.
    fn sightings(&self, ids: &ActorIds) -> Vec<NewSighting> {
        let mut rows: BTreeMap<(Uuid, &'static str, String), NewSighting> = BTreeMap::new();
        for (index, actor) in self.extraction.actors.iter().enumerate() {
            let Some(actor_id) = ids.get(Some(ActorIndex(index))) else { continue };
            let names = actor.aliases.iter().chain([&actor.name]).map(|name| ("name", name));
            let told = actor.roles.iter().map(|role| ("role", role));
            let told = told.chain(actor.country.iter().map(|country| ("country", country)));
            for (form, words) in names.chain(told) {
                let key = name_key(words);
                if key.is_empty() || rows.contains_key(&(actor_id, form, key.clone())) {
                    continue;
                }
                let place = match form {
                    "country" => actor.mentions.first().copied(),
                    _ => actor.mentions.iter().find_map(|&mention| self.within(mention, words)),
                };
                let Some(span) = place.and_then(|place| self.locate.one(place)) else { continue };
                let row = NewSighting {
                    actor_id,
                    form,
                    alias: words.clone(),
                    alias_key: key.clone(),
                    field: span.field.as_str(),
                    span_start: span.start,
                    span_end: span.end,
                    quote: span.quote,
                };
                rows.insert((actor_id, form, key), row);
            }
        }
        rows.into_values().collect()
    }

    /// The place of words in a mention.
    fn within(&self, mention: Span, words: &str) -> Option<Span> {
        let quote = self.document.quote(mention);
        let at = quote.find(words)?;
        let start = mention.start + at;
        Some(Span::new(mention.field, start..start + words.len()))
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
