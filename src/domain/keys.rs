//! Names → the keys that two spellings of one name share.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longest key of a name, in code points; what lies behind it does not tell two names apart.
pub const NAME_KEY_LENGTH: usize = 400;

/// The key of an actor's or outlet's name: without accents, in lower case, single spaces, no
/// leading article. Empty for a name without letters or digits.
///
/// ```
/// use claimtrail::domain::name_key;
/// assert_eq!(name_key("The  Délégation"), name_key("delegation"));
/// assert_eq!(name_key(" … "), "");
/// assert_eq!(name_key("Außen\u{ad}ministerium"), name_key("Außenministerium"));
/// ```
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    let folded = name.nfkd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase);
    let mut length = 0;
    let mut space = false;
    let mut meaning = false;
    for c in folded {
        if is_invisible(c) {
            continue;
        }
        if c.is_whitespace() || c.is_control() {
            space = !key.is_empty();
            continue;
        }
        if length + 1 >= NAME_KEY_LENGTH {
            break;
        }
        if std::mem::take(&mut space) {
            key.push(' ');
            length += 1;
        }
        meaning |= c.is_alphanumeric();
        key.push(c);
        length += 1;
    }
    if !meaning {
        return String::new();
    }
    match key.strip_prefix("the ") {
        Some(rest) => rest.to_owned(),
        None => key,
    }
}

/// Whether a reader does not see the mark: soft hyphen, zero-width and directional marks, byte order
/// mark.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_key_fits_its_column_and_is_its_own_key(name in "\\PC{0,600}|(the |The ){0,3}[a-z]{1,8}") {
            let key = name_key(&name);
            prop_assert!(key.chars().count() <= NAME_KEY_LENGTH);
            prop_assert!(!key.contains('\0'));
        }
    }
}
