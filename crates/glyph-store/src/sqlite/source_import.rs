//! Imports as the sources of offers: which follow one another, and which show the market at a time.

use rusqlite::{Connection, OptionalExtension};
use rustc_hash::FxHashMap;

use crate::error::StoreError;
use crate::time::seconds_of;

/// An import in force, as the source of offers that it is.
#[derive(Debug)]
pub(super) struct SourceImport {
    /// `None` for the rows that belong to none.
    pub(super) import_id: Option<String>,
    source_name: Option<String>,
    /// Seconds since 1970.
    pub(super) seen_at: i64,
}

impl SourceImport {
    pub(super) fn source_name(&self) -> Option<&str> {
        self.source_name.as_deref()
    }

    pub(super) fn label(&self) -> Option<&str> {
        self.source_name.as_deref().and_then(source_label)
    }
}

/// The imports in force in the order they were seen, whenever they were imported. An import of the old program is a source
/// of its own: its files had no names.
pub(super) fn source_imports(connection: &Connection) -> Result<Vec<SourceImport>, StoreError> {
    let mut imports: Vec<SourceImport> = connection
        .prepare_cached(
            "SELECT import_id, CASE state WHEN 'done' THEN source_name END, COALESCE(seen_at, imported_at)
             FROM import_batches
             WHERE state <> 'undone'
             ORDER BY imported_at, id",
        )?
        .query_map([], |row| {
            let seen_at: String = row.get(2)?;
            Ok(SourceImport {
                import_id: row.get(0)?,
                source_name: row.get(1)?,
                seen_at: seconds_of(&seen_at).unwrap_or_default(),
            })
        })?
        .collect::<Result<_, _>>()?;
    imports.extend(unrecorded(connection)?);
    imports.sort_by_key(|import| import.seen_at);
    let has_rows_of_none: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM scored_listings WHERE import_id IS NULL)")?
        .query_row([], |row| row.get(0))?;
    if has_rows_of_none {
        imports.insert(
            0,
            SourceImport {
                import_id: None,
                source_name: None,
                seen_at: 0,
            },
        );
    }
    Ok(imports)
}

/// What imports are called that came without a name: by standard input, as a body, as JSON.
const NAMELESS: [&str; 4] = ["", "standard input", "upload", "listings"];

/// What makes imports those of one source: the name of the file, in whatever folder it lay. `None` for those without a
/// name, which may be of any.
pub(super) fn source_label(source_name: &str) -> Option<&str> {
    let label = source_name.rsplit(['/', '\\']).next().unwrap_or_default();
    (!NAMELESS.contains(&label)).then_some(label)
}

/// Imports that old rows name and no record tells of: each a source of its own, seen when its rows were.
fn unrecorded(connection: &Connection) -> Result<Vec<SourceImport>, StoreError> {
    // From each name to the next in the index: there are few of them, and many rows.
    let mut next = connection.prepare_cached(
        "SELECT import_id FROM scored_listings WHERE import_id > ?1 ORDER BY import_id LIMIT 1",
    )?;
    let mut recorded = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM import_batches WHERE import_id = ?1)")?;
    let mut imports = Vec::new();
    let mut last = String::new();
    while let Some(import_id) = next
        .query_row([&last], |row| row.get::<_, String>(0))
        .optional()?
    {
        if !recorded.query_row([&import_id], |row| row.get(0))? {
            imports.push(SourceImport {
                import_id: Some(import_id.clone()),
                source_name: None,
                seen_at: 0,
            });
        }
        last = import_id;
    }
    Ok(imports)
}

/// The imports of which something was known at a time: those that were seen by then, and later ones with rows that have an
/// earlier time of their own.
pub(super) fn known_at(
    connection: &Connection,
    as_of: i64,
) -> Result<Vec<SourceImport>, StoreError> {
    let mut has_earlier = connection.prepare_cached(
        "SELECT EXISTS (
           SELECT 1 FROM scored_listings
           WHERE import_id IS ?1 AND REPLACE(seen_at, ' ', 'T') <= ?2
         )",
    )?;
    let until = time_text(as_of);
    let mut known = Vec::new();
    for import in source_imports(connection)? {
        let is_known = import.seen_at <= as_of
            || has_earlier.query_row((&import.import_id, &until), |row| row.get(0))?;
        if is_known {
            known.push(import);
        }
    }
    Ok(known)
}

/// A time as texts of it are stored and compared.
pub(super) fn time_text(seconds: i64) -> String {
    let time = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX);
    time.to_string()
}

/// The places of the imports whose rows may stand: of each source the last that was seen by then. Where a source was seen
/// only later, its first import may still hold rows with an earlier time of their own.
pub(super) fn latest_of_each_source(imports: &[SourceImport], as_of: Option<i64>) -> Vec<usize> {
    let mut of_label: FxHashMap<&str, usize> = FxHashMap::default();
    let mut chosen = Vec::new();
    for (place, import) in imports.iter().enumerate() {
        let is_later = as_of.is_some_and(|as_of| import.seen_at > as_of);
        match import.label() {
            Some(label) if is_later => {
                of_label.entry(label).or_insert(place);
            }
            Some(label) => {
                of_label.insert(label, place);
            }
            None => chosen.push(place),
        }
    }
    chosen.extend(of_label.into_values());
    chosen.sort_unstable();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_the_same_in_whatever_folder_it_lies() {
        for name in ["shop.csv", "/data/monday/shop.csv", "C:\\data\\shop.csv"] {
            assert_eq!(source_label(name), Some("shop.csv"));
        }
        assert_eq!(source_label("upload"), None);
    }
}
