//! What a row costs in each layout that was considered for the tables, in rows a second.
//!
//! Every layout takes the same rows in one transaction, with three look-up indexes whose keys come in random order, in
//! WAL mode with a 32 MiB page cache. Run with `cargo bench -p glyph-store --bench layouts [-- ROWS]`; the times of one run
//! compare with each other, not with those of another machine. ARCHITECTURE.md has the figures and the decision.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]
#![allow(clippy::unwrap_used, reason = "a bench may stop at once")]

use std::time::Instant;

use rusqlite::{Connection, params};

/// Distinct offers in the workload: a reseller's catalogue repeats them in every file.
const DISTINCT_OFFERS: u64 = 10_000;

struct Row {
    offer: u64,
    price: f64,
    score: f64,
    model: &'static str,
}

const MODELS: [&str; 8] = [
    "RTX_3060",
    "RTX_4070",
    "RTX_A6000",
    "L4",
    "A100_40GB_PCIE",
    "T1000",
    "RX_7900_XTX",
    "GT_710",
];

/// Pseudo-random rows from a fixed seed (`SplitMix64`), so that every layout takes the same ones.
fn row(number: u64) -> Row {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^= state >> 31;
    let offer = state % DISTINCT_OFFERS;
    Row {
        offer,
        price: 50.0 + (state >> 20) as f64 % 3_000_000.0 / 100.0,
        score: (state >> 33) as f64 % 10_000.0 / 100.0,
        model: MODELS[(offer % 8) as usize],
    }
}

fn title(offer: u64) -> String {
    format!("Asus TUF NVIDIA GeForce RTX {offer} Graphic Card - 12 GB GDDR6X")
}

fn url(offer: u64) -> String {
    format!("https://shop.example/products/asus-tuf-nvidia-geforce-rtx-{offer}-graphic-card-12-gb")
}

const WIDE: &str = "CREATE TABLE l (id INTEGER PRIMARY KEY, canonical_model TEXT, price REAL, vram_gb INTEGER,
    tdp_watts INTEGER, mig_support INTEGER, nvlink INTEGER, score REAL, condition TEXT, region TEXT, seen_at TEXT,
    import_id TEXT, import_index INTEGER, price_minor INTEGER, currency TEXT,
    title TEXT, seller TEXT, source_url TEXT, notes TEXT)";
const NARROW: &str = "CREATE TABLE l (id INTEGER PRIMARY KEY, canonical_model TEXT, price REAL, vram_gb INTEGER,
    tdp_watts INTEGER, mig_support INTEGER, nvlink INTEGER, score REAL, condition TEXT, region TEXT, seen_at TEXT,
    import_id TEXT, import_index INTEGER, price_minor INTEGER, currency TEXT, listing_id INTEGER)";
const UNIQUE: &str = "CREATE UNIQUE INDEX u ON l (import_id, import_index)";
const LOOK_UPS: &str =
    "CREATE INDEX i1 ON l (canonical_model, price); CREATE INDEX i2 ON l (score);
    CREATE INDEX i3 ON l (price)";

#[derive(Clone, Copy, PartialEq)]
enum Indexes {
    Live,
    After,
}

fn measure(name: &str, wide: bool, indexes: Indexes, rows: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("layout.sqlite");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA cache_size = -32768;",
        )
        .unwrap();
    connection
        .execute_batch(if wide { WIDE } else { NARROW })
        .unwrap();
    connection.execute_batch(UNIQUE).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE listings (id INTEGER PRIMARY KEY, title TEXT, seller TEXT, source_url TEXT, notes TEXT)",
        )
        .unwrap();
    if indexes == Indexes::Live {
        connection.execute_batch(LOOK_UPS).unwrap();
    }
    let start = Instant::now();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    {
        let columns = if wide { 18 } else { 15 };
        let marks = vec!["?"; columns].join(", ");
        let into = if wide {
            "canonical_model, price, vram_gb, tdp_watts, mig_support, nvlink, score, condition, region, seen_at,
             import_id, import_index, price_minor, currency, title, seller, source_url, notes"
        } else {
            "canonical_model, price, vram_gb, tdp_watts, mig_support, nvlink, score, condition, region, seen_at,
             import_id, import_index, price_minor, currency, listing_id"
        };
        let mut insert = connection
            .prepare(&format!("INSERT INTO l ({into}) VALUES ({marks})"))
            .unwrap();
        let mut remember = connection
            .prepare("INSERT OR IGNORE INTO listings VALUES (?, ?, 'Wamatek', ?, 'SKU: 824142405772, Vendor: MSI')")
            .unwrap();
        let mut seen = vec![false; DISTINCT_OFFERS as usize];
        for number in 0..rows {
            let row = row(number);
            let price_minor = (row.price * 100.0) as i64;
            if wide {
                insert
                    .execute(params![
                        row.model,
                        row.price,
                        12,
                        170,
                        0,
                        false,
                        row.score,
                        "new",
                        "US",
                        "2026-11-22T20:00:00Z",
                        "01hzy3k9abcd",
                        number as i64,
                        price_minor,
                        "USD",
                        title(row.offer),
                        "Wamatek",
                        url(row.offer),
                        "SKU: 824142405772, Vendor: MSI",
                    ])
                    .unwrap();
            } else {
                if !std::mem::replace(&mut seen[row.offer as usize], true) {
                    remember
                        .execute(params![row.offer as i64, title(row.offer), url(row.offer)])
                        .unwrap();
                }
                insert
                    .execute(params![
                        row.model,
                        row.price,
                        12,
                        170,
                        0,
                        false,
                        row.score,
                        "new",
                        "US",
                        "2026-11-22T20:00:00Z",
                        "01hzy3k9abcd",
                        number as i64,
                        price_minor,
                        "USD",
                        row.offer as i64,
                    ])
                    .unwrap();
            }
        }
    }
    let inserted = start.elapsed();
    if indexes == Indexes::After {
        connection.execute_batch(LOOK_UPS).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    connection
        .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        .unwrap();
    let whole = start.elapsed();
    let mebibytes = std::fs::metadata(&path).unwrap().len() as f64 / f64::from(1 << 20);
    println!(
        "{name:<44} {:>9.0} rows/s   insert {:>5.2} s   whole {:>5.2} s   {mebibytes:>5.0} MiB",
        rows as f64 / whole.as_secs_f64(),
        inserted.as_secs_f64(),
        whole.as_secs_f64(),
    );
}

fn main() {
    let rows = std::env::args()
        .find_map(|word| word.parse().ok())
        .unwrap_or(1_000_000);
    println!("{rows} rows, {DISTINCT_OFFERS} distinct offers, 1 unique and 3 look-up indexes");
    measure(
        "all text in every row, indexes live",
        true,
        Indexes::Live,
        rows,
    );
    measure(
        "all text in every row, indexes after",
        true,
        Indexes::After,
        rows,
    );
    measure("text once, indexes live", false, Indexes::Live, rows);
    measure("text once, indexes after", false, Indexes::After, rows);
}
