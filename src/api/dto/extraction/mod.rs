//! An [`Extraction`] as JSON: spans in code points, ids local to the answer. With the document it is
//! complete: [`read`] makes both of it again.

mod read;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

pub use read::{Unsound, read};

use super::words;
use crate::domain::{self, CodePoints, DateTimePrecision, Document, Extraction, Field};

/// Exact provenance: a half-open range of Unicode code points, with the words it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Span {
    /// `title` or `text`; left out when it is `text`.
    #[serde(skip_serializing_if = "is_text")]
    #[schema(value_type = String, example = "title")]
    pub field: Field,
    /// First code point, counted from 0.
    pub start: i32,
    /// One past the last code point.
    pub end: i32,
    /// The words between the two, exactly as they stand.
    pub quote: String,
}

fn is_text(field: &Field) -> bool {
    *field == Field::Text
}

impl From<domain::LocatedSpan> for Span {
    fn from(span: domain::LocatedSpan) -> Self {
        Span { field: span.field, start: span.start, end: span.end, quote: span.quote }
    }
}

/// The document an extraction was made from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExtractedDocument {
    /// Set where the document is stored.
    pub id: Option<uuid::Uuid>,
    /// Canonical address.
    pub url: Option<String>,
    /// Other addresses that lead to it; left out where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub aliases: Vec<String>,
    /// The page of another site that it says it was taken from; left out where it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub syndicated_from: Option<String>,
    /// Domain or name of the publisher.
    pub outlet: Option<String>,
    /// Headline.
    pub title: Option<String>,
    /// Authors, as printed; left out where none are known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub authors: Vec<String>,
    /// RFC 3339, UTC.
    pub published_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub published_precision: Option<DateTimePrecision>,
    /// BCP 47; `und` or `mul` where one language cannot be told.
    pub language: String,
    /// The cleaned body that spans point into.
    pub text: String,
    /// What the page's structured data says was corrected; left out where it says nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub corrections: Vec<String>,
    /// SHA-256 of the title, a line feed and the body; lower-case hexadecimal.
    pub sha256: String,
}

/// Source said (cue) that contents.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ExtractedStatement)]
pub struct Statement {
    /// `s1`, `s2` …
    pub id: String,
    /// The words that name the source.
    pub source: Vec<Span>,
    /// The words that attribute.
    pub cue: Option<Span>,
    /// `verb`, `noun`, `according_to`, `byline` or `none`.
    pub cue_kind: &'static str,
    /// The attributed words.
    pub contents: Vec<Span>,
    /// Actor id of the speaker.
    pub speaker: Option<String>,
    /// Whether the speaker was inferred rather than named by the source.
    pub speaker_inferred: bool,
    /// Actor id of who relayed it.
    pub via: Option<String>,
    /// The words that name who relayed it.
    pub via_span: Option<Span>,
    /// Statement id of the statement around this one.
    pub parent: Option<String>,
    /// `direct`, `indirect` or `mixed`.
    pub mode: &'static str,
    /// When it was said, where the words around the cue tell it; null where they do not.
    pub stated_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub stated_precision: Option<DateTimePrecision>,
    /// 0..1.
    pub confidence: f32,
    /// The rule or model that found it.
    pub rule: String,
}

/// A proposition, where it stands, and what speaks against it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ExtractedClaim)]
pub struct Claim {
    /// `c1`, `c2` …
    pub id: String,
    /// One sentence that stands alone.
    pub text: String,
    /// 0..1; null until a model judges it.
    pub check_worthiness: Option<f32>,
    /// 0..1.
    pub confidence: f32,
    /// Actor ids of those who assert it.
    pub claimants: Vec<String>,
    /// Where it stands.
    pub appearances: Vec<Appearance>,
    /// What speaks against it.
    pub denials: Vec<Denial>,
}

/// A place where a claim stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ExtractedAppearance)]
pub struct Appearance {
    /// `asserts`, `denies`, `reports` or `questions`.
    pub stance: &'static str,
    /// The words.
    pub span: Span,
    /// Statement id.
    pub statement: Option<String>,
}

