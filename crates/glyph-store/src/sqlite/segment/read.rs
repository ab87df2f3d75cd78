//! Reading segments: those that are stored, and those of imports whose stored ones do not hold, made in passing.

use std::ops::Range;

use rusqlite::{Connection, Params};
use rustc_hash::FxHashSet;

use super::build::EncodedSegment;
use super::column::ReadCodes;
use super::order::Block;
use super::{DIRECTORY, Part, SEGMENT_ROWS, order, part_key, upkeep};
use crate::error::StoreError;

/// A segment to be queried.
#[derive(Debug)]
pub(in crate::sqlite) struct Segment<'c> {
    pub(super) import_id: Option<String>,
    pub(super) first_id: i64,
    pub(super) last_id: i64,
    pub(super) rows: usize,
    /// Row k has the id `first_id + k`.
    pub(super) is_counted: bool,
    data: Data<'c>,
}

#[derive(Debug)]
enum Data<'c> {
    Stored {
        connection: &'c Connection,
        tables: Tables,
        id: i64,
    },
    Made(EncodedSegment),
}

/// Where a segment is stored.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tables {
    /// Those of one import.
    Own,
    Merged,
}

impl Tables {
    pub(super) fn insert_part(self) -> &'static str {
        match self {
            Tables::Own => "INSERT INTO listing_segment_parts (id, data) VALUES (?1, ?2)",
            Tables::Merged => "INSERT INTO merged_segment_parts (id, data) VALUES (?1, ?2)",
        }
    }

    fn part(self) -> &'static str {
        match self {
            Tables::Own => "SELECT data FROM listing_segment_parts WHERE id = ?1",
            Tables::Merged => "SELECT data FROM merged_segment_parts WHERE id = ?1",
        }
    }

    fn parts(self) -> &'static str {
        match self {
            Tables::Own => {
                "SELECT data FROM listing_segment_parts WHERE id >= ?1 AND id < ?2 ORDER BY id"
            }
            Tables::Merged => {
                "SELECT data FROM merged_segment_parts WHERE id >= ?1 AND id < ?2 ORDER BY id"
            }
        }
    }
}

/// Whose segments.
#[derive(Debug, Clone, Copy)]
pub(in crate::sqlite) enum Of<'a> {
    All,
    Import(Option<&'a str>),
}

/// Segments that hold, those of an import in row order: where the stored ones do not, made anew and not stored.
pub(in crate::sqlite) fn segments_of<'c>(
    connection: &'c Connection,
    whose: Of<'_>,
) -> Result<Vec<Segment<'c>>, StoreError> {
    let mut unsegmented = upkeep::unsegmented_imports(connection)?;
    if let Of::Import(wanted) = whose {
        unsegmented.retain(|import| import.as_deref() == wanted);
    }
    with_made(connection, stored_segments(connection, whose)?, unsegmented)
}

/// The stored segments but those of these imports, and in their place what the rows make.
pub(super) fn with_made<'c>(
    connection: &'c Connection,
    mut segments: Vec<Segment<'c>>,
    unsegmented: Vec<Option<String>>,
) -> Result<Vec<Segment<'c>>, StoreError> {
    segments.retain(|segment| segment.is_merged() || !unsegmented.contains(&segment.import_id));
    for import in unsegmented {
        upkeep::make_segments(connection, import.as_deref(), &mut |made| {
            segments.push(Segment {
                import_id: import.clone(),
                first_id: made.first_id,
                last_id: made.last_id,
                rows: made.rows,
                is_counted: made.row_ids.is_none(),
                data: Data::Made(made),
            });
            Ok(())
        })?;
    }
    Ok(segments)
}

/// Segments as they are stored, whether they hold or not.
pub(super) fn stored_segments<'c>(
    connection: &'c Connection,
    whose: Of<'_>,
) -> Result<Vec<Segment<'c>>, StoreError> {
    let (condition, import_id) = match whose {
        Of::All => ("?1 IS NULL", None),
        Of::Import(import_id) => ("import_id IS ?1", import_id),
    };
    select_segments(connection, condition, [import_id])
}

/// Segments with ids from `first` to `last`, as they are stored.
pub(super) fn segments_between(
    connection: &Connection,
    first: i64,
    last: i64,
) -> Result<Vec<Segment<'_>>, StoreError> {
    select_segments(connection, "id BETWEEN ?1 AND ?2", [first, last])
}

fn select_segments<'c>(
    connection: &'c Connection,
    condition: &str,
    values: impl Params,
) -> Result<Vec<Segment<'c>>, StoreError> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT id, import_id, first_id, last_id, rows, row_ids IS NULL
             FROM listing_segments
             WHERE {condition}
             ORDER BY id"
        ))?
        .query_map(values, |row| {
            Ok(Segment {
                import_id: row.get(1)?,
                first_id: row.get(2)?,
                last_id: row.get(3)?,
                rows: row.get::<_, i64>(4)? as usize,
                is_counted: row.get(5)?,
                data: Data::Stored {
                    connection,
                    tables: Tables::Own,
                    id: row.get(0)?,
                },
            })
        })?
        .collect::<Result<_, _>>()?)
}

