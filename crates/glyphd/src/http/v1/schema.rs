//! The database's version and history.

use axum::Json;
use axum::extract::State;
use glyph_store::sqlite::migration::{self, Version};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::context::Context;
use crate::http::database::blocking;
use crate::http::parameters::{Nothing, Query};
use crate::http::problem::{Problem, ProblemBody};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Schema {
    /// What the database is, by its tables.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    /// What this program works with.
    program_version: String,
    needs_migration: bool,
    /// The versions that a migration would bring the database to, one after the other.
    pending: Vec<String>,
    history: Vec<Applied>,
    bytes: u64,
}

/// A version that the database was brought to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Applied {
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    applied_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// Say which schema the database has, and how it came to it.
#[utoipa::path(
    get, path = "/schema", tag = "service", operation_id = "show_schema",
    responses(
        (status = 200, description = "The schema", body = Schema),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn show(
    State(context): State<Context>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Schema>, Problem> {
    let path = context.database.path().to_owned();
    let outline = blocking(move || Ok(migration::outline(&path)?)).await?;
    Ok(Json(Schema {
        version: outline.version.map(|version| version.to_string()),
        program_version: Version::CURRENT.to_string(),
        pending: Version::ALL
            .into_iter()
            .filter(|version| outline.version.is_some_and(|now| *version > now))
            .map(|version| version.to_string())
            .collect(),
        needs_migration: outline.version.is_some_and(|now| now != Version::CURRENT),
        history: outline
            .history
            .into_iter()
            .map(|applied| Applied {
                version: applied.version,
                applied_at: applied.applied_at,
                description: applied.description,
            })
            .collect(),
        bytes: outline.bytes,
    }))
}

/// The versions that a database can have.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Versions {
    supported: Vec<String>,
    current: String,
}

/// List the schema versions that this program can bring a database to.
#[utoipa::path(
    get, path = "/schema/versions", tag = "service", operation_id = "list_schema_versions",
    responses(
        (status = 200, description = "The versions", body = Versions),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn versions(Query(Nothing {}): Query<Nothing>) -> Result<Json<Versions>, Problem> {
    Ok(Json(Versions {
        supported: Version::ALL.iter().map(Version::to_string).collect(),
        current: Version::CURRENT.to_string(),
    }))
}