/// One denier's rejection of the claim.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ExtractedDenial)]
pub struct Denial {
    /// Actor id of the denier; null for the author's own voice.
    pub denier: Option<String>,
    /// `party`, `third_party`, `outlet` or `unknown`.
    pub denier_role: &'static str,
    /// Actor id of who relayed it.
    pub via: Option<String>,
    /// The word used for the claim: hoax, fake, baseless …
    pub label: Option<String>,
    /// `denial`, `debunk`, `correction` or `retraction`.
    pub kind: &'static str,
    /// When it was said; null where unknown.
    pub stated_at: Option<DateTime<Utc>>,
    /// How exactly that is known.
    #[schema(value_type = Option<words::Precision>)]
    pub stated_precision: Option<DateTimePrecision>,
    /// 0..1.
    pub confidence: f32,
    /// Where it stands.
    pub mentions: Vec<DenialMention>,
}

/// A place where a denial stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ExtractedDenialMention)]
pub struct DenialMention {
    /// The words that deny.
    pub cue: Span,
    /// The words that name the denier.
    pub denier: Option<Span>,
    /// The words of the denied thing.
    pub denied: Option<Span>,
    /// The words that name who relayed it.
    pub via: Option<Span>,
    /// Statement id.
    pub statement: Option<String>,
    /// The rule or model that found it.
    pub rule: String,
}

/// Who speaks or is spoken of.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ExtractedActor)]
pub struct Actor {
    /// `a1`, `a2` …
    pub id: String,
    /// The fullest name in the document.
    pub name: String,
    /// `person`, `organisation`, `government`, `group` or `outlet`; null where not told.
    pub kind: Option<&'static str>,
    /// Offices and titles, as worded.
    pub roles: Vec<String>,
    /// Other names used for it.
    pub aliases: Vec<String>,
    /// The state it belongs to or stands for, as ISO 3166-1 alpha-2 (`XK` for Kosovo); null where
    /// not told.
    #[schema(example = "NO")]
    pub country: Option<String>,
    /// Actor id of whom it speaks for.
    pub speaks_for: Option<String>,
    /// Where it is mentioned.
    pub mentions: Vec<Span>,
}

/// Something a reader of the extraction should know.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Note {
    /// `language_unsupported` or `language_undetermined`.
    pub code: &'static str,
    /// In words.
    pub detail: String,
}

/// Which extractor made the extraction.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Extractor {
    /// Version of the rules and stages.
    pub version: String,
    /// Version of each trained model, by the seat it fills.
    pub models: BTreeMap<String, String>,
}

/// All that one document says, with the characters it stands on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Extraction)]
pub struct ExtractionAnswer {
    /// The document as read.
    pub document: ExtractedDocument,
    /// Attributions.
    pub statements: Vec<Statement>,
    /// Claims with their appearances and denials.
    pub claims: Vec<Claim>,
    /// Actors.
    pub actors: Vec<Actor>,
    /// What was left out and why.
    pub notes: Vec<Note>,
    /// Who extracted.
    pub extractor: Extractor,
}

/// SHA-256 of the title, a line feed and the body, in lower-case hexadecimal.
pub fn sha256_hex(document: &Document) -> String {
    let mut digest = Sha256::new();
    digest.update(document.title.as_deref().unwrap_or(""));
    digest.update(b"\n");
    digest.update(&document.text);
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Turns byte spans of one document into wire spans.
struct Locator<'d> {
    title: CodePoints<'d>,
    text: CodePoints<'d>,
}

impl<'d> Locator<'d> {
    fn new(document: &'d Document) -> Self {
        Locator {
            title: CodePoints::new(document.field(Field::Title)),
            text: CodePoints::new(document.field(Field::Text)),
        }
    }

    /// `None` for a span that does not fit its document, which the pipeline never makes.
    fn one(&self, span: domain::Span) -> Option<Span> {
        let points = match span.field {
            Field::Title => &self.title,
            Field::Text => &self.text,
        };
        points.locate(span).map(Span::from)
    }

    fn many(&self, spans: &[domain::Span]) -> Vec<Span> {
        spans.iter().filter_map(|&span| self.one(span)).collect()
    }
}

