//! Dates → UTC, RFC 3339, whole seconds. Words of age (`Recent (2 days)`) are no dates.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// What a cell of a date column says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Seen {
    At(String),
    /// A word of age, kept as text.
    Age,
    Invalid(&'static str),
}

/// Offers were not collected before this year, nor will be after the other one by anyone's honest clock.
const YEARS: std::ops::RangeInclusive<i16> = 1995..=2100;

/// Reads an explicit date.
pub(crate) fn read(cell: &str) -> Seen {
    match date_of(cell) {
        Ok(Some(text)) => Seen::At(text),
        Ok(None) if is_age(cell) => Seen::Age,
        Ok(None) => Seen::Invalid("this is no date; write `2025-07-23` or `2025-07-23T14:33:43Z`"),
        Err(message) => Seen::Invalid(message),
    }
}

/// The date in a cell of an age column, where there is one.
pub(crate) fn within_age(cell: &str) -> Option<String> {
    date_of(cell).ok().flatten()
}

/// Whether a cell speaks of age in words: `Current`, `Recent (2 days)`, `3 days ago`.
fn is_age(cell: &str) -> bool {
    const WORDS: &str = "current|recent|stale|new|fresh|old|today|yesterday|now|live|active|unknown|n/a|na|—|–|-|ago|day|days|week|weeks|\
        month|months|year|years|hour|hours|minutes|heute|gestern|vor|just|last";
    let lower = cell.to_lowercase();
    lower
        .split(|character: char| character.is_whitespace() || matches!(character, '(' | ':' | ','))
        .any(|word| WORDS.split('|').any(|other| other == word))
}

fn date_of(cell: &str) -> Result<Option<String>, &'static str> {
    let cell = cell.trim();
    if !cell.bytes().any(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    if let Some(date) = iso_date(cell) {
        return day(date);
    }
    if cell
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        if let Some(date) = dotted(cell) {
            return day(date);
        }
        if let Some(timestamp) = unix(cell) {
            return instant(timestamp);
        }
        if let Ok(date) = Date::strptime("%Y%m%d", cell) {
            return day(date);
        }
    }
    if let Ok(timestamp) = cell.parse::<Timestamp>() {
        return instant(timestamp);
    }
    if let Ok(timestamp) = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(cell) {
        return instant(timestamp);
    }
    // Without an offset the time is taken as UTC.
    let local = cell.trim_end_matches(" UTC");
    if let Ok(time) = local.parse::<DateTime>() {
        return at(time);
    }
    for format in [
        "%Y-%m-%d %H:%M",
        "%Y/%m/%d %H:%M:%S",
        "%Y/%m/%d %H:%M",
        "%d.%m.%Y %H:%M:%S",
        "%d.%m.%Y %H:%M",
    ] {
        if let Ok(time) = DateTime::strptime(format, local) {
            return at(time);
        }
    }
    for format in [
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%b %d, %Y",
        "%B %d, %Y",
        "%d %b %Y",
        "%d %B %Y",
        "%Y年%m月%d日",
    ] {
        if let Ok(date) = Date::strptime(format, local) {
            return day(date);
        }
    }
    slashed(local)
}

/// `2025-07-23`, checked byte by byte: the form that most rows have.
fn iso_date(cell: &str) -> Option<Date> {
    let bytes: &[u8; 10] = cell.as_bytes().try_into().ok()?;
    let number = |range: std::ops::Range<usize>| -> Option<i16> {
        bytes.get(range)?.iter().try_fold(0, |value, byte| {
            byte.is_ascii_digit()
                .then(|| value * 10 + i16::from(byte - b'0'))
        })
    };
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    Date::new(number(0..4)?, number(5..7)? as i8, number(8..10)? as i8).ok()
}

/// `23.07.2025`: where points stand between, the day comes first.
fn dotted(cell: &str) -> Option<Date> {
    let (first, rest) = cell.split_once('.')?;
    let (month, year) = rest.split_once('.')?;
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, first.parse().ok()?).ok()
}

/// Seconds since 1970 (9 or 10 digits), or milliseconds (12 or 13).
fn unix(cell: &str) -> Option<Timestamp> {
    let (whole, fraction) = cell.split_once('.').unwrap_or((cell, ""));
    if fraction.contains('.') {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        9 | 10 => Timestamp::from_second(number).ok(),
        12 | 13 if fraction.is_empty() => Timestamp::from_millisecond(number).ok(),
        _ => None,
    }
}

