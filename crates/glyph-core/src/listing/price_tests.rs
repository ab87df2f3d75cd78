//! Prices as sellers write them, and those that must be refused.

use proptest::prelude::*;

use super::*;
use crate::reject::ErrorCode;

fn read(text: &str, context: &PriceContext<'_>) -> Result<String, ErrorCode> {
    read_price(text, context)
        .map(|money| money.to_string())
        .map_err(|problem| problem.code)
}

/// Checks cells read with nothing declared.
fn reads(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let read = read(text, &PriceContext::default());
        assert_eq!(read.as_deref(), Ok(*expected), "{text:?}");
    }
}

fn refuses(code: ErrorCode, texts: &[&str]) {
    for text in texts {
        assert_eq!(read(text, &PriceContext::default()), Err(code), "{text:?}");
    }
}

fn declared(code: &str) -> PriceContext<'static> {
    PriceContext {
        declared: Currency::parse(code),
        ..PriceContext::default()
    }
}

fn marked(decimal_mark: DecimalMark) -> PriceContext<'static> {
    PriceContext {
        decimal_mark: Some(decimal_mark),
        ..PriceContext::default()
    }
}

#[test]
fn reads_plain_numbers_as_dollars() {
    reads(&[
        ("595.99", "595.99 USD"),
        ("34995", "34995.00 USD"),
        ("34995.0", "34995.00 USD"),
        ("15398.9", "15398.90 USD"),
        (" 1085.16 ", "1085.16 USD"),
        ("595.9900000000001", "595.99 USD"),
        ("119.98999999999999", "119.99 USD"),
        ("1299.", "1299.00 USD"),
        ("1e+05", "100000.00 USD"),
        ("1.2e3", "1200.00 USD"),
        ("1.29999E3", "1299.99 USD"),
        ("12,5", "12.50 USD"),
        ("1,234.50", "1234.50 USD"),
        ("1.234,50", "1234.50 USD"),
        ("1 299", "1299.00 USD"),
        ("1,234,567", "1234567.00 USD"),
    ]);
}

#[test]
fn reads_marks_of_currencies_on_either_side() {
    reads(&[
        ("$1,234.50", "1234.50 USD"),
        ("1.019,45 €", "1019.45 EUR"),
        ("1 299 zł", "1299.00 PLN"),
        ("1\u{A0}299\u{A0}zł", "1299.00 PLN"),
        ("1\u{202F}299,99\u{202F}€", "1299.99 EUR"),
        ("1\u{2009}299 zł", "1299.00 PLN"),
        ("US $1,299 OBO", "1299.00 USD"),
        ("R$ 439,59", "439.59 BRL"),
        ("R$ 4.399,00", "4399.00 BRL"),
        ("58 000 р.", "58000.00 RUB"),
        ("58 000 руб.", "58000.00 RUB"),
        ("58 000 ₽", "58000.00 RUB"),
        ("58000р", "58000.00 RUB"),
        ("58 тыс. руб.", "58000.00 RUB"),
        ("C $1,299.00", "1299.00 CAD"),
        ("AU $1,299.00", "1299.00 AUD"),
        ("$1,299.00 CAD", "1299.00 CAD"),
        ("£1,339.99", "1339.99 GBP"),
        ("CHF 1'299.–", "1299.00 CHF"),
        ("CHF 1’299.50", "1299.50 CHF"),
        ("EUR 1,019.45", "1019.45 EUR"),
        ("€ 499,-", "499.00 EUR"),
        ("1.299,-- EUR", "1299.00 EUR"),
        ("1299:- SEK", "1299.00 SEK"),
        ("489,800円", "489800 JPY"),
        ("１２９，８００円（税込）", "129800 JPY"),
        ("12.8万円", "128000 JPY"),
        ("CN¥8,999", "8999.00 CNY"),
        ("8999元", "8999.00 CNY"),
        ("8999 RMB", "8999.00 CNY"),
        ("₹1,22,600", "122600.00 INR"),
        ("₩1,250,000", "1250000 KRW"),
        ("34 990 Kč", "34990.00 CZK"),
        ("NT$ 25,900", "25900.00 TWD"),
        ("$3.5k", "3500.00 USD"),
        ("$.99", "0.99 USD"),
        ("500€ VB", "500.00 EUR"),
        ("€1.299,00 inkl. MwSt.", "1299.00 EUR"),
        ("1.299,00 € inkl. 19 % MwSt.", "1299.00 EUR"),
        ("$599.99/ea", "599.99 USD"),
        ("USD 599.99 each", "599.99 USD"),
        ("$500 + shipping", "500.00 USD"),
        ("US-$ 500", "500.00 USD"),
        ("Rs. 45,000 INR", "45000.00 INR"),
        (
            "1 234,567890 KWD".replace("567890", "56").as_str(),
            "1234.560 KWD",
        ),
    ]);
}

