//! Lines of a text → the same lines without what the page left over: ad labels, share lines, policies.
//!
//! The rules are data, in `lines.toml` and `lines_languages.toml`, each with lines it takes and lines it must leave.

use std::sync::{LazyLock, OnceLock};

use regex::Regex;
use serde::Deserialize;

use crate::patterns::{Pattern, PatternList};

/// Lines longer than this are an article's own; no rule looks at them.
const LONGEST_LINE: usize = 1_000;

/// One kind of left-over line.
#[derive(Deserialize)]
struct RuleEntry {
    id: String,
    all: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
    within_last: Option<usize>,
    max_chars: usize,
}

#[derive(Deserialize)]
struct RuleFile {
    rule: Vec<RuleEntry>,
}

struct Rule {
    entry: RuleEntry,
    /// The patterns, compiled when a line first gets past the rule's sieve.
    patterns: OnceLock<Patterns>,
}

struct Patterns {
    all: Vec<Pattern>,
    none: Vec<Pattern>,
}

impl Rule {
    fn takes(&self, line: &str) -> bool {
        let compile = |patterns: &[String]| -> Vec<Pattern> {
            let compiled = |pattern: &String| Pattern::new(pattern).expect("the patterns compile");
            patterns.iter().map(compiled).collect()
        };
        let patterns = self.patterns.get_or_init(|| Patterns {
            all: compile(&self.entry.all),
            none: compile(&self.entry.none),
        });
        patterns.all.iter().all(|pattern| pattern.is_match(line))
            && !patterns.none.iter().any(|pattern| pattern.is_match(line))
    }
}

/// A sieve for some rules: one pass over a line lets through those that may take it.
///
/// It is the first pattern of each, without word boundaries and counts. Letting too much through
/// costs little; a boundary between letters beyond ASCII would cost the fast automaton, and a count
/// of any characters a large one.
struct Sieve {
    patterns: PatternList,
    /// The rule of each pattern.
    rules: Vec<usize>,
}

impl Sieve {
    fn new(
        rules: &[Rule],
        holds: impl Fn(&RuleEntry) -> bool,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let count = Regex::new(r"\.\{\d+(,\d*)?\}")?;
        let (rules, patterns): (Vec<usize>, Vec<String>) = rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| holds(&rule.entry))
            .map(|(index, rule)| {
                let first = rule.entry.all.first().map_or("", String::as_str);
                (index, count.replace_all(&first.replace(r"\b", ""), ".*").into_owned())
            })
            .unzip();
        let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
        let patterns = PatternList::new(&patterns, 64 << 20, 16 << 20)?;
        Ok(Sieve { patterns, rules })
    }
}

struct Rules {
    rules: Vec<Rule>,
    /// By whether the rules look at long lines and whether they look at the foot only: most of a
    /// text is long lines, which hardly any rule looks at.
    sieves: [[Sieve; 2]; 2],
}

/// Lines up to this many characters are short.
const SHORT: usize = 300;

/// The rules: English ones with words of other languages among them, and those of other languages.
const FILES: [&str; 2] = [include_str!("lines.toml"), include_str!("lines_languages.toml")];

/// The rules come with the program and are proven by its tests, so they always compile.
static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let read = |file| toml::from_str::<RuleFile>(file).expect("the rules are well-formed").rule;
    Rules::new(FILES.into_iter().flat_map(read).collect()).expect("the patterns compile")
});

impl Rules {
    fn new(entries: Vec<RuleEntry>) -> Result<Self, Box<dyn std::error::Error>> {
        let rules: Vec<Rule> =
            entries.into_iter().map(|entry| Rule { entry, patterns: OnceLock::new() }).collect();
        let sieve = |long: bool, at_foot: bool| {
            Sieve::new(&rules, |entry| {
                (entry.max_chars > SHORT) == long && entry.within_last.is_some() == at_foot
            })
        };
        let sieves = [
            [sieve(false, false)?, sieve(false, true)?],
            [sieve(true, false)?, sieve(true, true)?],
        ];
        Ok(Rules { rules, sieves })
    }

