//! Matching stored rows again.

use glyph_core::matching::Matcher;
use glyph_core::pipeline::Rejudge;
use glyph_core::registry::{Registry, RegistryFile};
use glyph_core::score::Profile;
use glyph_store::StoreError;
use glyph_store::listing::ListingFilter;
use glyph_store::rematch::{NewRematch, RematchChange, RematchRecord};
use glyph_store::store::Store;

use super::{MARKET, assert_sound, counts, csv, outcomes, record, rows, seen};
use crate::feed::{import, repair};

/// A registry that knows a card which the built-in one does not, and another power of the L4.
fn newer_registry() -> Registry {
    let text = "canonical_model,model,product,vendor,family,memory_gb,memory_bandwidth_gb_s,tdp_w,sources\n\
                RTX_9999,GeForce RTX 9999,GeForce RTX 9999,nvidia,GeForce,96,3000,500,*=given\n\
                L4,,,,,,,40,\n";
    Registry::embedded()
        .with_models(RegistryFile {
            name: "newer.csv",
            text,
        })
        .unwrap()
}

fn rematch(
    store: &mut dyn Store,
    registry: &Registry,
    imports: &[&str],
    keep: bool,
) -> Result<(Vec<RematchRecord>, Vec<RematchChange>), StoreError> {
    let matcher = Matcher::new(registry);
    let mut judge = Rejudge::new(registry, &matcher);
    let imports: Vec<(String, Profile)> = imports
        .iter()
        .map(|id| ((*id).to_owned(), Profile::inference()))
        .collect();
    let mut changes = Vec::new();
    let records = store.rematch_imports(
        &NewRematch {
            imports: &imports,
            rematched_at: "2026-02-01T00:00:00Z",
            program_version: "0.0.0",
            keep,
        },
        &mut judge,
        &mut |change| changes.push(change.clone()),
    )?;
    Ok((records, changes))
}

/// By index: scored 0 and 3, unmatched 1 and 2.
fn early() -> String {
    csv(&[
        "NVIDIA L4 24GB,2000,New,1,Northwind,USA,,",
        "NVIDIA GeForce RTX 9999 96GB graphics card,4000,New,1,Northwind,USA,,",
        "Noctua 120mm case fan,20,New,1,Northwind,USA,,",
        "Lot of 4 NVIDIA RTX A4000 16GB,2000,Used,1,Eastwind,Japan,,",
    ])
}

pub(crate) fn the_same_registry_and_matcher_change_nothing(store: &mut dyn Store) {
    import(store, "first", MARKET);
    let before = seen(store);
    let (records, changes) = rematch(store, Registry::embedded(), &["first"], true).unwrap();
    assert_eq!(changes, []);
    assert_eq!(
        (records[0].rows, records[0].changed, records[0].rescored),
        (6, 0, 0)
    );
    assert_eq!(seen(store), before);
    assert_sound(store);
}

pub(crate) fn a_newer_registry_moves_the_rows_that_it_knows_now(store: &mut dyn Store) {
    import(store, "first", &early());
    let ids = |store: &dyn Store| -> Vec<Option<f64>> {
        rows(store, Some("first"))
            .iter()
            .map(|row| row.price)
            .collect()
    };
    let prices = ids(store);
    let registry = newer_registry();
    let (records, changes) = rematch(store, &registry, &["first"], true).unwrap();
    assert_eq!(
        outcomes(store, "first"),
        [
            (0, "scored"),
            (1, "scored"),
            (2, "unmatched"),
            (3, "scored")
        ]
    );
    assert_eq!(ids(store), prices);
    let [change] = changes.as_slice() else {
        panic!("{changes:?}");
    };
    assert_eq!(
        (
            change.import_index,
            change.old.outcome,
            change.old.detail.as_str()
        ),
        (1, "unmatched", "unknown_model")
    );
    assert_eq!(
        (change.new.outcome, change.new.detail.as_str()),
        ("scored", "RTX_9999")
    );
    assert_eq!((records[0].changed, records[0].rescored), (1, 1));
    let record = record(store, "first");
    assert_eq!(counts(&record), [4, 3, 1, 0]);
    assert_eq!(record.registry_version.as_deref(), Some(registry.version()));
    assert_sound(store);
    // And back: the card is unknown again, and everything else is as it was.
    let all_ids = |store: &dyn Store| -> Vec<i64> {
        let filter = ListingFilter {
            limit: 100,
            ..ListingFilter::default()
        };
        let listings = store.list_listings(&filter).unwrap();
        listings.iter().map(|listing| listing.id).collect()
    };
    let before = all_ids(store);
    rematch(store, Registry::embedded(), &["first"], true).unwrap();
    assert_eq!(counts(&self::record(store, "first")), [4, 2, 2, 0]);
    assert_sound(store);
    // The id of the row that went is given to no other.
    let kept = all_ids(store);
    assert_eq!(kept.len() + 1, before.len());
    import(store, "second", MARKET);
    let added = all_ids(store);
    let again = before
        .iter()
        .filter(|id| !kept.contains(id) && added.contains(id));
    assert_eq!(again.count(), 0, "{before:?} {added:?}");
}

pub(crate) fn a_dry_run_tells_the_changes_and_makes_none(store: &mut dyn Store) {
    import(store, "first", &early());
    let before = seen(store);
    let (records, changes) = rematch(store, &newer_registry(), &["first"], false).unwrap();
    assert_eq!((records[0].changed, changes.len()), (1, 1));
    assert_eq!(seen(store), before);
    assert_sound(store);
}

pub(crate) fn texts_survive_the_undo_of_the_import_that_brought_them(store: &mut dyn Store) {
    import(store, "first", &early());
    let mut later = early();
    later.push_str("NVIDIA A40 48GB,3000,New,1,Northwind,USA,,\n");
    import(store, "second", &later);
    let registry = newer_registry();
    // The second brings the texts of the new match; then the first comes to use them.
    rematch(store, &registry, &["second"], true).unwrap();
    rematch(store, &registry, &["first"], true).unwrap();
    store.undo_import("second", "2026-03-01T00:00:00Z").unwrap();
    assert_sound(store);
    assert!(
        rows(store, Some("first"))
            .iter()
            .all(|row| row.title.is_some())
    );
}

pub(crate) fn a_rematched_import_can_be_repaired_and_undone(store: &mut dyn Store) {
    import(store, "first", MARKET);
    rematch(store, &newer_registry(), &["first"], true).unwrap();
    repair(store, "first", super::MENDED).unwrap();
    assert_eq!(counts(&record(store, "first")), [8, 6, 2, 0]);
    assert_sound(store);
    store.undo_import("first", "2026-03-01T00:00:00Z").unwrap();
    assert_sound(store);
    let again = rematch(store, &newer_registry(), &["first"], true);
    assert!(matches!(again, Err(StoreError::AlreadyUndone(id)) if id == "first"));
}

pub(crate) fn all_imports_of_a_call_change_or_none(store: &mut dyn Store) {
    import(store, "first", &early());
    let before = seen(store);
    let result = rematch(store, &newer_registry(), &["first", "nowhere"], true);
    assert!(matches!(result, Err(StoreError::ImportUnknown(id)) if id == "nowhere"));
    assert_eq!(seen(store), before);
}
