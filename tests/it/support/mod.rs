//! What the tests share: databases, a running service, builders.

pub mod database;
