//! What each token is in its sentence: word lists first, then endings, then the neighbours.

use crate::pipeline::lexicon::Classes;

use super::token::{Token, TokenKind};

/// What a token is in its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Tag {
    /// Common noun.
    Noun,
    /// Part of a name.
    Name,
    /// he, it, everyone …
    Pronoun,
    /// the, this, some …
    Determiner,
    /// his, whose, 's.
    Possessive,
    /// Adjective.
    Adjective,
    /// Adverb.
    Adverb,
    /// Number.
    Number,
    /// Verb without an ending: after "to" or a modal, or a plural subject's present.
    VerbBase,
    /// "says".
    VerbPresent,
    /// "said" with a subject.
    VerbPast,
    /// "said" after "has" or "was", or after a noun.
    VerbParticiple,
    /// "saying".
    VerbIng,
    /// will, could …
    Modal,
    /// A form of be, have or do that helps or stands alone.
    Auxiliary,
    /// of, in, by …
    Preposition,
    /// "to".
    To,
    /// and, or, but.
    Conjunction,
    /// that, because, if …
    Subordinator,
    /// which, who, what …
    Wh,
    /// not, n't, never.
    Negation,
    /// A quotation mark.
    Quote,
    /// Any other mark.
    Punctuation,
    /// Anything else: an address, a sign.
    Other,
}

impl Tag {
    /// Any form of a full verb.
    pub fn is_verb(self) -> bool {
        matches!(
            self,
            Tag::VerbBase | Tag::VerbPresent | Tag::VerbPast | Tag::VerbParticiple | Tag::VerbIng
        )
    }

    /// A verb form that can stand with a subject.
    pub fn is_finite(self) -> bool {
        matches!(self, Tag::VerbPresent | Tag::VerbPast | Tag::Modal | Tag::Auxiliary)
    }

    /// Noun, name, pronoun or number: what can head a noun phrase.
    pub fn is_nominal(self) -> bool {
        matches!(self, Tag::Noun | Tag::Name | Tag::Pronoun | Tag::Number)
    }
}

/// Tags one sentence.
pub(super) fn tag_sentence(tokens: &mut [Token], lowered: &str) {
    for at in 0..tokens.len() {
        let tag = first_guess(tokens, at, lowered);
        tokens[at].tag = tag;
    }
    for at in 0..tokens.len() {
        let tag = in_context(tokens, at, lowered);
        tokens[at].tag = tag;
    }
}

fn first_guess(tokens: &[Token], at: usize, lowered: &str) -> Tag {
    let token = &tokens[at];
    match token.kind {
        TokenKind::Quote => return possessive_mark(tokens, at, lowered),
        TokenKind::Number => return Tag::Number,
        TokenKind::Punctuation if token.classes.is_empty() => return Tag::Punctuation,
        _ => {}
    }
    let lower = token.lower(lowered);
    let classes = token.classes;
    match lower {
        "to" => return Tag::To,
        "'s" | "'" => return clitic_s(tokens, at, lowered),
        "that" => return Tag::Subordinator,
        "'d" => return Tag::Modal,
        "her" | "his" => return Tag::Possessive,
        "may" | "might" | "will" | "can" if token.capitalised && !token.sentence_start => {
            return Tag::Name;
        }
        _ => {}
    }
    for (class, tag) in [
        (Classes::NEGATION, Tag::Negation),
        (Classes::MODAL, Tag::Modal),
        (Classes::BE | Classes::HAVE | Classes::DO, Tag::Auxiliary),
        (Classes::POSSESSIVE, Tag::Possessive),
        (Classes::WH, Tag::Wh),
        (Classes::ANY_PRONOUN, Tag::Pronoun),
        (Classes::DETERMINER, Tag::Determiner),
        (Classes::CONJUNCTION, Tag::Conjunction),
        (Classes::PREPOSITION, Tag::Preposition),
        (Classes::SUBORDINATOR, Tag::Subordinator),
    ] {
        if classes.any(class) {
            // "US" the country is not "us", "the WHO" no question.
            let name =
                token.all_caps && (lower == "us" || (lower == "who" && !shouted(tokens, at)));
            return if name { Tag::Name } else { tag };
        }
    }
    if token.capitalised && (!token.sentence_start || classes.is_empty()) {
        return if token.sentence_start && lower.ends_with("ly") { Tag::Adverb } else { Tag::Name };
    }
    if lower.contains("://") || lower.starts_with("www.") || lower.starts_with('@') {
        return Tag::Name;
    }
    if classes.any(Classes::NUMBER) {
        return Tag::Number;
    }
    if classes.any(Classes::NOUN | Classes::PERSON | Classes::BODY) && !classes.any(Classes::VERB) {
        return Tag::Noun;
    }
    if classes.any(Classes::VERB) {
        return verb_form(classes);
    }
    if classes.any(Classes::ADVERB) {
        return Tag::Adverb;
    }
    if classes.any(Classes::ADJECTIVE) {
        return Tag::Adjective;
    }
    by_ending(lower)
}

