//! Statements and cues → claims in words that stand alone, with who asserts and who denies them.

pub mod denials;
pub mod wording;
