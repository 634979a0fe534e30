//! A document with everything that stands in it → marked text and the list of its claims.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::anchor;
use super::marks::{Mark, MarkKind, Weaver, paragraphs};
use super::passage::Passage;
use super::words::{StatusSign, denier_role, lang, rebuts, unnamed};
use crate::domain::view::{ActorBrief, DocumentContents};
use crate::domain::{
    ActorIndex, ClaimId, CodePoints, Document, Extraction, Field, LocatedSpan, Span, Stance,
};

/// The words of one document, and what is marked in them.
pub struct Words<'t> {
    title: Option<&'t str>,
    text: &'t str,
    language: &'t str,
    titled: Vec<Mark>,
    marked: Vec<Mark>,
    claims: Vec<ClaimRead>,
    targets: Vec<String>,
}

/// A claim as one document has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRead {
    /// Counted from 1, in order of place.
    pub number: usize,
    /// One sentence that stands alone.
    pub text: String,
    /// Its page, where it is stored.
    pub page: Option<String>,
    /// What the evidence says of it, where it is stored.
    pub status: Option<StatusSign>,
    /// Who asserts it in the document, where told.
    pub claimants: Vec<String>,
    /// Where it stands.
    pub places: Vec<PlaceRead>,
    /// What speaks against it in the document.
    pub rebuttals: Vec<RebuttalRead>,
}

/// A place of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRead {
    /// Its fragment.
    pub anchor: String,
    /// What it does to the claim.
    pub stance: &'static str,
}

/// One rebuttal as its document has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuttalRead {
    /// Who speaks, where named.
    pub denier: Option<String>,
    /// Who speaks where nobody is named.
    pub unnamed: &'static str,
    /// "denies it" and the like.
    pub rebuts: &'static str,
    /// What the denier is to the claim.
    pub role: Option<&'static str>,
    /// Who relayed it.
    pub via: Option<String>,
    /// The word used for the claim.
    pub label: Option<String>,
    /// Where: fragments of the words that deny.
    pub anchors: Vec<String>,
}

/// Marked text, ready to be shown.
pub struct Shown<'t> {
    /// The headline.
    pub title: Option<Passage<'t>>,
    /// The body.
    pub paragraphs: Vec<Passage<'t>>,
    /// The `lang` of both.
    pub lang: &'t str,
    /// The claims, in order of place.
    pub claims: &'t [ClaimRead],
    /// The kinds of marks there are, in the order of the legend.
    pub legend: Vec<MarkKind>,
}

