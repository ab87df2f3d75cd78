//! The transaction of a bulk write: from its first row to its record, or nothing.

use std::ops::Deref;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::connection;
use crate::error::StoreError;

/// Holds the write lock; dropped before its commit, it leaves the database as it was.
///
/// Foreign keys are not looked up row by row meanwhile, which would cost more than the row: whoever writes in it writes
/// references to rows that it has just made sure of (the registry's models, the import's record), and `check` holds
/// every reference.
#[derive(Debug)]
pub(super) struct BulkTransaction<'store> {
    connection: &'store Connection,
    is_open: bool,
}

impl<'store> BulkTransaction<'store> {
    pub(super) fn begin(
        connection: &'store mut Connection,
    ) -> Result<BulkTransaction<'store>, StoreError> {
        // It cannot be set in a transaction.
        connection.pragma_update(None, "foreign_keys", false)?;
        let mut transaction = BulkTransaction {
            connection,
            is_open: false,
        };
        connection.execute_batch("BEGIN IMMEDIATE")?;
        transaction.is_open = true;
        Ok(transaction)
    }

    /// The connection, for statements that live as long as the transaction.
    pub(super) fn connection(&self) -> &'store Connection {
        self.connection
    }

    /// From here on the triggers of the schema keep still: whoever calls this sees to what they would have done.
    pub(super) fn silence_triggers(&self) -> Result<(), StoreError> {
        self.connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
        Ok(())
    }

    pub(super) fn let_triggers_speak(&self) -> Result<(), StoreError> {
        self.connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true)?;
        Ok(())
    }

    pub(super) fn commit(mut self) -> Result<(), StoreError> {
        self.connection.execute_batch("COMMIT")?;
        self.is_open = false;
        Ok(())
    }

    pub(super) fn roll_back(mut self) -> Result<(), StoreError> {
        self.is_open = false;
        Ok(self.connection.execute_batch("ROLLBACK")?)
    }
}

impl Deref for BulkTransaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for BulkTransaction<'_> {
    /// As in rusqlite's own transaction, nobody is left to be told that a roll-back fails; SQLite has then rolled back
    /// by itself, or does so when the file is opened next.
    fn drop(&mut self) {
        if self.is_open {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        let _ = self
            .connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true);
        let _ = self.connection.pragma_update(None, "foreign_keys", true);
        let _ = connection::set_cache(self.connection);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_leaves_the_connection_as_it_was() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection::set_cache(&connection).unwrap();
        connection
            .pragma_update(None, "foreign_keys", true)
            .unwrap();
        let settings = |connection: &Connection| {
            let setting = |name| {
                connection
                    .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
                    .unwrap()
            };
            let triggers = connection
                .db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER)
                .unwrap();
            (setting("cache_size"), setting("foreign_keys"), triggers)
        };
        let before = settings(&connection);
        let ends: [fn(BulkTransaction<'_>); 3] = [
            |transaction| transaction.commit().unwrap(),
            |transaction| transaction.roll_back().unwrap(),
            |transaction| drop(transaction),
        ];
        for end in ends {
            let transaction = BulkTransaction::begin(&mut connection).unwrap();
            transaction.silence_triggers().unwrap();
            connection::set_cache_for_many_texts(&transaction).unwrap();
            assert_ne!(settings(&transaction), before);
            end(transaction);
            assert_eq!(settings(&connection), before);
        }
    }
}
