//! Words that tell when, and the statements and denials that they date, by cases that lie as data.

use claimtrail::domain::{DateTimePrecision, Document, Field, StatedTime};
use claimtrail::pipeline::resolution::dates::find;
use claimtrail::pipeline::{extract, text};
use serde::Deserialize;

use crate::support::builders::at;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    words: Vec<Words>,
    denial: Vec<Said>,
    statement: Vec<Said>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    published: Option<String>,
    text: String,
    means: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    #[serde(default)]
    outcome: String,
    published: Option<String>,
    text: String,
    stated: Option<String>,
}

fn cases() -> Cases {
    toml::from_str(include_str!("dates.toml")).expect("dates.toml is sound")
}

fn time(published: Option<&String>) -> Option<StatedTime> {
    published.map(|time| StatedTime { at: at(time), precision: DateTimePrecision::Second })
}

fn shown(time: StatedTime) -> String {
    let exact = match time.precision {
        DateTimePrecision::Day => "day",
        DateTimePrecision::Month => "month",
        DateTimePrecision::Year => "year",
        _ => "too exact",
    };
    format!("{} {exact}", time.at.format("%Y-%m-%d"))
}

#[test]
fn words_mean_days_and_months_as_exactly_as_they_tell() {
    for case in cases().words {
        let reading = text::read(&case.text);
        let found: Vec<String> =
            find(&reading, 0..reading.tokens.len(), time(case.published.as_ref()))
                .into_iter()
                .map(|date| {
                    let words = &case.text[reading.span(date.tokens).unwrap()];
                    format!("{words} {}", shown(date.time))
                })
                .collect();
        assert_eq!(found, case.means, "{}", case.text);
    }
}

#[test]
fn a_denial_has_the_day_of_its_clause_and_else_none() {
    for case in cases().denial {
        let mut document = Document::from_text(case.text.as_str());
        document.published = time(case.published.as_ref());
        let extraction = extract(&document);
        let denials: Vec<_> = extraction.claims.iter().flat_map(|claim| &claim.denials).collect();
        assert_eq!(denials.len(), 1, "{}", case.text);
        let stated = denials[0].stated.map(shown);
        assert_eq!(stated, case.stated, "{} {}", case.text, case.outcome);
        assert_eq!(denials[0].mentions[0].cue.field, Field::Text);
    }
}

#[test]
fn a_statement_has_the_time_of_its_clause_and_else_none() {
    for case in cases().statement {
        let mut document = Document::from_text(case.text.as_str());
        document.published = time(case.published.as_ref());
        let extraction = extract(&document);
        let of_said: Vec<_> = extraction
            .statements
            .iter()
            .filter(|statement| {
                let cue = statement.cue.map_or("", |cue| document.quote(cue));
                cue.contains("said") || cue.contains("say")
            })
            .collect();
        assert_eq!(of_said.len(), 1, "{}", case.text);
        let stated = of_said[0].stated.map(shown);
        assert_eq!(stated, case.stated, "{} {}", case.text, case.outcome);
    }
}
