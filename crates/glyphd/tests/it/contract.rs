//! The batch contract: each promise has a test that names it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rusqlite::Connection;

use crate::harness::{MIXED, Place};

fn indexes(place: &Place, table: &str) -> BTreeSet<i64> {
    let connection = Connection::open(place.database()).unwrap();
    let mut statement = connection
        .prepare(&format!("SELECT import_index FROM {table}"))
        .unwrap();
    statement
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

#[test]
fn promise_1_one_coordinate_names_a_row_everywhere() {
    let place = Place::new();
    place.import(&place.write("mixed.csv", MIXED), &[]);
    // Row 3 is the one without a price, in the table, the listing of rejects and the export.
    let raw: Vec<u8> = place.sql("SELECT raw FROM rejected_rows WHERE import_index = 3");
    assert!(
        String::from_utf8(raw)
            .unwrap()
            .starts_with("NVIDIA A100 80GB PCIe,Quote")
    );
    let rejects = place.done(["imports", "rejects", "last", "--json"]).json();
    assert_eq!(rejects[0]["import_index"], 3);
    assert_eq!(rejects[0]["code"], "price_on_request");
    let exported = place
        .done(["export", "--import", "last", "--format", "jsonl"])
        .json_lines();
    let numbers: Vec<u64> = exported
        .iter()
        .map(|row| row["import_index"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (0..11).collect::<Vec<_>>());
    assert_eq!(exported[3]["outcome"], "rejected");
    let listings = place.done(["listings", "--sort", "row", "--json"]).json();
    for listing in listings.as_array().unwrap() {
        let index = listing["import_index"].as_u64().unwrap() as usize;
        assert_eq!(exported[index]["title"], listing["title"]);
        assert_eq!(exported[index]["price"], listing["price"]);
    }
}

#[test]
fn promise_2_nothing_is_lost_and_the_sums_add_up() {
    let place = Place::new();
    let report = place.import(&place.write("mixed.csv", MIXED), &[]);
    assert_eq!(report["total_rows"], 11);
    assert_eq!(report["scored_rows"], 4, "{report}");
    assert_eq!(report["unmatched_rows"], 3);
    assert_eq!(report["rejected_rows"], 4);
    let tables = ["scored_listings", "unmatched_listings", "rejected_rows"];
    let sets = tables.map(|table| indexes(&place, table));
    let together: BTreeSet<i64> = sets.iter().flatten().copied().collect();
    assert_eq!(together, (0..11).collect());
    assert_eq!(
        sets.iter().map(BTreeSet::len).sum::<usize>(),
        11,
        "the sets are disjoint"
    );
    place.holds();
}

#[test]
fn promise_3_the_database_refuses_a_second_row_with_one_coordinate() {
    let place = Place::new();
    place.import(&place.write("mixed.csv", MIXED), &[]);
    let connection = Connection::open(place.database()).unwrap();
    for table in ["scored_listings", "unmatched_listings", "rejected_rows"] {
        let columns: Vec<String> = connection
            .prepare(&format!(
                "SELECT name FROM pragma_table_info('{table}') WHERE name <> 'id'"
            ))
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let columns = columns.join(", ");
        let twice =
            format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} LIMIT 1");
        let refusal = connection.execute(&twice, []).unwrap_err().to_string();
        assert!(
            refusal.contains("UNIQUE constraint failed"),
            "{table}: {refusal}"
        );
    }
    // NULL stays allowed for rows from before the column existed.
    let without = "INSERT INTO scored_listings (canonical_model, price, score) VALUES ('L4', 1, 1), ('L4', 1, 1)";
    assert_eq!(connection.execute(without, []).unwrap(), 2);
}

#[test]
fn promise_4_a_source_that_breaks_leaves_nothing_behind() {
    let place = Place::new();
    let first = place.import(&place.write("mixed.csv", MIXED), &[]);
    let mut broken = String::from("{\"products\": [");
    for number in 0..5000 {
        write!(
            broken,
            "{{\"title\": \"NVIDIA L4 24GB\", \"handle\": \"l4-{number}\", \"variants\": [{{\"id\": {number}, \"price\": \"2399.00\"}}]}},"
        )
        .unwrap();
    }
    let ended = place.run(["import", place.write("cut.json", broken).to_str().unwrap()]);
    assert_eq!(ended.status, 1, "{}", ended.stdout);
    assert_eq!(
        place.sql::<i64>("SELECT count(*) FROM import_batches WHERE state = 'done'"),
        1
    );
    assert_eq!(
        place.sql::<i64>("SELECT count(*) FROM scored_listings"),
        first["scored_rows"].as_i64().unwrap()
    );
    place.holds();
}

#[test]
fn promise_5_the_same_bytes_are_one_import() {
    let place = Place::new();
    let file = place.write("mixed.csv", MIXED);
    let first = place.import(&file, &[]);
    let copy = place.write("copy.csv", MIXED);
    let again = place.import(&copy, &[]);
    assert_eq!(again["state"], "duplicate");
    assert_eq!(again["duplicate_of"], first["import_id"]);
    assert_eq!(again["total_rows"], 11);
    assert_eq!(
        place.sql::<i64>("SELECT count(*) FROM import_batches WHERE state = 'done'"),
        1
    );
    // Standard input is known only at its end, and answers the same.
    let mut command = place.command(["import", "-", "--json"]);
    let ended = command
        .stdin(std::fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    let piped: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(piped["duplicate_of"], first["import_id"]);
    // Another day, or force, is another import.
    assert_eq!(
        place.import(&file, &["--seen-at", "2026-01-02"])["state"],
        "done"
    );
    assert_eq!(
        place.import(&file, &["--seen-at", "2026-01-02"])["state"],
        "duplicate"
    );
    assert_eq!(place.import(&file, &["--force"])["state"], "done");
    place.holds();
}

#[test]
fn promise_5_the_same_bytes_in_several_processes_are_one_import() {
    let place = Place::new();
    let file = place.write("mixed.csv", MIXED);
    let children: Vec<_> = (0..4)
        .map(|_| {
            let words = ["import", file.to_str().unwrap(), "--json"];
            place
                .command(words)
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let states: Vec<String> = children
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            report["state"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(
        states.iter().filter(|state| *state == "done").count(),
        1,
        "{states:?}"
    );
    assert_eq!(place.sql::<i64>("SELECT count(*) FROM scored_listings"), 4);
    place.holds();
}

#[test]
fn promise_5_does_not_depend_on_how_the_options_are_spelled() {
    let place = Place::new();
    let file = place.write("ab.csv", "a,b\nNVIDIA L4 24GB,$2399\n");
    assert_eq!(
        place.import(&file, &["--map", "a=title", "--map", "b=price"])["state"],
        "done"
    );
    let again = place.import(&file, &["--map", "B=price", "--map", "A=title"]);
    assert_eq!(again["state"], "duplicate");
}

#[test]
fn promise_5_an_undone_import_can_come_again() {
    let place = Place::new();
    let file = place.write("mixed.csv", MIXED);
    place.import(&file, &[]);
    place.done(["imports", "undo", "last"]);
    assert_eq!(place.import(&file, &[])["state"], "done");
    place.holds();
}

#[test]
fn promise_6_an_import_can_be_undone_and_its_record_stays() {
    let place = Place::new();
    let kept = place.import(&place.write("mixed.csv", MIXED), &[]);
    let other = MIXED
        .replace("1450.00", "1399.00")
        .replace("RTX A5000 24GB", "RTX A4500 20GB");
    let gone = place.import(&place.write("other.csv", other), &[]);
    let texts: i64 = place.sql("SELECT count(*) FROM listings");
    let undone = place
        .done([
            "imports",
            "undo",
            gone["import_id"].as_str().unwrap(),
            "--json",
        ])
        .json();
    assert_eq!(undone["state"], "undone");
    assert_eq!(undone["total_rows"], 11);
    assert_eq!(undone["scored_rows"], 4);
    for table in ["scored_listings", "unmatched_listings", "rejected_rows"] {
        let id = kept["import_id"].as_str().unwrap();
        let others: i64 = place.sql(&format!(
            "SELECT count(*) FROM {table} WHERE import_id <> '{id}'"
        ));
        assert_eq!(others, 0, "{table}");
    }
    // The one text that only the undone import had is gone; those that both had stay.
    assert_eq!(place.sql::<i64>("SELECT count(*) FROM listings"), texts - 1);
    place.holds();
    let again = place.run(["imports", "undo", gone["import_id"].as_str().unwrap()]);
    assert_eq!(again.status, 1);
    assert!(again.stderr.contains("undone already"), "{}", again.stderr);
}

#[test]
fn promise_7_a_row_means_the_same_whatever_stands_around_it() {
    let whole = Place::new();
    whole.import(
        &whole.write("mixed.csv", MIXED),
        &["--seen-at", "2026-01-02"],
    );
    let meaning = "SELECT group_concat(title || '|' || canonical_model || '|' || price || '|' || score || '|' || confidence, char(10))
                   FROM (SELECT * FROM offers ORDER BY title)";
    let expected: String = whole.sql(meaning);
    // The same rows in the other order, after other imports.
    let turned = Place::new();
    turned.import(
        &turned.write("first.csv", "title,price\nRTX 3060 12GB,$250\n"),
        &[],
    );
    turned.done(["imports", "undo", "last"]);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(MIXED.as_bytes());
    let header = reader.headers().unwrap().clone();
    let mut rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    rows.reverse();
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    for row in &rows {
        writer.write_record(row).unwrap();
    }
    let file = turned.write("turned.csv", writer.into_inner().unwrap());
    turned.import(&file, &["--seen-at", "2026-01-02"]);
    assert_eq!(turned.sql::<String>(meaning), expected);
}

#[test]
fn promise_8_a_reject_names_its_place_exactly() {
    let place = Place::new();
    let source = MIXED.replace('\n', "\r\n");
    place.import(&place.write("mixed.csv", &source), &[]);
    let rejects = place.done(["imports", "rejects", "last", "--json"]).json();
    let expected = [
        (3, 5, 5, "price_on_request", "Price_USD", "Quote"),
        (5, 8, 8, "price_negative", "Price_USD", "-5"),
        (7, 10, 10, "row_too_short", "", ""),
        (9, 12, 12, "title_missing", "Title", ""),
    ];
    assert_eq!(rejects.as_array().unwrap().len(), expected.len());
    for (reject, (index, start, end, code, column, value)) in
        rejects.as_array().unwrap().iter().zip(expected)
    {
        assert_eq!(reject["import_index"], index);
        assert_eq!(reject["line_start"], start, "{reject}");
        assert_eq!(reject["line_end"], end, "{reject}");
        assert_eq!(reject["code"], code);
        let byte_start = reject["byte_start"].as_u64().unwrap() as usize;
        let byte_len = reject["byte_len"].as_u64().unwrap() as usize;
        assert_eq!(
            source.get(byte_start..byte_start + byte_len),
            reject["raw"].as_str()
        );
        if !column.is_empty() {
            assert_eq!(reject["errors"][0]["column"], column);
            assert_eq!(reject["errors"][0]["value"], value);
        }
        assert!(!reject["errors"][0]["message"].as_str().unwrap().is_empty());
    }
}

#[test]
fn all_errors_of_a_row_are_reported() {
    let place = Place::new();
    let source = "title,price,quantity,seen_at\n,N/A,-4,yesterdayish\n";
    place.import(&place.write("bad.csv", source), &[]);
    let rejects = place.done(["imports", "rejects", "last", "--json"]).json();
    let codes: Vec<&str> = rejects[0]["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        codes,
        [
            "title_missing",
            "quantity_invalid",
            "seen_at_invalid",
            "price_not_available"
        ]
    );
}
