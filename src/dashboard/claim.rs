//! The page of one claim: what the evidence says of it, who stands where, and its trail.

use std::collections::BTreeSet;

use askama::Template;
use chrono::{DateTime, SecondsFormat, Utc};

use super::frame::Here;
use super::trail::{AROUND, Fact, Rebuttals, Step, steps, wanted};
use super::words::{Moment, StatusSign, counted, lang, publisher, reason, status_meaning};
use super::{Error, anchor, write};
use crate::domain::status::{Reason, ReasonCode};
use crate::domain::view::{
    ActorBrief, AppearanceView, ClaimBrief, ClaimView, CorrectionFilter, CorrectionOf,
    CorrectionView, LinkFilter, LinkView, MemberView, Page, PageRequest, RebuttalView, ReviewView,
    TimelineEntry, TimelineEvent,
};
use crate::domain::{AppearanceId, ClaimId, LinkKind, LinkState, RebuttalId, ReviewId};
use crate::store::{self, Connection};

/// Moments of the trail on one page.
const SHOWN: u16 = 50;

/// Linked claims on the page at most.
const LINKS_SHOWN: u16 = 50;

/// Characters from which on a claim is set smaller than a headline.
const LONG: usize = 140;

/// Voices that are named for each reason.
const NAMED: usize = 8;

/// Which state and which part of a claim's trail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// As known at that time.
    pub as_of: Option<DateTime<Utc>>,
    /// Where the page of the trail begins.
    pub cursor: Option<String>,
}

/// A reason for the status, with the voices it stands on.
struct ReasonShown {
    words: &'static str,
    voices: Vec<String>,
    more: usize,
}

#[derive(Template)]
#[template(path = "claim.html")]
struct ClaimPage<'p> {
    here: Here,
    claim: &'p ClaimView,
    lang: &'p str,
    status: StatusSign,
    computed: StatusSign,
    meaning: &'static str,
    reasons: Vec<ReasonShown>,
    counts: String,
    /// Check-worthiness in hundredths.
    worth: Option<u8>,
    first_stated: Option<Moment>,
    last_stated: Option<Moment>,
    recorded: Moment,
    as_of: Option<Moment>,
    as_of_date: String,
    page: String,
    data: String,
    from_start: Option<String>,
    later: Option<String>,
    steps: Vec<Step<'p>>,
    links: Vec<(&'static str, Vec<LinkShown>)>,
    corrections: Vec<(&'static str, CorrectionView)>,
}

/// Another claim that this one has to do with.
struct LinkShown {
    page: String,
    text: String,
    lang: String,
    status: StatusSign,
    suggested: bool,
}

impl ClaimPage<'_> {
    /// Whether the sentence is too long for the size of a headline.
    fn is_long(&self) -> bool {
        self.claim.text.chars().nth(LONG).is_some()
    }

    fn lang_of<'m>(&self, member: &'m MemberView) -> &'m str {
        lang(&member.language)
    }

    fn groups(&self) -> [(&'static str, &[ActorBrief], &'static str); 3] {
        [
            ("Claimed by", &self.claim.claimants, "nobody who is named"),
            ("Denied by", &self.claim.denied_by, "nobody who is named"),
            ("About", &self.claim.about, "nobody who is named"),
        ]
    }
}

