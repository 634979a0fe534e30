//! An attribution: source said (cue) that contents.

use serde::{Deserialize, Serialize};

use super::{ActorIndex, Span, StatedTime, StatementIndex};

/// What kind of words carry the attribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CueKind {
    /// "said", "has denied", "was told".
    Verb,
    /// "the statement that …", "claims", "accusation".
    Noun,
    /// "according to".
    AccordingTo,
    /// A dash or colon between words and name.
    Byline,
    /// Free-standing words: a quotation whose speaker no word tells.
    None,
}

impl CueKind {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            CueKind::Verb => "verb",
            CueKind::Noun => "noun",
            CueKind::AccordingTo => "according_to",
            CueKind::Byline => "byline",
            CueKind::None => "none",
        }
    }
}

/// Whether the contents are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// All of it stands in quotation marks.
    Direct,
    /// None of it does.
    Indirect,
    /// Some of it does.
    Mixed,
}

impl Mode {
    /// The word used in JSON and in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Direct => "direct",
            Mode::Indirect => "indirect",
            Mode::Mixed => "mixed",
        }
    }
}

/// One attribution in a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The words that name the source, in order of place; empty where no word does.
    pub source: Vec<Span>,
    /// The words that attribute; `None` for a free-standing quotation.
    pub cue: Option<Span>,
    /// What kind of words those are.
    pub cue_kind: CueKind,
    /// The attributed words, in order of place; several pieces where "she said" breaks a quote.
    pub contents: Vec<Span>,
    /// The actor behind the source.
    pub speaker: Option<ActorIndex>,
    /// Whether the speaker was inferred rather than named by the source.
    pub speaker_inferred: bool,
    /// Who relayed it: "told TASS".
    pub via: Option<ActorIndex>,
    /// The words that name who relayed it.
    pub via_span: Option<Span>,
    /// The statement in whose contents this one stands.
    pub parent: Option<StatementIndex>,
    /// Whether the contents are quoted.
    pub mode: Mode,
    /// When it was said, where the words around the cue tell it.
    pub stated: Option<StatedTime>,
    /// 0..1.
    pub confidence: f32,
    /// Id of the rule or model that found it.
    pub rule: String,
}
