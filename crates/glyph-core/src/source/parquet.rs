//! Parquet. It is read from its end, so it comes as something that can be read at a position and not as a stream.
//!
//! No byte of the file is one row's own: `byte_start` and `byte_len` are 0, and the line is the 1-based number of the row.
//! `raw` is the row as a JSON object, so that rejects can be mended as JSON Lines. Decimals keep their digits, times are
//! RFC 3339 (those without a zone are taken for UTC), null is no cell, and nested values are shown as Arrow shows them.

use std::fmt::Write;

use ::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use ::parquet::file::reader::ChunkReader;
use arrow_array::{Array, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use serde::de::IgnoredAny;

use super::{Findings, Format, Limits, RawRow, RowSource, RowSpan, SourceError};

/// Rows decoded at a time: few, since a row may be large.
const BATCH_ROWS: usize = 512;

/// A Parquet source.
pub struct ParquetSource {
    batches: ParquetRecordBatchReader,
    limits: Limits,
    columns: Vec<String>,
    texts: Vec<TextColumn>,
    batch_rows: usize,
    next_in_batch: usize,
    next_index: u64,
}

impl std::fmt::Debug for ParquetSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ParquetSource")
            .field("columns", &self.columns)
            .field("next_index", &self.next_index)
            .finish_non_exhaustive()
    }
}

/// The values of one column of the batch in work, as text.
#[derive(Debug, Default)]
struct TextColumn {
    text: String,
    /// The end of each value in `text`, and whether it is one.
    ends: Vec<(usize, bool)>,
    /// Whether the values may stand in JSON without quotes.
    is_bare: bool,
}

impl TextColumn {
    fn get(&self, row: usize) -> Option<&str> {
        let &(end, is_value) = self.ends.get(row)?;
        let start = match row {
            0 => 0,
            _ => self.ends.get(row - 1)?.0,
        };
        if is_value {
            self.text.get(start..end)
        } else {
            None
        }
    }

    fn fill(&mut self, array: &dyn Array) -> Result<(), SourceError> {
        let options = FormatOptions::new()
            .with_display_error(false)
            .with_timestamp_format(Some("%Y-%m-%dT%H:%M:%S%.fZ"));
        let formatter = ArrayFormatter::try_new(array, &options).map_err(malformed)?;
        let kind = array.data_type();
        self.is_bare = kind.is_numeric() || matches!(kind, arrow_schema::DataType::Boolean);
        self.text.clear();
        self.ends.clear();
        for row in 0..array.len() {
            let is_value = array.is_valid(row);
            if is_value {
                formatter
                    .value(row)
                    .write(&mut self.text)
                    .map_err(malformed)?;
            }
            self.ends.push((self.text.len(), is_value));
        }
        Ok(())
    }
}

impl ParquetSource {
    /// Reads the footer of `file`: a `std::fs::File` or `bytes::Bytes`.
    ///
    /// # Errors
    /// [`SourceError::Malformed`] where it is no whole Parquet file, [`SourceError::TooManyColumns`] past the limit.
    pub fn open(
        file: impl ChunkReader + 'static,
        limits: Limits,
    ) -> Result<ParquetSource, SourceError> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(malformed)?;
        let columns: Vec<String> = builder
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        if columns.len() > limits.columns {
            return Err(SourceError::TooManyColumns {
                limit: limits.columns,
            });
        }
        Ok(ParquetSource {
            batches: builder
                .with_batch_size(BATCH_ROWS)
                .build()
                .map_err(malformed)?,
            limits,
            texts: columns.iter().map(|_| TextColumn::default()).collect(),
            columns,
            batch_rows: 0,
            next_in_batch: 0,
            next_index: 0,
        })
    }

    /// Makes text of the next batch. `false` at the end.
    fn read_batch(&mut self) -> Result<bool, SourceError> {
        let Some(batch) = self.batches.next() else {
            return Ok(false);
        };
        let batch: RecordBatch = batch.map_err(malformed)?;
        for (text, array) in self.texts.iter_mut().zip(batch.columns()) {
            text.fill(array)?;
        }
        self.batch_rows = batch.num_rows();
        self.next_in_batch = 0;
        Ok(true)
    }
}

