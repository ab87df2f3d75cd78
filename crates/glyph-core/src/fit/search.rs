//! The cheapest sets, exactly.
//!
//! Listings of one card become a group that keeps its cheapest units only. Every set of one to three groups of a vendor
//! is then a node of a walk, fastest group first. A branch is cut where no set below can enter the answer: a cheaper one
//! has every place, two limits already fail, or the cards left cannot hold the rest. It ends where the set holds: cards
//! that would come after are no faster, so they would hold nothing, and no set of the answer has a card that it could
//! do without. Prices are whole cents, so that sums are exact and ties are ties.

use super::group::{Group, ahead, cents, group};
use super::memory::{Part, tokens_per_second};
use super::{Candidate, Demand, Found, Limit, Limits};

/// Different models of a set.
const MOST_MODELS: usize = 3;

/// A set that offers at least this share of the memory is short by little enough to be a near miss.
const NEAR_SHARE: f64 = 0.9;

/// Slots are sums of halves and tenths.
const SLOTS_TOLERANCE: f64 = 1e-9;

pub(super) const LIMITS: [Limit; 6] = [
    Limit::Budget,
    Limit::Watts,
    Limit::Slots,
    Limit::ServerBoard,
    Limit::Memory,
    Limit::Speed,
];

/// Groups, in their order, and how many units of each; 0 for none.
pub(super) type Pick = [(usize, u32); MOST_MODELS];

/// What sets are ordered by: cents, cards, watts, names with counts.
pub(super) type Key = (i64, u32, u32, [(usize, u32); MOST_MODELS]);

#[derive(Clone, Copy)]
pub(super) struct Node {
    pick: Pick,
    models: usize,
    pub(super) cents: i64,
    cards: u32,
    pub(super) usable_gb: f64,
    pub(super) watts: Option<u32>,
    pub(super) slots: Option<f64>,
    needs_server: bool,
}

pub(super) const NOTHING: Node = Node {
    pick: [(0, 0); MOST_MODELS],
    models: 0,
    cents: 0,
    cards: 0,
    usable_gb: 0.0,
    watts: Some(0),
    slots: Some(0.0),
    needs_server: false,
};

/// How far a set comes; each card added keeps it or brings it further.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Nothing,
    NearlyHolds,
    Holds,
    HoldsAndIsFast,
}

/// The best few, in order.
pub(super) struct Shelf {
    pub(super) most: usize,
    pub(super) entries: Vec<(Key, Pick)>,
}

impl Shelf {
    /// No set above these cents has a place.
    fn worst(&self) -> i64 {
        if self.entries.len() < self.most {
            return i64::MAX;
        }
        self.entries.last().map_or(i64::MIN, |(key, _)| key.0)
    }

    fn put(&mut self, entry: (Key, Pick)) {
        let place = self.entries.partition_point(|kept| *kept < entry);
        self.entries.insert(place, entry);
        self.entries.truncate(self.most);
    }
}

pub(super) struct Walk<'a> {
    pub(super) groups: &'a [Group<'a>],
    demand: &'a Demand,
    pub(super) limits: &'a Limits,
    pub(super) need_gb: f64,
    max_cards: u32,
    /// For each group, over it and those after it of its vendor: the most GB of a card, the least cents a GB.
    ahead: Vec<(f64, f64)>,
    pub(super) found: Shelf,
    pub(super) near: [Shelf; LIMITS.len()],
}

