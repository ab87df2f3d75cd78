//! The one folder of this machine below which a client may name files.
//!
//! A path never leads out of it, by `..`, by a link or by a folder that is exchanged meanwhile: the system resolves it
//! beneath the folder's handle. Whatever cannot be read gets the same answer, so that nothing is told of what is there.

use std::fs::File;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};

#[derive(Debug, Clone)]
pub(crate) struct ImportRoot {
    /// As it was named, and as it is without links.
    paths: [PathBuf; 2],
    folder: Arc<Dir>,
}

impl ImportRoot {
    pub(crate) fn open(path: &Path) -> anyhow::Result<ImportRoot> {
        let wrong = || format!("cannot use the import root `{}`", path.display());
        let real = path.canonicalize().with_context(wrong)?;
        let folder = Dir::open_ambient_dir(&real, ambient_authority()).with_context(wrong)?;
        Ok(ImportRoot {
            paths: [path.to_owned(), real],
            folder: Arc::new(folder),
        })
    }

    /// The file at a path that is relative to the root, or absolute and below it. `None` for whatever is no plain file
    /// there, and for what may not be read.
    pub(super) fn file(&self, wanted: &str) -> Option<File> {
        let wanted = Path::new(wanted);
        let below = self
            .paths
            .iter()
            .find_map(|root| wanted.strip_prefix(root).ok())
            .unwrap_or(wanted);
        if !below
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        {
            return None;
        }
        let mut options = OpenOptions::new();
        // A pipe that nobody writes to is not waited for.
        options.read(true).custom_flags(nonblocking());
        let file = self.folder.open_with(below, &options).ok()?;
        file.metadata().ok()?.is_file().then(|| file.into_std())
    }

    /// Keeps a copy of `from` under a name that nothing has yet, and gives it: relative to the root.
    pub(super) fn keep(&self, name: &str, from: &mut File) -> std::io::Result<String> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let mut file = self.folder.open_with(name, &options)?;
        std::io::copy(from, &mut file)?;
        file.sync_all()?;
        Ok(name.to_owned())
    }
}

/// `O_NONBLOCK`, which the system's headers number differently from machine to machine.
fn nonblocking() -> i32 {
    rustix::fs::OFlags::NONBLOCK.bits() as i32
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn only_plain_files_below_the_root_are_opened() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("root");
        std::fs::create_dir_all(root.join("daily")).unwrap();
        std::fs::write(root.join("daily/shop.csv"), "inside").unwrap();
        std::fs::write(outer.path().join("secret.csv"), "outside").unwrap();
        let link = |from: &str, to: &Path| std::os::unix::fs::symlink(to, root.join(from)).unwrap();
        link("out.csv", &outer.path().join("secret.csv"));
        link("out", outer.path());
        link("up.csv", Path::new("../secret.csv"));
        link("in.csv", Path::new("daily/shop.csv"));
        link("null", Path::new("/dev/null"));
        rustix::fs::mkfifoat(rustix::fs::CWD, root.join("pipe.csv"), 0o600.into()).unwrap();

        let opened = ImportRoot::open(&root).unwrap();
        let absolute = root.canonicalize().unwrap().join("daily/shop.csv");
        for inside in [
            "daily/shop.csv",
            "./daily/shop.csv",
            "in.csv",
            absolute.to_str().unwrap(),
        ] {
            let mut text = String::new();
            let mut file = opened.file(inside).unwrap_or_else(|| panic!("{inside}"));
            file.read_to_string(&mut text).unwrap();
            assert_eq!(text, "inside", "{inside}");
        }
        for outside in [
            "",
            ".",
            "daily",
            "missing.csv",
            "../secret.csv",
            "daily/../../secret.csv",
            "daily/../daily/shop.csv",
            "out.csv",
            "out/secret.csv",
            "up.csv",
            "null",
            "pipe.csv",
            "/etc/passwd",
            "/dev/zero",
            "daily/shop.csv\0",
        ] {
            assert!(opened.file(outside).is_none(), "{outside:?}");
        }
    }
}
