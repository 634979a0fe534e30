//! What a reader sees: stored things with what stands around them, joined and named.
//!
//! The store fills these; the API and the pages show them. All times are UTC. A row that is no
//! longer live says when it was superseded.

pub mod actor;
pub mod claim;
pub mod correction;
pub mod document;
pub mod feed;
pub mod filter;
pub mod job;
pub mod link;
pub mod rebuttal;
pub mod review;

pub use actor::{
    ActorBrief, ActorMergeView, ActorTrail, ActorView, Against, NamingForm, NamingView,
    OutletBrief, OutletView, SelfContradiction,
};
pub use claim::{
    AppearanceView, ClaimBrief, ClaimChange, ClaimEdit, ClaimView, Clock, MemberView, MergeView,
    TimelineEntry, TimelineEvent,
};
pub use correction::{
    ClaimGiven, CorrectionFilter, CorrectionOf, CorrectionView, NewCorrection, PartView,
};
pub use document::{
    CorrectionNoteView, DocumentBrief, DocumentContents, DocumentDetail, DocumentView, RemovalView,
    RevisionDifference, RevisionView, SentenceChange, StatementView, StoreOutcome, StoredDocument,
};
pub use feed::{
    DEFAULT_FEED_INTERVAL, FEED_INTERVAL, FeedChange, FeedCounts, FeedFilter, FeedKind, FeedState,
    FeedView, NewFeed,
};
pub use filter::{
    ActorFilter, AppearanceFilter, ClaimFilter, ClaimSort, DocumentFilter, JobFilter, OutletFilter,
    Page, PageRequest, RebuttalFilter, Selector, StatementFilter,
};
pub use job::{JobKind, JobState, JobView, QueueDepth, Retried};
pub use link::{LinkFilter, LinkView};
pub use rebuttal::{DenialMentionView, RebuttalBrief, RebuttalView};
pub use review::{ReviewBrief, ReviewFilter, ReviewOutcome, ReviewView, StoredReview};
