//! The invented story in `seeds/` → documents; part of the program, so that `demo` works from any folder.

use anyhow::Context;
use serde::Deserialize;

use crate::ingest::{self, Ingested, Meta};

const STORY: &str = include_str!("../../seeds/story.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    article: Vec<Article>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Article {
    url: String,
    outlet: String,
    title: String,
    published_at: String,
    text: String,
}

/// The articles of the story, in order of publication.
///
/// # Errors
/// Where the file that was built in is not well-formed, which the tests rule out.
pub fn articles() -> anyhow::Result<Vec<Ingested>> {
    let story: Story = toml::from_str(STORY).context("seeds/story.toml")?;
    story
        .article
        .into_iter()
        .map(|article| {
            let meta = Meta {
                url: Some(ingest::parse_url(&article.url)?),
                outlet: Some(article.outlet),
                title: Some(article.title),
                published: Some(ingest::parse_published(&article.published_at)?),
                ..Meta::default()
            };
            ingest::from_plain_text(article.text.as_str(), meta)
                .with_context(|| format!("seeds/story.toml: {}", article.url))
        })
        .collect()
}
