//! Offers over time: their sights in all imports, and what changed from each import of a source to the next.

use std::ops::ControlFlow;

use glyph_store::history::{ChangeFilter, ChangeKind, ChangePlace, FoundChange, OfferChange};
use glyph_store::listing::{ListingFilter, ListingSort};
use glyph_store::store::Store;

use super::csv;
use crate::feed::Feed;

/// Three days of a shop. The L4 changes its title, then its price and comes back to the first one; the A4000 goes and
/// comes again; the A5000 comes on the third day.
fn days() -> [(&'static str, &'static str, String); 3] {
    let l4 = |title: &str, price: u32, address: &str| {
        format!("{title},{price},New,1,Northwind,USA,{address},")
    };
    let a4000 = "NVIDIA RTX A4000 16GB,600,Used,1,Northwind,Germany,,".to_owned();
    let rows = |rows: &[String]| csv(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    [
        (
            "first",
            "2026-01-01T00:00:00Z",
            rows(&[
                l4("NVIDIA L4 24GB", 2000, "https://north.example/l4"),
                a4000.clone(),
            ]),
        ),
        (
            "second",
            "2026-01-02T00:00:00Z",
            rows(&[l4(
                "NVIDIA L4 24GB reduced",
                1900,
                "https://north.example/l4/?utm_source=mail",
            )]),
        ),
        (
            "third",
            "2026-01-03T00:00:00Z",
            rows(&[
                "NVIDIA RTX A5000 24GB,1200,Used,1,Northwind,Germany,,".to_owned(),
                a4000,
                l4("NVIDIA L4 24GB", 2000, "http://north.example/l4"),
            ]),
        ),
    ]
}

pub(super) fn import_days(store: &mut dyn Store, order: [usize; 3]) {
    let days = days();
    for place in order {
        let (import_id, imported_at, csv) = &days[place];
        let feed = Feed {
            imported_at,
            ..Feed::new(import_id, csv)
        };
        feed.commit(store).unwrap();
    }
}

fn changes(store: &dyn Store, filter: &ChangeFilter) -> Vec<FoundChange> {
    let mut found = Vec::new();
    store
        .visit_changes(filter, &mut |change| {
            found.push(change);
            ControlFlow::Continue(())
        })
        .unwrap();
    found
}

/// Import, kind, model, old and new price.
type Told<'a> = (&'a str, &'a str, &'a str, Option<f64>, Option<f64>);

fn told(found: &[FoundChange]) -> Vec<Told<'_>> {
    found
        .iter()
        .map(|found| {
            let model = found.change.listing().canonical_model.as_str();
            let (kind, old, new) = match &found.change {
                OfferChange::Price { old, new, .. } => ("price", Some(old.price), Some(new.price)),
                OfferChange::Appeared(new) => ("appeared", None, Some(new.price)),
                OfferChange::Gone(old) => ("gone", Some(old.price), None),
            };
            (found.new_import.as_str(), kind, model, old, new)
        })
        .collect()
}

/// Whatever the order that files are imported in, when they were seen decides.
pub(crate) fn changes_go_by_the_time_that_imports_were_seen(store: &mut dyn Store) {
    import_days(store, [2, 0, 1]);
    let found = changes(store, &ChangeFilter::default());
    assert_eq!(
        told(&found),
        [
            ("third", "appeared", "RTX_A5000", None, Some(1200.0)),
            ("third", "appeared", "RTX_A4000", None, Some(600.0)),
            ("third", "price", "L4", Some(1900.0), Some(2000.0)),
            ("second", "price", "L4", Some(2000.0), Some(1900.0)),
            ("second", "gone", "RTX_A4000", Some(600.0), None),
        ]
    );
    assert_eq!(found[0].old_import, "second");
    assert_eq!(found[4].found_at, "2026-01-02T00:00:00Z");
    // Pages follow each other.
    for page in 0..found.len() {
        let filter = ChangeFilter {
            place: Some(ChangePlace {
                import_id: found[page].new_import.clone(),
                place: found[page].place,
            }),
            ..ChangeFilter::default()
        };
        assert_eq!(changes(store, &filter), found[page + 1..], "after {page}");
    }
}

pub(crate) fn changes_are_filtered(store: &mut dyn Store) {
    import_days(store, [0, 1, 2]);
    let all = changes(store, &ChangeFilter::default());
    let places = |filter: &ChangeFilter| -> Vec<usize> {
        changes(store, filter)
            .iter()
            .map(|found| {
                let is_same = |other: &FoundChange| {
                    (&other.new_import, &other.change) == (&found.new_import, &found.change)
                };
                all.iter().position(is_same).unwrap()
            })
            .collect()
    };
    let any = ChangeFilter::default();
    for (filter, expected) in [
        (
            ChangeFilter {
                kind: Some(ChangeKind::Price),
                ..any.clone()
            },
            vec![2, 3],
        ),
        (
            ChangeFilter {
                kind: Some(ChangeKind::Gone),
                ..any.clone()
            },
            vec![4],
        ),
        (
            ChangeFilter {
                models: vec!["RTX_A4000".to_owned(), "RTX_A5000".to_owned()],
                ..any.clone()
            },
            vec![0, 1, 4],
        ),
        (
            ChangeFilter {
                region: Some("US".to_owned()),
                ..any.clone()
            },
            vec![2, 3],
        ),
        (
            ChangeFilter {
                min_percent: Some(5.1),
                ..any.clone()
            },
            vec![2],
        ),
        (
            ChangeFilter {
                after: Some("2026-01-02T00:00:00Z".to_owned()),
                ..any.clone()
            },
            vec![0, 1, 2],
        ),
        (
            ChangeFilter {
                source_name: Some("another.csv".to_owned()),
                ..any
            },
            vec![],
        ),
    ] {
        assert_eq!(places(&filter), expected, "{filter:?}");
    }
}

