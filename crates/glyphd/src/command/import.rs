//! `glyphd import`: files in, every row accounted for.

use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use glyph_core::listing::{DecimalMark, Field, Rates, ReaderOptions};
use glyph_core::money::Currency;
use glyph_core::pipeline::Counts;
use glyph_core::score::Profile;
use glyph_core::source::{Delimiter, Format};
use glyph_store::import::RateUsed;
use glyph_store::sqlite::SqliteStore;
use glyph_store::store::Store;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use tempfile::TempDir;

use super::failure::{self, Hinted, Status};
use crate::import_job::{self, ImportOptions, ImportReport, MostRejects, OnError, parse_mapping};
use crate::input::{Input, STANDARD_INPUT, digest_of};
use crate::names::Names;
use crate::output;
use crate::profiles::find_profile;

#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
/// Take in listings files: every row is scored, unmatched or rejected, and none is lost.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  glyphd import examples/listings.csv")]
pub struct Arguments {
    /// CSV, TSV, JSON Lines, JSON, Shopify or Parquet files, plain or packed with gzip or zstd; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    #[command(flatten)]
    reading: ReadingArguments,
    /// The scoring profile: `inference`, `fine-tuning`, `workstation`, `legacy`, or a TOML file of your own.
    #[arg(long, value_name = "NAME|FILE", default_value = "inference")]
    profile: String,
    /// What a rejected row does: `skip` keeps it as rejected, `abort` ends the import with nothing kept.
    #[arg(long, value_enum, default_value = "skip")]
    on_error: OnError,
    /// Keep nothing where more rows than this are rejected: a number, or a share such as `5%`.
    #[arg(long, value_name = "N|P%")]
    max_rejects: Option<MostRejects>,
    /// What the source is called, so that its next import is compared with this one; the name of the file where not given.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What is to be kept of the import in words.
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Do everything but keep it.
    #[arg(long, conflicts_with = "migrate")]
    dry_run: bool,
    /// Import the same bytes again, as a new import.
    #[arg(long)]
    force: bool,
    /// Bring an older database up to date first.
    #[arg(long)]
    migrate: bool,
    /// Print the report as JSON: an object a file.
    #[arg(long)]
    json: bool,
}

/// How files are read: shared by `import` and `imports repair`.
#[derive(Debug, Args)]
pub(super) struct ReadingArguments {
    /// The format, where the file does not show it.
    #[arg(long, value_name = "csv|tsv|jsonl|json|shopify|parquet", value_parser = format)]
    format: Option<Format>,
    /// The delimiter of a CSV file: `,` `;` `|` or `tab`; found from the file where not given.
    #[arg(long, value_parser = delimiter)]
    delimiter: Option<Delimiter>,
    /// Read a column as a field, as in `--map "Asking=price"`; may be given more than once.
    #[arg(long = "map", value_name = "HEADER=FIELD", value_parser = parse_mapping)]
    mapping: Vec<(String, Field)>,
    /// The currency of prices that do not say theirs.
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Option<Currency>,
    /// How prices are written: `point` as in 1,234.50, `comma` as in 1.234,50.
    #[arg(long, value_name = "point|comma", value_parser = decimal_mark)]
    decimal_mark: Option<DecimalMark>,
    /// Exchange rates to use instead of the built-in table: CSV with currency, `usd_per_unit`, date, source.
    #[arg(long, value_name = "FILE")]
    rates: Option<PathBuf>,
    /// When the listings were seen, for rows that do not say: RFC 3339, or a date.
    #[arg(long, value_name = "TIME", value_parser = time)]
    seen_at: Option<Timestamp>,
}

fn format(text: &str) -> Result<Format, String> {
    Format::from_name(text)
        .ok_or_else(|| format!("`{text}` is none of csv, tsv, jsonl, json, shopify, parquet"))
}

fn delimiter(text: &str) -> Result<Delimiter, String> {
    match text {
        "," | "comma" => Ok(Delimiter::COMMA),
        ";" | "semicolon" => Ok(Delimiter::SEMICOLON),
        "|" | "pipe" => Ok(Delimiter::PIPE),
        "\t" | "\\t" | "tab" => Ok(Delimiter::TAB),
        _ => Err(format!("`{text}` is none of `,` `;` `|` `tab`")),
    }
}

fn currency(text: &str) -> Result<Currency, String> {
    Currency::parse(text).ok_or_else(|| format!("`{text}` is not a currency code such as EUR"))
}

fn decimal_mark(text: &str) -> Result<DecimalMark, String> {
    DecimalMark::parse(text).ok_or_else(|| format!("`{text}` is neither `point` nor `comma`"))
}

pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    text.parse::<Timestamp>()
        .or_else(|_| format!("{text}T00:00:00Z").parse())
        .map_err(|_| format!("`{text}` is neither a time such as 2026-11-22T10:00:00Z nor a date"))
}

