//! What the world does to an import: each fault ends with the right status, one clear message, and a database as it
//! was.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use crate::harness::{Ended, MIXED, Place};

/// The import of `file` fails with status 1, says each of `words`, and leaves the database as it was.
fn fails(place: &Place, file: &str, words: &[&str]) {
    let existed = place.database().exists();
    let before = existed.then(|| count(place));
    let ended = place.run(["import", file]);
    assert_eq!(ended.status, 1, "{}{}", ended.stdout, ended.stderr);
    assert_eq!(ended.stdout, "");
    assert_eq!(
        ended
            .stderr
            .lines()
            .filter(|line| line.starts_with("error: "))
            .count(),
        1,
        "{}",
        ended.stderr
    );
    for word in words {
        assert!(
            ended.stderr.contains(word),
            "{word:?} is not in {:?}",
            ended.stderr
        );
    }
    match before {
        Some(before) => {
            assert_eq!(count(place), before);
            place.holds();
        }
        None => assert!(
            !place.database().exists(),
            "no database is made for nothing"
        ),
    }
}

fn count(place: &Place) -> i64 {
    place.sql(
        "SELECT (SELECT count(*) FROM scored_listings) + (SELECT count(*) FROM unmatched_listings)
           + (SELECT count(*) FROM rejected_rows) + (SELECT count(*) FROM import_batches WHERE state = 'done')",
    )
}

fn with_an_import() -> Place {
    let place = Place::new();
    place.import(&place.write("mixed.csv", MIXED), &[]);
    place
}

#[test]
fn a_missing_file() {
    fails(
        &with_an_import(),
        "nowhere.csv",
        &["`nowhere.csv` does not exist", "hint:"],
    );
    let place = Place::new();
    fails(&place, "nowhere.csv", &["does not exist"]);
    assert!(
        !place.database().exists(),
        "no database is made for a file that is not there"
    );
}

#[test]
fn a_directory() {
    let place = with_an_import();
    std::fs::create_dir(place.path("folder")).unwrap();
    fails(&place, "folder", &["`folder` is a directory", "hint:"]);
}

#[test]
fn an_empty_file() {
    let place = with_an_import();
    place.write("empty.csv", "");
    fails(&place, "empty.csv", &["`empty.csv`", "the source is empty"]);
}

#[test]
fn a_header_alone_is_an_import_of_no_rows() {
    let place = with_an_import();
    let report = place.import(&place.write("header.csv", "title,price\n"), &[]);
    assert_eq!(report["total_rows"], 0);
    assert_eq!(report["state"], "done");
    place.holds();
}

#[test]
fn a_header_without_a_price_or_a_title() {
    let place = with_an_import();
    place.write("titles.csv", "title,asking\nNVIDIA L4,$2,399\n");
    fails(&place, "titles.csv", &["price", "asking", "--map"]);
    place.write("prices.csv", "thing,price\nNVIDIA L4,$2399\n");
    fails(&place, "prices.csv", &["title", "thing", "--map"]);
    let report = place.import(&place.path("titles.csv"), &["--map", "asking=price"]);
    assert_eq!(report["total_rows"], 1);
}

#[test]
fn a_file_cut_in_the_middle_of_a_record_keeps_what_is_there() {
    let place = Place::new();
    let whole = "title,price,seller\nNVIDIA L4 24GB,$2399,Acorn\nNVIDIA T4 16GB,$550,Kestrel\nNVIDIA A2 16GB,\"$3";
    let report = place.import(&place.write("cut.csv", whole), &[]);
    assert_eq!(report["total_rows"], 3);
    assert_eq!(
        report["rejected_rows"], 1,
        "the cut row is a reject with its place"
    );
    assert_eq!(report["errors_by_code"]["row_too_short"], 1);
    place.holds();
}

