//! The main text of a page → whether it asks for consent instead of being an article.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::patterns::PatternList;

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let file: RuleFile =
        toml::from_str(include_str!("consent.toml")).expect("consent.toml is as its types say");
    let patterns: Vec<&str> = file.patterns.iter().map(String::as_str).collect();
    let patterns = PatternList::new(&patterns, 10 << 20, 2 << 20);
    Rules { patterns: patterns.expect("the patterns of consent.toml compile"), file }
});

struct Rules {
    file: RuleFile,
    patterns: PatternList,
}

#[derive(Deserialize)]
struct RuleFile {
    max_chars: usize,
    least: usize,
    patterns: Vec<String>,
    #[cfg(test)]
    examples: Vec<String>,
    #[cfg(test)]
    counterexamples: Vec<String>,
}

/// Whether a page's main text asks its reader for consent and says nothing else.
///
/// ```
/// use claimtrail::ingest::asks_for_consent;
/// assert!(asks_for_consent(
///     "We value your privacy. We and our partners show personalised ads. Accept all"
/// ));
/// assert!(!asks_for_consent("The ministry denied that sites may drop their privacy policy."));
/// ```
pub fn asks_for_consent(text: &str) -> bool {
    text.chars().nth(RULES.file.max_chars).is_none()
        && RULES.patterns.matches(text).len() >= RULES.file.least
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_take_their_examples_and_leave_their_counterexamples() {
        assert!(!RULES.file.examples.is_empty() && !RULES.file.counterexamples.is_empty());
        for text in &RULES.file.examples {
            assert!(asks_for_consent(text), "{text}");
        }
        for text in &RULES.file.counterexamples {
            assert!(!asks_for_consent(text), "{text}");
        }
    }

    #[test]
    fn an_article_is_longer_than_a_question() {
        let article = "The office denied it again. ".repeat(100) + &RULES.file.examples[0];
        assert!(!asks_for_consent(&article));
    }
}
