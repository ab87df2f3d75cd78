//! Going down: the old program's tables come back with their rows, and what cannot come along is told first.

use std::ops::ControlFlow;
use std::path::Path;

use glyph_store::error::StoreError;
use glyph_store::sqlite::SqliteStore;
use glyph_store::sqlite::migration::{self, DownOptions, UpOptions, Version};
use glyph_store::store::Store;

use crate::conformance::row::many_errors;
use crate::feed::{errors_of, import};
use crate::old::{self, Content, Shape, now, number};

fn up(path: &Path) {
    migration::up(path, &UpOptions::default(), now()).unwrap();
}

fn down(path: &Path, to: Version) -> migration::MigrationReport {
    let options = DownOptions {
        to,
        allow_loss: true,
    };
    migration::down(path, &options, now()).unwrap()
}

#[test]
fn every_shape_goes_down_and_up_again_with_its_rows() {
    for shape in Shape::ALL {
        let (_folder, path) = old::filled(shape);
        let before = Content::of(&path);
        up(&path);
        down(&path, Version::V1_1_0);
        assert_eq!(before.again(&path), before, "{shape:?}");
        down(&path, Version::V1_0_0);
        let connection = old::open(&path);
        for table in ["scored_listings", "models"] {
            let columns = old::columns(&connection, table);
            assert!(!columns.contains(&"import_index".to_owned()), "{shape:?}");
        }
        drop(connection);
        assert_eq!(old::history(&path), ["1.0.0"], "{shape:?}");
        let after = Content::of(&path).row_counts();
        for (table, rows) in before.row_counts() {
            assert!(after.contains(&(table, rows)), "{shape:?}: {table}");
        }
        assert!(migration::verify(&path).unwrap().holds);
        let back = Content::of(&path);
        up(&path);
        assert_eq!(back.again(&path), back, "{shape:?}");
        assert_eq!(
            old::history(&path),
            [
                "1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0", "1.6.0", "1.7.0", "1.8.0"
            ],
            "{shape:?}"
        );
    }
}

/// An import as this program writes it: one row scored, one unmatched, one rejected.
fn add_new_import(path: &Path) {
    old::open(path)
        .execute_batch(
            "INSERT INTO import_batches
                 (import_id, imported_at, state, total_rows, scored_rows, unmatched_rows, rejected_rows, source_name, seen_at)
             VALUES ('new', '2026-02-01T00:00:00Z', 'done', 3, 1, 1, 1, 'shop.csv', '2026-01-31T00:00:00Z');
             INSERT INTO models (model) VALUES ('L4');
             INSERT INTO listings (id, title, canonical_model, import_id, fingerprint, seller, source_url, notes, form, confidence)
             VALUES (1000, 'NVIDIA L4', 'L4', 'new', x'00', 'a shop', 'https://example.com/l4', 'as new', 'pcie', 0.99);
             INSERT INTO listings (id, title, import_id, fingerprint, reason)
             VALUES (1001, 'L4 bracket', 'new', x'01', 'accessory');
             INSERT INTO scored_listings (id, canonical_model, price, score, import_id, import_index, listing_id, price_minor)
             VALUES (1000, 'L4', 2524.99, 47.17, 'new', 0, 1000, 252499);
             INSERT INTO unmatched_listings (import_id, import_index, listing_id, reason) VALUES ('new', 1, 1001, 'accessory');
             INSERT INTO rejected_rows
                 (import_id, import_index, line_start, line_end, byte_start, byte_len, raw, code, errors)
             VALUES ('new', 2, 4, 4, 60, 5, x'41', 'price_missing', '[]');",
        )
        .unwrap();
}

#[test]
fn refuses_to_lose_data_and_says_what_would_go() {
    let (_folder, path) = old::filled(Shape::First);
    up(&path);
    add_new_import(&path);
    let before = std::fs::read(&path).unwrap();
    let options = DownOptions {
        to: Version::V1_0_0,
        allow_loss: false,
    };
    let error = migration::down(&path, &options, now()).unwrap_err();
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert!(matches!(error, StoreError::WouldLose { .. }), "{error}");
    let told = error.to_string();
    for loss in [
        "1 rows of `unmatched_listings`",
        "1 rows of `rejected_rows`",
        "1 import records",
        "1 scored rows whose unknown VRAM",
        "1 offers without a model",
        "1 values of `scored_listings.import_index`",
    ] {
        assert!(told.contains(loss), "{told}");
    }
}

