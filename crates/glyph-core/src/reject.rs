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
    pub const ALL: [ErrorCode; 23] = [
        ErrorCode::RowTooShort,
        ErrorCode::RowTooLong,
        ErrorCode::RowNotJson,
        ErrorCode::RowNotAnObject,
        ErrorCode::CellTooLong,
        ErrorCode::TitleMissing,
        ErrorCode::TitleControlCharacter,
        ErrorCode::TitleTooLong,
        ErrorCode::PriceMissing,
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
