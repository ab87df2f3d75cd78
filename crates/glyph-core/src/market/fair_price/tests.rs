use super::error::{LeftOut, errors_left_out, quantile};
use super::robust::{Scaling, Solution, fit_with_signs};
use super::terms::{Row, rows_of_common_kinds, used_columns};
use super::*;

const NOW: f64 = 2025.5;
/// Of the market below.
const BANDWIDTH_SLOPE: f64 = 0.5;
const CONSUMER: Specs = Specs {
    memory_gb: 16.0,
    bandwidth_gb_s: 500.0,
    fp32_tflops: 25.0,
    year: 2021,
    class: CardClass::Consumer,
    vendor_is_nvidia: true,
};

/// The fraction of `index` times an irrational: an even spread over 0 to 1 without randomness.
fn spread_out(index: u32, irrational: f64) -> f64 {
    (f64::from(index) * irrational).fract()
}

fn true_price(specs: &Specs, condition: ConditionClass) -> f64 {
    let workstation = if specs.class == CardClass::Workstation {
        1.6
    } else {
        1.0
    };
    let worn = match condition {
        ConditionClass::New => 1.0,
        ConditionClass::Refurbished => 0.8,
        ConditionClass::Used | ConditionClass::Unknown => 0.7,
    };
    4.0 * workstation
        * worn
        * specs.memory_gb.powf(0.4)
        * specs.bandwidth_gb_s.powf(BANDWIDTH_SLOPE)
        * specs.fp32_tflops.powf(0.3)
}

/// `models` models, every third one a workstation card, new and used in turn, with log prices up to `noise` off.
fn market(models: u32, noise: f64) -> Vec<Point> {
    (0..models)
        .map(|model| {
            let specs = Specs {
                memory_gb: [4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0]
                    [(spread_out(model, 0.618_034) * 8.0) as usize],
                bandwidth_gb_s: 100.0 * (2.5 * spread_out(model, 0.414_214)).exp(),
                fp32_tflops: 4.0 * (3.0 * spread_out(model, 0.732_051)).exp(),
                year: 2015 + (spread_out(model, 0.236_068) * 10.0) as u16,
                class: if model % 3 == 0 {
                    CardClass::Workstation
                } else {
                    CardClass::Consumer
                },
                vendor_is_nvidia: true,
            };
            let condition = if model % 2 == 0 {
                ConditionClass::New
            } else {
                ConditionClass::Used
            };
            let error = noise * (2.0 * spread_out(model, 0.302_776) - 1.0);
            Point {
                price_usd: true_price(&specs, condition) * error.exp(),
                offers: 4,
                specs,
                condition,
                model,
            }
        })
        .collect()
}

fn fitted(points: &[Point]) -> FairPrice {
    fit(points, NOW).expect("the market carries a fit")
}

fn price(fair: &FairPrice, specs: &Specs) -> f64 {
    fair.price(specs, ConditionClass::New)
        .expect("inside the fitted range")
        .price_usd
}

/// The factors, from the least on, between the prices of two fits over the specs of the points.
fn moves(one: &FairPrice, other: &FairPrice, points: &[Point]) -> Vec<f64> {
    let mut moves: Vec<f64> = points
        .iter()
        .filter_map(|point| {
            let one = one.price(&point.specs, point.condition)?.price_usd;
            let other = other.price(&point.specs, point.condition)?.price_usd;
            Some((one / other).ln().abs().exp())
        })
        .collect();
    moves.sort_unstable_by(f64::total_cmp);
    moves
}

fn greatest_move(one: &FairPrice, other: &FairPrice, points: &[Point]) -> f64 {
    moves(one, other, points).last().copied().expect("a price")
}

#[test]
fn finds_the_prices_that_the_market_was_made_of() {
    let points = market(200, 0.0);
    let fair = fitted(&points);
    assert_eq!((fair.points, fair.models), (200, 200));
    assert!(fair.error < 0.02, "{}", fair.error);
    for point in &points {
        let estimate = fair
            .price(&point.specs, point.condition)
            .expect("own point");
        assert!((estimate.price_usd / point.price_usd).ln().abs() < 0.08);
    }
    let slope = |name: &str| {
        fair.coefficients
            .iter()
            .find(|term| term.name == name)
            .map(|term| term.value)
            .expect("a term in use")
    };
    assert!((slope("bandwidth") - BANDWIDTH_SLOPE).abs() < 0.03);
    assert!((slope("used") - 0.7_f64.ln()).abs() < 0.03);
    assert!(fair.coefficients.iter().all(|term| term.name != "new"));
}

