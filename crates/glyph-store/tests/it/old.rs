//! Databases of the old program, made here in each of its shapes and filled with the quirks of real files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, params};
use tempfile::TempDir;

/// The shapes of the old program's schema, which all say 1.0.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Six tables, no `import_index`.
    First,
    /// Six tables, `import_index` in four.
    Numbered,
    /// Eight tables, `import_index` in four.
    Latest,
    /// Eight tables with other words for the types, no defaults, indexes or triggers.
    InitDb,
    /// `First` after the old migration script, run twice.
    FirstAfterScript,
    /// `Latest` after the old migration script.
    LatestAfterScript,
}

impl Shape {
    pub(crate) const ALL: [Shape; 6] = [
        Shape::First,
        Shape::Numbered,
        Shape::Latest,
        Shape::InitDb,
        Shape::FirstAfterScript,
        Shape::LatestAfterScript,
    ];

    fn numbers_all_four(self) -> bool {
        matches!(
            self,
            Shape::Numbered | Shape::Latest | Shape::LatestAfterScript
        )
    }

    fn has_history(self) -> bool {
        matches!(
            self,
            Shape::Latest | Shape::LatestAfterScript | Shape::InitDb
        )
    }

    pub(crate) fn numbers_rows(self) -> bool {
        self != Shape::First
    }
}

pub(crate) const ODD_IMPORT_ID: &str = "2025-07-30 shop / août";

pub(crate) fn now() -> Timestamp {
    "2026-02-03T04:05:06Z".parse().unwrap()
}

/// A database of a shape in a folder of its own, with rows in it.
pub(crate) fn filled(shape: Shape) -> (TempDir, PathBuf) {
    let (folder, path) = empty(shape);
    fill(&open(&path), shape);
    (folder, path)
}

pub(crate) fn empty(shape: Shape) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gpu.sqlite");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(&schema(shape)).unwrap();
    (folder, path)
}

/// A connection with nothing set but that foreign keys are not enforced, as the old program had most of its own.
pub(crate) fn open(path: &Path) -> Connection {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    connection
        .pragma_update(None, "foreign_keys", false)
        .unwrap();
    connection
}

fn schema(shape: Shape) -> String {
    if shape == Shape::InitDb {
        return INIT_DB.to_owned();
    }
    let tail = if shape.numbers_all_four() {
        "created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
         updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
         import_id TEXT,       -- Reference to the import batch
         import_index INTEGER, -- Sequential index within the import batch
         FOREIGN KEY (import_id) REFERENCES import_batches(import_id) ON DELETE SET NULL"
    } else {
        "created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
         updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
         import_id TEXT,
         FOREIGN KEY (import_id) REFERENCES import_batches(import_id) ON DELETE SET NULL"
    };
    let mut text = SIX_TABLES.replace("{tail}", tail);
    for table in [
        "models",
        "listings",
        "scored_listings",
        "quantized_listings",
    ] {
        write!(
            text,
            "CREATE TRIGGER update_{table}_timestamp AFTER UPDATE ON {table} BEGIN
                 UPDATE {table} SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
             END;"
        )
        .unwrap();
        if shape.numbers_all_four() {
            write!(
                text,
                "CREATE INDEX idx_{table}_import_index ON {table}(import_index);"
            )
            .unwrap();
        }
    }
    if shape.has_history() {
        text += HISTORY;
    }
    if shape == Shape::FirstAfterScript {
        text += "ALTER TABLE scored_listings ADD COLUMN import_index INTEGER;
                 ALTER TABLE models ADD COLUMN import_index INTEGER;";
    }
    if matches!(shape, Shape::FirstAfterScript | Shape::LatestAfterScript) {
        text += "CREATE INDEX idx_scored_listings_import_batch ON scored_listings(import_id, import_index);
                 CREATE INDEX idx_models_import_batch ON models(import_id, import_index);
                 INSERT INTO schema_version (version, description) VALUES ('1.1.0', 'Add import_index');
                 INSERT INTO schema_version (version, description) VALUES ('1.1.0', 'Add import_index');";
    }
    text
}

