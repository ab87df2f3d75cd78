//! Holds a database against the batch contract: promises 1 to 6, and the file itself.

use rusqlite::Connection;

use super::error_kind::ErrorReader;
use super::{segment, title};
use crate::error::StoreError;
use crate::store::{CheckReport, Violation};

/// Findings named one by one; the rest is counted by the caller's exit status alone.
const MOST_NAMED: i64 = 20;

pub(super) fn check(connection: &Connection) -> Result<CheckReport, StoreError> {
    let mut report = CheckReport::default();
    // One snapshot: what is imported or undone meanwhile must not look like damage.
    let snapshot = connection.unchecked_transaction()?;
    let connection = &*snapshot;
    check_file(connection, &mut report)?;
    check_unique_index(connection, &mut report)?;
    check_imports(connection, &mut report)?;
    check_once(connection, &mut report)?;
    check_undone(connection, &mut report)?;
    check_texts(connection, &mut report)?;
    check_errors(connection, &mut report)?;
    check_segments(connection, &mut report)?;
    Ok(report)
}

impl CheckReport {
    fn broken(&mut self, promise: u8, import_id: Option<String>, message: String) {
        self.violations.push(Violation {
            promise,
            import_id,
            message,
        });
    }
}

fn check_file(connection: &Connection, report: &mut CheckReport) -> Result<(), StoreError> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            report.broken(0, None, format!("the file is damaged: {line}"));
        }
    }
    // Rows of the old program may point nowhere: its connections did not enforce foreign keys.
    let mut statement = connection.prepare(
        "SELECT f.\"table\", f.rowid, f.parent FROM pragma_foreign_key_check AS f
         LEFT JOIN scored_listings s ON f.\"table\" = 'scored_listings' AND s.id = f.rowid
         LEFT JOIN import_batches b ON b.import_id = s.import_id
         WHERE f.\"table\" IN ('unmatched_listings', 'rejected_rows', 'import_rates', 'import_repairs')
            OR (f.\"table\" = 'scored_listings' AND b.state IN ('done', 'undone'))
         LIMIT ?1",
    )?;
    let mut rows = statement.query([MOST_NAMED])?;
    while let Some(row) = rows.next()? {
        let (table, rowid, parent): (String, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        report.broken(
            0,
            None,
            format!("row {rowid} of `{table}` refers to no row of `{parent}`"),
        );
    }
    Ok(())
}

/// Promise 3: the database itself refuses two rows with one coordinate.
fn check_unique_index(connection: &Connection, report: &mut CheckReport) -> Result<(), StoreError> {
    for table in ["scored_listings", "unmatched_listings", "rejected_rows"] {
        let unique: bool = connection.query_row(
            "SELECT EXISTS (
               SELECT 1 FROM pragma_index_list(?1) AS i
               WHERE i.\"unique\" = 1 AND i.partial = 0
                 AND (SELECT group_concat(name, ',') FROM
                       (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno))
                     = 'import_id,import_index')",
            [table],
            |row| row.get(0),
        )?;
        if !unique {
            report.broken(
                3,
                None,
                format!("`{table}` has no unique index on (import_id, import_index)"),
            );
            check_repeated(connection, table, report)?;
        }
    }
    Ok(())
}

/// An index that stands twice in a table which does not refuse it.
fn check_repeated(
    connection: &Connection,
    table: &str,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(&format!(
        "SELECT t.import_id, t.import_index, count(*)
         FROM {table} t
         JOIN import_batches b ON b.import_id = t.import_id
         WHERE b.state = 'done' AND t.import_index IS NOT NULL
         GROUP BY t.import_id, t.import_index
         HAVING count(*) > 1
         ORDER BY b.id, t.import_index
         LIMIT ?1"
    ))?;
    let mut rows = statement.query([MOST_NAMED])?;
    while let Some(row) = rows.next()? {
        let (import_id, index, uses): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let message = format!("index {index} is in {uses} rows of `{table}`");
        report.broken(2, Some(import_id), message);
    }
    Ok(())
}

