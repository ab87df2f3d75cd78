//! What the server counts, in the words of Prometheus.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::context::Context;
use super::problem::Problem;
use super::v1::shapes::ImportReport;

/// Upper bounds of the latencies told apart, in seconds.
const BOUNDS: [f64; 12] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRequest {
    method: String,
    /// The route and not the address: its values are few.
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRoute {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOutcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCode {
    code: String,
}

#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Mutex<Registry>,
    requests: Family<OfRequest, Counter>,
    latencies: Family<OfRoute, Histogram>,
    rows: Family<OfOutcome, Counter>,
    rejects: Family<OfCode, Counter>,
    jobs: Gauge,
    database_bytes: Gauge,
    log_bytes: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Metrics {
        let mut registry = Registry::with_prefix("glyphd");
        let metrics = Metrics {
            registry: Mutex::default(),
            requests: Family::default(),
            latencies: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            rows: Family::default(),
            rejects: Family::default(),
            jobs: Gauge::default(),
            database_bytes: Gauge::default(),
            log_bytes: Gauge::default(),
        };
        registry.register(
            "http_requests",
            "Requests answered",
            metrics.requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time until the head of an answer",
            Unit::Seconds,
            metrics.latencies.clone(),
        );
        registry.register(
            "rows",
            "Rows imported, by what became of them",
            metrics.rows.clone(),
        );
        registry.register(
            "rejected_rows",
            "Rows rejected, by the code of their first error",
            metrics.rejects.clone(),
        );
        registry.register("jobs", "Imports that run or wait", metrics.jobs.clone());
        registry.register_with_unit(
            "database",
            "Size of the database",
            Unit::Bytes,
            metrics.database_bytes.clone(),
        );
        registry.register_with_unit(
            "write_ahead_log",
            "Size of the write-ahead log",
            Unit::Bytes,
            metrics.log_bytes.clone(),
        );
        Metrics {
            registry: Mutex::new(registry),
            ..metrics
        }
    }

    pub(super) fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let of_request = OfRequest {
            method: method.to_owned(),
            route: route.to_owned(),
            status,
        };
        self.requests.get_or_create(&of_request).inc();
        let of_route = OfRoute {
            route: route.to_owned(),
        };
        self.latencies
            .get_or_create(&of_route)
            .observe(took.as_secs_f64());
    }

    /// Counts the rows of an import that is kept.
    pub(crate) fn imported(&self, report: &ImportReport) {
        if report.state != "done" {
            return;
        }
        for (outcome, rows) in [
            ("scored", report.scored_rows),
            ("unmatched", report.unmatched_rows),
            ("rejected", report.rejected_rows),
        ] {
            self.rows.get_or_create(&OfOutcome { outcome }).inc_by(rows);
        }
        for (code, rows) in &report.errors_by_code {
            let code = code.clone();
            self.rejects.get_or_create(&OfCode { code }).inc_by(*rows);
        }
    }
}

fn bytes_of(path: &Path) -> i64 {
    // A file that is not there takes no room.
    std::fs::metadata(path).map_or(0, |file| file.len() as i64)
}

/// The counts as Prometheus reads them.
pub(super) async fn show(State(context): State<Context>) -> Result<Response, Problem> {
    let metrics = &context.metrics;
    metrics.jobs.set(context.jobs.running().len() as i64);
    let path = context.database.path();
    metrics.database_bytes.set(bytes_of(path));
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    metrics.log_bytes.set(bytes_of(Path::new(&log)));
    let mut text = String::new();
    let registry = metrics
        .registry
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    encode(&mut text, &registry).map_err(|error| Problem::internal(&error))?;
    let kind =
        HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
