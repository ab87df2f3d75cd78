//! The port: what a database of imports can do, in words that no one database owns.
//!
//! Object-safe and synchronous. An adapter (`sqlite/`) implements it; `tests/it/conformance` proves any `&mut dyn Store`.

use std::ops::ControlFlow;

use glyph_core::pipeline::{Rejudge, Sink};

use crate::error::StoreError;
use crate::history::{ChangeFilter, FoundChange, ModelSight, OfferHistory, PriceMove};
use crate::import::{
    CommitOutcome, FinishedImport, FinishedRepair, ImportDiff, ImportOutline, ImportRecord,
    ImportSummary, NewImport, NewRepair, RepairRecord, Totals,
};
use crate::listing::{ListingFilter, ListingRecord, ModelMarket, RowRecord, UnmatchedText};
use crate::reject::RejectRecord;
use crate::rematch::{NewRematch, RematchChange, RematchRecord};
use crate::service::{JobRecord, TokenRecord};
use crate::standing::{Standing, StandingFilter};

/// Keeps imports, whole or not at all.
pub trait Store {
    /// Begins an import. Nothing of it is seen by readers before [`ImportWriter::commit`]; dropping the writer leaves
    /// the database as it was.
    fn start_import<'store>(
        &'store mut self,
        import: &NewImport<'store>,
    ) -> Result<Box<dyn ImportWriter + 'store>, StoreError>;

    /// Begins a repair of an import's rejected rows: the rows that come are put in their slots in row order.
    fn start_repair<'store>(
        &'store mut self,
        repair: &NewRepair<'_>,
    ) -> Result<Box<dyn RepairWriter + 'store>, StoreError>;

    /// The import that `wanted` names: its id, a prefix that only it has, or `last`.
    fn find_import(&self, wanted: &str) -> Result<Option<ImportRecord>, StoreError>;

    /// The import that already holds these bytes under these options.
    fn find_import_by_key(&self, options_key: &str) -> Result<Option<ImportRecord>, StoreError>;

    /// Whether an import that is in force came from a source of this many bytes.
    fn has_source_of_size(&self, size_bytes: u64) -> Result<bool, StoreError>;

    /// All imports, oldest first.
    fn list_imports(&self) -> Result<Vec<ImportRecord>, StoreError>;

    /// The newest first: at most `limit` of those before the import `before`.
    fn list_imports_before(
        &self,
        before: Option<&str>,
        limit: u64,
    ) -> Result<Vec<ImportRecord>, StoreError>;

    /// What all imports in force hold together.
    fn count_rows(&self) -> Result<Totals, StoreError>;

    /// What a person wants to know of one import: best offers, unmatched by reason, rejects by code.
    fn summarise_import(&self, import_id: &str) -> Result<ImportSummary, StoreError>;

    /// An import's listings in short, with its `models` most frequent models.
    fn outline_import(&self, import_id: &str, models: u64) -> Result<ImportOutline, StoreError>;

    /// Takes an import's rows out and marks its record as undone. Returns the record.
    fn undo_import(&mut self, import_id: &str, at: &str) -> Result<ImportRecord, StoreError>;

    /// The rows of an import that are still rejected, in row order, from the row number `from` on.
    fn list_rejects(
        &self,
        import_id: &str,
        from: u64,
        visit: &mut dyn FnMut(RejectRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// All rows of one import (or of all, by import and row), whatever became of them.
    fn list_rows(
        &self,
        import_id: Option<&str>,
        visit: &mut dyn FnMut(RowRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// The rows of one import that have a number, from `from` on: all, or those of one outcome (`scored`, `unmatched`,
    /// `rejected`).
    fn list_rows_from(
        &self,
        import_id: &str,
        from: u64,
        outcome: Option<&str>,
        visit: &mut dyn FnMut(RowRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// The listings that a filter lets through, in its order.
    fn visit_listings(
        &self,
        filter: &ListingFilter,
        visit: &mut dyn FnMut(ListingRecord) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// As [`Store::visit_listings`], all at once.
    fn list_listings(&self, filter: &ListingFilter) -> Result<Vec<ListingRecord>, StoreError> {
        let mut listings = Vec::new();
        self.visit_listings(filter, &mut |listing| {
            listings.push(listing);
            ControlFlow::Continue(())
        })?;
        Ok(listings)
    }

    /// One listing, with its evidence.
    fn find_listing(&self, id: i64) -> Result<Option<ListingRecord>, StoreError>;

    /// A number that is another one once anybody else has changed the database. It says nothing beyond this connection.
    fn version(&self) -> Result<u64, StoreError>;

    /// The names of all models: of the registry that came last, of what is or was listed, and of the old program's
    /// price history.
    fn list_model_names(&self) -> Result<Vec<String>, StoreError>;

    /// Prices by model over the listings in force.
    fn list_model_markets(&self, as_of: Option<i64>) -> Result<Vec<ModelMarket>, StoreError>;

    /// What two imports have in common and what changed, by the offer's texts. Of each kind of change at most `most` are told
    /// one by one; where there are more price changes than that, the largest.
    fn diff_imports(&self, old: &str, new: &str, most: usize) -> Result<ImportDiff, StoreError>;

    /// What changed from each import to the next of the same source, by when they were seen: the newest import's changes
    /// first, and those of one import in the order of its rows.
    fn visit_changes(
        &self,
        filter: &ChangeFilter,
        visit: &mut dyn FnMut(FoundChange) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// The offers that stand in the market: of each source the rows of its last import, an offer that several show as it
    /// was seen last, and once at one price.
    fn standing_offers(&self, filter: &StandingFilter) -> Result<Standing, StoreError>;

    /// The offer that a listing is of, over time: its last 1,000 sights at most. Empty where there is no such listing.
    fn offer_history(&self, listing: i64) -> Result<OfferHistory, StoreError>;

    /// What a model was offered at, import by import in the order they were seen: of the last `most` imports.
    fn model_history(&self, model: &str, most: usize) -> Result<Vec<ModelSight>, StoreError>;

    /// At most `limit` changes of price, those that the old program found among them, the newest first. Of the filter
    /// the kind and the place do not count.
    fn list_price_moves(
        &self,
        filter: &ChangeFilter,
        limit: usize,
    ) -> Result<Vec<PriceMove>, StoreError>;

    fn find_price_move(&self, id: i64) -> Result<Option<PriceMove>, StoreError>;

    /// Scores the scored rows of an import again; `score` answers `None` where it cannot score. Returns how many rows
    /// changed and how many it could not score.
    fn rescore_import(
        &mut self,
        import_id: &str,
        profile: &str,
        score: &dyn Fn(&StoredOffer<'_>) -> Option<f64>,
    ) -> Result<Rescored, StoreError>;

    /// Matches the rows of imports again, all in one transaction, and scores them; `visit` sees each row that changes,
    /// in row order. Returns a record an import, in the order asked for.
    fn rematch_imports(
        &mut self,
        rematch: &NewRematch<'_>,
        judge: &mut Rejudge<'_>,
        visit: &mut dyn FnMut(&RematchChange),
    ) -> Result<Vec<RematchRecord>, StoreError>;

    /// The distinct unmatched offers of one import (or of all in force) with how many rows each has, in no particular
    /// order.
    fn list_unmatched_texts(
        &self,
        import_id: Option<&str>,
        visit: &mut dyn FnMut(UnmatchedText) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Keeps a token, whose id must be a new one.
    fn add_token(&mut self, token: &TokenRecord) -> Result<(), StoreError>;

    fn find_token(&self, id: &str) -> Result<Option<TokenRecord>, StoreError>;

    /// The oldest first.
    fn list_tokens(&self) -> Result<Vec<TokenRecord>, StoreError>;

    /// Takes a token back. `None` where there is none of this id.
    fn revoke_token(&mut self, id: &str, at: &str) -> Result<Option<TokenRecord>, StoreError>;

    /// Keeps a job as it is now.
    fn save_job(&mut self, job: &JobRecord) -> Result<(), StoreError>;

    fn find_job(&self, id: &str) -> Result<Option<JobRecord>, StoreError>;

    /// The job that came with this idempotency key.
    fn find_job_by_key(&self, key: &str) -> Result<Option<JobRecord>, StoreError>;

    /// The newest first: at most `limit` of those before the id `before`.
    fn list_jobs(&self, before: Option<&str>, limit: u64) -> Result<Vec<JobRecord>, StoreError>;

    /// Ends the jobs that a server left waiting or running: they have failed with this outcome. Returns how many.
    fn end_cut_off_jobs(&mut self, at: &str, outcome: &str) -> Result<u64, StoreError>;

    /// Holds the database against the batch contract. Empty where every promise is kept.
    fn check(&self) -> Result<CheckReport, StoreError>;
}

/// Takes the rows of one import.
pub trait ImportWriter: Sink {
    /// Makes the import visible, or answers with the import that already holds the same bytes.
    fn commit(self: Box<Self>, finished: &FinishedImport<'_>) -> Result<CommitOutcome, StoreError>;

    /// The same work as [`ImportWriter::commit`], and then nothing is kept.
    fn discard(self: Box<Self>) -> Result<(), StoreError>;

    /// The writer as the pipeline wants it.
    fn as_sink(&mut self) -> &mut dyn Sink;
}

/// Takes the rows of a repair.
pub trait RepairWriter: Sink {
    /// Ends the repair. Refuses where the number of rows that came is not the number of rejected rows.
    fn commit(self: Box<Self>, finished: &FinishedRepair<'_>) -> Result<RepairRecord, StoreError>;

    fn as_sink(&mut self) -> &mut dyn Sink;
}

/// What a second scoring may know of a stored row.
#[derive(Debug, Clone, Copy)]
pub struct StoredOffer<'a> {
    pub canonical_model: &'a str,
    /// US dollars.
    pub unit_price: f64,
    /// In the words of the row: those of this program or, in its rows, of the old one.
    pub condition: Option<&'a str>,
    /// The title says that the card is for parts.
    pub for_parts: bool,
}

/// How a second scoring went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Rescored {
    pub rows: u64,
    pub changed: u64,
    /// Rows whose model is not in the registry, or whose price cannot be scored: they keep their score.
    pub unscorable: u64,
}

/// What `check` looked at and what it found.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct CheckReport {
    pub imports_checked: u64,
    pub rows_checked: u64,
    pub violations: Vec<Violation>,
}

/// One broken promise. `promise` is its number in the batch contract; 0 for the file itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Violation {
    pub promise: u8,
    pub import_id: Option<String>,
    pub message: String,
}
