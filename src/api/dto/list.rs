//! One page of a list.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::view;

/// Items with the way to the next ones.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// The items of this page, in the order of the list.
    pub items: Vec<T>,
    /// Give this back as `cursor` for the next page; null on the last one. A short page is not the
    /// last one unless this is null.
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A page of the store in wire form.
    pub fn of<V>(page: view::Page<V>) -> Self
    where
        T: From<V>,
    {
        List { items: page.items.into_iter().map(T::from).collect(), next_cursor: page.next }
    }
}
