//! Rows and listings as files of other programs: CSV, JSON Lines, Parquet. The columns are the same in each.

mod csv;
mod json_lines;
mod parquet;

use std::io::Write;

use csv::CsvExport;
use glyph_store::listing::{ListingRecord, RowRecord};
use json_lines::JsonLinesExport;
use parquet::ParquetExport;

/// The columns of a row with their names, in order.
pub(crate) type Columns<'a> = [(&'static str, Value<'a>)];

/// Takes rows in order and ends the file.
pub(crate) trait ExportWriter {
    /// A row of the columns that the writer was made with.
    fn write(&mut self, row: &Columns<'_>) -> anyhow::Result<()>;
    fn finish(self: Box<Self>) -> anyhow::Result<()>;
}

/// One value of an exported row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    Text(Option<&'a str>),
    /// JSON text: in JSON, what it is.
    Json(Option<&'a str>),
    Whole(Option<i64>),
    Number(Option<f64>),
}

/// The forms of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileFormat {
    Csv {
        /// Cells that a spreadsheet would run as a formula are made harmless.
        harmless: bool,
    },
    JsonLines,
    Parquet,
}

/// A writer of rows with these columns.
pub(crate) fn writer<'a>(
    format: FileFormat,
    columns: &Columns<'_>,
    out: impl Write + Send + 'a,
) -> anyhow::Result<Box<dyn ExportWriter + 'a>> {
    Ok(match format {
        FileFormat::Csv { harmless } => Box::new(CsvExport::new(out, columns, harmless)?),
        FileFormat::JsonLines => Box::new(JsonLinesExport::new(out)),
        FileFormat::Parquet => Box::new(ParquetExport::new(out, columns)?),
    })
}

/// The columns of an import's row. `price` is in `currency`, so that the file can be imported again and means the same.
pub(crate) fn row_columns(row: &RowRecord) -> [(&'static str, Value<'_>); 25] {
    use Value::{Json, Number, Text, Whole};
    [
        ("import_id", Text(row.import_id.as_deref())),
        (
            "import_index",
            Whole(row.import_index.map(|index| index as i64)),
        ),
        ("outcome", Text(Some(row.outcome))),
        ("reason", Text(row.reason.as_deref())),
        ("title", Text(row.title.as_deref())),
        ("canonical_model", Text(row.canonical_model.as_deref())),
        ("price", Number(row.price_given.or(row.price))),
        ("currency", Text(row.currency.as_deref())),
        ("in_dollars", Number(row.price)),
        ("price_as_given", Text(row.price_as_given.as_deref())),
        ("score", Number(row.score)),
        ("vram_gb", Number(row.vram_gb)),
        ("condition", Text(row.condition.as_deref())),
        ("quantity", Whole(row.quantity)),
        ("min_order_qty", Whole(row.min_order_qty)),
        ("availability", Text(row.availability.as_deref())),
        ("lot_size", Whole(row.lot_size)),
        ("seller", Text(row.seller.as_deref())),
        ("region", Text(row.region.as_deref())),
        ("source_url", Text(row.source_url.as_deref())),
        ("seen_at", Text(row.seen_at.as_deref())),
        ("notes", Text(row.notes.as_deref())),
        ("extra", Json(row.extra.as_deref())),
        ("raw", Text(row.raw.as_deref())),
        ("errors", Json(row.errors.as_deref())),
    ]
}

/// The columns of a scored listing. `price` is in `currency`, so that the file can be imported again and means the same;
/// `unit_price` and `price_per_gb` are in US dollars.
pub(crate) fn listing_columns(listing: &ListingRecord) -> [(&'static str, Value<'_>); 30] {
    use Value::{Json, Number, Text, Whole};
    [
        ("id", Whole(Some(listing.id))),
        ("import_id", Text(listing.import_id.as_deref())),
        (
            "import_index",
            Whole(listing.import_index.map(|index| index as i64)),
        ),
        ("title", Text(listing.title.as_deref())),
        ("canonical_model", Text(Some(&listing.canonical_model))),
        ("price", Number(Some(listing.price_given))),
        ("currency", Text(listing.currency.as_deref())),
        ("in_dollars", Number(Some(listing.price))),
        ("unit_price", Number(Some(listing.unit_price))),
        ("price_per_gb", Number(listing.price_per_gb)),
        ("score", Number(Some(listing.score))),
        ("vram_gb", Number(listing.vram_gb)),
        ("tdp_watts", Whole(listing.tdp_watts)),
        ("mig_support", Whole(listing.mig_support)),
        ("nvlink", Whole(listing.nvlink.map(i64::from))),
        ("form", Text(listing.form.as_deref())),
        ("condition", Text(listing.condition.as_deref())),
        ("quantity", Whole(listing.quantity)),
        ("min_order_qty", Whole(listing.min_order_qty)),
        ("availability", Text(listing.availability.as_deref())),
        ("lot_size", Whole(Some(listing.lot_size))),
        ("seller", Text(listing.seller.as_deref())),
        ("region", Text(listing.region.as_deref())),
        ("source_url", Text(listing.source_url.as_deref())),
        ("seen_at", Text(listing.seen_at.as_deref())),
        ("notes", Text(listing.notes.as_deref())),
        ("confidence", Number(listing.confidence)),
        ("flags", Json(listing.flags.as_deref())),
        ("price_as_given", Text(listing.price_as_given.as_deref())),
        ("evidence", Json(listing.evidence.as_deref())),
    ]
}

/// A row of nothing: its columns name the header.
pub(crate) fn empty_row() -> RowRecord {
    RowRecord {
        import_id: None,
        import_index: None,
        outcome: "",
        reason: None,
        title: None,
        canonical_model: None,
        price: None,
        price_given: None,
        currency: None,
        price_as_given: None,
        score: None,
        vram_gb: None,
        condition: None,
        quantity: None,
        min_order_qty: None,
        availability: None,
        lot_size: None,
        seller: None,
        region: None,
        source_url: None,
        seen_at: None,
        notes: None,
        extra: None,
        raw: None,
        errors: None,
    }
}
