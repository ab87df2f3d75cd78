//! gzip and zstd, recognised by their first bytes and unpacked while reading.
//!
//! A stream that is damaged or cut short is an error that says so, never a quiet end.

use std::io::{BufReader, Cursor, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use super::SourceError;

/// The largest window a zstd stream may ask for, as a power of two: 64 MiB. `zstd -19` uses 8 MiB; only `--ultra` and
/// `--long` go past it.
const ZSTD_WINDOW_LOG: u32 = 26;

/// The plain bytes of `reader`, unpacked where it is compressed. More than `limit` unpacked bytes are an error.
///
/// # Errors
/// Where the start of the stream cannot be read.
pub fn unpack(
    mut reader: Box<dyn Read + Send>,
    limit: Option<u64>,
) -> Result<Box<dyn Read + Send>, SourceError> {
    let mut start = Vec::with_capacity(4);
    reader.by_ref().take(4).read_to_end(&mut start)?;
    let format = match start.as_slice() {
        [0x1F, 0x8B, ..] => "gzip",
        [0x28, 0xB5, 0x2F, 0xFD] => "zstd",
        _ => return Ok(Box::new(Cursor::new(start).chain(reader))),
    };
    let packed = BufReader::new(Cursor::new(start).chain(Below(reader)));
    let inner: Box<dyn Read + Send> = if format == "gzip" {
        Box::new(MultiGzDecoder::new(packed))
    } else {
        let mut decoder = zstd::stream::read::Decoder::with_buffer(packed)?;
        decoder.window_log_max(ZSTD_WINDOW_LOG)?;
        Box::new(decoder)
    };
    Ok(Box::new(Unpacked {
        inner,
        format,
        given: 0,
        limit,
    }))
}

/// The packed bytes. Its errors are marked, so that a disk that fails is not taken for a damaged stream.
struct Below(Box<dyn Read + Send>);

impl Read for Below {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            ErrorKind::Interrupted => error,
            _ => std::io::Error::other(SourceError::from(error)),
        })
    }
}

struct Unpacked {
    inner: Box<dyn Read + Send>,
    format: &'static str,
    /// Bytes unpacked so far.
    given: u64,
    limit: Option<u64>,
}

impl Unpacked {
    fn describe(&self, error: std::io::Error) -> std::io::Error {
        if error.kind() == ErrorKind::Interrupted {
            return error;
        }
        let message = match error.kind() {
            ErrorKind::UnexpectedEof => "the compressed data ends too early".to_owned(),
            _ => error.to_string(),
        };
        match error.downcast::<SourceError>() {
            Ok(below) => std::io::Error::other(below),
            Err(_) => std::io::Error::other(SourceError::Malformed {
                format: self.format,
                message,
                byte: self.given,
            }),
        }
    }
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = match self.inner.read(buffer) {
            Ok(count) => count,
            Err(error) => return Err(self.describe(error)),
        };
        self.given += count as u64;
        match self.limit {
            Some(limit) if self.given > limit => {
                Err(std::io::Error::other(SourceError::DecompressedTooLarge {
                    limit,
                }))
            }
            _ => Ok(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        zstd::stream::encode_all(bytes, 1).unwrap()
    }

    fn read(bytes: Vec<u8>, limit: Option<u64>) -> Result<Vec<u8>, SourceError> {
        let mut plain = Vec::new();
        unpack(Box::new(Cursor::new(bytes)), limit)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn plain_bytes_pass_even_when_few() {
        for plain in [&b""[..], b"a", b"title,price\n"] {
            assert_eq!(read(plain.to_vec(), None).unwrap(), plain);
        }
    }

    #[test]
    fn several_members_are_one_stream() {
        let text = b"title,price\n".repeat(1000);
        for pack in [gzip as fn(&[u8]) -> Vec<u8>, zstd] {
            let packed = [pack(&text), pack(b"a,1\n")].concat();
            let plain = read(packed, None).unwrap();
            assert_eq!(plain, [&text[..], b"a,1\n"].concat());
        }
    }

    #[test]
    fn every_cut_is_an_error_that_names_the_format() {
        let text: Vec<u8> = (0..400u32)
            .flat_map(|n| (n * n).to_string().into_bytes())
            .collect();
        for (packed, format) in [(gzip(&text), "gzip"), (zstd(&text), "zstd")] {
            for length in 4..packed.len() {
                let error = read(packed[..length].to_vec(), None).unwrap_err();
                assert!(
                    matches!(&error, SourceError::Malformed { format: named, .. } if *named == format),
                    "{format} cut at {length}: {error:?}"
                );
            }
        }
    }

    #[test]
    fn a_damaged_stream_is_an_error() {
        let mut packed = gzip(&b"title,price\n".repeat(100));
        let last = packed.len() - 6;
        packed[last] ^= 0xFF;
        assert!(matches!(
            read(packed, None),
            Err(SourceError::Malformed { format: "gzip", .. })
        ));
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let packed = zstd(&vec![b'a'; 1 << 20]);
        assert!(matches!(
            read(packed.clone(), Some(1000)),
            Err(SourceError::DecompressedTooLarge { limit: 1000 })
        ));
        assert_eq!(read(packed, Some(1 << 20)).unwrap().len(), 1 << 20);
    }

    #[test]
    fn a_failing_disk_is_not_taken_for_a_damaged_stream() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::from(ErrorKind::ConnectionReset))
            }
        }
        let packed = gzip(b"title,price\n");
        let reader = Cursor::new(packed[..12].to_vec()).chain(Broken);
        let mut plain = Vec::new();
        let error = unpack(Box::new(reader), None)
            .unwrap()
            .read_to_end(&mut plain)
            .unwrap_err();
        assert!(matches!(SourceError::from(error), SourceError::Io(_)));
    }
}