/// The cheapest sets of `candidates` that hold `demand` within `limits`, and what lost by one limit alone.
///
/// Cards of a set are of one vendor and at most three models, and none of them could be left out. Equal prices: fewer
/// cards, then fewer watts, then names. Where the watts, slots or bandwidth of a card are not known, its sets fail the
/// limit on them if there is one. A set that offers less than the memory, but at least a share of 0.9 of it, is a near
/// miss. Candidates without a memory or with a price that is no price are passed over.
pub fn search(candidates: &[Candidate], demand: &Demand, limits: &Limits) -> Found {
    let max_cards = limits.max_cards.min(Limits::MOST_CARDS);
    if max_cards == 0 {
        return Found::default();
    }
    let groups = group(candidates, max_cards as usize);
    let mut walk = Walk {
        groups: &groups,
        demand,
        limits,
        need_gb: demand.total_gb(),
        max_cards,
        ahead: ahead(&groups),
        found: Shelf {
            most: limits.wanted,
            entries: Vec::new(),
        },
        near: LIMITS.map(|_| Shelf {
            most: 1,
            entries: Vec::new(),
        }),
    };
    // Small sets first: they are cheap to try and cut most of the large ones.
    for models in 1..=MOST_MODELS {
        let mut start = 0;
        for vendor in groups.chunk_by(|left, right| left.card.vendor == right.card.vendor) {
            walk.extend(start, start + vendor.len(), models, &NOTHING);
            start += vendor.len();
        }
    }
    walk.answer()
}

