//! Where values come from: `sources.csv`.

use rustc_hash::FxHashMap;

use super::error::RegistryError;
use super::parse::RegistryFile;

/// A document or data set that values were taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub id: String,
    pub title: String,
    /// Web address; empty for values that were computed.
    pub address: String,
    /// `facts` where nothing but facts was taken, `derived` where computed, else the licence.
    pub kind: String,
}

pub(super) fn read(file: RegistryFile<'_>) -> Result<FxHashMap<String, Source>, RegistryError> {
    let mut sources = FxHashMap::default();
    let mut reader = csv::Reader::from_reader(file.text.as_bytes());
    for record in reader.records() {
        let record = record.map_err(|error| RegistryError::from_csv(file.name, &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |column| record.get(column).unwrap_or_default().to_owned();
        let source = Source {
            id: cell(0),
            title: cell(1),
            address: cell(2),
            kind: cell(3),
        };
        if source.id.is_empty() || source.title.is_empty() || source.kind.is_empty() {
            return Err(RegistryError::new(
                file.name,
                line,
                "a source needs an id, a title and a kind",
            ));
        }
        let id = source.id.clone();
        if sources.insert(id.clone(), source).is_some() {
            return Err(RegistryError::new(
                file.name,
                line,
                format!("source `{id}` is here twice"),
            ));
        }
    }
    Ok(sources)
}
