//! Wire types: what the API reads and answers, apart from the domain.

pub mod extraction;
pub mod new_document;
