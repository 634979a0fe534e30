//! An address → its canonical form, its key, its twin for other devices, and the site it belongs to.
//!
//! Four strengths of sameness, each weaker than the next: the address as given is what is fetched;
//! [`canonical_url`] is what is shown; [`address_key`] is what two spellings of one address share;
//! [`desktop_twin`] is a guess that a page may overrule. What is a tracking parameter or a twin is
//! data, in `addresses.toml`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;
use url::{Host, Url};

static RULES: LazyLock<RuleFile> = LazyLock::new(|| {
    toml::from_str(include_str!("addresses.toml")).expect("addresses.toml is as its types say")
});

#[derive(Deserialize)]
struct RuleFile {
    tracking: Vec<Tracking>,
    identity: Identity,
    twin: Vec<Twin>,
    cache: Vec<Cache>,
}

#[derive(Deserialize)]
struct Tracking {
    #[serde(default)]
    names: BTreeSet<String>,
    #[serde(default)]
    prefixes: Vec<String>,
}

#[derive(Deserialize)]
struct Identity {
    names: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Twin {
    #[serde(default)]
    last_segment: Vec<String>,
    #[serde(default)]
    first_segment: Vec<String>,
    #[serde(default)]
    suffix: Vec<(String, String)>,
    #[serde(default)]
    parameters: Vec<(String, String)>,
    #[serde(default)]
    labels: Vec<String>,
}

#[derive(Deserialize)]
struct Cache {
    host_suffix: Option<String>,
    #[serde(default)]
    host_names: Vec<String>,
    after: Vec<String>,
}

/// The canonical form of an address: what `url` normalises (host in lower case and ASCII, no default
/// port, dots resolved), without fragment, credentials, tracking parameters and the dot after the
/// host; escapes that need not be are opened. `None` for what is not on the web.
///
/// The scheme, the order of the query and a slash at the end stay, because a server may mind them.
///
/// ```
/// use claimtrail::domain::canonical_url;
/// use url::Url;
/// let url = Url::parse("HTTPS://News.TEST:443/%61?id=7&utm_source=feed#top").expect("an address");
/// assert_eq!(canonical_url(&url).expect("on the web").as_str(), "https://news.test/a?id=7");
/// ```
pub fn canonical_url(url: &Url) -> Option<Url> {
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return None;
    }
    let mut url = url.clone();
    url.set_fragment(None);
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    let host = url.host_str()?.trim_end_matches('.').to_owned();
    url.set_host(Some(&host)).ok()?;
    let path = open_escapes(url.path());
    url.set_path(&path);
    let kept: Vec<String> = parameters(&url)
        .filter(|(name, _)| !is_tracking(name))
        .map(|(_, written)| open_escapes(written))
        .collect();
    url.set_query((!kept.is_empty()).then(|| kept.join("&")).as_deref());
    Some(url)
}

/// What two spellings of one address share: the canonical form without its scheme, `www.` and the
/// slash at the end, its parameters in order of name. `None` for what is not on the web.
///
/// ```
/// use claimtrail::domain::address_key;
/// use url::Url;
/// let key = |url| address_key(&Url::parse(url).expect("an address"));
/// assert_eq!(key("HTTP://WWW.N.test:80/a/?b=2&a=1#top"), key("https://n.test/a?a=1&b=2"));
/// assert_ne!(key("https://n.test/a"), key("https://n.test/A"));
/// ```
pub fn address_key(url: &Url) -> Option<String> {
    let url = canonical_url(url)?;
    let host = url.host_str()?;
    let mut key = host.strip_prefix("www.").unwrap_or(host).to_owned();
    if let Some(port) = url.port() {
        key.push_str(&format!(":{port}"));
    }
    key.push_str(url.path().trim_end_matches('/'));
    let mut sorted: Vec<(String, &str)> = parameters(&url).collect();
    // Stable: values of one name may stand in an order that means something.
    sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (at, (_, written)) in sorted.iter().enumerate() {
        key.push(if at == 0 { '?' } else { '&' });
        key.push_str(written);
    }
    Some(key)
}

/// The address that an AMP or mobile address is likely a twin of, in canonical form; `None` where it
/// looks like neither. `/a/amp` gives `/a`, `/amplifiers` nothing.
///
/// ```
/// use claimtrail::domain::desktop_twin;
/// use url::Url;
/// let twin = desktop_twin(&Url::parse("https://m.n.test/a/amp").expect("an address"));
/// assert_eq!(twin.expect("a twin").as_str(), "https://n.test/a");
/// ```
pub fn desktop_twin(url: &Url) -> Option<Url> {
    let given = canonical_url(url)?;
    let mut twin = behind_cache(&given).unwrap_or_else(|| given.clone());
    // One address may show several signs; each rule takes one away.
    for rule in &RULES.twin {
        if let Some(changed) = rule.apply(&twin) {
            twin = changed;
        }
    }
    (twin != given).then_some(twin)
}

