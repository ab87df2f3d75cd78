//! Parquet. It is read from its end, so it comes as something that can be read at a position and not as a stream.
//!
//! No byte of the file is one row's own: `byte_start` and `byte_len` are 0, and the line is the 1-based number of the row.
//! `raw` is the row as a JSON object, so that rejects can be mended as JSON Lines. Decimals keep their digits, times are
//! RFC 3339 (those without a zone are taken for UTC), null is no cell, and nested values are shown as Arrow shows them.

mod pages;

use std::fmt::{self, Write};
use std::sync::Arc;

use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use ::parquet::errors::Result as ParquetResult;
use ::parquet::file::reader::{ChunkReader, Length};
use arrow_array::{Array, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema};
use serde::de::IgnoredAny;

use super::{Findings, Format, Limits, RawRow, RowSource, RowSpan, SourceError};

/// The most rows decoded at a time: few, since a row may be large.
const BATCH_ROWS: usize = 512;

/// Rows are made text until there are about this many bytes of it.
const TEXT_BYTES: usize = 1 << 20;

/// A Parquet source.
pub struct ParquetSource<R> {
    file: Shared<R>,
    metadata: ArrowReaderMetadata,
    /// Rows to decode at a time, for each row group.
    batch_rows: Vec<usize>,
    next_group: usize,
    batches: Option<ParquetRecordBatchReader>,
    batch: Option<RecordBatch>,
    /// The row of the batch that is made text next.
    next_in_batch: usize,
    limits: Limits,
    columns: Vec<String>,
    texts: Vec<TextColumn>,
    text_rows: usize,
    next_in_text: usize,
    next_index: u64,
}

impl<R> fmt::Debug for ParquetSource<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ParquetSource")
            .field("columns", &self.columns)
            .field("next_index", &self.next_index)
            .finish_non_exhaustive()
    }
}

/// A file that each row group is read from by a reader of its own.
struct Shared<R>(Arc<R>);

impl<R> Clone for Shared<R> {
    fn clone(&self) -> Shared<R> {
        Shared(Arc::clone(&self.0))
    }
}

impl<R: Length> Length for Shared<R> {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl<R: ChunkReader> ChunkReader for Shared<R> {
    type T = R::T;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        self.0.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<bytes::Bytes> {
        self.0.get_bytes(start, length)
    }
}

/// The values of one column of some rows, as text.
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

    fn begin(&mut self, array: &dyn Array) {
        let kind = array.data_type();
        self.is_bare = kind.is_numeric() || matches!(kind, DataType::Boolean);
        self.text.clear();
        self.ends.clear();
    }
}

/// Takes text until there is no room.
struct Bounded<'a> {
    text: &'a mut String,
    room: usize,
    is_full: bool,
}

impl Write for Bounded<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let Some(room) = self.room.checked_sub(piece.len()) else {
            self.is_full = true;
            return Err(fmt::Error);
        };
        self.room = room;
        self.text.push_str(piece);
        Ok(())
    }
}

/// The type that a column is read as: texts as views of the bytes that they stand in, so that one long text which many
/// rows share is there once; times in UTC, whatever the zone they are shown in elsewhere.
fn read_as(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
        DataType::Timestamp(unit, Some(_)) => DataType::Timestamp(*unit, Some("+00:00".into())),
        DataType::List(inner) => DataType::List(field_as(inner)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(field_as).collect()),
        other => other.clone(),
    }
}

fn field_as(field: &FieldRef) -> FieldRef {
    Arc::new(Field::clone(field).with_data_type(read_as(field.data_type())))
}

