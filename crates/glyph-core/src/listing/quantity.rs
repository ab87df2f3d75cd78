//! Quantities, minimum orders and stock words. Words that say nothing in numbers are no error; a wrong number is.

use super::Availability;

/// What a quantity or availability cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stock {
    pub(crate) quantity: Option<i64>,
    pub(crate) availability: Option<Availability>,
    /// Whether the two say all that the cell says.
    pub(crate) complete: bool,
}

/// A number that no count of cards is: negative, a fraction or more than [`LARGEST_QUANTITY`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AbsurdNumber;

pub(crate) const LARGEST_QUANTITY: i64 = 10_000_000;

/// Reads a quantity, minimum order or availability cell: `10`, `1 available`, `3+`, `In Stock`, `Varies`, `true`.
pub(crate) fn read(cell: &str) -> Result<Stock, AbsurdNumber> {
    let cell = cell.trim();
    if let Some(quantity) = plain(cell) {
        return Ok(Stock {
            quantity: Some(quantity),
            availability: None,
            complete: true,
        });
    }
    let lower = cell.to_lowercase().replace(['_', '-', '–'], " ");
    if let Some(quantity) = number(cell)? {
        return Ok(Stock {
            quantity: Some(quantity),
            availability: None,
            complete: true,
        });
    }
    let text = lower
        .trim()
        .trim_start_matches("https://schema.org/")
        .trim_start_matches("http://schema.org/")
        .trim_end_matches(['.', '!']);
    if let Some(&(availability, _)) = EXACT
        .iter()
        .find(|(_, words)| words.split('|').any(|word| word == text))
    {
        return Ok(Stock {
            quantity: None,
            availability: Some(availability),
            complete: !matches!(availability, Availability::OnOrder),
        });
    }
    let availability = PHRASES
        .iter()
        .find(|(_, words)| words.split('|').any(|word| text.contains(word)))
        .map(|&(availability, _)| availability);
    Ok(Stock {
        quantity: counted(text)?,
        availability,
        complete: false,
    })
}

/// One to eight digits and nothing else.
fn plain(cell: &str) -> Option<i64> {
    if cell.len() > 7 || !cell.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    cell.parse().ok()
}

/// A number alone, also as pandas (`10.0`) or a person (`1,000`, `1 000`) writes it. `Ok(None)` where it is none, or
/// where it may be two (`1.000`).
fn number(cell: &str) -> Result<Option<i64>, AbsurdNumber> {
    let unsigned = cell.strip_prefix(['-', '−', '+']).unwrap_or(cell);
    let negative = cell.starts_with(['-', '−']);
    let digits: String = unsigned
        .chars()
        .filter(|character| !matches!(character, ',' | ' ' | '\u{A0}' | '\''))
        .collect();
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Ok(None);
    }
    let grouped = unsigned
        .split([',', ' ', '\u{A0}', '\''])
        .skip(1)
        .all(|group| {
            group
                .split('.')
                .next()
                .is_some_and(|group| group.len() == 3)
        });
    if !grouped {
        return Ok(None);
    }
    if fraction.bytes().any(|digit| digit != b'0') {
        return Err(AbsurdNumber);
    }
    if fraction.len() == 3 {
        return Ok(None);
    }
    let value: i64 = whole.parse().map_err(|_| AbsurdNumber)?;
    if value > LARGEST_QUANTITY || (negative && value > 0) {
        return Err(AbsurdNumber);
    }
    Ok(Some(value))
}

/// The number in a text that counts what is there: `1 available`, `10+`, `nur noch 3 Stück`, `5 шт.`. A text with
/// other words or another number counts something else (`13 sold`).
fn counted(text: &str) -> Result<Option<i64>, AbsurdNumber> {
    let mut count: Option<i64> = None;
    for word in text.split(|character: char| !character.is_alphanumeric()) {
        let digits = word
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(word.len());
        let (number, unit) = word.split_at_checked(digits).unwrap_or(("", word));
        if !number.is_empty() {
            if count.is_some() {
                return Ok(None);
            }
            let value: i64 = number.parse().map_err(|_| AbsurdNumber)?;
            if value > LARGEST_QUANTITY {
                return Err(AbsurdNumber);
            }
            count = Some(value);
        }
        if !unit.is_empty() && !COUNTING.split('|').any(|other| other == unit) {
            return Ok(None);
        }
    }
    Ok(count)
}

const COUNTING: &str = "available|in|stock|left|pcs|pc|piece|pieces|unit|units|qty|quantity|x|only|last|more|than|over|item|items|card|cards|\
    lot|of|remaining|each|ea|moq|min|minimum|order|stück|stk|verfügbar|nur|noch|mehr|als|auf|lager|disponible|disponibles|disponível|\
    disponíveis|unidades|unités|pièces|sztuk|szt|dostępnych|шт|штук|штуки|в|наличии|осталось|個|点|台|枚|个|張|张|件|在庫|残り|以上|库存";

