//! Evidence for and against a claim → its status, with reasons.
//!
//! Pure and dated: the same evidence gives the same status, and [`RULES`] names the rules that
//! gave it. A denial alone never makes a claim false: that a voice says it is not so is all that
//! `denied` tells.

use serde::{Deserialize, Serialize};

use super::{
    ActorId, AppearanceId, DenierRole, DocumentId, OriginId, OutletId, RebuttalId, RebuttalKind,
    ReviewId, Stance, StatedTime, Verdict,
};

/// Version of the rules below; changes whenever the same evidence could give another status.
pub const RULES: &str = "3";

/// What the evidence says of a claim now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing speaks against it, and nobody who denied it has owned up to it.
    Unverified,
    /// Denied, while somebody independent of the denier asserts it; or fact-checks contradict each
    /// other, or one bears out what an article calls false.
    Disputed,
    /// Denied, and nobody independent asserts it against the denial.
    Denied,
    /// An article, an outlet or a fact-check says that it is false.
    Debunked,
    /// Somebody took it back or corrected it.
    Corrected,
    /// An outlet withdrew the report that carried it.
    Retracted,
    /// Whoever denied it asserts it later, or fact-checks say that it is true.
    Confirmed,
}

impl Status {
    /// Every status, in the order of this list.
    pub const ALL: [Status; 7] = [
        Status::Unverified,
        Status::Disputed,
        Status::Denied,
        Status::Debunked,
        Status::Corrected,
        Status::Retracted,
        Status::Confirmed,
    ];

    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Unverified => "unverified",
            Status::Disputed => "disputed",
            Status::Denied => "denied",
            Status::Debunked => "debunked",
            Status::Corrected => "corrected",
            Status::Retracted => "retracted",
            Status::Confirmed => "confirmed",
        }
    }
}

/// A live appearance, as far as the rules read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppearanceEvidence {
    /// Which one.
    pub id: AppearanceId,
    /// What it does to the claim.
    pub stance: Stance,
    /// Who published it.
    pub outlet: Option<OutletId>,
    /// Where it stands.
    pub document: DocumentId,
    /// The text that it stands in.
    pub origin: OriginId,
    /// Who speaks in it.
    pub speaker: Option<ActorId>,
    /// When it was said or published.
    pub stated: Option<StatedTime>,
}

/// A live rebuttal, as far as the rules read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuttalEvidence {
    /// Which one.
    pub id: RebuttalId,
    /// How it speaks against the claim.
    pub kind: RebuttalKind,
    /// Who denies.
    pub denier: Option<ActorId>,
    /// Who the denier is to the claim.
    pub denier_role: DenierRole,
    /// Who published it.
    pub outlet: Option<OutletId>,
    /// Where it stands.
    pub document: DocumentId,
    /// The text that it stands in.
    pub origin: OriginId,
    /// When it was said or published.
    pub stated: Option<StatedTime>,
}

/// A live review, as far as the rules read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewEvidence {
    /// Which one.
    pub id: ReviewId,
    /// The rebuttal that it is, where it speaks against the claim.
    pub rebuttal: Option<RebuttalId>,
    /// What it says, on our scale.
    pub verdict: Verdict,
}

/// Everything live that stands for or against one claim.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Where it stands.
    pub appearances: Vec<AppearanceEvidence>,
    /// What denies, debunks, corrects or retracts it in an article.
    pub rebuttals: Vec<RebuttalEvidence>,
    /// Published fact-checks of it.
    pub reviews: Vec<ReviewEvidence>,
}

/// Why a status is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// Nothing speaks against the claim.
    NoRebuttal,
    /// A voice says it is not so.
    Denied,
    /// An article or outlet says it is false.
    Debunked,
    /// Earlier words were taken back or corrected.
    Corrected,
    /// A report was withdrawn.
    Retracted,
    /// Somebody other than the denier asserts it, later or through another outlet.
    AssertedIndependently,
    /// Whoever denied it asserts it later.
    DenierAsserts,
    /// A fact-check says that it is false or mostly false.
    ReviewedFalse,
    /// A fact-check says that it is true or mostly true.
    ReviewedTrue,
}