#[test]
fn shows_the_error_of_models_it_has_not_seen() {
    // Half of the log errors are within 0.2.
    let fair = fitted(&market(200, 0.4));
    assert!((fair.error.ln_1p() - 0.2).abs() < 0.05, "{}", fair.error);
    let consumer = fair.classes.first().expect("a class");
    assert_eq!(consumer.class, CardClass::Consumer);
    // Eight in ten are within 0.32.
    assert!((consumer.low_factor.ln() + 0.32).abs() < 0.06);
    assert!((consumer.high_factor.ln() - 0.32).abs() < 0.06);
    let estimate = fair
        .price(&CONSUMER, ConditionClass::New)
        .expect("in range");
    assert!(estimate.low_usd < estimate.price_usd && estimate.price_usd < estimate.high_usd);
}

#[test]
fn leaves_all_points_of_a_model_out_together() {
    let mut points = market(100, 0.1);
    let odd = Point {
        specs: CONSUMER,
        model: 1_000,
        ..points[0]
    };
    for (condition, offers) in [
        (ConditionClass::New, 900),
        (ConditionClass::Used, 900),
        (ConditionClass::Used, 800),
    ] {
        points.push(Point {
            price_usd: 5.0 * true_price(&CONSUMER, condition),
            condition,
            offers,
            ..odd
        });
    }
    let (rows, kinds) = rows_of_common_kinds(&points, NOW);
    let scaling = Scaling::of(&rows, used_columns(&rows, &kinds));
    let mut rows: Vec<Row> = rows.iter().map(|row| scaling.row(row)).collect();
    let (whole, _) = fit_with_signs(&mut rows, None, &Solution::START);
    let errors = errors_left_out(&rows, &whole);
    let odd: Vec<&LeftOut> = errors.iter().filter(|error| error.share < 0.5).collect();
    assert_eq!(odd.len(), 3);
    for error in odd {
        assert!((error.log_error - 5.0_f64.ln()).abs() < 0.1);
    }
}

#[test]
fn a_fifth_of_prices_ten_times_off_moves_little() {
    let clean = market(200, 0.4);
    let fair = fitted(&clean);
    // Least squares would move the typical price by 10^0.2, which is 1.58, if all were off upwards.
    for (factors, typically, most) in [([10.0, 10.0], 1.2, 1.35), ([10.0, 0.1], 1.1, 1.2)] {
        let mut planted = clean.clone();
        for (index, point) in planted
            .iter_mut()
            .filter(|point| spread_out(point.model, 0.141_593) < 0.2)
            .enumerate()
        {
            point.price_usd *= factors[index % 2];
        }
        let moves = moves(&fair, &fitted(&planted), &clean);
        assert!(moves[moves.len() / 2] < typically);
        assert!(moves.iter().all(|factor| *factor < most));
    }
}

#[test]
fn many_offers_of_a_model_do_not_outvote_the_others() {
    let clean = market(60, 0.2);
    let mut flooded = clean.clone();
    flooded[7].price_usd *= 3.0;
    flooded[7].offers = 5_000;
    assert!(greatest_move(&fitted(&clean), &fitted(&flooded), &clean) < 1.1);
}

#[test]
fn the_same_points_give_the_same_bits_and_their_order_does_not_matter() {
    let points = market(120, 0.3);
    let (one, two) = (fitted(&points), fitted(&points));
    assert_eq!(format!("{one:?}"), format!("{two:?}"));
    let reversed: Vec<Point> = points.iter().rev().copied().collect();
    assert!(greatest_move(&one, &fitted(&reversed), &points) < 1.001);
}

#[test]
fn no_price_falls_where_memory_bandwidth_or_throughput_rises() {
    let mut points = market(150, 0.2);
    for point in &mut points {
        point.price_usd *= point.specs.fp32_tflops.powf(-0.5);
    }
    let fair = fitted(&points);
    assert_eq!(fair.negative, ["throughput"]);
    let faster = Specs {
        fp32_tflops: 50.0,
        ..CONSUMER
    };
    assert!((price(&fair, &faster) / price(&fair, &CONSUMER) - 1.0).abs() < 1e-9);
    let larger = Specs {
        memory_gb: 24.0,
        ..CONSUMER
    };
    assert!(price(&fair, &larger) > price(&fair, &CONSUMER));
}

#[test]
fn gives_no_price_outside_what_was_fitted() {
    let fair = fitted(&market(200, 0.2));
    let asked = |specs: Specs| fair.price(&specs, ConditionClass::New).is_some();
    assert!(asked(CONSUMER));
    // The largest is 48 GB.
    assert!(!asked(Specs {
        memory_gb: 61.0,
        ..CONSUMER
    }));
    assert!(!asked(Specs {
        bandwidth_gb_s: 2_000.0,
        ..CONSUMER
    }));
    assert!(!asked(Specs {
        bandwidth_gb_s: 0.0,
        ..CONSUMER
    }));
    assert!(!asked(Specs {
        fp32_tflops: 1.0,
        ..CONSUMER
    }));
    assert!(!asked(Specs {
        year: 2012,
        ..CONSUMER
    }));
    assert!(!asked(Specs {
        class: CardClass::DataCentre,
        ..CONSUMER
    }));
    assert!(!asked(Specs {
        vendor_is_nvidia: false,
        ..CONSUMER
    }));
    assert!(fair.price(&CONSUMER, ConditionClass::Refurbished).is_none());
}

