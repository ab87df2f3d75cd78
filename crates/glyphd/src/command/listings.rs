//! `glyphd listings`: scored listings by filter and order.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use clap::{Args, ValueEnum};
use comfy_table::Table;
use glyph_core::listing::Condition;
use glyph_core::matching::Flag;
use glyph_core::pipeline::counted_condition;
use glyph_core::registry::Registry;
use glyph_core::score::{Asked, Measures, Profile, Score, score};
use glyph_store::import::{ImportRecord, ImportState};
use glyph_store::listing::{ListingFilter, ListingRecord, ListingSort};
use glyph_store::store::Store;
use serde::{Deserialize, Serialize};

use super::failure::Status;
use super::imports::{Output, find};
use super::store::open_for_reading;
use crate::clock;
use crate::names::load_registry;
use crate::output::{self, Format};
use crate::profiles::find_profile;

/// Find scored listings.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  glyphd listings --model RTX_A5000 --max-price 1500 --sort price"
)]
pub struct Arguments {
    /// The canonical name of a model, as `glyphd models` shows it.
    #[arg(long)]
    model: Option<String>,
    /// The lowest price, in US dollars.
    #[arg(long, value_name = "USD")]
    min_price: Option<f64>,
    /// The highest price, in US dollars.
    #[arg(long, value_name = "USD")]
    max_price: Option<f64>,
    /// The lowest score, 0 to 100.
    #[arg(long)]
    min_score: Option<f64>,
    /// The highest score, 0 to 100.
    #[arg(long)]
    max_score: Option<f64>,
    /// A region, as `US` or `EU`.
    #[arg(long)]
    region: Option<String>,
    /// `new`, `open_box`, `refurbished`, `used` or `for_parts`.
    #[arg(long)]
    condition: Option<String>,
    #[arg(long)]
    seller: Option<String>,
    /// One import: its id, its first letters, or `last`.
    #[arg(long, value_name = "ID")]
    import: Option<String>,
    /// What was known at a time: RFC 3339, or a date, which means the end of that day.
    #[arg(long, value_name = "TIME", value_parser = clock::last_second_of)]
    as_of: Option<i64>,
    /// What each source showed last, and not what it showed before.
    #[arg(long)]
    current: bool,
    /// Words that all stand in the title.
    #[arg(long)]
    text: Option<String>,
    #[arg(long, value_enum, default_value = "score")]
    sort: Sort,
    /// The most rows to show.
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: u64,
    /// Rows to pass over first.
    #[arg(long, default_value_t = 0, value_name = "N")]
    offset: u64,
    /// Show where each score comes from, the plain measures, and the words of the title that named the card.
    #[arg(long)]
    explain: bool,
    /// With `--explain`: by this profile instead of the one that the rows were scored by; a name, or a TOML file of your
    /// own.
    #[arg(long, value_name = "NAME|FILE", requires = "explain")]
    profile: Option<String>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sort {
    /// The best score first.
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

pub(super) fn run(
    path: &Path,
    registry: Option<&Path>,
    arguments: &Arguments,
) -> anyhow::Result<Status> {
    let store = open_for_reading(path)?;
    let import_id = match &arguments.import {
        Some(wanted) => Some(find(&store, wanted)?.import_id),
        None => None,
    };
    let filter = ListingFilter {
        model: arguments.model.clone(),
        any_model: Vec::new(),
        min_price: arguments.min_price,
        max_price: arguments.max_price,
        min_score: arguments.min_score,
        max_score: arguments.max_score,
        region: arguments.region.clone(),
        condition: arguments.condition.clone(),
        seller: arguments.seller.clone(),
        import_id,
        as_of: arguments.as_of,
        only_current: arguments.current,
        text: arguments.text.clone(),
        sort: match arguments.sort {
            Sort::Score => ListingSort::BestScore,
            Sort::Price => ListingSort::Cheapest,
            Sort::PriceDesc => ListingSort::Dearest,
            Sort::PerGb => ListingSort::CheapestMemory,
            Sort::Newest => ListingSort::Newest,
            Sort::Row => ListingSort::RowOrder,
        },
        limit: arguments.limit,
        offset: arguments.offset,
        after: None,
        with_evidence: arguments.explain,
    };
    let listings = store.list_listings(&filter)?;
    if arguments.explain {
        let given = arguments.profile.as_deref().map(find_profile).transpose()?;
        let (registry, _) = load_registry(registry)?;
        let explained = explain_all(&store, &registry, given.as_ref(), &listings)?;
        return match arguments.output.format() {
            Format::Table => show_explained(&explained),
            Format::Json => Ok(output::json(&explained)?),
            Format::JsonLines => Ok(explained.iter().try_for_each(output::json_line)?),
        }
        .map(|()| Status::Done);
    }
    output::rows(&listings, arguments.output.format(), listing_table)?;
    Ok(Status::Done)
}

/// A listing with where its score comes from.
#[derive(Debug, Serialize)]
struct Explained<'a> {
    #[serde(flatten)]
    listing: &'a ListingRecord,
    explanation: Explanation,
}

/// The score computed again, with the registry of today.
#[derive(Debug, Serialize)]
struct Explanation {
    registry_version: String,
    /// The profile that the rows of the import were scored by; absent where it was none, or several.
    #[serde(skip_serializing_if = "Option::is_none")]
    stored_profile: Option<String>,
    /// The profile of `score`.
    #[serde(skip_serializing_if = "Option::is_none")]
    scoring_profile: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<Score>,
    /// Why there is no score to explain.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_score: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measures: Option<Measures>,
}

/// By which profile an import's rows are explained.
#[derive(Debug, Clone)]
struct ExplainedBy {
    stored: Option<String>,
    profile: Result<Profile, String>,
}

fn explain_all<'a>(
    store: &dyn Store,
    registry: &Registry,
    given: Option<&Profile>,
    listings: &'a [ListingRecord],
) -> anyhow::Result<Vec<Explained<'a>>> {
    let mut known: HashMap<Option<&str>, ExplainedBy> = HashMap::new();
    let mut explained = Vec::with_capacity(listings.len());
    for listing in listings {
        let import_id = listing.import_id.as_deref();
        let by = match known.entry(import_id) {
            Entry::Occupied(by) => by.into_mut(),
            Entry::Vacant(place) => {
                let record = match import_id {
                    Some(import_id) => store.find_import(import_id)?,
                    None => None,
                };
                place.insert(explained_by(record, given))
            }
        };
        explained.push(Explained {
            explanation: explain_one(registry, by, listing),
            listing,
        });
    }
    Ok(explained)
}

