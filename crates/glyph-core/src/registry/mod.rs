//! The registry: every GPU model, its names, aliases, part numbers and specs, each value with its source.
//!
//! The data are CSV files beside this crate's sources, in `registry/`; they are built into the program and read once.

mod audit;
mod check;
mod disputes;
mod error;
mod model;
mod overlay;
mod parse;
mod parts;
mod source;

use rustc_hash::FxHashMap;

pub use audit::{AUDITED, Finding, Problem};
pub use disputes::Dispute;
pub use error::RegistryError;
pub use model::{Form, Model, ModelId, Vendor};
pub use parse::{RegistryFile, RegistryFiles};
pub use parts::normalise_part_number;
pub use source::Source;

/// The models of one version of the data files, with their look-ups.
#[derive(Debug, Clone)]
pub struct Registry {
    version: String,
    models: Vec<Model>,
    /// Canonical names and old names.
    by_name: FxHashMap<String, ModelId>,
    /// Variants of a product in the order of the files.
    by_product: FxHashMap<String, Vec<ModelId>>,
    part_numbers: FxHashMap<String, ModelId>,
    sources: FxHashMap<String, Source>,
    disputes: Vec<Dispute>,
}

impl Registry {
    /// The registry that is built into the program.
    ///
    /// # Panics
    /// If the built-in files are faulty, which a test of this module rules out for any build that passed it.
    pub fn embedded() -> &'static Registry {
        static EMBEDDED: std::sync::LazyLock<Registry> =
            std::sync::LazyLock::new(|| match Registry::parse(&RegistryFiles::EMBEDDED) {
                Ok(registry) => registry,
                Err(error) => panic!("built-in registry: {error}"),
            });
        &EMBEDDED
    }

    /// Reads and checks a set of data files. The first fault found is the error; it names file and line.
    pub fn parse(files: &RegistryFiles<'_>) -> Result<Registry, RegistryError> {
        let sources = source::read(files.sources)?;
        let mut rows = Vec::with_capacity(1500);
        for file in files.models {
            parse::read_models(*file, &mut rows)?;
        }
        check::check(&rows, &sources)?;
        let models: Vec<Model> = rows.into_iter().map(|row| row.model).collect();
        let by_name = index_names(&models);
        let part_numbers = parts::read(files.part_numbers, &by_name, &sources)?;
        let disputes = disputes::read(files.disputes, &models, &by_name, &sources)?;
        Ok(Registry {
            version: files.version(),
            by_product: index_products(&models),
            models,
            by_name,
            part_numbers,
            sources,
            disputes,
        })
    }

    /// Names the content: two registries with the same version give the same matches by the same matcher.
    /// It is the date of the data and a hash over the files, such as `2026.11.22-9f86d081884c`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All models, in the order of the files.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model with this id of this registry.
    pub fn model(&self, id: ModelId) -> &Model {
        &self.models[id.0 as usize]
    }

    /// Every id with its model.
    pub fn iter(&self) -> impl Iterator<Item = (ModelId, &Model)> {
        self.models
            .iter()
            .enumerate()
            .map(|(index, model)| (ModelId(index as u32), model))
    }

    /// The model with this canonical name, or with this name in an older database.
    pub fn find(&self, canonical_model: &str) -> Option<ModelId> {
        self.by_name.get(canonical_model).copied()
    }

    /// The models that share this product name (`GeForce RTX 3080`), in the order of the files.
    pub fn variants(&self, product: &str) -> &[ModelId] {
        self.by_product.get(product).map_or(&[], Vec::as_slice)
    }

    /// The variant that a title means which names the product and nothing else: the only one, or the one that trade
    /// usage takes for granted. `None` where the product has several and none goes without saying.
    pub fn default_variant(&self, product: &str) -> Option<ModelId> {
        match self.variants(product) {
            [only] => Some(*only),
            several => several
                .iter()
                .copied()
                .find(|id| self.model(*id).default_variant),
        }
    }

    /// Every alias with the model that it names.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, ModelId)> {
        self.iter()
            .flat_map(|(id, model)| model.aliases.iter().map(move |alias| (alias.as_str(), id)))
    }

    /// The model that a part number names. `normalised` is as [`normalise_part_number`] gives it.
    pub fn part_number(&self, normalised: &str) -> Option<ModelId> {
        self.part_numbers.get(normalised).copied()
    }

    /// Every known part number, normalised, with its model, in no particular order.
    pub fn part_numbers(&self) -> impl Iterator<Item = (&str, ModelId)> {
        self.part_numbers
            .iter()
            .map(|(part, id)| (part.as_str(), *id))
    }

    /// The part numbers of one model, normalised, in their order.
    pub fn part_numbers_of(&self, id: ModelId) -> Vec<&str> {
        let mut numbers: Vec<&str> = self
            .part_numbers()
            .filter(|(_, of)| *of == id)
            .map(|(part, _)| part)
            .collect();
        numbers.sort_unstable();
        numbers
    }

    /// Where the value of `field` of this model comes from.
    pub fn source_of(&self, id: ModelId, field: &str) -> Option<&Source> {
        let sources = &self.model(id).sources;
        self.sources
            .get(sources.get(field).or_else(|| sources.get("*"))?)
    }
}

fn index_names(models: &[Model]) -> FxHashMap<String, ModelId> {
    let mut by_name = FxHashMap::default();
    for (index, model) in models.iter().enumerate() {
        for name in std::iter::once(&model.canonical_model).chain(&model.old_names) {
            by_name.insert(name.clone(), ModelId(index as u32));
        }
    }
    by_name
}

fn index_products(models: &[Model]) -> FxHashMap<String, Vec<ModelId>> {
    let mut by_product: FxHashMap<String, Vec<ModelId>> = FxHashMap::default();
    for (index, model) in models.iter().enumerate() {
        by_product
            .entry(model.product.clone())
            .or_default()
            .push(ModelId(index as u32));
    }
    by_product
}

/// 64-bit FNV-1a, which names content; it is no defence against a forger.
fn fnv_1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests;
