//! URL → bytes: guard against inside addresses, robots, rates, limits.
//!
//! ```text
//! address ─guard→ places to connect to ─turn→ robots.txt ─allowed→ request → redirect: once more
//!                                                                          → body → Page, or one that
//!                                                                            leads on by itself: once more
//! ```
//!
//! A [`Fetcher`] is shared by all that fetch: what it knows of a host (its turn, its pause, its
//! robots.txt) holds for everybody. Nothing is taken from the environment, no proxy either, and no
//! cookie is kept.

mod body;
mod client;
mod consent;
mod content;
mod error;
mod guard;
mod hosts;
mod refresh;
mod robots;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
};
use reqwest::{Response, StatusCode};
use rustls::pki_types::CertificateDer;
use tokio::sync::Semaphore;
use url::Url;

pub use content::PageType;
pub use error::FetchError;
pub use guard::{LookUp, Looking, SystemLookUp, is_inside};

use crate::domain::{Validators, address_key};
use body::{Excess, Limits};
use client::Requests;
use content::Wanted;
use guard::Guard;
use hosts::{Hosts, Turn};
use robots::Robots;

/// Longest mark of an answer that is kept, in bytes; the schema has the same limit.
const LONGEST_VALIDATOR: usize = 1_024;

/// Redirects of a robots.txt that are followed (RFC 9309, 2.3.1.2).
const ROBOTS_REDIRECTS: usize = 5;

/// How a [`Fetcher`] behaves.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// Where sites can read or ask who this is: an address of a page or of mail. Part of the user
    /// agent.
    pub contact: Option<String>,
    /// Addresses inside that may be fetched from all the same. Dangerous: whoever can post an address
    /// can then read what is served there.
    pub allow: Vec<SocketAddr>,
    /// Certificates that servers may show beside those that the system trusts.
    pub trusted: Vec<CertificateDer<'static>>,
    /// Name → addresses.
    pub look_up: Arc<dyn LookUp>,
    /// The shortest pause between two requests to one host.
    pub pause: Duration,
    /// How long to wait for a host's turn.
    pub patience: Duration,
    /// Longest time for a fetch, redirects and waiting included.
    pub total: Duration,
    /// Longest time from a request to the head of its answer.
    pub head: Duration,
    /// How long a body may take to get going, before `rate` must hold.
    pub grace: Duration,
    /// Bytes a second that a body must bring on average.
    pub rate: u64,
    /// Bytes of a page's body, as sent and decompressed.
    pub max_bytes: usize,
    /// The same of a feed.
    pub max_feed_bytes: usize,
    /// Redirects that are followed.
    pub max_redirects: usize,
    /// Fetches under way at once; each may hold a body.
    pub at_once: usize,
}

impl Default for FetchOptions {
    /// A second between requests, 10 s for a turn, 60 s for a fetch, 15 s for a head, 1 kB a second
    /// after 5 s, 8 MiB (16 MiB of a feed), 10 redirects, 64 fetches at once.
    fn default() -> Self {
        FetchOptions {
            contact: None,
            allow: Vec::new(),
            trusted: Vec::new(),
            look_up: Arc::new(SystemLookUp),
            pause: Duration::from_secs(1),
            patience: Duration::from_secs(10),
            total: Duration::from_secs(60),
            head: Duration::from_secs(15),
            grace: Duration::from_secs(5),
            rate: 1_000,
            max_bytes: 8 << 20,
            max_feed_bytes: 16 << 20,
            max_redirects: 10,
            at_once: 64,
        }
    }
}

/// What is known of addresses that were fetched before, by their [`address_key`].
pub type Known = BTreeMap<String, Validators>;

/// What an address gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// A page or a text.
    Page(Page),
    /// The server says that nothing changed since the answer that the given marks came with.
    NotModified {
        /// Where.
        url: Url,
    },
}

/// A page or text as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it was found, after all redirects.
    pub url: Url,
    /// The addresses passed on the way, the one asked for first; without `url`.
    pub passed: Vec<Url>,
    /// How many of `passed`, from the first on, were left behind for good (301, 308); see [`Page::moved`].
    pub left: usize,
    /// The body, decompressed.
    pub bytes: Vec<u8>,
    /// What it is.
    pub media_type: PageType,
    /// The encoding that the header names.
    pub charset: Option<String>,
    /// The marks it came with.
    pub validators: Validators,
}

