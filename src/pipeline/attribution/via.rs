//! Who relayed a statement: "told the Quay News", "in an interview with Radio Harbour".

use std::ops::Range;

use crate::pipeline::text::{NounPhrase, Tag};

use super::context::Context;
use super::rules::rules;

/// Tokens behind a cue in which its hearer is looked for.
const WINDOW: usize = 12;

/// The outlet that heard the words of the cue `cue`, in tokens.
pub fn find(context: &Context<'_>, head: usize, cue: &Range<usize>) -> Option<Range<usize>> {
    let reading = context.reading;
    let sentence = context.sentence(head);
    let limit = sentence.end.min(cue.end + WINDOW);
    let tells = matches!(reading.lemma(head), "tell" | "inform" | "assure");
    let mut at = cue.start.max(sentence.start);
    while at < limit {
        if at >= cue.end && context.opens_at(at).is_some() {
            break;
        }
        let phrase = context.phrase_at(at);
        if let Some(phrase) = phrase
            && is_outlet(context, phrase)
        {
            let before = at.checked_sub(1);
            let told = tells && at == cue.end;
            let heard = before.is_some_and(|before| {
                before >= sentence.start
                    && matches!(reading.lower(before), "to" | "with" | "by" | "on")
                    && hears(context, before, &sentence)
            });
            if told || heard {
                return Some(phrase.tokens.clone());
            }
        }
        if at >= cue.end && matches!(reading.tag(at), Tag::Subordinator) && phrase.is_none() {
            break;
        }
        at = phrase.map_or(at + 1, |phrase| phrase.tokens.end.max(at + 1));
    }
    None
}

/// Whether the preposition at `at` belongs to words of hearing: "an interview with", "spoke to".
fn hears(context: &Context<'_>, at: usize, sentence: &Range<usize>) -> bool {
    let reading = context.reading;
    (1..=3).filter_map(|back| at.checked_sub(back)).any(|token| {
        token >= sentence.start
            && (matches!(reading.lower(token), "interview" | "comments" | "remarks" | "statement")
                || matches!(reading.lemma(token), "speak" | "talk" | "say" | "quote" | "interview"))
    })
}

/// Whether a phrase names an outlet: by one of its words, or as capitals alone.
fn is_outlet(context: &Context<'_>, phrase: &NounPhrase) -> bool {
    let reading = context.reading;
    let Some(name) = &phrase.name else { return false };
    let by_word = phrase.tokens.clone().any(|token| rules().is_outlet_word(reading.lower(token)));
    let capitals = name.len() == 1 && reading.tokens[name.start].all_caps;
    by_word || capitals
}
