//! Every integration test in one binary, because linking is the slow part. Only `mod` lines here.

mod api;
mod architecture;
mod ci;
mod cli;
mod compose;
mod dashboard;
mod export;
mod fetch;
mod ingest;
mod licences;
mod openapi;
mod pipeline;
mod postgres;
mod schema;
mod seeds;
mod settings;
mod store;
mod support;
