//! Tests of pipeline.

mod attribution;
mod text;
