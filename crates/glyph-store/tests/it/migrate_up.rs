//! Going up: every shape of the old program's databases comes to one schema and keeps every value.

use std::collections::BTreeMap;
use std::path::Path;

use glyph_store::sqlite::connection;
use glyph_store::sqlite::migration::{self, State, UpOptions, Version};
use glyph_store::sqlite::schema::{Schema, comparable};

use crate::old::{self, Content, ODD_IMPORT_ID, Shape, now, number};

fn up(path: &Path) {
    migration::up(path, &UpOptions::default(), now()).unwrap();
}

fn up_to_1_1_0(path: &Path, options: &UpOptions) {
    let options = UpOptions {
        to: Some(Version::V1_1_0),
        ..options.clone()
    };
    migration::up(path, &options, now()).unwrap();
}

#[test]
fn every_shape_keeps_every_value() {
    for shape in Shape::ALL {
        let (_folder, path) = old::filled(shape);
        let before = Content::of(&path);
        up(&path);
        assert_eq!(before.again(&path), before, "{shape:?}");
        let status = migration::status(&path).unwrap();
        assert_eq!(status.state, State::Current, "{shape:?}");
        assert!(migration::verify(&path).unwrap().holds, "{shape:?}");
    }
}

/// Everything that a file declares, in a form in which only meaning counts.
fn declared(path: &Path) -> BTreeMap<String, String> {
    let schema = Schema::read(&old::open(path)).unwrap();
    let tables = schema.tables.into_iter().map(|(name, table)| {
        let text = comparable(&table.sql);
        (
            name,
            format!(
                "{text} {:?}",
                (table.columns, table.foreign_keys, table.unique)
            ),
        )
    });
    let indexes = schema
        .indexes
        .into_iter()
        .map(|(name, index)| (name, comparable(&index.sql)));
    let views = schema
        .views
        .into_iter()
        .map(|(name, sql)| (name, comparable(&sql)));
    let triggers = schema
        .triggers
        .into_iter()
        .map(|(name, trigger)| (name, comparable(&trigger.sql)));
    tables.chain(indexes).chain(views).chain(triggers).collect()
}

#[test]
fn the_steps_from_every_shape_give_the_schema_of_a_new_database() {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new.sqlite");
    drop(connection::open_or_create(&new, now()).unwrap());
    let wanted = declared(&new);
    assert!(wanted.contains_key("offers") && wanted.contains_key("uq_import_batch_index"));
    for shape in Shape::ALL {
        for (_folder, path) in [old::empty(shape), old::filled(shape)] {
            up(&path);
            assert_eq!(declared(&path), wanted, "{shape:?}");
        }
    }
}

#[test]
fn version_1_1_0_adds_what_it_says_and_no_more() {
    for shape in Shape::ALL {
        let (_folder, path) = old::filled(shape);
        let before = Content::of(&path);
        up_to_1_1_0(&path, &UpOptions::default());
        assert_eq!(before.again(&path), before, "{shape:?}");
        let schema = Schema::read(&old::open(&path)).unwrap();
        for table in ["scored_listings", "models"] {
            assert!(
                schema.tables[table].column("import_index").is_some(),
                "{shape:?}"
            );
        }
        let key = &schema.indexes["uq_import_batch_index"];
        assert!(key.unique && !key.partial);
        assert!(schema.indexes.contains_key("idx_models_import_batch"));
        for gone in [
            "idx_scored_listings_import_index",
            "idx_scored_listings_import_batch",
            "idx_models_import_index",
        ] {
            assert!(!schema.indexes.contains_key(gone), "{shape:?}: {gone}");
        }
        assert!(!schema.tables.contains_key("rejected_rows"));
        assert_eq!(
            migration::status(&path).unwrap().version,
            Some(Version::V1_1_0)
        );
    }
}

#[test]
fn the_history_has_a_row_a_version_and_keeps_what_the_old_script_wrote() {
    let (_folder, path) = old::filled(Shape::First);
    up(&path);
    assert_eq!(
        old::history(&path),
        [
            "1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0", "1.6.0", "1.7.0", "1.8.0"
        ]
    );
    let row = old::strings(
        &old::open(&path),
        "SELECT description || ' ' || applied_at FROM schema_version WHERE version = '1.1.0'",
    );
    assert_eq!(
        row,
        ["Add import_index to scored_listings 2026-02-03T04:05:06Z"]
    );

    let (_folder, path) = old::filled(Shape::FirstAfterScript);
    up(&path);
    assert_eq!(
        old::history(&path),
        [
            "1.0.0", "1.1.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0", "1.6.0", "1.7.0",
            "1.8.0"
        ]
    );
}

