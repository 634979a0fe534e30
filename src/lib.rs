//! Claimtrail: news in, claims and denials out, each proven by the characters it stands on.
//!
//! ```text
//! bytes → ingest → Document → sentences → Statement → Claim | Denial → links → store → api · export · dashboard
//! ```
//!
//! | module | turns what into what |
//! | --- | --- |
//! | [`domain`] | the nouns, as plain values |
//! | [`pipeline`] | `Document` → `Extraction`; pure |
//! | [`api`] | HTTP → domain → JSON |
//! | [`dashboard`] | domain → pages for people |
//! | [`cli`] | one file a command |
//! | [`fetch`] | URL → bytes |
//! | [`ingest`] | bytes → `Document` |
//! | [`store`] | domain values ↔ Postgres |
//! | [`export`] | domain values → rows of a file |
//! | [`index`] | known claims ↔ words and vectors in memory |
//! | [`jobs`] | the queue and its workers |
//! | [`patterns`] | the expressions of rules, compiled |
//! | [`postgres`] | data folder → a private Postgres |
//! | [`app`] | what handlers and jobs are given |
//! | [`metrics`] | what this process did → the text that Prometheus scrapes |
//! | [`config`] | flags and environment → `Config` |

pub mod api;
pub mod app;
pub mod cli;
pub mod config;
pub mod dashboard;
pub mod domain;
pub mod export;
pub mod fetch;
pub mod index;
pub mod ingest;
pub mod jobs;
pub mod metrics;
pub mod patterns;
pub mod pipeline;
pub mod postgres;
pub mod store;
