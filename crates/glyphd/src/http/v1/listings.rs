//! Scored listings.

use std::ops::ControlFlow;

use axum::extract::{OriginalUri, State};
use axum::http::HeaderMap;
use axum::response::Response;
use glyph_core::listing::Condition;
use glyph_core::matching::Flag;
use glyph_core::pipeline::counted_condition;
use glyph_core::score::{Asked, Profile, Score, score};
use glyph_store::history::OfferHistory;
use glyph_store::listing::{ListingFilter, ListingPlace, ListingRecord, ListingSort};
use glyph_store::store::Store;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::imports::{checked_limit, find};
use super::shapes::{Listing, ListingDetail, Page};
use super::table_file;
use crate::clock;
use crate::export::{self, FileFormat, listing_columns};
use crate::http::answers::{self, Answer};
use crate::http::context::Context;
use crate::http::parameters::{Nothing, Query, Segment};
use crate::http::picture::picture;
use crate::http::problem::{Code, Problem, ProblemBody};
use crate::names::Names;

/// The order of a list; equal keys stand in the order they came.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sort {
    /// The best score first.
    #[default]
    Score,
    /// The lowest price first.
    Price,
    /// The highest price first.
    PriceDesc,
    /// The lowest price for a gigabyte of memory first.
    PerGb,
    /// The last taken in first.
    Newest,
    /// By import and row.
    Row,
}

impl Sort {
    pub(crate) fn of_the_store(self) -> ListingSort {
        match self {
            Sort::Score => ListingSort::BestScore,
            Sort::Price => ListingSort::Cheapest,
            Sort::PriceDesc => ListingSort::Dearest,
            Sort::PerGb => ListingSort::CheapestMemory,
            Sort::Newest => ListingSort::Newest,
            Sort::Row => ListingSort::RowOrder,
        }
    }

    /// The letter that a cursor of this order begins with.
    fn letter(self) -> char {
        match self {
            Sort::Score => 's',
            Sort::Price => 'p',
            Sort::PriceDesc => 'd',
            Sort::PerGb => 'g',
            Sort::Newest => 'n',
            Sort::Row => 'r',
        }
    }
}

/// Which listings, and in which order. What is not given may be anything.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListingQuery {
    /// A canonical model, as `RTX_4090`, in any case.
    #[param(required = false, nullable = false)]
    model: Option<String>,
    /// US dollars.
    #[param(required = false, nullable = false)]
    min_price: Option<f64>,
    /// US dollars.
    #[param(required = false, nullable = false)]
    max_price: Option<f64>,
    /// 0 to 100.
    #[param(required = false, nullable = false)]
    min_score: Option<f64>,
    /// 0 to 100.
    #[param(required = false, nullable = false)]
    max_score: Option<f64>,
    /// As `US` or `EU`.
    #[param(required = false, nullable = false)]
    region: Option<String>,
    /// `new`, `open_box`, `refurbished`, `used` or `for_parts`.
    #[param(required = false, nullable = false)]
    condition: Option<String>,
    #[param(required = false, nullable = false)]
    seller: Option<String>,
    /// An import's id, a prefix that only it has, or `last`.
    #[param(required = false, nullable = false)]
    import_id: Option<String>,
    /// What was known at a time: RFC 3339, or a date, which means the end of that day.
    #[param(required = false, nullable = false, format = DateTime)]
    as_of: Option<String>,
    /// What each source showed last, and not what it showed before.
    #[serde(default)]
    #[param(required = false)]
    current: bool,
    /// Words that all stand in the title.
    #[param(required = false, nullable = false, max_length = 1000)]
    text: Option<String>,
    #[serde(default)]
    #[param(required = false, inline)]
    sort: Sort,
    /// The `next` of the page before, which must be of the same `sort`.
    #[param(required = false, nullable = false)]
    cursor: Option<String>,
    /// The most items: 100 to a page where not given, and all in a file.
    #[param(required = false, nullable = false, minimum = 1, maximum = 1000)]
    limit: Option<u64>,
    /// A page, or all that is found as a file.
    #[serde(default)]
    #[param(required = false, inline)]
    format: ListingsFormat,
}

/// How listings are given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ListingsFormat {
    /// A page, with the place of the next one.
    #[default]
    Json,
    /// For spreadsheets: a cell that one would run as a formula is made harmless.
    Csv,
    Jsonl,
    Parquet,
}

impl ListingsFormat {
    fn of_a_file(self) -> Option<FileFormat> {
        match self {
            ListingsFormat::Json => None,
            ListingsFormat::Csv => Some(FileFormat::Csv { harmless: true }),
            ListingsFormat::Jsonl => Some(FileFormat::JsonLines),
            ListingsFormat::Parquet => Some(FileFormat::Parquet),
        }
    }
}

