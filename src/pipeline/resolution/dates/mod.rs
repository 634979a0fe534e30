//! "on Saturday", "yesterday", "on 3 January", "in 2014" → the day, month or year that is meant, seen
//! from the document's date.
//!
//! Reports look back: a day without a year is its latest one that is not after the document. What tells
//! neither day, month nor year ("last week", "two years ago", "recently") or lies ahead stays unknown.
//! Days are those of the document's time in UTC; the outlet's own clock may say another near midnight.

mod said;

pub use said::date;

use std::ops::Range;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};

use crate::domain::{DateTimePrecision, StatedTime};
use crate::pipeline::text::{Reading, Tag};

/// Words that tell when.
#[derive(Debug, Clone, PartialEq)]
pub struct DateExpression {
    /// Its tokens, without "on" or "in".
    pub tokens: Range<usize>,
    /// What it means; `day`, `month` or `year` exact.
    pub time: StatedTime,
}

const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Days that "… days ago" may be told in words.
const COUNTS: [&str; 11] =
    ["a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"];

/// The expressions that begin among some tokens of a field, in order of place, seen from a document of
/// that time.
pub fn find(
    reading: &Reading,
    tokens: Range<usize>,
    published: Option<StatedTime>,
) -> Vec<DateExpression> {
    let seen = Seen::from(published);
    let mut found: Vec<DateExpression> = Vec::new();
    let mut at = tokens.start;
    while at < tokens.end.min(reading.tokens.len()) {
        match seen.expression(reading, at) {
            Some((end, time)) => {
                if let Some(time) = time {
                    found.push(DateExpression { tokens: at..end, time });
                }
                at = end.max(at + 1);
            }
            None => at += 1,
        }
    }
    found
}

/// From when a document speaks.
struct Seen {
    /// Its day, where it is known so exactly.
    day: Option<NaiveDate>,
}

impl From<Option<StatedTime>> for Seen {
    fn from(published: Option<StatedTime>) -> Self {
        let day = published.filter(|time| {
            !matches!(time.precision, DateTimePrecision::Month | DateTimePrecision::Year)
        });
        Seen { day: day.map(|time| time.at.date_naive()) }
    }
}

impl Seen {
    /// The expression that begins at a token: where it ends, and what it means; `None` within for one
    /// whose meaning is not told or lies ahead.
    fn expression(&self, reading: &Reading, at: usize) -> Option<(usize, Option<StatedTime>)> {
        self.absolute(reading, at).or_else(|| self.relative(reading, at))
    }

    fn absolute(&self, reading: &Reading, at: usize) -> Option<(usize, Option<StatedTime>)> {
        let word = reading.word(at);
        if word.len() == 10
            && let Ok(day) = NaiveDate::parse_from_str(word, "%Y-%m-%d")
        {
            return Some((at + 1, self.past(day).and_then(on)));
        }
        // "Saturday, 3 January", "Saturday 3 January": the date says it all.
        if WEEKDAYS.contains(&reading.lower(at)) {
            let next = if reading.word(at + 1) == "," { at + 2 } else { at + 1 };
            return self.absolute(reading, next).filter(|(end, _)| *end > next + 1);
        }
        if let Some(month) = month(reading, at) {
            if let Some(day) = day_of_month(reading, at + 1) {
                let comma = usize::from(reading.word(at + 2) == ",");
                return Some(match year(reading, at + 2 + comma) {
                    Some(year) => (at + 3 + comma, self.dated(Some(year), month, day)),
                    None => (at + 2, self.dated(None, month, day)),
                });
            }
            if let Some(year) = year(reading, at + 1) {
                return Some((at + 2, self.in_month(Some(year), month)));
            }
            let lead = at.checked_sub(1).map_or("", |before| reading.lower(before));
            return matches!(lead, "in" | "last" | "early" | "late" | "mid")
                .then(|| (at + 1, self.in_month(None, month)));
        }
        if let Some(year) = year(reading, at) {
            let lead = at.checked_sub(1).map_or("", |before| reading.lower(before));
            // "in 2014 cases" counts.
            let counts = matches!(reading.tag(at + 1), Tag::Noun | Tag::Adjective);
            return (matches!(lead, "in" | "during" | "early" | "late" | "mid") && !counts)
                .then(|| (at + 1, self.in_year(year)));
        }
        let day = day_of_month(reading, at)?;
        let of = usize::from(reading.lower(at + 1) == "of");
        let month = month(reading, at + 1 + of)?;
        Some(match year(reading, at + 2 + of) {
            Some(year) => (at + 3 + of, self.dated(Some(year), month, day)),
            None => (at + 2 + of, self.dated(None, month, day)),
        })
    }

