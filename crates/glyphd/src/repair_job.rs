//! A repair from its file to its record: the mended rows go into the places that the rejected ones left.

use std::ops::ControlFlow;

use glyph_core::pipeline::{self, RunError, Stages};
use glyph_core::score::Profile;
use glyph_store::StoreError;
use glyph_store::import::{FinishedRepair, ImportRecord, NewRepair, RepairRecord};
use glyph_store::store::Store;

use crate::clock;
use crate::command::Hinted;
use crate::import_job::{
    ImportOptions, OpenedSource, open_source, rates_used, reader_for_repair, source_failed,
};
use crate::input::Input;
use crate::names::Names;
use crate::profiles::profile_of_rows;

/// Repairs `record` from `input`: all of it, or nothing.
pub(crate) fn repair_import(
    store: &mut dyn Store,
    names: &Names,
    record: &ImportRecord,
    input: &Input,
    options: &ImportOptions,
    given_profile: Option<&Profile>,
) -> anyhow::Result<RepairRecord> {
    let now = clock::text(clock::now());
    let Names {
        registry, matcher, ..
    } = names;
    must_be_the_registry_of(record, registry.version())?;
    // A mended row means what its neighbours mean: it is scored as they are.
    let profile = profile_of_rows(record.scoring_profile.as_deref(), given_profile)?
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
        Err(RunError::Sink(error)) => {
            return Err(match error.downcast::<StoreError>() {
                Ok(error) => anyhow::Error::new(*error),
                Err(error) => anyhow::anyhow!(error),
            });
        }
        Err(error) => return Err(error.into()),
    }
    let digested = input.finish(by_position)?;
    Ok(writer.commit(&FinishedRepair {
        source_sha256: &digested.sha256,
        rates: &rates_used(&stages.reader),
    })?)
}

/// Rows that the user's own models named are not repaired without them: `…+1a2b3c4d` is the version of such a registry.
fn must_be_the_registry_of(record: &ImportRecord, version: &str) -> anyhow::Result<()> {
    let own = |version: &str| version.split_once('+').map(|(_, own)| own.to_owned());
    match record.registry_version.as_deref() {
        Some(stored) if own(stored).is_some() && own(stored) != own(version) => Err(Hinted::new(
            format!("the import was matched with models of your own (registry `{stored}`)"),
            "give the same file with `--registry FILE`, or bring the import to this registry with `imports rematch`",
        )
        .into()),
        _ => Ok(()),
    }
}