/// Items of a page, where nothing else is asked for.
const PAGE_SIZE: u64 = 100;

/// The longest text that titles are searched for.
const TEXT_CHARS: usize = 1000;

impl ListingQuery {
    /// All but the import and the place, which the store has to be asked for.
    fn filter(&self) -> Result<ListingFilter, Problem> {
        for (name, number) in [
            ("min_price", self.min_price),
            ("max_price", self.max_price),
            ("min_score", self.min_score),
            ("max_score", self.max_score),
        ] {
            if let Some(number) = number
                && !number.is_finite()
            {
                return Err(invalid(name, format!("`{number}` is no number")));
            }
        }
        if let Some(text) = &self.text
            && text.chars().count() > TEXT_CHARS
        {
            return Err(invalid(
                "text",
                format!("`text` is longer than {TEXT_CHARS} characters"),
            ));
        }
        Ok(ListingFilter {
            model: self.model.clone(),
            any_model: Vec::new(),
            min_price: self.min_price,
            max_price: self.max_price,
            min_score: self.min_score,
            max_score: self.max_score,
            region: self.region.clone(),
            condition: self.condition.clone(),
            seller: self.seller.clone(),
            import_id: None,
            as_of: as_of(self.as_of.as_deref())?,
            only_current: self.current,
            text: self.text.clone(),
            sort: self.sort.of_the_store(),
            limit: self.limit.map_or(Ok(u64::MAX), checked_limit)?,
            offset: 0,
            after: None,
            with_evidence: false,
        })
    }
}

/// The second that `as_of` means.
pub(super) fn as_of(given: Option<&str>) -> Result<Option<i64>, Problem> {
    given
        .map(|text| clock::last_second_of(text).map_err(|error| invalid("as_of", error)))
        .transpose()
}

fn invalid(name: &str, detail: String) -> Problem {
    Problem::of_parameter(Code::ParameterInvalid, name, detail)
}

/// The place of a listing as text: the order's letter, the id, and the exact number that the order goes by, or in row
/// order the import.
pub(crate) fn cursor_of(record: &ListingRecord, sort: Sort) -> String {
    let place = ListingPlace::of(record, sort.of_the_store());
    let rest = match (place.number, place.import_id) {
        (Some(number), _) => format!("-{:x}", number.to_bits()),
        (None, Some(import_id)) => format!("-{import_id}"),
        (None, None) => String::new(),
    };
    format!("{}{:x}{rest}", sort.letter(), place.id)
}

/// The place that a cursor tells.
pub(crate) fn place_of(cursor: &str, sort: Sort) -> Option<ListingPlace> {
    let rest = cursor.strip_prefix(sort.letter())?;
    let (id, number, import_id) = match rest.split_once('-') {
        Some((id, import_id)) if matches!(sort, Sort::Row) => {
            (id, None, Some(import_id.to_owned()))
        }
        Some((id, bits)) => {
            let number = f64::from_bits(u64::from_str_radix(bits, 16).ok()?);
            (id, Some(number), None)
        }
        None => (rest, None, None),
    };
    Some(ListingPlace {
        id: i64::from_str_radix(id, 16).ok()?,
        number,
        import_id,
    })
}

/// The filter with the import and the place that the query names.
fn whole_filter(store: &dyn Store, query: &ListingQuery) -> Result<ListingFilter, Problem> {
    let mut filter = query.filter()?;
    if let Some(wanted) = &query.import_id {
        filter.import_id = Some(find(store, wanted)?.import_id);
    }
    if let Some(cursor) = &query.cursor {
        let place = place_of(cursor, query.sort).ok_or_else(Problem::unknown_cursor)?;
        filter.after = Some(place);
    }
    Ok(filter)
}

fn page_of(store: &dyn Store, query: &ListingQuery) -> Result<Page<Listing>, Problem> {
    let limit = query.limit.unwrap_or(PAGE_SIZE);
    let filter = ListingFilter {
        // One more tells whether there is a next page.
        limit: checked_limit(limit)? + 1,
        ..whole_filter(store, query)?
    };
    let mut records = store.list_listings(&filter)?;
    let limit = limit as usize;
    let has_more = records.len() > limit;
    records.truncate(limit);
    let next = records
        .last()
        .filter(|_| has_more)
        .map(|last| cursor_of(last, query.sort));
    Ok(Page {
        items: records.into_iter().map(Listing::from).collect(),
        next,
    })
}

