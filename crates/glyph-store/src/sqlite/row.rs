//! All rows of an import in row order, whatever became of them: exports and comparisons read these.

use std::ops::ControlFlow;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::error_kind::ErrorReader;
use crate::error::StoreError;
use crate::listing::{RowRecord, UnmatchedText};
use crate::reject::RejectRecord;

/// The scored rows of an import, as rows of any outcome.
const SCORED: &str = "
    SELECT s.import_id, s.import_index, 'scored' AS outcome, NULL AS reason, l.title, s.canonical_model,
      s.price, s.currency,
      coalesce(s.price_text, s.price_minor) AS given, s.price_text IS NULL AS given_is_minor, s.price_minor,
      s.score, s.vram_gb, coalesce(l.condition_text, s.condition) AS condition, s.quantity, s.min_order_qty,
      s.availability, coalesce(s.lot_size, 1) AS lot_size, coalesce(l.seller, s.seller) AS seller,
      coalesce(l.region_text, s.region) AS region, coalesce(l.source_url, s.source_url) AS source_url,
      s.seen_at, coalesce(l.notes, s.notes) AS notes, l.extra, NULL AS raw, NULL AS errors
    FROM scored_listings s
    LEFT JOIN listings l ON l.id = s.listing_id
    WHERE s.import_id IS ?1";

const UNMATCHED: &str = "
    SELECT u.import_id, u.import_index, 'unmatched' AS outcome, u.reason, l.title, NULL AS canonical_model,
      u.price, u.currency,
      coalesce(u.price_text, u.price_minor) AS given, u.price_text IS NULL AS given_is_minor, u.price_minor,
      NULL AS score, l.memory_gb AS vram_gb, coalesce(l.condition_text, u.condition) AS condition, u.quantity, u.min_order_qty,
      u.availability, l.lot_size, l.seller, coalesce(l.region_text, u.region) AS region, l.source_url,
      u.seen_at, l.notes, l.extra, NULL AS raw, NULL AS errors
    FROM unmatched_listings u
    LEFT JOIN listings l ON l.id = u.listing_id
    WHERE u.import_id IS ?1";

const REJECTED: &str = "
    SELECT r.import_id, r.import_index, 'rejected' AS outcome, r.code AS reason, NULL AS title, NULL AS canonical_model,
      NULL AS price, NULL AS currency, NULL AS given, 0 AS given_is_minor, NULL AS price_minor,
      NULL AS score, NULL AS vram_gb, NULL AS condition, NULL AS quantity, NULL AS min_order_qty,
      NULL AS availability, NULL AS lot_size, NULL AS seller, NULL AS region, NULL AS source_url,
      NULL AS seen_at, NULL AS notes, NULL AS extra, r.raw, r.errors
    FROM rejected_rows r
    WHERE r.import_id IS ?1";

/// What becomes of a row, with the query of such rows and the name of its table there.
const OUTCOMES: [(&str, &str, &str); 3] = [
    ("scored", SCORED, "s"),
    ("unmatched", UNMATCHED, "u"),
    ("rejected", REJECTED, "r"),
];

/// The outcomes of one import, merged by `import_index` along the unique indexes; from the row `?2` on where asked.
fn query_of(outcome: Option<&str>, is_from_a_row: bool) -> String {
    let parts: Vec<String> = OUTCOMES
        .iter()
        .filter(|(name, _, _)| outcome.is_none_or(|outcome| outcome == *name))
        .map(|(_, sql, table)| {
            if is_from_a_row {
                format!("{sql} AND {table}.import_index >= ?2")
            } else {
                (*sql).to_owned()
            }
        })
        .collect();
    format!("{} ORDER BY 2", parts.join(" UNION ALL "))
}

/// Imports in the order they came, then those that old rows name and no record tells of.
const IMPORTS: &str = "
    SELECT import_id FROM (SELECT import_id FROM import_batches ORDER BY id)
    UNION ALL
    SELECT * FROM (
      SELECT DISTINCT import_id FROM scored_listings
      WHERE import_id IS NOT NULL
        AND import_id NOT IN (SELECT import_id FROM import_batches)
      ORDER BY import_id
    )";

