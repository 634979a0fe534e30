//! Words for a time, as pages write them → [`PageTime`].

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeZone, Timelike, Utc};
use regex::Regex;

use crate::domain::{DateTimePrecision, StatedTime};

/// A time as a page tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageTime {
    /// The instant and how exactly it is known.
    pub stated: StatedTime,
    /// The zone the page wrote it in; `None` for a day alone.
    pub offset: Option<FixedOffset>,
}

impl PageTime {
    /// RFC 3339 in the page's own zone; a day alone as `2026-03-02`.
    pub fn to_text(self) -> String {
        match (self.stated.precision, self.offset) {
            (DateTimePrecision::Second | DateTimePrecision::Minute, offset) => self
                .stated
                .at
                .with_timezone(&offset.unwrap_or_else(utc))
                .to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            (DateTimePrecision::Day, _) => self.stated.at.format("%Y-%m-%d").to_string(),
            (DateTimePrecision::Year, _) => self.stated.at.format("%Y").to_string(),
            (DateTimePrecision::Month, _) => self.stated.at.format("%Y-%m").to_string(),
        }
    }

    fn on_day(day: NaiveDate) -> Self {
        PageTime {
            stated: StatedTime {
                at: day.and_time(NaiveTime::MIN).and_utc(),
                precision: DateTimePrecision::Day,
            },
            offset: None,
        }
    }
}

fn utc() -> FixedOffset {
    chrono::Offset::fix(&Utc)
}

/// The names of the months in the languages we meet, full and short.
const MONTHS: [&str; 12] = [
    "jan january januar januari jänner janvier janv enero ene janeiro gennaio gen января янв січня січ ocak oca stycznia sty",
    "feb february februar februari février fevr févr febrero fevereiro fev febbraio февраля фев лютого лют şubat şub lutego lut",
    "mar march märz mrz maart mrt mars marzo março marca марта мар березня бер mart",
    "apr april avril avr abril abr aprile апреля апр квітня квіт nisan nis kwietnia kwi",
    "may mai mei mayo maio maggio mag мая травня трав mayıs maja",
    "jun june juni juin junio junho giugno giu июня июн червня черв haziran haz czerwca cze",
    "jul july juli juillet juil julio julho luglio lug июля июл липня лип temmuz tem lipca lip",
    "aug august augustus août aout agosto ago августа авг серпня серп ağustos ağu sierpnia sie",
    "sep sept september septembre septiembre setembro set settembre сентября сен сент вересня вер eylül eyl września wrz",
    "oct october okt oktober octobre octubre outubro out ottobre ott октября окт жовтня жовт ekim eki października paź",
    "nov november novembre noviembre novembro ноября ноя нояб листопада лист kasım kas listopada",
    "dec december dez dezember décembre déc diciembre dic dezembro dicembre декабря дек грудня груд aralık ara grudnia gru",
];

/// Names of zones that mean one offset only, in minutes.
const ZONES: [(&str, i32); 18] = [
    ("Z", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("BST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("JST", 540),
    ("EST", -300),
    ("EDT", -240),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AEDT", 660),
];

fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is part of the program")
}

static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"(?:^|[^\d])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s,|·–—-]+(.*))?")
});
static COMPACT: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"^(\d{4})(\d\d)(\d\d)(?:[T\s]?(\d\d):?(\d\d):?(\d\d)?(.*))?$"));
static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"(?:^|[^\d])(\d{1,2})([./-])(\d{1,2})[./-](\d{4})(?:[\s,|·–—-]+(.*))?")
});
static DAY_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?:^|[^\d])(\d{1,2})(?:st|nd|rd|th|er|\.|º)?\s*(?:de\s+|of\s+|-)?(\p{L}{3,12})\.?,?\s*(?:de\s+|-)?(\d{4})(.*)",
    )
});
static MONTH_DAY: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"(\p{L}{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(.*)"));
static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?i)(?:^|[^\d])(\d{1,2})[:.h](\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*([ap]\.?\s?m\b\.?)?\s*\(?((?:UTC|GMT)?\s*[+-]\d{1,2}:?(?:\d{2})?|[A-Z]{1,4}\b)?",
    )
});