/// What the sites of two addresses are compared by: the domain that somebody registered (by the
/// public suffix list), or the host where it is none.
///
/// ```
/// use claimtrail::domain::site;
/// use url::Url;
/// assert_eq!(site(&Url::parse("https://news.quay.co.uk/a").expect("an address")), Some("quay.co.uk"));
/// ```
pub fn site(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    match url.host()? {
        Host::Domain(name) => Some(psl::domain_str(name.trim_end_matches('.')).unwrap_or(host)),
        Host::Ipv4(_) | Host::Ipv6(_) => Some(host),
    }
}

/// Whether `named` may be the canonical address of the page at `page`, as that page says.
///
/// Not the site's front page, unless the page is one: articles that call it canonical would all
/// become one document. Not another site's page, unless a cache shows the page. And not the same
/// path without the parameter that names the article.
pub fn may_be_canonical(page: &Url, named: &Url) -> bool {
    let (Some(page), Some(named)) = (canonical_url(page), canonical_url(named)) else {
        return false;
    };
    let behind = behind_cache(&page);
    let source = behind.as_ref().unwrap_or(&page);
    if site(source) != site(&named) {
        return false;
    }
    if is_front_page(&named) && !is_front_page(source) {
        return false;
    }
    let names = |url: &Url| -> BTreeSet<(String, String)> {
        parameters(url)
            .filter(|(name, _)| RULES.identity.names.contains(name))
            .map(|(name, written)| (name, written.to_owned()))
            .collect()
    };
    named.path().trim_end_matches('/') != source.path().trim_end_matches('/')
        || names(source).is_subset(&names(&named))
}

/// Whether a page at `page` can have been taken from `named`: an article of another site. A site's front
/// page is no article, and a cache that shows the page is no other site.
pub fn may_be_source(page: &Url, named: &Url) -> bool {
    let (Some(page), Some(named)) = (canonical_url(page), canonical_url(named)) else {
        return false;
    };
    let own = behind_cache(&page).unwrap_or(page);
    let named = behind_cache(&named).unwrap_or(named);
    site(&own) != site(&named) && !is_front_page(&named)
}

fn is_front_page(url: &Url) -> bool {
    url.path() == "/" && url.query().is_none()
}

/// The parameters of a query: the name in lower case and as a reader means it, and what is written.
fn parameters(url: &Url) -> impl Iterator<Item = (String, &str)> {
    url.query().unwrap_or("").split('&').filter(|written| !written.is_empty()).map(|written| {
        let name = written.split('=').next().unwrap_or(written);
        let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
        (name.to_lowercase(), written)
    })
}

fn is_tracking(name: &str) -> bool {
    RULES.tracking.iter().any(|rule| {
        rule.names.contains(name) || rule.prefixes.iter().any(|prefix| name.starts_with(prefix))
    })
}

