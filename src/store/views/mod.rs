//! The joins that fill [`crate::domain::view`]: one query a related noun, never one a row.

pub(super) mod brief;
pub(super) mod claim;
pub(super) mod document;
pub(super) mod note;
pub(super) mod rebuttal;
pub(super) mod review;
pub(super) mod span;
pub(super) mod statement;
pub(super) mod timeline;

use chrono::{DateTime, Utc};

use super::Error;
use super::sql::word;
use crate::domain::StatedTime;

/// A time with its precision, as two columns keep it.
pub(super) fn stated(
    at: Option<DateTime<Utc>>,
    precision: Option<&str>,
) -> Result<Option<StatedTime>, Error> {
    match (at, precision) {
        (Some(at), Some(precision)) => Ok(Some(StatedTime { at, precision: word(precision)? })),
        _ => Ok(None),
    }
}

/// When a row ended, as far as that was known at `as_of`; now, where that is `None`.
pub(super) fn ended(
    superseded_at: Option<DateTime<Utc>>,
    as_of: Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    superseded_at.filter(|&ended| as_of.is_none_or(|as_of| ended <= as_of))
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