fn explained_by(record: Option<ImportRecord>, given: Option<&Profile>) -> ExplainedBy {
    let (is_old, stored) = record.map_or((true, None), |record| {
        (record.state == ImportState::Legacy, record.scoring_profile)
    });
    let profile = match (given, stored.as_deref()) {
        (Some(given), _) => Ok(given.clone()),
        (None, Some(name)) => Profile::find(name).ok_or_else(|| {
            format!(
                "by `{name}`, which is not built in: `--profile FILE` with its file explains it"
            )
        }),
        (None, None) if is_old => {
            Err("of the old program: `--profile NAME` explains the row by that one".to_owned())
        }
        (None, None) => Err(
            "of an import with scores of several profiles: `--profile NAME` explains the row by one"
                .to_owned(),
        ),
    };
    ExplainedBy { stored, profile }
}

fn explain_one(registry: &Registry, by: &ExplainedBy, listing: &ListingRecord) -> Explanation {
    let model = registry
        .find(&listing.canonical_model)
        .map(|id| registry.model(id));
    let for_parts = listing
        .flags
        .as_deref()
        .is_some_and(|flags| flags.contains(Flag::ForParts.as_str()));
    let flags: &[Flag] = if for_parts { &[Flag::ForParts] } else { &[] };
    let condition = listing.condition.as_deref().and_then(Condition::read);
    let asked = Asked {
        unit_price_usd: listing.unit_price,
        condition: counted_condition(condition, flags),
    };
    let (profile, score) = match (&by.profile, model) {
        (Err(reason), _) => (None, Err(reason.clone())),
        (Ok(_), None) => (
            None,
            Err("of a model that the registry does not know".to_owned()),
        ),
        (Ok(profile), Some(model)) => (
            Some(profile.name.clone()),
            score(model, asked, profile)
                .ok_or_else(|| "of a price that cannot be scored".to_owned()),
        ),
    };
    let (score, no_score) = match score {
        Ok(score) => (Some(score), None),
        Err(reason) => (None, Some(reason)),
    };
    Explanation {
        registry_version: registry.version().to_owned(),
        stored_profile: by.stored.clone(),
        scoring_profile: profile,
        score,
        no_score,
        measures: model.and_then(|model| Measures::of(model, listing.unit_price)),
    }
}

