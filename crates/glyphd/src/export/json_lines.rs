//! JSON Lines: an object a row; absent values are left out.

use std::io::Write;

use serde_json::{Map, Value as Json};

use super::{Columns, ExportWriter, Value};

pub(crate) struct JsonLinesExport<W> {
    out: W,
}

impl<W: Write> JsonLinesExport<W> {
    pub(super) fn new(out: W) -> JsonLinesExport<W> {
        JsonLinesExport { out }
    }
}

impl<W: Write> ExportWriter for JsonLinesExport<W> {
    fn write(&mut self, row: &Columns<'_>) -> anyhow::Result<()> {
        let mut object = Map::new();
        for (name, value) in row {
            let json = match value {
                Value::Json(Some(text)) => serde_json::from_str(text)?,
                Value::Text(Some(text)) => Json::from(*text),
                Value::Whole(Some(number)) => Json::from(*number),
                Value::Number(Some(number)) => Json::from(*number),
                Value::Text(None)
                | Value::Json(None)
                | Value::Whole(None)
                | Value::Number(None) => {
                    continue;
                }
            };
            object.insert((*name).to_owned(), json);
        }
        serde_json::to_writer(&mut self.out, &object)?;
        Ok(self.out.write_all(b"\n")?)
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        Ok(self.out.flush()?)
    }
}
