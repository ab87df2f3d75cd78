//! Columns that hold JSON text, shown as the JSON they are.

use serde::{Serialize, Serializer};

#[allow(
    clippy::ref_option,
    reason = "the form that serde's `serialize_with` calls"
)]
/// Serialises stored JSON text as JSON; text that is not JSON as a string.
pub(crate) fn as_json<S: Serializer>(
    text: &Option<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match text {
        None => serializer.serialize_none(),
        Some(text) => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value) => value.serialize(serializer),
            Err(_) => text.serialize(serializer),
        },
    }
}