#[test]
fn going_up_twice_is_going_up_once() {
    let (_folder, path) = old::filled(Shape::Latest);
    up(&path);
    let bytes = std::fs::read(&path).unwrap();
    let report = migration::up(&path, &UpOptions::default(), now()).unwrap();
    assert!(report.steps.is_empty() && report.backup.is_none());
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn rows_without_a_number_stay_so_unless_backfill_is_asked_for() {
    let (_folder, path) = old::filled(Shape::First);
    up(&path);
    assert_eq!(
        number(
            &path,
            "SELECT COUNT(*) FROM scored_listings WHERE import_index IS NOT NULL"
        ),
        0
    );

    let (_folder, path) = old::filled(Shape::First);
    let before = Content::of(&path);
    let options = UpOptions {
        backfill: true,
        ..UpOptions::default()
    };
    migration::up(&path, &options, now()).unwrap();
    assert_eq!(before.again(&path), before);
    for import_id in ["2025-07-29-batch1", ODD_IMPORT_ID] {
        let numbers: Vec<i64> = old::open(&path)
            .prepare("SELECT import_index FROM scored_listings WHERE import_id = ?1 ORDER BY id")
            .unwrap()
            .query_map([import_id], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert!(numbers.len() > 10);
        assert_eq!(numbers, (0..numbers.len() as i64).collect::<Vec<_>>());
    }
    assert_eq!(
        number(
            &path,
            "SELECT COUNT(*) FROM scored_listings WHERE import_id IS NULL AND import_index IS NOT NULL"
        ),
        0
    );
}

#[test]
fn backfill_goes_on_from_the_numbers_that_an_import_has() {
    let (_folder, path) = old::filled(Shape::Latest);
    let highest = number(
        &path,
        "SELECT MAX(import_index) FROM scored_listings WHERE import_id = '2025-07-29-batch1'",
    );
    old::open(&path)
        .execute_batch(
            "DROP TRIGGER update_scored_listings_timestamp;
             UPDATE scored_listings SET import_index = NULL WHERE id = (
                 SELECT MIN(id) FROM scored_listings WHERE import_id = '2025-07-29-batch1')",
        )
        .unwrap();
    up_to_1_1_0(
        &path,
        &UpOptions {
            backfill: true,
            ..UpOptions::default()
        },
    );
    let given = number(
        &path,
        "SELECT import_index FROM scored_listings WHERE import_id = '2025-07-29-batch1' ORDER BY id LIMIT 1",
    );
    assert_eq!(given, highest + 1);
}

#[test]
fn resequence_mends_collisions_in_order_and_changes_nothing_else() {
    let (_folder, path) = old::filled(Shape::Latest);
    old::open(&path)
        .execute_batch(&format!(
            "UPDATE scored_listings SET import_index = 3
             WHERE import_id = '{ODD_IMPORT_ID}' AND import_index IN (5, 7)"
        ))
        .unwrap();
    let order = format!(
        "SELECT group_concat(id) FROM (
             SELECT id FROM scored_listings WHERE import_id = '{ODD_IMPORT_ID}' ORDER BY import_index, id)"
    );
    let before_order = old::strings(&old::open(&path), &order);
    let others = "SELECT group_concat(import_index) FROM (
        SELECT import_index FROM scored_listings WHERE import_id = '2025-07-29-batch1' ORDER BY id)";
    let before_others = old::strings(&old::open(&path), others);
    let before = Content::of(&path)
        .without_column("import_index")
        .again(&path);

    let options = UpOptions {
        resequence: true,
        ..UpOptions::default()
    };
    migration::up(&path, &options, now()).unwrap();

    assert_eq!(before.again(&path), before);
    assert_eq!(old::strings(&old::open(&path), &order), before_order);
    assert_eq!(old::strings(&old::open(&path), others), before_others);
    let wrong = format!(
        "SELECT COUNT(*) FROM (
             SELECT import_index, ROW_NUMBER() OVER (ORDER BY import_index) - 1 AS place
             FROM scored_listings WHERE import_id = '{ODD_IMPORT_ID}')
         WHERE import_index <> place"
    );
    assert_eq!(number(&path, &wrong), 0);
}