/// Promises 1, 2 and 4: every import in force has each index from 0 to N−1 once, over the three tables together, and
/// its counts add up.
fn check_imports(connection: &Connection, report: &mut CheckReport) -> Result<(), StoreError> {
    type Record = (String, i64, i64, i64, i64);
    let imports: Vec<Record> = connection
        .prepare(
            "SELECT import_id, coalesce(total_rows, -1), coalesce(scored_rows, -1),
               coalesce(unmatched_rows, -1), coalesce(rejected_rows, -1)
             FROM import_batches WHERE state = 'done' ORDER BY id",
        )?
        .query_map([], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
            ))
        })?
        .collect::<Result<_, _>>()?;
    let count_of = |table: &str, import_id: &str| -> Result<(i64, i64, i64, i64), StoreError> {
        Ok(connection
            .prepare_cached(&format!(
                "SELECT count(*), count(import_index), coalesce(min(import_index), 0),
                   coalesce(max(import_index), -1)
                 FROM {table} WHERE import_id = ?1"
            ))?
            .query_row([import_id], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?)
    };
    for (import_id, total, scored, unmatched, rejected) in imports {
        report.imports_checked += 1;
        let mut found = 0;
        let mut highest = -1;
        let mut lowest = 0;
        for (table, recorded) in [
            ("scored_listings", scored),
            ("unmatched_listings", unmatched),
            ("rejected_rows", rejected),
        ] {
            let (rows, numbered, low, high) = count_of(table, &import_id)?;
            if rows != recorded {
                let message = format!("{recorded} rows are recorded, `{table}` holds {rows}");
                report.broken(2, Some(import_id.clone()), message);
            }
            if rows != numbered {
                let message = format!("{} rows of `{table}` have no import_index", rows - numbered);
                report.broken(1, Some(import_id.clone()), message);
            }
            found += rows;
            highest = highest.max(high);
            lowest = lowest.min(low);
        }
        report.rows_checked += found as u64;
        if total != scored + unmatched + rejected || total != found {
            let message = format!("{total} rows are recorded, {found} are there");
            report.broken(2, Some(import_id.clone()), message);
        }
        if lowest < 0 || highest != found - 1 {
            let message = format!(
                "indexes run from {lowest} to {highest}, not from 0 to {}",
                found - 1
            );
            report.broken(2, Some(import_id.clone()), message);
        }
        check_disjoint(connection, &import_id, report)?;
    }
    Ok(())
}

/// An index that stands in two tables names two rows.
fn check_disjoint(
    connection: &Connection,
    import_id: &str,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    for (one, other) in [
        ("rejected_rows", "scored_listings"),
        ("rejected_rows", "unmatched_listings"),
        ("scored_listings", "unmatched_listings"),
    ] {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT a.import_index FROM {one} a
             JOIN {other} b ON b.import_id = a.import_id AND b.import_index = a.import_index
             WHERE a.import_id = ?1
             LIMIT ?2"
        ))?;
        let mut rows = statement.query((import_id, MOST_NAMED))?;
        while let Some(row) = rows.next()? {
            let index: i64 = row.get(0)?;
            let message = format!("index {index} is in both `{one}` and `{other}`");
            report.broken(1, Some(import_id.to_owned()), message);
        }
    }
    Ok(())
}

/// Promise 5: no two imports in force hold the same bytes under the same options, but by force.
fn check_once(connection: &Connection, report: &mut CheckReport) -> Result<(), StoreError> {
    let mut statement = connection.prepare(
        "SELECT group_concat(import_id, '`, `') FROM import_batches
         WHERE state = 'done' AND forced = 0 AND options_key IS NOT NULL
         GROUP BY options_key
         HAVING count(*) > 1",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let ids: String = row.get(0)?;
        report.broken(
            5,
            None,
            format!("`{ids}` hold the same bytes under the same options"),
        );
    }
    Ok(())
}

