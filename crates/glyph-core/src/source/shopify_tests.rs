use super::super::{SourceOptions, open};
use super::*;
use crate::reject::ErrorCode;

const PRODUCTS: &str = r#"{"products": [
  {"id": 1, "title": "RTX 4090 Gaming", "handle": "rtx-4090", "body_html": "<p>\"fast\"</p>", "vendor": "MSI",
   "tags": ["GPU", "Used"], "updated_at": "2025-07-29T17:26:18-05:00", "images": [{"id": 5}],
   "variants": [
     {"id": 11, "title": "24GB", "price": "1599.00", "sku": "A", "inventory_quantity": 3, "option2": null, "product_id": 1},
     {"id": 12, "title": "24GB OC", "price": "1699.00", "sku": "B", "vendor": "ASUS",
      "product_id": 1}
   ], "product_type": "Card"},
  {"id": 2, "title": "Tesla P4", "handle": "p4", "tags": "a, b",
   "variants": [{"id": 21, "title": "Default Title", "option1": "Default Title", "price": "75.00", "available": true}]},
  {"id": 3, "title": "Gift card", "handle": "gift", "variants": []}
]}"#;

type Row = Vec<(String, String)>;

fn read(text: &str) -> (Vec<RawRow>, Vec<Row>) {
    let mut source = open(
        Box::new(std::io::Cursor::new(text.to_owned())),
        &SourceOptions::default(),
    )
    .unwrap();
    let mut rows = Vec::new();
    let mut row = RawRow::default();
    while source.next_row(&mut row).unwrap() {
        let start = row.span.byte_start as usize;
        assert_eq!(
            text.as_bytes()[start..start + row.span.byte_len as usize],
            row.raw
        );
        rows.push(row.clone());
    }
    assert_eq!(source.findings().format, "shopify");
    let columns = source.columns().to_vec();
    let cells = rows
        .iter()
        .map(|row| {
            row.cells
                .iter()
                .map(|(column, value)| (columns[column].clone(), value.to_owned()))
                .collect()
        })
        .collect();
    (rows, cells)
}

fn cell<'a>(row: &'a Row, name: &str) -> Option<&'a str> {
    row.iter()
        .find(|(column, _)| column == name)
        .map(|(_, value)| &**value)
}

#[test]
fn a_row_a_variant_with_the_fields_of_its_product() {
    let (rows, cells) = read(PRODUCTS);
    assert_eq!(rows.len(), 4);
    let first = &cells[0];
    for (name, expected) in [
        ("title", "RTX 4090 Gaming - 24GB"),
        ("source_url", "/products/rtx-4090?variant=11"),
        ("price", "1599.00"),
        ("quantity", "3"),
        ("vendor", "MSI"),
        ("tags", "GPU, Used"),
        ("product_id", "1"),
        ("variant_id", "11"),
        ("product_updated_at", "2025-07-29T17:26:18-05:00"),
        ("product_type", "Card"),
        ("body_html", "<p>\"fast\"</p>"),
    ] {
        assert_eq!(cell(first, name), Some(expected), "{name}");
    }
    assert_eq!(cell(first, "option2"), None);
}

#[test]
fn the_variant_counts_where_both_have_a_field_and_the_body_comes_once() {
    let (_, cells) = read(PRODUCTS);
    assert_eq!(cell(&cells[1], "vendor"), Some("ASUS"));
    assert_eq!(cell(&cells[1], "body_html"), None);
    assert_eq!(cell(&cells[1], "images"), None);
}

#[test]
fn a_default_title_adds_nothing() {
    let (_, cells) = read(PRODUCTS);
    assert_eq!(cell(&cells[2], "title"), Some("Tesla P4"));
    assert_eq!(cell(&cells[2], "source_url"), Some("/products/p4"));
    assert_eq!(cell(&cells[2], "option1"), None);
    assert_eq!(cell(&cells[2], "tags"), Some("a, b"));
}

#[test]
fn spans_are_those_of_the_variants() {
    let (rows, _) = read(PRODUCTS);
    let lines: Vec<_> = rows
        .iter()
        .map(|row| (row.span.line_start, row.span.line_end))
        .collect();
    assert_eq!(lines, [(5, 5), (6, 7), (10, 10), (11, 11)]);
    assert!(rows[1].raw.starts_with(b"{\"id\": 12"));
}

#[test]
fn a_product_without_variants_is_a_row_without_a_price() {
    let (rows, cells) = read(PRODUCTS);
    assert_eq!(rows[3].fault, None);
    assert_eq!(cell(&cells[3], "title"), Some("Gift card"));
    assert_eq!(cell(&cells[3], "price"), None);
}

fn codes(rows: &[RawRow]) -> Vec<Option<ErrorCode>> {
    rows.iter()
        .map(|row| row.fault.as_ref().map(|fault| fault.code))
        .collect()
}

#[test]
fn a_bad_variant_is_a_fault_of_its_own_row() {
    let (rows, cells) = read(
        r#"{"products":[{"handle":"a","title":"A","variants":[{"price":"1"},{"price" "2"},7]}]}"#,
    );
    assert_eq!(
        codes(&rows),
        [
            None,
            Some(ErrorCode::RowNotJson),
            Some(ErrorCode::RowNotAnObject)
        ]
    );
    assert_eq!(cell(&cells[0], "title"), Some("A"));
    assert_eq!(rows[2].raw, b"7");
    assert!(
        rows[1]
            .repair
            .starts_with(b"{\"handle\":\"a\",\"title\":\"A\"")
    );
}

#[test]
fn a_bad_product_is_a_row_with_a_fault() {
    let (rows, _) = read(
        r#"{"products":[{"handle":"a","variants":[{"price":"1"}]},{"handle":"b","title" "B"},"c",
            {"handle":"d","x":NaN,"variants":[{"price":"1"},{"price":"2"}]}]}"#,
    );
    assert_eq!(
        codes(&rows),
        [
            None,
            Some(ErrorCode::RowNotJson),
            Some(ErrorCode::RowNotAnObject),
            Some(ErrorCode::RowNotJson)
        ]
    );
    assert_eq!(rows[1].raw, br#"{"handle":"b","title" "B"}"#);
    assert!(rows[3].raw.starts_with(br#"{"handle":"d""#));
}
