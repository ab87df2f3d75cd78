//! The one place where the time is read.

use jiff::Timestamp;

/// The time now, in whole seconds.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place where the clock is read"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// UTC, RFC 3339, whole seconds: `2026-11-22T20:00:00Z`.
pub(crate) fn text(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The last second that a text means: a time of RFC 3339, or a date, which means the whole of that day in UTC.
pub(crate) fn last_second_of(text: &str) -> Result<i64, String> {
    text.parse::<Timestamp>()
        .or_else(|_| format!("{text}T23:59:59Z").parse())
        .map(Timestamp::as_second)
        .map_err(|_| format!("`{text}` is neither a time such as 2026-11-22T10:00:00Z nor a date"))
}

/// Seconds since 1970 as [`text`].
pub(crate) fn text_of_second(seconds: i64) -> String {
    text(Timestamp::from_second(seconds).unwrap_or_default())
}
