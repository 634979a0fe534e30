//! What this process did → the text that Prometheus scrapes.
//!
//! One set for the process, as with log lines: whoever does something counts it, and nothing has
//! to be handed around. Every label has few values: patterns of routes and never their paths,
//! words of ours and never words of a text.

use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::domain::view::{FeedCounts, JobKind, QueueDepth, StoreOutcome};
use crate::store::PoolUse;

/// The media type of [`Metrics::text`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Ends of the classes of times, in seconds: from an indexed read to the limit of a statement.
const SECONDS: [f64; 13] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// Names with their values; the names of one family are always the same.
type Labels<const N: usize> = [(&'static str, String); N];

/// How an attempt at a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobEnd {
    /// Its work is stored.
    Done,
    /// It failed.
    Failed,
    /// It was cut short and given back.
    Interrupted,
}

impl JobEnd {
    fn as_str(self) -> &'static str {
        match self {
            JobEnd::Done => "done",
            JobEnd::Failed => "failed",
            JobEnd::Interrupted => "interrupted",
        }
    }
}

/// What a poll of a feed came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollEnd {
    /// It was read.
    Ok,
    /// Nothing changed since the last poll.
    NotModified,
    /// It could not be fetched or read.
    Failed,
    /// Its server said that it will not come back.
    Gone,
}

impl PollEnd {
    fn as_str(self) -> &'static str {
        match self {
            PollEnd::Ok => "ok",
            PollEnd::NotModified => "not_modified",
            PollEnd::Failed => "failed",
            PollEnd::Gone => "gone",
        }
    }
}

/// What is looked up when somebody asks, because it changes without us.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// The pools of this process by their use.
    pub pools: Vec<(&'static str, PoolUse)>,
    /// Whether Postgres answers.
    pub postgres_up: bool,
    /// How much work is left; unknown when Postgres does not answer.
    pub queue: Option<QueueDepth>,
    /// How many feeds are followed; unknown likewise.
    pub feeds: Option<FeedCounts>,
}

/// Counters and histograms of this process.
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels<3>, Counter>,
    request_seconds: Family<Labels<2>, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    extraction_seconds: Histogram,
    words: Counter,
    documents: Family<Labels<1>, Counter>,
    jobs: Family<Labels<2>, Counter>,
    polls: Family<Labels<1>, Counter>,
}

/// The metrics of this process.
pub fn metrics() -> &'static Metrics {
    static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);
    &METRICS
}

impl Metrics {
    fn new() -> Self {
        let mut registry = Registry::with_prefix("claimtrail");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program that answers", build);
        let requests = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let request_seconds: Family<_, _, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        registry.register_with_unit(
            "http_request_duration",
            "Time from a request's headers to the last byte of its answer",
            Unit::Seconds,
            request_seconds.clone(),
        );
        let in_flight = Gauge::default();
        registry.register("http_requests_in_flight", "Requests being answered", in_flight.clone());
        let extraction_seconds = Histogram::new(SECONDS);
        registry.register_with_unit(
            "extraction_duration",
            "Time to read one document",
            Unit::Seconds,
            extraction_seconds.clone(),
        );
        let words = Counter::default();
        registry.register(
            "extraction_words",
            "Words of the documents that were read",
            words.clone(),
        );
        let documents = Family::default();
        registry.register("documents_stored", "Documents stored, by outcome", documents.clone());
        let jobs = Family::default();
        registry.register("job_attempts", "Attempts at jobs, by how they ended", jobs.clone());
        let polls = Family::default();
        registry.register("feed_polls", "Polls of feeds, by what they came to", polls.clone());
        Metrics {
            registry,
            requests,
            request_seconds,
            in_flight,
            extraction_seconds,
            words,
            documents,
            jobs,
            polls,
        }
    }

    /// A request came in; [`Metrics::request_ended`] tells the rest.
    pub fn request_began(&self) {
        self.in_flight.inc();
    }

