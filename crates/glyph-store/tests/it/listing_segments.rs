//! What the segments answer is what plain SQL over the rows answers, whoever wrote the rows.

use glyph_store::listing::{ListingFilter, ListingPlace, ListingSort};
use glyph_store::store::Store;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::conformance::MARKET;
use crate::feed::{IMPORTED_AT, import, repair};
use crate::sqlite_store::Place;

const SORTS: [(ListingSort, &str); 6] = [
    (ListingSort::BestScore, "score DESC, id"),
    (ListingSort::Cheapest, "price, id"),
    (ListingSort::Dearest, "price DESC, id"),
    (
        ListingSort::CheapestMemory,
        "price_per_gb IS NULL, price_per_gb, id",
    ),
    (ListingSort::Newest, "id DESC"),
    (ListingSort::RowOrder, "import_id, import_index, id"),
];

/// The ids that plain SQL finds.
fn by_rows(connection: &Connection, filter: &ListingFilter) -> Vec<i64> {
    let mut conditions = vec!["true".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mut hold = |condition: &str, value: Option<Value>| {
        if let Some(value) = value {
            conditions.push(condition.to_owned());
            values.push(value);
        }
    };
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let number = |number: Option<f64>| number.map(Value::from);
    hold("canonical_model = ?", text(&filter.model));
    hold("price >= ?", number(filter.min_price));
    hold("price <= ?", number(filter.max_price));
    hold("score >= ?", number(filter.min_score));
    hold("score <= ?", number(filter.max_score));
    hold("region = ? COLLATE NOCASE", text(&filter.region));
    hold("condition = ? COLLATE NOCASE", text(&filter.condition));
    hold("seller = ? COLLATE NOCASE", text(&filter.seller));
    hold("import_id = ?", text(&filter.import_id));
    for word in filter.text.iter().flat_map(|text| text.split_whitespace()) {
        hold(
            "instr(lower(title), lower(?)) > 0",
            Some(word.to_owned().into()),
        );
    }
    values.push(Value::from(filter.limit as i64));
    values.push(Value::from(filter.offset as i64));
    let (_, order) = SORTS.iter().find(|(sort, _)| *sort == filter.sort).unwrap();
    let sql = format!(
        "SELECT id FROM offers WHERE {} ORDER BY {order} LIMIT ? OFFSET ?",
        conditions.join(" AND ")
    );
    connection
        .prepare_cached(&sql)
        .unwrap()
        .query_map(params_from_iter(values), |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn by_store(store: &dyn Store, filter: &ListingFilter) -> Vec<i64> {
    let found = store.list_listings(filter).unwrap();
    found.iter().map(|listing| listing.id).collect()
}

/// A sequence of numbers that looks random and is the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % bound
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize].clone()
    }

    /// Mostly nothing.
    fn perhaps<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        (self.below(10) == 0).then(|| self.one_of(all))
    }
}

fn any_filter(numbers: &mut Numbers, rows: u64) -> ListingFilter {
    let words =
        |words: &[&str]| -> Vec<String> { words.iter().map(|word| (*word).to_owned()).collect() };
    ListingFilter {
        any_model: Vec::new(),
        model: numbers.perhaps(&words(&["M7", "M33", "L4", "NOWHERE"])),
        min_price: numbers.perhaps(&[-1.0, 0.0, 250.0, 401.5, f64::INFINITY]),
        max_price: numbers.perhaps(&[-2.0, 0.0, 300.0, 402.0, 1e300]),
        min_score: numbers.perhaps(&[0.0, 12.5, 99.0]),
        max_score: numbers.perhaps(&[0.0, 12.5, 77.0]),
        region: numbers.perhaps(&words(&["us", "R3", "r250", "none"])),
        condition: numbers.perhaps(&words(&["NEW", "used", ""])),
        seller: numbers.perhaps(&words(&["seller 5", "SELLER 299", "Northwind"])),
        import_id: numbers.perhaps(&words(&["old", "older", "first", "nothing"])),
        as_of: None,
        only_current: false,
        text: (numbers.below(12) == 0)
            .then(|| numbers.one_of(&words(&["nvidia", "l4 24", "%", " "]))),
        sort: numbers.one_of(&SORTS).0,
        limit: numbers.one_of(&[0, 1, 7, 100, 5000, i64::MAX as u64]),
        offset: if numbers.below(2) == 0 {
            numbers.below(rows)
        } else {
            numbers.below(50)
        },
        after: None,
        with_evidence: false,
    }
}

