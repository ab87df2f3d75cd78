//! Finding the rows of `listings` in whose titles all words of a search stand.

use std::collections::BTreeSet;
use std::ops::Range;

use memchr::memmem::Finder;
use rusqlite::{Connection, OptionalExtension};
use rustc_hash::FxHashSet;

use super::cover::{gaps, title_of};
use super::{BLOCK_PLACES, DIRECTORY, PLACES, POSTINGS, TEXT, entry, part_key};
use crate::error::StoreError;

/// Rows of `listings`.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct FoundTexts {
    /// By the id of its first row, a bit for each place of a segment with such rows.
    segments: Vec<(i64, Places)>,
    /// Those of rows that no segment covers.
    others: FxHashSet<i64>,
}

impl FoundTexts {
    pub(in crate::sqlite) fn contains(&self, id: i64) -> bool {
        let after = self.segments.partition_point(|(first, _)| *first <= id);
        let in_segment = after
            .checked_sub(1)
            .and_then(|before| self.segments.get(before))
            .is_some_and(|(first, places)| {
                id.checked_sub(*first)
                    .is_some_and(|place| places.contains(place))
            });
        in_segment || self.others.contains(&id)
    }
}

impl FromIterator<i64> for FoundTexts {
    fn from_iter<I: IntoIterator<Item = i64>>(ids: I) -> FoundTexts {
        FoundTexts {
            segments: Vec::new(),
            others: ids.into_iter().collect(),
        }
    }
}

/// A bit for each place that a segment has.
#[derive(Debug)]
struct Places(Vec<u64>);

impl Places {
    fn of(words: u64, places: usize) -> Places {
        Places(vec![words; places.div_ceil(64)])
    }

    fn insert(&mut self, place: u16) {
        if let Some(word) = self.0.get_mut(usize::from(place) / 64) {
            *word |= 1 << (place % 64);
        }
    }

    fn contains(&self, place: i64) -> bool {
        usize::try_from(place / 64)
            .ok()
            .and_then(|word| self.0.get(word))
            .is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    fn keep(&mut self, others: &Places) {
        for (word, other) in self.0.iter_mut().zip(&others.0) {
            *word &= other;
        }
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

/// The rows in whose titles all the words of `text` stand, in any case of ASCII letters.
pub(in crate::sqlite) fn find_texts(
    connection: &Connection,
    text: &str,
) -> Result<FoundTexts, StoreError> {
    let small = text.to_ascii_lowercase();
    let words: BTreeSet<&str> = small.split_whitespace().collect();
    let finders: Vec<Finder<'_>> = words.iter().map(Finder::new).collect();
    let mut found = FoundTexts::default();
    let mut covered = Vec::new();
    let mut select = connection
        .prepare_cached("SELECT id, first_id, last_id FROM title_segments ORDER BY first_id")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let (first, last): (i64, i64) = (row.get(1)?, row.get(2)?);
        covered.push((first, last));
        let segment = Segment {
            connection,
            id: row.get(0)?,
            places: (last.saturating_sub(first).clamp(0, PLACES - 1) + 1) as usize,
        };
        if let Some(places) = segment.find(&finders)? {
            found.segments.push((first, places));
        }
    }
    for (first, last) in gaps(&covered) {
        find_uncovered(connection, &finders, first, last, &mut found.others)?;
    }
    Ok(found)
}

#[derive(Debug)]
struct Segment<'c> {
    connection: &'c Connection,
    id: i64,
    /// How many places it has.
    places: usize,
}

impl Segment<'_> {
    /// The places of the rows with all the words; `None` where there is no such row.
    fn find(&self, words: &[Finder<'_>]) -> Result<Option<Places>, StoreError> {
        let directory = self.block(DIRECTORY)?;
        let (entries, _) = directory.as_chunks();
        let text = self.block(TEXT)?;
        let mut found: Option<Places> = None;
        for word in words {
            let mut places = Places::of(0, self.places);
            for run in runs(&text, entries, word) {
                self.visit(run, |place| places.insert(place))?;
            }
            if let Some(before) = &found {
                places.keep(before);
            }
            if places.is_empty() {
                return Ok(None);
            }
            found = Some(places);
        }
        // No word stands in every title.
        Ok(Some(
            found.unwrap_or_else(|| Places::of(u64::MAX, self.places)),
        ))
    }

    fn block(&self, block: i64) -> Result<Vec<u8>, StoreError> {
        self.connection
            .prepare_cached("SELECT data FROM title_segment_parts WHERE id = ?1")?
            .query_row([part_key(self.id, block)], |row| row.get(0))
            .optional()?
            .ok_or(StoreError::RecordLost("part of a title segment"))
    }

    /// Visits a run of the postings.
    fn visit(&self, run: Range<usize>, mut visit: impl FnMut(u16)) -> Result<(), StoreError> {
        let blocks = run.start / BLOCK_PLACES..run.end.div_ceil(BLOCK_PLACES);
        let mut next = blocks.start * BLOCK_PLACES;
        let mut select = self.connection.prepare_cached(
            "SELECT data FROM title_segment_parts WHERE id >= ?1 AND id < ?2 ORDER BY id",
        )?;
        let mut rows = select.query([
            part_key(self.id, POSTINGS + blocks.start as i64),
            part_key(self.id, POSTINGS + blocks.end as i64),
        ])?;
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
            let (places, _) = bytes.as_chunks();
            let from = run.start.saturating_sub(next);
            let to = places.len().min(run.end.saturating_sub(next));
            for place in places.get(from..to).unwrap_or_default() {
                visit(u16::from_le_bytes(*place));
            }
            next += places.len();
        }
        if next >= run.end {
            Ok(())
        } else {
            Err(StoreError::RecordLost("part of a title segment"))
        }
    }
}

