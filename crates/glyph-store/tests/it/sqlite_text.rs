//! The table of distinct offers: texts are kept once, and as long as a row uses them.

use glyph_store::sqlite::SqliteStore;
use glyph_store::store::Store;

use crate::conformance::{HEADER, MARKET, MENDED};
use crate::feed::{IMPORTED_AT, import, repair};
use crate::sqlite_store::Place;

const A: &str = "NVIDIA L4 24GB,2000,New,1,Northwind,USA,,";
const B: &str = "NVIDIA L40S 48GB,7000,New,1,Northwind,USA,,";
const FAN: &str = "Noctua NF-A12x25 120mm case fan,29.90,New,9,Northwind,USA,,";

fn text(rows: &[&str]) -> String {
    format!("{HEADER}{}\n", rows.join("\n"))
}

/// The stored titles and the import that each belongs to, in the order in which they came.
fn stored(place: &Place) -> Vec<(String, String)> {
    place
        .connection()
        .prepare("SELECT title, import_id FROM listings ORDER BY id")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn undo(store: &mut SqliteStore, import_id: &str) {
    store.undo_import(import_id, IMPORTED_AT).unwrap();
    assert_eq!(store.check().unwrap().violations, []);
}

fn titled(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(row, import_id)| {
            let (title, _) = row.split_once(',').unwrap();
            (title.to_owned(), (*import_id).to_owned())
        })
        .collect()
}

#[test]
fn equal_texts_are_kept_once() {
    let place = Place::new();
    let mut store = place.store();
    import(&mut store, "first", &text(&[A, FAN, A, B, FAN]));
    assert_eq!(
        stored(&place),
        titled(&[(A, "first"), (FAN, "first"), (B, "first")])
    );
    import(&mut store, "second", &text(&[B, A]));
    assert_eq!(stored(&place).len(), 3);
}

#[test]
fn an_undone_import_takes_the_texts_that_nobody_else_uses() {
    let place = Place::new();
    let mut store = place.store();
    import(&mut store, "first", &text(&[A, B, FAN]));
    undo(&mut store, "first");
    assert_eq!(stored(&place), []);
    import(&mut store, "second", &text(&[A]));
    import(&mut store, "third", &text(&[A, B, FAN]));
    undo(&mut store, "third");
    assert_eq!(stored(&place), titled(&[(A, "second")]));
}

#[test]
fn texts_that_a_later_import_uses_become_its_own() {
    let place = Place::new();
    let mut store = place.store();
    import(&mut store, "first", &text(&[A, B, FAN]));
    import(&mut store, "second", &text(&[A, FAN]));
    import(&mut store, "third", &text(&[B, FAN]));
    undo(&mut store, "first");
    assert_eq!(
        stored(&place),
        titled(&[(A, "second"), (B, "third"), (FAN, "second")])
    );
    undo(&mut store, "second");
    assert_eq!(stored(&place), titled(&[(B, "third"), (FAN, "third")]));
    undo(&mut store, "third");
    assert_eq!(stored(&place), []);
}

#[test]
fn the_texts_of_repaired_rows_go_with_their_import() {
    let place = Place::new();
    let mut store = place.store();
    import(&mut store, "first", MARKET);
    import(&mut store, "second", &text(&[A]));
    repair(&mut store, "first", MENDED).unwrap();
    undo(&mut store, "first");
    assert_eq!(stored(&place), titled(&[(A, "second")]));
}

/// An import may use an older one's texts in a row that came with a repair after all the others.
#[test]
fn texts_used_by_a_later_repair_stay() {
    let place = Place::new();
    let mut store = place.store();
    import(
        &mut store,
        "first",
        &text(&["NVIDIA L4 24GB,?,New,1,Northwind,USA,,", FAN]),
    );
    import(&mut store, "second", &text(&[A, B]));
    repair(&mut store, "first", &text(&[A])).unwrap();
    undo(&mut store, "second");
    assert_eq!(stored(&place), titled(&[(FAN, "first"), (A, "first")]));
    undo(&mut store, "first");
    assert_eq!(stored(&place), []);
}

/// A row that is repaired after another import took over its import's texts does not hide that use.
#[test]
fn texts_stay_where_the_import_that_brought_them_got_rows_later() {
    let place = Place::new();
    let mut store = place.store();
    import(
        &mut store,
        "first",
        &text(&["NVIDIA L4 24GB,?,New,1,Northwind,USA,,", FAN]),
    );
    import(&mut store, "second", &text(&[FAN]));
    repair(
        &mut store,
        "first",
        &text(&["NVIDIA L4 24GB,2000,New,1,Northwind,USA,,"]),
    )
    .unwrap();
    import(&mut store, "third", &text(&[A]));
    undo(&mut store, "first");
    assert_eq!(stored(&place), titled(&[(FAN, "second"), (A, "third")]));
}
