//! What a model was asked for in each import.

use std::collections::BTreeMap;

use glyph_core::listing::Condition;
use glyph_core::market::{Cautions, Offer};
use rusqlite::{Connection, Row};

use super::listing::model_names;
use super::segment::{Of, Page, Wanted, find_page, segments_of};
use super::source_import::{self, SourceImport};
use crate::error::StoreError;
use crate::history::ModelSight;
use crate::listing::ListingSort;
use crate::time::seconds_of;

/// What is asked for one whole, working card of a model, named in any case, in the order it was seen: of the last `most`
/// imports that have it. Rows of an import with times of their own are sights of their own.
pub(super) fn model_history(
    connection: &Connection,
    model: &str,
    most: usize,
) -> Result<Vec<ModelSight>, StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let wanted = Wanted {
        models: Some(model_names(&snapshot, model)?),
        ..Wanted::default()
    };
    let mut sights = Vec::new();
    let mut found = 0;
    for import in source_import::source_imports(&snapshot)?.iter().rev() {
        if found == most {
            break;
        }
        let seen = sights_of(&snapshot, import, &wanted)?;
        found += usize::from(!seen.is_empty());
        sights.extend(seen);
    }
    sights.sort_by_key(|sight| sight.seen_at);
    Ok(sights)
}

fn sights_of(
    connection: &Connection,
    import: &SourceImport,
    wanted: &Wanted<'_>,
) -> Result<Vec<ModelSight>, StoreError> {
    let page = Page {
        sort: ListingSort::RowOrder,
        after: None,
        limit: usize::MAX,
        offset: 0,
    };
    let mut select = connection.prepare_cached(
        "SELECT row.price, COALESCE(row.lot_size, 1), row.seen_at, row.availability = 'sold', row.condition, offer.flags
         FROM scored_listings AS row
         LEFT JOIN listings AS offer ON offer.id = row.listing_id
         WHERE row.id = ?1",
    )?;
    let of = Of::Import(import.import_id.as_deref());
    let mut by_time: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for id in find_page(segments_of(connection, of)?, wanted, page)? {
        let (offer, seen_at) = select.query_row([id], |row| read(row, import.seen_at))?;
        if offer.is_comparable() && !offer.is_sold {
            by_time.entry(seen_at).or_default().push(offer.unit_price);
        }
    }
    Ok(by_time
        .into_iter()
        .map(|(seen_at, mut prices)| {
            prices.sort_unstable_by(f64::total_cmp);
            ModelSight {
                import_id: import.import_id.clone(),
                source_name: import.source_name().map(str::to_owned),
                source: import
                    .label()
                    .or(import.import_id.as_deref())
                    .unwrap_or_default()
                    .to_owned(),
                seen_at,
                prices,
            }
        })
        .collect())
}

fn read(row: &Row<'_>, import_seen_at: i64) -> rusqlite::Result<(Offer, i64)> {
    let lot_size = row.get::<_, i64>(1)?.max(1);
    let text = |place: usize| Ok::<_, rusqlite::Error>(row.get_ref(place)?.as_str_or_null()?);
    let offer = Offer {
        model: 0,
        condition: text(4)?.and_then(Condition::read),
        unit_price: row.get::<_, f64>(0)? / lot_size as f64,
        lot_size: lot_size as u32,
        quantity: None,
        is_sold: row.get::<_, Option<bool>>(3)?.unwrap_or(false),
        cautions: text(5)?.map_or(Cautions::default(), Cautions::of_stored),
    };
    let seen_at = text(2)?.and_then(seconds_of);
    Ok((offer, seen_at.unwrap_or(import_seen_at)))
}
