//! What a person wants to know right after an import.

use glyph_store::store::Store;

use super::{MARKET, csv};
use crate::feed::import;

pub(crate) fn a_summary_names_the_best_offers_the_reasons_and_the_codes(store: &mut dyn Store) {
    let text = csv(&[
        "NVIDIA L4 24GB,2000,New,1,Northwind,USA,,",
        "Noctua NF-A12x25 120mm case fan,29.90,New,9,Northwind,USA,,",
        "NVIDIA L4 24GB,ask,New,1,Northwind,USA,,",
        ",100,New,1,Northwind,USA,,",
        "Arctic P12 120mm case fan,9.90,New,9,Northwind,USA,,",
        "NVIDIA L4 24GB,2001,New,1,Northwind,USA,,",
        ",200,New,1,Northwind,USA,,",
        "NVIDIA L4 24GB,2002,New,1,Northwind,USA,,",
        "NVIDIA L4 24GB,2003,New,1,Northwind,USA,,",
        "NVIDIA L4 24GB,2004,New,1,Northwind,USA,,",
        "NVIDIA L4 24GB,2005,New,1,Northwind,USA,,",
    ]);
    import(store, "first", &text);
    import(store, "second", MARKET);
    store
        .rescore_import("first", "by price", &|offer| Some(offer.unit_price / 100.0))
        .unwrap();
    let summary = store.summarise_import("first").unwrap();
    let best: Vec<f64> = summary
        .best_offers
        .iter()
        .map(|offer| offer.price)
        .collect();
    assert_eq!(best, [2005.0, 2004.0, 2003.0, 2002.0, 2001.0]);
    let [fans] = summary.unmatched.as_slice() else {
        panic!("one reason: {:?}", summary.unmatched);
    };
    assert_eq!(
        (fans.reason.as_str(), fans.rows, fans.example_index),
        ("not_gpu", 2, 1)
    );
    assert_eq!(fans.example, "Noctua NF-A12x25 120mm case fan");
    let rejects: Vec<(&str, u64, u64)> = summary
        .rejects
        .iter()
        .map(|reject| (reject.reason.as_str(), reject.rows, reject.example_index))
        .collect();
    assert_eq!(rejects[0], ("title_missing", 2, 3), "most frequent first");
    assert_eq!((rejects.len(), rejects[1].1, rejects[1].2), (2, 1, 2));
    assert!(
        summary
            .rejects
            .iter()
            .all(|reject| !reject.example.is_empty())
    );
}

pub(crate) fn an_unknown_import_has_an_empty_summary(store: &mut dyn Store) {
    import(store, "first", MARKET);
    assert_eq!(
        store.summarise_import("second").unwrap(),
        glyph_store::import::ImportSummary::default()
    );
}
