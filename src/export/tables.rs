//! The columns of each table: what the API's items hold, flat.
//!
//! What stands in a document several times over (the pieces of a quotation, the mentions of a
//! denial) is a list, with a column of places beside it, item for item: `text:16-39` is the code points
//! from 16 up to 39 of the document's text, `title:0-4` those of its title.

use super::csv::{Cell, Column, Record};
use crate::domain::view::{
    ActorBrief, AppearanceView, ClaimView, DenialMentionView, DocumentBrief, OutletBrief,
    RebuttalView, ReviewBrief, StatementView,
};
use crate::domain::{LocatedSpan, RevisionId, StatedTime};

macro_rules! columns {
    ($($name:ident: $cell:expr;)+) => {
        vec![$(Column { name: stringify!($name), cell: $cell }),+]
    };
}

impl Record for ClaimView {
    fn columns() -> Vec<Column<Self>> {
        columns! {
            id: |c| Cell::plain(c.id);
            text: |c| Cell::text(&c.text);
            language: |c| Cell::plain(&c.language);
            status: |c| Cell::plain(c.status.as_str());
            reasons: |c| Cell::list(c.reasons.iter().map(|reason| word(&reason.code)));
            reason_rebuttals: |c| Cell::list(c.reasons.iter().map(|r| optional(r.rebuttal)));
            reason_appearances: |c| Cell::list(c.reasons.iter().map(|r| optional(r.appearance)));
            reason_reviews: |c| Cell::list(c.reasons.iter().map(|r| optional(r.review)));
            check_worthiness: |c| Cell::plain_or_empty(c.check_worthiness);
            confidence: |c| Cell::plain(c.confidence);
            claimants: |c| names(&c.claimants);
            claimant_ids: |c| ids(&c.claimants);
            denied_by: |c| names(&c.denied_by);
            denied_by_ids: |c| ids(&c.denied_by);
            about: |c| names(&c.about);
            about_ids: |c| ids(&c.about);
            appearances: |c| Cell::plain(c.appearances);
            rebuttals: |c| Cell::plain(c.rebuttals);
            documents: |c| Cell::plain(c.documents);
            outlets: |c| Cell::plain(c.outlets);
            origins: |c| Cell::plain(c.origins);
            reviews: |c| Cell::plain(c.reviews);
            first_stated_at: |c| Cell::time(c.first_stated.map(|time| time.at));
            first_stated_precision: |c| precision(c.first_stated);
            last_stated_at: |c| Cell::time(c.last_stated_at);
            recorded_at: |c| Cell::time(Some(c.recorded_at));
            updated_at: |c| Cell::time(Some(c.updated_at));
        }
    }
}

impl Record for StatementView {
    fn columns() -> Vec<Column<Self>> {
        let mut columns: Vec<Column<Self>> = columns! {
            id: |s| Cell::plain(s.id);
            speaker_id: |s| actor_id(&s.speaker);
            speaker: |s| actor_name(&s.speaker);
            speaker_kind: |s| actor_kind(&s.speaker);
            speaker_inferred: |s| Cell::plain(s.speaker_inferred);
            source: |s| quotes(&s.source);
            source_at: |s| places(&s.source);
            cue: |s| Cell::text_or_empty(s.cue.as_ref().map(|cue| cue.quote.as_str()));
            cue_at: |s| Cell::plain_or_empty(s.cue.as_ref().map(place));
            cue_kind: |s| Cell::plain(s.cue_kind.as_str());
            contents: |s| quotes(&s.contents);
            contents_at: |s| places(&s.contents);
            mode: |s| Cell::plain(s.mode.as_str());
            stated_at: |s| Cell::time(s.stated.map(|time| time.at));
            stated_precision: |s| precision(s.stated);
            via_id: |s| actor_id(&s.via);
            via: |s| actor_name(&s.via);
            via_kind: |s| actor_kind(&s.via);
            via_words: |s| Cell::text_or_empty(s.via_span.as_ref().map(|via| via.quote.as_str()));
            via_words_at: |s| Cell::plain_or_empty(s.via_span.as_ref().map(place));
            parent_id: |s| Cell::plain_or_empty(s.parent);
            confidence: |s| Cell::plain(s.confidence);
            rule: |s| Cell::text(&s.rule);
            extractor_version: |s| Cell::text(&s.extractor_version);
            recorded_at: |s| Cell::time(Some(s.recorded_at));
            superseded_at: |s| Cell::time(s.superseded_at);
        };
        columns.extend(document_columns());
        columns
    }
}

