//! What a person wants to know right after an import, and how two imports differ.

use std::iter::{self, Peekable};
use std::ops::ControlFlow;
use std::vec::IntoIter;

use rusqlite::Connection;

use super::listing;
use crate::error::StoreError;
use crate::import::{ImportDiff, ImportSummary, PriceChange, RateUsed, ReasonCount};
use crate::listing::{ListingFilter, ListingRecord, ListingSort};

/// Offers named in a summary.
const BEST_OFFERS: u64 = 5;

pub(super) fn summarise_import(
    connection: &Connection,
    import_id: &str,
) -> Result<ImportSummary, StoreError> {
    let mut best_offers = Vec::new();
    listing::visit_listings(
        connection,
        &ListingFilter {
            import_id: Some(import_id.to_owned()),
            sort: ListingSort::BestScore,
            limit: BEST_OFFERS,
            ..ListingFilter::default()
        },
        &mut |listing| {
            best_offers.push(listing);
            ControlFlow::Continue(())
        },
    )?;
    let unmatched = reasons(
        connection,
        "SELECT u.reason, count(*), min(u.import_index), l.title
         FROM unmatched_listings u
         LEFT JOIN listings l ON l.id = u.listing_id
         WHERE u.import_id = ?1
         GROUP BY u.reason
         ORDER BY count(*) DESC, u.reason",
        import_id,
    )?;
    let rejects = reasons(
        connection,
        "SELECT code, count(*), min(import_index), json_extract(errors, '$[0].message')
         FROM rejected_rows
         WHERE import_id = ?1
         GROUP BY code
         ORDER BY count(*) DESC, code",
        import_id,
    )?;
    let rates = connection
        .prepare_cached(
            "SELECT currency, usd_per_unit, rate_date, source FROM import_rates
             WHERE import_id = ?1
             ORDER BY currency",
        )?
        .query_map([import_id], |row| {
            Ok(RateUsed {
                currency: row.get(0)?,
                usd_per_unit: row.get(1)?,
                rate_date: row.get(2)?,
                source: row.get(3)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(ImportSummary {
        best_offers,
        unmatched,
        rejects,
        rates,
    })
}

fn reasons(
    connection: &Connection,
    sql: &str,
    import_id: &str,
) -> Result<Vec<ReasonCount>, StoreError> {
    let counts = connection
        .prepare_cached(sql)?
        .query_map([import_id], |row| {
            Ok(ReasonCount {
                reason: row.get(0)?,
                rows: row.get::<_, i64>(1)? as u64,
                example_index: row.get::<_, i64>(2)? as u64,
                example: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(counts)
}

/// Offers of one import in an order that puts the same offers of two imports at the same place.
const OFFERS_BY_TEXT: &str = "SELECT {columns} FROM offers WHERE import_id = ?1
    ORDER BY source_url, seller, title, condition, region, canonical_model, price, import_index";

pub(super) fn diff_imports(
    connection: &Connection,
    old: &str,
    new: &str,
) -> Result<ImportDiff, StoreError> {
    let sql = OFFERS_BY_TEXT.replace("{columns}", listing::COLUMNS);
    let read_all = |import_id: &str| -> Result<Vec<ListingRecord>, StoreError> {
        Ok(connection
            .prepare_cached(&sql)?
            .query_map([import_id], listing::read)?
            .collect::<Result<_, _>>()?)
    };
    let mut diff = ImportDiff {
        old_import: old.to_owned(),
        new_import: new.to_owned(),
        ..ImportDiff::default()
    };
    let mut before = read_all(old)?.into_iter().peekable();
    let mut after = read_all(new)?.into_iter().peekable();
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => break,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(old), Some(new)) => identity(old).cmp(&identity(new)),
        };
        match order {
            std::cmp::Ordering::Less => diff.gone.extend(before.next()),
            std::cmp::Ordering::Greater => diff.appeared.extend(after.next()),
            std::cmp::Ordering::Equal => {
                let (old, new) = (take_same(&mut before), take_same(&mut after));
                compare(&mut diff, old, new);
            }
        }
    }
    Ok(diff)
}

/// What makes two rows the same offer: url, seller, title, condition, region and model, as SQL ordered them.
fn identity(record: &ListingRecord) -> [Option<&str>; 6] {
    [
        record.source_url.as_deref(),
        record.seller.as_deref(),
        record.title.as_deref(),
        record.condition.as_deref(),
        record.region.as_deref(),
        Some(record.canonical_model.as_str()),
    ]
}

/// Takes the offers that are the same as the first one, in the order of their prices.
fn take_same(offers: &mut Peekable<IntoIter<ListingRecord>>) -> Vec<ListingRecord> {
    let mut same: Vec<ListingRecord> = offers.next().into_iter().collect();
    while let Some(next) = offers.next_if(|next| {
        same.first()
            .is_some_and(|first| identity(first) == identity(next))
    }) {
        same.push(next);
    }
    same
}

/// Compares the rows of one offer, each side in the order of its prices. A catalogue may list an offer several times
/// and in any order: rows of equal price are the same, and only what is left over is paired, in row order.
fn compare(diff: &mut ImportDiff, old: Vec<ListingRecord>, new: Vec<ListingRecord>) {
    let mut left = Vec::new();
    let mut right = Vec::new();
    let mut new = new.into_iter().peekable();
    for old in old {
        right.extend(iter::from_fn(|| {
            new.next_if(|new| new.price.total_cmp(&old.price).is_lt())
        }));
        if new
            .next_if(|new| new.price.total_cmp(&old.price).is_eq())
            .is_some()
        {
            diff.unchanged += 1;
        } else {
            left.push(old);
        }
    }
    right.extend(new);
    left.sort_by_key(|record| record.import_index);
    right.sort_by_key(|record| record.import_index);
    let mut right = right.into_iter();
    for old in left {
        let Some(new) = right.next() else {
            diff.gone.push(old);
            continue;
        };
        diff.price_changes.push(PriceChange {
            title: new.title,
            seller: new.seller,
            canonical_model: new.canonical_model,
            old_index: old.import_index,
            new_index: new.import_index,
            old_price: old.price,
            new_price: new.price,
        });
    }
    diff.appeared.extend(right);
}
