//! The page of one actor: what it is called, and what it claims, denies and is denied.

use askama::Template;
use chrono::{DateTime, SecondsFormat, Utc};

use super::frame::Here;
use super::words::{Moment, StatusSign, lang};
use super::{Error, anchor, write};
use crate::domain::view::{
    ActorView, Against, ClaimBrief, NamingForm, NamingView, SelfContradiction,
};
use crate::domain::{ActorId, ActorKind};
use crate::store::{self, Connection};

/// A claim as a line.
struct ClaimLine {
    page: String,
    text: String,
    lang: String,
    status: StatusSign,
}

impl From<ClaimBrief> for ClaimLine {
    fn from(claim: ClaimBrief) -> Self {
        ClaimLine {
            page: anchor::claim(claim.id),
            lang: lang(&claim.language).to_owned(),
            text: claim.text,
            status: StatusSign { status: claim.status },
        }
    }
}

/// What it said against its own claim.
struct AgainstItself {
    claim: ClaimLine,
    how: &'static str,
    other: Option<ClaimLine>,
}

impl From<SelfContradiction> for AgainstItself {
    fn from(found: SelfContradiction) -> Self {
        let (how, other) = match found.against {
            Against::Denied => ("and denied the same", None),
            Against::DeniedSame(other) => ("and denied the same in other words", Some(other)),
            Against::Contradicted(other) => ("and claimed what contradicts it", Some(other)),
        };
        AgainstItself { claim: found.claim.into(), how, other: other.map(Into::into) }
    }
}

/// What it is called, with the time between which documents call it so.
struct Called {
    text: String,
    first: Option<Moment>,
    last: Option<Moment>,
    evidence: String,
}

impl From<NamingView> for Called {
    fn from(naming: NamingView) -> Self {
        let (document, span) = naming.evidence;
        Called {
            text: naming.text,
            first: naming.first_seen.map(Moment::stated),
            last: naming
                .last_seen
                .filter(|last| naming.first_seen != Some(*last))
                .map(Moment::stated),
            evidence: anchor::in_document(&document, &span),
        }
    }
}

#[derive(Template)]
#[template(path = "actor.html")]
struct ActorPage<'p> {
    here: Here,
    actor: &'p ActorView,
    kind: &'static str,
    names: Vec<Called>,
    roles: Vec<Called>,
    as_of: Option<Moment>,
    page: String,
    data: String,
    lists: [(&'static str, &'static str, Vec<ClaimLine>); 3],
    against: Vec<AgainstItself>,
}

impl ActorPage<'_> {
    fn called(&self) -> [(&'static str, &[Called]); 2] {
        [("Also called", &self.names), ("Offices", &self.roles)]
    }
}

/// The page of an actor, its trail as known at `as_of`.
///
/// # Errors
/// [`store::Error::NotFound`] for an actor that is not stored, or was not known yet then.
pub async fn page(
    connection: &mut Connection,
    id: ActorId,
    as_of: Option<DateTime<Utc>>,
) -> Result<String, Error> {
    let actor = store::actors::find(connection, id, as_of).await?;
    let trail = store::actor_trail::find(connection, id, as_of).await?;
    let namings = store::namings::list(connection, id, as_of).await?;
    let (roles, names): (Vec<NamingView>, Vec<NamingView>) = namings
        .into_iter()
        .filter(|naming| naming.form != NamingForm::Country)
        .partition(|naming| naming.form == NamingForm::Role);
    let lines = |claims: Vec<ClaimBrief>| claims.into_iter().map(ClaimLine::from).collect();
    let as_of_words = as_of.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    write(&ActorPage {
        here: Here::Elsewhere,
        kind: match actor.kind {
            Some(ActorKind::Person) => "Person",
            Some(ActorKind::Organisation) => "Organisation",
            Some(ActorKind::Government) => "Government",
            Some(ActorKind::Group) => "Group",
            Some(ActorKind::Outlet) => "Outlet",
            None => "Actor",
        },
        names: names.into_iter().map(Into::into).collect(),
        roles: roles.into_iter().map(Into::into).collect(),
        as_of: as_of.map(Moment::asked),
        page: anchor::actor(id),
        data: anchor::with_query(
            &format!("/v1/actors/{id}/trail"),
            [("as_of", as_of_words.as_deref())],
        ),
        lists: [
            ("claimed", "Claimed", lines(trail.claimed)),
            ("denied", "Denied", lines(trail.denied)),
            ("was-denied", "Was denied by others", lines(trail.was_denied)),
        ],
        against: trail.contradicted.into_iter().map(Into::into).collect(),
        actor: &actor,
    })
}
