//! Text → tokens, sentences, quotations, names; knows language only, no claim.
