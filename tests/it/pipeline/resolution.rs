//! Who is who: names, offices, descriptions and pronouns.

use claimtrail::domain::Field;
use claimtrail::pipeline::resolution::{Entity, EntityKind, Resolution, resolve};
use claimtrail::pipeline::text::{self, Reading};

fn read(text: &str) -> (Reading<'_>, Resolution) {
    let reading = text::read(text);
    let resolution = resolve(&[(Field::Text, &reading)]);
    (reading, resolution)
}

fn entity<'r>(resolution: &'r Resolution, name: &str) -> &'r Entity {
    resolution.entities.iter().find(|entity| entity.name == name).unwrap_or_else(|| {
        let names: Vec<&str> =
            resolution.entities.iter().map(|entity| entity.name.as_str()).collect();
        panic!("no {name} in {names:?}")
    })
}

/// Whom the nth occurrence of a word means.
fn meant<'r>(reading: &Reading, resolution: &'r Resolution, word: &str) -> Option<&'r str> {
    let token = (0..reading.tokens.len()).find(|&token| reading.word(token) == word)?;
    let mention = resolution.mention_at(Field::Text, token)?;
    resolution.entities.get(mention.entity).map(|entity| entity.name.as_str())
}

#[test]
fn splits_state_office_and_name() {
    let (_, resolution) = read("Norwegian Defence Minister Elke Juhl met Oskar Lind.");
    let juhl = entity(&resolution, "Elke Juhl");
    assert_eq!(juhl.kind, Some(EntityKind::Person));
    assert_eq!(juhl.roles, ["Defence Minister"]);
    assert_eq!(juhl.state.as_deref(), Some("Norway"));
}

#[test]
fn a_family_name_means_its_full_name_and_an_ambiguous_one_nobody() {
    let (reading, resolution) = read("Elke Juhl spoke first. Then Juhl left.");
    assert_eq!(meant(&reading, &resolution, "Juhl"), Some("Elke Juhl"));
    let (_, resolution) = read("Elke Juhl met Oskar Juhl. Later a Juhl left.");
    assert_eq!(resolution.entities.iter().filter(|entity| entity.name == "Juhl").count(), 1);
}

#[test]
fn a_state_keeps_a_first_word_that_is_also_that_of_its_people() {
    let (reading, resolution) = read("Saudi Arabia denied the report.");
    assert_eq!(meant(&reading, &resolution, "Arabia"), Some("Saudi Arabia"));
}

#[test]
fn a_capital_stands_for_its_state() {
    let (reading, resolution) = read("Oslo denied the report.");
    assert_eq!(meant(&reading, &resolution, "Oslo"), Some("Norway"));
}

#[test]
fn a_pronoun_does_not_mean_somebody_of_the_other_gender() {
    let (reading, resolution) = read("Mrs. Juhl met Mr. Lind. She left at nine.");
    assert_eq!(meant(&reading, &resolution, "She"), Some("Juhl"));
    let (reading, resolution) = read("Mrs. Juhl left. He stayed.");
    assert_eq!(meant(&reading, &resolution, "He"), None);
}

#[test]
fn an_office_with_one_holder_means_its_holder() {
    let (reading, resolution) =
        read("Finance Minister Pia Storm resigned. The finance minister said so.");
    assert_eq!(meant(&reading, &resolution, "finance"), Some("Pia Storm"));
}
