//! Statements, claims and actors as printed → as the pipeline gives them.

use std::fmt::Display;

use super::{
    Unsound, WireActor, WireAppearance, WireClaim, WireDenial, WireMention, WireStatement, Within,
    name, score, stated, words,
};
use crate::domain::{
    Actor, ActorIndex, Appearance, Claim, ClaimIndex, CodePoints, Denial, DenialMention, Document,
    Extraction, ExtractorInfo, Field, LocatedSpan, Note, RebuttalKind, Span, Statement,
    StatementIndex,
};

/// What refers to each other.
pub(super) struct Parts {
    pub statements: Vec<WireStatement>,
    pub claims: Vec<WireClaim>,
    pub actors: Vec<WireActor>,
}

/// What spans and ids can refer to.
struct Ground<'d> {
    document: &'d Document,
    title: CodePoints<'d>,
    text: CodePoints<'d>,
    statements: usize,
    actors: usize,
}

impl Parts {
    pub fn checked(
        self,
        document: &Document,
        notes: Vec<Note>,
        extractor: ExtractorInfo,
    ) -> Result<Extraction, Unsound> {
        let ground = Ground {
            document,
            title: CodePoints::new(document.field(Field::Title)),
            text: CodePoints::new(document.field(Field::Text)),
            statements: self.statements.len(),
            actors: self.actors.len(),
        };
        let statements =
            each(self.statements, |at, it| ground.statement(at, it)).within("statements")?;
        check_nesting(&statements).within("statements")?;
        Ok(Extraction {
            claims: each(self.claims, |at, it| ground.claim(at, it)).within("claims")?,
            actors: each(self.actors, |at, it| ground.actor(at, it)).within("actors")?,
            statements,
            notes,
            extractor,
        })
    }
}

/// Every item of a list, or the first that is unsound.
fn each<T, U>(
    items: Vec<T>,
    check: impl Fn(usize, T) -> Result<U, Unsound>,
) -> Result<Vec<U>, Unsound> {
    items.into_iter().enumerate().map(|(at, item)| check(at, item).within(at)).collect()
}

/// Ids are counted off, so that each refers to one thing.
fn check_id(id: &str, expected: impl Display) -> Result<(), Unsound> {
    let expected = expected.to_string();
    match expected == id {
        true => Ok(()),
        false => Err(Unsound::new(format!("must be {expected:?}, for its place in the list")))
            .within("id"),
    }
}

/// No statement stands in itself, over however many others.
fn check_nesting(statements: &[Statement]) -> Result<(), Unsound> {
    let mut sound = vec![false; statements.len()];
    for start in 0..statements.len() {
        let mut way = Vec::new();
        let mut at = Some(StatementIndex(start));
        while let Some(StatementIndex(index)) = at.filter(|it| !sound[it.0]) {
            if way.len() > statements.len() {
                return Err(Unsound::new("stands in itself")).within("parent").within(start);
            }
            way.push(index);
            at = statements[index].parent;
        }
        way.into_iter().for_each(|index| sound[index] = true);
    }
    Ok(())
}