#[test]
fn gives_no_price_for_a_combination_that_none_comes_near() {
    let mut points = market(100, 0.2);
    for point in &mut points {
        // Bandwidth and throughput rise with memory, as they do in truth.
        point.specs.bandwidth_gb_s = 30.0 * point.specs.memory_gb * point.price_usd.fract().exp();
        point.specs.fp32_tflops = 1.5 * point.specs.memory_gb;
        point.price_usd = true_price(&point.specs, point.condition);
    }
    let fair = fitted(&points);
    let usual = Specs {
        bandwidth_gb_s: 700.0,
        fp32_tflops: 24.0,
        ..CONSUMER
    };
    assert!(fair.price(&usual, ConditionClass::New).is_some());
    let odd = Specs {
        memory_gb: 4.0,
        bandwidth_gb_s: 1_400.0,
        fp32_tflops: 70.0,
        ..CONSUMER
    };
    assert!(fair.price(&odd, ConditionClass::New).is_none());
}

#[test]
fn a_class_of_few_models_spans_the_interval_of_all() {
    let mut points = market(100, 0.4);
    for point in points
        .iter_mut()
        .take(21)
        .filter(|point| point.model % 3 == 0)
    {
        point.specs.class = CardClass::DataCentre;
        point.price_usd *= 3.0;
    }
    let fair = fitted(&points);
    let [consumer, workstation, data_centre] = fair.classes[..] else {
        panic!("three classes");
    };
    assert_eq!((workstation.models, data_centre.models), (27, 7));
    assert!(data_centre.low_factor <= consumer.low_factor.max(workstation.low_factor));
    assert!(data_centre.high_factor >= consumer.high_factor.min(workstation.high_factor));
}

#[test]
fn passes_over_points_that_say_nothing() {
    let points = market(100, 0.2);
    let mut more = points.clone();
    let bad = |point: Point| Point {
        model: 900,
        ..point
    };
    for price_usd in [0.0, -5.0, f64::NAN, f64::INFINITY] {
        more.push(bad(Point {
            price_usd,
            ..points[0]
        }));
    }
    more.push(bad(Point {
        offers: 0,
        ..points[0]
    }));
    let specs = points[0].specs;
    for specs in [
        Specs {
            memory_gb: 0.0,
            ..specs
        },
        Specs {
            bandwidth_gb_s: f64::NAN,
            ..specs
        },
        Specs {
            fp32_tflops: 0.0,
            ..specs
        },
        Specs {
            year: 2010,
            ..specs
        },
    ] {
        more.push(bad(Point { specs, ..points[0] }));
    }
    assert_eq!(
        format!("{:?}", fitted(&points)),
        format!("{:?}", fitted(&more))
    );
    assert!(matches!(
        fit(&points, f64::NAN),
        Err(Unfit::TooFewModels { models: 0 })
    ));
}

#[test]
fn is_off_where_the_data_cannot_carry_it() {
    let check = |points: &[Point], expected: &str| match fit(points, NOW) {
        Err(unfit) => {
            let words = unfit.to_string();
            assert!(words.starts_with(expected), "{words}");
        }
        Ok(fair) => panic!("fitted with an error of {}: {expected}", fair.error),
    };
    check(&[], "too few models: 0 ");
    check(&market(29, 0.1), "too few models: 29 ");
    // One model a hundred times over is one model.
    let mut one_model = market(100, 0.1);
    for point in &mut one_model {
        point.model = 1;
    }
    check(&one_model, "too few models: 0 ");

    let mut alike = market(100, 0.1);
    for point in &mut alike {
        point.specs = Specs {
            class: point.specs.class,
            ..CONSUMER
        };
    }
    check(
        &alike,
        "too little spread: no spec of the upper tenth of models is more than 1.00 times",
    );

    check(&market(200, 2.5), "error too large: ");

    let mut same_price = market(100, 0.3);
    for point in &mut same_price {
        point.price_usd = 400.0 * (point.price_usd / true_price(&point.specs, point.condition));
    }
    check(&same_price, "specs say too little: ");
}

#[test]
fn the_quantile_is_the_value_at_a_rank_of_weights() {
    let check = |rank: f64, expected: f64| {
        let mut weighted = [(3.0, 1.0), (1.0, 0.5), (2.0, 0.5), (9.0, 2.0)];
        assert!((quantile(&mut weighted, rank) - expected).abs() < 1e-12);
    };
    check(0.0, 1.0);
    check(0.5, 1.0);
    check(1.0, 2.0);
    check(2.0, 3.0);
    check(2.1, 9.0);
    check(5.0, 9.0);
    assert!(quantile(&mut [], 1.0).abs() < 1e-12);
}
