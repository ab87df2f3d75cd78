//! The interface under `/api/v1`, a file a noun.

#![allow(
    clippy::struct_field_names,
    reason = "the fields have the names that clients and the database know them by"
)]

pub(crate) mod deltas;
pub(crate) mod given;
pub(crate) mod health;
pub(crate) mod import_changes;
pub(crate) mod import_query;
pub(crate) mod import_rows;
pub(crate) mod imports;
pub(crate) mod jobs;
pub(crate) mod listings;
pub(crate) mod models;
pub(crate) mod report;
pub(crate) mod rows_file;
pub(crate) mod schema;
pub(crate) mod shapes;
mod table_file;
pub(crate) mod titles;
pub(crate) mod upload;
