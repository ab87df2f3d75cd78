//! Small segments together, so that a page costs the same whether its rows came in a few imports or in thousands.
//!
//! A query that asks of all imports reads a merged segment in place of the segments that it covers. Those stay: they answer
//! what is asked of their imports, and where one of these changes or goes, the merged segment goes and they are read again.

use rusqlite::Connection;

use super::SEGMENT_ROWS;
use super::build::EncodedSegment;
use super::read::{Segment, Tables, segments_between, with_made};
use super::upkeep::{make_segments_between, unsegmented_imports};
use crate::error::StoreError;

/// Segments that are merged at once, at least: fewer are not worth writing their rows again.
const FEWEST: usize = 4;

/// Rows of a segment of one import that is small enough to be merged.
const MOST_ROWS: usize = SEGMENT_ROWS / 8;

/// A merged segment, and the first and the last of the segments that it covers.
#[derive(Debug)]
pub(super) struct Merged<'c> {
    pub(super) covers: (i64, i64),
    pub(super) segment: Segment<'c>,
}

/// The segments of all imports, small ones together.
pub(in crate::sqlite) fn all_segments(
    connection: &Connection,
) -> Result<Vec<Segment<'_>>, StoreError> {
    let unsegmented = unsegmented_imports(connection)?;
    let mut segments = Vec::new();
    let mut next = i64::MIN;
    for merged in merged_segments(connection)? {
        let (first, last) = merged.covers;
        if !covers_one_of(connection, merged.covers, &unsegmented)? {
            segments.extend(segments_between(connection, next, first - 1)?);
            segments.push(merged.segment);
            next = last + 1;
        }
    }
    segments.extend(segments_between(connection, next, i64::MAX)?);
    with_made(connection, segments, unsegmented)
}

/// All merged segments in the order of what they cover.
fn merged_segments(connection: &Connection) -> Result<Vec<Merged<'_>>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT id, first_segment, last_segment, first_id, last_id
             FROM merged_segments
             ORDER BY first_segment",
        )?
        .query_map([], |row| {
            Ok(Merged {
                covers: (row.get(1)?, row.get(2)?),
                segment: Segment::merged(connection, row.get(0)?, row.get(3)?, row.get(4)?),
            })
        })?
        .collect::<Result<_, _>>()?)
}

/// Whether a segment of one of these imports is covered.
fn covers_one_of(
    connection: &Connection,
    (first, last): (i64, i64),
    imports: &[Option<String>],
) -> Result<bool, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT 1 FROM listing_segments WHERE import_id IS ?1 AND id BETWEEN ?2 AND ?3",
    )?;
    for import_id in imports {
        if select.exists((import_id, first, last))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What may become part of a merged segment: a segment whose ids count up, or a merged one with all that it covers.
#[derive(Debug, Clone, Copy)]
struct Unit {
    covers: (i64, i64),
    ids: (i64, i64),
    rows: usize,
    can_merge: bool,
}

/// Merges small segments that follow each other without a gap in their ids, so that no other row is among theirs.
///
/// From the last one on, a segment joins those after it where it is no larger than they are together: so a row is written again
/// only when what it is in has doubled, and of any number of small imports a few segments are left.
pub(in crate::sqlite) fn merge_small_segments(connection: &Connection) -> Result<(), StoreError> {
    // What another hand changed has no segments that hold; the next import makes them, and merges.
    if !unsegmented_imports(connection)?.is_empty() {
        return Ok(());
    }
    let mut window: Vec<Unit> = Vec::new();
    let mut rows = 0;
    for unit in units(connection)?.into_iter().rev() {
        let joins = unit.can_merge
            && match window.last() {
                Some(after) => {
                    unit.rows <= rows
                        && unit.rows + rows <= SEGMENT_ROWS
                        && unit.ids.1.checked_add(1) == Some(after.ids.0)
                }
                None => true,
            };
        if !joins {
            merge(connection, &window)?;
            window.clear();
            rows = 0;
        }
        if unit.can_merge {
            rows += unit.rows;
            window.push(unit);
        }
    }
    merge(connection, &window)
}

/// In the order of what they cover.
fn units(connection: &Connection) -> Result<Vec<Unit>, StoreError> {
    let mut units = Vec::new();
    let mut next = i64::MIN;
    let single = |segment: Segment<'_>| {
        let id = segment.id()?;
        Some(Unit {
            covers: (id, id),
            ids: (segment.first_id, segment.last_id),
            rows: segment.rows,
            can_merge: segment.is_counted && segment.rows <= MOST_ROWS,
        })
    };
    for merged in merged_segments(connection)? {
        let (first, last) = merged.covers;
        let before = segments_between(connection, next, first - 1)?;
        units.extend(before.into_iter().filter_map(single));
        units.push(Unit {
            covers: merged.covers,
            ids: (merged.segment.first_id, merged.segment.last_id),
            rows: merged.segment.rows,
            can_merge: true,
        });
        next = last + 1;
    }
    let after = segments_between(connection, next, i64::MAX)?;
    units.extend(after.into_iter().filter_map(single));
    Ok(units)
}