impl ExtractionAnswer {
    /// The answer for `document` and what was extracted from it.
    pub fn new(document: &Document, extraction: &Extraction) -> Self {
        let at = Locator::new(document);
        ExtractionAnswer {
            document: ExtractedDocument {
                id: None,
                url: document.url.as_ref().map(ToString::to_string),
                aliases: document.aliases.iter().map(ToString::to_string).collect(),
                syndicated_from: document.syndicated_from.as_ref().map(ToString::to_string),
                outlet: document.outlet.clone(),
                title: document.title.clone(),
                authors: document.authors.clone(),
                published_at: document.published.map(|time| time.at),
                published_precision: document.published.map(|time| time.precision),
                language: document.language.clone(),
                text: document.text.clone(),
                corrections: document.corrections.clone(),
                sha256: sha256_hex(document),
            },
            statements: extraction
                .statements
                .iter()
                .enumerate()
                .map(|(index, statement)| Statement {
                    id: domain::StatementIndex(index).to_string(),
                    source: at.many(&statement.source),
                    cue: statement.cue.and_then(|span| at.one(span)),
                    cue_kind: statement.cue_kind.as_str(),
                    contents: at.many(&statement.contents),
                    speaker: shown(statement.speaker),
                    speaker_inferred: statement.speaker_inferred,
                    via: shown(statement.via),
                    via_span: statement.via_span.and_then(|span| at.one(span)),
                    parent: shown(statement.parent),
                    mode: statement.mode.as_str(),
                    stated_at: statement.stated.map(|time| time.at),
                    stated_precision: statement.stated.map(|time| time.precision),
                    confidence: statement.confidence,
                    rule: statement.rule.clone(),
                })
                .collect(),
            claims: extraction
                .claims
                .iter()
                .enumerate()
                .map(|(index, claim)| Claim {
                    id: domain::ClaimIndex(index).to_string(),
                    text: claim.text.clone(),
                    check_worthiness: claim.check_worthiness,
                    confidence: claim.confidence,
                    claimants: claim.claimants.iter().map(ToString::to_string).collect(),
                    appearances: claim
                        .appearances
                        .iter()
                        .filter_map(|appearance| {
                            Some(Appearance {
                                stance: appearance.stance.as_str(),
                                span: at.one(appearance.span)?,
                                statement: shown(appearance.statement),
                            })
                        })
                        .collect(),
                    denials: claim
                        .denials
                        .iter()
                        .map(|denial| Denial {
                            denier: shown(denial.denier),
                            denier_role: denial.denier_role.as_str(),
                            via: shown(denial.via),
                            label: denial.label.clone(),
                            kind: denial.kind.as_str(),
                            stated_at: denial.stated.map(|time| time.at),
                            stated_precision: denial.stated.map(|time| time.precision),
                            confidence: denial.confidence,
                            mentions: denial
                                .mentions
                                .iter()
                                .filter_map(|mention| {
                                    Some(DenialMention {
                                        cue: at.one(mention.cue)?,
                                        denier: mention.denier.and_then(|span| at.one(span)),
                                        denied: mention.denied.and_then(|span| at.one(span)),
                                        via: mention.via.and_then(|span| at.one(span)),
                                        statement: shown(mention.statement),
                                        rule: mention.rule.clone(),
                                    })
                                })
                                .collect(),
                        })
                        .collect(),
                })
                .collect(),
            actors: extraction
                .actors
                .iter()
                .enumerate()
                .map(|(index, actor)| Actor {
                    id: domain::ActorIndex(index).to_string(),
                    name: actor.name.clone(),
                    kind: actor.kind.map(domain::ActorKind::as_str),
                    roles: actor.roles.clone(),
                    aliases: actor.aliases.clone(),
                    country: actor.country.clone(),
                    speaks_for: shown(actor.speaks_for),
                    mentions: at.many(&actor.mentions),
                })
                .collect(),
            notes: extraction
                .notes
                .iter()
                .map(|note| Note { code: note.code.as_str(), detail: note.detail.clone() })
                .collect(),
            extractor: Extractor {
                version: extraction.extractor.version.clone(),
                models: extraction.extractor.models.clone(),
            },
        }
    }
}

fn shown<I: ToString>(index: Option<I>) -> Option<String> {
    index.map(|index| index.to_string())
}
