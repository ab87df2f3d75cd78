//! The robust fit itself: scaled columns, reweighted least squares, the solution of its equations.

use super::error::quantile;
use super::terms::Row;
use super::{
    COLUMNS, Coefficient, Columns, HUBER, MAD_OF_A_NORMAL, MAX_ROUNDS, MEMORY, MIN_SCALE, NAMES,
    RIDGE, Square, THROUGHPUT, TOLERANCE,
};

/// Brings columns to mean 0 and variance 1, so that one ridge fits all, and columns not in use to 0, whose coefficient
/// the ridge then makes 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scaling {
    pub(super) used: [bool; COLUMNS],
    pub(super) mean: Columns,
    pub(super) deviation: Columns,
}

impl Scaling {
    pub(super) fn of(rows: &[Row], used: [bool; COLUMNS]) -> Scaling {
        let total: f64 = rows.iter().map(|row| row.weight).sum();
        let mean_of = |value: &dyn Fn(&Row) -> f64| {
            rows.iter().map(|row| row.weight * value(row)).sum::<f64>() / total
        };
        let mut mean: Columns = std::array::from_fn(|column| mean_of(&|row| row.columns[column]));
        let mut deviation: Columns = std::array::from_fn(|column| {
            mean_of(&|row| (row.columns[column] - mean[column]).powi(2)).sqrt()
        });
        (mean[0], deviation[0]) = (0.0, 1.0);
        Scaling {
            used: std::array::from_fn(|column| used[column] && deviation[column] > 0.0),
            mean,
            deviation,
        }
    }

    pub(super) fn columns(&self, columns: &Columns) -> Columns {
        std::array::from_fn(|column| {
            if self.used[column] {
                (columns[column] - self.mean[column]) / self.deviation[column]
            } else {
                0.0
            }
        })
    }

    pub(super) fn row(&self, row: &Row) -> Row {
        Row {
            columns: self.columns(&row.columns),
            ..*row
        }
    }

