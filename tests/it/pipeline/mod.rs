//! Tests of pipeline.

mod attribution;
mod rules;
mod text;
