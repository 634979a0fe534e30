//! HTTP requests → domain values → JSON under `/v1`, with RFC 9457 problem details for every error.

pub mod dto;
pub mod extract;
pub mod layers;
pub mod problem;
