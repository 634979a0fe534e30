//! Cues → denials with denier, denied words and the claim they deny.

use std::collections::BTreeMap;
use std::ops::Range;

use super::anothers::is_anothers;
use super::asked::Asker;
use super::certain;
use super::coordination;
use super::cue::{self, Cue};
use super::denied::{self, Candidate};
use super::denier;
use super::extent::before_next_deed;
use super::features::Features;
use super::judge;
use super::model::{Models, logistic, score};
use super::parts;
use super::pointed;
use crate::domain::Field;
use crate::pipeline::Gear;
use crate::pipeline::claims::speech::{self, Speech};
use crate::pipeline::claims::wording::{self, Client, Context, Form, Party};
use crate::pipeline::lexicon::denial::Family;
use crate::pipeline::lexicon::wording::lexicon as wording_lexicon;
use crate::pipeline::model::Calibration;
use crate::pipeline::resolution::actors::{body_of, speaks_for_others};
use crate::pipeline::resolution::{EntityKind, Resolution};
use crate::pipeline::text::{PhraseKind, Reading, Tag};

/// One field of a document with all that is known of it.
pub struct Passage<'p> {
    /// Which field.
    pub field: Field,
    /// Its words.
    pub reading: &'p Reading<'p>,
    /// Who is who.
    pub resolution: &'p Resolution,
    /// Who says what.
    pub speeches: &'p [Speech],
    names: BTreeMap<usize, (usize, String)>,
    pronouns: BTreeMap<usize, Party>,
}

/// A denial in one place.
#[derive(Debug, Clone)]
pub struct Found {
    /// The cue with its rule.
    pub cue: Cue,
    /// The words that name the denier.
    pub denier: Option<Range<usize>>,
    /// The words of what is denied.
    pub denied: Option<Range<usize>>,
    /// The denied proposition; `None` where the passage does not tell it.
    pub claim: Option<String>,
    /// Whether the claim tells only what a report was about, not what it said.
    pub topic: bool,
    /// The word used for the claim.
    pub label: Option<String>,
    /// How sure the judges are, 0..1; what the thresholds here are about.
    pub confidence: f32,
    /// How often cues of that confidence deny something, 0..1; what is told to others.
    pub chance: f32,
}

impl<'p> Passage<'p> {
    /// Gathers what wording needs.
    pub fn new(
        field: Field,
        reading: &'p Reading<'p>,
        resolution: &'p Resolution,
        speeches: &'p [Speech],
    ) -> Self {
        let mut names = BTreeMap::new();
        let mut pronouns = BTreeMap::new();
        let all = 0..reading.tokens.len();
        for mention in resolution.mentions_in(field, &all) {
            let Some(entity) = resolution.entities.get(mention.entity) else { continue };
            if mention.pronoun {
                pronouns
                    .insert(mention.tokens.start, Party::new(entity.name.clone(), entity.plural));
            } else if entity.kind != Some(EntityKind::Government)
                && entity.kind != Some(EntityKind::Place)
            {
                let single =
                    mention.tokens.len() == 1 && reading.tag(mention.tokens.start) == Tag::Name;
                let described = reading.tag(mention.tokens.start) == Tag::Determiner;
                if (single && entity.name.contains(' ')) || described {
                    names.insert(mention.tokens.start, (mention.tokens.end, entity.name.clone()));
                }
            }
        }
        Passage { field, reading, resolution, speeches, names, pronouns }
    }

    /// Who the words name, by the fullest name the document has, and whom they speak for.
    pub fn party(&self, tokens: &Range<usize>) -> Party {
        Party { client: self.client(tokens).map(Box::new), ..self.named(tokens) }
    }

