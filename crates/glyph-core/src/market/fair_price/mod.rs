//! A fair price of a card from its specs: a robust fit of log price over current listings, with its error beside it.
//!
//! ```text
//! ln price = b0 + b1 ln memory + b2 ln max(1, memory / 12 GB) + b3 ln bandwidth + b4 ln throughput
//!          + b5 age + b6 age [workstation or data centre] + class + vendor + condition
//! ```
//!
//! Memory is in GB, bandwidth in GB/s, throughput in TFLOPS, age in years since the year of launch, price in US dollars
//! a card. `b1` to `b4` are elasticities: twice the bandwidth is `2^b3` times the price. The others are logs of factors.
//! The price is that of the median card of such specs, as it is asked, not as it is paid.
//!
//! - **Throughput** is FP32, which nearly every card has. FP16 of the matrix units is 2 to 15 times that and lacks in
//!   older cards; the greater of the two predicts unseen models no better, and its slope can turn out negative, since
//!   prices did not step up where matrix units came in.
//! - **Memory** has a second slope above 12 GB. Little cards cost what a board costs, whatever is on it.
//! - **Class**: a workstation or data centre card asks more than a gaming card of the same specs, and loses that extra
//!   with age; hence `b6`.
//! - **Robust**: Huber's M-estimate by iteratively reweighted least squares. The weight of a residual `r` is
//!   `min(1, 1.345 s / |r|)` with the scale `s = median |r| / 0.6745`; 1.345 keeps 95 % of the efficiency of least
//!   squares where errors are normal, 0.6745 makes the median a standard deviation. Huber, "Robust Estimation of a
//!   Location Parameter", Annals of Mathematical Statistics 35 (1964), doi:10.1214/aoms/1177703732; Huber and Ronchetti,
//!   "Robust Statistics", 2nd edition, 2009, chapter 7; the same constants in `rlm` of MASS (Venables and Ripley,
//!   "Modern Applied Statistics with S", 4th edition, 2002). The estimate does not resist wrong specs, only wrong
//!   prices: specs come from the registry. Weights that fall to 0, as the bisquare's, would move less where a fifth of
//!   the prices are wrong, but can reject a small class whole.
//! - **Ridge** of 0.01 on columns of unit variance, the constant left free, since memory, bandwidth and throughput rise
//!   together. Hoerl and Kennard, Technometrics 12 (1970), doi:10.1080/00401706.1970.10488634.
//! - **Signs**: a memory, bandwidth or throughput with a negative slope is left out and the rest fitted again, so no
//!   price falls where one of them rises.
//! - **Error**: every model is priced by a fit without any of its points. The typical error is the median of the
//!   absolute log errors, and the interval lies between the 10 % and 90 % quantiles of the log errors of a class, each
//!   model counting once. That is the jackknife interval: Barber, Candès, Ramdas and Tibshirani, "Predictive inference
//!   with the jackknife+", Annals of Statistics 49 (2021), arXiv:1905.02928.
//!
//! No input or output here, no clock and no randomness: the same points in the same order give the same bits.

use std::fmt;

use crate::listing::Condition;
use crate::registry::{Model, Vendor};

use error::{class_errors, errors_left_out, median_error, typical_error};
use robust::{Scaling, Solution, dot, fit_with_signs};
use terms::{
    Row, columns, distinct_models, is_of_kinds, range, rows_of_common_kinds, spread, used_columns,
};

mod error;
mod robust;
mod terms;
#[cfg(test)]
mod tests;

/// Whom a card is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardClass {
    Consumer,
    Workstation,
    DataCentre,
}

/// Conditions as far as they part prices. Open boxes are for the caller to put with used cards; cards for parts have no
/// fair price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConditionClass {
    New,
    Refurbished,
    Used,
    Unknown,
}

/// What the price of a card is read from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Specs {
    pub memory_gb: f64,
    pub bandwidth_gb_s: f64,
    pub fp32_tflops: f64,
    /// Of launch.
    pub year: u16,
    pub class: CardClass,
    pub vendor_is_nvidia: bool,
}

