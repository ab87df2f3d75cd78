//! The offers that stand in the market at a time.

use glyph_store::listing::ListingFilter;
use glyph_store::standing::{Standing, StandingFilter};
use glyph_store::store::Store;

use super::csv;
use super::history::import_days;
use crate::feed::Feed;

/// 2026-01-01T00:00:00Z, in seconds since 1970.
const FIRST_DAY: i64 = 1_767_225_600;
const DAY: i64 = 86_400;

/// Model, price, and the days of the first and the last sight, from 0.
fn told(standing: &Standing) -> Vec<(&str, f64, i64, i64)> {
    let mut told: Vec<(&str, f64, i64, i64)> = standing
        .offers
        .iter()
        .map(|it| {
            let day = |seconds: i64| (seconds - FIRST_DAY) / DAY;
            (
                standing.models[it.offer.model as usize].as_str(),
                it.offer.unit_price,
                day(it.first_seen),
                day(it.last_seen),
            )
        })
        .collect();
    told.sort_by(|one, other| one.0.cmp(other.0));
    told
}

fn as_of(as_of: i64) -> StandingFilter {
    StandingFilter {
        as_of: Some(as_of),
        ..StandingFilter::default()
    }
}

pub(crate) fn a_source_stands_as_it_was_seen_last(store: &mut dyn Store) {
    // By when they were seen, and not by when they were imported.
    import_days(store, [2, 0, 1]);
    let now = store.standing_offers(&StandingFilter::default()).unwrap();
    assert_eq!(
        told(&now),
        [
            ("L4", 2000.0, 0, 2),
            ("RTX_A4000", 600.0, 0, 2),
            ("RTX_A5000", 1200.0, 2, 2)
        ]
    );
    assert_eq!(now.sources, 1);
    let second = store
        .standing_offers(&as_of(FIRST_DAY + DAY + 3600))
        .unwrap();
    assert_eq!(told(&second), [("L4", 1900.0, 0, 1)]);
    let before = store.standing_offers(&as_of(FIRST_DAY - 1)).unwrap();
    assert_eq!(told(&before), []);
}

pub(crate) fn listings_and_models_are_given_as_they_were_known(store: &mut dyn Store) {
    import_days(store, [1, 2, 0]);
    let count = |as_of: Option<i64>, only_current: bool| {
        let filter = ListingFilter {
            as_of,
            only_current,
            limit: 100,
            ..ListingFilter::default()
        };
        store.list_listings(&filter).unwrap().len()
    };
    assert_eq!(count(None, false), 6);
    assert_eq!(count(None, true), 3);
    assert_eq!(count(Some(FIRST_DAY + DAY), false), 3);
    assert_eq!(count(Some(FIRST_DAY + DAY), true), 1);
    assert_eq!(count(Some(FIRST_DAY - 1), false), 0);
    let models = store.list_model_markets(Some(FIRST_DAY)).unwrap();
    let known: Vec<&str> = models
        .iter()
        .map(|it| it.canonical_model.as_str())
        .collect();
    assert_eq!(known, ["L4", "RTX_A4000"]);
}

