//! Listings by each filter, in each order, page by page.

use glyph_store::listing::{ListingFilter, ListingRecord, ListingSort};
use glyph_store::store::Store;

use super::{MARKET, coordinates, csv, everything, listings};
use crate::feed::import;

/// Four more rows, so that there are two imports with equal prices and models among them.
const MORE: [&str; 4] = [
    "NVIDIA RTX A4000 16GB,600.00,Refurbished,3,Northwind,USA,https://north.example/a4000-r,",
    "NVIDIA L40S 48GB,7500.00,New,1,Southwind,Germany,https://south.example/l40s,",
    "NVIDIA H100 PCIe 80GB,24000.00,New,,Westwind,,,",
    "NVIDIA L4 24GB,2400.00,New,1,Northwind,USA,https://north.example/l4,",
];

const SORTS: [ListingSort; 6] = [
    ListingSort::BestScore,
    ListingSort::Cheapest,
    ListingSort::Dearest,
    ListingSort::CheapestMemory,
    ListingSort::Newest,
    ListingSort::RowOrder,
];

/// Two imports whose scores are a hundredth of the unit price, so that they are known here.
fn market(store: &mut dyn Store) {
    import(store, "first", MARKET);
    import(store, "second", &csv(&MORE));
    for import_id in ["first", "second"] {
        store
            .rescore_import(import_id, "by price", &|offer| {
                Some(offer.unit_price / 100.0)
            })
            .unwrap();
    }
}

/// The coordinates of what a filter lets through, by import and row.
fn let_through(store: &dyn Store, filter: ListingFilter) -> Vec<(String, u64)> {
    let found = listings(
        store,
        &ListingFilter {
            sort: ListingSort::RowOrder,
            limit: 1000,
            ..filter
        },
    );
    coordinates(&found)
        .into_iter()
        .map(|(import_id, index)| (import_id.to_owned(), index))
        .collect()
}

fn assert_lets_through(store: &dyn Store, filter: ListingFilter, first: &[u64], second: &[u64]) {
    let of = |import_id: &str, indexes: &[u64]| -> Vec<(String, u64)> {
        indexes
            .iter()
            .map(|&index| (import_id.to_owned(), index))
            .collect()
    };
    let mut expected = of("first", first);
    expected.extend(of("second", second));
    let description = format!("{filter:?}");
    assert_eq!(let_through(store, filter), expected, "{description}");
}

pub(crate) fn without_a_filter_every_scored_row_is_there(store: &mut dyn Store) {
    market(store);
    assert_lets_through(store, everything(), &[0, 1, 4, 5, 6], &[0, 1, 2, 3]);
}

pub(crate) fn a_listing_tells_all_that_is_known_of_it(store: &mut dyn Store) {
    market(store);
    let found = listings(
        store,
        &ListingFilter {
            text: Some("lot of".to_owned()),
            ..everything()
        },
    );
    let [lot] = found.as_slice() else {
        panic!("one lot: {found:?}");
    };
    assert_eq!(lot.import_id.as_deref(), Some("first"));
    assert_eq!(lot.import_index, Some(4));
    assert_eq!(lot.title.as_deref(), Some("Lot of 4 NVIDIA RTX A4000 16GB"));
    assert_eq!(
        (lot.price, lot.lot_size, lot.unit_price),
        (2000.0, 4, 500.0)
    );
    assert_eq!(lot.price_per_gb, Some(500.0 / 16.0));
    assert_eq!(lot.score.to_bits(), 5.0_f64.to_bits());
    assert_eq!(lot.vram_gb, Some(16.0));
    assert_eq!(lot.tdp_watts, Some(140));
    assert_eq!(lot.condition.as_deref(), Some("used"));
    assert_eq!(lot.region.as_deref(), Some("JP"));
    assert_eq!(lot.seller.as_deref(), Some("Eastwind"));
    assert_eq!(lot.source_url.as_deref(), Some("https://east.example/lot"));
    assert_eq!(lot.quantity, Some(1));
    assert_eq!(lot.currency.as_deref(), Some("USD"));
    assert_eq!(lot.price_as_given.as_deref(), Some("2000.00"));
    assert_eq!(lot.seen_at.as_deref(), Some(crate::feed::IMPORTED_AT));
    assert!(lot.confidence.is_some_and(|confidence| confidence > 0.7));
}

