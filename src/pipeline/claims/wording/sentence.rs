//! A sentence under construction: words in order, names for pronouns, negations left out.

use std::ops::Range;

use super::{Context, Party, past_of};
use crate::pipeline::lexicon::inflection;
use crate::pipeline::text::{PhraseKind, Reading, Tag};

/// The longest claim in words; what is longer tells a story and is no proposition.
const LONGEST: usize = 60;

/// Words of the longest aside that is left out between a subject and its verb.
const LONGEST_ASIDE: usize = 30;

/// A sentence under construction.
pub struct Sentence<'s> {
    pub(super) context: &'s Context<'s>,
    text: String,
    words: usize,
    /// Names already written, which later pronouns may stand for.
    named: Vec<String>,
}

impl<'s> Sentence<'s> {
    /// An empty one.
    pub fn new(context: &'s Context<'s>) -> Self {
        Sentence { context, text: String::new(), words: 0, named: Vec::new() }
    }

    /// Adds words.
    pub fn push(&mut self, words: &str, space: bool) {
        if words.is_empty() {
            return;
        }
        if space && !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(words);
        self.words += 1;
    }

    /// Adds a name, which later pronouns may stand for.
    pub fn party(&mut self, party: &Party) {
        self.push(&party.name, true);
        self.named.push(party.name.clone());
    }

    /// Adds words of the document as a clause.
    pub fn clause(&mut self, tokens: Range<usize>) {
        let mut at = tokens.start;
        while at < tokens.end {
            at = match self.aside(at, &tokens) {
                Some(end) if at > tokens.start => end,
                _ => self.token(at, &tokens),
            };
        }
    }

    /// Where an aside ends that begins with the comma at `at`: ", which opened in May,". What is told
    /// by the way was not what was denied.
    fn aside(&self, at: usize, within: &Range<usize>) -> Option<usize> {
        let reading = self.context.reading;
        if reading.lower(at) != "," || at + 1 >= within.end {
            return None;
        }
        let comma =
            (at + 1..within.end).find(|&token| reading.lower(token) == ",").map(|comma| comma + 1);
        let next = at + 1;
        match reading.lower(next) {
            "which" | "who" | "whose" | "whom" => Some(comma.unwrap_or(within.end)),
            // "Lind, known for his hats, was found": only between a subject and its verb.
            _ if matches!(reading.tag(next), Tag::VerbParticiple | Tag::VerbIng | Tag::Adverb) => {
                comma.filter(|&end| {
                    end < within.end
                        && end - at <= LONGEST_ASIDE
                        && matches!(
                            reading.tag(end),
                            Tag::VerbPast | Tag::VerbPresent | Tag::Auxiliary | Tag::Modal
                        )
                })
            }
            _ => None,
        }
    }

    /// Adds words of the document as a clause without its negation; `None` where it has none.
    pub fn negated(&mut self, tokens: Range<usize>) -> Option<()> {
        let reading = self.context.reading;
        let negation = tokens.clone().find(|&token| is_negation(reading, token))?;
        let word = reading.lower(negation);
        let mut at = tokens.start;
        // "did not sell" becomes "sold": the helper goes with the negation.
        let helper = (negation > tokens.start)
            .then(|| negation - 1)
            .filter(|&token| matches!(reading.lower(token), "did" | "does" | "do"))
            // "did nothing wrong": there the helper is the verb.
            .filter(|_| matches!(word, "not" | "n't" | "never"));
        let stop = helper.unwrap_or(negation);
        while at < stop {
            at = self.token(at, &tokens).min(stop.max(at + 1));
        }
        at = negation + 1;
        if let Some(helper) = helper {
            // Adverbs between: "did not ever really sell".
            while at < tokens.end && reading.tag(at) == Tag::Adverb {
                if !matches!(reading.lower(at), "ever" | "even" | "actually" | "really") {
                    at = self.token(at, &tokens);
                } else {
                    at += 1;
                }
            }
            if at < tokens.end {
                let base = reading.lower(at).to_owned();
                let form = match reading.lower(helper) {
                    "did" => past_of(&base),
                    "does" => inflection::third_person(&base),
                    _ => self.present(&base),
                };
                self.push(&form, true);
                at += 1;
            }
        } else {
            match word {
                "no" => {
                    let single = reading
                        .phrase_of(negation)
                        .and_then(|number| reading.phrases.get(number))
                        .is_some_and(|phrase| !super::is_plural_head(reading, phrase.head));
                    if single && negation + 1 < tokens.end && !super::is_mass(reading, negation) {
                        self.push(super::article(reading.lower(negation + 1)), true);
                    }
                }
                "nothing" => self.push("something", true),
                "nobody" => self.push("somebody", true),
                "none" => self.push("some", true),
                "never" => {
                    while at < tokens.end && matches!(reading.lower(at), "ever" | "once" | "even") {
                        at += 1;
                    }
                    // "never at any point met"
                    let at_any = reading.lower(at) == "at" && reading.lower(at + 1) == "any";
                    if at_any && at + 3 < tokens.end {
                        at += 3;
                    }
                }
                _ => {}
            }
        }
        while at < tokens.end {
            at = self.token(at, &tokens);
        }
        Some(())
    }

