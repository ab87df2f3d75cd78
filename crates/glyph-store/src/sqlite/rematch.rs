//! Matching stored rows again, by another registry or matcher: one transaction for all the imports of a call.
//!
//! A row is read back into the listing that it came from and goes through the pipeline's own functions. Its place in
//! the import, its price and its id as long as its outcome stays what it was are kept; the texts of the old match stay
//! in `listings`, and `rematch_changes` says which row was what.

use glyph_core::listing::{Availability, Condition, Listing, ListingTexts};
use glyph_core::matching::MATCHER_VERSION;
use glyph_core::pipeline::{Offer, Outcome, Rejudge};
use glyph_core::score::Profile;
use rusqlite::{Connection, Row, params};

use super::import_record::find_by_id;
use super::money;
use super::row_writer::{RowWriter, note_id};
use super::segment;
use super::title;
use super::transaction::BulkTransaction;
use crate::error::StoreError;
use crate::import::{ImportRecord, ImportState};
use crate::rematch::{NewRematch, RematchChange, RematchRecord, RowState};

/// Rows read at once: they are changed only after they were read.
const ROWS_AT_ONCE: i64 = 4096;

pub(super) fn rematch_imports(
    connection: &mut Connection,
    rematch: &NewRematch<'_>,
    judge: &mut Rejudge<'_>,
    visit: &mut dyn FnMut(&RematchChange),
) -> Result<Vec<RematchRecord>, StoreError> {
    let transaction = BulkTransaction::begin(connection)?;
    super::registry::load_registry(&transaction, judge.registry(), rematch.rematched_at)?;
    segment::make_missing_segments(&transaction)?;
    // The segments of each import are made again after its last row.
    transaction.silence_triggers()?;
    let mut records = Vec::new();
    for (import_id, profile) in rematch.imports {
        let import = find_by_id(&transaction, import_id)?
            .ok_or_else(|| StoreError::ImportUnknown(import_id.clone()))?;
        match import.state {
            ImportState::Done => {}
            ImportState::Undone => return Err(StoreError::AlreadyUndone(import_id.clone())),
            ImportState::Legacy | ImportState::Registry => {
                return Err(StoreError::NotListings(import_id.clone()));
            }
        }
        records.push(rematch_import(
            &transaction,
            rematch,
            &import,
            profile,
            judge,
            visit,
        )?);
    }
    segment::merge_small_segments(&transaction)?;
    title::cover_titles(&transaction)?;
    if rematch.keep {
        transaction.commit()?;
    } else {
        transaction.roll_back()?;
    }
    Ok(records)
}

fn rematch_import(
    connection: &Connection,
    rematch: &NewRematch<'_>,
    import: &ImportRecord,
    profile: &Profile,
    judge: &mut Rejudge<'_>,
    visit: &mut dyn FnMut(&RematchChange),
) -> Result<RematchRecord, StoreError> {
    let registry_version = judge.registry().version();
    let import_id = import.import_id.as_str();
    connection.execute(
        "INSERT INTO import_rematches
           (import_id, rematched_at, program_version, old_registry_version, new_registry_version,
            old_matcher_version, new_matcher_version, scoring_profile, rows, changed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, 0)",
        params![
            import_id,
            rematch.rematched_at,
            rematch.program_version,
            import.registry_version,
            registry_version,
            import.matcher_version,
            MATCHER_VERSION,
            profile.name,
        ],
    )?;
    let rematch_id = connection.last_insert_rowid();
    let mut record = RematchRecord {
        import_id: import_id.to_owned(),
        rows: 0,
        changed: 0,
        rescored: 0,
        without_title: 0,
        old_registry_version: import.registry_version.clone(),
        new_registry_version: registry_version.to_owned(),
        old_matcher_version: import.matcher_version,
        new_matcher_version: MATCHER_VERSION,
    };
    let mut writer = Writer {
        connection,
        rows: RowWriter::new(
            connection,
            import_id,
            import.seen_at.as_deref().unwrap_or(&import.imported_at),
            registry_version,
        )?,
        rematch_id,
    };
    let (mut scored, mut unmatched) = (0_u64, 0_u64);
    let mut last = -1;
    loop {
        let rows = read_rows(connection, import_id, last)?;
        let Some(end) = rows.last() else { break };
        last = end.import_index;
        for before in rows {
            record.rows += 1;
            let Some(listing) = &before.listing else {
                record.without_title += 1;
                scored += u64::from(before.state.outcome == SCORED);
                unmatched += u64::from(before.state.outcome == UNMATCHED);
                continue;
            };
            let outcome = judge.outcome(before.import_index as u64, listing, profile);
            match outcome {
                Outcome::Scored(_) => scored += 1,
                Outcome::Unmatched(..) | Outcome::Rejected(_) => unmatched += 1,
            }
            match writer.put(&before, &outcome)? {
                Difference::None => {}
                Difference::Score => record.rescored += 1,
                Difference::Meaning(new) => {
                    record.changed += 1;
                    visit(&RematchChange {
                        import_id: import_id.to_owned(),
                        import_index: before.import_index as u64,
                        title: listing.title.clone(),
                        old: before.state.clone(),
                        new,
                    });
                }
            }
        }
    }
    segment::segment_import(connection, Some(import_id))?;
    connection.execute(
        "UPDATE import_rematches SET rows = ?2, changed = ?3 WHERE id = ?1",
        params![rematch_id, record.rows as i64, record.changed as i64],
    )?;
    connection.execute(
        "UPDATE import_batches
         SET scored_rows = ?2, unmatched_rows = ?3, registry_version = ?4, matcher_version = ?5, scoring_profile = ?6
         WHERE import_id = ?1",
        params![
            import_id,
            scored as i64,
            unmatched as i64,
            registry_version,
            MATCHER_VERSION,
            profile.name,
        ],
    )?;
    Ok(record)
}

