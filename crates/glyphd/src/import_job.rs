//! One import from its file to its record: opens the source, runs the pipeline into the store, commits or leaves no
//! trace.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use glyph_core::listing::{Field, HeaderMap, ListingReader, Rates, ReaderOptions};
use glyph_core::matching::Matcher;
use glyph_core::pipeline::{self, Counts, Outcome, RunError, Sink, SinkError, Stages};
use glyph_core::registry::Registry;
use glyph_core::score::Profile;
use glyph_core::source::parquet::ParquetSource;
use glyph_core::source::{
    self, Delimiter, Findings, Format, RowSource, SourceError, SourceOptions,
};
use glyph_store::import::{CommitOutcome, FinishedImport, ImportRecord, NewImport, RateUsed};
use glyph_store::store::Store;
use jiff::Timestamp;
use serde::Serialize;

use crate::command::Hinted;
use crate::input::{Digested, Input, digest_of};
use crate::{clock, identity};

/// How sources are read and rows are judged: the options of `import`, checked once.
#[derive(Debug, Clone)]
pub(crate) struct ImportOptions {
    pub(crate) format: Option<Format>,
    pub(crate) delimiter: Option<Delimiter>,
    pub(crate) mapping: Vec<(String, Field)>,
    pub(crate) read: ReaderOptions,
    /// The rates that the user gave; the built-in ones where absent.
    pub(crate) rates: Option<Arc<Rates>>,
    /// Names the rates given by the user: part of what makes an import the same.
    pub(crate) rates_key: String,
    /// The time given for the whole file.
    pub(crate) seen_at: Option<Timestamp>,
    pub(crate) profile: Profile,
    pub(crate) on_error: OnError,
    pub(crate) most_rejects: Option<MostRejects>,
    pub(crate) dry_run: bool,
    pub(crate) force: bool,
}

impl ImportOptions {
    fn rates(&self) -> &Rates {
        self.rates.as_deref().unwrap_or_else(|| Rates::embedded())
    }
}

/// What a rejected row does to its import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OnError {
    /// The row is kept as rejected and the import goes on.
    Skip,
    /// The first rejected row ends the import and nothing is kept.
    Abort,
}

/// The bound past which nothing of an import is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum MostRejects {
    Rows(u64),
    /// Of all rows, judged at the end.
    Percent(f64),
}

impl std::str::FromStr for MostRejects {
    type Err = String;

    fn from_str(text: &str) -> Result<MostRejects, String> {
        let wrong =
            || format!("`{text}` is neither a number of rows nor a percentage such as `5%`");
        match text.strip_suffix('%') {
            Some(percent) => percent
                .trim()
                .parse()
                .ok()
                .filter(|percent| (0.0..=100.0).contains(percent))
                .map(MostRejects::Percent)
                .ok_or_else(wrong),
            None => text.parse().map(MostRejects::Rows).map_err(|_| wrong()),
        }
    }
}

impl MostRejects {
    fn is_passed(self, counts: &Counts, at_end: bool) -> bool {
        match self {
            MostRejects::Rows(most) => counts.rejected > most,
            MostRejects::Percent(percent) => {
                at_end && counts.rejected as f64 * 100.0 > percent * counts.total() as f64
            }
        }
    }
}

/// What an import did, as `import --json` prints it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ImportReport {
    pub(crate) import_id: String,
    /// `done`, `duplicate` or `dry_run`.
    pub(crate) state: &'static str,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    pub(crate) total_rows: u64,
    pub(crate) duplicate_of: Option<String>,
    pub(crate) errors_by_code: BTreeMap<String, u64>,
    pub(crate) unmatched_by_reason: BTreeMap<&'static str, u64>,
    pub(crate) duration_ms: u64,
    pub(crate) rows_per_second: u64,
    pub(crate) schema_version: String,
    pub(crate) registry_version: String,
    pub(crate) scoring_profile: String,
    pub(crate) source_name: String,
    pub(crate) source_sha256: String,
    pub(crate) source_bytes: u64,
    pub(crate) header_mapping: serde_json::Value,
    pub(crate) findings: Findings,
    pub(crate) rates: Vec<RateUsed>,
    pub(crate) seen_at: String,
}

/// What names the cards: a registry and the matcher made from it.
#[derive(Debug)]
pub(crate) struct Names {
    pub(crate) registry: &'static Registry,
    pub(crate) matcher: Matcher,
}

