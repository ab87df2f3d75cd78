//! What the walk kept, in words and figures.

use super::group::{Group, cents};
use super::memory::grouped;
use super::search::{LIMITS, NOTHING, Node, Pick, Walk};
use super::{Found, Limit, NearMiss, Set, Taken};

impl Walk<'_> {
    pub(super) fn answer(&self) -> Found {
        let sets = &self.found.entries;
        let last = sets.last().filter(|_| sets.len() >= self.found.most);
        let mut near: Vec<_> = self
            .near
            .iter()
            .zip(LIMITS)
            .flat_map(|(shelf, limit)| shelf.entries.iter().map(move |entry| (entry, limit)))
            .filter(|(entry, _)| last.is_none_or(|last| *entry < last))
            .collect();
        near.sort_unstable_by_key(|(entry, _)| **entry);
        Found {
            sets: sets.iter().map(|(_, pick)| self.set(pick)).collect(),
            near_misses: near
                .into_iter()
                .map(|((_, pick), limit)| self.near_miss(pick, limit))
                .collect(),
        }
    }

    fn node(&self, pick: &Pick) -> Node {
        pick.iter()
            .filter(|(_, count)| *count > 0)
            .fold(NOTHING, |node, (index, count)| {
                node.with(*index, &self.groups[*index], *count)
            })
    }

    fn set(&self, pick: &Pick) -> Set {
        let node = self.node(pick);
        let mut cards: Vec<Taken> = Vec::new();
        for (index, count) in pick {
            let group = &self.groups[*index];
            for (cents, id) in &group.units[..*count as usize] {
                match cards.last_mut().filter(|taken| taken.id == *id) {
                    Some(taken) => taken.count += 1,
                    None => cards.push(Taken {
                        id: *id,
                        model: group.card.model.clone(),
                        count: 1,
                        price: *cents as f64 / 100.0,
                    }),
                }
            }
        }
        let named =
            |(index, count): &(usize, u32)| self.groups[*index].card.memory_gb * f64::from(*count);
        Set {
            cards,
            price: node.cents as f64 / 100.0,
            memory_gb: pick.iter().map(named).sum(),
            usable_gb: node.usable_gb,
            headroom_gb: node.usable_gb - self.need_gb,
            watts: node.watts,
            slots: node.slots,
            tokens_per_s: self.speed(pick, None),
        }
    }

    fn near_miss(&self, pick: &Pick, limit: Limit) -> NearMiss {
        let set = self.set(pick);
        let limits = self.limits;
        let named = |lacks: fn(&Group) -> bool| {
            let mut groups = pick
                .iter()
                .filter(|(_, count)| *count > 0)
                .map(|(index, _)| &self.groups[*index]);
            groups
                .find(|group| lacks(group))
                .map_or("", |group| group.card.model.as_str())
        };
        let reason = match limit {
            Limit::Budget => {
                let over = cents(set.price) - limits.budget.map_or(0, cents);
                format!("over the budget by {}", dollars(over))
            }
            Limit::Watts => match (set.watts, limits.max_watts) {
                (Some(watts), Some(most)) => format!(
                    "needs {} W of {}",
                    grouped(u64::from(watts)),
                    grouped(most as u64)
                ),
                _ => format!(
                    "the watts of {} are not known",
                    named(|group| group.card.watts.is_none())
                ),
            },
            Limit::Slots => match (set.slots, limits.max_slots) {
                (Some(slots), Some(most)) => {
                    format!("needs {} slots of {most}", without_trail(slots))
                }
                _ => format!(
                    "the slots of {} are not known",
                    named(|group| group.card.slots.is_none())
                ),
            },
            Limit::ServerBoard => {
                format!(
                    "{} needs a server for its boards (SXM or OAM)",
                    named(|group| group.card.needs_server)
                )
            }
            // Upwards, so that nothing is short by 0.0 GB.
            Limit::Memory => format!("{:.1} GB short", (-set.headroom_gb * 10.0).ceil() / 10.0),
            Limit::Speed => match (set.tokens_per_s, limits.min_tokens_per_s) {
                (Some(speed), Some(least)) => format!(
                    "at most {} tokens/s of {least}",
                    (speed * 10.0).floor() / 10.0
                ),
                _ => format!(
                    "the memory bandwidth of {} is not known",
                    named(|group| group.bandwidth_gb_s.is_none())
                ),
            },
        };
        NearMiss { set, limit, reason }
    }
}

/// `310`, and `310.50` where there are cents.
fn dollars(cents: i64) -> String {
    let whole = grouped(cents.unsigned_abs() / 100);
    match cents.unsigned_abs() % 100 {
        0 => whole,
        rest => format!("{whole}.{rest:02}"),
    }
}

/// Without the trail of a sum in binary: 6.6, not 6.6000000000000005.
fn without_trail(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
