//! Puts outcomes into the tables of one import: for imports, repairs and second matchings.
//!
//! The statements are prepared once, and what is the same in every row is bound once.

use glyph_core::listing::{Availability, Condition, Listing};
use glyph_core::pipeline::{Offer, Outcome, RejectedRow, ScoredOffer};
use rusqlite::{Connection, OptionalExtension, Statement};

use super::binder::Binder;
use super::dictionary::Dictionary;
use super::error_kind::ErrorKinds;
use super::segment::Facts;
use crate::error::StoreError;

/// Writes the rows of one import.
#[derive(Debug)]
pub(super) struct RowWriter<'store> {
    pub(super) import_id: String,
    seen_at: String,
    connection: &'store Connection,
    pub(super) dictionary: Dictionary<'store>,
    scored: Statement<'store>,
    unmatched: Statement<'store>,
    rejected: Statement<'store>,
    error_kinds: ErrorKinds,
    /// For the next scored row, where SQLite would give it the id of one that is gone.
    first_id: Option<i64>,
}

/// Notes the id of a scored row of an import that goes, so that no other row is given it.
pub(super) fn note_id(connection: &Connection, import_id: &str, id: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE import_batches SET last_listing_id = MAX(COALESCE(last_listing_id, 0), ?2) WHERE import_id = ?1",
        )?
        .execute((import_id, id))?;
    Ok(())
}

/// SQLite gives the id after the highest that is there. `None` where that is a new one.
fn first_free_id(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection
        .query_row(
            "SELECT MAX(last_listing_id) + 1 FROM import_batches
         HAVING MAX(last_listing_id) > (SELECT COALESCE(MAX(id), 0) FROM scored_listings)",
            [],
            |row| row.get(0),
        )
        .optional()
}

