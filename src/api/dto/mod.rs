//! Wire types: what the API reads and answers, apart from the domain.

pub mod extraction;