/// Rows with what real files have: ids of any text, NULL imports, infinite prices, line breaks, text `null`, numbers
/// from 1, `updated_at` unlike `created_at`, ids that are gone.
fn fill(connection: &Connection, shape: Shape) {
    let stamp = "2025-07-21 12:00:00";
    for import_id in ["2025-07-29-batch1", ODD_IMPORT_ID] {
        connection
            .execute(
                "INSERT INTO import_batches (import_id, imported_at, source, record_count, description)
                 VALUES (?1, ?2, 'csv', 30, 'прайс 價格 ✓')",
                params![import_id, stamp],
            )
            .unwrap();
    }
    for (place, model) in ["RTX_A4000", "H100_PCIE_80GB", "UNKNOWN"]
        .iter()
        .enumerate()
    {
        connection
            .execute(
                "INSERT INTO models (model, vram_gb, created_at, updated_at, import_id) VALUES (?1, ?2, ?3, ?3, ?4)",
                params![model, [16, 80, 0][place], stamp, "2025-07-29-batch1"],
            )
            .unwrap();
    }
    connection
        .execute(
            "INSERT INTO listings (title, price, canonical_model, match_type, match_score, created_at, updated_at, import_id)
             VALUES ('Raw title, \"quoted\"', 1019.78, 'RTX_A4000', 'exact', 0.9, ?1, '2025-07-22 01:02:03.456789', NULL)",
            [stamp],
        )
        .unwrap();
    for row in 0_i64..60 {
        let import_id = match row % 7 {
            6 => None,
            even if even % 2 == 0 => Some(ODD_IMPORT_ID),
            _ => Some("2025-07-29-batch1"),
        };
        let price = if row == 5 {
            f64::INFINITY
        } else {
            0.1 + row as f64 / 3.0
        };
        connection
            .execute(
                "INSERT INTO scored_listings
                     (id, canonical_model, price, vram_gb, tdp_watts, score, notes, seller, seen_at, created_at, updated_at, import_id)
                 VALUES (?1, ?2, ?3, 16, 140, ?4, ?5, ?6, ?7, ?7, '2025-07-22 01:02:03.456789', ?8)",
                params![
                    row + 100,
                    ["RTX_A4000", "UNKNOWN"][row as usize % 2],
                    price,
                    row as f64 * 1.1,
                    (row % 10 == 0).then_some("a\nb\"c"),
                    ["O'Brien; DROP", "店", "null"][row as usize % 3],
                    stamp,
                    import_id,
                ],
            )
            .unwrap();
    }
    connection
        .execute("DELETE FROM scored_listings WHERE id = 159", [])
        .unwrap();
    connection
        .execute(
            "INSERT INTO quantized_listings (scored_listing_id, model_7b, model_13b, model_70b, created_at, updated_at)
             VALUES (100, 8, 4, 0, ?1, ?1)",
            [stamp],
        )
        .unwrap();
    if shape.numbers_rows() {
        // From 1, as the old program counts.
        number_rows(connection);
    }
    if shape.has_history() {
        connection
            .execute(
                "INSERT INTO listing_snapshots (model, price_usd, score, quantization_capacity, seen_at, heuristics, created_at)
                 VALUES ('RTX_A4000', 9e999, 1.5, 'null', ?1, 'null', ?1), ('RTX_A4000', 7, 1.5, '{\"7b\": 2}', ?1, '5', ?1)",
                [stamp],
            )
            .unwrap();
        connection
            .execute("DELETE FROM listing_snapshots WHERE id = 2", [])
            .unwrap();
    }
}

