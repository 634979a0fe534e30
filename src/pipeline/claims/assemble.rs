//! Everything found in a document's fields → statements, claims and actors of the extraction.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::assertion::{self, Assertion};
use super::denials::model::Models;
use super::denials::{self, Passage};
use super::join::{self, Group, Place};
use super::{speech, via};
use crate::domain::{
    ActorIndex, ActorKind, Appearance, Claim, CueKind, Denial, DenialMention, DenierRole, Field,
    Mode, RebuttalKind, Span, Stance, Statement, StatementIndex,
};
use crate::pipeline::Gear;
use crate::pipeline::attribution::AttributedStatement;
use crate::pipeline::lexicon::denial::Family;
use crate::pipeline::resolution::Resolution;
use crate::pipeline::resolution::actors::ActorTable;
use crate::pipeline::text::Reading;

/// One field with its words and statements.
pub struct FieldRead<'f> {
    /// Which field.
    pub field: Field,
    /// Its words.
    pub reading: Reading<'f>,
    /// Its statements.
    pub statements: Vec<AttributedStatement>,
}

/// What the claim stages give.
pub struct Assembled {
    /// Statements, in order of place.
    pub statements: Vec<Statement>,
    /// Claims, in order of first place.
    pub claims: Vec<Claim>,
    /// Actors, in order of first mention.
    pub actors: Vec<crate::domain::Actor>,
}

/// All denials of some fields, joined.
pub fn denials_of(
    gear: Gear,
    fields: &[FieldRead],
    resolution: &Resolution,
    actors: &mut ActorTable,
) -> Vec<Group> {
    let mut places = Vec::new();
    for field in fields {
        let speeches = speech::of(&field.reading, &field.statements);
        let passage = Passage::new(field.field, &field.reading, resolution, &speeches);
        for found in denials::find(&passage, Models::built_in(), gear, denials::find::ECHO) {
            let denier = found
                .denier
                .as_ref()
                .and_then(|tokens| actors.of(field.field, &field.reading, tokens));
            let told_by = speech::near(&speeches, found.cue.sentence).iter().find(|speech| {
                speech.contents.iter().any(|content| content.contains(&found.cue.anchor))
            });
            let via = told_by
                .and_then(|speech| via::of(&field.reading, resolution, field.field, speech.cue))
                .or_else(|| via::of(&field.reading, resolution, field.field, found.cue.anchor))
                .filter(|via| {
                    found
                        .denier
                        .as_ref()
                        .is_none_or(|denier| denier.end <= via.start || via.end <= denier.start)
                });
            places.push(Place { field: field.field, found, denier, via });
        }
    }
    join::join(places, actors)
}

/// Puts statements, assertions and denials together.
pub fn assemble(gear: Gear, fields: &[FieldRead], resolution: &Resolution) -> Assembled {
    let readings: Vec<(Field, &Reading)> =
        fields.iter().map(|field| (field.field, &field.reading)).collect();
    let mut actors = ActorTable::new(resolution);
    let mut builder = Builder {
        fields,
        resolution,
        statements: Vec::new(),
        places: BTreeMap::new(),
        denied: BTreeSet::new(),
        drafts: Vec::new(),
    };
    builder.take_statements(&mut actors);
    let groups = denials_of(gear, fields, resolution, &mut actors);
    for group in groups {
        builder.take_denial(group, &mut actors);
    }
    for field in fields {
        let speeches = speech::of(&field.reading, &field.statements);
        let passage = Passage::new(field.field, &field.reading, resolution, &speeches);
        for assertion in assertion::find(&passage) {
            builder.take_assertion(field, assertion, &mut actors);
        }
    }
    builder.finish(actors, &readings)
}

/// A statement with its actors as places in the table.
struct StatementDraft {
    statement: Statement,
    speaker: Option<usize>,
    via: Option<usize>,
}

/// A claim with its actors as places in the table.
struct ClaimDraft {
    claim: Claim,
    words: Vec<String>,
    claimants: Vec<usize>,
    /// For each denial its denier and who relayed it.
    denials: Vec<(Option<usize>, Option<usize>)>,
}

