//! Naming an import: by its id, by a prefix that only it has, or as `last`.

use glyph_store::StoreError;
use glyph_store::store::Store;

use super::{MARKET, csv};
use crate::feed::{IMPORTED_AT, import};

fn found(store: &dyn Store, wanted: &str) -> Option<String> {
    store
        .find_import(wanted)
        .unwrap()
        .map(|record| record.import_id)
}

fn import_price(store: &mut dyn Store, import_id: &str, price: u32) {
    let row = format!("NVIDIA L4 24GB,{price},New,1,Northwind,USA,,");
    import(store, import_id, &csv(&[&row]));
}

pub(crate) fn an_empty_store_has_no_imports(store: &mut dyn Store) {
    assert_eq!(store.list_imports().unwrap(), []);
    for wanted in ["last", "", "a"] {
        assert_eq!(found(store, wanted), None, "`{wanted}`");
    }
}

pub(crate) fn an_import_is_found_by_id_and_by_its_own_prefix(store: &mut dyn Store) {
    for (price, import_id) in ["06a1b", "06a1c", "06b", "06"].into_iter().enumerate() {
        import_price(store, import_id, price as u32 + 1000);
    }
    for (wanted, import_id) in [
        ("06a1b", "06a1b"),
        ("06b", "06b"),
        ("06a1c", "06a1c"),
        // An id that begins others is still an id.
        ("06", "06"),
    ] {
        assert_eq!(found(store, wanted).as_deref(), Some(import_id));
    }
    import_price(store, "17xyz", 2000);
    assert_eq!(found(store, "17").as_deref(), Some("17xyz"));
    for unknown in ["", "17xyzz", "6", "7xyz", "%", "_6a1b", "06A1B"] {
        assert_eq!(found(store, unknown), None, "`{unknown}`");
    }
}

pub(crate) fn a_prefix_of_several_imports_is_refused(store: &mut dyn Store) {
    import_price(store, "06a1b", 1000);
    import_price(store, "06a1c", 1001);
    let Err(StoreError::ImportAmbiguous { wanted, matching }) = store.find_import("06a") else {
        panic!("`06a` begins two ids");
    };
    assert_eq!(wanted, "06a");
    assert_eq!(matching, ["06a1b", "06a1c"]);
}

/// The newest by arrival, not by id, and never an undone one or a registry.
pub(crate) fn last_is_the_newest_import_in_force(store: &mut dyn Store) {
    import(store, "zebra", MARKET);
    assert_eq!(found(store, "last").as_deref(), Some("zebra"));
    import_price(store, "aurochs", 1000);
    assert_eq!(found(store, "last").as_deref(), Some("aurochs"));
    store.undo_import("aurochs", IMPORTED_AT).unwrap();
    assert_eq!(found(store, "last").as_deref(), Some("zebra"));
    store.undo_import("zebra", IMPORTED_AT).unwrap();
    assert_eq!(found(store, "last"), None);
    assert_eq!(found(store, "zeb").as_deref(), Some("zebra"));
}

pub(crate) fn an_old_id_may_be_any_text(store: &mut dyn Store) {
    for (price, import_id) in ["2025-07-30 dealer / août", "last", "'; --"]
        .into_iter()
        .enumerate()
    {
        import_price(store, import_id, price as u32 + 1000);
        assert_eq!(found(store, import_id).as_deref(), Some(import_id));
    }
    assert_eq!(
        found(store, "2025-07-30 dealer / ao").as_deref(),
        Some("2025-07-30 dealer / août")
    );
}

pub(crate) fn imports_are_listed_oldest_first_without_the_registry(store: &mut dyn Store) {
    import_price(store, "zebra", 1000);
    import_price(store, "aurochs", 1001);
    store.undo_import("zebra", IMPORTED_AT).unwrap();
    let ids: Vec<String> = store
        .list_imports()
        .unwrap()
        .into_iter()
        .map(|record| record.import_id)
        .collect();
    assert_eq!(ids, ["zebra", "aurochs"]);
}
