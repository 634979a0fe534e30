//! HTTP requests → domain values → JSON under `/v1`, with RFC 9457 problem details for every error.

pub mod dto;
pub mod etag;
pub mod extract;
pub mod health;
pub mod layers;
pub mod openapi;
pub mod pages;
pub mod params;
pub mod problem;
pub mod server;
pub mod v1;