    fn named(&self, tokens: &Range<usize>) -> Party {
        let reading = self.reading;
        let phrase = reading.phrase_of(tokens.start).and_then(|number| reading.phrases.get(number));
        let plural = phrase.is_some_and(|phrase| wording::is_plural_head(reading, phrase.head));
        let text = || {
            let words: Vec<&str> = tokens
                .clone()
                .take_while(|&token| reading.lower(token) != ",")
                .filter(|&token| {
                    !matches!(reading.lower(token), "himself" | "herself" | "itself" | "themselves")
                })
                .map(|token| token..token + 1)
                .filter_map(|one| reading.span(one))
                .map(|span| &reading.text[span])
                .collect();
            let whole = reading.span(tokens.clone()).map_or("", |span| &reading.text[span]);
            if words.len() == tokens.len() { whole.to_owned() } else { words.join(" ") }
        };
        if phrase.is_some_and(|phrase| phrase.kind == PhraseKind::Pronoun)
            && let Some(party) = self.pronouns.get(&tokens.start)
        {
            return party.clone();
        }
        if phrase.is_some_and(|phrase| phrase.kind == PhraseKind::Name)
            && let Some(entity) = self
                .resolution
                .entity_of(self.field, tokens)
                .and_then(|entity| self.resolution.entities.get(entity))
        {
            let state =
                matches!(entity.kind, Some(EntityKind::Government) | Some(EntityKind::Place));
            let last = self.reading.word(phrase.map_or(tokens.start, |phrase| phrase.head));
            if !state
                && tokens.len() <= 6
                && entity.name.contains(last)
                && phrase.is_some_and(|phrase| phrase.tokens.end >= tokens.end)
            {
                return Party::new(entity.name.clone(), entity.plural);
            }
        }
        Party::new(text(), plural)
    }

    /// Whom "a spokesman for the dairy", "the dairy's spokesman" speaks for.
    fn client(&self, tokens: &Range<usize>) -> Option<Client> {
        let reading = self.reading;
        let head = denier::phrases_in(reading, tokens)
            .map(|phrase| phrase.head)
            .find(|&head| speaks_for_others(reading.lower(head)))?;
        // "her lawyer" speaks for whom "her" means.
        if let Some(party) = self.pronouns.get(&tokens.start) {
            return Some(Client { party: party.clone(), is_person: !party.plural });
        }
        let body = body_of(reading, tokens, head).filter(|body| body != tokens)?;
        let entity = self.resolution.entity_of(self.field, &body);
        let entity = entity.and_then(|entity| self.resolution.entities.get(entity));
        let is_person = entity.is_some_and(|entity| entity.kind == Some(EntityKind::Person));
        Some(Client { party: self.named(&body), is_person })
    }

    /// The claim that a candidate words, with `denier` as the one who speaks.
    pub fn claim(
        &self,
        cue: &Cue,
        denier: Option<&Range<usize>>,
        candidate: &Candidate,
    ) -> Option<String> {
        self.claim_about(cue, denier, candidate, None)
    }

    /// The same where it is known whom the claim is about, should its words begin with a pronoun.
    pub fn claim_about(
        &self,
        cue: &Cue,
        denier: Option<&Range<usize>>,
        candidate: &Candidate,
        about: Option<&Party>,
    ) -> Option<String> {
        let tokens = candidate.tokens.clone()?;
        let denier_party = denier.map(|tokens| self.party(tokens));
        // "The inquiry found no bribery" is not about bribes that the inquiry took.
        let finds =
            cue.family == Family::Evidence && matches!(candidate.form, Form::Noun | Form::Had);
        let subject = candidate
            .subject
            .as_ref()
            .map(|tokens| self.party(tokens))
            .or(denier_party.clone().filter(|_| !finds));
        let subject = subject.as_ref().map(Party::acting);
        let same_sentence = self.reading.sentence_of(tokens.start) == cue.sentence;
        let speaker = self.speaker_of(&tokens).or(denier_party.clone());
        let third =
            same_sentence && !matches!(cue.family, Family::Adverb) && tokens.start >= cue.core.end;
        let first = self.reading.lower(tokens.start);
        // A spokesman's "it" is whom he speaks for, whoever else is near.
        let clients = third
            && matches!(first, "it" | "its")
            && denier_party.as_ref().is_some_and(|denier| denier.client.is_some());
        let about = about.filter(|_| !clients).map(|about| about.meant_by(first));
        let known = about.and_then(|about| self.pronouns_for(&tokens, about));
        let speaker =
            about.cloned().filter(|_| matches!(first, "i" | "we" | "my" | "our")).or(speaker);
        let context = Context {
            reading: self.reading,
            names: &self.names,
            pronouns: known.as_ref().unwrap_or(&self.pronouns),
            speaker: speaker.as_ref(),
            third_person_is_speaker: third || !self.has_person(),
        };
        wording::word(&context, tokens, candidate.form, subject)
    }

