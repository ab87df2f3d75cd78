//! Listings by filter and order, from the view `offers`; prices by model.

use std::ops::ControlFlow;

use glyph_core::money::Money;
use rusqlite::{Connection, OptionalExtension, Row, Rows};
use rustc_hash::{FxHashMap, FxHashSet};

use super::segment::{Of, Page, Wanted, all_segments, find_page, segments_of};
use super::source_import;
use super::title::find_texts;
use crate::error::StoreError;
use crate::listing::{ListingFilter, ListingRecord, ListingSort, ModelMarket};
use crate::time::seconds_of;

/// In the order of [`read`].
pub(super) const COLUMNS: &str = "id, import_id, import_index, canonical_model, title, price, unit_price,
    price_per_gb, score, vram_gb, tdp_watts, mig_support, nvlink, condition, region, seller, source_url, notes,
    quantity, min_order_qty, availability, lot_size, form, confidence, currency, seen_at, flags, price_text,
    price_minor";

/// How many columns [`COLUMNS`] has.
const COLUMN_COUNT: usize = 29;

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<ListingRecord> {
    // By place: finding columns by name took as long as all else of a row.
    let mut columns = 0..COLUMN_COUNT;
    let mut next = || columns.next().unwrap_or(COLUMN_COUNT);
    let mut record = ListingRecord {
        id: row.get(next())?,
        import_id: row.get(next())?,
        import_index: row.get::<_, Option<i64>>(next())?.map(|index| index as u64),
        canonical_model: row.get(next())?,
        title: row.get(next())?,
        price: row.get(next())?,
        unit_price: row.get(next())?,
        price_per_gb: row.get(next())?,
        score: row.get(next())?,
        vram_gb: row.get(next())?,
        tdp_watts: row.get(next())?,
        mig_support: row.get(next())?,
        nvlink: row.get(next())?,
        condition: row.get(next())?,
        region: row.get(next())?,
        seller: row.get(next())?,
        source_url: row.get(next())?,
        notes: row.get(next())?,
        quantity: row.get(next())?,
        min_order_qty: row.get(next())?,
        availability: row.get(next())?,
        lot_size: row.get(next())?,
        form: row.get(next())?,
        confidence: row.get(next())?,
        currency: row.get(next())?,
        seen_at: row.get(next())?,
        flags: row.get(next())?,
        price_as_given: row.get(next())?,
        price_given: 0.0,
        evidence: None,
    };
    // The price as the source gave it: its text, or the exact amount that the text was.
    let minor: Option<i64> = row.get(next())?;
    let given = minor.map(|minor| super::money(minor, record.currency.as_deref()));
    // As the view has it; there it is slow, since the currencies are gone through for every row.
    record.price_given = given.map_or(record.price, Money::to_major);
    if record.price_as_given.is_none() {
        record.price_as_given = given.map(Money::decimal_text);
    }
    Ok(record)
}

/// Rows that are looked at at a time for those that were seen by then.
const TIMED_BATCH: usize = 5_000;

/// The page is found in the segments; only its rows are read.
pub(super) fn visit_listings(
    connection: &Connection,
    filter: &ListingFilter,
    visit: &mut dyn FnMut(ListingRecord) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let connection = &*snapshot;
    let wanted = Wanted {
        models: match &filter.model {
            _ if !filter.any_model.is_empty() => Some(filter.any_model.clone()),
            Some(model) => Some(model_names(connection, model)?),
            None => None,
        },
        region: filter.region.as_deref(),
        condition: filter.condition.as_deref(),
        seller: filter.seller.as_deref(),
        offers: filter
            .text
            .as_deref()
            .filter(|text| !text.trim().is_empty())
            .map(|text| find_texts(connection, text))
            .transpose()?,
        min_price: filter.min_price,
        max_price: filter.max_price,
        min_score: filter.min_score,
        max_score: filter.max_score,
    };
    let whose = match filter.import_id.as_deref() {
        Some(import_id) => Of::Import(Some(import_id)),
        None => Of::All,
    };
    let imports = imports_of(connection, filter)?;
    let mut page = Page {
        sort: filter.sort,
        after: filter.after.as_ref(),
        limit: usize::try_from(filter.limit).unwrap_or(usize::MAX),
        offset: usize::try_from(filter.offset).unwrap_or(usize::MAX),
    };
    let mut select = connection.prepare_cached(&select_one(filter.with_evidence))?;
    let mut left = page.limit;
    loop {
        let segments = match (whose, &imports, filter.sort) {
            // Row order goes by imports.
            (Of::All, None, sort) if sort != ListingSort::RowOrder => all_segments(connection)?,
            (_, imports, _) => {
                let mut segments = segments_of(connection, whose)?;
                if let Some(imports) = imports {
                    segments.retain(|segment| segment.is_of(imports));
                }
                segments
            }
        };
        let ids = find_page(segments, &wanted, page)?;
        for id in &ids {
            let record = select.query_row([id], read_one).optional()?;
            let record = record.ok_or(StoreError::RecordLost("a row of a listing segment"))?;
            if !was_seen_by(&record, filter.as_of) {
                continue;
            }
            left -= 1;
            if visit(record).is_break() || left == 0 {
                return Ok(());
            }
        }
        // Rows with a later time of their own leave the page short.
        if left == 0 || ids.len() < page.limit || filter.as_of.is_none() {
            return Ok(());
        }
        page.offset = page.offset.saturating_add(ids.len());
        page.limit = left.max(TIMED_BATCH);
    }
}

