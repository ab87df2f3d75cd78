//! CSV for spreadsheets: a cell that one would run as a formula is made harmless.

use std::io::Write;

use super::{Columns, ExportWriter, Value};

pub(crate) struct CsvExport<W: Write> {
    writer: csv::Writer<W>,
    harmless: bool,
}

impl<W: Write> CsvExport<W> {
    pub(super) fn new(
        out: W,
        columns: &Columns<'_>,
        harmless: bool,
    ) -> anyhow::Result<CsvExport<W>> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(columns.iter().map(|(name, _)| name))?;
        Ok(CsvExport { writer, harmless })
    }
}

impl<W: Write> ExportWriter for CsvExport<W> {
    fn write(&mut self, row: &Columns<'_>) -> anyhow::Result<()> {
        for (_, value) in row {
            match value {
                Value::Text(Some(text)) if self.harmless && runs_as_formula(text) => {
                    self.writer.write_field(format!("'{text}"))?;
                }
                Value::Text(text) | Value::Json(text) => {
                    self.writer.write_field(text.unwrap_or(""))?;
                }
                Value::Whole(number) => {
                    self.writer
                        .write_field(number.map(|number| number.to_string()).unwrap_or_default())?;
                }
                Value::Number(number) => {
                    self.writer
                        .write_field(number.map(|number| number.to_string()).unwrap_or_default())?;
                }
            }
        }
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        Ok(self.writer.flush()?)
    }
}

/// Whether a spreadsheet would take the cell for a formula: OWASP's list of first characters for CSV injection
/// (`=`, `+`, `-`, `@`, tab, carriage return, line feed, and the full-width forms).
fn runs_as_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use glyph_store::listing::RowRecord;

    use super::*;
    use crate::export::{empty_row, row_columns};

    fn exported(title: &str, harmless: bool) -> String {
        let mut out = Vec::new();
        let row = RowRecord {
            title: Some(title.to_owned()),
            ..empty_row()
        };
        let columns = row_columns(&row);
        let mut export = Box::new(CsvExport::new(&mut out, &columns, harmless).unwrap());
        export.write(&columns).unwrap();
        export.finish().unwrap();
        let text = String::from_utf8(out).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        reader.records().next().unwrap().unwrap()[4].to_owned()
    }

    #[test]
    fn a_cell_that_would_run_is_made_harmless() {
        for title in [
            "=cmd|' /C calc'!A0",
            "+1",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "＝1",
        ] {
            assert_eq!(exported(title, true), format!("'{title}"));
            assert_eq!(exported(title, false), title);
        }
        assert_eq!(exported("RTX 3090 = best", true), "RTX 3090 = best");
    }
}
