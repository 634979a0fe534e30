//! Fetching from servers on loopback.

mod crawl;
mod encryption;
mod guard;
mod manners;

use std::sync::Arc;
use std::time::Duration;

use claimtrail::fetch::{FetchOptions, Fetcher};

use crate::support::site::{Names, Site};

/// A fetcher that may fetch from `site` and finds it under every name, in no hurry and with little
/// patience.
fn fetcher(site: &Site, names: Arc<Names>) -> Fetcher {
    Fetcher::new(options(site, names)).unwrap()
}

fn options(site: &Site, names: Arc<Names>) -> FetchOptions {
    FetchOptions {
        allow: vec![site.address],
        look_up: names,
        pause: Duration::from_millis(1),
        patience: Duration::from_secs(20),
        total: Duration::from_secs(30),
        head: Duration::from_secs(6),
        grace: Duration::from_secs(3),
        rate: 5_000,
        max_bytes: 256 << 10,
        ..FetchOptions::default()
    }
}
