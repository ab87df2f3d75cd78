//! The part of a source that is in memory: text to scan, with the exact position of each byte of it in the source.
//!
//! Scanners look at [`Window::text`], and where a record is not complete there they ask for more ([`Window::fill`]), which
//! keeps what was not consumed. The window grows with the record that is being looked for; whoever asks bounds that.

use std::fmt;
use std::io::Read;

use super::encoding::{Encoding, decode_utf_16, detect_encoding, utf_16_bytes};
use super::{Limits, SourceError};

/// The bytes read at a time. Large enough that refilling costs nothing beside scanning, small enough for the cache.
const WINDOW_BYTES: usize = 128 << 10;

pub(super) struct Window {
    reader: Box<dyn Read + Send>,
    encoding: Encoding,
    mark: &'static [u8],
    /// UTF-8, or the source's own bytes where it is not UTF-16. `start..end` are read and not consumed.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// UTF-16 only: the bytes that the text was decoded from, and those not decoded yet.
    units: Vec<u8>,
    units_start: usize,
    units_decoded: usize,
    /// Position in the source and 1-based line of the first byte that is not consumed.
    offset: u64,
    line: u64,
    after_carriage_return: bool,
    finished: bool,
}

impl fmt::Debug for Window {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Window")
            .field("encoding", &self.encoding)
            .field("offset", &self.offset)
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl Window {
    /// Reads the start of a plain source, recognises its byte-order mark and stands after it.
    pub(super) fn open(reader: Box<dyn Read + Send>) -> Result<Window, SourceError> {
        let mut window = Window {
            reader,
            encoding: Encoding::Utf8,
            mark: b"",
            buffer: vec![0; WINDOW_BYTES],
            start: 0,
            end: 0,
            units: Vec::new(),
            units_start: 0,
            units_decoded: 0,
            offset: 0,
            line: 1,
            after_carriage_return: false,
            finished: false,
        };
        window.fill()?;
        let (encoding, mark) = detect_encoding(window.text())?;
        window.encoding = encoding;
        window.mark = mark;
        window.offset = mark.len() as u64;
        if encoding == Encoding::Utf8 {
            window.start = mark.len();
        } else {
            window.units = window.text().get(mark.len()..).unwrap_or(b"").to_vec();
            window.end = 0;
            window.decode_units();
        }
        Ok(window)
    }

    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The byte-order mark of the source, or nothing.
    pub(super) fn mark(&self) -> &'static [u8] {
        self.mark
    }

    /// What is read and not consumed.
    pub(super) fn text(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Whether `text` reaches to the end of the source.
    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads on, so that `text` grows; at the end of the source `is_finished` becomes true instead.
    pub(super) fn fill(&mut self) -> Result<(), SourceError> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.encoding == Encoding::Utf8 {
            if self.end == self.buffer.len() {
                self.buffer.resize(self.end * 2, 0);
            }
            let wanted = &mut self.buffer[self.end..];
            let count = read_full(&mut self.reader, wanted)?;
            self.finished = count < wanted.len();
            self.end += count;
        } else {
            self.units.drain(..self.units_start);
            self.units_decoded -= self.units_start;
            self.units_start = 0;
            let kept = self.units.len();
            self.units.resize(kept + kept.max(WINDOW_BYTES), 0);
            let wanted = &mut self.units[kept..];
            let count = read_full(&mut self.reader, wanted)?;
            self.finished = count < wanted.len();
            self.units.truncate(kept + count);
            self.decode_units();
        }
        Ok(())
    }

    /// As [`Window::fill`], refusing to hold a record longer than the limit.
    pub(super) fn fill_within(&mut self, limits: &Limits) -> Result<(), SourceError> {
        self.check_length(self.text().len(), limits)?;
        self.fill()
    }

    /// Refuses a record of `length` bytes of text at the present place where it is too long.
    pub(super) fn check_length(&self, length: usize, limits: &Limits) -> Result<(), SourceError> {
        if length > limits.record_bytes {
            return Err(SourceError::RecordTooLong {
                line: self.line,
                limit: limits.record_bytes,
            });
        }
        Ok(())
    }

    /// The source's own bytes for `start..end` of the text.
    pub(super) fn source_bytes(&self, start: usize, end: usize) -> &[u8] {
        let text = self.text();
        if self.encoding == Encoding::Utf8 {
            return &text[start..end];
        }
        let units = &self.units[self.units_start..];
        let first = utf_16_bytes(&text[..start]).min(units.len());
        let length = utf_16_bytes(&text[start..end]).min(units.len() - first);
        &units[first..first + length]
    }

