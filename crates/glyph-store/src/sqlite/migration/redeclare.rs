//! Declares a table anew without writing its rows again, where what stands on the disk means the same under both
//! declarations: the second procedure of <https://sqlite.org/lang_altertable.html#otheralter>.
//!
//! A record has its values in the order of the columns and may end before the last of them: those that it lacks were added
//! to the table later and have their default. So columns that were there stay the first ones, of the same affinity and
//! order of comparison; no row may come to break a constraint; and a default may change only where no record can
//! lack the column.

use super::step::{Step, StepError};
use crate::sqlite::schema::{Column, Table, comparable, quoted};

/// Whether every row of `found` reads the same under the declaration of `wanted`.
pub(crate) fn can_be_redeclared(found: &Table, wanted: &Table) -> bool {
    let (text, goal) = (comparable(&found.sql), comparable(&wanted.sql));
    let has = |word: &str| text.contains(word) || goal.contains(word);
    found.kind == "table"
        && wanted.kind == "table"
        // The reading of a schema tells nothing of these.
        && !["COLLATE", "CHECK", "GENERATED"].into_iter().any(has)
        && (text.contains("AUTOINCREMENT") || !goal.contains("AUTOINCREMENT"))
        && found.unique == wanted.unique
        && found.unique.len() < 2
        && found.foreign_keys == wanted.foreign_keys
        && found.columns.len() <= wanted.columns.len()
        && found
            .columns
            .iter()
            .zip(&wanted.columns)
            .enumerate()
            .all(|(place, (old, new))| {
                let is_in_every_row = found.columns.iter().skip(place).any(was_there_first);
                means_the_same(old, new) && (old.default == new.default || is_in_every_row)
            })
        && wanted
            .columns
            .iter()
            .skip(found.columns.len())
            .all(can_be_added)
}

fn means_the_same(old: &Column, new: &Column) -> bool {
    old.name == new.name
        && old.affinity() == new.affinity()
        && old.primary_key == new.primary_key
        && (old.not_null || !new.not_null)
        && !old.generated
        && !new.generated
}

/// SQLite adds no such column to a table that has rows, so that every record has it and those before it. Of a default, only one
/// of these three is surely none that it takes.
fn was_there_first(column: &Column) -> bool {
    column.primary_key > 0
        || match column.default.as_deref() {
            None => column.not_null,
            Some(default) => ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"]
                .iter()
                .any(|moment| default.eq_ignore_ascii_case(moment)),
        }
}

fn can_be_added(column: &Column) -> bool {
    column.primary_key == 0
        && !column.generated
        && match column.default.as_deref() {
            None => !column.not_null,
            Some(default) => is_constant(default),
        }
}

/// Whether a default is the same for every row, and not NULL.
fn is_constant(default: &str) -> bool {
    let number = default.trim_start_matches(['+', '-']);
    let is_text = default.len() > 1 && default.starts_with('\'') && default.ends_with('\'');
    is_text
        || (number.starts_with(|first: char| first.is_ascii_digit())
            && number.parse::<f64>().is_ok())
}

/// Puts the text of `wanted` in the place of the table's own. Its rows and indexes stay as they are.
pub(crate) fn redeclare(step: &mut Step<'_>, name: &str, wanted: &Table) -> Result<(), StepError> {
    step.execute("PRAGMA writable_schema = ON")?;
    let written = write_declaration(step, name, wanted);
    // Off again, and the schema read again, whether or not that went well.
    step.execute("PRAGMA writable_schema = RESET")?;
    written
}

