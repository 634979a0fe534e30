//! Query parameters that more than one list takes, each refused in words a caller can act on.

use std::str::FromStr;

use chrono::{DateTime, Datelike, Utc};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Deserializer, de};

use super::problem::Problem;
use crate::domain::view::{PageRequest, Selector};
use crate::ingest;

macro_rules! from_words {
    ($($name:ty),+) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

from_words!(Limit, Number, Time, Share, Words, Cursor, Flag);

/// Writes down the filters of a noun once: `$all` for whoever takes all rows, `$list` with the page
/// of a list beside them. What stands behind `all rows too` narrows down all rows alone.
///
/// serde cannot flatten a struct and refuse unknown fields.
macro_rules! filters {
    (
        $(#[$about:meta])*
        $list:ident, $all:ident {
            $($(#[$mark:meta])* $field:ident: $type:ty,)+
        }
        $(all rows too {
            $($(#[$more_mark:meta])* $more:ident: Option<$more_type:ty>,)+
        })?
    ) => {
        $(#[$about])*
        #[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $all {
            $($(#[$mark])* $field: $type,)+
            $($($(#[$more_mark])* $more: Option<$more_type>,)+)?
        }

        $(#[$about])*
        #[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub struct $list {
            $($(#[$mark])* $field: $type,)+
            /// `next_cursor` of the page before.
            #[param(value_type = Option<String>)]
            cursor: Option<$crate::api::params::Cursor>,
            /// Items of a page at most; 50 where not given.
            #[param(value_type = Option<u16>, minimum = 1, maximum = 200)]
            limit: Option<$crate::api::params::Limit>,
        }

        impl $list {
            /// The filters, and the page.
            pub(super) fn into_parts(self) -> ($all, $crate::domain::view::PageRequest) {
                let filters = $all {
                    $($field: self.$field,)+
                    $($($more: None,)+)?
                };
                (filters, $crate::api::params::page(self.cursor, self.limit))
            }
        }
    };
}

pub(super) use filters;

/// How many items a page has at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub u16);

impl Limit {
    /// The most that may be asked for; told in the error and in the documentation.
    pub const MAX: u16 = 200;
    /// Where nothing is asked for.
    pub const DEFAULT: u16 = 50;
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse()
            .ok()
            .filter(|limit| (1..=Limit::MAX).contains(limit))
            .map(Limit)
            .ok_or_else(|| format!("must be a whole number from 1 to {}", Limit::MAX))
    }
}

/// A number that things are counted with, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number(pub i32);

impl FromStr for Number {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .ok()
            .filter(|&number| number >= 1)
            .map(Number)
            .ok_or("must be a whole number from 1 up")
    }
}

/// A moment: RFC 3339, or a date or month alone, which is its first moment in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time(pub DateTime<Utc>);

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // What was recorded is known to the microsecond, so a full time keeps its fraction.
        let exact = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
        let time = match exact {
            Ok(time) => Some(time).filter(|time| (1..=9999).contains(&time.year())),
            Err(_) => ingest::parse_published(text).ok().map(|time| time.at),
        };
        time.map(Time).ok_or_else(|| {
            "must be a time in RFC 3339, such as 2026-03-02T08:30:00Z, or a date, with a year from 0001 to 9999"
                .to_owned()
        })
    }
}

/// A number from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share(pub f32);

impl FromStr for Share {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .ok()
            .filter(|share| (0.0..=1.0).contains(share))
            .map(Share)
            .ok_or("must be a number from 0 to 1")
    }
}

/// Words to look for, or a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(pub String);

impl Words {
    /// Characters at most; longer ones cost more to look for than they can find.
    pub const MAX: usize = 500;
}

impl FromStr for Words {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = text.trim();
        if words.is_empty() || words.chars().count() > Words::MAX {
            return Err(format!("must have 1 to {} characters", Words::MAX));
        }
        Ok(Words(words.to_owned()))
    }
}

impl Words {
    /// An id where the words are a UUID, else a name.
    pub fn selector<I>(self) -> Option<Selector<I>>
    where
        Selector<I>: FromStr,
    {
        self.0.parse().ok()
    }
}

/// A place in a list, as a page before gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(pub String);

impl Cursor {
    /// Bytes at most; the longest that a list gives is far shorter.
    const MAX: usize = 1024;
}

impl FromStr for Cursor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || text.len() > Cursor::MAX {
            return Err("is not a cursor of this list");
        }
        Ok(Cursor(text.to_owned()))
    }
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag(pub bool);

impl FromStr for Flag {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "true" => Ok(Flag(true)),
            "false" => Ok(Flag(false)),
            _ => Err("must be true or false"),
        }
    }
}

/// A parameter of a form, which a browser sends empty where nothing was filled in.
pub fn filled<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    T::deserialize(text.into_deserializer()).map(Some)
}

/// The page a list is asked for.
pub fn page(cursor: Option<Cursor>, limit: Option<Limit>) -> PageRequest {
    PageRequest {
        limit: limit.map_or(Limit::DEFAULT, |limit| limit.0),
        cursor: cursor.map(|cursor| cursor.0),
    }
}

/// The beginning and the end of a period; either may be open.
pub type Period = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Reads a period from its two parameters.
///
/// # Errors
/// It ends before it begins.
pub(super) fn period(from: Option<Time>, to: Option<Time>) -> Result<Period, Problem> {
    let (from, to) = (from.map(|time| time.0), to.map(|time| time.0));
    match (from, to) {
        (Some(begin), Some(end)) if begin > end => {
            Err(Problem::parameter("to", "must not be before from"))
        }
        _ => Ok((from, to)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_refused() {
        for limit in ["0", "201", "-1", "1.5", "", "ten", "99999999999"] {
            assert!(limit.parse::<Limit>().is_err(), "{limit}");
        }
        for share in ["-0.1", "1.1", "NaN", "inf", ""] {
            assert!(share.parse::<Share>().is_err(), "{share}");
        }
        for time in [
            "20189-03-02T00:00:00Z",
            "yesterday",
            "2026-13-01",
            "",
            "2026-03-02T25:00:00Z",
            "9999-12-31T23:59:59-10:00",
        ] {
            assert!(time.parse::<Time>().is_err(), "{time}");
        }
        for words in ["", "  ", &"a".repeat(501)] {
            assert!(words.parse::<Words>().is_err(), "{words}");
        }
        assert_eq!("200".parse(), Ok(Limit(200)));
        assert_eq!("1".parse(), Ok(Share(1.0)));
        assert_eq!("\u{e9}".repeat(500).parse(), Ok(Words("\u{e9}".repeat(500))));
        let day: Time = "2026-03-02".parse().expect("a date");
        assert_eq!(day.0.to_rfc3339(), "2026-03-02T00:00:00+00:00");
        let exact: Time = "2026-03-02T10:00:00.123456+02:00".parse().expect("a time");
        assert_eq!(exact.0.to_rfc3339(), "2026-03-02T08:00:00.123456+00:00");
    }
}
