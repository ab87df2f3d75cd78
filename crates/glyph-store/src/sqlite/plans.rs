//! How SQLite answers what the store asks: no question of a page or of one import reads a whole table of rows.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use glyph_core::pipeline::Counts;
use glyph_core::registry::Registry;
use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::SqliteStore;
use crate::import::{FinishedImport, NewImport};
use crate::listing::{ListingFilter, ListingSort};
use crate::store::Store;

const AT: &str = "2026-01-02T03:04:05Z";

/// What may be read from end to end, by its name or the name that a statement gives it: tables that have a row an import,
/// a model or a currency, what SQLite makes on the way, and values in the statement.
const SMALL: [&str; 10] = [
    "import_batches",
    "models",
    "import_rates",
    "listing_segments",
    "title_segments",
    "merged_segments",
    "unsegmented_imports",
    "sqlite_schema",
    "CONSTANT",
    "(subquery",
];

/// Every statement that `work` has SQLite run on a new database.
fn statements(work: impl FnOnce(&mut SqliteStore)) -> (Connection, BTreeSet<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gpu.sqlite");
    let mut store =
        SqliteStore::open_or_create(&path, jiff::Timestamp::UNIX_EPOCH).expect("a database");
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let note = Arc::clone(&seen);
    store
        .connection
        .trace_v2(
            TraceEventCodes::SQLITE_TRACE_STMT,
            Some(move |event: TraceEvent<'_>| {
                if let TraceEvent::Stmt(_, sql) = event {
                    note.lock().expect("one thread").insert(sql.to_owned());
                }
            }),
        )
        .expect("a trace");
    work(&mut store);
    let connection = Connection::open_in_memory().expect("a database in memory");
    connection
        .execute_batch(super::schema::CURRENT)
        .expect("the schema");
    // As in a bulk write: what they would have SQLite look up is no part of the statements.
    connection
        .pragma_update(None, "foreign_keys", false)
        .expect("a setting");
    let seen = seen.lock().expect("one thread").clone();
    (connection, seen)
}

/// The steps of the plans of `sql` that read a large table from end to end.
fn scans(connection: &Connection, sql: &str) -> Vec<String> {
    let Ok(mut plan) = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")) else {
        // BEGIN, PRAGMA, SAVEPOINT and the like have no plan.
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut rows = plan.raw_query();
    while let Some(row) = rows.next().expect("a plan") {
        let detail: String = row.get("detail").expect("a plan");
        let is_large = |what: &str| !SMALL.iter().any(|small| what.starts_with(small));
        if detail.strip_prefix("SCAN ").is_some_and(is_large) {
            found.push(detail);
        }
    }
    found
}

fn assert_no_scan(work: impl FnOnce(&mut SqliteStore), but_for: &[&str]) {
    let (connection, statements) = statements(work);
    assert!(statements.iter().any(|sql| sql.contains("SELECT")));
    let found: Vec<(String, Vec<String>)> = statements
        .into_iter()
        .filter(|sql| !but_for.iter().any(|words| sql.contains(words)))
        .map(|sql| (scans(&connection, &sql), sql))
        .filter(|(scans, _)| !scans.is_empty())
        .map(|(scans, sql)| (sql, scans))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// An import without rows: its statements are those of any.
fn import(store: &mut SqliteStore, import_id: &str) {
    let writer = store
        .start_import(&NewImport {
            import_id,
            imported_at: AT,
            seen_at: AT,
            source_name: "offers.csv",
            scoring_profile: "inference",
            registry: Registry::embedded(),
            program_version: "0.0.0",
            description: None,
        })
        .expect("an import");
    writer
        .commit(&FinishedImport {
            counts: Counts::default(),
            seen_at: "2026-01-01T00:00:00Z",
            source_format: "csv",
            source_sha256: import_id,
            source_bytes: 0,
            options_key: import_id,
            forced: false,
            reading_options: "{}".to_owned(),
            header_mapping: "[]".to_owned(),
            findings: "{}".to_owned(),
            source_header: b"",
            rates: &[],
            errors_by_code: "{}".to_owned(),
            duration_ms: 0,
            job: None,
        })
        .expect("its commit");
}

#[test]
fn no_page_reads_all_rows() {
    let filters = |text: &str| {
        let some = Some(text.to_owned());
        [
            ListingFilter::default(),
            ListingFilter {
                model: some.clone(),
                ..ListingFilter::default()
            },
            ListingFilter {
                region: some.clone(),
                ..ListingFilter::default()
            },
            ListingFilter {
                condition: some.clone(),
                ..ListingFilter::default()
            },
            ListingFilter {
                seller: some.clone(),
                ..ListingFilter::default()
            },
            ListingFilter {
                import_id: some.clone(),
                ..ListingFilter::default()
            },
            ListingFilter {
                text: some,
                ..ListingFilter::default()
            },
            ListingFilter {
                min_price: Some(1.0),
                max_score: Some(9.0),
                ..ListingFilter::default()
            },
        ]
    };
    assert_no_scan(
        |store| {
            import(store, "first");
            // A row whose page is read, and segments of it.
            store
                .connection
                .execute_batch(
                    "INSERT INTO scored_listings (canonical_model, price, score, import_id, import_index)
                     VALUES ('L4', 2000, 40, 'first', 0)",
                )
                .expect("a row");
            import(store, "second");
            for filter in filters("first") {
                for sort in [
                    ListingSort::BestScore,
                    ListingSort::Cheapest,
                    ListingSort::Dearest,
                    ListingSort::CheapestMemory,
                    ListingSort::Newest,
                    ListingSort::RowOrder,
                ] {
                    store
                        .list_listings(&ListingFilter {
                            sort,
                            limit: 9,
                            ..filter.clone()
                        })
                        .expect("a page");
                }
            }
        },
        &[],
    );
}

#[test]
fn nothing_asked_of_one_import_reads_the_others() {
    assert_no_scan(
        |store| {
            import(store, "first");
            import(store, "second");
            store.find_import("first").expect("an answer");
            store.find_import_by_key("first").expect("an answer");
            store.summarise_import("first").expect("an answer");
            let mut nothing = |_| ControlFlow::Continue(());
            store
                .list_rows(Some("first"), &mut nothing)
                .expect("an answer");
            store
                .list_rows_from("first", 3, None, &mut nothing)
                .expect("an answer");
            store
                .list_rows_from("first", 3, Some("unmatched"), &mut nothing)
                .expect("an answer");
            store.find_listing(1).expect("an answer");
            store
                .list_rejects("first", 0, &mut |_| ControlFlow::Continue(()))
                .expect("an answer");
            store
                .diff_imports("first", "second", usize::MAX)
                .expect("an answer");
            store
                .rescore_import("second", "inference", &|_| None)
                .expect("an answer");
            store.undo_import("first", AT).expect("an answer");
        },
        &[],
    );
}

/// The test above can fail: a query that does read all rows is found.
#[test]
fn a_scan_is_found() {
    let (connection, _) = statements(|_| {});
    for sql in [
        "SELECT id FROM scored_listings ORDER BY price LIMIT 9",
        "SELECT row.id FROM scored_listings AS row WHERE row.price < 3",
        "SELECT id FROM offers WHERE seller = 'a'",
    ] {
        assert!(!scans(&connection, sql).is_empty(), "{sql}");
    }
}
