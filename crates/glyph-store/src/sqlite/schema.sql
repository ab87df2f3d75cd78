-- The whole schema, version 1.8.0. A new database is made by running this text; one from an older version comes to
-- the same schema by the steps in `migration/`, and a test holds the two against each other. `docs/SCHEMA.md` tells
-- what every column means.
--
-- Old columns keep their names, types and places, so that queries written for the old program's file go on working.
-- Times are UTC text: RFC 3339 in rows of this program, `YYYY-MM-DD HH:MM:SS` in rows of the old one.

-- The history of the schema, a row a version. Its four columns are the old program's: other tools read them.
CREATE TABLE schema_version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    version TEXT NOT NULL,
    applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    description TEXT
);

-- What the migrator did, a row a step. It stands beside `schema_version` instead of in it, so that the table which
-- other tools read keeps its shape. `checksum` is over the step's meaning; `findings` is a JSON array of what was
-- noticed (orphans, renumbered imports, indexes not kept).
CREATE TABLE migration_log (
    id INTEGER PRIMARY KEY,
    version TEXT NOT NULL,
    direction TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at TEXT NOT NULL,
    duration_ms INTEGER,
    program_version TEXT NOT NULL,
    findings TEXT NOT NULL
);

-- One row an import. An import that is not finished is in no table at all: its rows and this record are written in
-- one transaction, so there is no state `running`.
CREATE TABLE import_batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    import_id TEXT NOT NULL UNIQUE,
    imported_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    source TEXT,
    record_count INTEGER DEFAULT 0,
    description TEXT,
    -- `legacy`: of the old program, and what any other writer leaves; `done`; `undone`.
    state TEXT NOT NULL DEFAULT 'legacy',
    -- The rows of the source and what became of them; NULL where the old program counted nothing.
    total_rows INTEGER,
    scored_rows INTEGER,
    unmatched_rows INTEGER,
    rejected_rows INTEGER,
    errors_by_code TEXT,
    source_name TEXT,
    source_format TEXT,
    source_sha256 TEXT,
    source_bytes INTEGER,
    -- The header record as it stood in the source, so that rejects can be given back as a file of the same form.
    source_header BLOB,
    reading_options TEXT,
    header_mapping TEXT,
    findings TEXT,
    -- A hash over the source's bytes and the options: what makes a second try of the same import known as such.
    options_key TEXT,
    forced INTEGER NOT NULL DEFAULT 0,
    registry_version TEXT,
    scoring_profile TEXT,
    program_version TEXT,
    seen_at TEXT,
    duration_ms INTEGER,
    undone_at TEXT,
    -- With the registry's version it says which answers the matcher gives.
    matcher_version INTEGER,
    -- The highest id of its scored rows that are gone: no other row is given it.
    last_listing_id INTEGER
);

-- Promise 3, once: at most one import of the same bytes with the same options is in force, unless it was forced.
CREATE UNIQUE INDEX uq_import_batches_options_key
    ON import_batches (options_key)
    WHERE state = 'done' AND forced = 0;

