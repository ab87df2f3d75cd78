//! One row after another: picks the cell of each field, reads it, keeps what no field holds.

use rustc_hash::{FxHashMap, FxHashSet};

use super::field::Field;
use super::header::HeaderMap;
use super::price::{self, PriceContext};
use super::quantity::{self, AbsurdNumber, Stock};
use super::rates::{Rate, Rates};
use super::seen_at::{self, Seen};
use super::{Availability, Condition, DecimalMark, Listing, condition, region, title};
use crate::money::Currency;
use crate::reject::{ErrorCode, RowError};
use crate::source::RawRow;

/// The longest cell, in bytes: no text of a listing is longer, a quote that is not closed makes one.
pub const CELL_BYTES: usize = 262_144;

/// What the user declares about a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReaderOptions {
    /// The currency of prices that name none; US dollars where nothing is declared.
    pub currency: Option<Currency>,
    /// Settles `1,226` and `1.226`.
    pub decimal_mark: Option<DecimalMark>,
    /// The most bytes of a cell; a longer one rejects its row.
    pub cell_bytes: usize,
}

impl Default for ReaderOptions {
    fn default() -> ReaderOptions {
        ReaderOptions {
            currency: None,
            decimal_mark: None,
            cell_bytes: CELL_BYTES,
        }
    }
}

/// Reads the rows of one source.
#[derive(Debug)]
pub struct ListingReader<'a> {
    header: HeaderMap,
    rates: &'a Rates,
    options: ReaderOptions,
    /// Columns of the row in hand that a field holds.
    taken: Vec<bool>,
    conditions: Memo<Option<Condition>>,
    regions: Memo<Option<&'static str>>,
    stocks: Memo<Result<Stock, AbsurdNumber>>,
    currencies: FxHashSet<Currency>,
}

impl<'a> ListingReader<'a> {
    pub fn new(header: HeaderMap, rates: &'a Rates, options: ReaderOptions) -> ListingReader<'a> {
        ListingReader {
            header,
            rates,
            options,
            taken: Vec::new(),
            conditions: Memo::new(condition::read),
            regions: Memo::new(region::code_of),
            stocks: Memo::new(quantity::read),
            currencies: FxHashSet::default(),
        }
    }

    /// The mapping, with the columns that came since.
    pub fn header(&self) -> &HeaderMap {
        &self.header
    }

    /// The rates that prices so far were converted by, in the order of their codes; without the US dollar.
    pub fn rates_used(&self) -> Vec<&'a Rate> {
        let mut used: Vec<&Rate> = self
            .currencies
            .iter()
            .filter(|currency| **currency != Currency::USD)
            .filter_map(|currency| self.rates.rate(*currency))
            .collect();
        used.sort_by(|left, right| left.currency.cmp(&right.currency));
        used
    }

    /// Reads a row into `listing`, whose buffers are used again. On `Err`, which holds every error of the row, what
    /// stands in `listing` is of no use. `columns` are those of the source so far.
    pub fn read(
        &mut self,
        columns: &[String],
        row: &RawRow,
        listing: &mut Listing,
    ) -> Result<(), Vec<RowError>> {
        if let Some(fault) = &row.fault {
            return Err(vec![fault.clone()]);
        }
        if columns.len() > self.header.len() {
            self.header.extend(columns);
        }
        self.taken.clear();
        self.taken.resize(self.header.len(), false);

        let mut errors = Vec::new();
        self.check_lengths(row, &mut errors);
        self.read_title(row, listing, &mut errors);
        self.read_texts(row, listing);
        self.read_stock(row, listing, &mut errors);
        self.read_seen_at(row, listing, &mut errors);
        self.read_price(row, listing, &mut errors);
        self.keep_the_rest(row, listing);
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    /// The best-named column of a field that has something in it and serves no field yet: its number and its cell,
    /// trimmed.
    fn find<'r>(&self, field: Field, row: &'r RawRow) -> Option<(usize, &'r str)> {
        self.header
            .candidates(field)
            .iter()
            .filter(|column| !self.is_taken(**column))
            .find_map(|&column| {
                let cell = row.cells.get(column)?.trim();
                (!cell.is_empty()).then_some((column, cell))
            })
    }

