//! `glyphd history`: what an offer cost each time that it was seen, or a model in each import.

use std::path::Path;

use clap::Args;
use comfy_table::Table;
use glyph_store::history::{Observation, OfferHistory};
use glyph_store::listing::ModelMarket;
use glyph_store::store::Store;
use serde::Serialize;

use super::failure::{Hinted, Status};
use super::imports::Output;
use super::store::open_for_reading;
use crate::clock;
use crate::output::{self, Format};

/// Show what an offer cost each time that it was seen, or a model in each import.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  glyphd history --model RTX_A5000")]
pub struct Arguments {
    /// The id of a listing, as `glyphd listings` and `glyphd deltas` show it: all imports that saw the same offer.
    #[arg(required_unless_present = "model")]
    listing: Option<i64>,
    /// The canonical name of a model, as `glyphd models` shows it.
    #[arg(long, conflicts_with = "listing")]
    model: Option<String>,
    #[command(flatten)]
    output: Output,
}

/// What a model cost in one import.
#[derive(Debug, Serialize)]
struct ModelSight {
    seen_at: String,
    import_id: Option<String>,
    source_name: Option<String>,
    /// What it cost: US dollars for a card.
    #[serde(flatten)]
    market: ModelMarket,
}

pub(super) fn run(path: &Path, arguments: &Arguments) -> anyhow::Result<Status> {
    let store = open_for_reading(path)?;
    let format = arguments.output.format();
    if let Some(model) = &arguments.model {
        let sights = sights_of_model(&store, model)?;
        if sights.is_empty() {
            return Err(Hinted::new(
                format!("no import has a listing of `{model}`"),
                "`glyphd models` has the names",
            )
            .into());
        }
        let medians: Vec<f64> = sights
            .iter()
            .map(|sight| sight.market.median_price.unwrap_or(f64::NAN))
            .collect();
        heading(model, &medians, format)?;
        output::rows(&sights, format, model_table)?;
        return Ok(Status::Done);
    }
    let id = arguments.listing.unwrap_or_default();
    let Some(listing) = store.find_listing(id)? else {
        return Err(Hinted::new(
            format!("there is no listing `{id}`"),
            "`glyphd listings --json` has the ids",
        )
        .into());
    };
    let OfferHistory {
        sights,
        relisted,
        gone_since,
    } = store.offer_history(id)?;
    let prices: Vec<f64> = sights.iter().map(|sight| sight.price).collect();
    let title = listing.title.unwrap_or(listing.canonical_model);
    heading(&title, &prices, format)?;
    output::rows(&sights, format, offer_table)?;
    if relisted > 0 {
        let times = if relisted == 1 {
            "once"
        } else {
            "several times"
        };
        output::note(&format!(
            "it was gone in between and came back {times} ({relisted})"
        ));
    }
    if let Some(gone_since) = gone_since {
        output::note(&format!(
            "gone: its source was seen without it at {gone_since}"
        ));
    }
    Ok(Status::Done)
}

/// A line above the table: what it is of, and its course.
fn heading(name: &str, prices: &[f64], format: Format) -> anyhow::Result<()> {
    if format == Format::Table {
        output::line(&format!(
            "{}  {}",
            output::shortened(name, 60),
            sparkline(prices)
        ))?;
    }
    Ok(())
}

/// One column a number, the lowest the shortest; a blank for what is no number. At most as many as fit, the latest.
fn sparkline(numbers: &[f64]) -> String {
    const COLUMNS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const MOST: usize = 60;
    let shown = numbers.len().saturating_sub(MOST)..;
    let numbers = numbers.get(shown).unwrap_or_default();
    let finite = || numbers.iter().copied().filter(|number| number.is_finite());
    let least = finite().fold(f64::INFINITY, f64::min);
    let most = finite().fold(f64::NEG_INFINITY, f64::max);
    numbers
        .iter()
        .map(|number| {
            if !number.is_finite() {
                return ' ';
            }
            let share = if most > least {
                (number - least) / (most - least)
            } else {
                0.5
            };
            let place = (share * (COLUMNS.len() - 1) as f64).round() as usize;
            COLUMNS.get(place).copied().unwrap_or(' ')
        })
        .collect()
}

fn sights_of_model(store: &dyn Store, model: &str) -> anyhow::Result<Vec<ModelSight>> {
    let sights = store.model_history(model, usize::MAX)?;
    Ok(sights
        .into_iter()
        .map(|sight| ModelSight {
            seen_at: clock::text_of_second(sight.seen_at),
            import_id: sight.import_id,
            source_name: sight.source_name,
            market: ModelMarket::of(model.to_owned(), sight.prices),
        })
        .collect())
}

const OLD_PROGRAM: &str = "old program";

fn day(time: Option<&str>) -> String {
    time.map_or("–".to_owned(), |time| time.chars().take(16).collect())
}

fn dollars(price: Option<f64>) -> String {
    price.map_or("–".to_owned(), output::dollars)
}

fn model_table(sights: &[ModelSight]) -> Table {
    let rows = sights
        .iter()
        .map(|sight| {
            vec![
                day(Some(&sight.seen_at)),
                sight
                    .import_id
                    .clone()
                    .unwrap_or_else(|| OLD_PROGRAM.to_owned()),
                output::count(sight.market.listing_count),
                dollars(sight.market.min_price),
                dollars(sight.market.median_price),
                dollars(sight.market.max_price),
                sight.source_name.clone().unwrap_or_default(),
            ]
        })
        .collect();
    output::fitted_table(
        &[
            "seen", "import", "listings", "lowest", "median", "highest", "source",
        ],
        &[2, 3, 4, 5],
        rows,
    )
}

fn offer_table(sights: &[Observation]) -> Table {
    let rows = sights
        .iter()
        .map(|sight| {
            vec![
                day(sight.seen_at.as_deref()),
                sight
                    .import_id
                    .clone()
                    .unwrap_or_else(|| OLD_PROGRAM.to_owned()),
                sight
                    .import_index
                    .map_or("–".to_owned(), |index| index.to_string()),
                output::dollars(sight.price),
                format!("{:.1}", sight.score),
                sight.source_name.clone().unwrap_or_default(),
            ]
        })
        .collect();
    output::fitted_table(
        &["seen", "import", "row", "price", "score", "source"],
        &[2, 3, 4],
        rows,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_goes_from_the_lowest_to_the_highest() {
        assert_eq!(sparkline(&[]), "");
        assert_eq!(sparkline(&[5.0]), "▅");
        assert_eq!(sparkline(&[0.0, 7.0, f64::INFINITY, 3.0]), "▁█ ▄");
        let many: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(sparkline(&many).chars().count(), 60);
        assert!(sparkline(&many).ends_with('█'));
    }
}