/// Words that say it all.
const EXACT: &[(Availability, &str)] = &[
    (
        Availability::InStock,
        "in stock|instock|available|available now|true|yes|y|auf lager|lagernd|verfügbar|sofort lieferbar|en stock|disponible|em estoque|\
         disponível|disponibile|dostępny|dostępne|dostępna|в наличии|есть|есть в наличии|在庫あり|有货|有貨|现货|現貨|ja|oui|sí|si|да|tak",
    ),
    (
        Availability::OutOfStock,
        "out of stock|outofstock|oos|unavailable|not available|not in stock|no stock|sold out|soldout|false|no|n|none|nicht verfügbar|\
         ausverkauft|nicht auf lager|rupture de stock|épuisé|indisponible|agotado|sin stock|esgotado|indisponível|esaurito|brak|niedostępny|\
         нет в наличии|нет|在庫なし|在庫切れ|売り切れ|品切れ|缺货|缺貨|无货|售罄|nein|non",
    ),
    (
        Availability::Sold,
        "sold|verkauft|vendu|vendido|venduto|sprzedane|продано|sold!",
    ),
    (
        Availability::OnOrder,
        "pre order|preorder|presale|special order|back ordered|backordered|backorder|back order|on order|made to order|build to order|\
         vorbestellung|vorbestellbar|précommande|bajo pedido|sob encomenda|na zamówienie|под заказ|предзаказ|予約|予約受付中|取り寄せ|\
         お取り寄せ|预订|预售",
    ),
];

/// Words that say it among others, the decisive ones first.
const PHRASES: &[(Availability, &str)] = &[
    (
        Availability::OutOfStock,
        "out of stock|not in stock|not available|unavailable|sold out|no longer available|listing ended|nicht verfügbar|nicht auf lager|\
         ausverkauft|rupture|нет в наличии|在庫なし|在庫切れ|ended|discontinued|delisted",
    ),
    (
        Availability::OnOrder,
        "pre order|preorder|special order|back order|backorder|on order|made to order|lead time|под заказ|取り寄せ|ships in",
    ),
    (
        Availability::InStock,
        "in stock|available|limited|low stock|few|last one|auf lager|verfügbar|en stock|в наличии|在庫あり|在庫わずか|残り|有货",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cell: &str, quantity: Option<i64>, availability: Option<Availability>) {
        let stock = read(cell).unwrap();
        assert_eq!(
            (stock.quantity, stock.availability),
            (quantity, availability),
            "{cell}"
        );
    }

    #[test]
    fn reads_numbers_as_people_and_programs_write_them() {
        for (cell, quantity) in [
            ("0", 0),
            ("10", 10),
            ("10.0", 10),
            ("1,000", 1_000),
            ("1 000", 1_000),
            ("007", 7),
            ("1000000", 1_000_000),
        ] {
            check(cell, Some(quantity), None);
        }
    }

    #[test]
    fn reads_words_and_counts_among_words() {
        use Availability::{InStock, OnOrder, OutOfStock, Sold};
        check("Available", None, Some(InStock));
        check("In Stock", None, Some(InStock));
        check("in_stock", None, Some(InStock));
        check("true", None, Some(InStock));
        check("https://schema.org/InStock", None, Some(InStock));
        check("1 available", Some(1), Some(InStock));
        check("5 available", Some(5), Some(InStock));
        check("Limited Stock", None, Some(InStock));
        check("few", None, Some(InStock));
        check("Out of Stock", None, Some(OutOfStock));
        check("Unavailable", None, Some(OutOfStock));
        check("Not in stock", None, Some(OutOfStock));
        check("false", None, Some(OutOfStock));
        check("Ended", None, Some(OutOfStock));
        check("Pre-order", None, Some(OnOrder));
        check("Back-Ordered", None, Some(OnOrder));
        check("Special Order", None, Some(OnOrder));
        check("Sold", None, Some(Sold));
        check("1+", Some(1), None);
        check("10+", Some(10), None);
        check("5 шт.", Some(5), None);
        check("MOQ 8", Some(8), None);
        for cell in [
            "Varies",
            "Unknown",
            "N/A",
            "—",
            "Multiple",
            "",
            "13 sold",
            "2 x 5",
            "1.000",
            "Quote Required",
        ] {
            check(cell, None, None);
        }
    }

    #[test]
    fn refuses_numbers_that_count_nothing() {
        for cell in [
            "-3",
            "−1",
            "2.5",
            "99999999999",
            "1e",
            "99999999 pcs",
            "99999999999999999999999",
        ] {
            let absurd = cell != "1e";
            assert_eq!(read(cell).is_err(), absurd, "{cell}");
        }
    }
}
