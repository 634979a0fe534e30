//! Tests of pipeline.

mod actors;
mod appearances;
mod attribution;
mod checkworthy;
mod corrections;
mod dates;
mod denials;
mod denials_accurate;
mod extract;
mod matching;
mod polarity;
mod resolution;
mod rules;
mod text;
