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

/// Two imports of one source that follow one another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Compared {
    pub(crate) old_import: String,
    pub(crate) new_import: String,
    /// When the later one was seen: RFC 3339.
    pub(crate) found_at: String,
}

#[derive(Debug, Default)]
pub(crate) struct Movers {
    pub(crate) compared: Option<Compared>,
    /// The largest first.
    pub(crate) movers: Vec<Mover>,
}

/// Imports that are looked at for one that found any: an unchanged catalogue finds none, and takes as long.
const LAST_IMPORTS: usize = 3;

/// The `most` largest moves that the newest import found which the filter lets through; of the last few imports the first
/// that found any.
pub(crate) fn find_movers(
    store: &dyn Store,
    filter: &ChangeFilter,
    most: usize,
) -> Result<Movers, StoreError> {
    let filter = ChangeFilter {
        kind: Some(ChangeKind::Price),
        last_imports: Some(LAST_IMPORTS),
        largest_first: true,
        ..filter.clone()
    };
    let mut found = Movers::default();
    store.visit_changes(&filter, &mut |change: FoundChange| {
        let compared = Compared {
            old_import: change.old_import,
            new_import: change.new_import,
            found_at: change.found_at,
        };
        if found.compared.get_or_insert_with(|| compared.clone()) != &compared {
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
        if found.movers.len() < most {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok(found)
}
