//! Rows on their way from the thread that reads and judges them to the one that keeps them: some at a time, in
//! buffers that go back to be filled again. One thread at each end, so the rows stay in their order.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::{Judged, Outcome, rejected};
use crate::listing::Listing;
use crate::reject::RowError;
use crate::source::RawRow;

/// Rows of a batch at most: handing over costs little beside so many.
const MOST_ROWS: usize = 64;

/// Bytes of its rows after which a batch is full. A fuller one, which has a very long row in it, is not used again, so that
/// buffers do not keep the memory of the longest row each.
const MOST_BYTES: usize = 256 * 1024;

/// Batches in use: one at each end and one between.
const BATCHES: usize = 3;

/// A row and what became of it.
#[derive(Debug, Default)]
pub(super) struct Slot<'a> {
    pub(super) row: RawRow,
    pub(super) listing: Listing,
    /// `None` before it is judged.
    pub(super) judged: Option<Result<Judged<'a>, Vec<RowError>>>,
}

impl Slot<'_> {
    pub(super) fn outcome(&self) -> Option<Outcome<'_>> {
        Some(match self.judged.as_ref()? {
            Ok(judged) => judged.outcome(self.row.index, &self.listing),
            Err(errors) => rejected(&self.row, errors),
        })
    }
}

#[derive(Debug)]
pub(super) struct Batch<'a> {
    slots: Vec<Slot<'a>>,
    rows: usize,
    bytes: usize,
}

impl<'a> Batch<'a> {
    fn new() -> Batch<'a> {
        Batch {
            slots: Vec::new(),
            rows: 0,
            bytes: 0,
        }
    }

    /// Where the next row goes.
    pub(super) fn next_slot(&mut self) -> &mut Slot<'a> {
        if self.slots.len() == self.rows {
            self.slots.push(Slot::default());
        }
        // There is one at `rows` now.
        &mut self.slots[self.rows]
    }

    /// Counts the row in the next slot in.
    pub(super) fn accept(&mut self) {
        let row = &self.slots[self.rows].row;
        self.bytes += row.raw.len() + row.repair.len() + row.cells.bytes();
        self.rows += 1;
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows == MOST_ROWS || self.bytes >= MOST_BYTES
    }

    pub(super) fn slots(&self) -> &[Slot<'a>] {
        &self.slots[..self.rows]
    }
}

/// The end that fills batches.
#[derive(Debug)]
pub(super) struct Giver<'a> {
    full: SyncSender<Batch<'a>>,
    empty: Receiver<Batch<'a>>,
}

/// The end that empties them.
#[derive(Debug)]
pub(super) struct Taker<'a> {
    full: Receiver<Batch<'a>>,
    empty: SyncSender<Batch<'a>>,
}

/// The other end is gone.
#[derive(Debug)]
pub(super) struct Gone;

pub(super) fn pair<'a>() -> (Giver<'a>, Taker<'a>) {
    let (give_full, take_full) = sync_channel(BATCHES);
    let (give_empty, take_empty) = sync_channel(BATCHES);
    for _ in 0..BATCHES {
        // The receiver is in hand and the channel has room for all of them.
        let _ = give_empty.try_send(Batch::new());
    }
    let giver = Giver {
        full: give_full,
        empty: take_empty,
    };
    let taker = Taker {
        full: take_full,
        empty: give_empty,
    };
    (giver, taker)
}

impl<'a> Giver<'a> {
    /// An empty batch, as soon as there is one.
    pub(super) fn empty(&self) -> Result<Batch<'a>, Gone> {
        self.empty.recv().map_err(|_| Gone)
    }

    pub(super) fn give(&self, batch: Batch<'a>) -> Result<(), Gone> {
        self.full.send(batch).map_err(|_| Gone)
    }
}

impl<'a> Taker<'a> {
    /// The next batch; `None` when the giver has ended.
    pub(super) fn take(&self) -> Option<Batch<'a>> {
        self.full.recv().ok()
    }

    /// Gives a batch back to be filled again. Where the giver has ended, nobody needs it.
    pub(super) fn give_back(&self, mut batch: Batch<'a>) {
        if batch.bytes > MOST_BYTES {
            batch = Batch::new();
        }
        batch.rows = 0;
        batch.bytes = 0;
        let _ = self.empty.send(batch);
    }
}
