//! The resources below `/v1`, one file a noun.

pub mod extract;
mod incoming;