    /// A request was answered, `route` being the pattern of its path.
    pub fn request_ended(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        self.in_flight.dec();
        let (method, route) = (("method", method.to_owned()), ("route", route.to_owned()));
        self.request_seconds
            .get_or_create(&[method.clone(), route.clone()])
            .observe(took.as_secs_f64());
        self.requests.get_or_create(&[method, route, ("status", status.to_string())]).inc();
    }

    /// A document with so many words was read.
    pub fn extracted(&self, words: u64, took: Duration) {
        self.extraction_seconds.observe(took.as_secs_f64());
        self.words.inc_by(words);
    }

    /// A document was stored, and that is committed.
    pub fn stored(&self, outcome: StoreOutcome) {
        self.documents.get_or_create(&[("outcome", outcome.as_str().to_owned())]).inc();
    }

    /// An attempt at a job ended.
    pub fn job_ended(&self, kind: JobKind, end: JobEnd) {
        let (kind, end) = (("kind", kind.as_str().to_owned()), ("end", end.as_str().to_owned()));
        self.jobs.get_or_create(&[kind, end]).inc();
    }

    /// A feed was polled, and what came of it is committed.
    pub fn polled(&self, end: PollEnd) {
        self.polls.get_or_create(&[("result", end.as_str().to_owned())]).inc();
    }

    /// All of it, with what is so at this moment, as OpenMetrics.
    ///
    /// # Errors
    /// A metric cannot be written; none of ours is of that kind.
    pub fn text(&self, moment: &Moment) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &of_the_moment(moment))?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}

/// A registry for one answer: a gauge that is not known now must not show what it was before.
fn of_the_moment(moment: &Moment) -> Registry {
    let mut registry = Registry::with_prefix("claimtrail");
    let up: Gauge = Gauge::default();
    up.set(i64::from(moment.postgres_up));
    registry.register("postgres_up", "Whether Postgres answers: 1 or 0", up);
    let connections = Family::<Labels<2>, Gauge>::default();
    let limits = Family::<Labels<1>, Gauge>::default();
    for (pool, usage) in &moment.pools {
        let pool = ("pool", (*pool).to_owned());
        let idle = usage.open.saturating_sub(usage.used);
        for (state, count) in [("used", usage.used), ("idle", idle)] {
            let labels = [pool.clone(), ("state", state.to_owned())];
            connections.get_or_create(&labels).set(gauge(count));
        }
        limits.get_or_create(&[pool]).set(gauge(usage.size));
    }
    registry.register("pool_connections", "Connections to Postgres that are open", connections);
    registry.register("pool_connections_limit", "Connections that may be open", limits);
    if let Some(queue) = &moment.queue {
        let jobs = Family::<Labels<1>, Gauge>::default();
        for (state, count) in &queue.jobs {
            let labels = [("state", state.as_str().to_owned())];
            jobs.get_or_create(&labels).set(gauge(*count));
        }
        registry.register("queue_jobs", "Jobs that are not done, by where they stand", jobs);
        let oldest: Gauge<f64, AtomicU64> = Gauge::default();
        oldest.set(queue.oldest_due.as_secs_f64());
        registry.register_with_unit(
            "queue_oldest_due",
            "How long the job that waits longest has been due",
            Unit::Seconds,
            oldest,
        );
    }
    if let Some(counts) = &moment.feeds {
        let feeds = Family::<Labels<1>, Gauge>::default();
        for (state, count) in &counts.states {
            let labels = [("state", state.as_str().to_owned())];
            feeds.get_or_create(&labels).set(gauge(*count));
        }
        registry.register("feeds", "Feeds that are followed, by where they stand", feeds);
        let due: Gauge = Gauge::default();
        due.set(gauge(counts.due));
        registry.register("feeds_due", "Feeds whose time has come and that wait for it", due);
    }
    registry
}

fn gauge(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
