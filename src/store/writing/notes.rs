//! Notes of correction → rows, and what stood in the revision before that they may touch.

use diesel::QueryableByName;
use diesel::sql_types::{Bool, Integer, Text, Uuid as SqlUuid};
use uuid::Uuid;

use super::located::ordinal;
use super::{Context, Draft};
use crate::domain::{ClaimId, CorrectionNote, Field};
use crate::store::rows::document::NewNote;
use crate::store::sql::{Sql, word};
use crate::store::{Connection, Error};

/// A place of a claim in the revision before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierAppearance {
    /// Which claim.
    pub claim: ClaimId,
    /// Its wording.
    pub text: String,
    /// Where the field is counted in.
    pub field: Field,
    /// First code point.
    pub start: i32,
    /// One past the last code point.
    pub end: i32,
    /// Whether the document said there that it is so, or that others do, or withdrew it since.
    pub told: bool,
    /// Whether a note touched it already.
    pub corrected: bool,
}

#[derive(QueryableByName)]
struct EarlierRow {
    #[diesel(sql_type = SqlUuid)]
    claim_id: Uuid,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Text)]
    field: String,
    #[diesel(sql_type = Integer)]
    span_start: i32,
    #[diesel(sql_type = Integer)]
    span_end: i32,
    #[diesel(sql_type = Bool)]
    told: bool,
    #[diesel(sql_type = Bool)]
    corrected: bool,
}

impl Draft {
    /// Where claims of this language stand in the revision that this one takes the place of, in order
    /// of place; none for the first.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the database is away.
    pub async fn earlier_claims(
        &self,
        connection: &mut Connection,
        language: &str,
    ) -> Result<Vec<EarlierAppearance>, Error> {
        let Some(previous) = self.previous else { return Ok(Vec::new()) };
        // Of one that is read again the revision before ended when it came in.
        let live = match self.read_before {
            None => "a.superseded_at is null",
            Some(_) => {
                "a.superseded_at = (select superseded_at from document_revisions
                                            where id = a.revision_id)"
            }
        };
        let mut sql = Sql::new(
            "select a.claim_id, c.text, a.field, a.span_start, a.span_end,
                    (a.stance in ('asserts', 'reports') or coalesce(n.retracted, false)) as told,
                    n.corrected is not null as corrected
               from appearances a join claims c on c.id = a.claim_id",
        );
        sql.push(
            &format!(
                "left join lateral (
                 select true as corrected, bool_or(d.kind = 'retraction') as retracted
                   from denials d join denial_mentions m on m.denial_id = d.id
                  where d.claim_id = a.claim_id and d.revision_id = a.revision_id
                    and m.rule like 'correction/%'
                 having count(*) > 0) n on true
             where a.revision_id = {{}} and {live} and c.language = {{}}
             order by a.field, a.span_start, a.claim_id, a.id"
            ),
            [previous.0.into(), language.into()],
        );
        let rows: Vec<EarlierRow> = sql.look_up(connection).await?;
        rows.into_iter()
            .map(|row| {
                Ok(EarlierAppearance {
                    claim: ClaimId(row.claim_id),
                    text: row.text,
                    field: word(&row.field)?,
                    start: row.span_start,
                    end: row.span_end,
                    told: row.told,
                    corrected: row.corrected,
                })
            })
            .collect()
    }
}

impl Context<'_> {
    /// One row for each note; beside it the claim that a note without a place touches.
    pub(super) fn notes(&self, notes: &[(CorrectionNote, Option<ClaimId>)]) -> Vec<NewNote> {
        let rows = notes.iter().enumerate().filter_map(|(number, (note, claim))| {
            let place = match note.place {
                Some(place) => Some(self.locate.one(place.note)?),
                None => None,
            };
            Some(NewNote {
                ordinal: ordinal(number),
                kind: note.kind.as_str(),
                rule: note.rule.clone(),
                field: place.as_ref().map(|place| place.field.as_str()),
                span_start: place.as_ref().map(|place| place.start),
                span_end: place.as_ref().map(|place| place.end),
                quote: place.map_or_else(|| note.words.clone(), |place| place.quote),
                claim_id: claim.map(|claim| claim.0),
            })
        });
        rows.collect()
    }
}
