//! Cue → who may be denying: noun phrases near the cue, with what speaks for and against each.

use std::ops::Range;

use super::cue::Cue;
use super::extent::{is_verb, window};
use super::features::Features;
use crate::pipeline::claims::speech::{self, Speech};
use crate::pipeline::lexicon::Classes;
use crate::pipeline::lexicon::denial::Family;
use crate::pipeline::text::{NounPhrase, PhraseKind, Reading, Tag};

/// Somebody who may be denying.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The words that name them; `None` for the author's own voice.
    pub tokens: Option<Range<usize>>,
    /// What speaks for and against.
    pub features: Features,
}

/// The noun phrase with the phrases that hang on it: "a spokesman for the dairy".
pub fn extended(reading: &Reading, phrase: &NounPhrase, limit: usize) -> Range<usize> {
    let start = phrase.tokens.start;
    let mut end = phrase.tokens.end;
    for _ in 0..3 {
        if end >= limit {
            break;
        }
        let joins = match reading.lower(end) {
            "of" | "for" | "in" | "at" | "with" | "from" | "on" | "to" => true,
            "'s" | "'" => reading.tag(end) == Tag::Possessive,
            _ => false,
        };
        if !joins {
            break;
        }
        let Some(next) = reading.phrase_of(end + 1).and_then(|number| reading.phrases.get(number))
        else {
            break;
        };
        // "the minister on Saturday" and "the ministry in 2012" tell when, not who.
        let when = matches!(next.kind, PhraseKind::Number)
            || reading.tokens[next.head].classes.any(Classes::WEEKDAY | Classes::MONTH);
        if next.tokens.start != end + 1 || next.tokens.end > limit || when {
            break;
        }
        end = next.tokens.end;
    }
    if matches!(reading.lower(end), "himself" | "herself" | "itself" | "themselves") && end < limit
    {
        end += 1;
    }
    start..end
}

/// Where the subject of the sentence begins whose verb a cue goes on with: "Denmark denied it, calling
/// the claim a hoax". Nobody else denies there.
fn participle_subject(reading: &Reading, cue: &Cue, bounds: &Range<usize>) -> Option<usize> {
    let start = cue.core.start;
    let comma = start
        .checked_sub(1)
        .filter(|&token| matches!(reading.word(token), "," | "-" | "--" | "–" | "—"))?;
    if reading.tag(start) != Tag::VerbIng {
        return None;
    }
    phrases_in(reading, &(bounds.start..comma))
        .find(|phrase| {
            let before = phrase.tokens.start.checked_sub(1);
            let governed = before.is_some_and(|token| {
                token >= bounds.start
                    && matches!(reading.tag(token), Tag::Preposition | Tag::To | Tag::Conjunction)
            });
            let end = phrase.tokens.end;
            let acts = (end..comma.min(end + 3))
                .find(|&token| reading.tag(token) != Tag::Adverb)
                .is_some_and(|token| is_verb(reading.tag(token)));
            !governed && acts
        })
        .map(|phrase| phrase.tokens.start)
}

