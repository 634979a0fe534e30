//! Cue → what speaks for and against its being a denial.

use super::cue::Cue;
use super::denier::{attributive, phrases_in, tag_name};
use super::extent::{clip, window};
use super::features::Features;
use crate::pipeline::claims::speech::{self, Speech};
use crate::pipeline::lexicon::wording::lexicon;
use crate::pipeline::text::{PhraseKind, Reading, Tag};

/// How many other cues on either side matter.
const MOST: usize = 24;

/// Everything the judge weighs. `others` are all cues of the text.
pub fn features(reading: &Reading, cue: &Cue, others: &[Cue], speeches: &[Speech]) -> Features {
    let mut features = Features::new();
    let family = cue.family.as_str();
    let anchor = reading.lower(cue.anchor);
    features.add("rule", cue.rule);
    features.add("anchor", anchor);
    features.add2("tag", tag_name(reading.tag(cue.anchor)), cue.rule);
    let Some(bounds) = window(reading, cue.anchor) else { return features };
    let speeches = speech::near(speeches, cue.sentence);
    // Cues are in order of place: the others that matter stand around this one.
    let from = others.partition_point(|other| other.sentence + 1 < cue.sentence);
    let to = others.partition_point(|other| other.sentence <= cue.sentence + 1);
    let place = others.partition_point(|other| other.anchor < cue.anchor);
    let others = &others[from.max(place.saturating_sub(MOST))..to.min(place + MOST)];
    let at = |offset: i64| -> &str {
        let place = cue.core.start as i64 + offset;
        if offset < 0 {
            if place >= bounds.start as i64 { reading.lower(place as usize) } else { "^" }
        } else {
            let place = cue.core.end + offset as usize;
            if place < bounds.end { reading.lower(place) } else { "$" }
        }
    };
    for offset in [-3i64, -2, -1, 0, 1, 2] {
        let name = ["p3", "p2", "p1", "n1", "n2", "n3"][(offset + 3) as usize];
        features.add2(name, at(offset), family);
        features.add(name, at(offset));
        if (-1..=0).contains(&offset) {
            features.add2("near.anchor", at(offset), anchor);
        }
    }
    features.add3("around", at(-1), at(0), family);
    features.add3("next2", at(0), at(1), family);
    features.add3("previous2", at(-2), at(-1), family);
    features.add3(
        "tags",
        tag_name(tag_before(reading, cue.core.start, bounds.start)),
        tag_name(reading.tag(cue.core.end)),
        cue.rule,
    );
    features.add3(
        "tags2",
        tag_name(reading.tag(cue.core.end)),
        tag_name(reading.tag(cue.core.end + 1)),
        anchor,
    );
    features.add2("attributive", attributive(reading, cue), cue.rule);
    // The object.
    let object = phrases_in(reading, &(cue.core.end..bounds.end.min(cue.core.end + 8))).next();
    if let Some(phrase) = object {
        let head = reading.lower(phrase.head);
        features.add2("object", head, family);
        features.add2("object.anchor", head, anchor);
        let kind = kind_name(phrase.kind);
        let shell = lexicon().is_shell(head);
        features.add3("object.kind", kind, if shell { "shell" } else { "plain" }, anchor);
        features.add3(
            "object.next",
            reading.lower(phrase.tokens.end),
            if shell { "shell" } else { "plain" },
            family,
        );
    } else {
        features.add2("object", "-none-", anchor);
    }
    // The subject.
    let subject = phrases_in(reading, &(bounds.start..cue.tokens.start))
        .filter(|phrase| phrase.tokens.end <= cue.tokens.start)
        .last();
    if let Some(phrase) = subject {
        let head = reading.lower(phrase.head);
        let shell = lexicon().is_shell(head);
        if phrase.kind == PhraseKind::Common || phrase.kind == PhraseKind::Pronoun {
            features.add2("subject", head, family);
        }
        features.add3(
            "subject.kind",
            kind_name(phrase.kind),
            if shell { "shell" } else { "plain" },
            family,
        );
        features.add3(
            "subject.kind.anchor",
            kind_name(phrase.kind),
            if shell { "shell" } else { "plain" },
            anchor,
        );
    } else {
        features.add2("subject", "-none-", family);
    }
    // Helpers and hedges before the cue.
    for token in cue.core.start.saturating_sub(5).max(bounds.start)..cue.core.start {
        if matches!(
            reading.tag(token),
            Tag::Modal | Tag::Negation | Tag::Auxiliary | Tag::To | Tag::Wh | Tag::Subordinator
        ) {
            features.add2("helper", reading.lower(token), family);
            features.add2("helper.anchor", reading.lower(token), anchor);
        }
    }
    let quoted = reading.quotation_of(cue.anchor).is_some();
    features.add2("quoted", if quoted { "yes" } else { "no" }, cue.rule);
    let spoken = speeches
        .iter()
        .any(|speech| speech.contents.iter().any(|content| content.contains(&cue.anchor)));
    features.add3(
        "spoken",
        if spoken { "yes" } else { "no" },
        if quoted { "q" } else { "-" },
        family,
    );
    if let Some(speech) = speeches
        .iter()
        .find(|speech| speech.contents.iter().any(|content| content.contains(&cue.anchor)))
    {
        features.add3("said", reading.lower(speech.cue), family, if quoted { "q" } else { "-" });
        features.add2("said.lemma", reading.lemma(speech.cue), cue.rule);
    }
    // Words of accusing, here and around.
    let mut here = 0;
    for token in bounds.clone() {
        let word = reading.lower(token);
        if lexicon().is_shell(word) && token != cue.anchor {
            here += 1;
            features.add2("shell.here", word, family);
        }
        if matches!(
            reading.lemma(token),
            "accuse"
                | "allege"
                | "claim"
                | "insist"
                | "say"
                | "tell"
                | "tweet"
                | "report"
                | "suggest"
                | "believe"
        ) {
            features.add2("verb.here", reading.lemma(token), family);
        }
    }
    features.add2("shells", count(here), cue.rule);
    for (name, number) in [
        ("before", cue.sentence.checked_sub(1)),
        ("next", Some(cue.sentence + 1)),
        ("before2", cue.sentence.checked_sub(2)),
    ] {
        let Some(other) = number.and_then(|number| reading.sentences.get(number)) else {
            features.add2(name, "-none-", family);
            continue;
        };
        let mut shells = 0;
        for token in clip(&other.tokens, other.tokens.start) {
            let word = reading.lower(token);
            if lexicon().is_shell(word)
                || matches!(reading.lemma(token), "accuse" | "allege" | "claim" | "report")
            {
                shells += 1;
                if name != "before2" {
                    features.add3("shell.near", name, word, family);
                }
            }
        }
        features.add3("shells.near", name, count(shells), family);
    }
    // Other cues: a denial seldom comes alone, and is told once.
    let mut beside = 0;
    let mut strong_before = false;
    for other in others {
        let distance = other.sentence as i64 - cue.sentence as i64;
        if other.anchor == cue.anchor || distance.abs() > 1 {
            continue;
        }
        beside += 1;
        let side = if other.anchor < cue.anchor { "before" } else { "after" };
        let near = if distance == 0 { "same" } else { "near" };
        if matches!(
            other.rule,
            "deny"
                | "denial"
                | "refute"
                | "called_false"
                | "reject"
                | "falsely"
                | "is_false"
                | "not_true"
                | "hoax"
        ) {
            features.add3("other", other.rule, &format!("{side}.{near}"), cue.rule);
            strong_before |= other.anchor < cue.anchor;
        }
    }
    features.add2("beside", count(beside), cue.rule);
    features.add2("strong.before", if strong_before { "yes" } else { "no" }, cue.rule);
    for token in bounds.clone() {
        if matches!(
            reading.tag(token),
            Tag::Noun
                | Tag::VerbPast
                | Tag::VerbBase
                | Tag::VerbIng
                | Tag::VerbParticiple
                | Tag::VerbPresent
                | Tag::Adjective
        ) && token.abs_diff(cue.anchor) < 12
        {
            features.add2("bag", reading.lower(token), family);
        }
    }
    let length = bounds.len();
    features.add2(
        "length",
        match length {
            0..=8 => "8",
            9..=16 => "16",
            17..=30 => "30",
            _ => "long",
        },
        family,
    );
    features
}

fn tag_before(reading: &Reading, token: usize, start: usize) -> Tag {
    if token > start { reading.tag(token - 1) } else { Tag::Other }
}

fn kind_name(kind: PhraseKind) -> &'static str {
    match kind {
        PhraseKind::Name => "name",
        PhraseKind::Pronoun => "pronoun",
        PhraseKind::Common => "common",
        PhraseKind::Number => "number",
    }
}

fn count(number: usize) -> &'static str {
    match number {
        0 => "0",
        1 => "1",
        2 => "2",
        3..=5 => "3",
        _ => "6",
    }
}
