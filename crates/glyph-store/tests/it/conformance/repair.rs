//! A repair: mended rows fill the places of the rejected ones, all of them or none.

use glyph_core::registry::Registry;
use glyph_store::StoreError;
use glyph_store::import::NewRepair;
use glyph_store::store::Store;

use super::{MARKET, MENDED, assert_sound, counts, csv, outcomes, record, rejects, rows, seen};
use crate::feed::{IMPORTED_AT, import, repair};

pub(crate) fn a_repair_fills_the_places_of_the_rejected_rows(store: &mut dyn Store) {
    import(store, "first", MARKET);
    let repaired = repair(store, "first", MENDED).unwrap();
    assert_eq!(repaired.import_id, "first");
    assert_eq!(
        [
            repaired.rows,
            repaired.scored,
            repaired.unmatched,
            repaired.still_rejected
        ],
        [2, 1, 1, 0]
    );
    assert_eq!(
        outcomes(store, "first"),
        [
            (0, "scored"),
            (1, "scored"),
            (2, "scored"),
            (3, "unmatched"),
            (4, "scored"),
            (5, "scored"),
            (6, "scored"),
            (7, "unmatched"),
        ]
    );
    let rows = rows(store, Some("first"));
    assert_eq!(rows[2].price, Some(7500.0));
    assert_eq!(rows[7].title.as_deref(), Some("Empty box for NVIDIA L4"));
    assert_eq!(rejects(store, "first"), []);
    let record = record(store, "first");
    assert_eq!(counts(&record), [8, 6, 2, 0]);
    assert_eq!(record.record_count, Some(8));
    assert_eq!(record.errors_by_code.as_deref(), Some("{}"));
    assert_sound(store);
}

/// A repaired import holds what an import of the right file would hold.
pub(crate) fn a_repaired_row_is_as_if_it_had_been_right_at_once(store: &mut dyn Store) {
    let wrong = csv(&[
        "NVIDIA L4 24GB,2000,New,1,Northwind,USA,,",
        "NVIDIA L40S 48GB,?,Used,4,Southwind,Germany,https://south.example/l40s,boxed",
        "NVIDIA RTX A4000 16GB,600,New,1,Northwind,USA,,",
    ]);
    let row = "NVIDIA L40S 48GB,7000 EUR,Used,4,Southwind,Germany,https://south.example/l40s,boxed";
    let right = csv(&[
        "NVIDIA L4 24GB,2000,New,1,Northwind,USA,,",
        row,
        "NVIDIA RTX A4000 16GB,600,New,1,Northwind,USA,,",
    ]);
    import(store, "wrong", &wrong);
    repair(store, "wrong", &csv(&[row])).unwrap();
    import(store, "right", &right);
    let without_import = |import_id| {
        let mut rows = rows(store, Some(import_id));
        for row in &mut rows {
            row.import_id = None;
        }
        rows
    };
    assert_eq!(without_import("wrong"), without_import("right"));
}

pub(crate) fn a_row_that_is_still_wrong_stays_as_it_came(store: &mut dyn Store) {
    import(store, "first", MARKET);
    let before = rejects(store, "first");
    let repaired = repair(
        store,
        "first",
        &csv(&[
            "NVIDIA L40S 48GB,nothing yet,New,1,Southwind,Germany,,",
            "NVIDIA L4 24GB,100.00,New,1,Northwind,USA,,",
        ]),
    )
    .unwrap();
    assert_eq!(
        [repaired.scored, repaired.unmatched, repaired.still_rejected],
        [1, 0, 1]
    );
    assert_eq!(rejects(store, "first"), before[..1]);
    let after = record(store, "first");
    assert_eq!(counts(&after), [8, 6, 1, 1]);
    assert_eq!(
        after.errors_by_code.as_deref(),
        Some(r#"{"price_on_request":1}"#)
    );
    assert_sound(store);
    // What is left can be mended later.
    let rest = csv(&["NVIDIA L40S 48GB,7500.00,New,1,Southwind,Germany,,"]);
    repair(store, "first", &rest).unwrap();
    assert_eq!(counts(&record(store, "first")), [8, 7, 1, 0]);
    assert_eq!(outcomes(store, "first")[2], (2, "scored"));
    assert_sound(store);
}

pub(crate) fn a_repair_of_another_number_of_rows_is_refused(store: &mut dyn Store) {
    import(store, "first", MARKET);
    let before = seen(store);
    let row = "NVIDIA L40S 48GB,7500.00,New,1,Southwind,Germany,,";
    for rows in [0, 1, 3] {
        let refused = repair(store, "first", &csv(&vec![row; rows]));
        assert!(
            matches!(
                refused,
                Err(StoreError::RepairRowCount { rejected: 2, came, .. }) if came == rows as u64
            ),
            "{rows} rows: {refused:?}"
        );
        assert_eq!(seen(store), before);
    }
    assert_sound(store);
}

pub(crate) fn only_imports_in_force_with_rejected_rows_are_repaired(store: &mut dyn Store) {
    let registry = import(store, "first", MARKET).registry_version.unwrap();
    assert!(matches!(
        repair(store, "second", MENDED),
        Err(StoreError::ImportUnknown(id)) if id == "second"
    ));
    assert!(matches!(
        repair(store, &format!("registry-{registry}"), MENDED),
        Err(StoreError::NotListings(_))
    ));
    repair(store, "first", MENDED).unwrap();
    assert!(matches!(
        repair(store, "first", MENDED),
        Err(StoreError::NothingToRepair(id)) if id == "first"
    ));
    store.undo_import("first", IMPORTED_AT).unwrap();
    assert!(matches!(
        repair(store, "first", MENDED),
        Err(StoreError::AlreadyUndone(id)) if id == "first"
    ));
}

/// `reader` is a second way into the same database.
pub(crate) fn a_repair_is_invisible_until_commit_and_gone_when_dropped(
    store: &mut dyn Store,
    reader: &dyn Store,
) {
    import(store, "first", MARKET);
    let before = seen(reader);
    let writer = store
        .start_repair(&NewRepair {
            import_id: "first",
            repaired_at: IMPORTED_AT,
            seen_at: IMPORTED_AT,
            source_name: "mended.csv",
            registry: Registry::embedded(),
        })
        .unwrap();
    assert_eq!(seen(reader), before);
    drop(writer);
    assert_eq!(seen(reader), before);
    repair(store, "first", MENDED).unwrap();
    assert_eq!(rejects(reader, "first"), []);
}

pub(crate) fn an_undone_import_takes_its_repaired_rows_along(store: &mut dyn Store) {
    import(store, "first", MARKET);
    import(
        store,
        "second",
        &csv(&["NVIDIA L40S 48GB,7500.00,New,1,Southwind,Germany,https://south.example/l40s,"]),
    );
    repair(store, "first", MENDED).unwrap();
    let before = rows(store, Some("second"));
    let undone = store.undo_import("first", IMPORTED_AT).unwrap();
    assert_eq!(counts(&undone), [8, 6, 2, 0]);
    assert_eq!(rows(store, None), before);
    assert_sound(store);
}