/// One reason, with what it stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Which kind.
    pub code: ReasonCode,
    /// The rebuttal behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebuttal: Option<RebuttalId>,
    /// The appearance behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appearance: Option<AppearanceId>,
    /// The review behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<ReviewId>,
}

/// A status with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// What the evidence says.
    pub status: Status,
    /// Why, in the order of the evidence; never empty.
    pub reasons: Vec<Reason>,
}

/// What the evidence says of one claim. The first line of this table that applies decides:
///
/// | evidence | status |
/// | --- | --- |
/// | whoever denied it asserts it later | `confirmed` |
/// | an outlet withdrew the report | `retracted` |
/// | somebody took their words back or corrected them | `corrected` |
/// | fact-checks on both sides, or one for it (`true`, `mostly_true`) and an article that debunks it | `disputed` |
/// | a fact-check against it (`false`, `mostly_false`), or an article that debunks it | `debunked` |
/// | a fact-check that says `true`, denied or not | `confirmed` |
/// | a denial, and somebody independent of the denier asserts it | `disputed` |
/// | a denial | `denied` |
/// | nothing of these | `unverified` |
///
/// A fact-check of `mixed`, `unproven` or `other` decides nothing, and one of `mostly_true` alone
/// confirms nothing: it disputes those that speak against the claim. A denial does not outweigh a
/// fact-check, whoever denies.
///
/// *Independent* is who is not the denier and asserts it in another text through another outlet, or after
/// the denial. Copies of one text ([`super::origins`]) are one text, and *later* is what is later by every
/// reading of both times: of two things said on one day neither is. `docs/status.md` has the same table.
pub fn assess(evidence: &Evidence) -> Assessment {
    let Evidence { appearances, rebuttals, reviews } = evidence;
    let admissions: Vec<Reason> = pairs(appearances, rebuttals)
        .filter(|(appearance, rebuttal)| {
            rebuttal.denier.is_some()
                && appearance.speaker == rebuttal.denier
                && later(appearance, rebuttal)
        })
        .map(|(appearance, rebuttal)| {
            reason(ReasonCode::DenierAsserts, Some(rebuttal), Some(appearance))
        })
        .collect();
    if !admissions.is_empty() {
        return Assessment { status: Status::Confirmed, reasons: admissions };
    }
    for (kind, code, status) in [
        (RebuttalKind::Retraction, ReasonCode::Retracted, Status::Retracted),
        (RebuttalKind::Correction, ReasonCode::Corrected, Status::Corrected),
    ] {
        let reasons = of_kind(rebuttals, kind, code);
        if !reasons.is_empty() {
            return Assessment { status, reasons };
        }
    }
    let debunks = of_kind(rebuttals, RebuttalKind::Debunk, ReasonCode::Debunked);
    let against = of_reviews(reviews, ReasonCode::ReviewedFalse, Verdict::speaks_against);
    let bearing_out = of_reviews(reviews, ReasonCode::ReviewedTrue, Verdict::speaks_for);
    let is_against = !debunks.is_empty() || !against.is_empty();
    let is_true = reviews.iter().any(|review| review.verdict == Verdict::True);
    let status = match (is_against, bearing_out.is_empty()) {
        (true, false) => Some(Status::Disputed),
        (true, true) => Some(Status::Debunked),
        (false, _) => is_true.then_some(Status::Confirmed),
    };
    if let Some(status) = status {
        let reasons = debunks.into_iter().chain(against).chain(bearing_out).collect();
        return Assessment { status, reasons };
    }
    let mut reasons = of_kind(rebuttals, RebuttalKind::Denial, ReasonCode::Denied);
    if reasons.is_empty() {
        return Assessment {
            status: Status::Unverified,
            reasons: vec![reason(ReasonCode::NoRebuttal, None, None)],
        };
    }
    let independent: Vec<Reason> = appearances
        .iter()
        .filter(|appearance| {
            appearance.stance == Stance::Asserts
                && rebuttals
                    .iter()
                    .filter(|rebuttal| rebuttal.kind == RebuttalKind::Denial)
                    .all(|rebuttal| independent(appearance, rebuttal))
        })
        .map(|appearance| reason(ReasonCode::AssertedIndependently, None, Some(appearance)))
        .collect();
    let status = if independent.is_empty() { Status::Denied } else { Status::Disputed };
    reasons.extend(independent);
    Assessment { status, reasons }
}