    /// Whom pronouns mean where `about` is meant by the first word; `None` where it is no pronoun.
    fn pronouns_for(&self, tokens: &Range<usize>, about: &Party) -> Option<BTreeMap<usize, Party>> {
        let person = |token: usize| match self.reading.lower(token) {
            "he" | "him" | "his" => 1,
            "she" | "her" => 2,
            "it" | "its" => 3,
            "they" | "them" | "their" => 4,
            _ => 0,
        };
        let first = person(tokens.start);
        (first > 0).then(|| {
            // Wording asks about pronouns among these words alone; a long document has thousands.
            let others =
                self.pronouns.range(tokens.clone()).map(|(&token, who)| (token, who.clone()));
            let same = tokens.clone().filter(|&token| person(token) == first);
            others.chain(same.map(|token| (token, about.clone()))).collect()
        })
    }

    /// Words of the field as a sentence; `speaker` is who says them.
    pub fn word(
        &self,
        tokens: Range<usize>,
        form: Form,
        subject: Option<&Party>,
        speaker: Option<&Party>,
    ) -> Option<String> {
        let context = Context {
            reading: self.reading,
            names: &self.names,
            pronouns: &self.pronouns,
            speaker,
            third_person_is_speaker: false,
        };
        wording::word(&context, tokens, form, subject)
    }

    /// Whether it is plain whom the pronoun at a token means.
    pub fn is_resolved(&self, token: usize) -> bool {
        self.pronouns.contains_key(&token)
    }

    /// Who says the words, where a statement tells.
    fn speaker_of(&self, tokens: &Range<usize>) -> Option<Party> {
        self.reading.quotation_of(tokens.start)?;
        let speech = speech::near(self.speeches, self.reading.sentence_of(tokens.start))
            .iter()
            .find(|speech| speech.contents.iter().any(|content| content.contains(&tokens.start)))?;
        Some(self.party(&speech.source))
    }

    fn has_person(&self) -> bool {
        !self.pronouns.is_empty()
    }
}

/// The linear judge's weight beside the encoder's, by log odds. Average precision of the cues of the
/// development sets is 0.797 and 0.845 with 0.7, 0.805 and 0.847 with 0.5, 0.769 and 0.809 with the linear
/// judge alone, 0.785 and 0.820 with the encoder alone.
const JUDGE: f32 = 0.6;
/// What both are held to be too sure of, in log odds, so that one threshold serves both gears.
const LESS: f32 = 0.26;
/// The encoder is not asked about cues that the linear judge gives less: it could hardly lift them to
/// the threshold, and they are six in ten.
const HOPELESS: f32 = 0.1;
/// Of the linear judge, and of both judges together: fitted on both development sets to whether a
/// denial matches one that people marked. The expected calibration error over ten bins was 0.113 and
/// 0.092, and is 0.018 and 0.036 (`benches/figures` prints it); fitted on one set and measured on the other, 0.04 to 0.07.
const LINEAR: Calibration = Calibration { slope: 0.824, shift: 0.757 };
const BOTH: Calibration = Calibration { slope: 0.804, shift: 0.704 };
/// What a plain rule is taken to be sure of.
const CERTAIN: f32 = 0.66;
/// From this on a cue may repeat a denial that a surer one makes.
pub const ECHO: f32 = 0.1;

/// Below this a cue is no denial by itself.
pub const THRESHOLD: f32 = 0.33;

