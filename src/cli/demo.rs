//! `demo`: `serve` with the invented story of `seeds/` loaded; prints one claim's trail and what to ask.

use std::io::Write;
use std::net::SocketAddr;

use anyhow::Context;

use super::ingest::new_document;
use super::trail::{self, Trail};
use super::{seeds, serve};
use crate::config::{GlobalConfig, ServeConfig};
use crate::domain::view::StoreOutcome;
use crate::jobs::extract_document;
use crate::pipeline::Gear;
use crate::store::Pool;

/// Serves the demo until SIGINT or SIGTERM.
///
/// # Errors
/// As `serve`, and where the story cannot be stored.
pub async fn run(global: &GlobalConfig, config: &ServeConfig) -> anyhow::Result<()> {
    serve::run_after(global, config, async |pool: &Pool, address| {
        let changed = load_seeds(pool, config.work.gear.into()).await?;
        let trail = trail::richest(&mut *pool.get().await?).await?;
        // Whoever reads may have gone; the service runs all the same.
        let _ = std::io::stdout().write_all(greeting(changed, trail.as_ref(), address).as_bytes());
        Ok(())
    })
    .await
}

/// Stores the story, one article after the other, and answers how many were not there before.
///
/// # Errors
/// Where an article cannot be stored.
pub async fn load_seeds(pool: &Pool, gear: Gear) -> anyhow::Result<usize> {
    let mut changed = 0;
    for seed in seeds::articles()? {
        let title = seed.document.title.clone().unwrap_or_default();
        let stored = extract_document::run(pool, new_document(seed), gear)
            .await
            .with_context(|| format!("cannot store the seed “{title}”"))?;
        changed += usize::from(stored.outcome != StoreOutcome::Unchanged);
    }
    Ok(changed)
}

fn greeting(changed: usize, trail: Option<&Trail>, address: SocketAddr) -> String {
    let base = format!("http://{address}");
    let loaded = match changed {
        0 => "The invented story of seeds/ was loaded before; it is all there.".to_owned(),
        _ => format!("Loaded {changed} articles of an invented story; see seeds/README.md."),
    };
    let Some(trail) = trail else { return format!("{loaded}\n{base}/\n{base}/docs\n") };
    let id = trail.claim.id;
    let calls = [
        ("the claim", format!("claims/{id}")),
        ("its trail, moment by moment", format!("claims/{id}/timeline")),
        ("where it stands", format!("claims/{id}/appearances")),
        ("what speaks against it", format!("claims/{id}/rebuttals")),
        ("all claims, the most denied first", "claims?sort=most_denied".to_owned()),
        ("everything that was called a hoax", "rebuttals?label=hoax".to_owned()),
    ];
    let calls: String = calls
        .iter()
        .map(|(what, path)| format!("  # {what}\n  curl -s '{base}/v1/{path}'\n"))
        .collect();
    format!(
        "{loaded}\n\n{trail}\nLook at it\n  {base}/\n  {base}/claims/{id}\n\nAsk it\n{calls}\nAll calls: {base}/docs   Ctrl-C ends it; the data stays.\n"
    )
}