/// Whether a neighbour is in capitals, too.
fn shouted(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    [before, tokens.get(at + 1)].into_iter().flatten().any(|token| token.all_caps)
}

fn verb_form(classes: Classes) -> Tag {
    if classes.any(Classes::VERB_ING) {
        Tag::VerbIng
    } else if classes.any(Classes::VERB_S) {
        Tag::VerbPresent
    } else if classes.any(Classes::VERB_PAST) {
        Tag::VerbPast
    } else if classes.any(Classes::VERB_PARTICIPLE) {
        Tag::VerbParticiple
    } else {
        Tag::VerbBase
    }
}

/// An apostrophe that stayed alone: "voters’".
fn possessive_mark(tokens: &[Token], at: usize, lowered: &str) -> Tag {
    let lower = tokens[at].lower(lowered);
    let after_s = at.checked_sub(1).is_some_and(|before| {
        tokens[before].lower(lowered).ends_with('s') && !tokens[at].space_before
    });
    let word_follows = tokens.get(at + 1).is_some_and(|next| next.is_word() && next.space_before);
    if lower == "'" && after_s && word_follows { Tag::Possessive } else { Tag::Quote }
}

/// "'s": after a pronoun or before a verb it is "is" or "has", else it owns.
fn clitic_s(tokens: &[Token], at: usize, lowered: &str) -> Tag {
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    let pronoun = before.is_some_and(|token| {
        token.classes.any(Classes::SUBJECT_PRONOUN | Classes::WH)
            || matches!(token.lower(lowered), "it" | "that" | "there" | "here" | "let" | "this")
    });
    let verb_follows = tokens.get(at + 1).is_some_and(|token| {
        token.classes.any(Classes::NEGATION | Classes::DETERMINER | Classes::BE)
            || (token.classes.any(Classes::VERB_ING)
                && !token.classes.any(Classes::NOUN | Classes::NOUN_FIRST))
            || token.lower(lowered) == "been"
    });
    if pronoun || verb_follows { Tag::Auxiliary } else { Tag::Possessive }
}

fn by_ending(lower: &str) -> Tag {
    const ADJECTIVES: [&str; 14] = [
        "ful", "ous", "ive", "able", "ible", "ical", "ial", "ional", "ish", "less", "ary", "ic",
        "est", "an",
    ];
    const NOUNS: [&str; 6] = ["tion", "ment", "ness", "ity", "ism", "ician"];
    if lower.ends_with("ly") {
        Tag::Adverb
    } else if NOUNS.iter().any(|ending| lower.ends_with(ending)) {
        Tag::Noun
    } else if lower.len() > 5 && lower.ends_with("ing") {
        Tag::VerbIng
    } else if lower.len() > 4 && lower.ends_with("ed") {
        if lower.contains('-') { Tag::Adjective } else { Tag::VerbPast }
    } else if lower.len() > 4 && ADJECTIVES.iter().any(|ending| lower.ends_with(ending)) {
        Tag::Adjective
    } else {
        Tag::Noun
    }
}