CREATE TABLE models (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model TEXT NOT NULL UNIQUE,
    vram_gb INTEGER,
    tdp_watts INTEGER,
    mig_support INTEGER DEFAULT 0,
    nvlink BOOLEAN DEFAULT 0,
    generation TEXT,
    cuda_cores INTEGER,
    slot_width INTEGER,
    pcie_generation INTEGER,
    listing_count INTEGER DEFAULT 0,
    min_price REAL,
    median_price REAL,
    max_price REAL,
    avg_price REAL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    import_id TEXT,
    import_index INTEGER,
    FOREIGN KEY (import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);

-- No index on `model`: UNIQUE has the same one already.
CREATE INDEX idx_models_import_batch ON models (import_id, import_index);

-- Every distinct offer once: the texts that come again in each import of the same catalogue, and what the matcher made
-- of them. Rows of the old program's `listings` table stay, without a fingerprint. No AUTOINCREMENT here and in
-- `scored_listings`: it writes `sqlite_sequence` with every INSERT.
CREATE TABLE listings (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    price REAL,
    canonical_model TEXT,
    match_type TEXT,
    match_score REAL,
    created_at TIMESTAMP,
    updated_at TIMESTAMP,
    import_id TEXT,
    import_index INTEGER,
    -- 8 bytes that all texts of one offer have in common (its address or its title, and its seller), and 16 over the
    -- texts and the versions of registry and matcher; NULL in the old program's rows.
    fingerprint BLOB,
    seller TEXT,
    source_url TEXT,
    source_type TEXT,
    notes TEXT,
    -- The cells as given, where the closed set or the number in the row does not say it all.
    condition_text TEXT,
    region_text TEXT,
    quantity_text TEXT,
    age_text TEXT,
    model_hint TEXT,
    -- A JSON object of the columns that no field was recognised in.
    extra TEXT,
    kind TEXT,
    memory_gb REAL,
    form TEXT,
    lot_size INTEGER,
    confidence REAL,
    evidence TEXT,
    -- Why it is unmatched; NULL where it is matched.
    reason TEXT,
    registry_version TEXT,
    matcher_version INTEGER,
    -- A JSON array of cautions (`for_parts`, `mining`, …); NULL where there are none.
    flags TEXT,
    FOREIGN KEY (canonical_model) REFERENCES models (model) ON DELETE CASCADE,
    FOREIGN KEY (import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);

-- NULLs are distinct in a unique index, but need not be in it: the old program's rows would only fill pages.
CREATE UNIQUE INDEX uq_listings_fingerprint ON listings (fingerprint) WHERE fingerprint IS NOT NULL;
-- No index on `canonical_model`: offers of a model are found through `scored_listings`, and a key in random order is
-- the dearest kind to keep while importing.
CREATE INDEX idx_listings_import_id ON listings (import_id);

-- One row a scored row of a source. New rows leave what repeats to `listings` (title, seller, url, notes) and to the
-- import's record (created_at, updated_at): `offers` puts it together again.
CREATE TABLE scored_listings (
    id INTEGER PRIMARY KEY,
    canonical_model TEXT NOT NULL,
    -- US dollars, for the reader; of the whole lot.
    price REAL NOT NULL,
    -- NULL where unknown. The old program wrote 0.
    vram_gb INTEGER,
    tdp_watts INTEGER,
    mig_support INTEGER DEFAULT 0,
    nvlink BOOLEAN DEFAULT 0,
    generation TEXT,
    cuda_cores INTEGER,
    slot_width INTEGER,
    pcie_generation INTEGER,
    form_factor TEXT,
    notes TEXT,
    warnings TEXT,
    score REAL NOT NULL,
    condition TEXT,
    quantity INTEGER,
    min_order_qty INTEGER,
    seller TEXT,
    region TEXT,
    source_url TEXT,
    source_type TEXT,
    seen_at TIMESTAMP,
    created_at TIMESTAMP,
    updated_at TIMESTAMP,
    import_id TEXT,
    import_index INTEGER,
    -- The row of `listings` with the texts. Not declared as a foreign key: deleting a text would then search all
    -- rows for users of it, or cost each import an index in random order. `glyphd check` holds it instead.
    listing_id INTEGER,
    -- The price as given, exact: whole minor units of `currency` (ISO 4217).
    price_minor INTEGER,
    currency TEXT,
    price_text TEXT,
    availability TEXT,
    lot_size INTEGER,
    FOREIGN KEY (canonical_model) REFERENCES models (model) ON DELETE CASCADE,
    FOREIGN KEY (import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);

-- The promise of uniqueness, which also gives an import's rows in order; its keys come in order while importing, so it
-- costs little. What listings are filtered and sorted by is in `listing_segments`: an index in random order over the rows
-- of all imports would make each import dearer than the one before it.
CREATE UNIQUE INDEX uq_import_batch_index ON scored_listings (import_id, import_index);

-- Up to 65,536 consecutive scored rows of one import, in row order. Made by the program from the rows; nothing is lost
-- with them.
CREATE TABLE listing_segments (
    id INTEGER PRIMARY KEY,
    import_id TEXT,
    -- The lowest and the highest id of its rows in `scored_listings`.
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    -- The ids in row order, 8 bytes each, lowest first; NULL where they count up from `first_id`.
    row_ids BLOB
);

CREATE INDEX idx_listing_segments_import_id ON listing_segments (import_id);

-- The columns and orders of segments, in blocks. The id is the segment's times 65,536, the part's times 4,096 and the
-- block's, together.
CREATE TABLE listing_segment_parts (
    id INTEGER PRIMARY KEY,
    data BLOB NOT NULL
);

-- Imports whose rows changed after their segments were written: queries go to the rows instead.
CREATE TABLE unsegmented_imports (
    import_id TEXT
);

-- Segments of imports that follow each other, together: what is asked of all imports reads these in place of small ones.
-- Made by the program from the rows; nothing is lost with them.
CREATE TABLE merged_segments (
    id INTEGER PRIMARY KEY,
    -- The first and the last of the rows of `listing_segments` that it covers, with all between them.
    first_segment INTEGER NOT NULL,
    last_segment INTEGER NOT NULL,
    -- Of its rows, whose ids count up.
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL
);

-- As `listing_segment_parts`.
CREATE TABLE merged_segment_parts (
    id INTEGER PRIMARY KEY,
    data BLOB NOT NULL
);

-- Rows of `listings` that follow each other, as their titles are searched. Made by the program; nothing is lost with it.
-- Rows that no segment covers are looked through one by one.
CREATE TABLE title_segments (
    id INTEGER PRIMARY KEY,
    -- The ids of its first and of its last row; at most 65,535 lie between them.
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL
);

CREATE UNIQUE INDEX uq_title_segments_last_id ON title_segments (last_id);

-- The distinct words of a segment's titles and the rows with each, in blocks. The id is the segment's times 65,536 and the
-- block's, together.
CREATE TABLE title_segment_parts (
    id INTEGER PRIMARY KEY,
    data BLOB NOT NULL
);

CREATE TABLE quantized_listings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    scored_listing_id INTEGER NOT NULL,
    model_7b INTEGER NOT NULL,
    model_13b INTEGER NOT NULL,
    model_70b INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    import_id TEXT,
    import_index INTEGER,
    FOREIGN KEY (scored_listing_id) REFERENCES scored_listings (id) ON DELETE CASCADE,
    FOREIGN KEY (import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);

CREATE INDEX idx_quantized_listings_scored_listing_id ON quantized_listings (scored_listing_id);

-- A well-formed row that names no one card of the registry: `reason` says why.
CREATE TABLE unmatched_listings (
    id INTEGER PRIMARY KEY,
    import_id TEXT NOT NULL REFERENCES import_batches (import_id),
    import_index INTEGER NOT NULL,
    listing_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    price REAL,
    price_minor INTEGER,
    currency TEXT,
    price_text TEXT,
    condition TEXT,
    availability TEXT,
    quantity INTEGER,
    min_order_qty INTEGER,
    region TEXT,
    seen_at TEXT
);

CREATE UNIQUE INDEX uq_unmatched_listings_import ON unmatched_listings (import_id, import_index);

-- A row that could not be read: where it stands in the source, its bytes, and all that is wrong with it.
CREATE TABLE rejected_rows (
    id INTEGER PRIMARY KEY,
    import_id TEXT NOT NULL REFERENCES import_batches (import_id),
    import_index INTEGER NOT NULL,
    line_start INTEGER NOT NULL,
    line_end INTEGER NOT NULL,
    byte_start INTEGER NOT NULL,
    byte_len INTEGER NOT NULL,
    raw BLOB NOT NULL,
    -- What a file of rejects holds for the row where `raw` alone cannot be read again (a variant without its product).
    repair_raw BLOB,
    -- The first error's code; `errors` is the JSON array of all, and `row_errors` shows it whole.
    code TEXT NOT NULL,
    errors TEXT NOT NULL
);

CREATE UNIQUE INDEX uq_rejected_rows_import ON rejected_rows (import_id, import_index);

-- What errors that differ in nothing but their value have in common. Such an error stands in `rejected_rows.errors` as
-- `{"kind": …, "value": …}`, and one of a kind that comes but once or twice whole. AUTOINCREMENT, so that a row whose kind
-- is lost is never given another one.
CREATE TABLE error_kinds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL,
    column_name TEXT,
    message TEXT NOT NULL
);

CREATE UNIQUE INDEX uq_error_kinds ON error_kinds (code, column_name, message);

-- The rates that an import's prices were converted with. `usd_per_unit` is decimal text: exact.
CREATE TABLE import_rates (
    import_id TEXT NOT NULL REFERENCES import_batches (import_id),
    currency TEXT NOT NULL,
    usd_per_unit TEXT NOT NULL,
    rate_date TEXT,
    source TEXT,
    PRIMARY KEY (import_id, currency)
);

CREATE TABLE import_repairs (
    id INTEGER PRIMARY KEY,
    import_id TEXT NOT NULL REFERENCES import_batches (import_id),
    repaired_at TEXT NOT NULL,
    source_name TEXT,
    source_sha256 TEXT,
    rows INTEGER NOT NULL,
    scored INTEGER NOT NULL,
    unmatched INTEGER NOT NULL,
    still_rejected INTEGER NOT NULL
);

CREATE INDEX idx_import_repairs_import_id ON import_repairs (import_id);

-- A second matching of an import's rows by another registry or matcher.
CREATE TABLE import_rematches (
    id INTEGER PRIMARY KEY,
    import_id TEXT NOT NULL REFERENCES import_batches (import_id),
    rematched_at TEXT NOT NULL,
    program_version TEXT NOT NULL,
    old_registry_version TEXT,
    new_registry_version TEXT NOT NULL,
    old_matcher_version INTEGER,
    new_matcher_version INTEGER NOT NULL,
    scoring_profile TEXT,
    rows INTEGER NOT NULL,
    changed INTEGER NOT NULL
);

CREATE INDEX idx_import_rematches_import_id ON import_rematches (import_id);

-- What a row was before a second matching and what it is since. The texts of both matches stay in `listings`.
CREATE TABLE rematch_changes (
    id INTEGER PRIMARY KEY,
    rematch_id INTEGER NOT NULL REFERENCES import_rematches (id),
    import_index INTEGER NOT NULL,
    old_outcome TEXT NOT NULL,
    old_detail TEXT NOT NULL,
    old_score REAL,
    old_listing_id INTEGER,
    new_outcome TEXT NOT NULL,
    new_detail TEXT NOT NULL,
    new_score REAL,
    new_listing_id INTEGER
);

CREATE UNIQUE INDEX uq_rematch_changes_row ON rematch_changes (rematch_id, import_index);

-- Who may use the HTTP interface: the token itself is shown once and not kept. `secret_hash` is BLAKE3 over its secret;
-- `scope` is `read`, `import` or `admin`.
CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    name TEXT,
    scope TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT
);

-- Imports that were sent over HTTP. A job that waits or runs when the server ends is told as failed when it starts again:
-- nothing of its import is kept. `outcome` is what its client was answered, as JSON. No foreign key to the import: its
-- record may be taken out of the file, and the job stays told.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT,
    source_name TEXT NOT NULL,
    source_bytes INTEGER NOT NULL,
    total_rows INTEGER,
    scored_rows INTEGER,
    unmatched_rows INTEGER,
    rejected_rows INTEGER,
    import_id TEXT,
    idempotency_key TEXT,
    request_hash BLOB,
    outcome TEXT
);

