//! Dated exchange rates to US dollars, as exact decimals.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::price::LARGEST_PRICE_MAJOR;
use crate::money::{Currency, Money};
use crate::reject::ErrorCode;

/// The worth of one unit of a currency on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rate {
    pub currency: String,
    /// US dollars for one unit, as the table writes it: `0.0063645536`.
    pub usd_per_unit: String,
    /// The day of the rate: `2026-09-29`.
    pub date: String,
    /// Who published it.
    pub source: String,
    /// The rate is `mantissa` / 10^`scale`.
    #[serde(skip)]
    mantissa: i128,
    #[serde(skip)]
    scale: u32,
}

/// A table of rates. The US dollar is always in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates {
    by_currency: FxHashMap<Currency, Rate>,
}

/// A table of rates that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatesError {
    #[error("the rates have no column `{0}`; they need `currency,usd_per_unit,date,source`")]
    MissingColumn(&'static str),
    #[error("line {line} of the rates: `{value}` is no {what}")]
    Invalid {
        line: u64,
        what: &'static str,
        value: String,
    },
    #[error("line {line} of the rates: there is already a rate for `{currency}`")]
    Duplicate { line: u64, currency: String },
    #[error("the rates cannot be read as CSV: {0}")]
    Csv(String),
}

/// Significant digits of a rate; with them and [`LARGEST_MINOR`] a conversion stays within 128 bits.
const RATE_DIGITS: usize = 15;
const RATE_SCALE: u32 = 18;
/// More than any price that is let through, in minor units.
const LARGEST_MINOR: i64 = 1_000_000_000_000_000_000;

impl Rates {
    /// The table that is built into the program.
    pub fn embedded() -> &'static Rates {
        static EMBEDDED: LazyLock<Rates> = LazyLock::new(|| {
            Rates::parse(include_str!("../../rates/usd.csv"))
                .expect("a test reads the embedded table of rates")
        });
        &EMBEDDED
    }

    /// Reads CSV with the columns `currency`, `usd_per_unit`, `date` and, if known, `source`.
    pub fn parse(text: &str) -> Result<Rates, RatesError> {
        let text = text.trim_start_matches('\u{FEFF}');
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(text.as_bytes());
        let header = reader
            .headers()
            .map_err(|error| RatesError::Csv(error.to_string()))?
            .clone();
        let column = |name: &'static str| {
            header
                .iter()
                .position(|header| header.eq_ignore_ascii_case(name))
                .ok_or(RatesError::MissingColumn(name))
        };
        let (code, value, date) = (
            column("currency")?,
            column("usd_per_unit")?,
            column("date")?,
        );
        let source = column("source").ok();
        let mut by_currency = FxHashMap::default();
        by_currency.insert(Currency::USD, Rate::dollar());
        for record in reader.records() {
            let record = record.map_err(|error| RatesError::Csv(error.to_string()))?;
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |column: usize| record.get(column).unwrap_or("");
            let invalid = |what, column: usize| RatesError::Invalid {
                line,
                what,
                value: cell(column).to_owned(),
            };
            let currency =
                Currency::parse(cell(code)).ok_or_else(|| invalid("currency code", code))?;
            let (mantissa, scale) =
                exact(cell(value)).ok_or_else(|| invalid("rate above zero", value))?;
            let day: jiff::civil::Date = cell(date)
                .parse()
                .map_err(|_| invalid("date such as 2026-09-29", date))?;
            if currency == Currency::USD {
                // The unit itself: any other rate would be a mistake in the file.
                if mantissa != 10_i128.pow(scale) {
                    return Err(invalid("rate of the US dollar, which is 1", value));
                }
                continue;
            }
            let rate = Rate {
                currency: currency.code().to_owned(),
                usd_per_unit: cell(value).to_owned(),
                date: day.to_string(),
                source: source.map_or("", cell).to_owned(),
                mantissa,
                scale,
            };
            if by_currency.insert(currency, rate).is_some() {
                return Err(RatesError::Duplicate {
                    line,
                    currency: currency.code().to_owned(),
                });
            }
        }
        Ok(Rates { by_currency })
    }

    pub fn rate(&self, currency: Currency) -> Option<&Rate> {
        self.by_currency.get(&currency)
    }

    /// The amount in US cents, rounded half to even. Refuses a currency without a rate, and what is too large to be
    /// the price of an offer.
    pub fn to_usd(&self, money: Money) -> Result<i64, ErrorCode> {
        let rate = self
            .rate(money.currency)
            .ok_or(ErrorCode::CurrencyWithoutRate)?;
        let units = 10_i64.pow(money.currency.minor_digits());
        if money.minor.abs() >= LARGEST_MINOR {
            return Err(ErrorCode::PriceTooLarge);
        }
        // Currencies worth less than a cent (IDR, VND, JPY) name large sums for ordinary prices.
        let largest = LARGEST_PRICE_MAJOR * units;
        if money.minor > largest && !rate.is_below_a_cent() {
            return Err(ErrorCode::PriceTooLarge);
        }
        let cents = divide_half_to_even(
            i128::from(money.minor) * rate.mantissa * 100,
            i128::from(units) * 10_i128.pow(rate.scale),
        );
        match i64::try_from(cents) {
            Ok(0) => Err(ErrorCode::PriceZero),
            Ok(cents) if cents <= LARGEST_PRICE_MAJOR * 100 || !rate.is_below_a_cent() => Ok(cents),
            _ => Err(ErrorCode::PriceTooLarge),
        }
    }
}