fn show_explained(explained: &[Explained<'_>]) -> anyhow::Result<()> {
    for (
        place,
        Explained {
            listing,
            explanation,
        },
    ) in explained.iter().enumerate()
    {
        if place > 0 {
            output::line("")?;
        }
        let row = match (&listing.import_id, listing.import_index) {
            (Some(import), Some(index)) => format!("{import} row {index}"),
            (Some(import), None) => format!("{import}, without a row number"),
            (None, _) => format!("listing {}", listing.id),
        };
        output::line(&format!("{} ({row})", listing.canonical_model))?;
        if let Some(title) = &listing.title {
            output::line(&format!("  “{title}”"))?;
        }
        show_reason(listing)?;
        if let (Some(score), Some(profile)) = (&explanation.score, &explanation.scoring_profile) {
            super::explain::show_score(score, profile)?;
            let is_same = explanation.stored_profile.as_ref() == Some(profile);
            if let (false, Some(stored)) = (is_same, &explanation.stored_profile) {
                output::line(&format!("  stored is {:.1}, by `{stored}`", listing.score))?;
            } else if !is_same {
                output::line(&format!("  stored is {:.1}", listing.score))?;
            } else if (score.value - listing.score).abs() > 1e-9 {
                output::line(&format!(
                    "  stored is {:.1}: the specs were others then; `imports rescore` brings it up to date",
                    listing.score
                ))?;
            }
        }
        if let Some(reason) = &explanation.no_score {
            output::line(&format!("  score {:.1}, {reason}", listing.score))?;
        }
        if let Some(measures) = &explanation.measures {
            super::explain::show_measures(measures)?;
        }
    }
    Ok(())
}

/// The words of the title that decided, how sure the match is, and the cautions.
fn show_reason(listing: &ListingRecord) -> anyhow::Result<()> {
    let evidence: Vec<Evidence> = match &listing.evidence {
        Some(json) => serde_json::from_str(json)?,
        None => Vec::new(),
    };
    let mut parts: Vec<String> = evidence
        .iter()
        .map(|found| format!("{} `{}`", found.says, found.text))
        .collect();
    parts.extend(
        listing
            .confidence
            .map(|confidence| format!("confidence {confidence:.2}")),
    );
    if let Some(flags) = &listing.flags {
        let flags: Vec<String> = serde_json::from_str(flags)?;
        parts.push(format!("caution: {}", flags.join(", ")));
    }
    if parts.is_empty() {
        return Ok(());
    }
    Ok(output::line(&format!("  named by {}", parts.join(", ")))?)
}

/// What is shown of the stored evidence.
#[derive(Debug, Deserialize)]
struct Evidence {
    text: String,
    says: String,
}

/// Listings for people, a line each: what it is worth, what it costs, what and where it is.
pub(super) fn listing_table(listings: &[ListingRecord]) -> Table {
    output::fitted_table(
        &["score", "price $", "$/GB", "row", "model", "title"],
        &[0, 1, 2, 3],
        listings.iter().map(cells).collect(),
    )
}

fn cells(listing: &ListingRecord) -> Vec<String> {
    let lot = if listing.lot_size > 1 {
        format!(" /{}", listing.lot_size)
    } else {
        String::new()
    };
    vec![
        format!("{:.1}", listing.score),
        output::dollars(listing.price) + &lot,
        listing.price_per_gb.map_or("–".to_owned(), output::dollars),
        listing
            .import_index
            .map_or("–".to_owned(), |index| index.to_string()),
        listing.canonical_model.clone(),
        listing.title.clone().unwrap_or_default(),
    ]
}
