//! Which bytes make which text: byte-order marks, UTF-16 to UTF-8, and Windows-1252 for records that are not UTF-8.
//!
//! UTF-16 is turned into UTF-8 one code unit at a time so that every position in the text has one position in the source:
//! a character of up to three UTF-8 bytes was one unit, one of four bytes was two. An unpaired surrogate becomes U+FFFD,
//! which is one unit as well.

use std::borrow::Cow;

use super::SourceError;

/// The encoding that the start of a source declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
        }
    }

    /// `ascii` in this encoding.
    pub(super) fn encode_ascii(self, ascii: &str) -> Vec<u8> {
        match self {
            Encoding::Utf8 => ascii.as_bytes().to_vec(),
            Encoding::Utf16Le => ascii.bytes().flat_map(|byte| [byte, 0]).collect(),
            Encoding::Utf16Be => ascii.bytes().flat_map(|byte| [0, byte]).collect(),
        }
    }

    /// A record of a source in this encoding, where the source was cut in the middle of its last unit: that half is read as
    /// U+FFFD, and is written so.
    pub(super) fn complete(self, record: &[u8]) -> Cow<'_, [u8]> {
        let replacement = match self {
            Encoding::Utf16Le if record.len() % 2 == 1 => [0xFD, 0xFF],
            Encoding::Utf16Be if record.len() % 2 == 1 => [0xFF, 0xFD],
            _ => return Cow::Borrowed(record),
        };
        let whole = record.len() - 1;
        Cow::Owned([&record[..whole], &replacement].concat())
    }

    fn unit(self, pair: [u8; 2]) -> u16 {
        match self {
            Encoding::Utf16Be => u16::from_be_bytes(pair),
            Encoding::Utf8 | Encoding::Utf16Le => u16::from_le_bytes(pair),
        }
    }
}

/// The encoding and the mark that `start`, the first bytes of a source, begin with. The mark is empty where there is none.
pub(super) fn detect_encoding(start: &[u8]) -> Result<(Encoding, &'static [u8]), SourceError> {
    const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";
    const UTF_16_LE_MARK: &[u8] = b"\xFF\xFE";
    const UTF_16_BE_MARK: &[u8] = b"\xFE\xFF";
    if start.starts_with(b"\xFF\xFE\0\0") || start.starts_with(b"\0\0\xFE\xFF") {
        return Err(SourceError::Unsupported {
            looks_like: "UTF-32 text",
            hint: "save it as UTF-8",
        });
    }
    Ok(if start.starts_with(UTF_8_MARK) {
        (Encoding::Utf8, UTF_8_MARK)
    } else if start.starts_with(UTF_16_LE_MARK) {
        (Encoding::Utf16Le, UTF_16_LE_MARK)
    } else if start.starts_with(UTF_16_BE_MARK) {
        (Encoding::Utf16Be, UTF_16_BE_MARK)
    } else {
        (Encoding::Utf8, b"")
    })
}

/// Appends the UTF-8 of `units`, UTF-16 bytes of `encoding`, to `text`, and says how many bytes were used. Half a unit or
/// half a pair at the end is left for the next call unless `is_last`, when it becomes U+FFFD.
pub(super) fn decode_utf_16(
    encoding: Encoding,
    units: &[u8],
    is_last: bool,
    text: &mut Vec<u8>,
) -> usize {
    let unit_at = |position: usize| match units.get(position..position + 2) {
        Some(&[first, second]) => Some(encoding.unit([first, second])),
        _ => None,
    };
    let mut position = 0;
    let mut push = |character: char| {
        let mut bytes = [0; 4];
        text.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
    };
    while let Some(unit) = unit_at(position) {
        let mut used = 2;
        let character = match unit {
            0xD800..=0xDBFF => match unit_at(position + 2) {
                None if !is_last => break,
                Some(low @ 0xDC00..=0xDFFF) => {
                    used = 4;
                    let code =
                        0x1_0000 + ((u32::from(unit) - 0xD800) << 10) + (u32::from(low) - 0xDC00);
                    char::from_u32(code)
                }
                _ => None,
            },
            _ => char::from_u32(u32::from(unit)),
        };
        push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
        position += used;
    }
    if is_last && position + 1 == units.len() {
        push(char::REPLACEMENT_CHARACTER);
        position += 1;
    }
    position
}

/// How many UTF-16 bytes the UTF-8 `text` was decoded from.
pub(super) fn utf_16_bytes(text: &[u8]) -> usize {
    let units: usize = text
        .iter()
        .map(|&byte| match byte {
            0x80..=0xBF => 0,
            0xF0..=0xFF => 2,
            _ => 1,
        })
        .sum();
    units * 2
}

/// `bytes` as text: UTF-8 where they are, else Windows-1252. The flag says that it was the latter.
pub(super) fn decode(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (decode_windows_1252(bytes), true),
    }
}

pub(super) fn decode_windows_1252(bytes: &[u8]) -> Cow<'_, str> {
    encoding_rs::WINDOWS_1252
        .decode_without_bom_handling(bytes)
        .0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes_of(encoding: Encoding, units: &[u16]) -> Vec<u8> {
        units
            .iter()
            .flat_map(|unit| match encoding {
                Encoding::Utf16Be => unit.to_be_bytes(),
                _ => unit.to_le_bytes(),
            })
            .collect()
    }

    #[test]
    fn recognises_marks() {
        assert_eq!(detect_encoding(b"\xEF\xBB\xBFa").unwrap().0, Encoding::Utf8);
        assert_eq!(
            detect_encoding(b"\xFF\xFEa\0").unwrap().0,
            Encoding::Utf16Le
        );
        assert_eq!(
            detect_encoding(b"\xFE\xFF\0a").unwrap().0,
            Encoding::Utf16Be
        );
        assert_eq!(detect_encoding(b"abc").unwrap(), (Encoding::Utf8, &b""[..]));
        assert!(detect_encoding(b"\xFF\xFE\0\0").is_err());
    }

    #[test]
    fn reads_windows_1252_where_the_bytes_are_not_utf_8() {
        assert_eq!(decode(b"1.019 \x80"), (Cow::Borrowed("1.019 €"), true));
        assert_eq!(
            decode("1.019 €".as_bytes()),
            (Cow::Borrowed("1.019 €"), false)
        );
    }

    proptest! {
        #[test]
        fn utf_16_is_read_as_the_standard_library_reads_it(
            units in proptest::collection::vec(prop_oneof![any::<u16>(), 0xD7F0u16..0xE010, 0u16..128], 0..40),
            big in any::<bool>(),
            split in 0usize..80,
        ) {
            let encoding = if big { Encoding::Utf16Be } else { Encoding::Utf16Le };
            let bytes = bytes_of(encoding, &units);
            let split = split.min(bytes.len());
            let mut text = Vec::new();
            let used = decode_utf_16(encoding, &bytes[..split], false, &mut text);
            prop_assert_eq!(utf_16_bytes(&text), used);
            let rest = decode_utf_16(encoding, &bytes[used..], true, &mut text);
            prop_assert_eq!(used + rest, bytes.len());
            prop_assert_eq!(utf_16_bytes(&text), bytes.len());
            prop_assert_eq!(String::from_utf8(text).unwrap(), String::from_utf16_lossy(&units));
        }
    }
}