CREATE UNIQUE INDEX uq_jobs_idempotency_key ON jobs (idempotency_key) WHERE idempotency_key IS NOT NULL;

-- The old program's price history; `quantization_capacity` and `heuristics` hold the text `null` where it meant NULL.
CREATE TABLE listing_snapshots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    model TEXT NOT NULL,
    price_usd REAL NOT NULL,
    score REAL NOT NULL,
    quantization_capacity TEXT,
    seen_at TIMESTAMP NOT NULL,
    seller TEXT,
    region TEXT,
    source_url TEXT,
    heuristics TEXT,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX idx_listing_snapshots_model ON listing_snapshots (model);
CREATE INDEX idx_listing_snapshots_seen_at ON listing_snapshots (seen_at);
CREATE INDEX idx_listing_snapshots_source_url ON listing_snapshots (source_url);

CREATE TABLE listing_deltas (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    current_snapshot_id INTEGER NOT NULL,
    previous_snapshot_id INTEGER NOT NULL,
    price_delta REAL NOT NULL,
    price_delta_pct REAL NOT NULL,
    score_delta REAL NOT NULL,
    model TEXT NOT NULL,
    region TEXT,
    source_url TEXT,
    timestamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    FOREIGN KEY (current_snapshot_id) REFERENCES listing_snapshots (id) ON DELETE CASCADE,
    FOREIGN KEY (previous_snapshot_id) REFERENCES listing_snapshots (id) ON DELETE CASCADE
);

