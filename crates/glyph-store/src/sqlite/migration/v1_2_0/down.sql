-- The schema that the step back leads to: version 1.1.0 in its fullest shape.

CREATE TABLE schema_version (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    version TEXT NOT NULL,
    applied_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    description TEXT
);

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
    import_index INTEGER,
    FOREIGN KEY (import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);
CREATE INDEX idx_models_model ON models (model);
CREATE INDEX idx_models_import_batch ON models (import_id, import_index);

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
    import_index INTEGER,
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
    import_index INTEGER,
    FOREIGN KEY (canonical_model) REFERENCES models (model) ON DELETE CASCADE,
    FOREIGN KEY (import_id) REFERENCES import_batches (import_id) ON DELETE SET NULL
);
CREATE INDEX idx_scored_listings_canonical_model ON scored_listings (canonical_model);
CREATE INDEX idx_scored_listings_score ON scored_listings (score);
CREATE INDEX idx_scored_listings_region ON scored_listings (region);
CREATE INDEX idx_scored_listings_seen_at ON scored_listings (seen_at);
CREATE INDEX idx_scored_listings_import_id ON scored_listings (import_id);
CREATE UNIQUE INDEX uq_import_batch_index ON scored_listings (import_id, import_index);

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
