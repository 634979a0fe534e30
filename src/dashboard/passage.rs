//! Marked text as HTML.

use askama::Template;

use super::marks::Token;

/// A run of marked text: a title, a paragraph, a quotation. Written without a line break between
/// its tokens, because every space in it shows.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "passage.html")]
pub struct Passage<'t> {
    tokens: Vec<Token<'t>>,
    /// Where references lead, by the number of the claim less one; none are shown without.
    targets: &'t [String],
}

impl<'t> Passage<'t> {
    /// Tokens whose references lead to `targets`.
    pub fn new(tokens: Vec<Token<'t>>, targets: &'t [String]) -> Self {
        Passage { tokens, targets }
    }

    fn target(&self, number: &usize) -> Option<&str> {
        self.targets.get(number.checked_sub(1)?).map(String::as_str)
    }
}
