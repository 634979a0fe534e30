//! Entities and described sources → the actors of a document.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::names::name_text;
use super::{EntityKind, Resolution};
use crate::domain::{Actor, ActorIndex, ActorKind, Field, Span};
use crate::pipeline::lexicon::actors::lexicon;
use crate::pipeline::lexicon::{Classes, wording};
use crate::pipeline::text::{PhraseKind, Reading, Tag};

/// The actors of a document under way.
pub struct ActorTable<'r> {
    resolution: &'r Resolution,
    drafts: Vec<Draft>,
    by_entity: BTreeMap<usize, usize>,
    by_words: BTreeMap<String, usize>,
    /// Those without a name, by the noun that describes them: the draft and its other words.
    by_noun: BTreeMap<String, Vec<(usize, BTreeSet<String>)>>,
    /// Entities that are states, by name.
    states: BTreeMap<&'r str, usize>,
}

struct Draft {
    actor: Actor,
    speaks_for: Option<usize>,
    state: Option<String>,
}

impl<'r> ActorTable<'r> {
    /// A table with everybody who is an actor whether or not they speak: people, bodies, publishers.
    pub fn new(resolution: &'r Resolution) -> Self {
        let states = resolution
            .entities
            .iter()
            .enumerate()
            .filter(|(_, entity)| entity.state.as_deref() == Some(entity.name.as_str()))
            .map(|(number, entity)| (entity.name.as_str(), number))
            .collect();
        let mut table = ActorTable {
            resolution,
            drafts: Vec::new(),
            by_entity: BTreeMap::new(),
            by_words: BTreeMap::new(),
            by_noun: BTreeMap::new(),
            states,
        };
        for (number, entity) in resolution.entities.iter().enumerate() {
            let state_itself = entity.state.as_deref() == Some(entity.name.as_str());
            let acts = match entity.kind {
                Some(
                    EntityKind::Person
                    | EntityKind::Organisation
                    | EntityKind::Outlet
                    | EntityKind::Group,
                ) => true,
                Some(EntityKind::Government) => !state_itself,
                Some(EntityKind::Place) | None => false,
            };
            if acts {
                table.entity(number);
            }
        }
        table
    }

    /// The actor of an entity.
    fn entity(&mut self, number: usize) -> Option<usize> {
        if let Some(&draft) = self.by_entity.get(&number) {
            return Some(draft);
        }
        let entity = self.resolution.entities.get(number)?;
        if entity.kind == Some(EntityKind::Place) {
            return None;
        }
        let kind = entity.kind.and_then(|kind| match kind {
            EntityKind::Person => Some(ActorKind::Person),
            EntityKind::Organisation => Some(ActorKind::Organisation),
            EntityKind::Government => Some(ActorKind::Government),
            EntityKind::Group => Some(ActorKind::Group),
            EntityKind::Outlet => Some(ActorKind::Outlet),
            EntityKind::Place => None,
        });
        let draft = self.drafts.len();
        self.by_entity.insert(number, draft);
        self.drafts.push(Draft {
            actor: Actor {
                name: entity.name.clone(),
                kind,
                roles: entity.roles.clone(),
                aliases: entity.aliases.clone(),
                country: entity
                    .state
                    .as_deref()
                    .and_then(|state| lexicon().country(state))
                    .map(str::to_owned),
                speaks_for: None,
                mentions: Vec::new(),
            },
            speaks_for: None,
            state: entity.state.clone(),
        });
        let state_itself = entity.state.as_deref() == Some(entity.name.as_str());
        let official = kind == Some(ActorKind::Government)
            || entity.roles.iter().any(|role| {
                role.to_lowercase().split_whitespace().any(|word| {
                    matches!(
                        word,
                        "minister"
                            | "president"
                            | "spokesman"
                            | "spokeswoman"
                            | "premier"
                            | "chancellor"
                            | "ambassador"
                    )
                }) && !role.to_lowercase().contains("former")
            });
        if let (Some(state), true, false) = (&entity.state, official, state_itself) {
            let holder = self.states.get(state.as_str()).copied();
            if let Some(holder) = holder {
                let holder = self.entity(holder);
                self.drafts[draft].speaks_for = holder;
            }
        }
        if let Some(other) = entity.speaks_for.filter(|&other| other != number) {
            let other = self.entity(other);
            self.drafts[draft].speaks_for =
                other.filter(|&other| !self.speaks_through(other, draft));
        }
        Some(draft)
    }