/// The page of a claim.
///
/// # Errors
/// [`store::Error::NotFound`] for a claim that is not stored, or was not known yet then;
/// [`store::Error::Cursor`] for a cursor that this trail did not give.
pub async fn page(
    connection: &mut Connection,
    id: ClaimId,
    asked: &Asked,
) -> Result<String, Error> {
    let claim = store::claims::find(connection, id, asked.as_of).await?;
    let request = PageRequest { limit: SHOWN, cursor: asked.cursor.clone() };
    let trail = store::claims::timeline(connection, id, asked.as_of, &request).await?;
    let rebuttals = rebuttals(connection, &claim, &trail.items).await?;
    let assertions: Vec<AppearanceId> =
        named_reasons(&claim.reasons).filter_map(|reason| reason.appearance).collect();
    let assertions = store::appearances::of_ids(connection, &assertions).await?;
    let reviews: Vec<ReviewId> =
        named_reasons(&claim.reasons).filter_map(|reason| reason.review).collect();
    let reviews = store::reviews::of_ids(connection, &reviews).await?;
    let filter = LinkFilter { claim: Some(id), as_of: asked.as_of, ..LinkFilter::default() };
    let linked =
        store::links::list(connection, &filter, &PageRequest::first(LINKS_SHOWN)).await?.items;
    let filter =
        CorrectionFilter { claim: Some(id), as_of: asked.as_of, ..CorrectionFilter::default() };
    let request = PageRequest::first(LINKS_SHOWN);
    let corrections = store::corrections::list(connection, &filter, &request).await?.items;
    let wanted = wanted(&trail.items, &rebuttals);
    let places: Vec<_> = wanted.iter().flatten().map(|wanted| wanted.place).collect();
    let found = store::quotes::around(connection, &places, AROUND).await?;
    let as_of = asked.as_of.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    let at = |cursor: Option<&str>| {
        anchor::with_query(&anchor::claim(id), [("as_of", as_of.as_deref()), ("cursor", cursor)])
    };
    let Page { items, next } = trail;
    write(&ClaimPage {
        here: Here::Elsewhere,
        lang: lang(&claim.language),
        status: StatusSign { status: claim.status },
        computed: StatusSign { status: claim.computed_status },
        meaning: status_meaning(claim.status),
        reasons: reasons(&claim.reasons, &rebuttals, &assertions, &reviews),
        counts: counts(&claim),
        worth: claim.check_worthiness.map(|share| (share * 100.0).round() as u8),
        first_stated: claim.first_stated.map(Moment::stated),
        last_stated: claim
            .last_stated_at
            .filter(|&last| claim.first_stated.is_none_or(|first| first.at != last))
            .map(Moment::unspecified),
        recorded: Moment::recorded(claim.recorded_at),
        as_of: asked.as_of.map(Moment::asked),
        as_of_date: asked.as_of.map(|at| at.format("%Y-%m-%d").to_string()).unwrap_or_default(),
        page: anchor::claim(id),
        data: anchor::with_query(&format!("/v1/claims/{id}"), [("as_of", as_of.as_deref())]),
        from_start: asked.cursor.as_ref().map(|_| at(None)),
        later: next.as_deref().map(|next| at(Some(next))),
        steps: steps(&items, &rebuttals, &wanted, &found),
        links: links(id, &claim.members, linked),
        corrections: corrections.into_iter().map(|it| (corrected(it.kind), it)).collect(),
        claim: &claim,
    })
}

/// What a person put right, in words.
fn corrected(kind: CorrectionOf) -> &'static str {
    match kind {
        CorrectionOf::NotADenial => "No denial",
        CorrectionOf::Denier => "Another denier",
        CorrectionOf::Claim => "Another claim was meant",
        CorrectionOf::MissedClaim => "A place that was missed",
        CorrectionOf::MissedRebuttal => "A rebuttal that was missed",
    }
}

/// The other claims by what they are to this one; what was rejected is left out.
fn links(
    id: ClaimId,
    members: &[MemberView],
    linked: Vec<LinkView>,
) -> Vec<(&'static str, Vec<LinkShown>)> {
    let shown = |kind: LinkKind| -> Vec<LinkShown> {
        let of_kind =
            linked.iter().filter(|link| link.kind == kind && link.state != LinkState::Rejected);
        of_kind
            .filter_map(|link| {
                let is_other = |claim: &&ClaimBrief| claim.id != id;
                let other = link.claims.iter().find(is_other)?;
                // One of its own wordings stands among those.
                if members.iter().any(|member| member.id == other.id) {
                    return None;
                }
                Some(LinkShown {
                    page: anchor::claim(other.id),
                    text: other.text.clone(),
                    lang: lang(&other.language).to_owned(),
                    status: StatusSign { status: other.status },
                    suggested: link.state == LinkState::Suggested,
                })
            })
            .collect()
    };
    [
        ("The same in other words", LinkKind::Same),
        ("Cannot be true together with it", LinkKind::Contradicts),
        ("Part of it, or it is part of these", LinkKind::PartOf),
    ]
    .into_iter()
    .map(|(heading, kind)| (heading, shown(kind)))
    .filter(|(_, shown)| !shown.is_empty())
    .collect()
}

