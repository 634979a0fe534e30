//! What people put right of a document → the rows that were read in it, put right.
//!
//! Each correction names words. They are looked for where the text has them now, so that a correction
//! outlives a newer extractor and a revision that leaves the words as they are; where they are gone,
//! there is nothing to put right any more.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::Context;
use super::claims::ClaimRows;
use super::rebuttals::RebuttalRows;
use crate::domain::view::CorrectionOf;
use crate::domain::{ClaimId, CodePoints, Document, DocumentId, LocatedSpan};
use crate::store::corrections::{Standing, of_document};
use crate::store::merges::survivors;
use crate::store::rows::claim::NewAppearance;
use crate::store::rows::rebuttal::{NewDenial, NewMention, NewMentionSpan, NewRebuttal};
use crate::store::{Connection, Error};

/// The rule that a mention by hand names.
const RULE: &str = "correction";

/// The corrections of a document, with what answers for the claims that they name.
#[derive(Default)]
pub(super) struct Corrections {
    standing: Vec<Standing>,
    survivors: BTreeMap<ClaimId, ClaimId>,
}

impl Corrections {
    pub async fn of(connection: &Connection, document: DocumentId) -> Result<Self, Error> {
        let standing = of_document(connection, document).await?;
        let claims: Vec<ClaimId> = standing.iter().filter_map(|it| it.claim).collect();
        let survivors = survivors(connection, &claims, None).await?;
        Ok(Corrections { standing, survivors })
    }

    /// Puts right what was read.
    pub fn apply<'a>(
        &'a self,
        context: &Context<'a>,
        claims: &mut ClaimRows<'a>,
        rebuttals: &mut RebuttalRows<'a>,
    ) {
        context.correct(&self.standing, &self.survivors, claims, rebuttals);
    }
}

/// Two words for a claim: the one that answers, and the claim by itself where it differs.
type Claims = (Uuid, Option<Uuid>);

impl<'a> Context<'a> {
    /// Puts right what was read, in the order in which people said so.
    fn correct(
        &self,
        corrections: &'a [Standing],
        survivors: &BTreeMap<ClaimId, ClaimId>,
        claims: &mut ClaimRows<'a>,
        rebuttals: &mut RebuttalRows<'a>,
    ) {
        for correction in corrections {
            let same_text = correction.revision == self.draft.revision;
            let Some(place) = find(self.document, &correction.place, same_text) else { continue };
            let claim = correction.claim.map(|claim| match survivors.get(&claim) {
                Some(survivor) => (survivor.0, Some(claim.0)),
                None => (claim.0, None),
            });
            let denials = denials_at(rebuttals, &place);
            match (correction.kind, claim) {
                (CorrectionOf::NotADenial, _) => drop_denials(rebuttals, &denials),
                (CorrectionOf::Denier, _) => {
                    let role = correction.denier_role.map_or("unknown", |role| role.as_str());
                    for denial in rebuttals.denials.iter_mut().filter(|it| denials.contains(&it.id))
                    {
                        denial.denier_id = correction.denier.map(|denier| denier.0);
                        denial.denier_role = role;
                    }
                }
                (CorrectionOf::Claim, Some(claim)) => {
                    move_appearances(claims, &place, claim);
                    move_denials(rebuttals, &denials, claim);
                }
                (CorrectionOf::MissedClaim, Some(claim)) => {
                    self.add_appearance(claims, correction, place, claim);
                }
                (CorrectionOf::MissedRebuttal, Some(claim)) => {
                    self.add_rebuttal(rebuttals, correction, place, claim);
                }
                _ => {}
            }
        }
    }

    fn add_rebuttal(
        &self,
        rows: &mut RebuttalRows<'a>,
        correction: &'a Standing,
        place: LocatedSpan,
        (claim_id, member_id): Claims,
    ) {
        let known = denials_at(rows, &place);
        let is_there = |denial: &NewDenial<'_>| {
            known.contains(&denial.id)
                && (denial.claim_id, denial.member_id) == (claim_id, member_id)
        };
        if rows.denials.iter().any(is_there) {
            return;
        }
        let (denial_id, mention_id) = (Uuid::now_v7(), Uuid::now_v7());
        let kind = correction.rebuttal_kind.map_or("denial", |kind| kind.as_str());
        rows.denials.push(NewDenial {
            id: denial_id,
            claim_id,
            member_id,
            kind,
            denier_id: correction.denier.map(|denier| denier.0),
            denier_role: correction.denier_role.map_or("unknown", |role| role.as_str()),
            via_id: None,
            label: correction.label.as_deref(),
            stated_at: None,
            stated_precision: None,
            confidence: 1.0,
        });
        rows.mentions.push(NewMention {
            id: mention_id,
            denial_id,
            statement_id: None,
            ordinal: 0,
            rule: RULE,
        });
        rows.spans.push(NewMentionSpan {
            mention_id,
            role: "cue",
            field: place.field.as_str(),
            span_start: place.start,
            span_end: place.end,
            quote: place.quote,
        });
        let (stated_at, stated_precision) = super::located::columns(self.published);
        rows.rebuttals.push(NewRebuttal {
            id: Uuid::now_v7(),
            claim_id,
            member_id,
            kind,
            denial_id: Some(denial_id),
            review_revision_id: None,
            stated_at,
            stated_precision,
        });
    }

    fn add_appearance(
        &self,
        rows: &mut ClaimRows<'_>,
        correction: &Standing,
        place: LocatedSpan,
        (claim_id, member_id): Claims,
    ) {
        let stance = correction.stance.map_or("asserts", |stance| stance.as_str());
        let is_there = |row: &NewAppearance| {
            is_at(&place, row.field, row.span_start, row.span_end)
                && (row.claim_id, row.member_id, row.stance) == (claim_id, member_id, stance)
        };
        if rows.appearances.iter().any(is_there) {
            return;
        }
        let (stated_at, stated_precision) = super::located::columns(self.published);
        rows.appearances.push(NewAppearance {
            id: Uuid::now_v7(),
            claim_id,
            member_id,
            statement_id: None,
            stance,
            field: place.field.as_str(),
            span_start: place.start,
            span_end: place.end,
            quote: place.quote,
            stated_at,
            stated_precision,
            confidence: 1.0,
        });
        rows.speakers.push(None);
    }
}

