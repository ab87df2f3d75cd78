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
