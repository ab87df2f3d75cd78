//! The views that people query: what they put together is what the tables hold.

use glyph_core::money::{Currency, Money};
use glyph_store::listing::ListingFilter;
use glyph_store::store::Store;

use crate::conformance::row::many_errors;
use crate::conformance::{MARKET, MENDED};
use crate::feed::{errors_of, import, repair};
use crate::sqlite_store::Place;

/// Every code of ISO 4217 that the program knows.
fn currencies() -> Vec<Currency> {
    let letters = || (b'A'..=b'Z').map(char::from);
    let mut found = Vec::new();
    for first in letters() {
        for second in letters() {
            found.extend(
                letters()
                    .filter_map(|third| Currency::parse(&format!("{first}{second}{third}")))
                    .filter(Currency::is_iso),
            );
        }
    }
    found
}

#[test]
fn offers_show_the_price_as_given_in_every_currency() {
    let place = Place::new();
    import(
        &mut place.store(),
        "first",
        "Title,Price\nNVIDIA L4 24GB,2000\n",
    );
    let connection = place.connection();
    let currencies = currencies();
    assert!(currencies.len() > 150);
    for currency in currencies {
        connection
            .execute(
                "UPDATE scored_listings SET currency = ?1, price_minor = 1234567",
                [currency.code()],
            )
            .unwrap();
        let given: f64 = connection
            .query_row("SELECT price_given FROM offers", [], |row| row.get(0))
            .unwrap();
        let money = Money {
            minor: 1_234_567,
            currency,
        };
        assert!(
            (given - money.to_major()).abs() < 1e-9,
            "{given} for {money}"
        );
    }
}

#[test]
fn offers_have_one_row_for_each_scored_row_with_its_texts() {
    let place = Place::new();
    let mut store = place.store();
    import(&mut store, "first", MARKET);
    repair(&mut store, "first", MENDED).unwrap();
    let connection = place.connection();
    // What the old program left, texts in the row.
    connection
        .execute_batch(
            "INSERT INTO import_batches (import_id, imported_at) VALUES ('old', '2025-07-30 10:00:00');
             INSERT INTO scored_listings
               (id, canonical_model, price, vram_gb, tdp_watts, score, form_factor, notes, seller, source_url,
                created_at, import_id)
             VALUES (900, 'L4', 2400, 24, 72, 50.0, 'Standard', 'boxed', 'Oldwind', 'https://old.example/l4',
                '2025-07-30 10:00:01', 'old')",
        )
        .unwrap();
    let coordinates = |table: &str| -> Vec<(i64, Option<String>, Option<i64>)> {
        connection
            .prepare(&format!(
                "SELECT id, import_id, import_index FROM {table} ORDER BY id"
            ))
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap()
    };
    assert_eq!(coordinates("offers"), coordinates("scored_listings"));
    let offer = |which: &str| -> String {
        connection
            .query_row(
                &format!(
                    "SELECT json_array(title, seller, source_url, notes, unit_price, currency, created_at)
                     FROM offers WHERE {which}"
                ),
                [],
                |row| row.get(0),
            )
            .unwrap()
    };
    assert_eq!(
        offer("import_id = 'first' AND import_index = 0"),
        r#"["NVIDIA RTX A4000 16GB","Northwind","https://north.example/a4000","tested",600.0,"USD","2026-01-02T03:04:05Z"]"#
    );
    assert_eq!(
        offer("id = 900"),
        r#"[null,"Oldwind","https://old.example/l4","boxed",2400.0,"USD","2025-07-30 10:00:01"]"#
    );
}

#[test]
fn import_rows_have_each_place_of_an_import_once() {
    let place = Place::new();
    let mut store = place.store();
    import(&mut store, "first", MARKET);
    let rows: Vec<(i64, String, String)> = place
        .connection()
        .prepare(
            "SELECT import_index, outcome, detail FROM import_rows WHERE import_id = 'first' ORDER BY import_index",
        )
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let places: Vec<i64> = rows.iter().map(|(index, ..)| *index).collect();
    assert_eq!(places, (0..8).collect::<Vec<_>>());
    let details: Vec<(&str, &str)> = [1, 2, 3, 7]
        .into_iter()
        .map(|index: usize| (rows[index].1.as_str(), rows[index].2.as_str()))
        .collect();
    assert_eq!(
        details,
        [
            ("scored", "L4"),
            ("rejected", "price_on_request"),
            ("unmatched", "not_gpu"),
            ("rejected", "title_missing"),
        ]
    );
}

/// The old program's connections did not enforce foreign keys: rows of models that are in no table are found all the same.
#[test]
fn listings_of_a_model_without_a_record_are_found_by_its_name() {
    let place = Place::new();
    let mut store = place.store();
    import(&mut store, "first", MARKET);
    place
        .connection()
        .execute_batch(
            "PRAGMA foreign_keys = OFF;
             UPDATE scored_listings SET canonical_model = 'GONE' WHERE import_index = 0",
        )
        .unwrap();
    let of = |model: &str| {
        store
            .list_listings(&ListingFilter {
                model: Some(model.to_owned()),
                limit: 10,
                ..ListingFilter::default()
            })
            .unwrap()
            .len()
    };
    assert_eq!((of("GONE"), of("l4"), of("NEVER")), (1, 2, 0));
}

/// A row of the view without its import: the row's index, the error's place, code, column, value, message.
type Shown = (i64, i64, String, Option<String>, String, String);

#[test]
fn row_errors_show_every_error_of_every_rejected_row() {
    let place = Place::new();
    // SQLite's JSON functions end a text at its first U+0000.
    let text = many_errors().replace('\0', "\u{2}");
    import(&mut place.store(), "first", &text);
    let shown: Vec<Shown> = place
        .connection()
        .prepare(
            "SELECT import_index, position, code, column_name, value, message FROM row_errors
             WHERE import_id = 'first' ORDER BY import_index, position",
        )
        .unwrap()
        .query_map([], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
            ))
        })
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let found: Vec<Shown> = (0..)
        .zip(errors_of(&text))
        .flat_map(|(index, errors)| {
            (0..).zip(errors).map(move |(position, error)| {
                let code = error.code.as_str().to_owned();
                (
                    index,
                    position,
                    code,
                    error.column,
                    error.value,
                    error.message,
                )
            })
        })
        .collect();
    assert!(found.len() > 1500 && shown.len() == found.len());
    for (shown, found) in shown.iter().zip(&found) {
        assert_eq!(shown, found);
    }
}
