//! Whole rows: fields, errors, and that nothing of a row is lost.

use proptest::prelude::*;

use super::*;
use crate::reject::{ErrorCode, RowError};
use crate::source::RawRow;

/// Reads one row of cells split by `|` under headers split by `|`.
fn read_with(headers: &str, cells: &str, options: ReaderOptions) -> Result<Listing, Vec<RowError>> {
    let columns: Vec<String> = headers.split('|').map(str::to_owned).collect();
    let map = HeaderMap::resolve(&columns, &[]).unwrap();
    let mut reader = ListingReader::new(map, Rates::embedded(), options);
    let mut listing = Listing::default();
    reader
        .read(&columns, &row(cells), &mut listing)
        .map(|()| listing)
}

fn read(headers: &str, cells: &str) -> Result<Listing, Vec<RowError>> {
    read_with(headers, cells, ReaderOptions::default())
}

fn row(cells: &str) -> RawRow {
    let mut row = RawRow::default();
    for (column, cell) in cells.split('|').enumerate() {
        row.cells.push(column, cell);
    }
    row
}

fn codes(headers: &str, cells: &str) -> Vec<ErrorCode> {
    read(headers, cells)
        .unwrap_err()
        .iter()
        .map(|error| error.code)
        .collect()
}

#[test]
fn reads_every_field_of_a_row() {
    let listing = read(
        "model|condition|price|quantity|seller|geographic_region|listing_age|source_url|source_type|bulk_notes|title|Min_Order_Qty",
        "A100|New (Opened)|€1.019,45|2 available|Shop|Asia/CN|Current|https://a.example/1|Retail|note|NVIDIA A100 40GB|8",
    )
    .unwrap();
    assert_eq!(listing.title, "NVIDIA A100 40GB");
    assert_eq!(listing.model_hint.as_deref(), Some("A100"));
    assert_eq!(listing.price.to_string(), "1019.45 EUR");
    assert_eq!(listing.price_text.as_deref(), Some("€1.019,45"));
    assert_eq!(
        listing.price_usd_minor,
        Rates::embedded().to_usd(listing.price).unwrap()
    );
    assert_eq!(listing.condition, Some(Condition::OpenBox));
    assert_eq!(listing.quantity, Some(2));
    assert_eq!(listing.availability, Some(Availability::InStock));
    assert_eq!(listing.min_order_quantity, Some(8));
    assert_eq!(listing.region.as_deref(), Some("CN"));
    assert_eq!(listing.seen_at, None);
    assert_eq!(
        listing.texts,
        ListingTexts {
            seller: Some("Shop".to_owned()),
            source_url: Some("https://a.example/1".to_owned()),
            source_type: Some("Retail".to_owned()),
            notes: Some("note".to_owned()),
            condition_text: Some("New (Opened)".to_owned()),
            region_text: Some("Asia/CN".to_owned()),
            quantity_text: Some("2 available".to_owned()),
            age_text: Some("Current".to_owned()),
            extra: None,
        }
    );
}

#[test]
fn keeps_only_the_texts_that_say_more_than_the_value() {
    let listing = read(
        "title|condition|price|quantity|region|currency",
        "RTX 4090|New|34995.0|3|US|USD",
    )
    .unwrap();
    assert_eq!(listing.price_text, None);
    assert_eq!(listing.texts, ListingTexts::default());
}

#[test]
fn keeps_columns_that_no_field_was_recognised_in_with_their_names_in_order() {
    let listing = read(
        "title|zeta|price|color|color||alpha|currency|stock status",
        "T4|z|500|Black \"X\"|Red|7||Euro|Limited Stock",
    )
    .unwrap();
    assert_eq!(
        listing.texts.extra.as_deref(),
        Some(
            "{\"zeta\":\"z\",\"color\":\"Black \\\"X\\\"\",\"color (2)\":\"Red\",\"column 6\":\"7\",\"currency\":\"Euro\",\
             \"stock status\":\"Limited Stock\"}"
        )
    );
    assert_eq!(listing.price.to_string(), "500.00 EUR");
    assert_eq!(listing.availability, Some(Availability::InStock));
}

