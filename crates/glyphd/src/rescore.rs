//! The rows of an import scored again, each from what is stored of it.

use glyph_core::listing::Condition;
use glyph_core::matching::Flag;
use glyph_core::pipeline::counted_condition;
use glyph_core::registry::Registry;
use glyph_core::score::{Asked, Profile, score_value};
use glyph_store::StoreError;
use glyph_store::import::ImportRecord;
use glyph_store::store::{Rescored, Store, StoredOffer};

/// Scores the rows of an import by a profile and the specs of a registry.
pub(crate) fn rescore(
    store: &mut dyn Store,
    record: &ImportRecord,
    registry: &Registry,
    profile: &Profile,
) -> Result<Rescored, StoreError> {
    store.rescore_import(&record.import_id, &profile.name, &|offer| {
        let model = registry.model(registry.find(offer.canonical_model)?);
        score_value(model, asked(offer), profile)
    })
}

/// What a stored row asks for one card.
fn asked(offer: &StoredOffer<'_>) -> Asked {
    let flags: &[Flag] = if offer.for_parts {
        &[Flag::ForParts]
    } else {
        &[]
    };
    Asked {
        unit_price_usd: offer.unit_price,
        condition: counted_condition(offer.condition.and_then(Condition::read), flags),
    }
}
