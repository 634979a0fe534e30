//! What can go wrong between us and Postgres.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::cursor::BadCursor;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A failed step of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such row.
    #[error("no such row")]
    NotFound,
    /// A named rule of the schema refused a row.
    #[error("refused by the constraint {constraint}")]
    Conflict {
        /// Its name in the schema.
        constraint: String,
        /// What Postgres said.
        #[source]
        source: Cause,
    },
    /// The database cannot be reached, went away, or did not answer in time: worth another try.
    #[error("the database is not available")]
    Unavailable(#[source] Cause),
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
        matches!(self, Error::Unavailable(_))
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

/// Beginnings of what Postgres says when it ends a session or refuses one, or when it gives up
/// waiting. diesel does not hand on their SQLSTATE (57P01, 57P02, 57P03, 53300, 57014, 55P03, 40P01).
const TRANSIENT: [&str; 9] = [
    "terminating connection",
    "the database system is",
    "sorry, too many clients already",
    "too many connections",
    "remaining connection slots",
    "canceling statement due to statement timeout",
    "canceling statement due to lock timeout",
    "deadlock detected",
    "connection closed",
];

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Error::NotFound,
            DieselError::DatabaseError(kind, ref info) => match kind {
                DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::SerializationFailure => Error::unavailable(error),
                _ if TRANSIENT.iter().any(|start| info.message().starts_with(start)) => {
                    Error::unavailable(error)
                }
                _ => match info.constraint_name().map(str::to_owned) {
                    Some(constraint) => Error::Conflict { constraint, source: error.into() },
                    None => Error::Query(error.into()),
                },
            },
            DieselError::BrokenTransactionManager => Error::unavailable(error),
            other => Error::Query(other.into()),
        }
    }
}
