//! Money is exact: whole minor units of one currency. Floating point appears only in what readers see.

use std::fmt;

/// An ISO 4217 currency code, three upper-case letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    pub const USD: Currency = Currency(*b"USD");

    /// Reads a three-letter code in any case; `None` where it is not three ASCII letters.
    pub fn parse(code: &str) -> Option<Currency> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes
            .iter()
            .all(u8::is_ascii_alphabetic)
            .then(|| Currency(bytes.map(|byte| byte.to_ascii_uppercase())))
    }

    pub fn code(&self) -> &str {
        // The constructor lets only ASCII letters in.
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits after the decimal point by ISO 4217: 0 for yen and won, 3 for the dinars, 2 for the rest.
    pub fn minor_digits(&self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    /// Whether the code is one of ISO 4217's, current or lately withdrawn. A word of three letters in a price cell is
    /// a currency only if it is.
    pub fn is_iso(&self) -> bool {
        ISO_CODES
            .split_ascii_whitespace()
            .any(|code| code == self.code())
    }

    /// The codes of [`Currency::is_iso`].
    pub(crate) fn iso_codes() -> impl Iterator<Item = Currency> {
        ISO_CODES
            .split_ascii_whitespace()
            .filter_map(Currency::parse)
    }

    /// Whether amounts of this currency are customarily written with a decimal comma (`1.019,45`).
    pub fn writes_decimal_comma(&self) -> bool {
        DECIMAL_COMMA_CODES
            .split_ascii_whitespace()
            .any(|code| code == self.code())
    }
}

/// ISO 4217:2015 with its amendments; `HRK` and `BGN` are withdrawn but stand in older listings.
const ISO_CODES: &str = "\
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF \
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK \
    HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL \
    MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON \
    RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX \
    USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

/// Where the Unicode CLDR pattern of the currency's main locale has a decimal comma.
const DECIMAL_COMMA_CODES: &str = "\
    ARS AZN BAM BGN BRL BYN CLP COP CZK DKK EUR GEL HRK HUF IDR ISK KZT MAD MDL MKD NOK PLN PYG RON RSD RUB SEK TND \
    TRY UAH UYU UZS VND ZAR";

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// An amount in minor units (cents, pence, yen) of a currency. Displays as `1234.50 USD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    /// The amount in whole units of its currency, for readers: not for arithmetic.
    pub fn to_major(self) -> f64 {
        self.minor as f64 / f64::from(10_u32.pow(self.currency.minor_digits()))
    }

    /// The plain decimal text of the amount, without currency: `1234.50`, `489800`.
    pub fn decimal_text(self) -> String {
        let digits = self.currency.minor_digits() as usize;
        if digits == 0 {
            return self.minor.to_string();
        }
        let scale = 10_u64.pow(digits as u32);
        let sign = if self.minor < 0 { "-" } else { "" };
        let magnitude = self.minor.unsigned_abs();
        format!("{sign}{}.{:0digits$}", magnitude / scale, magnitude % scale)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.decimal_text(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_amounts_with_the_digits_of_their_currency() {
        let text = |minor, code| {
            Money {
                minor,
                currency: Currency::parse(code).unwrap(),
            }
            .to_string()
        };
        assert_eq!(text(123_450, "usd"), "1234.50 USD");
        assert_eq!(text(489_800, "JPY"), "489800 JPY");
        assert_eq!(text(5, "EUR"), "0.05 EUR");
        assert_eq!(text(1_234, "KWD"), "1.234 KWD");
        assert_eq!(text(-5, "EUR"), "-0.05 EUR");
    }

    #[test]
    fn tells_iso_codes_from_other_words_of_three_letters() {
        assert!(Currency::parse("pln").unwrap().is_iso());
        for word in ["OBO", "NEW", "GPU", "BTC"] {
            assert!(!Currency::parse(word).unwrap().is_iso(), "{word}");
        }
    }

    #[test]
    fn refuses_what_is_no_currency_code() {
        for text in ["", "US", "USDT", "U$D", "é1"] {
            assert_eq!(Currency::parse(text), None, "{text}");
        }
    }
}
