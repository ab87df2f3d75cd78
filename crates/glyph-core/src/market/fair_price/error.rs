//! How far off the fit is: each model priced without its own points.

use super::robust::{Solution, fit_with_signs};
use super::terms::Row;
use super::{CardClass, ClassError, MIN_MODELS_OF_AN_INTERVAL};

/// The log of asked over estimated price of a point whose model the fit has not seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct LeftOut {
    pub(super) log_error: f64,
    /// The share of its model that the point is.
    pub(super) share: f64,
    pub(super) class: CardClass,
}

/// The errors of all rows, each by a fit without its model. These fits begin at the whole fit, which saves rounds and
/// changes nothing beyond the tolerance. Specs that the whole fit left out stay out.
pub(super) fn errors_left_out(rows: &[Row], whole: &Solution) -> Vec<LeftOut> {
    let mut sorted = rows.to_vec();
    sorted.sort_by_key(|row| row.model);
    let mut errors = Vec::with_capacity(rows.len());
    let mut own = sorted.clone();
    for group in sorted.chunk_by(|one, other| one.model == other.model) {
        let model = group.first().map(|row| row.model);
        let (solution, negative) = fit_with_signs(&mut own, model, whole);
        errors.extend(group.iter().map(|row| LeftOut {
            log_error: solution.residual(row),
            share: 1.0 / group.len() as f64,
            class: row.class,
        }));
        if !negative.is_empty() {
            own.copy_from_slice(&sorted);
        }
    }
    errors
}

pub(super) fn typical_error(errors: &[LeftOut]) -> f64 {
    let mut absolute: Vec<(f64, f64)> = errors
        .iter()
        .map(|error| (error.log_error.abs(), error.share))
        .collect();
    quantile(&mut absolute, 0.5 * models_of(errors))
}

/// The 10 % and 90 % quantiles, ranked among one model more, which is the one that is asked for.
pub(super) fn interval(errors: &[LeftOut]) -> (f64, f64) {
    let mut shares: Vec<(f64, f64)> = errors
        .iter()
        .map(|error| (error.log_error, error.share))
        .collect();
    let models = models_of(errors) + 1.0;
    (
        quantile(&mut shares, (0.1 * models).floor()),
        quantile(&mut shares, (0.9 * models).ceil()),
    )
}

/// The shares of each model add up to 1.
pub(super) fn models_of(errors: &[LeftOut]) -> f64 {
    errors.iter().map(|error| error.share).sum::<f64>().round()
}

pub(super) fn class_errors(errors: &[LeftOut]) -> Vec<ClassError> {
    let (low_of_all, high_of_all) = interval(errors);
    [
        CardClass::Consumer,
        CardClass::Workstation,
        CardClass::DataCentre,
    ]
    .into_iter()
    .filter_map(|class| {
        let own: Vec<LeftOut> = errors
            .iter()
            .filter(|error| error.class == class)
            .copied()
            .collect();
        let models = models_of(&own) as usize;
        let (mut low, mut high) = interval(&own);
        if models < MIN_MODELS_OF_AN_INTERVAL {
            (low, high) = (low.min(low_of_all), high.max(high_of_all));
        }
        (models > 0).then(|| ClassError {
            class,
            models,
            error: typical_error(&own).exp_m1(),
            low_factor: low.exp(),
            high_factor: high.exp(),
        })
    })
    .collect()
}

/// The typical log error where the median of all prices is the estimate.
pub(super) fn median_error(rows: &[Row]) -> f64 {
    let half = 0.5 * rows.iter().map(|row| row.weight).sum::<f64>();
    let mut values: Vec<(f64, f64)> = rows.iter().map(|row| (row.log_price, row.weight)).collect();
    let median = quantile(&mut values, half);
    for (value, _) in &mut values {
        *value = (*value - median).abs();
    }
    quantile(&mut values, half)
}

/// The first value, in order, up to which the weights add up to `rank`; 0 of nothing.
pub(super) fn quantile(weighted: &mut [(f64, f64)], rank: f64) -> f64 {
    weighted
        .sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1)));
    let mut sum = 0.0;
    weighted
        .iter()
        .find(|(_, weight)| {
            sum += weight;
            // A sum of thirds falls short of its whole by rounding.
            sum >= rank - 1e-9
        })
        .or(weighted.last())
        .map_or(0.0, |(value, _)| *value)
}
