//! Words of a document → a sentence that stands alone, stated positively.
//!
//! Pronouns become names, reported gerunds and nouns become sentences with a subject, negations
//! fall away. What cannot be worded without guessing is not worded.

mod predicate;
mod sentence;
mod shape;

pub use sentence::Sentence;
pub use shape::points_back;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::pipeline::lexicon::actors::{self, StateWord};
use crate::pipeline::lexicon::inflection;
use crate::pipeline::lexicon::wording::lexicon;
use crate::pipeline::text::{PhraseKind, Reading, Tag};

/// Somebody a claim may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The fullest name of the passage, or the words that describe them.
    pub name: String,
    /// Whether several are meant.
    pub plural: bool,
    /// Whom they speak for: a spokesman's "we" and "it" are his firm.
    pub client: Option<Box<Client>>,
}

/// Whom a spokesman or a lawyer speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Who they are.
    pub party: Party,
    /// Whether "he" and "she" may mean them.
    pub is_person: bool,
}

impl Party {
    /// Somebody who speaks for nobody else.
    pub fn new(name: String, plural: bool) -> Self {
        Party { name, plural, client: None }
    }

    /// Whose deeds are told when this one denies some: those of the client.
    pub fn acting(&self) -> &Party {
        self.client.as_ref().map_or(self, |client| &client.party)
    }

    /// Whom a pronoun of this speaker's words means.
    pub fn meant_by(&self, pronoun: &str) -> &Party {
        match pronoun {
            "i" | "me" | "my" | "myself" => self,
            "he" | "him" | "his" | "she" | "her"
                if self.client.as_ref().is_some_and(|client| !client.is_person) =>
            {
                self
            }
            _ => self.acting(),
        }
    }

    /// "was" or "were", "has" or "have".
    fn verb<'v>(&self, single: &'v str, plural: &'v str) -> &'v str {
        if self.plural { plural } else { single }
    }
}

/// How the denied words become a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// They are one: "he sold the harbour".
    Clause,
    /// They are one that denies: "he never sold the harbour".
    Negated,
    /// "selling the harbour", said of the subject.
    Gerund,
    /// "to have sold the harbour", said of the subject.
    Infinitive,
    /// "any involvement in the sale", said of the subject.
    Noun,
    /// A noun that the subject is said to have: "a second flat".
    Had,
    /// Something that is said to exist or to have happened: "a cover-up".
    Existence,
    /// Something that is said to be real: "the video".
    Real,
    /// A predicate of the subject: "a spy".
    Is,
    /// The same of what is past.
    Was,
    /// Something the subject has: "firm support for the port".
    Has,
    /// What the subject does or did: "broke any laws", "break any laws".
    Predicate,
}

impl Form {
    /// A stable name, for features.
    pub fn as_str(self) -> &'static str {
        match self {
            Form::Clause => "clause",
            Form::Negated => "negated",
            Form::Gerund => "gerund",
            Form::Infinitive => "infinitive",
            Form::Noun => "noun",
            Form::Had => "had",
            Form::Existence => "existence",
            Form::Real => "real",
            Form::Is => "is",
            Form::Was => "was",
            Form::Has => "has",
            Form::Predicate => "predicate",
        }
    }
}

/// What wording needs to know of the document around the words.
pub struct Context<'c> {
    /// The field the words stand in.
    pub reading: &'c Reading<'c>,
    /// Fullest names by the first token of a shorter one: token → (its end, the name).
    pub names: &'c BTreeMap<usize, (usize, String)>,
    /// Whom pronouns mean, by token.
    pub pronouns: &'c BTreeMap<usize, Party>,
    /// Who "I" and "we" are, and whom "he", "she", "it" and "they" mean where nothing else tells.
    pub speaker: Option<&'c Party>,
    /// Whether third-person pronouns mean the speaker first.
    pub third_person_is_speaker: bool,
}

