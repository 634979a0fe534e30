//! The titles a page gives → the headline a reader sees.

use super::text::skeleton;

/// Signs that part a headline from the name of its site.
const SEPARATORS: [&str; 12] =
    [" | ", " – ", " — ", " - ", " :: ", " » ", " « ", " · ", " • ", " / ", " ‹ ", " > "];

/// `title` without the site's name before or behind it.
///
/// A part falls away where it is one of `sites`, or where what remains is one of the page's
/// headlines.
pub fn without_site<'t>(title: &'t str, sites: &[String], headlines: &[String]) -> &'t str {
    let mut title = title.trim();
    // A site may add its section and its name.
    for _ in 0..3 {
        let cut = SEPARATORS
            .iter()
            .flat_map(|separator| {
                let last =
                    title.rfind(separator).map(|at| (&title[..at], &title[at + separator.len()..]));
                let first =
                    title.find(separator).map(|at| (&title[at + separator.len()..], &title[..at]));
                [last, first]
            })
            .flatten()
            .map(|(rest, site)| (rest.trim(), site.trim()))
            .find(|(rest, site)| {
                !rest.is_empty()
                    && (sites.iter().any(|it| is_site(site, it))
                        || headlines.iter().any(|it| skeleton(it) == skeleton(rest)))
            });
        match cut {
            Some((rest, _)) => title = rest,
            None => break,
        }
    }
    title
}

/// Whether a part of a title is the name of the site, in one of its spellings.
fn is_site(part: &str, site: &str) -> bool {
    let (part, site) = (skeleton(part), skeleton(site));
    if part.is_empty() || site.len() < 2 {
        return false;
    }
    let bare = |name: &str| name.strip_prefix("the").unwrap_or(name).to_owned();
    let (part, site) = (bare(&part), bare(&site));
    part == site
        || part.len() >= 4
            && (site.starts_with(&part)
                || part.starts_with(&site) && part.len() < site.len() + 12 && site.len() >= 3)
}

/// How much of the shorter title's words the longer one has, 0 to 1.
pub fn likeness(one: &str, other: &str) -> f32 {
    let words = |text: &str| {
        let mut words: Vec<String> = text
            .split(|it: char| !it.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        words.sort_unstable();
        words.dedup();
        words
    };
    let (one, other) = (words(one), words(other));
    let fewer = one.len().min(other.len());
    if fewer == 0 {
        return 0.0;
    }
    let shared = one.iter().filter(|word| other.binary_search(word).is_ok()).count();
    #[expect(clippy::cast_precision_loss, reason = "a title has few words")]
    let likeness = shared as f32 / fewer as f32;
    likeness
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_site_falls_away_before_and_behind() {
        let sites = ["The Quay".to_owned(), "quay".to_owned()];
        for title in [
            "Pier shut - for now",
            "Pier shut - for now | The Quay",
            "Pier shut - for now — Quay",
            "The Quay | Pier shut - for now",
            "Pier shut - for now | Region | The Quay",
        ] {
            let bare = without_site(title, &sites, &["Pier shut - for now".to_owned()]);
            assert_eq!(bare, "Pier shut - for now", "{title}");
        }
    }

    #[test]
    fn a_dash_inside_a_headline_stays() {
        assert_eq!(
            without_site("Pier shut – harbour denies it", &["The Quay".to_owned()], &[]),
            "Pier shut – harbour denies it"
        );
    }

    #[test]
    fn likeness_counts_shared_words() {
        assert!(likeness("Pier shut, says harbour", "Pier shut") > 0.99);
        assert!(likeness("Latest news", "Pier shut") < 0.01);
    }
}
