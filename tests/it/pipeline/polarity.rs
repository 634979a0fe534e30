//! The polarity set: pairs of claims that contradict each other, say the same, or speak of
//! different things. It was written before the rules and without sight of them.

use std::collections::{BTreeMap, BTreeSet};

use claimtrail::domain::{ClaimId, LinkKind, LinkState};
use claimtrail::index::{Families, KnownClaims, Meaning, links_of};
use claimtrail::pipeline::matching::{Relation, link, meaning, relation, terms};
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

/// What the claims of each pair would be linked as among all others of the set.
fn linked(pairs: &[Pair], known: &KnownClaims, ids: &BTreeMap<&str, ClaimId>) -> Vec<Linked> {
    pairs
        .iter()
        .map(|pair| {
            let found = known.ask(&pair.one);
            let found = found.iter().find(|found| found.claim == ids[pair.other.as_str()]);
            link(found.map_or(0.0, |found| found.score), relation(&pair.one, &pair.other))
        })
        .collect()
}

type Linked = Option<(LinkKind, LinkState)>;

#[test]
fn no_contradiction_is_joined_and_most_paraphrases_are_found() {
    // Reading what a sentence means takes half a second here and some milliseconds in release;
    // `POLARITY_PAIRS=1` takes every pair, as the figures of matching.md do.
    let step =
        std::env::var("POLARITY_PAIRS").ok().and_then(|step| step.parse().ok()).unwrap_or(12);
    let Pairs { contradictions, paraphrases, apart } = pairs();
    let all = [contradictions, paraphrases, apart]
        .map(|pairs| pairs.into_iter().step_by(step).collect::<Vec<_>>());
    let all = [&all[0], &all[1], &all[2]];
    let texts = all.into_iter().flatten().flat_map(|pair| [pair.one.as_str(), &pair.other]);
    let ids: BTreeMap<&str, ClaimId> = texts.map(|text| (text, ClaimId::new())).collect();
    let known = KnownClaims::default();
    known.add(ids.iter().map(|(text, id)| (*id, (*text).to_owned())));
    let meanings = ids.iter().map(|(text, id)| (*id, Meaning::from(&meaning(text))));
    known.set_meanings(meanings.collect::<Vec<_>>());
    let [contradictions, paraphrases, apart] = all.map(|pairs| linked(pairs, &known, &ids));
    let share = |links: &[Linked], right: &dyn Fn(&Linked) -> bool| {
        links.iter().filter(|link| right(link)).count() as f64 / links.len() as f64
    };
    let same = |link: &Linked| matches!(link, Some((LinkKind::Same, _)));
    let joined = |link: &Linked| *link == Some((LinkKind::Same, LinkState::Confirmed));
    let contradicts = |link: &Linked| matches!(link, Some((LinkKind::Contradicts, _)));
    println!(
        "contradictions: {:.3} linked so, {:.3} joined; paraphrases: {:.3} joined or suggested, {:.3} joined; other matters: {:.3} joined, {:.3} linked",
        share(&contradictions, &contradicts),
        share(&contradictions, &joined),
        share(&paraphrases, &same),
        share(&paraphrases, &joined),
        share(&apart, &joined),
        share(&apart, &Option::is_some),
    );
    assert_eq!(share(&contradictions, &joined), 0.0);
    // A sample of fifteen pairs may lie below what holds of all.
    let least = if step == 1 { 0.85 } else { 0.7 };
    assert!(share(&contradictions, &contradicts) >= least);
    assert!(share(&paraphrases, &same) >= least);
    assert!(share(&apart, &joined) <= 0.06);
}

/// Claims come in one after the other and are joined as the service joins them, as wholes.
#[test]
fn claims_that_come_in_are_joined_with_paraphrases_and_never_with_what_contradicts_them() {
    let step =
        std::env::var("POLARITY_PAIRS").ok().and_then(|step| step.parse().ok()).unwrap_or(12);
    let Pairs { contradictions, paraphrases, apart } = pairs();
    let all = [contradictions, paraphrases, apart].map(|pairs| {
        // Those on how far a case has come, or what was not denied, were the ones joined wrongly once.
        let pairs = pairs.into_iter().enumerate();
        let kept = pairs.filter(|(at, pair)| {
            at % step == 0 || matches!(pair.kind.as_str(), "stage" | "not_denied")
        });
        kept.map(|(_, pair)| pair).collect::<Vec<_>>()
    });
    let mut texts: Vec<&str> = Vec::new();
    for pair in all.iter().flatten() {
        for text in [&pair.one, &pair.other] {
            if !texts.contains(&text.as_str()) {
                texts.push(text);
            }
        }
    }
    let id = |at: usize| ClaimId(uuid::Uuid::from_u128(at as u128 + 1));
    let text_of = |id: ClaimId| texts.get(id.0.as_u128() as usize - 1).copied();
    let (known, mut families) = (KnownClaims::default(), Families::default());
    let mut opposed = BTreeSet::new();
    for (at, text) in texts.iter().enumerate() {
        let vector = meaning(text);
        known.add([(id(at), (*text).to_owned())]);
        known.set_meanings([(id(at), Meaning::from(&vector))]);
        let found = known.ask_by(&terms(text), &vector);
        let links = links_of(&known, &families, id(at), text, found, text_of);
        families.take_up(id(at), &links);
        let contradicting = links.iter().filter(|linked| linked.kind == LinkKind::Contradicts);
        opposed.extend(contradicting.map(|linked| (linked.found.claim, id(at))));
    }
    let of = |text: &str| id(texts.iter().position(|known| *known == text).expect("it came in"));
    let [contradictions, paraphrases, apart] = &all;
    let joined =
        |pair: &Pair| families.survivor(of(&pair.one)) == families.survivor(of(&pair.other));
    let linked = |pair: &Pair| {
        let (one, other) = (of(&pair.one), of(&pair.other));
        opposed.contains(&(one.min(other), one.max(other)))
    };
    let share = |pairs: &[Pair], right: &dyn Fn(&Pair) -> bool| {
        for pair in pairs.iter().filter(|pair| !right(pair)) {
            println!("  {}: {} / {}", pair.kind, pair.one, pair.other);
        }
        pairs.iter().filter(|pair| right(pair)).count() as f64 / pairs.len() as f64
    };
    let [apart_kept, told, found] = [
        share(apart, &|pair| !joined(pair)),
        share(contradictions, &linked),
        share(paraphrases, &joined),
    ];
    println!(
        "contradictions: {told:.3} linked so; paraphrases: {found:.3} joined; other matters: {apart_kept:.3} kept apart"
    );
    assert_eq!(share(contradictions, &|pair| !joined(pair)), 1.0);
    let least = if step == 1 { 0.85 } else { 0.7 };
    assert!(told >= least && found >= least);
    // Of all 68 one may be joined; it is of a kind that is among those kept here.
    assert!(apart_kept >= 1.0 - 1.0 / apart.len() as f64);
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
