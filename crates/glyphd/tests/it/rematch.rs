//! A registry of the user's own, matching stored rows again, and the titles that nobody could name.

use crate::harness::Place;

const OFFERS: &str = "\
Title,Price,Condition,Seller
NVIDIA L4 24GB,2400,New,Northwind
NVIDIA GeForce RTX 9990 96GB graphics card,4000,New,Northwind
MSI GeForce RTX 9990 VENTUS 96G,4100,New,Southwind
Noctua 120mm case fan,20,New,Northwind
NVIDIA RTX A4000 16GB,Call for price,Used,Northwind
";

/// A card that the built-in registry does not know, and another power of one that it knows.
const MODELS: &str = "\
canonical_model,model,product,vendor,family,memory_gb,memory_bandwidth_gb_s,tdp_w,part_numbers
RTX_9990,GeForce RTX 9990,GeForce RTX 9990,nvidia,GeForce,96,3000,500,MY-9990-PART
L4,,,,,,,40,
";

#[test]
fn rows_that_a_newer_registry_knows_are_moved_and_both_answers_stay_traceable() {
    let place = Place::new();
    let file = place.write("offers.csv", OFFERS);
    place.write("models.csv", MODELS);
    let report = place.import(&file, &[]);
    assert_eq!(report["scored_rows"], 1);
    let words = [
        "imports",
        "rematch",
        "last",
        "--registry",
        "models.csv",
        "--json",
    ];
    let planned = place.done(words.into_iter().chain(["--dry-run"])).json();
    assert_eq!(planned["dry_run"], true);
    assert_eq!(planned["imports"][0]["changed"], 2);
    assert_eq!(place.sql::<i64>("SELECT COUNT(*) FROM scored_listings"), 1);
    assert_eq!(place.sql::<i64>("SELECT COUNT(*) FROM import_rematches"), 0);
    let done = place.done(words).json();
    assert_eq!(done["changes"], planned["changes"]);
    let change = &done["changes"][0];
    assert_eq!(change["import_index"], 1);
    assert_eq!(change["old"]["detail"], "unknown_model");
    assert_eq!(change["new"]["detail"], "RTX_9990");
    assert_eq!(done["imports"][0]["rescored"], 1);
    let before_and_since: String = place.sql(
        "SELECT old.reason || ' ' || new.canonical_model
         FROM rematch_changes AS change
         JOIN listings AS old ON old.id = change.old_listing_id
         JOIN listings AS new ON new.id = change.new_listing_id
         WHERE change.import_index = 1",
    );
    assert_eq!(before_and_since, "unknown_model RTX_9990");
    place.holds();
    // What is matched already is not touched again.
    let again = place.done(words).json();
    assert_eq!(again["imports"][0]["changed"], 0);
    assert_eq!(again["imports"][0]["rescored"], 0);
    place.done(["imports", "undo", "last"]);
    place.holds();
}

#[test]
fn a_rematch_wants_one_import_or_all() {
    let place = Place::new();
    let file = place.write("offers.csv", OFFERS);
    place.import(&file, &[]);
    let ended = place.done(["imports", "rematch", "--all"]);
    assert!(
        ended.stdout.contains("changed 0 of 4 rows"),
        "{}",
        ended.stdout
    );
    let ended = place.run(["imports", "rematch"]);
    assert_eq!(ended.status, 2, "{}", ended.stderr);
}

#[test]
fn an_import_by_models_of_ones_own_says_so_and_is_repaired_by_them() {
    let place = Place::new();
    let file = place.write("offers.csv", OFFERS);
    place.write("models.csv", MODELS);
    let plain = place.import(&file, &[]);
    let own = place.import(&file, &["--registry", "models.csv"]);
    assert_eq!(own["state"], "done", "another registry is another option");
    assert_eq!(own["scored_rows"], 3);
    let version = own["registry_version"].as_str().unwrap();
    assert!(version.starts_with(plain["registry_version"].as_str().unwrap()));
    assert!(version.contains('+'), "{version}");
    place.write(
        "mended.csv",
        "Title,Price,Condition,Seller\nNVIDIA RTX A4000 16GB,600,Used,Northwind\n",
    );
    let ended = place.run(["imports", "repair", "last", "mended.csv"]);
    assert_eq!(ended.status, 1);
    assert!(ended.stderr.contains("--registry FILE"), "{}", ended.stderr);
    place.done([
        "imports",
        "repair",
        "last",
        "mended.csv",
        "--registry",
        "models.csv",
    ]);
    place.holds();
}

#[test]
fn a_faulty_registry_is_refused_by_file_and_line() {
    let place = Place::new();
    let file = place.write("offers.csv", OFFERS);
    place.write("models.csv", "canonical_model,tdp_w\nL4,none\n");
    let words = ["import", file.to_str().unwrap(), "--registry", "models.csv"];
    let ended = place.run(words);
    assert_eq!(ended.status, 1);
    assert!(
        ended.stderr.contains("models.csv:2: `tdp_w` is `none`"),
        "{}",
        ended.stderr
    );
    assert!(!place.database().exists());
}

#[test]
fn a_part_number_of_ones_own_names_the_card() {
    let place = Place::new();
    place.write("models.csv", MODELS);
    let words = [
        "match",
        "--json",
        "--registry",
        "models.csv",
        "GPU MY-9990-PART refurbished",
    ];
    let answer = place.done(words).json();
    assert_eq!(answer["canonical_model"], "RTX_9990");
}

#[test]
fn unmatched_titles_are_grouped_by_the_unknown_words_that_they_share() {
    let place = Place::new();
    let file = place.write("offers.csv", OFFERS);
    place.import(&file, &[]);
    let groups = place.done(["report", "coverage", "--jsonl"]).json_lines();
    assert_eq!(groups[0]["word"], "rtx 9990");
    assert_eq!(
        (&groups[0]["rows"], &groups[0]["titles"]),
        (&2.into(), &2.into())
    );
    assert_eq!(groups[0]["reasons"]["unknown_model"], 2);
    let all = place
        .done(["report", "coverage", "--all", "--jsonl"])
        .json_lines();
    assert!(all.len() > groups.len());
}
