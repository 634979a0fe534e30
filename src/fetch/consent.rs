//! An address that a redirect names → whether it asks for consent instead of showing the article.

use std::sync::LazyLock;

use serde::Deserialize;
use url::Url;

static SIGNS: LazyLock<Signs> = LazyLock::new(|| {
    toml::from_str(include_str!("consent.toml")).expect("consent.toml is as its types say")
});

#[derive(Deserialize)]
struct Signs {
    labels: Vec<String>,
    hosts: Vec<String>,
    segments: Vec<String>,
    #[cfg(test)]
    examples: Vec<String>,
    #[cfg(test)]
    counterexamples: Vec<String>,
}

/// Whether the page at `url` is a question for consent, as far as its address tells.
pub(super) fn asks_for_consent(url: &Url) -> bool {
    let host = url.host_str().unwrap_or("");
    let label = host.split_once('.').map_or("", |(label, rest)| {
        // `consent.test` is a site of that name.
        if rest.contains('.') { label } else { "" }
    });
    let is_known = |known: &String| {
        host.strip_suffix(known.as_str())
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let mut segments = url.path().split('/').map(str::to_ascii_lowercase);
    SIGNS.labels.iter().any(|known| known == label)
        || SIGNS.hosts.iter().any(is_known)
        || segments.any(|segment| SIGNS.segments.contains(&segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signs_take_their_examples_and_leave_their_counterexamples() {
        let asks = |url: &String| asks_for_consent(&Url::parse(url).unwrap());
        assert!(SIGNS.examples.len() > 2 && SIGNS.counterexamples.len() > 2);
        for url in &SIGNS.examples {
            assert!(asks(url), "{url}");
        }
        for url in &SIGNS.counterexamples {
            assert!(!asks(url), "{url}");
        }
    }
}
