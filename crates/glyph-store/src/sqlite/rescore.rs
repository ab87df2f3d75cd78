//! Scoring stored rows again, under another profile or registry.

use rusqlite::{Connection, TransactionBehavior, params};

use super::import_record::find_by_id;
use super::segment;
use crate::error::StoreError;
use crate::import::ImportState;
use crate::store::{Rescored, StoredOffer};

pub(super) fn rescore_import(
    connection: &mut Connection,
    import_id: &str,
    profile: &str,
    score: &dyn Fn(&StoredOffer<'_>) -> Option<f64>,
) -> Result<Rescored, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let record = find_by_id(&transaction, import_id)?
        .ok_or_else(|| StoreError::ImportUnknown(import_id.to_owned()))?;
    match record.state {
        ImportState::Done | ImportState::Legacy => {}
        ImportState::Undone => return Err(StoreError::AlreadyUndone(import_id.to_owned())),
        ImportState::Registry => return Err(StoreError::NotListings(import_id.to_owned())),
    }
    let mut result = Rescored::default();
    {
        let mut select = transaction.prepare(
            "SELECT r.id, r.canonical_model, r.price / coalesce(r.lot_size, 1), r.score, r.condition,
               coalesce(instr(l.flags, '\"for_parts\"'), 0) > 0
             FROM scored_listings AS r
             LEFT JOIN listings AS l ON l.id = r.listing_id
             WHERE r.import_id = ?1
             ORDER BY r.id",
        )?;
        let mut update =
            transaction.prepare("UPDATE scored_listings SET score = ?2 WHERE id = ?1")?;
        let mut rows = select.query([import_id])?;
        while let Some(row) = rows.next()? {
            result.rows += 1;
            let (id, old): (i64, f64) = (row.get(0)?, row.get(3)?);
            let model: String = row.get(1)?;
            let condition: Option<String> = row.get(4)?;
            let offer = StoredOffer {
                canonical_model: &model,
                unit_price: row.get(2)?,
                condition: condition.as_deref(),
                for_parts: row.get(5)?,
            };
            match score(&offer) {
                None => result.unscorable += 1,
                Some(new) if new.to_bits() == old.to_bits() => {}
                Some(new) => {
                    result.changed += 1;
                    update.execute(params![id, new])?;
                }
            }
        }
    }
    segment::segment_import(&transaction, Some(import_id))?;
    // An import with rows that keep an older score has no one profile.
    let profile = (result.unscorable == 0).then_some(profile);
    transaction.execute(
        "UPDATE import_batches SET scoring_profile = ?2 WHERE import_id = ?1",
        params![import_id, profile],
    )?;
    transaction.commit()?;
    Ok(result)
}