/// Rows as the old program or a person with SQL may have left them: many with one price, prices of every kind, unknown
/// memory, imports that lie among each other, rows without an import or an index.
const OLD_ROWS: &str = "
    PRAGMA foreign_keys = OFF;
    INSERT INTO import_batches (import_id) VALUES ('old'), ('older');
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :rows),
    r(i, a, b) AS (SELECT i, (i * 7919) % 10007, (i * 104729) % 65537 FROM n)
    INSERT INTO scored_listings
      (canonical_model, price, score, vram_gb, lot_size, condition, region, seller, import_id, import_index)
    SELECT 'M' || (a % 300),
      CASE WHEN b % 97 = 0 THEN 9e999 WHEN b % 89 = 0 THEN -0.0 WHEN b % 83 = 0 THEN -b
           WHEN a % 3 = 0 THEN 401.5 ELSE b / 64.0 END,
      CASE WHEN a % 5 = 0 THEN 12.5 ELSE a / 100.0 END,
      CASE a % 7 WHEN 0 THEN NULL WHEN 1 THEN 0 ELSE a % 7 * 8 END,
      CASE WHEN b % 11 = 0 THEN 4 END,
      CASE a % 4 WHEN 0 THEN 'new' WHEN 1 THEN 'Used' WHEN 2 THEN '' END,
      CASE WHEN b % 5 = 0 THEN 'US' WHEN b % 5 = 1 THEN NULL ELSE 'R' || (b % 290) END,
      CASE WHEN a % 2 THEN 'Seller ' || (a % 301) END,
      CASE WHEN i % 50 = 0 THEN NULL WHEN i % 3 = 0 THEN 'older' ELSE 'old' END,
      CASE WHEN i % 3 = 0 THEN NULL ELSE :rows - i END
    FROM r;";

fn assert_answers_as_sql(store: &dyn Store, connection: &Connection, queries: usize, seed: u64) {
    let rows: i64 = connection
        .query_row("SELECT count(*) FROM scored_listings", [], |row| row.get(0))
        .unwrap();
    let mut numbers = Numbers(seed);
    let mut found = 0;
    for _ in 0..queries {
        let filter = any_filter(&mut numbers, rows as u64);
        let expected = by_rows(connection, &filter);
        assert!(by_store(store, &filter) == expected, "{filter:?}");
        assert_goes_on_after_a_place(store, &filter, &expected, &mut numbers);
        found += expected.len();
    }
    assert!(found > 0, "the queries find something");
}

/// What follows a listing on a page is what a page that begins after it has.
fn assert_goes_on_after_a_place(
    store: &dyn Store,
    filter: &ListingFilter,
    expected: &[i64],
    numbers: &mut Numbers,
) {
    if expected.is_empty() {
        return;
    }
    let last = numbers.below(expected.len() as u64);
    let before = store
        .list_listings(&ListingFilter {
            offset: filter.offset + last,
            limit: 1,
            ..filter.clone()
        })
        .unwrap();
    let filter = ListingFilter {
        after: Some(ListingPlace::of(&before[0], filter.sort)),
        limit: filter.limit - last - 1,
        offset: 0,
        ..filter.clone()
    };
    let rest = &expected[last as usize + 1..];
    assert!(by_store(store, &filter) == rest, "{filter:?}");
    let filter = ListingFilter {
        offset: 3,
        ..filter
    };
    assert!(
        by_store(store, &filter).starts_with(rest.get(3..).unwrap_or_default()),
        "{filter:?}"
    );
}