/// The tag of token `at`, now that both neighbours have one.
fn in_context(tokens: &[Token], at: usize, lowered: &str) -> Tag {
    let token = &tokens[at];
    let tag = token.tag;
    let previous = previous_word(tokens, at);
    let before = previous.map_or(Tag::Other, |number| tokens[number].tag);
    let before_classes = previous.map_or(Classes::default(), |number| tokens[number].classes);
    let next = tokens.get(at + 1);
    let after = next.map_or(Tag::Other, |token| token.tag);
    let lower = token.lower(lowered);
    match tag {
        Tag::Possessive if lower == "her" => {
            // "told her that": an object.
            let noun_follows = matches!(
                after,
                Tag::Noun | Tag::Name | Tag::Adjective | Tag::Number | Tag::VerbIng
            ) || (after.is_verb()
                && next.is_some_and(|next| {
                    next.classes.any(Classes::NOUN_FIRST | Classes::VERB_BASE)
                }));
            if noun_follows { tag } else { Tag::Pronoun }
        }
        Tag::Subordinator if lower == "that" => {
            let noun_follows = matches!(after, Tag::Noun | Tag::Adjective)
                && next.is_some_and(|next| !next.lower(lowered).ends_with('s'));
            match before {
                Tag::Preposition | Tag::To | Tag::Conjunction if noun_follows => Tag::Determiner,
                Tag::Preposition | Tag::To => Tag::Pronoun,
                Tag::Other if noun_follows => Tag::Determiner,
                Tag::Other if after.is_finite() => Tag::Pronoun,
                _ => tag,
            }
        }
        _ if tag.is_verb() => verb_in_context(tokens, at, before, before_classes, after, lowered),
        _ => tag,
    }
}

/// The word before, quotation marks skipped.
fn previous_word(tokens: &[Token], at: usize) -> Option<usize> {
    (0..at).rev().take(3).find(|&number| tokens[number].tag != Tag::Quote)
}