    /// "I know" is "Lind knows" of somebody else.
    fn present(&self, base: &str) -> String {
        match self.context.speaker {
            Some(speaker) if !speaker.plural => inflection::third_person(base),
            _ => base.to_owned(),
        }
    }

    /// Adds one token, or the name that begins there; the next token.
    fn token(&mut self, at: usize, within: &Range<usize>) -> usize {
        let reading = self.context.reading;
        let word = reading.word(at);
        let lower = reading.lower(at);
        let space = reading.tokens.get(at).is_none_or(|token| token.space_before)
            || self.dropped_before(at);
        match reading.tag(at) {
            Tag::Quote => return at + 1,
            _ if is_dropped_mark(reading, at) => return at + 1,
            Tag::Punctuation if self.text.is_empty() => return at + 1,
            _ => {}
        }
        // Of what is denied some are, when it is said positively: "any of the men", "anyone".
        let some = match lower {
            "any" if reading.lower(at + 1) == "of" => Some("some"),
            "anyone" => Some("someone"),
            "anybody" => Some("somebody"),
            "anything" => Some("something"),
            _ => None,
        };
        if let Some(some) = some
            && !compares_before(reading, at, within)
        {
            self.push(some, space);
            return at + 1;
        }
        if let Some(end) = at_any(reading, at, within) {
            return end;
        }
        if is_hedge(reading, at) {
            return at + 1;
        }
        if matches!(lower, "ever" | "any") || (lower == "such" && reading.lower(at + 1) != "as") {
            return at + 1;
        }
        if let Some((end, name)) = self.context.names.get(&at)
            && *end <= within.end
        {
            if self.named.iter().any(|known| known == name) {
                self.push(reading.span(at..*end).map_or("", |span| &reading.text[span]), space);
            } else {
                self.push(name, space);
                self.named.push(name.clone());
            }
            return *end;
        }
        if matches!(reading.tag(at), Tag::Pronoun | Tag::Possessive)
            && lower != "'s"
            && !is_of_name_before(reading, at, within)
            && let Some(written) = self.pronoun(at, lower)
        {
            self.push(&written, true);
            return self.agree(at + 1, lower, within);
        }
        self.push(word, space);
        at + 1
    }

    /// Whether the token before was left out, so that a space is due.
    fn dropped_before(&self, at: usize) -> bool {
        let reading = self.context.reading;
        if at == 0 || reading.tag(at) == Tag::Punctuation {
            return false;
        }
        // "a [third] term" keeps the space before the bracket, "deal[s]" has none.
        reading.tag(at - 1) == Tag::Quote
            || (0..at)
                .rev()
                .take_while(|&before| is_dropped_mark(reading, before))
                .any(|before| reading.tokens.get(before).is_some_and(|token| token.space_before))
    }

    /// The name for a pronoun; `None` where it may stay or nobody knows.
    fn pronoun(&mut self, at: usize, lower: &str) -> Option<String> {
        let own = matches!(lower, "his" | "its" | "their" | "my" | "our" | "your");
        let first =
            matches!(lower, "i" | "me" | "my" | "we" | "us" | "our" | "myself" | "ourselves");
        let third = matches!(
            lower,
            "he" | "she" | "him" | "her" | "his" | "they" | "them" | "their" | "it" | "its"
        );
        if !first && !third {
            return None;
        }
        let reading = self.context.reading;
        let party = if first {
            self.context.speaker?.meant_by(lower)
        } else {
            self.context.pronouns.get(&at).or_else(|| {
                let speaker = self.context.speaker?;
                self.context.third_person_is_speaker.then(|| speaker.meant_by(lower))
            })?
        };
        // Who is known as "she" alone is no clearer than "his".
        if third && of_pronoun(&party.name).is_some() {
            return None;
        }
        if self.named.contains(&party.name) || self.is_written(&party.name) {
            // The name stands already: a third-person pronoun reads well after it.
            if third {
                return None;
            }
        } else {
            self.named.push(party.name.clone());
        }
        let owns = own || (lower == "her" && matches!(reading.tag(at), Tag::Possessive));
        Some(if owns { possessive(&party.name) } else { party.name.clone() })
    }

    /// Whether a name stands in the sentence as words of their own: "Lin" does not in "Berlin".
    fn is_written(&self, name: &str) -> bool {
        let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        self.text.match_indices(name).any(|(at, _)| {
            apart(self.text[..at].chars().next_back())
                && apart(self.text[at + name.len()..].chars().next())
        })
    }

