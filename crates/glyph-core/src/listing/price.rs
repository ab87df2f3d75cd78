//! Price text → money. What cannot be read for certain is refused with its own code: a wrong price costs more than none.
//!
//! The rules and their reasons stand in `docs/ERRORS.md`.

use super::amount::{self, AmountProblem, Decimal, DecimalMark, Reading};
use super::currency_mark::{self, Candidates};
use super::price_words::{self, Around, Silence};
use super::rates::Rates;
use crate::money::{Currency, Money};
use crate::reject::ErrorCode;

/// What the row and the user say about the price beside its cell.
#[derive(Debug, Clone, Copy, Default)]
pub struct PriceContext<'a> {
    /// What the row's currency column may mean, read by [`declared_currencies`].
    pub column: Option<&'static [Currency]>,
    /// The currency in the header: `Price_USD`.
    pub header: Option<Currency>,
    /// The currency that the user declares for rows that name none.
    pub declared: Option<Currency>,
    pub decimal_mark: Option<DecimalMark>,
    /// The row's region as a code, and its address: they settle `¥`, `kr` and `Rs`.
    pub region: Option<&'a str>,
    pub source_url: Option<&'a str>,
}

/// Why a cell is no price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceProblem {
    pub code: ErrorCode,
    pub message: String,
}

fn problem<T>(code: ErrorCode, message: impl Into<String>) -> Result<T, PriceProblem> {
    Err(PriceProblem {
        code,
        message: message.into(),
    })
}

/// Units of a currency beyond which an amount is no price of one offer.
pub const LARGEST_PRICE_MAJOR: i64 = 1_000_000_000;

/// The currencies that a cell of a currency column names; `None` where it is not known.
pub fn declared_currencies(cell: &str) -> Option<&'static [Currency]> {
    currency_mark::named(cell)
}

/// Reads one amount of money. It is above zero; [`super::Rates::to_usd`] tells whether it is too large.
pub fn read_price(text: &str, context: &PriceContext<'_>) -> Result<Money, PriceProblem> {
    if let Some(money) = read_plain(text, context) {
        return Ok(money);
    }
    let normal = price_words::normalise(text);
    let normal = normal.trim();
    if let Some(silence) = price_words::silence(normal) {
        return problem(silence.code(), silence.message());
    }
    let Some(parts) = split(normal) else {
        return problem(
            ErrorCode::PriceNotANumber,
            "no amount can be read here; write a plain one such as `1234.50`",
        );
    };
    let mut around = Around::default();
    for side in [parts.before, parts.after] {
        if let Err(word) = around.read(side) {
            return not_a_price(normal, &word);
        }
    }
    if around.vague {
        return problem(
            ErrorCode::PriceAmbiguous,
            "this bounds the price and does not name it; write the price of this offer",
        );
    }
    let (currency, known) = settle_currency(&around.marks, context)?;
    let decimal = settle_decimal(&parts, currency, known, !around.marks.is_empty(), context)?;
    finish(&decimal, currency, parts.negative)
}

/// The common case, `1386.99` without a mark or a column beside it, without any allocation.
fn read_plain(text: &str, context: &PriceContext<'_>) -> Option<Money> {
    let text = text.trim_ascii();
    let currency = match (context.column, context.header, context.declared) {
        (None, None, declared) => declared.unwrap_or(Currency::USD),
        (None, Some(header), _) => header,
        (Some([only]), header, _) if header.is_none_or(|header| header == *only) => *only,
        _ => return None,
    };
    let (integer, fraction) = text.split_once('.').unwrap_or((text, ""));
    let decimals = currency.minor_digits() as usize;
    if integer.is_empty() || integer.len() > 12 || fraction.len() > decimals || fraction.len() > 2 {
        return None;
    }
    let mut minor: i64 = 0;
    for byte in integer.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return None;
        }
        minor = minor * 10 + i64::from(byte - b'0');
    }
    minor *= 10_i64.pow((decimals - fraction.len()) as u32);
    (minor > 0).then_some(Money { minor, currency })
}

/// A price cell taken apart: text before the number, the number, what multiplies it, text after it.
struct Parts<'a> {
    before: &'a str,
    number: &'a str,
    exponent: i32,
    after: &'a str,
    negative: bool,
}

fn split(text: &str) -> Option<Parts<'_>> {
    let start = number_start(text)?;
    let (before, tail) = text.split_at_checked(start)?;
    let (number, after) = tail.split_at_checked(number_length(tail))?;
    let (exponent, after) = multiplier(after);
    let (before, after, negative) = sign(before, after);
    Some(Parts {
        before,
        number,
        exponent,
        after,
        negative,
    })
}

