//! `docs/SCHEMA.md` against the real schema: nothing in one that is not in the other, and every example runs.

use std::collections::BTreeMap;

use glyph_store::sqlite::schema::{self, Schema};
use rusqlite::Connection;

use crate::conformance::{MARKET, MENDED};
use crate::feed::{import, repair};
use crate::sqlite_store::Place;

const DOCUMENT: &str = include_str!("../../../../docs/SCHEMA.md");

/// The fullest shapes of the versions before the current one.
const V1_0_0: &str = include_str!("../../src/sqlite/migration/v1_0_0.sql");
const V1_1_0: &str = include_str!("../../src/sqlite/migration/v1_2_0/down.sql");
const V1_2_0: &str = include_str!("../../src/sqlite/migration/v1_2_0/up.sql");
const V1_3_0: &str = include_str!("../../src/sqlite/migration/v1_3_0/up.sql");
const V1_4_0: &str = include_str!("../../src/sqlite/migration/v1_4_0/up.sql");
const V1_5_0: &str = include_str!("../../src/sqlite/migration/v1_5_0/up.sql");
const V1_6_0: &str = include_str!("../../src/sqlite/migration/v1_6_0/up.sql");
const V1_7_0: &str = include_str!("../../src/sqlite/migration/v1_7_0/up.sql");

/// The parts of the document by their heading.
fn sections() -> Vec<(&'static str, &'static str)> {
    DOCUMENT
        .split("\n## ")
        .skip(1)
        .map(|section| section.split_once('\n').unwrap())
        .collect()
}

fn section(name: &str) -> &'static str {
    let (_, text) = sections()
        .into_iter()
        .find(|(heading, _)| *heading == name)
        .unwrap_or_else(|| panic!("there is no section `{name}`"));
    text
}

/// The cells of the table rows of a section whose first cell is a name in backticks.
fn table_rows(section: &str) -> Vec<Vec<&str>> {
    section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect()
}

fn unquoted(cell: &str) -> &str {
    cell.trim_matches('`')
}

/// What stands in backticks in a cell.
fn quoted_words(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// Table or view → its columns in order, as the document has them.
fn documented() -> BTreeMap<&'static str, Vec<&'static str>> {
    sections()
        .into_iter()
        .filter(|(_, text)| text.contains("| column |"))
        .map(|(name, text)| {
            let columns = table_rows(text)
                .into_iter()
                .map(|cells| unquoted(cells[0]))
                .collect();
            (name, columns)
        })
        .collect()
}

/// Table or view → its columns in order, as SQLite has them.
fn actual(connection: &Connection) -> BTreeMap<String, Vec<String>> {
    connection
        .prepare(
            "SELECT object.name, column.name
             FROM sqlite_schema AS object, pragma_table_info(object.name) AS column
             WHERE object.type IN ('table', 'view') AND object.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
             ORDER BY object.name, column.cid",
        )
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .fold(BTreeMap::new(), |mut tables, row| {
            let (table, column): (String, String) = row.unwrap();
            tables.entry(table).or_insert_with(Vec::new).push(column);
            tables
        })
}

fn new_database() -> Connection {
    database_of(schema::CURRENT)
}

fn database_of(text: &str) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(text).unwrap();
    connection
}

/// A database with rows in every table: imports of this program, and what the old one left.
fn used_database(place: &Place) -> Connection {
    let mut store = place.store();
    import(&mut store, "first", MARKET);
    repair(&mut store, "first", MENDED).unwrap();
    let titles = "Title,Price\nNVIDIA A100 80GB PCIe,9000\nNVIDIA A100,9000\nRTX 9999,100\n,1\n";
    import(&mut store, "second", titles);
    // An error that comes often gets a kind.
    let nameless = format!("Title,Price\n{}", ",1\n".repeat(9));
    import(&mut store, "third", &nameless);
    let connection = place.connection();
    connection
        .execute_batch(
            "INSERT INTO import_rematches
               (id, import_id, rematched_at, program_version, new_registry_version, new_matcher_version, rows, changed)
             VALUES (1, 'second', '2026-02-01T00:00:00Z', '0.0.0', 'newer', 9, 3, 1);
             INSERT INTO rematch_changes
               (rematch_id, import_index, old_outcome, old_detail, new_outcome, new_detail)
             VALUES (1, 1, 'unmatched', 'unknown_model', 'scored', 'L4');
             INSERT INTO import_batches (import_id, source, record_count) VALUES ('old / août', 'api', 1);
             INSERT INTO models (model, vram_gb, tdp_watts, import_id) VALUES ('UNKNOWN', 0, 0, 'old / août');
             INSERT INTO scored_listings
               (id, canonical_model, price, vram_gb, tdp_watts, score, created_at, updated_at, import_id)
             VALUES (900, 'UNKNOWN', 9e999, 0, 0, 50.0, '2025-07-30 10:00:00', '2025-07-30 10:00:00', 'old / août');
             INSERT INTO tokens (id, scope, secret_hash, created_at) VALUES ('t', 'read', x'00', '2026-02-01T00:00:00Z');
             INSERT INTO jobs (id, state, created_at, source_name, source_bytes)
             VALUES ('j', 'waiting', '2026-02-01T00:00:00Z', 'shop.csv', 1);
             INSERT INTO quantized_listings (scored_listing_id, model_7b, model_13b, model_70b)
             VALUES (900, 0, 0, 0);
             INSERT INTO listing_snapshots (id, model, price_usd, score, seen_at)
             VALUES (1, 'L4', 2500.0, 40.0, '2025-07-30 10:00:00'), (2, 'L4', 2400.0, 41.0, '2025-07-31 10:00:00');
             INSERT INTO listing_deltas
               (current_snapshot_id, previous_snapshot_id, price_delta, price_delta_pct, score_delta, model)
             VALUES (2, 1, -100.0, -4.0, 1.0, 'L4');",
        )
        .unwrap();
    connection
}

