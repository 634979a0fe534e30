//! Evidence that counts for another claim from now on → ended rows, and the same evidence anew.
//!
//! Nothing is overwritten: a row ends and another one with the same words, an id of its own and the
//! time of the move takes its place, so that every past instant is answered as it was.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::store::sql::{Bind, IdRow, Sql};
use crate::store::{Connection, Error};

/// The live rows of one table that move, and the ids of those that take their place.
#[derive(Default)]
struct Pairs {
    was: Vec<Uuid>,
    next: Vec<Uuid>,
}

impl Pairs {
    async fn of(connection: &Connection, sql: Sql) -> Result<Self, Error> {
        let rows: Vec<IdRow> = sql.look_up(connection).await?;
        let was: Vec<Uuid> = rows.into_iter().map(|row| row.id).collect();
        let next = was.iter().map(|_| Uuid::now_v7()).collect();
        Ok(Pairs { was, next })
    }

    fn binds(&self) -> [Bind; 2] {
        [self.was.clone().into(), self.next.clone().into()]
    }
}

/// What moves, and whereto.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Move<'m> {
    /// The claim that the evidence counts for until now.
    pub from: Uuid,
    /// The claim that it counts for from now on.
    pub to: Uuid,
    /// Of all that evidence what is of these claims by themselves.
    pub members: &'m [Uuid],
    /// When.
    pub at: DateTime<Utc>,
}

/// Columns beside id, clocks and claims.
const APPEARANCE: &str = "revision_id, statement_id, stance, field, span_start, span_end, quote, \
                          stated_at, stated_precision, confidence, extractor_version";
const DENIAL: &str = "revision_id, kind, denier_id, denier_role, via_id, label, stated_at, \
                      stated_precision, confidence, extractor_version";
const REBUTTAL: &str = "kind, stated_at, stated_precision, extractor_version";

