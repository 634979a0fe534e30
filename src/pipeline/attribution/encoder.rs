//! Statements by the trained encoder: the accurate gear's seat.
//!
//! The tagger gives each word its share of being source, cue or content, and says which words
//! belong together. Here those shares become statements: a cue with the source it points to and
//! the runs of words that point to it.

use std::ops::Range;

use crate::pipeline::model::encoder::{Kernel, Role, Tagged, Tagger};
use crate::pipeline::text::Tag;

use super::context::Context;
use super::drafts::Draft;
use super::lexicon::{CueClass, cue_class};
use super::{calibration, gate, models};

/// Version of the weights.
pub(super) const MODEL: &str = "minilm-l6-polnear-3";

/// Word pieces that are read together, as in training.
const WINDOW: usize = 192;

/// Numbers of the labels, as the weights were trained: a part's first word and the words after it.
const SOURCE: [usize; 2] = [1, 2];
const CUE: [usize; 2] = [3, 4];
const CONTENT: [usize; 2] = [5, 6];

/// Words whose share of being a cue is larger may be one that the best sequence left out.
const POSSIBLE_CUE: f32 = 0.15;
/// A word belongs to a content where its share of being in it is larger. On the development
/// articles attribution+source F1 is 0.752 at 0.40 and 0.45, 0.748 at 0.50.
const IN_CONTENT: f32 = 0.45;
/// A run of words may be a source where their shares are larger.
const IN_SOURCE: f32 = 0.3;
/// A cue's words point to themselves where it has no source; how much that weighs.
const NO_SOURCE: f32 = 1.0;
/// Shares of content below this are taken as nothing.
const UNLIKELY: f32 = 0.02;
/// Statements less likely than this are left out: about where attribution+source F1 is highest on
/// the development articles (0.753 at 0.40, 0.752 at 0.45, 0.749 at 0.50, 0.748 at 0.55).
const ACCEPT: f32 = 0.45;

/// A statement of one window, in words.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    cue: Range<usize>,
    source: Option<Range<usize>>,
    left: Option<Range<usize>>,
    right: Option<Range<usize>>,
    probability: f32,
}

/// The statements of a whole reading, as drafts in tokens.
pub(super) fn drafts(context: &Context<'_>) -> Vec<Draft> {
    let reading = context.reading;
    let tagger = Tagger::built_in();
    let (words, mut windows) = tagger.words(reading.text, WINDOW);
    let spoken = gate::spoken(models::models(), context);
    windows.retain(|window| {
        words.words[window.clone()].iter().filter(|word| !word.span.is_empty()).any(|word| {
            let sentence = reading.sentence_of(reading.token_at(word.span.start));
            spoken.get(sentence).is_none_or(|&spoken| spoken)
        })
    });
    let tokens = |range: &Range<usize>, first: usize| -> Option<Range<usize>> {
        let start = words.words.get(first + range.start)?.span.start;
        let end = words.words.get((first + range.end).checked_sub(1)?)?.span.end;
        let tokens = reading.token_at(start)..reading.token_at(end.checked_sub(1)?) + 1;
        (tokens.start < tokens.end && tokens.end <= reading.tokens.len()).then_some(tokens)
    };
    let mut drafts = Vec::new();
    for window in windows {
        let first = window.start;
        let tagged = tagger.tag(&words, window, Kernel::best());
        for found in statements(&tagged) {
            let Some(cue) = tokens(&found.cue, first) else { continue };
            let head = head(context, &cue);
            let part =
                |part: &Option<Range<usize>>| part.as_ref().and_then(|part| tokens(part, first));
            drafts.push(Draft {
                head,
                source: part(&found.source),
                left: part(&found.left).map(|left| left.start..left.end.min(cue.start)),
                right: part(&found.right).map(|right| right.start.max(cue.end)..right.end),
                cue,
                probability: found.probability,
                confidence: calibration::ENCODER.chance(found.probability),
            });
        }
    }
    for draft in &mut drafts {
        for part in [&mut draft.left, &mut draft.right] {
            *part = part.take().filter(|part| part.start < part.end);
        }
    }
    drafts.retain(|draft| draft.left.is_some() || draft.right.is_some());
    drafts
}

/// The token of a cue that says what kind of cue it is: its last cue word, else its last verb.
fn head(context: &Context<'_>, cue: &Range<usize>) -> usize {
    let reading = context.reading;
    let last = |test: &dyn Fn(usize) -> bool| cue.clone().rev().find(|&token| test(token));
    last(&|token| cue_class(reading, token) != CueClass::None)
        .or_else(|| {
            last(&|token| reading.tag(token).is_finite() || reading.tag(token) == Tag::VerbBase)
        })
        .unwrap_or(cue.end - 1)
}