/// The sentence for `tokens` read as `form`, with `subject` where the form lacks one.
pub fn word(
    context: &Context,
    tokens: Range<usize>,
    form: Form,
    subject: Option<&Party>,
) -> Option<String> {
    let reading = context.reading;
    let (tokens, form) = shape::settled(reading, trim(reading, tokens), form)?;
    if tokens.is_empty() || !can_begin(context, tokens.start, form) {
        return None;
    }
    let mut sentence = Sentence::new(context);
    match form {
        Form::Clause => sentence.clause(tokens),
        Form::Negated => sentence.negated(tokens)?,
        Form::Gerund => predicate::gerund(&mut sentence, tokens, subject?)?,
        Form::Infinitive => predicate::infinitive(&mut sentence, tokens, subject?)?,
        Form::Predicate => predicate::verb(&mut sentence, tokens, subject?),
        Form::Noun => predicate::noun(&mut sentence, tokens, subject)?,
        Form::Had => {
            let subject = subject?;
            sentence.party(subject);
            sentence.push("had", true);
            sentence.clause(tokens);
        }
        Form::Existence => {
            sentence.push("There", true);
            let plural = is_plural_phrase(reading, &tokens);
            sentence.push(if plural { "were" } else { "was" }, true);
            if !plural
                && !begins_with_determiner(reading, tokens.start)
                && !is_mass(reading, tokens.start)
            {
                sentence.push(article(reading.lower(tokens.start)), true);
            }
            sentence.clause(tokens);
        }
        Form::Real => {
            let plural = is_plural_phrase(reading, &tokens);
            sentence.clause(tokens);
            sentence.push(if plural { "are" } else { "is" }, true);
            sentence.push("real", true);
        }
        Form::Is | Form::Was | Form::Has => {
            let subject = subject?;
            let (single, plural) = match form {
                Form::Is => ("is", "are"),
                Form::Was => ("was", "were"),
                _ => ("has", "have"),
            };
            sentence.party(subject);
            sentence.push(subject.verb(single, plural), true);
            sentence.clause(tokens);
        }
    }
    sentence.finish()
}

/// Whether a sentence of this form may begin with this word: a clause begins with its subject, who is somebody
/// that is known, and what is said to have been there is a thing, not a figure.
fn can_begin(context: &Context, first: usize, form: Form) -> bool {
    let reading = context.reading;
    match form {
        Form::Clause => {
            let nobody_knows_who =
                context.speaker.is_none() && matches!(reading.lower(first), "i" | "we" | "you");
            let verb = matches!(
                reading.tag(first),
                Tag::VerbPast | Tag::VerbParticiple | Tag::VerbBase | Tag::To | Tag::Conjunction
            );
            !verb && !nobody_knows_who
        }
        // "had he lied", "there was they believe": these words are a clause.
        Form::Had | Form::Existence | Form::Real
            if matches!(reading.lower(first), "he" | "she" | "they" | "we" | "i" | "who") =>
        {
            false
        }
        Form::Existence => reading
            .phrase_of(first)
            .and_then(|number| reading.phrases.get(number))
            .is_none_or(|phrase| phrase.kind != PhraseKind::Number),
        _ => true,
    }
}

/// Cuts marks, joins and fillers off both ends.
fn trim(reading: &Reading, tokens: Range<usize>) -> Range<usize> {
    let (mut start, mut end) = (tokens.start, tokens.end.min(reading.tokens.len()));
    while start < end {
        let idle = matches!(reading.tag(start), Tag::Punctuation | Tag::Quote)
            && !matches!(reading.lower(start), "$" | "#" | "@" | "£" | "€")
            || matches!(reading.lower(start), "that" if reading.tag(start) == Tag::Subordinator)
            || matches!(
                reading.lower(start),
                "and" | "but" | "or" | "yet" | "so" | "any" | "even" | "all"
            );
        if !idle {
            break;
        }
        start += 1;
    }
    while end > start {
        let last = reading.lower(end - 1);
        let idle = matches!(reading.tag(end - 1), Tag::Punctuation | Tag::Quote) && last != "%"
            || matches!(
                last,
                "and" | "but" | "or" | "that" | "which" | "who" | "as" | "because" | "while"
            );
        if !idle {
            break;
        }
        end -= 1;
    }
    start..end
}

