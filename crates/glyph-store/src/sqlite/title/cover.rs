//! Keeping title segments true to the titles: made where rows have none, gone with rows that go.

use std::borrow::Cow;

use rusqlite::{Connection, OptionalExtension, Row};

use super::build::{EncodedTitles, MOST_BYTES, MOST_PAIRS, MOST_WORDS, TitleBuilder};
use super::{BLOCK_PLACES, DIRECTORY, PLACES, POSTINGS, TEXT, part_key};
use crate::error::StoreError;

/// Makes segments of all rows that none covers.
///
/// A small segment before the new rows becomes one with them, unless it is more than twice as large: so a row is written a few
/// times at most, and there are few segments, however small the imports are.
pub(in crate::sqlite) fn cover_titles(connection: &Connection) -> Result<(), StoreError> {
    let mut covered = covered_ranges(connection)?;
    let last_covered = covered.last().map_or(i64::MIN, |(_, last)| *last);
    let new: (Option<i64>, Option<i64>) = connection
        .prepare_cached("SELECT MIN(id), MAX(id) FROM listings WHERE id > ?1")?
        .query_row([last_covered], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if let (Some(mut first), Some(last)) = new {
        while let Some(&(before, before_last)) = covered.last()
            && last.saturating_sub(before) < PLACES
            && is_half_empty(connection, before)?
            && before_last.saturating_sub(before) <= last.saturating_sub(first).saturating_mul(2)
        {
            drop_segments(connection, before, before_last)?;
            covered.pop();
            first = before;
        }
    }
    for (first, last) in gaps(&covered) {
        encode(connection, first, last, &mut |titles| {
            titles.store(connection)
        })?;
    }
    Ok(())
}

/// Whether a segment is far from what else than its places may fill it: written again with others, it would be several.
fn is_half_empty(connection: &Connection, first_id: i64) -> Result<bool, StoreError> {
    let segment: i64 = connection
        .prepare_cached("SELECT id FROM title_segments WHERE first_id = ?1")?
        .query_row([first_id], |row| row.get(0))?;
    let mut length =
        connection.prepare_cached("SELECT length(data) FROM title_segment_parts WHERE id = ?1")?;
    let mut length_of = |block| -> rusqlite::Result<i64> {
        length
            .query_row([part_key(segment, block)], |row| row.get(0))
            .optional()
            .map(Option::unwrap_or_default)
    };
    let blocks: i64 = connection
        .prepare_cached("SELECT COUNT(*) FROM title_segment_parts WHERE id >= ?1 AND id < ?2")?
        .query_row([part_key(segment, 0), part_key(segment + 1, 0)], |row| {
            row.get(0)
        })?;
    Ok(length_of(DIRECTORY)? / 8 < MOST_WORDS as i64 / 2
        && length_of(TEXT)? < MOST_BYTES as i64 / 2
        && (blocks - POSTINGS) * (BLOCK_PLACES as i64) < MOST_PAIRS as i64 / 2)
}

/// The ids of the first and the last row of each segment, in their order.
fn covered_ranges(connection: &Connection) -> Result<Vec<(i64, i64)>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT first_id, last_id FROM title_segments ORDER BY first_id")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?)
}

/// The ids between the ranges, before the first and after the last.
pub(super) fn gaps(covered: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut gaps = Vec::new();
    let mut next = Some(i64::MIN);
    for (first, last) in covered {
        if let Some(start) = next
            && start < *first
        {
            gaps.push((start, first - 1));
        }
        next = last.checked_add(1);
    }
    gaps.extend(next.map(|start| (start, i64::MAX)));
    gaps
}

/// Makes segments of the rows from `first` to `last`.
fn encode(
    connection: &Connection,
    first: i64,
    last: i64,
    visit: &mut dyn FnMut(EncodedTitles) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut builder = TitleBuilder::default();
    let mut select = connection
        .prepare_cached("SELECT id, title FROM listings WHERE id BETWEEN ?1 AND ?2 ORDER BY id")?;
    let mut rows = select.query([first, last])?;
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        if !builder.has_room_for(id)
            && let Some(titles) = builder.take()
        {
            visit(titles)?;
        }
        builder.push(id, &title_of(row, 1)?);
    }
    match builder.take() {
        Some(titles) => visit(titles),
        None => Ok(()),
    }
}

/// The title in a column; SQLite takes any bytes for a text.
pub(super) fn title_of<'row>(
    row: &'row Row<'_>,
    column: usize,
) -> Result<Cow<'row, str>, StoreError> {
    let bytes = row.get_ref(column)?.as_bytes_or_null();
    let bytes = bytes.map_err(rusqlite::Error::from)?.unwrap_or_default();
    Ok(String::from_utf8_lossy(bytes))
}

/// Drops the segments that cover a text of this program's which is the import's, before the texts go.
pub(in crate::sqlite) fn uncover_texts_of(
    connection: &Connection,
    import_id: &str,
) -> Result<(), StoreError> {
    let touched: Vec<(i64, i64)> = connection
        .prepare_cached(
            "SELECT first_id, last_id
             FROM title_segments
             WHERE EXISTS (
                 SELECT 1 FROM listings
                 WHERE import_id = ?1 AND fingerprint IS NOT NULL AND listings.id BETWEEN first_id AND last_id
             )",
        )?
        .query_map([import_id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (first, last) in touched {
        drop_segments(connection, first, last)?;
    }
    Ok(())
}

/// Drops the segments from one id to another.
fn drop_segments(connection: &Connection, first: i64, last: i64) -> Result<(), StoreError> {
    let segments: Vec<i64> = connection
        .prepare_cached("SELECT id FROM title_segments WHERE first_id BETWEEN ?1 AND ?2")?
        .query_map([first, last], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for segment in segments {
        connection
            .prepare_cached("DELETE FROM title_segment_parts WHERE id >= ?1 AND id < ?2")?
            .execute([part_key(segment, 0), part_key(segment + 1, 0)])?;
        connection
            .prepare_cached("DELETE FROM title_segments WHERE id = ?1")?
            .execute([segment])?;
    }
    Ok(())
}

/// The segments, by their first and last rows, that are not what their rows make.
pub(in crate::sqlite) fn differing_segments(
    connection: &Connection,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut differing = Vec::new();
    let mut select =
        connection.prepare("SELECT id, first_id, last_id FROM title_segments ORDER BY first_id")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (id, first, last): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let stored: Vec<(i64, Vec<u8>)> = connection
            .prepare_cached(
                "SELECT id - ?1, data FROM title_segment_parts WHERE id >= ?1 AND id < ?2 ORDER BY id",
            )?
            .query_map([part_key(id, 0), part_key(id + 1, 0)], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<Result<_, _>>()?;
        let mut made = Vec::new();
        encode(connection, first, last, &mut |titles| {
            made.push(titles);
            Ok(())
        })?;
        let stored = EncodedTitles {
            first_id: first,
            last_id: last,
            blocks: stored,
        };
        if made != [stored] {
            differing.push((first, last));
        }
    }
    Ok(differing)
}
