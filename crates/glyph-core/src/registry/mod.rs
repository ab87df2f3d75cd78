//! The registry: every GPU model, its names, aliases, part numbers and specs, each value with its source.

mod model;

pub use model::{Form, Model, ModelId, Vendor};

/// The models of one version of the data files, with their look-ups.
#[derive(Debug)]
pub struct Registry {
    version: String,
    models: Vec<Model>,
}

impl Registry {
    /// The registry that is built into the program.
    pub fn embedded() -> &'static Registry {
        static EMBEDDED: std::sync::LazyLock<Registry> = std::sync::LazyLock::new(|| Registry {
            version: "0".to_owned(),
            models: Vec::new(),
        });
        &EMBEDDED
    }

    /// Names the content: two registries with the same version give the same matches.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn models(&self) -> &[Model] {
        &self.models
    }

    pub fn model(&self, id: ModelId) -> &Model {
        &self.models[id.0 as usize]
    }

    /// The model with this canonical name.
    pub fn find(&self, canonical_model: &str) -> Option<ModelId> {
        self.models
            .iter()
            .position(|model| model.canonical_model == canonical_model)
            .map(|position| ModelId(position as u32))
    }
}
