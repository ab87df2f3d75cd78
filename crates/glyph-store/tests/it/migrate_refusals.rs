//! What is refused is told by name, and left byte for byte as it was.

use std::path::Path;

use glyph_store::error::StoreError;
use glyph_store::sqlite::connection;
use glyph_store::sqlite::migration::{self, UpOptions, Version};

use crate::old::{self, ODD_IMPORT_ID, Shape, now};

/// Everything in a folder: names and bytes.
pub(crate) fn folder_bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Tries to go up, and to open for an import; gives the refusal of the former.
fn refusal(path: &Path) -> StoreError {
    let folder = path.parent().unwrap();
    let before = folder_bytes(folder);
    let error = migration::up(path, &UpOptions::default(), now()).unwrap_err();
    connection::open_or_create(path, now()).unwrap_err();
    connection::open_existing_current(path).unwrap_err();
    assert!(
        folder_bytes(folder) == before,
        "the refusal changed the folder: {error}"
    );
    error
}

fn refusal_after(shape: Shape, sql: &str) -> String {
    let (_folder, path) = old::filled(shape);
    old::open(&path).execute_batch(sql).unwrap();
    let error = refusal(&path);
    assert!(
        matches!(error, StoreError::UnknownSchema { .. }),
        "{sql}: {error}"
    );
    error.to_string()
}

#[test]
fn refuses_what_the_program_does_not_know_and_names_every_difference() {
    for (sql, named) in [
        ("CREATE TABLE notes (id INTEGER PRIMARY KEY)", vec!["table `notes` is not known"]),
        (
            "ALTER TABLE models ADD COLUMN colour TEXT; ALTER TABLE listings ADD COLUMN rank INTEGER",
            vec!["column `models.colour` is not known", "column `listings.rank` is not known"],
        ),
        ("CREATE VIEW cheap AS SELECT * FROM models", vec!["view `cheap` is not known"]),
        (
            "CREATE TRIGGER gone AFTER DELETE ON models BEGIN SELECT 1; END",
            vec!["trigger `gone` on `models` is not known"],
        ),
        (
            "CREATE UNIQUE INDEX one_seller ON scored_listings (seller, id)",
            vec!["unique index `one_seller` on `scored_listings` (seller, id)"],
        ),
        ("DROP TABLE quantized_listings", vec!["table `quantized_listings` is missing"]),
        (
            "ALTER TABLE scored_listings DROP COLUMN warnings",
            vec!["column `scored_listings.warnings` is missing"],
        ),
        (
            "DROP TABLE quantized_listings;
             CREATE TABLE quantized_listings (
                 id INTEGER PRIMARY KEY, scored_listing_id INTEGER NOT NULL REFERENCES models (model),
                 model_7b TEXT NOT NULL, model_13b INTEGER NOT NULL, model_70b INTEGER NOT NULL UNIQUE,
                 created_at TIMESTAMP NOT NULL, updated_at TIMESTAMP NOT NULL,
                 import_id TEXT REFERENCES import_batches (import_id))",
            vec![
                "`quantized_listings.model_7b` has type `TEXT` and not `INTEGER`",
                "`quantized_listings.scored_listing_id` does not refer to `scored_listings.id`",
                "`quantized_listings.scored_listing_id` refers to `models.model`",
                "`quantized_listings` has a unique key on `model_70b`",
            ],
        ),
    ] {
        let told = refusal_after(Shape::First, sql);
        for difference in named {
            assert!(told.contains(difference), "{sql}: {told}");
        }
    }
}

#[test]
fn refuses_a_null_where_the_schema_has_no_place_for_it() {
    let told = refusal_after(
        Shape::First,
        "DROP TABLE schema_version;
         CREATE TABLE schema_version (id INTEGER PRIMARY KEY, version TEXT, applied_at TIMESTAMP, description TEXT);
         INSERT INTO schema_version (version) VALUES ('1.0.0');",
    );
    assert!(
        told.contains("column `schema_version.applied_at` holds NULL"),
        "{told}"
    );
}

#[test]
fn refuses_a_newer_version_and_says_which_it_needs() {
    for shape in [Shape::First, Shape::InitDb] {
        let (_folder, path) = old::filled(shape);
        old::open(&path)
            .execute_batch(
                "INSERT INTO schema_version (id, version, applied_at) VALUES (2, '99.0.0', 'now'), (3, '1.1.0', 'now')",
            )
            .unwrap();
        let error = refusal(&path);
        assert!(error.to_string().contains("`99.0.0`"), "{error}");
        assert!(matches!(error, StoreError::Newer { .. }));
        assert!(error.hint().unwrap().contains("99.0.0"));
    }
}