CREATE INDEX idx_listing_deltas_model ON listing_deltas (model);
CREATE INDEX idx_listing_deltas_timestamp ON listing_deltas (timestamp);
CREATE INDEX idx_listing_deltas_price_delta_pct ON listing_deltas (price_delta_pct);
CREATE INDEX idx_listing_deltas_current_snapshot ON listing_deltas (current_snapshot_id);
CREATE INDEX idx_listing_deltas_previous_snapshot ON listing_deltas (previous_snapshot_id);

-- The old program's keepers of `updated_at`. They fire on UPDATE only, so an import does not meet them, and in the two
-- tables that new rows go to they pass over rows without a time of their own.
CREATE TRIGGER update_models_timestamp
AFTER UPDATE ON models
BEGIN
    UPDATE models SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;

CREATE TRIGGER update_listings_timestamp
AFTER UPDATE ON listings
WHEN NEW.updated_at IS NOT NULL
BEGIN
    UPDATE listings SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;

CREATE TRIGGER update_scored_listings_timestamp
AFTER UPDATE ON scored_listings
WHEN NEW.updated_at IS NOT NULL
BEGIN
    UPDATE scored_listings SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;

CREATE TRIGGER update_quantized_listings_timestamp
AFTER UPDATE ON quantized_listings
BEGIN
    UPDATE quantized_listings SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;

