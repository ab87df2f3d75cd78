//! Shopify's `products.json`: a row a variant, with the fields of its product.
//!
//! - `title` is the product's title, and the variant's after ` - ` unless it is `Default Title`; `source_url` is
//!   `/products/HANDLE`, with `?variant=ID` under the same condition, relative because the file does not name the shop.
//! - Fields of the variant keep their names, but `id` is `variant_id`, `title` is `variant_title` and
//!   `inventory_quantity` is `quantity`. Fields of the product keep their names where the variant has none of that name;
//!   `id`, `created_at` and `updated_at` become `product_id`, `product_created_at` and `product_updated_at`. A list of
//!   tags is joined with commas.
//! - `body_html` and `images` are large and the same for every variant: they go to the first variant of a product only.
//! - The span and `raw` are those of the variant's object. A product without variants is a row of its own, its span the
//!   product's.
//! - [`RawRow::repair`] is a product object with this variant alone and without `body_html` and `images`, in UTF-8: a
//!   repair file is a `products.json` of these, read by this same source, one row each, in order.

use std::borrow::Cow;
use std::ops::Range;

use super::encoding::decode;
use super::json::{CellValue, JsonColumns, Members, parse_object, plain_text};
use super::json_elements::Elements;
use super::json_scan::{elements, members};
use super::window::count_line_breaks;
use super::{Findings, Format, RawRow, RowSource, RowSpan, SourceError};
use crate::reject::RowError;

const DEFAULT_TITLE: &str = "Default Title";

/// Fields of a product that are kept once, with its first variant.
const KEPT_ONCE: [&str; 2] = ["body_html", "images"];

/// A Shopify source.
#[derive(Debug)]
pub struct ShopifySource {
    elements: Elements,
    columns: JsonColumns,
    product: Option<Product>,
    next_index: u64,
    windows_1252_rows: u64,
}

/// The product at the start of the window, whose variants are being given.
#[derive(Debug)]
struct Product {
    length: usize,
    /// Its fields other than the variants.
    text: String,
    /// Of the variants, within the bytes of the product; the product itself where it has none or
    /// is no JSON.
    records: Vec<Range<usize>>,
    has_variants: bool,
    next: usize,
    is_windows_1252: bool,
}

impl ShopifySource {
    pub(super) fn new(elements: Elements) -> ShopifySource {
        ShopifySource {
            elements,
            columns: JsonColumns::default(),
            product: None,
            next_index: 0,
            windows_1252_rows: 0,
        }
    }

    /// The product in work, the next one where all its variants are given.
    fn take_product(&mut self) -> Result<Option<Product>, SourceError> {
        match self.product.take() {
            Some(product) if product.next < product.records.len() => return Ok(Some(product)),
            Some(product) => self.elements.leave(product.length),
            None => {}
        }
        Ok(self.elements.find_next()?.map(|length| {
            let bytes = &self.elements.window().text()[..length];
            let (list, mut variants) = find_variants(bytes).unwrap_or((length..length, Vec::new()));
            // Without the variants, so that a broken one is a fault of its own row and of no other.
            let filler: &[u8] = if list.is_empty() { b"" } else { b"null" };
            let fields = [&bytes[..list.start], filler, &bytes[list.end..]].concat();
            let (text, is_windows_1252) = decode(&fields);
            let text = text.into_owned();
            if parse_object(&text).is_err() {
                variants.clear();
            }
            let has_variants = !variants.is_empty();
            if !has_variants {
                variants.push(0..length);
            }
            Product {
                length,
                text,
                has_variants,
                records: variants,
                next: 0,
                is_windows_1252,
            }
        }))
    }

    fn fill(
        &mut self,
        product: &Product,
        row: &mut RawRow,
    ) -> Result<Option<RowError>, SourceError> {
        let range = product.records[product.next].clone();
        let (text, is_windows_1252) = decode(&self.elements.window().text()[range]);
        self.windows_1252_rows += u64::from(is_windows_1252 || product.is_windows_1252);
        if !product.has_variants && row.raw != text.as_bytes() {
            row.repair.extend_from_slice(text.as_bytes());
        }
        let fields = match parse_object(&product.text) {
            Ok(fields) => fields,
            Err(fault) => return Ok(Some(fault)),
        };
        let mut variant = Members(Vec::new());
        if product.has_variants {
            write_repair(&fields, &text, &mut row.repair);
            variant = match parse_object(&text) {
                Ok(variant) => variant,
                Err(fault) => return Ok(Some(fault)),
            };
        }
        let cells = row_members(fields, variant, product.next == 0);
        self.columns
            .fill(&cells, self.elements.limits(), &mut row.cells)
    }
}

impl RowSource for ShopifySource {
    fn columns(&self) -> &[String] {
        self.columns.names()
    }