#[test]
fn a_lone_separator_before_three_digits_is_ambiguous_until_something_is_declared() {
    refuses(ErrorCode::PriceAmbiguous, &["1,226", "1.226", "999,999"]);
    assert_eq!(
        read("1,226", &declared("USD")).as_deref(),
        Ok("1226.00 USD")
    );
    assert_eq!(
        read("1,226", &declared("EUR")).as_deref(),
        Ok("1226.00 EUR")
    );
    assert_eq!(
        read("1.226", &declared("EUR")),
        Err(ErrorCode::PriceAmbiguous)
    );
    assert_eq!(
        read("1.226", &declared("USD")),
        Err(ErrorCode::PriceAmbiguous)
    );
    assert_eq!(
        read("1,226", &marked(DecimalMark::Point)).as_deref(),
        Ok("1226.00 USD")
    );
    assert_eq!(
        read("1.226", &marked(DecimalMark::Comma)).as_deref(),
        Ok("1226.00 USD")
    );
    assert_eq!(
        read("1,226", &marked(DecimalMark::Comma)),
        Err(ErrorCode::PriceTooPrecise)
    );
    assert_eq!(
        read("1,226", &declared("KWD")),
        Err(ErrorCode::PriceAmbiguous)
    );
    reads(&[
        ("$1,226", "1226.00 USD"),
        ("1.226 €", "1226.00 EUR"),
        ("€1,226", "1226.00 EUR"),
        ("1.226 zł", "1226.00 PLN"),
    ]);
    refuses(ErrorCode::PriceAmbiguous, &["$1.226"]);
}

#[test]
fn a_declared_mark_never_changes_what_has_one_reading() {
    for mark in [DecimalMark::Point, DecimalMark::Comma] {
        for (text, expected) in [
            ("1,234.50", "1234.50 USD"),
            ("1.234,50", "1234.50 USD"),
            ("599.99", "599.99 USD"),
            ("599,99", "599.99 USD"),
        ] {
            assert_eq!(read(text, &marked(mark)).as_deref(), Ok(expected), "{text}");
        }
    }
}

#[test]
fn refuses_each_kind_of_no_price_with_its_own_code() {
    refuses(
        ErrorCode::PriceMissing,
        &["", "  ", "—", "-", "--", "€ –", "?", "$"],
    );
    refuses(
        ErrorCode::PriceNotAvailable,
        &[
            "N/A",
            "n/a",
            "NULL",
            "None",
            "Out of Stock",
            "Not Listed",
            "Sold",
            "TBD",
            "在庫切れ",
            "Нет в наличии",
        ],
    );
    refuses(
        ErrorCode::PriceOnRequest,
        &[
            "Quote",
            "Quote Required",
            "Contact for Quote",
            "Price on request",
            "Call",
            "Call 555-1234 for price",
            "POA",
            "Preis auf Anfrage",
            "Sur demande",
            "по запросу",
            "договорная",
            "面议",
            "要問合せ",
            "Sob consulta",
            "Make an offer",
        ],
    );
    refuses(
        ErrorCode::PriceZero,
        &["0", "0.0", "$0.00", "0,00 €", "Free", "0e5"],
    );
    refuses(
        ErrorCode::PriceNegative,
        &["-5", "−5", "-$5.00", "$-5.00", "($5.00)", "-1,234.50", "–5"],
    );
    refuses(
        ErrorCode::PriceNotFinite,
        &["inf", "-inf", "Infinity", "NaN", "nan", "∞"],
    );
    refuses(
        ErrorCode::PriceTooLarge,
        &["1e400", "1e31", "99999999999999999999"],
    );
    refuses(
        ErrorCode::PriceTooPrecise,
        &[
            "12.3456",
            "0.226",
            "1234.567",
            "$1,234.567",
            "1e-31",
            "489800.5円",
        ],
    );
    refuses(
        ErrorCode::PriceAmbiguous,
        &[
            "100 - 200",
            "$100.00 to $200.00",
            "from $500",
            "ab 500 €",
            "~500",
            "$1.89/hr",
            "was $900 now $800",
            "$500 20% off",
        ],
    );
    refuses(
        ErrorCode::PriceNotANumber,
        &[
            "cheap", "RTX 3080", "1.234.50", "12abc", "2 x 500", "0x1F", "500 XYZ", "1,23,45", "٪",
        ],
    );
    refuses(
        ErrorCode::CurrencyUnknown,
        &["¥8,999", "1299 kr", "Rs 45,000"],
    );
    refuses(ErrorCode::CurrencyConflict, &["€500 USD", "$500 EUR"]);
}

