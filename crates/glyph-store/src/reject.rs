//! Rejected rows as they are kept.

use serde::Serialize;

/// A row that could not be read, with the place it stands in its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectRecord {
    pub import_id: String,
    pub import_index: u64,
    pub line_start: u64,
    pub line_end: u64,
    pub byte_start: u64,
    pub byte_len: u64,
    /// The record's bytes; shown as text with the bytes that are not UTF-8 replaced.
    #[serde(serialize_with = "as_text")]
    pub raw: Vec<u8>,
    /// What a repair file holds for the row where `raw` alone cannot be read again.
    #[serde(skip)]
    pub repair_raw: Option<Vec<u8>>,
    /// The first error's code.
    pub code: String,
    /// JSON array of all the errors.
    #[serde(serialize_with = "stored_json")]
    pub errors: String,
}

impl RejectRecord {
    /// The bytes that stand for the row in a file of rejects.
    pub fn repair_bytes(&self) -> &[u8] {
        self.repair_raw.as_deref().unwrap_or(&self.raw)
    }
}

fn as_text<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(bytes))
}

fn stored_json<S: serde::Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    crate::json::as_json(&Some(text.to_owned()), serializer)
}
