//! The content of a table as a row count and a hash, to show that a step kept it.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement};

use crate::sqlite::schema::{Schema, Table, VIRTUAL_TABLE, WITHOUT_ROWID, quoted};

/// What a query gives: how many rows, and a hash over every value in order, with its type and exact bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) rows: u64,
    hash: blake3::Hash,
}

/// Content that a step must keep: what `before` gives before the step, `after` gives after it.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) table: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// Runs a query and takes its content. The query's order is part of it. `:now`, where the query has it, is bound.
pub(crate) fn content(connection: &Connection, sql: &str, now: &str) -> rusqlite::Result<Content> {
    let mut statement = connection.prepare(sql)?;
    let columns = statement.column_count();
    bind_now(&mut statement, now)?;
    let mut rows = statement.raw_query();
    let mut hasher = blake3::Hasher::new();
    let mut buffer: Vec<u8> = Vec::with_capacity(BUFFER_BYTES * 2);
    let mut count = 0;
    while let Some(row) = rows.next()? {
        count += 1;
        for column in 0..columns {
            push_value(&mut buffer, row.get_ref(column)?);
        }
        if buffer.len() >= BUFFER_BYTES {
            hasher.update(&buffer);
            buffer.clear();
        }
    }
    hasher.update(&buffer);
    Ok(Content {
        rows: count,
        hash: hasher.finalize(),
    })
}

const BUFFER_BYTES: usize = 64 * 1024;

pub(crate) fn bind_now(statement: &mut Statement<'_>, now: &str) -> rusqlite::Result<()> {
    match statement.parameter_index(":now")? {
        Some(place) => statement.raw_bind_parameter(place, now),
        None => Ok(()),
    }
}

fn push_value(buffer: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => buffer.push(0),
        ValueRef::Integer(integer) => {
            buffer.push(1);
            buffer.extend_from_slice(&integer.to_le_bytes());
        }
        ValueRef::Real(real) => {
            buffer.push(2);
            buffer.extend_from_slice(&real.to_bits().to_le_bytes());
        }
        ValueRef::Text(bytes) => push_bytes(buffer, 3, bytes),
        ValueRef::Blob(bytes) => push_bytes(buffer, 4, bytes),
    }
}

fn push_bytes(buffer: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    buffer.push(kind);
    buffer.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    buffer.extend_from_slice(bytes);
}

/// A query of columns of a table, in row order.
pub(crate) fn select<'a>(
    name: &str,
    table: &Table,
    columns: impl IntoIterator<Item = &'a str>,
) -> String {
    let columns: Vec<String> = columns.into_iter().map(quoted).collect();
    let order = if table.kind == WITHOUT_ROWID {
        ""
    } else {
        " ORDER BY rowid"
    };
    format!("SELECT {} FROM {}{order}", columns.join(", "), quoted(name))
}

/// All columns of all tables: kept as they are.
pub(crate) fn everything(schema: &Schema) -> Vec<Kept> {
    kept_of(schema, |_| true, |_, _| false)
}

/// All columns, but those named by (table, column), of the tables that a step writes to and of those whose changes
/// SQLite does not tell: `WITHOUT ROWID` ones. The step sees to it that no other is written to.
pub(crate) fn written(
    schema: &Schema,
    tables: &[&str],
    changes: impl Fn(&str, &str) -> bool,
) -> Vec<Kept> {
    kept_of(schema, |name| tables.contains(&name), changes)
}

fn kept_of(
    schema: &Schema,
    holds: impl Fn(&str) -> bool,
    changes: impl Fn(&str, &str) -> bool,
) -> Vec<Kept> {
    schema
        .tables
        .iter()
        .filter(|(name, table)| {
            table.kind != VIRTUAL_TABLE && (holds(name) || table.kind == WITHOUT_ROWID)
        })
        .map(|(name, table)| {
            let query = select(
                name,
                table,
                column_names(table).filter(|column| !changes(name, column)),
            );
            Kept {
                table: name.clone(),
                before: query.clone(),
                after: query,
            }
        })
        .collect()
}

pub(crate) fn column_names(table: &Table) -> impl Iterator<Item = &str> {
    table.columns.iter().map(|column| column.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> Content {
        content(&Connection::open_in_memory().unwrap(), sql, "now").unwrap()
    }

    #[test]
    fn tells_values_apart_by_type_bits_and_place() {
        let all = [
            "SELECT NULL, 'null'",
            "SELECT 'null', NULL",
            "SELECT 1, 1.0",
            "SELECT 1, 1",
            "SELECT 1, '1'",
            "SELECT 1, x'31'",
            "SELECT 'ab', 'c'",
            "SELECT 'a', 'bc'",
            "SELECT 9e999, -9e999",
            "SELECT 9e999, 9e999",
            "SELECT 0.1 + 0.2, 1",
            "SELECT 0.3, 1",
        ];
        for (place, sql) in all.iter().enumerate() {
            assert_eq!(of(sql), of(sql));
            for other in all.iter().skip(place + 1) {
                assert_ne!(of(sql), of(other), "{sql} and {other}");
            }
        }
    }

    #[test]
    fn counts_the_rows() {
        assert_eq!(of("SELECT 1 UNION ALL SELECT 2").rows, 2);
        assert_eq!(of("SELECT 1 WHERE 0").rows, 0);
    }
}
