//! Jobs: imports that were sent over HTTP.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::service::JobRecord;

const COLUMNS: &str = "id, state, created_at, started_at, ended_at, source_name, source_bytes, total_rows, scored_rows,
    unmatched_rows, rejected_rows, import_id, idempotency_key, request_hash, outcome";

fn read(row: &Row<'_>) -> rusqlite::Result<JobRecord> {
    let unsigned = |column: &str| {
        row.get::<_, Option<i64>>(column)
            .map(|value| value.map(|value| value as u64))
    };
    Ok(JobRecord {
        id: row.get("id")?,
        state: row.get("state")?,
        created_at: row.get("created_at")?,
        started_at: row.get("started_at")?,
        ended_at: row.get("ended_at")?,
        source_name: row.get("source_name")?,
        source_bytes: unsigned("source_bytes")?.unwrap_or(0),
        total_rows: unsigned("total_rows")?,
        scored_rows: unsigned("scored_rows")?,
        unmatched_rows: unsigned("unmatched_rows")?,
        rejected_rows: unsigned("rejected_rows")?,
        import_id: row.get("import_id")?,
        idempotency_key: row.get("idempotency_key")?,
        request_hash: row.get("request_hash")?,
        outcome: row.get("outcome")?,
    })
}

/// Writes a job, or writes it anew.
pub(super) fn save(connection: &Connection, job: &JobRecord) -> rusqlite::Result<()> {
    let signed = |value: Option<u64>| value.map(|value| value as i64);
    connection
        .prepare_cached(
            "INSERT INTO jobs (id, state, created_at, started_at, ended_at, source_name, source_bytes, total_rows,
               scored_rows, unmatched_rows, rejected_rows, import_id, idempotency_key, request_hash, outcome)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
             ON CONFLICT (id) DO UPDATE SET state = ?2, started_at = ?4, ended_at = ?5, total_rows = ?8,
               scored_rows = ?9, unmatched_rows = ?10, rejected_rows = ?11, import_id = ?12, idempotency_key = ?13,
               request_hash = ?14, outcome = ?15",
        )?
        .execute(params![
            job.id,
            job.state,
            job.created_at,
            job.started_at,
            job.ended_at,
            job.source_name,
            job.source_bytes as i64,
            signed(job.total_rows),
            signed(job.scored_rows),
            signed(job.unmatched_rows),
            signed(job.rejected_rows),
            job.import_id,
            job.idempotency_key,
            job.request_hash,
            job.outcome,
        ])?;
    Ok(())
}

pub(super) fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<JobRecord>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM jobs WHERE id = ?1"))?
        .query_row([id], read)
        .optional()
}

pub(super) fn find_by_key(
    connection: &Connection,
    key: &str,
) -> rusqlite::Result<Option<JobRecord>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM jobs WHERE idempotency_key = ?1"
        ))?
        .query_row([key], read)
        .optional()
}

/// The newest first, from before an id on.
pub(super) fn list(
    connection: &Connection,
    before: Option<&str>,
    limit: u64,
) -> rusqlite::Result<Vec<JobRecord>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM jobs WHERE id < coalesce(?1, char(1114111)) ORDER BY id DESC LIMIT ?2"
        ))?
        .query_map((before, i64::try_from(limit).unwrap_or(i64::MAX)), read)?
        .collect()
}

/// Jobs that have no end get this one.
pub(super) fn end_cut_off(
    connection: &Connection,
    at: &str,
    outcome: &str,
) -> rusqlite::Result<usize> {
    connection.execute(
        // The same request may come again and be answered.
        "UPDATE jobs SET state = 'failed', ended_at = ?1, outcome = ?2, idempotency_key = NULL, request_hash = NULL
         WHERE state IN ('waiting', 'running')",
        (at, outcome),
    )
}