    /// The coefficients of the columns as they were.
    pub(super) fn coefficients(&self, slopes: &Columns) -> Vec<Coefficient> {
        let value = |column: usize| slopes[column] / self.deviation[column];
        let in_use = || (1..COLUMNS).filter(|column| self.used[*column]);
        let constant = slopes[0]
            - in_use()
                .map(|column| value(column) * self.mean[column])
                .sum::<f64>();
        std::iter::once((0, constant))
            .chain(in_use().map(|column| (column, value(column))))
            .map(|(column, value)| Coefficient {
                name: NAMES[column],
                value,
            })
            .collect()
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Solution {
    pub(super) slopes: Columns,
    /// Of the residuals, as a standard deviation.
    pub(super) scale: f64,
    /// The lower Cholesky factor of the weighted normal matrix.
    pub(super) factor: Square,
}

impl Solution {
    /// At an infinite scale no residual is too large: the first round is least squares.
    pub(super) const START: Solution = Solution {
        slopes: [0.0; COLUMNS],
        scale: f64::INFINITY,
        factor: [[0.0; COLUMNS]; COLUMNS],
    };

    pub(super) fn residual(&self, row: &Row) -> f64 {
        row.log_price - dot(&row.columns, &self.slopes)
    }

    pub(super) fn leverage(&self, columns: &Columns) -> f64 {
        let half = solve_lower(&self.factor, columns);
        dot(&half, &half)
    }
}

pub(super) fn dot(left: &Columns, right: &Columns) -> f64 {
    left.iter()
        .zip(right)
        .map(|(left, right)| left * right)
        .sum()
}

/// Fits again without the spec of the most negative slope until there is none; gives the columns that went. In `rows`
/// they become 0.
pub(super) fn fit_with_signs(
    rows: &mut [Row],
    left_out: Option<u32>,
    start: &Solution,
) -> (Solution, Vec<usize>) {
    let mut negative = Vec::new();
    loop {
        let solution = fit_robustly(rows, left_out, start);
        let worst = (MEMORY..=THROUGHPUT)
            .filter(|column| solution.slopes[*column] < 0.0)
            .min_by(|one, other| solution.slopes[*one].total_cmp(&solution.slopes[*other]));
        let Some(worst) = worst else {
            return (solution, negative);
        };
        negative.push(worst);
        for row in &mut *rows {
            row.columns[worst] = 0.0;
        }
    }
}

/// Iteratively reweighted least squares with Huber's weights, over all rows but those of one model.
pub(super) fn fit_robustly(rows: &[Row], left_out: Option<u32>, start: &Solution) -> Solution {
    let taken = || rows.iter().filter(|row| Some(row.model) != left_out);
    let ridge = RIDGE * taken().map(|row| row.weight).sum::<f64>();
    let mut solution = *start;
    let mut residuals = Vec::with_capacity(rows.len());
    for _ in 0..MAX_ROUNDS {
        let bound = HUBER * solution.scale;
        let mut matrix = [[0.0; COLUMNS]; COLUMNS];
        let mut right = [0.0; COLUMNS];
        for row in taken() {
            let residual = solution.residual(row).abs();
            let huber = if residual <= bound {
                1.0
            } else {
                bound / residual
            };
            add_row(&mut matrix, &mut right, row, row.weight * huber);
        }
        for (column, line) in matrix.iter_mut().enumerate().skip(1) {
            line[column] += ridge;
        }
        let factor = cholesky(&matrix);
        let slopes = solve_upper(&factor, &solve_lower(&factor, &right));
        let change = slopes
            .iter()
            .zip(&solution.slopes)
            .map(|(new, old)| (new - old).abs())
            .fold(0.0, f64::max);
        solution.slopes = slopes;
        solution.factor = factor;
        residuals.clear();
        residuals.extend(taken().map(|row| (solution.residual(row).abs(), row.weight)));
        let half = 0.5 * residuals.iter().map(|(_, weight)| weight).sum::<f64>();
        solution.scale = (quantile(&mut residuals, half) / MAD_OF_A_NORMAL).max(MIN_SCALE);
        if change < TOLERANCE {
            break;
        }
    }
    solution
}

/// Adds `weight x xᵀ` to the lower half and `weight x y` to the right side.
pub(super) fn add_row(matrix: &mut Square, right: &mut Columns, row: &Row, weight: f64) {
    for (column, line) in matrix.iter_mut().enumerate() {
        let weighted = weight * row.columns[column];
        for (cell, value) in line.iter_mut().zip(&row.columns).take(column + 1) {
            *cell += weighted * value;
        }
        right[column] += weighted * row.log_price;
    }
}

/// `L` of `L Lᵀ`, from the lower half of a positive definite matrix. The ridge and the constant make it definite.
pub(super) fn cholesky(matrix: &Square) -> Square {
    let mut lower = [[0.0; COLUMNS]; COLUMNS];
    for line in 0..COLUMNS {
        for column in 0..=line {
            let above: f64 = (0..column)
                .map(|inner| lower[line][inner] * lower[column][inner])
                .sum();
            let rest = matrix[line][column] - above;
            lower[line][column] = if line == column {
                rest.max(f64::MIN_POSITIVE).sqrt()
            } else {
                rest / lower[column][column]
            };
        }
    }
    lower
}

/// `x` of `L x = right`.
pub(super) fn solve_lower(lower: &Square, right: &Columns) -> Columns {
    let mut solved = [0.0; COLUMNS];
    for line in 0..COLUMNS {
        let known: f64 = (0..line)
            .map(|column| lower[line][column] * solved[column])
            .sum();
        solved[line] = (right[line] - known) / lower[line][line];
    }
    solved
}

/// `x` of `Lᵀ x = right`.
pub(super) fn solve_upper(lower: &Square, right: &Columns) -> Columns {
    let mut solved = [0.0; COLUMNS];
    for line in (0..COLUMNS).rev() {
        let known: f64 = (line + 1..COLUMNS)
            .map(|column| lower[column][line] * solved[column])
            .sum();
        solved[line] = (right[line] - known) / lower[line][line];
    }
    solved
}
