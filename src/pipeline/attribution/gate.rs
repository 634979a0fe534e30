//! Which sentences somebody may speak in: what has none of them, the encoder need not read.

use crate::pipeline::text::QuotationKind;

use super::context::Context;
use super::cue;
use super::models::Models;

/// Log odds of heading a cue, as the linear model gives them, from which a word opens its sentence:
/// a chance of 0.12, where the linear seats begin to look, too.
const POSSIBLE: f32 = -2.0;

/// For each sentence, whether it stands in a quotation or a word of it may head a cue.
///
/// Leaving single sentences out between others was tried: the encoder reads a seventh less of news
/// and loses 0.004 of attribution+source F1, so whole windows alone are left out.
pub fn spoken(models: &Models, context: &Context<'_>) -> Vec<bool> {
    let reading = context.reading;
    let mut spoken = vec![false; reading.sentences.len()];
    for quotation in reading.quotations.iter().filter(|q| q.kind != QuotationKind::Name) {
        let last = quotation.tokens.end.saturating_sub(1);
        spoken[reading.sentence_of(quotation.tokens.start)..=reading.sentence_of(last)].fill(true);
    }
    let mut features = Vec::with_capacity(64);
    for (sentence, spoken) in reading.sentences.iter().zip(&mut spoken) {
        *spoken = *spoken
            || sentence.tokens.clone().any(|head| {
                cue::could_be_cue(context, head) && {
                    cue::head_features(context, head, &mut features);
                    models.cue.score(&features) >= POSSIBLE
                }
            });
    }
    spoken
}

#[cfg(test)]
mod tests {
    use super::super::models::models;
    use super::*;
    use crate::pipeline::text;

    #[test]
    fn a_sentence_is_open_where_a_word_may_head_a_cue_or_a_quotation_stands() {
        let reading = text::read(
            "The mayor said that the well was dry. The ferry left the pier at noon. \
             “Nobody sat at that table.”",
        );
        assert_eq!(spoken(models(), &Context::new(&reading)), [true, false, true]);
        let nothing = text::read("");
        assert!(spoken(models(), &Context::new(&nothing)).is_empty());
    }
}
