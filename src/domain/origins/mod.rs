//! Document and documents that may be of one text → the origin it has: printed from one agency's or
//! another outlet's text, or its own.
//!
//! Texts are compared by their shingles, runs of five words. Candidates share a band of a MinHash
//! signature (Broder, 1997); what is told of them is the exact share, never the estimate. `docs/origins.md`
//! has the thresholds and what they were measured on.

pub mod credit;
mod shingles;

use shingles::Shingles;

/// Shingles that two texts share, over those of either, from which they are one text.
pub const SAME_TEXT: f32 = 0.5;
/// The same over those of the shorter one, which may be cut from the longer.
pub const CUT_TEXT: f32 = 0.75;
/// Shingles of the shorter text from which [`CUT_TEXT`] counts; two quoted sentences are no copy.
pub const CUT_LENGTH: usize = 60;
/// As [`SAME_TEXT`], where both texts name the same agency as their source.
pub const SAME_CREDIT: f32 = 0.25;
/// Shingles from which a text has a signature; below, chance and a shared quotation weigh too much.
pub const SHORTEST: usize = 20;

/// What is kept of a text to find its copies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// Two texts of which half the shingles are the same share one with a probability of 0.99.
    pub bands: Vec<i64>,
    /// The agency that the text is credited to.
    pub credit: Option<String>,
}

/// The signature of a body text.
pub fn sign(text: &str) -> Signature {
    let shingles = Shingles::of(text);
    let bands = if shingles.len() < SHORTEST { Vec::new() } else { shingles.bands() };
    Signature { bands, credit: credit::find(text).map(str::to_owned) }
}

/// A stored text that shares a band.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<O> {
    /// Its origin.
    pub origin: O,
    /// Its body.
    pub text: String,
    /// The agency it is credited to.
    pub credit: Option<String>,
}

/// Bytes from which a text is signed and compared on a thread of its own; below it takes less than a
/// millisecond.
pub const LONG: usize = 50_000;

/// Why a document has the origin of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The texts are the same but for small edits, or one is cut from the other.
    Text,
    /// Both are credited to one agency and share much of their text.
    Credit,
    /// One says that it was taken from the other's address, or both from one.
    Address,
}

impl Method {
    /// The word used in Postgres and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Text => "text",
            Method::Credit => "credit",
            Method::Address => "address",
        }
    }
}

/// The origin of a copy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found<O> {
    /// Whose.
    pub origin: O,
    /// Why.
    pub method: Method,
    /// Shared shingles over those of either text, 0..1; `None` where an address told it.
    pub resemblance: Option<f32>,
}