/// Makes one segment of these, the last of which stands first.
fn merge(connection: &Connection, units: &[Unit]) -> Result<(), StoreError> {
    let (Some(first), Some(last)) = (units.last(), units.first()) else {
        return Ok(());
    };
    if units.len() < FEWEST {
        return Ok(());
    }
    let mut made = Vec::new();
    make_segments_between(connection, first.ids.0, last.ids.1, &mut |segment| {
        made.push(segment);
        Ok(())
    })?;
    let rows: usize = units.iter().map(|unit| unit.rows).sum();
    let covers = (first.covers.0, last.covers.1);
    match made.as_slice() {
        [segment] if segment.rows == rows && segment.row_ids.is_none() => {
            drop_merged(connection, covers)?;
            store(connection, covers, segment)
        }
        // Segments that are not those of the rows, which `check` tells.
        _ => Ok(()),
    }
}

fn store(
    connection: &Connection,
    covers: (i64, i64),
    segment: &EncodedSegment,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO merged_segments (first_segment, last_segment, first_id, last_id)
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute((covers.0, covers.1, segment.first_id, segment.last_id))?;
    segment.store_parts(connection, Tables::Merged, connection.last_insert_rowid())
}

/// Drops the merged segments that cover one of these segments.
pub(super) fn drop_merged(
    connection: &Connection,
    (first, last): (i64, i64),
) -> Result<(), StoreError> {
    let merged: Vec<i64> = connection
        .prepare_cached(
            "SELECT id FROM merged_segments WHERE first_segment <= ?2 AND last_segment >= ?1",
        )?
        .query_map([first, last], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for id in merged {
        connection
            .prepare_cached(
                "DELETE FROM merged_segment_parts WHERE id >= ?1 << 16 AND id < (?1 + 1) << 16",
            )?
            .execute([id])?;
        connection
            .prepare_cached("DELETE FROM merged_segments WHERE id = ?1")?
            .execute([id])?;
    }
    Ok(())
}

/// The merged segments, by the first and the last row, that are not what the rows make. Those of imports that another hand
/// changed are not read.
pub(in crate::sqlite) fn differing_merged(
    connection: &Connection,
) -> Result<Vec<(i64, i64)>, StoreError> {
    let unsegmented = unsegmented_imports(connection)?;
    let mut differing = Vec::new();
    for merged in merged_segments(connection)? {
        if covers_one_of(connection, merged.covers, &unsegmented)? {
            continue;
        }
        let (first, last) = merged.covers;
        let ids = (merged.segment.first_id, merged.segment.last_id);
        let covered = segments_between(connection, first, last)?;
        let covered_rows: usize = covered.iter().map(|segment| segment.rows).sum();
        let mut same = vec![covered_rows == merged.segment.rows];
        make_segments_between(connection, ids.0, ids.1, &mut |made| {
            same.push(merged.segment.is_same(&made)?);
            Ok(())
        })?;
        if same != [true, true] {
            differing.push(ids);
        }
    }
    Ok(differing)
}
