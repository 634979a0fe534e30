//! What a document tells of an actor → how the same actor is found in other documents, and what keeps
//! two of one name apart.
//!
//! A wrong join is worse than a missed one. A name of one word finds nobody unless an office and a state
//! stand with it; a shorter name finds the longer one only while no second longer name is known.

use std::collections::BTreeSet;

use super::names::{person_keys, word_key};
use super::{Actor, ActorKind, name_key, states};

/// How a key finds an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyForm {
    /// A name it bears in full.
    Full,
    /// Its name without middle names or a second family name.
    Shorter,
    /// An acronym, or an office with a family name: found by whoever bears just that.
    Short,
}

impl KeyForm {
    /// The word used in Postgres.
    pub fn as_str(self) -> &'static str {
        match self {
            KeyForm::Full => "full",
            KeyForm::Shorter => "shorter",
            KeyForm::Short => "short",
        }
    }
}

/// The keys of an actor, each with its form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// In order.
    pub keys: BTreeSet<(KeyForm, String)>,
}

/// Longest key, in bytes; a longer name is found by its exact words alone.
const LONGEST: usize = 400;

impl Identity {
    /// The keys of an actor of a document.
    pub fn of(actor: &Actor) -> Self {
        let mut keys = BTreeSet::new();
        match actor.kind {
            Some(ActorKind::Group) => {}
            Some(ActorKind::Person) => of_person(actor, &mut keys),
            Some(ActorKind::Organisation | ActorKind::Outlet | ActorKind::Government) => {
                of_body(actor, &mut keys);
            }
            None => {
                of_person(actor, &mut keys);
                if let Some(acronym) = acronym(&actor.name) {
                    keys.insert((KeyForm::Full, acronym));
                }
            }
        }
        keys.retain(|(_, key)| key.len() <= LONGEST);
        Identity { keys }
    }

    /// Whether it has a key of this form.
    pub fn has(&self, form: KeyForm, key: &str) -> bool {
        // A lookup by parts would need an owned key; there are few.
        self.keys.iter().any(|(known, other)| *known == form && other == key)
    }

    fn of_form(&self, form: KeyForm) -> impl Iterator<Item = &str> {
        self.keys.iter().filter(move |(known, _)| *known == form).map(|(_, key)| key.as_str())
    }

    /// Whether what a document calls an actor can be one who is known by the keys of `known`.
    pub fn means(&self, known: &Identity) -> bool {
        let shares = self
            .of_form(KeyForm::Full)
            .any(|full| known.has(KeyForm::Full, full) || known.has_short(full))
            || known.of_form(KeyForm::Full).any(|full| self.has_short(full));
        // Every full name that is known has to be one of this actor's, or this one short for it; a known
        // short name that a document bore in full ("WHO") tells nothing.
        let is_short = self.of_form(KeyForm::Full).any(|full| known.has_short(full));
        shares
            && (is_short
                || known.of_form(KeyForm::Full).all(|full| {
                    known.has_short(full) || self.keys.iter().any(|(_, key)| key == full)
                }))
    }

    fn has_short(&self, key: &str) -> bool {
        self.has(KeyForm::Shorter, key) || self.has(KeyForm::Short, key)
    }
}

fn of_person(actor: &Actor, keys: &mut BTreeSet<(KeyForm, String)>) {
    // A second family name is known by its standing alone for the person somewhere in the document.
    let alone = |word: &str| !actor.aliases.iter().any(|alias| alias.to_lowercase() == word);
    let names = person_keys(&actor.name, alone);
    if !names.full.is_empty() {
        keys.insert((KeyForm::Full, format!("p:{}", names.full)));
    }
    keys.extend(names.shorter.iter().map(|key| (KeyForm::Shorter, format!("p:{key}"))));
    let (Some(country), Some(last)) = (&actor.country, actor.name.split_whitespace().next_back())
    else {
        return;
    };
    let last = word_key(last);
    let form = if names.full.is_empty() { KeyForm::Full } else { KeyForm::Short };
    for role in actor.roles.iter().map(|role| spelled(&name_key(role))) {
        if !last.is_empty() && !is_past(&role) {
            keys.insert((form, format!("r:{country}:{role}:{last}")));
        }
    }
}

