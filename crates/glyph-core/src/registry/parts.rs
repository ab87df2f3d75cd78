//! Part numbers of makers and server vendors: `part-numbers.csv`.

use rustc_hash::FxHashMap;

use super::error::RegistryError;
use super::model::ModelId;
use super::parse::RegistryFile;
use super::source::Source;

/// The form in which part numbers are compared: ASCII letters and digits alone, in upper case.
/// `900-2G500-0000-000` and `9002g5000000000` are one number.
pub fn normalise_part_number(part: &str) -> String {
    part.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}

/// Shorter numbers name too many things.
pub(super) const SHORTEST: usize = 5;

pub(super) fn read(
    file: RegistryFile<'_>,
    by_name: &FxHashMap<String, ModelId>,
    sources: &FxHashMap<String, Source>,
) -> Result<FxHashMap<String, ModelId>, RegistryError> {
    let mut parts = FxHashMap::default();
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(file.text.as_bytes());
    for record in reader.records() {
        let record = record.map_err(|error| RegistryError::from_csv(file.name, &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let fault = |problem: String| Err(RegistryError::new(file.name, line, problem));
        let cell = |column| record.get(column).unwrap_or_default();
        let (part, name, source) = (cell(0), cell(1), cell(2));
        let normalised = normalise_part_number(part);
        if normalised.len() < SHORTEST {
            return fault(format!(
                "part number `{part}` is too short to name one thing"
            ));
        }
        let Some(id) = by_name.get(name) else {
            return fault(format!(
                "part number `{part}` is of an unknown model `{name}`"
            ));
        };
        if !sources.contains_key(source) {
            return fault(format!(
                "part number `{part}` has the unknown source `{source}`"
            ));
        }
        if parts.insert(normalised, *id).is_some() {
            return fault(format!("part number `{part}` is here twice"));
        }
    }
    Ok(parts)
}
