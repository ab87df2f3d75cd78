//! Rows as files of other programs: CSV, JSON Lines, Parquet. The columns are the same in each.

mod csv;
mod json_lines;
mod parquet;

pub(crate) use csv::CsvExport;
use glyph_store::listing::RowRecord;
pub(crate) use json_lines::JsonLinesExport;
pub(crate) use parquet::ParquetExport;

/// Takes rows in order and ends the file.
pub(crate) trait ExportWriter {
    fn write(&mut self, row: &RowRecord) -> anyhow::Result<()>;
    fn finish(self: Box<Self>) -> anyhow::Result<()>;
}

/// One value of an exported row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    Text(Option<&'a str>),
    Whole(Option<i64>),
    Number(Option<f64>),
}

/// The columns of an export with their values in `row`, in order. `price` is in `currency`, so that the file can be
/// imported again and means the same.
pub(crate) fn columns(row: &RowRecord) -> [(&'static str, Value<'_>); 24] {
    use Value::{Number, Text, Whole};
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
        ("extra", Text(row.extra.as_deref())),
        ("raw", Text(row.raw.as_deref())),
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
