//! The old program's interface under `/api`, over the same functions, for clients that know no other.
//!
//! Its errors are `{"detail": …}`, and what is absent is left out.

use std::ops::ControlFlow;
use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use glyph_core::listing::TITLE_CHARS;
use glyph_core::matching::Kind;
use glyph_core::score::{Formula, Profile};
use glyph_store::history::{ChangeFilter, PriceMove};
use glyph_store::listing::{ListingFilter, ListingRecord, ListingSort};
use glyph_store::store::Store;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_http::timeout::TimeoutLayer;
use utoipa::IntoParams;

use super::artifact;
use super::context::Context;
use super::database::blocking;
use super::layers;
use super::parameters::{JsonBody, JsonList, Query, Segment};
use super::problem::{Code, Problem};
use super::v1::given::{GivenListing, import_given};
use super::v1::imports::import_now;
use super::v1::report::Figures;
use super::v1::shapes::ImportReport;
use super::v1::upload::{copy_of, receive_with_texts};
use crate::clock;
use crate::market::Market;
use crate::report::{self, Scope};

/// The most bytes of an upload, as the old program had it.
const MOST_CSV_BYTES: u64 = 50 << 20;

/// The versions of its messages that the old program spoke.
const VERSIONS: [&str; 2] = ["v1.0", "v1.1"];
const CURRENT_VERSION: &str = "v1.1";

/// Rejected rows that an import's result tells.
const MOST_ERRORS: usize = 100;

/// Models that an import's result tells.
const TOP_MODELS: u64 = 10;

pub(super) fn routes(context: &Context) -> Router<Context> {
    let questions = Router::new()
        .route("/health", get(|| async { Json(json!({ "status": "ok" })) }))
        .route("/models", get(models))
        .route("/report", get(report))
        .route("/schema/versions", get(versions))
        .route("/schema/versions/{version}", get(version))
        .route("/listings", get(listings))
        .route("/forecast/deltas", get(deltas))
        .route("/forecast/deltas/{id}", get(delta))
        .route("/ml/is-gpu", post(is_gpu))
        .layer(middleware::map_response(layers::timed_out))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            context.limits.request,
        ));
    Router::new()
        .route(
            "/import/csv",
            post(import_csv).layer(DefaultBodyLimit::disable()),
        )
        .route(
            "/ingest/upload-artifact",
            post(upload_artifact).layer(DefaultBodyLimit::disable()),
        )
        .route("/persist/listings", post(persist))
        .route("/imports/from-pipeline", post(from_pipeline))
        .merge(questions)
        .layer(DefaultBodyLimit::max(context.limits.json_bytes))
        .layer(middleware::map_response(old_shape))
}

/// A problem as the old program told it.
async fn old_shape(mut response: Response) -> Response {
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let body = json!({ "detail": problem.detail }).to_string();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CONTENT_LENGTH, body.len().into());
    *response.body_mut() = Body::from(body);
    response
}

async fn models(State(context): State<Context>) -> Result<Json<Vec<Value>>, Problem> {
    let markets = context
        .database
        .read(|store| Ok(store.list_model_markets(None)?))
        .await?;
    let models = markets.into_iter().map(|market| {
        let registry = &context.names.registry;
        let specs = registry
            .find(&market.canonical_model)
            .map(|id| registry.model(id));
        without_nulls(json!({
            "model": market.canonical_model,
            "listing_count": market.listing_count,
            "min_price": market.min_price,
            "median_price": market.median_price,
            "max_price": market.max_price,
            "avg_price": market.avg_price,
            "vram_gb": specs.and_then(|model| model.memory_gb),
            "tdp_watts": specs.and_then(|model| model.tdp_w),
            "mig_support": specs.and_then(|model| model.mig_instances),
            "nvlink": specs.and_then(|model| model.nvlink),
        }))
    });
    Ok(Json(models.collect()))
}

fn without_nulls(mut value: Value) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.retain(|_, field| !field.is_null());
    }
    value
}

