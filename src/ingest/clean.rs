//! Characters → lines that Postgres, JSON and spans agree on.

use std::borrow::Cow;

/// A first line longer than this, in characters, is a paragraph and no headline.
const LONGEST_TITLE: usize = 300;

/// What [`normalise`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Normalised {
    /// NUL characters that were removed; Postgres cannot keep them.
    pub nuls: usize,
    /// Carriage returns that became line feeds or went.
    pub carriage_returns: usize,
}

/// `text` with line feeds only and without NUL. All other characters stay as they are: odd spaces
/// and soft hyphens are the author's, and a quote must be found again on the page.
pub(super) fn normalise(text: &str) -> (Cow<'_, str>, Normalised) {
    let mut done = Normalised::default();
    if !text.contains(['\0', '\r']) {
        return (Cow::Borrowed(text), done);
    }
    let mut clean = String::with_capacity(text.len());
    let mut characters = text
        .chars()
        .filter(|&character| {
            let nul = character == '\0';
            done.nuls += usize::from(nul);
            !nul
        })
        .peekable();
    let mut carriage_returns = 0;
    while let Some(character) = characters.next() {
        if character == '\r' {
            carriage_returns += 1;
            characters.next_if_eq(&'\n');
            clean.push('\n');
        } else {
            clean.push(character);
        }
    }
    drop(characters);
    done.carriage_returns = carriage_returns;
    (Cow::Owned(clean), done)
}

/// `text` without outer spaces and the byte order marks that joined files leave among them.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}')
}

/// The first line as a headline and the rest as a body, where an empty line parts them.
///
/// `None` where the first line is too long for a headline or nothing follows it.
pub(super) fn split_title(text: &str) -> Option<(&str, &str)> {
    let (first, rest) = trim(text).split_once('\n')?;
    let (second, body) = rest.split_once('\n')?;
    let title = trim(first);
    let fits = title.chars().count() <= LONGEST_TITLE;
    (fits && second.trim().is_empty() && !trim(body).is_empty()).then_some((title, body))
}

/// One line without outer spaces; `None` where nothing is left. Line breaks become spaces.
pub(super) fn one_line(text: &str) -> Option<String> {
    let (text, _) = normalise(text);
    let line = text.split('\n').map(trim).filter(|part| !part.is_empty()).collect::<Vec<_>>();
    (!line.is_empty()).then(|| line.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_break_becomes_a_line_feed() {
        let (text, done) = normalise("a\r\nb\rc\nd\r\r\ne");
        assert_eq!(text, "a\nb\nc\nd\n\ne");
        assert_eq!(done, Normalised { nuls: 0, carriage_returns: 4 });
    }

    #[test]
    fn nul_goes_even_between_the_two_halves_of_a_line_break() {
        let (text, done) = normalise("a\0b\r\0\nc");
        assert_eq!(text, "ab\nc");
        assert_eq!(done.nuls, 2);
    }

    #[test]
    fn odd_spaces_and_soft_hyphens_stay() {
        let odd = "the\u{a0}pier\u{2009}was\u{ad}shut\u{200b}\u{2028}again";
        assert_eq!(normalise(odd).0, odd);
    }

    #[test]
    fn a_first_line_is_a_title_only_before_an_empty_line_and_a_body() {
        assert_eq!(split_title("Pier shut\n\nIt was.\n"), Some(("Pier shut", "It was.")));
        assert_eq!(split_title("Pier shut\n \t\nIt was."), Some(("Pier shut", "It was.")));
        assert_eq!(split_title("Pier shut\nIt was.\n\nYes."), None);
        assert_eq!(split_title("Pier shut\n\n\n"), None);
        assert_eq!(split_title("Pier shut"), None);
        assert_eq!(split_title(&format!("{}\n\nIt was.", "word ".repeat(80))), None);
    }
}
