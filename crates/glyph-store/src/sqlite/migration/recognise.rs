//! What an existing file is, by its tables, columns and keys, and never by its version row alone: files of the old
//! program all say `1.0.0`, whichever of its schemas they have, and what its migration script touched says `1.1.0`
//! with any of them.
//!
//! Nothing is written here.

use std::path::Path;

use rusqlite::Connection;

use super::bookkeeping::{self, Applied};
use super::version::Version;
use super::{v1_2_0, v1_3_0, v1_4_0, v1_5_0, v1_6_0, v1_7_0};
use crate::error::StoreError;
use crate::sqlite::schema::{self, Column, Index, Schema, Table, comparable};

/// A file that belongs to this program or the old one.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) version: Version,
    pub(crate) schema: Schema,
    /// The rows of `schema_version`, oldest first.
    pub(crate) applied: Vec<Applied>,
    /// What is unusual and does no harm, in words.
    pub(crate) notes: Vec<String>,
    /// What is not the program's own and stands in the way of a step, though not of an import: added tables and views.
    pub(crate) additions: Vec<String>,
}

/// The old program's tables that every file of it has; the two of history are in its latest files only.
const OLD_TABLES_ALWAYS: [&str; 6] = [
    "schema_version",
    "import_batches",
    "models",
    "listings",
    "scored_listings",
    "quantized_listings",
];

/// Columns that some files of the old program have and some have not: (table, column).
const OLD_COLUMNS_SOMETIMES: [(&str, &str); 4] = [
    ("models", "import_index"),
    ("listings", "import_index"),
    ("scored_listings", "import_index"),
    ("quantized_listings", "import_index"),
];

/// Indexes that the old program or its migration script makes beyond those of `v1_0_0.sql`.
const OLD_INDEXES_SOMETIMES: [&str; 3] = [
    "idx_scored_listings_import_batch",
    "idx_models_import_batch",
    "uq_import_batch_index",
];

/// The old schema in its fullest shape.
pub(crate) const OLD: &str = include_str!("v1_0_0.sql");

/// Says what a file is; `None` where it declares nothing yet.
///
/// # Errors
/// [`StoreError::Newer`], and [`StoreError::UnknownSchema`] with every difference from what it is most like.
pub(crate) fn recognise(connection: &Connection, path: &Path) -> Result<Option<Known>, StoreError> {
    let failed = |source| StoreError::of_sqlite(path, "read the schema of", source);
    if schema::is_empty(connection).map_err(failed)? {
        return Ok(None);
    }
    let actual = Schema::read(connection).map_err(failed)?;
    let applied = match actual.tables.get("schema_version") {
        Some(table) if table.column("version").is_some() => {
            read_history(connection, table).map_err(failed)?
        }
        _ => Vec::new(),
    };
    let is_ours = actual.tables.contains_key("scored_listings")
        || actual.tables.contains_key("import_batches");
    let newest = applied
        .iter()
        .filter_map(|row| Some((Version::numbers(&row.version)?, &row.version)))
        .max();
    if is_ours
        && let Some((numbers, text)) = newest
        && Some(numbers) > Version::numbers(Version::CURRENT.as_str())
    {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found: text.clone(),
            supported: Version::CURRENT,
        });
    }
    let mut known = if has_marks_of_1_8_0(&actual) {
        against_ours(actual, schema::CURRENT, Version::V1_8_0)
    } else if has_marks_of_1_7_0(&actual) {
        against_ours(actual, v1_7_0::UP, Version::V1_7_0)
    } else if has_marks_of_1_6_0(&actual) {
        against_ours(actual, v1_6_0::UP, Version::V1_6_0)
    } else if has_marks_of_1_5_0(&actual) {
        against_ours(actual, v1_5_0::UP, Version::V1_5_0)
    } else if has_marks_of_1_4_0(&actual) {
        against_ours(actual, v1_4_0::UP, Version::V1_4_0)
    } else if has_marks_of_1_3_0(&actual) {
        against_ours(actual, v1_3_0::UP, Version::V1_3_0)
    } else if has_marks_of_1_2_0(&actual) {
        against_ours(actual, v1_2_0::UP, Version::V1_2_0)
    } else {
        against_old(connection, actual)
    }
    .map_err(failed)?
    .map_err(|differences| StoreError::UnknownSchema {
        path: path.to_owned(),
        differences,
    })?;
    if let Some((numbers, text)) = newest
        && Some(numbers) != Version::numbers(known.version.as_str())
    {
        known.notes.push(format!(
            "`schema_version` says `{text}`, the tables are those of `{}`",
            known.version
        ));
    }
    known.applied = applied;
    Ok(Some(known))
}

