//! Digits and separators → an exact decimal. Whole numbers only: floating point would lose cents.

use crate::money::Currency;

/// Which separator stands before the decimals, where the user says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    Point,
    Comma,
}

impl DecimalMark {
    pub fn as_str(self) -> &'static str {
        match self {
            DecimalMark::Point => "point",
            DecimalMark::Comma => "comma",
        }
    }

    /// Reads `point` or `comma`.
    pub fn parse(name: &str) -> Option<DecimalMark> {
        match name {
            "point" => Some(DecimalMark::Point),
            "comma" => Some(DecimalMark::Comma),
            _ => None,
        }
    }
}

/// An unsigned decimal as its digits: `integer` before the mark, `fraction` after it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Decimal {
    pub(crate) integer: String,
    pub(crate) fraction: String,
}

/// What a run of digits and separators may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    One(Decimal),
    /// One point or comma before exactly three digits: `1,226`.
    Either {
        separator: char,
        thousands: Decimal,
        decimal: Decimal,
    },
    Malformed,
}

/// More digits than this before the decimal mark are no price in any currency.
const INTEGER_DIGITS: usize = 15;

/// Why a decimal is no amount of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AmountProblem {
    TooLarge,
    TooPrecise,
}

/// Reads digits separated by single points, commas, apostrophes or spaces. The rules stand in `docs/ERRORS.md`.
pub(crate) fn read(text: &str) -> Reading {
    let mut groups: Vec<&str> = Vec::new();
    let mut separators: Vec<char> = Vec::new();
    let mut rest = text;
    while let Some((position, separator)) = rest
        .char_indices()
        .find(|(_, character)| !character.is_ascii_digit())
    {
        let (group, tail) = rest.split_at_checked(position).unwrap_or((rest, ""));
        groups.push(group);
        separators.push(separator);
        rest = tail.strip_prefix(separator).unwrap_or("");
    }
    groups.push(rest);

    let Some(&last) = separators.last() else {
        return Reading::One(whole(&groups));
    };
    let may_be_decimal = matches!(last, '.' | ',');
    let times = separators.iter().filter(|&&other| other == last).count();
    let (head, tail) = groups.split_at(groups.len() - 1);
    if !may_be_decimal || times > 1 {
        let uniform = times == separators.len();
        return if uniform && are_groups(&groups) {
            Reading::One(whole(&groups))
        } else {
            Reading::Malformed
        };
    }
    let fraction = tail.concat();
    if separators.len() > 1 {
        let uniform = separators
            .iter()
            .rev()
            .skip(1)
            .all(|other| Some(other) == separators.first());
        return if uniform && are_groups(head) {
            Reading::One(decimal(head, fraction))
        } else {
            Reading::Malformed
        };
    }
    let lead = head.concat();
    if fraction.len() == 3 && (1..=3).contains(&lead.len()) && !lead.starts_with('0') {
        return Reading::Either {
            separator: last,
            thousands: whole(&groups),
            decimal: decimal(head, fraction),
        };
    }
    Reading::One(decimal(head, fraction))
}

/// Groups of three after a first of one to three; or, as in India, groups of two before the last three.
fn are_groups(groups: &[&str]) -> bool {
    let [first, middle @ .., last] = groups else {
        return true;
    };
    (1..=3).contains(&first.len())
        && last.len() == 3
        && (middle.iter().all(|group| group.len() == 3)
            || (first.len() <= 2 && middle.iter().all(|group| group.len() == 2)))
}

fn whole(groups: &[&str]) -> Decimal {
    decimal(groups, String::new())
}

fn decimal(groups: &[&str], fraction: String) -> Decimal {
    Decimal {
        integer: groups.concat(),
        fraction,
    }
}

impl Decimal {
    /// The value times ten to the power of `exponent`, exactly; `exponent` is at most 30 either way.
    pub(crate) fn shifted(mut self, exponent: i32) -> Decimal {
        let steps = exponent.unsigned_abs() as usize;
        if exponent >= 0 {
            while self.fraction.len() < steps {
                self.fraction.push('0');
            }
            let fraction = self.fraction.split_off(steps);
            self.integer.push_str(&self.fraction);
            self.fraction = fraction;
        } else {
            let integer = format!("{}{}", "0".repeat(steps), self.integer);
            let (left, right) = integer
                .split_at_checked(integer.len() - steps)
                .unwrap_or(("", &integer));
            self.fraction = format!("{right}{}", self.fraction);
            self.integer.truncate(0);
            self.integer.push_str(left);
        }
        self
    }

    pub(crate) fn is_zero(&self) -> bool {
        [&self.integer, &self.fraction]
            .iter()
            .all(|digits| digits.bytes().all(|digit| digit == b'0'))
    }

