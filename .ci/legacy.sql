-- A database as the old program's first release left it (schema 1.0.0, no `import_index` anywhere): some hundred made-up
-- rows with what real files hold: rows without an import, ids of any text, line breaks and scripts in notes, an infinite
-- price, rows of no known card, rows that refer to nothing.
--
--   sqlite3 old.sqlite < .ci/legacy.sql

PRAGMA foreign_keys = OFF;
BEGIN;

CREATE TABLE schema_version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    version TEXT NOT NULL,
    applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    description TEXT
);

CREATE TABLE import_batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    import_id TEXT NOT NULL UNIQUE,
    imported_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    source TEXT,
    record_count INTEGER DEFAULT 0,
    description TEXT
);

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
    FOREIGN KEY (import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);
CREATE INDEX idx_models_model ON models (model);

CREATE TABLE listings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    price REAL NOT NULL,
    canonical_model TEXT NOT NULL,
    match_type TEXT NOT NULL,
    match_score REAL NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    import_id TEXT,
    FOREIGN KEY (canonical_model) REFERENCES models (model) ON DELETE CASCADE,
    FOREIGN KEY (import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);
CREATE INDEX idx_listings_canonical_model ON listings (canonical_model);
CREATE INDEX idx_listings_import_id ON listings (import_id);

CREATE TABLE scored_listings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    canonical_model TEXT NOT NULL,
    price REAL NOT NULL,
    vram_gb INTEGER NOT NULL,
    tdp_watts INTEGER NOT NULL,
    mig_support INTEGER DEFAULT 0,
    nvlink BOOLEAN DEFAULT 0,
    generation TEXT,
    cuda_cores INTEGER,
    slot_width INTEGER,
    pcie_generation INTEGER,
    form_factor TEXT DEFAULT 'Standard',
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
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    import_id TEXT,
    FOREIGN KEY (canonical_model) REFERENCES models (model) ON DELETE CASCADE,
    FOREIGN KEY (import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);
CREATE INDEX idx_scored_listings_canonical_model ON scored_listings (canonical_model);
CREATE INDEX idx_scored_listings_score ON scored_listings (score);
CREATE INDEX idx_scored_listings_region ON scored_listings (region);
CREATE INDEX idx_scored_listings_seen_at ON scored_listings (seen_at);
CREATE INDEX idx_scored_listings_import_id ON scored_listings (import_id);

CREATE TABLE quantized_listings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    scored_listing_id INTEGER NOT NULL,
    model_7b INTEGER NOT NULL,
    model_13b INTEGER NOT NULL,
    model_70b INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    import_id TEXT,
    FOREIGN KEY (scored_listing_id) REFERENCES scored_listings (id) ON DELETE CASCADE,
    FOREIGN KEY (import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);
CREATE INDEX idx_quantized_listings_scored_listing_id ON quantized_listings (scored_listing_id);

INSERT INTO schema_version (version, applied_at, description)
VALUES ('1.0.0', '2025-07-20 09:00:00', 'Initial schema creation');

INSERT INTO import_batches (import_id, imported_at, source, record_count, description)
VALUES
    ('spring-stock', '2025-07-20 09:05:00', 'csv', 150, 'First upload'),
    ('août / lot û 2', '2025-08-02 18:30:11.250731', 'api', 150, NULL),
    ('0f3c1e52-7a44-4d0e-9a55-6b1d20c8f001', '2025-08-15 07:12:40', 'api', 60, 'прайс 价格'),
    ('never filled', '2025-08-16 00:00:00', 'csv', 0, '');

INSERT INTO models (model, vram_gb, tdp_watts, mig_support, nvlink, generation, created_at, updated_at, import_id)
VALUES
    ('H100_PCIE_80GB', 80, 350, 7, 1, 'Hopper', '2025-07-20 09:05:00', '2025-07-20 09:05:00', 'spring-stock'),
    ('A40', 48, 300, 4, 1, 'Ampere', '2025-07-20 09:05:00', '2025-07-20 09:05:00', 'spring-stock'),
    ('RTX_A6000', 48, 300, 0, 1, NULL, '2025-07-20 09:05:00', '2025-07-20 09:05:00', 'spring-stock'),
    ('RTX_6000_ADA', 48, 300, 0, 0, 'Ada', '2025-08-02 18:30:11', '2025-08-02 18:30:11', 'août / lot û 2'),
    ('L4', 24, 72, 7, 0, 'Ada', '2025-08-02 18:30:11', '2025-08-02 18:30:11', 'août / lot û 2'),
    ('UNKNOWN', 0, 0, 0, 0, NULL, '2025-08-02 18:30:11', '2025-08-02 18:30:11', NULL);