fn of_body(actor: &Actor, keys: &mut BTreeSet<(KeyForm, String)>) {
    let own = acronym(&actor.name);
    match (actor.kind, &actor.country, &own) {
        (_, _, Some(acronym)) => {
            keys.insert((KeyForm::Full, acronym.clone()));
        }
        (Some(ActorKind::Government), Some(country), None) => {
            keys.insert((KeyForm::Full, format!("g:{country}:{}", body_of_state(&actor.name))));
        }
        _ => {
            let key = spelled(&name_key(&actor.name));
            // "Committee", "the Interior Ministry" of no state told: by its exact words only.
            if key.contains(' ') && actor.kind != Some(ActorKind::Government) {
                keys.insert((KeyForm::Full, format!("o:{key}")));
            }
        }
    }
    if own.is_none() {
        let short = actor.aliases.iter().filter_map(|alias| acronym(alias));
        keys.extend(short.map(|acronym| (KeyForm::Short, acronym)));
    }
}

/// The key of a name of two to eight capitals: "WHO", "U.N.".
fn acronym(name: &str) -> Option<String> {
    let name = name.strip_prefix("the ").or_else(|| name.strip_prefix("The ")).unwrap_or(name);
    let letters: String = name.chars().filter(|&c| c != '.').collect();
    let fits = (2..=8).contains(&letters.len()) && letters.bytes().all(|b| b.is_ascii_uppercase());
    // "US" and "UK" are states, not bodies.
    (fits && states::state(name).is_none()).then(|| format!("o:{}", letters.to_lowercase()))
}

/// Words of bodies that two desks write in two ways.
const SPELLINGS: [(&str, &str); 7] = [
    ("organisation", "organization"),
    ("defence", "defense"),
    ("centre", "center"),
    ("labour", "labor"),
    ("programme", "program"),
    ("internal", "interior"),
    ("&", "and"),
];

fn spelled(key: &str) -> String {
    let words = key
        .split(' ')
        .map(|word| SPELLINGS.iter().find(|(from, _)| *from == word).map_or(word, |(_, to)| to));
    words.collect::<Vec<_>>().join(" ")
}

/// Words that tell nothing of which body of a state is meant.
const EMPTY: [&str; 8] = ["of", "the", "for", "and", "affairs", "government", "federal", "state"];

/// The words of a state's body without the state, in order of letters: "Russian Foreign Ministry",
/// "Ministry of Foreign Affairs of Russia" and, where Russia is known, "Foreign Ministry" are one.
/// Empty for the government itself.
fn body_of_state(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let mut kept: Vec<String> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let two = words.get(at..at + 2).map(|pair| pair.join(" "));
        let plain = |word: &str| word.trim_end_matches("'s").trim_end_matches("’s").to_owned();
        if two.is_some_and(|two| states::state(&plain(&two)).is_some()) {
            at += 2;
        } else if states::state(&plain(words[at])).is_some() {
            at += 1;
        } else {
            let word = spelled(&name_key(words[at]));
            if !word.is_empty() && !EMPTY.contains(&word.as_str()) {
                kept.push(word);
            }
            at += 1;
        }
    }
    // "State Department": the word alone would mean any department.
    if kept.len() == 1 && words.len() > 1 && name_key(name).split(' ').any(|word| word == "state") {
        kept.push("state".to_owned());
    }
    kept.sort_unstable();
    kept.join(" ")
}

fn is_past(role: &str) -> bool {
    role.split(' ').any(|word| matches!(word, "former" | "ex" | "late"))
}

/// What an office is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Calling {
    Sport,
    Arts,
    Faith,
    Force,
    Court,
}

/// Words of offices that tell a calling. Offices of state are not among them: people come to those
/// from everywhere.
const CALLINGS: [(&str, Calling); 27] = [
    ("coach", Calling::Sport),
    ("striker", Calling::Sport),
    ("goalkeeper", Calling::Sport),
    ("footballer", Calling::Sport),
    ("singer", Calling::Arts),
    ("actor", Calling::Arts),
    ("actress", Calling::Arts),
    ("rapper", Calling::Arts),
    ("comedian", Calling::Arts),
    ("pope", Calling::Faith),
    ("cardinal", Calling::Faith),
    ("archbishop", Calling::Faith),
    ("bishop", Calling::Faith),
    ("rabbi", Calling::Faith),
    ("imam", Calling::Faith),
    ("pastor", Calling::Faith),
    ("reverend", Calling::Faith),
    ("colonel", Calling::Force),
    ("admiral", Calling::Force),
    ("lieutenant", Calling::Force),
    ("sergeant", Calling::Force),
    ("detective", Calling::Force),
    ("sheriff", Calling::Force),
    ("inspector", Calling::Force),
    ("judge", Calling::Court),
    ("attorney", Calling::Court),
    ("prosecutor", Calling::Court),
];

