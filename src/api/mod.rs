//! HTTP requests → domain values → JSON under `/v1` and pages beside it, with RFC 9457 problem details for
//! every error; a browser that asks for a page is shown the error as a page.

pub mod dto;
pub mod etag;
pub mod extract;
pub mod form;
pub mod health;
pub mod layers;
mod moved;
pub mod observed;
pub mod openapi;
pub mod pages;
pub mod params;
pub mod problem;
pub mod server;
pub mod v1;
