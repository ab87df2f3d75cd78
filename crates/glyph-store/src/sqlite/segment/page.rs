//! One page of listings out of all segments.
//!
//! Along an order of numbers, all segments are read side by side in slices of the keys: a slice ends at the first key
//! of some block, so that it takes whole runs of equal keys, and its rows are sorted by key and id. Where nothing is
//! filtered the first keys of the blocks tell how far a page in the depth is, and the walk starts close before it.

use std::cmp::Ordering;
use std::ops::Range;

use super::order::{self, KeyRange};
use super::read::Segment;
use super::select::{Selection, Wanted};
use super::{ENTRIES, Part};
use crate::error::StoreError;
use crate::listing::{ListingPlace, ListingSort};

/// Blocks that a slice may take at most: it bounds the memory of a walk through rows that are not on the page.
const MOST_BLOCKS: usize = 256;

/// Which rows of an answer are asked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::sqlite) struct Page<'a> {
    pub(in crate::sqlite) sort: ListingSort,
    /// The page begins after this place, and the offset counts from there.
    pub(in crate::sqlite) after: Option<&'a ListingPlace>,
    pub(in crate::sqlite) limit: usize,
    pub(in crate::sqlite) offset: usize,
}

/// The ids of the page's rows in `scored_listings`, in order.
pub(in crate::sqlite) fn find_page(
    mut segments: Vec<Segment<'_>>,
    wanted: &Wanted<'_>,
    page: Page<'_>,
) -> Result<Vec<i64>, StoreError> {
    let ranges = [Part::ScoreOrder, Part::PriceOrder].map(|part| wanted.range_of(part));
    if page.limit == 0 || ranges.into_iter().any(KeyRange::is_empty) {
        return Ok(Vec::new());
    }
    let (part, falling) = match page.sort {
        ListingSort::BestScore => (Part::ScoreOrder, false),
        ListingSort::Cheapest => (Part::PriceOrder, false),
        ListingSort::Dearest => (Part::PriceOrder, true),
        ListingSort::CheapestMemory => (Part::MemoryPriceOrder, false),
        ListingSort::Newest => return newest(select(segments, wanted, None)?, page),
        ListingSort::RowOrder => {
            segments.sort_by(|left, right| left.import_id.cmp(&right.import_id));
            return in_row_order(&select(segments, wanted, None)?, page);
        }
    };
    let range = wanted.range_of(part);
    let after = page.after.map(|place| Last {
        key: key_of(place, part),
        id: place.id,
    });
    Walk::new(select(segments, wanted, Some(part))?, part, falling, after)?.page(range, page)
}

/// The key that a listing has in an order of numbers.
fn key_of(place: &ListingPlace, part: Part) -> u64 {
    match (place.number, part) {
        (None, _) => order::UNKNOWN,
        (Some(score), Part::ScoreOrder) => order::falling_key_of(score),
        (Some(number), _) => order::key_of(number),
    }
}

/// The row that a walk begins after.
#[derive(Debug, Clone, Copy)]
struct Last {
    key: u64,
    id: i64,
}

/// A segment with the rows of it that are wanted.
struct Selected<'c> {
    segment: Segment<'c>,
    selection: Selection,
}

impl Selected<'_> {
    fn count(&self) -> usize {
        self.selection.count(self.segment.rows)
    }
}

/// Those segments in which something is wanted.
fn select<'c>(
    segments: Vec<Segment<'c>>,
    wanted: &Wanted<'_>,
    walked: Option<Part>,
) -> Result<Vec<Selected<'c>>, StoreError> {
    let mut all = Vec::with_capacity(segments.len());
    for segment in segments {
        let selection = wanted.select(&segment, walked)?;
        let selected = Selected { segment, selection };
        if selected.count() > 0 {
            all.push(selected);
        }
    }
    Ok(all)
}

/// The blocks that may hold keys of the range.
pub(super) fn blocks_within(fences: &[u64], range: KeyRange) -> Range<usize> {
    let start = fences.partition_point(|fence| *fence < range.low);
    start.saturating_sub(1)..fences.partition_point(|fence| *fence <= range.high)
}