fn callings<'r>(roles: impl Iterator<Item = &'r str>) -> Vec<Calling> {
    let mut found = Vec::new();
    for role in roles {
        for word in name_key(role).split(' ') {
            found.extend(
                CALLINGS.iter().find(|(known, _)| *known == word).map(|(_, calling)| *calling),
            );
        }
    }
    found
}

/// Whether what is known of an actor of the same name keeps it from being this one: states that a
/// person or a state's body belongs to, and callings that one person seldom has both.
pub fn contradicts(actor: &Actor, countries: &[String], roles: &[String]) -> bool {
    let bound = matches!(actor.kind, Some(ActorKind::Person | ActorKind::Government));
    let elsewhere = actor
        .country
        .as_ref()
        .is_some_and(|country| bound && !countries.is_empty() && !countries.contains(country));
    let before = callings(roles.iter().map(String::as_str));
    let now = callings(actor.roles.iter().map(String::as_str));
    elsewhere
        || (actor.kind == Some(ActorKind::Person)
            && !before.is_empty()
            && !now.is_empty()
            && !now.iter().any(|calling| before.contains(calling)))
}

/// What tells a second actor of one name from the first: its state, else its first calling's office.
pub fn apart(actor: &Actor) -> String {
    match (&actor.country, actor.roles.first()) {
        (Some(country), _) => country.clone(),
        (None, Some(role)) => name_key(role),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(name: &str, kind: Option<ActorKind>, country: &str, more: &[&str]) -> Actor {
        let (roles, aliases): (Vec<&str>, Vec<&str>) =
            more.iter().partition(|word| word.starts_with('!'));
        Actor {
            name: name.to_owned(),
            kind,
            roles: roles.iter().map(|role| role[1..].to_owned()).collect(),
            aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
            country: (!country.is_empty()).then(|| country.to_owned()),
            speaks_for: None,
            mentions: Vec::new(),
        }
    }

    const PERSON: Option<ActorKind> = Some(ActorKind::Person);
    const BODY: Option<ActorKind> = Some(ActorKind::Organisation);
    const STATE: Option<ActorKind> = Some(ActorKind::Government);

    #[test]
    fn the_same_actor_is_found_by_its_other_names() {
        for (one, other) in [
            (actor("Dmitry Levskyy", PERSON, "", &[]), actor("Dmitri Levsky", PERSON, "", &[])),
            (
                actor("Nicolás Arroyo Brandt", PERSON, "", &["Arroyo"]),
                actor("Nicolas Arroyo", PERSON, "", &[]),
            ),
            (
                actor("Ilse van Brandt", PERSON, "NO", &["!Foreign Minister"]),
                actor("Brandt", PERSON, "NO", &["!foreign minister"]),
            ),
            (actor("World Harvest Organization", BODY, "", &["WHO"]), actor("WHO", None, "", &[])),
            (
                actor("World Harvest Organization", BODY, "", &[]),
                actor("World Harvest Organisation", BODY, "", &[]),
            ),
            (
                actor("Russian Foreign Ministry", STATE, "RU", &[]),
                actor("Foreign Ministry", STATE, "RU", &[]),
            ),
            (
                actor("Ministry of Foreign Affairs of Russia", STATE, "RU", &[]),
                actor("Russian Foreign Ministry", STATE, "RU", &[]),
            ),
            (
                actor("U.S. State Department", STATE, "US", &[]),
                actor("US State Department", STATE, "US", &[]),
            ),
            (actor("Russia", STATE, "RU", &[]), actor("Russian government", STATE, "RU", &[])),
            (
                actor("Danish Defence Ministry", STATE, "DK", &[]),
                actor("Defense Ministry", STATE, "DK", &[]),
            ),
        ] {
            let (first, second) = (Identity::of(&one), Identity::of(&other));
            assert!(first.means(&second), "{} is {}: {first:?} {second:?}", one.name, other.name);
            assert!(second.means(&first), "{} is {}: {first:?} {second:?}", other.name, one.name);
        }
    }

    #[test]
    fn other_actors_are_not_found() {
        for (one, other) in [
            (actor("Ana Holm", PERSON, "", &["Holm"]), actor("Lars Holm", PERSON, "", &["Holm"])),
            (actor("Ana Holm", PERSON, "", &["Holm"]), actor("Holm", PERSON, "", &[])),
            (actor("Ana Maria Lind", PERSON, "", &["Lind"]), actor("Ana Maria", PERSON, "", &[])),
            (
                actor("Ilse Brandt", PERSON, "NO", &["!Foreign Minister"]),
                actor("Brandt", PERSON, "SE", &["!Foreign Minister"]),
            ),
            (
                actor("Ilse Brandt", PERSON, "NO", &["!former Foreign Minister"]),
                actor("Brandt", PERSON, "NO", &["!Foreign Minister"]),
            ),
            (
                actor("Danish Foreign Ministry", STATE, "DK", &[]),
                actor("Foreign Ministry", STATE, "NO", &[]),
            ),
            (
                actor("Danish Foreign Ministry", STATE, "DK", &[]),
                actor("Danish Interior Ministry", STATE, "DK", &[]),
            ),
            (
                actor("Danish Foreign Ministry", STATE, "DK", &[]),
                actor("Denmark", STATE, "DK", &[]),
            ),
            (
                actor("U.S. State Department", STATE, "US", &[]),
                actor("U.S. Department", STATE, "US", &[]),
            ),
            (
                actor("Foreign Ministry", STATE, "", &[]),
                actor("Danish Foreign Ministry", STATE, "DK", &[]),
            ),
            (
                actor("World Harvest Organization", BODY, "", &["WHO"]),
                actor("World Hockey Organization", BODY, "", &["WHO"]),
            ),
            (actor("Committee", BODY, "", &[]), actor("Committee", BODY, "", &[])),
            (
                actor("officials", Some(ActorKind::Group), "", &[]),
                actor("officials", Some(ActorKind::Group), "", &[]),
            ),
        ] {
            let (first, second) = (Identity::of(&one), Identity::of(&other));
            assert!(
                !first.means(&second),
                "{} is not {}: {first:?} {second:?}",
                one.name,
                other.name
            );
        }
    }

    #[test]
    fn a_shorter_name_joins_the_first_longer_one_and_a_second_longer_one_is_another() {
        let first = Identity::of(&actor("George W. Storm", PERSON, "", &[]));
        let short = Identity::of(&actor("George Storm", PERSON, "", &[]));
        let both = Identity { keys: first.keys.union(&short.keys).cloned().collect() };
        let second = Identity::of(&actor("George H. W. Storm", PERSON, "", &[]));
        assert!(short.means(&first) && short.means(&both) && first.means(&both));
        assert!(!second.means(&first) && !second.means(&both));
    }

    #[test]
    fn a_short_name_that_came_alone_keeps_no_other_spelling_out() {
        let long = Identity::of(&actor("World Harvest Organization", BODY, "", &["WHO"]));
        let short = Identity::of(&actor("WHO", None, "", &[]));
        let both = Identity { keys: long.keys.union(&short.keys).cloned().collect() };
        let british = Identity::of(&actor("World Harvest Organisation", BODY, "", &[]));
        assert!(british.means(&both));
    }

    #[test]
    fn states_and_callings_keep_two_of_one_name_apart() {
        let words =
            |list: &[&str]| -> Vec<String> { list.iter().map(|&word| word.to_owned()).collect() };
        let mayor = actor("Ana Holm", PERSON, "NO", &["!Mayor"]);
        assert!(contradicts(&mayor, &words(&["SE"]), &[]));
        assert!(!contradicts(&mayor, &words(&["SE", "NO"]), &[]));
        assert!(!contradicts(&mayor, &[], &words(&["Footballer"])));
        let bishop = actor("Ana Holm", PERSON, "", &["!Bishop"]);
        assert!(contradicts(&bishop, &[], &words(&["goalkeeper"])));
        assert!(!contradicts(&bishop, &[], &words(&["goalkeeper", "Archbishop"])));
        assert!(!contradicts(
            &actor("Ana Holm", PERSON, "", &[]),
            &words(&["SE"]),
            &words(&["goalkeeper"])
        ));
        assert_eq!((apart(&mayor), apart(&bishop)), ("NO".to_owned(), "bishop".to_owned()));
    }
}