/// All who may be denying at `cue`, the author first.
pub fn candidates(reading: &Reading, cue: &Cue, speeches: &[Speech]) -> Vec<Candidate> {
    let family = cue.family.as_str();
    let Some(bounds) = window(reading, cue.anchor) else {
        return Vec::new();
    };
    let speeches = speech::near(speeches, cue.sentence);
    let quote = reading.quotation_of(cue.anchor);
    let mut found: Vec<Candidate> = Vec::new();
    let mut author = Features::new();
    author.add("author", family);
    author.add("author.rule", cue.rule);
    author.add("author.anchor", reading.lower(cue.anchor));
    author.add("author.quoted", if quote.is_some() { "yes" } else { "no" });
    author.add("author.attributive", attributive(reading, cue));
    let spoken = speeches
        .iter()
        .any(|speech| speech.contents.iter().any(|content| content.contains(&cue.anchor)));
    author.add("author.spoken", if spoken { "yes" } else { "no" });
    found.push(Candidate { tokens: None, features: author });

    // Phrases of the sentence, nearest to the cue first on either side.
    let mut before: Vec<&NounPhrase> = Vec::new();
    let mut after: Vec<&NounPhrase> = Vec::new();
    for phrase in phrases_in(reading, &bounds) {
        if phrase.tokens.end <= cue.tokens.start.max(cue.core.start) {
            before.push(phrase);
        } else if phrase.tokens.start >= cue.core.end {
            after.push(phrase);
        }
    }
    before.reverse();
    for (rank, phrase) in before.iter().take(7).enumerate() {
        found.push(near(reading, cue, phrase, &bounds, "before", rank, speeches));
    }
    for (rank, phrase) in after.iter().take(5).enumerate() {
        found.push(near(reading, cue, phrase, &bounds, "after", rank, speeches));
    }
    // Who said the words around the cue.
    for speech in speeches {
        let holds = speech.contents.iter().any(|content| content.contains(&cue.anchor));
        let source_sentence = reading.sentence_of(speech.source.start);
        let distance = source_sentence as i64 - cue.sentence as i64;
        if distance.abs() > 2 || (!holds && distance == 0) {
            continue;
        }
        let already = found.iter().any(|candidate| {
            candidate.tokens.as_ref().is_some_and(|tokens| {
                tokens.start < speech.source.end && speech.source.start < tokens.end
            })
        });
        if already {
            continue;
        }
        let mut features = describe(reading, cue, &speech.source);
        let holding = if holds { "holds" } else { "beside" };
        let quoted = if quote.is_some() { "q" } else { "-" };
        features.add3("speech", holding, quoted, &format!("{}", distance.clamp(-2, 2)));
        features.add3("speech.family", holding, family, &format!("{}", distance.clamp(-2, 2)));
        found.push(Candidate { tokens: Some(speech.source.clone()), features });
    }
    // Subjects of the sentences around it, for "the story is false" after "the palace said so".
    for distance in [1usize, 2] {
        let Some(previous) =
            cue.sentence.checked_sub(distance).and_then(|n| reading.sentences.get(n))
        else {
            continue;
        };
        let first = phrases_in(reading, &previous.tokens)
            .find(|phrase| phrase.kind == PhraseKind::Name || names_speaker(reading, phrase));
        if let Some(phrase) = first {
            let tokens = extended(reading, phrase, previous.tokens.end);
            if found.iter().any(|candidate| candidate.tokens.as_ref() == Some(&tokens)) {
                continue;
            }
            let mut features = describe(reading, cue, &tokens);
            features.add3(
                "previous",
                family,
                if quote.is_some() { "q" } else { "-" },
                if distance == 1 { "1" } else { "2" },
            );
            features.add("previous.spoken", if spoken { "yes" } else { "no" });
            found.push(Candidate { tokens: Some(tokens), features });
        }
    }
    if let Some(subject) = participle_subject(reading, cue, &bounds) {
        let own = |candidate: &Candidate| {
            candidate.tokens.as_ref().is_some_and(|tokens| tokens.start == subject)
        };
        if found.iter().any(own) {
            found.retain(own);
        }
    }
    found
}

/// The noun phrases inside a token range.
pub fn phrases_in<'r>(
    reading: &'r Reading,
    tokens: &Range<usize>,
) -> impl Iterator<Item = &'r NounPhrase> {
    let from = reading.phrases.partition_point(|phrase| phrase.tokens.end <= tokens.start);
    let end = tokens.end;
    reading.phrases[from..].iter().take_while(move |phrase| phrase.tokens.start < end)
}

fn names_speaker(reading: &Reading, phrase: &NounPhrase) -> bool {
    reading
        .tokens
        .get(phrase.head)
        .is_some_and(|token| token.classes.any(Classes::PERSON | Classes::BODY))
}

/// Whether the cue stands before a noun: "false claims", "a debunked theory".
pub fn attributive(reading: &Reading, cue: &Cue) -> &'static str {
    match reading.tag(cue.core.end) {
        Tag::Noun | Tag::Name => "noun",
        Tag::Adjective => "adjective",
        Tag::Preposition => "preposition",
        Tag::Subordinator => "that",
        Tag::Punctuation | Tag::Quote => "mark",
        _ => "other",
    }
}

/// What any candidate shows of itself.
fn describe(reading: &Reading, cue: &Cue, tokens: &Range<usize>) -> Features {
    let mut features = Features::new();
    let family = cue.family.as_str();
    let head_phrase =
        reading.phrase_of(tokens.start).and_then(|number| reading.phrases.get(number));
    let kind = match head_phrase.map(|phrase| phrase.kind) {
        Some(PhraseKind::Name) => "name",
        Some(PhraseKind::Pronoun) => "pronoun",
        Some(PhraseKind::Common) => "common",
        Some(PhraseKind::Number) => "number",
        None => "none",
    };
    features.add("kind", kind);
    features.add2("kind.family", kind, family);
    if let Some(phrase) = head_phrase {
        features.add("head", reading.lower(phrase.head));
        if kind == "pronoun" {
            features.add2("pronoun.family", reading.lower(phrase.head), family);
        }
        let speaker = if names_speaker(reading, phrase) { "speaker" } else { "no" };
        features.add2("speaker", speaker, kind);
        features.add("first", reading.lower(phrase.tokens.start));
    }
    features
}

