//! Domain values ↔ Postgres; the only module that knows diesel.
//!
//! Functions take a [`Connection`], never a [`Pool`], so that the caller owns the transaction
//! ([`transaction`]). One file a noun holds what is asked of it (`find` one, `list` many);
//! [`writing`] stores one document with all it says; `rows` are the tables, `views` the joins that
//! fill [`crate::domain::view`].

pub mod actor_merges;
pub mod actor_trail;
pub mod actors;
pub mod addresses;
pub mod appearances;
pub mod audit;
pub mod checkpoints;
pub mod claims;
pub mod contents;
pub mod corrections;
pub mod cursor;
pub mod documents;
pub mod edits;
mod error;
pub mod exports;
pub mod feeds;
mod insert;
pub mod jobs;
pub mod links;
pub mod meanings;
mod membership;
pub mod merges;
mod migrate;
pub mod namings;
mod origins;
pub mod outlets;
mod pool;
pub mod quotes;
pub mod rebuttals;
pub mod redaction;
pub mod reviews;
pub mod revisions;
mod rows;
mod schema;
mod snapshot;
mod sql;
pub mod statements;
mod views;
pub mod writing;

pub use error::Error;
pub use migrate::{migrate, revert_last_migration};
pub use pool::{
    Connection, Listener, Pool, PoolOptions, PoolUse, PooledConnection, connect, transaction,
};
pub use snapshot::Snapshot;
