//! The schema as data: what a file's tables, indexes, views and triggers are, so that two schemas can be compared by
//! what they mean and not by how their text is laid out.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

/// The text that makes a new database of the current version.
pub const CURRENT: &str = include_str!("schema.sql");

/// Everything that a file declares, by lower-case name. SQLite's own objects (`sqlite_…`) are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    pub tables: BTreeMap<String, Table>,
    pub indexes: BTreeMap<String, Index>,
    pub views: BTreeMap<String, String>,
    pub triggers: BTreeMap<String, Trigger>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<Column>,
    /// Sorted by column.
    pub foreign_keys: Vec<ForeignKey>,
    /// The column lists of UNIQUE and PRIMARY KEY constraints that have an index of their own, sorted.
    pub unique: Vec<Vec<String>>,
    /// `table`, or what makes it another thing: `virtual table`, `without rowid`, `strict`.
    pub kind: String,
    /// The CREATE TABLE text as stored.
    pub sql: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// As declared, in upper case.
    pub declared: String,
    pub not_null: bool,
    pub default: Option<String>,
    /// The place in the primary key, from 1; 0 where it is not in it.
    pub primary_key: i64,
    pub generated: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignKey {
    pub from: String,
    pub table: String,
    pub to: String,
    pub on_delete: String,
}

/// An index made by CREATE INDEX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    pub table: String,
    pub unique: bool,
    pub partial: bool,
    /// `None` where the key is an expression.
    pub columns: Vec<Option<String>>,
    /// The CREATE INDEX text as stored.
    pub sql: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    pub table: String,
    /// The CREATE TRIGGER text as stored.
    pub sql: String,
}

/// The five kinds of a column's values (<https://sqlite.org/datatype3.html>, 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Affinity {
    Text,
    Numeric,
    Integer,
    Real,
    Blob,
}

impl Column {
    /// SQLite's rules, in their order.
    pub fn affinity(&self) -> Affinity {
        let declared = self.declared.as_str();
        let has = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        if has(&["INT"]) {
            Affinity::Integer
        } else if has(&["CHAR", "CLOB", "TEXT"]) {
            Affinity::Text
        } else if declared.is_empty() || has(&["BLOB"]) {
            Affinity::Blob
        } else if has(&["REAL", "FLOA", "DOUB"]) {
            Affinity::Real
        } else {
            Affinity::Numeric
        }
    }
}

/// The kind of a table that a module keeps.
pub(crate) const VIRTUAL_TABLE: &str = "virtual table";

/// The kind of a table without SQLite's own row number.
pub(crate) const WITHOUT_ROWID: &str = "without rowid";

/// A name as it can stand in a statement.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Table {
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl Schema {
    /// Reads the schema of the main database of a connection.
    pub fn read(connection: &Connection) -> rusqlite::Result<Schema> {
        let mut schema = Schema::default();
        let mut statement = connection.prepare(
            "SELECT type, lower(name), lower(tbl_name), sql
             FROM sqlite_schema
             WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
             ORDER BY rowid",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let kind: String = row.get(0)?;
            let name: String = row.get(1)?;
            let table: String = row.get(2)?;
            let sql: String = row.get::<_, Option<String>>(3)?.unwrap_or_default();
            match kind.as_str() {
                "table" => {
                    schema
                        .tables
                        .insert(name.clone(), read_table(connection, &name, sql)?);
                }
                "index" => {
                    schema
                        .indexes
                        .insert(name.clone(), read_index(connection, &name, table, sql)?);
                }
                "view" => {
                    schema.views.insert(name, sql);
                }
                _ => {
                    schema.triggers.insert(name, Trigger { table, sql });
                }
            }
        }
        Ok(schema)
    }

    /// The schema that a text of CREATE statements makes.
    pub fn of_text(text: &str) -> rusqlite::Result<Schema> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(text)?;
        Schema::read(&connection)
    }
}

