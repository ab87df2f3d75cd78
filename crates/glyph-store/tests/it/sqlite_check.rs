//! Damage that a program can do to the file behind the store's back, and what the check says of it.

use std::ops::ControlFlow;

use glyph_store::store::{Store, Violation};

use crate::conformance::MARKET;
use crate::feed::{IMPORTED_AT, import};
use crate::sqlite_store::Place;

const SECOND: &str = "Title,Price\nNVIDIA L4 24GB,2000\nNVIDIA L40S 48GB,?\n";

/// Two imports in force and an undone one, then the damage; what the check finds.
fn violations_after(damage: &str) -> Vec<Violation> {
    let place = Place::new();
    let mut store = place.store();
    import(&mut store, "first", MARKET);
    import(&mut store, "second", SECOND);
    import(&mut store, "third", "Title,Price\nNVIDIA L4 24GB,2001\n");
    store.undo_import("third", IMPORTED_AT).unwrap();
    assert_eq!(store.check().unwrap().violations, []);
    let connection = place.connection();
    connection
        .execute_batch(&format!("PRAGMA foreign_keys = OFF; {damage}"))
        .unwrap();
    assert!(
        connection.total_changes() > 0 || damage.contains("INDEX"),
        "the damage is done: {damage}"
    );
    store.check().unwrap().violations
}

/// The check finds the damage as a breach of this promise, in these words, of this import.
fn assert_found(damage: &str, promise: u8, import_id: Option<&str>, words: &str) {
    let violations = violations_after(damage);
    assert!(
        violations.iter().any(|violation| {
            violation.promise == promise
                && violation.import_id.as_deref() == import_id
                && violation.message.contains(words)
        }),
        "{damage}\nis not found in {violations:#?}"
    );
    assert!(
        violations
            .iter()
            .all(|violation| violation.import_id.as_deref() != Some("second")
                || import_id == Some("second")),
        "{damage}\nthe sound import is not accused: {violations:#?}"
    );
}

const FIRST: Option<&str> = Some("first");

#[test]
fn errors_that_do_not_say_what_is_wrong_are_found() {
    for errors in [
        r#"'[{"kind":99,"value":"-"}]'"#,
        r#"'[{"code":"price_zero","value":"-","message":"it is another one than the row has"}]'"#,
        r#"'[{"code":"price_on_request","value":"-"}]'"#,
        r#"'["no price"]'"#,
        "'[]'",
        "'no price'",
        "x'5b5d'",
    ] {
        assert_found(
            &format!(
                "UPDATE rejected_rows SET errors = {errors} WHERE import_id = 'first' AND import_index = 2"
            ),
            0,
            None,
            "1 rows of `rejected_rows` have lost what is wrong with them",
        );
    }
}

#[test]
fn a_place_in_two_tables_breaks_promise_1() {
    for (table, other) in [
        ("scored_listings", "unmatched_listings"),
        ("scored_listings", "rejected_rows"),
        ("unmatched_listings", "rejected_rows"),
    ] {
        assert_found(
            &format!(
                "UPDATE {table}
                 SET import_index = (SELECT min(import_index) FROM {other} WHERE import_id = 'first')
                 WHERE id = (SELECT min(id) FROM {table} WHERE import_id = 'first')"
            ),
            1,
            FIRST,
            "is in both",
        );
    }
}

#[test]
fn a_row_without_a_place_breaks_promise_1() {
    assert_found(
        "UPDATE scored_listings SET import_index = NULL WHERE import_id = 'first' AND import_index = 6",
        1,
        FIRST,
        "1 rows of `scored_listings` have no import_index",
    );
}

#[test]
fn lost_rows_break_promise_2() {
    for table in ["scored_listings", "unmatched_listings", "rejected_rows"] {
        assert_found(
            &format!(
                "DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table} WHERE import_id = 'first')"
            ),
            2,
            FIRST,
            &format!("`{table}` holds"),
        );
    }
    assert_found(
        "DELETE FROM scored_listings WHERE import_id = 'first'",
        2,
        FIRST,
        "8 rows are recorded, 3 are there",
    );
}