struct Builder<'b> {
    fields: &'b [FieldRead<'b>],
    resolution: &'b Resolution,
    statements: Vec<StatementDraft>,
    /// Statements by their cues and contents, so that a place finds those around it.
    places: BTreeMap<Span, Vec<usize>>,
    /// The cues of all denials so far.
    denied: BTreeSet<Span>,
    drafts: Vec<ClaimDraft>,
}

/// How many bytes before a place a statement around it may begin.
const LONGEST: usize = 4_000;
/// How many statements near a place are looked at.
const MOST: usize = 64;
/// How many of the last claims a new one is compared with.
const WINDOW: usize = 48;
/// Two claims of one document are one from this share of common words on.
const SAME: f32 = 0.72;

impl Builder<'_> {
    fn span(&self, field: Field, tokens: &Range<usize>) -> Option<Span> {
        let reading = &self.fields.iter().find(|known| known.field == field)?.reading;
        Some(Span::new(field, reading.span(tokens.clone())?))
    }

    fn reading(&self, field: Field) -> Option<&Reading<'_>> {
        self.fields.iter().find(|known| known.field == field).map(|known| &known.reading)
    }

    /// The statements that attribution found.
    fn take_statements(&mut self, actors: &mut ActorTable) {
        for known in self.fields {
            let offset = self.statements.len();
            for found in &known.statements {
                let span = |range: &Range<usize>| Span::new(known.field, range.clone());
                let source =
                    found.source.first().and_then(|source| speech::tokens(&known.reading, source));
                let speaker = source
                    .as_ref()
                    .and_then(|tokens| actors.of(known.field, &known.reading, tokens));
                if let (Some(speaker), Some(words)) = (speaker, found.source.first()) {
                    actors.mention(speaker, span(words));
                }
                let at = found.cue_head.or(source.map(|tokens| tokens.start)).unwrap_or(0);
                let via_tokens = found
                    .via
                    .as_ref()
                    .and_then(|via| speech::tokens(&known.reading, via))
                    .or_else(|| {
                        matches!(known.reading.lemma(at), "tell" | "say" | "add")
                            .then(|| via::of(&known.reading, self.resolution, known.field, at))
                            .flatten()
                    })
                    .filter(|via| {
                        found.source.iter().all(|source| {
                            known.reading.span(via.clone()).is_some_and(|span| {
                                span.end <= source.start || source.end <= span.start
                            })
                        })
                    });
                let via = via_tokens
                    .as_ref()
                    .and_then(|tokens| actors.of(known.field, &known.reading, tokens));
                let via_span =
                    via_tokens.as_ref().and_then(|tokens| self.span(known.field, tokens));
                if let (Some(via), Some(words)) = (via, via_span) {
                    actors.mention(via, words);
                }
                self.add(StatementDraft {
                    statement: Statement {
                        source: found.source.iter().map(span).collect(),
                        cue: found.cue.as_ref().map(span),
                        cue_kind: found.cue_kind,
                        contents: found.contents.iter().map(span).collect(),
                        speaker: None,
                        speaker_inferred: false,
                        via: None,
                        via_span,
                        parent: found.parent.map(|parent| StatementIndex(offset + parent)),
                        mode: found.mode,
                        stated: None,
                        confidence: found.confidence,
                        rule: found.rule.to_owned(),
                    },
                    speaker,
                    via,
                });
            }
        }
    }

    /// Adds a statement, to be found by its cue and contents.
    fn add(&mut self, draft: StatementDraft) -> StatementIndex {
        let number = self.statements.len();
        for &span in draft.statement.cue.iter().chain(&draft.statement.contents) {
            self.places.entry(span).or_default().push(number);
        }
        self.statements.push(draft);
        StatementIndex(number)
    }

    /// Statements with a cue or content that begins near a place; what is longer holds too much to
    /// be one statement about it.
    fn around(&self, span: Span) -> impl Iterator<Item = usize> {
        let from = Span { field: span.field, start: span.start.saturating_sub(LONGEST), end: 0 };
        let to = Span { field: span.field, start: span.end, end: 0 };
        self.places.range(from..to).rev().take(MOST).flat_map(|(_, numbers)| numbers).copied()
    }

    /// The statement whose cue or contents hold a place, the narrowest first.
    fn statement_at(&self, span: Span) -> Option<StatementIndex> {
        self.around(span)
            .filter_map(|number| {
                let statement = &self.statements.get(number)?.statement;
                let cue = statement.cue.filter(|cue| cue.overlaps(span)).map(Span::len);
                let contents = statement.contents.iter().filter(|content| content.contains(span));
                let content = contents.map(|content| content.len()).min();
                Some((cue.or(content)?, number))
            })
            .min()
            .map(|(_, number)| StatementIndex(number))
    }

    /// A statement for what a rule found and attribution did not.
    #[expect(clippy::too_many_arguments, reason = "the parts of a statement")]
    fn add_statement(
        &mut self,
        source: Option<Span>,
        cue: Span,
        cue_kind: CueKind,
        content: Option<Span>,
        speaker: Option<usize>,
        via: Option<(usize, Span)>,
        rule: &str,
        confidence: f32,
    ) -> StatementIndex {
        let parent = self.statement_at(cue).filter(|&StatementIndex(number)| {
            self.statements.get(number).is_some_and(|draft| {
                draft.statement.contents.iter().any(|content| content.contains(cue))
            })
        });
        self.add(StatementDraft {
            statement: Statement {
                source: source.into_iter().collect(),
                cue: Some(cue),
                cue_kind,
                contents: content.into_iter().collect(),
                speaker: None,
                speaker_inferred: false,
                via: None,
                via_span: via.map(|(_, span)| span),
                parent,
                mode: Mode::Indirect,
                stated: None,
                confidence,
                rule: rule.to_owned(),
            },
            speaker,
            via: via.map(|(via, _)| via),
        })
    }

    /// The draft that says the same, or a new one.
    fn draft(&mut self, text: &str, confidence: f32) -> usize {
        let words = join::words(text);
        let from = self.drafts.len().saturating_sub(WINDOW);
        let same = (from..self.drafts.len())
            .rev()
            .find(|&number| join::overlap(&self.drafts[number].words, &words) >= SAME);
        if let Some(number) = same {
            return number;
        }
        self.drafts.push(ClaimDraft {
            claim: Claim {
                text: text.to_owned(),
                check_worthiness: None,
                confidence,
                claimants: Vec::new(),
                appearances: Vec::new(),
                denials: Vec::new(),
            },
            words,
            claimants: Vec::new(),
            denials: Vec::new(),
        });
        self.drafts.len() - 1
    }

    fn take_denial(&mut self, group: Group, actors: &mut ActorTable) {
        // Also where the document does not word what is denied: no denial is an assertion.
        for place in &group.places {
            if let Some(cue) = self.span(place.field, &place.found.cue.tokens) {
                self.denied.insert(cue);
            }
        }
        let Some(text) = group.claim.clone() else { return };
        let confidence = group.places.iter().map(|place| place.found.chance).fold(0.0, f32::max);
        let number = self.draft(&text, confidence);
        let mut mentions = Vec::new();
        let mut appearances = Vec::new();
        let mut label = None;
        let mut relayed = None;
        for place in &group.places {
            let Some(cue) = self.span(place.field, &place.found.cue.tokens) else { continue };
            let denier =
                place.found.denier.as_ref().and_then(|tokens| self.span(place.field, tokens));
            let denied =
                place.found.denied.as_ref().and_then(|tokens| self.span(place.field, tokens));
            let via_span = place.via.as_ref().and_then(|tokens| self.span(place.field, tokens));
            let via = place.via.as_ref().and_then(|tokens| {
                let reading = self.reading(place.field)?;
                actors.of(place.field, reading, tokens)
            });
            if let (Some(actor), Some(span)) = (place.denier, denier) {
                actors.mention(actor, span);
            }
            if let (Some(actor), Some(span)) = (via, via_span) {
                actors.mention(actor, span);
                relayed = relayed.or(Some(actor));
            }
            label = label.or_else(|| place.found.label.clone());
            let statement = self.statement_at(cue).unwrap_or_else(|| {
                self.add_statement(
                    denier,
                    cue,
                    CueKind::Verb,
                    denied,
                    place.denier,
                    via.zip(via_span),
                    place.found.cue.rule,
                    place.found.chance,
                )
            });
            appearances.push(Appearance {
                stance: Stance::Denies,
                span: denied.unwrap_or(cue),
                statement: Some(statement),
            });
            mentions.push(DenialMention {
                cue,
                denier,
                denied,
                via: via_span,
                statement: Some(statement),
                rule: place.found.cue.rule.to_owned(),
            });
        }
        if mentions.is_empty() {
            return;
        }
        let kind = kind_of(&group, actors);
        let denier_role = role_of(&group, actors, &text, kind);
        let Some(draft) = self.drafts.get_mut(number) else { return };
        draft.claim.appearances.extend(appearances);
        draft.denials.push((group.denier, relayed));
        draft.claim.denials.push(Denial {
            denier: None,
            denier_role,
            via: None,
            label,
            kind,
            stated: None,
            confidence,
            mentions,
        });
    }

    fn take_assertion(&mut self, known: &FieldRead, assertion: Assertion, actors: &mut ActorTable) {
        let Some(content) = self.span(known.field, &assertion.content) else { return };
        let Some(cue) = self.span(known.field, &assertion.cue) else { return };
        // What is denied there is no assertion of the one who denies it.
        let from = Span { field: content.field, start: content.start.min(cue.start), end: 0 };
        let denied = self
            .denied
            .range(from..)
            .take_while(|known| {
                known.field == content.field && known.start < content.end.max(cue.end)
            })
            .any(|known| known.overlaps(cue) || content.contains(*known));
        if denied {
            return;
        }
        let speaker = actors.of(known.field, &known.reading, &assertion.speaker);
        let source = self.span(known.field, &assertion.speaker);
        if let (Some(speaker), Some(source)) = (speaker, source) {
            actors.mention(speaker, source);
        }
        let offset: usize = self
            .fields
            .iter()
            .take_while(|field| field.field != known.field)
            .map(|field| field.statements.len())
            .sum();
        let statement = match assertion.statement {
            Some(number) => StatementIndex(offset + number),
            None => match self.statement_with_cue(cue) {
                Some(statement) => statement,
                None => self.add_statement(
                    source,
                    cue,
                    CueKind::Verb,
                    Some(content),
                    speaker,
                    None,
                    assertion.rule,
                    assertion.confidence,
                ),
            },
        };
        // Words told by somebody else were relayed by them.
        let relay = self
            .around(cue)
            .filter_map(|number| Some((number, self.statements.get(number)?)))
            .filter(|(number, draft)| {
                *number != statement.0
                    && draft.speaker.is_some()
                    && draft.speaker != speaker
                    && draft.statement.contents.iter().any(|content| content.contains(cue))
            })
            .map(|(_, draft)| (draft.speaker, draft.statement.source.first().copied()))
            .next();
        if let (Some((Some(relay), words)), Some(draft)) =
            (relay, self.statements.get_mut(statement.0))
            && draft.via.is_none()
        {
            draft.via = Some(relay);
            draft.statement.via_span = words;
        }
        let number = self.draft(&assertion.claim, assertion.confidence);
        let Some(draft) = self.drafts.get_mut(number) else { return };
        let stance = if speaker.is_some() { Stance::Asserts } else { Stance::Reports };
        draft.claim.appearances.push(Appearance {
            stance,
            span: content,
            statement: Some(statement),
        });
        if let Some(speaker) = speaker
            && !draft.claimants.contains(&speaker)
        {
            draft.claimants.push(speaker);
        }
    }

    fn statement_with_cue(&self, cue: Span) -> Option<StatementIndex> {
        self.around(cue)
            .filter(|&number| {
                self.statements
                    .get(number)
                    .and_then(|draft| draft.statement.cue)
                    .is_some_and(|known| known.overlaps(cue))
            })
            .min()
            .map(StatementIndex)
    }

    /// Orders everything by place and gives actors and statements their final numbers.
    fn finish(self, actors: ActorTable, readings: &[(Field, &Reading)]) -> Assembled {
        let (actors, places) = actors.finish(readings);
        let actor = |draft: Option<usize>| -> Option<ActorIndex> {
            draft.and_then(|draft| places.get(draft).copied().flatten())
        };
        let first = |statement: &Statement| {
            statement.source.iter().chain(&statement.cue).chain(&statement.contents).copied().min()
        };
        let mut order: Vec<usize> = (0..self.statements.len()).collect();
        order.sort_by_key(|&number| (first(&self.statements[number].statement), number));
        let renumbered: BTreeMap<usize, usize> =
            order.iter().enumerate().map(|(new, &old)| (old, new)).collect();
        let statement_at = |old: Option<StatementIndex>| -> Option<StatementIndex> {
            old.and_then(|StatementIndex(old)| renumbered.get(&old).copied()).map(StatementIndex)
        };
        let mut statements: Vec<Statement> = Vec::with_capacity(order.len());
        for &number in &order {
            let draft = &self.statements[number];
            let mut statement = draft.statement.clone();
            statement.speaker = actor(draft.speaker);
            statement.via = actor(draft.via);
            statement.parent = statement_at(statement.parent);
            statements.push(statement);
        }
        let mut claims: Vec<Claim> = self
            .drafts
            .into_iter()
            .map(|draft| {
                let mut claim = draft.claim;
                claim.claimants =
                    draft.claimants.iter().filter_map(|&claimant| actor(Some(claimant))).collect();
                claim.claimants.sort();
                claim.claimants.dedup();
                for (denial, (denier, relayed)) in claim.denials.iter_mut().zip(&draft.denials) {
                    denial.denier = actor(*denier);
                    denial.via = actor(*relayed);
                    for mention in &mut denial.mentions {
                        mention.statement = statement_at(mention.statement);
                    }
                }
                for appearance in &mut claim.appearances {
                    appearance.statement = statement_at(appearance.statement);
                }
                claim
                    .appearances
                    .sort_by_key(|appearance| (appearance.span, appearance.stance.as_str()));
                claim.appearances.dedup();
                claim
            })
            .filter(|claim| !claim.appearances.is_empty())
            .collect();
        claims.sort_by_key(|claim| claim.appearances.first().map(|appearance| appearance.span));
        Assembled { statements, claims, actors }
    }
}

