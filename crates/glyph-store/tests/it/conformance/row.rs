//! All rows of an import, in row order, whatever became of them.

use std::iter;
use std::ops::ControlFlow;

use glyph_store::store::Store;

use super::{MARKET, assert_sound, csv, outcomes, rejects, rows};
use crate::feed::{errors_of, import};

pub(crate) fn rows_come_in_row_order_with_every_outcome(store: &mut dyn Store) {
    import(store, "first", MARKET);
    assert_eq!(
        outcomes(store, "first"),
        [
            (0, "scored"),
            (1, "scored"),
            (2, "rejected"),
            (3, "unmatched"),
            (4, "scored"),
            (5, "scored"),
            (6, "scored"),
            (7, "rejected"),
        ]
    );
}

pub(crate) fn a_row_tells_what_it_offered(store: &mut dyn Store) {
    import(store, "first", MARKET);
    let rows = rows(store, Some("first"));
    let lot = &rows[4];
    assert_eq!(lot.import_id.as_deref(), Some("first"));
    assert_eq!(lot.title.as_deref(), Some("Lot of 4 NVIDIA RTX A4000 16GB"));
    assert_eq!(lot.lot_size, Some(4));
    assert_eq!(lot.price, Some(2000.0));
    assert_eq!(lot.price_as_given.as_deref(), Some("2000.00"));
    assert_eq!(lot.currency.as_deref(), Some("USD"));
    assert_eq!(lot.vram_gb, Some(16.0));
    assert_eq!(lot.condition.as_deref(), Some("used"));
    assert_eq!(lot.quantity, Some(1));
    assert_eq!(lot.seller.as_deref(), Some("Eastwind"));
    assert_eq!(lot.region.as_deref(), Some("Japan"));
    assert_eq!(lot.source_url.as_deref(), Some("https://east.example/lot"));
    assert!(lot.canonical_model.is_some() && lot.score.is_some());
    let in_euros = &rows[5];
    assert_eq!(in_euros.currency.as_deref(), Some("EUR"));
    assert_eq!(in_euros.price_as_given.as_deref(), Some("EUR 1900.00"));
    assert!(in_euros.price.is_some_and(|price| price > 1900.0));
    assert_eq!(in_euros.notes.as_deref(), Some("two\nlines"));
    let fan = &rows[3];
    assert_eq!(fan.reason.as_deref(), Some("not_gpu"));
    assert_eq!(
        fan.title.as_deref(),
        Some("Noctua NF-A12x25 120mm case fan")
    );
    assert_eq!(fan.price, Some(29.9));
    assert_eq!((fan.score, &fan.canonical_model), (None, &None));
    let nameless = &rows[7];
    assert_eq!(nameless.reason.as_deref(), Some("title_missing"));
    assert_eq!(
        nameless.raw.as_deref(),
        Some(",100.00,New,1,Northwind,USA,https://north.example/nothing,")
    );
    assert!(
        nameless
            .errors
            .as_deref()
            .unwrap()
            .contains("title_missing")
    );
}

pub(crate) fn rows_of_all_imports_come_import_by_import(store: &mut dyn Store) {
    // The ids sort the other way round than the imports came.
    import(store, "zebra", MARKET);
    import(
        store,
        "aurochs",
        &csv(&["NVIDIA L4 24GB,2000,New,1,Northwind,USA,,"]),
    );
    let all = rows(store, None);
    assert_eq!(all.len(), 9);
    assert_eq!(all[..8], rows(store, Some("zebra")));
    assert_eq!(all[8..], rows(store, Some("aurochs")));
    assert_eq!(rows(store, Some("unknown")), []);
}

