//! The SQLite adapter.

pub mod connection;
pub mod migration;
pub mod schema;
