//! What is wrong with a row that could not be read as a listing: stable codes, one error a cell, all of them.

use serde::Serialize;

/// Why a row was rejected. The names are stable: scripts and `docs/ERRORS.md` use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    // The record itself.
    RowTooShort,
    RowTooLong,
    RowNotJson,
    RowNotAnObject,
    CellTooLong,
    // Title.
    TitleMissing,
    TitleControlCharacter,
    TitleTooLong,
    // Price.
    PriceMissing,
    PriceNotAvailable,
    PriceOnRequest,
    PriceNotANumber,
    PriceZero,
    PriceNegative,
    PriceNotFinite,
    PriceTooLarge,
    PriceTooPrecise,
    PriceAmbiguous,
    CurrencyUnknown,
    CurrencyConflict,
    CurrencyWithoutRate,
    // The rest.
    QuantityInvalid,
    MinOrderInvalid,
    SeenAtInvalid,
}

impl ErrorCode {
    /// Every code, in the order of the table in `docs/ERRORS.md`.
    pub const ALL: [ErrorCode; 24] = [
        ErrorCode::RowTooShort,
        ErrorCode::RowTooLong,
        ErrorCode::RowNotJson,
        ErrorCode::RowNotAnObject,
        ErrorCode::CellTooLong,
        ErrorCode::TitleMissing,
        ErrorCode::TitleControlCharacter,
        ErrorCode::TitleTooLong,
        ErrorCode::PriceMissing,
        ErrorCode::PriceNotAvailable,
        ErrorCode::PriceOnRequest,
        ErrorCode::PriceNotANumber,
        ErrorCode::PriceZero,
        ErrorCode::PriceNegative,
        ErrorCode::PriceNotFinite,
        ErrorCode::PriceTooLarge,
        ErrorCode::PriceTooPrecise,
        ErrorCode::PriceAmbiguous,
        ErrorCode::CurrencyUnknown,
        ErrorCode::CurrencyConflict,
        ErrorCode::CurrencyWithoutRate,
        ErrorCode::QuantityInvalid,
        ErrorCode::MinOrderInvalid,
        ErrorCode::SeenAtInvalid,
    ];

    /// The stable name, as stored and shown: `price_on_request`.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::RowTooShort => "row_too_short",
            ErrorCode::RowTooLong => "row_too_long",
            ErrorCode::RowNotJson => "row_not_json",
            ErrorCode::RowNotAnObject => "row_not_an_object",
            ErrorCode::CellTooLong => "cell_too_long",
            ErrorCode::TitleMissing => "title_missing",
            ErrorCode::TitleControlCharacter => "title_control_character",
            ErrorCode::TitleTooLong => "title_too_long",
            ErrorCode::PriceMissing => "price_missing",
            ErrorCode::PriceNotAvailable => "price_not_available",
            ErrorCode::PriceOnRequest => "price_on_request",
            ErrorCode::PriceNotANumber => "price_not_a_number",
            ErrorCode::PriceZero => "price_zero",
            ErrorCode::PriceNegative => "price_negative",
            ErrorCode::PriceNotFinite => "price_not_finite",
            ErrorCode::PriceTooLarge => "price_too_large",
            ErrorCode::PriceTooPrecise => "price_too_precise",
            ErrorCode::PriceAmbiguous => "price_ambiguous",
            ErrorCode::CurrencyUnknown => "currency_unknown",
            ErrorCode::CurrencyConflict => "currency_conflict",
            ErrorCode::CurrencyWithoutRate => "currency_without_rate",
            ErrorCode::QuantityInvalid => "quantity_invalid",
            ErrorCode::MinOrderInvalid => "min_order_invalid",
            ErrorCode::SeenAtInvalid => "seen_at_invalid",
        }
    }
}

/// One error of a row. `column` is the header as the source spells it; absent where the whole record is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowError {
    pub code: ErrorCode,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The cell as it came, cut to a length that a person can read.
    pub value: String,
    /// Says what is wrong and what to do.
    pub message: String,
}

/// The longest value kept in an error, in characters.
pub const VALUE_IN_ERROR_CHARS: usize = 200;

impl RowError {
    pub fn new(
        code: ErrorCode,
        column: Option<&str>,
        value: &str,
        message: impl Into<String>,
    ) -> RowError {
        RowError {
            code,
            column: column.map(str::to_owned),
            value: value.chars().take(VALUE_IN_ERROR_CHARS).collect(),
            message: message.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_errors_in_the_docs_has_every_code_in_order() {
        let table = include_str!("../../../docs/ERRORS.md");
        let rows: Vec<Vec<&str>> = table
            .lines()
            // Problems of the HTTP interface have a table of their own.
            .take_while(|line| !line.starts_with("## Problems"))
            .filter(|line| line.starts_with("| `"))
            .map(|line| line.split('|').map(str::trim).collect())
            .collect();
        let documented: Vec<&str> = rows.iter().map(|row| row[1].trim_matches('`')).collect();
        let codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(documented, codes);
        for row in rows {
            assert!(
                row[2].len() > 20 && row[3].len() > 10,
                "{}: says what it means and what to do",
                row[1]
            );
        }
    }

    #[test]
    fn codes_are_written_the_same_way_in_json_and_in_text() {
        for code in ErrorCode::ALL {
            assert_eq!(
                serde_json::to_string(&code).unwrap(),
                format!("\"{}\"", code.as_str())
            );
        }
    }

    #[test]
    fn an_error_keeps_the_value_short_without_cutting_a_character() {
        let error = RowError::new(
            ErrorCode::PriceNotANumber,
            Some("price"),
            &"я".repeat(500),
            "no",
        );
        assert_eq!(error.value, "я".repeat(VALUE_IN_ERROR_CHARS));
    }
}