/// The runs of postings of the words that have `part` in them.
fn runs(text: &[u8], entries: &[[u8; 8]], part: &Finder<'_>) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    while let Some(rest) = text.get(from..)
        && let Some(place) = part.find(rest)
    {
        let word = entries.partition_point(|bytes| entry(*bytes).0 <= from + place);
        let Some(&bytes) = entries.get(word) else {
            break;
        };
        let (text_end, end) = entry(bytes);
        let start = word
            .checked_sub(1)
            .and_then(|before| entries.get(before))
            .map_or(0, |bytes| entry(*bytes).1);
        match runs.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => runs.push(start..end),
        }
        from = text_end;
    }
    runs
}

/// Looks through the titles of rows that no segment covers.
fn find_uncovered(
    connection: &Connection,
    words: &[Finder<'_>],
    first: i64,
    last: i64,
    found: &mut FxHashSet<i64>,
) -> Result<(), StoreError> {
    let mut select =
        connection.prepare_cached("SELECT id, title FROM listings WHERE id BETWEEN ?1 AND ?2")?;
    let mut rows = select.query([first, last])?;
    let mut small = Vec::new();
    while let Some(row) = rows.next()? {
        small.clear();
        small.extend_from_slice(title_of(row, 1)?.as_bytes());
        small.make_ascii_lowercase();
        if words.iter().all(|word| word.find(&small).is_some()) {
            found.insert(row.get(0)?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::config::DbConfig;

    use super::super::cover::{cover_titles, differing_segments};
    use super::*;
    use crate::sqlite::schema;

    fn database() -> Connection {
        let connection = Connection::open_in_memory().expect("a database");
        connection
            .execute_batch(schema::CURRENT)
            .expect("the schema");
        connection
    }

    fn put(connection: &Connection, id: i64, title: &str) {
        connection
            .execute(
                "INSERT OR REPLACE INTO listings (id, title) VALUES (?1, ?2)",
                (id, title),
            )
            .expect("a row");
    }

    fn rows(connection: &Connection) -> Vec<(i64, String)> {
        connection
            .prepare("SELECT id, title FROM listings ORDER BY id")
            .expect("a query")
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .expect("an answer")
            .collect::<Result<_, _>>()
            .expect("rows")
    }

    /// Each row is found just where all the words stand in its title.
    fn assert_finds(connection: &Connection, text: &str) {
        let found = find_texts(connection, text).expect("an answer");
        let small = text.to_ascii_lowercase();
        for (id, title) in rows(connection) {
            let title = title.to_ascii_lowercase();
            let has_all = small.split_whitespace().all(|word| title.contains(word));
            assert_eq!(found.contains(id), has_all, "{text:?} in {title:?}");
        }
    }

    fn titles() -> impl Strategy<Value = Vec<(i64, String)>> {
        let id = prop_oneof![
            -5..60_i64,
            65_500..65_600_i64,
            Just(i64::MAX),
            Just(i64::MIN),
            200_000..200_040_i64
        ];
        // Few words, so that they come again, and letters that LIKE or Unicode make something of.
        let title = "((rtx|RTX|40|4090|%|_|a_b|é|É|ſ|K|µ|\\u{a0}|\\\\) ?){0,6}|.{0,12}";
        prop::collection::vec((id, title), 0..60)
    }

    proptest! {
        #[test]
        fn finds_the_titles_with_all_the_words(
            before in titles(),
            after in titles(),
            gone in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
            search in "((rtx|T|40|0|9|%|_|é|k|K|\\\\) ?){0,3}|.{0,3}",
        ) {
            let connection = database();
            for (id, title) in &before {
                put(&connection, *id, title);
            }
            assert_finds(&connection, &search);
            cover_titles(&connection).expect("segments");
            assert_finds(&connection, &search);
            // By another hand: new rows, new titles, rows that go.
            for (id, title) in &after {
                put(&connection, *id, title);
            }
            for gone in gone {
                if let Some((id, _)) = before.get(gone.index(before.len().max(1))) {
                    connection.execute("DELETE FROM listings WHERE id = ?1", [id]).expect("a row less");
                }
            }
            assert_finds(&connection, &search);
            prop_assert!(differing_segments(&connection).expect("an answer").is_empty());
            cover_titles(&connection).expect("segments");
            assert_finds(&connection, &search);
            prop_assert!(differing_segments(&connection).expect("an answer").is_empty());
        }
    }

    /// SQLite tells no trigger of a row that goes by REPLACE, and gives its id to the next one.
    #[test]
    fn a_row_that_another_takes_the_place_of_is_uncovered() {
        for replace in [
            "INSERT OR REPLACE INTO listings (title, fingerprint) VALUES ('L4', x'02'); DELETE FROM listings WHERE id = 3",
            "UPDATE OR REPLACE listings SET fingerprint = x'02' WHERE id = 1",
        ] {
            let connection = database();
            connection
                .execute_batch(
                    "INSERT INTO listings (title, fingerprint) VALUES ('RTX 4090', x'01'), ('RTX 3090', x'02')",
                )
                .expect("rows");
            cover_titles(&connection).expect("segments");
            connection.execute_batch(replace).expect("a row less");
            // As an import writes.
            connection
                .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)
                .expect("a setting");
            put(&connection, 2, "zulu");
            assert_finds(&connection, "zulu");
            assert_finds(&connection, "3090");
            cover_titles(&connection).expect("segments");
            assert_finds(&connection, "zulu");
        }
    }

    /// Each in a segment of its own: ids that another program makes up.
    #[test]
    fn far_ids_take_no_more_room_than_they_need() {
        let connection = database();
        for id in 0..100 {
            put(&connection, id << 40, "RTX 4090");
        }
        cover_titles(&connection).expect("segments");
        let found = find_texts(&connection, "4090").expect("an answer");
        let words: usize = found
            .segments
            .iter()
            .map(|(_, places)| places.0.len())
            .sum();
        assert_eq!(words, 100);
        assert_finds(&connection, "4090");
    }

    /// A segment that its words fill is not written again with the next titles.
    #[test]
    fn a_full_segment_stays() {
        let connection = database();
        let segments = |connection: &Connection| -> Vec<i64> {
            connection
                .prepare("SELECT id FROM title_segments ORDER BY first_id")
                .expect("a query")
                .query_map([], |row| row.get(0))
                .expect("an answer")
                .collect::<Result<_, _>>()
                .expect("ids")
        };
        for id in 0..150 {
            let words: Vec<String> = (0..1000)
                .map(|word| format!("w{}", id * 1000 + word))
                .collect();
            put(&connection, id, &words.join(" "));
        }
        cover_titles(&connection).expect("segments");
        let before = segments(&connection);
        assert_eq!(before.len(), 2, "131,072 words are the most");
        for id in 150..400 {
            put(&connection, id, "RTX 4090");
        }
        cover_titles(&connection).expect("segments");
        assert_eq!(segments(&connection).first(), before.first());
        assert_finds(&connection, "w131");
    }

    #[test]
    fn many_small_imports_make_few_segments() {
        let connection = database();
        for id in 0..2000 {
            put(&connection, id, &format!("card {id}"));
            cover_titles(&connection).expect("segments");
        }
        let segments: i64 = connection
            .query_row("SELECT COUNT(*) FROM title_segments", [], |row| row.get(0))
            .expect("a count");
        assert!(segments < 20, "{segments}");
        let parts: i64 = connection
            .query_row(
                "SELECT COUNT(DISTINCT id >> 16) FROM title_segment_parts",
                [],
                |row| row.get(0),
            )
            .expect("a count");
        assert_eq!(parts, segments, "no part is left of a segment that is gone");
        assert_finds(&connection, "card 19");
    }

    #[test]
    fn a_segment_that_is_not_its_rows_is_told() {
        let connection = database();
        put(&connection, 7, "RTX 4090");
        cover_titles(&connection).expect("segments");
        for damage in [
            "UPDATE title_segment_parts SET data = x'00' WHERE (id & 65535) = 1",
            "DELETE FROM title_segment_parts WHERE (id & 65535) = 2",
            "UPDATE title_segments SET last_id = 8",
        ] {
            connection
                .execute_batch(&format!("BEGIN; {damage}"))
                .expect("damage");
            assert_eq!(
                differing_segments(&connection).expect("an answer").len(),
                1,
                "{damage}"
            );
            connection.execute_batch("ROLLBACK").expect("as it was");
        }
        assert!(
            differing_segments(&connection)
                .expect("an answer")
                .is_empty()
        );
    }
}
