//! Names and addresses → the keys that two spellings of one thing share.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use url::Url;

/// Longest key of a name, in code points; what lies behind it does not tell two names apart.
pub const NAME_KEY_LENGTH: usize = 400;

/// The key of an actor's or outlet's name: without accents, in lower case, single spaces, no
/// leading article. Empty for a name without letters or digits.
///
/// ```
/// use claimtrail::domain::name_key;
/// assert_eq!(name_key("The  Délégation"), name_key("delegation"));
/// assert_eq!(name_key(" … "), "");
/// ```
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    let folded = name.nfkd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase);
    let mut length = 0;
    let mut space = false;
    let mut meaning = false;
    for c in folded {
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

/// The canonical form of an address: what `url` normalises (host in lower case, no default port,
/// dots resolved), without fragment and credentials. `None` for what is not on the web.
///
/// ```
/// use claimtrail::domain::canonical_url;
/// use url::Url;
/// let url = Url::parse("HTTPS://News.TEST:443/a#top").expect("an address");
/// assert_eq!(canonical_url(&url).expect("on the web").as_str(), "https://news.test/a");
/// ```
pub fn canonical_url(url: &Url) -> Option<Url> {
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return None;
    }
    let mut url = url.clone();
    url.set_fragment(None);
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url)
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

    #[test]
    fn keeps_the_query_and_the_case_of_the_path() {
        let url = Url::parse("http://User:pw@N.test:80/A/../B?b=2&a=1#x").unwrap();
        assert_eq!(canonical_url(&url).unwrap().as_str(), "http://n.test/B?b=2&a=1");
    }

    #[test]
    fn refuses_what_is_not_on_the_web() {
        for url in ["ftp://n.test/a", "data:text/plain,a", "file:///etc/hosts"] {
            assert_eq!(canonical_url(&Url::parse(url).unwrap()), None, "{url}");
        }
    }
}
