//! `glyphd models`: the registry, and what its models cost in the database.

mod audit;
mod show;

use std::collections::HashMap;
use std::path::Path;

use clap::{Args, Subcommand};
use comfy_table::Table;
use glyph_core::registry::Model;
use glyph_store::listing::ModelMarket;
use glyph_store::store::Store;
use serde::Serialize;

use super::failure::Status;
use super::imports::Output;
use crate::clock;
use crate::names::load_registry;
use crate::output::{self, Format};

/// Show the GPU models that the program knows, and what they cost.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  glyphd models show RTX_A5000",
    args_conflicts_with_subcommands = true
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    output: Output,
    /// Only models that the database has listings of, with their prices.
    #[arg(long)]
    listed: bool,
    /// With `--listed`: prices as they were known at a time: RFC 3339, or a date, which means the end of that day.
    #[arg(long, value_name = "TIME", value_parser = clock::last_second_of, requires = "listed")]
    as_of: Option<i64>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One model with its specs, each with its source; with `--price` what it is worth at that.
    #[command(after_help = "Example:\n  glyphd models show L4 --price 2500")]
    Show(show::Arguments),
    /// What the registry lacks, has without a document, or has from sources that disagree.
    #[command(after_help = "Example:\n  glyphd models audit --field tdp_w")]
    Audit(audit::Arguments),
}

#[derive(Debug, Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    model: &'a Model,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    market: Option<&'a ModelMarket>,
}

pub(super) fn run(
    path: &Path,
    own_models: Option<&Path>,
    arguments: &Arguments,
) -> anyhow::Result<Status> {
    let (registry, _) = load_registry(own_models)?;
    match &arguments.command {
        Some(Command::Show(arguments)) => return show::run(&registry, arguments),
        Some(Command::Audit(arguments)) => return audit::run(&registry, arguments),
        None => {}
    }
    if !arguments.listed {
        output::rows(registry.models(), arguments.output.format(), |models| {
            let mut table = registry_table();
            for model in models {
                table.add_row(registry_row(model));
            }
            table
        })?;
        return Ok(Status::Done);
    }
    let markets = super::store::open_for_reading(path)?.list_model_markets(arguments.as_of)?;
    let by_name: HashMap<&str, &ModelMarket> = markets
        .iter()
        .map(|market| (market.canonical_model.as_str(), market))
        .collect();
    if arguments.output.format() == Format::Table {
        let mut table = output::table(
            &[
                "model",
                "listings",
                "lowest $",
                "median $",
                "highest $",
                "median $/GB",
            ],
            &[1, 2, 3, 4, 5],
        );
        for market in &markets {
            let memory = registry
                .find(&market.canonical_model)
                .and_then(|id| registry.model(id).memory_gb);
            let dollars = |price: Option<f64>| price.map_or("–".to_owned(), output::dollars);
            table.add_row(vec![
                market.canonical_model.clone(),
                output::count(market.listing_count),
                dollars(market.min_price),
                dollars(market.median_price),
                dollars(market.max_price),
                dollars(
                    market
                        .median_price
                        .zip(memory)
                        .map(|(price, memory)| price / memory),
                ),
            ]);
        }
        output::draw(&table)?;
        return Ok(Status::Done);
    }
    let listed: Vec<Listed<'_>> = registry
        .models()
        .iter()
        .filter_map(|model| {
            let market = by_name.get(model.canonical_model.as_str())?;
            Some(Listed {
                model,
                market: Some(market),
            })
        })
        .collect();
    output::rows(&listed, arguments.output.format(), |_| Table::new())?;
    Ok(Status::Done)
}

fn registry_table() -> Table {
    output::table(
        &[
            "canonical model",
            "name",
            "memory GB",
            "GB/s",
            "watts",
            "year",
        ],
        &[2, 3, 4, 5],
    )
}

fn registry_row(model: &Model) -> Vec<String> {
    vec![
        model.canonical_model.clone(),
        model.model.clone(),
        text(model.memory_gb),
        text(model.memory_bandwidth_gb_s),
        text(model.tdp_w),
        text(model.year),
    ]
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map_or("–".to_owned(), |value| value.to_string())
}
