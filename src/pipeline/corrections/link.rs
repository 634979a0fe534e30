//! Notes of correction and known claims → which claims a note touches, and the rebuttals that follow.

use std::collections::{BTreeSet, HashMap};

use crate::domain::{
    Actor, ActorIndex, ActorKind, Appearance, Claim, ClaimId, CorrectionKind, CorrectionNote,
    Denial, DenialMention, DenierRole, Document, Extraction, RebuttalKind, Span, Stance,
};
use crate::pipeline::lexicon::corrections::lexicon;
use crate::pipeline::lexicon::{Classes, words};
use crate::pipeline::matching::canonical_key;
use crate::pipeline::text;

/// A note touches a claim from this share of the claim's words on. Chosen on invented notes so that a
/// claim of the same people and another deed is not touched; a wrong link is worse than none.
const SHARE: f64 = 0.6;

/// The same for a claim whose sentence this revision removed or changed, which by itself says that
/// something was wrong with it.
const CHANGED_SHARE: f64 = 0.35;

/// Words that a note and a claim must have in common, however short the claim is.
const COMMON: usize = 2;

/// How sure a rebuttal is that a rule found and a comparison of words linked. The rules are plain, the
/// linking is not, and there is no annotated set to measure it on.
const CONFIDENCE: f32 = 0.8;

/// A claim of the revision before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Which one.
    pub id: ClaimId,
    /// Its wording.
    pub text: String,
    /// Whether the document said that it is so, or that others do.
    pub told: bool,
    /// Whether a sentence that it stood in was removed or changed.
    pub changed: bool,
}

/// A claim that a note touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touched {
    /// A claim of the extraction, by its place.
    Here(usize),
    /// A claim of the revision before, by its place.
    Earlier(usize),
}

/// For each note the claims that it touches; a clarification touches none.
///
/// A retraction withdraws what the document told. A correction touches the one claim that most of its
/// words are about, the earlier text's before this one's, and those that only the note itself words last.
pub fn link(
    document: &Document,
    extraction: &Extraction,
    notes: &[CorrectionNote],
    earlier: &[Earlier],
) -> Vec<Vec<Touched>> {
    if notes.is_empty() {
        return Vec::new();
    }
    let mut here: Vec<Known> = extraction.claims.iter().map(|it| Known::here(it, notes)).collect();
    let texts = extraction.claims.iter().enumerate();
    let keys: HashMap<String, usize> =
        texts.map(|(at, claim)| (canonical_key(&claim.text), at)).collect();
    let mut before: Vec<Option<Known>> = Vec::with_capacity(earlier.len());
    for claim in earlier {
        let known = Known::earlier(claim);
        // A claim that stands in both is one, with the evidence of both.
        let standing = keys.get(&canonical_key(&claim.text));
        match standing.and_then(|&at| here.get_mut(at)) {
            Some(here) => {
                here.told |= known.told;
                here.changed |= known.changed;
                here.noted = false;
                before.push(None);
            }
            None => before.push(Some(known)),
        }
    }
    let touched = |note: &CorrectionNote| match note.kind {
        CorrectionKind::Clarification => Vec::new(),
        CorrectionKind::Retraction => told(&here, &before),
        CorrectionKind::Correction => corrected(document, note, &here, &before),
    };
    notes.iter().map(touched).collect()
}

/// A claim as notes are compared with it.
struct Known {
    content: BTreeSet<String>,
    told: bool,
    changed: bool,
    /// Whether only notes word it, and the revision before did not.
    noted: bool,
}

impl Known {
    fn here(claim: &Claim, notes: &[CorrectionNote]) -> Self {
        let noted = |span: Span| notes.iter().any(|note| note.contains(span));
        let outside = || claim.appearances.iter().filter(|place| !noted(place.span));
        Known {
            content: content(&claim.text),
            told: outside().any(|place| is_told(place.stance)),
            changed: false,
            noted: outside().next().is_none(),
        }
    }

    fn earlier(claim: &Earlier) -> Self {
        Known {
            content: content(&claim.text),
            told: claim.told,
            changed: claim.changed,
            noted: false,
        }
    }

    /// How much of the claim the note is about; `None` where that is too little.
    fn likeness(&self, note: &BTreeSet<String>) -> Option<f64> {
        let common = self.content.intersection(note).count();
        let share = common as f64 / self.content.len().max(1) as f64;
        let enough = if self.changed { CHANGED_SHARE } else { SHARE };
        (common >= COMMON && share >= enough).then_some(share)
    }
}

fn is_told(stance: Stance) -> bool {
    matches!(stance, Stance::Asserts | Stance::Reports)
}

/// What a whole report told.
fn told(here: &[Known], before: &[Option<Known>]) -> Vec<Touched> {
    let standing = here.iter().enumerate().filter(|(_, known)| known.told && !known.noted);
    let standing = standing.map(|(at, _)| Touched::Here(at));
    let is_told = |known: &Option<Known>| known.as_ref().is_some_and(|known| known.told);
    let gone = before.iter().enumerate().filter(|(_, known)| is_told(known));
    standing.chain(gone.map(|(at, _)| Touched::Earlier(at))).collect()
}

