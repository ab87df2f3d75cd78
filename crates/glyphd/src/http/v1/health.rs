//! Whether the server lives, and whether it can do its work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use glyph_store::sqlite::SqliteStore;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::context::Context;
use crate::http::database::blocking;

/// Bytes that must be free beside the database.
const LEAST_FREE_BYTES: u64 = 64 << 20;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    status: &'static str,
}

/// The server lives.
#[utoipa::path(get, path = "/healthz", tag = "service", operation_id = "check_alive", responses((status = 200, description = "It lives", body = Health)))]
pub(crate) async fn live() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// What the server needs to do its work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    ready: bool,
    /// The database is there, of the version that this program works with, and can be written.
    database: bool,
    /// There is room on the disk.
    disk: bool,
}

/// The server can do its work.
#[utoipa::path(
    get, path = "/readyz", tag = "service", operation_id = "check_ready",
    responses(
        (status = 200, description = "It can", body = Readiness),
        (status = 503, description = "It cannot", body = Readiness),
    )
)]
pub(crate) async fn ready(State(context): State<Context>) -> (StatusCode, Json<Readiness>) {
    let path = context.database.path().to_owned();
    let folder = context.database.folder().to_owned();
    let found = blocking(move || {
        let database = SqliteStore::open(&path).is_ok_and(|store| store.is_writable());
        let disk = fs4::available_space(folder).is_ok_and(|bytes| bytes >= LEAST_FREE_BYTES);
        Ok((database, disk))
    })
    .await;
    let (database, disk) = found.unwrap_or_default();
    let ready = database && disk;
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (
        status,
        Json(Readiness {
            ready,
            database,
            disk,
        }),
    )
}
