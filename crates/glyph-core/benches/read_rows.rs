//! Rows a second out of a catalogue such as resellers give: eleven columns, some 250 bytes a row, one quoted cell.
//!
//! `csv_source` gives each row with its position, its raw bytes and its cells as checked text; `csv_crate` gives records
//! of bytes alone and is the mark to hold.

use std::fmt::Write;
use std::io::Cursor;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use glyph_core::source::{RawRow, SourceOptions, open};

const ROWS: usize = 50_000;

fn main() {
    divan::main();
}

fn catalogue() -> String {
    let mut text = String::from(
        "model,condition,price,quantity,seller,geographic_region,listing_age,source_url,source_type,bulk_notes,title\n",
    );
    for row in 0..ROWS {
        writeln!(
            text,
            "RTX {},New,{}.99,Available,Cardhouse,USA,Current,https://cardhouse.example/products/rtx-{row}-12g-shadow-2x-oc,Shop_Cardhouse,\"SKU: {}, Vendor: ACME\",ACME RTX {row} 12G SHADOW 2X OC 7\" LCD",
            row % 90,
            row % 3000,
            824_142_405_000 + row,
        )
        .expect("writing to a string cannot fail");
    }
    text
}

fn json_lines() -> String {
    let mut text = String::new();
    for row in 0..ROWS {
        writeln!(
            text,
            r#"{{"title":"ACME RTX {row} 12G SHADOW 2X OC","price":{}.99,"condition":"New","quantity":null,"seller":"Cardhouse","tags":["gpu", "new"]}}"#,
            row % 3000,
        )
        .expect("writing to a string cannot fail");
    }
    text
}

fn count_rows(text: &str) -> u64 {
    let reader = Box::new(Cursor::new(text.to_owned()));
    let mut source = open(reader, &SourceOptions::default()).expect("the catalogue opens");
    let mut row = RawRow::default();
    let mut rows = 0;
    while source.next_row(&mut row).expect("the catalogue reads") {
        black_box(&row);
        rows += 1;
    }
    rows
}

#[divan::bench]
fn csv_source(bencher: Bencher) {
    let text = catalogue();
    bencher
        .counter(ItemsCount::new(ROWS))
        .counter(BytesCount::of_str(&text))
        .bench(|| count_rows(&text));
}

#[divan::bench]
fn csv_crate(bencher: Bencher) {
    let text = catalogue();
    bencher
        .counter(ItemsCount::new(ROWS))
        .counter(BytesCount::of_str(&text))
        .bench(|| {
            let mut reader = csv::ReaderBuilder::new()
                .flexible(true)
                .from_reader(text.as_bytes());
            let mut record = csv::ByteRecord::new();
            let mut rows = 0_u64;
            while reader
                .read_byte_record(&mut record)
                .expect("the catalogue reads")
            {
                black_box(&record);
                rows += 1;
            }
            rows
        });
}

#[divan::bench]
fn json_lines_source(bencher: Bencher) {
    let text = json_lines();
    bencher
        .counter(ItemsCount::new(ROWS))
        .counter(BytesCount::of_str(&text))
        .bench(|| count_rows(&text));
}
