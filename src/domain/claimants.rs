//! Claimants as fact-checks name them → the actors that they are.
//!
//! Which names are nobody's is data, in `claimants.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::{Actor, ActorKind, PublishedClaimant, name_key};

/// A longer name tells a story, or names several.
const LONGEST: usize = 80;
const MOST_WORDS: usize = 8;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nobody {
    words: Vec<String>,
    whole: Vec<String>,
    #[serde(rename = "example")]
    _examples: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    #[cfg_attr(not(test), expect(dead_code, reason = "the test reads it"))]
    name: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "the test reads it"))]
    actor: bool,
}

static NOBODY: LazyLock<Nobody> = LazyLock::new(|| {
    toml::from_str(include_str!("claimants.toml")).expect("claimants.toml is as its types say")
});

impl PublishedClaimant {
    /// The actor that it is; `None` where the name is nobody's, or that of several.
    ///
    /// The kind is what the block's type tells, the only role the job title. Other names are left out:
    /// many blocks tell there what somebody is, and a wrong name would join two actors.
    pub fn actor(&self) -> Option<Actor> {
        let name = self.name.trim();
        let key = name_key(name);
        let words: Vec<&str> =
            key.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let nobody = NOBODY.whole.contains(&key)
            || words.iter().any(|word| NOBODY.words.iter().any(|known| known == word));
        let several = name.contains([',', ';', '|', '\n']) || name.contains("://");
        let long = name.chars().nth(LONGEST).is_some() || words.len() > MOST_WORDS;
        if words.is_empty() || nobody || several || long {
            return None;
        }
        let short =
            |title: &&String| title.chars().nth(LONGEST).is_none() && !title.trim().is_empty();
        Some(Actor {
            name: name.to_owned(),
            kind: self.kind.as_deref().and_then(kind),
            roles: self.job_title.iter().filter(short).cloned().collect(),
            aliases: Vec::new(),
            country: None,
            speaks_for: None,
            mentions: Vec::new(),
        })
    }
}

/// What a type of schema.org is among our kinds.
fn kind(of_block: &str) -> Option<ActorKind> {
    match of_block.rsplit(['/', ':', '#']).next().unwrap_or_default() {
        "Person" => Some(ActorKind::Person),
        "GovernmentOrganization" => Some(ActorKind::Government),
        "NewsMediaOrganization" => Some(ActorKind::Outlet),
        "Organization" | "Corporation" | "NGO" | "EducationalOrganization" | "PoliticalParty" => {
            Some(ActorKind::Organisation)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claimant(name: &str, kind: Option<&str>) -> PublishedClaimant {
        PublishedClaimant {
            name: name.to_owned(),
            kind: kind.map(str::to_owned),
            other_names: vec!["A senator from Lorne".to_owned()],
            job_title: Some("Harbour master".to_owned()),
            same_as: Vec::new(),
        }
    }

    #[test]
    fn a_name_of_somebody_is_an_actor_and_what_names_nobody_is_none() {
        assert!(NOBODY._examples.iter().any(|example| example.actor));
        for example in &NOBODY._examples {
            let is_actor = claimant(&example.name, None).actor().is_some();
            assert_eq!(is_actor, example.actor, "{}", example.name);
        }
    }

    #[test]
    fn an_actor_has_the_kind_of_its_type_and_its_title_as_its_role() {
        let actor =
            claimant(" R. Roe ", Some("https://schema.org/Person")).actor().expect("a name");
        assert_eq!((actor.name.as_str(), actor.kind), ("R. Roe", Some(ActorKind::Person)));
        assert_eq!((actor.roles.len(), actor.aliases.len()), (1, 0));
        let kinds = ["Organization", "GovernmentOrganization", "NewsMediaOrganization", "Thing"]
            .map(|kind| claimant("Harbour Board", Some(kind)).actor().and_then(|actor| actor.kind));
        let expected = [
            Some(ActorKind::Organisation),
            Some(ActorKind::Government),
            Some(ActorKind::Outlet),
            None,
        ];
        assert_eq!(kinds, expected);
    }
}
