//! Collects the rows of an import, in row order, and makes segments of them.

use rusqlite::Connection;

use super::column::Codes;
use super::read::Tables;
use super::{DIRECTORY, ORDER_PARTS, Part, SEGMENT_ROWS, TEXT_PARTS, order, part_key};
use crate::error::StoreError;

/// What a listing is filtered and sorted by.
#[derive(Debug, Clone, Copy)]
pub(in crate::sqlite) struct Facts<'a> {
    /// Its id in `scored_listings`.
    pub(in crate::sqlite) id: i64,
    pub(in crate::sqlite) model: &'a str,
    pub(in crate::sqlite) region: Option<&'a str>,
    pub(in crate::sqlite) condition: Option<&'a str>,
    pub(in crate::sqlite) seller: Option<&'a str>,
    /// The row of `listings` with its texts.
    pub(in crate::sqlite) listing_id: Option<i64>,
    pub(in crate::sqlite) score: f64,
    /// US dollars, of the whole lot.
    pub(in crate::sqlite) price: f64,
    /// US dollars a gigabyte of one card.
    pub(in crate::sqlite) price_per_gb: Option<f64>,
}

/// Rows on their way into a segment.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct SegmentBuilder {
    ids: Vec<i64>,
    texts: [Codes<String>; 4],
    offers: Codes<i64>,
    orders: [Vec<(u64, u16)>; 3],
}

/// A segment as it is stored.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct EncodedSegment {
    pub(super) first_id: i64,
    pub(super) last_id: i64,
    pub(super) rows: usize,
    /// The ids in row order, where they are not `first_id`, `first_id + 1`, ….
    pub(super) row_ids: Option<Vec<u8>>,
    /// By part and block.
    pub(super) parts: Vec<(Part, usize, Vec<u8>)>,
}

impl SegmentBuilder {
    /// Adds the next row.
    pub(in crate::sqlite) fn push(&mut self, facts: &Facts<'_>) {
        let place = self.ids.len() as u16;
        self.ids.push(facts.id);
        let texts = [
            Some(facts.model),
            facts.region,
            facts.condition,
            facts.seller,
        ];
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.push(text);
        }
        self.offers.push(facts.listing_id.as_ref());
        let keys = [
            order::falling_key_of(facts.score),
            order::key_of(facts.price),
            facts.price_per_gb.map_or(order::UNKNOWN, order::key_of),
        ];
        for (entries, key) in self.orders.iter_mut().zip(keys) {
            entries.push((key, place));
        }
    }

    pub(in crate::sqlite) fn is_full(&self) -> bool {
        self.ids.len() >= SEGMENT_ROWS
    }

    /// Stores the rows so far as a segment of the import, where there are any.
    pub(in crate::sqlite) fn store(
        &mut self,
        connection: &Connection,
        import_id: Option<&str>,
    ) -> Result<(), StoreError> {
        match self.take()? {
            Some(segment) => segment.store(connection, import_id),
            None => Ok(()),
        }
    }

    /// The rows so far as a segment; none where there are no rows.
    pub(super) fn take(&mut self) -> Result<Option<EncodedSegment>, StoreError> {
        let (Some(&first_id), Some(&last_id)) = (self.ids.iter().min(), self.ids.iter().max())
        else {
            return Ok(None);
        };
        let is_counted = self
            .ids
            .iter()
            .zip(first_id..)
            .all(|(id, next)| *id == next);
        let mut segment = EncodedSegment {
            first_id,
            last_id,
            rows: self.ids.len(),
            row_ids: (!is_counted)
                .then(|| self.ids.iter().flat_map(|id| id.to_le_bytes()).collect()),
            parts: Vec::new(),
        };
        self.ids.clear();
        for (part, column) in TEXT_PARTS.into_iter().zip(&mut self.texts) {
            let (values, codes) = column.take();
            segment
                .parts
                .push((part, DIRECTORY, serde_json::to_vec(&values)?));
            segment.parts.push((part, 1, codes));
        }
        let (offers, codes) = self.offers.take();
        let offers = offers.iter().map(|id| id.unwrap_or(0));
        segment.parts.push((
            Part::Offer,
            DIRECTORY,
            offers.flat_map(i64::to_le_bytes).collect(),
        ));
        segment.parts.push((Part::Offer, 1, codes));
        for (part, entries) in ORDER_PARTS.into_iter().zip(&mut self.orders) {
            entries.sort_unstable();
            for (block, bytes) in order::encode(entries).into_iter().enumerate() {
                segment.parts.push((part, block, bytes));
            }
            entries.clear();
        }
        Ok(Some(segment))
    }
}

impl EncodedSegment {
    pub(super) fn store(
        &self,
        connection: &Connection,
        import_id: Option<&str>,
    ) -> Result<(), StoreError> {
        connection
            .prepare_cached(
                "INSERT INTO listing_segments (import_id, first_id, last_id, rows, row_ids)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute((
                import_id,
                self.first_id,
                self.last_id,
                self.rows as i64,
                &self.row_ids,
            ))?;
        self.store_parts(connection, Tables::Own, connection.last_insert_rowid())
    }

    pub(super) fn store_parts(
        &self,
        connection: &Connection,
        tables: Tables,
        segment: i64,
    ) -> Result<(), StoreError> {
        let mut insert = connection.prepare_cached(tables.insert_part())?;
        for (part, block, bytes) in &self.parts {
            insert.execute((part_key(segment, *part, *block), bytes))?;
        }
        Ok(())
    }
}