impl Page {
    /// Where the address asked for stands from now on: as far as every server on the way said that what was
    /// asked for moved for good.
    pub fn moved(&self) -> Option<&Url> {
        (self.left > 0).then(|| self.passed.get(self.left).unwrap_or(&self.url))
    }
}

/// Fetches pages, politely and only from outside.
#[derive(Debug)]
pub struct Fetcher {
    options: FetchOptions,
    guard: Guard,
    requests: Requests,
    hosts: Hosts,
    places: Semaphore,
}

/// What one request gave.
enum Hop {
    Redirect { to: Url, for_good: bool },
    Done(Box<Fetched>),
}

impl Fetcher {
    /// A fetcher that knows no host yet.
    ///
    /// # Errors
    /// [`FetchError::BadAddress`] for a contact that cannot stand in a header.
    pub fn new(options: FetchOptions) -> Result<Self, FetchError> {
        let version = env!("CARGO_PKG_VERSION");
        let contact = options.contact.as_deref().map_or(String::new(), |it| format!(" (+{it})"));
        let agent = HeaderValue::from_str(&format!("Claimtrail/{version}{contact}"))
            .ok()
            .filter(|agent| agent.to_str().is_ok())
            .ok_or(FetchError::BadAddress {
                address: contact,
                reason: "a contact is of plain letters",
            })?;
        Ok(Fetcher {
            guard: Guard { allowed: options.allow.clone(), look_up: options.look_up.clone() },
            requests: Requests::new(agent, options.head, options.trusted.clone()),
            hosts: Hosts::default(),
            places: Semaphore::new(options.at_once),
            options,
        })
    }

    /// Fetches the page at `url`, following redirects; `known` lets the server say that nothing
    /// changed.
    ///
    /// # Errors
    /// Every [`FetchError`] but [`FetchError::Off`].
    pub async fn fetch(&self, url: &Url, known: &Known) -> Result<Fetched, FetchError> {
        self.fetch_within(self.options.patience, url, known).await
    }

    /// As [`Fetcher::fetch`], waiting no longer than `patience` for the turn to ask a host: for those
    /// who have something else to do meanwhile.
    ///
    /// # Errors
    /// As [`Fetcher::fetch`].
    pub async fn fetch_within(
        &self,
        patience: Duration,
        url: &Url,
        known: &Known,
    ) -> Result<Fetched, FetchError> {
        self.get(patience, Wanted::Page, url, known).await
    }

    /// As [`Fetcher::fetch`], for a feed or a page that names one.
    ///
    /// # Errors
    /// As [`Fetcher::fetch`].
    pub async fn fetch_feed(&self, url: &Url, known: &Known) -> Result<Fetched, FetchError> {
        self.get(self.options.patience, Wanted::Feed, url, known).await
    }

    /// As [`Fetcher::fetch_within`], for a feed or a page that names one.
    ///
    /// # Errors
    /// As [`Fetcher::fetch`].
    pub async fn fetch_feed_within(
        &self,
        patience: Duration,
        url: &Url,
        known: &Known,
    ) -> Result<Fetched, FetchError> {
        self.get(patience, Wanted::Feed, url, known).await
    }

    /// The sitemaps that the robots.txt beside `url` names.
    ///
    /// # Errors
    /// Every [`FetchError`] but [`FetchError::Off`].
    pub async fn sitemaps(&self, url: &Url) -> Result<Vec<Url>, FetchError> {
        let total = self.options.total;
        let asking = async {
            let places = self.guard.admit(url).await?;
            let host = url.host_str().unwrap_or("");
            let mut turn = self.hosts.turn(host, self.options.pause, self.options.patience).await?;
            let robots = self.robots_of(&mut turn, url, &places).await?;
            let named = robots.map_or(&[][..], |robots| robots.sitemaps.as_slice());
            Ok(named.iter().filter_map(|named| url.join(named).ok()).collect())
        };
        tokio::time::timeout(total, asking)
            .await
            .map_err(|_| FetchError::Timeout { what: "asking", seconds: total.as_secs() })?
    }

    /// The shortest pause between two requests to one host.
    pub fn pause(&self) -> Duration {
        self.options.pause
    }