pub(crate) fn filters_by_model_in_any_case(store: &mut dyn Store) {
    market(store);
    for name in ["L40S", "l40s"] {
        let filter = ListingFilter {
            model: Some(name.to_owned()),
            ..everything()
        };
        assert_lets_through(store, filter, &[], &[1]);
    }
    let l4 = ListingFilter {
        model: Some("L4".to_owned()),
        ..everything()
    };
    assert_lets_through(store, l4, &[1, 5], &[3]);
    let unknown = ListingFilter {
        model: Some("L".to_owned()),
        ..everything()
    };
    assert_lets_through(store, unknown, &[], &[]);
}

/// Both bounds belong to the range.
pub(crate) fn filters_by_price(store: &mut dyn Store) {
    market(store);
    let between = |min_price, max_price| ListingFilter {
        min_price,
        max_price,
        ..everything()
    };
    assert_lets_through(store, between(Some(2400.0), None), &[1], &[1, 2, 3]);
    assert_lets_through(store, between(None, Some(600.0)), &[0], &[0]);
    assert_lets_through(store, between(Some(600.01), Some(2000.0)), &[4, 6], &[]);
    assert_lets_through(store, between(Some(700.0), Some(600.0)), &[], &[]);
}

pub(crate) fn filters_by_score(store: &mut dyn Store) {
    market(store);
    let between = |min_score, max_score| ListingFilter {
        min_score,
        max_score,
        ..everything()
    };
    assert_lets_through(store, between(Some(24.0), None), &[1], &[1, 2, 3]);
    assert_lets_through(store, between(None, Some(6.0)), &[0, 4], &[0]);
    assert_lets_through(store, between(Some(5.5), Some(7.0)), &[0, 6], &[0]);
}

pub(crate) fn filters_by_region_condition_and_seller(store: &mut dyn Store) {
    market(store);
    for region in ["DE", "de"] {
        let filter = ListingFilter {
            region: Some(region.to_owned()),
            ..everything()
        };
        assert_lets_through(store, filter, &[1, 6], &[1]);
    }
    for condition in ["used", "USED"] {
        let filter = ListingFilter {
            condition: Some(condition.to_owned()),
            ..everything()
        };
        assert_lets_through(store, filter, &[0, 4, 5], &[]);
    }
    for seller in ["Northwind", "northwind"] {
        let filter = ListingFilter {
            seller: Some(seller.to_owned()),
            ..everything()
        };
        assert_lets_through(store, filter, &[0], &[0, 3]);
    }
}

pub(crate) fn filters_by_import(store: &mut dyn Store) {
    market(store);
    let of = |import_id: &str| ListingFilter {
        import_id: Some(import_id.to_owned()),
        ..everything()
    };
    assert_lets_through(store, of("second"), &[], &[0, 1, 2, 3]);
    assert_lets_through(store, of("sec"), &[], &[]);
}

/// Every word stands somewhere in the title, in any case and order; wildcards mean themselves.
pub(crate) fn filters_by_words_of_the_title(store: &mut dyn Store) {
    market(store);
    let with = |text: &str| ListingFilter {
        text: Some(text.to_owned()),
        ..everything()
    };
    assert_lets_through(store, with("16gb nvidia"), &[0, 4, 6], &[0]);
    assert_lets_through(store, with("  A4000   LOT "), &[4], &[]);
    assert_lets_through(store, with(""), &[0, 1, 4, 5, 6], &[0, 1, 2, 3]);
    for nowhere in ["%", "_", "\\", "a_000", "a%0", "tested", "a4000 l40s"] {
        assert_lets_through(store, with(nowhere), &[], &[]);
    }
}

pub(crate) fn filters_by_any_of_several_models(store: &mut dyn Store) {
    market(store);
    let of = |models: &[&str]| ListingFilter {
        any_model: models.iter().map(|model| (*model).to_owned()).collect(),
        // It does not count beside them.
        model: Some("NOWHERE".to_owned()),
        ..everything()
    };
    let all = listings(store, &everything());
    let models: Vec<&str> = vec![&all[0].canonical_model, &all[1].canonical_model];
    let found = listings(store, &of(&models));
    let expected = all
        .iter()
        .filter(|listing| models.contains(&listing.canonical_model.as_str()));
    assert!(found.iter().eq(expected));
    assert_eq!(listings(store, &of(&["NOWHERE"])), []);
}