fn number_rows(connection: &Connection) {
    let triggers: Vec<(String, String)> = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for (name, _) in &triggers {
        connection
            .execute_batch(&format!("DROP TRIGGER {name}"))
            .unwrap();
    }
    for table in ["scored_listings", "models"] {
        connection
            .execute_batch(&format!(
                "UPDATE {table} SET import_index = (
                     SELECT COUNT(*) FROM {table} AS other
                     WHERE other.import_id = {table}.import_id AND other.id <= {table}.id
                 )
                 WHERE import_id IS NOT NULL"
            ))
            .unwrap();
    }
    for (_, sql) in &triggers {
        connection.execute_batch(sql).unwrap();
    }
}

pub(crate) const OLD_TABLES: [&str; 7] = [
    "import_batches",
    "models",
    "listings",
    "scored_listings",
    "quantized_listings",
    "listing_snapshots",
    "listing_deltas",
];

/// The old tables' content: for each that is there, its columns and every row as SQL literals, exact to the bit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Content(Vec<(&'static str, Vec<String>, Vec<String>)>);

impl Content {
    pub(crate) fn of(path: &Path) -> Content {
        let connection = open(path);
        let tables = OLD_TABLES.iter().filter_map(|table| {
            let columns = columns(&connection, table);
            (!columns.is_empty()).then_some((*table, columns))
        });
        Content(
            tables
                .map(|(table, columns)| {
                    let rows = rows(&connection, table, &columns);
                    (table, columns, rows)
                })
                .collect(),
        )
    }

    /// The same tables and columns as they are in another file.
    pub(crate) fn again(&self, path: &Path) -> Content {
        let connection = open(path);
        Content(
            self.0
                .iter()
                .map(|(table, columns, _)| {
                    (*table, columns.clone(), rows(&connection, table, columns))
                })
                .collect(),
        )
    }

    pub(crate) fn without_column(mut self, column: &str) -> Content {
        for (_, columns, _) in &mut self.0 {
            columns.retain(|name| name != column);
        }
        self
    }

    pub(crate) fn row_counts(&self) -> Vec<(&'static str, usize)> {
        self.0
            .iter()
            .map(|(table, _, rows)| (*table, rows.len()))
            .collect()
    }
}

