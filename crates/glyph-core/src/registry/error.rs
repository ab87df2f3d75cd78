//! What can be wrong with a registry file, and where.

/// A fault in a data file: the file, the line and what to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct RegistryError {
    pub file: String,
    /// 1-based, of the row's first line.
    pub line: u64,
    pub problem: String,
}

impl RegistryError {
    pub(super) fn new(file: &str, line: u64, problem: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            problem: problem.into(),
        }
    }

    pub(super) fn from_csv(file: &str, error: &csv::Error) -> Self {
        Self::new(
            file,
            error.position().map_or(0, csv::Position::line),
            error.to_string(),
        )
    }
}
