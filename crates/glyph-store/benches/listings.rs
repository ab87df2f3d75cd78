//! A page of a hundred listings, by each filter in each order, at the start and in the depth: milliseconds in process.
//!
//! `cargo bench -p glyph-store --bench listings -- DATABASE [TIMES]` asks a database that is there, such as one that
//! `bench/performance.py` makes. Each question is asked TIMES times, in turn with the others; the table has the median, the
//! 99th percentile and the slowest of a filter over all orders and depths.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, reason = "a bench stops where its set-up fails")]

use std::path::Path;
use std::time::Instant;

use glyph_store::listing::{ListingFilter, ListingRecord, ListingSort};
use glyph_store::sqlite::SqliteStore;
use glyph_store::store::Store;

const SORTS: [ListingSort; 6] = [
    ListingSort::BestScore,
    ListingSort::Cheapest,
    ListingSort::Dearest,
    ListingSort::CheapestMemory,
    ListingSort::Newest,
    ListingSort::RowOrder,
];

const PAGE: u64 = 100;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let Some(path) = arguments.first() else {
        println!("name a database: `cargo bench -p glyph-store --bench listings -- DATABASE`");
        return;
    };
    let times: usize = arguments.get(1).map_or(20, |text| text.parse().unwrap());
    let store = SqliteStore::open_for_reading(Path::new(path)).unwrap();
    println!("| filter | listings | median ms | 99 % ms | slowest ms | slowest order |");
    println!("|---|---|---|---|---|---|");
    for (name, filter) in filters(&store) {
        measure(&store, name, &filter, times);
    }
}

/// A filter of each kind, made of what the database holds.
fn filters(store: &dyn Store) -> Vec<(&'static str, ListingFilter)> {
    let all = ListingFilter {
        limit: 2000,
        ..ListingFilter::default()
    };
    let sample = store.list_listings(&all).unwrap();
    let cheap = store
        .list_listings(&ListingFilter {
            sort: ListingSort::Cheapest,
            ..all.clone()
        })
        .unwrap();
    let newest = store
        .list_listings(&ListingFilter {
            sort: ListingSort::Newest,
            ..all.clone()
        })
        .unwrap();
    let first = newest.first().cloned().unwrap_or_default();
    let text = |pick: fn(&ListingRecord) -> Option<String>| sample.iter().find_map(pick);
    let dear = sample.iter().map(|row| row.price).fold(0.0, f64::max);
    let low = cheap.last().map_or(0.0, |row| row.price);
    vec![
        ("none", all.clone()),
        (
            "model",
            with(&all, |filter| {
                filter.model = Some(first.canonical_model.clone());
            }),
        ),
        ("cheap", with(&all, |filter| filter.max_price = Some(low))),
        (
            "not cheap",
            with(&all, |filter| filter.min_price = Some(low)),
        ),
        (
            "price between",
            with(&all, |filter| {
                filter.min_price = Some(low);
                filter.max_price = Some(dear / 2.0);
            }),
        ),
        (
            "score between",
            with(&all, |filter| {
                filter.min_score = Some(first.score * 0.8);
                filter.max_score = Some(first.score * 1.2);
            }),
        ),
        (
            "region",
            with(&all, |filter| {
                filter.region = text(|row| row.region.clone());
            }),
        ),
        (
            "condition",
            with(&all, |filter| {
                filter.condition = text(|row| row.condition.clone());
            }),
        ),
        (
            "seller",
            with(&all, |filter| {
                filter.seller = text(|row| row.seller.clone());
            }),
        ),
        (
            "import",
            with(&all, |filter| filter.import_id.clone_from(&first.import_id)),
        ),
        (
            "words of the title",
            with(&all, |filter| filter.text = Some("rtx 40".to_owned())),
        ),
        (
            "model and price and region",
            with(&all, |filter| {
                filter.model = Some(first.canonical_model.clone());
                filter.max_price = Some(first.price);
                filter.region.clone_from(&first.region);
            }),
        ),
        (
            "price and score and seller",
            with(&all, |filter| {
                filter.min_price = Some(low);
                filter.min_score = Some(first.score * 0.5);
                filter.seller.clone_from(&first.seller);
            }),
        ),
        (
            "nothing fits",
            with(&all, |filter| filter.seller = Some("nobody".to_owned())),
        ),
    ]
}

fn with(filter: &ListingFilter, change: impl FnOnce(&mut ListingFilter)) -> ListingFilter {
    let mut filter = filter.clone();
    change(&mut filter);
    filter
}

fn measure(store: &dyn Store, name: &str, filter: &ListingFilter, times: usize) {
    let listings = count(store, filter);
    let mut all = Vec::new();
    let mut worst = (0.0, ListingSort::BestScore, 0);
    for _ in 0..times {
        for sort in SORTS {
            for offset in [0, listings / 3, listings.saturating_sub(PAGE)] {
                let question = ListingFilter {
                    sort,
                    limit: PAGE,
                    offset,
                    ..filter.clone()
                };
                let started = Instant::now();
                let found = store.list_listings(&question).unwrap();
                let took = started.elapsed().as_secs_f64() * 1e3;
                assert_eq!(
                    found.len() as u64,
                    listings.saturating_sub(offset).min(PAGE)
                );
                all.push(took);
                if took > worst.0 {
                    worst = (took, sort, offset);
                }
            }
        }
    }
    all.sort_by(f64::total_cmp);
    let at = |part: f64| all[((all.len() - 1) as f64 * part).round() as usize];
    println!(
        "| {name} | {listings} | {:.2} | {:.2} | {:.2} | {:?} from {} |",
        at(0.5),
        at(0.99),
        worst.0,
        worst.1,
        worst.2
    );
}

/// How many listings a filter lets through, by halving: an offset past the last gives an empty page.
fn count(store: &dyn Store, filter: &ListingFilter) -> u64 {
    let has_more_than = |rows: u64| {
        let question = ListingFilter {
            sort: ListingSort::RowOrder,
            limit: 1,
            offset: rows,
            ..filter.clone()
        };
        !store.list_listings(&question).unwrap().is_empty()
    };
    let mut high = 1;
    while has_more_than(high) {
        high *= 2;
    }
    let mut low = 0;
    while low < high {
        let middle = low.midpoint(high);
        if has_more_than(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
