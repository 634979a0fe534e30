//! Who is who within a document, by cases that lie as data.

use std::collections::BTreeMap;

use claimtrail::domain::{Actor, Document};
use claimtrail::pipeline::extract;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    outcome: String,
    text: String,
    actors: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    name: String,
    kind: Option<String>,
    country: Option<String>,
    roles: Option<Vec<String>>,
    speaks_for: Option<String>,
    #[serde(default)]
    is: Vec<String>,
    #[serde(default)]
    not: Vec<String>,
    #[serde(default)]
    times: BTreeMap<String, usize>,
}

impl Expected {
    /// What the actor lacks of it; empty where it is the one.
    fn faults(&self, actor: &Actor, all: &[Actor], document: &Document) -> Vec<String> {
        let said: Vec<&str> = actor.mentions.iter().map(|&span| document.quote(span)).collect();
        let mut faults = Vec::new();
        let mut differ = |what: &str, right: bool| {
            if !right {
                faults.push(what.to_owned());
            }
        };
        let kind = actor.kind.map(|kind| kind.as_str());
        differ("kind", self.kind.is_none() || self.kind.as_deref() == kind);
        differ("country", self.country.is_none() || self.country == actor.country);
        differ("roles", self.roles.as_ref().is_none_or(|roles| *roles == actor.roles));
        let principal = actor.speaks_for.map(|index| all[index.0].name.clone());
        differ("speaks_for", self.speaks_for.is_none() || self.speaks_for == principal);
        for words in &self.is {
            differ(words, said.contains(&words.as_str()));
        }
        for words in &self.not {
            differ(&format!("no {words}"), !said.contains(&words.as_str()));
        }
        for (words, times) in &self.times {
            let found = said.iter().filter(|said| *said == words).count();
            differ(&format!("{words} {times} times"), found == *times);
        }
        faults
    }
}

#[test]
fn who_is_who_in_every_case() {
    let cases: Cases = toml::from_str(include_str!("actors.toml")).expect("actors.toml is sound");
    let mut failures = String::new();
    for case in &cases.case {
        let document = Document::from_text(case.text.as_str());
        let actors = extract(&document).actors;
        let mut taken = vec![false; actors.len()];
        for expected in &case.actors {
            let named = actors.iter().enumerate().filter(|(_, actor)| actor.name == expected.name);
            let mut best: Option<Vec<String>> = None;
            for (number, actor) in named {
                let faults = expected.faults(actor, &actors, &document);
                if faults.is_empty() && !taken[number] {
                    taken[number] = true;
                    best = Some(faults);
                    break;
                }
                best = Some(faults);
            }
            let faults = best.unwrap_or_else(|| vec!["nobody of that name".to_owned()]);
            if !faults.is_empty() {
                let shown: Vec<_> = actors
                    .iter()
                    .map(|actor| {
                        let said = actor.mentions.iter().map(|&span| document.quote(span));
                        (&actor.name, &actor.roles, said.collect::<Vec<_>>())
                    })
                    .collect();
                failures.push_str(&format!(
                    "{}\n  {} lacks {faults:?}\n  found {shown:?}\n",
                    case.outcome, expected.name
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
