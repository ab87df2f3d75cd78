//! Scoring stored rows again.

use glyph_store::StoreError;
use glyph_store::store::{Rescored, Store};

use super::{MARKET, assert_sound, csv, everything, listings, record, rows};
use crate::feed::import;

pub(crate) fn a_second_scoring_changes_scores_and_the_profile_alone(store: &mut dyn Store) {
    import(store, "first", MARKET);
    import(
        store,
        "second",
        &csv(&["NVIDIA L4 24GB,2000,New,1,Northwind,USA,,"]),
    );
    let before = rows(store, None);
    let rescored = store
        .rescore_import("first", "by price", &|offer| Some(offer.unit_price / 100.0))
        .unwrap();
    assert_eq!(
        rescored,
        Rescored {
            rows: 5,
            changed: 5,
            unscorable: 0
        }
    );
    let mut expected = before;
    for row in &mut expected {
        if row.import_id.as_deref() == Some("first") && row.outcome == "scored" {
            let unit_price = row.price.unwrap() / row.lot_size.unwrap() as f64;
            row.score = Some(unit_price / 100.0);
        }
    }
    assert_eq!(rows(store, None), expected);
    let profile = |import_id| record(store, import_id).scoring_profile.unwrap();
    assert_eq!(profile("first"), "by price");
    assert_ne!(profile("second"), "by price");
    assert_sound(store);
}

pub(crate) fn what_cannot_be_scored_keeps_its_score(store: &mut dyn Store) {
    import(store, "first", MARKET);
    store
        .rescore_import("first", "seven", &|_| Some(7.0))
        .unwrap();
    let rescored = store
        .rescore_import("first", "nine", &|offer| {
            (offer.canonical_model != "L4").then_some(9.0)
        })
        .unwrap();
    assert_eq!(
        rescored,
        Rescored {
            rows: 5,
            changed: 3,
            unscorable: 2
        }
    );
    for listing in listings(store, &everything()) {
        let expected = if listing.canonical_model == "L4" {
            7.0
        } else {
            9.0
        };
        assert_eq!(listing.score.to_bits(), f64::to_bits(expected));
    }
    let again = store
        .rescore_import("first", "nine", &|_| Some(9.0))
        .unwrap();
    assert_eq!(again.changed, 2, "a score that stays is no change");
}

pub(crate) fn an_unknown_import_is_not_scored(store: &mut dyn Store) {
    assert!(matches!(
        store.rescore_import("first", "nine", &|_| Some(9.0)),
        Err(StoreError::ImportUnknown(id)) if id == "first"
    ));
}

pub(crate) fn a_second_scoring_knows_the_condition_and_what_the_title_cautions(
    store: &mut dyn Store,
) {
    import(
        store,
        "first",
        &csv(&[
            "NVIDIA L4 24GB,2000,New,1,Northwind,USA,,",
            "NVIDIA L4 24GB for parts,900,Used,1,Northwind,USA,,",
        ]),
    );
    let seen = std::cell::RefCell::new(Vec::new());
    store
        .rescore_import("first", "seen", &|offer| {
            let condition = offer.condition.map(str::to_owned);
            seen.borrow_mut().push((condition, offer.for_parts));
            None
        })
        .unwrap();
    let condition = |text: &str| Some(text.to_owned());
    assert_eq!(
        seen.into_inner(),
        [(condition("new"), false), (condition("used"), true)]
    );
}
