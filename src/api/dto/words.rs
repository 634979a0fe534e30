//! The closed word lists of the domain, as schemas: an API client sees which words there are.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $($word:literal),+;)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl $name {
            /// The words, in the domain's order.
            pub const ALL: &'static [&'static str] = &[$($word),+];
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let schema = ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(Self::ALL.iter().copied()));
                RefOr::T(Schema::Object(schema.build()))
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )+};
}

words! {
    /// What an appearance does to its claim.
    Stance: "asserts", "denies", "reports", "questions";
    /// How something speaks against a claim.
    RebuttalKind: "denial", "debunk", "correction", "retraction", "review";
    /// Who the denier is to the claim.
    DenierRole: "party", "third_party", "outlet", "unknown";
    /// What an actor is.
    ActorKind: "person", "organisation", "government", "group", "outlet";
    /// What words are to an actor.
    NamingForm: "name", "role", "country";
    /// What the evidence says of a claim.
    Status: "unverified", "disputed", "denied", "debunked", "corrected", "retracted", "confirmed";
    /// What kind of words carry an attribution.
    CueKind: "verb", "noun", "according_to", "byline", "none";
    /// Whether the contents of a statement are quoted.
    Mode: "direct", "indirect", "mixed";
    /// How exactly a time is known.
    Precision: "second", "minute", "day", "month", "year";
    /// Which clock a time was read off.
    Clock: "stated", "recorded";
    /// Why a status is what it is.
    ReasonCode: "no_rebuttal", "denied", "debunked", "corrected", "retracted",
        "asserted_independently", "denier_asserts", "reviewed_false", "reviewed_true";
    /// What a review says of its claim.
    Verdict: "true", "mostly_true", "mixed", "mostly_false", "false", "unproven", "other";
    /// What a verdict was mapped from.
    VerdictSource: "words", "numbers", "nothing";
    /// Why part of a block was not read.
    UnreadCode: "missing", "empty", "wrong_type", "not_a_time", "no_zone", "not_a_number", "not_an_address",
        "relative_address", "outside_scale", "flat_scale", "unknown_rating", "too_long", "too_many",
        "mended", "trailing_garbage";
    /// What became of a block.
    ReviewOutcome: "created", "revised", "unchanged", "refused";
    /// Which part of a document a span points into.
    Field: "title", "text";
    /// In which order claims are listed.
    ClaimSort: "newest", "oldest", "most_denied", "most_reported";
    /// What storing a document did.
    StoreOutcome: "created", "revised", "unchanged", "removed";
    /// What a note of correction does.
    CorrectionKind: "correction", "retraction", "clarification";
    /// What became of a sentence from one revision to another.
    ChangeKind: "added", "removed", "changed", "moved";
    /// What a job does.
    JobKind: "extract_document", "fetch_document", "poll_feed";
    /// Where a job stands.
    JobState: "queued", "running", "done", "failed";
    /// What a feed is written in.
    FeedKind: "rss", "atom", "json_feed", "sitemap", "sitemap_index";
    /// Where a feed stands.
    FeedState: "active", "failing", "paused", "gone";
    /// What the score of a match is worth.
    Certainty: "confirmed", "suggested", "unlikely";
    /// How two texts on one matter stand to each other.
    Relation: "same", "contradicts", "apart";
    /// What two linked claims are to each other.
    LinkKind: "same", "contradicts", "part_of";
    /// What a person put right.
    CorrectionOf: "not_a_denial", "denier", "claim", "missed_claim", "missed_rebuttal";
    /// How sure a link is.
    LinkState: "suggested", "confirmed", "rejected";
    /// A way to find a known claim.
    MatchWay: "words", "meaning";
    /// Why part of a document was not read.
    NoteCode: "language_unsupported", "language_undetermined";
    /// What a moment of a claim's trail is.
    EventKind: "appearance", "rebuttal", "review", "merge", "split", "status";
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::domain::{self, status, view};

    /// The words that the domain's type reads, as it lists them when it is given another.
    fn known<T: DeserializeOwned>() -> Vec<String> {
        let error = serde_json::from_str::<T>("\"\"").err().expect("no word is empty").to_string();
        let (_, words) = error.split_once("expected ").expect("a list of words");
        words.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn words_are_those_of_the_domain() {
        assert_eq!(known::<domain::Stance>(), Stance::ALL);
        assert_eq!(known::<domain::RebuttalKind>(), RebuttalKind::ALL);
        assert_eq!(known::<domain::DenierRole>(), DenierRole::ALL);
        assert_eq!(known::<domain::ActorKind>(), ActorKind::ALL);
        assert_eq!(known::<domain::CueKind>(), CueKind::ALL);
        assert_eq!(known::<domain::Mode>(), Mode::ALL);
        assert_eq!(known::<domain::DateTimePrecision>(), Precision::ALL);
        assert_eq!(known::<domain::Field>(), Field::ALL);
        assert_eq!(known::<domain::NoteCode>(), NoteCode::ALL);
        assert_eq!(known::<status::Status>(), Status::ALL);
        assert_eq!(known::<status::ReasonCode>(), ReasonCode::ALL);
        assert_eq!(known::<crate::pipeline::matching::Certainty>(), Certainty::ALL);
        assert_eq!(known::<crate::pipeline::matching::Relation>(), Relation::ALL);
        assert_eq!(known::<domain::Verdict>(), Verdict::ALL);
        assert_eq!(known::<domain::VerdictSource>(), VerdictSource::ALL);
        assert_eq!(known::<domain::UnreadCode>(), UnreadCode::ALL);
        assert_eq!(
            [&known::<view::ReviewOutcome>()[..], &["refused".to_owned()]].concat(),
            ReviewOutcome::ALL
        );
        assert_eq!(known::<view::CorrectionOf>(), CorrectionOf::ALL);
        assert_eq!(known::<domain::LinkKind>(), LinkKind::ALL);
        assert_eq!(known::<domain::LinkState>(), LinkState::ALL);
        assert_eq!(known::<view::Clock>(), Clock::ALL);
        assert_eq!(known::<view::ClaimSort>(), ClaimSort::ALL);
        assert_eq!(known::<view::StoreOutcome>(), StoreOutcome::ALL);
        assert_eq!(known::<domain::ChangeKind>(), ChangeKind::ALL);
        assert_eq!(known::<domain::CorrectionKind>(), CorrectionKind::ALL);
        assert_eq!(known::<view::JobKind>(), JobKind::ALL);
        assert_eq!(known::<view::JobState>(), JobState::ALL);
        assert_eq!(known::<view::FeedKind>(), FeedKind::ALL);
        assert_eq!(known::<view::FeedState>(), FeedState::ALL);
    }
}
