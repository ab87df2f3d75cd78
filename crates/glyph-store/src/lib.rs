//! Keeps imports, listings and their history in one SQLite file, and migrates old databases.
//!
//! All the SQL is here. Nothing is printed here, and the clock is an argument.

pub mod store;

pub mod history;
pub mod import;
pub mod listing;
pub mod reject;
pub mod rematch;
pub mod service;
pub mod standing;

pub mod error;
mod json;
mod offer;
mod time;

pub mod sqlite;

pub use error::StoreError;

/// The schema version that this program works with.
pub const SCHEMA_VERSION: &str = "1.8.0";
