//! Reading the records of imports.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::error::StoreError;
use crate::import::{ImportRecord, ImportState, Totals};

const COLUMNS: &str = "import_id, state, imported_at, undone_at, total_rows, scored_rows, unmatched_rows,
    rejected_rows, record_count, source_name, source, source_format, source_sha256, source_bytes, seen_at,
    registry_version, scoring_profile, program_version, duration_ms, reading_options, header_mapping, findings, errors_by_code,
    source_header, matcher_version, description";

fn read(row: &Row<'_>) -> rusqlite::Result<ImportRecord> {
    let count = |name: &str| -> rusqlite::Result<Option<u64>> {
        Ok(row.get::<_, Option<i64>>(name)?.map(|value| value as u64))
    };
    let state: Option<String> = row.get("state")?;
    let source_name: Option<String> = row.get("source_name")?;
    Ok(ImportRecord {
        import_id: row.get("import_id")?,
        state: state
            .as_deref()
            .and_then(ImportState::parse)
            .unwrap_or(ImportState::Legacy),
        imported_at: row.get("imported_at")?,
        undone_at: row.get("undone_at")?,
        total_rows: count("total_rows")?,
        scored_rows: count("scored_rows")?,
        unmatched_rows: count("unmatched_rows")?,
        rejected_rows: count("rejected_rows")?,
        record_count: count("record_count")?,
        source_name: source_name.or(row.get("source")?),
        source_format: row.get("source_format")?,
        source_sha256: row.get("source_sha256")?,
        source_bytes: count("source_bytes")?,
        seen_at: row.get("seen_at")?,
        registry_version: row.get("registry_version")?,
        matcher_version: row.get("matcher_version")?,
        scoring_profile: row.get("scoring_profile")?,
        program_version: row.get("program_version")?,
        description: row.get("description")?,
        duration_ms: count("duration_ms")?,
        reading_options: row.get("reading_options")?,
        header_mapping: row.get("header_mapping")?,
        findings: row.get("findings")?,
        errors_by_code: row.get("errors_by_code")?,
        source_header: row.get("source_header")?,
    })
}

pub(super) fn find_by_id(
    connection: &Connection,
    import_id: &str,
) -> Result<Option<ImportRecord>, StoreError> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM import_batches WHERE import_id = ?1"
        ))?
        .query_row([import_id], read)
        .optional()?)
}

pub(super) fn find_by_key(
    connection: &Connection,
    options_key: &str,
) -> Result<Option<ImportRecord>, StoreError> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM import_batches
             WHERE options_key = ?1 AND state = 'done'
             ORDER BY id
             LIMIT 1"
        ))?
        .query_row([options_key], read)
        .optional()?)
}

/// The import that `wanted` names: its id, a prefix that only it has, or `last` for the newest listings import.
pub(super) fn find_import(
    connection: &Connection,
    wanted: &str,
) -> Result<Option<ImportRecord>, StoreError> {
    if let Some(record) = find_by_id(connection, wanted)? {
        return Ok(Some(record));
    }
    if wanted == "last" {
        return Ok(connection
            .prepare_cached(&format!(
                "SELECT {COLUMNS} FROM import_batches
                 WHERE coalesce(state, 'legacy') IN ('done', 'legacy')
                 ORDER BY id DESC
                 LIMIT 1"
            ))?
            .query_row([], read)
            .optional()?);
    }
    if wanted.is_empty() {
        return Ok(None);
    }
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM import_batches
         WHERE substr(import_id, 1, length(?1)) = ?1
         ORDER BY id
         LIMIT 3"
    ))?;
    let mut found = statement
        .query_map([wanted], read)?
        .collect::<Result<Vec<_>, _>>()?;
    if found.len() > 1 {
        return Err(StoreError::ImportAmbiguous {
            wanted: wanted.to_owned(),
            matching: found.into_iter().map(|record| record.import_id).collect(),
        });
    }
    Ok(found.pop())
}

pub(super) fn list_imports(connection: &Connection) -> Result<Vec<ImportRecord>, StoreError> {
    let mut statement = connection.prepare(&format!(
        "SELECT {COLUMNS} FROM import_batches
         WHERE coalesce(state, 'legacy') <> 'registry'
         ORDER BY id"
    ))?;
    let records = statement.query_map([], read)?.collect::<Result<_, _>>()?;
    Ok(records)
}

/// The newest first, from before an import on.
pub(super) fn list_before(
    connection: &Connection,
    before: Option<&str>,
    limit: u64,
) -> Result<Vec<ImportRecord>, StoreError> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM import_batches
             WHERE COALESCE(state, 'legacy') <> 'registry'
               AND (?1 IS NULL OR id < (SELECT id FROM import_batches WHERE import_id = ?1))
             ORDER BY id DESC
             LIMIT ?2"
        ))?
        .query_map((before, i64::try_from(limit).unwrap_or(i64::MAX)), read)?
        .collect::<Result<_, _>>()?)
}

pub(super) fn count_rows(connection: &Connection) -> Result<Totals, StoreError> {
    Ok(connection.query_row(
        "SELECT COUNT(*), TOTAL(COALESCE(total_rows, record_count)), TOTAL(COALESCE(scored_rows, record_count)),
           TOTAL(unmatched_rows), TOTAL(rejected_rows)
         FROM import_batches
         WHERE state IN ('done', 'legacy')",
        [],
        |row| {
            let count = |place: usize| row.get::<_, f64>(place).map(|count| count as u64);
            Ok(Totals {
                imports: row.get::<_, i64>(0)? as u64,
                total_rows: count(1)?,
                scored_rows: count(2)?,
                unmatched_rows: count(3)?,
                rejected_rows: count(4)?,
            })
        },
    )?)
}
