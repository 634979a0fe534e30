//! Names, titles and pronouns of a document → its actors: who is who, and who speaks for whom.
//!
//! A wrong attribution is worse than a vague one: what the document does not tell stays unknown.

pub mod actors;
mod bearers;
pub mod dates;
mod descriptions;
mod entity;
mod names;
mod pronouns;

use std::collections::BTreeMap;
use std::ops::Range;

pub use entity::{Entity, EntityKind};

use crate::domain::Field;
use crate::pipeline::text::Reading;

/// A place where an entity is named, described or meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Which field.
    pub field: Field,
    /// The tokens in that field's reading.
    pub tokens: Range<usize>,
    /// Who is meant: an index into [`Resolution::entities`].
    pub entity: usize,
    /// Whether it is a pronoun.
    pub pronoun: bool,
}

/// Who is who in a document.
#[derive(Debug, Clone, Default)]
pub struct Resolution {
    /// Everybody, in order of first mention.
    pub entities: Vec<Entity>,
    /// All mentions, in order of field and place.
    pub mentions: Vec<Mention>,
    /// Mentions by field and first token.
    starts: BTreeMap<(Field, usize), usize>,
}

impl Resolution {
    /// The mention that covers a token.
    pub fn mention_at(&self, field: Field, token: usize) -> Option<&Mention> {
        let (_, &number) = self.starts.range(..=(field, token)).next_back()?;
        let mention = self.mentions.get(number)?;
        (mention.field == field && mention.tokens.contains(&token)).then_some(mention)
    }

    /// Who is meant by a noun phrase: the last entity named or described in it that heads it.
    pub fn entity_of(&self, field: Field, tokens: &Range<usize>) -> Option<usize> {
        let first = self
            .starts
            .range((field, tokens.start)..(field, tokens.end))
            .find_map(|(_, &number)| self.mentions.get(number))
            .or_else(|| self.mention_at(field, tokens.start))?;
        Some(first.entity)
    }

    /// Mentions of one field inside a token range.
    pub fn mentions_in(
        &self,
        field: Field,
        tokens: &Range<usize>,
    ) -> impl Iterator<Item = &Mention> {
        self.starts
            .range((field, tokens.start)..(field, tokens.end.max(tokens.start)))
            .filter_map(|(_, &number)| self.mentions.get(number))
    }

    fn index(&mut self) {
        self.mentions
            .sort_by_key(|mention| (mention.field, mention.tokens.start, mention.tokens.end));
        self.starts = self
            .mentions
            .iter()
            .enumerate()
            .map(|(number, mention)| ((mention.field, mention.tokens.start), number))
            .collect();
    }
}

/// Resolves the names, descriptions and pronouns of a document's fields, read in the order given.
pub fn resolve(fields: &[(Field, &Reading)]) -> Resolution {
    let mut resolution = Resolution::default();
    names::find(&mut resolution, fields);
    resolution.index();
    descriptions::appose(&mut resolution, fields);
    descriptions::surnames(&mut resolution, fields);
    resolution.index();
    descriptions::describe(&mut resolution, fields);
    resolution.index();
    pronouns::resolve(&mut resolution, fields);
    resolution.index();
    resolution
}
