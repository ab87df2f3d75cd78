//! 1.0.0 ⇄ 1.1.0: `import_index` in `scored_listings` and `models`, unique within an import.
//!
//! The old program's own migration script adds the columns too, without uniqueness, and says 1.1.0 in
//! `schema_version`; its later schemas have the columns from the start. So each part is made where it is missing.

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::content::{self, Kept};
use super::preflight;
use super::step::{Step, StepError};
use super::steps::Migration;
use super::version::Version;
use crate::error::{COLLISIONS_NAMED, Collision, Collisions, Loss};
use crate::sqlite::schema::Schema;

pub(crate) const MIGRATION: Migration = Migration {
    from: Version::V1_0_0,
    version: Version::V1_1_0,
    description: "Add import_index to scored_listings",
    texts: &[
        ADD_TO_SCORED_LISTINGS,
        ADD_TO_MODELS,
        DROP_INDEXES,
        CREATE_INDEXES,
        RESEQUENCE,
        BACKFILL_SCORED_LISTINGS,
        BACKFILL_MODELS,
        DROP_COLUMNS,
    ],
    up,
    down,
    kept_up,
    kept_down,
    losses,
};

const ADD_TO_SCORED_LISTINGS: &str = "ALTER TABLE scored_listings ADD COLUMN import_index INTEGER";

const ADD_TO_MODELS: &str = "ALTER TABLE models ADD COLUMN import_index INTEGER";

/// The old indexes on the same columns are dead weight: the two on `import_index` alone answer no question, since the
/// number means something within its import only, and the two on both columns are what is made anew,
/// for the listings unique.
const DROP_INDEXES: &str = "
    DROP INDEX IF EXISTS idx_scored_listings_import_index;
    DROP INDEX IF EXISTS idx_scored_listings_import_batch;
    DROP INDEX IF EXISTS idx_models_import_index;
    DROP INDEX IF EXISTS idx_models_import_batch;
    DROP INDEX IF EXISTS uq_import_batch_index;
";

/// The unique index serves the look-up of an import's rows in order too: a second one on the same columns would only
/// cost.
const CREATE_INDEXES: &str = "
    CREATE UNIQUE INDEX uq_import_batch_index ON scored_listings (import_id, import_index);
    CREATE INDEX idx_models_import_batch ON models (import_id, import_index);
";

const DROP_COLUMNS: &str = "
    ALTER TABLE scored_listings DROP COLUMN import_index;
    ALTER TABLE models DROP COLUMN import_index;
";

/// Numbers the rows of each import that has collisions 0, 1, 2, … in the order they had; NULLs stay NULL.
const RESEQUENCE: &str = "
    UPDATE scored_listings
    SET import_index = numbered.place
    FROM (
        SELECT id, ROW_NUMBER() OVER (PARTITION BY import_id ORDER BY import_index, id) - 1 AS place
        FROM scored_listings
        WHERE import_index IS NOT NULL
          AND import_id IN (
              SELECT import_id
              FROM scored_listings
              WHERE import_id IS NOT NULL AND import_index IS NOT NULL
              GROUP BY import_id, import_index
              HAVING COUNT(*) > 1
          )
    ) AS numbered
    WHERE numbered.id = scored_listings.id
";

/// Numbers the rows of each import that have no number 0, 1, 2, … by id, and where the import has numbers already,
/// on from the highest of them.
const BACKFILL_SCORED_LISTINGS: &str = "
    UPDATE scored_listings
    SET import_index = numbered.place
    FROM (
        SELECT
            row.id,
            COALESCE(highest.import_index, -1) + ROW_NUMBER() OVER (PARTITION BY row.import_id ORDER BY row.id) AS place
        FROM scored_listings AS row
        LEFT JOIN (
            SELECT import_id, MAX(import_index) AS import_index FROM scored_listings GROUP BY import_id
        ) AS highest ON highest.import_id = row.import_id
        WHERE row.import_id IS NOT NULL AND row.import_index IS NULL
    ) AS numbered
    WHERE numbered.id = scored_listings.id
";

const BACKFILL_MODELS: &str = "
    UPDATE models
    SET import_index = numbered.place
    FROM (
        SELECT
            row.id,
            COALESCE(highest.import_index, -1) + ROW_NUMBER() OVER (PARTITION BY row.import_id ORDER BY row.id) AS place
        FROM models AS row
        LEFT JOIN (
            SELECT import_id, MAX(import_index) AS import_index FROM models GROUP BY import_id
        ) AS highest ON highest.import_id = row.import_id
        WHERE row.import_id IS NOT NULL AND row.import_index IS NULL
    ) AS numbered
    WHERE numbered.id = models.id
";

const NUMBERED_TABLES: [&str; 2] = ["scored_listings", "models"];

fn up(step: &mut Step<'_>) -> Result<(), StepError> {
    let actual = Schema::read(step.connection)?;
    if let Some(collisions) = find_collisions(step.connection, &actual)?
        && !step.options.resequence
    {
        return Err(StepError::Collisions(collisions));
    }
    // The triggers would set `updated_at` of every row that gets a number.
    let triggers = take_triggers(step, &actual)?;
    step.execute_batch(DROP_INDEXES)?;
    for (table, add) in [
        ("scored_listings", ADD_TO_SCORED_LISTINGS),
        ("models", ADD_TO_MODELS),
    ] {
        if !has_import_index(&actual, table) {
            step.execute(add)?;
        }
    }
    if step.options.resequence {
        let rows = step.execute(RESEQUENCE)?;
        if rows > 0 {
            step.findings.push(format!(
                "`{rows}` rows of imports with collisions are numbered anew"
            ));
        }
    }
    if step.options.backfill {
        let rows = step.execute(BACKFILL_SCORED_LISTINGS)?;
        step.findings
            .push(format!("`{rows}` rows of `scored_listings` got a number"));
        let rows = step.execute(BACKFILL_MODELS)?;
        step.findings
            .push(format!("`{rows}` rows of `models` got a number"));
    }
    step.execute_batch(CREATE_INDEXES)?;
    give_triggers_back(step, &triggers)
}

