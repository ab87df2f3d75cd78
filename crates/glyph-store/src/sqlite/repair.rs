//! Repairing an import: the rejected rows come again, in row order, and fill the slots they left.

use glyph_core::pipeline::{Counts, Outcome, Sink, SinkError};
use rusqlite::{Connection, params};

use super::import::insert_rates;
use super::import_record::find_by_id;
use super::row_writer::RowWriter;
use super::segment;
use super::title;
use super::transaction::BulkTransaction;
use crate::error::StoreError;
use crate::import::{FinishedRepair, ImportState, NewRepair, RepairRecord};
use crate::store::RepairWriter;

#[derive(Debug)]
pub(super) struct SqliteRepairWriter<'store> {
    rows: RowWriter<'store>,
    repaired_at: String,
    source_name: String,
    /// The slots to fill, in row order.
    slots: Vec<i64>,
    /// Rows that came, also past the last slot.
    came: u64,
    counts: Counts,
    // After the statements of `rows`: they end before it does.
    transaction: BulkTransaction<'store>,
}

impl<'store> SqliteRepairWriter<'store> {
    pub(super) fn start(
        connection: &'store mut Connection,
        repair: &NewRepair<'_>,
    ) -> Result<SqliteRepairWriter<'store>, StoreError> {
        let transaction = BulkTransaction::begin(connection)?;
        let record = find_by_id(&transaction, repair.import_id)?
            .ok_or_else(|| StoreError::ImportUnknown(repair.import_id.to_owned()))?;
        match record.state {
            ImportState::Done => {}
            ImportState::Undone => {
                return Err(StoreError::AlreadyUndone(repair.import_id.to_owned()));
            }
            ImportState::Legacy | ImportState::Registry => {
                return Err(StoreError::NotListings(repair.import_id.to_owned()));
            }
        }
        super::registry::load_registry(&transaction, repair.registry, repair.repaired_at)?;
        // Its segments are made again at the end.
        transaction.silence_triggers()?;
        let slots: Vec<i64> = transaction
            .prepare(
                "SELECT import_index FROM rejected_rows WHERE import_id = ?1 ORDER BY import_index",
            )?
            .query_map([repair.import_id], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        if slots.is_empty() {
            return Err(StoreError::NothingToRepair(repair.import_id.to_owned()));
        }
        Ok(SqliteRepairWriter {
            rows: RowWriter::new(
                transaction.connection(),
                repair.import_id,
                repair.seen_at,
                repair.registry.version(),
            )?,
            repaired_at: repair.repaired_at.to_owned(),
            source_name: repair.source_name.to_owned(),
            slots,
            came: 0,
            counts: Counts::default(),
            transaction,
        })
    }
}

impl Sink for SqliteRepairWriter<'_> {
    fn take(&mut self, outcome: &Outcome<'_>) -> Result<(), SinkError> {
        let slot = self.slots.get(self.came as usize).copied();
        self.came += 1;
        let Some(slot) = slot else { return Ok(()) };
        self.counts.add(outcome);
        if matches!(outcome, Outcome::Rejected(_)) {
            // Still rejected: the record as it first came stays, with its position in the first source.
            return Ok(());
        }
        self.transaction
            .prepare_cached("DELETE FROM rejected_rows WHERE import_id = ?1 AND import_index = ?2")
            .and_then(|mut delete| delete.execute(params![self.rows.import_id, slot]))
            .map_err(StoreError::from)?;
        self.rows.insert(&outcome.at_index(slot as u64))?;
        Ok(())
    }
}

impl RepairWriter for SqliteRepairWriter<'_> {
    fn commit(self: Box<Self>, finished: &FinishedRepair<'_>) -> Result<RepairRecord, StoreError> {
        if self.came != self.slots.len() as u64 {
            return Err(StoreError::RepairRowCount {
                import_id: self.rows.import_id.clone(),
                rejected: self.slots.len() as u64,
                came: self.came,
            });
        }
        self.transaction.execute(
            "UPDATE import_batches
             SET scored_rows = scored_rows + ?2, unmatched_rows = unmatched_rows + ?3,
                 rejected_rows = rejected_rows - ?2 - ?3, record_count = record_count + ?2 + ?3,
                 errors_by_code =
                   (SELECT json_group_object(code, rows)
                    FROM (SELECT code, count(*) AS rows FROM rejected_rows
                          WHERE import_id = ?1 GROUP BY code ORDER BY code))
             WHERE import_id = ?1",
            params![
                self.rows.import_id,
                self.counts.scored as i64,
                self.counts.unmatched as i64
            ],
        )?;
        self.transaction.execute(
            "INSERT INTO import_repairs
               (import_id, repaired_at, source_name, source_sha256, rows, scored, unmatched,
                still_rejected)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                self.rows.import_id,
                self.repaired_at,
                self.source_name,
                finished.source_sha256,
                self.came as i64,
                self.counts.scored as i64,
                self.counts.unmatched as i64,
                self.counts.rejected as i64,
            ],
        )?;
        insert_rates(&self.transaction, &self.rows.import_id, finished.rates)?;
        segment::segment_import(&self.transaction, Some(&self.rows.import_id))?;
        segment::merge_small_segments(&self.transaction)?;
        title::cover_titles(&self.transaction)?;
        let record = RepairRecord {
            import_id: self.rows.import_id.clone(),
            rows: self.came,
            scored: self.counts.scored,
            unmatched: self.counts.unmatched,
            still_rejected: self.counts.rejected,
        };
        let SqliteRepairWriter {
            rows, transaction, ..
        } = *self;
        drop(rows);
        transaction.commit()?;
        Ok(record)
    }

    fn as_sink(&mut self) -> &mut dyn Sink {
        self
    }
}
