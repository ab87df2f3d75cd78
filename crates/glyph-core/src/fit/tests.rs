//! The search against trying everything.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn card(id: u64, model: &str, memory_gb: f64, price: f64) -> Candidate {
    Candidate {
        id,
        vendor: "NVIDIA".to_owned(),
        model: model.to_owned(),
        memory_gb,
        bandwidth_gb_s: Some(936.0),
        watts: Some(350),
        slots: Some(2.5),
        price,
        quantity: 1,
        needs_server: false,
    }
}

#[test]
fn finds_the_cheapest_cards_and_says_why_others_lost() {
    let demand = demand(&parse("70B q4, 32k context").unwrap());
    let mut few = card(1, "RTX 3090", 24.0, 700.0);
    few.quantity = 2;
    let mut dual = card(4, "RTX 8000", 48.0, 1_800.0);
    (dual.watts, dual.slots, dual.quantity) = (Some(260), Some(2.0), 2);
    let mut board = card(5, "V100 SXM2", 32.0, 300.0);
    (board.needs_server, board.quantity, board.watts) = (true, 4, Some(250));
    let mut hungry = card(6, "M60", 16.0, 100.0);
    (hungry.quantity, hungry.watts, hungry.slots) = (4, Some(300), Some(0.5));
    let listings = [
        few,
        card(2, "RTX 3090", 24.0, 650.5),
        card(3, "RTX 3090", 24.0, 900.0),
        dual,
        board,
        hungry,
    ];
    let limits = Limits {
        budget: Some(4_000.0),
        max_watts: Some(1_100.0),
        max_slots: Some(8.0),
        ..Limits::default()
    };
    let found = search(&listings, &demand, &limits);
    let shown: Vec<_> = found
        .sets
        .iter()
        .map(|set| {
            let cards: Vec<_> = set
                .cards
                .iter()
                .map(|taken| format!("{}x{}", taken.count, taken.id))
                .collect();
            format!("{} {}", set.price, cards.join(" "))
        })
        .collect();
    assert_eq!(shown[0], "850.5 2x6 1x2", "{shown:?}");
    let reasons: Vec<_> = found
        .near_misses
        .iter()
        .map(|miss| (miss.limit, miss.reason.as_str()))
        .collect();
    assert!(
        reasons.contains(&(Limit::Watts, "needs 1,200 W of 1,100")),
        "{reasons:?}"
    );
    assert!(
        reasons.contains(&(
            Limit::ServerBoard,
            "V100 SXM2 needs a server for its boards (SXM or OAM)"
        )),
        "{reasons:?}"
    );

    let poor = Limits {
        budget: Some(400.0),
        ..limits
    };
    let found = search(&listings, &demand, &poor);
    assert!(found.sets.is_empty());
    let over = found
        .near_misses
        .iter()
        .find(|miss| miss.limit == Limit::Budget)
        .unwrap();
    assert_eq!(over.reason, "over the budget by 450.50");
}

#[test]
fn passes_over_what_is_no_offer() {
    let demand = demand(&parse("8B q4").unwrap());
    let bad = [
        card(1, "A", 24.0, 0.0),
        card(2, "A", 24.0, -1.0),
        card(3, "A", 24.0, f64::NAN),
        card(4, "A", 24.0, f64::INFINITY),
        card(5, "A", 24.0, 1e300),
        card(6, "A", 0.0, 100.0),
        card(7, "A", f64::NAN, 100.0),
        Candidate {
            quantity: 0,
            ..card(8, "A", 24.0, 100.0)
        },
    ];
    let limits = Limits::default();
    assert_eq!(search(&bad, &demand, &limits), Found::default());
    assert_eq!(search(&[], &demand, &limits), Found::default());
    let good = [Candidate {
        quantity: u32::MAX,
        ..card(9, "A", 24.0, 100.0)
    }];
    assert_eq!(search(&good, &demand, &limits).sets.len(), 1);
    let none = Limits {
        max_cards: 0,
        ..limits
    };
    assert_eq!(search(&good, &demand, &none), Found::default());
    let unasked = Limits {
        wanted: 0,
        ..limits
    };
    assert_eq!(search(&good, &demand, &unasked), Found::default());
}