fn read_history(connection: &Connection, table: &Table) -> rusqlite::Result<Vec<Applied>> {
    if table.column("applied_at").is_some() && table.column("description").is_some() {
        bookkeeping::applied(connection)
    } else {
        Ok(Vec::new())
    }
}

fn has_marks_of_1_2_0(actual: &Schema) -> bool {
    actual.tables.contains_key("rejected_rows")
        || actual.tables.contains_key("unmatched_listings")
        || actual
            .tables
            .get("scored_listings")
            .is_some_and(|table| table.column("listing_id").is_some())
}

fn has_marks_of_1_3_0(actual: &Schema) -> bool {
    actual.tables.contains_key("import_rematches")
        || actual.tables.contains_key("rematch_changes")
        || actual
            .tables
            .get("listings")
            .is_some_and(|table| table.column("flags").is_some())
}

fn has_marks_of_1_4_0(actual: &Schema) -> bool {
    actual.tables.contains_key("listing_segments")
        || actual.tables.contains_key("listing_segment_parts")
        || actual.tables.contains_key("unsegmented_imports")
}

fn has_marks_of_1_5_0(actual: &Schema) -> bool {
    actual.tables.contains_key("tokens") || actual.tables.contains_key("jobs")
}

fn has_marks_of_1_6_0(actual: &Schema) -> bool {
    actual
        .tables
        .get("import_batches")
        .is_some_and(|table| table.column("last_listing_id").is_some())
}

fn has_marks_of_1_7_0(actual: &Schema) -> bool {
    actual.tables.contains_key("title_segments")
        || actual.tables.contains_key("title_segment_parts")
}

fn has_marks_of_1_8_0(actual: &Schema) -> bool {
    actual.tables.contains_key("error_kinds")
}

/// What is recognised, or every difference in words.
type Verdict = Result<Known, Vec<String>>;

/// A file of this program's own making must be exactly what the text of its version says; plain indexes, tables and
/// views of the user may stand beside it.
fn against_ours(actual: Schema, text: &str, version: Version) -> rusqlite::Result<Verdict> {
    let wanted = Schema::of_text(text)?;
    let mut differences = Vec::new();
    let mut notes = Vec::new();
    let mut additions = Vec::new();
    for (name, table) in &wanted.tables {
        match actual.tables.get(name) {
            None => differences.push(format!("table `{name}` is missing")),
            Some(found) => compare_tables(name, table, found, Strictness::Exact, &mut differences),
        }
    }
    for name in actual.tables.keys() {
        if !wanted.tables.contains_key(name) {
            additions.push(format!("table `{name}` is not known"));
        }
    }
    for (name, index) in &wanted.indexes {
        match actual.indexes.get(name) {
            None => differences.push(format!("index `{name}` is missing")),
            Some(found) if comparable(&found.sql) != comparable(&index.sql) => {
                differences.push(format!("index `{name}` is another one"));
            }
            Some(_) => {}
        }
    }
    for (name, index) in &actual.indexes {
        if !wanted.indexes.contains_key(name) && wanted.tables.contains_key(&index.table) {
            if index.unique {
                differences.push(unknown_unique_index(name, index));
            } else {
                notes.push(extra_index(name, index));
            }
        }
    }
    for (name, sql) in &wanted.views {
        match actual.views.get(name) {
            None => differences.push(format!("view `{name}` is missing")),
            Some(found) if comparable(found) != comparable(sql) => {
                differences.push(format!("view `{name}` is another one"));
            }
            Some(_) => {}
        }
    }
    for name in actual.views.keys() {
        if !wanted.views.contains_key(name) {
            additions.push(format!("view `{name}` is not known"));
        }
    }
    for (name, trigger) in &wanted.triggers {
        match actual.triggers.get(name) {
            None => differences.push(format!("trigger `{name}` is missing")),
            Some(found) if comparable(&found.sql) != comparable(&trigger.sql) => {
                differences.push(format!("trigger `{name}` is another one"));
            }
            Some(_) => {}
        }
    }
    for name in actual.triggers.keys() {
        if !wanted.triggers.contains_key(name) {
            differences.push(format!("trigger `{name}` is not known"));
        }
    }
    Ok(finish(version, actual, differences, notes, additions))
}