fn write_declaration(step: &mut Step<'_>, name: &str, wanted: &Table) -> Result<(), StepError> {
    let text = format!("'{}'", wanted.sql.replace('\'', "''"));
    let changed = step.execute(&format!(
        "UPDATE sqlite_schema SET sql = {text} WHERE type = 'table' AND name = '{name}'"
    ))?;
    if changed != 1 {
        return Err(StepError::Failed(format!(
            "the declaration of table {} was not found",
            quoted(name)
        )));
    }
    if !comparable(&wanted.sql).contains("AUTOINCREMENT") && step.has_sequences()? {
        step.execute(&format!(
            "DELETE FROM sqlite_sequence WHERE name = '{name}'"
        ))?;
    }
    let schema_version: i64 = step
        .connection
        .query_row("PRAGMA schema_version", [], |row| row.get(0))?;
    // Other connections read the schema again when they see another number.
    step.connection
        .pragma_update(None, "schema_version", schema_version.wrapping_add(1))?;
    step.statements
        .push("PRAGMA schema_version = (the next number)".to_owned());
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::sqlite::migration::UpOptions;
    use crate::sqlite::schema::Schema;

    fn table(sql: &str) -> Table {
        Schema::of_text(sql).unwrap().tables.remove("t").unwrap()
    }

    fn can(found: &str, wanted: &str) -> bool {
        can_be_redeclared(&table(found), &table(wanted))
    }

    #[test]
    fn what_stands_on_the_disk_may_be_declared_more_laxly_and_get_columns() {
        let old = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a VARCHAR NOT NULL, b REAL DEFAULT 1,
                   c TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, d TEXT UNIQUE REFERENCES u (v))";
        assert!(can(
            old,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL, c TIMESTAMP, d TEXT UNIQUE REFERENCES u (v))"
        ));
        assert!(can(
            old,
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL, c TIMESTAMP, d TEXT UNIQUE, e BLOB,
             f TEXT NOT NULL DEFAULT 'no', g INTEGER NOT NULL DEFAULT -1, FOREIGN KEY (d) REFERENCES u (v))"
        ));
    }

    #[test]
    fn what_would_read_otherwise_is_written_anew() {
        let old =
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b REAL DEFAULT 1, c TEXT)";
        for added in ["NULL", "TRUE", "0x10", "x'00'", "- 5", "'text'", "+2.5"] {
            let old = old.replace("c TEXT", &format!("c TEXT DEFAULT {added}"));
            let wanted = old.replace("b REAL DEFAULT 1", "b REAL");
            assert!(
                !can(&old, &wanted),
                "`b` and `c DEFAULT {added}` may have been added"
            );
        }
        for (wanted, why) in [
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL, c TEXT)",
                "a record may lack `b`",
            ),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY, b REAL DEFAULT 1, a TEXT, c TEXT)",
                "another order",
            ),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL DEFAULT 1)",
                "a column less",
            ),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b REAL DEFAULT 1, c TEXT)",
                "another affinity",
            ),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL DEFAULT 1, c TEXT NOT NULL)",
                "`c` may be NULL",
            ),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL DEFAULT 1, c TEXT COLLATE NOCASE)",
                "another collation",
            ),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL DEFAULT 1, c TEXT UNIQUE)",
                "another key",
            ),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b REAL DEFAULT 1, c TEXT)",
                "numbers to keep",
            ),
            (
                "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL DEFAULT 1, c TEXT, d TEXT NOT NULL)",
                "`d` has no value",
            ),
            (
                "CREATE TABLE t (id TEXT PRIMARY KEY, a TEXT, b REAL DEFAULT 1, c TEXT) WITHOUT ROWID",
                "another kind",
            ),
        ] {
            assert!(!can(old, wanted), "{why}");
        }
    }

    #[test]
    fn rows_and_indexes_stay_and_new_columns_have_their_defaults() {
        let connection = Connection::open_in_memory().unwrap();
        let old = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT NOT NULL)";
        connection
            .execute_batch(&format!(
                "{old}; CREATE INDEX i ON t (a); INSERT INTO t (a) VALUES ('x'), ('y'); ALTER TABLE t ADD COLUMN b REAL DEFAULT 2"
            ))
            .unwrap();
        let wanted = table(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL DEFAULT 2, c TEXT DEFAULT 'n')",
        );
        let found = Schema::read(&connection)
            .unwrap()
            .tables
            .remove("t")
            .unwrap();
        assert!(can_be_redeclared(&found, &wanted));
        let mut step = Step {
            connection: &connection,
            options: &UpOptions::default(),
            now: String::new(),
            statements: Vec::new(),
            findings: Vec::new(),
        };
        redeclare(&mut step, "t", &wanted).unwrap();
        assert_eq!(Schema::read(&connection).unwrap().tables["t"], wanted);
        connection
            .execute("INSERT INTO t (a) VALUES (NULL)", [])
            .unwrap();
        let rows: Vec<(i64, Option<String>, f64, String)> = connection
            .prepare("SELECT id, a, b, c FROM t ORDER BY id")
            .unwrap()
            .query_map([], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let row = |id, a: Option<&str>| (id, a.map(str::to_owned), 2.0, "n".to_owned());
        assert_eq!(rows, [row(1, Some("x")), row(2, Some("y")), row(3, None)]);
        let sound: String = connection
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(sound, "ok");
        assert!(
            connection
                .execute("UPDATE sqlite_schema SET sql = NULL", [])
                .is_err(),
            "the schema is closed again"
        );
    }
}
