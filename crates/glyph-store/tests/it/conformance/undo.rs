//! Taking an import back: its rows go, its record stays.

use glyph_store::StoreError;
use glyph_store::import::ImportState;
use glyph_store::listing::{ListingFilter, ListingSort};
use glyph_store::store::Store;

use super::{MARKET, assert_sound, counts, csv, everything, listings, record, rejects, rows};
use crate::feed::import;

const LATER: &str = "2026-02-01T00:00:00Z";

pub(crate) fn an_undone_import_keeps_its_record_and_loses_its_rows(store: &mut dyn Store) {
    let before = import(store, "first", MARKET);
    let undone = store.undo_import("first", LATER).unwrap();
    assert_eq!(undone.state, ImportState::Undone);
    assert_eq!(undone.undone_at.as_deref(), Some(LATER));
    assert_eq!(counts(&undone), counts(&before));
    assert_eq!(record(store, "first"), undone);
    assert_eq!(store.list_imports().unwrap(), [undone]);
    assert_eq!(rows(store, Some("first")), []);
    assert_eq!(rejects(store, "first"), []);
    assert_eq!(listings(store, &everything()), []);
    assert_eq!(store.list_model_markets(None).unwrap(), []);
    assert_sound(store);
}

pub(crate) fn undoing_one_import_leaves_the_others(store: &mut dyn Store) {
    let other = csv(&[
        "NVIDIA RTX A4000 16GB,550.00,Used,3,Northwind,USA,https://north.example/a4000,tested",
        "NVIDIA L40S 48GB,7000,New,1,Northwind,USA,,",
        "Noctua NF-A12x25 120mm case fan,19.90,New,9,Northwind,USA,https://north.example/fan,",
        "NVIDIA L4 24GB,?,New,1,Northwind,USA,,",
    ]);
    import(store, "first", MARKET);
    import(store, "second", &other);
    let before = rows(store, Some("second"));
    assert!(before[0].title.is_some() && before[2].title.is_some());
    store.undo_import("first", LATER).unwrap();
    assert_eq!(rows(store, Some("second")), before);
    assert_sound(store);
    // The texts that the second import took over from the first serve a third one as well.
    import(store, "third", MARKET);
    store.undo_import("second", LATER).unwrap();
    let third = rows(store, Some("third"));
    assert_eq!(third.len(), 8);
    assert!(
        third
            .iter()
            .all(|row| row.outcome == "rejected" || row.title.is_some())
    );
    assert_sound(store);
}

pub(crate) fn an_import_is_undone_once(store: &mut dyn Store) {
    import(store, "first", MARKET);
    store.undo_import("first", LATER).unwrap();
    assert!(matches!(
        store.undo_import("first", "2026-03-01T00:00:00Z"),
        Err(StoreError::AlreadyUndone(id)) if id == "first"
    ));
    assert_eq!(record(store, "first").undone_at.as_deref(), Some(LATER));
}

pub(crate) fn only_imports_of_listings_are_undone(store: &mut dyn Store) {
    let registry = import(store, "first", MARKET).registry_version.unwrap();
    assert!(matches!(
        store.undo_import("second", LATER),
        Err(StoreError::ImportUnknown(id)) if id == "second"
    ));
    assert!(matches!(
        store.undo_import("fir", LATER),
        Err(StoreError::ImportUnknown(_))
    ));
    assert!(matches!(
        store.undo_import(&format!("registry-{registry}"), LATER),
        Err(StoreError::NotListings(_))
    ));
    assert_eq!(rows(store, Some("first")).len(), 8);
    assert_sound(store);
}

/// Whoever has kept the id of a listing never finds another one under it.
pub(crate) fn ids_of_listings_are_not_given_again(store: &mut dyn Store) {
    let ids = |store: &dyn Store| -> Vec<i64> {
        let filter = ListingFilter {
            sort: ListingSort::RowOrder,
            limit: 100,
            ..ListingFilter::default()
        };
        let listings = store.list_listings(&filter).unwrap();
        listings.iter().map(|listing| listing.id).collect()
    };
    import(store, "first", MARKET);
    let first = ids(store);
    store.undo_import("first", LATER).unwrap();
    import(store, "second", MARKET);
    let second = ids(store);
    assert_eq!(second.len(), first.len());
    assert!(
        second.iter().min() > first.iter().max(),
        "{first:?} {second:?}"
    );
    import(store, "third", &MARKET.replace("2000", "2001"));
    store.undo_import("second", LATER).unwrap();
    store.undo_import("third", LATER).unwrap();
    import(store, "fourth", &MARKET.replace("2000", "2002"));
    assert!(ids(store).iter().min() > second.iter().max());
    assert_eq!(store.check().unwrap().violations, []);
}