/// Whether the first phrase of the words is plural.
pub fn is_plural_phrase(reading: &Reading, tokens: &Range<usize>) -> bool {
    let Some(phrase) = reading.phrase_of(tokens.start).and_then(|n| reading.phrases.get(n)) else {
        return false;
    };
    is_plural_head(reading, phrase.head)
}

/// Whether a noun is plural, read off its form.
pub fn is_plural_head(reading: &Reading, head: usize) -> bool {
    let word = reading.lower(head);
    if reading.tag(head) == Tag::Pronoun {
        return matches!(word, "they" | "them" | "we" | "us" | "these" | "those" | "others");
    }
    let names = reading.tag(head) == Tag::Name;
    matches!(
        word,
        "people"
            | "police"
            | "men"
            | "women"
            | "children"
            | "others"
            | "democrats"
            | "republicans"
            | "many"
            | "some"
            | "both"
            | "several"
    ) || (names && word.ends_with('s') && is_people(reading.word(head)))
        || (!names
            && word.len() > 3
            && word.ends_with('s')
            && !word.ends_with("ss")
            && !word.ends_with("us")
            && !word.ends_with("is")
            && !matches!(word, "news" | "series" | "congress" | "politics"))
}

/// Whether a name is that of a nation's people: "Danes", "Palestinians".
fn is_people(name: &str) -> bool {
    matches!(actors::lexicon().state(name), Some((_, StateWord::People)))
}

/// "a leak", "an actor".
fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// Whether the first phrase is of a noun that is not counted: "racism", "turmoil", "wiretapping".
fn is_mass(reading: &Reading, token: usize) -> bool {
    if reading.tag(token) == Tag::VerbIng {
        return true;
    }
    let phrase = reading.phrase_of(token).and_then(|number| reading.phrases.get(number));
    phrase.is_some_and(|phrase| {
        let head = reading.lower(phrase.head);
        head.ends_with("ism") || lexicon().is_mass(head)
    })
}

fn begins_with_determiner(reading: &Reading, token: usize) -> bool {
    matches!(
        reading.tag(token),
        Tag::Determiner | Tag::Possessive | Tag::Name | Tag::Number | Tag::Pronoun
    )
}