    fn take<'r>(&mut self, field: Field, row: &'r RawRow) -> Option<(usize, &'r str)> {
        let found = self.find(field, row)?;
        self.mark(found.0);
        Some(found)
    }

    fn mark(&mut self, column: usize) {
        if let Some(taken) = self.taken.get_mut(column) {
            *taken = true;
        }
    }

    fn is_taken(&self, column: usize) -> bool {
        self.taken.get(column).copied().unwrap_or(false)
    }

    /// An error at a column, or at the field by its own name where the source has no column for it.
    fn error(
        &self,
        code: ErrorCode,
        field: Field,
        column: Option<usize>,
        value: &str,
        message: impl Into<String>,
    ) -> RowError {
        let column = column.or_else(|| self.header.candidates(field).first().copied());
        let name = column
            .and_then(|column| self.header.header(column))
            .unwrap_or(field.as_str());
        RowError::new(code, Some(name), value, message)
    }

    fn check_lengths(&self, row: &RawRow, errors: &mut Vec<RowError>) {
        let most = self.options.cell_bytes;
        for (column, cell) in row.cells.iter() {
            if cell.len() > most {
                errors.push(RowError::new(
                    ErrorCode::CellTooLong,
                    self.header.header(column),
                    cell,
                    format!(
                        "the cell has {} bytes, more than {most}; shorten it, or close a quote before it",
                        cell.len()
                    ),
                ));
            }
        }
    }

    fn read_title(&mut self, row: &RawRow, listing: &mut Listing, errors: &mut Vec<RowError>) {
        let found = self.take(Field::Title, row);
        let cell = found.map_or("", |(_, cell)| cell);
        if let Err((code, message)) = title::read(cell, &mut listing.title) {
            let column = found.map(|(column, _)| column);
            errors.push(self.error(code, Field::Title, column, cell, message));
        }
        // A model that says what the title says is no hint, but where the title itself is such a name.
        let model = self.take(Field::Model, row).map(|(_, text)| text);
        let own_name = found.filter(|(column, _)| self.header.has_canonical_names(*column));
        let hint = model
            .filter(|text| *text != listing.title)
            .or(own_name.map(|_| listing.title.as_str()));
        assign(&mut listing.model_hint, hint);
    }

    fn read_texts(&mut self, row: &RawRow, listing: &mut Listing) {
        let condition = self.take(Field::Condition, row).map(|(_, cell)| cell);
        listing.condition = condition.and_then(|cell| self.conditions.of(cell));
        let kept = condition.filter(|cell| {
            !listing
                .condition
                .is_some_and(|condition| condition.as_str().eq_ignore_ascii_case(cell))
        });
        assign(&mut listing.texts.condition_text, kept);

        let region = self.take(Field::Region, row).map(|(_, cell)| cell);
        let code = region.and_then(|cell| self.regions.of(cell));
        assign(&mut listing.region, code.or(region));
        assign(
            &mut listing.texts.region_text,
            region.filter(|cell| code.is_some_and(|code| code != *cell)),
        );

        for (field, text) in [
            (Field::Seller, &mut listing.texts.seller),
            (Field::SourceUrl, &mut listing.texts.source_url),
            (Field::SourceType, &mut listing.texts.source_type),
            (Field::Notes, &mut listing.texts.notes),
        ] {
            let cell = self.take(field, row).map(|(_, cell)| cell);
            assign(text, cell);
        }
    }

    fn read_stock(&mut self, row: &RawRow, listing: &mut Listing, errors: &mut Vec<RowError>) {
        let quantity = self.take(Field::Quantity, row);
        let stock = self.stock(
            Field::Quantity,
            ErrorCode::QuantityInvalid,
            quantity,
            errors,
        );
        assign(
            &mut listing.texts.quantity_text,
            quantity.map(|(_, cell)| cell).filter(|_| !stock.complete),
        );
        let minimum = self.find(Field::MinOrderQuantity, row);
        let order = self.stock(
            Field::MinOrderQuantity,
            ErrorCode::MinOrderInvalid,
            minimum,
            errors,
        );
        listing.min_order_quantity = order.quantity;
        if let Some((column, _)) = minimum
            && order.complete
            && order.quantity.is_some()
        {
            self.mark(column);
        }
        // A number in an availability column is a flag or a count; only the words and flags of it are taken.
        let availability = self.find(Field::Availability, row);
        let state = availability.map_or(Stock::default(), |(_, cell)| {
            self.stocks.of(cell).unwrap_or_default()
        });
        if let Some((column, _)) = availability
            && state.complete
            && state.availability.is_some()
        {
            self.mark(column);
        }
        listing.quantity = stock.quantity;
        let counted = stock.quantity.map(|quantity| {
            if quantity > 0 {
                Availability::InStock
            } else {
                Availability::OutOfStock
            }
        });
        let by_condition = || {
            let text = listing.texts.condition_text.as_deref()?;
            quantity::read(text).ok()?.availability
        };
        listing.availability = state
            .availability
            .or(stock.availability)
            .or(counted)
            .or_else(by_condition);
    }

    fn stock(
        &mut self,
        field: Field,
        code: ErrorCode,
        found: Option<(usize, &str)>,
        errors: &mut Vec<RowError>,
    ) -> Stock {
        let Some((column, cell)) = found else {
            return Stock {
                complete: true,
                ..Stock::default()
            };
        };
        self.stocks.of(cell).unwrap_or_else(|AbsurdNumber| {
            let message = format!(
                "this is no count of cards; write a whole number up to {}",
                quantity::LARGEST_QUANTITY
            );
            errors.push(self.error(code, field, Some(column), cell, message));
            Stock::default()
        })
    }

    fn read_seen_at(&mut self, row: &RawRow, listing: &mut Listing, errors: &mut Vec<RowError>) {
        listing.seen_at = None;
        let age = self.take(Field::Age, row).map(|(_, cell)| cell);
        assign(&mut listing.texts.age_text, age);
        if let Some((column, cell)) = self.find(Field::SeenAt, row) {
            match seen_at::read(cell) {
                Seen::At(time) => {
                    listing.seen_at = Some(time);
                    self.mark(column);
                }
                Seen::Age if age.is_none() => {
                    assign(&mut listing.texts.age_text, Some(cell));
                    self.mark(column);
                }
                Seen::Age => {}
                Seen::Invalid(message) => {
                    let code = ErrorCode::SeenAtInvalid;
                    errors.push(self.error(code, Field::SeenAt, Some(column), cell, message));
                }
            }
        }
        if listing.seen_at.is_none() {
            listing.seen_at = age.and_then(seen_at::within_age);
        }
    }

    fn read_price(&mut self, row: &RawRow, listing: &mut Listing, errors: &mut Vec<RowError>) {
        let currency_cell = self.find(Field::Currency, row);
        let named = currency_cell.and_then(|(_, cell)| price::declared_currencies(cell));
        if let Some((column, cell)) = currency_cell.filter(|_| named.is_none())
            && !matches!(
                cell.to_lowercase().as_str(),
                "n/a" | "na" | "-" | "—" | "null" | "none" | "nan"
            )
        {
            errors.push(self.error(
                ErrorCode::CurrencyUnknown,
                Field::Currency,
                Some(column),
                cell,
                "this currency is not known; write its ISO code, such as `EUR`",
            ));
        }

        let found = self.take(Field::Price, row);
        let (column, cell) = found.map_or((None, ""), |(column, cell)| (Some(column), cell));
        let context = PriceContext {
            column: named,
            header: column.and_then(|column| self.header.currency(column)),
            declared: self.options.currency,
            decimal_mark: self.options.decimal_mark,
            region: listing.region.as_deref(),
            source_url: listing.texts.source_url.as_deref(),
        };
        let read = price::read_price(cell, &context).and_then(|money| {
            let cents = price::in_dollars(self.rates, money)?;
            Ok((money, cents))
        });
        match read {
            Ok((money, cents)) => {
                listing.price = money;
                listing.price_usd_minor = cents;
                let plain = cell
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'.');
                assign(&mut listing.price_text, Some(cell).filter(|_| !plain));
                self.currencies.insert(money.currency);
                if let Some((column, cell)) = currency_cell
                    && cell.eq_ignore_ascii_case(money.currency.code())
                {
                    self.mark(column);
                }
            }
            Err(problem) => {
                errors.push(self.error(problem.code, Field::Price, column, cell, problem.message));
            }
        }
    }

    /// Writes the cells that no field holds as a JSON object, in the order of the row.
    fn keep_the_rest(&self, row: &RawRow, listing: &mut Listing) {
        let mut buffer = listing.texts.extra.take().unwrap_or_default();
        buffer.clear();
        for (column, cell) in row.cells.iter() {
            if cell.is_empty() || self.is_taken(column) || cell.trim().is_empty() {
                continue;
            }
            buffer.push(if buffer.is_empty() { '{' } else { ',' });
            push_json(&mut buffer, self.header.key(column));
            buffer.push(':');
            push_json(&mut buffer, cell);
        }
        if !buffer.is_empty() {
            buffer.push('}');
            listing.texts.extra = Some(buffer);
        }
    }
}