impl Move<'_> {
    /// Moves it; call it under level 2 of the locks, alone. Counting the claims anew is the caller's.
    pub async fn run(&self, connection: &Connection) -> Result<(), Error> {
        let appearances = self.pairs(connection, "appearances").await?;
        self.copy(connection, "appearances", APPEARANCE, &appearances).await?;
        self.claimants(connection, &appearances).await?;
        let subjects = self.pairs(connection, "claim_subjects").await?;
        let columns = "actor_id, revision_id, extractor_version";
        self.copy(connection, "claim_subjects", columns, &subjects).await?;
        self.denials(connection).await?;
        self.reviews(connection).await
    }

    async fn pairs(&self, connection: &Connection, table: &str) -> Result<Pairs, Error> {
        let mut sql = Sql::new("select x.id from");
        sql.push(
            &format!(
                "{table} x where x.claim_id = {{}} and coalesce(x.member_id, x.claim_id) = any({{}})"
            ),
            [self.from.into(), self.members.to_vec().into()],
        );
        sql.live("x", None).push("order by x.recorded_at, x.id", []);
        Pairs::of(connection, sql).await
    }

    /// Ends these rows and writes them anew under the other claim.
    async fn copy(
        &self,
        connection: &Connection,
        table: &str,
        columns: &str,
        pairs: &Pairs,
    ) -> Result<(), Error> {
        if pairs.was.is_empty() {
            return Ok(());
        }
        let kept: Vec<String> = columns.split(", ").map(|column| format!("g.{column}")).collect();
        let kept = kept.join(", ");
        let [was, next] = pairs.binds();
        let mut sql = Sql::new("with gone as (");
        sql.push(
            &format!(
                "update {table} x set superseded_at = {{}} from unnest({{}}, {{}}) as p (was, next)"
            ),
            [self.at.into(), was, next],
        );
        sql.push(
            &format!(
                "where x.id = p.was returning x.*, p.next)
                 insert into {table} (id, claim_id, member_id, {columns}, recorded_at)
                 select g.next, {{}}, nullif(coalesce(g.member_id, g.claim_id), {{}}), {kept}, {{}}
                   from gone g"
            ),
            [self.to.into(), self.to.into(), self.at.into()],
        );
        sql.run(connection).await
    }

    /// With the appearances that show them, which moved before.
    async fn claimants(&self, connection: &Connection, shown: &Pairs) -> Result<(), Error> {
        let pairs = self.pairs(connection, "claimants").await?;
        if pairs.was.is_empty() {
            return Ok(());
        }
        let ([was, next], [shown_was, shown_next]) = (pairs.binds(), shown.binds());
        let mut sql = Sql::new("with gone as (");
        sql.push(
            "update claimants x set superseded_at = {} from unnest({}, {}) as p (was, next)
              where x.id = p.was returning x.*, p.next)
             insert into claimants
                 (id, claim_id, member_id, actor_id, revision_id, review_revision_id, appearance_id,
                  extractor_version, recorded_at)
             select g.next, {}, nullif(coalesce(g.member_id, g.claim_id), {}), g.actor_id,
                    g.revision_id, g.review_revision_id, coalesce(a.next, g.appearance_id), g.extractor_version, {}
               from gone g left join unnest({}, {}) as a (was, next) on a.was = g.appearance_id",
            [
                self.at.into(),
                was,
                next,
                self.to.into(),
                self.to.into(),
                self.at.into(),
                shown_was,
                shown_next,
            ],
        );
        sql.run(connection).await
    }

    /// Denials with their mentions and words, and the rebuttals that they are.
    async fn denials(&self, connection: &Connection) -> Result<(), Error> {
        let denials = self.pairs(connection, "denials").await?;
        if denials.was.is_empty() {
            return Ok(());
        }
        self.copy(connection, "denials", DENIAL, &denials).await?;
        copy_mentions(connection, &denials, self.at).await?;
        self.rebuttals_of(connection, &denials).await
    }

    /// What reviews count for, and the rebuttals that they are: those of denials moved before.
    async fn reviews(&self, connection: &Connection) -> Result<(), Error> {
        let reviews = self.pairs(connection, "review_claims").await?;
        self.copy(connection, "review_claims", "review_id", &reviews).await?;
        let rebuttals = self.pairs(connection, "rebuttals").await?;
        let columns = format!("review_revision_id, {REBUTTAL}");
        self.copy(connection, "rebuttals", &columns, &rebuttals).await
    }

    /// The rebuttals that these denials are.
    async fn rebuttals_of(&self, connection: &Connection, denials: &Pairs) -> Result<(), Error> {
        let mut sql = Sql::new("select x.id from rebuttals x");
        sql.push("where x.denial_id = any({})", [denials.was.clone().into()]);
        sql.live("x", None).push("order by x.recorded_at, x.id", []);
        let pairs = Pairs::of(connection, sql).await?;
        let kept: Vec<String> = REBUTTAL.split(", ").map(|column| format!("g.{column}")).collect();
        let kept = kept.join(", ");
        let ([was, next], [of_was, of_next]) = (pairs.binds(), denials.binds());
        let mut sql = Sql::new("with gone as (");
        sql.push(
            &format!(
                "update rebuttals x set superseded_at = {{}} from unnest({{}}, {{}}) as p (was, next)
                  where x.id = p.was returning x.*, p.next)
                 insert into rebuttals (id, claim_id, member_id, denial_id, {REBUTTAL}, recorded_at)
                 select g.next, {{}}, nullif(coalesce(g.member_id, g.claim_id), {{}}), s.next, {kept}, {{}}
                   from gone g join unnest({{}}, {{}}) as s (was, next) on s.was = g.denial_id"
            ),
            [
                self.at.into(),
                was,
                next,
                self.to.into(),
                self.to.into(),
                self.at.into(),
                of_was,
                of_next,
            ],
        );
        sql.run(connection).await
    }
}

/// Where denials stand, under those that take their place. Words live and end with their mention.
async fn copy_mentions(
    connection: &Connection,
    denials: &Pairs,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let mut sql = Sql::new("select m.id from denial_mentions m join denials d");
    sql.push(
        "on d.revision_id = m.revision_id and d.id = m.denial_id where d.id = any({})",
        [denials.was.clone().into()],
    );
    sql.push("order by m.denial_id, m.ordinal", []);
    let mentions = Pairs::of(connection, sql).await?;
    let ([was, next], [of_was, of_next]) = (mentions.binds(), denials.binds());
    let mut sql = Sql::new("with gone as (");
    sql.push(
        "update denial_mentions x set superseded_at = {} from unnest({}, {}) as p (was, next)
          where x.id = p.was returning x.*, p.next)
         insert into denial_mentions
             (id, denial_id, revision_id, statement_id, ordinal, rule, extractor_version, recorded_at)
         select g.next, s.next, g.revision_id, g.statement_id, g.ordinal, g.rule,
                g.extractor_version, {}
           from gone g join unnest({}, {}) as s (was, next) on s.was = g.denial_id",
        [at.into(), was, next, at.into(), of_was, of_next],
    );
    sql.run(connection).await?;
    let [was, next] = mentions.binds();
    let mut sql = Sql::new(
        "insert into denial_mention_spans
             (revision_id, mention_id, role, field, span_start, span_end, quote)
         select s.revision_id, p.next, s.role, s.field, s.span_start, s.span_end, s.quote
           from denial_mention_spans s join denial_mentions m",
    );
    sql.push(
        "on m.revision_id = s.revision_id and m.id = s.mention_id
           join unnest({}, {}) as p (was, next) on p.was = m.id",
        [was, next],
    );
    sql.run(connection).await
}