/// SQLite compares the names of tables by their case in some places and not in others.
#[test]
fn a_table_in_another_case_goes_up_and_down() {
    for table in ["listings", "scored_listings", "models"] {
        let (_folder, path) = old::filled(Shape::First);
        let written = table.to_uppercase();
        old::open(&path)
            .execute_batch(&format!(
                "PRAGMA legacy_alter_table = ON;
                 ALTER TABLE {table} RENAME TO away; ALTER TABLE away RENAME TO {written};"
            ))
            .unwrap();
        let rows = old::number(&path, &format!("SELECT COUNT(*) FROM {table}"));
        up(&path);
        down(&path, Version::V1_0_0);
        assert_eq!(
            old::number(&path, &format!("SELECT COUNT(*) FROM {table}")),
            rows
        );
    }
}

#[test]
fn goes_down_without_leave_where_nothing_is_lost() {
    let (_folder, path) = old::filled(Shape::First);
    up(&path);
    let options = DownOptions {
        to: Version::V1_0_0,
        allow_loss: false,
    };
    let report = migration::down(&path, &options, now()).unwrap();
    assert!(report.losses.is_empty());
    assert_eq!(report.steps.len(), 8);
}

#[test]
fn new_rows_take_their_texts_and_times_along() {
    let (_folder, path) = old::filled(Shape::First);
    up(&path);
    add_new_import(&path);
    let report = down(&path, Version::V1_0_0);
    assert!(!report.losses.is_empty());
    let row = old::strings(
        &old::open(&path),
        "SELECT concat_ws('|', vram_gb, tdp_watts, form_factor, notes, seller, source_url, seen_at, created_at, updated_at)
         FROM scored_listings WHERE id = 1000",
    );
    assert_eq!(
        row,
        [
            "0|0|pcie|as new|a shop|https://example.com/l4|2026-01-31T00:00:00Z|2026-02-01T00:00:00Z|2026-02-01T00:00:00Z"
        ]
    );
    let offer = old::strings(
        &old::open(&path),
        "SELECT concat_ws('|', title, price, canonical_model, match_score) FROM listings WHERE id >= 1000",
    );
    assert_eq!(offer, ["NVIDIA L4|2524.99|L4|0.99"]);
    assert_eq!(
        old::strings(
            &old::open(&path),
            "SELECT concat_ws('|', source, record_count) FROM import_batches WHERE import_id = 'new'"
        ),
        ["shop.csv|1"]
    );
}

#[test]
fn a_step_back_is_backed_up_and_logged() {
    let (_folder, path) = old::filled(Shape::Latest);
    up(&path);
    let report = down(&path, Version::V1_1_0);
    let backup = report.backup.unwrap();
    assert!(
        backup
            .to_str()
            .unwrap()
            .ends_with(".backup-1.8.0-20260203T040506Z")
    );
    assert_eq!(
        migration::status(&backup).unwrap().version,
        Some(Version::V1_8_0)
    );
    assert_eq!(
        old::strings(
            &old::open(&path),
            "SELECT version || direction FROM migration_log ORDER BY id"
        ),
        [
            "1.1.0up",
            "1.2.0up",
            "1.3.0up",
            "1.4.0up",
            "1.5.0up",
            "1.6.0up",
            "1.7.0up",
            "1.8.0up",
            "1.8.0down",
            "1.7.0down",
            "1.6.0down",
            "1.5.0down",
            "1.4.0down",
            "1.3.0down",
            "1.2.0down"
        ]
    );
    down(&path, Version::V1_0_0);
    assert_eq!(
        number(
            &path,
            "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'migration_log'"
        ),
        0
    );
}

