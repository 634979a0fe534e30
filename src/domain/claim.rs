//! Claims, where they stand, and what speaks against them.

use serde::{Deserialize, Serialize};

use super::{ActorIndex, Span, StatedTime, StatementIndex};

/// What an appearance does to its claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// Says it is so.
    Asserts,
    /// Says it is not so.
    Denies,
    /// Says that others say so.
    Reports,
    /// Asks whether it is so.
    Questions,
}

impl Stance {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            Stance::Asserts => "asserts",
            Stance::Denies => "denies",
            Stance::Reports => "reports",
            Stance::Questions => "questions",
        }
    }
}

/// How something speaks against a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RebuttalKind {
    /// A voice in the article says it is not so.
    Denial,
    /// The article or its outlet says it is false.
    Debunk,
    /// Somebody takes back or corrects their own earlier words.
    Correction,
    /// The outlet withdraws a whole report.
    Retraction,
    /// A published fact-check.
    Review,
}

impl RebuttalKind {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            RebuttalKind::Denial => "denial",
            RebuttalKind::Debunk => "debunk",
            RebuttalKind::Correction => "correction",
            RebuttalKind::Retraction => "retraction",
            RebuttalKind::Review => "review",
        }
    }
}

/// Who the denier is to the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DenierRole {
    /// Accused, involved, or speaking for somebody who is.
    Party,
    /// Neither involved nor the publisher.
    ThirdParty,
    /// The publisher itself.
    Outlet,
    /// The document does not tell.
    Unknown,
}

impl DenierRole {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            DenierRole::Party => "party",
            DenierRole::ThirdParty => "third_party",
            DenierRole::Outlet => "outlet",
            DenierRole::Unknown => "unknown",
        }
    }
}

/// A proposition in words that need no context, stated positively.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// One sentence that stands alone. Empty text is never a claim.
    pub text: String,
    /// 0..1, how much it deserves checking; `None` until a model judges it.
    pub check_worthiness: Option<f32>,
    /// 0..1, how sure the extraction is.
    pub confidence: f32,
    /// Who asserts it.
    pub claimants: Vec<ActorIndex>,
    /// Where it stands, in order of place.
    pub appearances: Vec<Appearance>,
    /// What speaks against it in this document.
    pub denials: Vec<Denial>,
}

/// A place where a claim stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Appearance {
    /// What it does to the claim.
    pub stance: Stance,
    /// The words.
    pub span: Span,
    /// The statement it is part of.
    pub statement: Option<StatementIndex>,
}

/// One denier's rejection of one claim, however often it is repeated.
#[derive(Debug, Clone, PartialEq)]
pub struct Denial {
    /// Who denies; `None` for the author's own voice or where the document does not say.
    pub denier: Option<ActorIndex>,
    /// Who the denier is to the claim.
    pub denier_role: DenierRole,
    /// The outlet or person that relayed it.
    pub via: Option<ActorIndex>,
    /// The word the denial uses for the claim: hoax, fake, baseless …
    pub label: Option<String>,
    /// `denial`, `debunk`, `correction` or `retraction`.
    pub kind: RebuttalKind,
    /// When it was said.
    pub stated: Option<StatedTime>,
    /// 0..1.
    pub confidence: f32,
    /// Where it stands, in order of place; never empty.
    pub mentions: Vec<DenialMention>,
}

/// A place where a denial stands.
#[derive(Debug, Clone, PartialEq)]
pub struct DenialMention {
    /// The words that deny.
    pub cue: Span,
    /// The words nearest to the cue that name the denier; may be a pronoun.
    pub denier: Option<Span>,
    /// The words of the denied thing.
    pub denied: Option<Span>,
    /// The words that name who relayed it.
    pub via: Option<Span>,
    /// The statement it is part of.
    pub statement: Option<StatementIndex>,
    /// Id of the rule or model that found it.
    pub rule: String,
}
