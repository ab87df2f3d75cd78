//! Tests of the store through its boundary: real database files, made as the old program or this one makes them.

#![expect(clippy::unwrap_used, reason = "a test stops where its set-up fails")]

mod feed;

mod conformance;
mod listing_segments;
mod sqlite_check;
mod sqlite_store;
mod sqlite_text;
mod sqlite_view;

mod schema_document;

mod kill;
mod migrate_back;
mod migrate_refusals;
mod migrate_up;
mod new_database;
mod old;
mod plan_and_backup;
