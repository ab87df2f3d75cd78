//! The versions of the schema, in their order.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::error::StoreError;

/// A version of the schema that this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// The old program's, in any of its shapes.
    V1_0_0,
    /// `import_index`, unique within an import.
    V1_1_0,
    /// Import records, outcomes, distinct offers.
    V1_2_0,
    /// Second matchings, flags of offers.
    V1_3_0,
    /// Segments in place of indexes over all rows.
    V1_4_0,
    /// Tokens and jobs of the HTTP interface.
    V1_5_0,
    /// An offer is found in all imports that saw it.
    V1_6_0,
    /// Words of titles in segments.
    V1_7_0,
    /// What errors of rejected rows have in common, once.
    V1_8_0,
}

impl Version {
    pub const ALL: [Version; 9] = [
        Version::V1_0_0,
        Version::V1_1_0,
        Version::V1_2_0,
        Version::V1_3_0,
        Version::V1_4_0,
        Version::V1_5_0,
        Version::V1_6_0,
        Version::V1_7_0,
        Version::V1_8_0,
    ];

    /// What this program works with.
    pub const CURRENT: Version = Version::V1_8_0;

    pub fn as_str(self) -> &'static str {
        match self {
            Version::V1_0_0 => "1.0.0",
            Version::V1_1_0 => "1.1.0",
            Version::V1_2_0 => "1.2.0",
            Version::V1_3_0 => "1.3.0",
            Version::V1_4_0 => "1.4.0",
            Version::V1_5_0 => "1.5.0",
            Version::V1_6_0 => "1.6.0",
            Version::V1_7_0 => "1.7.0",
            Version::V1_8_0 => "1.8.0",
        }
    }

    /// The three numbers of a version text, known or not: `99.0.0`, also `v1.1`, `1.1.0-beta`. `None` where it does
    /// not begin with a number.
    pub(crate) fn numbers(text: &str) -> Option<(u64, u64, u64)> {
        let text = text.trim();
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let mut parts = text.split('.').map(|part| {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<u64>().ok()
        });
        let major = parts.next()??;
        let minor = parts.next().flatten().unwrap_or(0);
        let patch = parts.next().flatten().unwrap_or(0);
        Some((major, minor, patch))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Version {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Version, StoreError> {
        Version::ALL
            .into_iter()
            .find(|version| version.as_str() == text.trim())
            .ok_or_else(|| StoreError::NoSuchVersion {
                wanted: text.to_owned(),
            })
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_numbers_of_versions_that_it_does_not_know() {
        assert_eq!(Version::numbers("99.0.0"), Some((99, 0, 0)));
        assert_eq!(Version::numbers(" v1.1 "), Some((1, 1, 0)));
        assert_eq!(Version::numbers("2.3.4-beta"), Some((2, 3, 4)));
        assert_eq!(Version::numbers("next"), None);
    }

    #[test]
    fn orders_versions_by_age() {
        assert!(Version::ALL.is_sorted());
        assert_eq!(Version::ALL.last(), Some(&Version::CURRENT));
    }
}
