//! Values that another source gives otherwise: `disputes.csv`. They are not used; they say where to look again.

use rustc_hash::FxHashMap;

use super::error::RegistryError;
use super::model::{Model, ModelId};
use super::parse::RegistryFile;
use super::source::Source;

/// What another source says of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    pub model: ModelId,
    pub field: String,
    /// In the unit of the field.
    pub value: String,
    /// The id of the source.
    pub source: String,
}

pub(super) fn read(
    file: RegistryFile<'_>,
    models: &[Model],
    by_name: &FxHashMap<String, ModelId>,
    sources: &FxHashMap<String, Source>,
) -> Result<Vec<Dispute>, RegistryError> {
    let mut disputes = Vec::new();
    let mut reader = csv::Reader::from_reader(file.text.as_bytes());
    for record in reader.records() {
        let record = record.map_err(|error| RegistryError::from_csv(file.name, &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let fault = |problem: String| Err(RegistryError::new(file.name, line, problem));
        let cell = |column| record.get(column).unwrap_or_default();
        let (name, field, value, source) = (cell(0), cell(1), cell(2), cell(3));
        let Some(id) = by_name.get(name) else {
            return fault(format!("a dispute about an unknown model `{name}`"));
        };
        if !sources.contains_key(source) {
            return fault(format!("a dispute with the unknown source `{source}`"));
        }
        match models
            .get(id.0 as usize)
            .and_then(|model| model.value(field))
        {
            None => {
                return fault(format!(
                    "`{name}` has no `{field}` that could be disputed: give it this value, or drop the line"
                ));
            }
            Some(own) if own == value => {
                return fault(format!(
                    "`{field}` of `{name}` is `{value}`: nothing is disputed"
                ));
            }
            Some(_) => {}
        }
        disputes.push(Dispute {
            model: *id,
            field: field.to_owned(),
            value: value.to_owned(),
            source: source.to_owned(),
        });
    }
    Ok(disputes)
}