/// Reads a time from a metadata value or a line of the page; `None` where there is none that leaves
/// no doubt.
///
/// A time of day without a zone does not tell the instant, so the day is what is known; midnight
/// sharp is what a template writes that knows the day alone.
pub fn read_time(text: &str) -> Option<PageTime> {
    let text = text.trim();
    if text.len() > 200 {
        return None;
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return at(time, true);
    }
    if matches!(text.len(), 10 | 13)
        && text.starts_with('1')
        && let Ok(number) = text.parse::<i64>()
    {
        // Seconds or milliseconds since 1970.
        let seconds = if text.len() == 10 { number } else { number / 1000 };
        return at(DateTime::from_timestamp(seconds, 0)?.fixed_offset(), true);
    }
    if let Some(parts) = COMPACT.captures(text) {
        let day = day(&parts[1], &parts[2], &parts[3])?;
        return match (parts.get(4), parts.get(5)) {
            (Some(hour), Some(minute)) => {
                let second = parts.get(6).map_or("00", |it| it.as_str());
                let zone = parts.get(7).map_or("", |it| it.as_str());
                on(day, &format!("{}:{}:{second}{zone}", hour.as_str(), minute.as_str()))
            }
            _ => sane(PageTime::on_day(day)),
        };
    }
    if let Ok(time) = DateTime::parse_from_rfc2822(text) {
        return at(time, true);
    }
    if let Some(parts) = NUMBERS.captures(text) {
        return on(
            day(&parts[1], &parts[2], &parts[3])?,
            parts.get(4).map_or("", |it| it.as_str()),
        );
    }
    if let Some(parts) = DAY_MONTH.captures(text)
        && let Some(month) = month(&parts[2])
    {
        return on(day(&parts[3], &month.to_string(), &parts[1])?, &parts[4]);
    }
    for parts in MONTH_DAY.captures_iter(text) {
        if let Some(month) = month(&parts[1]) {
            return on(day(&parts[3], &month.to_string(), &parts[2])?, &parts[4]);
        }
    }
    let parts = DAY_FIRST.captures(text)?;
    let (first, second): (u32, u32) = (parts[1].parse().ok()?, parts[3].parse().ok()?);
    let rest = parts.get(5).map_or("", |it| it.as_str());
    // With dots the day stands first; with strokes that depends on the country, so only a number
    // that can be no month decides.
    if &parts[2] == "." || first > 12 {
        on(NaiveDate::from_ymd_opt(parts[4].parse().ok()?, second, first)?, rest)
    } else if second > 12 {
        on(NaiveDate::from_ymd_opt(parts[4].parse().ok()?, first, second)?, rest)
    } else {
        None
    }
}

