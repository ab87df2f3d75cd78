//! Two imports beside each other: what is the same, what costs another price, what came and what went.

use glyph_store::import::ImportDiff;
use glyph_store::listing::ListingRecord;
use glyph_store::store::Store;

use super::{MARKET, csv};
use crate::feed::{Feed, import};

fn titles(listings: &[ListingRecord]) -> Vec<&str> {
    listings
        .iter()
        .map(|listing| listing.title.as_deref().unwrap())
        .collect()
}

/// Old index, new index, old price and new price of each change.
fn changes(diff: &ImportDiff) -> Vec<(u64, u64, f64, f64)> {
    diff.price_changes
        .iter()
        .map(|change| {
            (
                change.old_index.unwrap(),
                change.new_index.unwrap(),
                change.old_price,
                change.new_price,
            )
        })
        .collect()
}

fn diff(store: &dyn Store) -> ImportDiff {
    store.diff_imports("old", "new", usize::MAX).unwrap()
}

pub(crate) fn an_import_does_not_differ_from_itself(store: &mut dyn Store) {
    import(store, "old", MARKET);
    let forced = Feed {
        forced: true,
        ..Feed::new("new", MARKET)
    };
    forced.commit(store).unwrap();
    assert_eq!(
        diff(store),
        ImportDiff {
            old_import: "old".to_owned(),
            new_import: "new".to_owned(),
            unchanged: 5,
            ..ImportDiff::default()
        }
    );
}

pub(crate) fn a_difference_is_a_price_an_arrival_or_a_departure(store: &mut dyn Store) {
    import(
        store,
        "old",
        &csv(&[
            "NVIDIA L4 24GB,2000,New,1,Northwind,USA,https://north.example/l4,",
            "NVIDIA L40S 48GB,7000,New,1,Northwind,USA,https://north.example/l40s,",
            "NVIDIA RTX A4000 16GB,600,Used,1,Southwind,Germany,,",
        ]),
    );
    import(
        store,
        "new",
        &csv(&[
            "NVIDIA RTX A5000 24GB,1200,Used,1,Southwind,Germany,,",
            "NVIDIA L40S 48GB,7000,New,1,Northwind,USA,https://north.example/l40s,",
            "NVIDIA L4 24GB,1900,New,1,Northwind,USA,https://north.example/l4,",
        ]),
    );
    let diff = diff(store);
    assert_eq!(diff.unchanged, 1);
    assert_eq!(changes(&diff), [(0, 2, 2000.0, 1900.0)]);
    assert_eq!(
        diff.price_changes[0].title.as_deref(),
        Some("NVIDIA L4 24GB")
    );
    assert_eq!(diff.price_changes[0].seller.as_deref(), Some("Northwind"));
    assert_eq!(diff.price_changes[0].canonical_model, "L4");
    assert_eq!(titles(&diff.gone), ["NVIDIA RTX A4000 16GB"]);
    assert_eq!(titles(&diff.appeared), ["NVIDIA RTX A5000 24GB"]);
}

/// Another seller, condition, region or address is another offer.
pub(crate) fn offers_are_the_same_by_all_their_texts(store: &mut dyn Store) {
    import(
        store,
        "old",
        &csv(&["NVIDIA L4 24GB,2000,New,1,Northwind,USA,https://north.example/l4,"]),
    );
    import(
        store,
        "new",
        &csv(&[
            "NVIDIA L4 24GB,2000,New,1,Southwind,USA,https://north.example/l4,",
            "NVIDIA L4 24GB,2000,Used,1,Northwind,USA,https://north.example/l4,",
            "NVIDIA L4 24GB,2000,New,1,Northwind,Germany,https://north.example/l4,",
            "NVIDIA L4 24GB,2000,New,1,Northwind,USA,https://north.example/l4-b,",
            "NVIDIA L4 24GB,2000,New,1,Northwind,USA,,",
        ]),
    );
    let diff = diff(store);
    assert_eq!((diff.unchanged, diff.price_changes.len()), (0, 0));
    assert_eq!((diff.gone.len(), diff.appeared.len()), (1, 5));
}

/// A catalogue that lists one offer several times may list it in any order.
pub(crate) fn offers_that_are_listed_twice_are_paired_by_price(store: &mut dyn Store) {
    let of = |prices: &[u32]| {
        let rows: Vec<String> = prices
            .iter()
            .map(|price| format!("NVIDIA L4 24GB,{price},New,1,Northwind,USA,,"))
            .collect();
        csv(&rows.iter().map(String::as_str).collect::<Vec<_>>())
    };
    import(store, "old", &of(&[2000, 2100, 2200, 2300]));
    import(store, "new", &of(&[2300, 2200, 2150, 2000]));
    let between = diff(store);
    assert_eq!(between.unchanged, 3);
    assert_eq!(changes(&between), [(1, 2, 2100.0, 2150.0)]);
    import(store, "fewer", &of(&[2200, 2300]));
    let diff = store.diff_imports("old", "fewer", usize::MAX).unwrap();
    assert_eq!((diff.unchanged, diff.price_changes.len()), (2, 0));
    let gone: Vec<f64> = diff.gone.iter().map(|listing| listing.price).collect();
    assert_eq!(gone, [2000.0, 2100.0]);
}

pub(crate) fn nothing_differs_wholly_from_something(store: &mut dyn Store) {
    import(store, "old", MARKET);
    import(store, "new", super::HEADER);
    assert_eq!(diff(store).gone.len(), 5);
    let backwards = store.diff_imports("new", "old", usize::MAX).unwrap();
    assert_eq!(backwards.appeared.len(), 5);
    assert_eq!(backwards.gone, []);
}