    fn next_row(&mut self, row: &mut RawRow) -> Result<bool, SourceError> {
        let Some(mut product) = self.take_product()? else {
            return Ok(false);
        };
        row.reset(self.next_index);
        let range = product.records[product.next].clone();
        let window = self.elements.window();
        let raw = window.source_bytes(range.start, range.end);
        row.raw.extend_from_slice(raw);
        let line_start = window.line_at(range.start);
        row.span = RowSpan {
            line_start,
            line_end: line_start + count_line_breaks(&window.text()[range.clone()]),
            byte_start: window.source_offset(range.start),
            byte_len: raw.len() as u64,
        };
        row.fault = self.fill(&product, row)?;
        self.next_index += 1;
        product.next += 1;
        self.product = Some(product);
        Ok(true)
    }

    fn findings(&self) -> Findings {
        Findings {
            format: Format::Shopify.as_str(),
            delimiter: None,
            encoding: self.elements.window().encoding().as_str(),
            windows_1252_rows: self.windows_1252_rows,
        }
    }

    /// Empty: a repair file is UTF-8 without a mark, whatever the source was.
    fn header_raw(&self) -> &[u8] {
        b""
    }
}

/// Where the list of variants of a product stands in its bytes, and each of them. Of several members of that name the last
/// one counts.
fn find_variants(product: &[u8]) -> Option<(Range<usize>, Vec<Range<usize>>)> {
    let (_, list) = members(product)?
        .into_iter()
        .rev()
        .find(|(key, _)| &product[key.clone()] == b"\"variants\"")?;
    let variants = elements(product, list.clone())?;
    Some((list, variants))
}

/// The cells of a row, the product's first, so that the variant's field of the same name counts.
fn row_members<'a>(
    product: Members<'a>,
    variant: Members<'a>,
    is_first: bool,
) -> Vec<(Cow<'a, str>, CellValue<'a>)> {
    let text_of = |members: &Members<'a>, name: &str| {
        members
            .0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .and_then(|(_, value)| plain_text(value))
    };
    let variant_title = text_of(&variant, "title").filter(|title| !is_default(title));
    let title = match (text_of(&product, "title"), &variant_title) {
        (Some(product), Some(variant)) => Some(Cow::Owned(format!("{product} - {variant}"))),
        (Some(product), None) => Some(product),
        (None, variant) => variant.clone(),
    };
    let url = text_of(&product, "handle").map(|handle| match text_of(&variant, "id") {
        Some(id) if variant_title.is_some() => format!("/products/{handle}?variant={id}"),
        _ => format!("/products/{handle}"),
    });

    let mut cells = Vec::with_capacity(product.0.len() + variant.0.len() + 2);
    if let Some(title) = title {
        cells.push((Cow::Borrowed("title"), CellValue::Text(title)));
    }
    if let Some(url) = url {
        cells.push((
            Cow::Borrowed("source_url"),
            CellValue::Text(Cow::Owned(url)),
        ));
    }
    for (key, value) in product.0 {
        let name = match &*key {
            "title" | "variants" => continue,
            name if KEPT_ONCE.contains(&name) && !is_first => continue,
            "id" => Cow::Borrowed("product_id"),
            "created_at" => Cow::Borrowed("product_created_at"),
            "updated_at" => Cow::Borrowed("product_updated_at"),
            "tags" => {
                let tags = joined_tags(&value);
                cells.push((key, tags.unwrap_or(value)));
                continue;
            }
            _ => key,
        };
        cells.push((name, value));
    }
    for (key, value) in variant.0 {
        let name = match &*key {
            "id" => Cow::Borrowed("variant_id"),
            "title" => Cow::Borrowed("variant_title"),
            "inventory_quantity" => Cow::Borrowed("quantity"),
            _ => key,
        };
        if !plain_text(&value).is_some_and(|text| is_default(&text)) {
            cells.push((name, value));
        }
    }
    cells
}

/// What Shopify writes where a product has one variant without a name.
fn is_default(title: &str) -> bool {
    title == DEFAULT_TITLE || title.is_empty()
}

fn joined_tags(value: &CellValue<'_>) -> Option<CellValue<'static>> {
    let CellValue::Json(json) = value else {
        return None;
    };
    let tags: Vec<String> = serde_json::from_str(json).ok()?;
    Some(CellValue::Text(Cow::Owned(tags.join(", "))))
}

/// A product with this variant alone.
fn write_repair(product: &Members<'_>, variant: &str, repair: &mut Vec<u8>) {
    repair.push(b'{');
    for (key, value) in &product.0 {
        if KEPT_ONCE.contains(&&**key) || key == "variants" {
            continue;
        }
        let CellValue::Json(value) = value else {
            continue;
        };
        let key = serde_json::Value::from(&**key).to_string();
        repair.extend_from_slice(key.as_bytes());
        repair.push(b':');
        repair.extend_from_slice(value.as_bytes());
        repair.push(b',');
    }
    repair.extend_from_slice(b"\"variants\":[");
    repair.extend_from_slice(variant.as_bytes());
    repair.extend_from_slice(b"]}");
}

#[cfg(test)]
#[path = "shopify_tests.rs"]
mod tests;