    /// Whether `a` speaks for `b`, itself or through others.
    fn speaks_through(&self, a: usize, b: usize) -> bool {
        let mut at = a;
        // A spokesman for a ministry, a ministry for its government: longer chains are a fault.
        for _ in 0..4 {
            match self.drafts.get(at).and_then(|draft| draft.speaks_for) {
                Some(next) if next == b => return true,
                Some(next) => at = next,
                None => return false,
            }
        }
        false
    }

    /// The actor whom words name or describe; `None` where they mean nobody that can be told.
    pub fn of(&mut self, field: Field, reading: &Reading, tokens: &Range<usize>) -> Option<usize> {
        let phrase =
            reading.phrase_of(tokens.start).and_then(|number| reading.phrases.get(number))?;
        let head = phrase.head;
        if phrase.kind == PhraseKind::Pronoun
            || matches!(reading.tag(head), Tag::Determiner | Tag::Possessive)
        {
            if let Some(mention) = self.resolution.mention_at(field, tokens.start) {
                let entity = mention.entity;
                return self.entity(entity);
            }
            if matches!(reading.lower(head), "it" | "its") {
                let entity = self.body_before(field, reading, tokens.start)?;
                return self.entity(entity);
            }
            return None;
        }
        let named = self
            .resolution
            .mentions_in(field, &(phrase.tokens.start..phrase.tokens.end))
            .filter(|mention| mention.tokens.end > head)
            .last()
            .map(|mention| mention.entity)
            .or_else(|| self.resolution.mention_at(field, head).map(|mention| mention.entity));
        if let (Some(entity), false) = (named, phrase.possessive)
            && (phrase.kind == PhraseKind::Name
                || self
                    .resolution
                    .mention_at(field, head)
                    .is_some_and(|mention| mention.tokens.start == phrase.tokens.start))
        {
            return self.entity(entity);
        }
        // "the state-run Orb news agency" is Orb.
        let publishes = named.is_none() && relays(reading.lower(head));
        let inside =
            self.resolution.mentions_in(field, &phrase.tokens).map(|mention| mention.entity).last();
        if let (true, Some(entity)) = (publishes, inside) {
            return self.entity(entity);
        }
        self.described(field, reading, tokens, head)
    }

    /// Somebody without a name: "a spokesman for the dairy".
    fn described(
        &mut self,
        field: Field,
        reading: &Reading,
        tokens: &Range<usize>,
        head: usize,
    ) -> Option<usize> {
        let text = name_text(reading, tokens);
        // "reports", "the claim": words are nobody.
        if text.is_empty() || wording::lexicon().is_shell(reading.lower(head)) {
            return None;
        }
        let key = text.to_lowercase();
        let key = key
            .strip_prefix("the ")
            .or_else(|| key.strip_prefix("a "))
            .or_else(|| key.strip_prefix("an "))
            .unwrap_or(&key)
            .to_owned();
        if let Some(&draft) = self.by_words.get(&key) {
            return Some(draft);
        }
        let word = reading.lower(head);
        let classes = reading.tokens.get(head)?.classes;
        let others = described_words(reading, tokens, head);
        if let Some(draft) = self.described_before(reading, tokens, head, &others) {
            self.by_words.insert(key, draft);
            return Some(draft);
        }
        let plural = crate::pipeline::lexicon::actors::lexicon().is_group(word)
            || (word.ends_with('s') && classes.any(Classes::PERSON));
        let kind = if plural {
            Some(ActorKind::Group)
        } else if classes.any(Classes::PERSON) {
            Some(ActorKind::Person)
        } else if lexicon().is_government(word) {
            Some(ActorKind::Government)
        } else if classes.any(Classes::BODY) || lexicon().is_organisation(word) {
            Some(ActorKind::Organisation)
        } else {
            None
        };
        // "a spokesman for the dairy", "the dairy's lawyer" speak for the dairy.
        let speaks = speaks_for_others(word) || matches!(word, "ministry" | "embassy" | "press");
        let body = speaks_for_others(word).then(|| body_of(reading, tokens, head)).flatten();
        let speaks_for = match body {
            Some(body) => self.of(field, reading, &body),
            None => {
                let named = self.resolution.mentions_in(field, tokens).next();
                named.filter(|_| speaks).and_then(|mention| self.entity(mention.entity))
            }
        };
        let state = self
            .resolution
            .mentions_in(field, tokens)
            .filter_map(|mention| self.resolution.entities.get(mention.entity))
            .find_map(|entity| entity.state.clone())
            .or_else(|| {
                tokens.clone().find_map(|token| {
                    lexicon().state(reading.word(token)).map(|(state, _)| state.to_owned())
                })
            });
        let draft = self.drafts.len();
        self.by_words.insert(key, draft);
        let alike = self.by_noun.entry(word.to_owned()).or_default();
        if alike.len() < MOST_ALIKE {
            alike.push((draft, others));
        }
        self.drafts.push(Draft {
            actor: Actor {
                name: text,
                kind,
                roles: Vec::new(),
                aliases: Vec::new(),
                country: state
                    .as_deref()
                    .and_then(|state| lexicon().country(state))
                    .map(str::to_owned),
                speaks_for: None,
                mentions: Vec::new(),
            },
            speaks_for,
            state,
        });
        Some(draft)
    }