impl<'c> Segment<'c> {
    /// A merged segment of the rows from `first_id` to `last_id`.
    pub(super) fn merged(
        connection: &'c Connection,
        id: i64,
        first_id: i64,
        last_id: i64,
    ) -> Segment<'c> {
        let rows = last_id.saturating_sub(first_id).saturating_add(1);
        Segment {
            import_id: None,
            first_id,
            last_id,
            // More are damage, which reading its parts tells.
            rows: usize::try_from(rows).map_or(0, |rows| rows.min(SEGMENT_ROWS)),
            is_counted: true,
            data: Data::Stored {
                connection,
                tables: Tables::Merged,
                id,
            },
        }
    }

    /// Its id, where it is stored.
    pub(super) fn id(&self) -> Option<i64> {
        match self.data {
            Data::Stored { id, .. } => Some(id),
            Data::Made(_) => None,
        }
    }

    fn is_merged(&self) -> bool {
        matches!(
            self.data,
            Data::Stored {
                tables: Tables::Merged,
                ..
            }
        )
    }

    /// Whether its rows are of one of these imports.
    pub(in crate::sqlite) fn is_of(&self, imports: &FxHashSet<Option<String>>) -> bool {
        imports.contains(&self.import_id)
    }

    /// What `read` makes of a block.
    fn block<T>(
        &self,
        part: Part,
        block: usize,
        read: impl FnOnce(&[u8]) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.find_block(part, block, |bytes| {
            read(bytes.ok_or(StoreError::RecordLost("part of a listing segment"))?)
        })
    }

    /// What `read` makes of a block that may be missing.
    fn find_block<T>(
        &self,
        part: Part,
        block: usize,
        read: impl FnOnce(Option<&[u8]>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match &self.data {
            Data::Stored {
                connection,
                tables,
                id,
            } => {
                let mut select = connection.prepare_cached(tables.part())?;
                let mut rows = select.query([part_key(*id, part, block)])?;
                match rows.next()? {
                    Some(row) => {
                        let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
                        read(Some(bytes))
                    }
                    None => read(None),
                }
            }
            Data::Made(made) => {
                let of_part =
                    |(of, number, _): &&(Part, usize, Vec<u8>)| *of == part && *number == block;
                let found = made.parts.iter().find(of_part);
                read(found.map(|(_, _, bytes)| bytes.as_slice()))
            }
        }
    }

    /// The distinct values of a text column, by code.
    pub(super) fn texts(&self, part: Part) -> Result<Vec<Option<String>>, StoreError> {
        self.block(part, DIRECTORY, |bytes| Ok(serde_json::from_slice(bytes)?))
    }

    /// The distinct rows of `listings` by code; 0 where a row has none.
    pub(super) fn offers(&self) -> Result<Vec<i64>, StoreError> {
        self.block(Part::Offer, DIRECTORY, |bytes| Ok(decode_ids(bytes)))
    }

    /// A bit for each row, set where the row's code of a column is among the `wanted`, of which there is one for each
    /// distinct value.
    pub(super) fn rows_with(&self, part: Part, wanted: &[bool]) -> Result<Vec<u64>, StoreError> {
        self.block(part, 1, |bytes| {
            let codes = ReadCodes::decode(bytes, wanted.len(), self.rows)?;
            Ok(codes.select(wanted, self.rows))
        })
    }

    /// The first key of each block of an order.
    pub(super) fn fences(&self, part: Part) -> Result<Vec<u64>, StoreError> {
        self.block(part, DIRECTORY, |bytes| Ok(order::decode_keys(bytes)))
    }

    /// Reads blocks of an order one after the other.
    pub(super) fn visit(
        &self,
        part: Part,
        blocks: Range<usize>,
        mut visit: impl FnMut(Block<'_>),
    ) -> Result<(), StoreError> {
        let mut left = blocks.len();
        let keys = blocks.start + 1..blocks.end + 1;
        match &self.data {
            Data::Stored {
                connection,
                tables,
                id,
            } => {
                let mut select = connection.prepare_cached(tables.parts())?;
                let mut rows = select.query([
                    part_key(*id, part, keys.start),
                    part_key(*id, part, keys.end),
                ])?;
                while let Some(row) = rows.next()? {
                    let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
                    visit(Block::of(bytes)?);
                    left = left.saturating_sub(1);
                }
            }
            Data::Made(made) => {
                for (_, _, bytes) in made
                    .parts
                    .iter()
                    .filter(|(of, block, _)| *of == part && keys.contains(block))
                {
                    visit(Block::of(bytes)?);
                    left = left.saturating_sub(1);
                }
            }
        }
        if left == 0 {
            Ok(())
        } else {
            Err(StoreError::RecordLost("part of a listing segment"))
        }
    }

    /// Whether it is what the rows make.
    pub(super) fn is_same(&self, made: &EncodedSegment) -> Result<bool, StoreError> {
        let row_ids = made.row_ids.as_deref().map(decode_ids);
        let mut same = self.first_id == made.first_id
            && self.last_id == made.last_id
            && self.rows == made.rows
            && self.is_counted == row_ids.is_none()
            && self.row_ids()? == row_ids;
        for (part, block, bytes) in &made.parts {
            same = same
                && self.find_block(*part, *block, |stored| Ok(stored == Some(bytes.as_slice())))?;
        }
        Ok(same)
    }

    /// The ids of the rows in row order; `None` where they count up from `first_id`.
    pub(super) fn row_ids(&self) -> Result<Option<Vec<i64>>, StoreError> {
        if self.is_counted {
            return Ok(None);
        }
        let bytes: Vec<u8> = match &self.data {
            // Those of a merged segment count up.
            Data::Stored { connection, id, .. } => connection
                .prepare_cached("SELECT row_ids FROM listing_segments WHERE id = ?1")?
                .query_row([id], |row| row.get(0))?,
            Data::Made(made) => made.row_ids.clone().unwrap_or_default(),
        };
        let ids = decode_ids(&bytes);
        if ids.len() == self.rows {
            Ok(Some(ids))
        } else {
            Err(StoreError::RecordLost("row ids of a listing segment"))
        }
    }
}

fn decode_ids(bytes: &[u8]) -> Vec<i64> {
    let (ids, _) = bytes.as_chunks();
    ids.iter().map(|id| i64::from_le_bytes(*id)).collect()
}
