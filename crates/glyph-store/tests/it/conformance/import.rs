//! An import: whole or not at all, and once.

use glyph_store::StoreError;
use glyph_store::import::{CommitOutcome, ImportState};
use glyph_store::store::Store;

use super::{
    MARKET, assert_sound, coordinates, counts, csv, everything, listings, outcomes, record, rows,
    seen,
};
use crate::feed::{Feed, IMPORTED_AT, import};

pub(crate) fn an_import_is_kept_whole(store: &mut dyn Store) {
    let answered = import(store, "first", MARKET);
    let stored = record(store, "first");
    assert_eq!(answered, stored);
    assert_eq!(stored.state, ImportState::Done);
    assert_eq!(stored.imported_at, IMPORTED_AT);
    assert_eq!(stored.undone_at, None);
    assert_eq!(counts(&stored), [8, 5, 1, 2]);
    assert_eq!(stored.record_count, Some(6));
    assert_eq!(stored.source_name.as_deref(), Some("offers.csv"));
    assert_eq!(stored.source_format.as_deref(), Some("csv"));
    assert_eq!(stored.source_bytes, Some(MARKET.len() as u64));
    assert_eq!(
        stored.source_header.as_deref(),
        Some(super::HEADER.as_bytes())
    );
    assert_eq!(store.list_imports().unwrap(), [stored]);
    assert_eq!(
        coordinates(&listings(store, &everything())).len(),
        5,
        "the scored rows are the listings"
    );
    assert_sound(store);
}

/// `reader` is a second way into the same database.
pub(crate) fn an_import_is_invisible_until_commit(store: &mut dyn Store, reader: &dyn Store) {
    import(store, "first", MARKET);
    let before = seen(reader);
    let text = csv(&["NVIDIA L40S 48GB,7000,New,1,Northwind,USA,,"]);
    let feed = Feed::new("second", &text);
    let (writer, ended) = feed.start(store).unwrap();
    assert_eq!(seen(reader), before);
    assert!(reader.find_import("second").unwrap().is_none());
    writer.commit(&ended.finished(&feed)).unwrap();
    assert_eq!(rows(reader, Some("second")).len(), 1);
    assert_sound(reader);
}

pub(crate) fn a_dropped_import_leaves_nothing(store: &mut dyn Store) {
    let before = seen(store);
    let (writer, _) = Feed::new("first", MARKET).start(store).unwrap();
    drop(writer);
    assert_eq!(seen(store), before);
    assert!(!store.has_source_of_size(MARKET.len() as u64).unwrap());
    assert_sound(store);
    import(store, "first", MARKET);
    assert_sound(store);
}

pub(crate) fn a_discarded_import_leaves_nothing(store: &mut dyn Store) {
    import(store, "first", MARKET);
    let before = seen(store);
    let text = csv(&["NVIDIA L40S 48GB,7000,New,1,Northwind,USA,,"]);
    let (writer, ended) = Feed::new("second", &text).start(store).unwrap();
    assert_eq!(ended.counts.scored, 1);
    writer.discard().unwrap();
    assert_eq!(seen(store), before);
    assert_sound(store);
}

pub(crate) fn the_same_source_with_the_same_options_is_one_import(store: &mut dyn Store) {
    let first = import(store, "first", MARKET);
    let before = seen(store);
    let again = Feed::new("second", MARKET).commit(store).unwrap();
    assert_eq!(again, CommitOutcome::Duplicate(Box::new(first.clone())));
    assert_eq!(seen(store), before);
    assert_eq!(store.find_import_by_key(MARKET).unwrap(), Some(first));
    assert_eq!(store.find_import_by_key("another").unwrap(), None);
}

pub(crate) fn a_forced_import_stands_beside_the_first(store: &mut dyn Store) {
    let first = import(store, "first", MARKET);
    let forced = Feed {
        forced: true,
        ..Feed::new("second", MARKET)
    };
    let CommitOutcome::Imported(second) = forced.commit(store).unwrap() else {
        panic!("a forced import is made");
    };
    assert_eq!(second.import_id, "second");
    assert_eq!(outcomes(store, "first"), outcomes(store, "second"));
    assert_eq!(
        Feed::new("third", MARKET).commit(store).unwrap(),
        CommitOutcome::Duplicate(Box::new(first)),
        "an unforced one still answers with the first"
    );
    assert_sound(store);
}

pub(crate) fn an_undone_source_can_be_imported_again(store: &mut dyn Store) {
    import(store, "first", MARKET);
    store.undo_import("first", IMPORTED_AT).unwrap();
    assert_eq!(store.find_import_by_key(MARKET).unwrap(), None);
    assert!(!store.has_source_of_size(MARKET.len() as u64).unwrap());
    import(store, "second", MARKET);
    assert_eq!(outcomes(store, "second").len(), 8);
    assert_sound(store);
}

pub(crate) fn sources_are_found_by_size(store: &mut dyn Store) {
    let size = MARKET.len() as u64;
    assert!(!store.has_source_of_size(size).unwrap());
    import(store, "first", MARKET);
    assert!(store.has_source_of_size(size).unwrap());
    assert!(!store.has_source_of_size(size + 1).unwrap());
}

pub(crate) fn an_id_in_use_is_refused(store: &mut dyn Store) {
    import(store, "first", MARKET);
    let before = seen(store);
    let text = csv(&["NVIDIA L40S 48GB,7000,New,1,Northwind,USA,,"]);
    let refused = Feed::new("first", &text).commit(store);
    assert!(matches!(refused, Err(StoreError::ImportIdTaken(_))));
    assert_eq!(seen(store), before);
}

pub(crate) fn an_empty_source_is_an_import_of_no_rows(store: &mut dyn Store) {
    let record = import(store, "first", super::HEADER);
    assert_eq!(counts(&record), [0, 0, 0, 0]);
    assert_eq!(rows(store, Some("first")), []);
    assert_sound(store);
}