#[test]
fn a_record_that_does_not_add_up_breaks_promise_2() {
    for (column, words) in [
        ("total_rows", "9 rows are recorded, 8 are there"),
        (
            "scored_rows",
            "6 rows are recorded, `scored_listings` holds 5",
        ),
        (
            "unmatched_rows",
            "2 rows are recorded, `unmatched_listings` holds 1",
        ),
        (
            "rejected_rows",
            "3 rows are recorded, `rejected_rows` holds 2",
        ),
    ] {
        assert_found(
            &format!("UPDATE import_batches SET {column} = {column} + 1 WHERE import_id = 'first'"),
            2,
            FIRST,
            words,
        );
        assert_found(
            &format!("UPDATE import_batches SET {column} = NULL WHERE import_id = 'first'"),
            2,
            FIRST,
            "recorded",
        );
    }
}

#[test]
fn a_gap_in_the_places_breaks_promise_2() {
    for (place, words) in [(8, "from 0 to 8"), (-1, "from -1 to 7")] {
        assert_found(
            &format!(
                "UPDATE scored_listings SET import_index = {place} WHERE import_id = 'first' AND import_index = 1"
            ),
            2,
            FIRST,
            words,
        );
    }
}

#[test]
fn a_place_used_twice_breaks_promise_2_where_no_index_refuses_it() {
    assert_found(
        "DROP INDEX uq_import_batch_index;
         UPDATE scored_listings SET import_index = 0 WHERE import_id = 'first' AND import_index = 1",
        2,
        FIRST,
        "index 0 is in 2 rows of `scored_listings`",
    );
}

#[test]
fn a_missing_unique_index_breaks_promise_3() {
    for (table, index) in [
        ("scored_listings", "uq_import_batch_index"),
        ("unmatched_listings", "uq_unmatched_listings_import"),
        ("rejected_rows", "uq_rejected_rows_import"),
    ] {
        let words = format!("`{table}` has no unique index");
        for instead in [
            String::new(),
            format!("CREATE INDEX {index} ON {table} (import_id, import_index)"),
            format!(
                "CREATE UNIQUE INDEX {index} ON {table} (import_id, import_index) WHERE import_index > 0"
            ),
            format!("CREATE UNIQUE INDEX {index} ON {table} (import_id, import_index, id)"),
        ] {
            assert_found(&format!("DROP INDEX {index}; {instead}"), 3, None, &words);
        }
    }
}

#[test]
fn rows_without_a_record_break_promise_4() {
    for table in ["scored_listings", "unmatched_listings", "rejected_rows"] {
        assert_found(
            "DELETE FROM import_batches WHERE import_id = 'first'",
            4,
            FIRST,
            &format!("rows in `{table}` have no import record"),
        );
    }
}

#[test]
fn two_imports_of_the_same_bytes_break_promise_5() {
    let damage = "DROP INDEX uq_import_batches_options_key;
         UPDATE import_batches SET options_key = 'same' WHERE state = 'done'";
    assert_found(damage, 5, None, "`first`, `second` hold the same bytes");
    let forced = violations_after(&format!(
        "{damage}; UPDATE import_batches SET forced = 1 WHERE import_id = 'second'"
    ));
    assert!(
        forced.iter().all(|violation| violation.promise != 5),
        "{forced:#?}"
    );
}

#[test]
fn rows_of_an_undone_import_break_promise_6() {
    for table in ["scored_listings", "unmatched_listings", "rejected_rows"] {
        assert_found(
            "UPDATE import_batches SET state = 'undone' WHERE import_id = 'first'",
            6,
            FIRST,
            &format!("rows of it are in `{table}`"),
        );
    }
}

