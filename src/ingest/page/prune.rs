//! A page → the parts of it that are not its article.
//!
//! The rules are data: `prune.toml`, each with what it meets and what it must leave.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use serde::Deserialize;

use super::outline::Outline;

/// Attributes whose words say what an element is for.
const TELLING: [&str; 10] = [
    "class",
    "id",
    "role",
    "aria-label",
    "data-testid",
    "data-test-id",
    "data-component",
    "data-component-name",
    "data-module",
    "data-type",
];

/// One kind of part that is not the article.
#[derive(Deserialize)]
struct Rule {
    #[serde(default)]
    phrases: Vec<String>,
    #[serde(default)]
    elements: Vec<String>,
    /// Of the page's prose, what such a part may hold at most.
    most: f32,
    /// Where an element holds too much to fall, the rule rests for all inside it.
    #[serde(default)]
    frame: bool,
}

#[derive(Deserialize)]
struct RuleFile {
    rule: Vec<Rule>,
}

struct Rules {
    rules: Vec<Rule>,
    phrases: AhoCorasick,
    /// The rule of each phrase.
    rule_of: Vec<usize>,
    /// The rule of an element's name.
    elements: HashMap<String, usize>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let file: RuleFile =
        toml::from_str(include_str!("prune.toml")).expect("prune.toml is part of the program");
    let mut words = Vec::new();
    let mut rule_of = Vec::new();
    let mut elements = HashMap::new();
    for (at, rule) in file.rule.iter().enumerate() {
        for phrase in &rule.phrases {
            words.push(format!(" {phrase} "));
            rule_of.push(at);
        }
        elements.extend(rule.elements.iter().map(|element| (element.clone(), at)));
    }
    let phrases = AhoCorasick::new(&words).expect("prune.toml is part of the program");
    Rules { rules: file.rule, phrases, rule_of, elements }
});

/// Which entries of a page fall away with all they hold.
pub struct Pruned {
    /// For each entry whether it, or an element around it, falls away.
    gone: Vec<bool>,
    /// The topmost elements that fall away.
    pub roots: Vec<usize>,
}

impl Pruned {
    /// Whether the entry falls away.
    pub fn is_gone(&self, at: usize) -> bool {
        self.gone[at]
    }
}

/// Finds what is not the article.
pub fn prune(outline: &Outline) -> Pruned {
    let rules = &*RULES;
    let mut pruned = Pruned { gone: vec![false; outline.entries.len()], roots: Vec::new() };
    let prose = Prose::of(outline);
    let hiding_counts = !hides_its_article(outline, &prose);
    let mut known: HashMap<String, u64> = HashMap::new();
    let mut at = 0;
    // How far each rule rests.
    let mut rests = vec![0; rules.rules.len()];
    while at < outline.entries.len() {
        let entry = &outline.entries[at];
        if !entry.is_element() || is_frame(entry.name()) {
            at += 1;
            continue;
        }
        let mut met = 0_u64;
        if let Some(&rule) = rules.elements.get(entry.name()) {
            met |= 1 << rule;
        }
        let words = telling_words(outline, at);
        if !words.is_empty() {
            met |= match known.get(&words) {
                Some(&met) => met,
                None => {
                    let found = rules
                        .phrases
                        .find_overlapping_iter(&words)
                        .fold(0, |met, found| met | 1 << rules.rule_of[found.pattern()]);
                    known.insert(words, found);
                    found
                }
            };
        }
        let share = prose.share(outline, at);
        let mut falls = hiding_counts && is_hidden(outline, at) || is_picture(outline, at);
        for (number, rule) in
            rules.rules.iter().enumerate().filter(|(number, _)| met >> number & 1 == 1)
        {
            if share > rule.most && rule.frame {
                rests[number] = entry.end;
            }
            falls |= share <= rule.most && at >= rests[number];
        }
        if falls {
            let end = outline.entries[at].end;
            pruned.gone[at..end].fill(true);
            pruned.roots.push(at);
            at = end;
        } else {
            at += 1;
        }
    }
    pruned
}

/// The page's running text, by which a part of it is measured.
struct Prose {
    by_paragraphs: bool,
    total: f32,
}

impl Prose {
    /// Below this many characters in paragraphs a page is taken to set its text without them.
    const FEW: u32 = 400;

    fn of(outline: &Outline) -> Self {
        let by_paragraphs = outline.paragraph_length(0) > Self::FEW;
        let mut prose = Prose { by_paragraphs, total: 1.0 };
        prose.total = prose.length(outline, 0).max(1.0);
        prose
    }

    #[expect(clippy::cast_precision_loss, reason = "a share needs no more")]
    fn length(&self, outline: &Outline, at: usize) -> f32 {
        if self.by_paragraphs {
            outline.paragraph_length(at) as f32
        } else {
            outline.text_length(at).saturating_sub(outline.link_length(at)) as f32
        }
    }

    /// How much of the page's prose stands inside `at`, 0 to 1.
    fn share(&self, outline: &Outline, at: usize) -> f32 {
        self.length(outline, at) / self.total
    }
}

/// Elements that are the page and no part of it.
fn is_frame(name: &str) -> bool {
    matches!(name, "" | "html" | "head" | "body" | "main" | "title" | "meta" | "link")
}

fn is_hidden(outline: &Outline, at: usize) -> bool {
    let entry = &outline.entries[at];
    entry.attribute("hidden").is_some()
        || entry.attribute("aria-hidden") == Some("true")
        || entry.attribute("style").is_some_and(|style| {
            let style: String =
                style.chars().filter(|it| !it.is_whitespace()).collect::<String>().to_lowercase();
            style.contains("display:none") || style.contains("visibility:hidden")
        })
}