impl Walk<'_> {
    /// Tries all sets of `models` models that add groups of `start..end` to `node`, which does not hold.
    fn extend(&mut self, start: usize, end: usize, models: usize, node: &Node) {
        let groups = self.groups;
        let more = models - node.models - 1;
        let room = (self.max_cards - node.cards).saturating_sub(more as u32);
        let stop = end.saturating_sub(more);
        if start >= stop {
            return;
        }
        let bound = self.bound(node, start);
        let lacking_gb = self.need_gb * NEAR_SHARE - node.usable_gb;
        let (most_gb, least_cents) = self.ahead[start];
        if f64::from(self.max_cards - node.cards) * most_gb < lacking_gb
            || node.cents as f64 + lacking_gb * least_cents > bound as f64 + 1.0
        {
            return;
        }
        for (index, group) in groups.iter().enumerate().take(stop).skip(start) {
            let most = room.min(group.units.len() as u32);
            let least = match more {
                0 => (lacking_gb / group.usable_gb).max(1.0) as u32,
                _ => 1,
            };
            if least > most || node.cents + group.costs[least as usize] > bound {
                continue;
            }
            for count in least..=most {
                let next = node.with(index, group, count);
                let failed = self.failed(&next);
                // The price and what fails only grow with the count.
                if failed.count_ones() > 1 || next.cents > self.place(failed) {
                    break;
                }
                let reach = self.reach(&next.pick);
                if more == 0 {
                    self.consider(&next, reach, failed);
                }
                // Cards that come now are no faster, so they would hold nothing.
                if reach >= Reach::Holds {
                    break;
                }
                if more > 0 {
                    self.extend(index + 1, end, models, &next);
                }
            }
        }
    }

    /// A bit for each of [`LIMITS`] that a set fails for its cost. More cards mend none of these.
    fn failed(&self, node: &Node) -> u8 {
        let limits = self.limits;
        let over = |known: Option<f64>, limit: Option<f64>| {
            limit.is_some_and(|limit| known.is_none_or(|value| value > limit + SLOTS_TOLERANCE))
        };
        let fails = [
            limits
                .budget
                .is_some_and(|budget| node.cents > cents(budget)),
            over(node.watts.map(f64::from), limits.max_watts),
            over(node.slots, limits.max_slots),
            node.needs_server && !limits.allow_sxm,
        ];
        fails
            .iter()
            .rev()
            .fold(0, |mask, fails| mask << 1 | u8::from(*fails))
    }

    /// The most cents for which there is a place, for sets that fail this much or more.
    fn place(&self, failed: u8) -> i64 {
        let found = self.found.worst();
        if failed == 0 {
            return found;
        }
        found.min(self.near[failed.trailing_zeros() as usize].worst())
    }

    /// The most cents for which there is a place, for sets of `node` and groups from `start` on.
    fn bound(&self, node: &Node, start: usize) -> i64 {
        let bound = self.place(self.failed(node));
        // The rest can be no faster than the first group from `start`.
        let is_slow = |least| {
            let rest = Part {
                usable_gb: f64::INFINITY,
                bandwidth_gb_s: self.groups[start].bandwidth_gb_s,
            };
            let most = self.speed(&node.pick, Some(rest));
            most.is_none_or(|most| most * (1.0 + 1e-9) < least)
        };
        if self.limits.min_tokens_per_s.is_some_and(is_slow) {
            let [.., memory, speed] = &self.near;
            return bound.min(memory.worst().max(speed.worst()));
        }
        bound
    }

    fn reach(&self, pick: &Pick) -> Reach {
        let usable_gb: f64 = pick
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(index, count)| self.groups[*index].usable_gb * f64::from(*count))
            .sum();
        if usable_gb < self.need_gb * NEAR_SHARE {
            return Reach::Nothing;
        }
        if usable_gb < self.need_gb {
            return Reach::NearlyHolds;
        }
        let is_slow = |least| self.speed(pick, None).is_none_or(|speed| speed < least);
        if self.limits.min_tokens_per_s.is_some_and(is_slow) {
            return Reach::Holds;
        }
        Reach::HoldsAndIsFast
    }

    /// The bound on tokens a second of a set, with `rest` after its cards.
    pub(super) fn speed(&self, pick: &Pick, rest: Option<Part>) -> Option<f64> {
        let own = pick
            .iter()
            .take_while(|(_, count)| *count > 0)
            .map(|(index, count)| Part {
                usable_gb: self.groups[*index].usable_gb * f64::from(*count),
                bandwidth_gb_s: self.groups[*index].bandwidth_gb_s,
            });
        let nothing = Part {
            usable_gb: 0.0,
            bandwidth_gb_s: None,
        };
        let mut parts = [nothing; MOST_MODELS + 1];
        for (place, part) in parts.iter_mut().zip(own.chain(rest)) {
            *place = part;
        }
        tokens_per_second(self.demand, &parts)
    }

    /// Puts a set where it belongs, if anywhere.
    fn consider(&mut self, node: &Node, reach: Reach, failed: u8) {
        let place = match (reach, failed) {
            (Reach::HoldsAndIsFast, 0) => None,
            (Reach::HoldsAndIsFast, _) => Some(failed.trailing_zeros() as usize),
            (Reach::Holds, 0) => Some(5),
            (Reach::NearlyHolds, 0) => Some(4),
            _ => return,
        };
        let kept = place.map_or(&self.found, |place| &self.near[place]);
        if node.cents > kept.worst() || !self.needs_every_card(&node.pick, reach) {
            return;
        }
        let entry = (self.key(node), node.pick);
        place
            .map_or(&mut self.found, |place| &mut self.near[place])
            .put(entry);
    }

    /// Whether the set comes less far without any one of its cards.
    fn needs_every_card(&self, pick: &Pick, reach: Reach) -> bool {
        (0..MOST_MODELS)
            .filter(|place| pick[*place].1 > 0)
            .all(|place| {
                let mut fewer = *pick;
                fewer[place].1 -= 1;
                if fewer[place].1 == 0 {
                    fewer[place..].rotate_left(1);
                }
                self.reach(&fewer) < reach
            })
    }

    fn key(&self, node: &Node) -> Key {
        let mut names = node.pick.map(|(index, count)| match count {
            0 => (usize::MAX, 0),
            _ => (self.groups[index].rank, count),
        });
        names.sort_unstable();
        (
            node.cents,
            node.cards,
            node.watts.unwrap_or(u32::MAX),
            names,
        )
    }
}

impl Node {
    pub(super) fn with(&self, index: usize, group: &Group, count: u32) -> Node {
        let mut pick = self.pick;
        pick[self.models] = (index, count);
        let each = f64::from(count);
        Node {
            pick,
            models: self.models + 1,
            cents: self.cents + group.costs[count as usize],
            cards: self.cards + count,
            usable_gb: self.usable_gb + group.usable_gb * each,
            watts: self
                .watts
                .zip(group.card.watts)
                .map(|(sum, watts)| sum.saturating_add(watts.saturating_mul(count))),
            slots: self
                .slots
                .zip(group.card.slots)
                .map(|(sum, slots)| sum + slots * each),
            needs_server: self.needs_server || group.card.needs_server,
        }
    }
}
