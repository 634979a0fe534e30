//! Addresses on the command line → their pages, fetched and stored.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use url::Url;

use crate::app;
use crate::config::IngestConfig;
use crate::domain::view::StoreOutcome;
use crate::ingest::{self, Meta};
use crate::jobs::fetch_document::{self, PageError};
use crate::store::{self, Pool, PoolOptions};

/// What became of the pages.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    created: u64,
    revised: u64,
    unchanged: u64,
    removed: u64,
    /// Addresses that gave no document.
    pub refused: u64,
}

impl std::fmt::Display for Fetched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Fetched { created, revised, unchanged, removed, refused } = self;
        let all = created + revised + unchanged + removed + refused;
        write!(
            f,
            "{all} addresses: {created} created, {revised} revised, {unchanged} unchanged, {removed} removed, \
             {refused} refused"
        )
    }
}

/// Takes the addresses out of what is to be read; what is left are files and folders.
///
/// # Errors
/// One of them is no address of a document, though it begins as one.
pub fn take(inputs: &mut Vec<PathBuf>) -> anyhow::Result<Vec<Url>> {
    let is_address = |path: &PathBuf| {
        let written = path.to_str().unwrap_or("").to_ascii_lowercase();
        written.starts_with("http://") || written.starts_with("https://")
    };
    let (addresses, files) = std::mem::take(inputs).into_iter().partition(is_address);
    *inputs = files;
    let parse = |path: PathBuf| Ok(ingest::parse_url(&path.to_string_lossy())?);
    Vec::into_iter(addresses).map(parse).collect()
}

/// Fetches and stores the pages, one after the other; what fails is named and costs the others
/// nothing.
///
/// # Errors
/// The database fails.
pub async fn store(
    url: &str,
    addresses: Vec<Url>,
    config: &IngestConfig,
    stop: &AtomicBool,
) -> anyhow::Result<Fetched> {
    let fetcher = app::fetcher(&config.fetch)?;
    store::migrate(url).await?;
    let pool = Pool::new(url, PoolOptions { size: 2, ..PoolOptions::default() })?;
    let mut fetched = Fetched::default();
    for address in addresses {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let meta = Meta {
            url: Some(address.clone()),
            language: config.input.language.clone(),
            ..Meta::default()
        };
        match fetch_document::run(&pool, fetcher.as_deref(), meta, config.gear.into()).await {
            Ok(stored) => match stored.outcome {
                StoreOutcome::Created => fetched.created += 1,
                StoreOutcome::Revised => fetched.revised += 1,
                StoreOutcome::Unchanged => fetched.unchanged += 1,
                StoreOutcome::Removed => fetched.removed += 1,
            },
            Err(error) if is_refused(&error) => {
                fetched.refused += 1;
                eprintln!("claimtrail: {address}: {error:#}");
            }
            Err(error) => return Err(error.context(address.to_string())),
        }
    }
    Ok(fetched)
}

/// Whether the page is at fault, and not the database.
fn is_refused(error: &anyhow::Error) -> bool {
    match error.downcast_ref::<store::Error>() {
        Some(error) => matches!(error, store::Error::Conflict { .. }),
        None => error.is::<PageError>() || !error.is::<store::Error>(),
    }
}