-- A change of rows by another hand is noted, so that no query trusts the segments of before. Where the program itself
-- writes many rows, it has them keep still and sees to the segments.
CREATE TRIGGER note_scored_listings_inserted
AFTER INSERT ON scored_listings
WHEN NOT EXISTS (SELECT 1 FROM unsegmented_imports WHERE import_id IS NEW.import_id)
BEGIN
    INSERT INTO unsegmented_imports (import_id) VALUES (NEW.import_id);
END;

CREATE TRIGGER note_scored_listings_deleted
AFTER DELETE ON scored_listings
WHEN NOT EXISTS (SELECT 1 FROM unsegmented_imports WHERE import_id IS OLD.import_id)
BEGIN
    INSERT INTO unsegmented_imports (import_id) VALUES (OLD.import_id);
END;

CREATE TRIGGER note_scored_listings_updated
AFTER UPDATE OF
    id, canonical_model, price, vram_gb, score, condition, seller, region, import_id, import_index, listing_id, lot_size
ON scored_listings
WHEN NEW.import_id IS NOT OLD.import_id
    OR NOT EXISTS (SELECT 1 FROM unsegmented_imports WHERE import_id IS OLD.import_id)
BEGIN
    INSERT INTO unsegmented_imports (import_id)
    SELECT side.import_id
    FROM (SELECT OLD.import_id AS import_id UNION SELECT NEW.import_id) AS side
    WHERE NOT EXISTS (SELECT 1 FROM unsegmented_imports WHERE import_id IS side.import_id);
