//! Why an address gave no page.

use std::time::Duration;

use url::Url;

use crate::domain::RemovalStatus;

/// A failed fetch. [`FetchError::name`] is the word that users see; it never changes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The operator has switched fetching off.
    #[error("fetching is switched off here")]
    Off,
    /// The address is none that is fetched.
    #[error("{address} is not fetched: {reason}")]
    BadAddress {
        /// The address, without what it may hold of a password.
        address: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The host is, or leads to, an address of the machine or its network.
    #[error("{host} is an address inside, which is never fetched")]
    InsideAddress {
        /// The host.
        host: String,
    },
    /// The host's name leads nowhere.
    #[error("the name {host} leads to no address")]
    Dns {
        /// The host.
        host: String,
    },
    /// Nobody listens there.
    #[error("{host} refused the connection")]
    Refused {
        /// The host.
        host: String,
    },
    /// The host cannot be reached.
    #[error("{host} cannot be reached")]
    Unreachable {
        /// The host.
        host: String,
    },
    /// The encrypted connection failed: another protocol, or a certificate nobody vouches for.
    #[error("no secure connection to {host}: {detail}")]
    Tls {
        /// The host.
        host: String,
        /// What the TLS library says.
        detail: String,
    },
    /// It took too long.
    #[error("{what} took longer than {seconds} seconds")]
    Timeout {
        /// What took so long.
        what: &'static str,
        /// The limit.
        seconds: u64,
    },
    /// The body came, but slower than is waited for.
    #[error("the body came slower than {limit} bytes a second")]
    TooSlow {
        /// Bytes a second.
        limit: u64,
    },
    /// A status that is no page.
    #[error("the server answered with status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// When the server wants to be asked again.
        retry_after: Option<Duration>,
        /// Whether it was another address that answered so, one that redirects lead to.
        redirected: bool,
    },
    /// Status 410: the page was there and will not come back.
    #[error("the page is gone")]
    Gone {
        /// Whether it was another address that answered so, one that redirects lead to.
        redirected: bool,
    },
    /// Neither a page nor a text.
    #[error("this is {found}, and neither a page nor a text")]
    NotText {
        /// What it is said to be, or looks like.
        found: String,
    },
    /// More than is read.
    #[error("{what} has more than {limit} bytes")]
    TooLarge {
        /// The body, or the head of the answer.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A body of nothing.
    #[error("the answer has no body")]
    Empty,
    /// The site's robots.txt asks us to stay away.
    #[error("the site's robots.txt asks programs like this one to stay away from it")]
    BlockedByRobots,
    /// Whether we may come cannot be told, so we may not.
    #[error("the site's robots.txt cannot be read: status {status}")]
    RobotsUnavailable {
        /// Its status.
        status: u16,
    },
    /// A redirect to an address that was passed already.
    #[error("redirects lead back to {address}")]
    RedirectLoop {
        /// Where they lead back to.
        address: String,
    },
    /// More redirects than are followed.
    #[error("more than {limit} redirects")]
    TooManyRedirects {
        /// The limit.
        limit: usize,
    },
    /// A redirect to nowhere.
    #[error("a redirect names no address")]
    BadRedirect,
    /// What came is a question for consent, not the article.
    #[error("{host} asks for consent first")]
    ConsentWall {
        /// Who asks.
        host: String,
    },
    /// The answer is no HTTP, or not what was asked for.
    #[error("the answer cannot be understood: {detail}")]
    BadAnswer {
        /// What is wrong with it.
        detail: String,
    },
    /// The body is compressed in a way that cannot be undone.
    #[error("the body cannot be decompressed: {detail}")]
    BadEncoding {
        /// Why.
        detail: String,
    },
    /// The connection ended in the middle.
    #[error("the connection ended before the answer did")]
    BrokenOff,
    /// Others are being served, or the host wants a pause.
    #[error("{host} is not asked more often; its turn comes in {} seconds", .retry_in.as_secs())]
    HostBusy {
        /// The host.
        host: String,
        /// When it may be asked again.
        retry_in: Duration,
    },
}

impl FetchError {
    /// The word for it in job errors and problem details; with the status in it where there is one.
    pub fn name(&self) -> String {
        match self {
            FetchError::Status { status, .. } => return format!("http_{status}"),
            FetchError::Off => "fetching_off",
            FetchError::BadAddress { .. } => "bad_address",
            FetchError::InsideAddress { .. } => "inside_address",
            FetchError::Dns { .. } => "dns",
            FetchError::Refused { .. } => "refused",
            FetchError::Unreachable { .. } => "unreachable",
            FetchError::Tls { .. } => "tls",
            FetchError::Timeout { .. } => "timeout",
            FetchError::TooSlow { .. } => "too_slow",
            FetchError::Gone { .. } => "gone",
            FetchError::NotText { .. } => "not_text",
            FetchError::TooLarge { .. } => "too_large",
            FetchError::Empty => "empty",
            FetchError::BlockedByRobots => "blocked_by_robots",
            FetchError::RobotsUnavailable { .. } => "robots_unavailable",
            FetchError::RedirectLoop { .. } => "redirect_loop",
            FetchError::TooManyRedirects { .. } => "too_many_redirects",
            FetchError::BadRedirect => "bad_redirect",
            FetchError::ConsentWall { .. } => "consent_wall",
            FetchError::BadAnswer { .. } => "bad_answer",
            FetchError::BadEncoding { .. } => "bad_encoding",
            FetchError::BrokenOff => "broken_off",
            FetchError::HostBusy { .. } => "host_busy",
        }
        .to_owned()
    }

    /// The same error after redirects.
    pub(super) fn after(mut self, passed: &[Url]) -> Self {
        if let FetchError::Status { redirected, .. } | FetchError::Gone { redirected } = &mut self {
            *redirected = !passed.is_empty();
        }
        self
    }

    /// How the address itself told that nothing is there (any more); not where redirects lead to an
    /// address that tells so, because that may be a page of the site for whatever it does not show.
    pub fn removal(&self) -> Option<RemovalStatus> {
        match self {
            FetchError::Status { status: 404, redirected: false, .. } => {
                Some(RemovalStatus::NotFound)
            }
            FetchError::Gone { redirected: false } => Some(RemovalStatus::Gone),
            _ => None,
        }
    }

    /// Whether the same address may well give a page later.
    pub fn is_transient(&self) -> bool {
        match self {
            FetchError::Status { status, .. } => {
                matches!(status, 408 | 425 | 429) || (500..600).contains(status)
            }
            FetchError::Dns { .. }
            | FetchError::Refused { .. }
            | FetchError::Unreachable { .. }
            | FetchError::Timeout { .. }
            | FetchError::TooSlow { .. }
            | FetchError::RobotsUnavailable { .. }
            | FetchError::BrokenOff
            | FetchError::HostBusy { .. } => true,
            _ => false,
        }
    }

    /// How long to leave the address alone, where somebody said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            FetchError::Status { retry_after, .. } => *retry_after,
            FetchError::HostBusy { retry_in, .. } => Some(*retry_in),
            _ => None,
        }
    }
}
