//! How much memory a Parquet file asks for, told by the heads of its pages: what the footer says of sizes may be anything.
//!
//! A page's head is a struct `PageHeader` in Thrift's compact protocol:
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>.

use std::io::{self, Read};

use ::parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use ::parquet::file::reader::ChunkReader;
use thrift::TConfiguration;
use thrift::protocol::{TCompactInputProtocol, TInputProtocol, TType};

use super::malformed;
use crate::source::{Limits, SourceError};

/// Fields of `PageHeader`.
const UNCOMPRESSED_PAGE_SIZE: i16 = 2;
const COMPRESSED_PAGE_SIZE: i16 = 3;

/// The most bytes of a page's head: it has statistics with values of the column in it.
const HEAD_BYTES: usize = 16 << 20;

/// What a row group takes when it is unpacked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct GroupSize {
    /// All pages.
    bytes: u64,
    /// The largest page of each column, and its dictionary.
    at_least: u64,
}

impl GroupSize {
    /// Rows that may be decoded together, where each may come from pages of its own.
    pub(super) fn rows_at_a_time(self, most_bytes: u64) -> usize {
        if self.bytes <= most_bytes {
            return usize::MAX;
        }
        usize::try_from(most_bytes / self.at_least.max(1)).unwrap_or(usize::MAX)
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
    let mut whole = 0;
    for group in metadata.row_groups() {
        let mut size = GroupSize::default();
        for column in group.columns() {
            let (bytes, two_largest) = measure_column(file, column)?;
            size.bytes += bytes;
            size.at_least += two_largest;
        }
        whole += size.bytes;
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

/// The bytes of all pages of a column in a row group, and of the two largest.
fn measure_column(
    file: &impl ChunkReader,
    column: &ColumnChunkMetaData,
) -> Result<(u64, u64), SourceError> {
    let (start, length) = column.byte_range();
    let end = start
        .checked_add(length)
        .filter(|end| *end <= file.len())
        .ok_or_else(|| malformed("a column reaches past the end of the file"))?;
    let mut place = start;
    let (mut bytes, mut largest, mut second) = (0_u64, 0_u64, 0_u64);
    while place < end {
        let head = read_head(file.get_read(place).map_err(malformed)?).map_err(malformed)?;
        place = place
            .checked_add(head.bytes)
            .and_then(|place| place.checked_add(head.compressed))
            .ok_or_else(|| malformed("a page reaches past the end of the file"))?;
        let size = head.uncompressed.max(head.compressed);
        bytes = bytes.saturating_add(size);
        second = second.max(size.min(largest));
        largest = largest.max(size);
    }
    Ok((bytes, largest + second))
}

/// The head of a page.
struct Head {
    /// Of the head itself.
    bytes: u64,
    uncompressed: u64,
    compressed: u64,
}

fn read_head(reader: impl Read) -> thrift::Result<Head> {
    let config = TConfiguration::builder()
        .max_string_size(Some(HEAD_BYTES))
        .build()?;
    let mut counted = Counted { reader, bytes: 0 };
    let mut protocol = TCompactInputProtocol::with_config(&mut counted, config);
    let (mut uncompressed, mut compressed) = (None, None);
    protocol.read_struct_begin()?;
    loop {
        let field = protocol.read_field_begin()?;
        match (field.field_type, field.id) {
            (TType::Stop, _) => break,
            (TType::I32, Some(UNCOMPRESSED_PAGE_SIZE)) => uncompressed = Some(protocol.read_i32()?),
            (TType::I32, Some(COMPRESSED_PAGE_SIZE)) => compressed = Some(protocol.read_i32()?),
            (other, _) => protocol.skip(other)?,
        }
        protocol.read_field_end()?;
    }
    protocol.read_struct_end()?;
    let size = |size: Option<i32>| {
        size.and_then(|size| u64::try_from(size).ok())
            .ok_or_else(|| thrift::Error::from("a page without a size"))
    };
    Ok(Head {
        bytes: counted.bytes,
        uncompressed: size(uncompressed)?,
        compressed: size(compressed)?,
    })
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
