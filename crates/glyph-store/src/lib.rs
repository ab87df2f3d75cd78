//! Keeps imports, listings and their history in one SQLite file, and migrates old databases.
//!
//! All the SQL is here. Nothing is printed here, and the clock is an argument.

pub mod error;
pub mod sqlite;
