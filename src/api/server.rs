//! The HTTP server around the routes.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App as Service, HttpServer, web};
use utoipa_actix_web::AppExt;

use super::layers::{Boundary, around};
use super::openapi::{Described, routes, unrouted};
use crate::app::App;

/// How long requests under way may take once the server is told to stop.
pub const STOP_TIME: Duration = Duration::from_secs(5);

/// Serves `app` on `listener` until the server is told to stop through its handle.
///
/// # Errors
/// The listener cannot be used.
pub fn server(listener: TcpListener, app: Arc<App>) -> io::Result<Server> {
    let boundary = web::Data::new(Boundary { loopback: listener.local_addr()?.ip().is_loopback() });
    let described = web::Data::new(Described::new().map_err(io::Error::other)?);
    let app = web::Data::from(app);
    let server = HttpServer::new(move || {
        Service::new()
            .app_data(app.clone())
            .app_data(boundary.clone())
            .app_data(described.clone())
            .wrap(from_fn(around))
            .into_utoipa_app()
            .configure(routes)
            .into_app()
            .default_service(web::to(unrouted))
    })
    .listen(listener)?
    .client_request_timeout(Duration::from_secs(10))
    .shutdown_timeout(STOP_TIME.as_secs())
    .disable_signals()
    .run();
    Ok(server)
}
