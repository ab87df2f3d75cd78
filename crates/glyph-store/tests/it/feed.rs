//! Puts CSV text into a store the way the program does: through the real source, reader, matcher and pipeline.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use glyph_core::listing::{HeaderMap, ListingReader, Rates, ReaderOptions};
use glyph_core::matching::Matcher;
use glyph_core::pipeline::{self, Counts, Outcome, Sink, SinkError, Stages};
use glyph_core::registry::Registry;
use glyph_core::reject::RowError;
use glyph_core::score::Profile;
use glyph_core::source::{self, SourceOptions};
use glyph_store::StoreError;
use glyph_store::import::{
    CommitOutcome, FinishedImport, FinishedRepair, ImportRecord, NewImport, NewRepair, RateUsed,
    RepairRecord,
};
use glyph_store::store::{ImportWriter, Store};

static MATCHER: LazyLock<Matcher> = LazyLock::new(|| Matcher::new(Registry::embedded()));

/// When every import of the tests was made, unless one says otherwise.
pub(crate) const IMPORTED_AT: &str = "2026-01-02T03:04:05Z";

/// One source and how it is imported.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Feed<'a> {
    pub(crate) import_id: &'a str,
    pub(crate) csv: &'a str,
    pub(crate) imported_at: &'a str,
    pub(crate) source_name: &'a str,
    pub(crate) forced: bool,
}

/// The name of the profile that rows are scored by.
fn profile_name() -> &'static str {
    static NAME: LazyLock<String> = LazyLock::new(|| Profile::inference().name);
    &NAME
}

impl<'a> Feed<'a> {
    pub(crate) fn new(import_id: &'a str, csv: &'a str) -> Feed<'a> {
        Feed {
            import_id,
            csv,
            imported_at: IMPORTED_AT,
            source_name: "offers.csv",
            forced: false,
        }
    }

    /// Feeds every row to a new import that is not committed yet.
    pub(crate) fn start<'store>(
        &self,
        store: &'store mut dyn Store,
    ) -> Result<(Box<dyn ImportWriter + 'store>, Ended), StoreError>
    where
        'a: 'store,
    {
        let mut writer = store.start_import(&NewImport {
            import_id: self.import_id,
            imported_at: self.imported_at,
            seen_at: self.imported_at,
            source_name: self.source_name,
            scoring_profile: profile_name(),
            registry: Registry::embedded(),
            program_version: "0.0.0",
            description: None,
        })?;
        let ended = run(self.csv, writer.as_sink());
        Ok((writer, ended))
    }

    /// The whole import.
    pub(crate) fn commit(&self, store: &mut dyn Store) -> Result<CommitOutcome, StoreError> {
        let (writer, ended) = self.start(store)?;
        writer.commit(&ended.finished(self))
    }
}

/// What is known of a source after its last row.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) counts: Counts,
    header: Vec<u8>,
    header_mapping: String,
    findings: String,
    rates: Vec<RateUsed>,
}

impl Ended {
    /// The options key is the text itself: the same text is the same import.
    pub(crate) fn finished<'a>(&'a self, feed: &Feed<'a>) -> FinishedImport<'a> {
        FinishedImport {
            counts: self.counts,
            seen_at: feed.imported_at,
            source_format: "csv",
            source_sha256: "0000",
            source_bytes: feed.csv.len() as u64,
            options_key: feed.csv,
            forced: feed.forced,
            reading_options: "{}".to_owned(),
            header_mapping: self.header_mapping.clone(),
            findings: self.findings.clone(),
            source_header: &self.header,
            rates: &self.rates,
            errors_by_code: serde_json::to_string(&BTreeMap::<&str, u64>::new()).unwrap(),
            duration_ms: 1,
            job: None,
        }
    }
}

/// Runs the pipeline over a CSV text.
fn run(csv: &str, sink: &mut dyn Sink) -> Ended {
    let bytes = Cursor::new(csv.as_bytes().to_vec());
    let mut source = source::open(Box::new(bytes), &SourceOptions::default()).unwrap();
    let header = HeaderMap::resolve(source.columns(), &[]).unwrap();
    let mut stages = Stages {
        reader: ListingReader::new(header, Rates::embedded(), ReaderOptions::default()),
        registry: Registry::embedded(),
        matcher: &MATCHER,
        profile: &Profile::inference(),
    };
    let counts = pipeline::run(source.as_mut(), &mut stages, sink, &mut |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    Ended {
        counts,
        header: source.header_raw().to_vec(),
        header_mapping: serde_json::to_string(&stages.reader.header().describe()).unwrap(),
        findings: serde_json::to_string(&source.findings()).unwrap(),
        rates: stages
            .reader
            .rates_used()
            .into_iter()
            .map(|rate| RateUsed {
                currency: rate.currency.clone(),
                usd_per_unit: rate.usd_per_unit.clone(),
                rate_date: rate.date.clone(),
                source: rate.source.clone(),
            })
            .collect(),
    }
}

/// What is wrong with the rejected rows of a text, in row order.
pub(crate) fn errors_of(csv: &str) -> Vec<Vec<RowError>> {
    struct Errors(Vec<Vec<RowError>>);
    impl Sink for Errors {
        fn take(&mut self, outcome: &Outcome<'_>) -> Result<(), SinkError> {
            if let Outcome::Rejected(row) = outcome {
                self.0.push(row.errors.to_vec());
            }
            Ok(())
        }
    }
    let mut errors = Errors(Vec::new());
    run(csv, &mut errors);
    errors.0
}

/// Imports a text that is new to the store.
pub(crate) fn import(store: &mut dyn Store, import_id: &str, csv: &str) -> ImportRecord {
    match Feed::new(import_id, csv).commit(store).unwrap() {
        CommitOutcome::Imported(record) => *record,
        CommitOutcome::Duplicate(first) => panic!("it is the import `{}` already", first.import_id),
    }
}

/// Repairs an import from a text with its header.
pub(crate) fn repair(
    store: &mut dyn Store,
    import_id: &str,
    csv: &str,
) -> Result<RepairRecord, StoreError> {
    let mut writer = store.start_repair(&NewRepair {
        import_id,
        repaired_at: "2026-01-03T00:00:00Z",
        seen_at: IMPORTED_AT,
        source_name: "mended.csv",
        registry: Registry::embedded(),
    })?;
    run(csv, writer.as_sink());
    writer.commit(&FinishedRepair {
        source_sha256: "5ee0",
        rates: &[],
    })
}
