//! Tokens, sentences, quotations and noun phrases.

use claimtrail::pipeline::text::{self, PhraseKind, QuotationKind, Reading, Tag};
use proptest::prelude::*;

/// The words of a reading's sentences, a bar between tokens.
fn sentences(text: &str) -> Vec<String> {
    let reading = text::read(text);
    reading
        .sentences
        .iter()
        .map(|sentence| {
            sentence.tokens.clone().map(|token| reading.word(token)).collect::<Vec<_>>().join("|")
        })
        .collect()
}

fn code_points(text: &str, byte: usize) -> usize {
    text[..byte].chars().count()
}

/// Start and end of every quotation that is somebody's words, in code points.
fn quotations(reading: &Reading<'_>) -> Vec<(usize, usize)> {
    reading
        .quotations
        .iter()
        .filter(|quotation| quotation.kind == QuotationKind::Words)
        .map(|quotation| {
            (
                code_points(reading.text, quotation.span.start),
                code_points(reading.text, quotation.span.end),
            )
        })
        .collect()
}

fn inner<'t>(reading: &Reading<'t>) -> Vec<&'t str> {
    reading.quotations.iter().map(|quotation| &reading.text[quotation.inner.clone()]).collect()
}

#[test]
fn clitics_stand_alone() {
    assert_eq!(
        sentences("Brandt's aide hasn’t seen it; we'll ask."),
        ["Brandt|'s|aide|has|n’t|seen|it|;|we|'ll|ask|."]
    );
}

#[test]
fn abbreviations_do_not_end_a_sentence() {
    assert_eq!(
        sentences(
            "Gen. J. R. Osei (R-CA) told Mr. Roth on Sept. 5 that Acme Inc. sold it. He left."
        ),
        ["Gen.|J.|R.|Osei|(|R-CA|)|told|Mr.|Roth|on|Sept.|5|that|Acme|Inc.|sold|it|.", "He|left|."]
    );
}

#[test]
fn an_abbreviation_ends_a_sentence_where_another_opens() {
    assert_eq!(
        sentences("They moved to the U.S. The embassy knew. The U.S. Navy did not."),
        ["They|moved|to|the|U.S.", "The|embassy|knew|.", "The|U.S.|Navy|did|not|."]
    );
}

#[test]
fn closing_marks_stay_with_their_sentence() {
    assert_eq!(
        sentences("He said: “It is over.” (Nobody clapped.) “Why?” she asked."),
        ["He|said|:|“|It|is|over|.|”", "(|Nobody|clapped|.|)", "“|Why|?|”|she|asked|."]
    );
}

#[test]
fn wrapped_lines_are_one_paragraph_and_long_lines_are_not() {
    let wrapped = "The harbour office said on Monday that the pier\nwas closed for the season and that it would\nopen again in spring.\n";
    assert_eq!(text::read(wrapped).paragraphs.len(), 1);
    let long =
        format!("{}\n{}\n", "The pier was closed. ".repeat(8), "It opened again. ".repeat(8));
    assert_eq!(text::read(&long).paragraphs.len(), 2);
}

#[test]
fn invisible_marks_do_not_hide_a_word() {
    let reading = text::read("Min\u{AD}ister de\u{200B}nied it.");
    assert_eq!(reading.lower(0), "minister");
    assert_eq!(reading.lower(1), "denied");
    assert_eq!(reading.word(1), "de\u{200B}nied");
}

#[test]
fn a_quotation_runs_over_paragraphs_that_only_open() {
    let text = "“We checked the pier,” Harbourmaster Ilse Brandt said. “Nothing was there.\n\n“The report is a hoax.\n\n“Please go home.”";
    let reading = text::read(text);
    assert_eq!(quotations(&reading), [(0, 22), (55, 117)]);
    assert_eq!(reading.quotations[1].parts.len(), 3);
    assert!(reading.quotations[1].closed);
}

#[test]
fn a_nickname_is_no_quotation() {
    let reading = text::read("“No ship came,” said a docker who is known as “Lefty.”");
    assert_eq!(quotations(&reading).len(), 1);
    assert_eq!(inner(&reading)[0], "No ship came,");
    let between = text::read("Ada “Sparks” Lund spoke.");
    assert_eq!(between.quotations[0].kind, QuotationKind::Name);
    let words = text::read("Lund called it “Nonsense, pure and simple.”");
    assert_eq!(words.quotations[0].kind, QuotationKind::Words);
}

#[test]
fn a_free_standing_quotation_is_kept() {
    let reading = text::read("Mara met Tom at the gate. “It was staged.” Tom nodded.");
    assert_eq!(quotations(&reading), [(26, 42)]);
    assert_eq!(reading.sentences.len(), 3);
}

#[test]
fn apostrophes_do_not_end_a_single_quotation() {
    for text in [
        "The spokesman called it ‘a stitch-up that wasn’t ours’ on Friday.",
        "The spokesman called it 'a stitch-up that wasn't ours' on Friday.",
    ] {
        let reading = text::read(text);
        assert_eq!(quotations(&reading), [(24, 54)], "{text}");
        assert_eq!(code_points(text, reading.quotations[0].inner.start), 25);
        assert_eq!(code_points(text, reading.quotations[0].inner.end), 53);
    }
    let plural = text::read("She said ‘the dockers’ anger is real’ and left.");
    assert_eq!(inner(&plural), ["the dockers’ anger is real"]);
}

#[test]
fn an_apostrophe_alone_opens_nothing() {
    for text in ["The dockers’ anger grew in the ’90s.", "The voters' wish: rock 'n' roll.", "‘90s"]
    {
        assert!(text::read(text).quotations.is_empty(), "{text}");
    }
}

