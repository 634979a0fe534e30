//! Tests of pipeline.

mod attribution;
mod corrections;
mod denials;
mod extract;
mod matching;
mod polarity;
mod resolution;
mod rules;
mod text;
