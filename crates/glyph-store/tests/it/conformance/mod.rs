//! What every adapter of the store must do, in the words of the port alone: each function takes a new, empty store.
//! An adapter's own file calls each of them (`sqlite_store.rs`).

pub(crate) mod check;
pub(crate) mod diff;
pub(crate) mod find_import;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod listing;
pub(crate) mod model_market;
pub(crate) mod rematch;
pub(crate) mod repair;
pub(crate) mod rescore;
pub(crate) mod row;
pub(crate) mod service;
pub(crate) mod standing;
pub(crate) mod story;
pub(crate) mod summary;
pub(crate) mod undo;

use std::ops::ControlFlow;

use glyph_store::import::ImportRecord;
use glyph_store::listing::{ListingFilter, ListingRecord, RowRecord};
use glyph_store::reject::RejectRecord;
use glyph_store::store::Store;

pub(crate) const HEADER: &str = "Title,Price,Condition,Quantity,Seller,Region,URL,Notes\n";

/// Eight rows with every outcome. By index: scored 0, 1, 4, 5, 6; unmatched 3; rejected 2 and 7.
pub(crate) const MARKET: &str = "\
Title,Price,Condition,Quantity,Seller,Region,URL,Notes
NVIDIA RTX A4000 16GB,600.00,Used,3,Northwind,USA,https://north.example/a4000,tested
NVIDIA L4 24GB,2400.00,New,1,Southwind,Germany,https://south.example/l4,
NVIDIA L40S 48GB,Call for price,New,1,Southwind,Germany,https://south.example/l40s,
Noctua NF-A12x25 120mm case fan,29.90,New,9,Northwind,USA,https://north.example/fan,
Lot of 4 NVIDIA RTX A4000 16GB,2000.00,Used,1,Eastwind,Japan,https://east.example/lot,
NVIDIA L4 24GB,EUR 1900.00,Used,2,Westwind,France,https://west.example/l4,\"two
lines\"
NVIDIA RTX A4000 16GB,700.00,New,5,Southwind,Germany,https://south.example/a4000,
,100.00,New,1,Northwind,USA,https://north.example/nothing,
";

/// The rejected rows of [`MARKET`], mended.
pub(crate) const MENDED: &str = "\
Title,Price,Condition,Quantity,Seller,Region,URL,Notes
NVIDIA L40S 48GB,7500.00,New,1,Southwind,Germany,https://south.example/l40s,
Empty box for NVIDIA L4,100.00,New,1,Northwind,USA,https://north.example/nothing,
";

/// A CSV text of the standard header and these rows.
fn csv(rows: &[&str]) -> String {
    let mut text = HEADER.to_owned();
    for row in rows {
        text.push_str(row);
        text.push('\n');
    }
    text
}

/// A filter that lets everything through.
fn everything() -> ListingFilter {
    ListingFilter {
        limit: 1000,
        ..ListingFilter::default()
    }
}

fn listings(store: &dyn Store, filter: &ListingFilter) -> Vec<ListingRecord> {
    store.list_listings(filter).unwrap()
}

/// The (import, index) pairs of an answer, in its order.
fn coordinates(listings: &[ListingRecord]) -> Vec<(&str, u64)> {
    listings
        .iter()
        .map(|listing| {
            (
                listing.import_id.as_deref().unwrap(),
                listing.import_index.unwrap(),
            )
        })
        .collect()
}

fn rows(store: &dyn Store, import_id: Option<&str>) -> Vec<RowRecord> {
    let mut rows = Vec::new();
    store
        .list_rows(import_id, &mut |row| {
            rows.push(row);
            ControlFlow::Continue(())
        })
        .unwrap();
    rows
}

fn rejects(store: &dyn Store, import_id: &str) -> Vec<RejectRecord> {
    let mut rejects = Vec::new();
    store
        .list_rejects(import_id, 0, &mut |reject| {
            rejects.push(reject);
            ControlFlow::Continue(())
        })
        .unwrap();
    rejects
}

/// Index and outcome of every row of an import, in the order of the answer.
fn outcomes(store: &dyn Store, import_id: &str) -> Vec<(u64, &'static str)> {
    rows(store, Some(import_id))
        .iter()
        .map(|row| (row.import_index.unwrap(), row.outcome))
        .collect()
}

fn record(store: &dyn Store, import_id: &str) -> ImportRecord {
    store.find_import(import_id).unwrap().unwrap()
}

/// Total, scored, unmatched and rejected rows as the record has them.
fn counts(record: &ImportRecord) -> [u64; 4] {
    [
        record.total_rows,
        record.scored_rows,
        record.unmatched_rows,
        record.rejected_rows,
    ]
    .map(Option::unwrap)
}

/// The database keeps the batch contract.
fn assert_sound(store: &dyn Store) {
    assert_eq!(store.check().unwrap().violations, []);
}

/// Everything that readers can see: two states that compare equal are the same database.
fn seen(store: &dyn Store) -> (Vec<ImportRecord>, Vec<RowRecord>, Vec<ListingRecord>) {
    (
        store.list_imports().unwrap(),
        rows(store, None),
        listings(store, &everything()),
    )
}
