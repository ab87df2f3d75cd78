//! Changes of price in the old program's form: those in its table, and those of today.

use std::ops::ControlFlow;

use rusqlite::{Connection, OptionalExtension, Row};

use super::listing;
use super::offer_change::visit_changes;
use crate::error::StoreError;
use crate::history::{ChangeFilter, ChangeKind, PriceMove, Snapshot};

const STORED: &str =
    "SELECT delta.id, delta.model, delta.price_delta, delta.price_delta_pct, delta.score_delta,
       delta.region, delta.source_url, delta.timestamp,
       current.id, current.price_usd, current.score, current.seen_at,
       previous.id, previous.price_usd, previous.score, previous.seen_at
     FROM listing_deltas AS delta
     JOIN listing_snapshots AS current ON current.id = delta.current_snapshot_id
     JOIN listing_snapshots AS previous ON previous.id = delta.previous_snapshot_id";

fn read(row: &Row<'_>) -> rusqlite::Result<PriceMove> {
    // The old program wrote a space where RFC 3339 has a `T`.
    let time = |place: usize| {
        let text: String = row.get(place)?;
        Ok::<_, rusqlite::Error>(text.replacen(' ', "T", 1))
    };
    let snapshot = |first: usize| {
        Ok::<_, rusqlite::Error>(Snapshot {
            id: row.get(first)?,
            price_usd: row.get(first + 1)?,
            score: row.get(first + 2)?,
            seen_at: time(first + 3)?,
        })
    };
    Ok(PriceMove {
        id: row.get(0)?,
        model: row.get(1)?,
        price_delta: row.get(2)?,
        price_delta_pct: row.get(3)?,
        score_delta: row.get(4)?,
        region: row.get(5)?,
        source_url: row.get(6)?,
        timestamp: time(7)?,
        current_snapshot: snapshot(8)?,
        previous_snapshot: snapshot(12)?,
    })
}

/// At most `limit` moves, the newest first. Of the filter the kind and the place do not count.
pub(super) fn list_price_moves(
    connection: &Connection,
    filter: &ChangeFilter,
    limit: usize,
) -> Result<Vec<PriceMove>, StoreError> {
    let filter = ChangeFilter {
        kind: Some(ChangeKind::Price),
        place: None,
        ..filter.clone()
    };
    let mut moves = Vec::new();
    visit_changes(connection, &filter, &mut |found| {
        moves.extend(PriceMove::of_found(found));
        until(moves.len() >= limit)
    })?;
    let own = moves.len();
    let mut statement = connection.prepare_cached(&format!(
        "{STORED} ORDER BY delta.timestamp DESC, delta.id DESC"
    ))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if moves.len() - own >= limit {
            break;
        }
        let stored = read(row)?;
        if lets_through(&filter, &stored) {
            moves.push(stored);
        }
    }
    moves.sort_by(|one, other| other.timestamp.cmp(&one.timestamp));
    moves.truncate(limit);
    Ok(moves)
}

fn lets_through(filter: &ChangeFilter, stored: &PriceMove) -> bool {
    let is_of = |model: &String| model.eq_ignore_ascii_case(&stored.model);
    (filter.models.is_empty() || filter.models.iter().any(is_of))
        && (filter.region.is_none() || filter.region == stored.region)
        && filter.source_name.is_none()
        && filter.new_import.is_none()
        && filter
            .min_percent
            .is_none_or(|least| stored.price_delta_pct.abs() >= least)
        && filter
            .after
            .as_ref()
            .is_none_or(|after| stored.timestamp > *after)
}

fn until(is_enough: bool) -> ControlFlow<()> {
    if is_enough {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

pub(super) fn find_price_move(
    connection: &Connection,
    id: i64,
) -> Result<Option<PriceMove>, StoreError> {
    if id < PriceMove::FIRST_OWN_ID {
        return Ok(connection
            .prepare_cached(&format!("{STORED} WHERE delta.id = ?1"))?
            .query_row([id], read)
            .optional()?);
    }
    let id = id - PriceMove::FIRST_OWN_ID;
    let Some(listing) = listing::find_listing(connection, id)? else {
        return Ok(None);
    };
    let filter = ChangeFilter {
        kind: Some(ChangeKind::Price),
        new_import: listing.import_id,
        ..ChangeFilter::default()
    };
    let mut found = None;
    visit_changes(connection, &filter, &mut |change| {
        if change.change.listing().id == id {
            found = PriceMove::of_found(change);
        }
        until(found.is_some())
    })?;
    Ok(found)
}