/// A walk along an order, from its low keys or from its high ones.
struct Walk<'c> {
    segments: Vec<Selected<'c>>,
    /// The first keys of the blocks, segment by segment.
    fences: Vec<Vec<u64>>,
    /// All of them, sorted.
    all_fences: Vec<u64>,
    part: Part,
    falling: bool,
    after: Option<Last>,
}

impl<'c> Walk<'c> {
    fn new(
        segments: Vec<Selected<'c>>,
        part: Part,
        falling: bool,
        after: Option<Last>,
    ) -> Result<Walk<'c>, StoreError> {
        let fences = segments
            .iter()
            .map(|selected| selected.segment.fences(part))
            .collect::<Result<Vec<_>, _>>()?;
        let mut all_fences = fences.concat();
        #[expect(
            clippy::stable_sort_primitive,
            reason = "those of a segment are sorted already, which the stable sort makes use of"
        )]
        all_fences.sort();
        Ok(Walk {
            segments,
            fences,
            all_fences,
            part,
            falling,
            after,
        })
    }

    fn page(&self, mut range: KeyRange, page: Page<'_>) -> Result<Vec<i64>, StoreError> {
        match self.after {
            Some(last) if self.falling => range.high = range.high.min(last.key),
            Some(last) => range.low = range.low.max(last.key),
            None => {}
        }
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let (mut rest, mut offset) = self.skip(range, page.offset)?;
        let mut found: Vec<(u64, i64)> = Vec::new();
        let mut blocks = 0;
        loop {
            let missing = offset.saturating_add(page.limit) - found.len();
            blocks = (blocks * 2).max(self.blocks_for(missing)).min(MOST_BLOCKS);
            let (slice, after) = self.slice(rest, blocks);
            // The first slice may hold rows before the place that the walk begins after.
            let passed = if found.is_empty() && offset > 0 && !self.begins_in(slice) {
                Some(self.count(slice)?).filter(|rows| *rows <= offset)
            } else {
                None
            };
            match passed {
                Some(rows) => offset -= rows,
                None => self.gather(slice, &mut found)?,
            }
            match after {
                Some(after) if found.len() < offset.saturating_add(page.limit) => rest = after,
                _ => break,
            }
        }
        if self.falling {
            for (key, _) in &mut found {
                *key = !*key;
            }
        }
        // Only the rows of the page need an order.
        if offset >= found.len() {
            return Ok(Vec::new());
        }
        let (_, _, after) = found.select_nth_unstable(offset);
        // `find_page` sees to it that the limit is not 0.
        if page.limit <= after.len() {
            after.select_nth_unstable(page.limit - 1);
        }
        let end = offset.saturating_add(page.limit).min(found.len());
        let on_page = &mut found[offset..end];
        on_page.sort_unstable();
        Ok(on_page.iter().map(|(_, id)| *id).collect())
    }

    fn begins_in(&self, slice: KeyRange) -> bool {
        self.after
            .is_some_and(|last| (slice.low..=slice.high).contains(&last.key))
    }

    fn is_before_begin(&self, key: u64, id: i64) -> bool {
        self.after
            .is_some_and(|last| key == last.key && id <= last.id)
    }

    /// How many blocks to read for so many wanted rows.
    fn blocks_for(&self, rows: usize) -> usize {
        let all: usize = self
            .segments
            .iter()
            .map(|selected| selected.segment.rows)
            .sum();
        let wanted: usize = self.segments.iter().map(Selected::count).sum();
        let entries = rows as f64 * all as f64 / wanted.max(1) as f64;
        // A number beyond the integers becomes the highest of them.
        ((entries / ENTRIES as f64) as usize).min(MOST_BLOCKS) + 1
    }

    /// The next keys of `rest` that some `blocks` blocks hold, and the keys after them.
    fn slice(&self, rest: KeyRange, blocks: usize) -> (KeyRange, Option<KeyRange>) {
        let fences = &self.all_fences;
        if self.falling {
            let place = fences.partition_point(|fence| *fence <= rest.high);
            let low = place
                .checked_sub(blocks)
                .and_then(|place| fences.get(place));
            match low {
                Some(&low) if low > rest.low => (
                    KeyRange { low, ..rest },
                    Some(KeyRange {
                        high: low - 1,
                        ..rest
                    }),
                ),
                _ => (rest, None),
            }
        } else {
            let place = fences.partition_point(|fence| *fence <= rest.low);
            match fences.get(place + blocks - 1) {
                Some(&next) if next <= rest.high => (
                    KeyRange {
                        high: next - 1,
                        ..rest
                    },
                    Some(KeyRange { low: next, ..rest }),
                ),
                _ => (rest, None),
            }
        }
    }

    /// The keys of `range` that are left after some of the first `offset` rows, and how many of these are left. Only
    /// where no row is filtered out.
    fn skip(&self, range: KeyRange, offset: usize) -> Result<(KeyRange, usize), StoreError> {
        let is_filtered = self
            .segments
            .iter()
            .any(|selected| !matches!(selected.selection, Selection::All));
        // Each segment may have a block that begins before the range.
        let mut blocks = if is_filtered || self.after.is_some() {
            0
        } else {
            (offset / ENTRIES).saturating_sub(self.segments.len())
        };
        while blocks > 0 {
            let (passed, left) = match self.slice(range, blocks) {
                (passed, Some(left)) => (passed, left),
                // There are fewer rows than are to be skipped.
                (passed, None) => (passed, KeyRange { low: 1, high: 0 }),
            };
            let mut rows = 0;
            for (selected, fences) in self.segments.iter().zip(&self.fences) {
                rows += count_within(&selected.segment, self.part, fences, passed)?;
            }
            if rows <= offset {
                return Ok((left, offset - rows));
            }
            // Many blocks begin with one key.
            blocks /= 2;
        }
        Ok((range, offset))
    }

    /// How many wanted rows are in a slice.
    fn count(&self, slice: KeyRange) -> Result<usize, StoreError> {
        let mut rows = 0;
        for (selected, fences) in self.segments.iter().zip(&self.fences) {
            let segment = &selected.segment;
            rows += match &selected.selection {
                Selection::All => count_within(segment, self.part, fences, slice)?,
                Selection::Some(places) => {
                    let mut rows = 0;
                    segment.visit(self.part, blocks_within(fences, slice), |block| {
                        rows += places.count_of(block.within(slice).places());
                    })?;
                    rows
                }
            };
        }
        Ok(rows)
    }

    /// Adds key and id of the wanted rows in a slice.
    fn gather(&self, slice: KeyRange, found: &mut Vec<(u64, i64)>) -> Result<(), StoreError> {
        if slice.is_empty() {
            return Ok(());
        }
        for (selected, fences) in self.segments.iter().zip(&self.fences) {
            let segment = &selected.segment;
            let blocks = blocks_within(fences, slice);
            if blocks.is_empty() {
                continue;
            }
            let row_ids = segment.row_ids()?;
            segment.visit(self.part, blocks, |block| {
                for (key, place) in block.within(slice).entries() {
                    let id = id_at(segment, row_ids.as_ref(), place);
                    if selected.selection.contains(place) && !self.is_before_begin(key, id) {
                        found.push((key, id));
                    }
                }
            })?;
        }
        Ok(())
    }
}