pub(crate) fn an_offer_is_known_in_all_imports_that_saw_it(store: &mut dyn Store) {
    import_days(store, [1, 2, 0]);
    let listings = store
        .list_listings(&ListingFilter {
            sort: ListingSort::RowOrder,
            limit: 100,
            ..ListingFilter::default()
        })
        .unwrap();
    let seen = |store: &dyn Store, id: i64| -> Vec<(String, f64)> {
        let history = store.offer_history(id).unwrap().sights;
        assert!(history.iter().any(|seen| seen.listing_id == Some(id)));
        history
            .into_iter()
            .map(|seen| (seen.import_id.unwrap(), seen.price))
            .collect()
    };
    let of = |days: &[(&str, f64)]| -> Vec<(String, f64)> {
        days.iter()
            .map(|(import_id, price)| ((*import_id).to_owned(), *price))
            .collect()
    };
    for listing in &listings {
        let expected = match listing.canonical_model.as_str() {
            "L4" => of(&[("first", 2000.0), ("second", 1900.0), ("third", 2000.0)]),
            "RTX_A4000" => of(&[("first", 600.0), ("third", 600.0)]),
            _ => of(&[("third", 1200.0)]),
        };
        assert_eq!(
            seen(store, listing.id),
            expected,
            "{}",
            listing.canonical_model
        );
    }
    let unknown = listings.iter().map(|listing| listing.id).max().unwrap() + 1;
    assert_eq!(store.offer_history(unknown).unwrap().sights, []);
    let a4000 = listings
        .iter()
        .find(|listing| listing.canonical_model == "RTX_A4000")
        .unwrap();
    // The second day did not have it.
    let came_back = store.offer_history(a4000.id).unwrap();
    assert_eq!((came_back.relisted, came_back.gone_since), (1, None));
    store.undo_import("third", "2026-02-01T00:00:00Z").unwrap();
    let gone = store.offer_history(a4000.id).unwrap();
    assert_eq!(
        (gone.relisted, gone.gone_since.as_deref()),
        (0, Some("2026-01-02T00:00:00Z"))
    );
}

pub(crate) fn an_undone_import_saw_nothing(store: &mut dyn Store) {
    import_days(store, [0, 1, 2]);
    store.undo_import("second", "2026-02-01T00:00:00Z").unwrap();
    let listings = store
        .list_listings(&ListingFilter {
            limit: 100,
            ..ListingFilter::default()
        })
        .unwrap();
    let l4 = listings
        .iter()
        .find(|listing| listing.import_id.as_deref() == Some("first"))
        .unwrap();
    let sights = store.offer_history(l4.id).unwrap().sights;
    let imports: Vec<Option<String>> = sights.into_iter().map(|it| it.import_id).collect();
    assert_eq!(imports, ["first", "third"].map(|id| Some(id.to_owned())));
}

/// Neither a lot at the address of a single card, nor a rate that moved, is a price that moved.
pub(crate) fn a_lot_and_a_currency_are_offers_of_their_own(store: &mut dyn Store) {
    let import = |store: &mut dyn Store, import_id, imported_at, rows: &[&str]| {
        let text = csv(rows);
        let feed = Feed {
            imported_at,
            ..Feed::new(import_id, &text)
        };
        feed.commit(store).unwrap();
    };
    let address = "New,1,Northwind,USA,https://north.example/l4,";
    let of = |offer: &str| format!("{offer},{address}");
    let (one, lot) = (of("NVIDIA L4 24GB,2000"), of("5pcs NVIDIA L4 24GB,9000"));
    let euros = of("NVIDIA RTX A5000 24GB,EUR 1000");
    import(
        store,
        "first",
        "2026-01-01T00:00:00Z",
        &[&one, &lot, &euros],
    );
    let (one, lot) = (of("NVIDIA L4 24GB,1900"), of("5pcs NVIDIA L4 24GB,8900"));
    let dollars = of("NVIDIA RTX A5000 24GB,1200");
    import(
        store,
        "second",
        "2026-01-02T00:00:00Z",
        &[&lot, &one, &dollars],
    );
    let found = changes(store, &ChangeFilter::default());
    let percents: Vec<Option<i64>> = found
        .iter()
        .map(|found| {
            let percent = found.change.price_percent()?;
            Some((percent * 10.0).round() as i64)
        })
        .collect();
    assert_eq!(percents, [Some(-11), Some(-50), None, None], "{found:?}");
}