impl<'store> RowWriter<'store> {
    pub(super) fn new(
        connection: &'store Connection,
        import_id: &str,
        seen_at: &str,
        registry_version: &str,
    ) -> Result<RowWriter<'store>, StoreError> {
        let mut writer = RowWriter {
            import_id: import_id.to_owned(),
            seen_at: seen_at.to_owned(),
            connection,
            dictionary: Dictionary::new(connection, import_id, registry_version)?,
            scored: connection.prepare(
                "INSERT INTO scored_listings
                   (import_id, import_index, listing_id, price, price_minor, currency, price_text, condition,
                    availability, quantity, min_order_qty, region, seen_at, canonical_model, vram_gb, tdp_watts,
                    mig_support, nvlink, score, lot_size, id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
                    ?21)",
            )?,
            unmatched: connection.prepare(
                "INSERT INTO unmatched_listings
                   (import_id, import_index, listing_id, price, price_minor, currency, price_text, condition,
                    availability, quantity, min_order_qty, region, seen_at, reason)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?,
            rejected: connection.prepare(
                "INSERT INTO rejected_rows
                   (import_id, import_index, line_start, line_end, byte_start, byte_len, raw, repair_raw, code, errors)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?,
            error_kinds: ErrorKinds::default(),
            first_id: first_free_id(connection)?,
        };
        for statement in [
            &mut writer.scored,
            &mut writer.unmatched,
            &mut writer.rejected,
        ] {
            statement.raw_bind_parameter(1, import_id)?;
        }
        Ok(writer)
    }

    /// Of a scored row, gives what it is filtered and sorted by.
    pub(super) fn insert<'a>(
        &mut self,
        outcome: &Outcome<'a>,
    ) -> Result<Option<Facts<'a>>, StoreError> {
        match outcome {
            Outcome::Scored(scored) => Ok(Some(self.insert_scored(scored)?)),
            Outcome::Unmatched(offer, reason) => {
                self.insert_unmatched(offer, reason.as_str())?;
                Ok(None)
            }
            Outcome::Rejected(row) => {
                self.insert_rejected(row)?;
                Ok(None)
            }
        }
    }

    fn insert_scored<'a>(&mut self, scored: &ScoredOffer<'a>) -> Result<Facts<'a>, StoreError> {
        let ScoredOffer {
            offer,
            model,
            score,
        } = scored;
        let listing = offer.listing;
        let cards = offer.cards_priced();
        let listing_id =
            self.dictionary
                .find_or_insert(offer, Some(&model.canonical_model), None)?;
        let mut binder = bind_offer(&mut self.scored, offer, listing_id, &self.seen_at)?;
        binder.next(model.canonical_model.as_str())?;
        binder.next(model.memory_gb)?;
        binder.next(model.tdp_w)?;
        binder.next(model.mig_instances)?;
        binder.next(model.nvlink)?;
        binder.next(score)?;
        binder.next(Some(cards).filter(|cards| *cards > 1))?;
        if self.first_id.is_some() {
            binder.next(self.first_id)?;
        }
        self.scored.raw_execute()?;
        if self.first_id.take().is_some() {
            self.scored.raw_bind_parameter(ID_PARAMETER, None::<i64>)?;
        }
        let price = usd(listing);
        // As the view `offers` has it.
        let memory_gb = [offer.matched.memory_gb, model.memory_gb]
            .into_iter()
            .flatten()
            .find(|gb| *gb != 0.0);
        Ok(Facts {
            id: self.connection.last_insert_rowid(),
            model: &model.canonical_model,
            region: listing.region.as_deref(),
            condition: listing.condition.map(Condition::as_str),
            seller: listing.texts.seller.as_deref(),
            listing_id: Some(listing_id),
            score: *score,
            price,
            price_per_gb: memory_gb.map(|gb| price / f64::from(cards) / gb),
        })
    }

    fn insert_unmatched(
        &mut self,
        offer: &Offer<'_>,
        reason: &'static str,
    ) -> Result<(), StoreError> {
        let listing_id = self.dictionary.find_or_insert(offer, None, Some(reason))?;
        let mut binder = bind_offer(&mut self.unmatched, offer, listing_id, &self.seen_at)?;
        binder.next(reason)?;
        self.unmatched.raw_execute()?;
        Ok(())
    }

    fn insert_rejected(&mut self, row: &RejectedRow<'_>) -> Result<(), StoreError> {
        let mut binder = Binder::after(&mut self.rejected, 1);
        binder.next(row.index as i64)?;
        binder.next(row.span.line_start as i64)?;
        binder.next(row.span.line_end as i64)?;
        binder.next(row.span.byte_start as i64)?;
        binder.next(row.span.byte_len as i64)?;
        binder.next(row.raw)?;
        binder.next((!row.repair.is_empty()).then_some(row.repair))?;
        binder.next(row.errors.first().map_or("", |error| error.code.as_str()))?;
        binder.next(self.error_kinds.stored(self.connection, row.errors)?)?;
        self.rejected.raw_execute()?;
        Ok(())
    }
}

/// The last parameter of the statement for scored rows: NULL, so that SQLite counts on.
const ID_PARAMETER: usize = 21;

/// US dollars, of the whole lot.
fn usd(listing: &Listing) -> f64 {
    listing.price_usd_minor as f64 / 100.0
}

/// Binds the parameters 2 to 13, which scored and unmatched rows have in common.
fn bind_offer<'a, 'store>(
    statement: &'a mut Statement<'store>,
    offer: &Offer<'_>,
    listing_id: i64,
    seen_at: &str,
) -> Result<Binder<'a, 'store>, StoreError> {
    let listing = offer.listing;
    let mut binder = Binder::after(statement, 1);
    binder.next(offer.index as i64)?;
    binder.next(listing_id)?;
    binder.next(usd(listing))?;
    binder.next(listing.price.minor)?;
    binder.next(listing.price.currency.code())?;
    binder.next(listing.price_text.as_deref())?;
    binder.next(listing.condition.map(Condition::as_str))?;
    binder.next(listing.availability.map(Availability::as_str))?;
    binder.next(listing.quantity)?;
    binder.next(listing.min_order_quantity)?;
    binder.next(listing.region.as_deref())?;
    binder.next(listing.seen_at.as_deref().unwrap_or(seen_at))?;
    Ok(binder)
}
