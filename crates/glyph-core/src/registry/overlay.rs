//! A user's own file of models over the built-in ones.

use super::error::RegistryError;
use super::parse::{self, RegistryFile, Row};
use super::source::Source;
use super::{Registry, check, fnv_1a, index_names, index_products};

impl Registry {
    /// This registry with the models of `file` added; a model whose canonical name is known takes its place.
    /// Sources that the file names and nobody knows are taken as they are. The version changes with the content.
    pub fn with_models(&self, file: RegistryFile<'_>) -> Result<Registry, RegistryError> {
        let mut sources = self.sources.clone();
        let mut rows: Vec<Row> = self.models.iter().cloned().map(Row::built_in).collect();
        let mut given = Vec::new();
        parse::read_models(file, &mut given)?;
        for row in given {
            for id in row.model.sources.values() {
                sources.entry(id.clone()).or_insert_with(|| Source {
                    id: id.clone(),
                    title: id.clone(),
                    address: String::new(),
                    kind: "given".to_owned(),
                });
            }
            match rows
                .iter()
                .position(|known| known.model.canonical_model == row.model.canonical_model)
            {
                Some(position) => rows[position] = row,
                None => rows.push(row),
            }
        }
        check::check(&rows, &sources)?;
        let models: Vec<_> = rows.into_iter().map(|row| row.model).collect();
        Ok(Registry {
            version: format!("{}+{:08x}", self.version, fnv_1a(file.text.bytes()) >> 32),
            by_name: index_names(&models),
            by_product: index_products(&models),
            models,
            part_numbers: self.part_numbers.clone(),
            sources,
        })
    }
}