pub(crate) fn columns(connection: &Connection, table: &str) -> Vec<String> {
    connection
        .prepare("SELECT name FROM pragma_table_info(?1)")
        .unwrap()
        .query_map([table], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn rows(connection: &Connection, table: &str, columns: &[String]) -> Vec<String> {
    // `%!.26g` shows each double by digits that no other has.
    let literals: Vec<String> = columns
        .iter()
        .map(|column| {
            format!(
                "CASE typeof({column}) WHEN 'real' THEN printf('%!.26g', {column}) ELSE typeof({column}) || quote({column}) END"
            )
        })
        .collect();
    strings(
        connection,
        &format!(
            "SELECT {} FROM {table} ORDER BY id",
            literals.join(" || ', ' || ")
        ),
    )
}

pub(crate) fn strings(connection: &Connection, sql: &str) -> Vec<String> {
    connection
        .prepare(sql)
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

pub(crate) fn number(path: &Path, sql: &str) -> i64 {
    open(path).query_row(sql, [], |row| row.get(0)).unwrap()
}

pub(crate) fn history(path: &Path) -> Vec<String> {
    strings(
        &open(path),
        "SELECT version FROM schema_version ORDER BY id",
    )
}

const SIX_TABLES: &str = "
CREATE TABLE schema_version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    version TEXT NOT NULL,
    applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    description TEXT
);
INSERT INTO schema_version (version, description) VALUES ('1.0.0', 'Initial schema creation');
CREATE TABLE import_batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    import_id TEXT NOT NULL UNIQUE,
    imported_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    source TEXT,
    record_count INTEGER DEFAULT 0,
    description TEXT
);
CREATE TABLE models (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model TEXT NOT NULL UNIQUE,
    vram_gb INTEGER, tdp_watts INTEGER, mig_support INTEGER DEFAULT 0, nvlink BOOLEAN DEFAULT 0,
    generation TEXT, cuda_cores INTEGER, slot_width INTEGER, pcie_generation INTEGER,
    listing_count INTEGER DEFAULT 0, min_price REAL, median_price REAL, max_price REAL, avg_price REAL,
    {tail}
);
CREATE INDEX idx_models_model ON models(model);
CREATE TABLE listings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    price REAL NOT NULL,
    canonical_model TEXT NOT NULL REFERENCES models(model) ON DELETE CASCADE,
    match_type TEXT NOT NULL,
    match_score REAL NOT NULL,
    {tail}
);
CREATE INDEX idx_listings_canonical_model ON listings(canonical_model);
CREATE INDEX idx_listings_import_id ON listings(import_id);
CREATE TABLE scored_listings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    canonical_model TEXT NOT NULL REFERENCES models(model) ON DELETE CASCADE,
    price REAL NOT NULL,
    vram_gb INTEGER NOT NULL, tdp_watts INTEGER NOT NULL, mig_support INTEGER DEFAULT 0, nvlink BOOLEAN DEFAULT 0,
    generation TEXT, cuda_cores INTEGER, slot_width INTEGER, pcie_generation INTEGER,
    form_factor TEXT DEFAULT 'Standard', -- Form factor (e.g., 'Standard', 'SFF')
    notes TEXT, warnings TEXT,
    score REAL NOT NULL,
    condition TEXT, quantity INTEGER, min_order_qty INTEGER, seller TEXT, region TEXT, source_url TEXT,
    source_type TEXT, seen_at TIMESTAMP,
    {tail}
);
CREATE INDEX idx_scored_listings_canonical_model ON scored_listings(canonical_model);
CREATE INDEX idx_scored_listings_score ON scored_listings(score);
CREATE INDEX idx_scored_listings_region ON scored_listings(region);
CREATE INDEX idx_scored_listings_seen_at ON scored_listings(seen_at);
CREATE INDEX idx_scored_listings_import_id ON scored_listings(import_id);
CREATE TABLE quantized_listings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    scored_listing_id INTEGER NOT NULL REFERENCES scored_listings(id) ON DELETE CASCADE,
    model_7b INTEGER NOT NULL, model_13b INTEGER NOT NULL, model_70b INTEGER NOT NULL,
    {tail}
);
CREATE INDEX idx_quantized_listings_scored_listing_id ON quantized_listings(scored_listing_id);
";

const HISTORY: &str = "
CREATE TABLE listing_snapshots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model TEXT NOT NULL,
    price_usd REAL NOT NULL,
    score REAL NOT NULL,
    quantization_capacity TEXT,
    seen_at TIMESTAMP NOT NULL,
    seller TEXT, region TEXT, source_url TEXT,
    heuristics TEXT,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_listing_snapshots_model ON listing_snapshots(model);
CREATE INDEX idx_listing_snapshots_seen_at ON listing_snapshots(seen_at);
CREATE INDEX idx_listing_snapshots_source_url ON listing_snapshots(source_url);
CREATE TABLE listing_deltas (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    current_snapshot_id INTEGER NOT NULL,
    previous_snapshot_id INTEGER NOT NULL,
    price_delta REAL NOT NULL, price_delta_pct REAL NOT NULL, score_delta REAL NOT NULL,
    model TEXT NOT NULL, region TEXT, source_url TEXT,
    timestamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (current_snapshot_id) REFERENCES listing_snapshots(id) ON DELETE CASCADE,
    FOREIGN KEY (previous_snapshot_id) REFERENCES listing_snapshots(id) ON DELETE CASCADE
);
CREATE INDEX idx_listing_deltas_model ON listing_deltas(model);
CREATE INDEX idx_listing_deltas_timestamp ON listing_deltas(timestamp);
";

