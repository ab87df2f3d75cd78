//! Which card a title names.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::context::Context;
use crate::http::database::blocking;
use crate::http::parameters::{JsonBody, Nothing, Query};
use crate::http::problem::{Code, Fault, Problem, ProblemBody};
use crate::title_answer::TitleAnswer;

/// The most titles of one request.
const MOST_TITLES: usize = 1000;

/// The longest title, in characters: what an import takes.
const MOST_CHARS: usize = glyph_core::listing::TITLE_CHARS;

/// One title or many.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Titles {
    #[schema(max_items = 1000)]
    titles: Vec<String>,
}

/// What the titles name, in their order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Answers {
    /// The objects that `glyphd match --json` prints: `title`, `kind`, `vendor`, `model`, `canonical_model`,
    /// `memory_gb`, `form`, `lot_size`, `confidence`, `evidence` and more.
    items: Vec<Value>,
}

/// Say which card each title names, and why.
#[utoipa::path(
    post, path = "/match", tag = "models", operation_id = "match_titles", request_body = Titles,
    responses(
        (status = 200, description = "What the titles name", body = Answers),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn match_titles(
    State(context): State<Context>,
    Query(Nothing {}): Query<Nothing>,
    JsonBody(Titles { titles }): JsonBody<Titles>,
) -> Result<Json<Answers>, Problem> {
    if titles.len() > MOST_TITLES {
        return Err(Problem::new(
            Code::BodyInvalid,
            format!(
                "there are {} titles, and at most {MOST_TITLES} are answered at once",
                titles.len()
            ),
        ));
    }
    let errors: Vec<Fault> = titles
        .iter()
        .enumerate()
        .filter(|(_, title)| title.chars().count() > MOST_CHARS)
        .map(|(place, _)| Fault {
            parameter: None,
            pointer: Some(format!("/titles/{place}")),
            detail: format!("the title is longer than {MOST_CHARS} characters"),
        })
        .collect();
    if !errors.is_empty() {
        return Err(Problem {
            errors,
            ..Problem::new(Code::BodyInvalid, "a title is too long")
        });
    }
    let names = Arc::clone(&context.names);
    let items = blocking(move || {
        titles
            .iter()
            .map(|title| {
                let found = names.match_title(title);
                serde_json::to_value(TitleAnswer::of(&names, title, &found))
                    .map_err(|error| Problem::internal(&error))
            })
            .collect()
    })
    .await?;
    Ok(Json(Answers { items }))
}
