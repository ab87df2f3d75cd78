//! Tokens of the HTTP interface: made once, shown once, kept as a hash.

use glyph_store::service::TokenRecord;
use jiff::Timestamp;

use crate::{clock, identity};

/// What a token allows; each allows what those before it do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Scope {
    /// Ask.
    Read,
    /// Take files in, too.
    Import,
    /// Undo, rescore and cancel, too.
    Admin,
}

impl Scope {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Import => "import",
            Scope::Admin => "admin",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Scope> {
        [Scope::Read, Scope::Import, Scope::Admin]
            .into_iter()
            .find(|scope| scope.as_str() == text)
    }
}

/// A token as it is shown and sent: `glyphd_`, its id, `_` and its secret.
pub(crate) struct Token {
    pub(crate) id: String,
    secret: String,
}

/// The secret stays out of logs.
impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Token")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

const PREFIX: &str = "glyphd_";

/// Bytes of a secret.
const SECRET_BYTES: usize = 32;

impl Token {
    /// A new one, with a secret from the operating system's randomness.
    pub(crate) fn new(now: Timestamp) -> Result<Token, getrandom::Error> {
        let mut secret = [0; SECRET_BYTES];
        getrandom::fill(&mut secret)?;
        Ok(Token {
            id: identity::new_import_id(now),
            // The random bytes as a hash, which has them as text that is easy to send.
            secret: blake3::hash(&secret).to_hex().to_string(),
        })
    }

    pub(crate) fn parse(text: &str) -> Option<Token> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        Some(Token {
            id: id.to_owned(),
            secret: secret.to_owned(),
        })
    }

    pub(crate) fn text(&self) -> String {
        format!("{PREFIX}{}_{}", self.id, self.secret)
    }

    fn hash(&self) -> blake3::Hash {
        blake3::hash(self.secret.as_bytes())
    }

    pub(crate) fn record(
        &self,
        name: Option<String>,
        scope: Scope,
        now: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> TokenRecord {
        TokenRecord {
            id: self.id.clone(),
            name,
            scope: scope.as_str().to_owned(),
            secret_hash: *self.hash().as_bytes(),
            created_at: clock::text(now),
            expires_at: expires_at.map(clock::text),
            revoked_at: None,
        }
    }

    /// Whether this is the token of the record. BLAKE3's hashes are compared in constant time.
    pub(crate) fn is(&self, record: &TokenRecord) -> bool {
        self.id == record.id && self.hash() == blake3::Hash::from_bytes(record.secret_hash)
    }
}

/// Whether a token was not taken back and has not ended. A time that cannot be read ends it.
pub(crate) fn is_in_force(record: &TokenRecord, now: Timestamp) -> bool {
    let has_time_left = match &record.expires_at {
        None => true,
        Some(text) => text.parse::<Timestamp>().is_ok_and(|end| now < end),
    };
    record.revoked_at.is_none() && has_time_left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_its_own_record_s_and_no_other_s() {
        let now = Timestamp::UNIX_EPOCH;
        let (first, second) = (Token::new(now).unwrap(), Token::new(now).unwrap());
        let record = first.record(None, Scope::Read, now, None);
        assert!(first.is(&record));
        assert!(Token::parse(&first.text()).unwrap().is(&record));
        assert!(!second.is(&record));
        let forged = format!("{PREFIX}{}_{}", first.id, second.secret);
        assert!(!Token::parse(&forged).unwrap().is(&record));
        assert!(Token::parse("glyphd_abc").is_none());
        assert!(Token::parse(&first.secret).is_none());
        assert!(!format!("{first:?}").contains(&first.secret));
    }

    #[test]
    fn a_token_ends_at_its_time_or_when_it_is_taken_back() {
        let now: Timestamp = "2026-02-03T00:00:00Z".parse().unwrap();
        let token = Token::new(now).unwrap();
        let ends = |text: &str| Some(text.parse().unwrap());
        let record = |end| token.record(None, Scope::Read, now, end);
        assert!(is_in_force(&record(None), now));
        assert!(is_in_force(&record(ends("2026-02-03T00:00:01Z")), now));
        assert!(!is_in_force(&record(ends("2026-02-03T00:00:00Z")), now));
        let revoked = TokenRecord {
            revoked_at: Some("2026-02-02T00:00:00Z".to_owned()),
            ..record(None)
        };
        assert!(!is_in_force(&revoked, now));
    }
}
