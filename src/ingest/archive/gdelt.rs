//! A line of the GDELT Global Quotation Graph → a text made of its passages.
//!
//! A line names an article (`url`, `title`, `lang`) and its quotations, each with the words before and
//! after: `{"pre": …, "quote": …, "post": …}` (<https://blog.gdeltproject.org/announcing-the-global-quotation-graph/>).
//! A passage is one paragraph; passages of one place, which share words, are one. `date` is when GDELT
//! saw the article and not when it was published, so it is not read.

use serde_json::Value;

/// Fewest letters that two passages must share at their edge to be of one place.
const SHARED: usize = 20;

/// Letters at the end of a passage that are compared with the next one.
const COMPARED: usize = 2_000;

/// The text that the passages make.
pub(super) fn passages(quotes: &Value) -> Result<String, String> {
    let Value::Array(quotes) = quotes else { return Err("its `quotes` are no list".to_owned()) };
    let mut text: Vec<String> = Vec::new();
    for quote in quotes {
        let part = |name: &str| {
            let words = quote.get(name).and_then(Value::as_str).unwrap_or("");
            words.split(['\n', '\r']).collect::<Vec<_>>().join(" ")
        };
        let words = part("quote");
        if words.trim().is_empty() {
            continue;
        }
        let passage = passage(&part("pre"), words.trim(), &part("post"));
        match text.last_mut().map(|last| (shared(last, &passage), last)) {
            Some((Some(at), last)) => last.push_str(&passage[at..]),
            _ => text.push(passage),
        }
    }
    if text.is_empty() {
        return Err("there is no quotation in it".to_owned());
    }
    Ok(text.join("\n\n"))
}

fn is_mark(letter: char) -> bool {
    matches!(
        letter,
        '"' | '\''
            | '“'
            | '”'
            | '„'
            | '‟'
            | '«'
            | '»'
            | '‹'
            | '›'
            | '‘'
            | '’'
            | '‚'
            | '「'
            | '」'
            | '『'
            | '』'
            | '《'
            | '》'
    )
}

/// A quotation between its words; with marks, where neither it nor they have them.
fn passage(pre: &str, quote: &str, post: &str) -> String {
    let (pre, post) = (pre.trim_start(), post.trim_end());
    let marked = pre.trim_end().ends_with(is_mark) || quote.starts_with(is_mark);
    let mut passage = pre.to_owned();
    if !pre.is_empty() && !pre.ends_with(char::is_whitespace) && !pre.ends_with(is_mark) {
        passage.push(' ');
    }
    if marked {
        passage.push_str(quote);
    } else {
        passage.extend(["“", quote, "”"]);
    }
    let stands_apart = |letter: char| letter.is_alphanumeric() || matches!(letter, '—' | '–' | '(');
    if post.starts_with(stands_apart) {
        passage.push(' ');
    }
    passage.push_str(post);
    passage.trim().to_owned()
}

/// Where in `next` that begins which does not already stand at the end of `last`, if they share
/// enough. Marks and spaces are not compared: one may have them where the other was cut.
fn shared(last: &str, next: &str) -> Option<usize> {
    let compared = |letter: char| !is_mark(letter) && !letter.is_whitespace();
    let mut tail: Vec<char> =
        last.chars().rev().filter(|&letter| compared(letter)).take(COMPARED).collect();
    tail.reverse();
    let (head, ends): (Vec<char>, Vec<usize>) = next
        .char_indices()
        .filter(|&(_, letter)| compared(letter))
        .map(|(at, letter)| (letter, at + letter.len_utf8()))
        .take(COMPARED)
        .unzip();
    let most = tail.len().min(head.len());
    let common = (SHARED..=most).rev().find(|&length| tail.ends_with(&head[..length]))?;
    Some(ends[common - 1])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(quotes: Value) -> String {
        passages(&quotes).expect("a text")
    }

    #[test]
    fn a_quotation_stands_between_its_words_with_one_pair_of_marks() {
        for (pre, quote, post) in [
            ("The harbour master said ", "the pier stands", ", and left."),
            ("The harbour master said", "the pier stands", ", and left. "),
            ("The harbour master said “", "the pier stands", "”, and left."),
            ("The harbour master said ", "“the pier stands”", ", and left."),
        ] {
            let text = text(json!([{"pre": pre, "quote": quote, "post": post}]));
            assert_eq!(text, "The harbour master said “the pier stands”, and left.");
        }
        let text = text(json!([{"quote": "The pier stands.", "post": "said Ida Moll"}]));
        assert_eq!(text, "“The pier stands.” said Ida Moll");
    }

    #[test]
    fn passages_of_one_place_are_joined_and_others_are_paragraphs() {
        let text = text(json!([
            {"pre": "Ida Moll said ", "quote": "the pier stands", "post": ". A docker of the same harbour said \"it sank"},
            {"pre": "stands\". A docker of the same harbour said ", "quote": "it sank", "post": " at noon."},
            {"pre": "Elsewhere a clerk said ", "quote": "no comment", "post": "."},
        ]));
        assert_eq!(
            text,
            "Ida Moll said “the pier stands”. A docker of the same harbour said \"it sank” at noon.\n\n\
             Elsewhere a clerk said “no comment”."
        );
    }

    #[test]
    fn a_line_without_quotations_is_refused() {
        for quotes in
            [json!([]), json!([{"pre": "He said", "quote": " "}]), json!("none"), json!([3])]
        {
            assert!(passages(&quotes).is_err(), "{quotes}");
        }
    }
}