#[test]
fn every_table_and_column_is_in_the_document_and_the_other_way_round() {
    let actual = actual(&new_database());
    let documented = documented();
    let names: Vec<&str> = actual.keys().map(String::as_str).collect();
    let documented_names: Vec<&str> = documented.keys().copied().collect();
    assert_eq!(documented_names, names);
    for (table, columns) in &actual {
        assert_eq!(documented[table.as_str()], *columns, "columns of `{table}`");
    }
    let mut listed: Vec<&str> = table_names_in_overview();
    listed.sort_unstable();
    assert_eq!(listed, names, "the overview names every table");
}

/// The names in the overview, which are links to their sections.
fn table_names_in_overview() -> Vec<&'static str> {
    section("Tables and views")
        .lines()
        .filter_map(|line| line.strip_prefix("| [`"))
        .map(|line| {
            let (name, rest) = line.split_once("`](#").unwrap();
            assert!(
                rest.starts_with(&format!("{name})")),
                "the link to `{name}`"
            );
            name
        })
        .collect()
}

#[test]
fn every_column_has_a_meaning_and_the_version_that_it_came_with() {
    let versions = [
        ("1.0.0", actual(&database_of(V1_0_0))),
        ("1.1.0", actual(&database_of(V1_1_0))),
        ("1.2.0", actual(&database_of(V1_2_0))),
        ("1.3.0", actual(&database_of(V1_3_0))),
        ("1.4.0", actual(&database_of(V1_4_0))),
        ("1.5.0", actual(&database_of(V1_5_0))),
        ("1.6.0", actual(&database_of(V1_6_0))),
        ("1.7.0", actual(&database_of(V1_7_0))),
    ];
    for (table, _) in documented() {
        for cells in table_rows(section(table)) {
            let [column, meaning, since] = cells.as_slice() else {
                panic!("`{table}`: three cells in {cells:?}");
            };
            let column = unquoted(column);
            assert!(meaning.len() > 5, "`{table}`.`{column}` has a meaning");
            // The column that version 1.1.0 is about; some files of 1.0.0 have it ahead of time.
            let is_ahead =
                column == "import_index" && ["scored_listings", "models"].contains(&table);
            let came = versions
                .iter()
                .filter(|(version, _)| !(is_ahead && *version == "1.0.0"))
                .find(|(_, tables)| {
                    tables
                        .get(table)
                        .is_some_and(|columns| columns.iter().any(|known| known == column))
                })
                .map_or(glyph_store::SCHEMA_VERSION, |(version, _)| *version);
            assert_eq!(*since, came, "`{table}`.`{column}`");
        }
    }
    for line in section("Tables and views")
        .lines()
        .filter(|line| line.starts_with("| [`"))
    {
        let name = quoted_words(line)[0];
        let came = versions
            .iter()
            .find(|(_, tables)| tables.contains_key(name))
            .map_or(glyph_store::SCHEMA_VERSION, |(version, _)| *version);
        assert!(
            line.ends_with(&format!("| {came} |")),
            "`{name}` came with {came}"
        );
    }
}

