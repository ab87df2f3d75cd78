//! Writing an import: one transaction from the first row to the record.
//!
//! Readers see the whole import or none of it. What listings are filtered and sorted by goes into segments on the way.

use glyph_core::listing::{Availability, Condition};
use glyph_core::matching::MATCHER_VERSION;
use glyph_core::pipeline::{Offer, Outcome, RejectedRow, ScoredOffer, Sink, SinkError};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::dictionary::Dictionary;
use super::import_record::{find_by_id, find_by_key};
use super::segment::{self, Facts, PausedTriggers, SegmentBuilder};
use crate::error::StoreError;
use crate::import::{CommitOutcome, FinishedImport, NewImport, RateUsed};
use crate::store::ImportWriter;

/// Rows of one import on their way into the tables.
#[derive(Debug)]
pub(super) struct SqliteImportWriter<'store> {
    transaction: Transaction<'store>,
    rows: RowWriter,
    segments: SegmentBuilder,
    triggers: PausedTriggers,
}

impl<'store> SqliteImportWriter<'store> {
    pub(super) fn start(
        connection: &'store mut Connection,
        import: &NewImport<'_>,
    ) -> Result<SqliteImportWriter<'store>, StoreError> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        super::registry::load_registry(&transaction, import.registry, import.imported_at)?;
        transaction.execute(
            "INSERT INTO import_batches
               (import_id, imported_at, source, state, source_name, registry_version, scoring_profile,
                program_version, seen_at, forced, matcher_version)
             VALUES (?1, ?2, 'glyphd', 'done', ?3, ?4, ?5, ?6, ?7, 0, ?8)",
            params![
                import.import_id,
                import.imported_at,
                import.source_name,
                import.registry.version(),
                import.scoring_profile,
                import.program_version,
                import.seen_at,
                MATCHER_VERSION,
            ],
        )?;
        segment::make_missing_segments(&transaction)?;
        let triggers = PausedTriggers::pause(&transaction)?;
        Ok(SqliteImportWriter {
            transaction,
            rows: RowWriter::new(import.import_id, import.seen_at, import.registry.version()),
            segments: SegmentBuilder::default(),
            triggers,
        })
    }

    fn finish(&mut self, finished: &FinishedImport<'_>) -> Result<(), StoreError> {
        let import_id = self.rows.import_id.as_str();
        self.segments.store(&self.transaction, Some(import_id))?;
        self.triggers.resume(&self.transaction)?;
        self.transaction.execute(
            "UPDATE import_batches
             SET record_count = ?2, total_rows = ?3, scored_rows = ?4, unmatched_rows = ?5,
                 rejected_rows = ?6, source_format = ?7, source_sha256 = ?8, source_bytes = ?9,
                 options_key = ?10, forced = ?11, header_mapping = ?12, findings = ?13,
                 source_header = ?14, duration_ms = ?15, errors_by_code = ?16,
                 reading_options = ?17
             WHERE import_id = ?1",
            params![
                self.rows.import_id,
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
            ],
        )?;
        insert_rates(&self.transaction, &self.rows.import_id, finished.rates)?;
        Ok(())
    }
}

impl Sink for SqliteImportWriter<'_> {
    fn take(&mut self, outcome: &Outcome<'_>) -> Result<(), SinkError> {
        let Some(facts) = self.rows.insert(&self.transaction, outcome)? else {
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
        self.transaction.commit()?;
        Ok(CommitOutcome::Imported(Box::new(record)))
    }

    fn discard(self: Box<Self>) -> Result<(), StoreError> {
        Ok(self.transaction.rollback()?)
    }

    fn as_sink(&mut self) -> &mut dyn Sink {
        self
    }
}

/// Puts outcomes into the tables of one import: used by imports and repairs.
#[derive(Debug)]
pub(super) struct RowWriter {
    pub(super) import_id: String,
    seen_at: String,
    dictionary: Dictionary,
}

impl RowWriter {
    pub(super) fn new(import_id: &str, seen_at: &str, registry_version: &str) -> RowWriter {
        RowWriter {
            import_id: import_id.to_owned(),
            seen_at: seen_at.to_owned(),
            dictionary: Dictionary::new(import_id, registry_version),
        }
    }

