//! JSON Lines: an object a row; absent values are left out.

use std::io::Write;

use glyph_store::listing::RowRecord;
use serde_json::{Map, Value as Json};

use super::{ExportWriter, Value, columns};

pub(crate) struct JsonLinesExport<W> {
    out: W,
}

impl<W: Write> JsonLinesExport<W> {
    pub(crate) fn new(out: W) -> JsonLinesExport<W> {
        JsonLinesExport { out }
    }
}

impl<W: Write> ExportWriter for JsonLinesExport<W> {
    fn write(&mut self, row: &RowRecord) -> anyhow::Result<()> {
        let mut object = Map::new();
        for (name, value) in columns(row) {
            let json = match value {
                // Stored as JSON text: shown as the object it is.
                Value::Text(Some(text)) if name == "extra" => serde_json::from_str(text)?,
                Value::Text(Some(text)) => Json::from(text),
                Value::Whole(Some(number)) => Json::from(number),
                Value::Number(Some(number)) => Json::from(number),
                Value::Text(None) | Value::Whole(None) | Value::Number(None) => continue,
            };
            object.insert(name.to_owned(), json);
        }
        if let Some(errors) = &row.errors {
            object.insert("errors".to_owned(), serde_json::from_str(errors)?);
        }
        serde_json::to_writer(&mut self.out, &object)?;
        Ok(self.out.write_all(b"\n")?)
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        Ok(self.out.flush()?)
    }
}