/// Where the words stand: in their own text where they were, elsewhere the nearest place with them.
fn find(document: &Document, place: &LocatedSpan, same_text: bool) -> Option<LocatedSpan> {
    if same_text {
        return Some(place.clone());
    }
    let text = document.field(place.field);
    let points = CodePoints::new(text);
    let length = place.end - place.start;
    let starts = text.match_indices(&place.quote).filter_map(|(at, _)| points.code_point(at));
    let start = starts.min_by_key(|start| start.abs_diff(place.start))?;
    Some(LocatedSpan { start, end: start + length, ..place.clone() })
}

fn is_at(place: &LocatedSpan, field: &str, start: i32, end: i32) -> bool {
    place.field.as_str() == field && place.start == start && place.end == end
}

/// The denials whose denying words are these.
fn denials_at(rows: &RebuttalRows<'_>, place: &LocatedSpan) -> BTreeSet<Uuid> {
    let cues: BTreeSet<Uuid> = rows
        .spans
        .iter()
        .filter(|it| it.role == "cue" && is_at(place, it.field, it.span_start, it.span_end))
        .map(|it| it.mention_id)
        .collect();
    let mentions = rows.mentions.iter().filter(|mention| cues.contains(&mention.id));
    mentions.map(|mention| mention.denial_id).collect()
}

fn drop_denials(rows: &mut RebuttalRows<'_>, denials: &BTreeSet<Uuid>) {
    let mentions: BTreeSet<Uuid> = rows
        .mentions
        .iter()
        .filter(|mention| denials.contains(&mention.denial_id))
        .map(|mention| mention.id)
        .collect();
    rows.spans.retain(|span| !mentions.contains(&span.mention_id));
    rows.mentions.retain(|mention| !mentions.contains(&mention.id));
    rows.rebuttals.retain(|row| row.denial_id.is_none_or(|id| !denials.contains(&id)));
    rows.denials.retain(|row| !denials.contains(&row.id));
}

fn move_denials(rows: &mut RebuttalRows<'_>, denials: &BTreeSet<Uuid>, claim: Claims) {
    for row in rows.denials.iter_mut().filter(|row| denials.contains(&row.id)) {
        (row.claim_id, row.member_id) = claim;
    }
    for row in &mut rows.rebuttals {
        if row.denial_id.is_some_and(|id| denials.contains(&id)) {
            (row.claim_id, row.member_id) = claim;
        }
    }
}

/// With the claimants that the places show.
fn move_appearances(rows: &mut ClaimRows<'_>, place: &LocatedSpan, claim: Claims) {
    let mut moved: BTreeSet<Uuid> = BTreeSet::new();
    for row in &mut rows.appearances {
        if is_at(place, row.field, row.span_start, row.span_end) {
            (row.claim_id, row.member_id) = claim;
            moved.insert(row.id);
        }
    }
    for row in &mut rows.claimants {
        if row.appearance_id.is_some_and(|id| moved.contains(&id)) {
            (row.claim_id, row.member_id) = claim;
        }
    }
    let mut seen = BTreeSet::new();
    rows.claimants.retain(|row| seen.insert((row.member_id.unwrap_or(row.claim_id), row.actor_id)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Field;

    #[test]
    fn words_are_found_where_the_text_has_them_now_the_nearest_place_first() {
        let place =
            LocatedSpan { field: Field::Text, start: 12, end: 18, quote: "denied".to_owned() };
        let text = "It was denied. „Ja“, they denied it, and denied it.";
        let document = Document::from_text(text);
        let found = find(&document, &place, false).expect("it is there");
        assert_eq!((found.start, found.end), (7, 13));
        assert_eq!(find(&document, &place, true), Some(place.clone()));
        assert_eq!(find(&Document::from_text("All is well."), &place, false), None);
        let later = LocatedSpan { start: 40, end: 46, ..place };
        assert_eq!(find(&document, &later, false).map(|it| it.start), Some(41));
    }
}
