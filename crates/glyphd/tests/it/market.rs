//! The market through the binary: what offers are called beside each other, and as of when.

use std::collections::HashMap;

use serde_json::Value;

use crate::harness::Place;

/// Listings of a made-up market, some of which are labelled with what an experienced dealer would call them.
const PLANTED: &str = include_str!("../data/planted_market.csv");

#[test]
fn planted_deals_and_traps_are_told() {
    let place = Place::new();
    let file = place.write("planted.csv", PLANTED);
    place.import(&file, &[]);
    let offers = place
        .done(["market", "--verdict", "any", "--limit", "100000", "--json"])
        .json();
    let by_row: HashMap<u64, &Value> = offers
        .as_array()
        .unwrap()
        .iter()
        .map(|offer| (offer["import_index"].as_u64().unwrap(), &offer["verdict"]))
        .collect();
    let mut reader = csv::Reader::from_reader(PLANTED.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|it| it == name).unwrap();
    let (expected, reason) = (column("expected"), column("reason"));
    let (mut labelled, mut right, mut wrong) = (0, 0, Vec::new());
    for (row, record) in (0..).zip(reader.records()) {
        let record = record.unwrap();
        if record[expected].is_empty() {
            continue;
        }
        labelled += 1;
        let verdict = by_row.get(&row);
        // A box alone, and a card with a memory that it never had, are no offers of a card.
        let is_no_card =
            verdict.is_none() && ["box_only", "impossible_memory"].contains(&&record[reason]);
        let call = verdict.map(|verdict| &verdict["call"]);
        if is_no_card || call.is_some_and(|call| *call == record[expected]) {
            right += 1;
        } else {
            wrong.push(format!(
                "row {row} is called {verdict:?} and not {}",
                &record[expected]
            ));
        }
    }
    assert!(labelled > 150, "{labelled}");
    assert!(
        f64::from(right) >= 0.95 * f64::from(labelled),
        "{right} of {labelled}: {wrong:#?}"
    );
}

/// Eight offers around 1,000, one of them at 700.
fn shop(median: u32) -> String {
    let row = |price: u32, seller: &str| format!("NVIDIA RTX A5000 24GB,{price},Used,{seller}\n");
    let mut csv = "title,price,condition,seller\n".to_owned();
    for step in 0..8 {
        csv += &row(median + 10 * step, &format!("Seller {step}"));
    }
    csv += &row(median * 7 / 10, "Cheap");
    csv
}

#[test]
fn the_market_is_told_as_it_was_known() {
    let place = Place::new();
    std::fs::create_dir(place.path("old")).unwrap();
    let today = place.write("shop.csv", shop(1000));
    let old = place.write("old/shop.csv", shop(2000));
    // The later file comes first.
    place.import(&today, &["--seen-at", "2026-11-24"]);
    place.import(&old, &["--seen-at", "2026-11-20"]);
    let median = |arguments: &[&str]| {
        let arguments = [&["market", "RTX_A5000", "--json"], arguments].concat();
        let figures = place.done(arguments).json();
        figures[0]["asked"]["median"].as_f64().unwrap()
    };
    assert!((median(&[]) - 1030.0).abs() < 0.01);
    assert!((median(&["--as-of", "2026-11-23"]) - 2030.0).abs() < 0.01);
    let deals = place.done(["market", "--verdict", "deal", "--json"]).json();
    assert_eq!(deals.as_array().unwrap().len(), 1, "{deals}");
    assert_eq!(deals[0]["price"], 700.0);
    let text = deals[0]["verdict"]["text"].as_str().unwrap();
    assert!(text.contains("32 % under the median of $1,035"), "{text}");
    let nothing = place.run(["market", "--as-of", "2026-11-01", "RTX_A5000"]);
    assert!(
        nothing.status == 1 && nothing.stderr.contains("nothing is offered"),
        "{}",
        nothing.stderr
    );
    let table = place.done(["market"]).stdout;
    assert!(table.contains("RTX_A5000"), "{table}");
    let known = place
        .done(["models", "--listed", "--as-of", "2026-11-20", "--json"])
        .json();
    assert_eq!(known[0]["listing_count"], 9);
    let listings = place
        .done(["listings", "--current", "--json", "--limit", "100"])
        .json();
    assert_eq!(listings.as_array().unwrap().len(), 9);
}

#[test]
fn sets_of_cards_are_found_that_hold_a_model() {
    let place = Place::new();
    let shop = "title,price,condition,seller,quantity\n\
        NVIDIA RTX A5000 24GB,1200,Used,North,4\n\
        NVIDIA RTX A6000 48GB,3500,Used,South,1\n\
        NVIDIA RTX A4000 16GB,600,Used,East,1\n\
        NVIDIA RTX A6000 48GB for parts,500,Used,West,1\n";
    let file = place.write("shop.csv", shop);
    place.import(&file, &[]);
    let fit = |more: &[&str]| {
        let arguments = [&["fit", "70B q4, 8k context", "--json"], more].concat();
        place.done(arguments).json()
    };
    let found = fit(&[]);
    let cards = &found["sets"][0]["cards"];
    // 39.7 GB and 2.5 GB: two cards of 24 GB fill to 43.2.
    assert_eq!(cards[0]["model"], "RTX A5000", "{found:#}");
    assert_eq!(
        (
            cards[0]["count"].as_u64(),
            found["sets"][0]["price"].as_f64()
        ),
        (Some(2), Some(2400.0))
    );
    let poor = fit(&["--budget", "2000"]);
    assert_eq!(poor["sets"].as_array().unwrap().len(), 0);
    assert_eq!(poor["near_misses"][0]["limit"], "budget", "{poor:#}");
    let table = place.done(["fit", "70B q4, 8k context"]).stdout;
    assert!(
        table.contains("2 × RTX A5000") && table.contains("weights:"),
        "{table}"
    );
    let wrong = place.run(["fit", "something large"]);
    assert!(
        wrong.status == 1 && wrong.stderr.contains("hint:"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn an_old_file_that_tells_its_own_times_may_come_late() {
    let place = Place::new();
    let file = |day: &str, price: u32| {
        format!("title,price,seller,seen_at\nNVIDIA L4 24GB,{price},North,{day}\n")
    };
    for folder in ["new", "old"] {
        std::fs::create_dir(place.path(folder)).unwrap();
    }
    let new = place.write("new/shop.csv", file("2026-03-01", 1500));
    let old = place.write("old/shop.csv", file("2026-01-01", 2500));
    place.import(&new, &[]);
    place.import(&old, &[]);
    let offers = place.done(["market", "--verdict", "any", "--json"]).json();
    assert_eq!(offers[0]["price"], 1500.0, "{offers:#}");
    let deltas = place.done(["deltas", "--json"]).json();
    assert_eq!(
        (&deltas[0]["kind"], &deltas[0]["price_change"]),
        (&"price".into(), &(-1000.0).into())
    );
    // A time in the future is nobody's last sight.
    let wrong = place.write("wrong.csv", file("2062-01-01", 900));
    place.import(&wrong, &[]);
    let imports = place.done(["imports", "list", "--json"]).json();
    assert!(!imports.to_string().contains("2062"), "{imports:#}");
}
