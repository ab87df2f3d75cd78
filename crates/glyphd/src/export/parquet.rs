//! Parquet, in row groups of bounded size.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use glyph_store::listing::RowRecord;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::{ExportWriter, Value, columns, empty_row};

/// Rows held in memory before they are written.
const BATCH_ROWS: usize = 8192;
const ROW_GROUP_ROWS: usize = 65_536;

pub(crate) struct ParquetExport<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: Arc<Schema>,
    rows: Vec<RowRecord>,
}

impl<W: Write + Send> ParquetExport<W> {
    pub(crate) fn new(out: W) -> anyhow::Result<ParquetExport<W>> {
        let fields: Vec<Field> = columns(&empty_row())
            .into_iter()
            .map(|(name, value)| {
                let kind = match value {
                    Value::Text(_) => DataType::Utf8,
                    Value::Whole(_) => DataType::Int64,
                    Value::Number(_) => DataType::Float64,
                };
                Field::new(name, kind, true)
            })
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .build();
        let writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties))?;
        Ok(ParquetExport {
            writer,
            schema,
            rows: Vec::new(),
        })
    }

    fn write_batch(&mut self) -> anyhow::Result<()> {
        let table: Vec<_> = self.rows.iter().map(columns).collect();
        let arrays: Vec<ArrayRef> = self
            .schema
            .fields()
            .iter()
            .enumerate()
            .map(|(place, field)| -> ArrayRef {
                let values = table.iter().map(|row| &row[place].1);
                match field.data_type() {
                    DataType::Int64 => Arc::new(
                        values
                            .map(|value| {
                                if let Value::Whole(number) = value {
                                    *number
                                } else {
                                    None
                                }
                            })
                            .collect::<Int64Array>(),
                    ),
                    DataType::Float64 => Arc::new(
                        values
                            .map(|value| {
                                if let Value::Number(number) = value {
                                    *number
                                } else {
                                    None
                                }
                            })
                            .collect::<Float64Array>(),
                    ),
                    _ => Arc::new(
                        values
                            .map(|value| {
                                if let Value::Text(text) = value {
                                    *text
                                } else {
                                    None
                                }
                            })
                            .collect::<StringArray>(),
                    ),
                }
            })
            .collect();
        self.writer
            .write(&RecordBatch::try_new(Arc::clone(&self.schema), arrays)?)?;
        self.rows.clear();
        Ok(())
    }
}

impl<W: Write + Send> ExportWriter for ParquetExport<W> {
    fn write(&mut self, row: &RowRecord) -> anyhow::Result<()> {
        self.rows.push(row.clone());
        if self.rows.len() >= BATCH_ROWS {
            self.write_batch()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        if !self.rows.is_empty() {
            self.write_batch()?;
        }
        self.writer.close()?;
        Ok(())
    }
}
