//! Headers → fields. Which column serves a field is settled by the names alone, and for each row anew: the best-named
//! column with something in it. So a row reads the same whatever columns its neighbours brought.

use serde::Serialize;

use super::currency_mark;
use super::field::Field;
use super::header_names::{self, Meaning};
use crate::money::Currency;

/// The columns of a source and the fields they serve. JSON sources find more columns as they go on: [`HeaderMap::extend`].
#[derive(Debug, Clone)]
pub struct HeaderMap {
    columns: Vec<Column>,
    /// The columns of each field by [`Field::position`], best first.
    candidates: Vec<Vec<usize>>,
    overrides: Vec<(String, Field)>,
}

#[derive(Debug, Clone)]
struct Column {
    /// As the source spells it.
    header: String,
    /// The name in `extra`: unique and never empty.
    key: String,
    meaning: Meaning,
    overridden: bool,
    has_canonical_names: bool,
}

/// How one column is used, for showing and keeping with the import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MappedColumn {
    pub header: String,
    pub field: Field,
    /// 1 for the column that serves the field; 2 and more serve it in rows where the better ones are empty.
    pub choice: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// A header that listings cannot be read under.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    #[error("there is no {} column among {}", names(missing), quoted(found))]
    Missing {
        missing: Vec<Field>,
        found: Vec<String>,
    },
    #[error("there is no column `{header}` to map to {}; there are {}", field.as_str(), quoted(found))]
    UnknownColumn {
        header: String,
        field: Field,
        found: Vec<String>,
    },
}

impl HeaderError {
    /// The way out, ready to be typed.
    pub fn hint(&self) -> String {
        match self {
            HeaderError::Missing { missing, found } => missing
                .iter()
                .map(|field| {
                    let header = likeliest(*field, found).unwrap_or("HEADER");
                    format!("--map '{header}={}'", field.as_str())
                })
                .collect::<Vec<_>>()
                .join(" "),
            HeaderError::UnknownColumn { field, found, .. } => {
                let header = likeliest(*field, found).unwrap_or("HEADER");
                format!("--map '{header}={}'", field.as_str())
            }
        }
    }
}

impl HeaderMap {
    /// Maps a header that is known whole (CSV, Parquet). Each override names a column in any spelling, and its field.
    pub fn resolve(
        columns: &[String],
        overrides: &[(String, Field)],
    ) -> Result<HeaderMap, HeaderError> {
        let map = HeaderMap::growing(columns, overrides);
        map.check()?;
        Ok(map)
    }

    /// Maps columns of which some may still be missing: those of mended JSON rows, none of which may name a title or a
    /// price yet. [`HeaderMap::check`] tells whether there is what a listing needs.
    pub fn growing(columns: &[String], overrides: &[(String, Field)]) -> HeaderMap {
        let mut map = HeaderMap {
            columns: Vec::new(),
            candidates: Vec::new(),
            overrides: overrides.to_vec(),
        };
        map.extend(columns);
        map
    }

    /// Takes in the columns that were found since; `columns` holds the old ones first.
    pub fn extend(&mut self, columns: &[String]) {
        for header in columns.iter().skip(self.columns.len()) {
            let column = self.column(header);
            self.columns.push(column);
        }
        self.rank();
    }