impl ReadingArguments {
    pub(super) fn options(&self) -> anyhow::Result<ImportOptions> {
        let (rates, rates_key) = match &self.rates {
            None => (None, String::new()),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read the rates `{}`", path.display()))?;
                let rates = Rates::parse(&text)
                    .with_context(|| format!("cannot use the rates `{}`", path.display()))?;
                (Some(Arc::new(rates)), digest_of(&[&text]))
            }
        };
        Ok(ImportOptions {
            format: self.format,
            delimiter: self.delimiter,
            mapping: self.mapping.clone(),
            read: ReaderOptions {
                currency: self.currency,
                decimal_mark: self.decimal_mark,
                ..ReaderOptions::default()
            },
            rates,
            rates_key,
            registry_key: String::new(),
            seen_at: self.seen_at,
            profile: Profile::inference(),
            on_error: OnError::Skip,
            most_rejects: None,
            dry_run: false,
            force: false,
            source_name: None,
            description: None,
            unpacked_bytes: None,
            most_rows: None,
            source_limits: glyph_core::source::Limits::default(),
            scratch_folder: None,
        })
    }
}

pub(super) fn run(
    path: &Path,
    registry: Option<&Path>,
    arguments: &Arguments,
) -> anyhow::Result<Status> {
    let names = Names::load(registry)?;
    let options = ImportOptions {
        registry_key: names.own_key.clone(),
        profile: find_profile(&arguments.profile)?,
        on_error: arguments.on_error,
        most_rejects: arguments.max_rejects,
        dry_run: arguments.dry_run,
        force: arguments.force,
        source_name: arguments.name.clone(),
        description: arguments.description.clone(),
        ..arguments.reading.options()?
    };
    if arguments
        .files
        .iter()
        .filter(|file| *file == STANDARD_INPUT)
        .count()
        > 1
    {
        return Err(failure::WrongUsage("standard input can be read only once".to_owned()).into());
    }
    if arguments.name.is_some() && arguments.files.len() > 1 {
        return Err(failure::WrongUsage(
            "`--name` is for one file: import the others on their own".to_owned(),
        )
        .into());
    }
    let mut run = Run {
        path,
        arguments,
        options,
        store: None,
        dry_folder: None,
    };
    let many = arguments.files.len() > 1;
    let mut status = Status::Done;
    let mut failed = 0;
    let mut unprinted = None;
    for file in &arguments.files {
        match run.import(&names, file) {
            Ok(report) => {
                if report.counts.rejected > 0 {
                    status = Status::SomeRejected;
                }
                // What cannot be printed is imported all the same, and so are the files after it.
                if let Err(error) = run.print(&report, many) {
                    unprinted.get_or_insert(error);
                }
            }
            Err(error) if many => {
                failure::report(&error);
                failed += 1;
            }
            Err(error) => return Err(error),
        }
    }
    if failed > 0 {
        return Err(Hinted::new(
            format!(
                "{failed} of {} files were not imported",
                arguments.files.len()
            ),
            "the others are kept; mend these and import them again",
        )
        .into());
    }
    match unprinted {
        Some(error) if !output::is_broken_pipe(&error) => {
            failure::report(&error.context("the import is kept, but its report cannot be printed"));
            Ok(status)
        }
        _ => Ok(status),
    }
}

/// The files of one command on their way into one database.
struct Run<'a> {
    path: &'a Path,
    arguments: &'a Arguments,
    options: ImportOptions,
    /// Opened for the first file whose header is good: what comes to nothing must not make or migrate a database.
    store: Option<SqliteStore>,
    /// Where a dry run works when there is no database yet.
    dry_folder: Option<TempDir>,
}

impl Run<'_> {
    fn import(&mut self, names: &Names, file: &str) -> anyhow::Result<ImportReport> {
        let input = Input::open(file)?;
        let prepared = import_job::prepare(&input, &self.options)?;
        let store = match &mut self.store {
            Some(store) => store,
            none => {
                let path = if self.arguments.dry_run && !self.path.exists() {
                    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
                    self.dry_folder.insert(folder).path().join("dry-run.sqlite")
                } else {
                    self.path.to_owned()
                };
                none.insert(super::store::open_or_create(&path, self.arguments.migrate)?)
            }
        };
        let progress = progress_bar(&input);
        let report = import_job::import_prepared(store, names, prepared, &mut |counts: &Counts| {
            show_progress(&progress, counts, input.bytes_read());
            ControlFlow::Continue(())
        });
        progress.finish_and_clear();
        report
    }

    fn print(&self, report: &ImportReport, many: bool) -> anyhow::Result<()> {
        match &self.store {
            _ if self.arguments.json && many => Ok(output::json_line(report)?),
            _ if self.arguments.json => Ok(output::json(report)?),
            Some(store) => show_report(store, report, self.path),
            None => Ok(()),
        }
    }
}