#[test]
fn a_sign_of_several_currencies_is_settled_by_the_row() {
    let by = |region, source_url| PriceContext {
        region,
        source_url,
        ..PriceContext::default()
    };
    assert_eq!(
        read("¥8,999", &by(Some("CN"), None)).as_deref(),
        Ok("8999.00 CNY")
    );
    assert_eq!(
        read("¥8,999", &by(Some("JP"), None)).as_deref(),
        Ok("8999 JPY")
    );
    assert_eq!(
        read(
            "¥8,999",
            &by(None, Some("https://www.dospara.co.jp/x/1.html"))
        )
        .as_deref(),
        Ok("8999 JPY")
    );
    assert_eq!(
        read("¥8,999", &by(None, Some("https://item.shop.cn/8.html"))).as_deref(),
        Ok("8999.00 CNY")
    );
    assert_eq!(
        read("1 299 kr", &by(Some("SE"), None)).as_deref(),
        Ok("1299.00 SEK")
    );
    assert_eq!(
        read("¥8,999", &declared("CNY")).as_deref(),
        Ok("8999.00 CNY")
    );
    assert_eq!(read("$500", &declared("CAD")).as_deref(), Ok("500.00 CAD"));
    assert_eq!(read("€500", &declared("CAD")).as_deref(), Ok("500.00 EUR"));
}

#[test]
fn cell_column_and_header_must_agree_on_the_currency() {
    let with = |column: Option<&str>, header: Option<&str>| PriceContext {
        column: column.and_then(declared_currencies),
        header: header.and_then(Currency::parse),
        ..PriceContext::default()
    };
    assert_eq!(
        read("500", &with(Some("EUR"), None)).as_deref(),
        Ok("500.00 EUR")
    );
    assert_eq!(
        read("500", &with(None, Some("EUR"))).as_deref(),
        Ok("500.00 EUR")
    );
    assert_eq!(
        read("$500", &with(Some("CAD"), None)).as_deref(),
        Ok("500.00 CAD")
    );
    assert_eq!(
        read("¥500", &with(Some("CNY"), None)).as_deref(),
        Ok("500.00 CNY")
    );
    assert_eq!(
        read("500", &with(Some("EUR"), Some("USD"))),
        Err(ErrorCode::CurrencyConflict)
    );
    assert_eq!(
        read("€500", &with(None, Some("USD"))),
        Err(ErrorCode::CurrencyConflict)
    );
    assert_eq!(
        read("€500", &with(Some("PLN"), None)),
        Err(ErrorCode::CurrencyConflict)
    );
}

/// An amount in one of the styles that sellers write: the text, and the currency it names.
fn written(minor: i64, style: usize) -> (String, &'static str) {
    let (whole, cents) = (minor / 100, minor % 100);
    let grouped = |separator: &str| {
        let digits = whole.to_string();
        let mut text = String::new();
        for (position, digit) in digits.chars().enumerate() {
            if position > 0 && (digits.len() - position).is_multiple_of(3) {
                text.push_str(separator);
            }
            text.push(digit);
        }
        text
    };
    match style {
        0 => (format!("{whole}.{cents:02}"), "USD"),
        1 => (format!("${}.{cents:02}", grouped(",")), "USD"),
        2 => (format!("{},{cents:02} €", grouped(".")), "EUR"),
        3 => (format!("{},{cents:02} zł", grouped("\u{A0}")), "PLN"),
        4 => (format!("CHF {}.{cents:02}", grouped("'")), "CHF"),
        5 => (format!("US ${}.{cents:02} OBO", grouped(",")), "USD"),
        6 => (format!("R$ {},{cents:02}", grouped(".")), "BRL"),
        7 => (format!("{},{cents:02} руб.", grouped(" ")), "RUB"),
        8 => (format!("{whole},{cents:02} EUR"), "EUR"),
        _ => (format!("£{whole}.{cents:02}"), "GBP"),
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_and_never_panics(text in "\\PC{0,40}", bytes in proptest::collection::vec(any::<char>(), 0..20)) {
        let other: String = bytes.into_iter().collect();
        for text in [&text, &other] {
            let _ = read_price(text, &PriceContext::default());
            let _ = read_price(text, &declared("JPY"));
            let _ = declared_currencies(text);
        }
    }

    #[test]
    fn any_text_of_price_characters_is_a_price_above_zero_or_refused(text in "[0-9., '$€¥kre+()–-]{0,24}") {
        if let Ok(money) = read_price(&text, &PriceContext::default()) {
            prop_assert!(money.minor > 0);
        }
    }

    #[test]
    fn an_amount_written_in_any_style_is_read_back(minor in 1_i64..10_000_000_000, style in 0_usize..10) {
        let (text, code) = written(minor, style);
        let money = read_price(&text, &PriceContext::default());
        prop_assert_eq!(money, Ok(Money { minor, currency: Currency::parse(code).unwrap() }), "{}", text);
    }
}