impl CardClass {
    /// By the line that the vendor sells it in.
    pub fn of(model: &Model) -> CardClass {
        match model.family.as_str() {
            "Data center" | "Tesla" | "GRID" | "Instinct" | "Data Center GPU" | "FireStream" => {
                CardClass::DataCentre
            }
            "Quadro" | "Quadro FX" | "Quadro RTX" | "NVS" | "RTX A" | "RTX Ada"
            | "RTX PRO Blackwell" | "T" | "FirePro" | "FireGL" | "Radeon Pro" | "Radeon AI PRO"
            | "Arc Pro" => CardClass::Workstation,
            _ => CardClass::Consumer,
        }
    }
}

impl ConditionClass {
    /// `None` for cards for parts.
    pub fn of(condition: Option<Condition>) -> Option<ConditionClass> {
        Some(match condition {
            Some(Condition::New) => ConditionClass::New,
            Some(Condition::Refurbished) => ConditionClass::Refurbished,
            Some(Condition::OpenBox | Condition::Used) => ConditionClass::Used,
            Some(Condition::ForParts) => return None,
            None => ConditionClass::Unknown,
        })
    }
}

impl Specs {
    /// `None` where one of them is not known.
    pub fn of(model: &Model) -> Option<Specs> {
        Some(Specs {
            memory_gb: model.memory_gb?,
            bandwidth_gb_s: model.memory_bandwidth_gb_s?,
            fp32_tflops: model.fp32_tflops?,
            year: model.year?,
            class: CardClass::of(model),
            vendor_is_nvidia: model.vendor == Vendor::Nvidia,
        })
    }
}

/// The standing offers of one model in one condition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The median asked price, US dollars a card.
    pub price_usd: f64,
    /// How many offers the median is of. The point weighs `n / (n + 1)`: the variance of its log price is that between
    /// models of like specs plus that between offers of a model over `n`, and the two are of a size. So 5,000 offers
    /// weigh twice as much as one.
    pub offers: u32,
    pub specs: Specs,
    pub condition: ConditionClass,
    /// The same for all points of a model; a model is left out whole when the error is measured.
    pub model: u32,
}

/// Cards older than this, in years, take no part and get no price: they sell to collectors and as spares.
pub const MAX_AGE_YEARS: f64 = 12.0;
/// Fewer models than this give no fit.
pub const MIN_MODELS: usize = 30;
/// Fewer models than this of a class, a vendor or a condition take no part and get no price.
pub const MIN_MODELS_OF_A_KIND: usize = 5;
/// Fewer models have no 10 % quantile of their own.
const MIN_MODELS_OF_AN_INTERVAL: usize = 9;
/// Memory, bandwidth or throughput counts only where its upper tenth is this many times its lower tenth.
pub const MIN_SPREAD: f64 = 1.5;
/// Age counts only where its upper tenth is so many years above its lower tenth.
const MIN_AGE_SPREAD_YEARS: f64 = 2.0;
/// A typical error above this turns the feature off: 0.5 is half as much again.
pub const MAX_ERROR: f64 = 0.5;
/// The typical log error must be below this share of what the median price of all points gives.
pub const MAX_SHARE_OF_MEDIAN_ERROR: f64 = 0.75;
/// Memory, bandwidth and throughput may lie this factor outside what was fitted.
const RANGE_FACTOR: f64 = 1.25;
const RANGE_YEARS: f64 = 1.0;
const UPPER_MEMORY_GB: f64 = 12.0;

const HUBER: f64 = 1.345;
const MAD_OF_A_NORMAL: f64 = 0.6745;
const RIDGE: f64 = 0.01;
const OFFERS_AT_HALF_WEIGHT: f64 = 1.0;
/// A log price is no more exact than this; below it all residuals would look like outliers.
const MIN_SCALE: f64 = 1e-3;
const MAX_ROUNDS: usize = 50;
/// Largest change of a coefficient, per standard deviation of its column, that counts as none.
const TOLERANCE: f64 = 1e-4;