/// Whose voice denies, and whether it takes back its own words.
pub fn kind_of(group: &Group, actors: &ActorTable) -> RebuttalKind {
    let best = group.places.get(group.best).or(group.places.first());
    match best {
        Some(place) if place.found.cue.family == Family::Correction => {
            // An outlet withdraws a report; a person who takes back their words corrects them.
            let is_outlet =
                group.denier.is_none_or(|denier| actors.kind(denier) == Some(ActorKind::Outlet));
            if place.found.cue.retracts && is_outlet {
                RebuttalKind::Retraction
            } else {
                RebuttalKind::Correction
            }
        }
        Some(place) if place.found.denier.is_none() => RebuttalKind::Debunk,
        _ => RebuttalKind::Denial,
    }
}

/// Who the denier is to the claim: a party where the claim speaks of them or of whom they speak for.
fn role_of(group: &Group, actors: &ActorTable, claim: &str, kind: RebuttalKind) -> DenierRole {
    let Some(denier) = group.denier else {
        return if kind == RebuttalKind::Debunk { DenierRole::Outlet } else { DenierRole::Unknown };
    };
    let claim = join::words(claim);
    let spoken_of = actors.names(denier).iter().any(|name| {
        join::words(name)
            .iter()
            .any(|word| word.chars().count() > 2 && word != "the" && claim.contains(word))
    });
    if spoken_of {
        DenierRole::Party
    } else if actors.kind(denier) == Some(ActorKind::Outlet) {
        DenierRole::Outlet
    } else if actors.kind(denier).is_some() {
        DenierRole::ThirdParty
    } else {
        DenierRole::Unknown
    }
}