    async fn get(
        &self,
        patience: Duration,
        wanted: Wanted,
        url: &Url,
        known: &Known,
    ) -> Result<Fetched, FetchError> {
        let total = self.options.total;
        let fetching = async {
            // Never closed.
            let _place = self.places.acquire().await;
            self.follow(patience, wanted, url, known).await
        };
        tokio::time::timeout(total, fetching)
            .await
            .map_err(|_| FetchError::Timeout { what: "fetching", seconds: total.as_secs() })?
    }

    async fn follow(
        &self,
        patience: Duration,
        wanted: Wanted,
        url: &Url,
        known: &Known,
    ) -> Result<Fetched, FetchError> {
        let mut passed: Vec<Url> = Vec::new();
        let mut left = 0;
        let mut next = url.clone();
        loop {
            next.set_fragment(None);
            if passed.contains(&next) {
                return Err(FetchError::RedirectLoop { address: next.into() });
            }
            if passed.len() > self.options.max_redirects {
                return Err(FetchError::TooManyRedirects { limit: self.options.max_redirects });
            }
            if !passed.is_empty() && consent::asks_for_consent(&next) {
                let host = next.host_str().unwrap_or("").to_owned();
                return Err(FetchError::ConsentWall { host });
            }
            let visited = self.visit(patience, wanted, &next, known).await;
            match visited.map_err(|error| error.after(&passed))? {
                Hop::Redirect { to, for_good } => {
                    if for_good && left == passed.len() {
                        left += 1;
                    }
                    passed.push(std::mem::replace(&mut next, to));
                }
                Hop::Done(fetched) => {
                    return Ok(match *fetched {
                        Fetched::Page(page) => Fetched::Page(Page { passed, left, ..page }),
                        unchanged => unchanged,
                    });
                }
            }
        }
    }

    /// One request, once it is this host's turn and its robots.txt allows it.
    async fn visit(
        &self,
        patience: Duration,
        wanted: Wanted,
        url: &Url,
        known: &Known,
    ) -> Result<Hop, FetchError> {
        let places = self.guard.admit(url).await?;
        let host = url.host_str().unwrap_or("");
        let mut turn = self.hosts.turn(host, self.options.pause, patience).await?;
        self.ask_robots(&mut turn, url, &places).await?;
        let marks = address_key(url).and_then(|key| known.get(&key));
        let response = self.requests.send(url, &places, headers(wanted, marks)).await?;
        let status = response.status();
        let location = response.headers().get(LOCATION).cloned();
        match status.as_u16() {
            304 if marks.is_some_and(|marks| !marks.is_empty()) => {
                Ok(Hop::Done(Box::new(Fetched::NotModified { url: url.clone() })))
            }
            304 => Err(FetchError::BadAnswer {
                detail: "status 304 to a request without conditions".to_owned(),
            }),
            code @ 300..400 => Ok(Hop::Redirect {
                to: redirect_target(url, location.as_ref())?,
                for_good: matches!(code, 301 | 308),
            }),
            200..300 => {
                let page = self.read_page(wanted, url, response).await?;
                let is_page = match page.media_type {
                    PageType::Html => true,
                    PageType::PlainText => false,
                    PageType::Feed => refresh::begins_as_page(&page.bytes),
                };
                if is_page && let Some(to) = refresh::leads_to(url, &page.bytes) {
                    return Ok(Hop::Redirect { to, for_good: false });
                }
                Ok(Hop::Done(Box::new(Fetched::Page(page))))
            }
            410 => Err(FetchError::Gone { redirected: false }),
            code => {
                let retry_after = retry_after(response.headers());
                if let (429 | 503, Some(pause)) = (code, retry_after) {
                    turn.pause_for(pause);
                }
                Err(FetchError::Status { status: code, retry_after, redirected: false })
            }
        }
    }

    async fn read_page(
        &self,
        wanted: Wanted,
        url: &Url,
        response: Response,
    ) -> Result<Page, FetchError> {
        let said = content::said_to_be(response.headers(), wanted)?;
        let max_bytes = match wanted {
            Wanted::Page => self.options.max_bytes,
            Wanted::Feed => self.options.max_feed_bytes,
        };
        let validators = Validators {
            etag: validator(response.headers(), ETAG),
            last_modified: validator(response.headers(), LAST_MODIFIED),
        };
        let bytes = body::read(response, self.limits(max_bytes, Excess::Refuse)).await?;
        let media_type = content::looks_like(said.media_type, wanted, &bytes)?;
        Ok(Page {
            url: url.clone(),
            passed: Vec::new(),
            left: 0,
            bytes,
            media_type,
            charset: said.charset,
            validators,
        })
    }

