//! A user's own file of models over the built-in ones.

use std::collections::BTreeMap;

use super::error::RegistryError;
use super::parse::{self, Given, RegistryFile, Row};
use super::source::Source;
use super::{ModelId, Registry, check, fnv_1a, index_names, index_products, parts};

impl Registry {
    /// This registry with the models of `file` added. A row whose canonical name is known overrides that model: what
    /// its cells say counts, what they leave empty stays. The columns are those of the built-in files and
    /// `part_numbers`; of a known model only `canonical_model` is needed. The version changes with the content.
    pub fn with_models(&self, file: RegistryFile<'_>) -> Result<Registry, RegistryError> {
        let mut sources = self.sources.clone();
        let mut rows: Vec<Row> = self.models.iter().cloned().map(Row::built_in).collect();
        let mut part_numbers = self.part_numbers.clone();
        let mut given_numbers: BTreeMap<String, u64> = BTreeMap::new();
        let given = parse::read_given(file, &|name| self.find(name).map(|id| self.model(id)))?;
        for Given {
            row,
            part_numbers: numbers,
        } in given
        {
            for id in row.model.sources.values() {
                sources.entry(id.clone()).or_insert_with(|| Source {
                    id: id.clone(),
                    title: if id == parse::GIVEN {
                        format!("`{}`", file.name)
                    } else {
                        id.clone()
                    },
                    address: String::new(),
                    kind: "given".to_owned(),
                });
            }
            let known = rows
                .iter()
                .position(|known| known.model.canonical_model == row.model.canonical_model);
            let place = known.unwrap_or(rows.len());
            for number in numbers {
                let normalised = parts::normalise_part_number(&number);
                if normalised.len() < parts::SHORTEST {
                    return Err(row.fault(format!(
                        "part number `{number}` is too short to name one thing"
                    )));
                }
                if let Some(line) = given_numbers.insert(normalised.clone(), row.line) {
                    return Err(
                        row.fault(format!("part number `{number}` is on line {line} already"))
                    );
                }
                part_numbers.insert(normalised, ModelId(place as u32));
            }
            match known {
                Some(place) => rows[place] = row,
                None => rows.push(row),
            }
        }
        check::check(&rows, &sources)?;
        // As for the built-in files, line ends aside.
        let text = file.text.bytes().filter(|byte| *byte != b'\r');
        let models: Vec<_> = rows.into_iter().map(|row| row.model).collect();
        Ok(Registry {
            version: format!("{}+{:08x}", self.version, fnv_1a(text) >> 32),
            by_name: index_names(&models),
            by_product: index_products(&models),
            models,
            part_numbers,
            sources,
            disputes: self.disputes.clone(),
        })
    }
}
