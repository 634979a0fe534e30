//! A document as it is posted.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

/// A text or a page to read, with what is known of it. Without `text` and `html`, the page is fetched
/// from `url`.
#[derive(Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    /// The plain text of the article. Not together with `html`.
    #[schema(example = "The Harbour Ministry has denied that the east pier is closed.")]
    pub text: Option<String>,
    /// The page; its main text, title, date and language are read off it where not given here.
    pub html: Option<String>,
    /// The headline.
    #[validate(length(max = 2000, message = "must have at most 2000 characters"))]
    #[schema(max_length = 2000, example = "Ministry denies pier closure")]
    pub title: Option<String>,
    /// Where it was published: an http or https address. Two posts with one address are two
    /// revisions of one document. Other ways to write it, and its AMP or mobile page, are the same
    /// address.
    #[validate(length(max = 2048, message = "must have at most 2048 characters"))]
    #[schema(max_length = 2048, example = "https://courier.test/2026/03/pier")]
    pub url: Option<String>,
    /// Domain or name of the publisher; read off `url` where not given.
    #[validate(length(max = 200, message = "must have at most 200 characters"))]
    #[schema(max_length = 200, example = "courier.test")]
    pub outlet: Option<String>,
    /// When it was published: RFC 3339, or a date or month alone where no more is known.
    #[schema(example = "2026-03-02T08:30:00Z")]
    pub published_at: Option<String>,
    /// BCP 47; told from the words where not given.
    #[validate(length(max = 35, message = "must have at most 35 characters"))]
    #[schema(max_length = 35, example = "en")]
    pub language: Option<String>,
}
