//! Why something is not a feed.

/// What is wrong with a file that should be a feed. [`FeedError::name`] is the word that users see;
/// it never changes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FeedError {
    /// Nothing came.
    #[error("there is nothing in it")]
    Empty,
    /// The bytes are no text in any encoding that is tried.
    #[error("this is not text")]
    NotText,
    /// A page for people.
    #[error("this is a page, and not a feed")]
    Page,
    /// A list of feeds.
    #[error("this is a list of feeds (OPML), which can be imported")]
    Opml,
    /// Text of another kind.
    #[error("this is neither RSS, Atom, JSON Feed nor a sitemap")]
    NotAFeed,
    /// A feed by its beginning, that cannot be read to its end.
    #[error("the feed is broken: {detail}")]
    Broken {
        /// Where or how.
        detail: String,
    },
    /// More than is read.
    #[error("it has more than {limit} bytes once it is unpacked")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// A gzip file that cannot be unpacked.
    #[error("it cannot be unpacked: {detail}")]
    BadGzip {
        /// Why.
        detail: String,
    },
}

impl FeedError {
    /// The word for it.
    pub fn name(&self) -> &'static str {
        match self {
            FeedError::Empty => "empty",
            FeedError::NotText => "not_text",
            FeedError::Page => "page",
            FeedError::Opml => "opml",
            FeedError::NotAFeed => "not_a_feed",
            FeedError::Broken { .. } => "broken_feed",
            FeedError::TooLarge { .. } => "too_large",
            FeedError::BadGzip { .. } => "bad_encoding",
        }
    }

    pub(super) fn broken(detail: impl ToString) -> Self {
        FeedError::Broken { detail: detail.to_string().chars().take(300).collect() }
    }
}
