//! The nouns of the field as plain values: no database, no network, no clock.
//!
//! Every other module speaks in these types. A name means here what the word list of the
//! design says it means, and nothing else.

pub mod actor;
pub mod address;
pub mod claim;
pub mod claimants;
pub mod correction;
pub mod document;
pub mod extraction;
pub mod identity;
pub mod ids;
pub mod keys;
pub mod link;
pub mod names;
pub mod origins;
pub mod redaction;
pub mod review;
pub mod revision;
pub mod span;
pub mod statement;
pub mod states;
pub mod status;
pub mod view;

pub use actor::{Actor, ActorKind};
pub use address::{
    address_key, canonical_url, desktop_twin, may_be_canonical, may_be_source, open_escapes, site,
};
pub use claim::{Appearance, Claim, Denial, DenialMention, DenierRole, RebuttalKind, Stance};
pub use correction::{CorrectionKind, CorrectionNote, NotePlace};
pub use document::{DateTimePrecision, Document, RemovalStatus, StatedTime, Validators};
pub use extraction::{
    ActorIndex, ClaimIndex, Extraction, ExtractorInfo, Note, NoteCode, StatementIndex,
};
pub use ids::{
    ActorId, ActorMergeId, AppearanceId, ClaimId, CorrectionId, DenialId, DenialMentionId,
    DocumentId, FeedId, JobId, LinkId, MergeId, OriginId, OutletId, RebuttalId, RequestId,
    ReviewId, RevisionId, SplitId, StatementId,
};
pub use keys::{is_invisible, name_key};
pub use link::{LinkKind, LinkState};
pub use redaction::Tombstone;
pub use review::{
    PublishedAppearance, PublishedClaimant, PublishedReview, Rating, Unread, UnreadCode, Verdict,
    VerdictSource,
};
pub use revision::{ChangeKind, Comparison, RevisionWords, SentenceChange};
pub use span::{CodePoints, Field, LocatedSpan, Span};
pub use statement::{CueKind, Mode, Statement};
pub use status::Status;