impl Record for RebuttalView {
    fn columns() -> Vec<Column<Self>> {
        let mut columns: Vec<Column<Self>> = columns! {
            id: |r| Cell::plain(r.id);
            kind: |r| Cell::plain(r.kind.as_str());
            claim_id: |r| Cell::plain(r.claim.id);
            claim_text: |r| Cell::text(&r.claim.text);
            claim_language: |r| Cell::plain(&r.claim.language);
            claim_status: |r| Cell::plain(r.claim.status.as_str());
            denier_id: |r| actor_id(&r.denier);
            denier: |r| actor_name(&r.denier);
            denier_kind: |r| actor_kind(&r.denier);
            denier_role: |r| Cell::plain(r.denier_role.as_str());
            via_id: |r| actor_id(&r.via);
            via: |r| actor_name(&r.via);
            via_kind: |r| actor_kind(&r.via);
            label: |r| Cell::text_or_empty(r.label.as_deref());
            stated_at: |r| Cell::time(r.stated.map(|time| time.at));
            stated_precision: |r| precision(r.stated);
            confidence: |r| Cell::plain(r.confidence);
            mention_ids: |r| Cell::list(r.mentions.iter().map(|m| m.id.to_string()));
            mention_statement_ids: |r| Cell::list(r.mentions.iter().map(|m| optional(m.statement)));
            mention_rules: |r| Cell::list(r.mentions.iter().map(|m| &m.rule));
            cues: |r| mention_quotes(r, |m| Some(&m.cue));
            cues_at: |r| mention_places(r, |m| Some(&m.cue));
            denier_words: |r| mention_quotes(r, |m| m.denier.as_ref());
            denier_words_at: |r| mention_places(r, |m| m.denier.as_ref());
            denied_words: |r| mention_quotes(r, |m| m.denied.as_ref());
            denied_words_at: |r| mention_places(r, |m| m.denied.as_ref());
            via_words: |r| mention_quotes(r, |m| m.via.as_ref());
            via_words_at: |r| mention_places(r, |m| m.via.as_ref());
            review_id: |r| Cell::plain_or_empty(r.review.as_ref().map(|review| review.id));
            review_url: |r| review_text(r, |review| review.url.as_deref());
            review_title: |r| review_text(r, |review| review.title.as_deref());
            review_publisher: |r| review_text(r, |review| review.publisher.as_deref());
            review_rating: |r| review_text(r, |review| review.rating.as_deref());
            review_verdict: |r| Cell::plain_or_empty(
                r.review.as_ref().map(|review| review.verdict.as_str())
            );
            extractor_version: |r| Cell::text(&r.extractor_version);
            recorded_at: |r| Cell::time(Some(r.recorded_at));
            superseded_at: |r| Cell::time(r.superseded_at);
        };
        columns.extend(document_columns());
        columns
    }
}

impl Record for AppearanceView {
    fn columns() -> Vec<Column<Self>> {
        let mut columns: Vec<Column<Self>> = columns! {
            id: |a| Cell::plain(a.id);
            claim_id: |a| Cell::plain(a.claim);
            stance: |a| Cell::plain(a.stance.as_str());
            quote: |a| Cell::text(&a.span.quote);
            quote_at: |a| Cell::plain(place(&a.span));
            statement_id: |a| Cell::plain_or_empty(a.statement);
            speaker_id: |a| actor_id(&a.speaker);
            speaker: |a| actor_name(&a.speaker);
            speaker_kind: |a| actor_kind(&a.speaker);
            stated_at: |a| Cell::time(a.stated.map(|time| time.at));
            stated_precision: |a| precision(a.stated);
            confidence: |a| Cell::plain(a.confidence);
            extractor_version: |a| Cell::text(&a.extractor_version);
            recorded_at: |a| Cell::time(Some(a.recorded_at));
            superseded_at: |a| Cell::time(a.superseded_at);
        };
        columns.extend(document_columns());
        columns
    }
}

