//! A document as the pipeline reads it and the store keeps it.

use chrono::{DateTime, Days, Months, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

/// How exactly a time is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateTimePrecision {
    /// To the second.
    Second,
    /// To the minute.
    Minute,
    /// The day only; the time is midnight UTC.
    Day,
    /// The month only; the day is the first.
    Month,
    /// The year only; the day is the first of January.
    Year,
}

/// When something was said or published, as exactly as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StatedTime {
    /// The instant, at the start of what the precision leaves open.
    pub at: DateTime<Utc>,
    /// How much of it is known.
    pub precision: DateTimePrecision,
}

impl StatedTime {
    /// The first instant that is surely later.
    ///
    /// ```
    /// use claimtrail::domain::{DateTimePrecision, StatedTime};
    /// let day = StatedTime { at: "2026-12-31T00:00:00Z".parse()?, precision: DateTimePrecision::Day };
    /// assert_eq!(day.end().to_rfc3339(), "2027-01-01T00:00:00+00:00");
    /// let year = StatedTime { at: "2024-01-01T00:00:00Z".parse()?, precision: DateTimePrecision::Year };
    /// assert_eq!(year.end().to_rfc3339(), "2025-01-01T00:00:00+00:00");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn end(self) -> DateTime<Utc> {
        let later = match self.precision {
            DateTimePrecision::Second => self.at.checked_add_signed(TimeDelta::seconds(1)),
            DateTimePrecision::Minute => self.at.checked_add_signed(TimeDelta::minutes(1)),
            DateTimePrecision::Day => self.at.checked_add_days(Days::new(1)),
            DateTimePrecision::Month => self.at.checked_add_months(Months::new(1)),
            DateTimePrecision::Year => self.at.checked_add_months(Months::new(12)),
        };
        later.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// What a server marks an answer with, so that it can be asked later whether that one still holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// `ETag`, as sent.
    pub etag: Option<String>,
    /// `Last-Modified`, as sent.
    pub last_modified: Option<String>,
}

impl Validators {
    /// Whether there is nothing to ask with.
    pub fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// How a server tells that a page is no longer there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalStatus {
    /// Status 404: there is nothing at the address.
    NotFound,
    /// Status 410: there was, and it will not come back.
    Gone,
}

impl RemovalStatus {
    /// The HTTP status.
    pub fn code(self) -> i32 {
        match self {
            RemovalStatus::NotFound => 404,
            RemovalStatus::Gone => 410,
        }
    }

    /// The status of that number.
    pub fn of_code(code: i32) -> Option<Self> {
        [RemovalStatus::NotFound, RemovalStatus::Gone].into_iter().find(|it| it.code() == code)
    }
}

/// One article: its title, its cleaned body and where it came from.
///
/// Spans point into `title` and `text`; neither changes after ingest. What is unknown is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The canonical address.
    pub url: Option<Url>,
    /// Other addresses that lead to it: where it was found, and what was passed on the way.
    pub aliases: Vec<Url>,
    /// The page of another site that it says it was taken from.
    pub syndicated_from: Option<Url>,
    /// The publisher's domain or name, as given or read off the address.
    pub outlet: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// The authors, as printed.
    pub authors: Vec<String>,
    /// When it was published.
    pub published: Option<StatedTime>,
    /// BCP 47; `und` when there is too little to tell, `mul` for mixed pages.
    pub language: String,
    /// The cleaned body.
    pub text: String,
    /// What the page's structured data says was corrected.
    pub corrections: Vec<String>,
}

impl Document {
    /// An English document of a body alone; what `evaluate` reads, and a start for tests.
    pub fn from_text(text: impl Into<String>) -> Self {
        Document {
            url: None,
            aliases: Vec::new(),
            syndicated_from: None,
            outlet: None,
            title: None,
            authors: Vec::new(),
            published: None,
            language: "en".to_owned(),
            text: text.into(),
            corrections: Vec::new(),
        }
    }

    /// The words of a field; empty where there is no title.
    pub fn field(&self, field: super::Field) -> &str {
        match field {
            super::Field::Title => self.title.as_deref().unwrap_or(""),
            super::Field::Text => &self.text,
        }
    }

    /// The words a span covers; empty where it does not fit.
    pub fn quote(&self, span: super::Span) -> &str {
        self.field(span.field).get(span.range()).unwrap_or("")
    }
}
