//! Actors and outlets on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::words;
use crate::domain::{ActorKind, view};

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
    /// Whom it speaks for.
    pub speaks_for: Vec<ActorBrief>,
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
            speaks_for: actor.speaks_for.into_iter().map(Into::into).collect(),
            statements: actor.statements,
            claims: actor.claims,
            rebuttals: actor.rebuttals,
            recorded_at: actor.recorded_at,
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
