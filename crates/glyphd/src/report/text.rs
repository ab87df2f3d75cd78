//! The report in the terminal.

use super::{Coverage, Report};
use crate::html::parts::{count, day, day_and_hour, interval, money, number};
use crate::output;

/// Rows of the table of models.
const MODELS: usize = 15;

pub(crate) fn print(report: &Report) -> anyhow::Result<()> {
    output::line(&report.title)?;
    let size = &report.market;
    output::line(&format!(
        "  {} of {}{}",
        counted(size.offers, "standing offer"),
        counted(size.models, "model"),
        size.sources.map_or(String::new(), |sources| format!(
            " in {}",
            counted(sources, "source")
        ))
    ))?;
    if let Some(as_of) = &report.as_of {
        output::line(&format!(
            "  as of {}; {} asked in all",
            day_and_hour(as_of),
            money(size.asked_usd)
        ))?;
    }
    let verdicts: Vec<String> = size
        .verdicts
        .iter()
        .map(|(verdict, offers)| format!("{verdict} {}", count(*offers)))
        .collect();
    output::line(&format!("  {}", verdicts.join(", ")))?;
    if !report.movers.is_empty() {
        let told_at = report.moved_at.as_deref().map(day).unwrap_or_default();
        output::line(&format!("\nlargest price moves, as told on {told_at}:"))?;
        let rows = report.movers.iter().map(|it| {
            vec![
                money(it.old_price),
                money(it.new_price),
                format!("{:+.1} %", it.percent),
                it.name.clone(),
                it.title.clone(),
            ]
        });
        output::draw(&output::fitted_table(
            &["was", "now", "change", "model", "offer"],
            &[0, 1, 2],
            rows.collect(),
        ))?;
    }
    if !report.deals.is_empty() {
        output::line("\ndeals:")?;
        let rows = report.deals.iter().map(|it| {
            vec![
                it.listing_id.to_string(),
                money(it.price),
                money(it.median),
                it.name.clone(),
                it.seller.clone().unwrap_or_default(),
                it.title.clone(),
            ]
        });
        output::draw(&output::fitted_table(
            &["listing", "price", "median", "model", "seller", "offer"],
            &[0, 1, 2],
            rows.collect(),
        ))?;
    }
    models(report)?;
    rows(report)
}

/// `1 source`, `2 sources`.
fn counted(number: u64, what: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{} {what}{end}", count(number))
}

fn models(report: &Report) -> anyhow::Result<()> {
    let mut models: Vec<_> = report.models.iter().collect();
    models.sort_by_key(|model| std::cmp::Reverse(model.offers));
    if models.is_empty() {
        return Ok(());
    }
    output::line(&format!(
        "\nprices, {} of {} models:",
        models.len().min(MODELS),
        models.len()
    ))?;
    let rows = models.iter().take(MODELS).filter_map(|model| {
        let asked = model.asked.as_ref()?;
        Some(vec![
            count(model.offers),
            money(asked.prices.p25),
            money(asked.prices.median),
            interval(asked.prices.median_interval),
            money(asked.prices.p75),
            model
                .median_per_gb
                .map_or(String::new(), |price| number(price, 2)),
            number(asked.median_days, 0),
            model.name.clone(),
        ])
    });
    output::draw(&output::fitted_table(
        &[
            "offers",
            "25 %",
            "median",
            "95 % sure",
            "75 %",
            "$/GB",
            "days",
            "model",
        ],
        &[0, 1, 2, 3, 4, 5, 6],
        rows.collect(),
    ))?;
    Ok(())
}

fn rows(report: &Report) -> anyhow::Result<()> {
    if let Some(coverage) = &report.coverage {
        covered(coverage)?;
    }
    offers_lack(report)
}

fn covered(coverage: &Coverage) -> anyhow::Result<()> {
    output::line(&format!(
        "\nrows: {} in {}",
        count(coverage.rows),
        counted(coverage.imports, "import")
    ))?;
    output::line(&format!(
        "  {} scored, {} unmatched, {} rejected{}",
        count(coverage.scored),
        count(coverage.unmatched),
        count(coverage.rejected),
        coverage.named_share.map_or(String::new(), |share| format!(
            "; {:.1} % of the readable named",
            share * 100.0
        ))
    ))?;
    let told = |counts: &std::collections::BTreeMap<String, u64>| {
        counts
            .iter()
            .map(|(what, rows)| format!("{what} {}", count(*rows)))
            .collect::<Vec<String>>()
    };
    if !coverage.unmatched_by_reason.is_empty() {
        output::list("  unmatched:", &told(&coverage.unmatched_by_reason))?;
    }
    if !coverage.rejected_by_code.is_empty() {
        output::list("  rejected:", &told(&coverage.rejected_by_code))?;
    }
    Ok(())
}

fn offers_lack(report: &Report) -> anyhow::Result<()> {
    if let Some(share) = report.quality.without_condition_share {
        output::line(&format!(
            "  offers that do not say their condition: {:.1} %",
            share * 100.0
        ))?;
    }
    match (
        report.fair_price.typical_error,
        &report.fair_price.off_because,
    ) {
        (Some(error), _) => output::line(&format!(
            "  price by specs: typical error ±{:.0} %, over {} models",
            error * 100.0,
            report.fair_price.models.unwrap_or(0)
        ))?,
        (None, Some(why)) => {
            let parts: Vec<String> = why.split(", ").map(str::to_owned).collect();
            output::list("  price by specs is off:", &parts)?;
        }
        (None, None) => {}
    }
    Ok(())
}
