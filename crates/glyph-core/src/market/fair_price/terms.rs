//! The terms of the fit: a row of figures for each point, and which of them the data can carry.

use super::{
    AGE, BANDWIDTH, CLASSES, COLUMNS, CONDITIONS, CardClass, Columns, ConditionClass, KINDS,
    MAX_AGE_YEARS, MEMORY, MIN_AGE_SPREAD_YEARS, MIN_MODELS_OF_A_KIND, MIN_SPREAD,
    OFFERS_AT_HALF_WEIGHT, PROFESSIONAL_AGE, Point, Specs, THROUGHPUT, UPPER_MEMORY,
    UPPER_MEMORY_GB, VENDORS,
};

/// A point as the fit sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) columns: Columns,
    pub(super) log_price: f64,
    pub(super) weight: f64,
    pub(super) model: u32,
    pub(super) class: CardClass,
}

/// The columns before scaling, all kinds with their mark. `None` where a spec is missing or out of the ages.
pub(super) fn columns(
    specs: &Specs,
    condition: ConditionClass,
    as_of_year: f64,
) -> Option<Columns> {
    // The log of 0 is infinite, that of a negative number is none.
    let log = |value: f64| Some(value.ln()).filter(|log| log.is_finite());
    // A card may be listed in the year before the one of its launch.
    let age = Some(as_of_year - f64::from(specs.year))
        .filter(|age| *age <= MAX_AGE_YEARS)?
        .max(0.0);
    let mut columns = [0.0; COLUMNS];
    columns[0] = 1.0;
    columns[MEMORY] = log(specs.memory_gb)?;
    columns[UPPER_MEMORY] = (columns[MEMORY] - UPPER_MEMORY_GB.ln()).max(0.0);
    columns[BANDWIDTH] = log(specs.bandwidth_gb_s)?;
    columns[THROUGHPUT] = log(specs.fp32_tflops)?;
    columns[AGE] = age;
    if specs.class != CardClass::Consumer {
        columns[PROFESSIONAL_AGE] = age;
    }
    columns[CLASSES + specs.class as usize] = 1.0;
    columns[VENDORS + usize::from(!specs.vendor_is_nvidia)] = 1.0;
    columns[CONDITIONS + condition as usize] = 1.0;
    Some(columns)
}

pub(super) fn row(point: &Point, as_of_year: f64) -> Option<Row> {
    let log_price = point.price_usd.ln();
    let offers = f64::from(point.offers);
    (log_price.is_finite() && offers > 0.0).then_some(Row {
        columns: columns(&point.specs, point.condition, as_of_year)?,
        log_price,
        weight: offers / (offers + OFFERS_AT_HALF_WEIGHT),
        model: point.model,
        class: point.specs.class,
    })
}

/// The rows whose class, vendor and condition have enough models, and which kinds these are. Leaving one kind out can
/// make another too small, so it goes on until nothing changes.
pub(super) fn rows_of_common_kinds(
    points: &[Point],
    as_of_year: f64,
) -> (Vec<Row>, [bool; COLUMNS]) {
    let mut rows: Vec<Row> = points
        .iter()
        .filter_map(|point| row(point, as_of_year))
        .collect();
    loop {
        let kinds = std::array::from_fn(|column| {
            column >= CLASSES
                && distinct_models(&rows, |row| row.columns[column] > 0.0) >= MIN_MODELS_OF_A_KIND
        });
        let before = rows.len();
        rows.retain(|row| is_of_kinds(&row.columns, &kinds));
        if rows.len() == before {
            return (rows, kinds);
        }
    }
}

pub(super) fn is_of_kinds(columns: &Columns, kinds: &[bool; COLUMNS]) -> bool {
    (CLASSES..COLUMNS).all(|column| kinds[column] || columns[column] <= 0.0)
}

pub(super) fn distinct_models(rows: &[Row], counts: impl Fn(&Row) -> bool) -> usize {
    let mut models: Vec<u32> = rows
        .iter()
        .filter(|row| counts(row))
        .map(|row| row.model)
        .collect();
    models.sort_unstable();
    models.dedup();
    models.len()
}

/// The columns that the rows say enough about.
pub(super) fn used_columns(rows: &[Row], kinds: &[bool; COLUMNS]) -> [bool; COLUMNS] {
    let mut used = *kinds;
    for column in [MEMORY, BANDWIDTH, THROUGHPUT] {
        used[column] = spread(rows, column) >= MIN_SPREAD.ln();
    }
    let above = distinct_models(rows, |row| row.columns[UPPER_MEMORY] > 0.0);
    let below = distinct_models(rows, |row| row.columns[UPPER_MEMORY] <= 0.0);
    used[UPPER_MEMORY] = used[MEMORY] && above.min(below) >= MIN_MODELS_OF_A_KIND;
    used[AGE] = spread(rows, AGE) >= MIN_AGE_SPREAD_YEARS;
    // Without consumer cards, or with nothing else, this column would be the age again or nothing.
    used[PROFESSIONAL_AGE] =
        used[AGE] && kinds[CLASSES] && (kinds[CLASSES + 1] || kinds[CLASSES + 2]);
    for (first, end) in KINDS {
        let mut base = first;
        if !kinds[first] {
            let count = |column: usize| distinct_models(rows, |row| row.columns[column] > 0.0);
            for column in first..end {
                if count(column) > count(base) {
                    base = column;
                }
            }
        }
        used[base] = false;
    }
    used[0] = true;
    used
}

/// The upper less the lower tenth of a column.
pub(super) fn spread(rows: &[Row], column: usize) -> f64 {
    let mut values: Vec<f64> = rows.iter().map(|row| row.columns[column]).collect();
    values.sort_unstable_by(f64::total_cmp);
    let tenth = values.len() / 10;
    match (values.get(tenth), values.iter().rev().nth(tenth)) {
        (Some(lower), Some(upper)) => upper - lower,
        _ => 0.0,
    }
}

pub(super) fn range(rows: &[Row], column: usize) -> (f64, f64) {
    rows.iter().map(|row| row.columns[column]).fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(least, greatest), value| (least.min(value), greatest.max(value)),
    )
}
