//! The indexes of `scored_listings` that only make queries quick, taken away while many rows come in.
//!
//! Which they are is read from the file itself, so that an index which a user made is built again too.

use rusqlite::Connection;

/// The statements that build the indexes again.
#[derive(Debug)]
pub(super) struct LookUpIndexes {
    statements: Vec<String>,
}

impl LookUpIndexes {
    /// Drops every index of `scored_listings` that is not unique.
    pub(super) fn drop_all(connection: &Connection) -> rusqlite::Result<LookUpIndexes> {
        let indexes: Vec<(String, String)> = connection
            .prepare(
                "SELECT s.name, s.sql
                 FROM sqlite_schema AS s
                 JOIN pragma_index_list('scored_listings') AS i ON i.name = s.name
                 WHERE s.type = 'index' AND i.\"unique\" = 0 AND s.sql IS NOT NULL
                 ORDER BY s.rowid",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (name, _) in &indexes {
            connection.execute(&format!("DROP INDEX \"{}\"", name.replace('"', "\"\"")), [])?;
        }
        Ok(LookUpIndexes {
            statements: indexes.into_iter().map(|(_, sql)| sql).collect(),
        })
    }

    pub(super) fn create_all(&self, connection: &Connection) -> rusqlite::Result<()> {
        self.statements
            .iter()
            .try_for_each(|statement| connection.execute_batch(statement))
    }
}
