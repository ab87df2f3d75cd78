//! `glyphd models show`: one model, each value with its source, and what it is worth at a price.

use clap::Args;
use glyph_core::listing::Condition;
use glyph_core::registry::{Model, ModelId, Registry};
use glyph_core::score::{Asked, Measures, Score, score};
use serde::Serialize;

use crate::command::explain;
use crate::command::failure::{Hinted, Status, WrongUsage};
use crate::output;
use crate::profiles::find_profile;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The canonical name, in any case.
    #[arg(value_name = "NAME")]
    name: String,
    /// Score it at this price, in US dollars a card.
    #[arg(long, value_name = "USD")]
    price: Option<f64>,
    /// The condition that it is asked for in: `new`, `open_box`, `refurbished`, `used` or `for_parts`.
    #[arg(long, requires = "price", default_value = "new")]
    condition: String,
    /// The scoring profile: `inference`, `fine-tuning`, `workstation`, `legacy`, or a TOML file of your own.
    #[arg(
        long,
        requires = "price",
        value_name = "NAME|FILE",
        default_value = "inference"
    )]
    profile: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    model: &'a Model,
    part_numbers: &'a [&'a str],
    registry_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scoring_profile: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<&'a Score>,
    #[serde(skip_serializing_if = "Option::is_none")]
    measures: Option<&'a Measures>,
}

/// Fields that are this program's own words, not facts from a document.
const NO_FACTS: [&str; 7] = [
    "canonical_model",
    "model",
    "product",
    "vendor",
    "family",
    "aliases",
    "default_variant",
];

pub(super) fn run(registry: &Registry, arguments: &Arguments) -> anyhow::Result<Status> {
    let id = find(registry, &arguments.name)?;
    let model = registry.model(id);
    let numbers = registry.part_numbers_of(id);
    let worth = match arguments.price {
        Some(price) => Some(worth(model, price, arguments)?),
        None => None,
    };
    if arguments.json {
        output::json(&Shown {
            model,
            part_numbers: &numbers,
            registry_version: registry.version(),
            scoring_profile: worth.as_ref().map(|worth| worth.profile.as_str()),
            score: worth.as_ref().map(|worth| &worth.score),
            measures: worth.as_ref().map(|worth| &worth.measures),
        })?;
        return Ok(Status::Done);
    }
    output::line(&format!("registry {}", registry.version()))?;
    draw(registry, id, &numbers)?;
    if let Some(worth) = worth {
        output::line("")?;
        explain::show_score(&worth.score, &worth.profile)?;
        explain::show_measures(&worth.measures)?;
    }
    Ok(Status::Done)
}

/// The model of a canonical name, or of a name as people write it: `rtx 4000 ada`.
fn find(registry: &Registry, name: &str) -> anyhow::Result<ModelId> {
    let wanted = name.replace([' ', '-'], "_").to_uppercase();
    registry.find(&wanted).ok_or_else(|| {
        let near: Vec<&str> = registry
            .models()
            .iter()
            .map(|model| model.canonical_model.as_str())
            .filter(|known| known.contains(wanted.as_str()))
            .take(6)
            .collect();
        let hint = if near.is_empty() {
            "`glyphd models` lists them all".to_owned()
        } else {
            format!(
                "did you mean {}? `glyphd models` lists them all",
                near.join(", ")
            )
        };
        Hinted::new(format!("there is no model `{name}` in the registry"), hint).into()
    })
}

struct Worth {
    profile: String,
    score: Score,
    measures: Measures,
}

fn worth(model: &Model, price: f64, arguments: &Arguments) -> anyhow::Result<Worth> {
    let condition = Condition::read(&arguments.condition).ok_or_else(|| {
        WrongUsage(format!(
            "`{}` is none of new, open_box, refurbished, used, for_parts",
            arguments.condition
        ))
    })?;
    let profile = find_profile(&arguments.profile)?;
    let asked = Asked {
        unit_price_usd: price,
        condition: Some(condition),
    };
    match (score(model, asked, &profile), Measures::of(model, price)) {
        (Some(score), Some(measures)) => Ok(Worth {
            profile: profile.name,
            score,
            measures,
        }),
        _ => Err(Hinted::new(
            format!("`{}` cannot be scored at {price}", model.canonical_model),
            "a score needs a price above 0 and a model whose memory is known",
        )
        .into()),
    }
}

fn draw(registry: &Registry, id: ModelId, numbers: &[&str]) -> anyhow::Result<()> {
    let value = serde_json::to_value(registry.model(id))?;
    let mut table = output::table(&["", "", "source"], &[]);
    for (field, value) in value.as_object().into_iter().flatten() {
        if field == "sources" {
            continue;
        }
        let shown = match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Array(items) => items
                .iter()
                .filter_map(serde_json::Value::as_str)
                .collect::<Vec<_>>()
                .join(", "),
            other => other.to_string(),
        };
        let names_a_fact = !NO_FACTS.contains(&field.as_str());
        let source = registry
            .source_of(id, field)
            .filter(|_| names_a_fact)
            .map_or("", |source| source.title.as_str());
        table.add_row(vec![field.clone(), shown, source.to_owned()]);
    }
    table.add_row(vec![
        "part_numbers".to_owned(),
        numbers.join(", "),
        String::new(),
    ]);
    Ok(output::draw(&table)?)
}
