//! Actors and outlets on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::claim::ClaimBrief;
use super::document::DocumentBrief;
use super::extraction::Span;
use super::words;
use crate::domain::{ActorKind, DateTimePrecision, view};

/// An actor, named where something else is the subject.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActorBrief {
    /// Its resource is `/v1/actors/{id}`.
    pub id: Uuid,
    /// The name it was first known by.
    #[schema(example = "Harbour Ministry")]
    pub name: String,
    /// What it is; null where unknown.
    #[schema(value_type = Option<words::ActorKind>)]
    pub kind: Option<ActorKind>,
}

impl From<view::ActorBrief> for ActorBrief {
    fn from(actor: view::ActorBrief) -> Self {
        ActorBrief { id: actor.id.0, name: actor.name, kind: actor.kind }
    }
}

/// Who speaks or is spoken of.
#[derive(Debug, Serialize, ToSchema)]
pub struct Actor {
    /// UUIDv7.
    pub id: Uuid,
    /// The name it was first known by.
    #[schema(example = "Harbour Ministry")]
    pub name: String,
    /// What it is; null where unknown.
    #[schema(value_type = Option<words::ActorKind>)]
    pub kind: Option<ActorKind>,
    /// Other names, in the order they were learned.
    pub aliases: Vec<String>,
    /// Offices and titles, as worded.
    pub roles: Vec<String>,
    /// States it belongs to or stands for, as ISO 3166-1 alpha-2 (`XK` for Kosovo).
    #[schema(example = json!(["NO"]))]
    pub countries: Vec<String>,
    /// Whom it speaks for.
    pub speaks_for: Vec<ActorBrief>,
    /// Actors that were merged into it, directly or by way of another one.
    pub members: Vec<ActorMerge>,
    /// Statements it is the speaker of.
    pub statements: i64,
    /// Claims it asserts.
    pub claims: i64,
    /// Rebuttals it is the denier of.
    pub rebuttals: i64,
    /// When it was first recorded.
    pub recorded_at: DateTime<Utc>,
}

impl From<view::ActorView> for Actor {
    fn from(actor: view::ActorView) -> Self {
        Actor {
            id: actor.id.0,
            name: actor.name,
            kind: actor.kind,
            aliases: actor.aliases,
            roles: actor.roles,
            countries: actor.countries,
            speaks_for: actor.speaks_for.into_iter().map(Into::into).collect(),
            members: actor.members.into_iter().map(Into::into).collect(),
            statements: actor.statements,
            claims: actor.claims,
            rebuttals: actor.rebuttals,
            recorded_at: actor.recorded_at,
        }
    }
}

/// Two actors that turned out to be one.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActorMerge {
    /// UUIDv7.
    pub id: Uuid,
    /// The merged actor.
    pub actor: Uuid,
    /// Its name.
    pub name: String,
    /// What it was merged into.
    pub into: Uuid,
    /// Why.
    pub reason: String,
    /// Who merged them.
    pub merged_by: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// When it was undone; null while it stands.
    pub undone_at: Option<DateTime<Utc>>,
}

impl From<view::ActorMergeView> for ActorMerge {
    fn from(merge: view::ActorMergeView) -> Self {
        ActorMerge {
            id: merge.id.0,
            actor: merge.actor.0,
            name: merge.name,
            into: merge.into.0,
            reason: merge.reason,
            merged_by: merge.merged_by,
            recorded_at: merge.recorded_at,
            undone_at: merge.undone_at,
        }
    }
}

/// What an actor has to do with claims: of each list the 50 with the newest evidence.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActorTrail {
    /// Claims it asserts.
    pub claimed: Vec<ClaimBrief>,
    /// Claims it denies.
    pub denied: Vec<ClaimBrief>,
    /// Claims it asserts that somebody else speaks against.
    pub was_denied: Vec<ClaimBrief>,
    /// Where it speaks against itself.
    pub contradicted: Vec<SelfContradiction>,
}