    /// The amount in minor units. What stands beyond them must be nothing, or so near to a whole unit (a millionth of a
    /// major unit) that binary floating point explains it.
    pub(crate) fn to_minor(&self, currency: Currency) -> Result<i64, AmountProblem> {
        let integer = self.integer.trim_start_matches('0');
        if integer.len() > INTEGER_DIGITS {
            return Err(AmountProblem::TooLarge);
        }
        let minor_digits = currency.minor_digits() as usize;
        let mut minor: i64 = 0;
        let kept = self
            .fraction
            .bytes()
            .chain(std::iter::repeat(b'0'))
            .take(minor_digits);
        for digit in integer.bytes().chain(kept) {
            minor = minor * 10 + i64::from(digit - b'0');
        }
        let rest = self
            .fraction
            .get(minor_digits..)
            .unwrap_or("")
            .trim_end_matches('0');
        if rest.is_empty() {
            return Ok(minor);
        }
        let near = 6 - minor_digits;
        let all =
            |digit: u8| rest.len() > near && rest.bytes().take(near).all(|other| other == digit);
        if all(b'0') {
            Ok(minor)
        } else if all(b'9') {
            Ok(minor + 1)
        } else {
            Err(AmountProblem::TooPrecise)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Option<(String, String)> {
        match read(text) {
            Reading::One(Decimal { integer, fraction }) => Some((integer, fraction)),
            _ => None,
        }
    }

    fn pair(integer: &str, fraction: &str) -> (String, String) {
        (integer.to_owned(), fraction.to_owned())
    }

    #[test]
    fn reads_what_only_one_reading_fits() {
        for (text, integer, fraction) in [
            ("1299", "1299", ""),
            ("1299.5", "1299", "5"),
            ("12,5", "12", "5"),
            ("1,234.50", "1234", "50"),
            ("1.234,50", "1234", "50"),
            ("1 234,50", "1234", "50"),
            ("1'234'567.89", "1234567", "89"),
            ("1,234,567", "1234567", ""),
            ("1.234.567", "1234567", ""),
            ("1,22,600", "122600", ""),
            ("1,22,600.50", "122600", "50"),
            ("58 000", "58000", ""),
            ("0.226", "0", "226"),
            ("1234.567", "1234", "567"),
            (".99", "", "99"),
        ] {
            assert_eq!(one(text), Some(pair(integer, fraction)), "{text}");
        }
    }

    #[test]
    fn offers_both_readings_of_a_lone_separator_before_three_digits() {
        for text in ["1,226", "1.226", "12.500", "999,999"] {
            assert!(matches!(read(text), Reading::Either { .. }), "{text}");
        }
    }

    #[test]
    fn refuses_groups_of_the_wrong_size() {
        for text in [
            "1.234.50",
            "1,23,45",
            "1234,567.89",
            "1 23",
            "1,234.567,89",
            "1'23",
        ] {
            assert_eq!(read(text), Reading::Malformed, "{text}");
        }
    }

    #[test]
    fn rounds_only_what_binary_floating_point_left_behind() {
        let minor = |integer: &str, fraction: &str, code| {
            Decimal {
                integer: integer.to_owned(),
                fraction: fraction.to_owned(),
            }
            .to_minor(Currency::parse(code).unwrap())
        };
        assert_eq!(minor("595", "9900000000001", "USD"), Ok(59_599));
        assert_eq!(minor("119", "98999999999999", "USD"), Ok(11_999));
        assert_eq!(minor("999", "99999999999", "USD"), Ok(100_000));
        assert_eq!(minor("489799", "9999999999", "JPY"), Ok(489_800));
        assert_eq!(minor("12", "5000000", "USD"), Ok(1_250));
        assert_eq!(minor("12", "505", "USD"), Err(AmountProblem::TooPrecise));
        assert_eq!(minor("12", "5099", "USD"), Err(AmountProblem::TooPrecise));
        assert_eq!(minor("12", "5", "JPY"), Err(AmountProblem::TooPrecise));
        assert_eq!(
            minor("1000000000000000", "", "USD"),
            Err(AmountProblem::TooLarge)
        );
    }

    #[test]
    fn shifts_the_mark_exactly() {
        let shifted = |text: &str, exponent| match read(text) {
            Reading::One(decimal) => {
                let moved = decimal.shifted(exponent);
                (moved.integer, moved.fraction)
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(shifted("1.2", 3), pair("1200", ""));
        assert_eq!(shifted("1", 5), pair("100000", ""));
        assert_eq!(shifted("12345", -2), pair("00123", "45"));
        assert_eq!(shifted("1.5", -1), pair("0", "15"));
    }
}
