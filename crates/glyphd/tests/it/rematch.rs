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

/// Imports `first` and then `second`; a rematch of the first by `MODELS` leads it to texts that the second brought.
fn led_to_a_later_imports_texts() -> (Place, String, String) {
    let place = Place::new();
    place.write("models.csv", MODELS);
    let first = place.write(
        "first.csv",
        "Title,Price\nNVIDIA GeForce RTX 9990 96GB graphics card,4000\n",
    );
    let second = place.write(
        "second.csv",
        "Title,Price\nNVIDIA GeForce RTX 9990 96GB graphics card,4100\nNVIDIA L4 24GB,2400\n",
    );
    let id = |report: serde_json::Value| report["import_id"].as_str().unwrap().to_owned();
    let first = id(place.import(&first, &[]));
    let second = id(place.import(&second, &["--registry", "models.csv"]));
    place.done(["imports", "rematch", &first, "--registry", "models.csv"]);
    place.holds();
    (place, first, second)
}

#[test]
fn texts_are_kept_for_a_rematched_import_even_when_the_schema_went_back_and_forth() {
    let (place, first, second) = led_to_a_later_imports_texts();
    place.done(["migrate", "down", "--to", "1.2.0", "--yes", "--allow-loss"]);
    let owner: String =
        place.sql("SELECT import_id FROM listings WHERE canonical_model = 'RTX_9990'");
    assert_eq!(owner, first, "where 1.2.0 looks for the first user");
    place.done(["migrate", "up"]);
    place.done(["imports", "undo", &second]);
    place.holds();
    let title: String = place.sql("SELECT title FROM offers WHERE canonical_model = 'RTX_9990'");
    assert_eq!(title, "NVIDIA GeForce RTX 9990 96GB graphics card");
}

#[test]
fn the_texts_of_a_rematch_outlive_the_import_that_brought_them() {
    let place = Place::new();
    place.write("models.csv", MODELS);
    let row = "Title,Price\nNVIDIA GeForce RTX 9990 96GB graphics card,4000\n";
    let first = place.write("first.csv", row);
    let second = place.write("second.csv", row.replace("4000", "4100"));
    let first = place.import(&first, &[]);
    place.import(&second, &[]);
    place.done(["imports", "rematch", "last", "--registry", "models.csv"]);
    place.done(["imports", "undo", first["import_id"].as_str().unwrap()]);
    place.holds();
    let other = place.write("other.csv", "Title,Price\nCoffee mug,5\nTea pot,6\n");
    place.import(&other, &[]);
    let old: String = place.sql(
        "SELECT old.title || ' ' || old.reason FROM rematch_changes AS change
         JOIN listings AS old ON old.id = change.old_listing_id",
    );
    assert_eq!(
        old,
        "NVIDIA GeForce RTX 9990 96GB graphics card unknown_model"
    );
}

#[test]
fn cautions_come_back_with_a_rematch_after_the_schema_went_back_and_forth() {
    let place = Place::new();
    let file = place.write(
        "offers.csv",
        "Title,Price\nNVIDIA GeForce RTX 3090 24GB for parts not working,200\n",
    );
    place.import(&file, &[]);
    let score: String = place.sql("SELECT CAST(score AS TEXT) FROM offers");
    let ended = place.run(["migrate", "down", "--to", "1.2.0", "--yes"]);
    assert_eq!(ended.status, 1);
    for loss in ["flags of offers", "version of the matcher"] {
        assert!(ended.stderr.contains(loss), "{}", ended.stderr);
    }
    place.done(["migrate", "down", "--to", "1.2.0", "--yes", "--allow-loss"]);
    place.done(["migrate", "up"]);
    place.done(["imports", "rematch", "--all"]);
    assert_eq!(
        place.sql::<String>("SELECT flags FROM offers"),
        "[\"for_parts\"]"
    );
    place.done(["imports", "rescore", "last"]);
    assert_eq!(
        place.sql::<String>("SELECT CAST(score AS TEXT) FROM offers"),
        score
    );
}

const OWN_PROFILE: &str = "\
name = 'mine'
version = 1
formula = 'value'
[weights]
memory_per_dollar = 100
[halves]
gb_per_thousand_usd = 30
room_gb = 8
";

/// An import by `mine.toml` and one by the default profile.
fn imports_by_two_profiles() -> Place {
    let place = Place::new();
    place.write("mine.toml", OWN_PROFILE);
    let row = "Title,Price\nNVIDIA L4 24GB,2400\n";
    let first = place.write("first.csv", row);
    let second = place.write("second.csv", row.replace("2400", "2500"));
    place.import(&first, &["--profile", "mine.toml"]);
    place.import(&second, &[]);
    place
}

#[test]
fn every_import_keeps_its_profile_when_all_are_matched_again() {
    let place = imports_by_two_profiles();
    let ended = place.run(["imports", "rematch", "--all"]);
    assert_eq!(ended.status, 1);
    assert!(ended.stderr.contains("--profile FILE"), "{}", ended.stderr);
    place.done(["imports", "rematch", "--all", "--profile", "mine.toml"]);
    let profiles: String = place.sql(
        "SELECT group_concat(substr(scoring_profile, 1, 11), ' ')
         FROM (SELECT scoring_profile FROM import_batches WHERE state = 'done' ORDER BY id)",
    );
    assert!(profiles.starts_with("mine-1+"), "{profiles}");
    assert!(profiles.ends_with("inference-2"), "{profiles}");
    let ended = place.run(["imports", "rematch", "last", "--profile", "mine.toml"]);
    assert_eq!(ended.status, 1);
    assert!(ended.stderr.contains("imports rescore"), "{}", ended.stderr);
}

#[test]
fn rows_of_an_own_profile_do_not_stop_the_explanation_of_others() {
    let place = imports_by_two_profiles();
    let text = place.done(["listings", "--explain"]).stdout;
    assert!(text.contains("which is not built in"), "{text}");
    assert!(text.contains("by `inference-2` at"), "{text}");
    let text = place
        .done(["listings", "--explain", "--profile", "workstation"])
        .stdout;
    assert!(text.contains("by `inference-2`\n"), "{text}");
    assert!(!text.contains("were others then"), "{text}");
}

#[test]
fn the_registry_loaded_last_has_the_word_on_the_models() {
    let place = Place::new();
    place.write("models.csv", MODELS);
    let power = |place: &Place| place.sql::<i64>("SELECT tdp_watts FROM models WHERE model = 'L4'");
    let row = "Title,Price\nNVIDIA L4 24GB,2400\n";
    let first = place.write("first.csv", row);
    let second = place.write("second.csv", row.replace("2400", "2500"));
    let third = place.write("third.csv", row.replace("2400", "2600"));
    place.import(&first, &[]);
    let plain = power(&place);
    place.import(&second, &["--registry", "models.csv"]);
    assert_eq!(power(&place), 40);
    place.import(&third, &[]);
    assert_eq!(power(&place), plain);
    assert_ne!(plain, 40);
    let ended = place.done(["imports", "rescore", "last", "--registry", "models.csv"]);
    assert!(ended.stderr.contains("imports rematch"), "{}", ended.stderr);
    let ended = place.done(["imports", "rescore", "last"]);
    assert!(
        !ended.stderr.contains("imports rematch"),
        "{}",
        ended.stderr
    );
}