/// What an actor said against its own words.
#[derive(Debug, Serialize, ToSchema)]
pub struct SelfContradiction {
    /// `denied`: it denies the claim, too; `denied_same`: it denies `other`, which is linked as the same;
    /// `contradicted`: it asserts `other`, which is linked as contradicting it.
    #[schema(example = "denied")]
    pub how: &'static str,
    /// A claim that it asserts.
    pub claim: ClaimBrief,
    /// The other claim; null where it is the same one.
    pub other: Option<ClaimBrief>,
}

impl From<view::ActorTrail> for ActorTrail {
    fn from(trail: view::ActorTrail) -> Self {
        let shown = |claims: Vec<view::ClaimBrief>| claims.into_iter().map(Into::into).collect();
        ActorTrail {
            claimed: shown(trail.claimed),
            denied: shown(trail.denied),
            was_denied: shown(trail.was_denied),
            contradicted: trail.contradicted.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<view::SelfContradiction> for SelfContradiction {
    fn from(found: view::SelfContradiction) -> Self {
        let (how, other) = match found.against {
            view::Against::Denied => ("denied", None),
            view::Against::DeniedSame(other) => ("denied_same", Some(other)),
            view::Against::Contradicted(other) => ("contradicted", Some(other)),
        };
        SelfContradiction { how, claim: found.claim.into(), other: other.map(Into::into) }
    }
}

/// What documents call an actor, and from when to when.
#[derive(Debug, Serialize, ToSchema)]
pub struct Naming {
    /// What the words are to it.
    #[schema(value_type = words::NamingForm)]
    pub form: view::NamingForm,
    /// The words; of a state its code.
    #[schema(example = "Foreign Minister")]
    pub text: String,
    /// Documents that call it so.
    pub documents: i64,
    /// The earliest publication of one that does; null where none tells its time.
    pub first_seen_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub first_seen_precision: Option<DateTimePrecision>,
    /// The latest publication of one that does; null where none tells its time.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub last_seen_precision: Option<DateTimePrecision>,
    /// The document it was learned from first.
    pub document: DocumentBrief,
    /// Where it stands there; for a state, where the actor is first mentioned.
    pub span: Span,
    /// When it was learned.
    pub recorded_at: DateTime<Utc>,
}

impl From<view::NamingView> for Naming {
    fn from(naming: view::NamingView) -> Self {
        let (document, span) = naming.evidence;
        Naming {
            form: naming.form,
            text: naming.text,
            documents: naming.documents,
            first_seen_at: naming.first_seen.map(|time| time.at),
            first_seen_precision: naming.first_seen.map(|time| time.precision),
            last_seen_at: naming.last_seen.map(|time| time.at),
            last_seen_precision: naming.last_seen.map(|time| time.precision),
            document: document.into(),
            span: span.into(),
            recorded_at: naming.recorded_at,
        }
    }
}

/// An outlet, named where something else is the subject.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutletBrief {
    /// Its resource is `/v1/outlets/{id}`.
    pub id: Uuid,
    /// Its name.
    #[schema(example = "Quay Courier")]
    pub name: String,
    /// Its domain; null where unknown.
    #[schema(example = "courier.test")]
    pub domain: Option<String>,
}

impl From<view::OutletBrief> for OutletBrief {
    fn from(outlet: view::OutletBrief) -> Self {
        OutletBrief { id: outlet.id.0, name: outlet.name, domain: outlet.domain }
    }
}

/// Who published documents.
#[derive(Debug, Serialize, ToSchema)]
pub struct Outlet {
    /// UUIDv7.
    pub id: Uuid,
    /// Its name.
    #[schema(example = "Quay Courier")]
    pub name: String,
    /// Its domain; null where unknown.
    #[schema(example = "courier.test")]
    pub domain: Option<String>,
    /// Documents stored of it.
    pub documents: i64,
    /// When it was first recorded.
    pub recorded_at: DateTime<Utc>,
}

impl From<view::OutletView> for Outlet {
    fn from(outlet: view::OutletView) -> Self {
        Outlet {
            id: outlet.id.0,
            name: outlet.name,
            domain: outlet.domain,
            documents: outlet.documents,
            recorded_at: outlet.recorded_at,
        }
    }
}
