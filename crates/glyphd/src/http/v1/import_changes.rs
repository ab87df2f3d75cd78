//! What changes an import that is there: undo, repair, second scorings and matchings.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use glyph_core::pipeline::Rejudge;
use glyph_core::score::Profile;
use glyph_store::import::{ImportRecord, RepairRecord};
use glyph_store::rematch::NewRematch;
use glyph_store::store::{Rescored, Store};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::import_query::{ImportQuery, any_profile, known};
use super::imports::{UploadForm, find};
use super::shapes::{Import, Repair};
use super::upload::{Upload, receive};
use crate::clock;
use crate::http::context::Context;
use crate::http::parameters::{Nothing, Query, Segment};
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::input::Input;
use crate::profiles::profile_of_rows;
use crate::repair_job::repair_import;
use crate::rescore::rescore;

/// Undo an import: its rows go, its record stays.
#[utoipa::path(
    delete, path = "/imports/{import_id}", tag = "imports", operation_id = "undo_import",
    params(("import_id" = String, Path, description = "An import's id, a prefix that only it has, or `last`")),
    responses(
        (status = 200, description = "The record, marked as undone", body = Import),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn undo(
    State(context): State<Context>,
    Segment(wanted): Segment<String>,
    Query(Nothing {}): Query<Nothing>,
) -> Result<Json<Import>, Problem> {
    Ok(Json(undo_import(&context, wanted).await?.into()))
}

/// Undoes an import, and answers with its record.
pub(crate) async fn undo_import(
    context: &Context,
    wanted: String,
) -> Result<ImportRecord, Problem> {
    context
        .database
        .change(move |store| {
            let record = find(store, &wanted)?;
            Ok(store.undo_import(&record.import_id, &clock::text(clock::now()))?)
        })
        .await
}

/// Put corrected rows into the places that the rejected ones left.
///
/// The body is the file of rejects with every row of it mended or not, in their order.
#[utoipa::path(
    post, path = "/imports/{import_id}/repair", tag = "imports", operation_id = "repair_import",
    params(("import_id" = String, Path, description = "An import's id, a prefix that only it has, or `last`")),
    request_body(content((Vec<u8> = "application/octet-stream"), (String = "text/csv"), (UploadForm = "multipart/form-data"))),
    responses(
        (status = 200, description = "What became of the rows", body = Repair),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn repair(
    State(context): State<Context>,
    Segment(wanted): Segment<String>,
    Query(Nothing {}): Query<Nothing>,
    request: Request,
) -> Result<Json<Repair>, Problem> {
    let upload = receive(request, &context).await?;
    Ok(Json(repair_from(&context, wanted, upload).await?.into()))
}

/// Repairs an import from a file of its rejects.
pub(crate) async fn repair_from(
    context: &Context,
    wanted: String,
    upload: Upload,
) -> Result<RepairRecord, Problem> {
    let options = ImportQuery::default().options(&upload, context)?;
    let names = Arc::clone(&context.names);
    context
        .database
        .change(move |store| {
            let record = find(store, &wanted)?;
            profile_of_rows(record.scoring_profile.as_deref(), None)
                .map_err(|_| profile_unknown(&record))?;
            let options = options.or_those_of(record.reading_options.as_deref())?;
            let name = upload.name.unwrap_or_else(|| "upload".to_owned());
            let input = Input::of_file(name, upload.file)?;
            Ok(repair_import(
                store, &names, &record, &input, &options, None,
            )?)
        })
        .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RescoreQuery {
    /// A scoring profile that is built in.
    #[serde(default = "inference")]
    #[param(required = false, schema_with = any_profile)]
    profile: String,
}

fn inference() -> String {
    "inference".to_owned()
}

/// How a second scoring went.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rescored)]
pub(crate) struct RescoredBody {
    rows: u64,
    changed: u64,
    /// Rows whose model is not in the registry, or whose price cannot be scored: they keep their score.
    unscorable: u64,
}

/// Score an import's rows again, by another profile or the registry of today.
#[utoipa::path(
    post, path = "/imports/{import_id}/rescore", tag = "imports", operation_id = "rescore_import",
    params(("import_id" = String, Path, description = "An import's id, a prefix that only it has, or `last`"), RescoreQuery),
    responses(
        (status = 200, description = "How many scores changed", body = RescoredBody),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rescore_rows(
    State(context): State<Context>,
    Segment(wanted): Segment<String>,
    Query(query): Query<RescoreQuery>,
) -> Result<Json<RescoredBody>, Problem> {
    let profile = known("profile", &query.profile, Profile::find(&query.profile))?;
    let names = Arc::clone(&context.names);
    let Rescored {
        rows,
        changed,
        unscorable,
    } = context
        .database
        .change(move |store| {
            let record = find(store, &wanted)?;
            Ok(rescore(store, &record, &names.registry, &profile)?)
        })
        .await?;
    Ok(Json(RescoredBody {
        rows,
        changed,
        unscorable,
    }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RematchQuery {
    /// Do everything but keep it.
    #[serde(default)]
    #[param(required = false)]
    dry_run: bool,
}

/// How a second matching went.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rematch)]
pub(crate) struct RematchBody {
    import_id: String,
    dry_run: bool,
    /// The scored and unmatched rows.
    rows: u64,
    /// Rows whose model, reason or cards in the lot are others now.
    changed: u64,
    /// Rows with the same model and another score: the specs or the profile differ.
    rescored: u64,
    /// Rows of the old program, which kept no title.
    without_title: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_registry_version: Option<String>,
    new_registry_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_matcher_version: Option<u32>,
    new_matcher_version: u32,
}

/// Match an import's rows again, under the registry and the matcher of today.
#[utoipa::path(
    post, path = "/imports/{import_id}/rematch", tag = "imports", operation_id = "rematch_import",
    params(("import_id" = String, Path, description = "An import's id, a prefix that only it has, or `last`"), RematchQuery),
    responses(
        (status = 200, description = "How many rows changed", body = RematchBody),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rematch(
    State(context): State<Context>,
    Segment(wanted): Segment<String>,
    Query(query): Query<RematchQuery>,
) -> Result<Json<RematchBody>, Problem> {
    let names = Arc::clone(&context.names);
    let done = context
        .database
        .change(move |store| {
            let record = find(store, &wanted)?;
            let profile = profile_of_rows(record.scoring_profile.as_deref(), None)
                .map_err(|_| profile_unknown(&record))?
                .unwrap_or_else(Profile::inference);
            let mut done = store.rematch_imports(
                &NewRematch {
                    imports: &[(record.import_id, profile)],
                    rematched_at: &clock::text(clock::now()),
                    program_version: env!("CARGO_PKG_VERSION"),
                    keep: !query.dry_run,
                },
                &mut Rejudge::new(&names.registry, &names.matcher),
                &mut |_| {},
            )?;
            done.pop()
                .ok_or_else(|| Problem::internal(&"a second matching left no record"))
        })
        .await?;
    Ok(Json(RematchBody {
        import_id: done.import_id,
        dry_run: query.dry_run,
        rows: done.rows,
        changed: done.changed,
        rescored: done.rescored,
        without_title: done.without_title,
        old_registry_version: done.old_registry_version,
        new_registry_version: done.new_registry_version,
        old_matcher_version: done.old_matcher_version,
        new_matcher_version: done.new_matcher_version,
    }))
}

fn profile_unknown(record: &ImportRecord) -> Problem {
    let name = record.scoring_profile.as_deref().unwrap_or_default();
    Problem::new(
        Code::ProfileUnknown,
        format!("the rows were scored by the profile `{name}`, which is a file of somebody's own"),
    )
}
