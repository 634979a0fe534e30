//! Bytes → Document, as callers see it.

mod archives;
mod encoding;
mod feeds;
mod html;
mod language;
mod pages;
mod reviews;
mod text;
