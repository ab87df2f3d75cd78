//! Exports: every row once, in row order, in each format, with nothing that a spreadsheet would run.

use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::harness::{MIXED, Place};

fn exported(format: &str) -> (Place, String) {
    let place = Place::new();
    place.import(&place.write("mixed.csv", MIXED), &[]);
    let file = place.path("out").to_str().unwrap().to_owned();
    place.done([
        "export", "--import", "last", "--format", format, "--output", &file,
    ]);
    (place, file)
}

#[test]
fn csv_has_every_row_in_order() {
    let (_place, file) = exported("csv");
    let mut reader = csv::Reader::from_path(file).unwrap();
    let header = reader.headers().unwrap().clone();
    let index = header
        .iter()
        .position(|name| name == "import_index")
        .unwrap();
    let title = header.iter().position(|name| name == "title").unwrap();
    let extra = header.iter().position(|name| name == "extra").unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let numbers: Vec<usize> = rows.iter().map(|row| row[index].parse().unwrap()).collect();
    assert_eq!(numbers, (0..11).collect::<Vec<_>>());
    assert_eq!(&rows[0][title], "NVIDIA RTX A5000 24GB");
    assert_eq!(&rows[0][extra], r#"{"SKU":"N-1"}"#);
}

#[test]
fn parquet_has_every_row_in_order() {
    let (_place, file) = exported("parquet");
    let batches: Vec<_> = ParquetRecordBatchReaderBuilder::try_new(File::open(file).unwrap())
        .unwrap()
        .build()
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let numbers: Vec<i64> = batches
        .iter()
        .flat_map(|batch| {
            let column = batch.column_by_name("import_index").unwrap();
            column.as_primitive::<Int64Type>().values().to_vec()
        })
        .collect();
    assert_eq!(numbers, (0..11).collect::<Vec<_>>());
    let titles = batches[0]
        .column_by_name("title")
        .unwrap()
        .as_string::<i32>();
    assert_eq!(titles.value(1), "PNY NVIDIA L4 24GB PCIe");
}

#[test]
fn an_exported_parquet_file_can_be_imported() {
    let (place, file) = exported("parquet");
    let report = place.import(std::path::Path::new(&file), &[]);
    assert_eq!(report["findings"]["format"], "parquet");
    assert_eq!(report["total_rows"], 11);
    assert_eq!(report["scored_rows"], 4, "{report}");
    place.holds();
}

#[test]
fn a_formula_in_a_title_is_made_harmless_unless_raw() {
    let place = Place::new();
    place.import(
        &place.write(
            "evil.csv",
            "title,price\n=HYPERLINK(1) NVIDIA L4 24GB,$2399\n",
        ),
        &[],
    );
    let harmless = place.done(["export"]).stdout;
    assert!(harmless.contains(",'=HYPERLINK(1)"), "{harmless}");
    assert!(
        place
            .done(["export", "--raw"])
            .stdout
            .contains(",=HYPERLINK(1)")
    );
}

#[test]
fn an_export_never_takes_the_place_of_the_database() {
    let place = Place::new();
    place.import(&place.write("mixed.csv", MIXED), &[]);
    for file in ["gpu.sqlite", "./gpu.sqlite"] {
        let ended = place.run(["export", "--output", file]);
        assert_eq!(ended.status, 2, "{}", ended.stderr);
        assert!(
            ended.stderr.contains("the database itself"),
            "{}",
            ended.stderr
        );
    }
    place.holds();
}

#[test]
fn prices_in_other_currencies_mean_the_same_when_they_come_back() {
    let place = Place::new();
    let source = "title,price\nNVIDIA L4 24GB,\"1.000,00 EUR\"\nNVIDIA T4 16GB,58 000 р.\nNVIDIA A2 16GB,JPY 120000\n";
    place.import(&place.write("foreign.csv", source), &[]);
    let prices = "SELECT group_concat(price || ' ' || price_minor || currency, ';') FROM
                  (SELECT * FROM scored_listings ORDER BY import_index)";
    let before: String = place.sql(prices);
    for format in ["csv", "jsonl", "parquet"] {
        let file = place.path(format).to_str().unwrap().to_owned();
        place.done([
            "export", "--import", "last", "--format", format, "--output", &file,
        ]);
        let again = Place::new();
        again.import(std::path::Path::new(&file), &[]);
        assert_eq!(again.sql::<String>(prices), before, "{format}");
    }
}

#[test]
fn the_price_of_each_is_not_divided_by_the_lot() {
    let place = Place::new();
    place.import(
        &place.write(
            "lots.csv",
            "title,price\n5x RTX 4090 24GB,$500 each\n5x RTX 4090 24GB,$2500\n",
        ),
        &[],
    );
    let units: String = place.sql(
        "SELECT group_concat(unit_price, ' ') FROM (SELECT * FROM offers ORDER BY import_index)",
    );
    assert_eq!(units, "500.0 500.0");
}
