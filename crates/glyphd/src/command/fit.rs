//! `glyphd fit`: the cheapest sets of cards on offer that hold a language model.

use std::collections::HashMap;
use std::path::Path;

use clap::Args;
use comfy_table::Table;
use glyph_core::fit::{self, Candidate, Demand, Found, Limits, NearMiss, Set, Workload};
use glyph_core::market::verdict::Call;
use glyph_core::registry::{Form, Registry, Vendor};
use glyph_store::listing::ListingRecord;
use glyph_store::store::Store;
use serde::Serialize;

use super::failure::{Hinted, Status};
use super::market::View;
use super::store::open_for_reading;
use crate::market::Market;
use crate::names::load_registry;
use crate::output;

/// Find the cheapest sets of cards on offer that hold a language model.
///
/// The offers are those of the market as it stands: single working cards of known specs that can be bought and that
/// nothing is suspicious about.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  glyphd fit \"70B q4, 32k context\" --budget 4000 --max-watts 900 --max-slots 4\n  \
    glyphd fit \"qwen2.5-32b q5 16k x4\" --json"
)]
pub struct Arguments {
    /// The model, its quantisation, the context in tokens, and how many sequences at once: `70B q4, 32k context`,
    /// `llama 3.1 8b fp16 8k`, `qwen2.5-32b q5 16k x4`.
    workload: String,
    /// The most that a set may cost, in US dollars.
    #[arg(long, value_name = "USD")]
    budget: Option<f64>,
    /// The most watts of a set, as its cards are rated.
    #[arg(long, value_name = "W")]
    max_watts: Option<f64>,
    /// The most slots in the case.
    #[arg(long, value_name = "N")]
    max_slots: Option<f64>,
    /// The most cards of a set.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=i64::from(Limits::MOST_CARDS)))]
    max_cards: u32,
    /// Cards with less memory are left out.
    #[arg(long, value_name = "GB", default_value_t = 6.0)]
    min_memory: f64,
    /// The least speed that the memory must allow, in tokens a second.
    #[arg(long, value_name = "TOKENS_PER_S")]
    min_speed: Option<f64>,
    /// Also boards for a server's own sockets: SXM, OAM.
    #[arg(long)]
    allow_sxm: bool,
    /// Sets to show.
    #[arg(long, default_value_t = 5, value_name = "N")]
    limit: usize,
    #[command(flatten)]
    view: View,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// What is found, with the listings behind it.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    workload: &'a str,
    /// The arithmetic of the memory, in lines.
    workings: Vec<String>,
    #[serde(flatten)]
    found: &'a Found,
    /// The listings that the sets are made of, by id.
    listings: Vec<&'a ListingRecord>,
}

pub(super) fn run(
    path: &Path,
    registry: Option<&Path>,
    arguments: &Arguments,
) -> anyhow::Result<Status> {
    let workload = fit::parse(&arguments.workload).map_err(|error| {
        Hinted::new(
            error.to_string(),
            "say the model's size, its quantisation and the context, as `70B q4, 32k context`",
        )
    })?;
    let (registry, _) = load_registry(registry)?;
    let store = open_for_reading(path)?;
    let market = Market::of(&store, &registry, &arguments.view.filter())?;
    let demand = fit::demand(&workload);
    let found = fit::search(
        &candidates(&market, &registry, arguments.min_memory),
        &demand,
        &Limits {
            budget: arguments.budget,
            max_watts: arguments.max_watts,
            max_slots: arguments.max_slots,
            max_cards: arguments.max_cards,
            allow_sxm: arguments.allow_sxm,
            min_tokens_per_s: arguments.min_speed,
            wanted: arguments.limit,
        },
    );
    let listings = listings_of(&store, &found)?;
    if arguments.json {
        let mut ids: Vec<&i64> = listings.keys().collect();
        ids.sort_unstable();
        output::json(&Answer {
            workload: &arguments.workload,
            workings: fit::workings(&workload),
            found: &found,
            listings: ids.into_iter().filter_map(|id| listings.get(id)).collect(),
        })?;
    } else {
        print(&workload, &demand, &found, &listings)?;
    }
    Ok(Status::Done)
}

/// The offers that can be taken, one card each: lots are sold whole and not by the card.
fn candidates(market: &Market, registry: &Registry, min_memory_gb: f64) -> Vec<Candidate> {
    let models: Vec<_> = market
        .standing
        .models
        .iter()
        .map(|name| registry.find(name).map(|id| registry.model(id)))
        .collect();
    market
        .judged()
        .filter(|(standing, call)| {
            let offer = &standing.offer;
            standing.is_available
                && !offer.is_sold
                && offer.lot_size == 1
                && standing.min_order <= 1
                && offer.is_comparable()
                && *call != Some(Call::Suspicious)
        })
        .filter_map(|(standing, _)| {
            let model = (*models.get(standing.offer.model as usize)?)?;
            Some(Candidate {
                id: standing.id as u64,
                vendor: vendor_name(model.vendor).to_owned(),
                model: model.model.clone(),
                memory_gb: model.memory_gb.filter(|memory| *memory >= min_memory_gb)?,
                bandwidth_gb_s: model.memory_bandwidth_gb_s,
                watts: model.tdp_w,
                slots: model.slots,
                price: standing.offer.unit_price,
                quantity: standing.offer.quantity.unwrap_or(1).max(1),
                needs_server: matches!(model.form, Some(Form::Sxm | Form::Oam | Form::Mxm)),
            })
        })
        .collect()
}

