//! Words for an address → the [`Url`] a document is known by, and the outlet behind it.

use url::Url;

use super::Error;
use crate::domain::{canonical_url, desktop_twin, may_be_canonical, may_be_source};

/// Longest address that is kept, in bytes; an index over longer ones would not fit a page.
const LONGEST_URL: usize = 2_048;

/// Reads the address of a document: `http` or `https`, with a host, without its fragment, user
/// name and password.
///
/// # Errors
/// [`Error::Url`] with what is wrong.
///
/// ```
/// let url = claimtrail::ingest::parse_url("HTTPS://WWW.Quay.test:443/a?id=7#top")?;
/// assert_eq!(url.as_str(), "https://www.quay.test/a?id=7");
/// assert!(claimtrail::ingest::parse_url("ftp://quay.test/a").is_err());
/// # Ok::<(), claimtrail::ingest::Error>(())
/// ```
pub fn parse_url(value: &str) -> Result<Url, Error> {
    let refuse = |reason: String| Error::Url { value: value.chars().take(200).collect(), reason };
    let mut url = Url::parse(value.trim()).map_err(|error| refuse(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("it must begin with http:// or https://".to_owned()));
    }
    url.set_fragment(None);
    // Both succeed for every address that has a host, which http and https always do.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if url.as_str().len() > LONGEST_URL {
        return Err(refuse(format!("it is longer than {LONGEST_URL} bytes")));
    }
    Ok(url)
}

/// The address that a page at `page` names as its canonical one in `link`, resolved against the
/// page; `None` where it is no address or cannot be believed.
pub(super) fn believed(page: Option<&Url>, link: &str) -> Option<Url> {
    let link = link.trim();
    let named = match page {
        Some(page) => page.join(link).ok()?,
        None => Url::parse(link).ok()?,
    };
    let named = parse_url(named.as_str()).ok()?;
    // Found nowhere, a page can only be held against the front page of the site it names.
    let page = page.cloned().or_else(|| named.join("/somewhere").ok())?;
    may_be_canonical(&page, &named).then_some(named)
}

/// The article of another site that a page at `page` names in `link`; `None` where that is none.
pub(super) fn taken_from(page: &Url, link: &str) -> Option<Url> {
    let named = parse_url(page.join(link.trim()).ok()?.as_str()).ok()?;
    may_be_source(page, &named).then(|| canonical_url(&named).unwrap_or(named))
}

/// The address a document is known by, and the others that lead to it.
///
/// What a page says of itself goes before a guess: an AMP or mobile address is only taken for a twin
/// where the page names no address.
pub(super) fn known_by(given: Option<Url>, told: Option<Url>) -> (Option<Url>, Vec<Url>) {
    let best = told
        .or_else(|| given.as_ref().and_then(desktop_twin))
        .or_else(|| given.clone())
        .map(|url| canonical_url(&url).unwrap_or(url));
    let aliases = given.filter(|given| Some(given) != best.as_ref()).into_iter().collect();
    (best, aliases)
}

/// The outlet that an address tells: its host without `www.`.
pub(super) fn outlet_of(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
}
