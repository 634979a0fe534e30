//! Tests of pipeline.

mod attribution;
mod denials;
mod extract;
mod resolution;
mod rules;
mod text;