impl Names {
    pub(crate) fn embedded() -> Names {
        let registry = Registry::embedded();
        Names {
            registry,
            matcher: Matcher::new(registry),
        }
    }
}

/// Imports one input. `watch` sees the counts every few thousand rows, and the bytes read so far.
pub(crate) fn import_input(
    store: &mut dyn Store,
    names: &Names,
    input: &Input,
    options: &ImportOptions,
    watch: &mut dyn FnMut(&Counts),
) -> anyhow::Result<ImportReport> {
    let started = Instant::now();
    let now = clock::now();
    let Names { registry, matcher } = names;
    if let Some(report) = find_duplicate_ahead(store, input, options)? {
        return Ok(report);
    }
    let OpenedSource {
        mut rows,
        by_position,
    } = open_source(input, options)?;
    let reader = reader_for(rows.as_ref(), options)?;
    let import_id = identity::new_import_id(now);
    let imported_at = clock::text(now);
    let seen_at = clock::text(options.seen_at.unwrap_or(now));
    let mut writer = store.start_import(&NewImport {
        import_id: &import_id,
        imported_at: &imported_at,
        seen_at: &seen_at,
        source_name: &input.name,
        scoring_profile: &options.profile.name,
        registry,
        program_version: env!("CARGO_PKG_VERSION"),
        expected_rows: input.size_bytes().map(|bytes| bytes / EXPECTED_BYTES_A_ROW),
    })?;
    let mut stages = Stages {
        reader,
        registry,
        matcher,
        profile: &options.profile,
    };
    let mut tally = Tally::new(writer.as_sink(), options);
    let result = pipeline::run(rows.as_mut(), &mut stages, &mut tally, &mut |counts| {
        watch(counts);
        ControlFlow::Continue(())
    });
    let Tally {
        errors_by_code,
        unmatched_by_reason,
        first_reject,
        ..
    } = tally;
    let counts = result.map_err(|error| explain(error, first_reject.as_deref(), input))?;
    let digested = input.finish(by_position)?;
    if let Some(most) = options.most_rejects
        && most.is_passed(&counts, true)
    {
        return Err(too_many_rejects(&counts, first_reject.as_deref()));
    }
    let options_key = options_key(&digested, options);
    let findings = rows.findings();
    let header_mapping = serde_json::to_value(stages.reader.header().describe())?;
    let rates = rates_used(&stages.reader);
    let errors: BTreeMap<String, u64> = errors_by_code
        .iter()
        .map(|(code, rows)| ((*code).to_owned(), *rows))
        .collect();
    let finished = FinishedImport {
        counts,
        source_format: findings.format,
        source_sha256: &digested.sha256,
        source_bytes: digested.bytes,
        options_key: &options_key,
        forced: options.force,
        header_mapping: header_mapping.to_string(),
        findings: serde_json::to_string(&findings)?,
        source_header: rows.header_raw(),
        rates: &rates,
        errors_by_code: serde_json::to_string(&errors)?,
        duration_ms: started.elapsed().as_millis() as u64,
    };
    let (state, duplicate) = if options.dry_run {
        writer.discard()?;
        ("dry_run", None)
    } else {
        match writer.commit(&finished)? {
            CommitOutcome::Imported(_) => ("done", None),
            CommitOutcome::Duplicate(first) => ("duplicate", Some(first)),
        }
    };
    if let Some(first) = duplicate {
        return Ok(duplicate_report(&first, input));
    }
    let elapsed = started.elapsed();
    Ok(ImportReport {
        import_id,
        state,
        counts,
        total_rows: counts.total(),
        duplicate_of: None,
        errors_by_code: errors,
        unmatched_by_reason,
        duration_ms: elapsed.as_millis() as u64,
        rows_per_second: (counts.total() as f64 / elapsed.as_secs_f64().max(1e-6)) as u64,
        schema_version: glyph_store::SCHEMA_VERSION.to_owned(),
        registry_version: registry.version().to_owned(),
        scoring_profile: options.profile.name.clone(),
        source_name: input.name.clone(),
        source_sha256: digested.sha256,
        source_bytes: digested.bytes,
        header_mapping,
        findings,
        rates,
        seen_at,
    })
}

/// A guess at the bytes of a row: it only chooses how the indexes are built.
const EXPECTED_BYTES_A_ROW: u64 = 200;

