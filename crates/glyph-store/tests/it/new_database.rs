//! A new database, and what every connection to one has.

use glyph_store::sqlite::connection;
use glyph_store::sqlite::migration::{self, State, UpOptions};

use crate::old::{self, now};

#[test]
fn no_file_an_empty_file_and_a_database_without_tables_are_new() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("deeper").join("absent.sqlite");
    let empty = folder.path().join("empty.sqlite");
    std::fs::write(&empty, b"").unwrap();
    let bare = folder.path().join("bare.sqlite");
    rusqlite::Connection::open(&bare)
        .unwrap()
        .execute_batch("CREATE TABLE a (b); DROP TABLE a")
        .unwrap();
    for path in [absent, empty, bare] {
        assert_eq!(migration::status(&path).unwrap().state, State::New);
        migration::up(&path, &UpOptions::default(), now()).unwrap();
        assert_eq!(migration::status(&path).unwrap().state, State::Current);
        assert_eq!(
            old::history(&path),
            [
                "1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0", "1.6.0", "1.7.0", "1.8.0"
            ]
        );
        assert!(migration::verify(&path).unwrap().holds);
    }
}

#[test]
fn a_connection_enforces_keys_logs_ahead_and_flushes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.sqlite");
    drop(connection::open_or_create(&path, now()).unwrap());
    let connection = connection::open_or_create(&path, now()).unwrap();
    let pragma = |name: &str| -> String {
        connection
            .query_row(
                &format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"),
                [],
                |row| row.get(0),
            )
            .unwrap()
    };
    assert_eq!(pragma("foreign_keys"), "1");
    assert_eq!(pragma("journal_mode"), "wal");
    assert_eq!(pragma("synchronous"), "2");
    assert_eq!(pragma("page_size"), "16384");
    connection
        .execute_batch(
            "INSERT INTO scored_listings (canonical_model, price, score) VALUES ('none', 1, 1)",
        )
        .unwrap_err();
}

#[test]
fn a_reader_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.sqlite");
    drop(connection::open_or_create(&path, now()).unwrap());
    let reader = connection::open_current_for_reading(&path).unwrap();
    reader
        .execute_batch("INSERT INTO models (model) VALUES ('A40')")
        .unwrap_err();
}

/// Promise 3 of the batch contract: the database itself refuses two rows under one coordinate.
#[test]
fn the_database_refuses_two_rows_with_one_coordinate() {
    let folder = tempfile::tempdir().unwrap();
    let connection = connection::open_or_create(&folder.path().join("new.sqlite"), now()).unwrap();
    connection
        .execute_batch(
            "INSERT INTO import_batches (import_id) VALUES ('one');
             INSERT INTO models (model) VALUES ('A40');
             INSERT INTO scored_listings (canonical_model, price, score, import_id, import_index) VALUES ('A40', 1, 1, 'one', 0);
             INSERT INTO scored_listings (canonical_model, price, score, import_id) VALUES ('A40', 1, 1, 'one');
             INSERT INTO scored_listings (canonical_model, price, score, import_id) VALUES ('A40', 1, 1, 'one');",
        )
        .unwrap();
    connection
        .execute_batch(
            "INSERT INTO scored_listings (canonical_model, price, score, import_id, import_index) VALUES ('A40', 2, 1, 'one', 0)",
        )
        .unwrap_err();
}

#[test]
fn of_several_that_make_it_at_once_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.sqlite");
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| connection::open_or_create(&path, now()).map(drop)))
            .collect();
        for thread in all {
            thread.join().unwrap().unwrap();
        }
    });
    assert_eq!(
        old::history(&path),
        [
            "1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0", "1.6.0", "1.7.0", "1.8.0"
        ]
    );
}

#[test]
fn a_users_table_or_view_beside_a_current_database_does_not_stop_an_import() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.sqlite");
    let connection = connection::open_or_create(&path, now()).unwrap();
    connection
        .execute_batch("CREATE TABLE \"my \"\"notes\" (a); CREATE VIEW cheap AS SELECT * FROM offers WHERE price < 100")
        .unwrap();
    drop(connection);
    drop(connection::open_existing_current(&path).unwrap());
    let status = migration::status(&path).unwrap();
    assert!(
        status
            .notes
            .iter()
            .any(|note| note.contains("view `cheap`")),
        "{:?}",
        status.notes
    );
    migration::backup(&path, &folder.path().join("copy.sqlite")).unwrap();
}

#[test]
fn the_view_of_offers_puts_a_row_together_again() {
    let folder = tempfile::tempdir().unwrap();
    let connection = connection::open_or_create(&folder.path().join("new.sqlite"), now()).unwrap();
    connection
        .execute_batch(
            "INSERT INTO import_batches (import_id, imported_at, seen_at, state) VALUES ('one', '2026-02-01T00:00:00Z', '2026-01-31T00:00:00Z', 'done');
             INSERT INTO models (model) VALUES ('L4');
             INSERT INTO listings (id, title, seller, fingerprint, memory_gb) VALUES (1, 'lot of 2 L4', 'a shop', x'00', 24);
             INSERT INTO scored_listings (canonical_model, price, score, vram_gb, import_id, import_index, listing_id, price_minor, currency, lot_size)
             VALUES ('L4', 480, 50, 24, 'one', 0, 1, 72000, 'JPY', 2);
             INSERT INTO scored_listings (canonical_model, price, score, vram_gb, seller, seen_at) VALUES ('L4', 480, 50, 0, 'old', 'then');",
        )
        .unwrap();
    let rows = old::strings(
        &connection,
        "SELECT concat_ws('|', title, seller, unit_price, price_per_gb, currency, price_given, seen_at, created_at)
         FROM offers ORDER BY id",
    );
    assert_eq!(
        rows,
        [
            "lot of 2 L4|a shop|240.0|10.0|JPY|72000.0|2026-01-31T00:00:00Z|2026-02-01T00:00:00Z",
            "old|480.0|USD|480.0|then"
        ]
    );
}
