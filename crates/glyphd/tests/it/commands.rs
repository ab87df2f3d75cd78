//! Listings, models, match, diff and rescore through the binary.

use crate::harness::{MIXED, Place};

fn titles(place: &Place, words: &[&str]) -> Vec<String> {
    let mut all = vec!["listings", "--json"];
    all.extend(words);
    let listings = place.done(all).json();
    listings
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["title"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn listings_are_found_by_every_filter() {
    let place = Place::new();
    place.import(&place.write("mixed.csv", MIXED), &[]);
    let a5000 = "NVIDIA RTX A5000 24GB";
    let l4 = "PNY NVIDIA L4 24GB PCIe";
    let lot = "5pcs NVIDIA Tesla T4 16GB";
    let gaming = "GeForce RTX 4090 24GB";
    assert_eq!(
        titles(&place, &["--sort", "price"]),
        [a5000, gaming, l4, lot]
    );
    assert_eq!(
        titles(&place, &["--sort", "price-desc"]),
        [lot, l4, gaming, a5000]
    );
    assert_eq!(titles(&place, &["--sort", "row"]), [a5000, l4, lot, gaming]);
    assert_eq!(titles(&place, &["--model", "l4"]), [l4]);
    assert_eq!(
        titles(&place, &["--max-price", "1900", "--sort", "price"]),
        [a5000, gaming]
    );
    assert_eq!(titles(&place, &["--min-price", "2500"]), [lot]);
    assert_eq!(
        titles(&place, &["--seller", "nordlicht it", "--sort", "row"]),
        [a5000, gaming]
    );
    assert_eq!(titles(&place, &["--region", "us"]), [l4]);
    assert_eq!(titles(&place, &["--condition", "refurbished"]), [lot]);
    assert_eq!(titles(&place, &["--text", "24gb pny"]), [l4]);
    assert_eq!(titles(&place, &["--min-score", "101"]), [""; 0]);
    assert_eq!(
        titles(
            &place,
            &["--sort", "price", "--limit", "1", "--offset", "1"]
        ),
        [gaming]
    );
    // The lot's memory costs a fifth of the lot's price.
    assert_eq!(titles(&place, &["--sort", "per-gb", "--limit", "1"]), [lot]);
}

#[test]
fn a_listing_carries_all_that_the_row_said() {
    let place = Place::new();
    let source = "Title;Preis;Zustand;Verkäufer;Anzahl;Lagerort\n\
                  NVIDIA RTX A4000 16GB;1.019,45 €;Gebraucht;Nordlicht;7;Regal 4\n";
    place.import(
        &place.write("de.csv", source),
        &[
            "--map",
            "Verkäufer=seller",
            "--map",
            "Preis=price",
            "--map",
            "Anzahl=quantity",
            "--map",
            "Zustand=condition",
            "--seen-at",
            "2026-11-01",
        ],
    );
    let listings = place.done(["listings", "--json"]).json();
    let listing = &listings[0];
    assert_eq!(listing["canonical_model"], "RTX_A4000");
    assert_eq!(listing["currency"], "EUR");
    assert_eq!(listing["price_as_given"], "1.019,45 €");
    assert_eq!(listing["quantity"], 7);
    assert_eq!(listing["condition"], "used");
    assert_eq!(listing["seller"], "Nordlicht");
    assert_eq!(listing["seen_at"], "2026-11-01T00:00:00Z");
    let minor: i64 = place.sql("SELECT price_minor FROM scored_listings");
    assert_eq!(minor, 101_945);
    let extra: String = place.sql("SELECT extra FROM listings WHERE extra IS NOT NULL");
    assert_eq!(extra, r#"{"Lagerort":"Regal 4"}"#);
    // The price in dollars is the price by the rate that the import keeps.
    let (price, rate): (f64, f64) = (
        place.sql("SELECT price FROM scored_listings"),
        place.sql("SELECT CAST(usd_per_unit AS REAL) FROM import_rates WHERE currency = 'EUR'"),
    );
    assert!(
        (price - 1019.45 * rate).abs() <= 0.005 + 1e-9,
        "{price} {rate}"
    );
}

#[test]
fn models_have_their_prices() {
    let place = Place::new();
    let source = "title,price\nNVIDIA L4 24GB,$2000\nNVIDIA L4 24GB,$2400\nNVIDIA L4 24GB,$2600\nNVIDIA L4 24GB,$9000\n";
    place.import(&place.write("l4.csv", source), &[]);
    let models = place.done(["models", "--listed", "--json"]).json();
    assert_eq!(models[0]["canonical_model"], "L4");
    assert_eq!(models[0]["listing_count"], 4);
    assert_eq!(models[0]["min_price"], 2000.0);
    assert_eq!(models[0]["median_price"], 2500.0);
    assert_eq!(models[0]["memory_gb"], 24.0);
}

#[test]
fn match_answers_a_line_a_title_in_order() {
    let place = Place::new();
    let titles = place.write(
        "titles",
        "NVIDIA L4 24GB\n\nHDMI cable\n5pcs A100 40GB SXM4\n",
    );
    let output = place
        .command(["match", "--json", "-"])
        .stdin(std::fs::File::open(titles).unwrap())
        .output()
        .unwrap();
    let answers = crate::harness::Ended::from(output).json_lines();
    assert_eq!(answers.len(), 4);
    assert_eq!(answers[0]["canonical_model"], "L4");
    assert_eq!(answers[1]["title"], "");
    assert_eq!(answers[2]["kind"], "not_gpu");
    assert_eq!(answers[3]["lot_size"], 5);
    assert_eq!(answers[3]["kind"], "gpu_lot");
}

#[test]
fn diff_says_what_changed() {
    let place = Place::new();
    place.import(&place.write("old.csv", MIXED), &[]);
    let first = place.done(["imports", "show", "last", "--json"]).json()["import_id"].clone();
    let changed = MIXED.replace("1450.00", "1300.00").replace(
        "GeForce RTX 4090 24GB,1899.99",
        "GeForce RTX 4080 16GB,999.99",
    );
    place.import(&place.write("new.csv", changed), &[]);
    let diff = place
        .done(["imports", "diff", first.as_str().unwrap(), "last", "--json"])
        .json();
    assert_eq!(diff["unchanged"], 2);
    assert_eq!(diff["price_changes"][0]["old_price"], 1450.0);
    assert_eq!(diff["price_changes"][0]["new_price"], 1300.0);
    assert_eq!(diff["appeared"][0]["title"], "GeForce RTX 4080 16GB");
    assert_eq!(diff["gone"][0]["title"], "GeForce RTX 4090 24GB");
}

#[test]
fn rescoring_under_the_same_profile_changes_nothing() {
    let place = Place::new();
    place.import(&place.write("mixed.csv", MIXED), &[]);
    let rescored = place.done(["imports", "rescore", "last", "--json"]).json();
    assert_eq!(rescored["rows"], 4);
    assert_eq!(rescored["changed"], 0);
    let other = place
        .done([
            "imports",
            "rescore",
            "last",
            "--profile",
            "legacy",
            "--json",
        ])
        .json();
    assert_eq!(other["changed"], 4);
    place.holds();
}

#[test]
fn an_import_is_found_by_its_first_letters() {
    let place = Place::new();
    let report = place.import(&place.write("mixed.csv", MIXED), &[]);
    let id = report["import_id"].as_str().unwrap();
    let shown = place
        .done(["imports", "show", id.get(..9).unwrap(), "--json"])
        .json();
    assert_eq!(shown["import_id"], id);
    let ended = place.run(["imports", "show", "zzz"]);
    assert_eq!(ended.status, 1);
    assert!(
        ended.stderr.contains("there is no import `zzz`"),
        "{}",
        ended.stderr
    );
}
