//! The largest moves of prices that the newest import found.

use std::ops::ControlFlow;

use glyph_store::StoreError;
use glyph_store::history::{ChangeFilter, ChangeKind, FoundChange, OfferChange};
use glyph_store::listing::ListingRecord;
use glyph_store::store::Store;

/// A price that moved.
#[derive(Debug)]
pub(crate) struct Mover {
    pub(crate) listing: ListingRecord,
    /// US dollars a card.
    pub(crate) old_price: f64,
    pub(crate) percent: f64,
}

#[derive(Debug, Default)]
pub(crate) struct Movers {
    /// The import that found them, after the one before it of the same source.
    pub(crate) compared: Option<(String, String)>,
    /// The largest first.
    pub(crate) movers: Vec<Mover>,
}

/// Changes that are looked through for the largest ones.
const MOST_CHANGES: usize = 2_000;

/// The `most` largest moves that the newest import found which the filter lets through.
pub(crate) fn find_movers(
    store: &dyn Store,
    filter: &ChangeFilter,
    most: usize,
) -> Result<Movers, StoreError> {
    let filter = ChangeFilter {
        kind: Some(ChangeKind::Price),
        ..filter.clone()
    };
    let mut found = Movers::default();
    store.visit_changes(&filter, &mut |change: FoundChange| {
        let pair = (change.old_import.clone(), change.new_import.clone());
        let compared = found.compared.get_or_insert_with(|| pair.clone());
        if *compared != pair || found.movers.len() >= MOST_CHANGES {
            return ControlFlow::Break(());
        }
        if let Some(percent) = change.change.price_percent()
            && let OfferChange::Price { new, .. } = change.change
        {
            found.movers.push(Mover {
                old_price: new.unit_price / (1.0 + percent / 100.0),
                listing: *new,
                percent,
            });
        }
        ControlFlow::Continue(())
    })?;
    let size = |mover: &Mover| mover.percent.abs();
    found
        .movers
        .sort_by(|one, other| size(other).total_cmp(&size(one)));
    found.movers.truncate(most);
    Ok(found)
}