/// Where an import of a source of the same size is there already, hashes the file first: the answer may be at hand.
fn find_duplicate_ahead(
    store: &dyn Store,
    input: &Input,
    options: &ImportOptions,
) -> anyhow::Result<Option<ImportReport>> {
    let Some(size) = input.size_bytes() else {
        return Ok(None);
    };
    if options.force || options.dry_run || !store.has_source_of_size(size)? {
        return Ok(None);
    }
    let Some(digested) = input.digest_ahead()? else {
        return Ok(None);
    };
    let first = store.find_import_by_key(&options_key(&digested, options))?;
    Ok(first.map(|first| duplicate_report(&first, input)))
}

/// Names the bytes and every option that can change what becomes of a row.
fn options_key(digested: &Digested, options: &ImportOptions) -> String {
    let mapping = options
        .mapping
        .iter()
        .map(|(header, field)| format!("{header}={}", field.as_str()))
        .collect::<Vec<_>>()
        .join("\n");
    digest_of(&[
        &digested.sha256,
        &options.seen_at.map(clock::text).unwrap_or_default(),
        &format!("{:?}", options.format),
        &format!("{:?}", options.delimiter),
        &mapping,
        &format!("{:?}", options.read),
        &options.rates_key,
        &options.profile.name,
    ])
}

/// What a second import of the same bytes answers: the first import, as it stands.
fn duplicate_report(first: &ImportRecord, input: &Input) -> ImportReport {
    let parsed = |text: &Option<String>| {
        text.as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default()
    };
    let counts = Counts {
        scored: first.scored_rows.unwrap_or(0),
        unmatched: first.unmatched_rows.unwrap_or(0),
        rejected: first.rejected_rows.unwrap_or(0),
    };
    let errors_by_code = first
        .errors_by_code
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    ImportReport {
        import_id: first.import_id.clone(),
        state: "duplicate",
        counts,
        total_rows: counts.total(),
        duplicate_of: Some(first.import_id.clone()),
        errors_by_code,
        unmatched_by_reason: BTreeMap::new(),
        duration_ms: first.duration_ms.unwrap_or(0),
        rows_per_second: 0,
        schema_version: glyph_store::SCHEMA_VERSION.to_owned(),
        registry_version: first.registry_version.clone().unwrap_or_default(),
        scoring_profile: first.scoring_profile.clone().unwrap_or_default(),
        source_name: input.name.clone(),
        source_sha256: first.source_sha256.clone().unwrap_or_default(),
        source_bytes: first.source_bytes.unwrap_or(0),
        header_mapping: parsed(&first.header_mapping),
        findings: Findings::default(),
        rates: Vec::new(),
        seen_at: first.seen_at.clone().unwrap_or_default(),
    }
}

/// A source with its first row ahead.
pub(crate) struct OpenedSource {
    pub(crate) rows: Box<dyn RowSource>,
    /// The file was read at positions and not as a stream, so that its bytes are still to be hashed.
    pub(crate) by_position: bool,
}

/// Opens the source that `input` holds. Parquet is read from its end: where it comes packed or through a pipe, it is
/// put into a temporary file first.
pub(crate) fn open_source(input: &Input, options: &ImportOptions) -> anyhow::Result<OpenedSource> {
    let source_options = SourceOptions {
        format: options.format,
        delimiter: options.delimiter,
        file_name: Some(input.name.clone()),
        ..SourceOptions::default()
    };
    let failed = |error: SourceError| source_failed(&error, input);
    if let Some(file) = input.parquet_file()? {
        let rows = ParquetSource::open(file, source_options.limits).map_err(failed)?;
        return Ok(OpenedSource {
            rows: Box::new(rows),
            by_position: true,
        });
    }
    let mut stream = source::unpack(input.reader()?, None).map_err(failed)?;
    let mut start = Vec::new();
    stream
        .by_ref()
        .take(4)
        .read_to_end(&mut start)
        .map_err(|error| failed(error.into()))?;
    let is_parquet = source::is_parquet(&start);
    let mut stream = Cursor::new(start).chain(stream);
    let rows: Box<dyn RowSource> = if is_parquet {
        let mut file = tempfile::tempfile().context("cannot make a temporary file")?;
        std::io::copy(&mut stream, &mut file).map_err(|error| failed(error.into()))?;
        Box::new(ParquetSource::open(file, source_options.limits).map_err(failed)?)
    } else {
        source::open(Box::new(stream), &source_options).map_err(failed)?
    };
    Ok(OpenedSource {
        rows,
        by_position: false,
    })
}

