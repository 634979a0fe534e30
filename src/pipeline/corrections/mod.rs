//! A document → the notes in which its outlet corrects it, and the claims that they touch; pure.
//!
//! [`find()`] needs the document alone. [`link()`] needs to know what stood there before, because a
//! corrected claim has mostly gone from the text that corrects it: a matter of two revisions, so it is
//! no part of an extraction, which reads one text.

mod find;
mod link;

pub use find::{find, find_in};
pub use link::{Earlier, Touched, apply, link};
