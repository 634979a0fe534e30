//! The polarity set: pairs of claims that contradict each other, say the same, or speak of
//! different things. It was written before the rules and without sight of them.

use std::collections::BTreeMap;

use claimtrail::pipeline::matching::{Relation, relation};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pairs {
    contradictions: Vec<Pair>,
    paraphrases: Vec<Pair>,
    apart: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    kind: String,
    one: String,
    other: String,
}

fn pairs() -> Pairs {
    toml::from_str(include_str!("../../data/polarity.toml")).expect("the set is TOML")
}

/// How many pairs have the relation; prints those that have not, by kind.
fn count(name: &str, pairs: &[Pair], right: impl Fn(Relation) -> bool) -> usize {
    let mut wrong: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for pair in pairs {
        let found = relation(&pair.one, &pair.other);
        assert_eq!(found, relation(&pair.other, &pair.one), "order counts: {}", pair.one);
        if !right(found) {
            let line = format!("{found:?}: {} / {}", pair.one, pair.other);
            wrong.entry(&pair.kind).or_default().push(line);
        }
    }
    let missed: usize = wrong.values().map(Vec::len).sum();
    println!("{name}: {} of {} right", pairs.len() - missed, pairs.len());
    for (kind, lines) in wrong {
        println!("  {kind}");
        lines.iter().for_each(|line| println!("    {line}"));
    }
    pairs.len() - missed
}

#[test]
fn contradictions_paraphrases_and_other_matters_are_told_apart() {
    let pairs = pairs();
    let share = |right: usize, all: &[Pair]| right as f64 / all.len() as f64;
    let contradictions =
        count("contradictions", &pairs.contradictions, |it| it == Relation::Contradicts);
    let paraphrases = count("paraphrases", &pairs.paraphrases, |it| it == Relation::Same);
    let apart = count("apart", &pairs.apart, |it| it != Relation::Contradicts);
    assert!(share(contradictions, &pairs.contradictions) >= 0.85, "{contradictions}");
    assert!(share(paraphrases, &pairs.paraphrases) >= 0.85, "{paraphrases}");
    assert!(share(apart, &pairs.apart) >= 0.85, "{apart}");
}