pub(crate) fn an_offer_counts_once_at_one_price(store: &mut dyn Store) {
    let l4 = |price: u32| {
        format!("NVIDIA L4 24GB,{price},New,1,Northwind,USA,https://north.example/l4,")
    };
    let import = |store: &mut dyn Store, id: &str, name: &str, day: &str, prices: &[u32]| {
        let rows: Vec<String> = prices.iter().map(|price| l4(*price)).collect();
        let csv = csv(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        let feed = Feed {
            imported_at: day,
            source_name: name,
            ..Feed::new(id, &csv)
        };
        feed.commit(store).unwrap();
    };
    import(
        store,
        "one",
        "north.csv",
        "2026-01-01T00:00:00Z",
        &[2000, 2000, 2100],
    );
    let prices = |store: &dyn Store, filter: &StandingFilter| {
        let standing = store.standing_offers(filter).unwrap();
        let mut prices: Vec<f64> = standing
            .offers
            .iter()
            .map(|it| it.offer.unit_price)
            .collect();
        prices.sort_by(f64::total_cmp);
        prices
    };
    assert_eq!(prices(store, &StandingFilter::default()), [2000.0, 2100.0]);
    // Another source saw the same offer later.
    import(store, "two", "mirror.csv", "2026-01-03T00:00:00Z", &[1950]);
    assert_eq!(prices(store, &StandingFilter::default()), [1950.0]);
    let window = StandingFilter {
        window_seconds: Some(DAY),
        ..as_of(FIRST_DAY + 4 * DAY)
    };
    assert_eq!(prices(store, &window), [] as [f64; 0]);
    let of_one = StandingFilter {
        import_id: Some("one".to_owned()),
        ..StandingFilter::default()
    };
    assert_eq!(prices(store, &of_one), [2000.0, 2100.0]);
}

/// A file of one day with the columns that tell its rows apart.
fn import_as(store: &mut dyn Store, id: &str, name: &str, day: &str, rows: &[&str]) {
    let csv = csv(rows);
    let feed = Feed {
        imported_at: day,
        source_name: name,
        // The same bytes on another day.
        forced: true,
        ..Feed::new(id, &csv)
    };
    feed.commit(store).unwrap();
}

pub(crate) fn days_count_from_the_first_sight_in_any_source(store: &mut dyn Store) {
    let l4 = "NVIDIA L4 24GB,2000,New,1,Northwind,USA,https://north.example/l4,";
    import_as(store, "a", "north.csv", "2026-01-01T00:00:00Z", &[l4]);
    import_as(store, "b", "mirror.csv", "2026-01-11T00:00:00Z", &[l4]);
    // Without a name each is a source of its own.
    import_as(store, "c", "upload", "2026-01-21T00:00:00Z", &[l4]);
    let now = store.standing_offers(&StandingFilter::default()).unwrap();
    assert_eq!(told(&now), [("L4", 2000.0, 0, 20)]);
    let of_one = StandingFilter {
        import_id: Some("b".to_owned()),
        ..StandingFilter::default()
    };
    assert_eq!(
        told(&store.standing_offers(&of_one).unwrap()),
        [("L4", 2000.0, 0, 10)]
    );
}

pub(crate) fn what_is_asked_stands_beside_what_was_sold(store: &mut dyn Store) {
    let row = |quantity: &str| format!("NVIDIA L4 24GB,900,Used,{quantity},Northwind,USA,,");
    let rows = [row("Sold"), row("Out of stock"), row("3")];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    import_as(store, "a", "north.csv", "2026-01-01T00:00:00Z", &rows);
    let standing = store.standing_offers(&StandingFilter::default()).unwrap();
    let mut told: Vec<(bool, bool)> = standing
        .offers
        .iter()
        .map(|it| (it.offer.is_sold, it.is_available))
        .collect();
    told.sort_unstable();
    assert_eq!(told, [(false, true), (true, false)]);
}

pub(crate) fn a_clock_that_is_ahead_moves_no_window(store: &mut dyn Store) {
    let l4 = "NVIDIA L4 24GB,2000,New,1,Northwind,USA,,";
    let a4000 = "NVIDIA RTX A4000 16GB,600,Used,1,Northwind,Germany,,";
    import_as(store, "a", "north.csv", "2026-01-01T00:00:00Z", &[l4]);
    import_as(store, "b", "wrong.csv", "2062-01-01T00:00:00Z", &[a4000]);
    let filter = StandingFilter {
        now: FIRST_DAY + DAY,
        window_seconds: Some(90 * DAY),
        ..StandingFilter::default()
    };
    let standing = store.standing_offers(&filter).unwrap();
    assert_eq!(standing.last_seen, Some(FIRST_DAY));
    assert_eq!(standing.offers.len(), 2);
}

pub(crate) fn the_course_of_a_model_is_of_whole_cards_that_are_asked_for(store: &mut dyn Store) {
    import_as(
        store,
        "a",
        "north.csv",
        "2026-01-01T00:00:00Z",
        &[
            "NVIDIA L4 24GB,2000,New,1,Northwind,USA,,",
            "NVIDIA L4 24GB for parts,100,Used,1,Northwind,USA,,",
            "NVIDIA L4 24GB,1500,Used,Sold,Northwind,USA,,",
        ],
    );
    import_as(
        store,
        "b",
        "south.csv",
        "2026-01-02T00:00:00Z",
        &["NVIDIA RTX A4000 16GB,600,Used,1,South,Germany,,"],
    );
    // The last import that has it, whatever came since.
    let sights = store.model_history("l4", 1).unwrap();
    assert_eq!(sights.len(), 1);
    assert_eq!(
        (sights[0].source.as_str(), &sights[0].prices),
        ("north.csv", &vec![2000.0])
    );
}