    /// Of a scored row, gives what it is filtered and sorted by.
    pub(super) fn insert<'a>(
        &mut self,
        connection: &Connection,
        outcome: &Outcome<'a>,
    ) -> Result<Option<Facts<'a>>, StoreError> {
        match outcome {
            Outcome::Scored(scored) => Ok(Some(self.insert_scored(connection, scored)?)),
            Outcome::Unmatched(offer, reason) => {
                self.insert_unmatched(connection, offer, reason.as_str())?;
                Ok(None)
            }
            Outcome::Rejected(row) => {
                self.insert_rejected(connection, row)?;
                Ok(None)
            }
        }
    }

    fn insert_scored<'a>(
        &mut self,
        connection: &Connection,
        scored: &ScoredOffer<'a>,
    ) -> Result<Facts<'a>, StoreError> {
        let ScoredOffer {
            offer,
            model,
            score,
        } = scored;
        let listing = offer.listing;
        let price = listing.price_usd_minor as f64 / 100.0;
        let condition = listing.condition.map(Condition::as_str);
        let cards = offer.cards_priced();
        let listing_id = self.dictionary.find_or_insert(
            connection,
            offer,
            Some(&model.canonical_model),
            None,
        )?;
        connection
            .prepare_cached(
                "INSERT INTO scored_listings
                   (canonical_model, price, vram_gb, tdp_watts, mig_support, nvlink, score, condition,
                    quantity, min_order_qty, region, seen_at, import_id, import_index, listing_id,
                    price_minor, currency, price_text, availability, lot_size)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
                    ?19, ?20)",
            )?
            .execute(params![
                model.canonical_model,
                price,
                model.memory_gb,
                model.tdp_w,
                model.mig_instances,
                model.nvlink,
                score,
                condition,
                listing.quantity,
                listing.min_order_quantity,
                listing.region,
                listing.seen_at.as_deref().unwrap_or(&self.seen_at),
                self.import_id,
                offer.index as i64,
                listing_id,
                listing.price.minor,
                listing.price.currency.code(),
                listing.price_text,
                listing.availability.map(Availability::as_str),
                Some(cards).filter(|cards| *cards > 1),
            ])?;
        // As the view `offers` has it.
        let memory_gb = [offer.matched.memory_gb, model.memory_gb]
            .into_iter()
            .flatten()
            .find(|gb| *gb != 0.0);
        Ok(Facts {
            id: connection.last_insert_rowid(),
            model: &model.canonical_model,
            region: listing.region.as_deref(),
            condition,
            seller: listing.texts.seller.as_deref(),
            listing_id: Some(listing_id),
            score: *score,
            price,
            price_per_gb: memory_gb.map(|gb| price / f64::from(cards) / gb),
        })
    }

    fn insert_unmatched(
        &mut self,
        connection: &Connection,
        offer: &Offer<'_>,
        reason: &'static str,
    ) -> Result<(), StoreError> {
        let listing = offer.listing;
        let listing_id = self
            .dictionary
            .find_or_insert(connection, offer, None, Some(reason))?;
        connection
            .prepare_cached(
                "INSERT INTO unmatched_listings
                   (import_id, import_index, listing_id, reason, price, price_minor, currency, price_text,
                    condition, availability, quantity, min_order_qty, region, seen_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(params![
                self.import_id,
                offer.index as i64,
                listing_id,
                reason,
                listing.price_usd_minor as f64 / 100.0,
                listing.price.minor,
                listing.price.currency.code(),
                listing.price_text,
                listing.condition.map(Condition::as_str),
                listing.availability.map(Availability::as_str),
                listing.quantity,
                listing.min_order_quantity,
                listing.region,
                listing.seen_at.as_deref().unwrap_or(&self.seen_at),
            ])?;
        Ok(())
    }

    fn insert_rejected(
        &self,
        connection: &Connection,
        row: &RejectedRow<'_>,
    ) -> Result<(), StoreError> {
        let code = row.errors.first().map_or("", |error| error.code.as_str());
        connection
            .prepare_cached(
                "INSERT INTO rejected_rows
                   (import_id, import_index, line_start, line_end, byte_start, byte_len, raw, repair_raw, code, errors)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                self.import_id,
                row.index as i64,
                row.span.line_start as i64,
                row.span.line_end as i64,
                row.span.byte_start as i64,
                row.span.byte_len as i64,
                row.raw,
                (!row.repair.is_empty()).then_some(row.repair),
                code,
                serde_json::to_string(row.errors)?,
            ])?;
        Ok(())
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
