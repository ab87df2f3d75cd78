//! Raw row → listing: headers to fields, cells to values. Every error of a row is reported, not the first.
//!
//! A listing depends on its row, the header, the rates and the options alone. No I/O and no clock here.

mod header;
mod reader;

mod amount;
mod condition;
mod currency_mark;
mod field;
mod header_names;
mod price;
mod price_words;
mod quantity;
mod rates;
mod region;
mod seen_at;
mod title;
mod unit_price;

#[cfg(test)]
mod price_tests;
#[cfg(test)]
mod reader_tests;

pub use amount::DecimalMark;
pub use field::Field;
pub use header::{HeaderError, HeaderMap, MappedColumn};
pub use price::{LARGEST_PRICE_MAJOR, PriceContext, PriceProblem, declared_currencies, read_price};
pub use rates::{Rate, Rates, RatesError};
pub use reader::{CELL_BYTES, ListingReader, ReaderOptions};
pub use title::TITLE_CHARS;
pub use unit_price::is_for_one;

use crate::money::{Currency, Money};

/// What a row offers, read but not yet matched. Texts are trimmed and otherwise as given.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    pub title: String,
    /// The text of a model, chipset or part-number column beside the title, where it differs: it may settle which card
    /// the title means.
    pub model_hint: Option<String>,
    /// The price as offered: of the whole lot where the title offers a lot.
    pub price: Money,
    /// The cell that the price came from, where it is more than a plain number, which `price` says already.
    pub price_text: Option<String>,
    /// The price in US cents by the rates of the import.
    pub price_usd_minor: i64,
    pub quantity: Option<i64>,
    pub availability: Option<Availability>,
    pub min_order_quantity: Option<i64>,
    pub condition: Option<Condition>,
    /// A short code (`US`, `EU`, `CN`, …) where the text is known, else the text.
    pub region: Option<String>,
    /// When the source says that it saw the offer; UTC, RFC 3339, whole seconds.
    pub seen_at: Option<String>,
    pub texts: ListingTexts,
}

impl Default for Listing {
    /// An empty listing, to be filled by [`ListingReader::read`].
    fn default() -> Listing {
        Listing {
            title: String::new(),
            model_hint: None,
            price: Money {
                minor: 0,
                currency: Currency::USD,
            },
            price_text: None,
            price_usd_minor: 0,
            quantity: None,
            availability: None,
            min_order_quantity: None,
            condition: None,
            region: None,
            seen_at: None,
            texts: ListingTexts::default(),
        }
    }
}

/// The texts of a row that come again in every import of the same catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListingTexts {
    pub seller: Option<String>,
    pub source_url: Option<String>,
    pub source_type: Option<String>,
    pub notes: Option<String>,
    /// The cells as given, kept where the closed set or number does not say it all.
    pub condition_text: Option<String>,
    pub region_text: Option<String>,
    pub quantity_text: Option<String>,
    pub age_text: Option<String>,
    /// Cells that no field holds: a JSON object of header → cell in the order of the row, `None` where there are none.
    /// Empty cells are left out; the import keeps the header.
    pub extra: Option<String>,
}

/// The closed set of conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    New,
    OpenBox,
    Refurbished,
    Used,
    ForParts,
}

impl Condition {
    /// The condition that a text names, in the words of sellers or of databases; `None` where it names none or two.
    pub fn read(text: &str) -> Option<Condition> {
        Condition::ALL
            .into_iter()
            .find(|condition| condition.as_str() == text)
            .or_else(|| condition::read(text))
    }

    const ALL: [Condition; 5] = [
        Condition::New,
        Condition::OpenBox,
        Condition::Refurbished,
        Condition::Used,
        Condition::ForParts,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Condition::New => "new",
            Condition::OpenBox => "open_box",
            Condition::Refurbished => "refurbished",
            Condition::Used => "used",
            Condition::ForParts => "for_parts",
        }
    }
}

/// Whether the offer can be bought now, as far as the row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    InStock,
    OutOfStock,
    OnOrder,
    Sold,
}

impl Availability {
    /// The availability of a stored name.
    pub fn parse(name: &str) -> Option<Availability> {
        [
            Availability::InStock,
            Availability::OutOfStock,
            Availability::OnOrder,
            Availability::Sold,
        ]
        .into_iter()
        .find(|availability| availability.as_str() == name)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Availability::InStock => "in_stock",
            Availability::OutOfStock => "out_of_stock",
            Availability::OnOrder => "on_order",
            Availability::Sold => "sold",
        }
    }
}
