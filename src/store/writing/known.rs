//! Which stored actors those of a document may be.

use std::collections::{BTreeMap, BTreeSet};

use diesel::QueryableByName;
use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};
use uuid::Uuid;

use crate::domain::identity::{Identity, KeyForm, contradicts};
use crate::domain::{Actor, ActorKind};
use crate::store::sql::Sql;
use crate::store::{Connection, Error};

/// A stored actor with what is known of it.
#[derive(QueryableByName)]
pub(super) struct KnownRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub name_key: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub kind: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    countries: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    roles: Vec<String>,
}

#[derive(QueryableByName)]
struct KeyedRow {
    #[diesel(embed)]
    actor: KnownRow,
    #[diesel(sql_type = SqlUuid)]
    survivor_id: Uuid,
    #[diesel(sql_type = Array<Text>)]
    full: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    shorter: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    short: Vec<String>,
}

/// An actor, whom it now counts as, and its keys.
pub(super) type Keyed = (KnownRow, Uuid, Identity);

/// Stored actors that may be those of a document.
#[derive(Default)]
pub(super) struct Known {
    pub by_name: BTreeMap<String, Vec<KnownRow>>,
    pub by_key: Vec<Keyed>,
}

/// States and offices of each actor `a`.
const FACTS: &str = "cross join lateral (
         select coalesce(array_agg(l.alias) filter (where l.form = 'country'), array[]::text[]) as countries,
                coalesce(array_agg(l.alias) filter (where l.form = 'role'), array[]::text[]) as roles
           from actor_aliases l where l.actor_id = a.id and l.superseded_at is null) f";

impl Known {
    /// Those of the given names, the earliest first.
    pub async fn by_names(connection: &Connection, keys: &[String]) -> Result<Self, Error> {
        let mut known = Known::default();
        if keys.is_empty() {
            return Ok(known);
        }
        let mut sql = Sql::new("select a.id, a.name_key, a.kind, f.countries, f.roles from");
        sql.each(["actors", "name_key", "id, name_key, kind", "a"], keys.to_vec().into());
        sql.push(FACTS, []).push("order by a.id", []);
        for row in sql.look_up::<KnownRow>(connection).await? {
            known.by_name.entry(row.name_key.clone()).or_default().push(row);
        }
        Ok(known)
    }

    /// Those that bear one of the keys, the earliest first.
    pub async fn by_keys(
        connection: &Connection,
        keys: &BTreeSet<&str>,
    ) -> Result<Vec<Keyed>, Error> {
        let keys: Vec<String> = keys.iter().map(|&key| key.to_owned()).collect();
        let mut sql = Sql::new(
            "select a.id, a.name_key, a.kind, f.countries, f.roles, k.full, k.shorter, k.short,
                    coalesce(s.survivor_id, a.id) as survivor_id
               from (select distinct c.actor_id from",
        );
        sql.each(["actor_keys", "key", "actor_id", "c"], keys.into());
        sql.push(") i join actors a on a.id = i.actor_id", []);
        sql.push(FACTS, []).push(
            "cross join lateral (
                 select coalesce(array_agg(k.key) filter (where k.form = 'full'), array[]::text[]) as full,
                        coalesce(array_agg(k.key) filter (where k.form = 'shorter'), array[]::text[]) as shorter,
                        coalesce(array_agg(k.key) filter (where k.form = 'short'), array[]::text[]) as short
                   from actor_keys k where k.actor_id = a.id) k
               left join actor_members s on s.actor_id = a.id and s.superseded_at is null
              order by a.id",
            [],
        );
        let rows: Vec<KeyedRow> = sql.look_up(connection).await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let forms = [
                    (KeyForm::Full, row.full),
                    (KeyForm::Shorter, row.shorter),
                    (KeyForm::Short, row.short),
                ];
                let keys = forms
                    .into_iter()
                    .flat_map(|(form, keys)| keys.into_iter().map(move |key| (form, key)))
                    .collect();
                (row.actor, row.survivor_id, Identity { keys })
            })
            .collect())
    }

    /// The stored actor that one of a document is; `None` where there is none, or where several may be
    /// meant.
    pub fn pick(&self, actor: &Actor, name_key: &str, identity: &Identity) -> Option<&KnownRow> {
        // A family name with an office and a state says more than the name.
        let bare = !name_key.contains(' ') && actor.kind == Some(ActorKind::Person);
        let keyed = || self.keyed(actor, identity);
        match bare.then(keyed).flatten() {
            Some(row) => Some(row),
            None => self.named(actor, name_key).or_else(|| keyed().filter(|_| !bare)),
        }
    }

    /// Of the same name and kind; where the document does not tell the kind, the earliest of that
    /// name.
    fn named(&self, actor: &Actor, name_key: &str) -> Option<&KnownRow> {
        let named = self.by_name.get(name_key)?;
        let kind = actor.kind.map(ActorKind::as_str);
        let mut fitting =
            named.iter().filter(|row| !contradicts(actor, &row.countries, &row.roles));
        match kind {
            Some(_) => {
                let same: Vec<&KnownRow> =
                    fitting.filter(|row| row.kind.as_deref() == kind).collect();
                // Of several the one whose state is told.
                let stated = same.iter().find(|row| {
                    actor.country.as_ref().is_some_and(|country| row.countries.contains(country))
                });
                stated.or(same.first()).copied()
            }
            None => {
                let same = named.iter().find(|row| row.kind.is_none());
                same.or_else(|| fitting.next())
            }
        }
    }

    /// The earliest of that name, of whatever kind.
    pub fn named_at_all(&self, actor: &Actor, name_key: &str) -> Option<&KnownRow> {
        let named = self.by_name.get(name_key)?;
        named.iter().find(|row| !contradicts(actor, &row.countries, &row.roles))
    }

    fn keyed(&self, actor: &Actor, identity: &Identity) -> Option<&KnownRow> {
        let kind = actor.kind.map(ActorKind::as_str);
        let mut fitting = self.by_key.iter().filter(|(row, _, known)| {
            let kinds = row.kind.is_none() || kind.is_none() || row.kind.as_deref() == kind;
            kinds && identity.means(known) && !contradicts(actor, &row.countries, &row.roles)
        });
        let (row, survivor, _) = fitting.next()?;
        fitting.all(|(_, other, _)| other == survivor).then_some(row)
    }

    /// Whether another actor has the name and kind already.
    pub fn is_taken(&self, name_key: &str, kind: Option<&str>) -> bool {
        self.by_name
            .get(name_key)
            .is_some_and(|rows| rows.iter().any(|row| row.kind.as_deref() == kind))
    }
}
