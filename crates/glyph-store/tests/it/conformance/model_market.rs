//! Prices by model: of one card, over the listings in force.

use glyph_store::store::Store;

use super::{MARKET, csv};
use crate::feed::{IMPORTED_AT, import};

/// Model, listings, lowest, median, highest and mean price in whole cents.
fn markets(store: &dyn Store) -> Vec<(String, u64, [i64; 4])> {
    store
        .list_model_markets(None)
        .unwrap()
        .into_iter()
        .map(|market| {
            let prices = [
                market.min_price,
                market.median_price,
                market.max_price,
                market.avg_price,
            ]
            .map(|price| (price.unwrap() * 100.0).round() as i64);
            (market.canonical_model, market.listing_count, prices)
        })
        .collect()
}

fn l4(prices: &[&str]) -> String {
    let rows: Vec<String> = prices
        .iter()
        .map(|price| format!("NVIDIA L4 24GB,{price},New,1,Northwind,USA,,"))
        .collect();
    csv(&rows.iter().map(String::as_str).collect::<Vec<_>>())
}

pub(crate) fn an_odd_number_of_prices_has_one_in_the_middle(store: &mut dyn Store) {
    import(store, "first", &l4(&["3000", "1000", "1100"]));
    assert_eq!(
        markets(store),
        [("L4".to_owned(), 3, [100_000, 110_000, 300_000, 170_000])]
    );
}

pub(crate) fn an_even_number_of_prices_has_the_mean_of_two(store: &mut dyn Store) {
    import(store, "first", &l4(&["3000", "1000", "1100", "1300"]));
    assert_eq!(
        markets(store),
        [("L4".to_owned(), 4, [100_000, 120_000, 300_000, 160_000])]
    );
}

pub(crate) fn one_price_is_all_of_them(store: &mut dyn Store) {
    assert_eq!(markets(store), []);
    import(store, "first", &l4(&["1234.56"]));
    assert_eq!(markets(store), [("L4".to_owned(), 1, [123_456; 4])]);
}

/// A lot counts by the price of one card; models come by name; what is unmatched or rejected does not count.
pub(crate) fn markets_are_of_cards_and_by_model(store: &mut dyn Store) {
    import(store, "first", MARKET);
    let found = markets(store);
    let names: Vec<&str> = found.iter().map(|(name, ..)| name.as_str()).collect();
    let [l4, a4000] = names.as_slice() else {
        panic!("two models: {names:?}");
    };
    assert_eq!(*l4, "L4");
    assert!(a4000.contains("A4000"));
    assert_eq!(found[1].1, 3);
    assert_eq!(found[1].2, [50_000, 60_000, 70_000, 60_000]);
}

pub(crate) fn markets_are_over_all_imports_in_force(store: &mut dyn Store) {
    import(store, "first", &l4(&["1000", "2000"]));
    import(store, "second", &l4(&["9000"]));
    assert_eq!(
        markets(store),
        [("L4".to_owned(), 3, [100_000, 200_000, 900_000, 400_000])]
    );
    store.undo_import("first", IMPORTED_AT).unwrap();
    assert_eq!(markets(store), [("L4".to_owned(), 1, [900_000; 4])]);
}