const SCORED: &str = "scored";
const UNMATCHED: &str = "unmatched";

/// A row as it is stored, and the listing that it came from; `None` where no title was kept.
struct StoredRow {
    id: i64,
    import_index: i64,
    listing_id: Option<i64>,
    state: RowState,
    listing: Option<Listing>,
}

/// The next rows of an import after the index `last`, in row order, whatever became of them; rejected ones left out.
fn read_rows(
    connection: &Connection,
    import_id: &str,
    last: i64,
) -> Result<Vec<StoredRow>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT 1 AS is_scored, r.id, r.import_index, r.canonical_model AS detail, r.score, r.listing_id,
           r.lot_size, r.price, r.price_minor, r.currency, r.price_text, r.condition, r.availability,
           r.quantity, r.min_order_qty, r.region, r.seen_at, l.title, l.model_hint, l.seller,
           l.source_url, l.source_type, l.notes, l.condition_text, l.region_text, l.quantity_text,
           l.age_text, l.extra
         FROM scored_listings AS r
         LEFT JOIN listings AS l ON l.id = r.listing_id
         WHERE r.import_id = ?1 AND r.import_index > ?2
         UNION ALL
         SELECT 0, r.id, r.import_index, r.reason, NULL, r.listing_id,
           NULL, r.price, r.price_minor, r.currency, r.price_text, r.condition, r.availability,
           r.quantity, r.min_order_qty, r.region, r.seen_at, l.title, l.model_hint, l.seller,
           l.source_url, l.source_type, l.notes, l.condition_text, l.region_text, l.quantity_text,
           l.age_text, l.extra
         FROM unmatched_listings AS r
         LEFT JOIN listings AS l ON l.id = r.listing_id
         WHERE r.import_id = ?1 AND r.import_index > ?2
         ORDER BY 3
         LIMIT ?3",
    )?;
    let rows = select
        .query_map(params![import_id, last, ROWS_AT_ONCE], read_row)?
        .collect::<Result<_, _>>()?;
    Ok(rows)
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<StoredRow> {
    let is_scored: bool = row.get("is_scored")?;
    Ok(StoredRow {
        id: row.get("id")?,
        import_index: row.get("import_index")?,
        listing_id: row.get("listing_id")?,
        state: RowState {
            outcome: if is_scored { SCORED } else { UNMATCHED },
            detail: row.get("detail")?,
            score: row.get("score")?,
            lot_size: row.get("lot_size")?,
        },
        listing: read_listing(row)?,
    })
}

fn read_listing(row: &Row<'_>) -> rusqlite::Result<Option<Listing>> {
    let Some(title) = row.get("title")? else {
        return Ok(None);
    };
    let usd: f64 = row.get("price")?;
    let usd_minor = (usd * 100.0).round() as i64;
    let minor: Option<i64> = row.get("price_minor")?;
    let currency: Option<String> = row.get("currency")?;
    let condition: Option<String> = row.get("condition")?;
    let availability: Option<String> = row.get("availability")?;
    Ok(Some(Listing {
        title,
        model_hint: row.get("model_hint")?,
        price: money(minor.unwrap_or(usd_minor), currency.as_deref()),
        price_text: row.get("price_text")?,
        price_usd_minor: usd_minor,
        quantity: row.get("quantity")?,
        availability: availability.as_deref().and_then(Availability::parse),
        min_order_quantity: row.get("min_order_qty")?,
        condition: condition.as_deref().and_then(Condition::read),
        region: row.get("region")?,
        seen_at: row.get("seen_at")?,
        texts: ListingTexts {
            seller: row.get("seller")?,
            source_url: row.get("source_url")?,
            source_type: row.get("source_type")?,
            notes: row.get("notes")?,
            condition_text: row.get("condition_text")?,
            region_text: row.get("region_text")?,
            quantity_text: row.get("quantity_text")?,
            age_text: row.get("age_text")?,
            extra: row.get("extra")?,
        },
    }))
}

