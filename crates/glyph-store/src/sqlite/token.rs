//! Tokens: who may use the HTTP interface.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::service::TokenRecord;

const COLUMNS: &str = "id, name, scope, secret_hash, created_at, expires_at, revoked_at";

fn read(row: &Row<'_>) -> rusqlite::Result<TokenRecord> {
    Ok(TokenRecord {
        id: row.get("id")?,
        name: row.get("name")?,
        scope: row.get("scope")?,
        secret_hash: row.get("secret_hash")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}

pub(super) fn add(connection: &Connection, token: &TokenRecord) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO tokens (id, name, scope, secret_hash, created_at, expires_at, revoked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            token.id,
            token.name,
            token.scope,
            token.secret_hash,
            token.created_at,
            token.expires_at,
            token.revoked_at,
        ],
    )?;
    Ok(())
}

pub(super) fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<TokenRecord>> {
    connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM tokens WHERE id = ?1"))?
        .query_row([id], read)
        .optional()
}

/// The oldest first.
pub(super) fn list(connection: &Connection) -> rusqlite::Result<Vec<TokenRecord>> {
    connection
        .prepare(&format!(
            "SELECT {COLUMNS} FROM tokens ORDER BY created_at, id"
        ))?
        .query_map([], read)?
        .collect()
}

/// Takes a token back; one that was taken back before keeps its time.
pub(super) fn revoke(
    connection: &Connection,
    id: &str,
    at: &str,
) -> rusqlite::Result<Option<TokenRecord>> {
    connection.execute(
        "UPDATE tokens SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1",
        (id, at),
    )?;
    find(connection, id)
}
