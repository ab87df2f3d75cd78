//! The sights of one offer, in all imports.

use rusqlite::{Connection, OptionalExtension};
use rustc_hash::{FxHashMap, FxHashSet};

use super::listing;
use super::segment::{Of, Page, Wanted, find_page, segments_of};
use super::source_import;
use super::title::FoundTexts;
use crate::error::StoreError;
use crate::history::{Observation, OfferHistory};
use crate::listing::{ListingRecord, ListingSort};
use crate::offer;
use crate::time::seconds_of;

/// The most sights that are given. Without an address or a seller, many rows of a file may be one offer.
const MOST_SIGHTS: usize = 1000;

/// The offer that a listing is of, over time: at most its last [`MOST_SIGHTS`] sights. Empty where there is no such listing.
pub(super) fn offer_history(connection: &Connection, id: i64) -> Result<OfferHistory, StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let connection = &*snapshot;
    let Some(listing) = listing::find_listing(connection, id)? else {
        return Ok(OfferHistory::default());
    };
    let key = offer::key(
        listing.source_url.as_deref(),
        listing.seller.as_deref(),
        listing.title.as_deref(),
    );
    let wanted = Wanted {
        models: Some(vec![listing.canonical_model.clone()]),
        region: listing.region.as_deref(),
        condition: listing.condition.as_deref(),
        seller: None,
        offers: Some(texts_of(connection, key)?),
        min_price: None,
        max_price: None,
        min_score: None,
        max_score: None,
    };
    let page = Page {
        sort: ListingSort::RowOrder,
        after: None,
        limit: usize::MAX,
        offset: 0,
    };
    let mut ids = find_page(segments_of(connection, Of::All)?, &wanted, page)?;
    // The latest imports stand last.
    ids.drain(..ids.len().saturating_sub(MOST_SIGHTS));
    // A row of the old program has no texts to be found by.
    if !ids.contains(&id) {
        ids.push(id);
    }
    let mut sights = Vec::with_capacity(ids.len());
    for id in ids {
        let record = listing::find_listing(connection, id)?
            .ok_or(StoreError::RecordLost("a row of a listing segment"))?;
        // What is absent is no filter.
        if record.condition == listing.condition && record.region == listing.region {
            sights.push(observation(connection, record)?);
        }
    }
    if let Some(address) = &listing.source_url {
        sights.extend(old_sights(connection, address, &listing.canonical_model)?);
    }
    sights.sort_by_cached_key(|sight| (sight.seen_at.clone(), sight.listing_id));
    let (relisted, gone_since) = comings_and_goings(connection, &sights)?;
    Ok(OfferHistory {
        sights,
        relisted,
        gone_since,
    })
}

/// A time as this program writes it; the old one left the zone out. What is no time stays as it is.
fn rfc3339(text: &str) -> String {
    seconds_of(text).map_or(text.to_owned(), source_import::time_text)
}

/// How often an offer came back to a source, and since when it is in none.
fn comings_and_goings(
    connection: &Connection,
    sights: &[Observation],
) -> Result<(u64, Option<String>), StoreError> {
    let had_it: FxHashSet<&str> = sights
        .iter()
        .filter_map(|sight| sight.import_id.as_deref())
        .collect();
    // Of each source that ever had it: whether its last import did, and else since when none does.
    let mut of_source: FxHashMap<String, Option<i64>> = FxHashMap::default();
    let mut relisted = 0;
    for import in source_import::source_imports(connection)? {
        let Some(import_id) = &import.import_id else {
            continue;
        };
        let source = import.label().unwrap_or(import_id).to_owned();
        if had_it.contains(import_id.as_str()) {
            if of_source.insert(source, None).flatten().is_some() {
                relisted += 1;
            }
        } else if let Some(gone_since) = of_source.get_mut(&source) {
            gone_since.get_or_insert(import.seen_at);
        }
    }
    let is_gone = !of_source.is_empty() && of_source.values().all(Option::is_some);
    let last = of_source.into_values().flatten().max();
    Ok((
        relisted,
        last.filter(|_| is_gone).map(source_import::time_text),
    ))
}

/// The texts of an offer: they stand together in the index of fingerprints.
fn texts_of(connection: &Connection, key: [u8; offer::KEY_BYTES]) -> rusqlite::Result<FoundTexts> {
    let mut last = key.to_vec();
    last.extend([0xff; 16]);
    connection
        .prepare_cached(
            "SELECT id FROM listings
             WHERE fingerprint IS NOT NULL AND fingerprint >= ?1 AND fingerprint <= ?2",
        )?
        .query_map((key.as_slice(), last), |row| row.get(0))?
        .collect()
}

fn observation(connection: &Connection, record: ListingRecord) -> Result<Observation, StoreError> {
    let source_name = match &record.import_id {
        Some(import_id) => connection
            .prepare_cached("SELECT source_name FROM import_batches WHERE import_id = ?1")?
            .query_row([import_id], |row| row.get(0))
            .optional()?
            .flatten(),
        None => None,
    };
    Ok(Observation {
        listing_id: Some(record.id),
        import_id: record.import_id,
        import_index: record.import_index,
        source_name,
        seen_at: record.seen_at.as_deref().map(rfc3339),
        price: record.price,
        unit_price: record.unit_price,
        score: record.score,
    })
}

/// What the old program saw at an address.
fn old_sights(
    connection: &Connection,
    address: &str,
    model: &str,
) -> rusqlite::Result<Vec<Observation>> {
    connection
        .prepare_cached(
            "SELECT seen_at, price_usd, score FROM listing_snapshots WHERE source_url = ?1 AND model = ?2",
        )?
        .query_map([address, model], |row| {
            let price = row.get(1)?;
            let seen_at: Option<String> = row.get(0)?;
            Ok(Observation {
                listing_id: None,
                import_id: None,
                import_index: None,
                source_name: None,
                seen_at: seen_at.map(|text| rfc3339(&text)),
                price,
                unit_price: price,
                score: row.get(2)?,
            })
        })?
        .collect()
}
