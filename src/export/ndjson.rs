//! Rows → one JSON object a line.

use serde::Serialize;

use super::Error;

/// The lines of these rows, each with its line feed.
///
/// # Errors
/// A row has no JSON form.
pub fn lines<T: Serialize>(rows: impl IntoIterator<Item = T>) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut bytes, &row)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}
