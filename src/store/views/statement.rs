//! Statements with their words, actors and documents.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Bool, Float4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;

use super::{brief, span, stated};
use crate::domain::view::StatementView;
use crate::domain::{RevisionId, StatementId};
use crate::store::sql::word;
use crate::store::{Connection, Error};

/// What [`StatementRow`] is read from; conditions follow.
pub(in crate::store) const STATEMENTS: &str =
    "select s.id, s.revision_id, s.speaker_id, s.speaker_inferred, s.via_id, s.parent_id,
            s.cue_kind, s.mode, s.stated_at, s.stated_precision, s.confidence, s.rule, s.extractor_version, s.recorded_at,
            s.superseded_at
       from statements s where true";

#[derive(QueryableByName)]
pub(in crate::store) struct StatementRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    revision_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    speaker_id: Option<Uuid>,
    #[diesel(sql_type = Bool)]
    speaker_inferred: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    via_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    parent_id: Option<Uuid>,
    #[diesel(sql_type = Text)]
    cue_kind: String,
    #[diesel(sql_type = Text)]
    mode: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    stated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    stated_precision: Option<String>,
    #[diesel(sql_type = Float4)]
    confidence: f32,
    #[diesel(sql_type = Text)]
    rule: String,
    #[diesel(sql_type = Text)]
    extractor_version: String,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    superseded_at: Option<DateTime<Utc>>,
}

/// Statements in the order of the rows.
pub(in crate::store) async fn statements(
    connection: &mut Connection,
    rows: Vec<StatementRow>,
) -> Result<Vec<StatementView>, Error> {
    let revisions: Vec<Uuid> = rows.iter().map(|row| row.revision_id).collect();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let documents = brief::documents(connection, revisions.iter().copied()).await?;
    let actors = brief::actors(
        connection,
        rows.iter().flat_map(|row| [row.speaker_id, row.via_id]).flatten(),
        None,
    )
    .await?;
    let mut spans = span::of_statements(connection, revisions, ids).await?;
    rows.into_iter()
        .map(|row| {
            let actor = |id: Option<Uuid>| id.and_then(|id| actors.get(&id).cloned());
            Ok(StatementView {
                id: StatementId(row.id),
                document: documents.get(&row.revision_id).cloned().ok_or(Error::NotFound)?,
                revision: RevisionId(row.revision_id),
                source: spans.all(row.id, "source"),
                cue: spans.one(row.id, "cue"),
                cue_kind: word(&row.cue_kind)?,
                contents: spans.all(row.id, "content"),
                via_span: spans.one(row.id, "via"),
                speaker: actor(row.speaker_id),
                speaker_inferred: row.speaker_inferred,
                via: actor(row.via_id),
                parent: row.parent_id.map(StatementId),
                mode: word(&row.mode)?,
                stated: stated(row.stated_at, row.stated_precision.as_deref())?,
                confidence: row.confidence,
                rule: row.rule,
                extractor_version: row.extractor_version,
                recorded_at: row.recorded_at,
                superseded_at: row.superseded_at,
            })
        })
        .collect()
}