pub(crate) fn is_found_by_its_id(store: &mut dyn Store) {
    market(store);
    let all = listings(
        store,
        &ListingFilter {
            with_evidence: true,
            ..everything()
        },
    );
    for listing in &all {
        assert_eq!(
            store.find_listing(listing.id).unwrap().as_ref(),
            Some(listing)
        );
    }
    assert_eq!(store.find_listing(-1).unwrap(), None);
}

pub(crate) fn filters_hold_together(store: &mut dyn Store) {
    market(store);
    let filter = ListingFilter {
        model: Some("l4".to_owned()),
        min_price: Some(2000.0),
        max_price: Some(2400.0),
        min_score: Some(20.0),
        max_score: Some(24.0),
        region: Some("us".to_owned()),
        condition: Some("new".to_owned()),
        seller: Some("northwind".to_owned()),
        import_id: Some("second".to_owned()),
        text: Some("24gb".to_owned()),
        ..everything()
    };
    assert_lets_through(store, filter.clone(), &[], &[3]);
    let nothing = ListingFilter {
        condition: Some("used".to_owned()),
        ..filter
    };
    assert_lets_through(store, nothing, &[], &[]);
}

fn ordered(store: &dyn Store, sort: ListingSort) -> Vec<ListingRecord> {
    listings(
        store,
        &ListingFilter {
            sort,
            ..everything()
        },
    )
}

/// Equal keys stand in the order in which they came.
pub(crate) fn each_order_is_as_it_says(store: &mut dyn Store) {
    market(store);
    let order = |sort| -> Vec<(String, u64)> {
        coordinates(&ordered(store, sort))
            .into_iter()
            .map(|(import_id, index)| (import_id.chars().take(1).collect(), index))
            .collect()
    };
    let expect = |text: &str| -> Vec<(String, u64)> {
        text.split(' ')
            .map(|place| {
                let (import_id, index) = place.split_at(1);
                (import_id.to_owned(), index.parse().unwrap())
            })
            .collect()
    };
    // Unit prices: f0 600, f1 2400, f4 500 (of 2000), f5 2157.45 (EUR 1900), f6 700; s0 600, s1 7500, s2 24000, s3 2400.
    assert_eq!(
        order(ListingSort::BestScore),
        expect("s2 s1 f1 s3 f5 f6 f0 s0 f4")
    );
    assert_eq!(
        order(ListingSort::Cheapest),
        expect("f0 s0 f6 f4 f5 f1 s3 s1 s2")
    );
    assert_eq!(
        order(ListingSort::Dearest),
        expect("s2 s1 f1 s3 f5 f4 f6 f0 s0")
    );
    // By 16, 24, 48 and 80 GB.
    assert_eq!(
        order(ListingSort::CheapestMemory),
        expect("f4 f0 s0 f6 f5 f1 s3 s1 s2")
    );
    assert_eq!(
        order(ListingSort::Newest),
        expect("s3 s2 s1 s0 f6 f5 f4 f1 f0")
    );
    assert_eq!(
        order(ListingSort::RowOrder),
        expect("f0 f1 f4 f5 f6 s0 s1 s2 s3")
    );
}

/// Pages of any size put together are the whole answer.
pub(crate) fn pages_hold_every_listing_once(store: &mut dyn Store) {
    market(store);
    for sort in SORTS {
        let whole = ordered(store, sort);
        for limit in 1..=10 {
            let mut paged = Vec::new();
            for page in 0..10 {
                let found = listings(
                    store,
                    &ListingFilter {
                        sort,
                        limit,
                        offset: page * limit,
                        ..ListingFilter::default()
                    },
                );
                assert!(found.len() as u64 <= limit);
                paged.extend(found);
            }
            assert_eq!(paged, whole, "{sort:?} by {limit}");
        }
    }
}

pub(crate) fn limits_and_offsets_may_be_of_any_size(store: &mut dyn Store) {
    market(store);
    let page = |limit, offset| {
        listings(
            store,
            &ListingFilter {
                limit,
                offset,
                ..ListingFilter::default()
            },
        )
        .len()
    };
    assert_eq!(page(0, 0), 0);
    assert_eq!(page(100, 8), 1);
    assert_eq!(page(100, 9), 0);
    assert_eq!(page(u64::MAX, 0), 9);
    assert_eq!(page(u64::MAX, 4), 5);
    assert_eq!(page(100, u64::MAX), 0);
}
