//! A by-line as printed → the names in it.

use std::sync::LazyLock;

use regex::Regex;

use super::text::plain_line;

/// Names of one page, at most.
const MOST: usize = 12;

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is part of the program")
}

/// What stands before the names, in the languages we meet.
static LEAD: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)^\W*(?:(?:(?:words?|story|text|report(?:ed|ing)?|written|posted|published|reviewed|edited|analysis|review|opinion|column|photos?(?: and (?:story|text))?|video|produced|compiled|submitted|created|authored|contributed)\s+(?:and\s+\w+\s+)?)?by:?\s|author(?:s|\(s\))?:?\s|from:?\s|von:?\s|par:?\s|por:?\s|di:\s|da:\s|door:?\s|av:?\s|autor(?:in|es|a)?:?\s|auteurs?:?\s|text:\s|автор(?:ы|и)?:?\s|yazan:?\s|yazar:?\s|tekst:\s)+",
    )
});

/// Where the names end: a date, a role behind a bar, an address.
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)(?:\s*[|•·»\n\t]|\s[-–—]\s|\s*\(|\s*https?://|\s*www\.|\bpublished\b|\bupdated\b|\bposted\b|\blast modified\b|\bfor\s+\S*(?:online|mail|\.com|news|times|post)|\bis (?:a|an|the)\b|\bcovers\b|\bvia\b|,?\s*\d{1,2}[:./]\d|\b\d{4}\b).*$",
    )
});

/// Signs and words between two names.
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\s*(?:[,;/&+]|\s(?:and|und|et|y|e|en|och|og|i|и|та|ve|with|mit|avec|con)\s)\s*(?:(?:and|und|et|y|with)\s)?",
    )
});

/// Words that are a role or a desk and no name.
static ROLE: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:staff|writers?|reporters?|editors?|editorial|correspondents?|contribut\w+|columnists?|journalists?|freelanc\w+|producers?|anchors?|photographers?|photojournalists?|critics?|analysts?|bureau|desk|newsroom|team|admin\w*|webmaster|guest|author|chief|senior|deputy|associate|managing|assistant|intern|director|manager|specialist|strategist|experts?|special to|redaktion|redacción|redazione|rédaction|редакция|published|updated|read more|follow|share|email|twitter|facebook|instagram|linkedin|min(?:ute)?s? read|ph\.?d|m\.?d|r\.?d|rdn|mba|mph)\b",
    )
});

/// Names of bodies that sign texts, though their words look like roles.
static BODY: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)\b(?:press|reuters|agency|agence|service|news|times|post|media|staff|team|desk|board)\b",
    )
});

/// The names in what a page gives as its author.
///
/// Lead words, roles, dates, addresses and handles fall away, and so does the name of the outlet
/// where a person is named too.
pub fn clean_names<'a>(
    values: impl IntoIterator<Item = &'a str>,
    outlet: Option<&str>,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut bodies: Vec<String> = Vec::new();
    for value in values {
        let Some(line) = plain_line(value.get(..value.floor_char_boundary(600)).unwrap_or(value))
        else {
            continue;
        };
        let line = LEAD.replace(&line, "");
        let line = TAIL.replace(&line, "");
        for part in BETWEEN.split(&line).filter(|part| !part.trim_start().starts_with('@')) {
            let name = part
                .trim_matches(|it: char| !it.is_alphanumeric() && it != '.' && it != ')')
                .trim();
            let name = name.trim_end_matches([':', ';', ',']);
            if !looks_like_name(name) {
                continue;
            }
            let known =
                |list: &[String]| list.iter().any(|it| it.to_lowercase() == name.to_lowercase());
            if known(&names) || known(&bodies) {
                continue;
            }
            let is_outlet = outlet.is_some_and(|outlet| same(outlet, name));
            if is_outlet || ROLE.is_match(name) {
                if is_outlet || BODY.is_match(name) {
                    bodies.push(name.to_owned());
                }
            } else {
                names.push(name.to_owned());
            }
        }
    }
    if names.is_empty() {
        names = bodies;
    }
    names.truncate(MOST);
    names
}

fn same(one: &str, other: &str) -> bool {
    super::text::skeleton(one) == super::text::skeleton(other)
}

fn looks_like_name(name: &str) -> bool {
    let letters = name.chars().filter(|it| it.is_alphabetic()).count();
    let digits = name.chars().filter(char::is_ascii_digit).count();
    letters >= 2
        && digits * 4 <= letters
        && name.chars().count() <= 60
        && name.split_whitespace().count() <= 7
        && !name.contains(['@', '{', '}', '<', '>', '=', '_', '?', '!'])
        && !name.contains("://")
        && !name.contains("www.")
        && name.chars().next().is_some_and(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> Vec<String> {
        clean_names([line], Some("The Quay"))
    }

    #[test]
    fn lead_words_dates_roles_and_addresses_fall_away() {
        for line in [
            "Ida Moll",
            "By Ida Moll",
            "by: IDA MOLL | Staff Writer",
            "Written by Ida Moll, Senior Editor",
            "Von Ida Moll",
            "Par Ida Moll",
            "Автор: Ida Moll",
            "Ida Moll - The Quay",
            "Ida Moll, The Quay",
            "Ida Moll (ida@quay.test)",
            "Ida Moll Published 2 March 2026",
            "By Ida Moll 2026-03-02",
            "Ida Moll https://quay.test/ida-moll",
            "Story by Ida Moll • 3 min read",
        ] {
            let read = names(line);
            assert_eq!(read.len(), 1, "{line}: {read:?}");
            assert_eq!(read[0].to_lowercase(), "ida moll", "{line}");
        }
    }

    #[test]
    fn several_names_are_parted() {
        assert_eq!(names("By Ida Moll, Per Lund and Eva Ro"), ["Ida Moll", "Per Lund", "Eva Ro"]);
        assert_eq!(names("Ida Moll und Per Lund"), ["Ida Moll", "Per Lund"]);
        assert_eq!(
            clean_names(["Ida Moll", "ida moll", "Per Lund"], None),
            ["Ida Moll", "Per Lund"]
        );
    }

    #[test]
    fn a_body_signs_only_where_no_person_does() {
        assert_eq!(names("The Quay"), ["The Quay"]);
        assert_eq!(names("Quay Staff"), ["Quay Staff"]);
        assert_eq!(names("Harbour Press Agency"), ["Harbour Press Agency"]);
    }

    #[test]
    fn what_is_no_name_is_left_out() {
        for line in ["", "admin", "https://social.test/quay", "@quay", "2 March 2026", "Editor"] {
            let read = names(line);
            assert!(read.is_empty(), "{line}: {read:?}");
        }
    }
}