/// All denials of a field, in order of place, each in one place; joining comes later.
pub fn find(passage: &Passage, models: &Models, gear: Gear, threshold: f32) -> Vec<Found> {
    let reading = passage.reading;
    let cues = cue::propose(reading);
    let asker = (gear == Gear::Accurate && !cues.is_empty()).then(|| Asker::of(reading));
    let calibration = match gear {
        Gear::Fast => &LINEAR,
        Gear::Accurate => &BOTH,
    };
    let mut found = Vec::new();
    for cue in &cues {
        let ruled = certain::judge(reading, cue, &cues);
        // A sentence that is only its cue says nothing.
        let alone = reading.sentences.get(cue.sentence).is_some_and(|sentence| {
            sentence.tokens.len() < 20
                && sentence.tokens.clone().all(|token| {
                    cue.tokens.contains(&token)
                        || matches!(reading.tag(token), Tag::Punctuation | Tag::Quote)
                })
        });
        if alone || ruled == Some(false) {
            continue;
        }
        let judged = judge::features(reading, cue, &cues, passage.speeches);
        let linear = logistic(score(&models.judge, &judged));
        let answer = asker.as_ref().filter(|_| linear >= HOPELESS).and_then(|asker| asker.ask(cue));
        let confidence = answer.as_ref().map_or(linear, |answer| both(linear, answer.denies()));
        let confidence = if ruled == Some(true) { confidence.max(CERTAIN) } else { confidence };
        // A bare "no" repeats nothing.
        let echoes = !matches!(cue.family, Family::Negation | Family::Evidence);
        if confidence < threshold || (confidence < THRESHOLD && !echoes) {
            continue;
        }
        let (denier, told) = match &answer {
            Some(answer) => {
                let denier = pointed::denier(passage, models, cue, answer);
                let told = pointed::denied(passage, models, cue, &cues, denier.as_ref(), answer);
                (denier, told)
            }
            None => {
                let denier = best_denier(passage, models, cue);
                let told = best_denied(passage, models, cue, &cues, denier.as_ref());
                (denier, told)
            }
        };
        let told: Vec<Option<Told>> = match told {
            Some(told) => {
                parts_of(passage, cue, denier.as_ref(), told).into_iter().map(Some).collect()
            }
            None => vec![None],
        };
        let deniers: Vec<Option<Range<usize>>> = match &denier {
            Some(denier) => {
                coordination::deniers(reading, cue, denier).into_iter().map(Some).collect()
            }
            None => vec![None],
        };
        let chosen = denier;
        for denier in &deniers {
            for told in &told {
                found.push(Found {
                    cue: cue.clone(),
                    denier: denier.clone(),
                    denied: told.as_ref().map(|told| told.tokens.clone()),
                    claim: told
                        .as_ref()
                        .map(|told| own_claim(passage, cue, [&chosen, denier], told)),
                    topic: told.as_ref().is_some_and(|told| told.form == Form::Existence),
                    label: cue.label.clone(),
                    confidence,
                    chance: calibration.chance(confidence),
                });
            }
        }
    }
    found
}

/// The claim as one of several deniers denies it: each his own deed ("Roth and Marn denied taking it"). `deniers` are
/// who was taken for the denier when it was worded, and who denies.
fn own_claim(
    passage: &Passage,
    cue: &Cue,
    [chosen, denier]: [&Option<Range<usize>>; 2],
    told: &Told,
) -> String {
    let deed = Candidate {
        tokens: Some(told.tokens.clone()),
        form: told.form,
        subject: None,
        features: Features::new(),
    };
    let said_by = |who: &Option<Range<usize>>| passage.claim(cue, who.as_ref(), &deed);
    let is_own = chosen != denier && said_by(chosen).as_ref() == Some(&told.claim);
    is_own.then(|| said_by(denier)).flatten().unwrap_or_else(|| told.claim.clone())
}

/// What is denied, a proposition for each clause that has its own "that" and for each noun of doing that has a
/// verb of its own; as it is where one of them cannot be worded.
fn parts_of(passage: &Passage, cue: &Cue, denier: Option<&Range<usize>>, told: Told) -> Vec<Told> {
    let (parts, form) = match told.form {
        Form::Clause => (parts::clauses(passage.reading, &told.tokens), Form::Clause),
        // "has denied the affairs and any wrongdoing": of no other cue the denier is who did both.
        Form::Noun | Form::Had if cue.family == Family::Verb && denier.is_some() => {
            (parts::doings(passage.reading, &told.tokens), Form::Noun)
        }
        _ => return vec![told],
    };
    if parts.len() < 2 {
        return vec![told];
    }
    let parts: Option<Vec<Told>> = parts
        .into_iter()
        .map(|tokens| {
            let worded = |form| {
                let candidate = Candidate {
                    tokens: Some(tokens.clone()),
                    form,
                    subject: None,
                    features: Features::new(),
                };
                let claim = passage.claim(cue, denier, &candidate)?;
                Some(Told { tokens: tokens.clone(), claim, form })
            };
            worded(form).or_else(|| (form == Form::Noun).then(|| worded(Form::Had)).flatten())
        })
        .collect();
    parts.unwrap_or_else(|| vec![told])
}

/// What the linear judge and the encoder think together: the weighed mean of their log odds.
fn both(linear: f32, encoder: f32) -> f32 {
    let odds = |share: f32| {
        let share = share.clamp(1e-4, 1.0 - 1e-4);
        (share / (1.0 - share)).ln()
    };
    logistic(JUDGE * odds(linear) + (1.0 - JUDGE) * odds(encoder) - LESS)
}