fn vendor_name(vendor: Vendor) -> &'static str {
    match vendor {
        Vendor::Nvidia => "NVIDIA",
        Vendor::Amd => "AMD",
        Vendor::Intel => "Intel",
        Vendor::Matrox => "Matrox",
    }
}

fn listings_of(store: &dyn Store, found: &Found) -> anyhow::Result<HashMap<i64, ListingRecord>> {
    let sets = found
        .sets
        .iter()
        .chain(found.near_misses.iter().map(|miss| &miss.set));
    let mut listings = HashMap::new();
    for id in sets.flat_map(|set| &set.cards).map(|taken| taken.id as i64) {
        if let Some(listing) = store.find_listing(id)? {
            listings.insert(id, listing);
        }
    }
    Ok(listings)
}

fn print(
    workload: &Workload,
    demand: &Demand,
    found: &Found,
    listings: &HashMap<i64, ListingRecord>,
) -> anyhow::Result<()> {
    output::line(&workload.name)?;
    let shape = &workload.architecture;
    output::line(&format!("  {}", shape.describe()))?;
    for line in fit::workings(workload) {
        // The sum stands on a line of its own where the terminal is too narrow.
        match line.rsplit_once(" = ") {
            Some((parts, sum)) if line.chars().count() + 2 > output::width() => {
                output::line(&format!("  {parts}\n    = {sum}"))?;
            }
            _ => output::line(&format!("  {line}"))?,
        }
    }
    if found.sets.is_empty() {
        output::line(&format!(
            "\nno set of cards on offer holds {:.1} GB within these limits",
            demand.total_gb()
        ))?;
    } else {
        output::line("\nthe cheapest sets that hold it:")?;
        output::draw(&sets_table(&found.sets, listings))?;
    }
    if !found.near_misses.is_empty() {
        output::line("\nwhat would come next, and why it does not:")?;
        output::draw(&misses_table(&found.near_misses))?;
    }
    Ok(())
}

const UNKNOWN: &str = "–";

fn cards_of(set: &Set) -> String {
    let mut models: Vec<(&str, u32)> = Vec::new();
    for taken in &set.cards {
        match models.iter_mut().find(|(model, _)| *model == taken.model) {
            Some((_, count)) => *count += taken.count,
            None => models.push((&taken.model, taken.count)),
        }
    }
    let models: Vec<String> = models
        .iter()
        .map(|(model, count)| format!("{count} × {model}"))
        .collect();
    models.join(" + ")
}

fn figures_of(set: &Set) -> [String; 5] {
    [
        output::dollars(set.price),
        format!("{:.1}", set.headroom_gb),
        set.watts
            .map_or(UNKNOWN.to_owned(), |watts| watts.to_string()),
        set.slots
            .map_or(UNKNOWN.to_owned(), |slots| slots.to_string()),
        set.tokens_per_s
            .map_or(UNKNOWN.to_owned(), |speed| format!("{speed:.1}")),
    ]
}

fn sets_table(sets: &[Set], listings: &HashMap<i64, ListingRecord>) -> Table {
    let rows = sets
        .iter()
        .map(|set| {
            let offers: Vec<String> = set
                .cards
                .iter()
                .map(|taken| {
                    let seller = listings
                        .get(&(taken.id as i64))
                        .and_then(|listing| listing.seller.as_deref());
                    let count = if taken.count > 1 {
                        format!("{} × ", taken.count)
                    } else {
                        String::new()
                    };
                    let seller = seller.map_or(String::new(), |seller| format!(" of {seller}"));
                    format!("{count}listing {}{seller}", taken.id)
                })
                .collect();
            let mut row = vec![cards_of(set)];
            row.extend(figures_of(set));
            row.push(offers.join(", "));
            row
        })
        .collect();
    output::fitted_table(
        &["cards", "$", "GB spare", "W", "slots", "tokens/s ≤", "from"],
        &[1, 2, 3, 4, 5],
        rows,
    )
}

fn misses_table(misses: &[NearMiss]) -> Table {
    let rows = misses
        .iter()
        .map(|miss| {
            let mut row = vec![cards_of(&miss.set)];
            row.extend(figures_of(&miss.set));
            row.push(miss.reason.clone());
            row
        })
        .collect();
    output::fitted_table(
        &[
            "cards",
            "$",
            "GB spare",
            "W",
            "slots",
            "tokens/s ≤",
            "why not",
        ],
        &[1, 2, 3, 4, 5],
        rows,
    )
}