/// The past of any verb form of the text, for a bare one after "did".
fn past_of(base: &str) -> String {
    inflection::past(base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::text;

    /// The sentence for a whole text read as a form.
    fn worded(words: &str, form: Form, speaker: Option<&Party>) -> Option<String> {
        let reading = text::read(words);
        let context = Context {
            reading: &reading,
            names: &BTreeMap::new(),
            pronouns: &BTreeMap::new(),
            speaker,
            third_person_is_speaker: speaker.is_some(),
        };
        word(&context, 0..reading.tokens.len(), form, None)
    }

    #[test]
    fn a_clause_without_its_subject_is_no_claim() {
        assert_eq!(worded("told the mayor of it", Form::Clause, None), None);
        assert_eq!(
            worded("she told the mayor of it", Form::Clause, None).as_deref(),
            Some("She told the mayor of it.")
        );
    }

    #[test]
    fn a_claim_about_somebody_unknown_is_none() {
        let lind = Party::new("Lind".to_owned(), false);
        assert_eq!(worded("we sold two boats", Form::Clause, None), None);
        assert_eq!(
            worded("we sold two boats", Form::Clause, Some(&lind)).as_deref(),
            Some("Lind sold two boats.")
        );
    }

    #[test]
    fn shortened_verbs_are_written_out_after_a_name() {
        let lind = Party::new("Lind".to_owned(), false);
        for (words, claim) in [
            ("he'd sold the boats", "Lind had sold the boats."),
            ("he'd sell the boats", "Lind would sell the boats."),
            ("they'll sell the boats", "Lind will sell the boats."),
        ] {
            let worded = worded(words, Form::Clause, Some(&lind));
            assert_eq!(worded.as_deref(), Some(claim));
        }
    }

    #[test]
    fn what_is_denied_of_any_is_claimed_of_some() {
        for (words, form, claim) in [
            ("anyone had sold a boat", Form::Clause, "Someone had sold a boat."),
            ("he sold any of the boats", Form::Clause, "He sold some of the boats."),
            ("he was richer than anyone here", Form::Clause, "He was richer than anyone here."),
            ("the officers did nothing wrong", Form::Negated, "The officers did something wrong."),
        ] {
            assert_eq!(worded(words, form, None).as_deref(), Some(claim));
        }
    }

    #[test]
    fn what_only_a_denial_says_and_hedges_fall_away() {
        for (words, claim) in [
            ("there was an attack at any stage", "There was an attack."),
            ("talks are happening at all", "Talks are happening."),
            ("talks are happening at all levels", "Talks are happening at all levels."),
            ("she paid for the alleged affair", "She paid for the affair."),
            ("the payments were alleged", "The payments were alleged."),
        ] {
            assert_eq!(worded(words, Form::Clause, None).as_deref(), Some(claim));
        }
    }

    #[test]
    fn an_aside_speaks_of_the_name_before_it() {
        let lind = Party::new("Lind".to_owned(), false);
        let words = "Ole Brandt, best known for his songs, told his wife";
        let claim = worded(words, Form::Clause, Some(&lind)).unwrap_or_default();
        assert!(claim.starts_with("Ole Brandt") && !claim.contains("Lind"), "{claim}");
    }

    #[test]
    fn a_name_inside_another_word_is_not_yet_told() {
        let lin = Party::new("Lin".to_owned(), false);
        let claim = worded("the flat in Berlin was his", Form::Clause, Some(&lin));
        assert_eq!(claim.as_deref(), Some("The flat in Berlin was Lin's."));
    }

    #[test]
    fn a_headline_s_name_with_more_words_is_a_sentence() {
        let sentence = worded("Ole Brandt Found Dead at Home", Form::Existence, None);
        assert_eq!(sentence.as_deref(), Some("Ole Brandt Found Dead at Home."));
        assert_eq!(worded("Ole Brandt", Form::Existence, None), None);
        assert_eq!(
            worded("actor's strike", Form::Existence, None).as_deref(),
            Some("There was an actor's strike.")
        );
    }

    #[test]
    fn what_is_not_counted_has_no_article() {
        for (words, claim) in [
            ("racism", "There was racism."),
            ("turmoil", "There was turmoil."),
            ("leak", "There was a leak."),
        ] {
            assert_eq!(worded(words, Form::Existence, None).as_deref(), Some(claim));
        }
        assert_eq!(worded("he lied to the mayor", Form::Existence, None), None);
    }

    #[test]
    fn what_there_was_none_of_is_claimed_without_its_no() {
        let lind = Party::new("Lind".to_owned(), false);
        let reading = text::read("Lind has no plans for a visit.");
        let context = Context {
            reading: &reading,
            names: &BTreeMap::new(),
            pronouns: &BTreeMap::new(),
            speaker: None,
            third_person_is_speaker: false,
        };
        let plans = 3..reading.tokens.len();
        let worded = word(&context, plans, Form::Noun, Some(&lind));
        assert_eq!(worded.as_deref(), Some("Lind has plans for a visit."));
    }

    #[test]
    fn there_are_things_and_no_figures() {
        assert_eq!(worded("236", Form::Existence, None), None);
        assert_eq!(
            worded("a cover-up", Form::Existence, None).as_deref(),
            Some("There was a cover-up.")
        );
    }
}
