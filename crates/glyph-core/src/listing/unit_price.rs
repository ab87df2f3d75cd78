//! Is the price of a lot that of one card? Sellers write `$500 each` beside `5x RTX 4090`.

/// Phrases, in lower case and between blanks, that make a price that of one piece.
const FOR_ONE: [&str; 17] = [
    "each",
    "ea",
    "apiece",
    "a piece",
    "per piece",
    "per pc",
    "per unit",
    "per item",
    "per card",
    "per gpu",
    "price is for one",
    "price is for 1",
    "je stück",
    "pro stück",
    "za szt",
    "за шт",
    "за штуку",
];

/// Whether the price cell, or the title, says that the price is for one of the lot.
pub fn is_for_one(price_cell: Option<&str>, title: &str) -> bool {
    [price_cell.unwrap_or(""), title].into_iter().any(|text| {
        let words: String = text
            .to_lowercase()
            .chars()
            .map(|letter| {
                if letter.is_alphanumeric() {
                    letter
                } else {
                    ' '
                }
            })
            .collect();
        let words: Vec<&str> = words.split_whitespace().collect();
        let spaced = format!(" {} ", words.join(" "));
        FOR_ONE
            .iter()
            .any(|phrase| spaced.contains(&format!(" {phrase} ")))
    })
}

#[cfg(test)]
mod tests {
    use super::is_for_one;

    #[test]
    fn tells_the_price_of_one_from_that_of_the_lot() {
        for (cell, title) in [
            (Some("$500 each"), "5x RTX 4090"),
            (Some("$300/ea"), "Lot of 10 RTX A4000"),
            (Some("€ 120 pro Stück"), "10 Stück Quadro P2000"),
            (None, "lot of 4 RTX 3060, price per card"),
            (None, "RTX 3060 x4 (price is for one)"),
        ] {
            assert!(is_for_one(cell, title), "{cell:?} {title}");
        }
        for (cell, title) in [
            (Some("$500"), "5x RTX 4090"),
            (None, "Lot of 10 RTX A4000, reaches 2 GHz"),
            (Some("US $1,299 OBO"), "2 x Tesla T4"),
        ] {
            assert!(!is_for_one(cell, title), "{cell:?} {title}");
        }
    }
}