const INIT_DB: &str = "
CREATE TABLE schema_version (
    id INTEGER NOT NULL, version VARCHAR NOT NULL, applied_at DATETIME NOT NULL, description TEXT, PRIMARY KEY (id)
);
INSERT INTO schema_version (version, applied_at) VALUES ('1.0.0', '2026-01-01 00:00:00.123456');
CREATE TABLE import_batches (
    id INTEGER NOT NULL, import_id VARCHAR NOT NULL, imported_at DATETIME NOT NULL, source VARCHAR,
    record_count INTEGER, description TEXT, PRIMARY KEY (id), UNIQUE (import_id)
);
CREATE TABLE listing_snapshots (
    id INTEGER NOT NULL, model VARCHAR NOT NULL, price_usd FLOAT NOT NULL, score FLOAT NOT NULL,
    quantization_capacity JSON, seen_at DATETIME NOT NULL, seller VARCHAR, region VARCHAR, source_url VARCHAR,
    heuristics JSON, created_at DATETIME NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE models (
    id INTEGER NOT NULL, model VARCHAR NOT NULL, vram_gb INTEGER, tdp_watts INTEGER, mig_support INTEGER,
    nvlink BOOLEAN, generation VARCHAR, cuda_cores INTEGER, slot_width INTEGER, pcie_generation INTEGER,
    listing_count INTEGER, min_price FLOAT, median_price FLOAT, max_price FLOAT, avg_price FLOAT,
    created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, import_id VARCHAR, import_index INTEGER,
    PRIMARY KEY (id), UNIQUE (model),
    FOREIGN KEY(import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);
CREATE TABLE listing_deltas (
    id INTEGER NOT NULL, current_snapshot_id INTEGER NOT NULL, previous_snapshot_id INTEGER NOT NULL,
    price_delta FLOAT NOT NULL, price_delta_pct FLOAT NOT NULL, score_delta FLOAT NOT NULL, model VARCHAR NOT NULL,
    region VARCHAR, source_url VARCHAR, timestamp DATETIME NOT NULL, created_at DATETIME NOT NULL, PRIMARY KEY (id),
    FOREIGN KEY(current_snapshot_id) REFERENCES listing_snapshots (id) ON DELETE CASCADE,
    FOREIGN KEY(previous_snapshot_id) REFERENCES listing_snapshots (id) ON DELETE CASCADE
);
CREATE TABLE listings (
    id INTEGER NOT NULL, title TEXT NOT NULL, price FLOAT NOT NULL, canonical_model VARCHAR NOT NULL,
    match_type VARCHAR NOT NULL, match_score FLOAT NOT NULL, created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL, import_id VARCHAR, PRIMARY KEY (id),
    FOREIGN KEY(canonical_model) REFERENCES models (model) ON DELETE CASCADE,
    FOREIGN KEY(import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);
CREATE TABLE scored_listings (
    id INTEGER NOT NULL, canonical_model VARCHAR NOT NULL, price FLOAT NOT NULL, vram_gb INTEGER NOT NULL,
    tdp_watts INTEGER NOT NULL, mig_support INTEGER, nvlink BOOLEAN, generation VARCHAR, cuda_cores INTEGER,
    slot_width INTEGER, pcie_generation INTEGER, form_factor VARCHAR, notes TEXT, warnings TEXT, score FLOAT NOT NULL,
    condition VARCHAR, quantity INTEGER, min_order_qty INTEGER, seller VARCHAR, region VARCHAR, source_url TEXT,
    source_type VARCHAR, seen_at DATETIME, created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL,
    import_id VARCHAR, import_index INTEGER, PRIMARY KEY (id),
    FOREIGN KEY(canonical_model) REFERENCES models (model) ON DELETE CASCADE,
    FOREIGN KEY(import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);
CREATE TABLE quantized_listings (
    id INTEGER NOT NULL, scored_listing_id INTEGER NOT NULL, model_7b INTEGER NOT NULL, model_13b INTEGER NOT NULL,
    model_70b INTEGER NOT NULL, created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, import_id VARCHAR,
    PRIMARY KEY (id),
    FOREIGN KEY(scored_listing_id) REFERENCES scored_listings (id) ON DELETE CASCADE,
    FOREIGN KEY(import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);
";
