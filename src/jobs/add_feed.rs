//! Address → a feed that is followed: the one there, or one that the page there or its site names.

use std::collections::VecDeque;

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use crate::domain::view::{FeedView, NewFeed};
use crate::fetch::{FetchError, Fetched, Fetcher};
use crate::ingest::feed::{self, FeedError, Found, NamedFeed, Outline};
use crate::store::{self, Pool, feeds};

/// Feeds of one page that are tried, until one can be read.
const TRIED: usize = 5;

/// How far back a sitemap is read where nobody said: it names all that a site ever published, and
/// those of news name two days.
const SITEMAP_REACH: TimeDelta = TimeDelta::days(2);

/// Why an address gave no feed. [`NoFeed::name`] is the word that users see.
#[derive(Debug, thiserror::Error)]
pub enum NoFeed {
    /// Nothing to read came.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// What came is no feed.
    #[error(transparent)]
    Unreadable(#[from] FeedError),
    /// What came is a page, and nothing is known of feeds there.
    #[error("neither this page nor its site names a feed or a sitemap that can be read")]
    NoneNamed,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A fault of ours.
    #[error(transparent)]
    Internal(anyhow::Error),
}

impl NoFeed {
    /// The word for it; see [`FetchError::name`] and [`FeedError::name`].
    pub fn name(&self) -> String {
        match self {
            NoFeed::Fetch(error) => error.name(),
            NoFeed::Unreadable(error) => error.name().to_owned(),
            NoFeed::NoneNamed => "no_feed".to_owned(),
            NoFeed::Store(_) | NoFeed::Internal(_) => "internal".to_owned(),
        }
    }
}

/// What somebody wants followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Of a feed, or of a page whose feed is to be found.
    pub url: Url,
    /// Who publishes it.
    pub outlet: Option<String>,
    /// What it is to be called.
    pub title: Option<String>,
    /// Seconds between two polls.
    pub interval: i32,
    /// Entries dated before are not fetched.
    pub since: Option<DateTime<Utc>>,
}

/// A feed that is followed now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Which.
    pub feed: FeedView,
    /// Whether it was followed before.
    pub known: bool,
    /// The other feeds that the page names.
    pub others: Vec<NamedFeed>,
}

/// Follows the feed at an address, or the first that the page there or its site names and that can
/// be read. One that is followed already is left as it is.
///
/// # Errors
/// [`NoFeed`].
pub async fn run(pool: &Pool, fetcher: Option<&Fetcher>, wanted: Wanted) -> Result<Added, NoFeed> {
    let fetcher = fetcher.ok_or(FetchError::Off)?;
    match feeds::find_by_url(&mut *pool.get().await?, &wanted.url).await {
        Ok(feed) => return Ok(Added { feed, known: true, others: Vec::new() }),
        Err(store::Error::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    let (found, others) = find(fetcher, &wanted.url).await?;
    let since = wanted.since.or(found.kind.is_sitemap().then(|| Utc::now() - SITEMAP_REACH));
    let new = NewFeed {
        url: found.url,
        kind: Some(found.kind),
        title: wanted.title.or(found.title),
        outlet: wanted.outlet,
        since,
        interval: wanted.interval,
    };
    let (feed, added) = feeds::insert(&mut *pool.get().await?, &new).await?;
    Ok(Added { feed, known: !added, others })
}

/// Follows the feeds of a list, without looking at them; answers how many were not followed before.
///
/// # Errors
/// [`store::Error::Unavailable`] when the database is away; none is followed then.
pub async fn import(
    pool: &Pool,
    outlines: &[Outline],
    interval: i32,
) -> Result<usize, store::Error> {
    let new: Vec<NewFeed> = outlines
        .iter()
        .map(|outline| NewFeed {
            url: outline.url.clone(),
            kind: None,
            title: outline.title.clone(),
            outlet: None,
            since: None,
            interval,
        })
        .collect();
    feeds::insert_all(&mut *pool.get().await?, &new).await
}

/// The feed to follow, and the others that are named beside it.
async fn find(fetcher: &Fetcher, url: &Url) -> Result<(NamedFeed, Vec<NamedFeed>), NoFeed> {
    let named = match look(fetcher, url).await? {
        Looked::Feed(feed) => return Ok((feed, Vec::new())),
        Looked::Page(named) => named,
    };
    let mut failed = None;
    if let Some(found) = first_readable(fetcher, &named, &mut failed).await {
        let others = named.into_iter().filter(|other| other.url != found.url).collect();
        return Ok((found, others));
    }
    let sitemaps = sitemaps(fetcher, url).await;
    if let Some(found) = first_readable(fetcher, &sitemaps, &mut failed).await {
        return Ok((found, Vec::new()));
    }
    // What the page names and cannot be read says more than that nothing was found.
    match (named.is_empty(), failed) {
        (false, Some(error)) => Err(error),
        _ => Err(NoFeed::NoneNamed),
    }
}

/// The first of these feeds that can be read, as it says itself what it is.
async fn first_readable(
    fetcher: &Fetcher,
    named: &[NamedFeed],
    failed: &mut Option<NoFeed>,
) -> Option<NamedFeed> {
    for candidate in named.iter().take(TRIED) {
        match look(fetcher, &candidate.url).await {
            Ok(Looked::Feed(feed)) => {
                let title = feed.title.or_else(|| candidate.title.clone());
                return Some(NamedFeed { title, ..feed });
            }
            Ok(Looked::Page(_)) => {
                failed.get_or_insert(FeedError::Page.into());
            }
            Err(error) => {
                failed.get_or_insert(error);
            }
        }
    }
    None
}

enum Looked {
    Feed(NamedFeed),
    Page(Vec<NamedFeed>),
}

async fn look(fetcher: &Fetcher, url: &Url) -> Result<Looked, NoFeed> {
    let page = match fetcher.fetch_feed(url, &Default::default()).await? {
        Fetched::Page(page) => page,
        Fetched::NotModified { .. } => {
            let detail = "it names an earlier answer that nobody spoke of".to_owned();
            return Err(FetchError::BadAnswer { detail }.into());
        }
    };
    let read = tokio::task::spawn_blocking(move || {
        feed::look(&page.bytes, &page.url, page.charset.as_deref())
    });
    let found =
        read.await.context("the reader stopped on this feed").map_err(NoFeed::Internal)??;
    Ok(match found {
        Found::Page(named) => Looked::Page(named),
        Found::Feed(feed) => {
            Looked::Feed(NamedFeed { url: url.clone(), kind: feed.kind, title: feed.title })
        }
    })
}

/// The sitemaps that the site's robots.txt names, those of news first, and the one in the usual
/// place.
async fn sitemaps(fetcher: &Fetcher, url: &Url) -> Vec<NamedFeed> {
    let kind = crate::domain::view::FeedKind::Sitemap;
    let mut found = VecDeque::new();
    // Without a robots.txt there is still the usual place.
    for sitemap in fetcher.sitemaps(url).await.unwrap_or_default() {
        if sitemap.path().to_ascii_lowercase().contains("news") {
            found.push_front(sitemap);
        } else {
            found.push_back(sitemap);
        }
    }
    if let Ok(usual) = url.join("/sitemap.xml")
        && !found.contains(&usual)
    {
        found.push_back(usual);
    }
    found.into_iter().map(|url| NamedFeed { url, kind, title: None }).collect()
}
