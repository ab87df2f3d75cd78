//! Titles that are nothing but a canonical name, as the old program's files and this program's exports have them.

use rustc_hash::FxHashMap;

use super::{Clues, Evidence, Kind, Match};
use crate::registry::{Form, ModelId, Registry};

/// The registry's own names, in capitals.
#[derive(Debug)]
pub(super) struct CanonicalNames {
    models: FxHashMap<String, Named>,
    longest: usize,
}

#[derive(Debug)]
struct Named {
    id: ModelId,
    product: String,
    memory_gb: Option<f64>,
    form: Option<Form>,
}

impl CanonicalNames {
    pub(super) fn new(registry: &Registry) -> CanonicalNames {
        let mut models = FxHashMap::default();
        for model in registry.models() {
            if let Some(id) = registry.find(&model.canonical_model) {
                let named = Named {
                    id,
                    product: model.product.clone(),
                    memory_gb: model.memory_gb,
                    form: model.form,
                };
                models.insert(model.canonical_model.to_ascii_uppercase(), named);
            }
        }
        CanonicalNames {
            longest: models.keys().map(String::len).max().unwrap_or(0),
            models,
        }
    }

    /// The card whose name the title is. A name without `_`, as `L4`, may be anything: it counts where the column of
    /// models says the same.
    pub(super) fn find(&self, clues: &Clues<'_>) -> Option<Match> {
        let title = clues.title;
        let is_sure = title.contains('_') || clues.model_hint == Some(title);
        if title.len() > self.longest || !is_sure {
            return None;
        }
        let named = self.models.get(&title.to_ascii_uppercase())?;
        Some(Match {
            kind: Kind::GpuCard,
            model: Some(named.id),
            product: Some(named.product.clone()),
            memory_gb: named.memory_gb,
            form: named.form,
            lot_size: 1,
            confidence: 1.0,
            would_settle: Vec::new(),
            flags: Vec::new(),
            evidence: vec![Evidence {
                start: 0,
                end: title.len(),
                text: title.to_owned(),
                says: "model",
            }],
            candidates: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::Matcher;

    #[test]
    fn every_canonical_name_leads_back_to_its_model() {
        let registry = Registry::embedded();
        let matcher = Matcher::new(registry);
        for model in registry.models() {
            let name = model.canonical_model.to_lowercase();
            let found = matcher.match_listing(&Clues {
                title: &name,
                model_hint: Some(&name),
                ..Clues::default()
            });
            assert_eq!(found.model, registry.find(&model.canonical_model));
        }
        let bare = matcher.match_listing(&Clues {
            title: "K8",
            ..Clues::default()
        });
        assert_eq!(bare.model, None);
    }
}
