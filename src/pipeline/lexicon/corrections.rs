//! `corrections.toml` as types: how outlets correct, withdraw or clarify what they published.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use crate::domain::CorrectionKind;
use crate::patterns::GroupPattern;

/// Where a note begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beginning {
    /// With a paragraph.
    Paragraph,
    /// With a sentence.
    Sentence,
}

/// A rule that finds a note by its first words.
#[derive(Debug, Deserialize)]
pub struct NoteRule {
    /// Kept with what it finds.
    pub id: String,
    /// What the note does.
    pub kind: CorrectionKind,
    /// Languages of the documents that it reads.
    pub languages: Vec<String>,
    /// Where the note begins.
    pub at: Beginning,
    pattern: String,
    /// Whether what follows in the sentence is what was wrong.
    #[serde(default)]
    pub tells: bool,
    /// Notes, each with its cue in brackets.
    pub examples: Vec<String>,
    /// Texts without a note.
    pub counterexamples: Vec<String>,
    #[serde(skip)]
    beginnings: Vec<GroupPattern>,
}

impl NoteRule {
    /// The bytes of the cue at the beginning of `text`.
    pub fn cue(&self, text: &str) -> Option<std::ops::Range<usize>> {
        self.beginnings.iter().find_map(|beginning| {
            let cue = beginning.group(text)?;
            let words = text[cue.clone()].trim_end();
            (!words.is_empty()).then(|| cue.start..cue.start + words.len())
        })
    }
}

#[derive(Deserialize)]
struct File {
    words: Words,
    rule: Vec<NoteRule>,
}

#[derive(Deserialize)]
struct Words {
    gap: String,
    ignored: String,
    item: HashMap<String, String>,
    lead: HashMap<String, String>,
}

/// The whole file.
pub struct CorrectionLexicon {
    /// In the order in which they are asked.
    pub rules: Vec<NoteRule>,
    ignored: HashSet<String>,
}

impl CorrectionLexicon {
    /// Whether a word of a note names nothing that was wrong: "article", "version".
    pub fn is_ignored(&self, word: &str) -> bool {
        self.ignored.contains(word)
    }
}

/// Parts of words of which every note has one near its beginning; a text without any is not read.
const MARKS: [&str; 21] = [
    "correct",
    "retract",
    "withdr",
    "version",
    "editor",
    "clarif",
    "taken down",
    "korrektur",
    "berichtigung",
    "richtigstellung",
    "fassung",
    "zurückgezogen",
    "rectif",
    "erratum",
    "retir",
    "dépublié",
    "versión",
    "VERSIÓN",
    "fe de err",
    "correcci",
    "retractado",
];

/// Whether `text` may hold a note at all.
pub fn may_hold_note(text: &str) -> bool {
    static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(MARKS)
            .expect("corrections.rs is part of the build")
    });
    FINDER.is_match(text)
}

/// The rules and word lists.
pub fn lexicon() -> &'static CorrectionLexicon {
    static LEXICON: LazyLock<CorrectionLexicon> = LazyLock::new(|| {
        let file: File = toml::from_str(include_str!("corrections.toml"))
            .expect("corrections.toml is part of the build");
        let mut rules = file.rule;
        for rule in &mut rules {
            rule.beginnings =
                rule.languages.iter().map(|it| file.words.beginning(&rule.pattern, it)).collect();
        }
        let ignored = file.words.ignored.split_whitespace().map(str::to_owned).collect();
        CorrectionLexicon { rules, ignored }
    });
    &LEXICON
}

impl Words {
    fn beginning(&self, pattern: &str, language: &str) -> GroupPattern {
        let part =
            |parts: &HashMap<String, String>| parts.get(language).cloned().unwrap_or_default();
        let pattern =
            pattern.replace("<lead>", &part(&self.lead)).replace("<item>", &part(&self.item));
        GroupPattern::new(&format!("\\A{}({pattern})", self.gap))
            .expect("corrections.toml is part of the build")
    }
}
