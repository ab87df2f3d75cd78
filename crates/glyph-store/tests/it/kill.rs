//! A migration that is killed at any point leaves the old version or a new one, whole, and can be taken up again.

use std::process::{Command, Stdio};
use std::time::Duration;

use glyph_store::sqlite::migration::{self, UpOptions};

use crate::old::{self, Content, Shape, now, number};

const DATABASE: &str = "GLYPH_TEST_KILLED_DATABASE";

/// Not a test by itself: what the killed process runs.
#[test]
#[ignore = "run by the test below in a process of its own"]
fn migrates_the_database_that_the_environment_names() {
    let Some(path) = std::env::var_os(DATABASE) else {
        return;
    };
    migration::up(path.as_ref(), &UpOptions::default(), now()).unwrap();
}

#[test]
fn a_kill_leaves_a_whole_version() {
    let (_folder, original) = old::filled(Shape::Latest);
    old::open(&original)
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000)
             INSERT INTO scored_listings (canonical_model, price, vram_gb, tdp_watts, score)
             SELECT 'RTX_A4000', i / 7.0, 16, 140, i FROM n",
        )
        .unwrap();
    let before = Content::of(&original);
    let folder = tempfile::tempdir().unwrap();
    let mut unfinished = 0;
    for kill in 0..10_u64 {
        let path = folder.path().join(format!("{kill}.sqlite"));
        std::fs::copy(&original, &path).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "kill::migrates_the_database_that_the_environment_names",
                "--ignored",
            ])
            .env(DATABASE, &path)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // Where in the migration the kill falls differs from run to run; what must hold is the same everywhere.
        std::thread::sleep(Duration::from_millis(kill * 30));
        child.kill().unwrap();
        child.wait().unwrap();

        assert_eq!(
            old::strings(&old::open(&path), "PRAGMA integrity_check"),
            ["ok"]
        );
        let history = old::history(&path);
        let has_1_1_0 = number(
            &path,
            "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'uq_import_batch_index'",
        ) == 1;
        assert_eq!(has_1_1_0, history.contains(&"1.1.0".to_owned()));
        unfinished += u32::from(history.len() < 3);
        assert_eq!(before.again(&path), before);
        migration::up(&path, &UpOptions::default(), now()).unwrap();
        assert_eq!(before.again(&path), before);
        assert!(migration::verify(&path).unwrap().holds);
        let partial = std::fs::read_dir(folder.path())
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_str().unwrap().contains(".partial")
            })
            .count();
        assert_eq!(partial, 0, "what was left of a backup stays");
    }
    assert!(unfinished > 0, "no kill came before the end");
}