impl<R: ChunkReader + 'static> ParquetSource<R> {
    /// Reads the footer of `file`, a `std::fs::File` or `bytes::Bytes`, and the heads of its pages.
    ///
    /// # Errors
    /// [`SourceError::Malformed`] where it is no whole Parquet file; [`SourceError::TooManyColumns`],
    /// [`SourceError::PagesTooLarge`] and, past `unpacked_bytes`, [`SourceError::DecompressedTooLarge`].
    pub fn open(
        file: R,
        limits: Limits,
        unpacked_bytes: Option<u64>,
    ) -> Result<ParquetSource<R>, SourceError> {
        let file = Shared(Arc::new(file));
        let metadata =
            ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(malformed)?;
        let columns: Vec<String> = metadata
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
        let sizes = pages::measure(&*file.0, metadata.metadata(), limits, unpacked_bytes)?;
        let fields: Fields = metadata.schema().fields().iter().map(field_as).collect();
        let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options)
            .map_err(malformed)?;
        Ok(ParquetSource {
            batch_rows: sizes
                .iter()
                .map(|size| size.rows_at_a_time(limits.page_bytes).clamp(1, BATCH_ROWS))
                .collect(),
            file,
            metadata,
            next_group: 0,
            batches: None,
            batch: None,
            next_in_batch: 0,
            limits,
            texts: columns.iter().map(|_| TextColumn::default()).collect(),
            columns,
            text_rows: 0,
            next_in_text: 0,
            next_index: 0,
        })
    }

    /// The next rows that were decoded, from the first that is no text yet on. `false` at the end.
    fn decode(&mut self) -> Result<bool, SourceError> {
        loop {
            if let Some(batch) = &self.batch
                && self.next_in_batch < batch.num_rows()
            {
                return Ok(true);
            }
            // Gone before the next is there.
            self.batch = None;
            self.next_in_batch = 0;
            if let Some(batch) = self.batches.as_mut().and_then(Iterator::next) {
                self.batch = Some(batch.map_err(malformed)?);
                continue;
            }
            self.batches = None;
            let Some(&rows) = self.batch_rows.get(self.next_group) else {
                return Ok(false);
            };
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(
                self.file.clone(),
                self.metadata.clone(),
            );
            self.batches = Some(
                builder
                    .with_row_groups(vec![self.next_group])
                    .with_batch_size(rows)
                    .build()
                    .map_err(malformed)?,
            );
            self.next_group += 1;
        }
    }

    /// Makes text of the next rows: of one at least, and of no more than fit. `false` at the end.
    fn read_texts(&mut self) -> Result<bool, SourceError> {
        self.text_rows = 0;
        self.next_in_text = 0;
        if !self.decode()? {
            return Ok(false);
        }
        let Some(batch) = &self.batch else {
            return Ok(false);
        };
        let options = FormatOptions::new()
            .with_display_error(false)
            .with_timestamp_format(Some("%Y-%m-%dT%H:%M:%S%.fZ"));
        let mut formatters = Vec::with_capacity(self.texts.len());
        for (text, array) in self.texts.iter_mut().zip(batch.columns()) {
            text.begin(array);
            formatters.push((
                ArrayFormatter::try_new(array, &options).map_err(malformed)?,
                array,
                text,
            ));
        }
        let mut bytes = 0;
        while self.next_in_batch < batch.num_rows() && bytes < TEXT_BYTES {
            let row = self.next_in_batch;
            let too_long = SourceError::RecordTooLong {
                line: self.next_index + self.text_rows as u64 + 1,
                limit: self.limits.record_bytes,
            };
            let mut room = self.limits.record_bytes;
            for (formatter, array, column) in &mut formatters {
                let is_value = array.is_valid(row);
                if is_value {
                    let mut bounded = Bounded {
                        text: &mut column.text,
                        room,
                        is_full: false,
                    };
                    let start = bounded.text.len();
                    let written = formatter.value(row).write(&mut bounded);
                    if bounded.is_full {
                        return Err(too_long);
                    }
                    bytes += room - bounded.room;
                    room = bounded.room;
                    if let Err(error) = written {
                        // Of one value alone: a time that is out of bounds.
                        column.text.truncate(start);
                        column.text.push_str(&error.to_string());
                    }
                }
                column.ends.push((column.text.len(), is_value));
            }
            self.next_in_batch += 1;
            self.text_rows += 1;
        }
        Ok(true)
    }
}

