//! 1.1.0 ⇄ 1.2.0: import records, the three outcomes, distinct offers. Whatever shape a file came with, from here on
//! its schema is the same.
//!
//! Old rows keep every value. On the way back, what a row leaves to its offer and its import is written into the row
//! again.

use rusqlite::Connection;

use super::content::Kept;
use super::converge::{self, Fill};
use super::preflight;
use super::step::{Step, StepError};
use super::steps::Migration;
use super::version::Version;
use crate::error::Loss;
use crate::sqlite::schema::Schema;

pub(crate) const MIGRATION: Migration = Migration {
    from: Version::V1_1_0,
    version: Version::V1_2_0,
    description: "Record imports, outcomes and distinct offers",
    texts: &[UP, DOWN],
    up,
    down,
    kept_up,
    kept_down,
    losses,
};

pub(super) const UP: &str = include_str!("up.sql");
const DOWN: &str = include_str!("down.sql");

/// What the old tables demand of rows that were written since: an unknown VRAM or power is 0 there, as the old program
/// had it.
const FILLS_DOWN: [Fill; 3] = [
    Fill {
        table: "scored_listings",
        from: "FROM scored_listings AS old
               LEFT JOIN listings AS offer ON offer.id = old.listing_id
               LEFT JOIN import_batches AS import ON import.import_id = old.import_id",
        columns: &[
            ("vram_gb", "COALESCE(old.vram_gb, 0)"),
            ("tdp_watts", "COALESCE(old.tdp_watts, 0)"),
            ("form_factor", "COALESCE(old.form_factor, offer.form)"),
            ("notes", "COALESCE(old.notes, offer.notes)"),
            ("seller", "COALESCE(old.seller, offer.seller)"),
            ("source_url", "COALESCE(old.source_url, offer.source_url)"),
            (
                "source_type",
                "COALESCE(old.source_type, offer.source_type)",
            ),
            ("seen_at", "COALESCE(old.seen_at, import.seen_at)"),
            (
                "created_at",
                "COALESCE(old.created_at, import.imported_at, :now)",
            ),
            (
                "updated_at",
                "COALESCE(old.updated_at, old.created_at, import.imported_at, :now)",
            ),
        ],
    },
    Fill {
        table: "listings",
        // An offer that matched no model has no place in the old table; it is counted among the losses.
        from: "FROM listings AS old
               LEFT JOIN import_batches AS import ON import.import_id = old.import_id
               LEFT JOIN (
                   SELECT listing_id, MIN(price) AS price
                   FROM scored_listings
                   WHERE listing_id IS NOT NULL
                   GROUP BY listing_id
               ) AS seen ON seen.listing_id = old.id
               WHERE old.canonical_model IS NOT NULL",
        columns: &[
            ("price", "COALESCE(old.price, seen.price, 0.0)"),
            ("match_type", "COALESCE(old.match_type, 'grammar')"),
            (
                "match_score",
                "COALESCE(old.match_score, old.confidence, 0.0)",
            ),
            (
                "created_at",
                "COALESCE(old.created_at, import.imported_at, :now)",
            ),
            (
                "updated_at",
                "COALESCE(old.updated_at, old.created_at, import.imported_at, :now)",
            ),
        ],
    },
    Fill {
        table: "import_batches",
        from: "FROM import_batches AS old",
        columns: &[
            (
                "record_count",
                "CASE WHEN old.state = 'legacy' THEN old.record_count ELSE COALESCE(old.scored_rows, 0) END",
            ),
            ("source", "COALESCE(old.source, old.source_name)"),
        ],
    },
];

/// A registry that was loaded before the way down is still no import of listings. The old program's `init-db` declares JSON
/// columns, which keep a bare number as a number; as text it is the same JSON.
const FILLS_UP: [Fill; 2] = [
    Fill {
        table: "import_batches",
        from: "FROM import_batches AS old",
        columns: &[(
            "state",
            "CASE WHEN old.source = 'registry' AND old.import_id LIKE 'registry-%'
                  THEN 'registry' ELSE 'legacy' END",
        )],
    },
    Fill {
        table: "listing_snapshots",
        from: "FROM listing_snapshots AS old",
        columns: &[
            (
                "quantization_capacity",
                "CASE WHEN typeof(old.quantization_capacity) IN ('integer', 'real')
                  THEN CAST(old.quantization_capacity AS TEXT) ELSE old.quantization_capacity END",
            ),
            (
                "heuristics",
                "CASE WHEN typeof(old.heuristics) IN ('integer', 'real')
                  THEN CAST(old.heuristics AS TEXT) ELSE old.heuristics END",
            ),
        ],
    },
];

fn up(step: &mut Step<'_>) -> Result<(), StepError> {
    converge::converge(step, &Schema::of_text(UP)?, &FILLS_UP)
}

fn down(step: &mut Step<'_>) -> Result<(), StepError> {
    converge::converge(step, &Schema::of_text(DOWN)?, &FILLS_DOWN)
}

fn kept_up(_step: &Step<'_>, actual: &Schema) -> rusqlite::Result<Vec<Kept>> {
    Ok(converge::kept(actual, &Schema::of_text(UP)?, &FILLS_UP))
}

fn kept_down(_step: &Step<'_>, actual: &Schema) -> rusqlite::Result<Vec<Kept>> {
    Ok(converge::kept(actual, &Schema::of_text(DOWN)?, &FILLS_DOWN))
}

/// What has no place in 1.1.0: (words, query that counts it).
const LOSSES: [(&str, &str); 9] = [
    (
        "rows of `unmatched_listings`",
        "SELECT COUNT(*) FROM unmatched_listings",
    ),
    (
        "rows of `rejected_rows`",
        "SELECT COUNT(*) FROM rejected_rows",
    ),
    (
        "rows of `import_rates`",
        "SELECT COUNT(*) FROM import_rates",
    ),
    (
        "rows of `import_repairs`",
        "SELECT COUNT(*) FROM import_repairs",
    ),
    (
        "import records: counts, source, options, findings",
        "SELECT COUNT(*) FROM import_batches WHERE state <> 'legacy'",
    ),
    (
        "prices as given, with currency, availability and lot size",
        "SELECT COUNT(*)
         FROM scored_listings
         WHERE COALESCE(price_minor, currency, price_text, availability, lot_size) IS NOT NULL",
    ),
    (
        "scored rows whose unknown VRAM or power becomes 0",
        "SELECT COUNT(*) FROM scored_listings WHERE vram_gb IS NULL OR tdp_watts IS NULL",
    ),
    (
        "offers without a model",
        "SELECT COUNT(*) FROM listings WHERE canonical_model IS NULL",
    ),
    (
        "offers' match evidence and texts beyond the title",
        "SELECT COUNT(*) FROM listings WHERE fingerprint IS NOT NULL AND canonical_model IS NOT NULL",
    ),
];

fn losses(connection: &Connection) -> rusqlite::Result<Vec<Loss>> {
    preflight::losses(connection, &LOSSES)
}