impl<'t> Words<'t> {
    /// Of a stored revision.
    pub fn of_contents(contents: &'t DocumentContents) -> Self {
        let title = contents.shown.title.as_deref();
        let mut words = Words::new(title, &contents.text, &contents.language);
        let placed = Placed::new(title.unwrap_or_default(), &contents.text);

        let first_place = first_places(contents);
        let mut claims: Vec<_> = contents.claims.iter().collect();
        claims.sort_by_key(|claim| (first_place.get(&claim.id), claim.id));
        let numbers: BTreeMap<_, usize> =
            claims.iter().enumerate().map(|(index, claim)| (claim.id, index + 1)).collect();
        words.claims = claims
            .iter()
            .enumerate()
            .map(|(index, claim)| ClaimRead {
                number: index + 1,
                text: claim.text.clone(),
                page: Some(anchor::claim(claim.id)),
                status: Some(StatusSign { status: claim.status }),
                claimants: Vec::new(),
                places: Vec::new(),
                rebuttals: Vec::new(),
            })
            .collect();
        words.targets = claims.iter().map(|claim| anchor::claim(claim.id)).collect();

        for appearance in &contents.appearances {
            let Some(&number) = numbers.get(&appearance.claim) else { continue };
            let asserted_by =
                appearance.speaker.as_ref().filter(|_| appearance.stance == Stance::Asserts);
            if let Some(claim) = words.claims.get_mut(number - 1) {
                claim.places.push(PlaceRead {
                    anchor: anchor::of_span(&appearance.span),
                    stance: super::words::stance(appearance.stance),
                });
                claim.claimants.extend(asserted_by.map(|speaker| speaker.name.clone()));
            }
            words.mark(placed.located(&appearance.span), appearance.stance.into(), Some(number));
        }
        for rebuttal in &contents.rebuttals {
            let Some(&number) = numbers.get(&rebuttal.claim.id) else { continue };
            let name = |actor: &Option<ActorBrief>| actor.as_ref().map(|actor| actor.name.clone());
            if let Some(claim) = words.claims.get_mut(number - 1) {
                claim.rebuttals.push(RebuttalRead {
                    denier: name(&rebuttal.denier),
                    unnamed: unnamed(rebuttal.kind),
                    rebuts: rebuts(rebuttal.kind),
                    role: denier_role(rebuttal.denier_role),
                    via: name(&rebuttal.via),
                    label: rebuttal.label.clone(),
                    anchors: rebuttal.mentions.iter().map(|it| anchor::of_span(&it.cue)).collect(),
                });
            }
            for mention in &rebuttal.mentions {
                for (span, kind) in [
                    (Some(&mention.cue), MarkKind::DenialCue),
                    (mention.denied.as_ref(), MarkKind::Denied),
                    (mention.denier.as_ref(), MarkKind::Denier),
                    (mention.via.as_ref(), MarkKind::Via),
                ] {
                    words.mark(span.and_then(|span| placed.located(span)), kind, Some(number));
                }
            }
        }
        for statement in &contents.statements {
            let sources = statement.source.iter().map(|span| (span, MarkKind::Source));
            let cues = statement.cue.iter().map(|span| (span, MarkKind::Cue));
            let via = statement.via_span.iter().map(|span| (span, MarkKind::Via));
            for (span, kind) in sources.chain(cues).chain(via) {
                words.mark(placed.located(span), kind, None);
            }
        }
        words.tidied()
    }

    /// Of a document that was read just now and is not stored.
    pub fn of_extraction(document: &'t Document, extraction: &Extraction) -> Self {
        let title = document.title.as_deref();
        let mut words = Words::new(title, &document.text, &document.language);
        let placed = Placed::new(title.unwrap_or_default(), &document.text);
        let name = |index: Option<ActorIndex>| {
            index.and_then(|index| extraction.actors.get(index.0)).map(|actor| actor.name.clone())
        };
        for (index, claim) in extraction.claims.iter().enumerate() {
            let number = index + 1;
            words.targets.push(format!("#claim-{number}"));
            for appearance in &claim.appearances {
                words.mark(Some(appearance.span), appearance.stance.into(), Some(number));
            }
            for mention in claim.denials.iter().flat_map(|denial| &denial.mentions) {
                for (span, kind) in [
                    (Some(mention.cue), MarkKind::DenialCue),
                    (mention.denied, MarkKind::Denied),
                    (mention.denier, MarkKind::Denier),
                    (mention.via, MarkKind::Via),
                ] {
                    words.mark(span, kind, Some(number));
                }
            }
            words.claims.push(ClaimRead {
                number,
                text: claim.text.clone(),
                page: None,
                status: None,
                claimants: claim.claimants.iter().filter_map(|&actor| name(Some(actor))).collect(),
                places: claim
                    .appearances
                    .iter()
                    .filter_map(|appearance| {
                        Some(PlaceRead {
                            anchor: placed.anchor(appearance.span)?,
                            stance: super::words::stance(appearance.stance),
                        })
                    })
                    .collect(),
                rebuttals: claim
                    .denials
                    .iter()
                    .map(|denial| RebuttalRead {
                        denier: name(denial.denier),
                        unnamed: unnamed(denial.kind),
                        rebuts: rebuts(denial.kind),
                        role: denier_role(denial.denier_role),
                        via: name(denial.via),
                        label: denial.label.clone(),
                        anchors: denial
                            .mentions
                            .iter()
                            .filter_map(|mention| placed.anchor(mention.cue))
                            .collect(),
                    })
                    .collect(),
            });
        }
        for statement in &extraction.statements {
            for &span in &statement.source {
                words.mark(Some(span), MarkKind::Source, None);
            }
            words.mark(statement.cue, MarkKind::Cue, None);
            words.mark(statement.via_span, MarkKind::Via, None);
        }
        words.tidied()
    }

