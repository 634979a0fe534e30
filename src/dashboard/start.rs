//! The first page: the newest claims and denials, and the search for them.

use askama::Template;
use chrono::{DateTime, NaiveTime, SecondsFormat, Utc};

use super::frame::Here;
use super::words::{Moment, StatusSign, counted, publisher, rebuts, status_name, unnamed, verdict};
use super::{Error, anchor, write};
use crate::domain::view::{
    ActorBrief, ClaimFilter, ClaimView, Page, PageRequest, RebuttalFilter, RebuttalView, Selector,
};
use crate::domain::{OutletId, Status};
use crate::store::{self, Connection};

/// Claims and denials of one page.
const SHOWN: u16 = 20;

/// Actors that are named at a claim of the list.
const NAMED: usize = 4;

/// What is looked for, and from where on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Words of a claim.
    pub q: Option<String>,
    /// Its status.
    pub status: Option<Status>,
    /// An outlet that carries it: an id, a name or a domain.
    pub outlet: Option<String>,
    /// Stated or denied then or later.
    pub from: Option<DateTime<Utc>>,
    /// Stated or denied before.
    pub to: Option<DateTime<Utc>>,
    /// Where the page of claims begins.
    pub claims_cursor: Option<String>,
    /// Where the page of denials begins.
    pub denials_cursor: Option<String>,
}

impl Search {
    fn is_filtered(&self) -> bool {
        self.q.is_some()
            || self.status.is_some()
            || self.outlet.is_some()
            || self.from.is_some()
            || self.to.is_some()
    }

    /// Denials know neither words nor a status, so a search for those shows claims alone.
    fn shows_denials(&self) -> bool {
        self.q.is_none() && self.status.is_none()
    }

    fn outlet(&self) -> Option<Selector<OutletId>> {
        self.outlet.as_ref().and_then(|outlet| outlet.parse().ok())
    }

    fn claims(&self) -> ClaimFilter {
        ClaimFilter {
            q: self.q.clone(),
            status: self.status,
            outlet: self.outlet(),
            from: self.from,
            to: self.to,
            ..ClaimFilter::default()
        }
    }

    fn denials(&self) -> RebuttalFilter {
        RebuttalFilter {
            outlet: self.outlet(),
            from: self.from,
            to: self.to,
            ..RebuttalFilter::default()
        }
    }

    /// This search at other places of its two lists.
    fn at(&self, claims_cursor: Option<&str>, denials_cursor: Option<&str>) -> String {
        let (from, to) = (self.from.map(typed), self.to.map(typed));
        anchor::with_query(
            "/",
            [
                ("q", self.q.as_deref()),
                ("status", self.status.map(Status::as_str)),
                ("outlet", self.outlet.as_deref()),
                ("from", from.as_deref()),
                ("to", to.as_deref()),
                ("cursor", claims_cursor),
                ("denials_cursor", denials_cursor),
            ],
        )
    }
}

/// A time as the search takes it: a date where it is the first moment of one.
fn typed(at: DateTime<Utc>) -> String {
    if at.time() == NaiveTime::MIN {
        at.format("%Y-%m-%d").to_string()
    } else {
        at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}

struct Choice {
    value: &'static str,
    name: &'static str,
    chosen: bool,
}

/// A field that takes a date, or shows the exact time that was asked for.
struct DateField {
    name: &'static str,
    label: &'static str,
    value: String,
}

impl DateField {
    fn new(name: &'static str, label: &'static str, at: Option<DateTime<Utc>>) -> Self {
        DateField { name, label, value: at.map(typed).unwrap_or_default() }
    }

    fn kind(&self) -> &'static str {
        if self.value.len() > "2026-04-06".len() { "text" } else { "date" }
    }
}

struct ClaimShown {
    page: String,
    text: String,
    lang: String,
    status: StatusSign,
    claimants: Named,
    denied_by: Named,
    carried: String,
    first_stated: Option<Moment>,
}