fn id_at(segment: &Segment<'_>, row_ids: Option<&Vec<i64>>, place: usize) -> i64 {
    row_ids
        .and_then(|ids| ids.get(place).copied())
        .unwrap_or(segment.first_id + place as i64)
}

/// How many keys of a segment's order are in a range: only blocks at its ends are read.
fn count_within(
    segment: &Segment<'_>,
    part: Part,
    fences: &[u64],
    range: KeyRange,
) -> Result<usize, StoreError> {
    let blocks = blocks_within(fences, range);
    // All but the first and the last are inside: their neighbours begin inside.
    let ends = match blocks.len() {
        0..=2 => [blocks.clone(), 0..0],
        _ => [blocks.start..blocks.start + 1, blocks.end - 1..blocks.end],
    };
    let mut rows = ENTRIES * blocks.len().saturating_sub(2);
    for end in ends {
        segment.visit(part, end, |block| rows += block.within(range).len())?;
    }
    Ok(rows)
}

/// Ids from the highest down. Segments of rows that were written together follow each other; the others' ids are
/// sorted among them.
fn newest(segments: Vec<Selected<'_>>, page: Page<'_>) -> Result<Vec<i64>, StoreError> {
    let before = page.after.map_or(i64::MAX, |place| place.id);
    let (mut counted, others): (Vec<_>, Vec<_>) = segments
        .into_iter()
        .partition(|selected| selected.segment.is_counted);
    counted.sort_by_key(|selected| std::cmp::Reverse(selected.segment.first_id));
    let mut loose = Vec::new();
    for other in &others {
        loose.extend(ids_of(other)?.into_iter().filter(|id| *id < before));
    }
    loose.sort_unstable_by(|left, right| right.cmp(left));
    let mut loose = loose.as_slice();
    let mut picked = Picked::of(page);
    for selected in counted
        .iter()
        .filter(|selected| selected.segment.first_id < before)
    {
        let segment = &selected.segment;
        let above = loose.partition_point(|id| *id > segment.last_id);
        let (first, rest) = loose.split_at_checked(above).unwrap_or_default();
        let among = rest.partition_point(|id| *id >= segment.first_id);
        let (among, rest) = rest.split_at_checked(among).unwrap_or_default();
        loose = rest;
        picked.take(first.iter().copied());
        if picked.is_full() {
            break;
        }
        let is_whole = segment.last_id < before;
        if is_whole && among.is_empty() && picked.pass(selected.count()) {
            continue;
        }
        let mut ids = ids_of(selected)?;
        ids.retain(|id| *id < before);
        ids.extend(among);
        ids.sort_unstable_by(|left, right| right.cmp(left));
        picked.take(ids.into_iter());
    }
    picked.take(loose.iter().copied());
    Ok(picked.ids)
}