#[test]
fn reports_all_errors_of_a_row_with_column_and_value() {
    let errors = read(
        "Title|Price_USD|Quantity|Min_Order_Qty|Currency|seen_at",
        "|Quote|-3|2.5|Tulips|soon",
    )
    .unwrap_err();
    let seen: Vec<(&str, Option<&str>, &str)> = errors
        .iter()
        .map(|error| {
            (
                error.code.as_str(),
                error.column.as_deref(),
                error.value.as_str(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("title_missing", Some("Title"), ""),
            ("quantity_invalid", Some("Quantity"), "-3"),
            ("min_order_invalid", Some("Min_Order_Qty"), "2.5"),
            ("seen_at_invalid", Some("seen_at"), "soon"),
            ("currency_unknown", Some("Currency"), "Tulips"),
            ("price_on_request", Some("Price_USD"), "Quote"),
        ]
    );
}

#[test]
fn each_kind_of_mistake_has_its_code() {
    for (headers, cells, code) in [
        ("title|price", "—|5", ErrorCode::TitleMissing),
        ("title|price", "a\u{1}b|5", ErrorCode::TitleControlCharacter),
        ("title|price", "T4|", ErrorCode::PriceMissing),
        ("title|price", "T4|N/A", ErrorCode::PriceNotAvailable),
        ("title|price", "T4|Call", ErrorCode::PriceOnRequest),
        ("title|price", "T4|cheap", ErrorCode::PriceNotANumber),
        ("title|price", "T4|0.0", ErrorCode::PriceZero),
        ("title|price", "T4|-1", ErrorCode::PriceNegative),
        ("title|price", "T4|inf", ErrorCode::PriceNotFinite),
        ("title|price", "T4|1000000001", ErrorCode::PriceTooLarge),
        ("title|price", "T4|1.2345", ErrorCode::PriceTooPrecise),
        ("title|price", "T4|1,226", ErrorCode::PriceAmbiguous),
        ("title|price", "T4|¥500", ErrorCode::CurrencyUnknown),
        ("title|price_eur", "T4|$500", ErrorCode::CurrencyConflict),
        ("title|price", "T4|500 XPF", ErrorCode::CurrencyWithoutRate),
        ("title|price|qty", "T4|5|-1", ErrorCode::QuantityInvalid),
        ("title|price|moq", "T4|5|-1", ErrorCode::MinOrderInvalid),
        (
            "title|price|date",
            "T4|5|03/04/2025",
            ErrorCode::SeenAtInvalid,
        ),
    ] {
        assert_eq!(codes(headers, cells), [code], "{cells}");
    }
    let long = "x".repeat(TITLE_CHARS + 1);
    assert_eq!(
        codes("title|price", &format!("{long}|5")),
        [ErrorCode::TitleTooLong]
    );
    let longest = "x".repeat(CELL_BYTES + 1);
    assert_eq!(
        codes("title|price|notes", &format!("T4|5|{longest}")),
        [ErrorCode::CellTooLong]
    );
}

#[test]
fn a_row_that_could_not_be_split_is_rejected_as_the_source_says() {
    let columns = ["title".to_owned(), "price".to_owned()];
    let map = HeaderMap::resolve(&columns, &[]).unwrap();
    let mut reader = ListingReader::new(map, Rates::embedded(), ReaderOptions::default());
    let fault = RowError::new(ErrorCode::RowTooShort, None, "T4", "one cell is missing");
    let mut row = row("T4");
    row.fault = Some(fault.clone());
    assert_eq!(
        reader.read(&columns, &row, &mut Listing::default()),
        Err(vec![fault])
    );
}

#[test]
fn a_row_falls_back_on_the_next_column_where_the_better_is_empty() {
    let headers = "title|model|price|regular price";
    let listing = read(headers, "|NVIDIA A2||975").unwrap();
    assert_eq!(
        (listing.title.as_str(), listing.price.minor),
        ("NVIDIA A2", 97_500)
    );
    assert_eq!(listing.texts.extra, None);
}

#[test]
fn declared_currency_and_mark_serve_rows_that_name_none() {
    let options = ReaderOptions {
        currency: Currency::parse("EUR"),
        decimal_mark: Some(DecimalMark::Comma),
        ..ReaderOptions::default()
    };
    let listing = read_with("title|price", "T4|1.226", options).unwrap();
    assert_eq!(listing.price.to_string(), "1226.00 EUR");
    let listing = read_with("title|price", "T4|$1,226.00", options).unwrap();
    assert_eq!(listing.price.to_string(), "1226.00 USD");
}

#[test]
fn names_the_rates_that_were_used() {
    let columns = ["title".to_owned(), "price".to_owned()];
    let map = HeaderMap::resolve(&columns, &[]).unwrap();
    let mut reader = ListingReader::new(map, Rates::embedded(), ReaderOptions::default());
    let mut listing = Listing::default();
    for cells in ["T4|1 299 zł", "T4|5", "T4|€5"] {
        reader.read(&columns, &row(cells), &mut listing).unwrap();
    }
    let used: Vec<&str> = reader
        .rates_used()
        .iter()
        .map(|rate| rate.currency.as_str())
        .collect();
    assert_eq!(used, ["EUR", "PLN"]);
}

#[test]
fn stock_is_said_by_the_first_column_that_speaks_of_it() {
    for (cells, quantity, availability) in [
        ("T4|5||0|", Some(0), Some(Availability::OutOfStock)),
        ("T4|5|true|0|", Some(0), Some(Availability::InStock)),
        ("T4|5|false|4|", Some(4), Some(Availability::OutOfStock)),
        ("T4|5||Sold|", None, Some(Availability::Sold)),
        (
            "T4|5||N/A|Out of Stock",
            None,
            Some(Availability::OutOfStock),
        ),
        ("T4|5|||", None, None),
    ] {
        let listing = read("title|price|inStock|quantity|condition", cells).unwrap();
        assert_eq!(
            (listing.quantity, listing.availability),
            (quantity, availability),
            "{cells}"
        );
    }
}

#[test]
fn a_date_in_the_age_column_says_when_it_was_seen() {
    let seen = |cells| read("title|price|listing_age|snapshot_date", cells).unwrap();
    assert_eq!(
        seen("T4|5|2025-07-23|").seen_at.as_deref(),
        Some("2025-07-23T00:00:00Z")
    );
    let both = seen("T4|5|Recent (2 days)|2025-07-24");
    assert_eq!(both.seen_at.as_deref(), Some("2025-07-24T00:00:00Z"));
    assert_eq!(both.texts.age_text.as_deref(), Some("Recent (2 days)"));
    let word = seen("T4|5||Stale");
    assert_eq!(
        (word.seen_at, word.texts.age_text.as_deref()),
        (None, Some("Stale"))
    );
}

proptest! {
    #[test]
    fn promise_7_a_row_reads_the_same_after_any_other(
        first in proptest::collection::vec("\\PC{0,12}|[0-9.,$€ ]{1,8}", 9),
        second in proptest::collection::vec("\\PC{0,12}|[0-9.,$€ ]{1,8}", 9),
    ) {
        let columns: Vec<String> = "title|price|quantity|condition|region|seen_at|currency|color|model"
            .split('|').map(str::to_owned).collect();
        let filled = |cells: &[String]| {
            let mut row = RawRow::default();
            for (column, cell) in cells.iter().enumerate() {
                row.cells.push(column, cell);
            }
            row
        };
        let reader = || ListingReader::new(
            HeaderMap::resolve(&columns, &[]).unwrap(), Rates::embedded(), ReaderOptions::default());
        let mut alone = Listing::default();
        let mut after = Listing::default();
        let alone_read = reader().read(&columns, &filled(&second), &mut alone);
        let mut reused = reader();
        let _ = reused.read(&columns, &filled(&first), &mut after);
        let after_read = reused.read(&columns, &filled(&second), &mut after);
        prop_assert_eq!(&alone_read, &after_read);
        match alone_read {
            Ok(()) => prop_assert_eq!(alone, after),
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                for error in errors {
                    prop_assert!(error.column.is_some());
                    prop_assert!(!error.message.is_empty());
                    prop_assert!(!error.message.ends_with('.'));
                }
            }
        }
    }
}