/// Promise 6: nothing is left of an undone import but its record. Promise 4: no rows without a record.
fn check_undone(connection: &Connection, report: &mut CheckReport) -> Result<(), StoreError> {
    for table in ["scored_listings", "unmatched_listings", "rejected_rows"] {
        let undone: Vec<String> = connection
            .prepare(&format!(
                "SELECT import_id FROM import_batches b
                 WHERE state = 'undone'
                   AND EXISTS (SELECT 1 FROM {table} t WHERE t.import_id = b.import_id)"
            ))?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for import_id in undone {
            let message = format!("it is undone, but rows of it are in `{table}`");
            report.broken(6, Some(import_id), message);
        }
        // Rows of the old program, which have no texts of their own, may have lost their record long ago.
        let is_ours = if table == "scored_listings" {
            "listing_id IS NOT NULL"
        } else {
            "true"
        };
        let lost: Option<String> = connection.query_row(
            &format!(
                "SELECT min(import_id) FROM
                   (SELECT DISTINCT import_id FROM {table} WHERE import_id IS NOT NULL AND {is_ours})
                 WHERE import_id NOT IN (SELECT import_id FROM import_batches)"
            ),
            [],
            |row| row.get(0),
        )?;
        if let Some(import_id) = lost {
            report.broken(
                4,
                Some(import_id),
                format!("rows in `{table}` have no import record"),
            );
        }
    }
    Ok(())
}

/// Every row of an import in force finds its texts, and so does what a second matching changed. Rows of the old
/// program have none.
fn check_texts(connection: &Connection, report: &mut CheckReport) -> Result<(), StoreError> {
    for table in ["scored_listings", "unmatched_listings"] {
        let lost: i64 = connection.query_row(
            &format!(
                "SELECT count(*) FROM {table} t
                 WHERE NOT EXISTS (SELECT 1 FROM listings l WHERE l.id = t.listing_id)
                   AND (t.listing_id IS NOT NULL
                     OR t.import_id IN (SELECT import_id FROM import_batches WHERE state = 'done'))"
            ),
            [],
            |row| row.get(0),
        )?;
        if lost > 0 {
            report.broken(
                0,
                None,
                format!("{lost} rows of `{table}` have lost their texts"),
            );
        }
    }
    let lost: i64 = connection.query_row(
        "SELECT count(*) FROM rematch_changes c
         WHERE (c.old_listing_id IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.id = c.old_listing_id))
            OR (c.new_listing_id IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.id = c.new_listing_id))",
        [],
        |row| row.get(0),
    )?;
    if lost > 0 {
        report.broken(
            0,
            None,
            format!("{lost} rows of `rematch_changes` have lost their texts"),
        );
    }
    Ok(())
}

/// Every rejected row says what is wrong with it.
fn check_errors(connection: &Connection, report: &mut CheckReport) -> Result<(), StoreError> {
    let mut errors = ErrorReader::new(connection);
    let mut lost = 0;
    let mut statement = connection.prepare("SELECT code, errors FROM rejected_rows")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        lost += u64::from(!errors.is_whole(row.get_ref(0)?, row.get_ref(1)?)?);
    }
    if lost > 0 {
        report.broken(
            0,
            None,
            format!("{lost} rows of `rejected_rows` have lost what is wrong with them"),
        );
    }
    Ok(())
}

/// What listings are found by is what the rows say.
fn check_segments(connection: &Connection, report: &mut CheckReport) -> Result<(), StoreError> {
    for import_id in segment::differing_imports(connection)? {
        let message = "its segments are not those of its rows, so listings may be missed; write its id into `unsegmented_imports`, and the next import makes them again";
        report.broken(0, import_id, message.to_owned());
    }
    for (first, last) in segment::differing_merged(connection)? {
        let message = format!(
            "the merged segment of the rows {first} to {last} is not that of the rows, so listings may be missed; delete the row of `merged_segments`, and another import makes it again"
        );
        report.broken(0, None, message);
    }
    for (first, last) in title::differing_segments(connection)? {
        let message = format!(
            "the words of the titles {first} to {last} are not those of the rows, so a search may miss some; delete the row of `title_segments`, and the next import makes it again"
        );
        report.broken(0, None, message);
    }
    Ok(())
}
