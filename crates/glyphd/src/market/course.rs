//! What a model cost day by day: on each day that an import saw it, the offers of all its sources as they were seen last.

use std::collections::BTreeMap;

use glyph_core::market::distribution::{Distribution, Sorted};
use glyph_store::history::ModelSight;

use super::{DAY_SECONDS, WINDOW_DAYS};

/// The prices of a day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Day {
    /// Midnight, in seconds since 1970.
    pub(crate) at: i64,
    pub(crate) sources: usize,
    pub(crate) prices: Distribution,
}

/// The days of a model, the oldest first. A source that has not been seen for 90 days no longer counts.
pub(crate) fn course(sights: &[ModelSight]) -> Vec<Day> {
    let mut of_source: BTreeMap<&str, (i64, &[f64])> = BTreeMap::new();
    let mut days: Vec<Day> = Vec::new();
    for (place, sight) in sights.iter().enumerate() {
        of_source.insert(&sight.source, (sight.seen_at, &sight.prices));
        let day = sight.seen_at.div_euclid(DAY_SECONDS);
        let is_last_of_day = sights
            .get(place + 1)
            .is_none_or(|next| next.seen_at.div_euclid(DAY_SECONDS) != day);
        if !is_last_of_day {
            continue;
        }
        of_source.retain(|_, (seen_at, _)| sight.seen_at - *seen_at <= WINDOW_DAYS * DAY_SECONDS);
        let mut prices: Vec<f64> = of_source
            .values()
            .flat_map(|(_, prices)| prices.iter().copied())
            .collect();
        prices.sort_unstable_by(f64::total_cmp);
        if let Some(prices) = Distribution::of(Sorted::all(&prices)) {
            days.push(Day {
                at: day * DAY_SECONDS,
                sources: of_source.len(),
                prices,
            });
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight(source: &str, day: i64, prices: &[f64]) -> ModelSight {
        ModelSight {
            import_id: Some(format!("{source}-{day}")),
            source_name: None,
            source: source.to_owned(),
            seen_at: day * DAY_SECONDS + 3600,
            prices: prices.to_vec(),
        }
    }

    #[test]
    fn sources_stand_beside_each_other_until_they_are_seen_again() {
        let days = course(&[
            sight("north", 1, &[100.0]),
            sight("south", 1, &[300.0]),
            sight("north", 2, &[200.0]),
            sight("south", 200, &[500.0]),
        ]);
        let told: Vec<(i64, usize, f64)> = days
            .iter()
            .map(|day| (day.at / DAY_SECONDS, day.sources, day.prices.median))
            .collect();
        assert_eq!(told, [(1, 2, 200.0), (2, 2, 250.0), (200, 1, 500.0)]);
    }
}