    /// Where the byte at `position` of the text stands in the source.
    pub(super) fn source_offset(&self, position: usize) -> u64 {
        self.offset + self.source_bytes(0, position).len() as u64
    }

    /// The line of the byte at `position` of the text, 1-based.
    pub(super) fn line_at(&self, position: usize) -> u64 {
        let text = &self.text()[..position];
        self.line + count_line_breaks(text) - u64::from(self.joins_line_break(text))
    }

    /// Leaves `length` bytes of text behind.
    pub(super) fn consume(&mut self, length: usize) {
        let text = &self.text()[..length];
        let breaks = count_line_breaks(text) - u64::from(self.joins_line_break(text));
        if let Some(&last) = text.last() {
            self.after_carriage_return = last == b'\r';
        }
        self.consume_lines(length, breaks);
    }

    /// Leaves `length` bytes behind that hold `line_breaks`, where the caller has counted and never parts a `\r\n`.
    pub(super) fn consume_lines(&mut self, length: usize, line_breaks: u64) {
        if self.encoding == Encoding::Utf8 {
            self.offset += length as u64;
        } else {
            let bytes = self.source_bytes(0, length).len();
            self.offset += bytes as u64;
            self.units_start += bytes;
        }
        self.start += length;
        self.line += line_breaks;
    }

    /// Whether `text`, the next to be consumed, begins with the second half of a `\r\n`.
    fn joins_line_break(&self, text: &[u8]) -> bool {
        self.after_carriage_return && text.first() == Some(&b'\n')
    }

    fn decode_units(&mut self) {
        self.buffer.truncate(self.end);
        self.units_decoded += decode_utf_16(
            self.encoding,
            &self.units[self.units_decoded..],
            self.finished,
            &mut self.buffer,
        );
        self.end = self.buffer.len();
    }
}

/// How many line breaks `text` holds: `\n`, `\r\n` and `\r` alike.
pub(super) fn count_line_breaks(text: &[u8]) -> u64 {
    memchr::memchr2_iter(b'\n', b'\r', text)
        .filter(|&position| text[position] == b'\n' || text.get(position + 1) != Some(&b'\n'))
        .count() as u64
}

/// Fills `buffer` as far as the source goes: a scanner that starts again for each short read would be slow.
fn read_full(reader: &mut dyn Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(bytes: &[u8]) -> Window {
        Window::open(Box::new(std::io::Cursor::new(bytes.to_vec()))).unwrap()
    }

    #[test]
    fn counts_the_three_line_breaks_alike() {
        assert_eq!(count_line_breaks(b"a\nb\r\nc\rd"), 3);
        assert_eq!(count_line_breaks(b"\r\r\n\n"), 3);
    }

    #[test]
    fn a_line_break_that_is_consumed_in_two_parts_counts_once() {
        let mut window = window(b"a\r\nb");
        window.consume(2);
        assert_eq!(window.line(), 2);
        assert_eq!(window.line_at(1), 2);
        window.consume(1);
        assert_eq!(window.line(), 2);
    }

    #[test]
    fn positions_in_utf_16_are_those_of_the_source() {
        let mut bytes = b"\xFF\xFE".to_vec();
        for unit in "a€😀b".encode_utf16().chain([0xD800, 0x63]) {
            bytes.extend(unit.to_le_bytes());
        }
        bytes.push(0x41);
        let mut window = window(&bytes);
        let text = String::from_utf8(window.text().to_vec()).unwrap();
        assert_eq!(text, "a€😀b\u{FFFD}c\u{FFFD}");
        let b = text.find('b').unwrap();
        assert_eq!(window.source_offset(b), 2 + 2 + 2 + 4);
        window.consume(b);
        assert_eq!(window.offset(), 10);
        assert_eq!(window.source_bytes(0, window.text().len()), &bytes[10..]);
    }

    #[test]
    fn keeps_what_is_not_consumed_when_it_reads_on() {
        let bytes: Vec<u8> = (0..WINDOW_BYTES * 3).map(|index| index as u8).collect();
        let mut window = window(&bytes);
        window.consume(10);
        while !window.is_finished() {
            window.fill().unwrap();
        }
        assert_eq!(window.text(), &bytes[10..]);
        assert_eq!(window.offset(), 10);
    }
}
