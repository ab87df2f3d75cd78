//! Rows a second from cells to listings on one core, by shape of row. The bar is 500,000 for a simple row.
//!
//! `cargo bench -p glyph-core --bench parse_listing`

use divan::counter::ItemsCount;
use glyph_core::listing::{HeaderMap, Listing, ListingReader, Rates, ReaderOptions};
use glyph_core::source::RawRow;

fn main() {
    divan::main();
}

const ROWS: usize = 1_000;

/// A shop's catalogue: eleven columns, plain prices in dollars.
#[divan::bench]
fn catalogue_row(bencher: divan::Bencher) {
    bench(
        bencher,
        "model|condition|price|quantity|seller|geographic_region|listing_age|source_url|source_type|bulk_notes|title",
        |number| {
            format!(
                "RTX 50{n}|New|{price}.99|Available|Shop|USA|Current|https://shop.example/products/card-{number}|Retail|\
                 SKU: 8241424{number}, Vendor: Maker|Maker GeForce RTX 50{n} 12G SHADOW 2X OC",
                n = number % 90,
                price = 500 + number,
            )
        },
    );
}

/// A marketplace: marks of currencies, words in the counts, several languages.
#[divan::bench]
fn marketplace_row(bencher: divan::Bencher) {
    bench(
        bencher,
        "title|price|condition|quantity|location|seen_at|notes",
        |number| match number % 3 {
            0 => format!(
                "Видеокарта GTX 1060 {number}|{number} 000 руб.|Б/У|1 шт.|Москва|2025-07-23|торг"
            ),
            1 => format!(
                "NVIDIA A{number}|US ${number},299.50 OBO|Pre-owned|3 available|San Jose, CA, USA|2025-07-23T10:11:12Z|"
            ),
            _ => format!(
                "RTX {number} &amp; Kabel|{number}.019,45 €|Gebraucht|10+|Deutschland|23.07.2025|Versand"
            ),
        },
    );
}

/// A table of parts: most columns are no field and are kept.
#[divan::bench]
fn row_of_unknown_columns(bencher: divan::Bencher) {
    bench(
        bencher,
        "snapshot_date|commit|name|price|chipset|memory|core_clock|boost_clock|color|length",
        |number| {
            format!(
                "2025-07-23|06ffc8e|Maker Card {number}|299.97|GeForce RTX 3060 12GB|12|1320|1777|Black / Silver|235"
            )
        },
    );
}

fn bench(bencher: divan::Bencher, header: &str, row: impl Fn(usize) -> String) {
    let columns: Vec<String> = header.split('|').map(str::to_owned).collect();
    let rows: Vec<RawRow> = (0..ROWS)
        .map(|number| {
            let mut raw = RawRow::default();
            for (column, cell) in row(100 + number % 800).split('|').enumerate() {
                raw.cells.push(column, cell);
            }
            raw
        })
        .collect();
    let map = HeaderMap::resolve(&columns, &[]).expect("the header has a title and a price");
    let mut reader = ListingReader::new(map, Rates::embedded(), ReaderOptions::default());
    let mut listing = Listing::default();
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        let mut read = 0;
        for row in &rows {
            read += usize::from(reader.read(&columns, row, &mut listing).is_ok());
        }
        assert_eq!(read, ROWS, "every row of the bench is a listing");
    });
}