    /// After a first-person subject the verb changes: "I am" → "Lind is"; after others it is written out where it
    /// was shortened: "he'd sold" → "Lind had sold".
    fn agree(&mut self, at: usize, pronoun: &str, within: &Range<usize>) -> usize {
        if at >= within.end {
            return at;
        }
        if matches!(pronoun, "he" | "she" | "it" | "they") {
            let Some(whole) = written_out(self.context.reading, at) else { return at };
            self.push(whole, true);
            return at + 1;
        }
        if !matches!(pronoun, "i" | "we") {
            return at;
        }
        let plural = self.context.speaker.is_some_and(|speaker| speaker.meant_by(pronoun).plural);
        let lower = self.context.reading.lower(at);
        let form = match lower {
            "am" | "'m" => "is",
            "are" | "'re" if !plural => "is",
            "were" if !plural => "was",
            "have" | "'ve" => {
                if plural {
                    "have"
                } else {
                    "has"
                }
            }
            "do" if !plural && !is_negation(self.context.reading, at + 1) => "does",
            "'d" => "would",
            "'ll" => "will",
            _ => return at,
        };
        self.push(form, true);
        at + 1
    }

    /// The finished sentence; `None` where there is none, or it tells a whole story.
    pub fn finish(self) -> Option<String> {
        let text = self.text.trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '—')
        });
        if text.is_empty() || self.words > LONGEST || !text.chars().any(char::is_alphabetic) {
            return None;
        }
        let mut letters = text.chars();
        let first = letters.next()?;
        let mut sentence: String = first.to_uppercase().collect();
        sentence.push_str(letters.as_str());
        if !sentence.ends_with(['.', '?', '!']) {
            sentence.push('.');
        }
        Some(sentence)
    }
}

/// Whether "anyone" here is not one of them: "taller than anyone", "if anyone".
fn compares_before(reading: &Reading, at: usize, within: &Range<usize>) -> bool {
    (within.start..at)
        .rev()
        .take(3)
        .any(|token| matches!(reading.lower(token), "than" | "as" | "like" | "if" | "whether"))
}

/// "Ole Brandt, best known for his songs, has drowned": the name that the words begin with is whose songs they
/// are, whoever else is near.
fn is_of_name_before(reading: &Reading, at: usize, within: &Range<usize>) -> bool {
    let first = reading.phrase_of(within.start).and_then(|number| reading.phrases.get(number));
    matches!(reading.lower(at), "his" | "her")
        && first.is_some_and(|name| {
            name.kind == PhraseKind::Name
                && name.tokens.end < at
                && reading.lower(name.tokens.end) == ","
                && at - name.tokens.end <= LONGEST_ASIDE
        })
}

/// Where "at all" or "at any time" ends, which only a denial says.
fn at_any(reading: &Reading, at: usize, within: &Range<usize>) -> Option<usize> {
    if reading.lower(at) != "at" {
        return None;
    }
    let end = match (reading.lower(at + 1), reading.lower(at + 2)) {
        ("all", next) if !matches!(next, "of" | "the" | "these" | "those") => at + 2,
        ("any", "level" | "moment" | "point" | "stage" | "time") => at + 3,
        _ => return None,
    };
    let over =
        end >= within.end || !matches!(reading.tag(end), Tag::Noun | Tag::Name | Tag::Number);
    (end <= within.end && over).then_some(end)
}

/// A word before a noun by which a text keeps away from it: "his alleged affair" is denied as an affair.
fn is_hedge(reading: &Reading, at: usize) -> bool {
    matches!(
        reading.lower(at),
        "alleged" | "purported" | "rumored" | "rumoured" | "so-called" | "supposed"
    ) && matches!(reading.tag(at + 1), Tag::Noun | Tag::Adjective | Tag::VerbIng)
        && at.checked_sub(1).is_some_and(|before| {
            matches!(
                reading.tag(before),
                Tag::Determiner | Tag::Possessive | Tag::Preposition | Tag::Adjective
            )
        })
}

/// A shortened verb in full: "'d" before a participle is "had".
fn written_out(reading: &Reading, at: usize) -> Option<&'static str> {
    let mark = reading.lower(at);
    Some(match mark.trim_start_matches(['\'', '’']) {
        short if short.len() == mark.len() => return None,
        "d" => {
            let verb = (at + 1..at + 4).find(|&token| reading.tag(token) != Tag::Adverb)?;
            let done = matches!(reading.tag(verb), Tag::VerbParticiple | Tag::VerbPast);
            if done { "had" } else { "would" }
        }
        "re" => "are",
        "ve" => "have",
        "ll" => "will",
        _ => return None,
    })
}

/// "Lind's", "the Haas'" is written "Haas's".
pub fn possessive(name: &str) -> String {
    of_pronoun(name).map_or_else(|| format!("{name}'s"), str::to_owned)
}

/// The possessive of a pronoun.
fn of_pronoun(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "he" => "his",
        "i" => "my",
        "it" => "its",
        "she" => "her",
        "they" => "their",
        "we" => "our",
        "you" => "your",
        _ => return None,
    })
}

/// Marks that a claim does without.
fn is_dropped_mark(reading: &Reading, token: usize) -> bool {
    reading.tag(token) == Tag::Punctuation
        && matches!(reading.word(token), "[" | "]" | "…" | "(" | ")")
}

fn is_negation(reading: &Reading, token: usize) -> bool {
    matches!(
        reading.lower(token),
        "not" | "n't" | "never" | "no" | "nothing" | "nobody" | "none" | "cannot" | "neither"
    )
}