    /// Refuses a header without a title or a price, and an override of a column that is not there.
    pub fn check(&self) -> Result<(), HeaderError> {
        let found = || -> Vec<String> {
            self.columns
                .iter()
                .map(|column| column.header.clone())
                .collect()
        };
        for (header, field) in &self.overrides {
            if !self
                .columns
                .iter()
                .any(|column| names_column(header, &column.header))
            {
                return Err(HeaderError::UnknownColumn {
                    header: header.clone(),
                    field: *field,
                    found: found(),
                });
            }
        }
        let missing: Vec<Field> = [Field::Title, Field::Price]
            .into_iter()
            .filter(|field| self.candidates(*field).is_empty())
            .collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(HeaderError::Missing {
                missing,
                found: found(),
            })
        }
    }

    /// The mapping, a line a column, in the order of the columns.
    pub fn describe(&self) -> Vec<MappedColumn> {
        self.columns
            .iter()
            .enumerate()
            .map(|(number, column)| {
                let role = Field::ALL
                    .into_iter()
                    .filter_map(|field| {
                        let place = self
                            .candidates(field)
                            .iter()
                            .position(|&other| other == number)?;
                        Some((place, field))
                    })
                    .min();
                let (choice, field) = role.unwrap_or((0, Field::Extra));
                MappedColumn {
                    header: column.header.clone(),
                    field,
                    choice: choice + 1,
                    currency: column
                        .meaning
                        .currency
                        .filter(|_| field == Field::Price)
                        .map(|currency| currency.code().to_owned()),
                }
            })
            .collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The columns that may serve a field, best first.
    pub(crate) fn candidates(&self, field: Field) -> &[usize] {
        self.candidates
            .get(field.position())
            .map_or(&[], Vec::as_slice)
    }

    pub(crate) fn header(&self, column: usize) -> Option<&str> {
        self.columns
            .get(column)
            .map(|column| column.header.as_str())
    }

    /// Whether a column holds this program's own names of models.
    pub(crate) fn has_canonical_names(&self, column: usize) -> bool {
        self.columns
            .get(column)
            .is_some_and(|column| column.has_canonical_names)
    }

    pub(crate) fn key(&self, column: usize) -> &str {
        self.columns
            .get(column)
            .map_or("", |column| column.key.as_str())
    }

    pub(crate) fn currency(&self, column: usize) -> Option<Currency> {
        self.columns.get(column)?.meaning.currency
    }

    fn column(&self, header: &str) -> Column {
        let header = header
            .trim_matches(|character: char| character.is_whitespace() || character == '\u{FEFF}');
        let mut meaning = header_names::meaning_of(header);
        let chosen = self
            .overrides
            .iter()
            .find(|(name, _)| names_column(name, header));
        if let Some(&(_, field)) = chosen {
            meaning.roles = if field == Field::Extra {
                Vec::new()
            } else {
                vec![(field, 0)]
            };
            meaning.currency = currency_mark::in_header(header)
                .or_else(|| currency_mark::split_header(header).map(|(currency, _)| currency))
                .filter(|_| field == Field::Price);
        }
        Column {
            header: header.to_owned(),
            key: self.free_key(header),
            meaning,
            overridden: chosen.is_some(),
            has_canonical_names: header_names::is_canonical_model(header),
        }
    }

    /// The header, or `column 3` where it is empty, or `color (2)` where it is taken.
    fn free_key(&self, header: &str) -> String {
        let taken = |key: &str| self.columns.iter().any(|column| column.key == key);
        let base = if header.is_empty() {
            format!("column {}", self.columns.len() + 1)
        } else {
            header.to_owned()
        };
        if !taken(&base) {
            return base;
        }
        let mut number = 2;
        loop {
            let key = format!("{base} ({number})");
            if !taken(&key) {
                return key;
            }
            number += 1;
        }
    }

    /// Orders the columns of every field by rank and then by name, so that the order of arrival does not count.
    fn rank(&mut self) {
        self.candidates = Field::ALL
            .into_iter()
            .map(|field| {
                let mut ranked: Vec<(u8, String, &str, usize)> = Vec::new();
                let overridden = self
                    .columns
                    .iter()
                    .any(|column| column.overridden && column.serves(field).is_some());
                for (number, column) in self.columns.iter().enumerate() {
                    if let Some(rank) = column.serves(field)
                        && (column.overridden || !overridden)
                    {
                        let reduced = header_names::reduce(&column.header);
                        ranked.push((rank, reduced, &column.header, number));
                    }
                }
                ranked.sort();
                ranked.into_iter().map(|(_, _, _, number)| number).collect()
            })
            .collect();
    }
}

impl Column {
    fn serves(&self, field: Field) -> Option<u8> {
        self.meaning
            .roles
            .iter()
            .find(|role| role.0 == field)
            .map(|role| role.1)
    }
}

fn names_column(name: &str, header: &str) -> bool {
    name.trim() == header || {
        let reduced = header_names::reduce(name);
        !reduced.is_empty() && reduced == header_names::reduce(header)
    }
}

fn names(fields: &[Field]) -> String {
    let names: Vec<&str> = fields.iter().map(|field| field.as_str()).collect();
    names.join(" and no ")
}

fn quoted(headers: &[String]) -> String {
    const SHOWN: usize = 40;
    let mut shown: Vec<String> = headers
        .iter()
        .take(SHOWN)
        .map(|header| format!("`{header}`"))
        .collect();
    if headers.len() > SHOWN {
        shown.push(format!("{} more", headers.len() - SHOWN));
    }
    shown.join(", ")
}