/// Who denies at a cue.
pub fn best_denier(passage: &Passage, models: &Models, cue: &Cue) -> Option<Range<usize>> {
    let candidates = denier::candidates(passage.reading, cue, passage.speeches);
    let mut best: Option<(f32, Option<Range<usize>>)> = None;
    for candidate in candidates {
        let score = score(&models.denier, &candidate.features);
        if best.as_ref().is_none_or(|(known, _)| score > *known) {
            best = Some((score, candidate.tokens));
        }
    }
    best.and_then(|(_, tokens)| tokens)
}

/// What is denied, and in which words.
#[derive(Debug, Clone)]
pub struct Told {
    /// The words of the text.
    pub tokens: Range<usize>,
    /// The proposition.
    pub claim: String,
    /// How the words became it.
    pub form: Form,
}

/// Whether the words are what a report is of whose verdict the cue is: "reports of | a crash | were false".
fn is_subject_of(reading: &Reading, cue: &Cue, tokens: &Range<usize>) -> bool {
    let Some(join) = tokens.start.checked_sub(1) else { return false };
    let Some(head) = join.checked_sub(1) else { return false };
    matches!(cue.family, Family::Predicate | Family::Noun)
        && matches!(reading.lower(join), "of" | "about")
        && wording_lexicon().is_shell(reading.lower(head))
        && tokens.end == cue.tokens.start
}

/// "Marn was asked whether he had sold the well": what the question is about, for who answers "I did not".
pub(super) fn asked_about(reading: &Reading, mut candidate: Candidate) -> Candidate {
    let question = candidate.tokens.clone().and_then(|tokens| {
        (tokens.start + 2..tokens.end.saturating_sub(2))
            .find(|&token| {
                matches!(reading.lower(token), "if" | "whether")
                    && reading.lower(token - 1) == "asked"
                    && matches!(reading.lower(token - 2), "was" | "were" | "is" | "been" | "when")
            })
            .map(|token| token + 1..tokens.end)
    });
    if candidate.form == Form::Clause
        && let Some(question) = question
    {
        candidate.tokens = Some(question);
    }
    candidate
}

/// "falsely describes | the harbour as a dump": what is said of the thing, not that there is such a thing.
pub(super) fn described_as(reading: &Reading, mut candidate: Candidate) -> Candidate {
    let is_thing = matches!(candidate.form, Form::Noun | Form::Had | Form::Existence);
    let Some(tokens) = candidate.tokens.clone().filter(|_| is_thing) else { return candidate };
    let describes = tokens.start.checked_sub(1).is_some_and(|verb| {
        matches!(
            reading.lemma(verb),
            "brand"
                | "cast"
                | "characterise"
                | "characterize"
                | "depict"
                | "describe"
                | "identify"
                | "label"
                | "paint"
                | "portray"
                | "present"
        ) || matches!(reading.lower(verb), "labelled" | "labelling")
    });
    let phrase = reading.phrase_of(tokens.start).and_then(|number| reading.phrases.get(number));
    if let Some(phrase) = phrase.filter(|phrase| describes && phrase.tokens.start == tokens.start) {
        let join = phrase.tokens.end;
        if reading.lower(join) == "as" && join + 1 < tokens.end {
            candidate.subject = Some(phrase.tokens.clone());
            candidate.tokens = Some(join + 1..tokens.end);
            candidate.form = Form::Is;
        }
    }
    candidate
}