pub(crate) fn reader_for<'a>(
    rows: &dyn RowSource,
    options: &'a ImportOptions,
) -> anyhow::Result<ListingReader<'a>> {
    let header = HeaderMap::resolve(rows.columns(), &options.mapping)
        .map_err(|error| Hinted::new(error.to_string(), error.hint()))?;
    Ok(ListingReader::new(header, options.rates(), options.read))
}

pub(crate) fn source_failed(error: &SourceError, input: &Input) -> anyhow::Error {
    let message = format!("`{}`: {error}", input.name);
    match error.hint() {
        Some(hint) => Hinted::new(message, hint).into(),
        None => anyhow::anyhow!(message),
    }
}

/// Why the run ended early, for the person who started it.
fn explain(error: RunError, first_reject: Option<&str>, input: &Input) -> anyhow::Error {
    match error {
        RunError::Source(error) => source_failed(&error, input),
        RunError::Sink(error) => match error.downcast::<TooManyRejects>() {
            Ok(stop) => too_many_rejects(&stop.0, first_reject),
            Err(error) => match error.downcast::<glyph_store::StoreError>() {
                Ok(error) => anyhow::Error::new(*error),
                Err(error) => anyhow::anyhow!(error),
            },
        },
        RunError::Stopped(rows) => anyhow::anyhow!("stopped after {rows} rows"),
    }
}

fn too_many_rejects(counts: &Counts, first_reject: Option<&str>) -> anyhow::Error {
    Hinted::new(
        format!(
            "{} of {} rows were rejected, more than allowed: nothing was kept; the first: {}",
            counts.rejected,
            counts.total(),
            first_reject.unwrap_or("none"),
        ),
        "see them all with `--dry-run --json`, mend the file, or allow more with `--max-rejects`",
    )
    .into()
}

fn rates_used(reader: &ListingReader<'_>) -> Vec<RateUsed> {
    reader
        .rates_used()
        .into_iter()
        .map(|rate| RateUsed {
            currency: rate.currency.clone(),
            usd_per_unit: rate.usd_per_unit.clone(),
            rate_date: rate.date.clone(),
            source: rate.source.clone(),
        })
        .collect()
}

/// Stands between the pipeline and the writer: counts by code and reason, and stops at the bound on rejects.
struct Tally<'a> {
    writer: &'a mut dyn Sink,
    counts: Counts,
    on_error: OnError,
    most_rejects: Option<MostRejects>,
    errors_by_code: BTreeMap<&'static str, u64>,
    unmatched_by_reason: BTreeMap<&'static str, u64>,
    first_reject: Option<String>,
}

impl<'a> Tally<'a> {
    fn new(writer: &'a mut dyn Sink, options: &ImportOptions) -> Tally<'a> {
        Tally {
            writer,
            counts: Counts::default(),
            on_error: options.on_error,
            most_rejects: options.most_rejects,
            errors_by_code: BTreeMap::new(),
            unmatched_by_reason: BTreeMap::new(),
            first_reject: None,
        }
    }
}

/// The bound on rejects was passed.
#[derive(Debug, thiserror::Error)]
#[error("too many rows were rejected")]
struct TooManyRejects(Counts);

impl Sink for Tally<'_> {
    fn take(&mut self, outcome: &Outcome<'_>) -> Result<(), SinkError> {
        self.counts.add(outcome);
        match outcome {
            Outcome::Scored(_) => {}
            Outcome::Unmatched(_, reason) => {
                *self.unmatched_by_reason.entry(reason.as_str()).or_default() += 1;
            }
            Outcome::Rejected(row) => {
                if let Some(error) = row.errors.first() {
                    *self.errors_by_code.entry(error.code.as_str()).or_default() += 1;
                    self.first_reject.get_or_insert_with(|| {
                        format!("line {}: {}", row.span.line_start, error.message)
                    });
                }
                let stop = self.on_error == OnError::Abort
                    || self
                        .most_rejects
                        .is_some_and(|most| most.is_passed(&self.counts, false));
                if stop {
                    return Err(Box::new(TooManyRejects(self.counts)));
                }
            }
        }
        self.writer.take(outcome)
    }
}