impl RowSource for ParquetSource {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn next_row(&mut self, row: &mut RawRow) -> Result<bool, SourceError> {
        while self.next_in_batch == self.batch_rows {
            if !self.read_batch()? {
                return Ok(false);
            }
        }
        row.reset(self.next_index);
        let line = self.next_index + 1;
        row.span = RowSpan {
            line_start: line,
            line_end: line,
            byte_start: 0,
            byte_len: 0,
        };
        let mut json = String::from("{");
        for (column, (name, text)) in self.columns.iter().zip(&self.texts).enumerate() {
            let Some(value) = text.get(self.next_in_batch) else {
                continue;
            };
            if json.len() + value.len() > self.limits.record_bytes {
                return Err(SourceError::RecordTooLong {
                    line,
                    limit: self.limits.record_bytes,
                });
            }
            row.cells.push(column, value);
            let separator = if json.len() > 1 { "," } else { "" };
            let name = serde_json::Value::from(name.as_str());
            // A number that is not finite has no place in JSON and goes as text.
            let is_bare = text.is_bare && serde_json::from_str::<IgnoredAny>(value).is_ok();
            let written = if is_bare {
                write!(json, "{separator}{name}:{value}")
            } else {
                write!(json, "{separator}{name}:{}", serde_json::Value::from(value))
            };
            written.expect("writing to a string cannot fail");
        }
        json.push('}');
        row.raw.extend_from_slice(json.as_bytes());
        self.next_in_batch += 1;
        self.next_index += 1;
        Ok(true)
    }

    fn findings(&self) -> Findings {
        Findings {
            format: Format::Parquet.as_str(),
            delimiter: None,
            encoding: "utf-8",
            windows_1252_rows: 0,
        }
    }
}

fn malformed(error: impl std::fmt::Display) -> SourceError {
    SourceError::Malformed {
        format: "parquet",
        message: error.to_string(),
        byte: 0,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ::parquet::arrow::ArrowWriter;
    use arrow_array::{
        ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int64Array, StringArray,
        TimestampMicrosecondArray,
    };
    use bytes::Bytes;

    use super::*;

    fn file(columns: Vec<(&str, ArrayRef)>) -> Bytes {
        let batch = RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, array)| (name, array, true)),
        )
        .unwrap();
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        Bytes::from(bytes)
    }

    fn read(file: Bytes) -> (Vec<String>, Vec<RawRow>) {
        let mut source = ParquetSource::open(file, Limits::default()).unwrap();
        let mut rows = Vec::new();
        let mut row = RawRow::default();
        while source.next_row(&mut row).unwrap() {
            rows.push(row.clone());
        }
        (source.columns().to_vec(), rows)
    }

    #[test]
    fn values_become_the_text_that_a_person_would_write() {
        let decimal = Decimal128Array::from(vec![Some(123_450), None])
            .with_precision_and_scale(10, 2)
            .unwrap();
        let (columns, rows) = read(file(vec![
            (
                "title",
                Arc::new(StringArray::from(vec!["7\" \u{e9}", "b"])),
            ),
            ("price", Arc::new(decimal)),
            ("quantity", Arc::new(Int64Array::from(vec![3, -1]))),
            (
                "score",
                Arc::new(Float64Array::from(vec![599.99, f64::INFINITY])),
            ),
            ("sold", Arc::new(BooleanArray::from(vec![true, false]))),
            (
                "seen_at",
                Arc::new(TimestampMicrosecondArray::from(vec![0, 1_500_000])),
            ),
            (
                "zoned",
                Arc::new(TimestampMicrosecondArray::from(vec![0, 0]).with_timezone("+00:00")),
            ),
        ]));
        assert_eq!(columns.len(), 7);
        let cells: Vec<_> = rows[0].cells.iter().map(|(_, value)| value).collect();
        assert_eq!(
            cells,
            [
                "7\" é",
                "1234.50",
                "3",
                "599.99",
                "true",
                "1970-01-01T00:00:00Z",
                "1970-01-01T00:00:00Z"
            ]
        );
        assert_eq!(rows[1].cells.get(1), None);
        assert_eq!(rows[1].cells.get(5), Some("1970-01-01T00:00:01.500Z"));
        assert_eq!(
            String::from_utf8_lossy(&rows[0].raw),
            r#"{"title":"7\" é","price":1234.50,"quantity":3,"score":599.99,"sold":true,"seen_at":"1970-01-01T00:00:00Z","zoned":"1970-01-01T00:00:00Z"}"#
        );
        assert!(String::from_utf8_lossy(&rows[1].raw).contains(r#""score":"inf""#));
    }

    #[test]
    fn rows_are_numbered_across_batches() {
        let numbers: Vec<i64> = (0..2000).collect();
        let (_, rows) = read(file(vec![("n", Arc::new(Int64Array::from(numbers)))]));
        assert_eq!(rows.len(), 2000);
        for (index, row) in rows.iter().enumerate() {
            assert_eq!(row.index, index as u64);
            assert_eq!(row.cells.get(0), Some(&*index.to_string()));
            assert_eq!(row.span.line_start, index as u64 + 1);
        }
    }

    #[test]
    fn a_file_that_is_cut_is_malformed() {
        let whole = file(vec![("n", Arc::new(Int64Array::from(vec![1])))]);
        let cut = whole.slice(..whole.len() - 5);
        assert!(matches!(
            ParquetSource::open(cut, Limits::default()),
            Err(SourceError::Malformed {
                format: "parquet",
                ..
            })
        ));
    }
}