impl<R: ChunkReader + 'static> RowSource for ParquetSource<R> {
    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn next_row(&mut self, row: &mut RawRow) -> Result<bool, SourceError> {
        while self.next_in_text == self.text_rows {
            if !self.read_texts()? {
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
            let Some(value) = text.get(self.next_in_text) else {
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
        self.next_in_text += 1;
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
    use ::parquet::basic::Compression;
    use ::parquet::file::properties::WriterProperties;
    use arrow_array::{
        ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int64Array, StringArray,
        TimestampMicrosecondArray, TimestampSecondArray,
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
        let mut source = ParquetSource::open(file, Limits::default(), None).unwrap();
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
    fn times_are_in_utc_and_one_out_of_bounds_is_no_more_than_that() {
        let seconds = TimestampSecondArray::from(vec![0, 1_000_000_000_000_000]);
        let (_, rows) = read(file(vec![
            (
                "utc",
                Arc::new(TimestampMicrosecondArray::from(vec![0, 0]).with_timezone("UTC")),
            ),
            (
                "new_york",
                Arc::new(
                    TimestampMicrosecondArray::from(vec![0, 0]).with_timezone("America/New_York"),
                ),
            ),
            ("far", Arc::new(seconds)),
        ]));
        for column in [0, 1, 2] {
            assert_eq!(rows[0].cells.get(column), Some("1970-01-01T00:00:00Z"));
        }
        let far = rows[1].cells.get(2).unwrap();
        assert!(far.contains("1000000000000000"), "{far}");
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

    /// Texts as they come, in row groups of `group_rows` rows and pages of some 20 kB.
    fn texts_in_groups(texts: Vec<&str>, group_rows: usize) -> Bytes {
        let batch =
            RecordBatch::try_from_iter([("title", Arc::new(StringArray::from(texts)) as ArrayRef)])
                .unwrap();
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(group_rows))
            .set_compression(Compression::SNAPPY)
            .set_dictionary_page_size_limit(1)
            .set_data_page_size_limit(20_000)
            .set_write_batch_size(64)
            .build();
        let mut bytes = Vec::new();
        let mut writer =
            ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        Bytes::from(bytes)
    }

    #[test]
    fn a_long_text_that_many_rows_share_is_not_made_text_for_all_of_them() {
        let long = "x".repeat(300_000);
        let file = texts_in_groups(vec![&*long; 20], 7);
        assert!(file.len() < 400_000, "the file itself is small");
        let mut source = ParquetSource::open(file, Limits::default(), None).unwrap();
        let mut row = RawRow::default();
        let mut rows = 0;
        while source.next_row(&mut row).unwrap() {
            assert_eq!(row.index, rows);
            assert_eq!(row.cells.get(0).map(str::len), Some(300_000));
            assert!(source.texts[0].text.len() < TEXT_BYTES + 300_000);
            rows += 1;
        }
        assert_eq!(rows, 20);
    }

    #[test]
    fn what_a_file_unpacks_to_is_bounded_before_it_is_unpacked() {
        let long = "x".repeat(300_000);
        let file = texts_in_groups(vec![&*long; 3], 100);
        assert!(matches!(
            ParquetSource::open(file.clone(), Limits::default(), Some(200_000)),
            Err(SourceError::DecompressedTooLarge { limit: 200_000 })
        ));
        let narrow = Limits {
            page_bytes: 200_000,
            ..Limits::default()
        };
        assert!(matches!(
            ParquetSource::open(file.clone(), narrow, None),
            Err(SourceError::PagesTooLarge { limit: 200_000 })
        ));
        let short = Limits {
            record_bytes: 200_000,
            ..Limits::default()
        };
        let mut source = ParquetSource::open(file, short, None).unwrap();
        assert!(matches!(
            source.next_row(&mut RawRow::default()),
            Err(SourceError::RecordTooLong {
                line: 1,
                limit: 200_000
            })
        ));
    }

    #[test]
    fn fewer_rows_are_decoded_at_a_time_where_their_pages_are_large() {
        let texts: Vec<String> = (0..2000).map(|row| format!("{row:0>100}")).collect();
        let file = texts_in_groups(texts.iter().map(String::as_str).collect(), 1500);
        let limits = Limits {
            page_bytes: 100_000,
            ..Limits::default()
        };
        let mut source = ParquetSource::open(file, limits, None).unwrap();
        assert_eq!(source.batch_rows.len(), 2);
        assert!(source.batch_rows[0] < 5, "{:?}", source.batch_rows);
        assert_eq!(source.batch_rows[1], BATCH_ROWS);
        let mut row = RawRow::default();
        for text in &texts {
            assert!(source.next_row(&mut row).unwrap());
            assert_eq!(row.cells.get(0), Some(&**text));
        }
        assert!(!source.next_row(&mut row).unwrap());
    }

    #[test]
    fn a_file_that_is_cut_is_malformed() {
        let whole = file(vec![("n", Arc::new(Int64Array::from(vec![1])))]);
        let cut = whole.slice(..whole.len() - 5);
        assert!(matches!(
            ParquetSource::open(cut, Limits::default(), None),
            Err(SourceError::Malformed {
                format: "parquet",
                ..
            })
        ));
    }
}