async fn file_of(
    context: &Context,
    query: ListingQuery,
    format: FileFormat,
) -> Result<Response, Problem> {
    table_file::send(context, format, move |store, out| {
        let filter = ListingFilter {
            with_evidence: true,
            ..whole_filter(store, &query)?
        };
        let columns = ListingRecord::default();
        let mut writer = export::writer(format, &listing_columns(&columns), out)?;
        let mut failure = None;
        store.visit_listings(
            &filter,
            &mut |listing| match writer.write(&listing_columns(&listing)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    failure = Some(error);
                    ControlFlow::Break(())
                }
            },
        )?;
        failure.map_or(Ok(()), Err)?;
        writer.finish()?;
        Ok("listings".to_owned())
    })
    .await
}

/// Find scored listings: page by page, or all that are found as a file.
#[utoipa::path(
    get, path = "/listings", tag = "listings", operation_id = "list_listings", params(ListingQuery),
    responses(
        (status = 200, description = "A page of listings, or a file of all", headers(("etag" = String)), content(
            (Page<Listing> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"),
            (Vec<u8> = "application/vnd.apache.parquet"))),
        (status = 304, description = "The client has it already"),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list(
    State(context): State<Context>,
    OriginalUri(address): OriginalUri,
    headers: HeaderMap,
    Query(query): Query<ListingQuery>,
) -> Result<Response, Problem> {
    if let Some(format) = query.format.of_a_file() {
        return file_of(&context, query, format).await;
    }
    answers::kept(&context, &address, &headers, move |store| {
        Answer::of_json(&page_of(store, &query)?)
    })
    .await
}

/// Show one listing: the words that named the card, the terms of its score, and its price over time.
#[utoipa::path(
    get, path = "/listings/{id}", tag = "listings", operation_id = "show_listing",
    params(("id" = i64, Path, description = "A listing's id")),
    responses(
        (status = 200, description = "The listing", body = ListingDetail, headers(("etag" = String))),
        (status = 304, description = "The client has it already"),
        (status = "default", description = "What went wrong", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn show(
    State(context): State<Context>,
    Segment(id): Segment<i64>,
    Query(Nothing {}): Query<Nothing>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let names = std::sync::Arc::clone(&context.names);
    let picture = picture(&context).await?;
    let answer = context
        .database
        .read(move |store| {
            let record = store.find_listing(id)?.ok_or_else(|| {
                Problem::new(Code::ListingUnknown, format!("there is no listing `{id}`"))
            })?;
            let import = match &record.import_id {
                Some(import_id) => store.find_import(import_id)?,
                None => None,
            };
            let profile = import.and_then(|import| import.scoring_profile);
            let history = store.offer_history(id)?;
            let name = names.model_name(&record.canonical_model);
            let verdict = picture
                .filter(|_| !history.is_former(&record))
                .and_then(|picture| picture.market.judge(&record, name))
                .map(serde_json::to_value)
                .transpose()
                .map_err(|error| Problem::internal(&error))?;
            Answer::of_json(&ListingDetail {
                verdict,
                ..detail(record, profile, history, &names)?
            })
        })
        .await?;
    Ok(answer.respond(&headers))
}

/// Where a listing's score comes from, by the profile that its import was scored by; `None` where that is not built in, or
/// the registry does not have the model.
pub(crate) fn score_of(
    record: &ListingRecord,
    profile_name: Option<&str>,
    names: &Names,
) -> Option<Score> {
    let profile = Profile::find(profile_name?)?;
    let for_parts: &[Flag] = match &record.flags {
        Some(flags) if flags.contains("\"for_parts\"") => &[Flag::ForParts],
        _ => &[],
    };
    let asked = Asked {
        unit_price_usd: record.unit_price,
        condition: counted_condition(
            record.condition.as_deref().and_then(Condition::read),
            for_parts,
        ),
    };
    let id = names.registry.find(&record.canonical_model)?;
    score(names.registry.model(id), asked, &profile)
}

fn detail(
    mut record: ListingRecord,
    profile_name: Option<String>,
    history: OfferHistory,
    names: &Names,
) -> Result<ListingDetail, Problem> {
    let scored = score_of(&record, profile_name.as_deref(), names);
    let evidence = record.evidence.take();
    Ok(ListingDetail {
        evidence: evidence.and_then(|text| serde_json::from_str(&text).ok()),
        score_terms: scored
            .map(|scored| serde_json::to_value(scored.terms))
            .transpose()
            .map_err(|error| Problem::internal(&error))?,
        scoring_profile: profile_name,
        history: history.sights.into_iter().map(Into::into).collect(),
        relisted: history.relisted,
        gone_since: history.gone_since,
        verdict: None,
        listing: record.into(),
    })
}