/// A fingerprint has the key of its offer in front from 1.6.0 on, and only there: texts are known again after the way
/// back and forth, and so is the offer.
#[test]
fn fingerprints_keep_what_they_are_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gpu.sqlite");
    let rows = "title,price,seller,source_url\n\
        NVIDIA L4 24GB,2000,Northwind,https://north.example/l4\n\
        NVIDIA RTX A4000 16GB,600,Contoso,\n";
    let mut store = SqliteStore::open_or_create(&path, now()).unwrap();
    import(&mut store, "first", rows);
    drop(store);
    let fingerprints = |length: u32| {
        old::strings(
            &old::open(&path),
            &format!(
                "SELECT hex(fingerprint) FROM listings WHERE length(fingerprint) = {length} ORDER BY id"
            ),
        )
    };
    let before = fingerprints(24);
    assert_eq!(before.len(), 2);
    down(&path, Version::V1_5_0);
    let without: Vec<&str> = before.iter().map(|text| text.split_at(16).1).collect();
    assert_eq!(fingerprints(16), without);
    up(&path);
    assert_eq!(fingerprints(24), before);
    let mut store = SqliteStore::open(&path).unwrap();
    import(&mut store, "second", &rows.replace("2000", "1900"));
    drop(store);
    assert_eq!(fingerprints(24), before, "no text is kept twice");
    // A text that another program changed comes again, and the way back stays open.
    down(&path, Version::V1_5_0);
    old::open(&path)
        .execute("UPDATE listings SET seller = 'Acme' WHERE id = 1", [])
        .unwrap();
    up(&path);
    let mut store = SqliteStore::open(&path).unwrap();
    import(&mut store, "third", &rows.replace("2000", "1800"));
    drop(store);
    assert_eq!(fingerprints(24).len(), 3);
    down(&path, Version::V1_5_0);
    assert_eq!((fingerprints(16).len(), fingerprints(24).len()), (2, 1));
    up(&path);
    assert_eq!(fingerprints(24).len(), 3);
    let store = SqliteStore::open(&path).unwrap();
    let found = store.find_listing(1).unwrap().unwrap();
    // Acme's offer is not Northwind's of the third import.
    assert_eq!(store.offer_history(found.id).unwrap().sights.len(), 2);
    assert!(migration::verify(&path).unwrap().holds);
}

/// What errors have in common stands in `error_kinds` from 1.8.0 on, and in every row before.
#[test]
fn errors_stand_whole_in_their_rows_after_the_way_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gpu.sqlite");
    let text = many_errors();
    let mut store = SqliteStore::open_or_create(&path, now()).unwrap();
    import(&mut store, "first", &text);
    drop(store);
    let stored = || {
        let order = "SELECT errors FROM rejected_rows ORDER BY import_index";
        old::strings(&old::open(&path), order)
    };
    let found: Vec<String> = errors_of(&text)
        .iter()
        .map(|errors| serde_json::to_string(errors).unwrap())
        .collect();
    let short = stored();
    assert!(
        short
            .iter()
            .zip(&found)
            .any(|(short, found)| short == found)
    );
    assert!(
        short
            .iter()
            .zip(&found)
            .any(|(short, found)| short.len() < found.len() / 2)
    );
    down(&path, Version::V1_7_0);
    assert!(stored() == found);
    up(&path);
    assert!(stored() == found, "they are read as they are");
    let mut store = SqliteStore::open(&path).unwrap();
    assert_eq!(store.check().unwrap().violations, []);
    import(&mut store, "second", &text.replace("on request", "ask"));
    let mut listed = Vec::new();
    store
        .list_rejects("first", 0, &mut |reject| {
            listed.push(reject.errors);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(listed, found);
    assert!(store.check().unwrap().violations.is_empty());
}

#[test]
fn an_error_whose_kind_is_gone_is_told_before_the_way_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gpu.sqlite");
    let mut store = SqliteStore::open_or_create(&path, now()).unwrap();
    import(&mut store, "first", &many_errors());
    drop(store);
    let kinds = "SELECT COUNT(*) FROM rejected_rows WHERE CAST(errors AS TEXT) LIKE '%\"kind\":_%,\"value\":%'";
    assert!(number(&path, kinds) > 900);
    // What is no error at all stays as it is, and is in nobody's way.
    old::open(&path)
        .execute_batch(
            r#"DELETE FROM error_kinds;
            UPDATE rejected_rows SET errors = '["abc", 7, null]' WHERE import_index = 0;
            UPDATE rejected_rows SET errors = 'abc' WHERE import_index = 5;
            UPDATE rejected_rows SET errors = CAST(errors AS BLOB) WHERE import_index = 1499;"#,
        )
        .unwrap();
    let options = DownOptions {
        to: Version::V1_7_0,
        allow_loss: false,
    };
    let told = migration::down(&path, &options, now())
        .unwrap_err()
        .to_string();
    let words = "errors of `rejected_rows` whose kind is gone";
    assert!(told.contains(words), "{told}");
    down(&path, Version::V1_7_0);
    assert_eq!(
        number(&path, kinds),
        0,
        "no number that another kind may get"
    );
}