INSERT INTO scored_listings (
    canonical_model, price, vram_gb, tdp_watts, mig_support, nvlink, form_factor, notes, warnings, score, condition,
    quantity, min_order_qty, seller, region, source_url, source_type, seen_at, created_at, updated_at, import_id
)
WITH RECURSIVE numbers (n) AS (
    SELECT 0
    UNION ALL
    SELECT n + 1 FROM numbers WHERE n < 399
)
SELECT
    model.model,
    CASE WHEN n = 77 THEN 9e999 ELSE ROUND(180 + (n * 7919 % 3200) * 9.37, 2) END,
    model.vram_gb,
    model.tdp_watts,
    model.mig_support,
    model.nvlink,
    CASE WHEN n % 11 = 0 THEN 'SFF' ELSE 'Standard' END,
    CASE n % 25
        WHEN 0 THEN 'first line' || CHAR(10) || 'second "line", with a comma'
        WHEN 7 THEN 'состояние: как новая 显卡 ✓'
        WHEN 13 THEN ''
    END,
    CASE WHEN model.model = 'UNKNOWN' THEN 'no card found' END,
    ROUND((n * 331 % 10000) / 100.0, 4),
    CASE n % 4 WHEN 0 THEN 'New' WHEN 1 THEN 'Used' WHEN 2 THEN 'Refurbished' END,
    CASE WHEN n % 3 = 0 THEN n % 17 END,
    CASE WHEN n % 5 = 0 THEN 1 END,
    CASE n % 6 WHEN 0 THEN 'O''Mara; Söhne' WHEN 1 THEN 'лавка' WHEN 2 THEN '' WHEN 3 THEN 'Brackwater Compute' END,
    CASE n % 3 WHEN 0 THEN 'US' WHEN 1 THEN 'EU' END,
    CASE WHEN n % 2 = 0 THEN 'https://brackwater-compute.example/item/' || n END,
    CASE WHEN n % 2 = 0 THEN 'Retail_Specialist' END,
    CASE WHEN n % 2 = 0 THEN '2025-08-01 10:00:00.5' END,
    '2025-08-02 18:30:11',
    '2025-08-02 18:30:12',
    CASE
        WHEN n < 150 THEN 'spring-stock'
        WHEN n < 300 THEN 'août / lot û 2'
        WHEN n < 360 THEN '0f3c1e52-7a44-4d0e-9a55-6b1d20c8f001'
    END
FROM numbers
INNER JOIN models AS model ON model.id = n % 6 + 1
ORDER BY n;

INSERT INTO listings (title, price, canonical_model, match_type, match_score, created_at, updated_at, import_id)
SELECT
    'Offer no. ' || id || ', "' || canonical_model || '"',
    price,
    canonical_model,
    CASE id % 3 WHEN 0 THEN 'exact' WHEN 1 THEN 'regex' ELSE 'fuzzy' END,
    1.0 - (id % 3) / 10.0,
    created_at,
    updated_at,
    import_id
FROM scored_listings
WHERE id % 8 = 0
ORDER BY id;

INSERT INTO quantized_listings (
    scored_listing_id, model_7b, model_13b, model_70b, created_at, updated_at, import_id
)
SELECT
    id, MAX(vram_gb - 2, 0) * 2 / 7, MAX(vram_gb - 2, 0) * 2 / 13, MAX(vram_gb - 2, 0) / 35, created_at, updated_at, import_id
FROM scored_listings
WHERE id % 2 = 0
ORDER BY id;

-- The old program held foreign keys on one of its connections only.
INSERT INTO quantized_listings (scored_listing_id, model_7b, model_13b, model_70b, created_at, updated_at, import_id)
VALUES (9001, 6, 3, 0, '2025-08-20 12:00:00', '2025-08-20 12:00:00', 'an import that is gone');

CREATE TRIGGER update_models_timestamp
AFTER UPDATE ON models
BEGIN
    UPDATE models SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;

CREATE TRIGGER update_listings_timestamp
AFTER UPDATE ON listings
BEGIN
    UPDATE listings SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;

CREATE TRIGGER update_scored_listings_timestamp
AFTER UPDATE ON scored_listings
BEGIN
    UPDATE scored_listings SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;

CREATE TRIGGER update_quantized_listings_timestamp
AFTER UPDATE ON quantized_listings
BEGIN
    UPDATE quantized_listings SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;

COMMIT;