/// A file of the old program, in any of its shapes, or at our 1.1.0.
fn against_old(connection: &Connection, actual: Schema) -> rusqlite::Result<Verdict> {
    let wanted = Schema::of_text(OLD)?;
    let mut differences = Vec::new();
    let mut notes = Vec::new();
    for name in OLD_TABLES_ALWAYS {
        if !actual.tables.contains_key(name) {
            differences.push(format!("table `{name}` is missing"));
        }
    }
    for (name, found) in &actual.tables {
        match wanted.tables.get(name) {
            Some(table) => {
                compare_tables(name, table, found, Strictness::Meaning, &mut differences);
                find_nulls(connection, name, table, found, &mut differences)?;
            }
            None if name == "migration_log" => {}
            None => differences.push(format!("table `{name}` is not known")),
        }
    }
    for name in actual.views.keys() {
        differences.push(format!("view `{name}` is not known"));
    }
    for (name, trigger) in &actual.triggers {
        if !wanted.triggers.contains_key(name) {
            differences.push(format!(
                "trigger `{name}` on `{}` is not known",
                trigger.table
            ));
        }
    }
    for (name, index) in &actual.indexes {
        if is_old_index(name, &wanted) || !wanted.tables.contains_key(&index.table) {
            continue;
        }
        if index.unique && !is_batch_key(index) {
            differences.push(unknown_unique_index(name, index));
        } else {
            notes.push(extra_index(name, index));
        }
    }
    let version = if is_1_1_0(&actual) {
        Version::V1_1_0
    } else {
        Version::V1_0_0
    };
    Ok(finish(version, actual, differences, notes, Vec::new()))
}

fn finish(
    version: Version,
    schema: Schema,
    differences: Vec<String>,
    notes: Vec<String>,
    additions: Vec<String>,
) -> Verdict {
    if !differences.is_empty() {
        return Err([differences, additions].concat());
    }
    Ok(Known {
        version,
        schema,
        applied: Vec::new(),
        notes,
        additions,
    })
}

/// Whether an index is one that the old program, its script or a step of ours makes, by its name.
pub(crate) fn is_old_index(name: &str, old: &Schema) -> bool {
    old.indexes.contains_key(name) || OLD_INDEXES_SOMETIMES.contains(&name)
}

/// Whether a unique index says just what `uq_import_batch_index` says.
pub(crate) fn is_batch_key(index: &Index) -> bool {
    index.table == "scored_listings" && has_columns(index, &["import_id", "import_index"])
}

fn has_columns(index: &Index, columns: &[&str]) -> bool {
    !index.partial
        && index
            .columns
            .iter()
            .map(Option::as_deref)
            .eq(columns.iter().copied().map(Some))
}

/// 1.1.0 is what the step of that name adds, all of it.
fn is_1_1_0(actual: &Schema) -> bool {
    let has_column = |table: &str| {
        actual
            .tables
            .get(table)
            .is_some_and(|table| table.column("import_index").is_some())
    };
    let key = actual.indexes.get("uq_import_batch_index");
    let models = actual.indexes.get("idx_models_import_batch");
    has_column("scored_listings")
        && has_column("models")
        && key.is_some_and(|index| index.unique && is_batch_key(index))
        && models.is_some_and(|index| {
            index.table == "models" && has_columns(index, &["import_id", "import_index"])
        })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// Names, affinities and keys; other words for a type, absent defaults and absent NOT NULLs pass.
    Meaning,
    /// Everything declared.
    Exact,
}

