//! The life of one catalogue, from its first file to its last: import, mend, import again, compare, take back.

use glyph_store::import::CommitOutcome;
use glyph_store::store::Store;

use super::{
    MARKET, MENDED, assert_sound, counts, everything, listings, outcomes, record, rejects,
};
use crate::feed::{Feed, import, repair};

pub(crate) fn a_catalogue_comes_twice_and_the_second_time_is_taken_back(store: &mut dyn Store) {
    // January: two rows are rejected, mended and brought in.
    assert_eq!(counts(&import(store, "january", MARKET)), [8, 5, 1, 2]);
    assert_eq!(rejects(store, "january").len(), 2);
    repair(store, "january", MENDED).unwrap();
    assert_eq!(counts(&record(store, "january")), [8, 6, 2, 0]);
    let january = listings(store, &everything());

    // The same file again is no new import, mended or not.
    let CommitOutcome::Duplicate(first) = Feed::new("again", MARKET).commit(store).unwrap() else {
        panic!("January's file is imported already");
    };
    assert_eq!(first.import_id, "january");

    // February: one price moved, one offer is gone.
    let february = MARKET
        .replace("NVIDIA L4 24GB,2400.00", "NVIDIA L4 24GB,2200.00")
        .replace("Call for price", "7500.00")
        .replace(
            "NVIDIA RTX A4000 16GB,700.00,New,5,Southwind,Germany,https://south.example/a4000,\n",
            "",
        );
    import(store, "february", &february);
    let diff = store
        .diff_imports("january", "february", usize::MAX)
        .unwrap();
    assert_eq!(diff.unchanged, 4);
    assert_eq!(diff.appeared, []);
    assert_eq!(diff.price_changes.len(), 1);
    assert_eq!(
        diff.price_changes[0].new_price.to_bits(),
        2200.0_f64.to_bits()
    );
    assert_eq!(diff.gone.len(), 1);
    assert_eq!(diff.gone[0].price.to_bits(), 700.0_f64.to_bits());
    assert_eq!(listings(store, &everything()).len(), 6 + 5);
    assert_sound(store);

    // February was a mistake: January stands as before.
    store
        .undo_import("february", "2026-02-02T00:00:00Z")
        .unwrap();
    assert_eq!(listings(store, &everything()), january);
    assert_eq!(outcomes(store, "february"), []);
    assert_eq!(
        store.find_import("last").unwrap().unwrap().import_id,
        "january"
    );
    assert_sound(store);
}
