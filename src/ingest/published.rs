//! Words for a time → [`StatedTime`], as exactly as they tell it.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};

use super::Error;
use crate::domain::{DateTimePrecision, StatedTime};

/// Reads a time of publication: RFC 3339, or a date or month alone.
///
/// Fractions of a second are dropped, since nothing is published that exactly.
///
/// # Errors
/// [`Error::Published`] for anything else and for years outside 1 to 9999, in UTC.
///
/// ```
/// use claimtrail::domain::DateTimePrecision;
/// let time = claimtrail::ingest::parse_published("2026-03-02T13:18:00+09:00")?;
/// assert_eq!(time.at.to_rfc3339(), "2026-03-02T04:18:00+00:00");
/// let day = claimtrail::ingest::parse_published("2026-03-02")?;
/// assert_eq!(day.precision, DateTimePrecision::Day);
/// let month = claimtrail::ingest::parse_published("2026-03")?;
/// assert_eq!((month.at.to_rfc3339().as_str(), month.precision),
///            ("2026-03-01T00:00:00+00:00", DateTimePrecision::Month));
/// assert!(claimtrail::ingest::parse_published("20189-03-02T13:18:00Z").is_err());
/// # Ok::<(), claimtrail::ingest::Error>(())
/// ```
pub fn parse_published(value: &str) -> Result<StatedTime, Error> {
    let refuse = |reason| Error::Published { value: value.chars().take(64).collect(), reason };
    let trimmed = value.trim();
    let year = trimmed.trim_start_matches(['+', '-']).split('-').next().unwrap_or("");
    if year.len() > 4 && year.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refuse("its year is outside 1 to 9999"));
    }
    let stated = if let Ok(time) = DateTime::parse_from_rfc3339(trimmed) {
        to_the_second(time.to_utc())
    } else if let (10, Ok(day)) = (trimmed.len(), NaiveDate::parse_from_str(trimmed, "%Y-%m-%d")) {
        begun(day, DateTimePrecision::Day)
    } else if let (7, Ok(first)) =
        (trimmed.len(), NaiveDate::parse_from_str(&format!("{trimmed}-01"), "%Y-%m-%d"))
    {
        begun(first, DateTimePrecision::Month)
    } else {
        return Err(refuse("it must be RFC 3339, such as 2026-03-02T13:18:00Z, a date or a month"));
    };
    if !in_range(stated.at) {
        return Err(refuse("its year is outside 1 to 9999"));
    }
    Ok(stated)
}

/// Without the fraction, which also makes a leap second the second before it.
fn to_the_second(at: DateTime<Utc>) -> StatedTime {
    StatedTime { at: at.with_nanosecond(0).unwrap_or(at), precision: DateTimePrecision::Second }
}

/// The beginning of a day, known as exactly as that.
fn begun(day: NaiveDate, precision: DateTimePrecision) -> StatedTime {
    StatedTime { at: day.and_time(chrono::NaiveTime::MIN).and_utc(), precision }
}

/// The years that RFC 3339 can write.
fn in_range(at: DateTime<Utc>) -> bool {
    (1..=9999).contains(&at.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_outside_four_digits_are_refused_with_the_reason() {
        for value in [
            "20189-01-01T00:00:00Z",
            "+20189-01-01T00:00:00Z",
            "0000-05-01T00:00:00Z",
            "0001-01-01T00:00:00+10:00",
            "9999-12-31T23:59:59-10:00",
        ] {
            let error = parse_published(value).expect_err(value).to_string();
            assert!(error.contains("outside 1 to 9999"), "{error}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for value in [
            "",
            "yesterday",
            "2026-02-30",
            "2026-13-01T00:00:00Z",
            "2026-3-2",
            "2026-13",
            "1719400000",
        ] {
            assert!(parse_published(value).is_err(), "{value}");
        }
    }

    #[test]
    fn fractions_and_leap_seconds_become_whole_seconds() {
        let time = parse_published("2016-12-31T23:59:60.75Z").expect("a leap second");
        assert_eq!(time.at.to_rfc3339(), "2016-12-31T23:59:59+00:00");
    }
}
