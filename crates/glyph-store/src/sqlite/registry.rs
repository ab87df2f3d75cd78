//! Loading the registry is an import too: it numbers its models.

use glyph_core::registry::Registry;
use rusqlite::{Connection, params};

use crate::error::StoreError;

/// Puts the models of `registry` into `models`, unless they are there. What another registry said of a model is
/// corrected; rows of the old program keep their values.
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
    if added == 0
        && holds_all(connection, registry)?
        && !is_overridden(connection, registry, &import_id)?
    {
        return Ok(());
    }
    // Not one statement: before an upsert that may fire a trigger SQLite copies the pages that it is to write.
    let mut insert = connection.prepare(
        "INSERT INTO models
           (model, vram_gb, tdp_watts, mig_support, nvlink, generation, cuda_cores, slot_width,
            pcie_generation, import_id, import_index)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (model) DO NOTHING",
    )?;
    let mut correct = connection.prepare(
        "UPDATE models
         SET vram_gb = ?2, tdp_watts = ?3, mig_support = ?4, nvlink = ?5, generation = ?6, cuda_cores = ?7,
             slot_width = ?8, pcie_generation = ?9, import_id = ?10, import_index = ?11
         WHERE model = ?1 AND import_id LIKE 'registry-%'",
    )?;
    for (index, model) in registry.models().iter().enumerate() {
        let values = params![
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
        ];
        if insert.execute(values)? == 0 {
            correct.execute(values)?;
        }
    }
    Ok(())
}

/// Whether every model of the registry is there: rows will refer to them.
fn holds_all(connection: &Connection, registry: &Registry) -> Result<bool, StoreError> {
    let mut select = connection.prepare("SELECT 1 FROM models WHERE model = ?1")?;
    for model in registry.models() {
        if !select.exists([&model.canonical_model])? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether another registry, loaded since, has the word on a model of this one.
fn is_overridden(
    connection: &Connection,
    registry: &Registry,
    import_id: &str,
) -> Result<bool, StoreError> {
    let mut select = connection.prepare(
        "SELECT model FROM models WHERE import_id LIKE 'registry-%' AND import_id <> ?1",
    )?;
    let mut rows = select.query([import_id])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        if registry
            .find(&name)
            .is_some_and(|id| registry.model(id).canonical_model == name)
        {
            return Ok(true);
        }
    }
    Ok(false)
}