/// Where the first number starts: at a digit, or at a point before one that does not end a word (`$.99`, but `Rs.500`).
fn number_start(text: &str) -> Option<usize> {
    let digit = text.find(|character: char| character.is_ascii_digit())?;
    let before = text.get(..digit)?;
    match before.strip_suffix(['.', ',']) {
        Some(rest) if !rest.ends_with(char::is_alphanumeric) => Some(digit - 1),
        _ => Some(digit),
    }
}

/// The bytes of the number at the start of `text`: digits, with single separators between them. A space separates only
/// groups of three.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits_at = |start: usize| {
        bytes
            .iter()
            .skip(start)
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut end = digits_at(0);
    let mut run = end;
    while let Some(separator) = bytes.get(end) {
        let next = digits_at(end + 1);
        let joins = match separator {
            b'.' | b',' | b'\'' => next > 0,
            b' ' => next == 3 && (1..=3).contains(&run),
            _ => false,
        };
        if !joins {
            break;
        }
        end += 1 + next;
        run = next;
    }
    end
}

/// A power of ten after the number: an exponent, or a word that stands for one.
fn multiplier(after: &str) -> (i32, &str) {
    if let Some(tail) = after.strip_prefix('e') {
        let (negative, digits) = match tail.strip_prefix(['+', '-']) {
            Some(digits) => (tail.starts_with('-'), digits),
            None => (false, tail),
        };
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        if let Some((number, rest)) = digits.split_at_checked(length)
            && length > 0
            && !rest.starts_with(char::is_alphanumeric)
        {
            let exponent = number.parse().unwrap_or(i32::MAX);
            return (if negative { -exponent } else { exponent }, rest);
        }
    }
    for (word, exponent) in [("k", 3), (" тыс.", 3), (" тыс", 3), ("тыс", 3)] {
        if let Some(rest) = after.strip_prefix(word)
            && !rest.starts_with(char::is_alphabetic)
        {
            return (exponent, rest);
        }
    }
    match after.strip_prefix(['万', '萬']) {
        Some(rest) => (4, rest),
        None => (0, after),
    }
}

/// Takes the sign away, and the dash that stands for no cents (`1299,–`).
fn sign<'a>(before: &'a str, after: &'a str) -> (&'a str, &'a str, bool) {
    let dash = ['-', '–'];
    let after = match after.strip_prefix(['.', ',', ':']) {
        Some(rest) if rest.starts_with(dash) => rest.trim_start_matches(dash),
        _ => after,
    };
    if let (Some(inner), Some(rest)) = (
        before.trim_start().strip_prefix('('),
        after.strip_prefix(')'),
    ) && rest.trim().is_empty()
    {
        return (inner, rest, true);
    }
    // A dash within a word (`US-$`) or between words is no minus.
    let minus_before_amount = before.char_indices().any(|(position, character)| {
        let lead = before.get(..position).unwrap_or("");
        let next = before.get(position + character.len_utf8()..).unwrap_or("");
        dash.contains(&character)
            && (lead.trim().is_empty()
                || next.is_empty()
                || !(lead.ends_with(char::is_alphanumeric) || next.starts_with(' ')))
    });
    (before, after, minus_before_amount)
}

/// The currency, and whether anything named it.
fn settle_currency(
    marks: &[Candidates],
    context: &PriceContext<'_>,
) -> Result<(Currency, bool), PriceProblem> {
    let header = context.header.map(|header| [header]);
    let mut said: Option<Vec<Currency>> = None;
    for candidates in marks
        .iter()
        .copied()
        .chain(context.column)
        .chain(header.as_ref().map(<[Currency; 1]>::as_slice))
    {
        let both: Vec<Currency> = match &said {
            None => candidates.to_vec(),
            Some(earlier) => earlier
                .iter()
                .copied()
                .filter(|currency| candidates.contains(currency))
                .collect(),
        };
        if both.is_empty() {
            let earlier = said.as_deref().and_then(<[Currency]>::first);
            return problem(
                ErrorCode::CurrencyConflict,
                format!(
                    "one place says {}, another {}; correct the one that is wrong",
                    earlier.map_or("one currency", Currency::code),
                    candidates.first().map_or("another", Currency::code)
                ),
            );
        }
        said = Some(both);
    }
    let Some(said) = said else {
        return Ok((
            context.declared.unwrap_or(Currency::USD),
            context.declared.is_some(),
        ));
    };
    if let [only] = said.as_slice() {
        return Ok((*only, true));
    }
    let by_place = || {
        let host_end = context.source_url.and_then(country_of_address);
        [context.region, host_end]
            .into_iter()
            .flatten()
            .find_map(|country| currency_mark::used_in(&said, country))
    };
    let settled = context
        .declared
        .filter(|declared| said.contains(declared))
        .or_else(|| said.contains(&Currency::USD).then_some(Currency::USD))
        .or_else(by_place);
    if let Some(currency) = settled {
        return Ok((currency, true));
    }
    let codes: Vec<&str> = said.iter().map(Currency::code).collect();
    problem(
        ErrorCode::CurrencyUnknown,
        format!(
            "the sign stands for {}; write the code in the cell or a currency column, or give `--currency`",
            codes.join(", ")
        ),
    )
}

