//! How much memory a Parquet file asks for, told by the heads of its pages: what the footer says of sizes may be anything.
//!
//! A page's head is a struct `PageHeader` in Thrift's compact protocol:
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>.

use std::io::{self, Read};

use ::parquet::basic::{Compression, Encoding, Type};
use ::parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use ::parquet::file::reader::ChunkReader;
use flate2::read::MultiGzDecoder;
use lz4_flex::frame::FrameDecoder;
use thrift::TConfiguration;
use thrift::protocol::{TCompactInputProtocol, TInputProtocol, TType};

use super::malformed;
use crate::source::{Limits, SourceError};

/// Fields of `PageHeader`.
const UNCOMPRESSED_PAGE_SIZE: i16 = 2;
const COMPRESSED_PAGE_SIZE: i16 = 3;
const DATA_PAGE_HEADER: i16 = 5;
const DATA_PAGE_HEADER_V2: i16 = 8;

/// Fields of `DataPageHeader` and `DataPageHeaderV2`; the lengths are of the second alone.
const NUM_VALUES: i16 = 1;
const DEFINITION_LEVELS_BYTE_LENGTH: i16 = 5;
const REPETITION_LEVELS_BYTE_LENGTH: i16 = 6;

/// The most bytes of a page's head: it has statistics with values of the column in it.
const HEAD_BYTES: usize = 16 << 20;

/// What a value of a list takes at least when it is decoded.
const VALUE_BYTES: u64 = 16;

/// What a row group takes when it is unpacked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct GroupSize {
    /// All pages.
    bytes: u64,
    /// The largest page of each column, and its dictionary.
    at_least: u64,
    /// The largest page of each column whose values are written out one by one when they are decoded: each may be as long
    /// as the page.
    written_out: u64,
}

impl GroupSize {
    /// Rows that may be decoded together, where each may come from pages of its own.
    pub(super) fn rows_at_a_time(self, most_bytes: u64) -> usize {
        let each = if self.bytes <= most_bytes {
            self.written_out
        } else {
            self.at_least.max(self.written_out)
        };
        most_bytes
            .checked_div(each)
            .and_then(|rows| usize::try_from(rows).ok())
            .unwrap_or(usize::MAX)
    }
}

/// The sizes of a file's row groups.
///
/// # Errors
/// [`SourceError::PagesTooLarge`] where one row may take more memory than `limits` allow,
/// [`SourceError::DecompressedTooLarge`] where the whole file unpacks to more than `unpacked_bytes`.
pub(super) fn measure(
    file: &impl ChunkReader,
    metadata: &ParquetMetaData,
    limits: Limits,
    unpacked_bytes: Option<u64>,
) -> Result<Vec<GroupSize>, SourceError> {
    let mut sizes = Vec::with_capacity(metadata.num_row_groups());
    let mut whole = 0_u64;
    for group in metadata.row_groups() {
        let mut size = GroupSize::default();
        for column in group.columns() {
            let found = measure_column(file, column, limits.page_bytes)?;
            size.bytes = size.bytes.saturating_add(found.bytes);
            size.at_least = size.at_least.saturating_add(found.largest + found.second);
            if is_written_out(column) {
                size.written_out = size.written_out.saturating_add(found.largest);
            }
        }
        whole = whole.saturating_add(size.bytes);
        if let Some(limit) = unpacked_bytes
            && whole > limit
        {
            return Err(SourceError::DecompressedTooLarge { limit });
        }
        if size.at_least > limits.page_bytes {
            return Err(SourceError::PagesTooLarge {
                limit: limits.page_bytes,
            });
        }
        sizes.push(size);
    }
    Ok(sizes)
}

/// Whether decoding writes each value out, so that one long text which many share is there many times: where values are
/// told by what they have in common with the one before, and in maps, whose texts are not read as views.
fn is_written_out(column: &ColumnChunkMetaData) -> bool {
    let is_delta = column
        .encodings()
        .any(|encoding| encoding == Encoding::DELTA_BYTE_ARRAY);
    let is_nested = column.column_descr().max_rep_level() > 0;
    column.column_type() == Type::BYTE_ARRAY && (is_delta || is_nested)
}

/// The pages of a column in a row group.
#[derive(Debug, Clone, Copy, Default)]
struct ColumnSize {
    bytes: u64,
    largest: u64,
    second: u64,
}