/// The imports that a filter by time leaves; `None` where it leaves all.
fn imports_of(
    connection: &Connection,
    filter: &ListingFilter,
) -> Result<Option<FxHashSet<Option<String>>>, StoreError> {
    let known = match filter.as_of {
        Some(as_of) => source_import::known_at(connection, as_of)?,
        None if filter.only_current => source_import::source_imports(connection)?,
        None => return Ok(None),
    };
    let chosen: Vec<usize> = if filter.only_current {
        source_import::latest_of_each_source(&known, filter.as_of)
    } else {
        (0..known.len()).collect()
    };
    let ids = chosen
        .into_iter()
        .map(|place| known[place].import_id.clone());
    Ok(Some(ids.collect()))
}

fn was_seen_by(record: &ListingRecord, as_of: Option<i64>) -> bool {
    let seen_at = || record.seen_at.as_deref().and_then(seconds_of);
    as_of.is_none_or(|as_of| seen_at().is_none_or(|seen_at| seen_at <= as_of))
}

/// One listing, with its evidence.
pub(super) fn find_listing(
    connection: &Connection,
    id: i64,
) -> rusqlite::Result<Option<ListingRecord>> {
    connection
        .prepare_cached(&select_one(true))?
        .query_row([id], read_one)
        .optional()
}

fn select_one(with_evidence: bool) -> String {
    let evidence = if with_evidence { "evidence" } else { "NULL" };
    format!("SELECT {COLUMNS}, {evidence} AS evidence FROM offers WHERE id = ?1")
}

fn read_one(row: &Row<'_>) -> rusqlite::Result<ListingRecord> {
    Ok(ListingRecord {
        evidence: row.get(COLUMN_COUNT)?,
        ..read(row)?
    })
}

/// The models of this name in any case; the name itself where there is none, since old rows may have a model that is in
/// no table.
///
/// An exact name is looked up in the index on the model; a comparison without case would read every row.
pub(super) fn model_names(
    connection: &Connection,
    wanted: &str,
) -> Result<Vec<String>, StoreError> {
    let mut names: Vec<String> = connection
        .prepare_cached("SELECT model FROM models WHERE model = ?1 COLLATE NOCASE ORDER BY model")?
        .query_map([wanted], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if names.is_empty() {
        names.push(wanted.to_owned());
    }
    Ok(names)
}

pub(super) fn list_model_names(connection: &Connection) -> Result<Vec<String>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT model FROM models UNION SELECT model FROM listing_deltas ORDER BY model",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// Count, lowest, median, highest and mean unit price of every model that has listings, as far as they were known.
///
/// The prices are grouped here: windows of SQL over two million rows took 5.4 s, this takes a tenth of it.
pub(super) fn list_model_markets(
    connection: &Connection,
    as_of: Option<i64>,
) -> Result<Vec<ModelMarket>, StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let mut by_model: FxHashMap<String, Vec<f64>> = FxHashMap::default();
    if let Some(as_of) = as_of {
        let mut statement = snapshot.prepare(&format!("{UNIT_PRICES} AND import_id IS ?1"))?;
        for import in source_import::known_at(&snapshot, as_of)? {
            let mut rows = statement.query([&import.import_id])?;
            collect_prices(&mut rows, Some((as_of, import.seen_at)), &mut by_model)?;
        }
    } else {
        let mut statement = snapshot.prepare(UNIT_PRICES)?;
        collect_prices(&mut statement.query([])?, None, &mut by_model)?;
    }
    let mut markets: Vec<ModelMarket> = by_model
        .into_iter()
        .map(|(canonical_model, prices)| ModelMarket::of(canonical_model, prices))
        .collect();
    markets.sort_unstable_by(|one, other| one.canonical_model.cmp(&other.canonical_model));
    Ok(markets)
}

const UNIT_PRICES: &str =
    "SELECT canonical_model, price / COALESCE(lot_size, 1), seen_at FROM scored_listings
     WHERE price < 9e999";

/// Collects unit prices; `until` is a time, and when the import was seen.
fn collect_prices(
    rows: &mut Rows<'_>,
    until: Option<(i64, i64)>,
    by_model: &mut FxHashMap<String, Vec<f64>>,
) -> Result<(), StoreError> {
    while let Some(row) = rows.next()? {
        // A row without a time of its own was seen with its import.
        if let Some((as_of, import_seen_at)) = until {
            let own = row.get_ref(2)?.as_str_or_null();
            let own = own.map_err(rusqlite::Error::from)?.and_then(seconds_of);
            if own.unwrap_or(import_seen_at) > as_of {
                continue;
            }
        }
        let model = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        let price = row.get(1)?;
        match by_model.get_mut(model) {
            Some(prices) => prices.push(price),
            None => {
                by_model.insert(model.to_owned(), vec![price]);
            }
        }
    }
    Ok(())
}