#[test]
fn says_what_is_not_known() {
    let demand = demand(&parse("8B q4").unwrap());
    let mut unknown = card(1, "A", 24.0, 100.0);
    (unknown.watts, unknown.slots, unknown.bandwidth_gb_s) = (None, None, None);
    let reason = |limits: Limits| {
        let found = search(std::slice::from_ref(&unknown), &demand, &limits);
        found.near_misses.first().map(|miss| miss.reason.clone())
    };
    let none = Limits::default();
    assert_eq!(reason(none), None);
    let watts = Limits {
        max_watts: Some(900.0),
        ..none
    };
    assert_eq!(reason(watts).unwrap(), "the watts of A are not known");
    let slots = Limits {
        max_slots: Some(4.0),
        ..none
    };
    assert_eq!(reason(slots).unwrap(), "the slots of A are not known");
    let speed = Limits {
        min_tokens_per_s: Some(1.0),
        ..none
    };
    assert_eq!(
        reason(speed).unwrap(),
        "the memory bandwidth of A is not known"
    );
}

/// Numbers of a linear congruential generator, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len() as u64) as usize]
    }
}

/// Price in cents, cards, watts, models with counts.
type Shown = (i64, usize, u32, Vec<(String, u32)>);

fn shown(cards: &[&Candidate]) -> Shown {
    let mut models = BTreeMap::new();
    for card in cards {
        *models.entry(card.model.clone()).or_insert(0) += 1;
    }
    let watts = cards
        .iter()
        .map(|card| card.watts)
        .sum::<Option<u32>>()
        .unwrap_or(u32::MAX);
    let cents = cards.iter().map(|card| (card.price * 100.0) as i64).sum();
    (cents, cards.len(), watts, models.into_iter().collect())
}

/// 3: holds and is fast, 2: holds, 1: holds nearly.
fn reach(cards: &[&Candidate], demand: &Demand, limits: &Limits) -> u8 {
    let usable: f64 = cards.iter().map(|card| card.memory_gb * 0.9).sum();
    if usable < demand.total_gb() {
        return u8::from(usable >= 0.9 * demand.total_gb());
    }
    let Some(least) = limits.min_tokens_per_s else {
        return 3;
    };
    let mut sorted = cards.to_vec();
    sorted.sort_by(|left, right| {
        right
            .bandwidth_gb_s
            .partial_cmp(&left.bandwidth_gb_s)
            .unwrap()
    });
    let (mut left, mut seconds) = (demand.total_gb(), 0.0);
    for card in sorted {
        let held = left.min(card.memory_gb * 0.9);
        if held > 0.0 {
            let rate = card.bandwidth_gb_s.unwrap_or(0.0) * 1e9;
            seconds += held / demand.total_gb() * demand.read_bytes / rate;
            left -= held;
        }
    }
    if 1.0 / seconds >= least { 3 } else { 2 }
}

fn by_hand(
    listings: &[Candidate],
    demand: &Demand,
    limits: &Limits,
) -> (Vec<Shown>, Vec<(Shown, Limit)>) {
    let units: Vec<&Candidate> = listings
        .iter()
        .flat_map(|card| (0..card.quantity).map(move |_| card))
        .collect();
    let (mut sets, mut near) = (BTreeSet::new(), BTreeMap::new());
    let pick = |mask: u32| -> Vec<&Candidate> {
        (0..units.len())
            .filter(|bit| mask >> bit & 1 == 1)
            .map(|bit| units[bit])
            .collect()
    };
    let masks = 1_u32..1 << units.len();
    let mut cheapest = BTreeMap::new();
    for (cents, .., models) in masks.clone().map(|mask| shown(&pick(mask))) {
        let least = cheapest.entry(models).or_insert(cents);
        *least = cents.min(*least);
    }
    for mask in masks {
        let cards = pick(mask);
        let own = shown(&cards);
        if own.0 > cheapest[&own.3] {
            continue;
        }
        let is_mixed = cards.iter().any(|card| card.vendor != cards[0].vendor);
        if is_mixed || own.3.len() > 3 || cards.len() > limits.max_cards as usize {
            continue;
        }
        let far = reach(&cards, demand, limits);
        let has_idle = (0..cards.len()).any(|place| {
            let mut fewer = cards.clone();
            fewer.remove(place);
            reach(&fewer, demand, limits) >= far
        });
        if far == 0 || has_idle {
            continue;
        }
        let watts = cards
            .iter()
            .map(|card| card.watts.map(f64::from))
            .sum::<Option<f64>>();
        let slots = cards.iter().map(|card| card.slots).sum::<Option<f64>>();
        let over = |value: Option<f64>, most: Option<f64>| {
            most.is_some_and(|most| !value.is_some_and(|value| value <= most + 1e-6))
        };
        let fails = [
            (
                over(Some(own.0 as f64 / 100.0), limits.budget),
                Limit::Budget,
            ),
            (over(watts, limits.max_watts), Limit::Watts),
            (over(slots, limits.max_slots), Limit::Slots),
            (
                !limits.allow_sxm && cards.iter().any(|card| card.needs_server),
                Limit::ServerBoard,
            ),
            (far == 1, Limit::Memory),
            (far == 2, Limit::Speed),
        ];
        let failed: Vec<_> = fails
            .iter()
            .filter(|(fails, _)| *fails)
            .map(|(_, limit)| *limit)
            .collect();
        match failed[..] {
            [] => {
                sets.insert(own);
            }
            [limit] => {
                let least = near.entry(limit as u8).or_insert((own.clone(), limit));
                if own < least.0 {
                    *least = (own, limit);
                }
            }
            _ => {}
        }
    }
    let mut sets: Vec<_> = sets.into_iter().collect();
    sets.truncate(limits.wanted);
    let is_full = sets.len() == limits.wanted;
    let mut near: Vec<_> = near
        .into_values()
        .filter(|(own, _)| !is_full || sets.last().is_some_and(|last| own < last))
        .collect();
    near.sort_by(|left, right| {
        left.0
            .cmp(&right.0)
            .then((left.1 as u8).cmp(&(right.1 as u8)))
    });
    (sets, near)
}