END;

CREATE TRIGGER note_scored_listings_replaced
BEFORE INSERT ON scored_listings
BEGIN
    INSERT INTO unsegmented_imports (import_id)
    SELECT DISTINCT replaced.import_id
    FROM scored_listings AS replaced
    WHERE (replaced.id = NEW.id
            OR (replaced.import_id = NEW.import_id AND replaced.import_index = NEW.import_index))
        AND NOT EXISTS (SELECT 1 FROM unsegmented_imports WHERE import_id IS replaced.import_id);
END;

CREATE TRIGGER note_listings_inserted
AFTER INSERT ON listings
BEGIN
    INSERT INTO unsegmented_imports (import_id)
    SELECT DISTINCT segment.import_id
    FROM listing_segments AS segment
    WHERE NOT EXISTS (SELECT 1 FROM unsegmented_imports WHERE import_id IS segment.import_id);
END;

CREATE TRIGGER note_listings_deleted
AFTER DELETE ON listings
BEGIN
    INSERT INTO unsegmented_imports (import_id)
    SELECT DISTINCT segment.import_id
    FROM listing_segments AS segment
    WHERE NOT EXISTS (SELECT 1 FROM unsegmented_imports WHERE import_id IS segment.import_id);
END;

CREATE TRIGGER note_listings_updated
AFTER UPDATE OF id, title, seller, memory_gb ON listings
BEGIN
    INSERT INTO unsegmented_imports (import_id)
    SELECT DISTINCT segment.import_id
    FROM listing_segments AS segment
    WHERE NOT EXISTS (SELECT 1 FROM unsegmented_imports WHERE import_id IS segment.import_id);
END;

-- A title that another hand changes is in no segment until the program writes next.
CREATE TRIGGER uncover_title_inserted
AFTER INSERT ON listings
BEGIN
    DELETE FROM title_segments
    WHERE last_id = (SELECT MIN(last_id) FROM title_segments WHERE last_id >= NEW.id) AND first_id <= NEW.id;
END;

CREATE TRIGGER uncover_title_deleted
AFTER DELETE ON listings
BEGIN
    DELETE FROM title_segments
    WHERE last_id = (SELECT MIN(last_id) FROM title_segments WHERE last_id >= OLD.id) AND first_id <= OLD.id;
END;

CREATE TRIGGER uncover_title_updated
AFTER UPDATE OF id, title ON listings
BEGIN
    DELETE FROM title_segments
    WHERE last_id = (SELECT MIN(last_id) FROM title_segments WHERE last_id >= OLD.id) AND first_id <= OLD.id;
    DELETE FROM title_segments
    WHERE last_id = (SELECT MIN(last_id) FROM title_segments WHERE last_id >= NEW.id) AND first_id <= NEW.id;
END;

-- A row that goes by REPLACE, since another one has its fingerprint, has no trigger of its own.
CREATE TRIGGER uncover_title_replaced
BEFORE INSERT ON listings
WHEN NEW.fingerprint IS NOT NULL
BEGIN
    DELETE FROM title_segments
    WHERE id IN (
        SELECT segment.id
        FROM listings AS replaced
        JOIN title_segments AS segment
            ON segment.last_id = (SELECT MIN(last_id) FROM title_segments WHERE last_id >= replaced.id)
            AND segment.first_id <= replaced.id
        WHERE replaced.fingerprint = NEW.fingerprint
    );
END;

CREATE TRIGGER uncover_title_replaced_by_update
BEFORE UPDATE OF fingerprint ON listings
WHEN NEW.fingerprint IS NOT NULL
BEGIN
    DELETE FROM title_segments
    WHERE id IN (
        SELECT segment.id
        FROM listings AS replaced
        JOIN title_segments AS segment
            ON segment.last_id = (SELECT MIN(last_id) FROM title_segments WHERE last_id >= replaced.id)
            AND segment.first_id <= replaced.id
        WHERE replaced.fingerprint = NEW.fingerprint
    );
