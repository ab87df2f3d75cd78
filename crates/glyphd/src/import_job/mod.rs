//! One import from its file to its record: opens the source, runs the pipeline into the store, commits or leaves no
//! trace.

mod opened;
mod options;
mod preview;
mod report;
mod tally;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Instant;

use glyph_core::listing::ListingReader;
use glyph_core::pipeline::{self, Counts, Stages};
use glyph_store::import::{CommitOutcome, FinishedImport, NewImport};
use glyph_store::service::JobRecord;
use glyph_store::store::Store;
use opened::reader_for;
pub(crate) use opened::{OpenedSource, open_source, reader_for_repair, source_failed};
use options::options_key;
pub(crate) use options::{ImportOptions, MostRejects, OnError, parse_mapping};
pub(crate) use preview::{Preview, PreviewOutcome, preview};
use report::duplicate_report;
pub(crate) use report::{ImportReport, rates_used};
use tally::{Tally, explain, too_many_rejects};

use crate::input::Input;
use crate::names::Names;
use crate::{clock, identity};

/// An input whose source and header are known to be good: nothing of a database was touched for it.
#[derive(Debug)]
pub(crate) struct Prepared<'a> {
    input: &'a Input,
    options: &'a ImportOptions,
    source: OpenedSource,
    reader: ListingReader<'a>,
}

/// Opens an input and reads its header.
pub(crate) fn prepare<'a>(
    input: &'a Input,
    options: &'a ImportOptions,
) -> anyhow::Result<Prepared<'a>> {
    let source = open_source(input, options)?;
    let reader = reader_for(source.rows.as_ref(), options)?;
    Ok(Prepared {
        input,
        options,
        source,
        reader,
    })
}

/// Who looks on while an import runs.
pub(crate) trait Onlooker {
    /// Sees the counts every few thousand rows. It may stop the import, of which nothing is kept then.
    fn look(&mut self, counts: &Counts) -> ControlFlow<()>;

    /// The job that ends with this import: kept in the same transaction, so that neither is there without the other.
    fn job_ended(&self, _report: &ImportReport) -> Option<JobRecord> {
        None
    }
}

impl<F: FnMut(&Counts) -> ControlFlow<()>> Onlooker for F {
    fn look(&mut self, counts: &Counts) -> ControlFlow<()> {
        self(counts)
    }
}

/// Imports a prepared input.
pub(crate) fn import_prepared(
    store: &mut dyn Store,
    names: &Names,
    prepared: Prepared<'_>,
    onlooker: &mut dyn Onlooker,
) -> anyhow::Result<ImportReport> {
    let started = Instant::now();
    let now = clock::now();
    let Names {
        registry, matcher, ..
    } = names;
    let Prepared {
        input,
        options,
        source,
        reader,
    } = prepared;
    let OpenedSource {
        mut rows,
        by_position,
    } = source;
    if let Some(report) = find_duplicate_ahead(store, input, options)? {
        return Ok(report);
    }
    let import_id = identity::new_import_id(now);
    let source_name = options.source_name.as_deref().unwrap_or(&input.name);
    let imported_at = clock::text(now);
    let seen_at = clock::text(options.seen_at.unwrap_or(now));
    let mut writer = store.start_import(&NewImport {
        import_id: &import_id,
        imported_at: &imported_at,
        seen_at: &seen_at,
        source_name,
        scoring_profile: &options.profile.name,
        registry,
        program_version: env!("CARGO_PKG_VERSION"),
        description: options.description.as_deref(),
    })?;
    let mut stages = Stages {
        reader,
        registry,
        matcher,
        profile: &options.profile,
    };
    let mut tally = Tally::new(writer.as_sink(), options, &imported_at);
    let result = pipeline::run(rows.as_mut(), &mut stages, &mut tally, &mut |counts| {
        onlooker.look(counts)
    });
    let Tally {
        errors_by_code,
        unmatched_by_reason,
        first_reject,
        last_seen,
        ..
    } = tally;
    // Of the last time that a file tells itself, so that an old one may come late.
    let seen_at = match (options.seen_at, last_seen) {
        (None, Some(last_seen)) => last_seen,
        _ => seen_at.clone(),
    };
    let counts = result.map_err(|error| explain(error, first_reject.as_deref(), input))?;
    let digested = input.finish(by_position)?;
    if let Some(most) = options.most_rejects
        && most.is_passed(&counts, true)
    {
        return Err(too_many_rejects(&counts, first_reject.as_deref()));
    }
    let options_key = options_key(&digested, options)?;
    let findings = rows.findings();
    let header_mapping = serde_json::to_value(stages.reader.header().describe())?;
    let rates = rates_used(&stages.reader);
    let errors: BTreeMap<String, u64> = errors_by_code
        .iter()
        .map(|(code, rows)| ((*code).to_owned(), *rows))
        .collect();
    let mut report = ImportReport {
        import_id: import_id.clone(),
        state: if options.dry_run { "dry_run" } else { "done" },
        counts,
        total_rows: counts.total(),
        duplicate_of: None,
        errors_by_code: errors,
        unmatched_by_reason,
        duration_ms: 0,
        rows_per_second: 0,
        schema_version: glyph_store::SCHEMA_VERSION.to_owned(),
        registry_version: registry.version().to_owned(),
        scoring_profile: options.profile.name.clone(),
        source_name: source_name.to_owned(),
        source_sha256: digested.sha256.clone(),
        source_bytes: digested.bytes,
        header_mapping,
        findings,
        rates,
        seen_at: seen_at.clone(),
    };
    report.took(started.elapsed());
    let job = onlooker.job_ended(&report);
    let finished = FinishedImport {
        counts,
        seen_at: &seen_at,
        source_format: report.findings.format,
        source_sha256: &digested.sha256,
        source_bytes: digested.bytes,
        options_key: &options_key,
        forced: options.force,
        reading_options: options.reading_json()?,
        header_mapping: report.header_mapping.to_string(),
        findings: serde_json::to_string(&report.findings)?,
        source_header: rows.header_raw(),
        rates: &report.rates,
        errors_by_code: serde_json::to_string(&report.errors_by_code)?,
        duration_ms: report.duration_ms,
        job: job.as_ref(),
    };
    if options.dry_run {
        writer.discard()?;
    } else if let CommitOutcome::Duplicate(first) = writer.commit(&finished)? {
        return Ok(duplicate_report(&first, input));
    }
    report.took(started.elapsed());
    Ok(report)
}

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
    let first = store.find_import_by_key(&options_key(&digested, options)?)?;
    Ok(first.map(|first| duplicate_report(&first, input)))
}
