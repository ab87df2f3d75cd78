//! How prices are spread: percentiles, and how sure the median is.

use serde::Serialize;

/// The fewest prices that a 95 % interval of the median exists for: with five, one half of all medians lies outside the
/// lowest and the highest in 2 × 0.5⁵ = 6.25 % of cases.
pub const FEWEST_FOR_INTERVAL: usize = 6;

/// Prices in US dollars a card.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Distribution {
    pub count: u64,
    pub lowest: f64,
    pub p10: f64,
    pub p25: f64,
    pub median: f64,
    pub p75: f64,
    pub p90: f64,
    pub highest: f64,
    /// Where the median of the market lies with 95 % confidence, whatever the shape of the distribution; absent below
    /// [`FEWEST_FOR_INTERVAL`] prices.
    pub median_interval: Option<(f64, f64)>,
}

/// Prices in rising order, one of them left out: an offer is not compared with itself.
#[derive(Debug, Clone, Copy)]
pub struct Sorted<'a> {
    prices: &'a [f64],
    without: Option<usize>,
    /// Every price counts times this.
    factor: f64,
}

impl<'a> Sorted<'a> {
    pub fn all(prices: &'a [f64]) -> Sorted<'a> {
        Sorted {
            prices,
            without: None,
            factor: 1.0,
        }
    }

    /// Leaves out one price that equals `price`, where there is one.
    pub fn without(prices: &'a [f64], price: f64) -> Sorted<'a> {
        let at = prices.partition_point(|other| *other < price);
        Sorted {
            without: prices.get(at).is_some_and(|it| *it <= price).then_some(at),
            ..Sorted::all(prices)
        }
    }

    #[must_use]
    pub fn times(self, factor: f64) -> Sorted<'a> {
        Sorted { factor, ..self }
    }

    pub fn len(self) -> usize {
        self.prices.len() - usize::from(self.without.is_some())
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn get(self, place: usize) -> Option<f64> {
        let is_behind = self.without.is_some_and(|without| place >= without);
        let price = self.prices.get(place + usize::from(is_behind))?;
        Some(price * self.factor)
    }

    /// The value below which the share `at` of the prices lies, between neighbours in proportion: definition 7 of Hyndman
    /// and Fan (1996), which `NumPy`, R and spreadsheets take when they are told nothing else.
    pub fn percentile(self, at: f64) -> Option<f64> {
        let last = self.len().checked_sub(1)?;
        let place = at.clamp(0.0, 1.0) * last as f64;
        let below = place.floor() as usize;
        let (low, high) = (self.get(below)?, self.get((below + 1).min(last))?);
        Some(low + (high - low) * (place - below as f64))
    }

    /// The interval between two of the prices themselves that holds the market's median with at least 95 %: the number
    /// of prices under the median is binomial with one half (Conover, Practical Nonparametric Statistics, on quantiles).
    fn median_interval(self) -> Option<(f64, f64)> {
        let count = self.len();
        if count < FEWEST_FOR_INTERVAL {
            return None;
        }
        let rank = lower_rank(count);
        Some((self.get(rank)?, self.get(count - 1 - rank)?))
    }
}

impl Distribution {
    /// `None` where there are no prices.
    pub fn of(prices: Sorted<'_>) -> Option<Distribution> {
        Some(Distribution {
            count: prices.len() as u64,
            lowest: prices.percentile(0.0)?,
            p10: prices.percentile(0.10)?,
            p25: prices.percentile(0.25)?,
            median: prices.percentile(0.50)?,
            p75: prices.percentile(0.75)?,
            p90: prices.percentile(0.90)?,
            highest: prices.percentile(1.0)?,
            median_interval: prices.median_interval(),
        })
    }
}

/// The largest place k, from 0, with P(Binomial(n, ½) ≤ k) ≤ 2.5 %; beyond 1,000 by the normal approximation, where the
/// two differ by at most one place.
fn lower_rank(count: usize) -> usize {
    let n = count as f64;
    if count > 1_000 {
        return ((n - 1.96 * n.sqrt()) / 2.0).floor() as usize - 1;
    }
    let mut term = 0.5_f64.powi(count as i32);
    let mut sum = term;
    let mut rank: usize = 0;
    while sum <= 0.025 {
        term *= (n - rank as f64) / (rank as f64 + 1.0);
        sum += term;
        rank += 1;
    }
    rank.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn percentiles_are_those_of_numpy() {
        let prices = [15.0, 20.0, 35.0, 40.0, 50.0];
        let told = Distribution::of(Sorted::all(&prices)).expect("there are prices");
        // numpy.percentile([15, 20, 35, 40, 50], [10, 25, 50, 75, 90])
        assert!((told.p10 - 17.0).abs() < 1e-9);
        assert!((told.p25 - 20.0).abs() < 1e-9);
        assert!((told.median - 35.0).abs() < 1e-9);
        assert!((told.p75 - 40.0).abs() < 1e-9);
        assert!((told.p90 - 46.0).abs() < 1e-9);
        assert_eq!(told.median_interval, None);
        assert_eq!(Distribution::of(Sorted::all(&[])), None);
    }

    #[test]
    fn the_interval_of_the_median_is_that_of_the_tables() {
        // Ranks from 1 of the two-sided sign test at 5 %: n = 6 → 1, 10 → 2, 20 → 6, 50 → 18, 100 → 40.
        for (count, rank) in [(6, 1), (10, 2), (20, 6), (50, 18), (100, 40)] {
            assert_eq!(lower_rank(count) + 1, rank, "of {count}");
        }
        let either_side = lower_rank(1_000).abs_diff(lower_rank(1_001));
        assert!(either_side <= 1, "{either_side}");
    }

    #[test]
    fn an_offer_is_left_out_once() {
        let prices = [1.0, 2.0, 2.0, 3.0];
        let others = Sorted::without(&prices, 2.0);
        let left: Vec<f64> = (0..others.len()).filter_map(|at| others.get(at)).collect();
        assert_eq!(left, [1.0, 2.0, 3.0]);
        assert_eq!(Sorted::without(&prices, 2.5).len(), 4);
        assert_eq!(others.times(2.0).percentile(0.5), Some(4.0));
    }

    proptest! {
        #[test]
        fn all_figures_stand_in_order(mut prices in proptest::collection::vec(0.01_f64..1e6, 1..200)) {
            prices.sort_unstable_by(f64::total_cmp);
            let told = Distribution::of(Sorted::all(&prices)).expect("there are prices");
            let order = [told.lowest, told.p10, told.p25, told.median, told.p75, told.p90, told.highest];
            prop_assert!(order.is_sorted());
            if let Some((low, high)) = told.median_interval {
                prop_assert!(low <= told.median && told.median <= high);
            }
        }
    }
}