impl Ground<'_> {
    fn span(&self, located: LocatedSpan) -> Result<Span, Unsound> {
        let LocatedSpan { field, start, end, quote } = located;
        let points = match field {
            Field::Title => &self.title,
            Field::Text => &self.text,
        };
        let range = points.bytes(start..end).filter(|_| start < end).ok_or_else(|| {
            Unsound::new(format!(
                "there is nothing from {start} to {end} in the {}",
                field.as_str()
            ))
        })?;
        let span = Span::new(field, range);
        match self.document.quote(span) == quote {
            true => Ok(span),
            false => Err(Unsound::new(format!(
                "the quote is not what stands from {start} to {end} in the {}",
                field.as_str()
            )))
            .within("quote"),
        }
    }

    fn spans(&self, located: Vec<LocatedSpan>, part: &str) -> Result<Vec<Span>, Unsound> {
        each(located, |_, span| self.span(span)).within(part)
    }

    fn maybe(&self, located: Option<LocatedSpan>, part: &str) -> Result<Option<Span>, Unsound> {
        located.map(|span| self.span(span)).transpose().within(part)
    }

    fn actor_id(&self, id: Option<String>, part: &str) -> Result<Option<ActorIndex>, Unsound> {
        let index = id.map(|id| refer(&id, 'a', self.actors).map(ActorIndex));
        index.transpose().within(part)
    }

    fn statement_id(
        &self,
        id: Option<String>,
        part: &str,
    ) -> Result<Option<StatementIndex>, Unsound> {
        let index = id.map(|id| refer(&id, 's', self.statements).map(StatementIndex));
        index.transpose().within(part)
    }

    fn statement(&self, at: usize, wire: WireStatement) -> Result<Statement, Unsound> {
        check_id(&wire.id, StatementIndex(at))?;
        Ok(Statement {
            source: self.spans(wire.source, "source")?,
            cue: self.maybe(wire.cue, "cue")?,
            cue_kind: wire.cue_kind,
            contents: self.spans(wire.contents, "contents")?,
            speaker: self.actor_id(wire.speaker, "speaker")?,
            speaker_inferred: wire.speaker_inferred,
            via: self.actor_id(wire.via, "via")?,
            via_span: self.maybe(wire.via_span, "via_span")?,
            parent: self.statement_id(wire.parent, "parent")?,
            mode: wire.mode,
            stated: stated(
                wire.stated_at,
                wire.stated_precision,
                ["stated_at", "stated_precision"],
            )?,
            confidence: score(wire.confidence).within("confidence")?,
            rule: name(wire.rule).within("rule")?,
        })
    }

    fn claim(&self, at: usize, wire: WireClaim) -> Result<Claim, Unsound> {
        check_id(&wire.id, ClaimIndex(at))?;
        if wire.appearances.is_empty() && wire.denials.is_empty() {
            return Err(Unsound::new("stands nowhere and is denied nowhere"));
        }
        let claimant = |id: String| refer(&id, 'a', self.actors).map(ActorIndex);
        Ok(Claim {
            text: words(wire.text).within("text")?,
            check_worthiness: wire
                .check_worthiness
                .map(score)
                .transpose()
                .within("check_worthiness")?,
            confidence: score(wire.confidence).within("confidence")?,
            claimants: each(wire.claimants, |_, id| claimant(id)).within("claimants")?,
            appearances: each(wire.appearances, |_, it| self.appearance(it))
                .within("appearances")?,
            denials: each(wire.denials, |_, it| self.denial(it)).within("denials")?,
        })
    }

    fn appearance(&self, wire: WireAppearance) -> Result<Appearance, Unsound> {
        Ok(Appearance {
            stance: wire.stance,
            span: self.span(wire.span).within("span")?,
            statement: self.statement_id(wire.statement, "statement")?,
        })
    }

    fn denial(&self, wire: WireDenial) -> Result<Denial, Unsound> {
        if wire.kind == RebuttalKind::Review {
            return Err(Unsound::new("a review is no denial")).within("kind");
        }
        if wire.mentions.is_empty() {
            return Err(Unsound::new("must not be empty")).within("mentions");
        }
        let names = ["stated_at", "stated_precision"];
        Ok(Denial {
            denier: self.actor_id(wire.denier, "denier")?,
            denier_role: wire.denier_role,
            via: self.actor_id(wire.via, "via")?,
            label: wire.label.map(name).transpose().within("label")?,
            kind: wire.kind,
            stated: stated(wire.stated_at, wire.stated_precision, names)?,
            confidence: score(wire.confidence).within("confidence")?,
            mentions: each(wire.mentions, |_, it| self.mention(it)).within("mentions")?,
        })
    }

    fn mention(&self, wire: WireMention) -> Result<DenialMention, Unsound> {
        Ok(DenialMention {
            cue: self.span(wire.cue).within("cue")?,
            denier: self.maybe(wire.denier, "denier")?,
            denied: self.maybe(wire.denied, "denied")?,
            via: self.maybe(wire.via, "via")?,
            statement: self.statement_id(wire.statement, "statement")?,
            rule: name(wire.rule).within("rule")?,
        })
    }

    fn actor(&self, at: usize, wire: WireActor) -> Result<Actor, Unsound> {
        check_id(&wire.id, ActorIndex(at))?;
        Ok(Actor {
            name: words(wire.name).within("name")?,
            kind: wire.kind,
            roles: wire.roles,
            aliases: wire.aliases,
            country: country(wire.country).within("country")?,
            speaks_for: self.actor_id(wire.speaks_for, "speaks_for")?,
            mentions: self.spans(wire.mentions, "mentions")?,
        })
    }
}

/// A code of two letters; `None` stays unknown.
fn country(code: Option<String>) -> Result<Option<String>, Unsound> {
    let two = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    match code {
        Some(code) if !two(&code) => {
            Err(Unsound::new("must be two capital letters, as of ISO 3166-1"))
        }
        code => Ok(code),
    }
}

/// The place in its list that an id means.
fn refer(id: &str, prefix: char, count: usize) -> Result<usize, Unsound> {
    let number = id.strip_prefix(prefix).filter(|rest| !rest.starts_with(['0', '+']));
    let number = number.and_then(|rest| rest.parse::<usize>().ok());
    let index = number.and_then(|number| number.checked_sub(1)).filter(|&index| index < count);
    index.ok_or_else(|| {
        let id: String = id.chars().take(40).collect();
        Unsound::new(format!("{id:?} refers to nothing here"))
    })
}