/// The origin of the candidate that the text resembles most, where it resembles one enough; of equal
/// ones the first.
pub fn decide<O: Copy>(
    text: &str,
    credit: Option<&str>,
    candidates: &[Candidate<O>],
) -> Option<Found<O>> {
    let shingles = Shingles::of(text);
    if shingles.len() < SHORTEST {
        return None;
    }
    let mut best: Option<Found<O>> = None;
    for candidate in candidates {
        let other = Shingles::of(&candidate.text);
        let shared = shingles.shared(&other);
        let either = shingles.len() + other.len() - shared;
        let shorter = shingles.len().min(other.len());
        if shorter < SHORTEST {
            continue;
        }
        let resemblance = shared as f32 / either as f32;
        let cut = shorter >= CUT_LENGTH && shared as f32 / shorter as f32 >= CUT_TEXT;
        let credited = credit.is_some() && credit == candidate.credit.as_deref();
        let method = if resemblance >= SAME_TEXT || cut {
            Method::Text
        } else if credited && resemblance >= SAME_CREDIT {
            Method::Credit
        } else {
            continue;
        };
        if best.is_none_or(|best| Some(resemblance) > best.resemblance) {
            let resemblance = Some(resemblance);
            best = Some(Found { origin: candidate.origin, method, resemblance });
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENCY: &str = "LORNE, 3 March (AFP) - The harbour board of Lorne denied on Monday that the old pier \
        had been sold to a shipping company from abroad. A spokeswoman said the board had held no talks with any \
        buyer and would keep the pier open for the fishing fleet through the winter. Reports of a sale had spread \
        since Saturday, when a local radio station quoted an unnamed clerk. The mayor called for calm and said that \
        the town would publish every contract of the past two years. Fishermen who had gathered at the gates went \
        home in the evening, and the board promised them a meeting before the end of the week.";

    /// The same told anew, with the quotation that everybody has.
    const REWRITE: &str = "Nobody has bought the pier at Lorne, its owners insist. After a weekend of gossip that began \
        on a morning show, the board which runs the docks went before cameras to say that there was neither an offer \
        nor a price. The spokeswoman added that it would keep the pier open for the fishing fleet. Angry crews had \
        blocked the road for hours. They left once they were told that contracts would be laid open, a step for which \
        the opposition has asked since spring, and that someone would hear them out in the coming days.";

    fn found(text: &str, other: &str) -> Option<Found<u8>> {
        let credit = |text: &str| credit::find(text).map(str::to_owned);
        let candidate = Candidate { origin: 1, text: other.to_owned(), credit: credit(other) };
        decide(text, credit(text).as_deref(), &[candidate])
    }

    #[test]
    fn small_edits_leave_a_text_its_origin() {
        let edited = AGENCY
            .replace("LORNE, 3 March (AFP) - ", "")
            .replace("old pier", "historic pier")
            .replace("on Monday ", "")
            .replace("The mayor called", "Mayor Ilva Strand called");
        let cut = &AGENCY[..AGENCY.find(" Fishermen who").unwrap()];
        for copy in [AGENCY, &edited, cut, &AGENCY.to_uppercase()] {
            let found = found(copy, AGENCY).expect("a copy");
            assert_eq!(found.method, Method::Text);
            assert!(
                sign(copy).bands.iter().any(|band| sign(AGENCY).bands.contains(band)),
                "{copy}"
            );
        }
        assert_eq!(found(AGENCY, AGENCY).unwrap().resemblance, Some(1.0));
    }

    #[test]
    fn a_rewrite_and_a_shared_quotation_are_origins_of_their_own() {
        assert_eq!(found(REWRITE, AGENCY), None);
        let short = "It would keep the pier open for the fishing fleet through the winter, she said. No more is known.";
        assert_eq!(found(short, AGENCY), None);
    }

    #[test]
    fn the_same_credit_asks_for_less_of_the_same_text() {
        let half = &AGENCY[..AGENCY.find(" Reports of a sale").unwrap()];
        let tail = REWRITE.split_once("nor a price.").unwrap().1;
        let mixed = format!("{half}{tail}");
        let found_credited = found(&mixed, AGENCY).expect("the same agency");
        assert_eq!(found_credited.method, Method::Credit);
        let resemblance = found_credited.resemblance.expect("texts were compared");
        assert!((SAME_CREDIT..SAME_TEXT).contains(&resemblance), "{resemblance}");
        assert_eq!(found(&mixed.replace("(AFP)", "(AP)"), AGENCY), None);
        assert_eq!(found(&mixed.replace("(AFP) - ", ""), AGENCY), None);
    }

    #[test]
    fn the_most_alike_of_several_is_the_origin() {
        let edited = AGENCY.replace("old pier", "historic pier").replace("The mayor", "A mayor");
        let of = |origin, text: &str| Candidate { origin, text: text.to_owned(), credit: None };
        let all = [of(1, REWRITE), of(2, &edited), of(3, AGENCY), of(4, AGENCY)];
        assert_eq!(decide(AGENCY, None, &all).map(|found| found.origin), Some(3));
    }

    #[test]
    fn what_is_too_short_has_no_signature() {
        assert!(sign("The pier is shut.").bands.is_empty());
        assert_eq!(found("The pier is shut.", "The pier is shut."), None);
    }
}
