//! Signs and words of currencies: `€`, `US $`, `zł`, `руб.`, `円`. A sign that stands for several keeps them all.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::money::Currency;

/// The currencies that a mark may stand for, the likeliest first. Never empty.
pub(crate) type Candidates = &'static [Currency];

/// Finds a mark at the start of `text`, which is in lower case: the longest that ends at the border of a word.
/// Answers its candidates and its length in bytes.
pub(crate) fn at_start(text: &str) -> Option<(Candidates, usize)> {
    let first = text.chars().next()?;
    if let Some(marks) = MARKS.get(&first) {
        for (mark, candidates) in marks {
            if let Some(rest) = text.strip_prefix(mark)
                && ends_here(mark, rest)
            {
                return Some((candidates, mark.len()));
            }
        }
    }
    let word_end = text
        .find(|character: char| !character.is_alphanumeric())
        .unwrap_or(text.len());
    let word = text.get(..word_end)?;
    Some((ISO_WORDS.get(word)?, word.len()))
}

/// The currencies that a cell of a currency column or a word names; `None` where it is no mark alone.
pub(crate) fn named(text: &str) -> Option<Candidates> {
    let lower = text.trim().to_lowercase();
    let (candidates, length) = at_start(&lower)?;
    let rest = lower.get(length..)?.trim_matches(['.', ' ']);
    (rest.is_empty() || at_start(rest).is_some_and(|(others, _)| others == candidates))
        .then_some(candidates)
}

/// The currency that a sign in a header names: `Price ($)`, `Preis €`.
pub(crate) fn in_header(header: &str) -> Option<Currency> {
    let lower = header.to_lowercase();
    lower
        .char_indices()
        .filter(|(_, character)| !character.is_alphanumeric() && !character.is_whitespace())
        .find_map(|(start, _)| at_start(lower.get(start..)?))
        .and_then(|(candidates, _)| sole_or_dollar(candidates))
}

/// Takes the currency out of a header: `Price_USD` → (USD, `Price`), `価格(円)` → (JPY, `価格`).
pub(crate) fn split_header(header: &str) -> Option<(Currency, String)> {
    let words = words_of(header);
    for (position, word) in words.iter().enumerate() {
        if let Some(currency) = named(word).and_then(sole_or_dollar) {
            let rest: Vec<&str> = words
                .iter()
                .enumerate()
                .filter(|&(other, text)| other != position && text != "in")
                .map(|(_, text)| text.as_str())
                .collect();
            return Some((currency, rest.join(" ")));
        }
    }
    // Written together: `priceusd`, `価格円`.
    let joined = words.concat();
    let cut = joined.char_indices().rev().nth(2).map_or(0, |last| last.0);
    for start in [
        cut,
        joined.char_indices().next_back().map_or(0, |last| last.0),
    ] {
        let (rest, mark) = joined.split_at_checked(start)?;
        if let Some(currency) = named(mark).and_then(sole_or_dollar) {
            return Some((currency, rest.to_owned()));
        }
    }
    None
}

