//! Cue words by family, as the TOML beside the word lists tells them.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::pipeline::lexicon::{FastMap, words};
use crate::pipeline::text::Reading;

/// Which family of cue words a token belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(u8)]
pub enum CueClass {
    /// No known cue word.
    #[default]
    None,
    /// say, tell, add …: takes words or a clause.
    Say,
    /// deny, reject, dispute …
    Deny,
    /// accuse, blame, charge …: takes a person first.
    Accuse,
    /// ask, wonder, question …
    Ask,
    /// think, believe, know …
    Think,
    /// want, hope, expect, plan …
    Want,
    /// call, describe, label …: takes an object and what it is called.
    Call,
    /// praise, criticise, attack …: a stance towards an object.
    Judge,
    /// show, find, suggest …: what documents do.
    Show,
    /// seem, appear …
    Seem,
    /// demand, urge, order …
    Urge,
    /// statement, claim, view …
    Noun,
    /// confident, worried, reportedly …
    Mood,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CueLists {
    say: String,
    deny: String,
    accuse: String,
    ask: String,
    think: String,
    want: String,
    call: String,
    judge: String,
    show: String,
    seem: String,
    urge: String,
    nouns: String,
    moods: String,
}

struct Cues {
    verbs: FastMap<&'static str, CueClass>,
    others: FastMap<&'static str, CueClass>,
}

static CUES: LazyLock<Cues> = LazyLock::new(|| {
    let lists: CueLists =
        toml::from_str(include_str!("../lexicon/cues.toml")).expect("cues.toml is well formed");
    let lists: &'static CueLists = Box::leak(Box::new(lists));
    let mut cues = Cues { verbs: FastMap::default(), others: FastMap::default() };
    for (list, class) in [
        (&lists.say, CueClass::Say),
        (&lists.deny, CueClass::Deny),
        (&lists.accuse, CueClass::Accuse),
        (&lists.ask, CueClass::Ask),
        (&lists.think, CueClass::Think),
        (&lists.want, CueClass::Want),
        (&lists.call, CueClass::Call),
        (&lists.judge, CueClass::Judge),
        (&lists.show, CueClass::Show),
        (&lists.seem, CueClass::Seem),
        (&lists.urge, CueClass::Urge),
    ] {
        cues.verbs.extend(list.split_whitespace().map(|word| (word, class)));
    }
    for (list, class) in [(&lists.nouns, CueClass::Noun), (&lists.moods, CueClass::Mood)] {
        cues.others.extend(list.split_whitespace().map(|word| (word, class)));
    }
    cues
});

/// The family of token `token`: by its base form where it is a verb, else by its form.
pub fn cue_class(reading: &Reading<'_>, token: usize) -> CueClass {
    let Some(found) = reading.tokens.get(token) else { return CueClass::None };
    let verb = || CUES.verbs.get(words().lemma(found.lemma)).copied().unwrap_or_default();
    if found.tag.is_verb() && found.lemma != 0 {
        return verb();
    }
    if found.is_word() && !found.tag.is_verb() {
        let other = CUES.others.get(reading.lower(token)).copied().unwrap_or_default();
        // "Mayor Says Pier Is Safe": the tagger takes capitals for a name and plurals for nouns.
        return if other == CueClass::None && found.lemma != 0 { verb() } else { other };
    }
    CueClass::None
}
