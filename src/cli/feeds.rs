//! `feeds`: follow feeds, list them, and fetch what is new in them.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::{DateTime, SecondsFormat, Utc};

use super::PartlyRefused;
use super::database::Database;
use super::serve::{STOP_WITHIN, before_stop};
use super::signals::Signals;
use super::worker::worker;
use crate::app;
use crate::config::{FeedsAction, FeedsConfig, GlobalConfig};
use crate::domain::FeedId;
use crate::domain::view::{FeedChange, FeedFilter, FeedKind, FeedState, FeedView, PageRequest};
use crate::ingest;
use crate::jobs::{add_feed, poll_feed};
use crate::store::{self, Pool, PoolOptions};

/// How often `run --once` looks whether anything is left to do.
const LOOK: Duration = Duration::from_millis(200);

/// Bytes of a list of feeds at most.
const LONGEST_LIST: u64 = 5 << 20;

/// Does with feeds what `config` says.
///
/// # Errors
/// The database cannot be opened or migrated, or something that was named is no feed; what could be
/// done is done.
pub async fn run(global: &GlobalConfig, config: &FeedsConfig) -> anyhow::Result<()> {
    check(config)?;
    let mut signals = Signals::listen()?;
    let Some(database) = before_stop(&mut signals, Database::open(global)).await else {
        return Ok(());
    };
    let database = database?;
    let outcome = act(database.url(), config, signals).await;
    let closed = database.close_within(STOP_WITHIN).await;
    outcome?;
    closed
}

/// Refuses what needs no database to be seen wrong.
fn check(config: &FeedsConfig) -> anyhow::Result<()> {
    match (config.action, config.what.is_empty()) {
        (FeedsAction::List, false) => bail!("`feeds list` takes no names"),
        (FeedsAction::Run | FeedsAction::List, _) | (_, false) => Ok(()),
        (FeedsAction::Add, true) => bail!("name the addresses of feeds or pages to follow"),
        (FeedsAction::Import, true) => bail!("name OPML files, or - for standard input"),
        (_, true) => bail!("name feeds by their ids or addresses; `feeds list` prints both"),
    }
}

async fn act(url: &str, config: &FeedsConfig, mut signals: Signals) -> anyhow::Result<()> {
    let prepared = before_stop(&mut signals, async {
        store::migrate(url).await.context("cannot migrate the database")?;
        Ok::<_, anyhow::Error>(Pool::new(url, PoolOptions::default())?)
    });
    let Some(pool) = prepared.await else { return Ok(()) };
    let pool = pool?;
    match config.action {
        FeedsAction::Add => add(&pool, config).await,
        FeedsAction::List => list(&pool).await,
        FeedsAction::Import => import(&pool, config).await,
        FeedsAction::Run => poll(&pool, config, signals).await,
        FeedsAction::Pause => change(&pool, config, "paused", true).await,
        FeedsAction::Resume => change(&pool, config, "resumed", false).await,
        FeedsAction::Remove => remove(&pool, config).await,
    }
}