END;

CREATE TRIGGER drop_title_segment_parts
AFTER DELETE ON title_segments
BEGIN
    DELETE FROM title_segment_parts WHERE id >= OLD.id << 16 AND id < (OLD.id + 1) << 16;
END;

-- One row a scored row, whole: the row, the texts of its offer, the times of its import. Both joins are by a unique
-- key, so SQLite leaves them out of a query that reads none of their columns.
CREATE VIEW offers AS
SELECT
    row.id,
    row.import_id,
    row.import_index,
    row.canonical_model,
    offer.title,
    row.price,
    row.price / COALESCE(row.lot_size, 1) AS unit_price,
    row.price / COALESCE(row.lot_size, 1)
        / COALESCE(NULLIF(offer.memory_gb, 0), NULLIF(row.vram_gb, 0)) AS price_per_gb,
    COALESCE(row.currency, 'USD') AS currency,
    COALESCE(
        row.price_minor / CASE
            WHEN row.currency IN (
                'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF',
                'XPF'
            ) THEN 1.0
            WHEN row.currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 1000.0
            ELSE 100.0
        END,
        row.price
    ) AS price_given,
    row.price_minor,
    row.price_text,
    row.score,
    row.vram_gb,
    row.tdp_watts,
    row.mig_support,
    row.nvlink,
    row.generation,
    row.cuda_cores,
    row.slot_width,
    row.pcie_generation,
    row.form_factor,
    COALESCE(offer.form, row.form_factor) AS form,
    COALESCE(offer.memory_gb, row.vram_gb) AS memory_gb,
    COALESCE(row.lot_size, 1) AS lot_size,
    row.quantity,
    row.min_order_qty,
    row.availability,
    row.condition,
    COALESCE(offer.seller, row.seller) AS seller,
    row.region,
    COALESCE(offer.source_url, row.source_url) AS source_url,
    COALESCE(offer.source_type, row.source_type) AS source_type,
    COALESCE(offer.notes, row.notes) AS notes,
    row.warnings,
    offer.confidence,
    offer.evidence,
    offer.flags,
    row.listing_id,
    COALESCE(row.seen_at, import.seen_at) AS seen_at,
    COALESCE(row.created_at, import.imported_at) AS created_at,
    COALESCE(row.updated_at, row.created_at, import.imported_at) AS updated_at
FROM scored_listings AS row
LEFT JOIN listings AS offer ON offer.id = row.listing_id
LEFT JOIN import_batches AS import ON import.import_id = row.import_id;

-- What became of every row: the three outcomes under their one coordinate. `detail` is the model, the reason, the code.
CREATE VIEW import_rows AS
SELECT import_id, import_index, 'scored' AS outcome, canonical_model AS detail FROM scored_listings
UNION ALL
SELECT import_id, import_index, 'unmatched', reason FROM unmatched_listings
UNION ALL
SELECT import_id, import_index, 'rejected', code FROM rejected_rows;

-- Every error of every rejected row, the first at position 0.
CREATE VIEW row_errors AS
SELECT
    row.import_id,
    row.import_index,
    row.line_start,
    row.line_end,
    error.key AS position,
    COALESCE(kind.code, json_extract(error.value, '$.code')) AS code,
    COALESCE(kind.column_name, json_extract(error.value, '$.column')) AS column_name,
    json_extract(error.value, '$.value') AS value,
    COALESCE(kind.message, json_extract(error.value, '$.message')) AS message
FROM rejected_rows AS row
JOIN json_each(CASE WHEN json_valid(row.errors) THEN row.errors ELSE '[]' END) AS error ON error.type = 'object'
LEFT JOIN error_kinds AS kind
    ON kind.id = CASE WHEN json_type(error.value, '$.kind') = 'integer' THEN json_extract(error.value, '$.kind') END;
