//! Taking an import back: its rows go, its record stays with the counts it had.

use rusqlite::{Connection, TransactionBehavior, params};

use super::import_record::find_by_id;
use crate::error::StoreError;
use crate::import::{ImportRecord, ImportState};

pub(super) fn undo_import(
    connection: &mut Connection,
    import_id: &str,
    at: &str,
) -> Result<ImportRecord, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let record = find_by_id(&transaction, import_id)?
        .ok_or_else(|| StoreError::ImportUnknown(import_id.to_owned()))?;
    match record.state {
        ImportState::Done | ImportState::Legacy => {}
        ImportState::Undone => return Err(StoreError::AlreadyUndone(import_id.to_owned())),
        ImportState::Registry => return Err(StoreError::NotListings(import_id.to_owned())),
    }
    // The old program's rows hang on scored rows; they go with them.
    transaction.execute(
        "DELETE FROM quantized_listings
         WHERE scored_listing_id IN (SELECT id FROM scored_listings WHERE import_id = ?1)",
        [import_id],
    )?;
    let first_row: i64 = transaction.query_row(
        "SELECT coalesce(min(id), 0) FROM scored_listings WHERE import_id = ?1",
        [import_id],
        |row| row.get(0),
    )?;
    let first_unmatched: i64 = transaction.query_row(
        "SELECT coalesce(min(id), 0) FROM unmatched_listings WHERE import_id = ?1",
        [import_id],
        |row| row.get(0),
    )?;
    for table in ["scored_listings", "unmatched_listings", "rejected_rows"] {
        transaction.execute(
            &format!("DELETE FROM {table} WHERE import_id = ?1"),
            [import_id],
        )?;
    }
    forget_texts(&transaction, import_id, first_row, first_unmatched)?;
    transaction.execute(
        "UPDATE import_batches SET state = 'undone', undone_at = ?2 WHERE import_id = ?1",
        params![import_id, at],
    )?;
    let record = find_by_id(&transaction, import_id)?
        .ok_or(StoreError::RecordLost("the import that was just undone"))?;
    transaction.commit()?;
    Ok(record)
}

/// Removes the texts that this import brought and no other row uses.
///
/// Only rows written after a text can refer to it, and ids grow, so nothing before the import's own rows is read.
fn forget_texts(
    connection: &Connection,
    import_id: &str,
    first_row: i64,
    first_unmatched: i64,
) -> Result<(), StoreError> {
    let brought: Option<(i64, i64)> = connection.query_row(
        "SELECT min(id), max(id) FROM listings WHERE import_id = ?1 AND fingerprint IS NOT NULL",
        [import_id],
        |row| Ok(row.get::<_, Option<i64>>(0)?.zip(row.get(1)?)),
    )?;
    let Some((first, last)) = brought else {
        return Ok(());
    };
    connection.execute(
        "WITH used (id) AS (
           SELECT listing_id FROM scored_listings
           WHERE id > ?4 AND listing_id BETWEEN ?2 AND ?3
           UNION
           SELECT listing_id FROM unmatched_listings
           WHERE id > ?5 AND listing_id BETWEEN ?2 AND ?3
         )
         DELETE FROM listings
         WHERE import_id = ?1 AND fingerprint IS NOT NULL AND id NOT IN (SELECT id FROM used)",
        params![import_id, first, last, first_row, first_unmatched],
    )?;
    Ok(())
}
