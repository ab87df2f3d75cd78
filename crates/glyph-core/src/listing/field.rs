//! The fields of a listing that a column may hold.

use serde::Serialize;

/// What a column holds. `Extra` is a column kept as it is, under its own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Title,
    /// The card's name beside a title: a model, chipset or part-number column.
    Model,
    Price,
    Currency,
    Condition,
    Quantity,
    MinOrderQuantity,
    Availability,
    Seller,
    Region,
    SourceUrl,
    SourceType,
    SeenAt,
    Age,
    Notes,
    Extra,
}

impl Field {
    /// Every field, in the order in which a row's columns are given out to them.
    pub const ALL: [Field; 16] = [
        Field::Title,
        Field::Model,
        Field::Price,
        Field::Currency,
        Field::Condition,
        Field::Quantity,
        Field::MinOrderQuantity,
        Field::Availability,
        Field::Seller,
        Field::Region,
        Field::SourceUrl,
        Field::SourceType,
        Field::SeenAt,
        Field::Age,
        Field::Notes,
        Field::Extra,
    ];

    /// The name that `--map header=field` takes: `title`, `min_order_quantity`.
    pub fn as_str(self) -> &'static str {
        match self {
            Field::Title => "title",
            Field::Model => "model",
            Field::Price => "price",
            Field::Currency => "currency",
            Field::Condition => "condition",
            Field::Quantity => "quantity",
            Field::MinOrderQuantity => "min_order_quantity",
            Field::Availability => "availability",
            Field::Seller => "seller",
            Field::Region => "region",
            Field::SourceUrl => "source_url",
            Field::SourceType => "source_type",
            Field::SeenAt => "seen_at",
            Field::Age => "age",
            Field::Notes => "notes",
            Field::Extra => "extra",
        }
    }

    /// The field of this name; `None` where there is none.
    pub fn parse(name: &str) -> Option<Field> {
        Field::ALL
            .into_iter()
            .find(|field| field.as_str() == name.trim())
    }

    pub(crate) fn position(self) -> usize {
        self as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_name_and_stands_at_its_position() {
        for (position, field) in Field::ALL.into_iter().enumerate() {
            assert_eq!(Field::parse(field.as_str()), Some(field));
            assert_eq!(field.position(), position);
        }
        assert_eq!(Field::parse("prize"), None);
    }
}