impl Rate {
    fn dollar() -> Rate {
        Rate {
            currency: Currency::USD.code().to_owned(),
            usd_per_unit: "1".to_owned(),
            date: String::new(),
            source: "the unit itself".to_owned(),
            mantissa: 1,
            scale: 0,
        }
    }

    fn is_below_a_cent(&self) -> bool {
        self.mantissa * 100 < 10_i128.pow(self.scale)
    }
}

/// A plain decimal above zero as mantissa and scale.
fn exact(text: &str) -> Option<(i128, u32)> {
    let (integer, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{integer}{fraction}");
    let significant = digits.trim_start_matches('0');
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || significant.len() > RATE_DIGITS || fraction.len() as u32 > RATE_SCALE {
        return None;
    }
    let mantissa: i128 = significant.parse().ok()?;
    (mantissa > 0).then_some((mantissa, fraction.len() as u32))
}

/// Both above zero.
fn divide_half_to_even(numerator: i128, denominator: i128) -> i128 {
    let quotient = numerator / denominator;
    let twice = numerator % denominator * 2;
    match twice.cmp(&denominator) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + quotient % 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money {
            minor,
            currency: Currency::parse(code).unwrap(),
        }
    }

    #[test]
    fn the_embedded_table_is_dated_and_says_its_source() {
        let rates = Rates::embedded();
        assert!(rates.by_currency.len() >= 35);
        for code in [
            "EUR", "GBP", "JPY", "PLN", "RUB", "BRL", "CNY", "CAD", "AUD", "CHF", "SEK",
        ] {
            let rate = rates.rate(Currency::parse(code).unwrap()).unwrap();
            assert_eq!(rate.date.len(), 10, "{code}");
            assert!(rate.source.len() > 10, "{code}");
        }
        for rate in rates.by_currency.values() {
            assert!(
                Currency::parse(&rate.currency).unwrap().is_iso(),
                "{rate:?}"
            );
        }
    }

    #[test]
    fn converts_exactly_and_rounds_half_to_even() {
        let rates = Rates::parse(
            "currency,usd_per_unit,date,source\nEUR,1.5,2026-01-02,x\nJPY,0.005,2026-01-02,x\nKWD,3.25,2026-01-02,x\n",
        )
        .unwrap();
        assert_eq!(rates.to_usd(money(12_345, "USD")), Ok(12_345));
        assert_eq!(rates.to_usd(money(101_945, "EUR")), Ok(152_918));
        assert_eq!(
            rates.to_usd(money(1, "EUR")),
            Ok(2),
            "1.5 cents go up to the even 2"
        );
        assert_eq!(
            rates.to_usd(money(3, "EUR")),
            Ok(4),
            "4.5 cents go down to the even 4"
        );
        assert_eq!(rates.to_usd(money(489_800, "JPY")), Ok(244_900));
        assert_eq!(rates.to_usd(money(1_234, "KWD")), Ok(401));
    }

    #[test]
    fn refuses_what_has_no_rate_or_is_no_price() {
        let rates = Rates::embedded();
        assert_eq!(
            rates.to_usd(money(100, "XPF")),
            Err(ErrorCode::CurrencyWithoutRate)
        );
        let billion = LARGEST_PRICE_MAJOR * 100;
        assert_eq!(rates.to_usd(money(billion, "USD")), Ok(billion));
        assert_eq!(
            rates.to_usd(money(billion + 1, "USD")),
            Err(ErrorCode::PriceTooLarge)
        );
        assert_eq!(
            rates.to_usd(money(billion + 1, "EUR")),
            Err(ErrorCode::PriceTooLarge)
        );
        assert!(rates.to_usd(money(5_000_000_000, "VND")).is_ok());
        assert_eq!(
            rates.to_usd(money(900_000_000_000_000, "VND")),
            Err(ErrorCode::PriceTooLarge)
        );
        assert_eq!(
            rates.to_usd(money(i64::MAX, "VND")),
            Err(ErrorCode::PriceTooLarge)
        );
        assert_eq!(rates.to_usd(money(1, "VND")), Err(ErrorCode::PriceZero));
    }

    #[test]
    fn refuses_a_table_that_cannot_be_meant() {
        let message = |rows: &str| {
            Rates::parse(&format!("currency,usd_per_unit,date,source\n{rows}"))
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            message("EURO,1.1,2026-01-02,x\n"),
            "line 2 of the rates: `EURO` is no currency code"
        );
        assert!(message("EUR,0,2026-01-02,x\n").contains("`0` is no rate above zero"));
        assert!(message("EUR,-1,2026-01-02,x\n").contains("`-1`"));
        assert!(message("EUR,1e3,2026-01-02,x\n").contains("`1e3`"));
        assert!(message("EUR,1.1,yesterday,x\n").contains("`yesterday` is no date"));
        assert!(message("USD,2,2026-01-02,x\n").contains("US dollar"));
        assert!(message("EUR,1,2026-01-02,x\neur,2,2026-01-02,x\n").contains("line 3"));
        assert_eq!(
            Rates::parse("currency,rate\n").unwrap_err(),
            RatesError::MissingColumn("usd_per_unit")
        );
    }
}
