//! Taking an import back: its rows go, its record stays with the counts it had.

use rusqlite::{Connection, params};
use rustc_hash::FxHashSet;

use super::import_record::find_by_id;
use super::row_writer::note_id;
use super::segment;
use super::title;
use super::transaction::BulkTransaction;
use crate::error::StoreError;
use crate::import::{ImportRecord, ImportState};

pub(super) fn undo_import(
    connection: &mut Connection,
    import_id: &str,
    at: &str,
) -> Result<ImportRecord, StoreError> {
    let transaction = BulkTransaction::begin(connection)?;
    let record = find_by_id(&transaction, import_id)?
        .ok_or_else(|| StoreError::ImportUnknown(import_id.to_owned()))?;
    match record.state {
        ImportState::Done | ImportState::Legacy => {}
        ImportState::Undone => return Err(StoreError::AlreadyUndone(import_id.to_owned())),
        ImportState::Registry => return Err(StoreError::NotListings(import_id.to_owned())),
    }
    transaction.silence_triggers()?;
    let last: Option<i64> = transaction.query_row(
        "SELECT MAX(id) FROM scored_listings WHERE import_id = ?1",
        [import_id],
        |row| row.get(0),
    )?;
    if let Some(last) = last {
        note_id(&transaction, import_id, last)?;
    }
    // The old program's rows hang on scored rows; they go with them.
    transaction.execute(
        "DELETE FROM quantized_listings
         WHERE scored_listing_id IN (SELECT id FROM scored_listings WHERE import_id = ?1)",
        [import_id],
    )?;
    for table in ["scored_listings", "unmatched_listings", "rejected_rows"] {
        transaction.execute(
            &format!("DELETE FROM {table} WHERE import_id = ?1"),
            [import_id],
        )?;
    }
    segment::drop_segments(&transaction, Some(import_id))?;
    transaction.execute(
        "DELETE FROM rematch_changes
         WHERE rematch_id IN (SELECT id FROM import_rematches WHERE import_id = ?1)",
        [import_id],
    )?;
    segment::merge_small_segments(&transaction)?;
    forget_texts(&transaction, import_id)?;
    transaction.execute(
        "UPDATE import_batches SET state = 'undone', undone_at = ?2 WHERE import_id = ?1",
        params![import_id, at],
    )?;
    let record = find_by_id(&transaction, import_id)?
        .ok_or(StoreError::RecordLost("the import that was just undone"))?;
    transaction.commit()?;
    Ok(record)
}

/// Removes the texts that the import brought; those that another one uses become that one's own.
///
/// A text belongs mostly to the first import in force that uses it, so its other users are sought in row order of the
/// imports and only until every text has found one. What an import was before a second matching counts as its use.
fn forget_texts(connection: &Connection, import_id: &str) -> Result<(), StoreError> {
    let mut brought = connection
        .prepare("SELECT id FROM listings WHERE import_id = ?1 AND fingerprint IS NOT NULL")?
        .query_map([import_id], |row| row.get(0))?
        .collect::<Result<FxHashSet<i64>, _>>()?;
    let others: Vec<String> = connection
        .prepare(
            "SELECT import_id FROM import_batches
             WHERE state = 'done' AND import_id <> ?1
             ORDER BY id",
        )?
        .query_map([import_id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for other in others {
        for uses in USES {
            hand_over(connection, &mut brought, uses, &other)?;
        }
    }
    title::uncover_texts_of(connection, import_id)?;
    connection.execute(
        "DELETE FROM listings WHERE import_id = ?1 AND fingerprint IS NOT NULL",
        [import_id],
    )?;
    title::cover_titles(connection)
}

/// What an import uses texts for: (text, index of the row).
const USES: [&str; 3] = [
    "SELECT listing_id, import_index FROM scored_listings
     WHERE import_id = ?1 AND listing_id IS NOT NULL
     ORDER BY import_index",
    "SELECT listing_id, import_index FROM unmatched_listings
     WHERE import_id = ?1
     ORDER BY import_index",
    "SELECT listing.id, change.import_index
     FROM import_rematches AS rematch
     JOIN rematch_changes AS change ON change.rematch_id = rematch.id
     JOIN listings AS listing ON listing.id IN (change.old_listing_id, change.new_listing_id)
     WHERE rematch.import_id = ?1
     ORDER BY change.id",
];

/// Gives the texts that an import uses to it, and takes them out of `texts`.
fn hand_over(
    connection: &Connection,
    texts: &mut FxHashSet<i64>,
    uses: &str,
    import_id: &str,
) -> Result<(), StoreError> {
    if texts.is_empty() {
        return Ok(());
    }
    let mut select = connection.prepare_cached(uses)?;
    let mut rows = select.query([import_id])?;
    while !texts.is_empty()
        && let Some(row) = rows.next()?
    {
        // Rows of another hand may have no number.
        let (text, import_index): (i64, Option<i64>) = (row.get(0)?, row.get(1)?);
        if texts.remove(&text) {
            connection
                .prepare_cached(
                    "UPDATE listings SET import_id = ?2, import_index = ?3 WHERE id = ?1",
                )?
                .execute(params![text, import_id, import_index])?;
        }
    }
    Ok(())
}