/// Whether most of the page's prose is hidden: then a script was to show it, and hiding says nothing.
fn hides_its_article(outline: &Outline, prose: &Prose) -> bool {
    let mut hidden = 0.0;
    let mut at = 0;
    while at < outline.entries.len() {
        if outline.entries[at].is_element() && is_hidden(outline, at) {
            hidden += prose.share(outline, at);
            at = outline.entries[at].end;
        } else {
            at += 1;
        }
    }
    hidden > 0.5
}

/// A figure of a picture; one of a table, a listing or a quotation is text.
fn is_picture(outline: &Outline, at: usize) -> bool {
    outline.entries[at].name() == "figure"
        && !outline.elements(at).any(|inside| {
            matches!(outline.entries[inside].name(), "table" | "pre" | "blockquote" | "ul" | "ol")
        })
}

/// The words of the telling attributes: lower case, one space between and around them, and a dot
/// between two attributes.
fn telling_words(outline: &Outline, at: usize) -> String {
    let entry = &outline.entries[at];
    let mut words = String::new();
    for name in TELLING {
        if let Some(value) = entry.attribute(name) {
            if words.is_empty() {
                words.push(' ');
            } else {
                words.push_str(". ");
            }
            let mut last_is_lower = false;
            let mut in_word = false;
            for character in value.chars().take(400) {
                if character.is_alphanumeric() {
                    if character.is_uppercase() && last_is_lower && in_word {
                        words.push(' ');
                    }
                    last_is_lower = character.is_lowercase();
                    in_word = true;
                    words.extend(character.to_lowercase());
                } else {
                    if in_word {
                        words.push(' ');
                    }
                    // Two classes are two names: their words make no phrase together.
                    if character.is_whitespace() && !words.ends_with(". ") {
                        words.push_str(". ");
                    }
                    in_word = false;
                    last_is_lower = false;
                }
            }
            if in_word {
                words.push(' ');
            }
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::*;

    /// A rule with its proof, which the program itself does not read.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct ProvenRule {
        id: String,
        #[serde(default)]
        phrases: Vec<String>,
        #[serde(default)]
        elements: Vec<String>,
        most: f32,
        #[serde(default, rename = "frame")]
        _frame: bool,
        examples: Vec<String>,
        counterexamples: Vec<String>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct ProvenFile {
        rule: Vec<ProvenRule>,
    }

    fn proven() -> Vec<ProvenRule> {
        toml::from_str::<ProvenFile>(include_str!("prune.toml")).expect("well-formed").rule
    }

    /// What is left of a page.
    fn left(html: &str) -> String {
        let page = Document::from(html);
        let outline = Outline::of(&page, page.root().id);
        let pruned = prune(&outline);
        let blocks = super::super::blocks::read_blocks(&outline, 0, |at| pruned.is_gone(at));
        super::super::blocks::join(&blocks)
    }

    fn in_an_article(part: &str) -> String {
        let paragraph = "<p>The port of Sella denied on Monday that it had been closed, and called \
            the reports of a spill in the outer basin baseless.</p>";
        format!("<body><article>{}{part}{}</article>", paragraph.repeat(4), paragraph.repeat(4))
    }

    #[test]
    fn every_rule_takes_its_examples_and_leaves_its_counterexamples() {
        let bare = left(&in_an_article(""));
        for rule in proven() {
            assert!(!rule.examples.is_empty() && !rule.counterexamples.is_empty(), "{}", rule.id);
            assert!(!rule.phrases.is_empty() || !rule.elements.is_empty(), "{}", rule.id);
            assert!((0.05..=0.5).contains(&rule.most), "{}", rule.id);
            for example in &rule.examples {
                assert_eq!(left(&in_an_article(example)), bare, "{}: {example}", rule.id);
            }
            for example in &rule.counterexamples {
                let left = left(&in_an_article(example));
                assert!(left.len() > bare.len(), "{}: {example}", rule.id);
            }
        }
    }

    #[test]
    fn every_phrase_is_written_as_it_is_looked_up() {
        let mut seen = std::collections::HashSet::new();
        for phrase in proven().iter().flat_map(|rule| &rule.phrases) {
            assert!(seen.insert(phrase.clone()), "{phrase} stands twice");
            assert_eq!(phrase.split(' ').collect::<Vec<_>>().join(" "), phrase.to_lowercase());
            assert!(phrase.chars().all(|it| it.is_alphanumeric() || it == ' '), "{phrase}");
        }
    }

    #[test]
    fn a_word_on_the_frame_around_the_article_takes_nothing() {
        let page = in_an_article("<p>Last.</p>");
        let framed = page.replace("<article>", "<div class='newsletter related'>");
        assert_eq!(left(&framed), left(&page));
    }

    #[test]
    fn a_gallery_that_is_the_article_keeps_its_pictures_words() {
        let page = in_an_article("").replace("<p>", "<div class='gallery-slide'><p>");
        let gallery = page.replace("<article>", "<article class='photo-gallery'>");
        assert_eq!(left(&gallery), left(&in_an_article("")));
    }

    #[test]
    fn hidden_parts_go_unless_the_article_itself_is_hidden() {
        let bare = left(&in_an_article(""));
        for part in [
            "<div hidden><p>Not yet.</p></div>",
            "<div style='display: none'><p>Not yet.</p></div>",
            "<span aria-hidden=true>Not yet.</span>",
        ] {
            assert_eq!(left(&in_an_article(part)), bare, "{part}");
        }
        let hidden = in_an_article("").replace("<p>", "<p style=\"display:none\">");
        assert_eq!(left(&hidden), bare);
    }
}