/// The statements of one window.
fn statements(tagged: &Tagged<'_>) -> Vec<Found> {
    let share = |labels: [usize; 2]| -> Vec<f32> {
        tagged.shares.iter().map(|shares| shares[labels[0]] + shares[labels[1]]).collect()
    };
    let (cue, content) = (share(CUE), share(CONTENT));
    let cues = cues(tagged, &cue);
    if cues.is_empty() {
        return Vec::new();
    }
    let belongs = contents(tagged, &content, &cues);
    let runs = content_runs(&cues, &belongs);
    let sources = sources(tagged);
    let mut found = Vec::new();
    for ((cue_words, belongs), [left, right]) in cues.iter().zip(&belongs).zip(runs) {
        let pieces = || [&left, &right].into_iter().flatten();
        let count = pieces().count();
        if count == 0 {
            continue;
        }
        let certain = pieces().map(|run| mean(&belongs[run.clone()])).sum::<f32>() / count as f32;
        let likely_cue = cue_words.clone().map(|word| cue[word]).fold(0.0, f32::max);
        let probability = likely_cue * certain;
        if probability < ACCEPT {
            continue;
        }
        let source = source_of(tagged, cue_words, &sources);
        found.push(Found { cue: cue_words.clone(), source, left, right, probability });
    }
    found
}