fn near(
    reading: &Reading,
    cue: &Cue,
    phrase: &NounPhrase,
    bounds: &Range<usize>,
    side: &str,
    rank: usize,
    speeches: &[Speech],
) -> Candidate {
    let family = cue.family.as_str();
    let limit = if side == "before" { cue.tokens.start } else { bounds.end };
    let tokens = extended(reading, phrase, limit);
    let mut features = describe(reading, cue, &tokens);
    let ranked = format!("{}", rank.min(5));
    features.add3("rank", side, &ranked, family);
    // What stands between the phrase and the cue, and before it.
    let between =
        if side == "before" { tokens.end..cue.tokens.start } else { cue.core.end..tokens.start };
    let previous = if tokens.start > bounds.start { reading.lower(tokens.start - 1) } else { "^" };
    let gap = between.len();
    let bucket = match gap {
        0 => "0",
        1 => "1",
        2..=3 => "2",
        4..=7 => "4",
        8..=15 => "8",
        _ => "16",
    };
    features.add3("gap", side, bucket, family);
    let previous_tag =
        if tokens.start > bounds.start { tag_name(reading.tag(tokens.start - 1)) } else { "start" };
    features.add3("previous", side, previous_tag, family);
    features.add3("before", side, previous, if gap == 0 { "adjacent" } else { "apart" });
    features.add3(
        "after",
        side,
        reading.lower(tokens.end),
        if gap == 0 { "adjacent" } else { "apart" },
    );
    let mut verbs = 0;
    let mut commas = 0;
    let mut conjunctions = 0;
    let mut finite = 0;
    let mut relative = 0;
    for token in between.clone() {
        match reading.tag(token) {
            Tag::VerbPast | Tag::VerbPresent | Tag::Auxiliary | Tag::Modal => {
                verbs += 1;
                finite += 1;
            }
            Tag::VerbBase | Tag::VerbParticiple | Tag::VerbIng => verbs += 1,
            Tag::Conjunction => conjunctions += 1,
            Tag::Wh | Tag::Subordinator => relative += 1,
            Tag::Punctuation => commas += 1,
            _ => {}
        }
    }
    let count = |number: i32| match number {
        0 => "0",
        1 => "1",
        2 => "2",
        _ => "3",
    };
    features.add3("verbs", side, count(verbs), family);
    features.add3("finite", side, count(finite), count(conjunctions));
    features.add3("commas", side, count(commas), count(verbs));
    features.add3("relative", side, count(relative), count(finite));
    if let Some(first) = between.clone().next() {
        features.add3("link", side, reading.lower(first), count(verbs));
    }
    if phrase.possessive {
        features.add2("possessive", side, family);
    }
    let same_quote = reading.quotation_of(tokens.start) == reading.quotation_of(cue.anchor);
    let quoted = reading.quotation_of(cue.anchor).is_some();
    features.add3(
        "quote",
        side,
        if same_quote { "same" } else { "other" },
        if quoted { "q" } else { "-" },
    );
    let speaks = speeches
        .iter()
        .find(|speech| speech.source.start < tokens.end && tokens.start < speech.source.end);
    let speaking = match speaks {
        Some(speech) if speech.contents.iter().any(|content| content.contains(&cue.anchor)) => {
            "holds"
        }
        Some(speech) if cue.tokens.contains(&speech.cue) || cue.core.contains(&speech.cue) => {
            "is_cue"
        }
        Some(_) => "speaks",
        None => "silent",
    };
    features.add3("speaking", side, speaking, family);
    features.add3(
        "speaking.quote",
        speaking,
        if quoted { "q" } else { "-" },
        if same_quote { "same" } else { "other" },
    );
    if cue.family == Family::Verb || cue.family == Family::Called {
        features.add3("cuetag", tag_name(reading.tag(cue.anchor)), side, &ranked);
        let passive = reading.lower(cue.core.end) == "by"
            || (reading.tag(cue.core.start) == Tag::VerbParticiple
                && cue.core.start > 0
                && matches!(
                    reading.lower(cue.core.start - 1),
                    "been" | "was" | "were" | "are" | "is" | "be" | "being"
                ));
        features.add3("passive", if passive { "yes" } else { "no" }, side, &ranked);
    }
    Candidate { tokens: Some(tokens), features }
}

/// A stable name for a tag, for features.
pub fn tag_name(tag: Tag) -> &'static str {
    match tag {
        Tag::Noun => "noun",
        Tag::Name => "name",
        Tag::Pronoun => "pron",
        Tag::Determiner => "det",
        Tag::Possessive => "poss",
        Tag::Adjective => "adj",
        Tag::Adverb => "adv",
        Tag::Number => "num",
        Tag::VerbBase => "vb",
        Tag::VerbPresent => "vbz",
        Tag::VerbPast => "vbd",
        Tag::VerbParticiple => "vbn",
        Tag::VerbIng => "vbg",
        Tag::Modal => "md",
        Tag::Auxiliary => "aux",
        Tag::Preposition => "in",
        Tag::To => "to",
        Tag::Conjunction => "cc",
        Tag::Subordinator => "sub",
        Tag::Wh => "wh",
        Tag::Negation => "neg",
        Tag::Quote => "quote",
        Tag::Punctuation => "punct",
        Tag::Other => "other",
    }
}