fn day(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn month(word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    (1..).zip(MONTHS).find(|(_, names)| names.split(' ').any(|name| name == word)).map(|it| it.0)
}

/// A day with the clock that follows it, if one does.
fn on(day: NaiveDate, rest: &str) -> Option<PageTime> {
    let the_day = PageTime::on_day(day);
    let Some(parts) = CLOCK.captures(rest) else { return sane(the_day) };
    let Some(offset) = parts.get(5).and_then(|zone| zone_of(zone.as_str())) else {
        return sane(the_day);
    };
    let mut hour: u32 = parts[1].parse().ok()?;
    if let Some(half) = parts.get(4) {
        let afternoon = half.as_str().starts_with(['p', 'P']);
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    let minute = parts[2].parse().ok()?;
    let second = parts.get(3).and_then(|it| it.as_str().parse().ok());
    let Some(clock) = NaiveTime::from_hms_opt(hour, minute, second.unwrap_or(0).min(59)) else {
        return sane(the_day);
    };
    at(offset.from_local_datetime(&day.and_time(clock)).single()?, second.is_some())
}

fn zone_of(text: &str) -> Option<FixedOffset> {
    let text = text.trim();
    let minutes = if let Some(sign_at) = text.find(['+', '-']) {
        let digits: String = text[sign_at + 1..].chars().filter(char::is_ascii_digit).collect();
        let (hours, minutes) = match digits.len() {
            1 | 2 => (digits.parse::<i32>().ok()?, 0),
            4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
            _ => return None,
        };
        let total = hours * 60 + minutes;
        if text[sign_at..].starts_with('-') { -total } else { total }
    } else {
        let name = text.to_ascii_uppercase();
        ZONES.iter().find(|(zone, _)| *zone == name)?.1
    };
    FixedOffset::east_opt(minutes * 60).filter(|_| minutes.abs() <= 15 * 60)
}

fn at(time: DateTime<FixedOffset>, seconds: bool) -> Option<PageTime> {
    if time.time().num_seconds_from_midnight() == 0 {
        return sane(PageTime::on_day(time.date_naive()));
    }
    let precision = if seconds { DateTimePrecision::Second } else { DateTimePrecision::Minute };
    let at = time.to_utc().with_nanosecond(0)?;
    sane(PageTime { stated: StatedTime { at, precision }, offset: Some(*time.offset()) })
}

/// News has been on the web since 1990; other years are a template's zero or a misread number.
fn sane(time: PageTime) -> Option<PageTime> {
    (1990..=2100).contains(&time.stated.at.year()).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_zone_they_are_written_in() {
        for (text, expected) in [
            ("2019-07-10T13:18:00+09:00", "2019-07-10T13:18:00+09:00"),
            ("2026-03-02T13:18:00.123Z", "2026-03-02T13:18:00Z"),
            ("2026-03-02T13:18+0100", "2026-03-02T13:18:00+01:00"),
            ("2026-03-02 13:18:05 -0500", "2026-03-02T13:18:05-05:00"),
            ("20260302T131805Z", "2026-03-02T13:18:05Z"),
            ("1772457485", "2026-03-02T13:18:05Z"),
            ("1772457485000", "2026-03-02T13:18:05Z"),
            ("Mon, 02 Mar 2026 13:18:00 +0100", "2026-03-02T13:18:00+01:00"),
            ("March 2, 2026 1:18 p.m. EST", "2026-03-02T13:18:00-05:00"),
            ("Published: 13:18 GMT, 2 March 2026", "2026-03-02"),
            ("Mon Mar 02 2026 13:18:00 GMT+0100 (CET)", "2026-03-02T13:18:00+01:00"),
        ] {
            assert_eq!(read_time(text).map(PageTime::to_text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn an_afternoon_hour_stays_in_the_afternoon() {
        let time = read_time("2019-07-10T13:18:00+09:00").expect("a time");
        assert_eq!(time.stated.at.to_rfc3339(), "2019-07-10T04:18:00+00:00");
        assert_eq!(time.offset.map(|offset| offset.local_minus_utc()), Some(9 * 3600));
    }

    #[test]
    fn days_are_read_in_the_languages_we_meet() {
        for text in [
            "2026-03-02",
            "2026/3/2",
            "20260302",
            "02.03.2026",
            "2 March 2026",
            "March 2nd, 2026",
            "Mar. 2, 2026",
            "2. März 2026, 13:18 Uhr",
            "2 mars 2026",
            "2 de marzo de 2026",
            "2 de março de 2026",
            "2 marzo 2026",
            "2 марта 2026 г.",
            "2 березня 2026",
            "2 Mart 2026",
            "2 marca 2026",
            "2 maart 2026",
            "2026-03-02T13:18:00",
            "2026-03-02T00:00:00-05:00",
            "Updated Monday, March 2, 2026",
        ] {
            let time = read_time(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(time.to_text(), "2026-03-02", "{text}");
            assert_eq!(time.stated.precision, DateTimePrecision::Day, "{text}");
        }
    }

    #[test]
    fn what_leaves_doubt_is_no_time() {
        for text in [
            "",
            "yesterday",
            "2 days ago",
            "03/02/2026",
            "0000-00-00",
            "1970-01-01T00:00:01Z",
            "12345",
            "2026-13-02",
            "Room 2 market 2026",
            "31 February 2026",
        ] {
            assert_eq!(read_time(text), None, "{text}");
        }
    }
}