/// The words of a header in lower case, split at marks and where a capital follows a small letter. Signs of currencies
/// are words.
fn words_of(header: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let mut previous_is_small = false;
    for character in header.chars() {
        let sign = !character.is_alphanumeric() && "$€£¥￥₽₴₸₹₩₫฿₱₺₪".contains(character);
        if character.is_alphanumeric() || sign {
            if !open || (character.is_uppercase() && previous_is_small) {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
            open = true;
        } else {
            open = false;
        }
        previous_is_small = character.is_lowercase();
    }
    words
}

fn sole_or_dollar(candidates: Candidates) -> Option<Currency> {
    match candidates {
        [only] => Some(*only),
        [Currency::USD, ..] => Some(Currency::USD),
        _ => None,
    }
}

/// The one of `candidates` that is used in the country of an ISO 3166 code, as a region or the end of a host name.
pub(crate) fn used_in(candidates: &[Currency], country: &str) -> Option<Currency> {
    let code = match country.to_ascii_uppercase().as_str() {
        "JP" => "JPY",
        "CN" => "CNY",
        "SE" => "SEK",
        "NO" => "NOK",
        "DK" => "DKK",
        "IS" => "ISK",
        "IN" => "INR",
        "PK" => "PKR",
        "LK" => "LKR",
        "NP" => "NPR",
        _ => return None,
    };
    candidates
        .iter()
        .copied()
        .find(|currency| currency.code() == code)
}

/// A mark that ends in a letter must not run on into another: `rs` is not the start of `rsvp`. Han and kana run on.
fn ends_here(mark: &str, rest: &str) -> bool {
    let last_is_letter = mark
        .chars()
        .next_back()
        .is_some_and(|last| last.is_alphabetic() && (last as u32) < 0x2E80);
    !(last_is_letter && rest.chars().next().is_some_and(char::is_alphabetic))
}

/// Marks by their first character, the longest first.
type Marks = FxHashMap<char, Vec<(&'static str, Vec<Currency>)>>;

static MARKS: LazyLock<Marks> = LazyLock::new(|| {
    let mut marks = Marks::default();
    for (codes, texts) in TABLE {
        let candidates: Vec<Currency> = codes.split(' ').filter_map(Currency::parse).collect();
        for text in texts.split('|') {
            if let Some(first) = text.chars().next() {
                marks
                    .entry(first)
                    .or_default()
                    .push((text, candidates.clone()));
            }
        }
    }
    for list in marks.values_mut() {
        list.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    }
    marks
});

/// ISO codes in lower case, but for those that are also English words of a price cell.
static ISO_WORDS: LazyLock<FxHashMap<String, [Currency; 1]>> = LazyLock::new(|| {
    Currency::iso_codes()
        .filter(|currency| !matches!(currency.code(), "ALL" | "TOP" | "CUP" | "MOP" | "ERN"))
        .map(|currency| (currency.code().to_lowercase(), [currency]))
        .collect()
});

/// ISO codes, likeliest first, and the marks that stand for them, in lower case.
#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    ("USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP", "$|dollar|dollars|bucks|peso|pesos"),
    ("USD", "us$|us $|usd$|usd $|$us|$usd|u$s|u.s. $|us-$|us dollar|us dollars|us-dollar|dólares|доллар|долларов|долл|美元|米ドル|ドル"),
    ("CAD", "c$|c $|ca$|ca $|can$|cdn$|cad$|cad $|$ca|$cad"),
    ("AUD", "a$|a $|au$|au $|aud$|aud $|aus$|$au|$aud"),
    ("NZD", "nz$|nz $|nzd$|nzd $"),
    ("HKD", "hk$|hk $|hkd$|hkd $|港币|港元"),
    ("SGD", "s$|s $|sg$|sgd$|sgd $"),
    ("TWD", "nt$|nt $|ntd|ntd$|tw$|台币|台幣|新台幣"),
    ("MXN", "mx$|mx $|mex$|mxn$|mxn $"),
    ("BRL", "r$|r $|reais|brl$"),
    ("ARS", "ar$|ar $|ars$|ars $"),
    ("CLP", "clp$|clp $"),
    ("COP", "cop$|cop $"),
    ("PEN", "s/.|s/|soles"),
    ("EUR", "€|euro|euros|eur.|евро|欧元|ユーロ"),
    ("GBP", "£|uk£|uk £|gbp£|pound|pounds|quid|英镑"),
    ("JPY CNY", "¥|￥"),
    ("JPY", "円|jp¥|jp ¥|jpy¥|jpy ¥|¥jpy|yen|日元"),
    ("CNY", "元|rmb|cn¥|cn ¥|cny¥|cny ¥|rmb¥|rmb ¥|人民币|人民幣|yuan|块|cnh"),
    ("PLN", "zł|zl|zlotych|złotych|złoty|zł."),
    ("CZK", "kč|kc|kč.|korun"),
    ("RUB", "₽|руб|руб.|рублей|рубля|рубль|р|р.|p.|rur|rub.|rubles|roubles"),
    ("UAH", "₴|грн|грн.|гривен|hrn"),
    ("KZT", "₸|тг|тг.|тенге"),
    ("BYN", "byn|бел. руб.|бел.руб."),
    ("INR", "₹|inr.|rupees"),
    ("INR PKR LKR NPR MUR", "rs|rs."),
    ("KRW", "₩|￦|원|won"),
    ("VND", "₫|đ|đồng|vnđ"),
    ("THB", "฿|บาท|baht"),
    ("PHP", "₱|php₱"),
    ("MYR", "rm"),
    ("IDR", "rp|rp."),
    ("TRY", "₺|tl|lira"),
    ("ILS", "₪|nis|ש״ח"),
    ("CHF", "chf.|sfr|sfr.|fr.|stutz"),
    ("SEK NOK DKK ISK", "kr|kr.|kronor|kroner"),
    ("HUF", "ft|ft.|forint"),
    ("RON", "lei|leu"),
    ("BGN", "лв|лв."),
    ("AED", "dhs|dhs.|dh|د.إ|dirham|dirhams"),
    ("SAR", "ر.س|riyal"),
    ("ZAR", "r|rand"),
    ("NGN", "₦"),
    ("GEL", "₾"),
    ("EGP", "e£|egp£|ج.م"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Option<Vec<&'static str>> {
        named(text).map(|candidates| candidates.iter().map(Currency::code).collect())
    }

    #[test]
    fn names_a_currency_by_code_sign_or_word() {
        for (text, code) in [
            ("USD", "USD"),
            ("eur", "EUR"),
            ("€", "EUR"),
            ("Euro", "EUR"),
            ("US $", "USD"),
            ("C $", "CAD"),
            ("AU $", "AUD"),
            ("R$", "BRL"),
            ("zł", "PLN"),
            ("р.", "RUB"),
            ("руб.", "RUB"),
            ("₽", "RUB"),
            ("CN¥", "CNY"),
            ("元", "CNY"),
            ("円", "JPY"),
            ("CHF", "CHF"),
            ("NT$", "TWD"),
            ("KWD", "KWD"),
        ] {
            assert_eq!(codes(text), Some(vec![code]), "{text}");
        }
    }

    #[test]
    fn keeps_every_currency_that_a_sign_may_stand_for() {
        assert_eq!(codes("¥"), Some(vec!["JPY", "CNY"]));
        assert_eq!(codes("kr"), Some(vec!["SEK", "NOK", "DKK", "ISK"]));
        assert_eq!(codes("$").map(|codes| codes[0]), Some("USD"));
    }

    #[test]
    fn no_other_word_is_a_currency() {
        for text in ["", "obo", "rsvp", "free", "krypton", "XYZ", "all", "1"] {
            assert_eq!(codes(text), None, "{text}");
        }
    }
}
