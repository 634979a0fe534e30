//! The page that a browser is shown instead of problem details.

use askama::Template;

use super::frame::Here;
use super::{Error, write};

/// What went wrong, as the problem details say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The HTTP status.
    pub status: u16,
    /// The sentence of its kind.
    pub title: String,
    /// What is wrong with this request.
    pub detail: String,
    /// Refused fields and parameters, each with the reason.
    pub refused: Vec<(String, String)>,
    /// The page that explains the kind.
    pub explained_at: String,
    /// The id under which the log has it.
    pub request: String,
}

impl Trouble {
    /// What a reader can do now.
    fn advice(&self) -> &'static str {
        match self.status {
            404 => "The address may be mistyped, or what stood here was never stored.",
            503 => "Nothing is lost. Wait a few seconds and load the page again.",
            500 => {
                "This is a fault of the service. Whoever runs it finds the cause in its log under the request id."
            }
            _ => "Go back, change what is named above, and try again.",
        }
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'p> {
    here: Here,
    trouble: &'p Trouble,
}

/// The page of a problem.
///
/// # Errors
/// The template fails.
pub fn page(trouble: &Trouble) -> Result<String, Error> {
    write(&ProblemPage { here: Here::Elsewhere, trouble })
}
