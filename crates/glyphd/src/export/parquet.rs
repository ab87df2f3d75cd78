//! Parquet, in row groups of bounded size.

use std::io::Write;
use std::sync::Arc;

use arrow_array::builder::{Float64Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::{Columns, ExportWriter, Value};

/// Rows held in memory before they are written.
const BATCH_ROWS: usize = 8192;
const ROW_GROUP_ROWS: usize = 65_536;

pub(crate) struct ParquetExport<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: Arc<Schema>,
    columns: Vec<Column>,
    rows: usize,
}

/// The values of a column that are not written yet.
enum Column {
    Text(StringBuilder),
    Whole(Int64Builder),
    Number(Float64Builder),
}

impl Column {
    fn of_kind(value: &Value<'_>) -> Column {
        match value {
            Value::Text(_) | Value::Json(_) => Column::Text(StringBuilder::new()),
            Value::Whole(_) => Column::Whole(Int64Builder::new()),
            Value::Number(_) => Column::Number(Float64Builder::new()),
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            Column::Text(_) => DataType::Utf8,
            Column::Whole(_) => DataType::Int64,
            Column::Number(_) => DataType::Float64,
        }
    }

    fn push(&mut self, value: &Value<'_>) -> anyhow::Result<()> {
        match (self, value) {
            (Column::Text(column), Value::Text(text) | Value::Json(text)) => {
                column.append_option(*text);
            }
            (Column::Whole(column), Value::Whole(number)) => column.append_option(*number),
            (Column::Number(column), Value::Number(number)) => column.append_option(*number),
            _ => anyhow::bail!("a column has values of two kinds"),
        }
        Ok(())
    }

    fn take(&mut self) -> ArrayRef {
        match self {
            Column::Text(column) => Arc::new(column.finish()),
            Column::Whole(column) => Arc::new(column.finish()),
            Column::Number(column) => Arc::new(column.finish()),
        }
    }
}

impl<W: Write + Send> ParquetExport<W> {
    pub(super) fn new(out: W, columns: &Columns<'_>) -> anyhow::Result<ParquetExport<W>> {
        let (fields, columns): (Vec<Field>, Vec<Column>) = columns
            .iter()
            .map(|(name, value)| {
                let column = Column::of_kind(value);
                (Field::new(*name, column.data_type(), true), column)
            })
            .unzip();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .build();
        let writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties))?;
        Ok(ParquetExport {
            writer,
            schema,
            columns,
            rows: 0,
        })
    }

    fn write_batch(&mut self) -> anyhow::Result<()> {
        let arrays = self.columns.iter_mut().map(Column::take).collect();
        self.writer
            .write(&RecordBatch::try_new(Arc::clone(&self.schema), arrays)?)?;
        self.rows = 0;
        Ok(())
    }
}

impl<W: Write + Send> ExportWriter for ParquetExport<W> {
    fn write(&mut self, row: &Columns<'_>) -> anyhow::Result<()> {
        for (column, (_, value)) in self.columns.iter_mut().zip(row) {
            column.push(value)?;
        }
        self.rows += 1;
        if self.rows >= BATCH_ROWS {
            self.write_batch()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> anyhow::Result<()> {
        if self.rows > 0 {
            self.write_batch()?;
        }
        self.writer.close()?;
        Ok(())
    }
}