fn down(step: &mut Step<'_>) -> Result<(), StepError> {
    let actual = Schema::read(step.connection)?;
    let triggers = take_triggers(step, &actual)?;
    for (name, index) in &actual.indexes {
        let uses = index.columns.iter().any(|column| {
            column
                .as_deref()
                .is_none_or(|column| column == "import_index")
        });
        let numbered = NUMBERED_TABLES.contains(&index.table.as_str());
        if numbered && (uses || index.partial) {
            step.execute(&format!("DROP INDEX \"{name}\""))?;
            if !["uq_import_batch_index", "idx_models_import_batch"].contains(&name.as_str()) {
                step.findings
                    .push(format!("index `{name}` on `{}` is not kept", index.table));
            }
        }
    }
    step.execute_batch(DROP_COLUMNS)?;
    give_triggers_back(step, &triggers)
}

fn take_triggers(step: &mut Step<'_>, actual: &Schema) -> Result<Vec<String>, StepError> {
    let mut texts = Vec::new();
    for (name, trigger) in &actual.triggers {
        if NUMBERED_TABLES.contains(&trigger.table.as_str()) {
            step.execute(&format!("DROP TRIGGER \"{name}\""))?;
            texts.push(trigger.sql.clone());
        }
    }
    Ok(texts)
}

fn give_triggers_back(step: &mut Step<'_>, texts: &[String]) -> Result<(), StepError> {
    for text in texts {
        step.execute(text)?;
    }
    Ok(())
}

fn has_import_index(schema: &Schema, table: &str) -> bool {
    schema
        .tables
        .get(table)
        .is_some_and(|table| table.column("import_index").is_some())
}

/// A row is written to only where numbers were asked for, and then nothing but its number changes.
#[expect(clippy::unnecessary_wraps, reason = "the form that every step has")]
fn kept_up(step: &Step<'_>, actual: &Schema) -> rusqlite::Result<Vec<Kept>> {
    let renumbers = step.options.backfill || step.options.resequence;
    let tables: &[&str] = if renumbers { &NUMBERED_TABLES } else { &[] };
    Ok(content::written(actual, tables, is_number))
}

#[expect(clippy::unnecessary_wraps, reason = "the form that every step has")]
fn kept_down(_step: &Step<'_>, actual: &Schema) -> rusqlite::Result<Vec<Kept>> {
    Ok(content::written(actual, &NUMBERED_TABLES, is_number))
}

fn is_number(table: &str, column: &str) -> bool {
    column == "import_index" && NUMBERED_TABLES.contains(&table)
}

fn losses(connection: &Connection) -> rusqlite::Result<Vec<Loss>> {
    let mut losses = Vec::new();
    for (table, sql) in [
        (
            "scored_listings",
            "SELECT COUNT(*) FROM scored_listings WHERE import_index IS NOT NULL",
        ),
        (
            "models",
            "SELECT COUNT(*) FROM models WHERE import_index IS NOT NULL",
        ),
    ] {
        let count = preflight::count(connection, sql)?;
        if count > 0 {
            losses.push(Loss {
                what: format!("values of `{table}.import_index`"),
                count,
            });
        }
    }
    Ok(losses)
}

/// A value in words, whatever bytes it has.
fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            String::from_utf8_lossy(bytes).into_owned()
        }
        ValueRef::Null => "NULL".to_owned(),
        ValueRef::Integer(integer) => integer.to_string(),
        ValueRef::Real(real) => real.to_string(),
    }
}

/// The rows that the unique index would refuse.
pub(crate) fn find_collisions(
    connection: &Connection,
    actual: &Schema,
) -> rusqlite::Result<Option<Collisions>> {
    if !has_import_index(actual, "scored_listings") {
        return Ok(None);
    }
    let mut statement = connection.prepare(
        "SELECT import_id, import_index, COUNT(*)
         FROM scored_listings
         WHERE import_id IS NOT NULL AND import_index IS NOT NULL
         GROUP BY import_id, import_index
         HAVING COUNT(*) > 1
         ORDER BY import_id, import_index",
    )?;
    let mut rows = statement.query([])?;
    let mut collisions = Collisions {
        pairs: 0,
        imports: Vec::new(),
        first: Vec::new(),
    };
    while let Some(row) = rows.next()? {
        let import_id = text(row.get_ref(0)?);
        collisions.pairs += 1;
        match collisions.imports.last_mut() {
            Some((last, pairs)) if *last == import_id => *pairs += 1,
            _ => collisions.imports.push((import_id.clone(), 1)),
        }
        if collisions.first.len() < COLLISIONS_NAMED {
            collisions.first.push(Collision {
                import_id,
                import_index: text(row.get_ref(1)?),
                rows: row.get::<_, i64>(2)? as u64,
            });
        }
    }
    Ok((collisions.pairs > 0).then_some(collisions))
}