/// Opens escapes of characters that need none, and writes the others in upper case (RFC 3986,
/// 6.2.2).
pub fn open_escapes(written: &str) -> String {
    let mut plain = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let digits = rest.get(1..3).filter(|two| two.bytes().all(|it| it.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let length = match code.map(char::from) {
            Some(open @ ('a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' | '_' | '~')) => {
                plain.push(open);
                3
            }
            Some(_) => {
                plain.push_str(&rest[..3].to_ascii_uppercase());
                3
            }
            // Escaped itself, so that it cannot begin an escape with what is opened behind it.
            None => {
                plain.push_str("%25");
                1
            }
        };
        rest = &rest[length..];
    }
    plain.push_str(rest);
    plain
}

/// The address that a cache shows under an address of its own.
fn behind_cache(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let cache = RULES.cache.iter().find(|cache| cache.is_at(host, url))?;
    let path = url.path().strip_prefix('/')?;
    let shown = cache.after.iter().find_map(|after| path.strip_prefix(after.as_str()))?;
    let (scheme, rest) = match shown.strip_prefix("s/") {
        Some(rest) => ("https", rest),
        None => ("http", shown),
    };
    let query = url.query().map_or(String::new(), |query| format!("?{query}"));
    let shown = Url::parse(&format!("{scheme}://{rest}{query}")).ok()?;
    // `amp/s/a` of some site is a path; an address has a host with a dot in it.
    shown.host_str().filter(|host| host.contains('.'))?;
    canonical_url(&shown)
}

impl Cache {
    fn is_at(&self, host: &str, url: &Url) -> bool {
        let by_name = || {
            let registered = site(url).unwrap_or(host);
            let name = registered.split('.').next().unwrap_or("");
            let front = host.strip_prefix("www.").unwrap_or(host);
            front == registered && self.host_names.iter().any(|known| known == name)
        };
        self.host_suffix.as_deref().is_some_and(|suffix| host.ends_with(suffix)) || by_name()
    }
}

impl Twin {
    /// The address without this rule's sign; `None` where it does not bear it.
    fn apply(&self, url: &Url) -> Option<Url> {
        let path = url.path();
        let bare = path.strip_suffix('/').unwrap_or(path);
        let slash = &path[bare.len()..];
        let changed = |path: String| {
            let mut url = url.clone();
            url.set_path(&path);
            Some(url)
        };
        if let Some((before, last)) = bare.rsplit_once('/')
            && !before.is_empty()
            && self.last_segment.iter().any(|known| known == last)
        {
            return changed(format!("{before}{slash}"));
        }
        if let Some((first, after)) = bare.strip_prefix('/').and_then(|path| path.split_once('/'))
            && self.first_segment.iter().any(|known| known == first)
        {
            return changed(format!("/{after}{slash}"));
        }
        for (suffix, plain) in &self.suffix {
            if let Some(before) = bare.strip_suffix(suffix.as_str())
                && !before.ends_with('/')
            {
                return changed(format!("{before}{plain}{slash}"));
            }
        }
        self.without_parameter(url).or_else(|| self.without_label(url))
    }

    fn without_parameter(&self, url: &Url) -> Option<Url> {
        let is_sign = |name: &str, written: &str| {
            let value = written.split_once('=').map_or("", |(_, value)| value);
            self.parameters.iter().any(|(known, sign)| known == name && sign == value)
        };
        let (signs, kept): (Vec<_>, Vec<_>) =
            parameters(url).partition(|(name, written)| is_sign(name, written));
        if signs.is_empty() {
            return None;
        }
        let kept: Vec<&str> = kept.into_iter().map(|(_, written)| written).collect();
        let mut twin = url.clone();
        twin.set_query((!kept.is_empty()).then(|| kept.join("&")).as_deref());
        Some(twin)
    }

    fn without_label(&self, url: &Url) -> Option<Url> {
        let host = url.host_str()?;
        let (label, rest) = host.split_once('.')?;
        if !self.labels.iter().any(|known| known == label) {
            return None;
        }
        let mut twin = url.clone();
        twin.set_host(Some(rest)).ok()?;
        // `m.test` is a domain of its own and not the mobile face of `test`.
        (site(&twin) == site(url)).then_some(twin)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Deserialize)]
    struct Shown {
        id: String,
        examples: Vec<(String, String)>,
        counterexamples: Vec<String>,
    }

    #[derive(Deserialize)]
    struct ShownFile {
        tracking: Vec<Shown>,
        twin: Vec<Shown>,
        cache: Vec<Shown>,
    }

    fn parse(url: &str) -> Url {
        Url::parse(url).unwrap()
    }

    #[test]
    fn every_rule_takes_its_examples_and_leaves_its_counterexamples() {
        let shown: ShownFile = toml::from_str(include_str!("addresses.toml")).unwrap();
        let canonical = |url: &str| canonical_url(&parse(url)).unwrap();
        let twin = |url: &str| desktop_twin(&parse(url)).unwrap_or_else(|| parse(url));
        type Apply<'a> = &'a dyn Fn(&str) -> Url;
        let kinds: [(&[Shown], Apply); 3] =
            [(&shown.tracking, &canonical), (&shown.twin, &twin), (&shown.cache, &twin)];
        for (rules, apply) in kinds {
            for rule in rules {
                assert!(
                    !rule.examples.is_empty() && !rule.counterexamples.is_empty(),
                    "{}",
                    rule.id
                );
                for (before, after) in &rule.examples {
                    assert_eq!(apply(before).as_str(), after, "{}", rule.id);
                }
                for other in &rule.counterexamples {
                    assert_eq!(apply(other).as_str(), other, "{}", rule.id);
                }
            }
        }
    }

    #[test]
    fn one_address_however_it_is_spelled_has_one_key() {
        let key = |url: &str| address_key(&parse(url)).unwrap();
        for spellings in [
            &["HTTPS://WWW.N.test:443/a/?b=2&a=1#top", "https://www.n.test/a?a=1&b=2"][..],
            &[
                "http://n.test/a",
                "https://n.test/a",
                "https://n.test./a/",
                "http://u:p@n.test:80/a?",
            ],
            &["https://bücher.test/a", "https://xn--bcher-kva.test/a", "https://BÜCHER.test/a"],
            &["https://n.test/x/../a/./b", "https://n.test/a/b", "https://n.test/a/%62?&"],
            &["https://n.test/caf%c3%a9", "https://n.test/café", "https://n.test/caf%C3%A9"],
            &["https://n.test", "http://www.n.test/", "https://n.test/?utm_source=x"],
        ] {
            for spelling in spellings {
                assert_eq!(key(spelling), key(spellings[0]), "{spelling}");
            }
        }
    }

    #[test]
    fn what_may_be_another_article_has_another_key() {
        let key = |url: &str| address_key(&parse(url)).unwrap();
        for (one, other) in [
            ("https://n.test/a", "https://n.test/A"),
            ("https://n.test/a?id=1", "https://n.test/a?id=2"),
            ("https://n.test/a?p=1&p=2", "https://n.test/a?p=2&p=1"),
            ("https://n.test/a", "https://n.test:8443/a"),
            ("https://n.test/a", "https://o.test/a"),
            ("https://n.test/a/amp", "https://n.test/a"),
            ("https://n.test/a%2Fb", "https://n.test/a/b"),
        ] {
            assert_ne!(key(one), key(other), "{one} {other}");
        }
    }

    #[test]
    fn a_page_is_believed_about_itself_and_not_about_its_whole_site() {
        let may = |page: &str, named: &str| may_be_canonical(&parse(page), &parse(named));
        for (page, named) in [
            ("https://n.test/x/a?id=7", "https://n.test/x/a?id=7"),
            ("https://amp.n.test/a", "https://www.n.test/b"),
            ("https://n.test/a?page=2", "https://n.test/a"),
            ("https://n.test/", "https://www.n.test/"),
            ("https://n.test/?utm_source=x", "https://n.test/"),
            ("https://n-test.cdn.ampproject.org/c/s/n.test/a", "https://n.test/a"),
            ("https://n.test/story?id=7", "https://n.test/2026/pier"),
        ] {
            assert!(may(page, named), "{page} {named}");
        }
        for (page, named) in [
            ("https://n.test/x/a?id=7", "https://n.test/"),
            ("https://n.test/x/a", "https://n.test"),
            ("https://n.test/x/a", "https://other.test/x/a"),
            ("https://a.co.uk/x", "https://b.co.uk/x"),
            ("https://ann.github.io/x", "https://bob.github.io/x"),
            ("https://n-test.cdn.ampproject.org/c/s/n.test/a", "https://other.test/a"),
            ("https://n.test/story?id=7", "https://n.test/story"),
            ("https://n.test/story?id=7", "https://n.test/story?id=8"),
            ("https://n.test/a", "ftp://n.test/a"),
        ] {
            assert!(!may(page, named), "{page} {named}");
        }
    }

    #[test]
    fn a_page_is_taken_from_an_article_of_another_site() {
        let may = |page: &str, named: &str| may_be_source(&parse(page), &parse(named));
        assert!(may("https://n.test/x/a", "https://agency.test/2026/pier"));
        for named in [
            "https://n.test/y",
            "https://www.n.test/y",
            "https://agency.test/",
            "https://n-test.cdn.ampproject.org/c/s/n.test/x/a",
            "ftp://agency.test/a",
        ] {
            assert!(!may("https://n.test/x/a", named), "{named}");
        }
    }

    #[test]
    fn keeps_what_a_server_may_mind() {
        let url = parse("http://User:pw@N.test:80/A/../B/?b=2&a=1#x");
        assert_eq!(canonical_url(&url).unwrap().as_str(), "http://n.test/B/?b=2&a=1");
    }

    #[test]
    fn refuses_what_is_not_on_the_web() {
        for url in ["ftp://n.test/a", "data:text/plain,a", "file:///etc/hosts", "mailto:a@n.test"] {
            assert_eq!(canonical_url(&parse(url)), None, "{url}");
            assert_eq!(address_key(&parse(url)), None, "{url}");
            assert_eq!(desktop_twin(&parse(url)), None, "{url}");
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_and_the_twin_are_their_own(
            rest in "[a-z%.:@?&=/#A-F0-9é_]{0,60}",
        ) {
            let Ok(url) = Url::parse(&format!("https://n.test/{rest}")) else { return Ok(()) };
            let canonical = canonical_url(&url).unwrap();
            prop_assert_eq!(canonical_url(&canonical), Some(canonical.clone()));
            prop_assert_eq!(address_key(&canonical), address_key(&url));
            let key = address_key(&url).unwrap();
            prop_assert!(key.len() <= canonical.as_str().len());
        }
    }
}
