//! Looking without touching, and copies that can be trusted.

use glyph_store::error::StoreError;
use glyph_store::sqlite::migration::{self, State, UpOptions, Version};

use crate::migrate_refusals::folder_bytes;
use crate::old::{self, Content, Shape, now};

#[test]
fn a_plan_and_a_status_change_nothing() {
    for shape in Shape::ALL {
        let (folder, path) = old::filled(shape);
        let before = folder_bytes(folder.path());
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        let plan = migration::plan(&path, &UpOptions::default(), now()).unwrap();
        let status = migration::status(&path).unwrap();
        assert!(folder_bytes(folder.path()) == before, "{shape:?}");
        assert_eq!(
            std::fs::metadata(&path).unwrap().modified().unwrap(),
            modified
        );
        assert_eq!(plan.from, Some(Version::V1_0_0));
        assert_eq!(plan.steps.len(), 8);
        assert_eq!(status.state, State::NeedsMigration);
    }
}

#[test]
fn a_plan_says_what_up_then_does() {
    let (_folder, path) = old::filled(Shape::First);
    let plan = migration::plan(&path, &UpOptions::default(), now()).unwrap();
    let done = migration::up(&path, &UpOptions::default(), now()).unwrap();
    for (planned, done) in plan.steps.iter().zip(&done.steps) {
        assert_eq!(planned.statements, done.statements);
        assert_eq!(planned.tables, done.tables);
    }
    let first = &plan.steps[0].statements;
    assert!(
        first
            .iter()
            .any(|sql| sql.starts_with("CREATE UNIQUE INDEX uq_import_batch_index")),
        "{first:?}"
    );
    let scored = plan.steps[1]
        .tables
        .iter()
        .find(|change| change.table == "scored_listings")
        .unwrap();
    assert_eq!(
        (scored.rows_before, scored.rows_after),
        (Some(59), Some(59))
    );
    assert!(
        migration::plan(&path, &UpOptions::default(), now())
            .unwrap()
            .steps
            .is_empty()
    );
}

#[test]
fn a_plan_reads_what_a_killed_writer_left_in_the_log() {
    let (folder, path) = old::filled(Shape::Latest);
    let writer = old::open(&path);
    writer
        .execute_batch("PRAGMA journal_mode = WAL; INSERT INTO import_batches (import_id) VALUES ('in the log')")
        .unwrap();
    let copy = tempfile::tempdir().unwrap();
    for name in ["gpu.sqlite", "gpu.sqlite-wal"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let path = copy.path().join("gpu.sqlite");
    let before = std::fs::read(&path).unwrap();
    let plan = migration::plan(&path, &UpOptions::default(), now()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let batches = plan.steps[0]
        .tables
        .iter()
        .find(|change| change.table == "import_batches")
        .unwrap();
    assert_eq!(batches.rows_before, Some(3));
}

#[test]
fn a_plan_leaves_a_killed_writers_journal_to_the_next_writer() {
    let (folder, path) = old::filled(Shape::Latest);
    let before = Content::of(&path);
    let writer = old::open(&path);
    // With a cache of one page, half of the transaction is in the file before it ends.
    writer
        .execute_batch(
            "PRAGMA cache_size = 1;
             BEGIN;
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
             INSERT INTO listing_snapshots (model, price_usd, score, seen_at) SELECT 'A40', i, i, 'now' FROM n;
             UPDATE scored_listings SET notes = 'half done';",
        )
        .unwrap();
    let copy = tempfile::tempdir().unwrap();
    for name in ["gpu.sqlite", "gpu.sqlite-journal"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let path = copy.path().join("gpu.sqlite");
    let left = folder_bytes(copy.path());
    assert!(left.iter().all(|(_, bytes)| !bytes.is_empty()));
    migration::plan(&path, &UpOptions::default(), now()).unwrap();
    assert!(folder_bytes(copy.path()) == left);
    migration::up(&path, &UpOptions::default(), now()).unwrap();
    assert_eq!(before.again(&path), before);
}

#[test]
fn looking_at_a_database_that_is_not_there_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.sqlite");
    assert_eq!(migration::status(&path).unwrap().state, State::New);
    assert_eq!(
        migration::plan(&path, &UpOptions::default(), now())
            .unwrap()
            .from,
        None
    );
    assert!(matches!(
        migration::verify(&path),
        Err(StoreError::NotFound { .. })
    ));
    assert!(folder_bytes(folder.path()).is_empty());
}

#[test]
fn the_backup_before_a_migration_is_the_database_as_it_was() {
    let (_folder, path) = old::filled(Shape::Latest);
    let before = Content::of(&path);
    let report = migration::up(&path, &UpOptions::default(), now()).unwrap();
    let backup = report.backup.unwrap();
    assert!(
        backup
            .to_str()
            .unwrap()
            .ends_with("gpu.sqlite.backup-1.0.0-20260203T040506Z")
    );
    assert_eq!(Content::of(&backup), before);
    migration::up(&backup, &UpOptions::default(), now()).unwrap();
}

#[test]
fn a_backup_overwrites_nothing() {
    let (folder, path) = old::filled(Shape::Latest);
    let target = folder.path().join("copy.sqlite");
    let bytes = migration::backup(&path, &target).unwrap();
    assert_eq!(bytes, std::fs::metadata(&target).unwrap().len());
    assert_eq!(Content::of(&target), Content::of(&path));
    assert!(matches!(
        migration::backup(&path, &target),
        Err(StoreError::Exists { .. })
    ));
    assert!(matches!(
        migration::backup(&path, &path),
        Err(StoreError::Exists { .. })
    ));
}

#[test]
fn verify_finds_a_step_that_was_another_one() {
    let (_folder, path) = old::filled(Shape::First);
    migration::up(&path, &UpOptions::default(), now()).unwrap();
    assert!(migration::verify(&path).unwrap().holds);
    old::open(&path)
        .execute_batch("UPDATE migration_log SET checksum = 'other' WHERE version = '1.2.0'")
        .unwrap();
    let report = migration::verify(&path).unwrap();
    assert!(!report.holds);
    let told: Vec<&String> = report
        .checks
        .iter()
        .flat_map(|check| &check.details)
        .collect();
    assert!(
        told.iter()
            .any(|detail| detail.contains("checksum `other`")),
        "{told:?}"
    );
}