fn read(row: &Row<'_>, error_reader: &mut ErrorReader<'_>) -> rusqlite::Result<RowRecord> {
    let outcome: String = row.get("outcome")?;
    let currency: Option<String> = row.get("currency")?;
    let price_as_given = if row.get("given_is_minor")? {
        row.get::<_, Option<i64>>("given")?
            .map(|minor| super::decimal_text(minor, currency.as_deref()))
    } else {
        row.get("given")?
    };
    let raw: Option<Vec<u8>> = row.get("raw")?;
    Ok(RowRecord {
        import_id: row.get("import_id")?,
        import_index: row
            .get::<_, Option<i64>>("import_index")?
            .map(|index| index as u64),
        outcome: match outcome.as_str() {
            "scored" => "scored",
            "unmatched" => "unmatched",
            _ => "rejected",
        },
        reason: row.get("reason")?,
        title: row.get("title")?,
        canonical_model: row.get("canonical_model")?,
        price: row.get("price")?,
        price_given: row
            .get::<_, Option<i64>>("price_minor")?
            .map(|minor| super::money(minor, currency.as_deref()).to_major()),
        currency,
        price_as_given,
        score: row.get("score")?,
        vram_gb: row.get("vram_gb")?,
        condition: row.get("condition")?,
        quantity: row.get("quantity")?,
        min_order_qty: row.get("min_order_qty")?,
        availability: row.get("availability")?,
        lot_size: row.get("lot_size")?,
        seller: row.get("seller")?,
        region: row.get("region")?,
        source_url: row.get("source_url")?,
        seen_at: row.get("seen_at")?,
        notes: row.get("notes")?,
        extra: row.get("extra")?,
        raw: raw.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        errors: match row.get_ref("errors")? {
            ValueRef::Null => None,
            stored => Some(error_reader.in_full(stored)?),
        },
    })
}

/// Visits the rows of one import, or of all imports in the order they came, rows without an import last.
pub(super) fn list_rows(
    connection: &Connection,
    import_id: Option<&str>,
    visit: &mut dyn FnMut(RowRecord) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let connection = &*snapshot;
    let imports: Vec<Option<String>> = if let Some(import_id) = import_id {
        vec![Some(import_id.to_owned())]
    } else {
        let mut ids = connection
            .prepare(IMPORTS)?
            .query_map([], |row| row.get(0))?
            .collect::<Result<Vec<Option<String>>, _>>()?;
        ids.push(None);
        ids
    };
    let mut error_reader = ErrorReader::new(connection);
    let mut statement = connection.prepare(&query_of(None, false))?;
    for import_id in imports {
        let mut rows = statement.query([import_id])?;
        while let Some(row) = rows.next()? {
            if visit(read(row, &mut error_reader)?).is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Visits the rows of one import from one number on, all of them or those of one outcome.
pub(super) fn list_rows_from(
    connection: &Connection,
    import_id: &str,
    from: u64,
    outcome: Option<&str>,
    visit: &mut dyn FnMut(RowRecord) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let mut error_reader = ErrorReader::new(connection);
    let mut statement = connection.prepare_cached(&query_of(outcome, true))?;
    let mut rows = statement.query((import_id, i64::try_from(from).unwrap_or(i64::MAX)))?;
    while let Some(row) = rows.next()? {
        if visit(read(row, &mut error_reader)?).is_break() {
            break;
        }
    }
    Ok(())
}

pub(super) fn list_rejects(
    connection: &Connection,
    import_id: &str,
    from: u64,
    visit: &mut dyn FnMut(RejectRecord) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let mut error_reader = ErrorReader::new(connection);
    let mut statement = connection.prepare(
        "SELECT import_id, import_index, line_start, line_end, byte_start, byte_len, raw, repair_raw, code, errors
         FROM rejected_rows
         WHERE import_id = ?1 AND import_index >= ?2
         ORDER BY import_index",
    )?;
    let mut rows = statement.query((import_id, i64::try_from(from).unwrap_or(i64::MAX)))?;
    while let Some(row) = rows.next()? {
        let unsigned = |column: usize| row.get::<_, i64>(column).map(|value| value as u64);
        let record = RejectRecord {
            import_id: row.get(0)?,
            import_index: unsigned(1)?,
            line_start: unsigned(2)?,
            line_end: unsigned(3)?,
            byte_start: unsigned(4)?,
            byte_len: unsigned(5)?,
            raw: row.get(6)?,
            repair_raw: row.get(7)?,
            code: row.get(8)?,
            errors: error_reader.in_full(row.get_ref(9)?)?,
        };
        if visit(record).is_break() {
            break;
        }
    }
    Ok(())
}

/// The distinct unmatched offers of one import, or of all.
pub(super) fn list_unmatched_texts(
    connection: &Connection,
    import_id: Option<&str>,
    visit: &mut dyn FnMut(UnmatchedText) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    // Of the bare columns beside one min(), SQLite takes the values of the row that has it.
    let mut select = connection.prepare(
        "SELECT l.title, u.reason, count(*), u.import_id, u.import_index, min(u.id)
         FROM unmatched_listings AS u
         JOIN listings AS l ON l.id = u.listing_id
         WHERE ?1 IS NULL OR u.import_id = ?1
         GROUP BY l.title, u.reason",
    )?;
    let mut rows = select.query([import_id])?;
    while let Some(row) = rows.next()? {
        let text = UnmatchedText {
            title: row.get(0)?,
            reason: row.get(1)?,
            rows: row.get::<_, i64>(2)? as u64,
            import_id: row.get(3)?,
            import_index: row.get::<_, i64>(4)? as u64,
        };
        if visit(text).is_break() {
            break;
        }
    }
    Ok(())
}