#[test]
fn rows_that_refer_to_nothing_are_kept_and_told() {
    for shape in [Shape::First, Shape::InitDb] {
        let (_folder, path) = old::filled(shape);
        old::open(&path)
            .execute_batch(
                "DELETE FROM models WHERE model = 'UNKNOWN';
                 DELETE FROM import_batches WHERE import_id = '2025-07-29-batch1';",
            )
            .unwrap();
        let before = Content::of(&path);
        let report = migration::up(&path, &UpOptions::default(), now()).unwrap();
        assert_eq!(before.again(&path), before, "{shape:?}");
        for step in &report.steps {
            let told = step.findings.join("\n");
            assert!(
                told.contains("`scored_listings` refer to rows of `models`"),
                "{told}"
            );
            assert!(told.contains("`import_batches`"), "{told}");
        }
        assert!(migration::verify(&path).unwrap().holds);
    }
}

#[test]
fn a_users_own_index_stays() {
    let (_folder, path) = old::filled(Shape::First);
    old::open(&path)
        .execute_batch(
            "CREATE INDEX my_seller ON scored_listings (seller COLLATE NOCASE) WHERE seller IS NOT NULL;
             CREATE INDEX idx_listing_segments_import_id ON scored_listings (price, score);",
        )
        .unwrap();
    let report = migration::up(&path, &UpOptions::default(), now()).unwrap();
    let schema = Schema::read(&old::open(&path)).unwrap();
    assert!(schema.indexes["my_seller"].sql.contains("COLLATE NOCASE"));
    assert_eq!(
        comparable(&schema.indexes["idx_listing_segments_import_id"].sql),
        comparable("CREATE INDEX idx_listing_segments_import_id ON listing_segments (import_id)")
    );
    let told: Vec<&String> = report
        .steps
        .iter()
        .flat_map(|step| &step.findings)
        .collect();
    assert!(
        told.iter()
            .any(|finding| finding.contains("`idx_listing_segments_import_id` gives way")),
        "{told:?}"
    );
    drop(connection::open_existing_current(&path).unwrap());
}

#[test]
fn missing_indexes_triggers_and_columns_of_the_old_program_are_no_obstacle() {
    let (_folder, path) = old::filled(Shape::Latest);
    old::open(&path)
        .execute_batch(
            "DROP TRIGGER update_models_timestamp;
             DROP INDEX idx_scored_listings_region;
             DROP INDEX idx_listing_snapshots_model;
             DROP INDEX idx_listings_import_index;
             ALTER TABLE listings DROP COLUMN import_index;
             DROP INDEX idx_models_import_index;
             ALTER TABLE models DROP COLUMN import_index;",
        )
        .unwrap();
    let before = Content::of(&path);
    up(&path);
    assert_eq!(before.again(&path), before);
}

#[test]
fn a_database_in_another_encoding_page_size_and_journal_comes_along() {
    let (_folder, source) = old::filled(Shape::Latest);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b?c#d%20e.sqlite");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch("PRAGMA encoding = 'UTF-16le'; PRAGMA page_size = 1024; PRAGMA auto_vacuum = FULL; PRAGMA journal_mode = WAL;")
        .unwrap();
    let schema = Schema::read(&old::open(&source)).unwrap();
    for table in schema.tables.values() {
        connection.execute_batch(&table.sql).unwrap();
    }
    connection
        .execute_batch(
            "INSERT INTO schema_version (version) VALUES ('1.0.0');
             INSERT INTO import_batches (import_id, description) VALUES ('œ', '✓');
             INSERT INTO models (model) VALUES ('A40');
             INSERT INTO scored_listings (canonical_model, price, vram_gb, tdp_watts, score, import_id, import_index)
             VALUES ('A40', 1.5, 48, 300, 2.5, 'œ', 1);",
        )
        .unwrap();
    let before = Content::of(&path);
    up(&path);
    assert_eq!(before.again(&path), before);
}

#[test]
fn eight_at_once_migrate_once() {
    let (_folder, path) = old::filled(Shape::Latest);
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    migration::up(&path, &UpOptions::default(), now())
                        .map(|report| report.steps.len())
                })
            })
            .collect();
        let steps: usize = all
            .into_iter()
            .map(|thread| thread.join().unwrap().unwrap())
            .sum();
        assert_eq!(steps, 8);
    });
    assert_eq!(
        old::history(&path),
        [
            "1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0", "1.5.0", "1.6.0", "1.7.0", "1.8.0"
        ]
    );
}

#[test]
fn no_id_is_given_twice_where_the_old_program_promised_it() {
    let (_folder, path) = old::filled(Shape::Latest);
    up(&path);
    old::open(&path)
        .execute_batch(
            "INSERT INTO listing_snapshots (model, price_usd, score, seen_at) VALUES ('A40', 1, 1, '2026-01-01')",
        )
        .unwrap();
    assert_eq!(number(&path, "SELECT MAX(id) FROM listing_snapshots"), 3);
}