/// Sets an optional text, using its buffer again.
fn assign(text: &mut Option<String>, value: Option<&str>) {
    match (text.as_mut(), value) {
        (Some(buffer), Some(value)) => {
            buffer.clear();
            buffer.push_str(value);
        }
        (_, value) => *text = value.map(str::to_owned),
    }
}

/// Appends a JSON string.
fn push_json(buffer: &mut String, text: &str) {
    let plain = text
        .bytes()
        .all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
    if plain {
        buffer.push('"');
        buffer.push_str(text);
        buffer.push('"');
    } else {
        buffer.push_str(&serde_json::Value::from(text).to_string());
    }
}

/// Remembers what a pure function made of the texts seen so far: catalogues repeat a few conditions and regions.
/// `parse_listing` in the benches shows what it saves.
#[derive(Debug)]
struct Memo<T> {
    function: fn(&str) -> T,
    known: FxHashMap<String, T>,
}

/// So many texts are remembered; a column of free text must not fill the memory.
const MEMO_TEXTS: usize = 1_024;

impl<T: Copy> Memo<T> {
    fn new(function: fn(&str) -> T) -> Memo<T> {
        Memo {
            function,
            known: FxHashMap::default(),
        }
    }

    fn of(&mut self, text: &str) -> T {
        if let Some(known) = self.known.get(text) {
            return *known;
        }
        let value = (self.function)(text);
        if self.known.len() < MEMO_TEXTS && text.len() <= 100 {
            self.known.insert(text.to_owned(), value);
        }
        value
    }
}
