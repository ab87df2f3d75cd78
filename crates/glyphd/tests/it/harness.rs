//! A folder, a database and the binary.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A temporary folder with a database in it.
pub(crate) struct Place {
    folder: TempDir,
}

/// What a command printed and how it ended.
pub(crate) struct Ended {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Place {
        Place {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path("gpu.sqlite")
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The binary with this place's database, not started yet.
    pub(crate) fn command<I, S>(&self, words: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_glyphd"));
        command
            .arg("--db-path")
            .arg(self.database())
            .args(words)
            .current_dir(self.folder.path())
            .env_remove("GLYPHD_DB_PATH")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run<I, S>(&self, words: I) -> Ended
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        Ended::from(self.command(words).output().unwrap())
    }

    /// Runs a command that must end well, with rejects or without.
    pub(crate) fn done<I, S>(&self, words: I) -> Ended
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let ended = self.run(words);
        assert!(
            matches!(ended.status, 0 | 3),
            "status {}: {}",
            ended.status,
            ended.stderr
        );
        ended
    }

    /// Imports a file and gives the report.
    pub(crate) fn import(&self, file: &Path, more: &[&str]) -> Value {
        let file = file.to_str().unwrap();
        let words = ["import", file, "--json"]
            .into_iter()
            .chain(more.iter().copied());
        self.done(words).json()
    }

    /// The database through another pair of eyes.
    pub(crate) fn sql<T: rusqlite::types::FromSql>(&self, query: &str) -> T {
        let connection = rusqlite::Connection::open(self.database()).unwrap();
        connection.query_row(query, [], |row| row.get(0)).unwrap()
    }

    /// `check` finds nothing.
    pub(crate) fn holds(&self) {
        let ended = self.run(["check"]);
        assert_eq!(ended.status, 0, "{}{}", ended.stdout, ended.stderr);
    }
}

impl Ended {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in {:?} ({})", self.stdout, self.stderr))
    }

    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Ended {
        Ended {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A listings file in which every outcome occurs: 4 scored, 3 unmatched, 4 rejected.
pub(crate) const MIXED: &str = "\
Title,Price_USD,Condition,Quantity,Seller,Geographic_Region,Source_URL,SKU
NVIDIA RTX A5000 24GB,1450.00,Used,3,Nordlicht IT,EU,https://nordlicht.example/a5000,N-1
PNY NVIDIA L4 24GB PCIe,\"$2,399.00\",New,Available,Acorn Supply,US domestic,https://acorn.example/l4,A-7
HDMI to VGA converter with audio,19.99,New,12,Acorn Supply,US domestic,https://acorn.example/hdmi,A-8
NVIDIA A100 80GB PCIe,Quote,New,1,Acorn Supply,US domestic,https://acorn.example/a100,A-9
\"5pcs NVIDIA Tesla T4
16GB\",2750,Refurbished,1,Kestrel Parts,UK,https://kestrel.example/t4,K-2
NVIDIA RTX A6000 48GB,-5,Used,1,Kestrel Parts,UK,https://kestrel.example/a6000,K-3
NVLink bridge for RTX A6000,149,New,2,Kestrel Parts,UK,https://kestrel.example/bridge,K-4
GeForce RTX 3090 24GB,not listed
GeForce RTX 4090 24GB,1899.99,New,1,Nordlicht IT,EU,https://nordlicht.example/4090,N-2
,99,New,1,Nordlicht IT,EU,https://nordlicht.example/none,N-3
Dell laptop with RTX 3080 16GB,1199,Used,1,Kestrel Parts,UK,https://kestrel.example/laptop,K-5
";
