//! Texts that come in one after the other → which of them are one claim, and how right that is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::ops::RangeInclusive;
use std::path::Path;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::matching::{checked, table};
use crate::config::EvaluateConfig;
use crate::domain::{ClaimId, LinkState};
use crate::index::{Families, KnownClaims, Meaning, links_of};
use crate::pipeline::matching::{meaning, readable, terms};

/// A text, and what it belongs to where that is known.
#[derive(Debug, Deserialize)]
struct Text {
    id: serde_json::Value,
    #[serde(alias = "headline")]
    text: String,
    claim: Option<String>,
    fold: Option<u32>,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a serde_json::Value,
    claim: u32,
    matter: u32,
}

/// Which texts lie together: the number of each one's heap.
type Heaps = Vec<u32>;

/// Reads what `config` names, lets it come in, and writes and scores where it went.
pub(super) fn run(config: &EvaluateConfig) -> anyhow::Result<()> {
    let mut texts = match (&config.claims, &config.only) {
        (Some(claims), Some(right)) => posts(claims, &config.input, right)?,
        (None, None) => headlines(&config.input)?,
        _ => anyhow::bail!("--claims and --only go together"),
    };
    if let Some(folds) = &config.folds {
        let folds = range(folds)?;
        texts.retain(|text| text.fold.is_some_and(|fold| folds.contains(&fold)));
    }
    ensure!(!texts.is_empty(), "there is no text");
    texts.sort_by_cached_key(|text| place(config.seed, &text.id));
    let (claims, matters) = come_in(&texts);
    let output = &config.output;
    let write = || format!("cannot write {}", output.display());
    let mut writer = BufWriter::new(File::create(output).with_context(write)?);
    for ((text, &claim), &matter) in texts.iter().zip(&claims).zip(&matters) {
        serde_json::to_writer(&mut writer, &Answer { id: &text.id, claim, matter })
            .with_context(write)?;
        writer.write_all(b"\n").with_context(write)?;
    }
    writer.flush().with_context(write)?;
    let right: Option<Vec<&str>> = texts.iter().map(|text| text.claim.as_deref()).collect();
    if let Some(right) = right {
        for (name, heaps) in [("claims", &claims), ("matters", &matters)] {
            let (precision, recall) = b_cubed(heaps, &right);
            let found = heaps.iter().collect::<BTreeSet<_>>().len();
            println!(
                "{name}: {} texts, {found} found, B-cubed precision {precision:.4}, recall {recall:.4}",
                texts.len()
            );
        }
    }
    Ok(())
}

/// `6-10` or `3`.
fn range(folds: &str) -> anyhow::Result<RangeInclusive<u32>> {
    let (first, last) = folds.split_once('-').unwrap_or((folds, folds));
    let number = |text: &str| {
        text.parse().with_context(|| format!("--folds {folds}: {text:?} is no number"))
    };
    Ok(number(first)?..=number(last)?)
}

/// Where a text stands in the random order of a seed.
fn place(seed: u64, id: &serde_json::Value) -> [u8; 32] {
    Sha256::digest(format!("{seed} {id}")).into()
}

fn headlines(input: &Path) -> anyhow::Result<Vec<Text>> {
    let file = File::open(input).with_context(|| format!("cannot read {}", input.display()))?;
    let mut texts = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let place = || format!("{}:{}", input.display(), number + 1);
        let line = line.with_context(place)?;
        if !line.trim().is_empty() {
            texts.push(serde_json::from_str(&line).with_context(place)?);
        }
    }
    Ok(texts)
}

/// Of a claim and the posts about it, 1 to 10: those of one half are chosen by, the others are scored.
fn fold_of(claim: &str) -> u32 {
    u32::from(Sha256::digest(claim)[0] % 10) + 1
}

