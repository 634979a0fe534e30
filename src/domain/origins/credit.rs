//! The head of a text → the agency it is credited to: "LORNE (Reuters) - …", "(AFP) —", "By Reuters".

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    agencies: Vec<Agency>,
}

#[derive(Deserialize)]
struct Agency {
    id: String,
    names: Vec<String>,
}

/// Bytes of a text's beginning in which a credit line may stand.
const HEAD: usize = 300;

/// The id of the agency that the head of a text credits; `None` where it names none.
///
/// ```
/// use claimtrail::domain::origins::credit::find;
/// assert_eq!(find("LORNE, March 3 (Reuters) - The pier is shut."), Some("reuters"));
/// assert_eq!(find("The pier is shut, Reuters reported."), None);
/// ```
pub fn find(text: &str) -> Option<&'static str> {
    let mut end = text.len().min(HEAD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = &text[..end];
    agencies().iter().find_map(|agency| {
        agency.names.iter().any(|name| credits(head, name)).then_some(agency.id.as_str())
    })
}

/// Whether a credit line with the name stands in the head: in brackets before a dash, or as a line of
/// its own behind "By" or "Source:".
fn credits(head: &str, name: &str) -> bool {
    let bracketed = head.match_indices(name).any(|(at, _)| {
        let before = head[..at].chars().next_back();
        let rest = &head[at + name.len()..];
        let behind = rest.strip_prefix(')').map(str::trim_start);
        before == Some('(') && behind.is_some_and(|rest| rest.starts_with(['-', '–', '—', '―']))
    });
    let dashed = head.strip_prefix(name).map(str::trim_start);
    let lined = head.lines().take(3).map(str::trim).any(|line| {
        ["By ", "by ", "Source: ", "Sources: ", "© "].iter().any(|lead| {
            line.strip_prefix(lead).is_some_and(|rest| rest.trim_end_matches('.') == name)
        })
    });
    bracketed || lined || dashed.is_some_and(|rest| rest.starts_with(['–', '—']))
}

fn agencies() -> &'static [Agency] {
    static AGENCIES: LazyLock<Vec<Agency>> = LazyLock::new(|| {
        let file: File = toml::from_str(include_str!("agencies.toml"))
            .expect("agencies.toml is part of the build");
        file.agencies
    });
    &AGENCIES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_lines_are_told_from_mentions() {
        for (text, agency) in [
            ("LORNE (Reuters) - The pier is shut.", Some("reuters")),
            ("LORNE, 3 March (AFP) — The pier is shut.", Some("afp")),
            ("(AP) – The pier is shut.", Some("ap")),
            ("By The Associated Press\n\nThe pier is shut.", Some("ap")),
            ("Source: TASS\nThe pier is shut.", Some("tass")),
            ("The pier is shut\nBy Reuters.\nIt fell.", Some("reuters")),
            ("The agency (Reuters) said that the pier is shut.", None),
            ("Reuters reported that the pier is shut.", None),
            ("By Reuters' own count the pier is shut.", None),
            ("(APN) - The pier is shut.", None),
            ("", None),
        ] {
            assert_eq!(find(text), agency, "{text}");
        }
    }
}
