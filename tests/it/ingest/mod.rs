//! Bytes → Document, as callers see it.

mod archives;
mod encoding;
mod html;
mod language;
mod pages;
mod text;
