//! Keeping segments true to the rows: made again where rows changed, gone with the import.

use std::borrow::Cow;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Params};

use super::build::{EncodedSegment, Facts, SegmentBuilder};
use super::merged::drop_merged;
use super::read::{Of, stored_segments};
use crate::error::StoreError;

/// The imports whose rows changed after their segments were written.
pub(super) fn unsegmented_imports(
    connection: &Connection,
) -> Result<Vec<Option<String>>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT DISTINCT import_id FROM unsegmented_imports ORDER BY import_id")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// Makes the segments of an import out of its rows.
pub(super) fn make_segments(
    connection: &Connection,
    import_id: Option<&str>,
    visit: &mut dyn FnMut(EncodedSegment) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    make_of(
        connection,
        "import_id IS ?1 ORDER BY import_index, id",
        [import_id],
        visit,
    )
}

/// Makes segments of the rows with ids from `first` to `last`, in the order of their ids.
pub(super) fn make_segments_between(
    connection: &Connection,
    first: i64,
    last: i64,
    visit: &mut dyn FnMut(EncodedSegment) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    make_of(
        connection,
        "id BETWEEN ?1 AND ?2 ORDER BY id",
        [first, last],
        visit,
    )
}

fn make_of(
    connection: &Connection,
    which: &str,
    values: impl Params,
    visit: &mut dyn FnMut(EncodedSegment) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut builder = SegmentBuilder::default();
    let mut select = connection.prepare_cached(&format!(
        "SELECT id, canonical_model, region, condition, seller, listing_id, score, price, price_per_gb
         FROM offers
         WHERE {which}"
    ))?;
    let mut rows = select.query(values)?;
    while let Some(row) = rows.next()? {
        let text = |column| row.get_ref(column).map(text_of);
        let number = |column| row.get_ref(column).map(number_of);
        let [model, region, condition, seller] = [text(1)?, text(2)?, text(3)?, text(4)?];
        builder.push(&Facts {
            id: row.get(0)?,
            model: model.as_deref().unwrap_or_default(),
            region: region.as_deref(),
            condition: condition.as_deref(),
            seller: seller.as_deref(),
            listing_id: row.get(5)?,
            score: number(6)?.unwrap_or(f64::INFINITY),
            price: number(7)?.unwrap_or(f64::INFINITY),
            price_per_gb: number(8)?,
        });
        if builder.is_full()
            && let Some(segment) = builder.take()?
        {
            visit(segment)?;
        }
    }
    match builder.take()? {
        Some(segment) => visit(segment),
        None => Ok(()),
    }
}

/// A text as it can be compared: SQLite takes any bytes for one.
fn text_of(value: ValueRef<'_>) -> Option<Cow<'_, str>> {
    match value {
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes)),
        _ => None,
    }
}

/// SQLite keeps a text in a column of numbers where it is none, and sorts it after them.
fn number_of(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Integer(number) => Some(number as f64),
        ValueRef::Real(number) => Some(number),
        _ => None,
    }
}

/// Makes the segments of an import again and stores them.
pub(in crate::sqlite) fn segment_import(
    connection: &Connection,
    import_id: Option<&str>,
) -> Result<(), StoreError> {
    drop_segments(connection, import_id)?;
    make_segments(connection, import_id, &mut |segment| {
        segment.store(connection, import_id)
    })
}

/// Makes the segments of all imports that have none that hold.
pub(in crate::sqlite) fn make_missing_segments(connection: &Connection) -> Result<(), StoreError> {
    unsegmented_imports(connection)?
        .iter()
        .try_for_each(|import_id| segment_import(connection, import_id.as_deref()))
}

/// Makes the segments of all rows, where there are none. A step of a migration: merged ones came later.
pub(in crate::sqlite) fn segment_all(connection: &Connection) -> Result<(), StoreError> {
    let imports: Vec<Option<String>> = connection
        .prepare("SELECT DISTINCT import_id FROM scored_listings ORDER BY import_id")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for import_id in &imports {
        make_segments(connection, import_id.as_deref(), &mut |segment| {
            segment.store(connection, import_id.as_deref())
        })?;
    }
    Ok(())
}

/// Takes away the segments of an import, and the merged ones that cover them.
pub(in crate::sqlite) fn drop_segments(
    connection: &Connection,
    import_id: Option<&str>,
) -> Result<(), StoreError> {
    let segments: Vec<i64> = connection
        .prepare_cached("SELECT id FROM listing_segments WHERE import_id IS ?1")?
        .query_map([import_id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for segment in segments {
        drop_merged(connection, (segment, segment))?;
        connection
            .prepare_cached(
                "DELETE FROM listing_segment_parts WHERE id >= ?1 << 16 AND id < (?1 + 1) << 16",
            )?
            .execute([segment])?;
        connection
            .prepare_cached("DELETE FROM listing_segments WHERE id = ?1")?
            .execute([segment])?;
    }
    connection.execute(
        "DELETE FROM unsegmented_imports WHERE import_id IS ?1",
        [import_id],
    )?;
    Ok(())
}

/// The imports whose stored segments are not what their rows make.
pub(in crate::sqlite) fn differing_imports(
    connection: &Connection,
) -> Result<Vec<Option<String>>, StoreError> {
    let mut imports: Vec<Option<String>> = connection
        .prepare(
            "SELECT import_id FROM listing_segments
             UNION SELECT import_id FROM import_batches
             UNION SELECT import_id FROM scored_listings",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let unsegmented = unsegmented_imports(connection)?;
    imports.retain(|import_id| !unsegmented.contains(import_id));
    let mut differing = Vec::new();
    for import_id in imports {
        let mut stored = stored_segments(connection, Of::Import(import_id.as_deref()))?.into_iter();
        let mut same = true;
        make_segments(connection, import_id.as_deref(), &mut |made| {
            same = same
                && match stored.next() {
                    Some(segment) => segment.is_same(&made)?,
                    None => false,
                };
            Ok(())
        })?;
        if !same || stored.next().is_some() {
            differing.push(import_id);
        }
    }
    Ok(differing)
}
