//! Claim text → the wording that two spellings of one claim share.

use unicode_normalization::UnicodeNormalization;

use crate::domain::is_invisible;

/// Words that name nothing.
const ARTICLES: [&str; 3] = ["a", "an", "the"];

/// The canonical wording of a claim: compatibility forms and case folded, invisible characters,
/// punctuation and articles gone, single spaces.
///
/// What changes the meaning stays: signs and separators inside numbers, currency and percent
/// signs, negations. A text without a word is its own key.
///
/// ```
/// use claimtrail::pipeline::matching::canonical_key;
/// assert_eq!(canonical_key("The “Aurora” is in port."), canonical_key("Aurora is in port"));
/// assert_ne!(canonical_key("It cost 3.5 million"), canonical_key("It cost 35 million"));
/// ```
pub fn canonical_key(text: &str) -> String {
    let folded: Vec<char> =
        text.nfkc().filter(|&c| !is_invisible(c)).flat_map(char::to_lowercase).map(plain).collect();
    let mut words = String::with_capacity(text.len());
    for (place, &c) in folded.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| folded.get(before)).copied();
        let after = folded.get(place + 1).copied();
        let stays = c.is_alphanumeric() || is_sign(c) || is_mark(c);
        if stays || belongs_to_number(c, before, after) {
            words.push(c);
        } else if c == '\'' && both_letters(before, after) {
            // "isn't" and "Ann's" are one word each.
        } else {
            words.push(' ');
        }
    }
    let key = words
        .split_whitespace()
        .filter(|word| !ARTICLES.contains(word))
        .collect::<Vec<_>>()
        .join(" ");
    if key.is_empty() { folded.iter().collect::<String>().trim().to_owned() } else { key }
}

/// One form for each kind of apostrophe and dash.
pub(super) fn plain(c: char) -> char {
    match c {
        '’' | '‘' | 'ʼ' | '`' => '\'',
        '‐' | '‑' | '−' => '-',
        _ => c,
    }
}

fn is_sign(c: char) -> bool {
    matches!(c, '%' | '‰' | '$' | '€' | '£' | '¥' | '+' | '°' | '&' | '@' | '#')
}

/// Combining marks that no composed letter takes up belong to the letter before.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

fn belongs_to_number(c: char, before: Option<char>, after: Option<char>) -> bool {
    let digit = |side: Option<char>| side.is_some_and(|c| c.is_ascii_digit());
    match c {
        '.' | ',' | ':' | '/' => digit(before) && digit(after),
        '-' => digit(after) && !before.is_some_and(char::is_alphanumeric),
        _ => false,
    }
}

fn both_letters(before: Option<char>, after: Option<char>) -> bool {
    before.is_some_and(char::is_alphabetic) && after.is_some_and(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spelling_does_not_tell_two_claims_apart() {
        let key = canonical_key("The ship's captain isn't aboard.");
        for other in [
            "  the SHIP’S captain   isn’t aboard",
            "Ship\u{ad}'s cap\u{200b}tain isn't a board".replace("a board", "aboard").as_str(),
            "A ship's captain isn't aboard!",
            "“The ship's captain” isn't aboard…",
        ] {
            assert_eq!(canonical_key(other), key, "{other}");
        }
    }

    #[test]
    fn what_changes_the_meaning_stays() {
        for (one, other) in [
            ("The mayor is in Oslo.", "The mayor is not in Oslo."),
            ("It rose 5%.", "It rose 5."),
            ("It is -5 degrees.", "It is 5 degrees."),
            ("It cost $1,000.", "It cost $1000,0."),
            ("Zoë left.", "Zoe left."),
        ] {
            assert_ne!(canonical_key(one), canonical_key(other), "{one} / {other}");
        }
    }

    #[test]
    fn a_text_without_words_is_its_own_key() {
        assert_eq!(canonical_key(" ?! "), "?!");
        assert_ne!(canonical_key("?!"), canonical_key("…"));
        assert_eq!(canonical_key("The"), "the");
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(text in "\\PC{0,80}") {
            let key = canonical_key(&text);
            prop_assert_eq!(canonical_key(&key), key);
        }
    }
}