/// The claims that `right` names, with the posts about them.
fn posts(claims: &Path, input: &Path, right: &Path) -> anyhow::Result<Vec<Text>> {
    let mut right_of: BTreeMap<String, String> = BTreeMap::new();
    let mut named = BTreeSet::new();
    for row in table(right, 3)? {
        named.insert(row[2].clone());
        right_of.entry(row[0].clone()).or_insert_with(|| row[2].clone());
    }
    let text = |id: &str, text: &str, claim: &str| Text {
        id: id.into(),
        text: text.to_owned(),
        claim: Some(claim.to_owned()),
        fold: Some(fold_of(claim)),
    };
    let mut texts: Vec<Text> = checked(claims)?
        .iter()
        .filter(|claim| named.contains(&claim.id))
        .map(|claim| text(&claim.id, claim.text(), &claim.id))
        .collect();
    texts.extend(table(input, 2)?.iter().filter_map(|row| {
        let post = readable(&row[1]);
        let post = if post.is_empty() { &row[1] } else { &post };
        Some(text(&row[0], post, right_of.get(&row[0])?))
    }));
    Ok(texts)
}

/// Texts as they come in, each found, judged and joined as the service does with new claims: those that
/// are one claim, and those on one matter, that is, claims with what surely contradicts them.
fn come_in(texts: &[Text]) -> (Heaps, Heaps) {
    let ids: Vec<ClaimId> =
        (0..texts.len()).map(|number| ClaimId(uuid::Uuid::from_u128(number as u128 + 1))).collect();
    let number = |id: ClaimId| id.0.as_u128() as usize - 1;
    let text_of = |id: ClaimId| texts.get(number(id)).map(|text| text.text.as_str());
    let (known, mut families, mut matters) =
        (KnownClaims::default(), Families::default(), Families::default());
    for (&id, Text { text, .. }) in ids.iter().zip(texts) {
        let vector = meaning(text);
        known.add([(id, text.clone())]);
        known.set_meanings([(id, Meaning::from(&vector))]);
        let found = known.ask_by(&terms(text), &vector);
        let links = links_of(&known, &families, id, text, found, text_of);
        families.take_up(id, &links);
        for linked in links.iter().filter(|linked| linked.state == LinkState::Confirmed) {
            matters.join(id, linked.found.claim);
        }
    }
    let heaps = |of: &Families| ids.iter().map(|&id| number(of.survivor(id)) as u32).collect();
    (heaps(&families), heaps(&matters))
}

/// Precision and recall of each text's heap, on average over the texts (Bagga and Baldwin 1998).
fn b_cubed(heaps: &[u32], right: &[&str]) -> (f64, f64) {
    let (mut sizes, mut wanted, mut both) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (&heap, &right) in heaps.iter().zip(right) {
        *sizes.entry(heap).or_insert(0.0) += 1.0;
        *wanted.entry(right).or_insert(0.0) += 1.0;
        *both.entry((heap, right)).or_insert(0.0) += 1.0;
    }
    let (mut precision, mut recall) = (0.0, 0.0);
    for (&heap, &right) in heaps.iter().zip(right) {
        let both: f64 = both[&(heap, right)];
        precision += both / sizes[&heap];
        recall += both / wanted[right];
    }
    let count = heaps.len().max(1) as f64;
    (precision / count, recall / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b_cubed_counts_each_text_by_its_heap() {
        assert_eq!(b_cubed(&[0, 0, 1], &["a", "a", "b"]), (1.0, 1.0));
        assert_eq!(b_cubed(&[0, 1, 2, 3], &["a", "a", "a", "a"]), (1.0, 0.25));
        assert_eq!(b_cubed(&[0, 0, 0, 0], &["a", "a", "b", "c"]), (0.375, 1.0));
    }

    #[test]
    fn folds_are_a_number_or_two() {
        assert_eq!(range("6-10").ok(), Some(6..=10));
        assert_eq!(range("3").ok(), Some(3..=3));
        assert!(range("six").is_err());
    }

    #[test]
    fn a_claim_is_in_one_of_ten_folds() {
        let folds: BTreeSet<u32> = (0..200).map(|at| fold_of(&format!("claim-{at}"))).collect();
        assert_eq!(folds, (1..=10).collect());
        assert_eq!(fold_of("claim-1"), fold_of("claim-1"));
    }

    #[test]
    fn a_seed_gives_one_order_and_another_seed_another() {
        let order = |seed| {
            let mut ids: Vec<serde_json::Value> = (0..20).map(Into::into).collect();
            ids.sort_by_cached_key(|id| place(seed, id));
            ids
        };
        assert_eq!(order(7), order(7));
        assert_ne!(order(7), order(8));
    }
}
