//! A step's checksum: over what its SQL means, so that a comment or a line end can be mended in a released step, and
//! nothing else can.

use super::steps::Migration;
use crate::sqlite::schema::comparable;

/// 64 hexadecimal digits (BLAKE3) over the step's version, description and SQL, both ways.
pub(crate) fn checksum(migration: &Migration) -> String {
    of_texts(
        migration.version.as_str(),
        migration.description,
        migration.texts,
    )
}

fn of_texts(version: &str, description: &str, texts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in [version, description] {
        hasher.update(text.as_bytes());
        hasher.update(&[0]);
    }
    for text in texts {
        hasher.update(comparable(text).as_bytes());
        hasher.update(&[0]);
    }
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_line_ends_do_not_count() {
        assert_eq!(
            of_texts("1", "d", &["CREATE TABLE a (b);\n"]),
            of_texts("1", "d", &["-- why\r\nCREATE TABLE a (\r\n\tb\r\n);"]),
        );
    }

    #[test]
    fn meaning_counts() {
        let base = of_texts("1", "d", &["CREATE TABLE a (b);"]);
        assert_ne!(base, of_texts("1", "d", &["CREATE TABLE a (c);"]));
        assert_ne!(base, of_texts("1", "e", &["CREATE TABLE a (b);"]));
        assert_ne!(base, of_texts("2", "d", &["CREATE TABLE a (b);"]));
    }
}
