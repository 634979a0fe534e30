//! The regular expressions of rules: asked on many threads, held in memory for those that ask at once.
//!
//! Beside its program, an expression keeps what its searches work with, up to some megabytes. The
//! crate `regex` keeps that for each of nine groups of threads, which is quick on many cores and dear
//! where hundreds of long expressions are asked on threads that come and go: a run over 6,000 pages of
//! a feed took 364 MB, most of it this, and the more the more rules had met the more threads. Here an
//! expression keeps it for the first thread and for as many others as ever asked at one instant.
//!
//! All of it ignores case.

use std::ops::Range;

use regex_automata::meta::{BuildError, Config, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::syntax;
use regex_automata::{Input, MatchKind, PatternSet};

/// Bytes of the program of one expression at most.
const LONGEST: usize = 10 << 20;

fn config(longest: usize) -> Config {
    Regex::config().pool_capacity(1).nfa_size_limit(Some(longest))
}

fn compile(config: Config, multi_line: bool, patterns: &[&str]) -> Result<Regex, Box<BuildError>> {
    Regex::builder()
        .configure(config)
        .syntax(syntax::Config::new().case_insensitive(true).multi_line(multi_line))
        .build_many(patterns)
        .map_err(Box::new)
}

/// One expression, to tell whether it matches.
#[derive(Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles an expression of the crate `regex`.
    ///
    /// # Errors
    /// It is none, or too long.
    pub fn new(pattern: &str) -> Result<Self, Box<BuildError>> {
        let config = config(LONGEST).which_captures(WhichCaptures::Implicit);
        compile(config, false, &[pattern]).map(Pattern)
    }

    /// Whether it matches anywhere in `text`.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// One expression whose first group is what counts. `^` and `$` stand at the ends of lines.
#[derive(Debug)]
pub struct GroupPattern(Regex);

impl GroupPattern {
    /// Compiles an expression of the crate `regex`.
    ///
    /// # Errors
    /// It is none, or too long.
    pub fn new(pattern: &str) -> Result<Self, Box<BuildError>> {
        compile(config(LONGEST), true, &[pattern]).map(GroupPattern)
    }

    /// The bytes of the first group in the first match.
    pub fn group(&self, text: &str) -> Option<Range<usize>> {
        let mut captures = self.0.create_captures();
        self.0.captures(text, &mut captures);
        captures.get_group(1).map(Range::from)
    }
}

/// Expressions that are asked together, in one pass over a text.
#[derive(Debug)]
pub struct PatternList(Regex);

impl PatternList {
    /// Compiles expressions of the crate `regex`; `longest` bounds the bytes of their program, `cached`
    /// those of the automaton that a search makes of it.
    ///
    /// # Errors
    /// One is none, or all are too long together.
    pub fn new(patterns: &[&str], longest: usize, cached: usize) -> Result<Self, Box<BuildError>> {
        let config = config(longest)
            .match_kind(MatchKind::All)
            .which_captures(WhichCaptures::None)
            .hybrid_cache_capacity(cached);
        compile(config, false, patterns).map(PatternList)
    }

    /// The places in the list of those that match anywhere in `text`, in order.
    pub fn matches(&self, text: &str) -> Vec<usize> {
        let mut found = PatternSet::new(self.0.pattern_len());
        self.0.which_overlapping_matches(&Input::new(text), &mut found);
        found.iter().map(|pattern| pattern.as_usize()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_ignores_case_and_stands_where_it_likes() {
        let pattern = Pattern::new(r"\b(pier|quay)\b").expect("it compiles");
        assert!(pattern.is_match("The PIER sank.") && !pattern.is_match("The piers sank."));
        assert!(Pattern::new("(").is_err());
    }

    #[test]
    fn the_first_group_is_told_by_its_bytes() {
        let pattern = GroupPattern::new(r"^\W*(correction(:| of))").expect("it compiles");
        assert_eq!(pattern.group("Ö.\n– Correction: the pier"), Some(8..19));
        assert_eq!(pattern.group("No correction: the pier"), None);
    }

    #[test]
    fn a_list_tells_all_that_match() {
        let list = PatternList::new(&["pier", "quay", "^the", "harbou?r"], 1 << 20, 1 << 20);
        let list = list.expect("they compile");
        assert_eq!(list.matches("The harbour, the Pier"), [0, 2, 3]);
        assert!(list.matches("A boat").is_empty());
    }
}