    /// The first rule that takes a line standing `from_end` lines with words before the last.
    fn find(&self, line: &str, from_end: usize) -> Option<&Rule> {
        let line = line.trim();
        if line.is_empty() || line.len() > LONGEST_LINE {
            return None;
        }
        let chars = line.chars().count();
        let sieves = if chars > SHORT { &self.sieves[1..] } else { &self.sieves[..] };
        let reaches = |index: &usize| {
            self.rules.get(*index).is_some_and(|rule| {
                rule.entry.within_last.is_none_or(|last| from_end < last)
                    && chars <= rule.entry.max_chars
            })
        };
        let mut let_through: Vec<usize> = sieves
            .iter()
            .flatten()
            .filter(|sieve| sieve.rules.iter().any(reaches))
            .flat_map(|sieve| sieve.patterns.matches(line).into_iter().map(|at| sieve.rules[at]))
            .filter(reaches)
            .collect();
        let_through.sort_unstable();
        let_through
            .into_iter()
            .filter_map(|index| self.rules.get(index))
            .find(|rule| rule.takes(line))
    }
}

/// A line that fell away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedLine {
    /// Its number in the text as decoded, counted from 1.
    pub line: usize,
    /// Id of the rule that took it.
    pub rule: String,
}

/// `text` without its left-over lines, and which those were.
///
/// Nothing else changes, save that the empty lines before a removed line go with it when empty
/// lines follow too.
pub fn remove_left_overs(text: &str) -> (String, Vec<RemovedLine>) {
    let with_words = text.lines().filter(|line| !line.trim().is_empty()).count();
    let mut seen = 0;
    let mut kept = String::with_capacity(text.len());
    let mut removed = Vec::new();
    let mut gap = false;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let empty = line.trim().is_empty();
        if !empty {
            seen += 1;
            if let Some(rule) = RULES.find(line, with_words - seen) {
                removed.push(RemovedLine { line: index + 1, rule: rule.entry.id.clone() });
                gap = true;
                continue;
            }
        } else if gap && (kept.is_empty() || kept.ends_with("\n\n")) {
            continue;
        }
        gap &= empty;
        kept.push_str(line);
    }
    (kept, removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule with its proof, which the program itself does not read.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct ProvenEntry {
        id: String,
        all: Vec<String>,
        #[serde(default)]
        none: Vec<String>,
        within_last: Option<usize>,
        max_chars: usize,
        examples: Vec<String>,
        counterexamples: Vec<String>,
    }

    #[derive(Deserialize)]
    struct ProvenFile {
        rule: Vec<ProvenEntry>,
    }

    fn entries() -> Vec<ProvenEntry> {
        let read = |file| toml::from_str::<ProvenFile>(file).expect("well-formed").rule;
        FILES.into_iter().flat_map(read).collect()
    }

    #[test]
    fn every_rule_takes_its_examples_and_leaves_its_counterexamples() {
        for entry in entries() {
            assert!(!entry.examples.is_empty(), "{} shows no example", entry.id);
            assert!(!entry.counterexamples.is_empty(), "{} shows no counterexample", entry.id);
            let rule = RuleEntry {
                id: entry.id.clone(),
                all: entry.all.clone(),
                none: entry.none.clone(),
                within_last: entry.within_last,
                max_chars: entry.max_chars,
            };
            let alone = Rules::new(vec![rule]).expect("compiles");
            for line in &entry.examples {
                assert!(alone.find(line, 0).is_some(), "{} leaves {line:?}", entry.id);
            }
            for line in &entry.counterexamples {
                let taken = RULES.find(line, 0).map(|rule| rule.entry.id.as_str());
                assert_eq!(taken, None, "counterexample of {}: {line:?}", entry.id);
            }
        }
    }

    #[test]
    fn rule_ids_are_unique() {
        let mut ids: Vec<_> = entries().into_iter().map(|entry| entry.id).collect();
        ids.sort();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn a_policy_in_the_middle_of_a_long_article_stays() {
        let policy = "By commenting you accept our community guidelines.\n";
        let body = "The pier was shut on Monday.\n".repeat(20);
        assert_eq!(remove_left_overs(&format!("{policy}{body}")).1, []);
        assert_eq!(remove_left_overs(&format!("{body}{policy}")).1.len(), 1);
    }

    #[test]
    fn one_empty_line_is_left_where_a_line_fell_away() {
        let (text, removed) = remove_left_overs("One.\n\nADVERTISEMENT\n\nTwo.\n");
        assert_eq!(text, "One.\n\nTwo.\n");
        assert_eq!(removed, [RemovedLine { line: 3, rule: "advertisement-label".to_owned() }]);
    }

    #[test]
    fn a_text_without_left_overs_is_the_same_text() {
        let text = "One.\n\n\n  Two.\t\n";
        assert_eq!(remove_left_overs(text), (text.to_owned(), vec![]));
    }
}