    /// Whom "the official at the embassy" means where one official of the embassy was described
    /// before: the only one with that noun whose description holds most of these words.
    fn described_before(
        &self,
        reading: &Reading,
        tokens: &Range<usize>,
        head: usize,
        words: &BTreeSet<String>,
    ) -> Option<usize> {
        let definite = matches!(reading.lower(tokens.start), "the" | "this" | "that")
            || (tokens.start..head).any(|token| matches!(reading.lower(token), "'s" | "\u{2019}s"));
        let classes = reading.tokens.get(head)?.classes;
        if !definite || words.is_empty() || !classes.any(Classes::PERSON | Classes::BODY) {
            return None;
        }
        let fits = |known: &BTreeSet<String>| {
            let shared = words.intersection(known).count();
            shared == words.len() || (shared >= 2 && 3 * shared >= 2 * words.len())
        };
        let mut alike = self
            .by_noun
            .get(reading.lower(head))?
            .iter()
            .filter(|(_, known)| fits(known))
            .map(|(draft, _)| *draft);
        let first = alike.next()?;
        alike.next().is_none().then_some(first)
    }

    /// The body or state that "it" means: the only one named as a subject before it in its sentence.
    fn body_before(&self, field: Field, reading: &Reading, token: usize) -> Option<usize> {
        let bounds = reading.sentences.get(reading.sentence_of(token))?.tokens.clone();
        let before_it = bounds.start..token;
        let mut subjects = self
            .resolution
            .mentions_in(field, &before_it)
            .filter(|mention| {
                let before =
                    mention.tokens.start.checked_sub(1).filter(|&before| before >= bounds.start);
                let subject = before.is_none_or(|before| {
                    !matches!(reading.tag(before), Tag::Preposition | Tag::To)
                }) && reading.tag(mention.tokens.end) != Tag::Possessive;
                subject
                    && self.resolution.entities.get(mention.entity).is_some_and(|entity| {
                        matches!(
                            entity.kind,
                            Some(
                                EntityKind::Government
                                    | EntityKind::Organisation
                                    | EntityKind::Outlet
                            )
                        )
                    })
            })
            .map(|mention| mention.entity);
        let first = subjects.next()?;
        subjects.all(|other| other == first).then_some(first)
    }

    /// Notes words that mean an actor.
    pub fn mention(&mut self, draft: usize, span: Span) {
        if let Some(draft) = self.drafts.get_mut(draft) {
            draft.actor.mentions.push(span);
        }
    }

    /// The kind of an actor.
    pub fn kind(&self, draft: usize) -> Option<ActorKind> {
        self.drafts.get(draft).and_then(|draft| draft.actor.kind)
    }

    /// All names of an actor and of whom it speaks for.
    pub fn names(&self, draft: usize) -> Vec<&str> {
        let Some(one) = self.drafts.get(draft) else { return Vec::new() };
        let mut names = vec![one.actor.name.as_str()];
        names.extend(one.actor.aliases.iter().map(String::as_str));
        if let Some(other) = one.speaks_for.and_then(|other| self.drafts.get(other)) {
            names.push(&other.actor.name);
            names.extend(other.actor.aliases.iter().map(String::as_str));
        }
        names
    }

    /// Whether two are one, or one speaks for the other.
    pub fn speak_as_one(&self, a: usize, b: usize) -> bool {
        if a == b {
            return true;
        }
        let (Some(first), Some(second)) = (self.drafts.get(a), self.drafts.get(b)) else {
            return false;
        };
        if self.speaks_through(a, b) || self.speaks_through(b, a) {
            return true;
        }
        // Bodies of one state: the ministry, its capital, its officials.
        let official = |draft: &Draft| {
            matches!(draft.actor.kind, Some(ActorKind::Government | ActorKind::Group))
                && draft.state.is_some()
        };
        official(first) && official(second) && first.state == second.state
    }