/// How a row differs from what it was.
enum Difference {
    None,
    Score,
    Meaning(RowState),
}

struct Writer<'a> {
    connection: &'a Connection,
    rows: RowWriter<'a>,
    rematch_id: i64,
}

impl Writer<'_> {
    /// Stores what became of the row, in its place.
    fn put(&mut self, before: &StoredRow, outcome: &Outcome<'_>) -> Result<Difference, StoreError> {
        let (new, listing_id) = match outcome {
            Outcome::Scored(scored) => {
                let model = scored.model.canonical_model.as_str();
                let listing_id = self.text(&scored.offer, Some(model), None)?;
                let cards = i64::from(scored.offer.cards_priced());
                let state = RowState {
                    outcome: SCORED,
                    detail: model.to_owned(),
                    score: Some(scored.score),
                    lot_size: Some(cards).filter(|cards| *cards > 1),
                };
                (state, listing_id)
            }
            Outcome::Unmatched(offer, reason) => {
                let listing_id = self.text(offer, None, Some(reason.as_str()))?;
                let state = RowState {
                    outcome: UNMATCHED,
                    detail: reason.as_str().to_owned(),
                    score: None,
                    lot_size: None,
                };
                (state, listing_id)
            }
            Outcome::Rejected(_) => return Ok(Difference::None),
        };
        if Some(listing_id) == before.listing_id && new == before.state {
            return Ok(Difference::None);
        }
        let old = &before.state;
        if new.outcome == old.outcome {
            self.update(before, outcome, listing_id, new.lot_size)?;
        } else {
            let table = if old.outcome == SCORED {
                note_id(self.connection, &self.rows.import_id, before.id)?;
                "DELETE FROM scored_listings WHERE id = ?1"
            } else {
                "DELETE FROM unmatched_listings WHERE id = ?1"
            };
            self.connection
                .prepare_cached(table)?
                .execute([before.id])?;
            self.rows.insert(outcome)?;
        }
        let same =
            new.outcome == old.outcome && new.detail == old.detail && new.lot_size == old.lot_size;
        if !same {
            self.record(before, &new, listing_id)?;
            return Ok(Difference::Meaning(new));
        }
        let bits = |state: &RowState| state.score.map(f64::to_bits);
        Ok(if bits(&new) == bits(old) {
            Difference::None
        } else {
            Difference::Score
        })
    }

    fn text(
        &mut self,
        offer: &Offer<'_>,
        canonical_model: Option<&str>,
        reason: Option<&'static str>,
    ) -> Result<i64, StoreError> {
        self.rows
            .dictionary
            .find_or_insert(offer, canonical_model, reason)
    }

    /// A row whose outcome stays what it was keeps its id.
    fn update(
        &self,
        before: &StoredRow,
        outcome: &Outcome<'_>,
        listing_id: i64,
        lot_size: Option<i64>,
    ) -> Result<(), StoreError> {
        match outcome {
            Outcome::Scored(scored) => {
                let model = scored.model;
                self.connection
                    .prepare_cached(
                        "UPDATE scored_listings
                         SET canonical_model = ?2, vram_gb = ?3, tdp_watts = ?4, mig_support = ?5,
                             nvlink = ?6, score = ?7, listing_id = ?8, lot_size = ?9
                         WHERE id = ?1",
                    )?
                    .execute(params![
                        before.id,
                        model.canonical_model,
                        model.memory_gb,
                        model.tdp_w,
                        model.mig_instances,
                        model.nvlink,
                        scored.score,
                        listing_id,
                        lot_size,
                    ])?;
            }
            Outcome::Unmatched(_, reason) => {
                self.connection
                    .prepare_cached(
                        "UPDATE unmatched_listings SET reason = ?2, listing_id = ?3 WHERE id = ?1",
                    )?
                    .execute(params![before.id, reason.as_str(), listing_id])?;
            }
            Outcome::Rejected(_) => {}
        }
        Ok(())
    }

    fn record(
        &self,
        before: &StoredRow,
        new: &RowState,
        listing_id: i64,
    ) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "INSERT INTO rematch_changes
                   (rematch_id, import_index, old_outcome, old_detail, old_score, old_listing_id,
                    new_outcome, new_detail, new_score, new_listing_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                self.rematch_id,
                before.import_index,
                before.state.outcome,
                before.state.detail,
                before.state.score,
                before.listing_id,
                new.outcome,
                new.detail,
                new.score,
                listing_id,
            ])?;
        Ok(())
    }
}
