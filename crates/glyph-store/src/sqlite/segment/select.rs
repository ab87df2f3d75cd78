//! Which rows of a segment a query wants.

use super::order::KeyRange;
use super::read::Segment;
use super::{Part, page};
use crate::error::StoreError;
use crate::sqlite::title::FoundTexts;

/// What a query wants of a listing. Absent means any.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct Wanted<'a> {
    /// One of these names.
    pub(in crate::sqlite) models: Option<Vec<String>>,
    /// In any case of ASCII letters, as the next two.
    pub(in crate::sqlite) region: Option<&'a str>,
    pub(in crate::sqlite) condition: Option<&'a str>,
    pub(in crate::sqlite) seller: Option<&'a str>,
    /// One of these rows of `listings`.
    pub(in crate::sqlite) offers: Option<FoundTexts>,
    pub(in crate::sqlite) min_price: Option<f64>,
    pub(in crate::sqlite) max_price: Option<f64>,
    pub(in crate::sqlite) min_score: Option<f64>,
    pub(in crate::sqlite) max_score: Option<f64>,
}

/// Rows of a segment.
#[derive(Debug)]
pub(super) enum Selection {
    All,
    Some(Places),
}

/// A set of places of a segment, a bit each.
#[derive(Debug)]
pub(super) struct Places {
    words: Vec<u64>,
    count: usize,
}

impl Places {
    fn none(rows: usize) -> Places {
        Places::of_words(vec![0; rows.div_ceil(64)], rows)
    }

    fn all(rows: usize) -> Places {
        Places::of_words(vec![u64::MAX; rows.div_ceil(64)], rows)
    }

    /// Bits past the last row do not count.
    fn of_words(mut words: Vec<u64>, rows: usize) -> Places {
        if let Some(last) = words.last_mut()
            && !rows.is_multiple_of(64)
        {
            *last &= (1 << (rows % 64)) - 1;
        }
        let mut places = Places { words, count: 0 };
        places.recount();
        places
    }

    fn recount(&mut self) {
        self.count = self
            .words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum();
    }

    /// Turns a place's bit; [`Places::recount`] comes after the last.
    fn flip(&mut self, place: usize) {
        if let Some(word) = self.words.get_mut(place / 64) {
            *word ^= 1 << (place % 64);
        }
    }

    fn contains(&self, place: usize) -> bool {
        self.words
            .get(place / 64)
            .is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    /// How many of these places are in the set.
    pub(super) fn count_of(&self, places: impl Iterator<Item = usize>) -> usize {
        places.map(|place| usize::from(self.contains(place))).sum()
    }

    fn keep(&mut self, others: &Places) {
        for (word, other) in self.words.iter_mut().zip(&others.words) {
            *word &= other;
        }
        self.recount();
    }
}

impl Selection {
    pub(super) fn contains(&self, place: usize) -> bool {
        match self {
            Selection::All => true,
            Selection::Some(places) => places.contains(place),
        }
    }

    /// How many of `rows` rows it has.
    pub(super) fn count(&self, rows: usize) -> usize {
        match self {
            Selection::All => rows,
            Selection::Some(places) => places.count,
        }
    }

    fn narrow(self, places: Places) -> Selection {
        Selection::Some(match self {
            Selection::All => places,
            Selection::Some(mut kept) => {
                kept.keep(&places);
                kept
            }
        })
    }
}

impl Wanted<'_> {
    /// The keys of an order that are wanted.
    pub(super) fn range_of(&self, part: Part) -> KeyRange {
        match part {
            Part::ScoreOrder => KeyRange::of_falling(self.min_score, self.max_score),
            Part::PriceOrder => KeyRange::of_rising(self.min_price, self.max_price),
            _ => KeyRange::ALL,
        }
    }

    /// The rows of a segment that are wanted, but for what the order `walked` says: a walk along it keeps to its range.
    pub(super) fn select(
        &self,
        segment: &Segment<'_>,
        walked: Option<Part>,
    ) -> Result<Selection, StoreError> {
        let mut selection = Selection::All;
        let same_text = |wanted: &str, found: Option<&str>| {
            found.is_some_and(|found| found.eq_ignore_ascii_case(wanted))
        };
        for (part, wanted) in [
            (Part::Region, self.region),
            (Part::Condition, self.condition),
            (Part::Seller, self.seller),
        ] {
            let Some(wanted) = wanted else { continue };
            let texts = segment.texts(part)?;
            let codes = texts.iter().map(|text| same_text(wanted, text.as_deref()));
            selection = selection.of_codes(segment, part, &codes.collect::<Vec<_>>())?;
        }
        if let Some(models) = &self.models {
            let texts = segment.texts(Part::Model)?;
            let codes = texts
                .iter()
                .map(|text| text.as_ref().is_some_and(|text| models.contains(text)));
            selection = selection.of_codes(segment, Part::Model, &codes.collect::<Vec<_>>())?;
        }
        if let Some(offers) = &self.offers {
            let codes: Vec<bool> = segment
                .offers()?
                .iter()
                .map(|id| offers.contains(*id))
                .collect();
            selection = selection.of_codes(segment, Part::Offer, &codes)?;
        }
        for part in [Part::ScoreOrder, Part::PriceOrder] {
            let range = self.range_of(part);
            if Some(part) != walked && !range.is_all() {
                selection = selection.of_range(segment, part, range)?;
            }
        }
        Ok(selection)
    }
}

impl Selection {
    /// The rows with a code that is `wanted`.
    fn of_codes(
        self,
        segment: &Segment<'_>,
        part: Part,
        wanted: &[bool],
    ) -> Result<Selection, StoreError> {
        if self.count(segment.rows) == 0 || wanted.iter().all(|wanted| *wanted) {
            return Ok(self);
        }
        let places = if wanted.contains(&true) {
            Places::of_words(segment.rows_with(part, wanted)?, segment.rows)
        } else {
            Places::none(segment.rows)
        };
        Ok(self.narrow(places))
    }

    /// The rows with a key of an order in a range.
    fn of_range(
        self,
        segment: &Segment<'_>,
        part: Part,
        range: KeyRange,
    ) -> Result<Selection, StoreError> {
        if self.count(segment.rows) == 0 {
            return Ok(self);
        }
        let fences = segment.fences(part)?;
        // Each row is in the order once: what is less to read decides from which side.
        let inside = page::blocks_within(&fences, range).len();
        let (mut places, ranges) = if inside * 2 <= fences.len() {
            (Places::none(segment.rows), [Some(range), None])
        } else {
            (Places::all(segment.rows), range.outside())
        };
        for range in ranges.into_iter().flatten() {
            segment.visit(part, page::blocks_within(&fences, range), |block| {
                block
                    .within(range)
                    .places()
                    .for_each(|place| places.flip(place));
            })?;
        }
        places.recount();
        Ok(self.narrow(places))
    }
}