    /// The more specific of two who speak as one: a ministry before its state, a name before a description.
    pub fn more_specific(&self, a: usize, b: usize) -> usize {
        let rank = |number: usize| {
            self.drafts.get(number).map_or(0, |draft| {
                let state = draft.state.as_deref() == Some(draft.actor.name.as_str());
                match draft.actor.kind {
                    Some(ActorKind::Person) => 4,
                    Some(ActorKind::Organisation | ActorKind::Outlet) => 3,
                    Some(ActorKind::Government) if !state => 3,
                    Some(ActorKind::Government) => 1,
                    Some(ActorKind::Group) => 0,
                    None => 1,
                }
            })
        };
        if rank(b) > rank(a) { b } else { a }
    }

    /// The finished actors in order of first mention, and where each draft went.
    pub fn finish(mut self, fields: &[(Field, &Reading)]) -> (Vec<Actor>, Vec<Option<ActorIndex>>) {
        for mention in &self.resolution.mentions {
            let (Some(&draft), Some((_, reading))) = (
                self.by_entity.get(&mention.entity),
                fields.iter().find(|(field, _)| *field == mention.field),
            ) else {
                continue;
            };
            if let (Some(span), Some(draft)) =
                (reading.span(mention.tokens.clone()), self.drafts.get_mut(draft))
            {
                draft.actor.mentions.push(Span::new(mention.field, span));
            }
        }
        for draft in &mut self.drafts {
            draft.actor.mentions.sort();
            draft.actor.mentions.dedup();
        }
        let mut order: Vec<usize> = (0..self.drafts.len())
            .filter(|&number| !self.drafts[number].actor.mentions.is_empty())
            .collect();
        order.sort_by_key(|&number| (self.drafts[number].actor.mentions.first().copied(), number));
        let mut places = vec![None; self.drafts.len()];
        for (place, &number) in order.iter().enumerate() {
            places[number] = Some(ActorIndex(place));
        }
        let mut actors = Vec::with_capacity(order.len());
        for number in order {
            let draft = &self.drafts[number];
            let mut actor = draft.actor.clone();
            actor.speaks_for =
                draft.speaks_for.and_then(|other| places.get(other).copied().flatten());
            actors.push(actor);
        }
        (actors, places)
    }
}

/// So many descriptions with one noun are compared with a new one.
const MOST_ALIKE: usize = 32;

/// The words of a description beside its noun, without those that only join.
fn described_words(reading: &Reading, tokens: &Range<usize>, head: usize) -> BTreeSet<String> {
    tokens
        .clone()
        .filter(|&token| {
            token != head
                && !matches!(
                    reading.tag(token),
                    Tag::Determiner
                        | Tag::Preposition
                        | Tag::Punctuation
                        | Tag::Quote
                        | Tag::Possessive
                        | Tag::Pronoun
                        | Tag::Number
                )
        })
        .map(|token| reading.lower(token).to_owned())
        .collect()
}

/// The body somebody speaks for: "a spokesman for the dairy", "the dairy's spokesman".
pub fn body_of(reading: &Reading, tokens: &Range<usize>, head: usize) -> Option<Range<usize>> {
    let after = head + 1;
    if matches!(reading.lower(after), "for" | "of" | "at" | "in" | "with" | "from") {
        let phrase = reading.phrases.get(reading.phrase_of(after + 1)?)?;
        // A lawyer for a spokesman for a lawyer for ... would be followed for ever.
        let one = !speaks_for_others(reading.lower(phrase.head));
        return one.then(|| phrase.tokens.start..phrase.tokens.end.max(tokens.end));
    }
    let owner = (tokens.start..head)
        .rev()
        .find(|&token| matches!(reading.lower(token), "'s" | "\u{2019}s"))?;
    let one = !speaks_for_others(reading.lower(owner.saturating_sub(1)));
    (one && tokens.start < owner).then_some(tokens.start..owner)
}

/// Nouns for those who speak for somebody.
pub fn speaks_for_others(noun: &str) -> bool {
    matches!(
        noun,
        "spokesman"
            | "spokeswoman"
            | "spokesperson"
            | "lawyer"
            | "attorney"
            | "representative"
            | "publicist"
    )
}

/// Nouns for publishers that may follow the publisher's name.
pub fn relays(noun: &str) -> bool {
    matches!(
        noun,
        "agency"
            | "newspaper"
            | "paper"
            | "magazine"
            | "channel"
            | "network"
            | "station"
            | "broadcaster"
            | "site"
            | "website"
            | "blog"
            | "outlet"
            | "daily"
            | "radio"
            | "television"
            | "weekly"
            | "programme"
    )
}
