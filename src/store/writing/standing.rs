//! The live rows of a revision, each by what it says, so that what is said again keeps its id.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::claims::ClaimRows;
use super::rebuttals::RebuttalRows;
use super::statements::StatementRows;
use crate::store::rows::actor::{NewActorMention, NewSighting};
use crate::store::rows::document::NewNote;
use crate::store::sql::Sql;
use crate::store::{Connection, Error};

/// A live row: what it says, what it hangs on, and its id.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    says: String,
    /// The row that it hangs on.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    on: Option<Uuid>,
}

/// Rows of one table by what they say. Two may say the same; each is kept once.
type Rows = BTreeMap<String, Vec<Uuid>>;

/// What is live of a revision, less what was found again.
pub(super) struct Standing {
    statements: Rows,
    appearances: Rows,
    claimants: Rows,
    subjects: Rows,
    denials: Rows,
    mentions: BTreeSet<String>,
    notes: BTreeSet<String>,
    sightings: BTreeSet<String>,
    end_mentions: bool,
    end_sightings: bool,
    end_notes: bool,
}

/// How a null stands in what a row says.
fn or_none<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

const STATEMENTS: &str = "select x.id, x.parent_id as on,
        concat_ws('|', x.cue_kind, x.mode, coalesce(x.speaker_id::text, '-'),
            coalesce(x.via_id::text, '-'), coalesce(extract(epoch from x.stated_at)::bigint::text, '-'),
            coalesce(x.stated_precision, '-'),
            (select string_agg(concat_ws(':', s.role, s.field, s.span_start, s.span_end), ','
                               order by s.role collate \"C\", s.ordinal)
               from statement_spans s where s.revision_id = x.revision_id and s.statement_id = x.id)) as says
   from statements x";
const APPEARANCES: &str = "select x.id, null::uuid as on,
        concat_ws('|', coalesce(x.member_id, x.claim_id), x.stance, x.field, x.span_start, x.span_end,
            coalesce(x.statement_id::text, '-')) as says
   from appearances x";
const CLAIMANTS: &str = "select x.id, null::uuid as on,
        concat_ws('|', coalesce(x.member_id, x.claim_id), x.actor_id,
            coalesce(x.appearance_id::text, '-')) as says
   from claimants x";
const SUBJECTS: &str = "select x.id, null::uuid as on,
        concat_ws('|', coalesce(x.member_id, x.claim_id), x.actor_id) as says
   from claim_subjects x";
const DENIALS: &str = "select x.id, null::uuid as on,
        concat_ws('|', coalesce(x.member_id, x.claim_id), x.kind, coalesce(x.denier_id::text, '-'),
            x.denier_role, coalesce(x.via_id::text, '-'), coalesce(x.label, '-'),
            coalesce(extract(epoch from x.stated_at)::bigint::text, '-'), coalesce(x.stated_precision, '-'),
            (select string_agg(coalesce(m.statement_id::text, '-') || '(' || (
                        select string_agg(concat_ws(':', s.role, s.field, s.span_start, s.span_end), ','
                                          order by s.role collate \"C\")
                          from denial_mention_spans s
                         where s.revision_id = m.revision_id and s.mention_id = m.id) || ')', ';'
                     order by m.ordinal)
               from denial_mentions m where m.revision_id = x.revision_id and m.denial_id = x.id)) as says
   from denials x";
const MENTIONS: &str = "select x.actor_id as id, null::uuid as on,
        concat_ws('|', x.actor_id, x.ordinal, x.field, x.span_start, x.span_end) as says
   from actor_mentions x";
const SIGHTINGS: &str = "select x.actor_id as id, null::uuid as on,
        concat_ws('|', x.actor_id, x.form, x.alias_key, x.field, x.span_start, x.span_end) as says
   from actor_sightings x";
const NOTES: &str = "select x.revision_id as id, null::uuid as on,
        concat_ws('|', x.ordinal, x.kind, coalesce(x.field, '-'), coalesce(x.span_start, -1),
            coalesce(x.span_end, -1), coalesce(x.claim_id::text, '-'), x.quote) as says
   from correction_notes x";

impl Standing {
    pub async fn of(connection: &Connection, revision: Uuid) -> Result<Self, Error> {
        let rows = async |query: &str| -> Result<Vec<Row>, Error> {
            let mut sql = Sql::new(query);
            sql.push("where x.revision_id = {}", [revision.into()]).live("x", None);
            sql.push("order by id", []);
            sql.look_up(connection).await
        };
        let by_words = |rows: Vec<Row>| {
            let mut found = Rows::new();
            for row in rows {
                found.entry(row.says).or_default().push(row.id);
            }
            found
        };
        let said = |rows: Vec<Row>| rows.into_iter().map(|row| row.says).collect();
        Ok(Standing {
            statements: by_words(with_parents(rows(STATEMENTS).await?)),
            appearances: by_words(rows(APPEARANCES).await?),
            claimants: by_words(rows(CLAIMANTS).await?),
            subjects: by_words(rows(SUBJECTS).await?),
            denials: by_words(rows(DENIALS).await?),
            mentions: said(rows(MENTIONS).await?),
            notes: said(rows(NOTES).await?),
            sightings: said(rows(SIGHTINGS).await?),
            end_mentions: false,
            end_sightings: false,
            end_notes: false,
        })
    }

    /// Takes what is said again out of the rows to be written, and out of those to end; answers how
    /// many statements, appearances and denials that were.
    pub fn keep(
        &mut self,
        said: &mut StatementRows<'_>,
        claims: &mut ClaimRows<'_>,
        rebuttals: &mut RebuttalRows<'_>,
    ) -> usize {
        let statements = self.keep_statements(said);
        let of = |id: Option<Uuid>| id.map(|id| *statements.get(&id).unwrap_or(&id));
        let mut appearances: BTreeMap<Uuid, Uuid> = BTreeMap::new();
        for row in &mut claims.appearances {
            row.statement_id = of(row.statement_id);
            let says = format!(
                "{}|{}|{}|{}|{}|{}",
                row.member_id.unwrap_or(row.claim_id),
                row.stance,
                row.field,
                row.span_start,
                row.span_end,
                or_none(row.statement_id)
            );
            if let Some(kept) = take(&mut self.appearances, &says) {
                appearances.insert(row.id, kept);
            }
        }
        claims.appearances.retain(|row| !appearances.contains_key(&row.id));
        for row in &mut claims.claimants {
            row.appearance_id = row.appearance_id.map(|id| *appearances.get(&id).unwrap_or(&id));
        }
        claims.claimants.retain(|row| {
            let claim = row.member_id.unwrap_or(row.claim_id);
            let says = format!("{claim}|{}|{}", row.actor_id, or_none(row.appearance_id));
            take(&mut self.claimants, &says).is_none()
        });
        claims.subjects.retain(|row| {
            let says = format!("{}|{}", row.member_id.unwrap_or(row.claim_id), row.actor_id);
            take(&mut self.subjects, &says).is_none()
        });
        for mention in &mut rebuttals.mentions {
            mention.statement_id = of(mention.statement_id);
        }
        let denials = self.keep_denials(rebuttals);
        statements.len() + appearances.len() + denials
    }

    /// New id → the id that stays.
    fn keep_statements(&mut self, said: &mut StatementRows<'_>) -> BTreeMap<Uuid, Uuid> {
        let mut spans: BTreeMap<Uuid, Vec<(&str, i32, String)>> = BTreeMap::new();
        for span in &said.spans {
            let place =
                format!("{}:{}:{}:{}", span.role, span.field, span.span_start, span.span_end);
            spans.entry(span.statement_id).or_default().push((span.role, span.ordinal, place));
        }
        let rows = said.statements.iter().map(|row| {
            let mut places = spans.remove(&row.id).unwrap_or_default();
            places.sort_unstable();
            let places: Vec<String> = places.into_iter().map(|(.., place)| place).collect();
            let mut says = format!(
                "{}|{}|{}|{}|{}|{}",
                row.cue_kind,
                row.mode,
                or_none(row.speaker_id),
                or_none(row.via_id),
                or_none(row.stated_at.map(|at| at.timestamp())),
                or_none(row.stated_precision.as_deref()),
            );
            if !places.is_empty() {
                says.push('|');
                says.push_str(&places.join(","));
            }
            Row { id: row.id, says, on: row.parent_id }
        });
        let mut kept = BTreeMap::new();
        for row in with_parents(rows.collect()) {
            if let Some(id) = take(&mut self.statements, &row.says) {
                kept.insert(row.id, id);
            }
        }
        said.statements.retain(|row| !kept.contains_key(&row.id));
        said.spans.retain(|span| !kept.contains_key(&span.statement_id));
        for row in &mut said.statements {
            row.parent_id = row.parent_id.map(|id| *kept.get(&id).unwrap_or(&id));
        }
        kept
    }

    fn keep_denials(&mut self, rebuttals: &mut RebuttalRows<'_>) -> usize {
        let mut spans: BTreeMap<Uuid, Vec<(&str, String)>> = BTreeMap::new();
        for span in &rebuttals.spans {
            let place =
                format!("{}:{}:{}:{}", span.role, span.field, span.span_start, span.span_end);
            spans.entry(span.mention_id).or_default().push((span.role, place));
        }
        let mut mentions: BTreeMap<Uuid, Vec<(i32, String)>> = BTreeMap::new();
        for mention in &rebuttals.mentions {
            let mut places = spans.remove(&mention.id).unwrap_or_default();
            places.sort_unstable();
            let places: Vec<String> = places.into_iter().map(|(_, place)| place).collect();
            let says = format!("{}({})", or_none(mention.statement_id), places.join(","));
            mentions.entry(mention.denial_id).or_default().push((mention.ordinal, says));
        }
        let mut kept: BTreeSet<Uuid> = BTreeSet::new();
        for row in &rebuttals.denials {
            let mut places = mentions.remove(&row.id).unwrap_or_default();
            places.sort_unstable();
            let places: Vec<String> = places.into_iter().map(|(_, place)| place).collect();
            let says = format!(
                "{}|{}|{}|{}|{}|{}|{}|{}|{}",
                row.member_id.unwrap_or(row.claim_id),
                row.kind,
                or_none(row.denier_id),
                row.denier_role,
                or_none(row.via_id),
                row.label.unwrap_or("-"),
                or_none(row.stated_at.map(|at| at.timestamp())),
                or_none(row.stated_precision.as_deref()),
                places.join(";")
            );
            if take(&mut self.denials, &says).is_some() {
                kept.insert(row.id);
            }
        }
        let gone: BTreeSet<Uuid> = rebuttals
            .mentions
            .iter()
            .filter(|mention| kept.contains(&mention.denial_id))
            .map(|mention| mention.id)
            .collect();
        rebuttals.denials.retain(|row| !kept.contains(&row.id));
        rebuttals.mentions.retain(|row| !gone.contains(&row.id));
        rebuttals.spans.retain(|row| !gone.contains(&row.mention_id));
        rebuttals.rebuttals.retain(|row| row.denial_id.is_none_or(|id| !kept.contains(&id)));
        kept.len()
    }

    /// Leaves the places of actors, or has them end, and answers whether these are the same.
    pub fn keeps_mentions(&mut self, new: &[NewActorMention]) -> bool {
        let new = new.iter().map(|row| {
            let NewActorMention { actor_id, ordinal, field, span_start, span_end, .. } = row;
            format!("{actor_id}|{ordinal}|{field}|{span_start}|{span_end}")
        });
        self.end_mentions = new.collect::<BTreeSet<String>>() != self.mentions;
        !self.end_mentions
    }

    /// The same for what they are called where.
    pub fn keeps_sightings(&mut self, new: &[NewSighting]) -> bool {
        let new = new.iter().map(|row| {
            let NewSighting { actor_id, form, alias_key, field, span_start, span_end, .. } = row;
            format!("{actor_id}|{form}|{alias_key}|{field}|{span_start}|{span_end}")
        });
        self.end_sightings = new.collect::<BTreeSet<String>>() != self.sightings;
        !self.end_sightings
    }

    /// The same for notes of correction.
    pub fn keeps_notes(&mut self, new: &[NewNote]) -> bool {
        let new = new.iter().map(|row| {
            format!(
                "{}|{}|{}|{}|{}|{}|{}",
                row.ordinal,
                row.kind,
                or_none(row.field),
                row.span_start.unwrap_or(-1),
                row.span_end.unwrap_or(-1),
                or_none(row.claim_id),
                row.quote
            )
        });
        self.end_notes = new.collect::<BTreeSet<String>>() != self.notes;
        !self.end_notes
    }

    /// Ends what was not said again; answers how many statements, appearances and denials that were.
    pub async fn end(
        self,
        connection: &Connection,
        revision: Uuid,
        at: DateTime<Utc>,
    ) -> Result<usize, Error> {
        let ids = |rows: Rows| rows.into_values().flatten().collect::<Vec<Uuid>>();
        let (statements, appearances, denials) =
            (ids(self.statements), ids(self.appearances), ids(self.denials));
        let ended = statements.len() + appearances.len() + denials.len();
        for (table, column, ids) in [
            ("statements", "id", statements),
            ("appearances", "id", appearances),
            ("claimants", "id", ids(self.claimants)),
            ("claim_subjects", "id", ids(self.subjects)),
            ("denials", "id", denials.clone()),
            ("denial_mentions", "denial_id", denials.clone()),
            ("rebuttals", "denial_id", denials),
        ] {
            if ids.is_empty() {
                continue;
            }
            let mut sql = Sql::new("update");
            sql.push(&format!("{table} x set superseded_at = {{}}"), [at.into()]);
            sql.push(&format!("where x.{column} = any({{}})"), [ids.into()]).live("x", None);
            sql.run(connection).await?;
        }
        for (table, ends) in [
            ("extractions", true),
            ("actor_mentions", self.end_mentions),
            ("actor_sightings", self.end_sightings),
            ("correction_notes", self.end_notes),
        ] {
            if ends {
                let mut sql = Sql::new("update");
                sql.push(&format!("{table} x set superseded_at = {{}}"), [at.into()]);
                sql.push("where x.revision_id = {}", [revision.into()]).live("x", None);
                sql.run(connection).await?;
            }
        }
        Ok(ended)
    }
}

fn take(rows: &mut Rows, says: &str) -> Option<Uuid> {
    rows.get_mut(says)?.pop()
}

/// With what the statement says that each stands in, and so on; a statement elsewhere is another one.
fn with_parents(rows: Vec<Row>) -> Vec<Row> {
    let own: BTreeMap<Uuid, (String, Option<Uuid>)> =
        rows.iter().map(|row| (row.id, (row.says.clone(), row.on))).collect();
    let whole = |row: Row| {
        let mut says = row.says;
        let mut on = row.on;
        // As deep as statements nest, and a circle would be a fault elsewhere.
        for _ in 0..16 {
            let Some((parent, next)) = on.and_then(|id| own.get(&id)) else { break };
            says.push_str(" in ");
            says.push_str(parent);
            on = *next;
        }
        Row { id: row.id, says, on: row.on }
    };
    rows.into_iter().map(whole).collect()
}
