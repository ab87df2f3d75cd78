//! The report as one HTML file: its styles and charts are in it, and it asks for nothing else.

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};

use super::Report;
use crate::html::STYLES;
use crate::html::chart::{Spot, bar, key, scatter};
use crate::html::parts::{
    change, chip, count, day, day_and_hour, figures, head, interval, money, none, number, section,
    share, short_money, table,
};

pub(crate) fn html(report: &Report) -> String {
    let as_of = report
        .as_of
        .as_deref()
        .map(day_and_hour)
        .unwrap_or_default();
    let page = markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (report.title) " · report" }
                style { (PreEscaped(STYLES)) }
            }
            body {
                main id="main" {
                    (head(&report.title, &markup! { "As of " (as_of) " (UTC). Prices are in US dollars for one card." }, &none(), None))
                    (size(report))
                    @if !report.movers.is_empty() { (movers(report)) }
                    @if !report.deals.is_empty() { (deals(report)) }
                    @if report.models.len() > 2 { (plane(report)) }
                    (models(report))
                    @if report.ladder.len() > 1 { (ladder(report)) }
                    (rows(report))
                }
                footer class="foot" {
                    span { "glyphd " (env!("CARGO_PKG_VERSION")) }
                    span { "registry " (report.registry_version) }
                }
            }
        }
    };
    page.into_string()
}

fn size(report: &Report) -> Markup {
    let size = &report.market;
    let of = |verdict: &str| size.verdicts.get(verdict).copied().unwrap_or(0);
    figures(&[
        (
            "Standing offers",
            markup! { (count(size.offers)) },
            markup! { @if let Some(sources) = size.sources { "in " (count(sources)) " sources" } },
        ),
        ("Models", markup! { (count(size.models)) }, none()),
        (
            "Asked in all",
            markup! { (short_money(size.asked_usd)) },
            none(),
        ),
        ("Deals", markup! { (count(of("deal"))) }, none()),
        ("High", markup! { (count(of("high"))) }, none()),
        ("Suspicious", markup! { (count(of("suspicious"))) }, none()),
    ])
}

fn movers(report: &Report) -> Markup {
    section(
        "movers",
        "Largest price moves",
        &markup! { "As told on " (report.moved_at.as_deref().map(day).unwrap_or_default()) },
        &table(
            "Largest price moves",
            "",
            &[
                ("Offer", "title"),
                ("Model", ""),
                ("Was", "num"),
                ("Now", "num"),
                ("Change", "num"),
            ],
            &markup! {
                @for it in &report.movers {
                    tr {
                        td class="title" { (it.title) }
                        td { (it.name) }
                        td class="num muted" { (money(it.old_price)) }
                        td class="num" { (money(it.new_price)) }
                        td class="num" { (change(it.percent)) }
                    }
                }
            },
        ),
    )
}

fn deals(report: &Report) -> Markup {
    section(
        "deals",
        "Deals",
        &markup! { "The furthest under their comparisons" },
        &table(
            "Deals",
            "",
            &[
                ("Offer", "title"),
                ("Price", "num"),
                ("Median", "num"),
                ("Below", "num"),
                ("Seller", ""),
                ("Why", ""),
            ],
            &markup! {
                @for it in &report.deals {
                    tr {
                        td class="title" {
                            @match it.source_url.as_deref().filter(|url| url.starts_with("http")) {
                                Some(url) => { a href=(url) rel="noreferrer nofollow" { (it.title) } }
                                None => { (it.title) }
                            }
                        }
                        td class="num" { (money(it.price)) }
                        td class="num muted" { (money(it.median)) }
                        td class="num" { (chip("deal", &format!("{:.0} %", (1.0 - it.price / it.median) * 100.0))) }
                        td { (it.seller.as_deref().unwrap_or_default()) }
                        td class="why muted" { (it.text) }
                    }
                }
            },
        ),
    )
}

fn plane(report: &Report) -> Markup {
    let spots: Vec<Spot> = report
        .models
        .iter()
        .filter_map(|model| {
            let asked = model.asked.as_ref()?;
            Some(Spot {
                name: model.name.clone(),
                address: format!("#{}", model.canonical_model),
                capability: model.memory_bandwidth_gb_s?,
                price: asked.prices.median,
                offers: asked.prices.count,
            })
        })
        .collect();
    let label = format!(
        "Median price against memory bandwidth of {} models",
        spots.len()
    );
    section(
        "frontier",
        "Price against bandwidth",
        &none(),
        &markup! {
            (scatter(&label, "memory bandwidth", "GB/s", &spots))
            (key(&[("point on", "no other is as capable and cheaper"), ("point", "others"), ("frontier", "frontier")]))
        },
    )
}