/// Every assertion with every rebuttal.
fn pairs<'e>(
    appearances: &'e [AppearanceEvidence],
    rebuttals: &'e [RebuttalEvidence],
) -> impl Iterator<Item = (&'e AppearanceEvidence, &'e RebuttalEvidence)> {
    appearances
        .iter()
        .filter(|appearance| appearance.stance == Stance::Asserts)
        .flat_map(move |appearance| rebuttals.iter().map(move |rebuttal| (appearance, rebuttal)))
}

/// Asserted by somebody else than the denier, after the denial or through another outlet. A copy of the
/// text that denies is neither: it is printed elsewhere and later, and says nothing anew.
fn independent(appearance: &AppearanceEvidence, rebuttal: &RebuttalEvidence) -> bool {
    let other_voice = appearance.speaker.is_none() || appearance.speaker != rebuttal.denier;
    let other_outlet = appearance.outlet.is_some() && appearance.outlet != rebuttal.outlet;
    let other_text = appearance.origin != rebuttal.origin;
    other_voice && (other_text && other_outlet || later(appearance, rebuttal))
}

/// Whether the assertion surely comes second: both times are known, and even the latest that the denial's
/// leaves open is before it. Of copies of one text only the words of one document tell, since each copy
/// has a time of publication of its own.
fn later(appearance: &AppearanceEvidence, rebuttal: &RebuttalEvidence) -> bool {
    let comparable =
        appearance.origin != rebuttal.origin || appearance.document == rebuttal.document;
    let (Some(said), Some(denied)) = (appearance.stated, rebuttal.stated) else { return false };
    comparable && said.at >= denied.end()
}

fn of_kind(rebuttals: &[RebuttalEvidence], kind: RebuttalKind, code: ReasonCode) -> Vec<Reason> {
    rebuttals
        .iter()
        .filter(|rebuttal| rebuttal.kind == kind)
        .map(|rebuttal| reason(code, Some(rebuttal), None))
        .collect()
}

fn of_reviews(
    reviews: &[ReviewEvidence],
    code: ReasonCode,
    says: fn(Verdict) -> bool,
) -> Vec<Reason> {
    reviews
        .iter()
        .filter(|review| says(review.verdict))
        .map(|review| Reason {
            code,
            rebuttal: review.rebuttal,
            appearance: None,
            review: Some(review.id),
        })
        .collect()
}

