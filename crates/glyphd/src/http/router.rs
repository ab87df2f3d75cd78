//! The index of the interface: a route a line.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::context::Context;
use super::problem::{Code, Problem};
use super::v1::{
    deltas, given, health, import_changes, import_rows, imports, jobs, listings, models, report,
    rows_file, schema, titles,
};
use super::{auth, cors, docs, guard, layers, legacy, metrics, page};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "glyphd",
        description = "GPU market listings: every row of a file kept in order, the exact card named, its worth scored. \
            Errors are `application/problem+json`; docs/ERRORS.md has their codes.",
    ),
    tags(
        (name = "imports", description = "Files taken in, and their rows"),
        (name = "listings", description = "Scored listings"),
        (name = "models", description = "GPU models, and the titles that name them"),
        (name = "jobs", description = "Imports on their way"),
        (name = "service", description = "The server and its database"),
    ),
)]
struct Described;

/// Answers that are ready at once, or as soon as the database has answered.
fn questions() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(imports::list))
        .routes(routes!(imports::show))
        .routes(routes!(imports::difference))
        .routes(routes!(import_rows::rows))
        .routes(routes!(rows_file::rows_file))
        .routes(routes!(import_rows::unmatched))
        .routes(routes!(import_rows::rejects))
        .routes(routes!(import_rows::rejects_file))
        .routes(routes!(listings::list))
        .routes(routes!(listings::show))
        .routes(routes!(deltas::list))
        .routes(routes!(report::show))
        .routes(routes!(models::list))
        .routes(routes!(models::show))
        .routes(routes!(titles::match_titles))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::show, jobs::cancel))
        .routes(routes!(schema::show))
        .routes(routes!(schema::versions))
}

/// What changes the database: once begun it goes on, so its client is told how it ended, however long it took.
fn changes() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(import_changes::undo))
        .routes(routes!(import_changes::rescore_rows))
        .routes(routes!(import_changes::rematch))
        .routes(routes!(given::create))
}

/// What takes as long as its client sends or listens: bounded by how long nothing may come.
fn streams() -> OpenApiRouter<Context> {
    OpenApiRouter::new()
        .routes(routes!(imports::create))
        .routes(routes!(import_changes::repair))
        .routes(routes!(jobs::events))
        .layer(DefaultBodyLimit::disable())
}

fn described(context: Option<&Context>) -> OpenApiRouter<Context> {
    let (mut questions, mut changes) = (questions(), changes());
    if let Some(context) = context {
        changes = changes.layer(DefaultBodyLimit::max(context.limits.json_bytes));
        questions = questions
            .layer(DefaultBodyLimit::max(context.limits.json_bytes))
            .layer(middleware::map_response(layers::timed_out))
            .layer(TimeoutLayer::with_status_code(
                StatusCode::REQUEST_TIMEOUT,
                context.limits.request,
            ));
    }
    OpenApiRouter::with_openapi(Described::openapi())
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .nest("/api/v1", questions.merge(changes).merge(streams()))
}

/// The description of the interface.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    described(None).into_openapi()
}

pub(crate) fn router(context: &Context) -> Router {
    let (router, description) = described(Some(context)).split_for_parts();
    router
        .route("/openapi.json", get(|| async { axum::Json(description) }))
        .merge(docs::routes())
        .nest("/api", legacy::routes(context))
        .route("/metrics", get(metrics::show))
        .merge(pages(context))
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .with_state(Context::clone(context))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(
            Context::clone(context),
            auth::authorise,
        ))
        .layer(middleware::from_fn_with_state(
            Context::clone(context),
            guard::guard,
        ))
        .layer(cors::layer(&context.cors_origins))
        .layer(middleware::from_fn_with_state(
            Context::clone(context),
            layers::around,
        ))
}

/// The web page: for people, and not described.
fn pages(context: &Context) -> Router<Context> {
    let timeout =
        TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, context.limits.request);
    let streams = Router::new()
        .route(
            "/import",
            get(page::import::show).post(page::import::create),
        )
        .route("/import/preview", post(page::import::preview))
        .route("/imports/{id}/repair", post(page::import_rows::repair))
        .layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/", get(page::overview::show))
        .route("/listings", get(page::listings::show))
        .route("/listings/{id}", get(page::listing::show))
        .route("/models", get(page::models::show))
        .route("/models/{name}", get(page::model::show))
        .route("/import/jobs/{id}", get(page::import::job))
        .route("/imports", get(page::imports::show))
        .route("/imports/{id}", get(page::import_rows::show))
        .route("/imports/{id}/undo", post(page::import_rows::undo))
        .route("/difference", get(page::difference::show))
        .route("/state", get(page::state::show))
        .route("/login", get(page::login::show).post(page::login::enter))
        .route("/logout", post(page::login::leave))
        .route("/assets/{version}/{name}", get(page::assets::show))
        .layer(middleware::map_response(layers::timed_out))
        .layer(timeout)
        .merge(streams)
}

async fn nothing_here(uri: Uri, headers: HeaderMap) -> Response {
    let problem = Problem::new(
        Code::NotFound,
        format!("there is nothing at `{}`", uri.path()),
    );
    if page::is_asked_for(&headers) {
        page::Shown::from(problem).into_response()
    } else {
        problem.into_response()
    }
}

async fn wrong_method(method: Method, uri: Uri) -> Problem {
    Problem::new(
        Code::MethodNotAllowed,
        format!("`{}` cannot be used with {method}", uri.path()),
    )
}
