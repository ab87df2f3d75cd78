//! What a model was offered at in each import.

use rusqlite::Connection;

use super::listing::model_names;
use super::segment::{Of, Page, Wanted, find_page, segments_of};
use super::source_import;
use crate::error::StoreError;
use crate::history::ModelSight;
use crate::listing::ListingSort;

/// The unit prices of a model, named in any case, import by import in the order they were seen; at most those of the last `most` imports.
pub(super) fn model_history(
    connection: &Connection,
    model: &str,
    most: usize,
) -> Result<Vec<ModelSight>, StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let mut imports = source_import::source_imports(&snapshot)?;
    imports.drain(..imports.len().saturating_sub(most));
    let wanted = Wanted {
        models: Some(model_names(&snapshot, model)?),
        ..Wanted::default()
    };
    let page = Page {
        sort: ListingSort::RowOrder,
        after: None,
        limit: usize::MAX,
        offset: 0,
    };
    let mut select = snapshot.prepare_cached(
        "SELECT price / COALESCE(lot_size, 1) FROM scored_listings WHERE id = ?1",
    )?;
    let mut sights = Vec::new();
    for import in imports {
        let of = Of::Import(import.import_id.as_deref());
        let mut prices = Vec::new();
        for id in find_page(segments_of(&snapshot, of)?, &wanted, page)? {
            let price: f64 = select.query_row([id], |row| row.get(0))?;
            if price.is_finite() {
                prices.push(price);
            }
        }
        if !prices.is_empty() {
            prices.sort_unstable_by(f64::total_cmp);
            sights.push(ModelSight {
                seen_at: import.seen_at,
                source_name: import.source_name().map(str::to_owned),
                import_id: import.import_id,
                prices,
            });
        }
    }
    Ok(sights)
}
