//! What `feeds` takes.

use clap::Args;

use super::WorkConfig;

/// What to do with feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FeedsAction {
    /// Follow the feeds at these addresses, or those that the pages there name.
    Add,
    /// Print what is followed, one line a feed, with what came of the last poll.
    List,
    /// Follow the feeds of these lists (OPML files; - for standard input).
    Import,
    /// Poll what is due and fetch what is new, until told to stop; these feeds at once.
    Run,
    /// Leave these feeds alone.
    Pause,
    /// Poll these feeds again, also those that were gone.
    Resume,
    /// Forget these feeds; documents stay.
    Remove,
}

/// What `feeds` takes.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = FEEDS_HELP)]
pub struct FeedsConfig {
    /// What to do.
    #[arg(value_enum)]
    pub action: FeedsAction,

    /// Addresses; files for import; ids or addresses of feeds that are followed for the others.
    pub what: Vec<String>,

    /// How often an added feed is polled, in seconds.
    #[arg(long, env = "CLAIMTRAIL_FEED_INTERVAL", value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(i32).range(60..=604_800))]
    pub interval: i32,

    /// Publisher of what the added feeds name, as domain or name. [default: read off each address]
    #[arg(long, env = "CLAIMTRAIL_FEED_OUTLET", value_name = "OUTLET")]
    pub outlet: Option<String>,

    /// Leave out entries of the added feeds that are dated before; RFC 3339 or a date. [default: two days ago for sitemaps, else no bound]
    #[arg(long, env = "CLAIMTRAIL_FEED_SINCE", value_name = "TIME")]
    pub since: Option<String>,

    /// End when nothing is due and all that was new is fetched.
    #[arg(long, env = "CLAIMTRAIL_ONCE")]
    pub once: bool,

    /// How pages are fetched, and how many jobs run at once.
    #[command(flatten)]
    pub work: WorkConfig,
}

/// Shown below the flags of `feeds --help`.
const FEEDS_HELP: &str = "\
Feeds are RSS, Atom, JSON Feed, sitemaps (also of news, also as .gz) and indexes of sitemaps. Of a page,
the first feed that it names is followed, or else a sitemap of its site.

`serve` and `worker` poll by themselves what is due; `run` does the same alone. A poll that fails is
tried again after the interval, then after twice that, and so on up to a day; one that is answered with
410 puts the feed aside. An entry is fetched once, and again when the feed gives it another time of change.

  claimtrail feeds add https://lorne-courier.test/ --interval 300
  claimtrail feeds import subscriptions.opml
  claimtrail feeds run --once";
