//! What a person wants to know right after an import.

use std::ops::ControlFlow;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension};

use super::error_kind::ErrorReader;
use super::listing;
use crate::error::StoreError;
use crate::import::{ImportOutline, ImportSummary, RateUsed, ReasonCount};
use crate::listing::{ListingFilter, ListingSort};

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
        |title| Ok(title.as_str_or_null()?.unwrap_or_default().to_owned()),
    )?;
    let mut errors = ErrorReader::new(connection);
    let rejects = reasons(
        connection,
        "SELECT code, count(*), min(import_index), errors
         FROM rejected_rows
         WHERE import_id = ?1
         GROUP BY code
         ORDER BY count(*) DESC, code",
        import_id,
        |stored| errors.first_message(stored),
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
    mut example: impl FnMut(ValueRef<'_>) -> rusqlite::Result<String>,
) -> Result<Vec<ReasonCount>, StoreError> {
    let counts = connection
        .prepare_cached(sql)?
        .query_map([import_id], |row| {
            Ok(ReasonCount {
                reason: row.get(0)?,
                rows: row.get::<_, i64>(1)? as u64,
                example_index: row.get::<_, i64>(2)? as u64,
                example: example(row.get_ref(3)?)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(counts)
}

pub(super) fn outline_import(
    connection: &Connection,
    import_id: &str,
    models: u64,
) -> Result<ImportOutline, StoreError> {
    let end = |order: &str| {
        connection
            .prepare_cached(&format!(
                "SELECT canonical_model FROM scored_listings WHERE import_id = ?1
                 ORDER BY import_index {order} LIMIT 1"
            ))?
            .query_row([import_id], |row| row.get(0))
            .optional()
    };
    let (min_score, max_score) = connection
        .prepare_cached("SELECT MIN(score), MAX(score) FROM scored_listings WHERE import_id = ?1")?
        .query_row([import_id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let top_models = connection
        .prepare_cached(
            "SELECT canonical_model, COUNT(*) FROM scored_listings WHERE import_id = ?1
             GROUP BY canonical_model
             ORDER BY COUNT(*) DESC, canonical_model
             LIMIT ?2",
        )?
        .query_map(
            (import_id, i64::try_from(models).unwrap_or(i64::MAX)),
            |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)),
        )?
        .collect::<Result<_, _>>()?;
    Ok(ImportOutline {
        first_model: end("ASC")?,
        last_model: end("DESC")?,
        min_score,
        max_score,
        top_models,
    })
}
