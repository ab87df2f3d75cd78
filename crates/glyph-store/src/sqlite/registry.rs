//! Loading the registry is an import too: it numbers its models.

use glyph_core::registry::Registry;
use rusqlite::{Connection, params};

use crate::error::StoreError;

/// Puts the models of `registry` into `models`, once a version. Models that are there already keep their values.
pub(super) fn load_registry(
    connection: &Connection,
    registry: &Registry,
    at: &str,
) -> Result<(), StoreError> {
    let import_id = format!("registry-{}", registry.version());
    let added = connection.execute(
        "INSERT OR IGNORE INTO import_batches
           (import_id, imported_at, source, record_count, description, state, registry_version)
         VALUES (?1, ?2, 'registry', ?3, 'GPU models and their specs', 'registry', ?4)",
        params![
            import_id,
            at,
            registry.models().len() as i64,
            registry.version()
        ],
    )?;
    if added == 0 {
        return Ok(());
    }
    let mut insert = connection.prepare(
        "INSERT OR IGNORE INTO models
           (model, vram_gb, tdp_watts, mig_support, nvlink, generation, cuda_cores, slot_width,
            pcie_generation, import_id, import_index)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    for (index, model) in registry.models().iter().enumerate() {
        insert.execute(params![
            model.canonical_model,
            model.memory_gb,
            model.tdp_w,
            model.mig_instances,
            model.nvlink,
            model.architecture,
            model.shaders,
            model.slots,
            model.pcie_generation,
            import_id,
            index as i64,
        ])?;
    }
    Ok(())
}