/// The reasons whose voices are named: the first of each kind.
fn named_reasons(reasons: &[Reason]) -> impl Iterator<Item = &Reason> {
    reasons.iter().enumerate().filter_map(|(index, reason)| {
        let before = reasons[..index].iter().filter(|other| other.code == reason.code);
        (before.take(NAMED).count() < NAMED).then_some(reason)
    })
}

/// The rebuttals that the moments and the reasons speak of, in one go.
async fn rebuttals(
    connection: &mut Connection,
    claim: &ClaimView,
    entries: &[TimelineEntry],
) -> Result<Rebuttals, Error> {
    let of_moments = entries.iter().filter_map(|entry| match entry.event {
        TimelineEvent::Rebuttal { id, .. } => Some(id),
        _ => None,
    });
    let of_reasons = named_reasons(&claim.reasons).filter_map(|reason| reason.rebuttal);
    let ids: BTreeSet<RebuttalId> = of_moments.chain(of_reasons).collect();
    let ids: Vec<RebuttalId> = ids.into_iter().collect();
    let found = store::rebuttals::of_ids(connection, &ids).await?;
    Ok(found.into_iter().map(|rebuttal| (rebuttal.id, rebuttal)).collect())
}

/// Reasons of one kind together, in the order of the evidence.
fn reasons(
    reasons: &[Reason],
    rebuttals: &Rebuttals,
    assertions: &[AppearanceView],
    reviews: &[ReviewView],
) -> Vec<ReasonShown> {
    let mut codes: Vec<ReasonCode> = Vec::new();
    for reason in reasons {
        if !codes.contains(&reason.code) {
            codes.push(reason.code);
        }
    }
    let shown = |code: ReasonCode| {
        let mut voices: Vec<String> = Vec::new();
        let mut named = 0;
        for reason in named_reasons(reasons).filter(|reason| reason.code == code) {
            named += 1;
            let rebuttal = reason.rebuttal.and_then(|id| rebuttals.get(&id));
            let assertion = reason
                .appearance
                .and_then(|id| assertions.iter().find(|assertion| assertion.id == id));
            let voice = match (assertion, rebuttal) {
                (Some(assertion), _) => voice_of_assertion(assertion),
                (None, Some(rebuttal)) => voice_of_rebuttal(rebuttal),
                (None, None) => reason
                    .review
                    .and_then(|id| reviews.iter().find(|review| review.brief.id == id))
                    .and_then(|review| publisher(&review.brief)),
            };
            voices.extend(voice.filter(|voice| !voices.contains(voice)));
        }
        let all = reasons.iter().filter(|reason| reason.code == code).count();
        ReasonShown { words: reason(code), voices, more: all.saturating_sub(named) }
    };
    codes.into_iter().map(shown).collect()
}

fn voice_of_rebuttal(rebuttal: &RebuttalView) -> Option<String> {
    if let Some(review) = &rebuttal.review {
        return publisher(review);
    }
    let outlet = rebuttal.document.as_ref().and_then(|document| document.outlet.as_ref());
    voice(rebuttal.denier.as_ref(), outlet.map(|outlet| outlet.name.as_str()))
}

fn voice_of_assertion(assertion: &AppearanceView) -> Option<String> {
    let outlet = assertion.document.outlet.as_ref().map(|outlet| outlet.name.as_str());
    voice(assertion.speaker.as_ref(), outlet)
}

fn voice(actor: Option<&ActorBrief>, outlet: Option<&str>) -> Option<String> {
    match (actor, outlet) {
        (Some(actor), Some(outlet)) => Some(format!("{}, in {outlet}", actor.name)),
        (Some(actor), None) => Some(actor.name.clone()),
        (None, outlet) => outlet.map(str::to_owned),
    }
}

fn counts(claim: &ClaimView) -> String {
    let count = |number: i32, noun: &str| counted(usize::try_from(number).unwrap_or(0), noun);
    // Copies are worth a word; where there are none, each document is an origin.
    let origins = match claim.origins < claim.documents {
        true => format!(", {}", count(claim.origins, "independent origin")),
        false => String::new(),
    };
    format!(
        "{}, {}, in {} by {}{origins}",
        count(claim.appearances, "appearance"),
        count(claim.rebuttals, "rebuttal"),
        count(claim.documents, "document"),
        count(claim.outlets, "outlet"),
    )
}
