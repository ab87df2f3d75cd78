//! Listings by filter and order, from the view `offers`; prices by model.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use crate::error::StoreError;
use crate::listing::{ListingFilter, ListingRecord, ListingSort, ModelMarket};

pub(super) const COLUMNS: &str = "id, import_id, import_index, canonical_model, title, price, unit_price,
    price_per_gb, score, vram_gb, tdp_watts, mig_support, nvlink, condition, region, seller, source_url, notes,
    quantity, min_order_qty, availability, lot_size, form, confidence, currency, price_minor, price_text, seen_at, flags";

pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<ListingRecord> {
    Ok(ListingRecord {
        id: row.get("id")?,
        import_id: row.get("import_id")?,
        import_index: row
            .get::<_, Option<i64>>("import_index")?
            .map(|index| index as u64),
        canonical_model: row.get("canonical_model")?,
        title: row.get("title")?,
        price: row.get("price")?,
        unit_price: row.get("unit_price")?,
        price_per_gb: row.get("price_per_gb")?,
        score: row.get("score")?,
        vram_gb: row.get("vram_gb")?,
        tdp_watts: row.get("tdp_watts")?,
        mig_support: row.get("mig_support")?,
        nvlink: row.get("nvlink")?,
        condition: row.get("condition")?,
        region: row.get("region")?,
        seller: row.get("seller")?,
        source_url: row.get("source_url")?,
        notes: row.get("notes")?,
        quantity: row.get("quantity")?,
        min_order_qty: row.get("min_order_qty")?,
        availability: row.get("availability")?,
        lot_size: row.get("lot_size")?,
        form: row.get("form")?,
        confidence: row.get("confidence")?,
        currency: row.get("currency")?,
        price_as_given: price_as_given(row)?,
        seen_at: row.get("seen_at")?,
        flags: row.get("flags")?,
        evidence: None,
    })
}

/// The price as the source gave it: its text, or the exact amount that the text was.
fn price_as_given(row: &Row<'_>) -> rusqlite::Result<Option<String>> {
    if let Some(text) = row.get("price_text")? {
        return Ok(Some(text));
    }
    let minor: Option<i64> = row.get("price_minor")?;
    let currency: Option<String> = row.get("currency")?;
    Ok(minor.map(|minor| super::decimal_text(minor, currency.as_deref())))
}

pub(super) fn list_listings(
    connection: &Connection,
    filter: &ListingFilter,
) -> Result<Vec<ListingRecord>, StoreError> {
    let mut conditions = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    if let Some(model) = &filter.model {
        let names = model_names(connection, model)?;
        conditions.push(if names.len() == 1 {
            "canonical_model = ?".to_owned()
        } else {
            format!("canonical_model IN ({})", vec!["?"; names.len()].join(", "))
        });
        values.extend(names.into_iter().map(Value::from));
    }
    let mut hold = |condition: &str, value: Value| {
        conditions.push(condition.to_owned());
        values.push(value);
    };
    if let Some(price) = filter.min_price {
        hold("price >= ?", price.into());
    }
    if let Some(price) = filter.max_price {
        hold("price <= ?", price.into());
    }
    if let Some(score) = filter.min_score {
        hold("score >= ?", score.into());
    }
    if let Some(score) = filter.max_score {
        hold("score <= ?", score.into());
    }
    if let Some(region) = &filter.region {
        hold("region = ? COLLATE NOCASE", region.clone().into());
    }
    if let Some(condition) = &filter.condition {
        hold("condition = ? COLLATE NOCASE", condition.clone().into());
    }
    if let Some(seller) = &filter.seller {
        hold("seller = ? COLLATE NOCASE", seller.clone().into());
    }
    if let Some(import_id) = &filter.import_id {
        hold("import_id = ?", import_id.clone().into());
    }
    for word in filter.text.iter().flat_map(|text| text.split_whitespace()) {
        hold("instr(lower(title), lower(?)) > 0", word.to_owned().into());
    }
    let condition = if conditions.is_empty() {
        String::new()
    } else {
        format!("WHERE {}", conditions.join("\n  AND "))
    };
    let order = match filter.sort {
        ListingSort::BestScore => "score DESC, id",
        ListingSort::Cheapest => "price, id",
        ListingSort::Dearest => "price DESC, id",
        ListingSort::CheapestMemory => "price_per_gb IS NULL, price_per_gb, id",
        ListingSort::Newest => "id DESC",
        ListingSort::RowOrder => "import_id, import_index, id",
    };
    // SQLite takes a negative offset for none, so what its integers cannot hold is cut and not wrapped.
    for bound in [filter.limit, filter.offset] {
        values.push(i64::try_from(bound).unwrap_or(i64::MAX).into());
    }
    let evidence = if filter.with_evidence {
        "evidence"
    } else {
        "NULL"
    };
    // The page is found by ids alone, so that rows before it are passed over in the index, without their texts.
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS}, {evidence} AS evidence
         FROM offers
         WHERE id IN (SELECT id FROM offers {condition} ORDER BY {order} LIMIT ? OFFSET ?)
         ORDER BY {order}"
    ))?;
    let records = statement
        .query_map(params_from_iter(values), |row| {
            Ok(ListingRecord {
                evidence: row.get("evidence")?,
                ..read(row)?
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(records)
}

/// The models of this name in any case; the name itself where there is none, since old rows may have a model that is in
/// no table.
///
/// An exact name is looked up in the index on the model; a comparison without case would read every row.
fn model_names(connection: &Connection, wanted: &str) -> Result<Vec<String>, StoreError> {
    let mut names: Vec<String> = connection
        .prepare_cached("SELECT model FROM models WHERE model = ?1 COLLATE NOCASE ORDER BY model")?
        .query_map([wanted], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    if names.is_empty() {
        names.push(wanted.to_owned());
    }
    Ok(names)
}

/// Count, lowest, median, highest and mean unit price of every model that has listings.
///
/// The median of an even number of prices is the mean of the two in the middle.
pub(super) fn list_model_markets(connection: &Connection) -> Result<Vec<ModelMarket>, StoreError> {
    let mut statement = connection.prepare(
        "WITH priced AS (
           SELECT canonical_model, price / coalesce(lot_size, 1) AS unit_price
           FROM scored_listings
           WHERE price < 9e999
         ),
         ranked AS (
           SELECT canonical_model, unit_price,
             row_number() OVER (PARTITION BY canonical_model ORDER BY unit_price) AS place,
             count(*) OVER (PARTITION BY canonical_model) AS places
           FROM priced
         )
         SELECT canonical_model, max(places), min(unit_price),
           avg(unit_price) FILTER (WHERE place IN ((places + 1) / 2, (places + 2) / 2)),
           max(unit_price), avg(unit_price)
         FROM ranked
         GROUP BY canonical_model
         ORDER BY canonical_model",
    )?;
    let markets = statement
        .query_map([], |row| {
            Ok(ModelMarket {
                canonical_model: row.get(0)?,
                listing_count: row.get::<_, i64>(1)? as u64,
                min_price: row.get(2)?,
                median_price: row.get(3)?,
                max_price: row.get(4)?,
                avg_price: row.get(5)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(markets)
}