#[test]
fn a_packed_file_cut_in_the_middle() {
    let place = with_an_import();
    let mut text = String::from("title,price\n");
    for row in 0..20_000 {
        writeln!(text, "NVIDIA L4 24GB number {row},${row}.50").unwrap();
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    place.write("cut.csv.gz", packed.get(..packed.len() / 2).unwrap());
    fails(&place, "cut.csv.gz", &["`cut.csv.gz`"]);
    place.write("whole.csv.gz", &packed);
    assert_eq!(
        place.import(&place.path("whole.csv.gz"), &[])["total_rows"],
        20_000
    );
}

#[test]
fn a_file_that_is_no_listings_file() {
    let place = with_an_import();
    place.write(
        "book.xlsx",
        b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0[Content_Types].xml",
    );
    fails(&place, "book.xlsx", &["`book.xlsx`", "hint:"]);
}

#[test]
fn a_full_disk() {
    let place = with_an_import();
    let mut text = String::from("title,price,notes\n");
    for row in 0..60_000 {
        writeln!(
            text,
            "NVIDIA L4 24GB,${row}.50,note {row} that no other row has"
        )
        .unwrap();
    }
    let file = place.write("large.csv", text);
    // The shell's bound on file sizes stands in for the disk: 2,048 blocks of 512 bytes.
    let mut shell = std::process::Command::new("sh");
    let output = shell
        .arg("-c")
        .arg("trap '' XFSZ; ulimit -f 2048; exec \"$@\"")
        .arg("sh")
        .arg(env!("CARGO_BIN_EXE_glyphd"))
        .arg("--db-path")
        .arg(place.database())
        .args(["import", file.to_str().unwrap()])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let ended = Ended::from(output);
    assert_eq!(ended.status, 1, "{}", ended.stdout);
    assert_eq!(
        ended
            .stderr
            .lines()
            .filter(|line| line.starts_with("error: "))
            .count(),
        1,
        "{}",
        ended.stderr
    );
    assert_eq!(count(&place), 12);
    place.holds();
}

#[test]
fn a_folder_that_cannot_be_written_to() {
    let place = Place::new();
    let file = place.write("mixed.csv", MIXED);
    // Not even root makes folders in /proc.
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_glyphd"))
        .args([
            "--db-path",
            "/proc/glyphd/gpu.sqlite",
            "import",
            file.to_str().unwrap(),
        ])
        .output()
        .unwrap();
    let ended = Ended::from(output);
    assert_eq!(ended.status, 1);
    assert!(
        ended
            .stderr
            .contains("cannot make the folder `/proc/glyphd`"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("hint: "), "{}", ended.stderr);
}

#[test]
fn a_file_that_grows_while_it_is_read() {
    let place = with_an_import();
    let path = place.write("growing.csv", "title,price\n");
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap();
    for row in 0..40_000 {
        writeln!(file, "NVIDIA L4 24GB,${row}.50").unwrap();
    }
    let child = place
        .command(["import", "growing.csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It grows until the import has ended: whenever the reader comes to the end, more was written since it began.
    let growing = std::thread::spawn(move || {
        let mut child = child;
        while child.try_wait().unwrap().is_none() {
            writeln!(file, "NVIDIA T4 16GB,$550").unwrap();
            std::thread::yield_now();
        }
        Ended::from(child.wait_with_output().unwrap())
    });
    let ended = growing.join().unwrap();
    assert_eq!(ended.status, 1, "{}", ended.stdout);
    assert!(
        ended.stderr.contains("changed while it was read"),
        "{}",
        ended.stderr
    );
    assert_eq!(count(&place), 12);
    place.holds();
}

#[test]
fn two_imports_at_once_wait_for_each_other() {
    let place = Place::new();
    let children: Vec<_> = (0..4)
        .map(|number| {
            let mut text = String::from("title,price\n");
            for row in 0..3000 {
                writeln!(text, "NVIDIA L4 24GB,${}.{number}0", row + 1).unwrap();
            }
            let file = place.write(&format!("{number}.csv"), text);
            place
                .command(["import", file.to_str().unwrap(), "--json"])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let ended = Ended::from(child.wait_with_output().unwrap());
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        assert_eq!(ended.json()["total_rows"], 3000);
    }
    assert_eq!(
        place.sql::<i64>("SELECT count(*) FROM scored_listings"),
        12_000
    );
    place.holds();
}

#[test]
fn readers_see_nothing_of_an_import_that_goes_on() {
    let place = with_an_import();
    let mut child = place
        .command(["import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "title,price").unwrap();
    for row in 0..20_000 {
        writeln!(stdin, "NVIDIA L4 24GB,${row}.50").unwrap();
    }
    assert_eq!(count(&place), 12);
    drop(stdin);
    assert!(matches!(child.wait().unwrap().code(), Some(0 | 3)));
    assert_eq!(count(&place), 12 + 20_001);
    place.holds();
}

#[test]
fn the_bound_on_rejects() {
    let place = with_an_import();
    let file = place.write("more.csv", MIXED.replace("1450.00", "1451.00"));
    let file = file.to_str().unwrap();
    for words in [
        &["import", file, "--on-error", "abort"][..],
        &["import", file, "--max-rejects", "3"],
        &["import", file, "--max-rejects", "36%"],
    ] {
        let ended = place.run(words);
        assert_eq!(ended.status, 1, "{words:?}");
        assert!(
            ended.stderr.contains("nothing was kept"),
            "{}",
            ended.stderr
        );
        assert_eq!(count(&place), 12);
    }
    assert_eq!(
        place.run(["import", file, "--max-rejects", "37%"]).status,
        3
    );
    let wrong = place.run(["import", file, "--max-rejects", "some"]);
    assert_eq!(wrong.status, 2);
}

#[test]
fn a_dry_run_keeps_nothing_and_says_the_same() {
    let place = with_an_import();
    let file = place.write("more.csv", MIXED.replace("1450.00", "1451.00"));
    let tried = place.import(&file, &["--dry-run"]);
    assert_eq!(tried["state"], "dry_run");
    assert_eq!(count(&place), 12);
    let done = place.import(&file, &[]);
    for field in [
        "total_rows",
        "scored_rows",
        "unmatched_rows",
        "rejected_rows",
        "errors_by_code",
    ] {
        assert_eq!(tried[field], done[field]);
    }
}

#[test]
fn a_bad_file_does_not_stop_the_others() {
    let place = Place::new();
    place.write("one.csv", "title,price\nNVIDIA L4 24GB,$2399\n");
    place.write("two.csv", "title,price\nNVIDIA T4 16GB,$550\n");
    let ended = place.run(["import", "one.csv", "nowhere.csv", "two.csv", "--json"]);
    assert_eq!(ended.status, 1);
    assert_eq!(ended.json_lines().len(), 2);
    assert_eq!(place.sql::<i64>("SELECT count(*) FROM scored_listings"), 2);
}

#[test]
fn what_comes_to_nothing_makes_no_database() {
    let place = Place::new();
    place.write("titles.csv", "title,asking\nNVIDIA L4,$2399\n");
    fails(&place, "titles.csv", &["price"]);
    let tried = place.import(
        &place.write("fine.csv", "title,price\nNVIDIA L4 24GB,$2399\n"),
        &["--dry-run"],
    );
    assert_eq!(tried["scored_rows"], 1);
    assert!(!place.database().exists());
}

#[test]
fn a_report_that_nobody_reads_does_not_stop_the_files_after_it() {
    let place = Place::new();
    place.write("one.csv", "title,price\nNVIDIA L4 24GB,$2399\n");
    place.write("two.csv", "title,price\nNVIDIA T4 16GB,$550\n");
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = place
        .command(["import", "one.csv", "two.csv"])
        .stdout(full)
        .output()
        .unwrap();
    let ended = Ended::from(output);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("cannot be printed"),
        "{}",
        ended.stderr
    );
    assert_eq!(place.sql::<i64>("SELECT count(*) FROM scored_listings"), 2);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let place = Place::new();
    place.import(
        &place.write("evil.csv", "title,price\nNVIDIA L4 24GB,\u{1b}[31m9\n"),
        &[],
    );
    for words in [
        &["imports", "rejects", "last"][..],
        &["imports", "show", "last"],
    ] {
        assert!(!place.done(words).stdout.contains('\u{1b}'), "{words:?}");
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let place = with_an_import();
    let mut child = place
        .command(["models", "--jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!(ended.stderr, "");
    assert_eq!(ended.status, 0);
}
