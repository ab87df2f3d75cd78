//! Times as they are stored.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Seconds since 1970 of RFC 3339, or of the form without a zone that the old program wrote, which is UTC; `None` for what
/// another hand wrote.
pub(crate) fn seconds_of(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_second());
    }
    let time = text
        .parse::<DateTime>()
        .ok()?
        .to_zoned(TimeZone::UTC)
        .ok()?;
    Some(time.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        for text in [
            "2026-01-02T03:04:05Z",
            "2026-01-02 03:04:05",
            "2026-01-02T05:04:05+02:00",
        ] {
            assert_eq!(seconds_of(text), Some(1_767_323_045), "{text}");
        }
        assert_eq!(seconds_of("2026-01-02"), Some(1_767_312_000));
        assert_eq!(seconds_of("yesterday"), None);
    }
}