fn compare_tables(
    name: &str,
    wanted: &Table,
    found: &Table,
    strictness: Strictness,
    differences: &mut Vec<String>,
) {
    if found.kind != wanted.kind {
        differences.push(format!(
            "`{name}` is a `{}` and not a plain table",
            found.kind
        ));
        return;
    }
    for column in &wanted.columns {
        let sometimes = strictness == Strictness::Meaning
            && OLD_COLUMNS_SOMETIMES.contains(&(name, column.name.as_str()));
        match found.column(&column.name) {
            None if sometimes => {}
            None => differences.push(format!("column `{name}.{}` is missing", column.name)),
            Some(other) => compare_columns(name, column, other, strictness, differences),
        }
    }
    for column in &found.columns {
        if wanted.column(&column.name).is_none() {
            differences.push(format!("column `{name}.{}` is not known", column.name));
        }
    }
    for key in &wanted.foreign_keys {
        if !found.foreign_keys.iter().any(|other| same_key(key, other)) {
            differences.push(format!(
                "`{name}.{}` does not refer to `{}.{}`",
                key.from, key.table, key.to
            ));
        }
    }
    for key in &found.foreign_keys {
        if !wanted.foreign_keys.iter().any(|other| same_key(key, other)) {
            differences.push(format!(
                "`{name}.{}` refers to `{}.{}`",
                key.from, key.table, key.to
            ));
        }
    }
    for columns in &wanted.unique {
        if !found.unique.contains(columns) {
            differences.push(format!(
                "`{name}` has no unique key on `{}`",
                columns.join(", ")
            ));
        }
    }
    for columns in &found.unique {
        if !wanted.unique.contains(columns) {
            differences.push(format!(
                "`{name}` has a unique key on `{}`",
                columns.join(", ")
            ));
        }
    }
}

fn same_key(key: &schema::ForeignKey, other: &schema::ForeignKey) -> bool {
    key.from == other.from && key.table == other.table && key.to == other.to
}

fn compare_columns(
    table: &str,
    wanted: &Column,
    found: &Column,
    strictness: Strictness,
    differences: &mut Vec<String>,
) {
    let name = format!("{table}.{}", wanted.name);
    if found.generated {
        differences.push(format!("column `{name}` is computed"));
    }
    if found.primary_key != wanted.primary_key {
        differences.push(format!(
            "the primary key of `{table}` differs at `{}`",
            wanted.name
        ));
    }
    // The old program's `init-db` declares JSON where the other shapes declare TEXT; what it keeps there is text.
    let same_type = found.affinity() == wanted.affinity()
        || (found.declared == "JSON" && wanted.declared == "TEXT");
    let exact = strictness == Strictness::Exact;
    if (exact && found.declared != wanted.declared) || !same_type {
        differences.push(format!(
            "column `{name}` has type `{}` and not `{}`",
            found.declared, wanted.declared
        ));
    }
    if exact && found.not_null != wanted.not_null {
        let (has, wants) = if found.not_null {
            ("NOT NULL", "NULL")
        } else {
            ("NULL", "NOT NULL")
        };
        differences.push(format!("column `{name}` is `{has}` and not `{wants}`"));
    }
    if exact && found.default != wanted.default {
        differences.push(format!("column `{name}` has another default"));
    }
}

/// A column that lacks its NOT NULL passes as long as nothing in it is NULL: the value could not be kept.
fn find_nulls(
    connection: &Connection,
    name: &str,
    wanted: &Table,
    found: &Table,
    differences: &mut Vec<String>,
) -> rusqlite::Result<()> {
    for column in wanted.columns.iter().filter(|column| column.not_null) {
        let lax = found
            .column(&column.name)
            .is_some_and(|other| !other.not_null);
        if !lax {
            continue;
        }
        let has_null: bool = connection.query_row(
            &format!(
                "SELECT EXISTS (SELECT 1 FROM \"{name}\" WHERE \"{}\" IS NULL)",
                column.name
            ),
            [],
            |row| row.get(0),
        )?;
        if has_null {
            differences.push(format!("column `{name}.{}` holds NULL", column.name));
        }
    }
    Ok(())
}

fn index_keys(index: &Index) -> String {
    index
        .columns
        .iter()
        .map(|column| column.as_deref().unwrap_or("an expression"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn unknown_unique_index(name: &str, index: &Index) -> String {
    format!(
        "unique index `{name}` on `{}` ({}) is not known",
        index.table,
        index_keys(index)
    )
}

fn extra_index(name: &str, index: &Index) -> String {
    format!(
        "index `{name}` on `{}` ({}) is not the program's own",
        index.table,
        index_keys(index)
    )
}
