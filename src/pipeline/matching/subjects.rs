//! Claim → the actors it names.

use crate::domain::{Actor, ActorIndex, Claim};

/// The actors that `claim` names, by their name or an alias standing in its text as whole words.
pub fn subjects(claim: &Claim, actors: &[Actor]) -> Vec<ActorIndex> {
    actors
        .iter()
        .enumerate()
        .filter(|(_, actor)| {
            std::iter::once(&actor.name)
                .chain(&actor.aliases)
                .any(|name| stands_in(name.trim(), &claim.text))
        })
        .map(|(index, _)| ActorIndex(index))
        .collect()
}

/// Whether `name` stands in `text`, not inside a longer word.
fn stands_in(name: &str, text: &str) -> bool {
    !name.is_empty()
        && text.match_indices(name).any(|(start, found)| {
            let before = text[..start].chars().next_back();
            let after = text[start + found.len()..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(name: &str, aliases: &[&str]) -> Actor {
        Actor {
            name: name.to_owned(),
            kind: None,
            roles: Vec::new(),
            aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
            country: None,
            speaks_for: None,
            mentions: Vec::new(),
        }
    }

    fn named_in(text: &str, actors: &[Actor]) -> Vec<usize> {
        let claim = Claim {
            text: text.to_owned(),
            check_worthiness: None,
            confidence: 1.0,
            claimants: Vec::new(),
            appearances: Vec::new(),
            denials: Vec::new(),
        };
        subjects(&claim, actors).into_iter().map(|index| index.0).collect()
    }

    #[test]
    fn finds_names_and_aliases() {
        let actors = [actor("Mara Quill", &["Quill"]), actor("Harbour Board", &["the board"])];
        assert_eq!(named_in("Quill's yacht was sold.", &actors), [0]);
        assert_eq!(named_in("Mara Quill runs the board.", &actors), [0, 1]);
    }

    #[test]
    fn ignores_names_inside_longer_words() {
        let actors = [actor("Ann", &[]), actor("Żó", &[])];
        assert!(named_in("Annual talks failed in Żółw.", &actors).is_empty());
    }
}
