//! What it takes to compare a market: a hundred thousand offers grouped and judged, a fair price fitted, a workload's cards
//! searched for. One core.

use divan::{Bencher, counter::ItemsCount};
use glyph_core::fit::{self, Candidate, Limits};
use glyph_core::listing::Condition;
use glyph_core::market::comparison::Comparisons;
use glyph_core::market::fair_price::{self, ConditionClass, Point, Specs};
use glyph_core::market::verdict::judge;
use glyph_core::market::{Cautions, Offer};
use glyph_core::registry::Registry;

fn main() {
    divan::main();
}

const OFFERS: u32 = 100_000;
const MODELS: u32 = 200;

/// The fraction of a number times an irrational one: spread evenly over 0 to 1, and the same every time.
fn spread(number: u32) -> f64 {
    (f64::from(number) * 0.618_033_988_749_895).fract()
}

fn offers() -> Vec<Offer> {
    (0..OFFERS)
        .map(|number| Offer {
            model: number % MODELS,
            condition: [Condition::New, Condition::Used, Condition::Refurbished]
                .get(number as usize % 4)
                .copied(),
            unit_price: f64::from(200 + 30 * (number % MODELS)) * (0.8 + 0.4 * spread(number)),
            lot_size: 1,
            quantity: None,
            is_sold: number % 10 == 0,
            cautions: Cautions::default(),
        })
        .collect()
}

#[divan::bench]
fn group(bencher: Bencher<'_, '_>) {
    let offers = offers();
    bencher
        .counter(ItemsCount::new(offers.len()))
        .bench(|| Comparisons::of(&offers));
}

#[divan::bench]
fn judge_all(bencher: Bencher<'_, '_>) {
    let offers = offers();
    let comparisons = Comparisons::of(&offers);
    bencher.counter(ItemsCount::new(offers.len())).bench(|| {
        offers
            .iter()
            .filter_map(|offer| judge(offer, comparisons.beside(offer, true)))
            .count()
    });
}

#[divan::bench]
fn fit_fair_price(bencher: Bencher<'_, '_>) {
    let points: Vec<Point> = Registry::embedded()
        .models()
        .iter()
        .filter_map(Specs::of)
        .filter(|specs| specs.year >= 2016)
        .zip(0..)
        .map(|(specs, model)| Point {
            price_usd: specs.memory_gb * 30.0 * (0.8 + 0.4 * spread(model)),
            offers: 1 + model % 20,
            specs,
            condition: ConditionClass::Used,
            model,
        })
        .collect();
    bencher
        .counter(ItemsCount::new(points.len()))
        .bench(|| fair_price::fit(&points, 2026.5).is_ok());
}

#[divan::bench]
fn find_cards(bencher: Bencher<'_, '_>) {
    let candidates: Vec<Candidate> = (0..OFFERS)
        .map(|number| Candidate {
            id: u64::from(number),
            vendor: "NVIDIA".to_owned(),
            model: format!("model {}", number % MODELS),
            memory_gb: f64::from(8 + 8 * (number % 10)),
            bandwidth_gb_s: Some(f64::from(300 + number % 700)),
            watts: Some(100 + number % 300),
            slots: Some(2.0),
            price: f64::from(200 + 30 * (number % MODELS)) * (0.8 + 0.4 * spread(number)),
            quantity: 1 + number % 3,
            needs_server: number % 20 == 0,
        })
        .collect();
    let workload = fit::parse("70B q4, 32k context").expect("a workload that is understood");
    let demand = fit::demand(&workload);
    let limits = Limits {
        budget: Some(6_000.0),
        max_watts: Some(1_200.0),
        ..Limits::default()
    };
    bencher
        .counter(ItemsCount::new(candidates.len()))
        .bench(|| fit::search(&candidates, &demand, &limits).sets.len());
}
