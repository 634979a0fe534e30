//! A claim's trail → lines for a terminal.

use std::fmt::Write;

use chrono::{DateTime, Utc};

use crate::domain::StatedTime;
use crate::domain::view::{
    ActorBrief, AppearanceFilter, AppearanceView, ClaimFilter, ClaimSort, ClaimView, DocumentBrief,
    PageRequest, RebuttalFilter, RebuttalView,
};
use crate::store::{self, Connection};

/// Claims that are looked at for the one with the richest trail.
const CANDIDATES: u16 = 50;

/// Lines of a kind that are shown.
const SHOWN: u16 = 40;

/// Characters of a quote that are shown.
const QUOTE: usize = 96;

/// One claim with where it stands and what speaks against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trail {
    /// The claim.
    pub claim: ClaimView,
    /// Where it stands, in order of time.
    pub appearances: Vec<AppearanceView>,
    /// What speaks against it, in order of time.
    pub rebuttals: Vec<RebuttalView>,
}

/// The trail of the claim that most has been said of, by most outlets; `None` where there is no claim.
///
/// # Errors
/// Where the database fails.
pub async fn richest(connection: &mut Connection) -> Result<Option<Trail>, store::Error> {
    let filter = ClaimFilter { sort: ClaimSort::MostDenied, ..ClaimFilter::default() };
    let page = store::claims::list(connection, &filter, &PageRequest::first(CANDIDATES)).await?;
    let richest = page.items.into_iter().max_by_key(|claim| {
        (claim.outlets, claim.rebuttals, claim.appearances, std::cmp::Reverse(claim.recorded_at))
    });
    let Some(claim) = richest else { return Ok(None) };
    let of_claim = AppearanceFilter { claim: Some(claim.id), ..AppearanceFilter::default() };
    let request = PageRequest::first(SHOWN);
    let mut appearances = store::appearances::list(connection, &of_claim, &request).await?.items;
    appearances.sort_by_key(|appearance| time_of(appearance.stated, Some(&appearance.document)));
    let of_claim = RebuttalFilter { claim: Some(claim.id), ..RebuttalFilter::default() };
    let mut rebuttals = store::rebuttals::list(connection, &of_claim, &request).await?.items;
    rebuttals.sort_by_key(|rebuttal| time_of(rebuttal.stated, rebuttal.document.as_ref()));
    Ok(Some(Trail { claim, appearances, rebuttals }))
}

fn time_of(stated: Option<StatedTime>, document: Option<&DocumentBrief>) -> Option<DateTime<Utc>> {
    stated.or_else(|| document?.published).map(|time| time.at)
}

fn outlet(document: &DocumentBrief) -> Option<&str> {
    document.outlet.as_ref().map(|outlet| outlet.name.as_str())
}

fn rebuttal_outlet(rebuttal: &RebuttalView) -> Option<&str> {
    match (&rebuttal.document, &rebuttal.review) {
        (Some(document), _) => outlet(document),
        (None, Some(review)) => review.publisher.as_deref(),
        (None, None) => None,
    }
}

impl std::fmt::Display for Trail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Trail { claim, appearances, rebuttals } = self;
        writeln!(f, "Claim       {}", claim.text)?;
        writeln!(f, "Status      {}", claim.status.as_str())?;
        writeln!(f, "Claimed by  {}", names(&claim.claimants))?;
        writeln!(f, "Denied by   {}", names(&claim.denied_by))?;
        writeln!(f, "\nWhere it stands")?;
        for appearance in appearances {
            let head = head(
                time_of(appearance.stated, Some(&appearance.document)),
                appearance.stance.as_str(),
                outlet(&appearance.document),
            );
            let speaker = appearance.speaker.as_ref().map(|actor| format!("{}: ", actor.name));
            writeln!(f, "{head}")?;
            writeln!(f, "      {}{}", speaker.unwrap_or_default(), quoted(&appearance.span.quote))?;
        }
        writeln!(f, "\nWhat speaks against it")?;
        for rebuttal in rebuttals {
            let head = head(
                time_of(rebuttal.stated, rebuttal.document.as_ref()),
                rebuttal.kind.as_str(),
                rebuttal_outlet(rebuttal),
            );
            writeln!(f, "{head}")?;
            if let Some(review) = &rebuttal.review {
                let rating = review.rating.as_deref().map(quoted).unwrap_or_default();
                writeln!(f, "      {} {rating}", review.verdict.as_str())?;
                continue;
            }
            let who = rebuttal.denier.as_ref().map_or("the article itself", |actor| &actor.name);
            let mut line = format!("      {who}");
            if let Some(via) = &rebuttal.via {
                write!(line, ", via {}", via.name)?;
            }
            if let Some(label) = &rebuttal.label {
                write!(line, ", label “{label}”")?;
            }
            writeln!(f, "{line}")?;
            for mention in &rebuttal.mentions {
                let denied = mention.denied.as_ref().map_or("", |span| &span.quote);
                writeln!(f, "      [{}] {}", mention.cue.quote, quoted(denied))?;
            }
        }
        Ok(())
    }
}

fn names(actors: &[ActorBrief]) -> String {
    if actors.is_empty() {
        return "nobody who is named".to_owned();
    }
    actors.iter().map(|actor| actor.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn head(at: Option<DateTime<Utc>>, word: &str, outlet: Option<&str>) -> String {
    let at = at.map_or_else(|| " ".repeat(16), |at| at.format("%Y-%m-%d %H:%M").to_string());
    let outlet = outlet.unwrap_or("an unknown outlet");
    format!("  {at}  {word:<10} {outlet}")
}

/// A quote in marks, on one line, cut at a word's end where it is long.
fn quoted(words: &str) -> String {
    let mut shown = String::new();
    let mut count = 0;
    for word in words.split_whitespace() {
        count += word.chars().count() + 1;
        if count > QUOTE {
            shown.push_str(" …");
            break;
        }
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(word);
    }
    if shown.is_empty() { shown } else { format!("“{shown}”") }
}
