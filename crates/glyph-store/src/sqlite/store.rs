//! The SQLite adapter: one connection, every operation of the port, each in its own module.

use std::ops::ControlFlow;
use std::path::Path;

use glyph_core::pipeline::Rejudge;
use jiff::Timestamp;
use rusqlite::{Connection, MAIN_DB};

use super::import::SqliteImportWriter;
use super::repair::SqliteRepairWriter;
use super::{
    check, connection, import, import_record, job, listing, model_history, offer_change,
    offer_history, price_move, rematch, rescore, row, standing, summary, token, undo,
};
use crate::error::StoreError;
use crate::history::{ChangeFilter, FoundChange, ModelSight, OfferHistory, PriceMove};
use crate::import::{
    ImportDiff, ImportOutline, ImportRecord, ImportSummary, NewImport, NewRepair, Totals,
};
use crate::listing::{ListingFilter, ListingRecord, ModelMarket, RowRecord, UnmatchedText};
use crate::reject::RejectRecord;
use crate::rematch::{NewRematch, RematchChange, RematchRecord};
use crate::service::{JobRecord, TokenRecord};
use crate::standing::{Standing, StandingFilter};
use crate::store::{CheckReport, ImportWriter, RepairWriter, Rescored, Store, StoredOffer};

/// One database file, open for reading and writing.
#[derive(Debug)]
pub struct SqliteStore {
    pub(super) connection: Connection,
}

impl SqliteStore {
    /// Opens a database that is there and of this program's schema version.
    pub fn open(path: &Path) -> Result<SqliteStore, StoreError> {
        Ok(SqliteStore {
            connection: connection::open_existing_current(path)?,
        })
    }

    /// Opens a database of this program's schema version for queries alone, also one that cannot be written to.
    pub fn open_for_reading(path: &Path) -> Result<SqliteStore, StoreError> {
        Ok(SqliteStore {
            connection: connection::open_current_for_reading(path)?,
        })
    }

    /// Whether the file can be written: not whether another program is writing it now.
    pub fn is_writable(&self) -> bool {
        self.connection
            .is_readonly(MAIN_DB)
            .is_ok_and(|is_readonly| !is_readonly)
    }

    /// Opens a database, made when absent. `now` is written into the history of a new one.
    pub fn open_or_create(path: &Path, now: Timestamp) -> Result<SqliteStore, StoreError> {
        Ok(SqliteStore {
            connection: connection::open_or_create(path, now)?,
        })
    }
}