/// `07/23/2025` where only one order of day and month is possible.
fn slashed(text: &str) -> Result<Option<String>, &'static str> {
    let parts: Vec<&str> = text.split(['/', '-']).collect();
    let [first, second, year] = parts.as_slice() else {
        return Ok(None);
    };
    let (Ok(first), Ok(second), Ok(year), 4) = (
        first.parse::<i8>(),
        second.parse::<i8>(),
        year.parse::<i16>(),
        year.len(),
    ) else {
        return Ok(None);
    };
    let date = match (first, second) {
        (same, other) if same == other => Date::new(year, same, same),
        (13.., _) => Date::new(year, second, first),
        (_, 13..) => Date::new(year, first, second),
        _ => return Err("this may be two days; write `2025-07-23`"),
    };
    date.ok().map_or(Ok(None), day)
}

fn day(date: Date) -> Result<Option<String>, &'static str> {
    in_range(date.year())?;
    Ok(Some(format!("{date}T00:00:00Z")))
}

fn at(time: DateTime) -> Result<Option<String>, &'static str> {
    match Offset::UTC.to_timestamp(time) {
        Ok(timestamp) => instant(timestamp),
        Err(_) => Ok(None),
    }
}

fn instant(timestamp: Timestamp) -> Result<Option<String>, &'static str> {
    let time = Offset::UTC.to_datetime(timestamp);
    in_range(time.year())?;
    Ok(Some(format!("{}Z", time.strftime("%Y-%m-%dT%H:%M:%S"))))
}

fn in_range(year: i16) -> Result<(), &'static str> {
    if YEARS.contains(&year) {
        Ok(())
    } else {
        Err("the year lies outside 1995 to 2100; write `2025-07-23`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_in_the_forms_that_files_have() {
        for (cell, expected) in [
            ("2025-07-23", "2025-07-23T00:00:00Z"),
            ("2026-07-16T14:33:43.054Z", "2026-07-16T14:33:43Z"),
            ("2025-07-17T17:45:07-05:00", "2025-07-17T22:45:07Z"),
            ("2025-07-17 17:45:07", "2025-07-17T17:45:07Z"),
            ("2025-07-17 17:45", "2025-07-17T17:45:00Z"),
            ("2025-07-17 17:45:07.123456", "2025-07-17T17:45:07Z"),
            ("1752774307", "2025-07-17T17:45:07Z"),
            ("1752774307054", "2025-07-17T17:45:07Z"),
            ("20250717", "2025-07-17T00:00:00Z"),
            ("23.07.2025", "2025-07-23T00:00:00Z"),
            ("2025/07/23", "2025-07-23T00:00:00Z"),
            ("07/23/2025", "2025-07-23T00:00:00Z"),
            ("23/07/2025", "2025-07-23T00:00:00Z"),
            ("05/05/2025", "2025-05-05T00:00:00Z"),
            ("Jul 23, 2025", "2025-07-23T00:00:00Z"),
            ("2025年07月23日", "2025-07-23T00:00:00Z"),
            ("Thu, 17 Jul 2025 17:45:07 +0000", "2025-07-17T17:45:07Z"),
        ] {
            assert_eq!(read(cell), Seen::At(expected.to_owned()), "{cell}");
        }
    }

    #[test]
    fn words_of_age_are_no_dates() {
        for cell in [
            "Current",
            "Recent (2 days)",
            "Stale",
            "Stale (>30 d)",
            "Current: 7-30 days",
            "3 days ago",
            "—",
        ] {
            assert_eq!(read(cell), Seen::Age, "{cell}");
            assert_eq!(within_age(cell), None, "{cell}");
        }
    }

    #[test]
    fn refuses_what_is_no_day_or_two() {
        for cell in [
            "soon",
            "2025-13-45",
            "2025-02-30",
            "03/04/2025",
            "12",
            "0000-00-00",
            "1900-01-01",
            "99999999999999",
        ] {
            assert!(matches!(read(cell), Seen::Invalid(_)), "{cell}");
        }
    }
}