fn reason(
    code: ReasonCode,
    rebuttal: Option<&RebuttalEvidence>,
    appearance: Option<&AppearanceEvidence>,
) -> Reason {
    Reason {
        code,
        rebuttal: rebuttal.map(|rebuttal| rebuttal.id),
        appearance: appearance.map(|appearance| appearance.id),
        review: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DateTimePrecision;

    fn day(day: u32) -> Option<StatedTime> {
        let at = format!("2026-03-{day:02}T00:00:00Z").parse().ok()?;
        Some(StatedTime { at, precision: DateTimePrecision::Day })
    }

    fn said(
        stance: Stance,
        speaker: Option<ActorId>,
        outlet: Option<OutletId>,
        stated: Option<StatedTime>,
    ) -> AppearanceEvidence {
        let document = DocumentId::new();
        let id = AppearanceId::new();
        let origin = OriginId(document.0);
        AppearanceEvidence { id, stance, outlet, document, origin, speaker, stated }
    }

    fn against(
        kind: RebuttalKind,
        denier: Option<ActorId>,
        outlet: Option<OutletId>,
        stated: Option<StatedTime>,
    ) -> RebuttalEvidence {
        let denier_role = DenierRole::Unknown;
        let (id, document) = (RebuttalId::new(), DocumentId::new());
        let origin = OriginId(document.0);
        RebuttalEvidence { id, kind, denier, denier_role, outlet, document, origin, stated }
    }

    fn judge(appearances: &[AppearanceEvidence], rebuttals: &[RebuttalEvidence]) -> Assessment {
        let (appearances, rebuttals) = (appearances.to_vec(), rebuttals.to_vec());
        assess(&Evidence { appearances, rebuttals, reviews: Vec::new() })
    }

    #[test]
    fn without_a_rebuttal_nothing_is_known_however_often_it_is_said() {
        let said =
            [said(Stance::Asserts, None, None, None), said(Stance::Reports, None, None, None)];
        let found = judge(&said, &[]);
        assert_eq!(found.status, Status::Unverified);
        assert_eq!(found.reasons[0].code, ReasonCode::NoRebuttal);
        assert_eq!(judge(&[], &[]).status, Status::Unverified);
    }

    #[test]
    fn a_denial_is_denied_and_never_false() {
        let outlet = Some(OutletId::new());
        let denier = Some(ActorId::new());
        let denial = against(RebuttalKind::Denial, denier, outlet, day(2));
        let before = said(Stance::Asserts, Some(ActorId::new()), outlet, day(1));
        let elsewhere = said(Stance::Reports, None, Some(OutletId::new()), day(3));
        let found = judge(&[before, elsewhere], std::slice::from_ref(&denial));
        assert_eq!(found.status, Status::Denied);
        assert_eq!(found.reasons, [reason(ReasonCode::Denied, Some(&denial), None)]);
    }

    #[test]
    fn an_independent_assertion_disputes_a_denial() {
        let outlet = Some(OutletId::new());
        let denial = against(RebuttalKind::Denial, Some(ActorId::new()), outlet, day(2));
        for independent in [
            said(Stance::Asserts, Some(ActorId::new()), outlet, day(3)),
            said(Stance::Asserts, None, Some(OutletId::new()), None),
        ] {
            let found = judge(std::slice::from_ref(&independent), std::slice::from_ref(&denial));
            assert_eq!(found.status, Status::Disputed);
            assert_eq!(found.reasons[1].appearance, Some(independent.id));
        }
    }

    #[test]
    fn a_copy_of_the_denying_text_is_no_independent_assertion() {
        let denial = against(RebuttalKind::Denial, None, Some(OutletId::new()), day(2));
        let voice = Some(ActorId::new());
        let elsewhere = said(Stance::Asserts, voice, Some(OutletId::new()), day(3));
        let copy = AppearanceEvidence { origin: denial.origin, ..elsewhere.clone() };
        let status =
            |place: AppearanceEvidence| judge(&[place], std::slice::from_ref(&denial)).status;
        assert_eq!(status(copy.clone()), Status::Denied);
        assert_eq!(status(elsewhere), Status::Disputed);
        // The words of the denying document itself tell which was said first.
        assert_eq!(
            status(AppearanceEvidence { document: denial.document, ..copy }),
            Status::Disputed
        );
    }

    #[test]
    fn what_may_have_been_said_before_is_not_later() {
        let actor = Some(ActorId::new());
        let at = |time: &str, precision| {
            Some(StatedTime { at: time.parse().expect("a time"), precision })
        };
        let noon = at("2026-03-02T12:00:00Z", DateTimePrecision::Second);
        let month = at("2026-03-01T00:00:00Z", DateTimePrecision::Month);
        let year = at("2026-01-01T00:00:00Z", DateTimePrecision::Year);
        for (denied, asserted, status) in [
            (day(2), noon, Status::Denied),
            (day(1), noon, Status::Confirmed),
            (month, day(31), Status::Denied),
            (year, month, Status::Denied),
            (noon, day(3), Status::Confirmed),
        ] {
            let denial = against(RebuttalKind::Denial, actor, None, denied);
            let place = said(Stance::Asserts, actor, None, asserted);
            assert_eq!(judge(&[place], &[denial]).status, status, "{denied:?} {asserted:?}");
        }
    }

    #[test]
    fn the_strongest_rebuttal_decides() {
        let kinds = [
            (RebuttalKind::Denial, Status::Denied),
            (RebuttalKind::Debunk, Status::Debunked),
            (RebuttalKind::Correction, Status::Corrected),
            (RebuttalKind::Retraction, Status::Retracted),
        ];
        let mut rebuttals = Vec::new();
        for (kind, status) in kinds {
            rebuttals.insert(0, against(kind, None, None, None));
            let found = judge(&[], &rebuttals);
            assert_eq!(found.status, status);
            assert_eq!(found.reasons.len(), 1);
        }
    }

    #[test]
    fn whoever_denied_and_later_asserts_confirms() {
        let actor = Some(ActorId::new());
        let rebuttals = [
            against(RebuttalKind::Denial, actor, None, day(2)),
            against(RebuttalKind::Debunk, None, None, day(3)),
        ];
        let later = said(Stance::Asserts, actor, None, day(4));
        assert_eq!(judge(std::slice::from_ref(&later), &rebuttals).status, Status::Confirmed);
        for other in [
            said(Stance::Asserts, actor, None, day(1)),
            said(Stance::Asserts, actor, None, None),
            said(Stance::Questions, actor, None, day(4)),
            said(Stance::Asserts, None, None, day(4)),
        ] {
            assert_eq!(judge(&[other], &rebuttals).status, Status::Debunked);
        }
    }

    fn reviewed(verdict: Verdict) -> ReviewEvidence {
        let rebuttal = verdict.speaks_against().then(RebuttalId::new);
        ReviewEvidence { id: ReviewId::new(), rebuttal, verdict }
    }

    #[test]
    fn fact_checks_debunk_confirm_and_dispute() {
        use Verdict::{False, Mixed, MostlyFalse, MostlyTrue, Other, True, Unproven};
        let verdicts: [(&[Verdict], Status); 12] = [
            (&[False], Status::Debunked),
            (&[MostlyFalse], Status::Debunked),
            (&[True], Status::Confirmed),
            (&[True, MostlyTrue], Status::Confirmed),
            (&[MostlyTrue], Status::Unverified),
            (&[Mixed], Status::Unverified),
            (&[Unproven], Status::Unverified),
            (&[Other], Status::Unverified),
            (&[Other, Mixed, False], Status::Debunked),
            (&[True, False], Status::Disputed),
            (&[MostlyTrue, MostlyFalse], Status::Disputed),
            (&[Mixed, True], Status::Confirmed),
        ];
        for (verdicts, status) in verdicts {
            let reviews: Vec<ReviewEvidence> = verdicts.iter().copied().map(reviewed).collect();
            let found = assess(&Evidence { reviews: reviews.clone(), ..Evidence::default() });
            assert_eq!(found.status, status, "{verdicts:?}");
            let told = found.reasons.iter().filter(|reason| reason.review.is_some()).count();
            let decides = |verdict: &&Verdict| verdict.speaks_against() || verdict.speaks_for();
            let decisive = verdicts.iter().filter(decides).count();
            let expected = if status == Status::Unverified { 0 } else { decisive };
            assert_eq!(told, expected, "{verdicts:?}");
        }
        let review = reviewed(False);
        let found = assess(&Evidence { reviews: vec![review.clone()], ..Evidence::default() });
        assert_eq!(found.reasons[0].rebuttal, review.rebuttal);
    }

    #[test]
    fn a_denial_does_not_outweigh_a_fact_check() {
        let denial = against(RebuttalKind::Denial, Some(ActorId::new()), None, day(2));
        let debunk = against(RebuttalKind::Debunk, None, None, day(2));
        let retraction = against(RebuttalKind::Retraction, None, None, day(2));
        for (rebuttal, verdict, status) in [
            (&denial, Verdict::True, Status::Confirmed),
            (&denial, Verdict::False, Status::Debunked),
            (&denial, Verdict::Mixed, Status::Denied),
            (&debunk, Verdict::True, Status::Disputed),
            (&debunk, Verdict::False, Status::Debunked),
            (&retraction, Verdict::True, Status::Retracted),
        ] {
            let (rebuttals, reviews) = (vec![rebuttal.clone()], vec![reviewed(verdict)]);
            let found = assess(&Evidence { rebuttals, reviews, ..Evidence::default() });
            assert_eq!(found.status, status, "{:?} {verdict:?}", rebuttal.kind);
        }
    }
}
