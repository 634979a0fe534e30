//! What can go wrong between us and Postgres.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::cursor::BadCursor;
use crate::domain::{ActorId, ClaimId, Tombstone};

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A failed step of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such row.
    #[error("no such row")]
    NotFound,
    /// A field names another row that is not there, or that it cannot be.
    #[error("the {field} given is not one that can be")]
    Unknown {
        /// The field of the request.
        field: &'static str,
    },
    /// It is not any more as the caller saw it.
    #[error("changed meanwhile")]
    Changed,
    /// A claim was merged into another one, which answers for it.
    #[error("the claim {claim} was merged into {survivor}")]
    Merged {
        /// Which one.
        claim: ClaimId,
        /// The claim that answers for it.
        survivor: ClaimId,
    },
    /// An actor was merged into another one, which answers for it.
    #[error("the actor {actor} was merged into {survivor}")]
    MergedActor {
        /// Which one.
        actor: ActorId,
        /// The actor that answers for it.
        survivor: ActorId,
    },
    /// It was removed on request, and is not to be stored again.
    #[error("redacted: the document's text was removed on request")]
    Redacted(Box<Tombstone>),
    /// A named rule of the schema refused a row.
    #[error("refused by the constraint {constraint}")]
    Conflict {
        /// Its name in the schema.
        constraint: String,
        /// What Postgres said.
        #[source]
        source: Cause,
    },
    /// The database cannot be reached or went away: worth another try once it is back.
    #[error("the database is not available")]
    Unavailable(#[source] Cause),
    /// The database is there but gave up on the statement, which took too long or waited for
    /// another in a circle: worth another try, but not for ever.
    #[error("the database gave up on a statement")]
    GaveUp(#[source] Cause),
    /// A query failed.
    #[error("a query failed")]
    Query(#[source] Cause),
    /// A cursor that this list did not give.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
}

impl Error {
    /// Whether the same call may succeed later without any change to it.
    pub fn is_transient(&self) -> bool {
        matches!(self, Error::Unavailable(_) | Error::GaveUp(_))
    }

    /// The name of the constraint that refused, if one did.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Error::Conflict { constraint, .. } => Some(constraint),
            _ => None,
        }
    }

    pub(super) fn unavailable(cause: impl Into<Cause>) -> Self {
        Error::Unavailable(cause.into())
    }
}

/// Beginnings of what Postgres says when it ends a session or refuses one. diesel does not hand on
/// their SQLSTATE (57P01, 57P02, 57P03, 57P05, 53300).
const AWAY: [&str; 6] = [
    "terminating connection",
    "the database system is",
    "sorry, too many clients already",
    "too many connections",
    "remaining connection slots",
    "connection closed",
];

/// The same for when it gives up on a statement (57014, 55P03, 40P01).
const GAVE_UP: [&str; 5] = [
    "canceling statement due to statement timeout",
    "canceling statement due to lock timeout",
    "canceling statement due to user request",
    "canceling statement due to conflict with recovery",
    "deadlock detected",
];

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Error::NotFound,
            DieselError::DatabaseError(kind, ref info) => {
                let says =
                    |starts: &[&str]| starts.iter().any(|start| info.message().starts_with(start));
                match kind {
                    DatabaseErrorKind::UnableToSendCommand
                    | DatabaseErrorKind::ClosedConnection => Error::unavailable(error),
                    // A standby that is becoming the primary.
                    DatabaseErrorKind::ReadOnlyTransaction => Error::unavailable(error),
                    DatabaseErrorKind::SerializationFailure => Error::GaveUp(error.into()),
                    _ if says(&AWAY) => Error::unavailable(error),
                    _ if says(&GAVE_UP) => Error::GaveUp(error.into()),
                    _ => match info.constraint_name().map(str::to_owned) {
                        Some(constraint) => Error::Conflict { constraint, source: error.into() },
                        None => Error::Query(error.into()),
                    },
                }
            }
            DieselError::BrokenTransactionManager => Error::unavailable(error),
            // A commit that failed, and then there was nothing left to roll back on: the first tells.
            DieselError::RollbackErrorOnCommit { commit_error, .. } => (*commit_error).into(),
            other => Error::Query(other.into()),
        }
    }
}