pub(crate) fn a_visitor_may_stop(store: &mut dyn Store) {
    import(store, "first", MARKET);
    let mut seen = Vec::new();
    store
        .list_rows(None, &mut |row| {
            seen.push(row.import_index.unwrap());
            if seen.len() == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .unwrap();
    assert_eq!(seen, [0, 1, 2]);
    let mut rejected = 0;
    store
        .list_rejects("first", 0, &mut |_| {
            rejected += 1;
            ControlFlow::Break(())
        })
        .unwrap();
    assert_eq!(rejected, 1);
}

/// A page of rows begins at any row, with all outcomes or with one of them.
pub(crate) fn rows_are_read_from_any_row_on(store: &mut dyn Store) {
    import(store, "first", MARKET);
    import(store, "second", MARKET.trim_end());
    let mut all = Vec::new();
    store
        .list_rows(Some("first"), &mut |row| {
            all.push(row);
            ControlFlow::Continue(())
        })
        .unwrap();
    for from in 0..=all.len() as u64 {
        for outcome in [None, Some("scored"), Some("unmatched"), Some("rejected")] {
            let mut found = Vec::new();
            store
                .list_rows_from("first", from, outcome, &mut |row| {
                    found.push(row);
                    ControlFlow::Continue(())
                })
                .unwrap();
            let expected: Vec<_> = all
                .iter()
                .filter(|row| row.import_index.unwrap() >= from)
                .filter(|row| outcome.is_none_or(|outcome| outcome == row.outcome))
                .cloned()
                .collect();
            assert_eq!(found, expected, "{outcome:?} from {from}");
        }
    }
}

pub(crate) fn a_reject_stands_where_its_source_has_it(store: &mut dyn Store) {
    import(store, "first", MARKET);
    let rejects = rejects(store, "first");
    let places: Vec<(u64, u64, u64, &str)> = rejects
        .iter()
        .map(|reject| {
            (
                reject.import_index,
                reject.line_start,
                reject.line_end,
                reject.code.as_str(),
            )
        })
        .collect();
    // The quoted cell of row 5 spans two lines.
    assert_eq!(
        places,
        [(2, 4, 4, "price_on_request"), (7, 10, 10, "title_missing")]
    );
    for reject in rejects {
        let start = reject.byte_start as usize;
        let end = start + reject.byte_len as usize;
        assert_eq!(reject.raw, MARKET.as_bytes()[start..end]);
        let errors: serde_json::Value = serde_json::from_str(&reject.errors).unwrap();
        assert_eq!(errors[0]["code"], reject.code);
        assert!(
            errors[0]["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
    }
}

/// `bc` for 12: a word of each row's own.
fn in_letters(number: u32) -> String {
    let digits = number.to_string();
    digits
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect()
}

/// Rejected rows whose errors have much in common, or little: with a column and without, with what JSON escapes, with
/// messages that are another in every row.
pub(crate) fn many_errors() -> String {
    let rows = (0..1500).map(|row| match row % 5 {
        0 => format!("NVIDIA L4,q{} 100,2026-01-02\n", in_letters(row)),
        1 => "NVIDIA L4,on request,2026-01-02\n".to_owned(),
        2 => "NVIDIA L4,100\n".to_owned(),
        3 => format!("NVIDIA L4,\"{{\"\"kind\"\": {row}}} \\ \u{1}\",2026-01-02\n"),
        _ => format!("NVIDIA L{row}\u{0},{row} or more,the {row}th of May\n"),
    });
    iter::once("Title,Price,Seen At\n".to_owned())
        .chain(rows)
        .collect()
}

pub(crate) fn errors_come_back_as_they_were_found(store: &mut dyn Store) {
    let first = many_errors();
    let second = first.replace("on request", "ask us");
    import(store, "first", &first);
    import(store, "second", &second);
    for (import_id, text) in [("first", first), ("second", second)] {
        let found: Vec<String> = errors_of(&text)
            .iter()
            .map(|errors| serde_json::to_string(errors).unwrap())
            .collect();
        assert_eq!(found.len(), 1500);
        let listed: Vec<String> = rejects(store, import_id)
            .into_iter()
            .map(|reject| reject.errors)
            .collect();
        assert!(listed == found);
        let in_order: Vec<String> = rows(store, Some(import_id))
            .into_iter()
            .filter_map(|row| row.errors)
            .collect();
        assert!(in_order == found);
        for reject in store.summarise_import(import_id).unwrap().rejects {
            let errors = &found[reject.example_index as usize];
            let errors: Vec<serde_json::Value> = serde_json::from_str(errors).unwrap();
            assert_eq!(errors[0]["code"], reject.reason);
            assert_eq!(errors[0]["message"], reject.example);
        }
    }
    assert_sound(store);
}