/// Ids as the rows stand, segment after segment.
fn in_row_order(segments: &[Selected<'_>], page: Page<'_>) -> Result<Vec<i64>, StoreError> {
    let mut picked = Picked::of(page);
    let mut after = page.after;
    for selected in segments {
        if picked.is_full() {
            break;
        }
        if let Some(place) = after {
            match selected.segment.import_id.cmp(&place.import_id) {
                Ordering::Less => continue,
                Ordering::Equal => {
                    if let Some(last) = place_of(&selected.segment, place.id)? {
                        after = None;
                        picked.take(ids_after(selected, Some(last))?.into_iter());
                    }
                    continue;
                }
                // The row is gone: undone, repaired or matched again.
                Ordering::Greater => return Err(StoreError::PlaceGone),
            }
        }
        if !picked.pass(selected.count()) {
            picked.take(ids_of(selected)?.into_iter());
        }
    }
    match after {
        Some(_) => Err(StoreError::PlaceGone),
        None => Ok(picked.ids),
    }
}

/// Where a row is in a segment.
fn place_of(segment: &Segment<'_>, id: i64) -> Result<Option<usize>, StoreError> {
    let row_ids = segment.row_ids()?;
    Ok((0..segment.rows).find(|place| id_at(segment, row_ids.as_ref(), *place) == id))
}

/// The ids of the wanted rows, in row order.
fn ids_of(selected: &Selected<'_>) -> Result<Vec<i64>, StoreError> {
    ids_after(selected, None)
}

/// Those of them after a place of the segment.
fn ids_after(selected: &Selected<'_>, last: Option<usize>) -> Result<Vec<i64>, StoreError> {
    let segment = &selected.segment;
    let row_ids = segment.row_ids()?;
    Ok((last.map_or(0, |last| last + 1)..segment.rows)
        .filter(|place| selected.selection.contains(*place))
        .map(|place| id_at(segment, row_ids.as_ref(), place))
        .collect())
}

/// The rows of a page, out of all rows in their order.
struct Picked {
    skip: usize,
    limit: usize,
    ids: Vec<i64>,
}

impl Picked {
    fn of(page: Page) -> Picked {
        Picked {
            skip: page.offset,
            limit: page.limit,
            ids: Vec::new(),
        }
    }

    fn is_full(&self) -> bool {
        self.ids.len() >= self.limit
    }

    /// Passes over so many rows where all of them are before the page.
    fn pass(&mut self, rows: usize) -> bool {
        let all = rows <= self.skip;
        if all {
            self.skip -= rows;
        }
        all
    }

    fn take(&mut self, ids: impl ExactSizeIterator<Item = i64>) {
        let rows = ids.len();
        let missing = self.limit - self.ids.len();
        self.ids.extend(ids.skip(self.skip).take(missing));
        self.skip -= rows.min(self.skip);
    }
}