    fn new(title: Option<&'t str>, text: &'t str, language: &'t str) -> Self {
        Words {
            title,
            text,
            language,
            titled: Vec::new(),
            marked: Vec::new(),
            claims: Vec::new(),
            targets: Vec::new(),
        }
    }

    fn mark(&mut self, span: Option<Span>, kind: MarkKind, claim: Option<usize>) {
        let Some(span) = span else { return };
        let marks = match span.field {
            Field::Title => &mut self.titled,
            Field::Text => &mut self.marked,
        };
        marks.push(Mark { range: span.range(), kind, claim });
    }

    /// Leaves out what would say one thing twice: a name for each of its places, and the source
    /// and cue of a statement where a denial has marked the same words.
    fn tidied(mut self) -> Self {
        for claim in &mut self.claims {
            let mut known = BTreeSet::new();
            claim.claimants.retain(|name| known.insert(name.clone()));
        }
        for marks in [&mut self.titled, &mut self.marked] {
            let of_kind = |kind: MarkKind| -> BTreeSet<(usize, usize)> {
                let same = marks.iter().filter(|mark| mark.kind == kind);
                same.map(|mark| (mark.range.start, mark.range.end)).collect()
            };
            let (deniers, cues) = (of_kind(MarkKind::Denier), of_kind(MarkKind::DenialCue));
            marks.retain(|Mark { range: Range { start, end }, kind, .. }| match kind {
                MarkKind::Source => !deniers.contains(&(*start, *end)),
                MarkKind::Cue => !cues.contains(&(*start, *end)),
                _ => true,
            });
        }
        self
    }

    /// Weaves the marks into the words.
    pub fn shown(&mut self) -> Shown<'_> {
        let kinds: BTreeSet<MarkKind> =
            self.titled.iter().chain(&self.marked).map(|mark| mark.kind).collect();
        let targets = self.targets.as_slice();
        let title = self.title.map(|title| {
            let tokens = Weaver::new(title, Field::Title, &mut self.titled).weave(0..title.len());
            Passage::new(tokens, targets)
        });
        let mut weaver = Weaver::new(self.text, Field::Text, &mut self.marked);
        let paragraphs = paragraphs(self.text)
            .into_iter()
            .map(|paragraph| Passage::new(weaver.weave(paragraph), targets))
            .collect();
        Shown {
            title,
            paragraphs,
            lang: lang(self.language),
            claims: &self.claims,
            legend: MarkKind::ALL.into_iter().filter(|kind| kinds.contains(kind)).collect(),
        }
    }
}

/// Where each claim of a revision first stands.
fn first_places(contents: &DocumentContents) -> BTreeMap<ClaimId, (Field, i32)> {
    let appearances = contents.appearances.iter().map(|it| (it.claim, &it.span));
    let rebuttals = contents
        .rebuttals
        .iter()
        .flat_map(|it| it.mentions.iter().map(|mention| (it.claim.id, &mention.cue)));
    let mut first = BTreeMap::new();
    for (claim, span) in appearances.chain(rebuttals) {
        let place = (span.field, span.start);
        first
            .entry(claim)
            .and_modify(|known: &mut (Field, i32)| *known = (*known).min(place))
            .or_insert(place);
    }
    first
}

/// Bytes and code points of both fields.
struct Placed<'t> {
    title: CodePoints<'t>,
    text: CodePoints<'t>,
}

impl<'t> Placed<'t> {
    fn new(title: &'t str, text: &'t str) -> Self {
        Placed { title: CodePoints::new(title), text: CodePoints::new(text) }
    }

    fn points(&self, field: Field) -> &CodePoints<'t> {
        match field {
            Field::Title => &self.title,
            Field::Text => &self.text,
        }
    }

    fn located(&self, span: &LocatedSpan) -> Option<Span> {
        let range = self.points(span.field).bytes(span.start..span.end)?;
        Some(Span::new(span.field, range))
    }

    fn anchor(&self, span: Span) -> Option<String> {
        let points = self.points(span.field);
        Some(anchor::of_place(
            span.field,
            points.code_point(span.start)?,
            points.code_point(span.end)?,
        ))
    }
}
