//! English verb forms: from the -ing form or the base to the past, and back.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    irregular: String,
    bases: String,
}

struct Forms {
    by_base: HashMap<String, (String, String)>,
    base_of_past: HashMap<String, String>,
    base_of_participle: HashMap<String, String>,
    base_of_gerund: HashMap<String, String>,
}

fn forms() -> &'static Forms {
    static FORMS: LazyLock<Forms> = LazyLock::new(|| {
        let file: File = toml::from_str(include_str!("inflections.toml"))
            .expect("inflections.toml is part of the build");
        let mut forms = Forms {
            by_base: HashMap::new(),
            base_of_past: HashMap::new(),
            base_of_participle: HashMap::new(),
            base_of_gerund: HashMap::new(),
        };
        for line in file.irregular.lines() {
            let mut words = line.split_whitespace();
            let (Some(base), Some(past), Some(participle)) =
                (words.next(), words.next(), words.next())
            else {
                continue;
            };
            forms.base_of_gerund.insert(gerund(base), base.to_owned());
            forms.base_of_past.entry(past.to_owned()).or_insert_with(|| base.to_owned());
            forms
                .base_of_participle
                .entry(participle.to_owned())
                .or_insert_with(|| base.to_owned());
            forms.by_base.insert(base.to_owned(), (past.to_owned(), participle.to_owned()));
        }
        for base in file.bases.split_whitespace() {
            forms.base_of_gerund.entry(gerund(base)).or_insert_with(|| base.to_owned());
            if !forms.by_base.contains_key(base) {
                let past = regular_past(base);
                forms.base_of_past.entry(past.clone()).or_insert_with(|| base.to_owned());
                forms.base_of_participle.entry(past).or_insert_with(|| base.to_owned());
            }
        }
        forms
    });
    &FORMS
}

fn is_vowel(letter: Option<char>) -> bool {
    matches!(letter, Some('a' | 'e' | 'i' | 'o' | 'u'))
}

/// Whether a short verb doubles its last letter: "rig", "plan", not "fix" or "snow".
fn doubles(base: &str) -> bool {
    let mut letters = base.chars().rev();
    let (last, middle, first) = (letters.next(), letters.next(), letters.next());
    let one_syllable = base.chars().filter(|letter| is_vowel(Some(*letter))).count() == 1;
    let ends = !is_vowel(last) && !matches!(last, Some('w' | 'x' | 'y' | 'h') | None);
    ends && is_vowel(middle) && first.is_some() && !is_vowel(first) && one_syllable
}

/// "take" → "taking".
pub fn gerund(base: &str) -> String {
    match base {
        "be" => "being".to_owned(),
        "die" | "lie" | "tie" => format!("{}ying", &base[..1]),
        _ if base.ends_with('e') && !base.ends_with("ee") && !base.ends_with("ye") => {
            format!("{}ing", base.strip_suffix('e').unwrap_or(base))
        }
        _ if doubles(base) => format!("{base}{}ing", base.chars().last().unwrap_or('g')),
        _ => format!("{base}ing"),
    }
}

fn regular_past(base: &str) -> String {
    if base.ends_with('e') {
        return format!("{base}d");
    }
    if let Some(stem) = base.strip_suffix('y')
        && !is_vowel(stem.chars().last())
    {
        return format!("{stem}ied");
    }
    if doubles(base) {
        return format!("{base}{}ed", base.chars().last().unwrap_or('d'));
    }
    format!("{base}ed")
}

/// "take" → "took"; "plan" → "planned".
pub fn past(base: &str) -> String {
    forms().by_base.get(base).map_or_else(|| regular_past(base), |(past, _)| past.clone())
}

/// "taking" → "took", "planning" → "planned", "being" → "was"; `None` for a word that is no
/// -ing form.
pub fn past_of_gerund(word: &str) -> Option<String> {
    if let Some(base) = forms().base_of_gerund.get(word) {
        return Some(past(base));
    }
    let stem = word.strip_suffix("ing")?;
    if stem.len() < 2 || !stem.chars().any(|letter| is_vowel(Some(letter)) || letter == 'y') {
        return None;
    }
    Some(match stem.strip_suffix('y') {
        Some(root) if !is_vowel(root.chars().last()) => format!("{root}ied"),
        _ => format!("{stem}ed"),
    })
}

/// "seen" → "saw"; a regular participle is its own past.
pub fn past_of_participle(word: &str) -> String {
    match forms().base_of_participle.get(word) {
        Some(base) => past(base),
        None => word.to_owned(),
    }
}

/// "take" → "takes".
pub fn third_person(base: &str) -> String {
    match base {
        "be" => return "is".to_owned(),
        "have" => return "has".to_owned(),
        _ => {}
    }
    if ["s", "x", "z", "ch", "sh", "o"].iter().any(|end| base.ends_with(end)) {
        return format!("{base}es");
    }
    match base.strip_suffix('y') {
        Some(stem) if !is_vowel(stem.chars().last()) => format!("{stem}ies"),
        _ => format!("{base}s"),
    }
}

/// Whether the word is a known irregular past form ("took", "met"), which spelling does not tell.
pub fn is_irregular_past(word: &str) -> bool {
    forms().base_of_past.contains_key(word)
}

/// The base of a known past form or participle; the word itself where it is none.
pub fn base_of(word: &str) -> &str {
    let forms = forms();
    let base = forms.base_of_past.get(word).or_else(|| forms.base_of_participle.get(word));
    base.map_or(word, String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_past_of_ing_forms() {
        for (gerund, past) in [
            ("taking", "took"),
            ("planning", "planned"),
            ("using", "used"),
            ("carrying", "carried"),
            ("paying", "paid"),
            ("being", "was"),
            ("lying", "lied"),
            ("spying", "spied"),
            ("rigging", "rigged"),
            ("meeting", "met"),
            ("poisoning", "poisoned"),
        ] {
            assert_eq!(past_of_gerund(gerund).as_deref(), Some(past), "{gerund}");
        }
        assert_eq!(past_of_gerund("thing"), None);
        assert_eq!(past_of_gerund("ing"), None);
    }

    #[test]
    fn finds_other_forms() {
        assert_eq!(past_of_participle("seen"), "saw");
        assert_eq!(past_of_participle("poisoned"), "poisoned");
        assert_eq!(third_person("carry"), "carries");
        assert_eq!(third_person("go"), "goes");
        assert_eq!(past("stop"), "stopped");
    }
}
