//! Rows a second of an import: read and judged alone, and kept in a database, for each shape of data.
//!
//! The rows are those of `bench/workload.csv`, over and over with other prices. `bench/performance.py` measures whole
//! processes; here a change of one stage shows.

#![expect(clippy::unwrap_used, reason = "a bench stops where its set-up fails")]

use std::fmt::Write;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::ItemsCount;
use glyph_core::listing::{HeaderMap, ListingReader, Rates, ReaderOptions};
use glyph_core::matching::Matcher;
use glyph_core::pipeline::{self, Counts, Outcome, Sink, SinkError, Stages};
use glyph_core::registry::Registry;
use glyph_core::score::Profile;
use glyph_core::source::{self, SourceOptions};
use glyph_store::import::{FinishedImport, NewImport};
use glyph_store::sqlite::SqliteStore;
use glyph_store::store::Store;

const ROWS: usize = 20_000;
const SHAPES: [&str; 4] = ["clean", "dirty", "wide", "unicode"];
const AT: &str = "2026-01-02T03:04:05Z";

static MATCHER: LazyLock<Matcher> = LazyLock::new(|| Matcher::new(Registry::embedded()));

fn main() {
    divan::main();
}

/// A file of this shape.
fn rows_of(shape: &str) -> String {
    let mut lines = include_str!("../../../bench/workload.csv").lines();
    let mut text = lines.next().unwrap().to_owned();
    if shape == "wide" {
        for column in 0..12 {
            write!(text, ",attribute_{column}").unwrap();
        }
    }
    text.push('\n');
    let lines: Vec<&str> = lines.collect();
    for row in 0..ROWS {
        let line = lines[row % lines.len()];
        // model, condition, price, …: none of the three is quoted.
        let mut cells = line.splitn(4, ',');
        let mut next = || cells.next().unwrap();
        let (model, condition, _, rest) = (next(), next(), next(), next());
        let price = match shape {
            "dirty" => "Call".to_owned(),
            "unicode" => format!("{} €", 100 + row % 9000),
            _ => format!("{}.{:02}", 100 + row % 9000, row % 100),
        };
        write!(text, "{model},{condition},{price},{rest}").unwrap();
        match shape {
            "wide" => {
                for column in 2..14 {
                    write!(text, ",value {}", row % column).unwrap();
                }
            }
            "unicode" => text.push_str(" – видеокарта 显卡 グラフィックボード"),
            _ => {}
        }
        text.push('\n');
    }
    text
}

/// Runs the pipeline over a text.
fn run(text: &str, sink: &mut dyn Sink) -> Counts {
    let bytes = Box::new(Cursor::new(text.as_bytes().to_vec()));
    let mut source = source::open(bytes, &SourceOptions::default()).unwrap();
    let header = HeaderMap::resolve(source.columns(), &[]).unwrap();
    let mut stages = Stages {
        reader: ListingReader::new(header, Rates::embedded(), ReaderOptions::default()),
        registry: Registry::embedded(),
        matcher: &MATCHER,
        profile: &Profile::inference(),
    };
    pipeline::run(source.as_mut(), &mut stages, sink, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap()
}

struct Nowhere;

impl Sink for Nowhere {
    fn take(&mut self, _: &Outcome<'_>) -> Result<(), SinkError> {
        Ok(())
    }
}

#[divan::bench(args = SHAPES)]
fn read_and_judge(bencher: Bencher, shape: &str) {
    let text = rows_of(shape);
    LazyLock::force(&MATCHER);
    bencher
        .counter(ItemsCount::new(ROWS))
        .bench(|| run(&text, &mut Nowhere));
}

#[divan::bench(args = SHAPES, sample_count = 20)]
fn import_into_a_new_database(bencher: Bencher, shape: &str) {
    let text = rows_of(shape);
    LazyLock::force(&MATCHER);
    bencher
        .counter(ItemsCount::new(ROWS))
        .with_inputs(|| tempfile::tempdir().unwrap())
        .bench_refs(|folder| {
            let path = folder.path().join("gpu.sqlite");
            let mut store =
                SqliteStore::open_or_create(&path, jiff::Timestamp::UNIX_EPOCH).unwrap();
            import(&mut store, &text);
        });
}

fn import(store: &mut dyn Store, text: &str) {
    let mut writer = store
        .start_import(&NewImport {
            import_id: "bench",
            imported_at: AT,
            seen_at: AT,
            source_name: "workload.csv",
            scoring_profile: "inference",
            registry: Registry::embedded(),
            program_version: "0.0.0",
            description: None,
        })
        .unwrap();
    let counts = run(text, writer.as_sink());
    writer
        .commit(&FinishedImport {
            counts,
            seen_at: AT,
            source_format: "csv",
            source_sha256: "0000",
            source_bytes: text.len() as u64,
            options_key: "bench",
            forced: false,
            reading_options: "{}".to_owned(),
            header_mapping: "[]".to_owned(),
            findings: "{}".to_owned(),
            source_header: b"",
            rates: &[],
            errors_by_code: "{}".to_owned(),
            duration_ms: 0,
            job: None,
        })
        .unwrap();
}
