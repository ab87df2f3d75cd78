//! Listings of one card together, with their cheapest units.

use std::collections::HashMap;

use super::Candidate;
use super::memory::usable_gb;

/// US dollars. Above this a price is a slip, and sums of cents stay far from the end of their type.
const MOST_PRICE: f64 = 1e12;

/// Listings of cards alike.
pub(super) struct Group<'a> {
    pub(super) card: &'a Candidate,
    pub(super) usable_gb: f64,
    pub(super) bandwidth_gb_s: Option<f64>,
    /// Cents and listing of each unit, cheapest first.
    pub(super) units: Vec<(i64, u64)>,
    /// Cents of the cheapest 0, 1, 2, … units.
    pub(super) costs: Vec<i64>,
    /// Place of the model's name in the alphabet.
    pub(super) rank: usize,
}

/// The groups of each vendor together, fastest first, unknown bandwidth last.
pub(super) fn group(candidates: &[Candidate], max_cards: usize) -> Vec<Group<'_>> {
    let mut places = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut listings: Vec<Vec<(i64, u64, u32)>> = Vec::new();
    for card in candidates {
        let is_positive = |value: f64| value > 0.0 && value.is_finite();
        if !is_positive(card.price)
            || card.price > MOST_PRICE
            || !is_positive(card.memory_gb)
            || card.quantity == 0
        {
            continue;
        }
        let bandwidth_gb_s = card.bandwidth_gb_s.filter(|rate| is_positive(*rate));
        let alike = (
            card.vendor.as_str(),
            card.model.as_str(),
            card.memory_gb.to_bits(),
            bandwidth_gb_s.map(f64::to_bits),
            card.watts,
            card.slots.map(f64::to_bits),
            card.needs_server,
        );
        let place = *places.entry(alike).or_insert_with(|| {
            groups.push(Group {
                card,
                usable_gb: usable_gb(card.memory_gb),
                bandwidth_gb_s,
                units: Vec::new(),
                costs: vec![0],
                rank: 0,
            });
            listings.push(Vec::new());
            groups.len() - 1
        });
        listings[place].push((cents(card.price), card.id, card.quantity));
    }
    for (group, mut listings) in groups.iter_mut().zip(listings) {
        listings.sort_unstable();
        let units = listings
            .into_iter()
            .flat_map(|(cents, id, quantity)| (0..quantity).map(move |_| (cents, id)));
        let mut sum = 0;
        for (cents, id) in units.take(max_cards) {
            sum += cents;
            group.units.push((cents, id));
            group.costs.push(sum);
        }
    }
    groups.sort_by(|left, right| {
        let rate = |group: &Group| group.bandwidth_gb_s.unwrap_or(0.0);
        let rest = |group: &Group| {
            let slots = group.card.slots.map(f64::to_bits);
            (
                group.card.memory_gb.to_bits(),
                group.card.watts,
                slots,
                group.card.needs_server,
            )
        };
        left.card
            .vendor
            .cmp(&right.card.vendor)
            .then_with(|| rate(right).total_cmp(&rate(left)))
            .then_with(|| left.card.model.cmp(&right.card.model))
            .then_with(|| rest(left).cmp(&rest(right)))
    });
    let mut names: Vec<usize> = (0..groups.len()).collect();
    names.sort_by(|left, right| groups[*left].card.model.cmp(&groups[*right].card.model));
    for (rank, index) in names.into_iter().enumerate() {
        groups[index].rank = rank;
    }
    groups
}

/// For each group, over it and those after it of its vendor: the most GB of a card, the least cents a GB.
pub(super) fn ahead(groups: &[Group]) -> Vec<(f64, f64)> {
    let mut ahead = vec![(0.0, 0.0); groups.len()];
    for (index, group) in groups.iter().enumerate().rev() {
        let own = (group.usable_gb, group.costs[1] as f64 / group.usable_gb);
        let next = groups
            .get(index + 1)
            .filter(|next| next.card.vendor == group.card.vendor);
        ahead[index] = next.map_or(own, |_| {
            let (most_gb, least_cents) = ahead[index + 1];
            (own.0.max(most_gb), own.1.min(least_cents))
        });
    }
    ahead
}

pub(super) fn cents(dollars: f64) -> i64 {
    (dollars * 100.0).round() as i64
}