/// "the moon is made of glass is a myth": the denied words without the verdict on them, be it this
/// cue's own or another's.
/// `None` where no clause is left: "reports of a crash were a hoax" has none.
pub(super) fn without_verdict(
    reading: &Reading,
    cue: &Cue,
    candidate: Candidate,
) -> Option<Candidate> {
    let Some(tokens) = candidate.tokens.clone() else { return Some(candidate) };
    let mut end = tokens.end;
    if tokens.start < cue.tokens.start && end <= cue.core.start {
        end = end.min(cue.tokens.start);
    }
    // A verdict is at most "is", an adverb and an article before its word.
    let verdict = (tokens.start + 2..end).find(|&token| {
        token + 4 >= end
            && reading.tag(token) == Tag::Auxiliary
            && (token + 1..end - 1)
                .all(|between| matches!(reading.tag(between), Tag::Adverb | Tag::Determiner))
            && matches!(
                reading.lower(end - 1),
                "a" | "an"
                    | "baseless"
                    | "bogus"
                    | "fabricated"
                    | "fabrication"
                    | "fake"
                    | "false"
                    | "groundless"
                    | "hoax"
                    | "lie"
                    | "myth"
                    | "nonsense"
                    | "unfounded"
                    | "untrue"
            )
    });
    let end = verdict.unwrap_or(end);
    let end = match candidate.form {
        Form::Gerund | Form::Infinitive | Form::Noun | Form::Had | Form::Existence
            if tokens.start < end =>
        {
            before_next_deed(reading, &(tokens.start..end))
        }
        _ => end,
    };
    // A clause has a subject and a verb that tells a time; "await the minister" and "’s absurd" have not.
    let is_clause = (tokens.start + 1..end).any(|token| {
        matches!(
            reading.tag(token),
            Tag::VerbPast
                | Tag::VerbPresent
                | Tag::VerbParticiple
                | Tag::VerbBase
                | Tag::Auxiliary
                | Tag::Modal
        )
    }) && !matches!(reading.tag(tokens.start), Tag::Auxiliary | Tag::Modal);
    (candidate.form != Form::Clause || is_clause)
        .then_some(Candidate { tokens: Some(tokens.start..end), ..candidate })
}

/// What is denied at a cue; `None` where the passage most likely does not tell.
pub fn best_denied(
    passage: &Passage,
    models: &Models,
    cue: &Cue,
    cues: &[Cue],
    denier: Option<&Range<usize>>,
) -> Option<Told> {
    let reading = passage.reading;
    let candidates = denied::candidates(reading, cue, passage.speeches);
    let mut scored: Vec<(f32, Candidate)> = candidates
        .into_iter()
        .filter(|candidate| !is_anothers(reading, cue, cues, candidate))
        .map(|candidate| (score(&models.denied, &candidate.features), candidate))
        .filter_map(|(score, candidate)| Some((score, without_verdict(reading, cue, candidate)?)))
        .map(|(score, candidate)| (score, described_as(reading, asked_about(reading, candidate))))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    // "reports of a crash were false" tells what is denied, whatever the model thinks of it.
    let is_told = |candidate: &Candidate| {
        candidate.form == Form::Existence
            && candidate.tokens.as_ref().is_some_and(|tokens| is_subject_of(reading, cue, tokens))
    };
    if scored.first().is_some_and(|(_, best)| best.tokens.is_none())
        && scored.iter().any(|(_, candidate)| is_told(candidate))
    {
        scored.retain(|(_, candidate)| is_told(candidate));
    }
    for (_, candidate) in scored {
        let tokens = candidate.tokens.clone()?;
        if wording::points_back(reading, &tokens, candidate.form) {
            return None;
        }
        if let Some(claim) = passage.claim(cue, denier, &candidate) {
            return Some(Told { tokens, claim, form: candidate.form });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_falsely_described_as_something_is_said_to_be_it() {
        for gear in [Gear::Fast, Gear::Accurate] {
            for (text, claim) in [
                ("The report falsely describes the harbour as a dump.", "The harbour is a dump."),
                (
                    "A leaflet falsely labelled the mayor as a spy, the council said.",
                    "The mayor is a spy.",
                ),
            ] {
                let found = crate::pipeline::claims::passage_denials(gear, text);
                let claims: Vec<&str> = found.iter().map(|denial| denial.claim.as_str()).collect();
                assert_eq!(claims, [claim], "{gear:?}: {text}");
            }
        }
    }

    #[test]
    fn who_is_known_by_a_pronoun_alone_stays_one() {
        for gear in [Gear::Fast, Gear::Accurate] {
            let found =
                crate::pipeline::claims::passage_denials(gear, "She denied his work as a spy.");
            let claims: Vec<&str> = found.iter().map(|denial| denial.claim.as_str()).collect();
            assert_eq!(claims, ["There was his work as a spy."], "{gear:?}");
        }
    }

    #[test]
    fn denials_at_the_threshold_are_right_as_often_as_they_were_on_the_development_sets() {
        // The lowest bins, up to 0.6, hold denials of which 0.63 and 0.64 are right.
        assert!((LINEAR.chance(THRESHOLD) - 0.54).abs() < 0.02);
        assert!((BOTH.chance(THRESHOLD) - 0.53).abs() < 0.02);
        assert!(LINEAR.chance(0.9) > 0.85 && BOTH.chance(0.9) > 0.85);
    }
}