impl ClaimShown {
    fn voices(&self) -> [(&'static str, &Named); 2] {
        [("Claimed by", &self.claimants), ("Denied by", &self.denied_by)]
    }
}

impl From<ClaimView> for ClaimShown {
    fn from(claim: ClaimView) -> Self {
        let count = |number: i32| usize::try_from(number).unwrap_or(0);
        ClaimShown {
            page: anchor::claim(claim.id),
            lang: super::words::lang(&claim.language).to_owned(),
            text: claim.text,
            status: StatusSign { status: claim.status },
            claimants: Named::new(&claim.claimants),
            denied_by: Named::new(&claim.denied_by),
            carried: format!(
                "{} by {}{}, {}",
                counted(count(claim.documents), "document"),
                counted(count(claim.outlets), "outlet"),
                match claim.origins < claim.documents {
                    true => format!(" of {}", counted(count(claim.origins), "origin")),
                    false => String::new(),
                },
                counted(count(claim.rebuttals), "rebuttal"),
            ),
            first_stated: claim.first_stated.map(Moment::stated),
        }
    }
}

/// The first names of a list, and how many more there are.
struct Named {
    names: Vec<String>,
    more: usize,
}

impl Named {
    fn new(actors: &[ActorBrief]) -> Self {
        Named {
            names: actors.iter().take(NAMED).map(|actor| actor.name.clone()).collect(),
            more: actors.len().saturating_sub(NAMED),
        }
    }
}

struct DenialShown {
    denier: Option<String>,
    unnamed: &'static str,
    rebuts: &'static str,
    claim: String,
    claim_page: String,
    lang: String,
    status: StatusSign,
    label: Option<String>,
    via: Option<String>,
    when: Option<Moment>,
    recorded: Moment,
    outlet: Option<String>,
    place: Option<String>,
}

impl From<RebuttalView> for DenialShown {
    fn from(rebuttal: RebuttalView) -> Self {
        let cue = rebuttal.mentions.first().map(|mention| &mention.cue);
        DenialShown {
            place: match (&rebuttal.document, &rebuttal.review) {
                (Some(document), _) => cue.map(|cue| anchor::in_document(document, cue)),
                (None, Some(review)) => review.url.clone(),
                (None, None) => None,
            },
            denier: match &rebuttal.review {
                Some(review) => publisher(review),
                None => rebuttal.denier.map(|actor| actor.name),
            },
            unnamed: unnamed(rebuttal.kind),
            rebuts: match &rebuttal.review {
                Some(review) => verdict(review.verdict),
                None => rebuts(rebuttal.kind),
            },
            claim_page: anchor::claim(rebuttal.claim.id),
            lang: super::words::lang(&rebuttal.claim.language).to_owned(),
            claim: rebuttal.claim.text,
            status: StatusSign { status: rebuttal.claim.status },
            label: rebuttal.label.or_else(|| rebuttal.review.as_ref()?.rating.clone()),
            via: rebuttal.via.map(|actor| actor.name),
            when: rebuttal.stated.map(Moment::stated),
            recorded: Moment::recorded(rebuttal.recorded_at),
            outlet: rebuttal.document.and_then(|it| it.outlet).map(|outlet| outlet.name),
        }
    }
}

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage<'s> {
    here: Here,
    search: &'s Search,
    statuses: Vec<Choice>,
    dates: [DateField; 2],
    claims: Vec<ClaimShown>,
    older_claims: Option<String>,
    newest_claims: Option<String>,
    denials: Option<Vec<DenialShown>>,
    older_denials: Option<String>,
    newest_denials: Option<String>,
}

impl StartPage<'_> {
    /// Whether there is nothing at all to look for.
    fn is_bare(&self) -> bool {
        self.claims.is_empty() && !self.search.is_filtered() && self.search.claims_cursor.is_none()
    }
}

/// The page of a search; of no search, the newest.
///
/// # Errors
/// [`store::Error::Cursor`] for a cursor that the list of claims did not give, [`Error::Denials`]
/// for one that the list of denials did not; whatever the store answers.
pub async fn page(connection: &mut Connection, search: &Search) -> Result<String, Error> {
    let request = |cursor: &Option<String>| PageRequest { limit: SHOWN, cursor: cursor.clone() };
    let claims =
        store::claims::list(connection, &search.claims(), &request(&search.claims_cursor)).await?;
    let denials = if search.shows_denials() {
        let page = request(&search.denials_cursor);
        let found = store::rebuttals::list(connection, &search.denials(), &page).await;
        Some(found.map_err(|error| match error {
            store::Error::Cursor(_) => Error::Denials(error),
            other => Error::Store(other),
        })?)
    } else {
        None
    };
    let (at_claims, at_denials) =
        (search.claims_cursor.as_deref(), search.denials_cursor.as_deref());
    let older_denials = denials
        .as_ref()
        .and_then(|page: &Page<RebuttalView>| page.next.as_deref())
        .map(|next| search.at(at_claims, Some(next)));
    write(&StartPage {
        here: Here::Start,
        search,
        statuses: Status::ALL
            .into_iter()
            .map(|status| Choice {
                value: status.as_str(),
                name: status_name(status),
                chosen: search.status == Some(status),
            })
            .collect(),
        dates: [
            DateField::new("from", "From", search.from),
            DateField::new("to", "Before", search.to),
        ],
        older_claims: claims.next.as_deref().map(|next| search.at(Some(next), at_denials)),
        newest_claims: at_claims.map(|_| search.at(None, at_denials)),
        claims: claims.items.into_iter().map(ClaimShown::from).collect(),
        older_denials,
        newest_denials: at_denials.map(|_| search.at(at_claims, None)),
        denials: denials.map(|page| page.items.into_iter().map(DenialShown::from).collect()),
    })
}
