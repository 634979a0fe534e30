//! Who answers for whom: what turned out to be one with another, of claims and of actors alike.
//!
//! A merge is a row that is never deleted, and which one answers for which is kept beside the merges, so
//! that a reader follows one step however long the chain. Only what is stored of a merge besides, and
//! what moves with it, differs between the two.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::Uuid as SqlUuid;
use uuid::Uuid;

use super::sql::{IdRow, Sql};
use super::{Connection, Error};

/// The tables that tell it of one kind of thing.
#[derive(Debug)]
pub(super) struct Membership {
    /// Who answers for each one that was merged.
    members: &'static str,
    /// What was merged into what.
    merges: &'static str,
    /// The column of both that holds the merged one.
    merged: &'static str,
}

/// Of claims.
pub(super) const CLAIMS: Membership =
    Membership { members: "claim_members", merges: "merges", merged: "claim_id" };

/// Of actors.
pub(super) const ACTORS: Membership =
    Membership { members: "actor_members", merges: "actor_merges", merged: "actor_id" };

#[derive(QueryableByName)]
struct MemberRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    survivor_id: Uuid,
}

impl Membership {
    /// Who answers for those of these that were merged; none for one that stands by itself.
    pub async fn answering(
        &self,
        connection: &Connection,
        ids: &[Uuid],
        as_of: Option<DateTime<Utc>>,
    ) -> Result<BTreeMap<Uuid, Uuid>, Error> {
        self.rows(connection, self.merged, ids, as_of).await
    }

    /// Those that these answer for, in order, each with who answers for it.
    pub async fn answered_for(
        &self,
        connection: &Connection,
        survivors: &[Uuid],
        as_of: Option<DateTime<Utc>>,
    ) -> Result<BTreeMap<Uuid, Uuid>, Error> {
        self.rows(connection, "survivor_id", survivors, as_of).await
    }

    /// As the rows whose `column` is one of `ids` have it.
    async fn rows(
        &self,
        connection: &Connection,
        column: &str,
        ids: &[Uuid],
        as_of: Option<DateTime<Utc>>,
    ) -> Result<BTreeMap<Uuid, Uuid>, Error> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let Membership { members, merged, .. } = self;
        let mut sql = Sql::new(&format!("select m.{merged} as id, m.survivor_id from {members} m"));
        sql.among("where", &format!("m.{column}"), ids).live("m", as_of);
        let rows: Vec<MemberRow> = sql.look_up(connection).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.survivor_id)).collect())
    }

    /// From now on `into` answers for `id` and all that this answers for; which these are.
    pub async fn hand_over(
        &self,
        connection: &Connection,
        id: Uuid,
        into: Uuid,
        at: DateTime<Utc>,
    ) -> Result<Vec<Uuid>, Error> {
        let members = self.answered_for(connection, &[id], None).await?;
        let members: Vec<Uuid> = members.into_keys().chain([id]).collect();
        self.answer_by(connection, &members, into, at).await?;
        Ok(members)
    }

    /// Ends the merge `merge` of `id`, which answers from now on for itself and all whose chain of merges
    /// leads to it; which these are.
    pub async fn give_back(
        &self,
        connection: &Connection,
        merge: Uuid,
        id: Uuid,
        at: DateTime<Utc>,
    ) -> Result<Vec<Uuid>, Error> {
        let mut sql = Sql::new(&format!("update {} set superseded_at =", self.merges));
        sql.push("{} where id = {}", [at.into(), merge.into()]);
        sql.run(connection).await?;
        let family = self.chained(connection, id).await?;
        self.answer_by(connection, &family, id, at).await?;
        Ok(family)
    }

    /// `id` with all whose chain of merges leads to it.
    async fn chained(&self, connection: &Connection, id: Uuid) -> Result<Vec<Uuid>, Error> {
        let Membership { merges, merged, .. } = self;
        let mut sql = Sql::new("with recursive f as (");
        let step = format!(
            "select {{}}::uuid as id union select g.{merged} from {merges} g join f on g.into_id = f.id
              where g.superseded_at is null) select id from f"
        );
        sql.push(&step, [id.into()]);
        let rows: Vec<IdRow> = sql.look_up(connection).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// From now on `survivor` answers for these, and nobody for itself.
    async fn answer_by(
        &self,
        connection: &Connection,
        ids: &[Uuid],
        survivor: Uuid,
        at: DateTime<Utc>,
    ) -> Result<(), Error> {
        let Membership { members, merged, .. } = self;
        let mut sql = Sql::new(&format!("update {members} m set superseded_at ="));
        let these = format!("{{}} where m.{merged} = any({{}})");
        sql.push(&these, [at.into(), ids.to_vec().into()]);
        sql.live("m", None);
        sql.run(connection).await?;
        let others: Vec<Uuid> = ids.iter().copied().filter(|&id| id != survivor).collect();
        let rows: Vec<Uuid> = others.iter().map(|_| Uuid::now_v7()).collect();
        let mut sql =
            Sql::new(&format!("insert into {members} (id, {merged}, survivor_id, recorded_at)"));
        sql.push(
            "select p.id, p.merged, {}, {} from unnest({}, {}) as p (id, merged)",
            [survivor.into(), at.into(), rows.into(), others.into()],
        );
        sql.run(connection).await
    }
}

/// Whether `asked` may undo a merge of `merged` into `into`: it is one of the two, or the one that answers
/// for them, `survivor`. Of an undone merge whoever it was of may ask again.
pub(super) fn concerns(asked: Uuid, merged: Uuid, into: Uuid, survivor: Option<Uuid>) -> bool {
    [Some(merged), Some(into), survivor].contains(&Some(asked))
}

/// A merge that somebody named, or the refusal of a name that is none's.
pub(super) fn named<T>(found: Result<T, Error>) -> Result<T, Error> {
    match found {
        Err(Error::NotFound) => Err(Error::Unknown { field: "merge" }),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_concerns_both_and_who_answers_for_them() {
        let [merged, into, survivor, other] = [1, 2, 3, 4].map(Uuid::from_u128);
        for asked in [merged, into, survivor] {
            assert!(concerns(asked, merged, into, Some(survivor)));
        }
        assert!(!concerns(other, merged, into, Some(survivor)));
        assert!(!concerns(survivor, merged, into, None));
    }

    #[test]
    fn only_a_merge_that_is_not_there_is_called_unknown() {
        assert!(matches!(
            named::<()>(Err(Error::NotFound)),
            Err(Error::Unknown { field: "merge" })
        ));
        let refused = Err(Error::Unknown { field: "into" });
        assert!(matches!(named::<()>(refused), Err(Error::Unknown { field: "into" })));
        assert!(named(Ok(1)).is_ok());
    }
}