const COLUMNS: usize = 16;
const NAMES: [&str; COLUMNS] = [
    "constant",
    "memory",
    "memory above 12 GB",
    "bandwidth",
    "throughput",
    "age in years",
    "age in years, workstation and data centre",
    "consumer",
    "workstation",
    "data centre",
    "NVIDIA",
    "other vendors",
    "new",
    "refurbished",
    "used",
    "condition unknown",
];
const MEMORY: usize = 1;
const UPPER_MEMORY: usize = 2;
const BANDWIDTH: usize = 3;
const THROUGHPUT: usize = 4;
const AGE: usize = 5;
const PROFESSIONAL_AGE: usize = 6;
const CLASSES: usize = 7;
const VENDORS: usize = 10;
const CONDITIONS: usize = 12;
/// The first and one past the last column of each set of kinds. The first kind is the base, if it has the models.
const KINDS: [(usize, usize); 3] = [
    (CLASSES, VENDORS),
    (VENDORS, CONDITIONS),
    (CONDITIONS, COLUMNS),
];

type Columns = [f64; COLUMNS];
type Square = [Columns; COLUMNS];

/// Why there is no fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unfit {
    TooFewModels {
        models: usize,
    },
    /// The greatest ratio of upper to lower tenth among memory, bandwidth and throughput.
    TooLittleSpread {
        ratio: f64,
    },
    /// The typical error, 0.23 being 23 %.
    ErrorTooLarge {
        error: f64,
    },
    /// Typical errors of the fit and of the median price of all points.
    NoBetterThanMedian {
        error: f64,
        median_error: f64,
    },
}

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Unfit::TooFewModels { models } => write!(
                formatter,
                "too few models: {models} with a price and known specs, {MIN_MODELS} are needed"
            ),
            Unfit::TooLittleSpread { ratio } => write!(
                formatter,
                "too little spread: no spec of the upper tenth of models is more than {ratio:.2} times that of the \
                 lower tenth, {MIN_SPREAD} are needed"
            ),
            Unfit::ErrorTooLarge { error } => write!(
                formatter,
                "error too large: a model left out is typically {:.0} % off, at most {:.0} % are allowed",
                100.0 * error,
                100.0 * MAX_ERROR
            ),
            Unfit::NoBetterThanMedian {
                error,
                median_error,
            } => write!(
                formatter,
                "specs say too little: a model left out is typically {:.0} % off, {:.0} % by the median price of all; \
                 the log error must be below {MAX_SHARE_OF_MEDIAN_ERROR} times that",
                100.0 * error,
                100.0 * median_error
            ),
        }
    }
}

impl std::error::Error for Unfit {}

/// A term of the fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    pub name: &'static str,
    /// An elasticity for memory, bandwidth and throughput; else the log of a factor: of a year, or against the base.
    pub value: f64,
}

/// A price by the fit, US dollars a card.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub price_usd: f64,
    /// Of ten models of the class eight ask between these shares of their estimates.
    pub low_usd: f64,
    pub high_usd: f64,
    /// The typical error in the class, 0.23 being ±23 %.
    pub error: f64,
}

/// How far models of one class, which the fit has not seen, ask beside their estimates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassError {
    pub class: CardClass,
    pub models: usize,
    /// The typical error, 0.23 being ±23 %.
    pub error: f64,
    /// The interval of eight in ten, as factors of the estimate. Of fewer than nine models no such interval can be read;
    /// it then spans theirs and that of all classes.
    pub low_factor: f64,
    pub high_factor: f64,
}

/// A fit that the data carry.
#[derive(Debug, Clone)]
pub struct FairPrice {
    /// Terms in use.
    pub coefficients: Vec<Coefficient>,
    /// Specs that were left out for a negative slope.
    pub negative: Vec<&'static str>,
    /// Points and models that took part.
    pub points: usize,
    pub models: usize,
    /// The typical error of a model that the fit has not seen: 0.23 is ±23 %.
    pub error: f64,
    /// The same by class, of the classes that took part.
    pub classes: Vec<ClassError>,
    as_of_year: f64,
    scaling: Scaling,
    solution: Solution,
    kinds: [bool; COLUMNS],
    ranges: [(f64, f64); COLUMNS],
    greatest_leverage: f64,
}