#[test]
fn refuses_other_programs_files() {
    let folder = tempfile::tempdir().unwrap();
    let stranger = folder.path().join("stranger.sqlite");
    rusqlite::Connection::open(&stranger)
        .unwrap()
        .execute_batch("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)")
        .unwrap();
    let error = refusal(&stranger);
    assert!(
        error.to_string().contains("table `notes` is not known"),
        "{error}"
    );

    for (name, bytes) in [
        (
            "listings.csv",
            b"title,price\nNVIDIA L4,2524.99\n".as_slice(),
        ),
        ("short", b"x"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        assert!(
            matches!(refusal(&path), StoreError::NotADatabase { .. }),
            "{name}"
        );
    }
    let error = migration::up(folder.path(), &UpOptions::default(), now()).unwrap_err();
    assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
}

#[test]
fn refuses_a_damaged_file() {
    let (_folder, path) = old::filled(Shape::First);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = migration::up(&path, &UpOptions::default(), now()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn refuses_rows_that_break_uniqueness_and_lists_them() {
    let (_folder, path) = old::filled(Shape::Latest);
    old::open(&path)
        .execute_batch(&format!(
            "UPDATE scored_listings SET import_index = 3 WHERE import_id = '{ODD_IMPORT_ID}' AND import_index IN (5, 7)"
        ))
        .unwrap();
    let error = refusal(&path);
    let StoreError::Collisions { collisions } = &error else {
        panic!("{error}");
    };
    assert_eq!(collisions.pairs, 1);
    assert_eq!(collisions.imports, [(ODD_IMPORT_ID.to_owned(), 1)]);
    assert_eq!(collisions.first[0].rows, 3);
    assert!(
        error
            .to_string()
            .contains(&format!("import `{ODD_IMPORT_ID}`, index `3`: 3 rows"))
    );
    assert!(error.hint().unwrap().contains("--resequence"));
    migration::plan(&path, &UpOptions::default(), now()).unwrap_err();
}

#[test]
fn a_refusal_leaves_a_write_ahead_log_as_it_was() {
    let (folder, path) = old::filled(Shape::Latest);
    // A killed writer's log: the files as they are while a connection is open, in a folder of their own.
    let writer = old::open(&path);
    writer
        .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE notes (id INTEGER PRIMARY KEY)")
        .unwrap();
    let copy = tempfile::tempdir().unwrap();
    for name in ["gpu.sqlite", "gpu.sqlite-wal"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let path = copy.path().join("gpu.sqlite");
    let log = copy.path().join("gpu.sqlite-wal");
    let before = (std::fs::read(&path).unwrap(), std::fs::read(&log).unwrap());
    let error = migration::up(&path, &UpOptions::default(), now()).unwrap_err();
    assert!(error.to_string().contains("`notes`"), "{error}");
    assert_eq!(
        (std::fs::read(&path).unwrap(), std::fs::read(&log).unwrap()),
        before
    );
}

#[test]
fn an_old_database_is_not_opened_for_an_import() {
    let (_folder, path) = old::filled(Shape::Latest);
    let error = connection::open_or_create(&path, now()).unwrap_err();
    assert!(matches!(
        error,
        StoreError::NeedsMigration {
            found: Version::V1_0_0,
            ..
        }
    ));
    assert!(error.hint().unwrap().contains("migrate up"));
}

#[test]
fn up_does_not_go_down_and_down_does_not_go_up() {
    let (_folder, path) = old::filled(Shape::Latest);
    let options = migration::DownOptions {
        to: Version::V1_1_0,
        allow_loss: true,
    };
    migration::down(&path, &options, now()).unwrap_err();
    migration::up(&path, &UpOptions::default(), now()).unwrap();
    let options = UpOptions {
        to: Some(Version::V1_0_0),
        ..UpOptions::default()
    };
    let error = migration::up(&path, &options, now()).unwrap_err();
    assert!(error.hint().unwrap().contains("migrate down"), "{error}");
    assert!(
        "2.0.0"
            .parse::<Version>()
            .unwrap_err()
            .hint()
            .unwrap()
            .contains("`1.3.0`")
    );
}
