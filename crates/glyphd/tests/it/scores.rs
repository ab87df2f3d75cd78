//! Scores by profile, and where they come from.

use serde_json::Value;

use crate::harness::Place;

const OFFERS: &str = "\
Title,Price,Condition
NVIDIA RTX A5000 24GB,1450,Used
NVIDIA RTX A5000 24GB for parts not working,1450,
2x NVIDIA RTX A5000 24GB,2900,Used
NVIDIA RTX A6000 48GB,call,Used
";

const OWN: &str = "\
name = 'memory-alone'
version = 1
formula = 'value'
[weights]
memory = 60
memory_per_dollar = 40
[halves]
memory_gb = 24
gb_per_thousand_usd = 20
room_gb = 8
";

fn scores(place: &Place) -> Vec<f64> {
    place
        .done(["listings", "--sort", "row", "--jsonl"])
        .json_lines()
        .iter()
        .map(|listing| listing["score"].as_f64().unwrap())
        .collect()
}

#[test]
fn every_score_is_explained_by_terms_that_sum_to_it() {
    let place = Place::new();
    place.import(&place.write("offers.csv", OFFERS), &[]);
    let explained = place
        .done(["listings", "--sort", "row", "--explain", "--jsonl"])
        .json_lines();
    assert_eq!(explained.len(), 3);
    for listing in &explained {
        let score = &listing["explanation"]["score"];
        let sum: f64 = score["terms"]
            .as_array()
            .unwrap()
            .iter()
            .map(|term| term["points"].as_f64().unwrap())
            .sum();
        let stored = listing["score"].as_f64().unwrap();
        assert!((sum - stored).abs() < 1e-9, "{sum} {stored}");
        assert!(listing["explanation"]["measures"]["usd_per_gb"].is_f64());
        assert!(!listing["evidence"].as_array().unwrap().is_empty());
    }
    let factor = |row: usize| &explained[row]["explanation"]["score"]["condition_factor"];
    assert_eq!((factor(0), factor(1)), (&1.15.into(), &4.0.into()));
    assert_eq!(explained[1]["flags"][0], "for_parts");
    // A lot is scored by the price of one.
    assert_eq!(explained[0]["score"], explained[2]["score"]);
    let text = place.done(["listings", "--explain"]).stdout;
    assert!(text.contains("times 1.15 for the condition"), "{text}");
    assert!(text.contains("caution: for_parts"), "{text}");
}

#[test]
fn an_import_and_a_second_scoring_go_by_the_profile_asked_for() {
    let place = Place::new();
    let file = place.write("offers.csv", OFFERS);
    let report = place.import(&file, &["--profile", "workstation"]);
    assert_eq!(report["scoring_profile"], "workstation-1");
    let workstation = scores(&place);
    place.done(["imports", "rescore", "last", "--profile", "fine-tuning"]);
    assert_ne!(scores(&place), workstation);
    place.done(["imports", "rescore", "last", "--profile", "workstation"]);
    assert_eq!(scores(&place), workstation);
    let ended = place.run(["imports", "rescore", "last", "--profile", "gaming"]);
    assert_eq!(ended.status, 2);
    assert!(ended.stderr.contains("`fine-tuning`"), "{}", ended.stderr);
}

#[test]
fn a_profile_of_ones_own_is_named_by_its_content_and_asked_for_again() {
    let place = Place::new();
    let file = place.write("offers.csv", OFFERS);
    place.write("own.toml", OWN);
    let report = place.import(&file, &["--profile", "own.toml"]);
    let name = report["scoring_profile"].as_str().unwrap();
    assert!(name.starts_with("memory-alone-1+"), "{name}");
    place.write(
        "mended.csv",
        "Title,Price,Condition\nNVIDIA RTX A6000 48GB,3000,Used\n",
    );
    let ended = place.run(["imports", "repair", "last", "mended.csv"]);
    assert_eq!(ended.status, 1);
    assert!(ended.stderr.contains("--profile FILE"), "{}", ended.stderr);
    let ended = place.run(["imports", "rematch", "last"]);
    assert!(ended.stderr.contains("--profile FILE"), "{}", ended.stderr);
    place.done([
        "imports",
        "repair",
        "last",
        "mended.csv",
        "--profile",
        "own.toml",
    ]);
    place.holds();
    place.write("own.toml", OWN.replace("= 60", "= 70"));
    let ended = place.run(["import", file.to_str().unwrap(), "--profile", "own.toml"]);
    assert_eq!(ended.status, 1);
    assert!(
        ended.stderr.contains("the weights sum to 110"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_model_is_shown_with_its_sources_and_what_it_is_worth() {
    let place = Place::new();
    let shown = place
        .done(["models", "show", "l4", "--price", "2500", "--json"])
        .json();
    assert_eq!(shown["canonical_model"], "L4");
    assert!((shown["score"]["value"].as_f64().unwrap() - 33.9).abs() < 0.05);
    assert!(!shown["part_numbers"].as_array().unwrap().is_empty());
    let text = place
        .done(["models", "show", "L4", "--price", "2500"])
        .stdout;
    assert!(text.contains("holds 4 × 7B"), "{text}");
    let ended = place.run(["models", "show", "RTX 6000"]);
    assert!(ended.stderr.contains("did you mean"), "{}", ended.stderr);
}

#[test]
fn an_audit_tells_what_the_registry_lacks() {
    let place = Place::new();
    let findings: Vec<Value> = place.done(["models", "audit", "--jsonl"]).json_lines();
    assert!(findings.iter().all(|finding| {
        matches!(
            finding["problem"].as_str(),
            Some("missing" | "unverified" | "disputed")
        )
    }));
    let table = place.done(["models", "audit"]).stdout;
    assert!(table.contains("memory_bandwidth_gb_s"), "{table}");
    assert_eq!(
        place.run(["models", "audit", "--field", "colour"]).status,
        2
    );
}

#[test]
fn a_match_is_drawn_under_the_words_that_decided() {
    let place = Place::new();
    let drawn = place
        .done(["match", "全新 NVIDIA A100 80GB SXM4 两张"])
        .stdout;
    let lines: Vec<&str> = drawn.lines().collect();
    assert_eq!(lines[0], "全新 NVIDIA A100 80GB SXM4 两张");
    // A Chinese character is two columns wide.
    assert!(
        lines[1].starts_with("     ~~~~~~~~~~~ ~~~~ ~~~~"),
        "{drawn}"
    );
    assert!(drawn.contains("→ A100_SXM4_80GB"), "{drawn}");
    let open = place.done(["match", "NVIDIA Tesla V100"]).stdout;
    assert!(
        open.contains("would settle it: the memory: 16 GB or 32 GB"),
        "{open}"
    );
}