#[test]
fn an_inner_quotation_knows_its_outer_one() {
    let text = "The clerk said: “Our chief told me ‘the list is a fake’ and left.”";
    let reading = text::read(text);
    assert_eq!(quotations(&reading), [(16, 66), (35, 55)]);
    assert_eq!(reading.quotations[1].parent, Some(0));
    assert_eq!(reading.quotations[1].depth, 1);
    assert_eq!(inner(&reading)[1], "the list is a fake");
}

#[test]
fn straight_marks_nest_by_the_spaces_around_them() {
    let reading = text::read("She wrote \"he called the \"secret\" list a fake\" to us.");
    assert_eq!(inner(&reading), ["he called the \"secret\" list a fake", "secret"]);
    assert_eq!(reading.quotations[1].parent, Some(0));
}

#[test]
fn a_missing_closing_mark_does_not_swallow_the_next_quotation() {
    let reading = text::read("“It is late. He left. “It is over,” she said.");
    assert_eq!(inner(&reading), ["It is late. He left.", "It is over,"]);
    assert!(!reading.quotations[0].closed);
    assert_eq!(reading.quotations[1].parent, None);
}

#[test]
fn tiny_quotations_are_read_and_empty_pairs_are_not() {
    let reading = text::read("\"No.\"\n\n\"Why.\"");
    assert_eq!(inner(&reading), ["No.", "Why."]);
    for empty in ["\"\"=", "“”", "\"", "", "’", "“ ”", "'''"] {
        assert!(text::read(empty).quotations.is_empty(), "{empty}");
    }
}

#[test]
fn nouns_and_verbs_are_told_apart_by_their_neighbours() {
    let tag = |text: &str, word: &str| {
        let reading = text::read(text);
        let found = (0..reading.tokens.len()).find(|&token| reading.word(token) == word);
        found.map(|token| reading.tag(token))
    };
    assert_eq!(tag("The ministry claims that it left.", "claims"), Some(Tag::VerbPresent));
    assert_eq!(tag("The claims were false.", "claims"), Some(Tag::Noun));
    assert_eq!(tag("He wants to report it.", "report"), Some(Tag::VerbBase));
    assert_eq!(tag("The report was read.", "report"), Some(Tag::Noun));
    assert_eq!(tag("She has denied it.", "denied"), Some(Tag::VerbParticiple));
    assert_eq!(tag("She denied it.", "denied"), Some(Tag::VerbPast));
    assert_eq!(tag("The denied request lapsed.", "denied"), Some(Tag::Adjective));
}

#[test]
fn names_are_read_with_their_titles_and_small_words() {
    let reading = text::read(
        "Former Foreign Minister Anna van der Berg met the Ministry of Justice’s aides.",
    );
    let names: Vec<&str> = reading
        .phrases
        .iter()
        .filter(|phrase| phrase.kind == PhraseKind::Name)
        .filter_map(|phrase| reading.span(phrase.tokens.clone()))
        .map(|span| &reading.text[span])
        .collect();
    assert_eq!(names, ["Former Foreign Minister Anna van der Berg", "the Ministry of Justice"]);
    assert!(reading.phrases.iter().any(|phrase| phrase.possessive));
}

/// Long runs of each: a stage of more than linear cost would not come to an end in a test.
#[test]
fn hostile_texts_are_read_in_linear_time() {
    for unit in
        ["“", "\"", "'", "‘", "a", "“a ", "‘a’s ", "word ", "A. ", "\n\n“a", "said, ", ".", "1,"]
    {
        let text = unit.repeat(700_000 / unit.len());
        let reading = text::read(&text);
        assert!(reading.tokens.last().is_none_or(|token| token.end <= text.len()), "{unit}");
        assert!(reading.quotations.iter().all(|quotation| quotation.depth < 8), "{unit}");
    }
}

fn check(text: &str) {
    let reading = text::read(text);
    let fits = |span: std::ops::Range<usize>| {
        assert!(span.start < span.end && text.get(span.clone()).is_some(), "{span:?} of {text:?}");
    };
    let mut last = 0;
    for token in &reading.tokens {
        fits(token.start..token.end);
        assert!(last <= token.start);
        last = token.end;
    }
    let mut next = 0;
    for sentence in &reading.sentences {
        fits(sentence.span.clone());
        assert_eq!(sentence.tokens.start, next);
        next = sentence.tokens.end;
    }
    assert_eq!(next, reading.tokens.len());
    for quotation in &reading.quotations {
        fits(quotation.span.clone());
        fits(quotation.inner.clone());
        assert!(!quotation.parts.is_empty());
        quotation.parts.iter().cloned().for_each(fits);
        if let Some(parent) = quotation.parent {
            let outer = &reading.quotations[parent];
            assert!(
                outer.span.start <= quotation.span.start && quotation.span.end <= outer.span.end
            );
        }
    }
    for pair in reading.phrases.windows(2) {
        assert!(pair[0].tokens.end <= pair[1].tokens.start);
    }
    for phrase in &reading.phrases {
        assert!(phrase.tokens.contains(&phrase.head));
    }
}

proptest! {
    #[test]
    fn every_span_fits_any_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn every_span_fits_any_prose(text in r#"([“”‘’"'«»„]|[a-zA-Z]{1,6}|[ ,.?!:;—\n]|said|He|U\.S\.|[0-9]{1,3}|’s|n't){0,60}"#) {
        check(&text);
    }
}
