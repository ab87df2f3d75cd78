//! Opening what a person names: files and standard input, hashed as they are read.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use glyph_core::source::is_parquet;
use sha2::{Digest, Sha256};

use crate::command::Hinted;

/// What a person calls standard input.
pub(crate) const STANDARD_INPUT: &str = "-";

/// A file that is being imported, or standard input.
#[derive(Debug)]
pub(crate) struct Input {
    /// As the user named it.
    pub(crate) name: String,
    file: Option<File>,
    before: Option<Metadata>,
    digest: Arc<Mutex<Sha256AndLength>>,
}

#[derive(Debug, Default)]
struct Sha256AndLength {
    hasher: Sha256,
    length: u64,
}

/// SHA-256 in hexadecimal and length of everything that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digested {
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
}

impl Input {
    pub(crate) fn open(name: &str) -> anyhow::Result<Input> {
        if name == STANDARD_INPUT {
            return Ok(Input {
                name: "standard input".to_owned(),
                file: None,
                before: None,
                digest: Arc::default(),
            });
        }
        let path = Path::new(name);
        let file = File::open(path).map_err(|error| not_opened(name, &error))?;
        let metadata = file
            .metadata()
            .with_context(|| format!("cannot read `{name}`"))?;
        if metadata.is_dir() {
            return Err(Hinted::new(
                format!("`{name}` is a directory"),
                format!("name its files, as in `glyphd import {name}/*.csv`"),
            )
            .into());
        }
        Ok(Input {
            name: name.to_owned(),
            file: Some(file),
            before: Some(metadata),
            digest: Arc::default(),
        })
    }

    /// A file that is open already, under the name that it came with.
    pub(crate) fn of_file(name: String, file: File) -> anyhow::Result<Input> {
        let metadata = file
            .metadata()
            .with_context(|| format!("cannot read `{name}`"))?;
        Ok(Input {
            name,
            file: Some(file),
            before: Some(metadata),
            digest: Arc::default(),
        })
    }

    /// Bytes in the file, where it is a regular one.
    pub(crate) fn size_bytes(&self) -> Option<u64> {
        self.before
            .as_ref()
            .filter(|metadata| metadata.is_file())
            .map(Metadata::len)
    }

    /// Bytes read so far, as they stand in the file.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.digest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .length
    }

    /// The file, where it is a regular one that holds Parquet as it is.
    pub(crate) fn parquet_file(&self) -> anyhow::Result<Option<File>> {
        let Some(file) = self.file.as_ref().filter(|_| self.size_bytes().is_some()) else {
            return Ok(None);
        };
        let mut file = file.try_clone()?;
        let mut start = Vec::new();
        file.by_ref()
            .take(4)
            .read_to_end(&mut start)
            .with_context(|| format!("cannot read `{}`", self.name))?;
        file.rewind()?;
        Ok(is_parquet(&start).then_some(file))
    }

    /// Reads the bytes once, hashing them on the way: of a regular file those that were there when it was opened, so
    /// that one which grows has an end.
    pub(crate) fn reader(&self) -> anyhow::Result<Box<dyn Read + Send>> {
        let digest = Arc::clone(&self.digest);
        Ok(match &self.file {
            Some(file) => {
                let read_already = self.bytes_read();
                let most = self
                    .size_bytes()
                    .map_or(u64::MAX, |size| size - read_already.min(size));
                Box::new(Hashing {
                    inner: file.try_clone()?.take(most),
                    digest,
                })
            }
            None => Box::new(Hashing {
                inner: io::stdin(),
                digest,
            }),
        })
    }

    /// Hashes the whole file through a handle of its own, so that what was read stays read. `None` where it is no
    /// regular file, or no longer the one that was opened.
    pub(crate) fn digest_ahead(&self) -> anyhow::Result<Option<Digested>> {
        let Some(size) = self.size_bytes() else {
            return Ok(None);
        };
        let failed = || format!("cannot read `{}`", self.name);
        let Some(file) = &self.file else {
            return Ok(None);
        };
        let mut whole = Sha256AndLength::default();
        let mut buffer = vec![0; 1 << 18];
        loop {
            // By position: the name may be a client's word for the file, and whoever else reads it has a place of its own.
            let read = file
                .read_at(&mut buffer, whole.length)
                .with_context(failed)?;
            if read == 0 {
                break;
            }
            whole.update(buffer.get(..read).unwrap_or_default());
        }
        Ok(Some(whole.finish()).filter(|digested| digested.bytes == size))
    }

    /// The digest of what was read. An error where the file is not what it was when it was opened.
    pub(crate) fn finish(&self, read_by_position: bool) -> anyhow::Result<Digested> {
        let digested = if read_by_position {
            self.digest_ahead()?
                .with_context(|| format!("`{}` changed while it was read", self.name))?
        } else {
            // What stands behind the last record (a trailer, padding) belongs to the bytes of the source too.
            io::copy(&mut self.reader()?, &mut io::sink())
                .with_context(|| format!("cannot read `{}`", self.name))?;
            self.digest
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone_finish()
        };
        if let (Some(file), Some(before)) = (&self.file, &self.before) {
            let after = file.metadata()?;
            let changed = after.len() != before.len()
                || after.modified().ok() != before.modified().ok()
                || (before.is_file() && digested.bytes != before.len());
            if changed {
                return Err(Hinted::new(
                    format!(
                        "`{}` changed while it was read: nothing was kept",
                        self.name
                    ),
                    "import it again when nothing writes to it any more",
                )
                .into());
            }
        }
        Ok(digested)
    }
}

fn not_opened(name: &str, error: &io::Error) -> anyhow::Error {
    match error.kind() {
        io::ErrorKind::NotFound => Hinted::new(
            format!("`{name}` does not exist"),
            "check the path, or give `-` to read standard input",
        )
        .into(),
        io::ErrorKind::PermissionDenied => Hinted::new(
            format!("`{name}` may not be read"),
            "check the file's permissions",
        )
        .into(),
        _ => anyhow::anyhow!("cannot open `{name}`: {error}"),
    }
}

impl Sha256AndLength {
    fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
    }

    fn clone_finish(&self) -> Digested {
        Digested {
            sha256: hexadecimal(&self.hasher.clone().finalize()),
            bytes: self.length,
        }
    }

    fn finish(self) -> Digested {
        Digested {
            sha256: hexadecimal(&self.hasher.finalize()),
            bytes: self.length,
        }
    }
}

/// SHA-256 of `parts`, each with its length in front, in hexadecimal.
pub(crate) fn digest_of(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hexadecimal(&hasher.finalize())
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(digit), 16));
        }
    }
    text
}

struct Hashing<R> {
    inner: R,
    digest: Arc<Mutex<Sha256AndLength>>,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let bytes = buffer.get(..read).unwrap_or_default();
        self.digest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .update(bytes);
        Ok(read)
    }
}
