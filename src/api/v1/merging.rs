//! Two of one kind that are one: what claims and actors share of being merged and split.

use std::fmt::Display;

use actix_web::HttpResponse;
use serde::Serialize;

use crate::api::problem::Problem;
use crate::app::App;
use crate::store::audit::Request;
use crate::store::{self, Connection, Error};

/// What is merged into another of its kind and split off again.
pub(super) trait Mergeable {
    /// What one is called.
    const NOUN: &'static str;
    type Id: Copy + Display + PartialEq + Send + Sync;
    type MergeId: Copy + Send + Sync;
    /// A merge as the store tells it.
    type View: Send;
    /// A merge on the wire.
    type Body: From<Self::View> + Serialize;

    /// Merges one into another, in a transaction.
    fn merge(
        connection: &mut Connection,
        id: Self::Id,
        into: Self::Id,
        request: Request<'_>,
    ) -> impl Future<Output = Result<Self::View, Error>> + Send;

    /// Undoes a merge, in a transaction.
    fn split(
        connection: &mut Connection,
        id: Self::Id,
        undone: Self::MergeId,
        request: Request<'_>,
    ) -> impl Future<Output = Result<Self::View, Error>> + Send;
}

/// Merges one into another.
pub(super) async fn merge<M: Mergeable>(
    app: &App,
    id: M::Id,
    into: M::Id,
    request: Request<'_>,
) -> Result<HttpResponse, Problem> {
    if into == id {
        return Err(Problem::field("/into", format!("is the {} itself", M::NOUN)));
    }
    let mut connection = app.pool.get().await?;
    let merged = store::transaction(&mut connection, async |connection| {
        M::merge(connection, id, into, request).await
    });
    answer::<M>(id, merged.await)
}

/// Undoes a merge.
pub(super) async fn split<M: Mergeable>(
    app: &App,
    id: M::Id,
    merge: M::MergeId,
    request: Request<'_>,
) -> Result<HttpResponse, Problem> {
    let mut connection = app.pool.get().await?;
    let undone = store::transaction(&mut connection, async |connection| {
        M::split(connection, id, merge, request).await
    });
    answer::<M>(id, undone.await)
}

fn answer<M: Mergeable>(id: M::Id, done: Result<M::View, Error>) -> Result<HttpResponse, Problem> {
    let done = done.map_err(|error| Problem::of_one(M::NOUN, id, error))?;
    Ok(HttpResponse::Ok().json(M::Body::from(done)))
}
