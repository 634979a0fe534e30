//! News pages: title, author, date, body and language of each.

use std::path::Path;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

use crate::ingest::{self, Meta};

/// A page; it lies in the folder of pages as `<id>.html`.
#[derive(Deserialize)]
pub(super) struct Question {
    id: String,
    url: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Answer {
    id: String,
    title: Option<String>,
    author: String,
    /// In the page's own zone, as exactly as it is known.
    date: Option<String>,
    text: String,
    language: Option<String>,
}

/// Reads a page as the service does. A page that no article is found in has an empty answer.
pub(super) fn answer(pages: &Path, question: Question) -> anyhow::Result<Answer> {
    let Question { id, url } = question;
    if id.is_empty() || id.contains(['/', '\\', '\0']) || id == ".." {
        bail!("{id:?} is no name of a page");
    }
    let file = pages.join(format!("{id}.html"));
    let bytes = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let url = url.as_deref().map(ingest::parse_url).transpose()?;
    let read = match ingest::from_html(bytes.as_slice(), Meta { url, ..Meta::default() }) {
        Ok(read) => read,
        Err(error) => {
            tracing::warn!(page = id, %error, "no article");
            return Ok(Answer {
                id,
                title: None,
                author: String::new(),
                date: None,
                text: String::new(),
                language: None,
            });
        }
    };
    let published = read.page.and_then(|page| page.metadata.published);
    Ok(Answer {
        id,
        title: read.document.title,
        author: read.document.authors.join(", "),
        date: published.map(|time| time.value.to_text()),
        text: read.document.text,
        language: Some(read.document.language),
    })
}
