//! What changed from each import to the next of the same source.

use std::ops::ControlFlow;

use axum::extract::{OriginalUri, State};
use axum::http::HeaderMap;
use axum::response::Response;
use glyph_store::history::{ChangeFilter, ChangeKind as Kind, ChangePlace, FoundChange};
use glyph_store::import::ImportState;
use glyph_store::store::Store;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::imports::{checked_limit, find};
use super::shapes::{Listing, Page};
use crate::clock;
use crate::http::answers::{self, Answer};
use crate::http::context::Context;
use crate::http::parameters::Query;
use crate::http::problem::{Code, Problem, ProblemBody};

/// What became of an offer.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChangeKind {
    /// It costs more or less than before.
    Price,
    /// The import before did not have it.
    Appeared,
    /// It was in the import before.
    Gone,
}

/// One offer with what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Delta {
    /// When the import that found it was seen.
    found_at: String,
    old_import: String,
    new_import: String,
    kind: ChangeKind,
    /// US dollars, of the whole lot, both prices by the later rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    price_change: Option<f64>,
    /// Per cent of the old price in its currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    price_change_percent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score_change: Option<f64>,
    /// As it was; absent where it appeared.
    #[serde(skip_serializing_if = "Option::is_none")]
    old: Option<Listing>,
    /// As it is; absent where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<Listing>,
}

impl From<FoundChange> for Delta {
    fn from(found: FoundChange) -> Delta {
        let percent = found.change.price_percent();
        let price_change = found.change.price_change();
        let kind = match found.change.kind() {
            Kind::Price => ChangeKind::Price,
            Kind::Appeared => ChangeKind::Appeared,
            Kind::Gone => ChangeKind::Gone,
        };
        let score_change = found.change.score_change();
        let (old, new) = found.change.into_sides();
        Delta {
            found_at: found.found_at,
            old_import: found.old_import,
            new_import: found.new_import,
            kind,
            price_change,
            price_change_percent: percent,
            score_change: score_change.filter(|change| change.is_finite()),
            old: old.map(Listing::from),
            new: new.map(Listing::from),
        }
    }
}

/// Which changes. What is not given may be anything.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeltaQuery {
    #[param(required = false, nullable = false, inline)]
    kind: Option<ChangeKind>,
    /// A canonical model, as `RTX_4090`, in any case.
    #[param(required = false, nullable = false)]
    model: Option<String>,
    /// As `US` or `EU`.
    #[param(required = false, nullable = false)]
    region: Option<String>,
    /// What the file is called.
    #[param(required = false, nullable = false)]
    source: Option<String>,
    /// Found by this import: its id, a prefix that only it has, or `last`.
    #[param(required = false, nullable = false)]
    import_id: Option<String>,
    /// Prices that went up or down by at least so many per cent.
    #[param(required = false, nullable = false, minimum = 0)]
    min_percent: Option<f64>,
    /// Found by imports that were seen later than this: RFC 3339.
    #[param(required = false, nullable = false, format = DateTime)]
    after: Option<String>,
    /// Found by imports that were seen no later than this: RFC 3339.
    #[param(required = false, nullable = false, format = DateTime)]
    until: Option<String>,
    /// The `next` of the page before.
    #[param(required = false, nullable = false)]
    cursor: Option<String>,
    /// The most items of a page.
    #[serde(default = "page_size")]
    #[param(required = false, minimum = 1, maximum = 1000)]
    limit: u64,
}

fn page_size() -> u64 {
    100
}

impl DeltaQuery {
    fn filter(&self, store: &dyn Store) -> Result<ChangeFilter, Problem> {
        let invalid = |name: &str, detail: String| {
            Problem::of_parameter(Code::ParameterInvalid, name, detail)
        };
        if let Some(percent) = self.min_percent
            && !(percent.is_finite() && percent >= 0.0)
        {
            let detail = format!("`{percent}` is no number of at least 0");
            return Err(invalid("min_percent", detail));
        }
        let time = |name: &str, given: Option<&str>| {
            given
                .map(|text| {
                    text.parse::<Timestamp>()
                        .map_err(|_| invalid(name, format!("`{text}` is no time of RFC 3339")))
                })
                .transpose()
        };
        let after = time("after", self.after.as_deref())?;
        let until = match self.until.as_deref() {
            Some(text) => {
                Some(clock::last_second_of(text).map_err(|error| invalid("until", error))?)
            }
            None => None,
        };
        let place = match &self.cursor {
            None => None,
            Some(cursor) => Some(place_of(store, cursor)?),
        };
        let new_import = match &self.import_id {
            None => None,
            Some(wanted) => Some(find(store, wanted)?.import_id),
        };
        Ok(ChangeFilter {
            kind: self.kind.map(|kind| match kind {
                ChangeKind::Price => Kind::Price,
                ChangeKind::Appeared => Kind::Appeared,
                ChangeKind::Gone => Kind::Gone,
            }),
            models: self.model.iter().cloned().collect(),
            region: self.region.clone(),
            source_name: self.source.clone(),
            min_percent: self.min_percent,
            after: after.map(clock::text),
            until: until.map(clock::text_of_second),
            largest_first: false,
            last_imports: None,
            new_import,
            place,
        })
    }
}

/// The place that a cursor tells, which is that of the last item of a page.
fn place_of(store: &dyn Store, cursor: &str) -> Result<ChangePlace, Problem> {
    let (import_id, place) = cursor
        .rsplit_once('-')
        .and_then(|(import_id, place)| Some((import_id, place.parse().ok()?)))
        .ok_or_else(Problem::unknown_cursor)?;
    let import_id = find(store, import_id)
        .ok()
        .filter(|found| found.import_id == import_id && found.state == ImportState::Done)
        .ok_or_else(Problem::unknown_cursor)?
        .import_id;
    Ok(ChangePlace { import_id, place })
}

/// What changed from each import to the next of the same source: prices, offers that appeared, offers that are gone.
///
/// The changes that the newest imports found come first, by when they were seen and not by when they were imported; those of
/// one import in the order of its rows.
#[utoipa::path(
    get, path = "/deltas", tag = "listings", operation_id = "list_deltas", params(DeltaQuery),
    responses(
        (status = 200, description = "A page of changes", body = Page<Delta>, headers(("etag" = String))),
        (status = 304, description = "The client has it already"),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(context): State<Context>,
    OriginalUri(address): OriginalUri,
    headers: HeaderMap,
    Query(query): Query<DeltaQuery>,
) -> Result<Response, Problem> {
    let limit = checked_limit(query.limit)? as usize;
    answers::kept(&context, &address, &headers, move |store| {
        let filter = query.filter(store)?;
        let mut items: Vec<Delta> = Vec::new();
        let (mut last, mut next) = (None, None);
        store.visit_changes(&filter, &mut |found| {
            if items.len() == limit {
                next = last.take();
                return ControlFlow::Break(());
            }
            last = Some(format!("{}-{}", found.new_import, found.place));
            items.push(found.into());
            ControlFlow::Continue(())
        })?;
        Answer::of_json(&Page { items, next })
    })
    .await
}
