//! Writing an import: one transaction from the first row to the record.
//!
//! Readers see the whole import or none of it. What listings are filtered and sorted by goes into segments on the way.

use glyph_core::matching::MATCHER_VERSION;
use glyph_core::pipeline::{Outcome, Sink, SinkError};
use rusqlite::{Connection, OptionalExtension, params};

use super::import_record::{find_by_id, find_by_key};
use super::row_writer::RowWriter;
use super::segment::{self, SegmentBuilder};
use super::title;
use super::transaction::BulkTransaction;
use crate::error::StoreError;
use crate::import::{CommitOutcome, FinishedImport, NewImport, RateUsed};
use crate::store::ImportWriter;

/// Rows of one import on their way into the tables.
#[derive(Debug)]
pub(super) struct SqliteImportWriter<'store> {
    import: NewImport<'store>,
    rows: RowWriter<'store>,
    segments: SegmentBuilder,
    // After the statements of `rows`: they end before it does.
    transaction: BulkTransaction<'store>,
}

impl<'store> SqliteImportWriter<'store> {
    pub(super) fn start(
        connection: &'store mut Connection,
        import: &NewImport<'store>,
    ) -> Result<SqliteImportWriter<'store>, StoreError> {
        let transaction = BulkTransaction::begin(connection)?;
        if find_by_id(&transaction, import.import_id)?.is_some() {
            return Err(StoreError::ImportIdTaken(import.import_id.to_owned()));
        }
        segment::make_missing_segments(&transaction)?;
        transaction.silence_triggers()?;
        Ok(SqliteImportWriter {
            rows: RowWriter::new(
                transaction.connection(),
                import.import_id,
                import.seen_at,
                import.registry.version(),
            )?,
            segments: SegmentBuilder::default(),
            import: *import,
            transaction,
        })
    }

    fn finish(&mut self, finished: &FinishedImport<'_>) -> Result<(), StoreError> {
        let import_id = self.rows.import_id.as_str();
        if self.rows.dictionary.met_changed_texts {
            segment::segment_import(&self.transaction, Some(import_id))?;
        } else {
            self.segments.store(&self.transaction, Some(import_id))?;
        }
        segment::merge_small_segments(&self.transaction)?;
        title::cover_titles(&self.transaction)?;
        let import = &self.import;
        // Written after the rows, as the models are: a page that is written at both ends of a large transaction makes
        // SQLite go through its whole log again to correct the checksums.
        self.transaction.let_triggers_speak()?;
        super::registry::load_registry(&self.transaction, import.registry, import.imported_at)?;
        self.transaction.execute(
            "INSERT INTO import_batches
               (import_id, imported_at, source, state, source_name, registry_version, scoring_profile,
                program_version, seen_at, matcher_version, record_count, total_rows, scored_rows,
                unmatched_rows, rejected_rows, source_format, source_sha256, source_bytes, options_key,
                forced, header_mapping, findings, source_header, duration_ms, errors_by_code,
                reading_options, description)
             VALUES (?1, ?2, 'glyphd', 'done', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25)",
            params![
                import_id,
                import.imported_at,
                import.source_name,
                import.registry.version(),
                import.scoring_profile,
                import.program_version,
                finished.seen_at,
                MATCHER_VERSION,
                (finished.counts.scored + finished.counts.unmatched) as i64,
                finished.counts.total() as i64,
                finished.counts.scored as i64,
                finished.counts.unmatched as i64,
                finished.counts.rejected as i64,
                finished.source_format,
                finished.source_sha256,
                finished.source_bytes as i64,
                finished.options_key,
                finished.forced,
                finished.header_mapping,
                finished.findings,
                finished.source_header,
                finished.duration_ms as i64,
                finished.errors_by_code,
                finished.reading_options,
                import.description,
            ],
        )?;
        insert_rates(&self.transaction, &self.rows.import_id, finished.rates)?;
        if let Some(job) = finished.job {
            super::job::save(&self.transaction, job)?;
        }
        Ok(())
    }
}

impl Sink for SqliteImportWriter<'_> {
    fn take(&mut self, outcome: &Outcome<'_>) -> Result<(), SinkError> {
        let Some(facts) = self.rows.insert(outcome)? else {
            return Ok(());
        };
        self.segments.push(&facts);
        if self.segments.is_full() {
            self.segments
                .store(&self.transaction, Some(&self.rows.import_id))?;
        }
        Ok(())
    }
}

impl ImportWriter for SqliteImportWriter<'_> {
    fn commit(
        mut self: Box<Self>,
        finished: &FinishedImport<'_>,
    ) -> Result<CommitOutcome, StoreError> {
        if !finished.forced
            && let Some(first) = find_by_key(&self.transaction, finished.options_key)?
        {
            return Ok(CommitOutcome::Duplicate(Box::new(first)));
        }
        self.finish(finished)?;
        let record = find_by_id(&self.transaction, &self.rows.import_id)?
            .ok_or(StoreError::RecordLost("the import that was just written"))?;
        let SqliteImportWriter {
            rows, transaction, ..
        } = *self;
        drop(rows);
        transaction.commit()?;
        Ok(CommitOutcome::Imported(Box::new(record)))
    }

    fn discard(self: Box<Self>) -> Result<(), StoreError> {
        let SqliteImportWriter {
            rows, transaction, ..
        } = *self;
        drop(rows);
        transaction.roll_back()
    }

    fn as_sink(&mut self) -> &mut dyn Sink {
        self
    }
}

/// Keeps the rates that an import's prices were converted by. A repair may bring currencies that the import had not.
pub(super) fn insert_rates(
    connection: &Connection,
    import_id: &str,
    rates: &[RateUsed],
) -> Result<(), StoreError> {
    let mut insert = connection.prepare(
        "INSERT INTO import_rates (import_id, currency, usd_per_unit, rate_date, source)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
    )?;
    let mut kept = connection
        .prepare("SELECT usd_per_unit FROM import_rates WHERE import_id = ?1 AND currency = ?2")?;
    for rate in rates {
        let before: Option<String> = kept
            .query_row([import_id, &rate.currency], |row| row.get(0))
            .optional()?;
        if before.is_some_and(|before| before != rate.usd_per_unit) {
            return Err(StoreError::RateDiffers {
                import_id: import_id.to_owned(),
                currency: rate.currency.clone(),
            });
        }
        insert.execute(params![
            import_id,
            rate.currency,
            rate.usd_per_unit,
            rate.rate_date,
            rate.source,
        ])?;
    }
    Ok(())
}

/// Whether an import that is in force came from a source of this many bytes.
pub(super) fn has_source_of_size(
    connection: &Connection,
    size_bytes: u64,
) -> Result<bool, StoreError> {
    Ok(connection
        .query_row(
            "SELECT 1 FROM import_batches WHERE state = 'done' AND source_bytes = ?1 LIMIT 1",
            [size_bytes as i64],
            |_| Ok(()),
        )
        .optional()?
        .is_some())
}
