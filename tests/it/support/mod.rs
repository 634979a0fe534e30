//! What the tests share: databases, a running service, builders.

pub mod alone;
pub mod app;
pub mod builders;
pub mod client;
pub mod database;
pub mod encryption;
pub mod generated;
pub mod histories;
pub mod newsroom;
pub mod site;