#[test]
fn every_index_and_trigger_is_in_the_document_and_the_other_way_round() {
    let schema = Schema::read(&new_database()).unwrap();
    let documented: BTreeMap<&str, (String, Vec<String>, bool)> = table_rows(section("Indexes"))
        .into_iter()
        .map(|cells| {
            let [name, on, question, _] = cells.as_slice() else {
                panic!("four cells in {cells:?}");
            };
            assert!(question.contains('?'), "{name} answers a question");
            let (table, rest) = on.split_once(" (").unwrap();
            let (columns, rest) = rest.split_once(')').unwrap();
            let columns = quoted_words(columns)
                .into_iter()
                .map(str::to_owned)
                .collect();
            let unique = rest.starts_with(", unique");
            (
                unquoted(name),
                (unquoted(table).to_owned(), columns, unique),
            )
        })
        .collect();
    let actual: BTreeMap<&str, (String, Vec<String>, bool)> = schema
        .indexes
        .iter()
        .map(|(name, index)| {
            let columns = index.columns.iter().flatten().cloned().collect();
            (name.as_str(), (index.table.clone(), columns, index.unique))
        })
        .collect();
    assert_eq!(documented, actual);
    let versions = [
        ("1.0.0", V1_0_0),
        ("1.1.0", V1_1_0),
        ("1.2.0", V1_2_0),
        ("1.3.0", V1_3_0),
        ("1.4.0", V1_4_0),
        ("1.5.0", V1_5_0),
        ("1.6.0", V1_6_0),
        ("1.7.0", V1_7_0),
    ]
    .map(|(version, text)| (version, Schema::of_text(text).unwrap()));
    for cells in table_rows(section("Indexes")) {
        let name = unquoted(cells[0]);
        let came = versions
            .iter()
            .find(|(_, schema)| schema.indexes.contains_key(name))
            .map_or(glyph_store::SCHEMA_VERSION, |(version, _)| *version);
        assert_eq!(cells[3], came, "`{name}`");
    }
    let triggers: BTreeMap<&str, &str> = table_rows(section("Triggers"))
        .into_iter()
        .map(|cells| (unquoted(cells[0]), unquoted(cells[1])))
        .collect();
    let actual: BTreeMap<&str, &str> = schema
        .triggers
        .iter()
        .map(|(name, trigger)| (name.as_str(), trigger.table.as_str()))
        .collect();
    assert_eq!(triggers, actual);
}

/// The statements in a text's ```` ```sql ```` blocks.
fn examples(text: &'static str) -> Vec<&'static str> {
    text.split("```sql\n")
        .skip(1)
        .map(|block| block.split_once("```").unwrap().0)
        .collect()
}

#[test]
fn every_example_runs_and_finds_something() {
    let place = Place::new();
    let connection = used_database(&place);
    let mut run = 0;
    for (name, text) in sections() {
        for sql in examples(text) {
            let mut statement = connection
                .prepare(sql)
                .unwrap_or_else(|error| panic!("the example of `{name}`: {error}"));
            assert!(statement.readonly(), "the example of `{name}` only reads");
            let mut rows = statement.query([]).unwrap();
            let mut found = 0;
            while rows.next().unwrap().is_some() {
                found += 1;
            }
            assert!(found > 0, "the example of `{name}` finds nothing");
            run += 1;
        }
    }
    assert_eq!(run, DOCUMENT.matches("```sql").count());
    for name in documented().keys() {
        let examples = examples(section(name));
        assert!(
            examples.iter().any(|sql| sql.contains(name)),
            "`{name}` has an example that reads it"
        );
    }
}

#[test]
fn the_example_of_an_import_s_rows_is_answered_from_its_index() {
    let place = Place::new();
    let connection = used_database(&place);
    let [explain] = examples(section("Indexes")).try_into().unwrap();
    let plan: String = connection
        .query_row(explain, [], |row| row.get("detail"))
        .unwrap();
    assert!(plan.contains("uq_import_batch_index"), "{plan}");
}

/// SQLite must be able to answer the look-ups that lists and exports rely on without a sort.
#[test]
fn the_indexes_answer_the_questions_that_the_document_says() {
    let connection = new_database();
    for (query, index) in [
        (
            "SELECT id FROM listing_segments WHERE import_id = 'a'",
            "idx_listing_segments_import_id",
        ),
        (
            "SELECT MIN(last_id) FROM title_segments WHERE last_id >= 5",
            "uq_title_segments_last_id",
        ),
        (
            "SELECT * FROM scored_listings WHERE import_id = 'a' ORDER BY import_index",
            "uq_import_batch_index",
        ),
        (
            "SELECT * FROM unmatched_listings WHERE import_id = 'a' ORDER BY import_index",
            "uq_unmatched_listings_import",
        ),
        (
            "SELECT * FROM rejected_rows WHERE import_id = 'a' ORDER BY import_index",
            "uq_rejected_rows_import",
        ),
        (
            "SELECT id FROM error_kinds WHERE code = 'a' AND column_name IS NULL AND message = 'b'",
            "uq_error_kinds",
        ),
        (
            "SELECT * FROM models WHERE import_id = 'a' ORDER BY import_index",
            "idx_models_import_batch",
        ),
        (
            "SELECT id FROM listings WHERE fingerprint = x'00'",
            "uq_listings_fingerprint",
        ),
        (
            "SELECT id FROM listings WHERE import_id = 'a'",
            "idx_listings_import_id",
        ),
        (
            "SELECT id FROM import_batches WHERE options_key = 'a' AND state = 'done' AND forced = 0",
            "uq_import_batches_options_key",
        ),
        (
            "SELECT * FROM import_repairs WHERE import_id = 'a'",
            "idx_import_repairs_import_id",
        ),
    ] {
        let plan: Vec<String> = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {query}"))
            .unwrap()
            .query_map([], |row| row.get("detail"))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(
            plan.len() == 1 && plan[0].contains(index),
            "{query}: {plan:?}"
        );
    }
}
