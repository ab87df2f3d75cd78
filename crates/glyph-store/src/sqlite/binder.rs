//! Binds the parameters of a statement that is kept.

use rusqlite::{Statement, ToSql};

/// Binds one parameter after the other.
pub(super) struct Binder<'a, 'store> {
    statement: &'a mut Statement<'store>,
    /// The parameter that was bound last, from 1.
    last: usize,
}

impl<'a, 'store> Binder<'a, 'store> {
    pub(super) fn new(statement: &'a mut Statement<'store>) -> Binder<'a, 'store> {
        Binder::after(statement, 0)
    }

    /// Leaves the first parameters as they are bound.
    pub(super) fn after(statement: &'a mut Statement<'store>, bound: usize) -> Binder<'a, 'store> {
        Binder {
            statement,
            last: bound,
        }
    }

    pub(super) fn next(&mut self, value: impl ToSql) -> rusqlite::Result<()> {
        self.last += 1;
        self.statement.raw_bind_parameter(self.last, value)
    }
}
