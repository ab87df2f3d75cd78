//! The report as Markdown.

use std::fmt::Write;

use super::Report;
use crate::html::parts::{count, day, day_and_hour, interval, money, number};

/// Rows of the table of models.
const MODELS: usize = 40;

pub(crate) fn markdown(report: &Report) -> String {
    let mut out = format!("# {}\n", escaped(&report.title));
    if let Some(as_of) = &report.as_of {
        let _ = write!(
            out,
            "\nAs of {} (UTC). Prices are in US dollars for one card.\n",
            day_and_hour(as_of)
        );
    }
    let size = &report.market;
    let _ = write!(
        out,
        "\n- {} standing offers of {} models{}\n- asked for those that are compared: {}\n",
        count(size.offers),
        count(size.models),
        size.sources.map_or(String::new(), |sources| format!(
            " in {} sources",
            count(sources)
        )),
        money(size.asked_usd)
    );
    for (verdict, offers) in &size.verdicts {
        let _ = writeln!(out, "- {verdict}: {}", count(*offers));
    }
    if !report.movers.is_empty() {
        let told_at = report.moved_at.as_deref().map(day).unwrap_or_default();
        let _ = write!(
            out,
            "\n## Price moves, as told on {told_at}\n\n| offer | model | was | now | change |\n|---|---|--:|--:|--:|\n"
        );
        for it in &report.movers {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {:+.1} % |",
                escaped(&it.title),
                escaped(&it.name),
                money(it.old_price),
                money(it.new_price),
                it.percent
            );
        }
    }
    if !report.deals.is_empty() {
        out.push_str(
            "\n## Deals\n\n| offer | model | price | median | seller |\n|---|---|--:|--:|---|\n",
        );
        for it in &report.deals {
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {} |",
                escaped(&it.title),
                escaped(&it.name),
                money(it.price),
                money(it.median),
                escaped(it.seller.as_deref().unwrap_or_default())
            );
        }
    }
    models(&mut out, report);
    if report.ladder.len() > 1 {
        out.push_str("\n## Dollars per GB\n\n| model | $/GB | offers |\n|---|--:|--:|\n");
        for rung in &report.ladder {
            let _ = writeln!(
                out,
                "| {} | {} | {} |",
                escaped(&rung.name),
                number(rung.usd_per_gb, 2),
                count(rung.offers)
            );
        }
    }
    rows(&mut out, report);
    out
}

fn models(out: &mut String, report: &Report) {
    let mut models: Vec<_> = report.models.iter().collect();
    models.sort_by_key(|model| std::cmp::Reverse(model.offers));
    if models.is_empty() {
        return;
    }
    out.push_str(
        "\n## Prices by model\n\n| model | offers | 25 % | median | 95 % sure | 75 % | $/GB | days |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for model in models.iter().take(MODELS) {
        let Some(asked) = &model.asked else { continue };
        let prices = &asked.prices;
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            escaped(&model.name),
            count(model.offers),
            money(prices.p25),
            money(prices.median),
            interval(prices.median_interval),
            money(prices.p75),
            model
                .median_per_gb
                .map_or(String::new(), |price| number(price, 2)),
            number(asked.median_days, 0),
        );
    }
    if models.len() > MODELS {
        let _ = writeln!(
            out,
            "\nThe {MODELS} models with the most offers of {}.",
            models.len()
        );
    }
}

fn rows(out: &mut String, report: &Report) {
    out.push_str("\n## Coverage and quality\n\n");
    if let Some(coverage) = &report.coverage {
        let _ = writeln!(
            out,
            "- {} rows in {} imports: {} scored, {} unmatched, {} rejected",
            count(coverage.rows),
            count(coverage.imports),
            count(coverage.scored),
            count(coverage.unmatched),
            count(coverage.rejected)
        );
        if let Some(share) = coverage.named_share {
            let _ = writeln!(
                out,
                "- named of the rows that could be read: {:.1} %",
                share * 100.0
            );
        }
        for (reason, rows) in &coverage.unmatched_by_reason {
            let _ = writeln!(out, "- unmatched, `{reason}`: {}", count(*rows));
        }
        for (code, rows) in &coverage.rejected_by_code {
            let _ = writeln!(out, "- rejected, `{code}`: {}", count(*rows));
        }
    }
    if let Some(share) = report.quality.without_condition_share {
        let _ = writeln!(
            out,
            "- offers that do not say their condition: {:.1} %",
            share * 100.0
        );
    }
    let _ = writeln!(
        out,
        "- models with too few offers for a verdict of their own: {}",
        count(report.quality.thin_models)
    );
    match (
        &report.fair_price.typical_error,
        &report.fair_price.off_because,
    ) {
        (Some(error), _) => {
            let models = report.fair_price.models.unwrap_or(0);
            let _ = writeln!(
                out,
                "- price by specs: typical error ±{:.0} %, over {models} models",
                error * 100.0
            );
        }
        (None, Some(why)) => {
            let _ = writeln!(out, "- price by specs is off: {why}");
        }
        (None, None) => {}
    }
    let _ = writeln!(out, "- registry {}", report.registry_version);
}

/// Text from outside must not end a cell, nor be taken for markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() {
            out.push(' ');
            continue;
        }
        if matches!(
            letter,
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#'
        ) {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_stays_within_its_cell() {
        assert_eq!(escaped("a|b\n<c> RTX_A"), "a\\|b \\<c\\> RTX\\_A");
    }
}
