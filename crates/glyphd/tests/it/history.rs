//! Offers over time through the binary: what changed, and what was seen when.

use serde_json::Value;

use crate::harness::Place;

const MONDAY: &str = "title,price,seller\n\
    NVIDIA L4 24GB,2000,Northwind\n\
    NVIDIA RTX A4000 16GB,600,Northwind\n";
const TUESDAY: &str = "title,price,seller\n\
    NVIDIA RTX A4000 16GB,660,Northwind\n\
    NVIDIA RTX A5000 24GB,1200,Northwind\n";

/// Tuesday's file comes first, and each lies in a folder of its own.
fn place_of_two_days() -> Place {
    let place = Place::new();
    for folder in ["monday", "tuesday"] {
        std::fs::create_dir(place.path(folder)).unwrap();
    }
    let tuesday = place.write("tuesday/shop.csv", TUESDAY);
    let monday = place.write("monday/shop.csv", MONDAY);
    place.import(&tuesday, &["--seen-at", "2026-11-24"]);
    place.import(&monday, &["--seen-at", "2026-11-23"]);
    let other = place.write("other.csv", "title,price\nNVIDIA L4 24GB,1900\n");
    place.import(&other, &["--seen-at", "2026-11-25"]);
    place
}

#[test]
fn changes_are_told_between_files_of_one_name() {
    let place = place_of_two_days();
    let deltas = place.done(["deltas", "--json"]).json();
    let told: Vec<(&str, &str)> = deltas
        .as_array()
        .unwrap()
        .iter()
        .map(|delta| {
            let listing = if delta["new"].is_null() {
                &delta["old"]
            } else {
                &delta["new"]
            };
            (
                delta["kind"].as_str().unwrap(),
                listing["canonical_model"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("price", "RTX_A4000"),
            ("appeared", "RTX_A5000"),
            ("gone", "L4")
        ]
    );
    assert_eq!(deltas[0]["price_change"], 60.0);
    let table = place.done(["deltas", "--kind", "price"]).stdout;
    assert!(table.contains("+10.0 %"), "{table}");
    let none = place.done(["deltas", "--min-percent", "11"]);
    assert!(none.stderr.contains("nothing changed"), "{}", none.stderr);
    // A name of one's own.
    let more = place.write("shop-2026-11-26.csv", MONDAY);
    place.import(&more, &["--name", "shop.csv", "--seen-at", "2026-11-26"]);
    let latest = place.done(["deltas", "--json", "--import", "last"]).json();
    assert_eq!(latest.as_array().unwrap().len(), 3);
    let two = place.run(["import", "--name", "x", "other.csv", "tuesday/shop.csv"]);
    assert_eq!(two.status, 2, "{}", two.stderr);
}

#[test]
fn an_offer_and_a_model_have_a_course() {
    let place = place_of_two_days();
    let id: i64 = place.sql("SELECT id FROM offers WHERE canonical_model = 'RTX_A4000' LIMIT 1");
    let id = id.to_string();
    let seen = place.done(["history", &id, "--json"]).json();
    let prices: Vec<&Value> = seen
        .as_array()
        .unwrap()
        .iter()
        .map(|seen| &seen["price"])
        .collect();
    assert_eq!(prices, [600.0, 660.0]);
    let text = place.done(["history", &id]).stdout;
    assert!(text.contains("▁█"), "{text}");
    let model = place.done(["history", "--model", "l4", "--json"]).json();
    let medians: Vec<&Value> = model
        .as_array()
        .unwrap()
        .iter()
        .map(|sight| &sight["median_price"])
        .collect();
    assert_eq!(medians, [2000.0, 1900.0]);
    let unknown = place.run(["history", "--model", "nothing"]);
    assert_eq!(unknown.status, 1);
    assert!(
        unknown.stderr.contains("glyphd models"),
        "{}",
        unknown.stderr
    );
}