fn measure_column(
    file: &impl ChunkReader,
    column: &ColumnChunkMetaData,
    most_bytes: u64,
) -> Result<ColumnSize, SourceError> {
    let (start, length) = column.byte_range();
    let end = start
        .checked_add(length)
        .filter(|end| *end <= file.len())
        .ok_or_else(|| malformed("a column reaches past the end of the file"))?;
    let is_list = column.column_descr().max_rep_level() > 0;
    let mut place = start;
    let mut found = ColumnSize::default();
    while place < end {
        let head = read_head(file.get_read(place).map_err(malformed)?).map_err(malformed)?;
        let content = place.saturating_add(head.bytes);
        place = content
            .checked_add(head.compressed)
            .ok_or_else(|| malformed("a page reaches past the end of the file"))?;
        let mut size = head.uncompressed.max(head.compressed);
        if let Some(unpacked) = unpacked_size(file, column, &head, content, most_bytes)? {
            size = size.max(unpacked);
        }
        if is_list {
            size = size.max(head.values.saturating_mul(VALUE_BYTES));
        }
        found.bytes = found.bytes.saturating_add(size);
        found.second = found.second.max(size.min(found.largest));
        found.largest = found.largest.max(size);
    }
    Ok(found)
}

/// What a page really unpacks to, where the library unpacks whatever is there and compares the sizes later: counted up to
/// one byte more than the bound. `None` where the head can be trusted, or what is there cannot be unpacked.
fn unpacked_size(
    file: &impl ChunkReader,
    column: &ColumnChunkMetaData,
    head: &Head,
    content: u64,
    most_bytes: u64,
) -> Result<Option<u64>, SourceError> {
    let is_gzip = matches!(column.compression(), Compression::GZIP(_));
    if !is_gzip && column.compression() != Compression::LZ4 {
        return Ok(None);
    }
    let length = usize::try_from(head.compressed).map_err(malformed)?;
    let page = file.get_bytes(content, length).map_err(malformed)?;
    let levels = usize::try_from(head.levels).map_err(malformed)?;
    let packed = page.get(levels..).unwrap_or_default();
    let unpacking: Box<dyn Read + '_> = if is_gzip {
        Box::new(MultiGzDecoder::new(packed))
    } else {
        Box::new(FrameDecoder::new(packed))
    };
    let counted = io::copy(
        &mut unpacking.take(most_bytes.saturating_add(1)),
        &mut io::sink(),
    );
    Ok(counted.ok())
}

/// The head of a page.
#[derive(Debug, Default)]
struct Head {
    /// Of the head itself.
    bytes: u64,
    uncompressed: u64,
    compressed: u64,
    /// Bytes before the packed ones.
    levels: u64,
    values: u64,
}

fn read_head(reader: impl Read) -> thrift::Result<Head> {
    let config = TConfiguration::builder()
        .max_string_size(Some(HEAD_BYTES))
        .build()?;
    let mut counted = Counted { reader, bytes: 0 };
    let mut protocol = TCompactInputProtocol::with_config(&mut counted, config);
    let mut head = Head::default();
    let mut sizes = 0;
    protocol.read_struct_begin()?;
    loop {
        let field = protocol.read_field_begin()?;
        match (field.field_type, field.id) {
            (TType::Stop, _) => break,
            (TType::I32, Some(UNCOMPRESSED_PAGE_SIZE)) => {
                head.uncompressed = read_size(&mut protocol)?;
                sizes += 1;
            }
            (TType::I32, Some(COMPRESSED_PAGE_SIZE)) => {
                head.compressed = read_size(&mut protocol)?;
                sizes += 1;
            }
            (TType::Struct, Some(id @ (DATA_PAGE_HEADER | DATA_PAGE_HEADER_V2))) => {
                read_data_head(&mut protocol, id, &mut head)?;
            }
            (other, _) => protocol.skip(other)?,
        }
        protocol.read_field_end()?;
    }
    protocol.read_struct_end()?;
    if sizes < 2 {
        return Err("a page without a size".into());
    }
    head.bytes = counted.bytes;
    Ok(head)
}

/// The head that pages of values have within theirs. The second version alone has levels outside what is packed.
fn read_data_head(
    protocol: &mut impl TInputProtocol,
    id: i16,
    head: &mut Head,
) -> thrift::Result<()> {
    protocol.read_struct_begin()?;
    loop {
        let field = protocol.read_field_begin()?;
        match (field.field_type, field.id) {
            (TType::Stop, _) => break,
            (TType::I32, Some(NUM_VALUES)) => head.values = read_size(protocol)?,
            (TType::I32, Some(DEFINITION_LEVELS_BYTE_LENGTH | REPETITION_LEVELS_BYTE_LENGTH))
                if id == DATA_PAGE_HEADER_V2 =>
            {
                head.levels += read_size(protocol)?;
            }
            (other, _) => protocol.skip(other)?,
        }
        protocol.read_field_end()?;
    }
    protocol.read_struct_end()
}

fn read_size(protocol: &mut impl TInputProtocol) -> thrift::Result<u64> {
    u64::try_from(protocol.read_i32()?).map_err(|_| "a size below zero".into())
}

/// Counts what is read.
struct Counted<R> {
    reader: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}