    fn relative(&self, reading: &Reading, at: usize) -> Option<(usize, Option<StatedTime>)> {
        let lower = reading.lower(at);
        let before = at.checked_sub(1).map_or("", |before| reading.lower(before));
        let ago = |days| self.day?.checked_sub_days(Days::new(days)).and_then(on);
        if let Some(weekday) = WEEKDAYS.iter().position(|day| *day == lower) {
            let capital = reading.tokens.get(at).is_some_and(|token| token.capitalised);
            if !capital
                || matches!(before, "next" | "coming" | "this" | "every" | "each" | "by" | "until")
            {
                return None;
            }
            let time = self.day.and_then(|day| {
                let today = day.weekday().num_days_from_monday() as usize;
                match ((today + 7 - weekday) % 7, before) {
                    (0, "last") => ago(7),
                    (back, _) => ago(back as u64),
                }
            });
            return Some((at + 1, time));
        }
        match lower {
            "today" | "tonight" => return Some((at + 1, ago(0))),
            "yesterday" => return Some((at + 1, ago(1))),
            "last" if reading.lower(at + 1) == "month" => {
                let time = self.day.and_then(|day| match day.month() {
                    1 => month_of(day.year() - 1, 12),
                    month => month_of(day.year(), month - 1),
                });
                return Some((at + 2, time));
            }
            "this" if reading.lower(at + 1) == "month" => {
                let time = self.day.and_then(|day| month_of(day.year(), day.month()));
                return Some((at + 2, time));
            }
            "last" | "this" if reading.lower(at + 1) == "year" => {
                let back = i32::from(lower == "last");
                return Some((at + 2, self.day.and_then(|day| year_of(day.year() - back))));
            }
            _ => {}
        }
        if matches!(reading.lower(at + 1), "day" | "days") && reading.lower(at + 2) == "ago" {
            let count = COUNTS
                .iter()
                .position(|count| *count == lower)
                .map(|count| count as u64 + 1)
                .or_else(|| lower.parse().ok().filter(|count| (1..=31).contains(count)))?;
            return Some((at + 3, ago(count)));
        }
        None
    }

    /// A day that is not after the document's, by a day at most: its date may be that of another zone.
    fn past(&self, day: NaiveDate) -> Option<NaiveDate> {
        let latest = self.day.and_then(|today| today.checked_add_days(Days::new(1)));
        Some(day).filter(|day| latest.is_none_or(|latest| *day <= latest))
    }

    fn dated(&self, year: Option<i32>, month: u32, day: u32) -> Option<StatedTime> {
        match year {
            Some(year) => NaiveDate::from_ymd_opt(year, month, day).and_then(|day| self.past(day)),
            // 29 February comes every four years, but for one in four hundred.
            None => (0..9).find_map(|back| {
                let day = NaiveDate::from_ymd_opt(self.day?.year() - back, month, day)?;
                self.past(day)
            }),
        }
        .and_then(on)
    }

    fn in_month(&self, year: Option<i32>, month: u32) -> Option<StatedTime> {
        let year = match (year, self.day) {
            (Some(year), _) => year,
            (None, Some(day)) => day.year() - i32::from(month > day.month()),
            (None, None) => return None,
        };
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        self.past(first)?;
        month_of(year, month)
    }

    fn in_year(&self, year: i32) -> Option<StatedTime> {
        self.past(NaiveDate::from_ymd_opt(year, 1, 1)?)?;
        year_of(year)
    }
}

fn year_of(year: i32) -> Option<StatedTime> {
    let first = on(NaiveDate::from_ymd_opt(year, 1, 1)?)?;
    Some(StatedTime { precision: DateTimePrecision::Year, ..first })
}

fn on(day: NaiveDate) -> Option<StatedTime> {
    let at = DateTime::<Utc>::from_naive_utc_and_offset(day.and_time(NaiveTime::MIN), Utc);
    Some(StatedTime { at, precision: DateTimePrecision::Day })
}

fn month_of(year: i32, month: u32) -> Option<StatedTime> {
    let first = on(NaiveDate::from_ymd_opt(year, month, 1)?)?;
    Some(StatedTime { precision: DateTimePrecision::Month, ..first })
}

fn month(reading: &Reading, at: usize) -> Option<u32> {
    reading.tokens.get(at).filter(|token| token.capitalised)?;
    let word = reading.lower(at).trim_end_matches('.');
    let number = MONTHS.iter().position(|month| {
        *month == word
            || (word.len() >= 3 && word.len() <= 4 && month.starts_with(word) && *month != "march")
            || (*month == "march" && word == "mar")
    })?;
    u32::try_from(number + 1).ok()
}

fn day_of_month(reading: &Reading, at: usize) -> Option<u32> {
    let word = reading.lower(at);
    let digits =
        ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    (1..=2)
        .contains(&digits.len())
        .then(|| digits.parse().ok())
        .flatten()
        .filter(|day| (1..=31).contains(day))
}

fn year(reading: &Reading, at: usize) -> Option<i32> {
    let word = reading.word(at);
    (word.len() == 4)
        .then(|| word.parse().ok())
        .flatten()
        .filter(|year| (1900..2200).contains(year))
}