/// The claim that a correction touches. Two that it touches alike are none: which is meant is not told.
fn corrected(
    document: &Document,
    note: &CorrectionNote,
    here: &[Known],
    before: &[Option<Known>],
) -> Vec<Touched> {
    let whole = content(&note.words);
    let denied = note.denied(document).map(content);
    let about = denied.filter(|words| !words.is_empty()).unwrap_or(whole);
    let gone = before.iter().enumerate();
    let gone = gone.filter_map(|(at, known)| Some((known.as_ref()?, Touched::Earlier(at))));
    let standing = here.iter().enumerate().map(|(at, known)| (known, Touched::Here(at)));
    let mut found: Vec<(bool, bool, f64, Touched)> = gone
        .chain(standing)
        .filter_map(|(known, touched)| {
            Some((!known.noted, known.changed, known.likeness(&about)?, touched))
        })
        .collect();
    found.sort_by(|one, other| {
        let order = (other.0, other.1).cmp(&(one.0, one.1));
        order.then(other.2.total_cmp(&one.2)).then(one.3.cmp(&other.3))
    });
    match found.as_slice() {
        [best, next, ..] if (best.0, best.1, best.2) == (next.0, next.1, next.2) => Vec::new(),
        [best, ..] => vec![best.3],
        [] => Vec::new(),
    }
}

/// The words of a text that name something, in their base form.
fn content(text: &str) -> BTreeSet<String> {
    let reading = text::read(text);
    let names_nothing = Classes::DETERMINER
        | Classes::POSSESSIVE
        | Classes::ANY_PRONOUN
        | Classes::PREPOSITION
        | Classes::CONJUNCTION
        | Classes::SUBORDINATOR
        | Classes::WH
        | Classes::BE
        | Classes::HAVE
        | Classes::DO
        | Classes::MODAL;
    let mut content = BTreeSet::new();
    for (at, token) in reading.tokens.iter().enumerate() {
        let lower = reading.lower(at);
        let wordless = !lower.chars().any(char::is_alphanumeric);
        if wordless || words().get(lower).classes.any(names_nothing) {
            continue;
        }
        let base = match reading.lemma(at) {
            "" => lower.strip_suffix("'s").unwrap_or(lower),
            lemma => lemma,
        };
        let base = base.strip_suffix('s').filter(|it| it.len() > 2).unwrap_or(base);
        let base = if token.is_word() { base } else { lower };
        if !lexicon().is_ignored(base) && !lexicon().is_ignored(lower) {
            content.insert(base.to_owned());
        }
    }
    content
}

/// Makes rebuttals of the notes that have a place: each becomes a denial, by the outlet, of the claims it
/// touches. A claim of the revision before joins the extraction with nothing but that.
///
/// What the pipeline read of such a claim inside the note, as the author's own denial or as something
/// said, is the same rebuttal and goes.
pub fn apply(
    document: &Document,
    extraction: &mut Extraction,
    notes: &[CorrectionNote],
    earlier: &[Earlier],
    touched: &[Vec<Touched>],
) {
    for (note, touched) in notes.iter().zip(touched) {
        let Some(place) = note.place.filter(|_| !touched.is_empty()) else { continue };
        let denier = outlet(document, extraction);
        let kind = match note.kind {
            CorrectionKind::Retraction => RebuttalKind::Retraction,
            CorrectionKind::Correction | CorrectionKind::Clarification => RebuttalKind::Correction,
        };
        for claim in touched {
            let Some(claim) = claim_of(extraction, earlier, *claim) else { continue };
            take_back(claim, note);
            claim.appearances.push(Appearance {
                stance: Stance::Denies,
                span: place.denied.unwrap_or(place.note),
                statement: None,
            });
            claim.denials.push(Denial {
                denier,
                denier_role: DenierRole::Outlet,
                via: None,
                label: None,
                kind,
                stated: None,
                confidence: CONFIDENCE,
                mentions: vec![DenialMention {
                    cue: place.cue,
                    denier: None,
                    denied: place.denied,
                    via: None,
                    statement: None,
                    rule: note.rule.clone(),
                }],
            });
        }
    }
}

/// Takes back what was read inside a note as if the article said or denied it in its own voice: that is
/// what the note itself is.
fn take_back(claim: &mut Claim, note: &CorrectionNote) {
    claim.denials.retain(|denial| {
        let own = denial.denier.is_none() && denial.kind != RebuttalKind::Denial;
        !(own && denial.mentions.iter().all(|mention| note.contains(mention.cue)))
    });
    let whole = claim.appearances.len();
    claim.appearances.retain(|place| !note.contains(place.span));
    if claim.appearances.is_empty() && whole > 0 {
        claim.claimants.clear();
    }
}

fn claim_of<'e>(
    extraction: &'e mut Extraction,
    earlier: &[Earlier],
    touched: Touched,
) -> Option<&'e mut Claim> {
    let at = match touched {
        Touched::Here(at) => at,
        Touched::Earlier(at) => {
            let text = &earlier.get(at)?.text;
            let known = extraction.claims.iter().position(|claim| claim.text == *text);
            known.unwrap_or_else(|| {
                extraction.claims.push(Claim {
                    text: text.clone(),
                    check_worthiness: None,
                    confidence: CONFIDENCE,
                    claimants: Vec::new(),
                    appearances: Vec::new(),
                    denials: Vec::new(),
                });
                extraction.claims.len() - 1
            })
        }
    };
    extraction.claims.get_mut(at)
}

/// The outlet as an actor of the extraction; `None` for a document of nobody.
fn outlet(document: &Document, extraction: &mut Extraction) -> Option<ActorIndex> {
    let name = document.outlet.as_deref().map(str::trim).filter(|name| !name.is_empty())?;
    let known = extraction.actors.iter().position(|actor| {
        actor.kind == Some(ActorKind::Outlet)
            && std::iter::once(&actor.name).chain(&actor.aliases).any(|it| it == name)
    });
    Some(ActorIndex(known.unwrap_or_else(|| {
        extraction.actors.push(Actor {
            name: name.to_owned(),
            kind: Some(ActorKind::Outlet),
            roles: Vec::new(),
            aliases: Vec::new(),
            country: None,
            speaks_for: None,
            mentions: Vec::new(),
        });
        extraction.actors.len() - 1
    })))
}