async fn versions() -> Json<Value> {
    Json(json!({
        "supported_versions": VERSIONS,
        "default_version": CURRENT_VERSION,
        "current_version": CURRENT_VERSION,
    }))
}

async fn version(Segment(version): Segment<String>) -> Json<Value> {
    let supported = VERSIONS.contains(&version.as_str());
    let not = if supported { "" } else { "not " };
    let message = format!("schema version {version} is {not}supported");
    Json(json!({
        "version": version,
        "supported": supported,
        "message": message,
        "supported_versions": VERSIONS,
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
struct ListingQuery {
    /// Any part of a model's name.
    model: Option<String>,
    min_price: Option<f64>,
    max_price: Option<f64>,
    import_id: Option<String>,
    #[serde(default = "hundred")]
    limit: u64,
    #[serde(default)]
    offset: u64,
}

fn hundred() -> u64 {
    100
}

/// A listing as the old program told it.
#[derive(Debug, Serialize)]
struct OldListing {
    canonical_model: String,
    vram_gb: f64,
    mig_support: i64,
    nvlink: bool,
    tdp_watts: i64,
    price: Option<f64>,
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    import_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    import_index: Option<u64>,
}

impl From<ListingRecord> for OldListing {
    fn from(record: ListingRecord) -> OldListing {
        OldListing {
            canonical_model: record.canonical_model,
            vram_gb: record.vram_gb.unwrap_or(0.0),
            mig_support: record.mig_support.unwrap_or(0),
            nvlink: record.nvlink.unwrap_or(false),
            tdp_watts: record.tdp_watts.unwrap_or(0),
            price: Some(record.price).filter(|price| price.is_finite()),
            score: Some(record.score).filter(|score| score.is_finite()),
            import_id: record.import_id,
            import_index: record.import_index,
        }
    }
}

async fn listings(
    State(context): State<Context>,
    Query(query): Query<ListingQuery>,
) -> Result<Json<Vec<OldListing>>, Problem> {
    let wrong = |name: &str, detail: &str| {
        let mut problem = Problem::of_parameter(Code::BodyInvalid, name, detail);
        problem.detail = format!("`{name}` {detail}");
        problem
    };
    if !(1..=1000).contains(&query.limit) {
        return Err(wrong("limit", "must be from 1 to 1000"));
    }
    for (name, price) in [
        ("min_price", query.min_price),
        ("max_price", query.max_price),
    ] {
        if price.is_some_and(|price| !price.is_finite() || price < 0.0) {
            return Err(wrong(name, "must be a number of at least 0"));
        }
    }
    if let Some((least, most)) = query.min_price.zip(query.max_price)
        && least > most
    {
        return Err(wrong("min_price", "must not be above `max_price`"));
    }
    let any_model = match &query.model {
        Some(part) => names_with(&context, part).await?,
        None => Vec::new(),
    };
    if query.model.is_some() && any_model.is_empty() {
        return Ok(Json(Vec::new()));
    }
    let filter = ListingFilter {
        any_model,
        min_price: query.min_price,
        max_price: query.max_price,
        import_id: query.import_id,
        sort: ListingSort::RowOrder,
        limit: query.limit,
        offset: query.offset,
        ..ListingFilter::default()
    };
    let records = context
        .database
        .read(move |store| Ok(store.list_listings(&filter)?))
        .await?;
    Ok(Json(records.into_iter().map(OldListing::from).collect()))
}

/// The models that have all words of a text in their names, whatever stands between.
async fn names_with(context: &Context, text: &str) -> Result<Vec<String>, Problem> {
    let words = words_of(text);
    let mut names = context
        .database
        .read(|store| Ok(store.list_model_names()?))
        .await?;
    names.retain(|name| {
        let name = words_of(name).concat();
        words.iter().all(|word| name.contains(word))
    });
    Ok(names)
}

fn words_of(text: &str) -> Vec<String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

async fn report(State(context): State<Context>) -> Result<Json<Value>, Problem> {
    let names = std::sync::Arc::clone(&context.names);
    let (figures, markdown) = context
        .database
        .read(move |store| {
            let scope = Scope {
                standing: Market::usual_filter(),
                model: None,
            };
            let report = report::Report::of(store, &names, &scope)?;
            Ok((Figures::of(store)?, report::markdown(&report)))
        })
        .await?;
    let (listings, models) = (figures.listings(), figures.markets.len());
    let (least, most) = figures.prices();
    let ranked: Vec<OldListing> = figures.best_offers.into_iter().map(Into::into).collect();
    let weights = match Profile::inference().formula {
        Formula::Value(parts) => Some(parts.0),
        Formula::Legacy => None,
    };
    Ok(Json(json!({
        "markdown": markdown,
        "summary_stats": {
            "num_models": models,
            "num_listings": listings,
            "min_price": least,
            "max_price": most,
        },
        "top_ranked": ranked,
        "scoring_weights": weights,
    })))
}

#[derive(Debug, Deserialize, IntoParams)]
struct DeltaQuery {
    /// Any part of a model's name.
    model: Option<String>,
    min_price_change_pct: Option<f64>,
    after: Option<String>,
    region: Option<String>,
    #[serde(default = "hundred")]
    limit: u64,
}

/// A change of price as it stands in a list: with the numbers of its snapshots alone.
fn in_a_list(change: &PriceMove) -> Result<Value, Problem> {
    let mut body = serde_json::to_value(change).map_err(|error| Problem::internal(&error))?;
    if let Value::Object(fields) = &mut body {
        fields.remove("current_snapshot");
        fields.remove("previous_snapshot");
        let (current, previous) = (&change.current_snapshot, &change.previous_snapshot);
        fields.insert("current_snapshot_id".to_owned(), current.id.into());
        fields.insert("previous_snapshot_id".to_owned(), previous.id.into());
    }
    Ok(body)
}

async fn deltas(
    State(context): State<Context>,
    Query(query): Query<DeltaQuery>,
) -> Result<Json<Vec<Value>>, Problem> {
    let wrong = |name, detail| Problem::of_parameter(Code::BodyInvalid, name, detail);
    if !(1..=1000).contains(&query.limit) {
        return Err(wrong("limit", "`limit` must be from 1 to 1000"));
    }
    let after = query.after.as_deref().map(|text| {
        let time = text.parse::<jiff::Timestamp>();
        time.or_else(|_| format!("{text}Z").parse())
            .map_err(|_| wrong("after", "`after` is no time of RFC 3339"))
    });
    let models = match &query.model {
        Some(part) => names_with(&context, part).await?,
        None => Vec::new(),
    };
    if query.model.is_some() && models.is_empty() {
        return Ok(Json(Vec::new()));
    }
    let filter = ChangeFilter {
        models,
        region: query.region,
        min_percent: query.min_price_change_pct.map(f64::abs),
        after: after.transpose()?.map(clock::text),
        ..ChangeFilter::default()
    };
    let limit = query.limit as usize;
    let found = context
        .database
        .read(move |store| Ok(store.list_price_moves(&filter, limit)?))
        .await?;
    Ok(Json(found.iter().map(in_a_list).collect::<Result<_, _>>()?))
}

async fn delta(
    State(context): State<Context>,
    Segment(id): Segment<i64>,
) -> Result<Json<Value>, Problem> {
    let found = context
        .database
        .read(move |store| Ok(store.find_price_move(id)?))
        .await?;
    let found =
        found.ok_or_else(|| Problem::new(Code::NotFound, format!("there is no delta `{id}`")))?;
    let mut body = in_a_list(&found)?;
    body["current_snapshot"] = json!(found.current_snapshot);
    body["previous_snapshot"] = json!(found.previous_snapshot);
    Ok(Json(body))
}

/// What the old program answered after an import.
async fn result_of(
    context: &Context,
    report: ImportReport,
    file_name: Option<String>,
) -> Result<Json<Value>, Problem> {
    let import_id = report
        .duplicate_of
        .clone()
        .unwrap_or_else(|| report.import_id.clone());
    let (outline, errors) = context
        .database
        .read(move |store| {
            let outline = store.outline_import(&import_id, TOP_MODELS)?;
            let mut errors = Vec::new();
            store.list_rejects(&import_id, 0, &mut |reject| {
                if errors.len() == MOST_ERRORS {
                    return ControlFlow::Break(());
                }
                let found: Vec<Value> = serde_json::from_str(&reject.errors).unwrap_or_default();
                let messages: Vec<&Value> = found
                    .iter()
                    .filter_map(|error| error.get("message"))
                    .collect();
                errors.push(json!({
                    "row_index": reject.import_index,
                    "row_data": { "raw": String::from_utf8_lossy(&reject.raw) },
                    "errors": messages,
                    "field_errors": found,
                }));
                ControlFlow::Continue(())
            })?;
            Ok((outline, errors))
        })
        .await?;
    let top = outline.top_models.iter();
    let top: Vec<Value> = top
        .map(|(model, rows)| json!({ "model": model, "count": rows }))
        .collect();
    let valid = report.scored_rows + report.unmatched_rows;
    Ok(Json(without_nulls(json!({
        "import_id": report.duplicate_of.as_ref().unwrap_or(&report.import_id),
        "record_count": report.scored_rows,
        "first_model": outline.first_model.unwrap_or_default(),
        "last_model": outline.last_model.unwrap_or_default(),
        "timestamp": clock::text(clock::now()),
        "rows_with_errors": errors,
        "summary_stats": {
            "total_rows": report.total_rows,
            "successful_rows": valid,
            "failed_rows": report.rejected_rows,
            "warnings_count": report.unmatched_rows,
            "processing_time_ms": report.duration_ms,
        },
        "validation_errors": errors.len(),
        "warnings": report.unmatched_by_reason,
        "filename": file_name,
        "total_rows": report.total_rows,
        "valid_rows": valid,
        "invalid_rows": report.rejected_rows,
        "score_range": { "min": outline.min_score, "max": outline.max_score },
        "top_models": top,
        "schema_version": CURRENT_VERSION,
    }))))
}

/// The version that a request carries must be one that is spoken, or none.
#[derive(Debug, Deserialize, IntoParams)]
struct VersionQuery {
    schema_version: Option<String>,
}

fn check_version(version: Option<&String>) -> Result<(), Problem> {
    match version {
        Some(version) if !VERSIONS.contains(&version.as_str()) => Err(Problem::new(
            Code::ParameterInvalid,
            format!(
                "schema version {version} is not supported: supported are {}",
                VERSIONS.join(", ")
            ),
        )),
        _ => Ok(()),
    }
}

async fn import_csv(
    State(context): State<Context>,
    Query(query): Query<VersionQuery>,
    request: Request,
) -> Result<Response, Problem> {
    check_version(query.schema_version.as_ref())?;
    let (upload, texts) = receive_with_texts(request, &context, &["schema_version"]).await?;
    check_version(texts.get("schema_version"))?;
    let name = upload.name.clone().unwrap_or_default();
    if !name.to_lowercase().ends_with(".csv") {
        return Err(Problem::new(
            Code::ParameterInvalid,
            "the name of the file must end with `.csv`",
        ));
    }
    if upload.bytes > MOST_CSV_BYTES {
        return Err(Problem::new(
            Code::BodyTooLarge,
            "the file is larger than 50 MB",
        ));
    }
    let upload = upload.refused_unless_utf8().await?;
    let report = import_now(&context, upload, name.clone(), |_| {}).await?;
    Ok(result_of(&context, report, Some(name))
        .await?
        .into_response())
}

async fn persist(
    State(context): State<Context>,
    Query(query): Query<VersionQuery>,
    JsonList(given): JsonList<GivenListing>,
) -> Result<Json<Value>, Problem> {
    check_version(query.schema_version.as_ref())?;
    let report = import_given(&context, given).await?;
    result_of(&context, report, None).await
}

/// A file of the server that is to be imported.
#[derive(Debug, Deserialize)]
struct Pipeline {
    input_csv_path: String,
    source_label: String,
    campaign_id: Option<String>,
    metadata: Option<Value>,
    schema_version: Option<String>,
}

async fn from_pipeline(
    State(context): State<Context>,
    Query(query): Query<VersionQuery>,
    JsonBody(pipeline): JsonBody<Pipeline>,
) -> Result<Json<Value>, Problem> {
    check_version(query.schema_version.as_ref())?;
    check_version(pipeline.schema_version.as_ref())?;
    let root = context.import_root.clone();
    let path = pipeline.input_csv_path.clone();
    let file = blocking(move || Ok(root.and_then(|root| root.file(&path)))).await?;
    let file = file.ok_or_else(|| {
        Problem::new(
            Code::NotFound,
            "there is no such file below the import root; `glyphd serve --import-root` names one",
        )
    })?;
    let upload = copy_of(file, &context).await?;
    let described = without_nulls(json!({
        "campaign_id": pipeline.campaign_id,
        "metadata": pipeline.metadata,
    }));
    let label = pipeline.source_label;
    let report = import_now(&context, upload, label, |options| {
        options.description = Some(described.to_string()).filter(|text| text != "{}");
    })
    .await?;
    result_of(&context, report, Some(pipeline.input_csv_path)).await
}

/// Looks at a file as an import would, and keeps nothing; the file itself only where it is asked for and there is an
/// import root.
async fn upload_artifact(
    State(context): State<Context>,
    Query(query): Query<VersionQuery>,
    request: Request,
) -> Result<Json<Value>, Problem> {
    check_version(query.schema_version.as_ref())?;
    let texts = ["save_to_disk", "schema_version"];
    let (upload, texts) = receive_with_texts(request, &context, &texts).await?;
    let name = upload.name.clone().unwrap_or_default();
    check_version(texts.get("schema_version"))?;
    let yes = |text: &String| ["true", "1", "yes", "on"].contains(&&*text.to_ascii_lowercase());
    let keep = texts.get("save_to_disk").is_some_and(yes);
    let bytes = upload.bytes;
    let found = artifact::look_at(&context, upload, &name, keep).await?;
    Ok(Json(json!({
        "valid": found.errors.is_empty() && found.rows > 0,
        "type": found.kind.as_str(),
        "rows": found.rows,
        "schema_version": CURRENT_VERSION,
        "warnings": found.warnings,
        "errors": found.errors,
        "filename": name,
        "file_size": bytes,
        "saved_to_disk": found.kept_as.is_some(),
        "saved_path": found.kept_as,
    })))
}

#[derive(Debug, Deserialize)]
struct Title {
    title: String,
}

async fn is_gpu(
    State(context): State<Context>,
    JsonBody(Title { title }): JsonBody<Title>,
) -> Result<Json<Value>, Problem> {
    if title.chars().count() > TITLE_CHARS {
        return Err(Problem::new(
            Code::BodyInvalid,
            format!("the title is longer than {TITLE_CHARS} characters"),
        ));
    }
    let names = Arc::clone(&context.names);
    let found = blocking(move || Ok(names.match_title(&title))).await?;
    let is_gpu = matches!(found.kind, Kind::GpuCard | Kind::GpuLot);
    // How sure it is that the title offers a card, whichever it is.
    let score = match (is_gpu, found.model.is_some()) {
        (true, true) => found.confidence.max(0.5),
        (true, false) => 0.5,
        (false, _) => 0.0,
    };
    Ok(Json(json!({ "ml_is_gpu": is_gpu, "ml_score": score })))
}
