//! The text of a robots.txt → whether a path may be fetched (RFC 9309).

use std::time::Duration;

use percent_encoding::{CONTROLS, utf8_percent_encode};

/// Bytes of a robots.txt that are read; the standard asks for as much at least.
pub(super) const MAX_BYTES: usize = 500 << 10;

/// The name that sites know us by.
pub(super) const PRODUCT: &str = "claimtrail";

/// Sitemaps of one robots.txt that are kept.
const MAX_SITEMAPS: usize = 100;

/// Longest pause between two requests that a site can ask for.
const LONGEST_DELAY: Duration = Duration::from_secs(300);

/// What a robots.txt says to us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Robots {
    rules: Vec<Rule>,
    /// `Crawl-delay`, which is no part of the standard, but asked for by many.
    pub delay: Option<Duration>,
    /// The sitemaps it names, which are said to everybody.
    pub sitemaps: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    allow: bool,
    pattern: String,
}

/// The lines for one or more user agents.
#[derive(Default)]
struct Group {
    agents: Vec<String>,
    robots: Robots,
    /// Whether a rule came: a user agent after it begins another group.
    has_rules: bool,
}

impl Robots {
    /// Reads what is meant for us: all groups that name us, or else those for everybody.
    pub fn parse(text: &str) -> Self {
        let mut groups = vec![Group::default()];
        let mut sitemaps = Vec::new();
        for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']) {
            let line = line.split('#').next().unwrap_or("");
            let Some((field, value)) = line.split_once(':') else { continue };
            let (field, value) = (field.trim().to_ascii_lowercase(), value.trim());
            if field == "sitemap" && sitemaps.len() < MAX_SITEMAPS {
                sitemaps.push(value.to_owned());
            }
            read_line(&mut groups, &field, value);
        }
        let named = |name: &str| -> Vec<&Group> {
            groups.iter().filter(|group| group.agents.iter().any(|agent| agent == name)).collect()
        };
        let ours = named(PRODUCT);
        let groups = if ours.is_empty() { named("*") } else { ours };
        Robots {
            delay: groups.iter().filter_map(|group| group.robots.delay).max(),
            rules: groups.into_iter().flat_map(|group| group.robots.rules.clone()).collect(),
            sitemaps,
        }
    }

    /// Whether a path, with its query, may be fetched: the longest rule that fits decides, and of
    /// two as long the one that allows.
    pub fn allows(&self, path: &str) -> bool {
        // Always allowed, or the rules could not be read again.
        if path == "/robots.txt" {
            return true;
        }
        let path = normal(path);
        self.rules
            .iter()
            .filter(|rule| fits(&rule.pattern, &path))
            .max_by_key(|rule| (rule.pattern.len(), rule.allow))
            .is_none_or(|rule| rule.allow)
    }
}

fn read_line(groups: &mut Vec<Group>, field: &str, value: &str) {
    if field == "user-agent" {
        if groups.last().is_none_or(|group| group.has_rules) {
            groups.push(Group::default());
        }
        if let Some(group) = groups.last_mut() {
            // A version or a comment after the name is not part of it.
            let end = value.find(|c: char| !(c.is_ascii_alphabetic() || "_-*".contains(c)));
            group.agents.push(value[..end.unwrap_or(value.len())].to_ascii_lowercase());
        }
        return;
    }
    let Some(group) = groups.last_mut() else { return };
    match field {
        "allow" | "disallow" => {
            group.has_rules = true;
            // An empty pattern fits nothing.
            if !value.is_empty() {
                group.robots.rules.push(Rule { allow: field == "allow", pattern: normal(value) });
            }
        }
        "crawl-delay" => {
            group.has_rules = true;
            let seconds = value.parse::<f64>().ok().filter(|seconds| *seconds >= 0.0);
            group.robots.delay = seconds.map(|seconds| {
                Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_DELAY).min(LONGEST_DELAY)
            });
        }
        _ => {}
    }
}

/// A path or pattern with every escape that needs none opened and every other character escaped, so
/// that two spellings compare equal.
fn normal(path: &str) -> String {
    let escaped = utf8_percent_encode(path, CONTROLS).to_string();
    crate::domain::open_escapes(&escaped)
}

/// Whether a pattern fits the beginning of a path: `*` is anything, a last `$` the end.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, to_the_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return !to_the_end || rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() && to_the_end {
            return rest.ends_with(part);
        }
        // The earliest place leaves the most for what follows.
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_rule_that_fits_decides() {
        let robots = Robots::parse(
            "User-agent: *\nDisallow: /private\nAllow: /private/open\nDisallow: /*.pdf$\n\
             Disallow: /a*/c\nAllow: /tie\nDisallow: /tie\nDisallow:\n",
        );
        for (path, allowed) in [
            ("/", true),
            ("/private", false),
            ("/privately", false),
            ("/private/open/x", true),
            ("/x.pdf", false),
            ("/x.pdf?y", true),
            ("/ab/x/c", false),
            ("/tie", true),
            ("/robots.txt", true),
        ] {
            assert_eq!(robots.allows(path), allowed, "{path}");
        }
    }

    #[test]
    fn a_group_of_our_own_goes_before_the_one_for_everybody() {
        let text = "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-Agent: ClaimTrail/2.0\n\
                    Disallow: /x # not this\nCrawl-delay: 2.5\nUser-agent: third\nDisallow: /y\n\
                    user-agent: claimtrail\ndisallow: /z";
        let robots = Robots::parse(text);
        let told: Vec<bool> =
            ["/", "/x", "/y", "/z"].iter().map(|path| robots.allows(path)).collect();
        assert_eq!(told, [true, false, true, false]);
        assert_eq!(robots.delay, Some(Duration::from_millis(2_500)));
    }

    #[test]
    fn sitemaps_are_told_to_everybody() {
        let text = "Sitemap: https://n.test/a.xml # all\nUser-agent: other\nDisallow: /\n\
                    sitemap:/b.xml.gz\nUser-agent: *\nDisallow:";
        assert_eq!(Robots::parse(text).sitemaps, ["https://n.test/a.xml", "/b.xml.gz"]);
    }

    #[test]
    fn spellings_of_one_path_are_one() {
        let robots = Robots::parse("\u{feff}User-agent:*\r\nDisallow:/caf%c3%a9/%7Eann\r\n");
        for path in ["/café/~ann", "/caf%C3%A9/%7eann"] {
            assert!(!robots.allows(path), "{path}");
        }
        assert!(robots.allows("/cafe/~ann"));
    }

    #[test]
    fn what_is_no_robots_txt_forbids_nothing() {
        for text in ["", "<html><body>Not here: no</body></html>", "Disallow: /", "\0\u{fffd}:"] {
            assert!(Robots::parse(text).allows("/a"), "{text:?}");
        }
        for delay in ["nan", "-1", "soon", "1e400"] {
            let robots = Robots::parse(&format!("User-agent: *\nCrawl-delay: {delay}"));
            assert!(robots.delay.is_none_or(|delay| delay <= LONGEST_DELAY), "{delay}");
        }
    }
}
