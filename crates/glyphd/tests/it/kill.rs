//! Promise 4 under SIGKILL: whenever an import is killed, it is there whole or not at all.

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::harness::{MIXED, Place};

/// Imports killed, each at another moment of its life.
const KILLS: u32 = 200;
const ROWS: usize = 3000;

/// A catalogue in which every outcome occurs all along.
fn catalogue() -> String {
    let mut text = String::from("title,price,seller,url,notes\n");
    for row in 0..ROWS {
        match row % 5 {
            0 => writeln!(
                text,
                "NVIDIA RTX A4000 16GB,$6{}.50,Acorn,https://a.example/{row},n{row}",
                row % 90 + 10
            ),
            1 => writeln!(
                text,
                "GeForce RTX 3090 24GB,$7{},Kestrel,https://k.example/{row},n{row}",
                row % 90 + 10
            ),
            2 => writeln!(
                text,
                "HDMI cable {row},$9.99,Acorn,https://a.example/{row},n{row}"
            ),
            3 => writeln!(
                text,
                "NVIDIA L4 24GB,Quote,Acorn,https://a.example/{row},n{row}"
            ),
            _ => writeln!(
                text,
                "NVIDIA Tesla T4 16GB,$550,Kestrel,https://k.example/{row},n{row}"
            ),
        }
        .unwrap();
    }
    text
}

/// The next number of a fixed sequence (`SplitMix64`).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut number = *state;
    number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

#[test]
fn promise_4_a_kill_at_any_moment_leaves_all_or_nothing() {
    let place = Place::new();
    place.import(&place.write("mixed.csv", MIXED), &[]);
    let file = place.write("catalogue.csv", catalogue());
    let words = ["import", file.to_str().unwrap(), "--json"];
    let started = Instant::now();
    assert_eq!(place.done(words).json()["total_rows"], ROWS);
    let whole = started.elapsed();
    place.done(["imports", "undo", "last"]);
    let mut state = 20_261_122;
    let (mut came_through, mut left_nothing) = (0, 0);
    for _ in 0..KILLS {
        let mut child = place
            .command(words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let share = (next(&mut state) % 1100) as f64 / 1000.0;
        std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * share));
        child.kill().unwrap();
        child.wait().unwrap();
        place.holds();
        let rows: i64 = place.sql(
            "SELECT (SELECT count(*) FROM scored_listings) + (SELECT count(*) FROM unmatched_listings)
               + (SELECT count(*) FROM rejected_rows)",
        );
        let imports: i64 = place.sql("SELECT count(*) FROM import_batches WHERE state = 'done'");
        match imports {
            1 => {
                left_nothing += 1;
                assert_eq!(rows, 11);
            }
            2 => {
                came_through += 1;
                assert_eq!(rows, 11 + ROWS as i64);
                place.done(["imports", "undo", "last"]);
            }
            other => panic!("{other} imports"),
        }
    }
    // The moments must have covered both ends, or the test has shown nothing.
    assert!(left_nothing > 20, "only {left_nothing} kills came in time");
    assert!(came_through > 5, "only {came_through} imports came through");
}