/// What stands in a document.
trait Placed {
    /// Nothing for a review.
    fn document(&self) -> Option<&DocumentBrief>;
    fn revision(&self) -> Option<RevisionId>;
}

macro_rules! placed {
    ($($view:ty),+) => {$(
        impl Placed for $view {
            fn document(&self) -> Option<&DocumentBrief> {
                Some(&self.document)
            }

            fn revision(&self) -> Option<RevisionId> {
                Some(self.revision)
            }
        }
    )+};
}

placed!(StatementView, AppearanceView);

impl Placed for RebuttalView {
    fn document(&self) -> Option<&DocumentBrief> {
        self.document.as_ref()
    }

    fn revision(&self) -> Option<RevisionId> {
        self.revision
    }
}

/// Where something stands, the same in every table.
fn document_columns<P: Placed>() -> Vec<Column<P>> {
    columns! {
        document_id: |p| Cell::plain_or_empty(p.document().map(|it| it.id));
        document_url: |p| Cell::text_or_empty(p.document().and_then(|it| it.url.as_deref()));
        document_title: |p| Cell::text_or_empty(p.document().and_then(|it| it.title.as_deref()));
        document_language: |p| Cell::plain_or_empty(p.document().map(|it| &it.language));
        published_at: |p| Cell::time(published(p).map(|time| time.at));
        published_precision: |p| precision(published(p));
        revision_id: |p| Cell::plain_or_empty(p.revision());
        outlet_id: |p| Cell::plain_or_empty(outlet(p).map(|outlet| outlet.id));
        outlet: |p| Cell::text_or_empty(outlet(p).map(|outlet| outlet.name.as_str()));
        outlet_domain: |p| Cell::text_or_empty(outlet(p).and_then(|outlet| outlet.domain.as_deref()));
    }
}

fn published<P: Placed>(placed: &P) -> Option<StatedTime> {
    placed.document()?.published
}

fn outlet<P: Placed>(placed: &P) -> Option<&OutletBrief> {
    placed.document()?.outlet.as_ref()
}

fn names(actors: &[ActorBrief]) -> Cell {
    Cell::list(actors.iter().map(|actor| &actor.name))
}

fn ids(actors: &[ActorBrief]) -> Cell {
    Cell::list(actors.iter().map(|actor| actor.id.to_string()))
}

fn actor_id(actor: &Option<ActorBrief>) -> Cell {
    Cell::plain_or_empty(actor.as_ref().map(|actor| actor.id))
}

fn actor_name(actor: &Option<ActorBrief>) -> Cell {
    Cell::text_or_empty(actor.as_ref().map(|actor| actor.name.as_str()))
}

fn actor_kind(actor: &Option<ActorBrief>) -> Cell {
    let kind = actor.as_ref().and_then(|actor| actor.kind);
    Cell::plain_or_empty(kind.map(|kind| kind.as_str()))
}

fn quotes(spans: &[LocatedSpan]) -> Cell {
    Cell::list(spans.iter().map(|span| &span.quote))
}

fn places(spans: &[LocatedSpan]) -> Cell {
    Cell::list(spans.iter().map(place))
}

fn mention_quotes(
    rebuttal: &RebuttalView,
    span: fn(&DenialMentionView) -> Option<&LocatedSpan>,
) -> Cell {
    Cell::list(rebuttal.mentions.iter().map(|m| span(m).map_or("", |span| &span.quote)))
}

fn mention_places(
    rebuttal: &RebuttalView,
    span: fn(&DenialMentionView) -> Option<&LocatedSpan>,
) -> Cell {
    Cell::list(rebuttal.mentions.iter().map(|m| span(m).map(place).unwrap_or_default()))
}

fn review_text(rebuttal: &RebuttalView, text: fn(&ReviewBrief) -> Option<&str>) -> Cell {
    Cell::text_or_empty(rebuttal.review.as_ref().and_then(text))
}

fn place(span: &LocatedSpan) -> String {
    format!("{}:{}-{}", span.field.as_str(), span.start, span.end)
}

fn precision(time: Option<StatedTime>) -> Cell {
    Cell::plain_or_empty(time.map(|time| word(&time.precision)))
}

/// An item that may be missing from a list that stands beside another.
fn optional(id: Option<impl std::fmt::Display>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

/// The word of a closed list, as its serialised form has it.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