#[test]
fn rows_that_lost_their_texts_are_found() {
    for table in ["scored_listings", "unmatched_listings"] {
        assert_found(
            &format!("DELETE FROM listings WHERE id IN (SELECT listing_id FROM {table})"),
            0,
            None,
            &format!("rows of `{table}` have lost their texts"),
        );
    }
    assert_found(
        "UPDATE scored_listings SET listing_id = NULL WHERE import_id = 'first' AND import_index = 0",
        0,
        None,
        "1 rows of `scored_listings` have lost their texts",
    );
}

#[test]
fn references_to_nothing_are_found() {
    assert_found(
        "UPDATE scored_listings SET canonical_model = 'GONE' WHERE import_id = 'first' AND import_index = 0",
        0,
        None,
        "of `scored_listings` refers to no row of `models`",
    );
    assert_found(
        "INSERT INTO import_rates (import_id, currency, usd_per_unit) VALUES ('gone', 'EUR', '1.1')",
        0,
        None,
        "of `import_rates` refers to no row of `import_batches`",
    );
}

#[test]
fn a_damaged_file_is_found() {
    // The index says that it holds titles, and holds import ids.
    assert_found(
        "PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, '(import_id)', '(title)') WHERE name = 'idx_listings_import_id';
         PRAGMA schema_version = 4711",
        0,
        None,
        "the file is damaged",
    );
}

#[test]
fn imports_of_the_old_program_are_not_held_to_promises_they_never_made() {
    let violations = violations_after(
        "INSERT INTO import_batches (import_id, record_count) VALUES ('old', 3);
         INSERT INTO scored_listings (canonical_model, price, score, import_id, import_index)
         VALUES ('L4', 9e999, 0, 'old', NULL), ('L4', 1, 0, 'old', 7), ('GONE', 1, 0, 'old', NULL),
                ('L4', 1, 0, NULL, NULL)",
    );
    assert_eq!(violations, []);
}

/// What another hand did to the errors of a row is in the way of no other row.
#[test]
fn damaged_errors_are_told_and_shown_as_far_as_they_go() {
    let place = Place::new();
    let mut store = place.store();
    let nameless = format!("Title,Price\n{}", ",1\n".repeat(9));
    import(&mut store, "first", &nameless);
    let message = |store: &dyn Store| {
        store.summarise_import("first").unwrap().rejects[0]
            .example
            .clone()
    };
    let whole = message(&store);
    assert!(!whole.is_empty());
    for (damage, lost) in [
        (
            "UPDATE rejected_rows SET errors = CAST(errors AS BLOB) WHERE import_index = 0",
            1,
        ),
        (
            "UPDATE rejected_rows SET errors = '[\"abc\", 7]' WHERE import_index = 1",
            2,
        ),
        (
            "UPDATE rejected_rows SET errors = 'abc' WHERE import_index = 2",
            3,
        ),
        (
            "UPDATE rejected_rows SET errors = '[{\"kind\":1}]' WHERE import_index = 3",
            4,
        ),
        ("UPDATE error_kinds SET message = x'ff'", 9),
    ] {
        place.connection().execute(damage, []).unwrap();
        let violations = store.check().unwrap().violations;
        let words = format!("{lost} rows of `rejected_rows` have lost what is wrong with them");
        assert_eq!(violations.len(), 1, "{damage}: {violations:#?}");
        assert_eq!(violations[0].message, words, "{damage}");
        let mut shown = 0;
        store
            .list_rejects("first", 0, &mut |_| {
                shown += 1;
                ControlFlow::Continue(())
            })
            .unwrap();
        assert_eq!(shown, 9, "{damage}");
        assert_eq!(message(&store), whole, "{damage}");
        let errors: i64 = place
            .connection()
            .query_row("SELECT COUNT(*) FROM row_errors", [], |row| row.get(0))
            .unwrap();
        assert!(errors >= 6, "{damage}: {errors}");
    }
}