impl Store for SqliteStore {
    fn start_import<'store>(
        &'store mut self,
        import: &NewImport<'store>,
    ) -> Result<Box<dyn ImportWriter + 'store>, StoreError> {
        Ok(Box::new(SqliteImportWriter::start(
            &mut self.connection,
            import,
        )?))
    }

    fn start_repair<'store>(
        &'store mut self,
        repair: &NewRepair<'_>,
    ) -> Result<Box<dyn RepairWriter + 'store>, StoreError> {
        Ok(Box::new(SqliteRepairWriter::start(
            &mut self.connection,
            repair,
        )?))
    }

    fn find_import(&self, wanted: &str) -> Result<Option<ImportRecord>, StoreError> {
        import_record::find_import(&self.connection, wanted)
    }

    fn find_import_by_key(&self, options_key: &str) -> Result<Option<ImportRecord>, StoreError> {
        import_record::find_by_key(&self.connection, options_key)
    }

    fn has_source_of_size(&self, size_bytes: u64) -> Result<bool, StoreError> {
        import::has_source_of_size(&self.connection, size_bytes)
    }

    fn list_imports(&self) -> Result<Vec<ImportRecord>, StoreError> {
        import_record::list_imports(&self.connection)
    }

    fn list_imports_before(
        &self,
        before: Option<&str>,
        limit: u64,
    ) -> Result<Vec<ImportRecord>, StoreError> {
        import_record::list_before(&self.connection, before, limit)
    }

    fn count_rows(&self) -> Result<Totals, StoreError> {
        import_record::count_rows(&self.connection)
    }

    fn summarise_import(&self, import_id: &str) -> Result<ImportSummary, StoreError> {
        summary::summarise_import(&self.connection, import_id)
    }

    fn outline_import(&self, import_id: &str, models: u64) -> Result<ImportOutline, StoreError> {
        summary::outline_import(&self.connection, import_id, models)
    }

    fn undo_import(&mut self, import_id: &str, at: &str) -> Result<ImportRecord, StoreError> {
        undo::undo_import(&mut self.connection, import_id, at)
    }

    fn list_rejects(
        &self,
        import_id: &str,
        from: u64,
        visit: &mut dyn FnMut(RejectRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        row::list_rejects(&self.connection, import_id, from, visit)
    }

    fn list_rows_from(
        &self,
        import_id: &str,
        from: u64,
        outcome: Option<&str>,
        visit: &mut dyn FnMut(RowRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        row::list_rows_from(&self.connection, import_id, from, outcome, visit)
    }

    fn find_listing(&self, id: i64) -> Result<Option<ListingRecord>, StoreError> {
        Ok(listing::find_listing(&self.connection, id)?)
    }

    fn version(&self) -> Result<u64, StoreError> {
        Ok(self
            .connection
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get::<_, i64>(0))? as u64)
    }

    fn list_rows(
        &self,
        import_id: Option<&str>,
        visit: &mut dyn FnMut(RowRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        row::list_rows(&self.connection, import_id, visit)
    }

    fn visit_listings(
        &self,
        filter: &ListingFilter,
        visit: &mut dyn FnMut(ListingRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        listing::visit_listings(&self.connection, filter, visit)
    }

    fn list_model_names(&self) -> Result<Vec<String>, StoreError> {
        listing::list_model_names(&self.connection)
    }

    fn list_model_markets(&self, as_of: Option<i64>) -> Result<Vec<ModelMarket>, StoreError> {
        listing::list_model_markets(&self.connection, as_of)
    }

    fn diff_imports(&self, old: &str, new: &str, most: usize) -> Result<ImportDiff, StoreError> {
        offer_change::diff_imports(&self.connection, old, new, most)
    }

    fn visit_changes(
        &self,
        filter: &ChangeFilter,
        visit: &mut dyn FnMut(FoundChange) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        offer_change::visit_changes(&self.connection, filter, visit)
    }

    fn standing_offers(&self, filter: &StandingFilter) -> Result<Standing, StoreError> {
        standing::standing_offers(&self.connection, filter)
    }

    fn offer_history(&self, listing: i64) -> Result<OfferHistory, StoreError> {
        offer_history::offer_history(&self.connection, listing)
    }

    fn model_history(&self, model: &str, most: usize) -> Result<Vec<ModelSight>, StoreError> {
        model_history::model_history(&self.connection, model, most)
    }

    fn list_price_moves(
        &self,
        filter: &ChangeFilter,
        limit: usize,
    ) -> Result<Vec<PriceMove>, StoreError> {
        price_move::list_price_moves(&self.connection, filter, limit)
    }

    fn find_price_move(&self, id: i64) -> Result<Option<PriceMove>, StoreError> {
        price_move::find_price_move(&self.connection, id)
    }

    fn rescore_import(
        &mut self,
        import_id: &str,
        profile: &str,
        score: &dyn Fn(&StoredOffer<'_>) -> Option<f64>,
    ) -> Result<Rescored, StoreError> {
        rescore::rescore_import(&mut self.connection, import_id, profile, score)
    }

    fn rematch_imports(
        &mut self,
        rematch: &NewRematch<'_>,
        judge: &mut Rejudge<'_>,
        visit: &mut dyn FnMut(&RematchChange),
    ) -> Result<Vec<RematchRecord>, StoreError> {
        rematch::rematch_imports(&mut self.connection, rematch, judge, visit)
    }

    fn list_unmatched_texts(
        &self,
        import_id: Option<&str>,
        visit: &mut dyn FnMut(UnmatchedText) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        row::list_unmatched_texts(&self.connection, import_id, visit)
    }

    fn add_token(&mut self, record: &TokenRecord) -> Result<(), StoreError> {
        Ok(token::add(&self.connection, record)?)
    }

    fn find_token(&self, id: &str) -> Result<Option<TokenRecord>, StoreError> {
        Ok(token::find(&self.connection, id)?)
    }

    fn list_tokens(&self) -> Result<Vec<TokenRecord>, StoreError> {
        Ok(token::list(&self.connection)?)
    }

    fn revoke_token(&mut self, id: &str, at: &str) -> Result<Option<TokenRecord>, StoreError> {
        Ok(token::revoke(&self.connection, id, at)?)
    }

    fn save_job(&mut self, record: &JobRecord) -> Result<(), StoreError> {
        Ok(job::save(&self.connection, record)?)
    }

    fn find_job(&self, id: &str) -> Result<Option<JobRecord>, StoreError> {
        Ok(job::find(&self.connection, id)?)
    }

    fn find_job_by_key(&self, key: &str) -> Result<Option<JobRecord>, StoreError> {
        Ok(job::find_by_key(&self.connection, key)?)
    }

    fn list_jobs(&self, before: Option<&str>, limit: u64) -> Result<Vec<JobRecord>, StoreError> {
        Ok(job::list(&self.connection, before, limit)?)
    }

    fn end_cut_off_jobs(&mut self, at: &str, outcome: &str) -> Result<u64, StoreError> {
        Ok(job::end_cut_off(&self.connection, at, outcome)? as u64)
    }

    fn check(&self) -> Result<CheckReport, StoreError> {
        check::check(&self.connection)
    }
}