/// The header that most looks like the field though no name fits.
fn likeliest(field: Field, headers: &[String]) -> Option<&str> {
    let words: &[&str] = match field {
        Field::Title => &[
            "title", "name", "descr", "product", "item", "model", "card", "sku",
        ],
        Field::Price => &[
            "price", "cost", "preis", "msrp", "amount", "usd", "eur", "value",
        ],
        other => &[other.as_str()],
    };
    words.iter().find_map(|word| {
        headers
            .iter()
            .find(|header| header_names::reduce(header).contains(word))
            .map(String::as_str)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(headers: &str) -> Vec<String> {
        headers.split(',').map(str::to_owned).collect()
    }

    fn map(headers: &str) -> HeaderMap {
        HeaderMap::resolve(&columns(headers), &[]).unwrap()
    }

    /// `header→field` of every column, with the choice where it is not the first.
    fn shown(headers: &str) -> String {
        map(headers)
            .describe()
            .iter()
            .map(|column| match column.choice {
                1 => column.field.as_str().to_owned(),
                choice => format!("{}{choice}", column.field.as_str()),
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn knows_the_headers_of_real_files() {
        for (headers, fields) in [
            (
                "model,condition,price,quantity,seller,geographic_region,listing_age,source_url,source_type,bulk_notes,title",
                "model condition price quantity seller region age source_url source_type notes title",
            ),
            (
                "Model,Condition,Price_USD,Quantity,Min_Order_Qty,Seller,Geographic_Region,Listing_Age,Source_URL,Source_Type,Bulk_Notes,Price_Sort,Stock_Status",
                "title condition price quantity min_order_quantity seller region age source_url source_type notes extra availability",
            ),
            (
                "snapshot_date,commit,name,price,chipset,memory,core_clock,boost_clock,color,length",
                "seen_at extra title price model extra extra extra extra extra",
            ),
            (
                "productId,productName,category,retailer,region,regionName,currency,condition,price,inStock,quantity,url,fetchedAt",
                "extra title extra seller region region2 currency condition price availability quantity source_url seen_at",
            ),
            (
                "Artikelbezeichnung;Preis in EUR;Zustand"
                    .replace(';', ",")
                    .as_str(),
                "title price condition",
            ),
            (
                "Наименование,\"Цена, руб.\""
                    .replace("\"Цена, руб.\"", "Цена руб.")
                    .as_str(),
                "title price",
            ),
            ("GPU Model,price (usd),Notes", "title price notes"),
            (
                "canonical_model,vram_gb,price,score",
                "title extra price extra",
            ),
            ("canonical_model,title,price", "model title price"),
            (
                "Part Number,Description,Qty,Unit Price",
                "model title quantity price",
            ),
            (
                "商品名,価格(円),状態,ショップ",
                "title price condition seller",
            ),
        ] {
            assert_eq!(shown(headers), fields, "{headers}");
        }
    }

    #[test]
    fn of_two_columns_for_one_field_the_better_named_wins_wherever_it_stands() {
        for headers in ["price,Price_USD,title", "Price_USD,price,title"] {
            let map = map(headers);
            let best = map.candidates(Field::Price)[0];
            assert_eq!(map.header(best), Some("price"), "{headers}");
        }
        for headers in ["title,price_usd,price_eur", "price_eur,price_usd,title"] {
            let map = map(headers);
            assert_eq!(
                map.header(map.candidates(Field::Price)[0]),
                Some("price_usd")
            );
        }
    }

    #[test]
    fn a_header_without_a_price_says_what_was_found_and_what_would_help() {
        let error = HeaderMap::resolve(&columns("name,Our Cost,memory"), &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no price column among `name`, `Our Cost`, `memory`"
        );
        assert_eq!(error.hint(), "--map 'Our Cost=price'");
        let error = HeaderMap::resolve(&columns("a,b"), &[]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no title and no price column among `a`, `b`"
        );
        assert_eq!(error.hint(), "--map 'HEADER=title' --map 'HEADER=price'");
    }

    #[test]
    fn an_override_alone_serves_its_field() {
        let overrides = [
            ("our cost".to_owned(), Field::Price),
            ("MODEL".to_owned(), Field::Extra),
        ];
        let map = HeaderMap::resolve(&columns("title,model,price,Our_Cost"), &overrides).unwrap();
        let fields: Vec<Field> = map.describe().iter().map(|column| column.field).collect();
        assert_eq!(
            fields,
            [Field::Title, Field::Extra, Field::Extra, Field::Price]
        );
    }

    #[test]
    fn an_override_of_a_column_that_is_not_there_is_refused() {
        let overrides = [("prize".to_owned(), Field::Price)];
        let error = HeaderMap::resolve(&columns("title,price"), &overrides).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no column `prize` to map to price; there are `title`, `price`"
        );
    }

    #[test]
    fn empty_and_repeated_headers_keep_names_of_their_own() {
        let map = map(",title,color,price,color,,color (2)");
        let keys: Vec<&str> = (0..map.len()).map(|column| map.key(column)).collect();
        assert_eq!(
            keys,
            [
                "column 1",
                "title",
                "color",
                "price",
                "color (2)",
                "column 6",
                "color (2) (2)"
            ]
        );
    }

    #[test]
    fn columns_that_come_later_take_their_place_by_name() {
        let mut map = HeaderMap::growing(&columns("name,amount"), &[]);
        assert!(map.check().is_err());
        map.extend(&columns("name,amount,title,price"));
        assert!(map.check().is_ok());
        assert_eq!(map.candidates(Field::Title), [2, 0]);
    }
}