/// The last label of the host: `jp` of `https://www.dospara.co.jp/5shopping/`.
fn country_of_address(address: &str) -> Option<&str> {
    let rest = address.split_once("://").map_or(address, |parts| parts.1);
    let host = rest.split(['/', '?', '#', ':']).next()?;
    host.rsplit_once('.').map(|parts| parts.1)
}

fn settle_decimal(
    parts: &Parts<'_>,
    currency: Currency,
    currency_known: bool,
    marked: bool,
    context: &PriceContext<'_>,
) -> Result<Decimal, PriceProblem> {
    let decimal = match amount::read(parts.number) {
        Reading::One(decimal) => decimal,
        Reading::Malformed => {
            return problem(
                ErrorCode::PriceNotANumber,
                "the digits are not grouped in threes; write the amount plainly, such as `1234.50`",
            );
        }
        Reading::Either {
            separator,
            thousands,
            decimal,
        } => {
            let is_thousands = match (context.decimal_mark, separator) {
                (Some(DecimalMark::Point), _) => Some(separator == ','),
                (Some(DecimalMark::Comma), _) => Some(separator == '.'),
                _ if !currency_known || currency.minor_digits() > 2 => None,
                (None, ',') => Some(true),
                (None, _) => (marked && currency.writes_decimal_comma()).then_some(true),
            };
            match is_thousands {
                Some(true) => thousands,
                Some(false) => decimal,
                None => {
                    return problem(
                        ErrorCode::PriceAmbiguous,
                        format!(
                            "`{separator}` may group thousands or begin the decimals; say which with `--decimal-mark`, name the currency, or write it plainly"
                        ),
                    );
                }
            }
        }
    };
    if parts.exponent == 0 || decimal.is_zero() {
        return Ok(decimal);
    }
    match parts.exponent {
        -30..=30 => Ok(decimal.shifted(parts.exponent)),
        31.. => too_large(),
        _ => too_precise(currency),
    }
}

fn finish(decimal: &Decimal, currency: Currency, negative: bool) -> Result<Money, PriceProblem> {
    if decimal.is_zero() {
        return problem(
            ErrorCode::PriceZero,
            "a price of zero is no offer; write the real price",
        );
    }
    if negative {
        return problem(
            ErrorCode::PriceNegative,
            "a price is above zero; remove the minus sign or the row",
        );
    }
    match decimal.to_minor(currency) {
        Ok(0) => problem(
            ErrorCode::PriceZero,
            "the price rounds to zero; write the real price",
        ),
        Ok(minor) => Ok(Money { minor, currency }),
        Err(AmountProblem::TooLarge) => too_large(),
        Err(AmountProblem::TooPrecise) => too_precise(currency),
    }
}

/// The amount in US cents by the rates, with the reason where there is none.
pub(crate) fn in_dollars(rates: &Rates, money: Money) -> Result<i64, PriceProblem> {
    rates.to_usd(money).or_else(|code| match code {
        ErrorCode::CurrencyWithoutRate => problem(
            code,
            format!(
                "there is no rate from {} to US dollars; add one to a file and give `--rates FILE`",
                money.currency
            ),
        ),
        ErrorCode::PriceZero => problem(
            code,
            "the price is less than one US cent; write the real price",
        ),
        _ => too_large(),
    })
}

fn too_large<T>() -> Result<T, PriceProblem> {
    problem(
        ErrorCode::PriceTooLarge,
        "a price of more than a billion is a mistake; correct the digits",
    )
}

fn too_precise<T>(currency: Currency) -> Result<T, PriceProblem> {
    problem(
        ErrorCode::PriceTooPrecise,
        format!(
            "{currency} has {} decimals; round the price, or say which separator is the decimal one with `--decimal-mark`",
            currency.minor_digits()
        ),
    )
}

/// The code for text with digits that is no single amount.
fn not_a_price(text: &str, word: &str) -> Result<Money, PriceProblem> {
    if price_words::asks(text) {
        return problem(Silence::OnRequest.code(), Silence::OnRequest.message());
    }
    if word.starts_with(|character: char| character.is_ascii_digit()) {
        return problem(
            ErrorCode::PriceAmbiguous,
            "there is more than one number; write the one price of this offer",
        );
    }
    problem(
        ErrorCode::PriceNotANumber,
        format!("`{word}` is no part of a price; write a plain amount such as `1234.50`"),
    )
}