fn progress_bar(input: &Input) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = if let Some(bytes) = input.size_bytes() {
        let bar = ProgressBar::new(bytes);
        bar.set_style(style_of("{bar:24} {percent:>3} %  {msg}  {eta} left"));
        bar
    } else {
        let bar = ProgressBar::new_spinner();
        bar.set_style(style_of("{spinner} {msg}  {elapsed}"));
        bar
    };
    bar.set_message(input.name.clone());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn style_of(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn show_progress(bar: &ProgressBar, counts: &Counts, bytes_read: u64) {
    bar.set_position(bytes_read);
    let rate = counts.total() as f64 / bar.elapsed().as_secs_f64().max(0.001);
    bar.set_message(format!(
        "{} rows, {} rejected, {} rows/s",
        output::count(counts.total()),
        output::count(counts.rejected),
        output::count(rate as u64),
    ));
}

/// The report for a person: counts, best offers, what was not matched, what was rejected, and what to type next.
fn show_report(store: &dyn Store, report: &ImportReport, path: &Path) -> anyhow::Result<()> {
    if report.state == "duplicate" {
        output::line(&format!(
            "`{}` holds the same bytes as import {} already: nothing was changed",
            report.source_name, report.import_id
        ))?;
        output::note(&format!(
            "hint: `glyphd imports show {}` shows it; `--force` imports it again",
            report.import_id
        ));
        return Ok(());
    }
    let share = |rows: u64| {
        format!(
            "{:>5.1} %",
            rows as f64 * 100.0 / report.total_rows.max(1) as f64
        )
    };
    let verb = if report.state == "dry_run" {
        "would import"
    } else {
        "imported"
    };
    output::line(&format!(
        "{verb} {} rows of `{}` as {} in {:.1} s",
        output::count(report.total_rows),
        report.source_name,
        report.import_id,
        report.duration_ms as f64 / 1000.0,
    ))?;
    output::line(&format!(
        "\n  scored    {:>10}  {}\n  unmatched {:>10}  {}\n  rejected  {:>10}  {}",
        output::count(report.counts.scored),
        share(report.counts.scored),
        output::count(report.counts.unmatched),
        share(report.counts.unmatched),
        output::count(report.counts.rejected),
        share(report.counts.rejected),
    ))?;
    show_reading(report)?;
    if report.state != "done" {
        let reasons = report
            .unmatched_by_reason
            .iter()
            .map(|(reason, rows)| (*reason, *rows));
        let codes = report
            .errors_by_code
            .iter()
            .map(|(code, rows)| (code.as_str(), *rows));
        output::list("unmatched:", &counted(reasons))?;
        output::list("rejected:", &counted(codes))?;
        return Ok(());
    }
    super::imports::show_summary(&store.summarise_import(&report.import_id)?)?;
    let database = if path == Path::new("data/gpu.sqlite") {
        String::new()
    } else {
        format!(" --db-path {}", quoted(&path.display().to_string()))
    };
    output::line(&format!(
        "\nnext: glyphd{database} listings --import {}",
        report.import_id
    ))?;
    if report.counts.rejected > 0 {
        output::line(&format!(
            "      glyphd{database} imports rejects {id} --csv > rejects.csv   # mend it, then\n      \
             glyphd{database} imports repair {id} rejects.csv",
            id = report.import_id
        ))?;
    }
    Ok(())
}

/// How the source was read: what a person must check once.
fn show_reading(report: &ImportReport) -> anyhow::Result<()> {
    let columns = column_words(&report.header_mapping);
    output::line("")?;
    output::list(&format!("read as {}:", report.findings.format), &columns)?;
    if report.findings.windows_1252_rows > 0 {
        output::line(&format!(
            "{} rows are not UTF-8 and were read as Windows-1252",
            output::count(report.findings.windows_1252_rows)
        ))?;
    }
    let foreign: Vec<&RateUsed> = report
        .rates
        .iter()
        .filter(|rate| rate.currency != "USD")
        .collect();
    if let Some(first) = foreign.first() {
        let codes: Vec<&str> = foreign.iter().map(|rate| rate.currency.as_str()).collect();
        output::line(&format!(
            "converted by the rates of {}: {}",
            first.rate_date,
            codes.join(", ")
        ))?;
    }
    Ok(())
}

/// The columns of a source and what each was read as.
pub(super) fn column_words(header_mapping: &serde_json::Value) -> Vec<String> {
    header_mapping
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|column| {
            let (header, field) = (
                column.get("header")?.as_str()?,
                column.get("field")?.as_str()?,
            );
            Some(match field {
                "extra" => format!("{header} (kept)"),
                _ if field.eq_ignore_ascii_case(header) => header.to_owned(),
                _ => format!("{header} → {field}"),
            })
        })
        .collect()
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+:@%".contains(letter);
    if word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Names with their numbers of rows, the most first.
fn counted<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> Vec<String> {
    let mut counts: Vec<_> = counts.collect();
    counts.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    counts
        .iter()
        .map(|(name, rows)| format!("{name} {}", output::count(*rows)))
        .collect()
}