/// Prints a line; whoever reads may have gone, and what was done is done all the same.
fn tell(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

async fn add(pool: &Pool, config: &FeedsConfig) -> anyhow::Result<()> {
    let fetcher = app::fetcher(&config.work.fetch)?;
    let since = config.since.as_deref().map(ingest::parse_published).transpose()?;
    let mut refused = 0;
    for written in &config.what {
        let added = async {
            let wanted = add_feed::Wanted {
                url: ingest::parse_url(written)?,
                outlet: config.outlet.clone(),
                title: None,
                interval: config.interval,
                since: since.map(|since| since.at),
            };
            match add_feed::run(pool, fetcher.as_deref(), wanted).await {
                Ok(added) => Ok(added),
                Err(error) => Err(anyhow::anyhow!("{}: {error}", error.name())),
            }
        };
        match added.await {
            Ok(added) => {
                let did = if added.known { "known" } else { "added" };
                let kind = added.feed.kind.map_or("feed", FeedKind::as_str);
                tell(&format!("{did}\t{}\t{kind}\t{}", added.feed.id, added.feed.url));
                for other in added.others {
                    let title = other.title.unwrap_or_default();
                    tell(&format!("also\t\t{}\t{}\t{title}", other.kind.as_str(), other.url));
                }
            }
            Err(error) => {
                refused += 1;
                eprintln!("claimtrail: {written}: {error:#}");
            }
        }
    }
    end(refused)
}

fn end(refused: u64) -> anyhow::Result<()> {
    if refused == 0 { Ok(()) } else { Err(PartlyRefused { refused, what: "feeds" }.into()) }
}

async fn import(pool: &Pool, config: &FeedsConfig) -> anyhow::Result<()> {
    let mut refused = 0;
    for path in &config.what {
        let bytes = read_list(path).with_context(|| path.clone())?;
        let read = tokio::task::spawn_blocking(move || ingest::feed::read_opml(&bytes)).await?;
        let (good, bad) = read.with_context(|| path.clone())?;
        let added = add_feed::import(pool, &good, config.interval).await?;
        for outline in &bad {
            let title = outline.title.as_deref().unwrap_or("an outline");
            eprintln!("claimtrail: {path}:{}: {title}: {}", outline.line, outline.reason);
        }
        refused += bad.len() as u64;
        tell(&format!(
            "{path}: {added} added, {} known, {} refused",
            good.len() - added,
            bad.len()
        ));
    }
    end(refused)
}

fn read_list(path: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = LONGEST_LIST + 1;
    match path {
        "-" => io::stdin().lock().take(limit).read_to_end(&mut bytes)?,
        path => std::fs::File::open(path)?.take(limit).read_to_end(&mut bytes)?,
    };
    anyhow::ensure!(bytes.len() as u64 <= LONGEST_LIST, "it has more than {LONGEST_LIST} bytes");
    Ok(bytes)
}

async fn all(pool: &Pool) -> anyhow::Result<Vec<FeedView>> {
    let mut feeds = Vec::new();
    let mut page = PageRequest { limit: 200, cursor: None };
    loop {
        let found =
            store::feeds::list(&mut *pool.get().await?, &FeedFilter::default(), &page).await?;
        feeds.extend(found.items);
        match found.next {
            Some(cursor) => page.cursor = Some(cursor),
            None => return Ok(feeds),
        }
    }
}

async fn list(pool: &Pool) -> anyhow::Result<()> {
    tell("id\tstate\tkind\tlast result\tentries\tnext poll\turl\ttitle");
    for feed in all(pool).await? {
        tell(&line(&feed));
    }
    Ok(())
}

fn line(feed: &FeedView) -> String {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let title = feed.title.as_deref().unwrap_or("").replace('\t', " ");
    [
        feed.id.to_string(),
        feed.state.as_str().to_owned(),
        feed.kind.map_or("", FeedKind::as_str).to_owned(),
        feed.last_result.clone().unwrap_or_default(),
        feed.last_entries.map(|entries| entries.to_string()).unwrap_or_default(),
        feed.next_poll_at.map(time).unwrap_or_default(),
        feed.url.clone(),
        title,
    ]
    .join("\t")
}

/// The feed that is meant by an id or an address.
async fn find(pool: &Pool, written: &str) -> anyhow::Result<FeedView> {
    let mut connection = pool.get().await?;
    let found = match written.parse::<FeedId>() {
        Ok(id) => store::feeds::find(&mut connection, id).await,
        Err(_) => {
            let url = ingest::parse_url(written)?;
            store::feeds::find_by_url(&mut connection, &url).await
        }
    };
    match found {
        Err(store::Error::NotFound) => bail!("no feed is followed under this name"),
        found => Ok(found?),
    }
}

async fn change(pool: &Pool, config: &FeedsConfig, did: &str, paused: bool) -> anyhow::Result<()> {
    let change = FeedChange { paused: Some(paused), ..FeedChange::default() };
    for_each(pool, config, async |feed: FeedView| {
        store::feeds::update(&mut *pool.get().await?, feed.id, &change).await?;
        tell(&format!("{did}\t{}\t{}", feed.id, feed.url));
        Ok(())
    })
    .await
}

async fn remove(pool: &Pool, config: &FeedsConfig) -> anyhow::Result<()> {
    for_each(pool, config, async |feed: FeedView| {
        store::feeds::delete(&mut *pool.get().await?, feed.id).await?;
        tell(&format!("removed\t{}\t{}", feed.id, feed.url));
        Ok(())
    })
    .await
}

/// Does `work` with each feed that is named; one that is not followed is told, and costs the others
/// nothing.
async fn for_each(
    pool: &Pool,
    config: &FeedsConfig,
    work: impl AsyncFn(FeedView) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut refused = 0;
    for written in &config.what {
        let done = async { work(find(pool, written).await?).await };
        if let Err(error) = done.await {
            refused += 1;
            eprintln!("claimtrail: {written}: {error:#}");
        }
    }
    end(refused)
}

/// Works on polls and what they queue, until told to stop or, with `--once`, until nothing is left.
async fn poll(pool: &Pool, config: &FeedsConfig, mut signals: Signals) -> anyhow::Result<()> {
    let fetcher = app::fetcher(&config.work.fetch)?;
    anyhow::ensure!(fetcher.is_some(), "nothing is fetched with --no-fetch, so no feed is polled");
    let mut named = Vec::new();
    for written in &config.what {
        let feed = find(pool, written).await.with_context(|| written.clone())?;
        let is_polled = matches!(feed.state, FeedState::Active | FeedState::Failing);
        anyhow::ensure!(is_polled, "{written} is {}; resume it first", feed.state.as_str());
        named.push(feed.id);
    }
    store::feeds::make_due(&mut *pool.get().await?, &named).await?;
    let polled = last_polls(pool).await?;
    let (_, worker) = worker(pool, &config.work, fetcher)?;
    let stop = async {
        tokio::select! {
            told = signals.told() => tracing::info!(signal = told.signal, "stopping"),
            () = all_done(pool), if config.once => {}
        }
        signals.end_at_the_next();
    };
    worker.run(stop).await;
    if config.once { told_once(pool, &polled).await } else { Ok(()) }
}

/// Waits until no feed is due and no poll and no page is left to fetch.
async fn all_done(pool: &Pool) {
    loop {
        // While the database is away, nothing is done.
        if matches!(is_done(pool).await, Ok(true)) {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn is_done(pool: &Pool) -> Result<bool, store::Error> {
    poll_feed::enqueue_due(pool).await?;
    Ok(!store::feeds::work_is_left(&mut *pool.get().await?).await?)
}

/// When each feed that was ever polled was polled last, by the clock of the database.
async fn last_polls(pool: &Pool) -> anyhow::Result<BTreeMap<FeedId, DateTime<Utc>>> {
    let polled = |feed: FeedView| Some((feed.id, feed.last_polled_at?));
    Ok(all(pool).await?.into_iter().filter_map(polled).collect())
}

/// Prints the feeds that were polled since, and fails where one of them did.
async fn told_once(pool: &Pool, before: &BTreeMap<FeedId, DateTime<Utc>>) -> anyhow::Result<()> {
    let mut failed = 0;
    for feed in all(pool).await? {
        if feed.last_polled_at.as_ref() == before.get(&feed.id) {
            continue;
        }
        let result = feed.last_result.as_deref().unwrap_or("");
        match &feed.last_error {
            Some(error) => {
                failed += 1;
                eprintln!("claimtrail: {}: {result}: {error}", feed.url);
            }
            None => tell(&format!(
                "{result}\t{}\t{} new of {}",
                feed.url,
                feed.last_queued.unwrap_or(0),
                feed.last_entries.unwrap_or(0)
            )),
        }
    }
    anyhow::ensure!(failed == 0, "{failed} feeds could not be read");
    Ok(())
}
