//! Promise 9: rejects go out as a file, come back mended, and fill the places they left.

use crate::harness::{MIXED, Place};

fn mended(place: &Place, file: &str) -> String {
    let text = place
        .done(["imports", "rejects", "last", "--csv"])
        .stdout
        .replace("PCIe,Quote,", "PCIe,15999.00,")
        .replace(",-5,", ",4200.00,")
        .replace(
            "GeForce RTX 3090 24GB,not listed",
            "GeForce RTX 3090 24GB,799,Used,1,Kestrel Parts,UK,https://kestrel.example/3090,K-9",
        )
        .replace("\n,99,New", "\nHDMI cable,99,New");
    written(place, file, text)
}

/// Writes `text` to a file and gives its path.
fn written(place: &Place, file: &str, text: impl AsRef<[u8]>) -> String {
    place.write(file, text).to_str().unwrap().to_owned()
}

#[test]
fn promise_9_mended_rejects_fill_the_places_they_left() {
    let place = Place::new();
    place.import(&place.write("mixed.csv", MIXED), &[]);
    let file = mended(&place, "mended.csv");
    let repaired = place
        .done(["imports", "repair", "last", &file, "--json"])
        .json();
    assert_eq!(repaired["rows"], 4);
    assert_eq!(repaired["scored"], 3, "{repaired}");
    assert_eq!(repaired["unmatched"], 1);
    assert_eq!(repaired["still_rejected"], 0);
    place.holds();
    let exported = place
        .done(["export", "--import", "last", "--format", "jsonl"])
        .json_lines();
    let outcomes: Vec<&str> = exported
        .iter()
        .map(|row| row["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes.len(), 11);
    assert!(!outcomes.contains(&"rejected"));
    assert_eq!(exported[3]["title"], "NVIDIA A100 80GB PCIe");
    assert_eq!(exported[3]["price"], 15999.0);
    assert_eq!(exported[7]["title"], "GeForce RTX 3090 24GB");
    let record = place.done(["imports", "show", "last", "--json"]).json();
    assert_eq!(record["total_rows"], 11);
    assert_eq!(record["scored_rows"], 7);
    assert_eq!(record["rejected_rows"], 0);
}

#[test]
fn rows_that_are_still_wrong_stay_rejected_with_their_first_place() {
    let place = Place::new();
    place.import(&place.write("mixed.csv", MIXED), &[]);
    let half = place
        .done(["imports", "rejects", "last", "--csv"])
        .stdout
        .replace(",-5,", ",4200.00,");
    let half = written(&place, "half.csv", half);
    let before = place.sql::<i64>("SELECT byte_start FROM rejected_rows WHERE import_index = 9");
    let ended = place.run(["imports", "repair", "last", &half, "--json"]);
    assert_eq!(ended.status, 3);
    assert_eq!(ended.json()["still_rejected"], 3);
    assert_eq!(
        place.sql::<i64>("SELECT byte_start FROM rejected_rows WHERE import_index = 9"),
        before
    );
    place.holds();
    // What is left can be mended in a second round.
    let file = mended(&place, "mended.csv");
    assert_eq!(place.run(["imports", "repair", "last", &file]).status, 0);
    place.holds();
}

#[test]
fn a_repair_with_another_number_of_rows_changes_nothing() {
    let place = Place::new();
    place.import(&place.write("mixed.csv", MIXED), &[]);
    let all = place.done(["imports", "rejects", "last", "--csv"]).stdout;
    let fewer: Vec<&str> = all.lines().take(3).collect();
    let file = written(&place, "fewer.csv", fewer.join("\n"));
    let ended = place.run(["imports", "repair", "last", &file]);
    assert_eq!(ended.status, 1);
    assert!(
        ended.stderr.contains("4 rejected rows") && ended.stderr.contains("hint:"),
        "{}",
        ended.stderr
    );
    assert_eq!(place.sql::<i64>("SELECT count(*) FROM rejected_rows"), 4);
    place.holds();
}

#[test]
fn rejects_of_json_lines_come_back_as_json_lines() {
    let place = Place::new();
    let source = "{\"title\":\"NVIDIA L4 24GB\",\"price\":\"call\"}\n{\"title\":\"NVIDIA L4 24GB\",\"price\":2399}\n{broken\n";
    place.import(&place.write("rows.jsonl", source), &[]);
    let rejects = place.done(["imports", "rejects", "last", "--csv"]).stdout;
    assert_eq!(
        rejects,
        "{\"title\":\"NVIDIA L4 24GB\",\"price\":\"call\"}\n{broken\n"
    );
    let file = rejects
        .replace("\"call\"", "2400")
        .replace("{broken", "{\"title\":\"NVIDIA T4 16GB\",\"price\":600}");
    let file = written(&place, "mended.jsonl", file);
    assert_eq!(place.run(["imports", "repair", "last", &file]).status, 0);
    assert_eq!(place.sql::<i64>("SELECT count(*) FROM scored_listings"), 3);
    place.holds();
}

#[test]
fn nothing_to_repair_is_said() {
    let place = Place::new();
    place.import(
        &place.write("fine.csv", "title,price\nNVIDIA L4 24GB,$2399\n"),
        &[],
    );
    let file = place.write("none.csv", "title,price\n");
    let ended = place.run(["imports", "repair", "last", file.to_str().unwrap()]);
    assert_eq!(ended.status, 1);
    assert!(
        ended.stderr.contains("no rejected rows"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_repair_reads_as_its_import_was_read() {
    let place = Place::new();
    let source = "Artikel;Asking\nNVIDIA L4 24GB;2.399,00\nNVIDIA T4 16GB;auf Anfrage\n";
    let words = [
        "--map",
        "Artikel=title",
        "--map",
        "Asking=price",
        "--currency",
        "EUR",
        "--decimal-mark",
        "comma",
    ];
    place.import(&place.write("de.csv", source), &words);
    let rejects = place.done(["imports", "rejects", "last", "--csv"]).stdout;
    let file = written(
        &place,
        "mended.csv",
        rejects.replace("auf Anfrage", "1.500"),
    );
    let ended = place.run(["imports", "repair", "last", &file]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let minor: i64 = place.sql("SELECT price_minor FROM scored_listings WHERE import_index = 1");
    let currency: String = place.sql("SELECT currency FROM scored_listings WHERE import_index = 1");
    assert_eq!((minor, currency.as_str()), (150_000, "EUR"));
    place.holds();
}

#[test]
fn a_mended_row_is_scored_as_its_neighbours_are() {
    let place = Place::new();
    place.import(&place.write("mixed.csv", MIXED), &[]);
    place.done(["imports", "rescore", "last", "--profile", "legacy"]);
    let file = mended(&place, "mended.csv");
    place.done(["imports", "repair", "last", &file]);
    let again = place
        .done([
            "imports",
            "rescore",
            "last",
            "--profile",
            "legacy",
            "--json",
        ])
        .json();
    assert_eq!(again["changed"], 0, "{again}");
}

#[test]
fn rejects_that_are_all_still_broken_stay_rejects() {
    let place = Place::new();
    let source = "{\"title\":\"NVIDIA L4 24GB\",\"price\":2399}\n{broken\n";
    place.import(&place.write("rows.jsonl", source), &[]);
    let file = written(
        &place,
        "same.jsonl",
        place.done(["imports", "rejects", "last", "--csv"]).stdout,
    );
    let ended = place.run(["imports", "repair", "last", &file, "--json"]);
    assert_eq!(ended.status, 3, "{}", ended.stderr);
    assert_eq!(ended.json()["still_rejected"], 1);
    place.holds();
}