#[test]
fn finds_what_trying_everything_finds() {
    let mut numbers = Numbers(7);
    let (mut sets_seen, mut near_seen) = (0, [0; 6]);
    for case in 0..1_000 {
        let models: Vec<Candidate> = (0..3 + numbers.below(3))
            .map(|model| Candidate {
                vendor: numbers.one_of(&["AMD", "NVIDIA", "NVIDIA"]).to_owned(),
                bandwidth_gb_s: numbers.one_of(&[None, Some(300.0), Some(600.0), Some(900.0)]),
                watts: numbers.one_of(&[None, Some(70), Some(150), Some(300)]),
                slots: numbers.one_of(&[None, Some(1.0), Some(2.0), Some(2.2)]),
                needs_server: numbers.below(6) == 0,
                ..card(
                    0,
                    &format!("M{model}"),
                    numbers.one_of(&[8.0, 12.0, 16.0, 24.0]),
                    0.0,
                )
            })
            .collect();
        let listings: Vec<Candidate> = (0..3 + numbers.below(4))
            .map(|id| Candidate {
                id,
                price: (1 + numbers.below(8)) as f64 * 50.0,
                quantity: 1 + numbers.below(2) as u32,
                ..models[numbers.below(models.len() as u64) as usize].clone()
            })
            .collect();
        let bytes = (5 + numbers.below(60)) as f64 * BYTES_PER_GB;
        let demand = Demand {
            weights_bytes: bytes,
            kv_cache_bytes: 0.0,
            read_bytes: bytes * 0.8,
        };
        let limits = Limits {
            budget: numbers.one_of(&[None, Some(300.0), Some(700.0)]),
            max_watts: numbers.one_of(&[None, None, Some(300.0), Some(500.0)]),
            max_slots: numbers.one_of(&[None, None, Some(4.0), Some(6.6)]),
            max_cards: numbers.one_of(&[1, 3, 4, 8]),
            allow_sxm: numbers.below(2) == 0,
            min_tokens_per_s: numbers.one_of(&[None, None, Some(10.0), Some(25.0)]),
            wanted: numbers.one_of(&[1, 2, 5]),
        };
        let found = search(&listings, &demand, &limits);
        let again = |set: &Set| {
            let of = |taken: &Taken| {
                let card = listings.iter().find(|card| card.id == taken.id).unwrap();
                assert!(taken.count <= card.quantity);
                vec![card; taken.count as usize]
            };
            let own = shown(&set.cards.iter().flat_map(of).collect::<Vec<_>>());
            assert_eq!((set.price * 100.0) as i64, own.0);
            own
        };
        let sets: Vec<_> = found.sets.iter().map(again).collect();
        let near: Vec<_> = found
            .near_misses
            .iter()
            .map(|miss| (again(&miss.set), miss.limit))
            .collect();
        assert_eq!(
            (sets, near),
            by_hand(&listings, &demand, &limits),
            "case {case}: {limits:?}"
        );
        sets_seen += found.sets.len();
        for miss in &found.near_misses {
            near_seen[miss.limit as usize] += 1;
        }
    }
    assert!(
        sets_seen > 300 && near_seen.iter().all(|count| *count > 20),
        "{sets_seen}, {near_seen:?}"
    );
}
