//! The line at the end of a quoted post that names who wrote it and when.

use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::Regex;

use super::terms::words_of_name;

/// Who wrote a post, and when: " — Nadia Brandt (@NBrandt) May 3, 2026", as posts are embedded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature<'t> {
    /// What the post says, before the line.
    pub said: &'t str,
    /// The author's name and handle, as words.
    pub author: String,
    /// The day, if there is one of that name.
    pub day: Option<NaiveDate>,
}

/// The signature at the end of `text`.
///
/// ```
/// use claimtrail::pipeline::matching::signature;
/// let signed = signature("The ferry sank! — Nadia Brandt (@OstrelWater) May 3, 2026").unwrap();
/// assert_eq!(signed.said, "The ferry sank!");
/// assert_eq!(signed.author, "Nadia Brandt Ostrel Water");
/// assert_eq!(signed.day.unwrap().to_string(), "2026-05-03");
/// ```
pub fn signature(text: &str) -> Option<Signature<'_>> {
    static SIGNATURE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\s*[—–-]\s*([^—–]{1,60})\(@(\w+)\)\s+(\w+ \d{1,2}, \d{4})\s*$")
            .expect("it is valid")
    });
    let found = SIGNATURE.captures(text)?;
    let [name, handle, day] = [1, 2, 3].map(|group| found.get(group).map_or("", |g| g.as_str()));
    Some(Signature {
        said: &text[..found.get(0)?.start()],
        author: format!("{} {}", name.trim(), words_of_name(handle)),
        day: NaiveDate::parse_from_str(day, "%B %d, %Y").ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_wrote_a_post_and_when_is_read_from_its_last_line() {
        for (text, said, author, day) in [
            ("Gone! - A B (@ab) January 12, 2026", "Gone!", "A B ab", Some("2026-01-12")),
            (
                "It broke – Kelm_Dam (@Kelm_Dam) Sep 1, 2025 ",
                "It broke",
                "Kelm_Dam Kelm Dam",
                Some("2025-09-01"),
            ),
            ("— Nobody (@nobody) February 30, 2026", "", "Nobody nobody", None),
            ("Soon — X (@x) Nonember 3, 2026", "Soon", "X x", None),
        ] {
            let signed = signature(text).unwrap();
            assert_eq!((signed.said, signed.author.as_str()), (said, author));
            assert_eq!(signed.day.map(|day| day.to_string()).as_deref(), day, "{text}");
        }
    }

    #[test]
    fn a_text_without_handle_and_date_at_its_end_is_not_signed() {
        for text in
            ["", "He was there — and left", "A (@a) May 3, 2026 was wrong", "— A (@a) May 2026"]
        {
            assert_eq!(signature(text), None, "{text}");
        }
    }
}
