//! Tests of pipeline.

mod text;
