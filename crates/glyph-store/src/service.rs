//! What the HTTP interface keeps in the database: who may use it, and the imports that came over it.

/// Who may use the interface. The token itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// The public part of the token.
    pub id: String,
    pub name: Option<String>,
    /// `read`, `import` or `admin`.
    pub scope: String,
    /// BLAKE3 over the secret.
    pub secret_hash: [u8; 32],
    /// RFC 3339, as the next two.
    pub created_at: String,
    pub expires_at: Option<String>,
    pub revoked_at: Option<String>,
}

/// An import that was sent over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JobRecord {
    /// Ascending with time.
    pub id: String,
    /// `waiting` until its import has ended, then `done`, `failed` or `cancelled`.
    pub state: String,
    /// RFC 3339, as the next two.
    pub created_at: String,
    pub started_at: Option<String>,
    pub ended_at: Option<String>,
    pub source_name: String,
    pub source_bytes: u64,
    pub total_rows: Option<u64>,
    pub scored_rows: Option<u64>,
    pub unmatched_rows: Option<u64>,
    pub rejected_rows: Option<u64>,
    pub import_id: Option<String>,
    pub idempotency_key: Option<String>,
    /// BLAKE3 over the parameters and the body that came with the key.
    pub request_hash: Option<[u8; 32]>,
    /// What the client was answered, as JSON.
    pub outcome: Option<String>,
}