fn models(report: &Report) -> Markup {
    let mut models: Vec<_> = report.models.iter().collect();
    models.sort_by_key(|model| std::cmp::Reverse(model.offers));
    section(
        "models",
        "Prices by model",
        &markup! { "Medians of five offers and fewer are pale" },
        &table(
            "Prices by model",
            "",
            &[
                ("Model", ""),
                ("Offers", "num"),
                ("p10", "num"),
                ("p25", "num"),
                ("Median", "num"),
                ("95 % interval", "num"),
                ("p75", "num"),
                ("p90", "num"),
                ("$/GB", "num"),
                ("Days", "num"),
            ],
            &markup! {
                @for model in models {
                    @if let Some(asked) = &model.asked {
                        @let prices = &asked.prices;
                        tr id=(model.canonical_model) {
                            th scope="row" { (model.name) }
                            td class="num" { (count(model.offers)) }
                            td class="num" { (money(prices.p10)) }
                            td class="num" { (money(prices.p25)) }
                            td class=(if asked.is_few { "num muted" } else { "num" }) { (money(prices.median)) }
                            td class="num muted nowrap" { (interval(prices.median_interval)) }
                            td class="num" { (money(prices.p75)) }
                            td class="num" { (money(prices.p90)) }
                            td class="num" { (model.median_per_gb.map_or(String::new(), |it| number(it, 2))) }
                            td class="num" { (number(asked.median_days, 0)) }
                        }
                    }
                }
            },
        ),
    )
}

fn ladder(report: &Report) -> Markup {
    let most = report.ladder.last().map_or(1.0, |rung| rung.usd_per_gb);
    section(
        "ladder",
        "Dollars per GB of memory",
        &markup! { "At the median, the lowest first" },
        &table(
            "Dollars per GB of memory",
            "",
            &[
                ("Model", ""),
                ("$/GB", "num"),
                ("Bar", ""),
                ("Offers", "num"),
            ],
            &markup! {
                @for rung in &report.ladder {
                    tr {
                        th scope="row" { (rung.name) }
                        td class="num" { (number(rung.usd_per_gb, 2)) }
                        td class="mid" { (bar(&format!("{} $/GB", number(rung.usd_per_gb, 2)), most, &[("fill", rung.usd_per_gb)])) }
                        td class="num" { (count(rung.offers)) }
                    }
                }
            },
        ),
    )
}

fn rows(report: &Report) -> Markup {
    let Some(coverage) = &report.coverage else {
        return none();
    };
    let quality = &report.quality;
    let counts = |label: &str, counts: &std::collections::BTreeMap<String, u64>| {
        table(
            label,
            "",
            &[(label, ""), ("Rows", "num")],
            &markup! {
                @for (what, rows) in counts { tr { th scope="row" class="mono" { (what) } td class="num" { (count(*rows)) } } }
            },
        )
    };
    section(
        "coverage",
        "Coverage and quality",
        &none(),
        &markup! {
            (figures(&[
                ("Rows", markup! { (count(coverage.rows)) }, markup! { "in " (count(coverage.imports)) " imports" }),
                ("Scored", markup! { (count(coverage.scored)) }, markup! { (share(coverage.scored, coverage.rows)) }),
                ("Unmatched", markup! { (count(coverage.unmatched)) }, markup! { (share(coverage.unmatched, coverage.rows)) }),
                ("Rejected", markup! { (count(coverage.rejected)) }, markup! { (share(coverage.rejected, coverage.rows)) }),
                (
                    "Price by specs",
                    markup! { (report.fair_price.typical_error.map_or("off".to_owned(), |it| format!("±{:.0} %", it * 100.0))) },
                    markup! { (report.fair_price.off_because.as_deref().unwrap_or("typical error")) },
                ),
                (
                    "No condition",
                    markup! { (quality.without_condition_share.map_or(String::new(), |it| format!("{:.1} %", it * 100.0))) },
                    markup! { "of the standing offers" },
                ),
            ]))
            div class="cols" {
                @if !coverage.unmatched_by_reason.is_empty() { (counts("Unmatched because", &coverage.unmatched_by_reason)) }
                @if !coverage.rejected_by_code.is_empty() { (counts("Rejected because", &coverage.rejected_by_code)) }
            }
        },
    )
}