/// For each cue the run of words on its left and on its right that gains most; of two runs that
/// overlap, the one that gains less is left out.
fn content_runs(cues: &[Range<usize>], belongs: &[Vec<f32>]) -> Vec<[Option<Range<usize>>; 2]> {
    let mut candidates = Vec::new();
    for (number, (cue, belongs)) in cues.iter().zip(belongs).enumerate() {
        for (side, words) in [0..cue.start, cue.end..belongs.len()].into_iter().enumerate() {
            if let Some((gain, run)) = best_run(&belongs[words.clone()], words.start) {
                candidates.push((gain, number, side, run));
            }
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
    let mut taken = vec![false; belongs.first().map_or(0, Vec::len)];
    let mut runs = vec![[None, None]; cues.len()];
    for (_, number, side, run) in candidates {
        if !taken[run.clone()].iter().any(|&taken| taken) {
            taken[run.clone()].fill(true);
            runs[number][side] = Some(run);
        }
    }
    runs
}

/// Words that may be cues: those of the best sequence, and runs of words it left out that are not
/// unlikely ones. In order of place.
fn cues(tagged: &Tagged<'_>, cue: &[f32]) -> Vec<Range<usize>> {
    let mut cues: Vec<Range<usize>> = Vec::new();
    for (word, &label) in tagged.labels.iter().enumerate() {
        let label = usize::from(label);
        match cues.last_mut() {
            Some(last) if label == CUE[1] && last.end == word => last.end += 1,
            _ if CUE.contains(&label) => cues.push(word..word + 1),
            _ => {}
        }
    }
    let mut more: Vec<Range<usize>> = Vec::new();
    for (word, &share) in cue.iter().enumerate() {
        let in_sequence = CUE.contains(&usize::from(tagged.labels[word]));
        if in_sequence || share <= POSSIBLE_CUE {
            continue;
        }
        let goes_on = tagged.shares[word][CUE[0]] < tagged.shares[word][CUE[1]];
        match more.last_mut() {
            Some(last) if last.end == word && goes_on => last.end += 1,
            _ => more.push(word..word + 1),
        }
    }
    cues.append(&mut more);
    cues.sort_by_key(|cue| cue.start);
    cues
}

/// For each cue, how much every word belongs to its content.
fn contents(tagged: &Tagged<'_>, content: &[f32], cues: &[Range<usize>]) -> Vec<Vec<f32>> {
    let mut belongs = vec![vec![0.0; content.len()]; cues.len()];
    for (word, &share) in content.iter().enumerate() {
        if share < UNLIKELY {
            continue;
        }
        let links = tagged.link_shares(Role::ContentToCue, word);
        for (belongs, cue) in belongs.iter_mut().zip(cues) {
            belongs[word] = share * links[cue.clone()].iter().sum::<f32>();
        }
    }
    belongs
}

/// The run of words that gains most where each word costs [`IN_CONTENT`], with its gain; counted
/// from `first`.
fn best_run(belongs: &[f32], first: usize) -> Option<(f32, Range<usize>)> {
    let mut best = None;
    let mut most = 0.0;
    let (mut sum, mut start) = (0.0_f32, 0);
    for (word, share) in belongs.iter().enumerate() {
        if sum <= 0.0 {
            (sum, start) = (0.0, word);
        }
        sum += share - IN_CONTENT;
        if sum > most {
            most = sum;
            best = Some((sum, first + start..first + word + 1));
        }
    }
    best
}

/// The source that the words of `cue` point to; `None` where they rather point to themselves.
fn source_of(
    tagged: &Tagged<'_>,
    cue: &Range<usize>,
    sources: &[Range<usize>],
) -> Option<Range<usize>> {
    let mut links = vec![0.0_f32; tagged.labels.len()];
    for word in cue.clone() {
        for (sum, share) in links.iter_mut().zip(tagged.link_shares(Role::CueToSource, word)) {
            *sum += share;
        }
    }
    let total = |words: &Range<usize>| links[words.clone()].iter().sum::<f32>();
    let mut best = None;
    let mut best_share = total(cue) * NO_SOURCE;
    for source in sources {
        let apart = source.end <= cue.start || source.start >= cue.end;
        if apart && total(source) > best_share {
            best_share = total(source);
            best = Some(source.clone());
        }
    }
    best
}

/// The mean of some shares.
fn mean(shares: &[f32]) -> f32 {
    shares.iter().sum::<f32>() / shares.len().max(1) as f32
}

/// Runs of words that may be a source, in order of place.
fn sources(tagged: &Tagged<'_>) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (word, shares) in tagged.shares.iter().enumerate() {
        if shares[SOURCE[0]] + shares[SOURCE[1]] <= IN_SOURCE {
            continue;
        }
        let begins = shares[SOURCE[0]] > shares[SOURCE[1]];
        match runs.last_mut() {
            Some(run) if run.end == word && !begins => run.end += 1,
            _ => runs.push(word..word + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use crate::domain::Document;
    use crate::pipeline::attribution::{AttributedStatement, find_statements_in};
    use crate::pipeline::text;
    use crate::pipeline::{Gear, extract, extract_with};

    /// The text with its statements' parts marked, those in other statements left out.
    fn marked(text: &str) -> String {
        let reading = text::read(text);
        let mut marks: Vec<(usize, usize, &str)> = Vec::new();
        for statement in find_statements_in(Gear::Accurate, &reading) {
            let AttributedStatement { source, cue, contents, parent: None, .. } = statement else {
                continue;
            };
            marks.extend(source.iter().map(|span| (span.start, span.end, "source")));
            marks.extend(cue.iter().map(|span| (span.start, span.end, "cue")));
            marks.extend(contents.iter().map(|span| (span.start, span.end, "content")));
        }
        marks.sort_unstable();
        // two cues may share one source
        marks.dedup();
        let (mut out, mut at) = (String::new(), 0);
        for (start, end, part) in marks {
            out += &format!("{}[{part} {}]", &text[at..start], &text[start..end]);
            at = end;
        }
        out + &text[at..]
    }

    #[test]
    fn finds_words_on_both_sides_of_their_cue() {
        assert_eq!(
            marked("“We never sat at that table,” Ilse Brandt said, “and we never will.”"),
            "[content “We never sat at that table,”] [source Ilse Brandt] [cue said], \
             [content “and we never will.”]"
        );
    }

    #[test]
    fn gives_two_cues_one_source() {
        let marked = marked(
            "Mayor Oduya said the bridge was safe, adding that two engineers had checked it.",
        );
        assert!(
            marked.starts_with("[source Mayor Oduya] [cue said] [content the bridge was safe]"),
            "{marked}"
        );
        assert!(
            marked.contains("[cue adding] [content that two engineers had checked it"),
            "{marked}"
        );
    }

    #[test]
    fn keeps_statements_of_different_paragraphs_apart() {
        let marked = marked(
            "The harbour office denied that its pilot had met the smugglers.\n\nAccording to the \
             Dunmore Courier, the ferry left at noon.",
        );
        assert!(marked.contains("[source The harbour office] [cue denied] [content that its pilot had met the smugglers"), "{marked}");
        assert!(
            marked.contains(
                "[cue According to] [source the Dunmore Courier], [content the ferry left at noon"
            ),
            "{marked}"
        );
    }

    #[test]
    fn an_extraction_names_the_model_that_found_its_statements() {
        let document = Document::from_text("Petra Lindqvist said the well was dry.");
        let accurate = extract_with(&document, Gear::Accurate);
        assert_eq!(accurate.extractor.models["attribution"], super::MODEL);
        assert_eq!(accurate.statements.len(), 1);
        assert_ne!(extract(&document).extractor.models["attribution"], super::MODEL);
    }

    #[test]
    fn finds_nothing_where_nobody_speaks() {
        for text in
            ["", "\n \n", "The ferry left at noon.", "“”", &"\"".repeat(300), &"a".repeat(900)]
        {
            assert_eq!(marked(text), text);
        }
    }
}