fn read_table(connection: &Connection, name: &str, sql: String) -> rusqlite::Result<Table> {
    // The module of another program's virtual table is not here, and nothing could be read of it.
    if comparable(&sql).starts_with("CREATE VIRTUAL") {
        return Ok(Table {
            columns: Vec::new(),
            foreign_keys: Vec::new(),
            unique: Vec::new(),
            kind: VIRTUAL_TABLE.to_owned(),
            sql,
        });
    }
    let columns = connection
        .prepare_cached(
            "SELECT lower(name), upper(type), \"notnull\", dflt_value, pk, hidden
             FROM pragma_table_xinfo(?1)
             ORDER BY cid",
        )?
        .query_map([name], |row| {
            Ok(Column {
                name: row.get(0)?,
                declared: row.get(1)?,
                not_null: row.get(2)?,
                default: row.get(3)?,
                primary_key: row.get(4)?,
                generated: row.get::<_, i64>(5)? != 0,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut foreign_keys = connection
        .prepare_cached(
            "SELECT lower(\"from\"), lower(\"table\"), lower(COALESCE(\"to\", '')), upper(on_delete)
             FROM pragma_foreign_key_list(?1)",
        )?
        .query_map([name], |row| {
            Ok(ForeignKey {
                from: row.get(0)?,
                table: row.get(1)?,
                to: row.get(2)?,
                on_delete: row.get(3)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    foreign_keys.sort();
    let constraint_indexes = connection
        .prepare_cached("SELECT name FROM pragma_index_list(?1) WHERE origin <> 'c'")?
        .query_map([name], |row| row.get::<_, String>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut unique = constraint_indexes
        .iter()
        .map(|index| {
            let columns = index_columns(connection, index)?;
            Ok(columns.into_iter().flatten().collect())
        })
        .collect::<rusqlite::Result<Vec<Vec<String>>>>()?;
    unique.sort();
    let kind = connection.query_row(
        "SELECT CASE WHEN type <> 'table' THEN type WHEN wr THEN 'without rowid' WHEN strict THEN 'strict'
                ELSE 'table' END
         FROM pragma_table_list(?1)
         WHERE schema = 'main'",
        [name],
        |row| row.get(0),
    )?;
    Ok(Table {
        columns,
        foreign_keys,
        unique,
        kind,
        sql,
    })
}

fn read_index(
    connection: &Connection,
    name: &str,
    table: String,
    sql: String,
) -> rusqlite::Result<Index> {
    let (unique, partial) = connection.query_row(
        "SELECT \"unique\", partial FROM pragma_index_list(?1) WHERE lower(name) = ?2",
        params![table, name],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(Index {
        unique,
        partial,
        columns: index_columns(connection, name)?,
        table,
        sql,
    })
}

fn index_columns(connection: &Connection, name: &str) -> rusqlite::Result<Vec<Option<String>>> {
    connection
        .prepare_cached("SELECT lower(name) FROM pragma_index_info(?1) ORDER BY seqno")?
        .query_map([name], |row| row.get(0))?
        .collect()
}

/// Whether a file declares nothing yet, as a new one.
pub fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT COUNT(*) = 0 FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        [],
        |row| row.get(0),
    )
}

/// A statement without what does not change its meaning: comments, white space, the case of words, quotes around plain
/// names. Two texts that compare equal mean the same.
pub fn comparable(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql.chars().peekable();
    let mut gap = false;
    while let Some(character) = rest.next() {
        match character {
            '-' if rest.peek() == Some(&'-') => {
                while rest.next_if(|&next| next != '\n').is_some() {}
                gap = true;
            }
            '/' if rest.peek() == Some(&'*') => {
                rest.next();
                let mut star = false;
                for next in rest.by_ref() {
                    if star && next == '/' {
                        break;
                    }
                    star = next == '*';
                }
                gap = true;
            }
            '\'' => {
                separate(&mut out, gap, '\'');
                gap = false;
                out.push('\'');
                for next in rest.by_ref() {
                    out.push(next);
                    if next == '\'' {
                        break;
                    }
                }
            }
            '"' | '`' => gap = true,
            blank if blank.is_whitespace() => gap = true,
            other => {
                separate(&mut out, gap, other);
                gap = false;
                out.extend(other.to_uppercase());
            }
        }
    }
    out
}

/// A gap counts only between two words.
fn separate(out: &mut String, gap: bool, next: char) {
    let is_word = |character: char| character.is_alphanumeric() || matches!(character, '_' | '\'');
    if gap && is_word(next) && out.ends_with(is_word) {
        out.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_statements_by_meaning() {
        let plain = "CREATE TABLE a (b TEXT DEFAULT 'Standard', c INTEGER)";
        for same in [
            "create table a(b text default 'Standard',c integer)",
            "CREATE TABLE \"a\" (\r\n  b TEXT DEFAULT 'Standard', -- the form\r\n  c INTEGER /* cores */\r\n)",
        ] {
            assert_eq!(comparable(plain), comparable(same));
        }
        for other in [
            "CREATE TABLE a (b TEXT DEFAULT 'standard', c INTEGER)",
            "CREATE TABLE a (b TEXT DEFAULT 'Standard', c REAL)",
            "CREATE TABLE a (b TEXT DEFAULT '-- Standard', c INTEGER)",
            "CREATE TABLE a (bTEXT DEFAULT 'Standard', c INTEGER)",
        ] {
            assert_ne!(comparable(plain), comparable(other));
        }
    }

    #[test]
    fn sorts_declared_types_as_sqlite_does() {
        let column = |declared: &str| Column {
            name: "c".into(),
            declared: declared.into(),
            not_null: false,
            default: None,
            primary_key: 0,
            generated: false,
        };
        assert_eq!(column("VARCHAR").affinity(), Affinity::Text);
        assert_eq!(column("FLOAT").affinity(), Affinity::Real);
        assert_eq!(column("TIMESTAMP").affinity(), Affinity::Numeric);
        assert_eq!(column("DATETIME").affinity(), Affinity::Numeric);
        assert_eq!(column("INTEGER").affinity(), Affinity::Integer);
        assert_eq!(column("").affinity(), Affinity::Blob);
    }
}
