//! The SQLite adapter of the [`crate::store::Store`] port: a file a noun.

pub mod connection;
pub mod migration;
pub mod schema;
mod store;

mod binder;
mod dictionary;
mod error_kind;
mod import;
mod import_record;
mod registry;
mod row_writer;
mod transaction;

mod listing;
mod model_history;
mod offer_change;
mod offer_history;
mod offer_key;
mod price_move;
mod row;
mod segment;
mod source_import;
mod standing;
mod summary;
mod title;

mod check;
mod rematch;
mod repair;
mod rescore;
mod undo;

mod job;
mod token;

#[cfg(test)]
mod plans;

use glyph_core::money::{Currency, Money};
pub use store::SqliteStore;

/// An amount in minor units of a stored currency; of US dollars where none is stored.
fn money(minor: i64, currency: Option<&str>) -> Money {
    let currency = currency.and_then(Currency::parse).unwrap_or(Currency::USD);
    Money { minor, currency }
}

/// The text of such an amount.
fn decimal_text(minor: i64, currency: Option<&str>) -> String {
    money(minor, currency).decimal_text()
}
