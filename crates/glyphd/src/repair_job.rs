//! A repair from its file to its record: the mended rows go into the places that the rejected ones left.

use std::ops::ControlFlow;

use glyph_core::pipeline::{self, RunError, Stages};
use glyph_core::score::Profile;
use glyph_store::import::{FinishedRepair, ImportRecord, NewRepair, RepairRecord};
use glyph_store::store::Store;

use crate::clock;
use crate::import_job::{
    ImportOptions, Names, OpenedSource, open_source, rates_used, reader_for_repair, source_failed,
};
use crate::input::Input;

/// Repairs `record` from `input`: all of it, or nothing.
pub(crate) fn repair_import(
    store: &mut dyn Store,
    names: &Names,
    record: &ImportRecord,
    input: &Input,
    options: &ImportOptions,
) -> anyhow::Result<RepairRecord> {
    let now = clock::text(clock::now());
    let Names { registry, matcher } = names;
    // A mended row means what its neighbours mean: it is scored as they are.
    let profile = record
        .scoring_profile
        .as_deref()
        .and_then(Profile::find)
        .unwrap_or_else(Profile::inference);
    let OpenedSource {
        mut rows,
        by_position,
    } = open_source(input, options)?;
    let reader = reader_for_repair(rows.as_ref(), options)?;
    let mut writer = store.start_repair(&NewRepair {
        import_id: &record.import_id,
        repaired_at: &now,
        seen_at: record.seen_at.as_deref().unwrap_or(&record.imported_at),
        source_name: &input.name,
        registry,
    })?;
    let mut stages = Stages {
        reader,
        registry,
        matcher,
        profile: &profile,
    };
    let result = pipeline::run(rows.as_mut(), &mut stages, writer.as_sink(), &mut |_| {
        ControlFlow::Continue(())
    });
    match result {
        Ok(_) => {}
        Err(RunError::Source(error)) => return Err(source_failed(&error, input)),
        Err(error) => return Err(error.into()),
    }
    let digested = input.finish(by_position)?;
    Ok(writer.commit(&FinishedRepair {
        source_sha256: &digested.sha256,
        rates: &rates_used(&stages.reader),
    })?)
}