/// Fits the points. `as_of_year` is the time of the listings as a decimal year, 2025.5 for July 2025.
///
/// Points without a positive price, positive specs or offers are passed over, and so are cards beyond
/// [`MAX_AGE_YEARS`] and kinds of fewer than [`MIN_MODELS_OF_A_KIND`] models.
pub fn fit(points: &[Point], as_of_year: f64) -> Result<FairPrice, Unfit> {
    let (rows, kinds) = rows_of_common_kinds(points, as_of_year);
    let models = distinct_models(&rows, |_| true);
    if models < MIN_MODELS {
        return Err(Unfit::TooFewModels { models });
    }
    let ratio = [MEMORY, BANDWIDTH, THROUGHPUT]
        .map(|column| spread(&rows, column).exp())
        .into_iter()
        .fold(0.0, f64::max);
    if ratio < MIN_SPREAD {
        return Err(Unfit::TooLittleSpread { ratio });
    }

    let mut scaling = Scaling::of(&rows, used_columns(&rows, &kinds));
    let ranges = std::array::from_fn(|column| range(&rows, column));
    let mut rows: Vec<Row> = rows.iter().map(|row| scaling.row(row)).collect();
    let (solution, negative) = fit_with_signs(&mut rows, None, &Solution::START);
    for column in &negative {
        scaling.used[*column] = false;
    }

    let errors = errors_left_out(&rows, &solution);
    let typical = typical_error(&errors);
    let error = typical.exp_m1();
    if error > MAX_ERROR {
        return Err(Unfit::ErrorTooLarge { error });
    }
    let median = median_error(&rows);
    if typical > MAX_SHARE_OF_MEDIAN_ERROR * median {
        return Err(Unfit::NoBetterThanMedian {
            error,
            median_error: median.exp_m1(),
        });
    }

    Ok(FairPrice {
        coefficients: scaling.coefficients(&solution.slopes),
        negative: negative.into_iter().map(|column| NAMES[column]).collect(),
        points: rows.len(),
        models,
        error,
        classes: class_errors(&errors),
        as_of_year,
        greatest_leverage: rows
            .iter()
            .map(|row| solution.leverage(&row.columns))
            .fold(0.0, f64::max),
        scaling,
        solution,
        kinds,
        ranges,
    })
}

impl FairPrice {
    /// The fair price of a card of these specs in this condition.
    ///
    /// `None` where the fit has no say: a class, vendor or condition that too few models were of; a class whose own error
    /// is above [`MAX_ERROR`]; memory, bandwidth or
    /// throughput more than 1.25 times outside what was fitted, or more than a year outside the ages; or a combination
    /// that none of the fitted models comes near, which is a leverage above the greatest of theirs (Montgomery, Peck and
    /// Vining, "Introduction to Linear Regression Analysis", section 3.8, on hidden extrapolation).
    pub fn price(&self, specs: &Specs, condition: ConditionClass) -> Option<Estimate> {
        let columns = columns(specs, condition, self.as_of_year)?;
        if !is_of_kinds(&columns, &self.kinds) {
            return None;
        }
        let margin = RANGE_FACTOR.ln();
        let inside = [
            (MEMORY, margin),
            (BANDWIDTH, margin),
            (THROUGHPUT, margin),
            (AGE, RANGE_YEARS),
        ]
        .into_iter()
        .all(|(column, margin)| {
            let (least, greatest) = self.ranges[column];
            (least - margin..=greatest + margin).contains(&columns[column])
        });
        let columns = self.scaling.columns(&columns);
        if !inside || self.solution.leverage(&columns) > self.greatest_leverage {
            return None;
        }
        let price_usd = dot(&columns, &self.solution.slopes).exp();
        let of_class = self
            .classes
            .iter()
            .find(|error| error.class == specs.class && error.error <= MAX_ERROR)?;
        Some(Estimate {
            price_usd,
            low_usd: price_usd * of_class.low_factor,
            high_usd: price_usd * of_class.high_factor,
            error: of_class.error,
        })
    }
}
