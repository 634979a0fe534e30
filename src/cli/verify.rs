//! A printed extraction → how many of its spans prove themselves.

use serde_json::Value;

use crate::domain::Extraction;

/// Spans counted and found wanting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Proof {
    /// Spans that the extraction has.
    pub spans: usize,
    /// Those of them that are not printed, or whose quote is not what stands at their place.
    pub unproven: usize,
}

impl Proof {
    /// Both counts together.
    pub fn add(&mut self, other: Proof) {
        self.spans += other.spans;
        self.unproven += other.unproven;
    }
}

/// Reads the printed JSON back and compares every span's quote with the code points of the printed
/// document between its ends; what `extraction` has and the print has not is unproven too.
pub fn prove(printed: &str, extraction: &Extraction) -> Proof {
    let expected = count_spans(extraction);
    let Ok(answer) = serde_json::from_str::<Value>(printed) else {
        return Proof { spans: expected, unproven: expected };
    };
    let field = |name: &str| -> Vec<char> {
        answer["document"][name].as_str().unwrap_or("").chars().collect()
    };
    let fields = Fields { title: field("title"), text: field("text") };
    let mut proven = 0;
    for part in ["statements", "claims", "actors"] {
        count_proven(&answer[part], &fields, &mut proven);
    }
    let spans = expected.max(proven);
    Proof { spans, unproven: spans - proven.min(expected) }
}

struct Fields {
    title: Vec<char>,
    text: Vec<char>,
}

fn count_proven(value: &Value, fields: &Fields, proven: &mut usize) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| count_proven(item, fields, proven)),
        Value::Object(object) => {
            if let (Some(start), Some(end), Some(quote)) =
                (object.get("start"), object.get("end"), object.get("quote"))
            {
                let words = match object.get("field").and_then(Value::as_str) {
                    Some("title") => &fields.title,
                    _ => &fields.text,
                };
                *proven += usize::from(stands_at(words, start, end, quote));
            } else {
                object.values().for_each(|item| count_proven(item, fields, proven));
            }
        }
        _ => {}
    }
}

fn stands_at(words: &[char], start: &Value, end: &Value, quote: &Value) -> bool {
    let place = |value: &Value| value.as_u64().and_then(|at| usize::try_from(at).ok());
    let (Some(start), Some(end), Some(quote)) = (place(start), place(end), quote.as_str()) else {
        return false;
    };
    start < end
        && words.get(start..end).is_some_and(|slice| slice.iter().copied().eq(quote.chars()))
}

/// The spans that an answer prints.
fn count_spans(extraction: &Extraction) -> usize {
    let statements: usize = extraction
        .statements
        .iter()
        .map(|statement| {
            let once = [statement.cue, statement.via_span].iter().flatten().count();
            statement.source.len() + statement.contents.len() + once
        })
        .sum();
    let claims: usize = extraction
        .claims
        .iter()
        .map(|claim| {
            let mentions = claim.denials.iter().flat_map(|denial| &denial.mentions);
            let in_mentions: usize = mentions
                .map(|mention| {
                    1 + [mention.denier, mention.denied, mention.via].iter().flatten().count()
                })
                .sum();
            claim.appearances.len() + in_mentions
        })
        .sum();
    let actors: usize = extraction.actors.iter().map(|actor| actor.mentions.len()).sum();
    statements + claims + actors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::dto::extraction::ExtractionAnswer;
    use crate::domain::{Actor, Document, ExtractorInfo, Span};

    fn with_mention(document: &Document, range: std::ops::Range<usize>) -> (String, Extraction) {
        let actor = Actor {
            name: "Ida".to_owned(),
            kind: None,
            roles: Vec::new(),
            aliases: Vec::new(),
            country: None,
            speaks_for: None,
            mentions: vec![Span::text(range)],
        };
        let extraction = Extraction {
            statements: Vec::new(),
            claims: Vec::new(),
            actors: vec![actor],
            notes: Vec::new(),
            extractor: ExtractorInfo { version: "1".to_owned(), models: Default::default() },
        };
        let answer = ExtractionAnswer::new(document, &extraction);
        (serde_json::to_string(&answer).expect("serialises"), extraction)
    }

    #[test]
    fn a_span_that_stands_where_it_says_is_proven() {
        let document = Document::from_text("“No”, Ida said.");
        let (printed, extraction) = with_mention(&document, 10..13);
        assert_eq!(prove(&printed, &extraction), Proof { spans: 1, unproven: 0 });
    }

    #[test]
    fn a_shifted_span_a_changed_quote_and_a_lost_span_are_unproven() {
        let document = Document::from_text("“No”, Ida said.");
        let (printed, extraction) = with_mention(&document, 10..13);
        let lost = Proof { spans: 1, unproven: 1 };
        assert_eq!(prove(&printed.replace("\"start\":6", "\"start\":5"), &extraction), lost);
        assert_eq!(
            prove(&printed.replace("\"quote\":\"Ida\"", "\"quote\":\"Eva\""), &extraction),
            lost
        );
        assert_eq!(prove("not json", &extraction), lost);
        let (printed, extraction) = with_mention(&document, 1..4);
        assert_eq!(prove(&printed, &extraction), lost, "inside a character: it is not printed");
    }
}