fn verb_in_context(
    tokens: &[Token],
    at: usize,
    before: Tag,
    before_classes: Classes,
    after: Tag,
    lowered: &str,
) -> Tag {
    let token = &tokens[at];
    let classes = token.classes;
    let tag = token.tag;
    let noun_first = classes.any(Classes::NOUN_FIRST);
    let helper = helper_before(tokens, at);
    // After an article or an owner there is no finite verb.
    if matches!(before, Tag::Determiner | Tag::Possessive)
        || (before == Tag::Adjective
            && matches!(tag, Tag::VerbBase | Tag::VerbPresent)
            && noun_first)
    {
        let pronoun_like = before_classes.any(Classes::PRONOUN)
            || (before == Tag::Determiner && matches!(after, Tag::Determiner | Tag::Possessive));
        if !pronoun_like {
            return match tag {
                Tag::VerbIng | Tag::VerbPast | Tag::VerbParticiple => {
                    let noun_follows = matches!(after, Tag::Noun | Tag::Name | Tag::Adjective)
                        || matches!(after, Tag::VerbBase | Tag::VerbPresent);
                    if noun_follows { Tag::Adjective } else { Tag::Noun }
                }
                _ => Tag::Noun,
            };
        }
    }
    match tag {
        Tag::VerbBase => {
            let licensed = matches!(before, Tag::To | Tag::Modal | Tag::Negation)
                || helper == Some(Helper::Modal)
                || before_classes.any(Classes::DO | Classes::SUBJECT_PRONOUN)
                || matches!(before, Tag::Pronoun | Tag::Wh);
            if licensed {
                // "to support" is a verb, "to support for" is not told apart here.
                return if classes.any(Classes::VERB_PAST) && !matches!(before, Tag::To | Tag::Modal)
                {
                    Tag::VerbPast
                } else {
                    Tag::VerbBase
                };
            }
            if noun_first || matches!(before, Tag::Preposition | Tag::Adjective | Tag::Number) {
                return Tag::Noun;
            }
            if before == Tag::Noun && !plural(tokens, at, lowered) {
                return Tag::Noun;
            }
            Tag::VerbBase
        }
        Tag::VerbPresent => {
            let subject = matches!(before, Tag::Pronoun | Tag::Name | Tag::Wh)
                || (before == Tag::Noun && !plural(tokens, at, lowered))
                || matches!(before, Tag::Adverb);
            let object = matches!(
                after,
                Tag::Subordinator | Tag::Determiner | Tag::Possessive | Tag::Pronoun | Tag::Quote
            );
            let after_preposition =
                matches!(before, Tag::Preposition | Tag::Adjective | Tag::Number | Tag::To);
            let subject_only = subject && after != Tag::Preposition;
            // "Kurdish sources denied", not "the man she claims denied it".
            let verb_follows =
                matches!(after, Tag::VerbPast | Tag::Modal) && before != Tag::Pronoun;
            if noun_first && (after_preposition || verb_follows || !(object || subject_only)) {
                Tag::Noun
            } else {
                tag
            }
        }
        Tag::VerbPast | Tag::VerbParticiple => {
            if classes.any(Classes::VERB_BASE)
                && (matches!(before, Tag::To | Tag::Modal) || helper == Some(Helper::Modal))
            {
                return Tag::VerbBase;
            }
            if classes.any(Classes::VERB_PARTICIPLE) || classes.is_empty() {
                match helper {
                    Some(Helper::Be | Helper::Have) => return Tag::VerbParticiple,
                    _ if lower_is_by(tokens, at + 1) && before == Tag::Noun => {
                        return Tag::VerbParticiple;
                    }
                    _ if matches!(before, Tag::Preposition | Tag::To) => {
                        return if matches!(after, Tag::Noun | Tag::Name) {
                            Tag::Adjective
                        } else {
                            Tag::VerbParticiple
                        };
                    }
                    _ => {}
                }
            }
            if matches!(before, Tag::Adjective | Tag::Number) && after == Tag::Noun {
                return Tag::Adjective;
            }
            if classes.any(Classes::VERB_PAST) || classes.is_empty() {
                Tag::VerbPast
            } else {
                Tag::VerbParticiple
            }
        }
        Tag::VerbIng => {
            if before == Tag::Adjective && !matches!(after, Tag::Determiner | Tag::Possessive) {
                Tag::Noun
            } else {
                tag
            }
        }
        _ => tag,
    }
}

fn lower_is_by(tokens: &[Token], at: usize) -> bool {
    static BY: std::sync::LazyLock<u32> =
        std::sync::LazyLock::new(|| crate::pipeline::lexicon::hash_bytes(b"by"));
    tokens.get(at).is_some_and(|token| token.hash == *BY)
}

/// Whether the word before `at` is a plural, as far as its letters tell.
fn plural(tokens: &[Token], at: usize, lowered: &str) -> bool {
    at.checked_sub(1).is_some_and(|before| {
        let lower = tokens[before].lower(lowered);
        (lower.ends_with('s') && !lower.ends_with("ss") && !lower.ends_with("us"))
            || matches!(
                lower,
                "people" | "men" | "women" | "children" | "police" | "media" | "data"
            )
    })
}

#[derive(Clone, Copy, PartialEq)]
enum Helper {
    Be,
    Have,
    Modal,
}

/// The auxiliary that governs token `at`, adverbs and negations between them skipped.
fn helper_before(tokens: &[Token], at: usize) -> Option<Helper> {
    let mut steps = 0;
    for number in (0..at).rev() {
        let token = &tokens[number];
        match token.tag {
            Tag::Auxiliary if token.classes.any(Classes::BE) => return Some(Helper::Be),
            Tag::Auxiliary if token.classes.any(Classes::HAVE) => return Some(Helper::Have),
            Tag::Auxiliary => return Some(Helper::Modal),
            Tag::Modal => return Some(Helper::Modal),
            Tag::Adverb | Tag::Negation => {}
            // "did he say", "has she denied"
            Tag::Pronoun if steps == 0 => {}
            _ => return None,
        }
        steps += 1;
        if steps > 3 {
            return None;
        }
    }
    None
}