fn count(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn segments_answer_as_the_rows_would() {
    let place = Place::new();
    let mut store = place.store();
    let connection = place.connection();
    connection
        .execute_batch(&OLD_ROWS.replace(":rows", "110000"))
        .unwrap();
    // From the rows, which no import of this program has seen yet.
    assert_eq!(
        count(&connection, "SELECT count(*) FROM unsegmented_imports"),
        3
    );
    assert_answers_as_sql(&store, &connection, 5, 1);
    import(&mut store, "first", MARKET);
    assert_eq!(
        count(&connection, "SELECT count(*) FROM unsegmented_imports"),
        0
    );
    assert_eq!(
        count(&connection, "SELECT sum(rows) FROM listing_segments"),
        count(&connection, "SELECT count(*) FROM scored_listings")
    );
    assert!(count(&connection, "SELECT count(*) FROM listing_segments") > 4);
    assert_answers_as_sql(&store, &connection, 100, 2);
    assert_eq!(store.check().unwrap().violations, []);
}

/// Every way in which the program itself changes rows leaves segments that hold.
#[test]
fn whatever_the_program_does_the_segments_hold() {
    let place = Place::new();
    let mut store = place.store();
    let connection = place.connection();
    let holds = |store: &dyn Store, step: &str| {
        assert_eq!(
            count(&connection, "SELECT count(*) FROM unsegmented_imports"),
            0,
            "{step}"
        );
        assert_eq!(
            count(
                &connection,
                "SELECT count(*) FROM listings WHERE NOT EXISTS
                   (SELECT 1 FROM title_segments WHERE listings.id BETWEEN first_id AND last_id)"
            ),
            0,
            "{step}"
        );
        assert_eq!(
            count(
                &connection,
                "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'note_%'"
            ),
            7,
            "{step}"
        );
        assert_eq!(store.check().unwrap().violations, [], "{step}");
        assert_answers_as_sql(store, &connection, 60, 3);
    };
    import(&mut store, "first", MARKET);
    import(
        &mut store,
        "second",
        "Title,Price\nNVIDIA L4 24GB,2000\nNVIDIA L40S 48GB,7000\n",
    );
    holds(&store, "import");
    repair(&mut store, "first", crate::conformance::MENDED).unwrap();
    holds(&store, "repair");
    store
        .rescore_import("second", "by price", &|offer| {
            Some(offer.unit_price / 100.0)
        })
        .unwrap();
    holds(&store, "rescore");
    store.undo_import("second", IMPORTED_AT).unwrap();
    holds(&store, "undo");
}

/// Few segments are read however many imports there are, and they answer as the rows would, whatever happens to one of the
/// imports.
#[test]
fn small_imports_share_segments() {
    let place = Place::new();
    let mut store = place.store();
    let connection = place.connection();
    let merged = |connection: &Connection| {
        count(
            connection,
            "SELECT count(*) FROM merged_segments AS merged
             JOIN listing_segments AS segment ON segment.id BETWEEN first_segment AND last_segment",
        )
    };
    for number in 0..41 {
        let rows: Vec<String> = (0..=number % 4)
            .map(|row| {
                format!(
                    "NVIDIA L4 24GB lot {number},{},Seller {row},US",
                    900 + number * row
                )
            })
            .collect();
        let rows = rows.join("\n");
        let name = format!("import {number:02}");
        import(
            &mut store,
            &name,
            &format!("Title,Price,Seller,Region\n{rows}"),
        );
    }
    // A binary count of what is merged, and three that wait.
    assert!(merged(&connection) >= 38, "{}", merged(&connection));
    assert!(count(&connection, "SELECT count(*) FROM merged_segments") <= 8);
    assert_answers_as_sql(&store, &connection, 150, 7);
    assert_eq!(store.check().unwrap().violations, []);
    let gap = count(
        &connection,
        "SELECT min(id) FROM scored_listings WHERE import_id = 'import 17'",
    );
    store.undo_import("import 17", IMPORTED_AT).unwrap();
    assert_answers_as_sql(&store, &connection, 60, 8);
    // Another hand puts rows among those of an import that is gone, before and after the next one.
    for id in [gap, gap + 1] {
        connection
            .execute(
                "INSERT INTO scored_listings (id, canonical_model, price, score) VALUES (?1, 'L4', 5, 5)",
                [id],
            )
            .unwrap();
        import(
            &mut store,
            &format!("after {id}"),
            &format!("Title,Price\nNVIDIA L4 24GB,{}\n", 3000 + id),
        );
        assert_answers_as_sql(&store, &connection, 60, 12);
    }
    store
        .rescore_import("import 05", "by price", &|offer| {
            Some(offer.unit_price / 100.0)
        })
        .unwrap();
    assert_answers_as_sql(&store, &connection, 60, 9);
    assert_eq!(store.check().unwrap().violations, []);
    connection
        .execute_batch("UPDATE scored_listings SET price = price + 1 WHERE import_id = 'import 09'")
        .unwrap();
    assert_answers_as_sql(&store, &connection, 60, 10);
    assert_eq!(store.check().unwrap().violations, []);
    for number in 41..60 {
        let title = format!(
            "Title,Price\nNVIDIA L4 24GB lot {number},{}\n",
            700 + number
        );
        import(&mut store, &format!("import {number}"), &title);
    }
    assert_answers_as_sql(&store, &connection, 60, 11);
    assert_eq!(store.check().unwrap().violations, []);
    for damage in [
        "UPDATE merged_segment_parts SET data = zeroblob(length(data)) WHERE id % 65536 = 6 * 4096 + 1",
        "UPDATE merged_segments SET last_id = last_id - 1",
    ] {
        connection.execute_batch(damage).unwrap();
        let violations = store.check().unwrap().violations;
        assert!(
            violations
                .iter()
                .any(|found| found.message.contains("merged segment")),
            "{damage}"
        );
    }
}

#[test]
fn a_change_by_another_hand_is_seen_at_once() {
    let place = Place::new();
    let mut store = place.store();
    import(&mut store, "first", MARKET);
    import(
        &mut store,
        "second",
        "Title,Price,Seller\nNVIDIA L4 24GB,2000,Northwind\n",
    );
    let connection = place.connection();
    for change in [
        "UPDATE scored_listings SET price = 1 WHERE import_id = 'second'",
        "UPDATE listings SET seller = 'Eastwind' WHERE seller = 'Northwind'",
        "INSERT INTO scored_listings (canonical_model, price, score, import_id, import_index)
         VALUES ('L4', 5, 99, 'second', 1)",
        "UPDATE scored_listings SET import_index = 9 WHERE import_id = 'second' AND import_index = 1",
        "INSERT OR REPLACE INTO scored_listings (id, canonical_model, price, score, import_id, import_index)
         SELECT id, 'L4', 6, 98, 'second', 40 FROM scored_listings WHERE import_id = 'first' AND import_index = 1",
        "DELETE FROM scored_listings WHERE import_id = 'first' AND import_index = 0",
        "UPDATE scored_listings SET region = CAST(x'ff41' AS TEXT), price = 'n/a' WHERE import_id = 'first' AND import_index = 4",
        "UPDATE scored_listings SET price = 3, region = 'US' WHERE price = 'n/a'",
        "DELETE FROM listings WHERE seller = 'Southwind'",
    ] {
        connection.execute_batch(change).unwrap();
        if change.contains("'n/a'") && !change.contains("price = 3") {
            // Such a row cannot be answered, but stops no query that does not meet it.
            import(&mut store, "beside", "Title,Price\nNVIDIA L4 24GB,2002\n");
            continue;
        }
        assert_answers_as_sql(&store, &connection, 60, 4);
    }
    // Texts that another hand has changed serve the next import of the same offer: it is found by what they say now.
    connection
        .execute_batch(
            "UPDATE listings SET seller = 'ACME', memory_gb = 7 WHERE title = 'NVIDIA L4 24GB'",
        )
        .unwrap();
    import(
        &mut store,
        "again",
        "Title,Price,Seller\nNVIDIA L4 24GB,2100,Northwind\n",
    );
    assert_eq!(
        store
            .check()
            .unwrap()
            .violations
            .iter()
            .filter(|found| found.message.contains("segments"))
            .count(),
        0
    );
    assert_answers_as_sql(&store, &connection, 60, 6);
    // The next import makes the segments again.
    import(&mut store, "third", "Title,Price\nNVIDIA L4 24GB,2001\n");
    assert_eq!(
        count(&connection, "SELECT count(*) FROM unsegmented_imports"),
        0
    );
    assert_answers_as_sql(&store, &connection, 60, 5);
}

#[test]
fn the_check_finds_segments_that_are_not_those_of_the_rows() {
    for damage in [
        "UPDATE listing_segments SET first_id = first_id + 1, last_id = last_id + 1",
        "UPDATE listing_segment_parts SET data = zeroblob(length(data)) WHERE id % 65536 = 6 * 4096 + 1",
        "DELETE FROM listing_segment_parts WHERE id % 65536 = 4096",
        "DELETE FROM listing_segments",
        "INSERT INTO listing_segments (import_id, first_id, last_id, rows) VALUES ('first', 1, 1, 1)",
        "INSERT INTO listing_segments (import_id, first_id, last_id, rows) VALUES ('gone', 1, 1, 1)",
    ] {
        let place = Place::new();
        let mut store = place.store();
        import(&mut store, "first", MARKET);
        place.connection().execute_batch(damage).unwrap();
        let violations = store.check().unwrap().violations;
        assert!(
            violations
                .iter()
                .any(|violation| violation.message.contains("segments")),
            "{damage}: {violations:?}"
        );
    }
}