    fn limits(&self, bytes: usize, excess: Excess) -> Limits {
        Limits { bytes, excess, rate: self.options.rate, grace: self.options.grace }
    }

    /// Fails where the robots.txt of the address's origin keeps us away.
    async fn ask_robots(
        &self,
        turn: &mut Turn,
        url: &Url,
        places: &[SocketAddr],
    ) -> Result<(), FetchError> {
        let Some(robots) = self.robots_of(turn, url, places).await? else { return Ok(()) };
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let (allowed, delay) = (robots.allows(&path), robots.delay);
        if let Some(delay) = delay {
            turn.pause_for(delay);
        }
        if allowed { Ok(()) } else { Err(FetchError::BlockedByRobots) }
    }

    /// What is known of the robots.txt of the address's origin, read where nothing is.
    async fn robots_of<'t>(
        &self,
        turn: &'t mut Turn,
        url: &Url,
        places: &[SocketAddr],
    ) -> Result<Option<&'t Robots>, FetchError> {
        let origin = url.origin().ascii_serialization();
        if turn.robots(&origin).is_none() {
            let robots = self.read_robots(url, places).await?;
            turn.keep_robots(&origin, robots);
        }
        Ok(turn.robots(&origin))
    }

    /// What the robots.txt beside `url` says: without one all is allowed; where the server fails,
    /// nothing is (RFC 9309, 2.3.1).
    async fn read_robots(&self, url: &Url, places: &[SocketAddr]) -> Result<Robots, FetchError> {
        let mut address = url.clone();
        address.set_path("/robots.txt");
        address.set_query(None);
        let mut places = places.to_vec();
        for _ in 0..=ROBOTS_REDIRECTS {
            let response =
                self.requests.send(&address, &places, headers(Wanted::Page, None)).await?;
            let status = response.status();
            if status.is_redirection() {
                let location = response.headers().get(LOCATION).cloned();
                let Ok(to) = redirect_target(&address, location.as_ref()) else { break };
                places = self.guard.admit(&to).await?;
                address = to;
                continue;
            }
            if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
                return Err(FetchError::RobotsUnavailable { status: status.as_u16() });
            }
            if !status.is_success() {
                break;
            }
            let limits = self.limits(robots::MAX_BYTES, Excess::Cut);
            let bytes = body::read(response, limits).await?;
            return Ok(Robots::parse(&String::from_utf8_lossy(&bytes)));
        }
        Ok(Robots::default())
    }
}

fn headers(wanted: Wanted, marks: Option<&Validators>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let accepted = match wanted {
        Wanted::Page => "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.8,*/*;q=0.1",
        Wanted::Feed => {
            "application/rss+xml,application/atom+xml,application/feed+json,application/xml;q=0.9,\
             text/xml;q=0.9,text/html;q=0.5,*/*;q=0.2"
        }
    };
    headers.insert(ACCEPT, HeaderValue::from_static(accepted));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    let known = |value: Option<&String>| value.and_then(|it| HeaderValue::from_str(it).ok());
    if let Some(etag) = known(marks.and_then(|marks| marks.etag.as_ref())) {
        headers.insert(IF_NONE_MATCH, etag);
    }
    if let Some(time) = known(marks.and_then(|marks| marks.last_modified.as_ref())) {
        headers.insert(IF_MODIFIED_SINCE, time);
    }
    headers
}

fn validator(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (!value.is_empty() && value.len() <= LONGEST_VALIDATOR).then(|| value.to_owned())
}

fn redirect_target(from: &Url, location: Option<&HeaderValue>) -> Result<Url, FetchError> {
    let written = location.and_then(|it| std::str::from_utf8(it.as_bytes()).ok());
    from.join(written.ok_or(FetchError::BadRedirect)?).map_err(|_| FetchError::BadRedirect)
}

/// `Retry-After`, as seconds or as a time.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    /// Longer pauses than this are not believed.
    const LONGEST: Duration = Duration::from_secs(24 * 3600);
    let written = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match written.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = chrono::DateTime::parse_from_rfc2822(written).ok()?;
            at.signed_duration_since(chrono::Utc::now()).to_std().unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST))
}
