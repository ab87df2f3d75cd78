//! One offer: the words that named its card, what is said of its price and why, its score, its price over time.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use glyph_core::market::comparison::{Beside, Scope};
use glyph_core::score::Score;
use glyph_store::history::{Observation, OfferHistory};
use glyph_store::import::ImportRecord;
use glyph_store::listing::ListingRecord;
use glyph_store::store::Store;
use maud::{Markup, html};

use super::frame::{Place, Shown, page, waiting};
use super::imports::{file_name, name_of};
use super::offer::{lot_remark, title};
use crate::clock;
use crate::html::chart::{Dot, bar, course, strip};
use crate::html::parts::{
    change, chip, condition, count, day, facts, figures, head, import_address, interval,
    model_address, money, none, number, price, table,
};
use crate::http::context::Context;
use crate::http::picture::{Picture, picture};
use crate::http::problem::{Code, Problem};
use crate::http::v1::listings::score_of;
use crate::market::{Judged, ModelFigures};
use crate::names::Names;

/// Sights that the page shows.
const SIGHTS_SHOWN: usize = 50;

/// A listing with what the database has around it.
struct Around {
    listing: ListingRecord,
    import: Option<ImportRecord>,
    history: OfferHistory,
}

pub(crate) async fn show(
    State(context): State<Context>,
    uri: Uri,
    Path(wanted): Path<String>,
) -> Result<Response, Shown> {
    let unknown = || {
        Problem::new(
            Code::ListingUnknown,
            format!("there is no listing `{wanted}`: the import that held it may have been undone"),
        )
    };
    let id: i64 = wanted.parse().map_err(|_| unknown())?;
    let Some(picture) = picture(&context).await? else {
        return Ok(waiting(
            Place::Listing,
            &uri,
            context.names.registry.version(),
        ));
    };
    let around = context
        .database
        .read(move |store| {
            let Some(listing) = store.find_listing(id)? else {
                return Ok(None);
            };
            let import = match &listing.import_id {
                Some(import_id) => store.find_import(import_id)?,
                None => None,
            };
            Ok(Some(Around {
                history: store.offer_history(id)?,
                listing,
                import,
            }))
        })
        .await?;
    let around = around.ok_or_else(unknown)?;
    let names = Arc::clone(&context.names);
    let listing = &around.listing;
    let name = names.model_name(&listing.canonical_model);
    let below = html! {
        "Named " a href=(model_address(&listing.canonical_model)) { (name) } "."
        @if let Some(seen_at) = &listing.seen_at { " Seen " (day(seen_at)) }
        @if around.import.is_some() { " in " (row_link(&around)) }
        @if let Some(last) = around.history.sights.last().filter(|_| around.history.is_former(listing)) {
            ". A former price: last asked " (price(last.unit_price))
        }
        @if let Some(gone_since) = &around.history.gone_since { ". " strong { "Gone since " (day(gone_since)) } }
    };
    let main = html! {
        (head(
            title(listing),
            &below,
            &html! { a class="button" href={ "/api/v1/listings/" (listing.id) } { "JSON" } },
            Some(("/listings", "Listings")),
        ))
        (offer(&around, &picture, &names))
    };
    Ok(page(
        title(listing),
        Place::Listing,
        names.registry.version(),
        &main,
    ))
}

fn row_link(around: &Around) -> Markup {
    let (Some(import), Some(index)) = (&around.import, around.listing.import_index) else {
        return none();
    };
    html! {
        a href={ (import_address(&import.import_id)) "?from=" (index) } {
            "row " (count(index)) " of " (name_of(import))
        }
    }
}

/// All that is known of an offer; it stands on its page, and in the row that it opens in.
fn offer(around: &Around, picture: &Picture, names: &Names) -> Markup {
    let listing = &around.listing;
    let market = &picture.market;
    let name = names.model_name(&listing.canonical_model);
    let is_former = around.history.is_former(listing);
    let judged = market.judge(listing, name).filter(|_| !is_former);
    let profile = around
        .import
        .as_ref()
        .and_then(|import| import.scoring_profile.as_deref());
    let score = score_of(listing, profile, names);
    html! {
        article class="offer stack-form" {
            (reading(listing))
            (figures(&[
                ("Unit price", html! { (price(listing.unit_price)) }, lot_remark(listing)),
                ("Verdict", verdict(judged.as_ref()), below_median(judged.as_ref())),
                (
                    "Score",
                    html! { (format!("{:.1}", listing.score)) },
                    html! { "profile " (profile.unwrap_or("unknown")) },
                ),
                (
                    "Per GB",
                    html! { (listing.price_per_gb.map_or(crate::html::parts::NOTHING.to_owned(), money)) },
                    html! { @if let Some(memory) = listing.vram_gb { (number(memory, 1)) " GB" } },
                ),
                (
                    "Confidence",
                    html! { (listing.confidence.map_or(crate::html::parts::NOTHING.to_owned(), |it| format!("{it:.2}"))) },
                    html! { "of the card's name" },
                ),
            ]))
            div class="cols" {
                (why(listing, judged.as_ref(), market.model(&listing.canonical_model), is_former))
                @if let Some(score) = &score { (terms(score)) }
            }
            (over_time(listing, &around.history))
            div class="cols" { (card(listing, names)) (as_listed(around)) }
        }
    }
}

/// The title with the words marked that decided.
fn reading(listing: &ListingRecord) -> Markup {
    #[derive(serde::Deserialize)]
    struct Word {
        start: usize,
        end: usize,
        says: String,
    }
    let title = title(listing);
    let mut words: Vec<Word> = listing
        .evidence
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    words.sort_by_key(|word| word.start);
    let mut at = 0;
    let mut pieces: Vec<(&str, Option<String>)> = Vec::new();
    for word in words {
        let (Some(plain), Some(marked)) =
            (title.get(at..word.start), title.get(word.start..word.end))
        else {
            continue;
        };
        pieces.push((plain, None));
        pieces.push((marked, Some(word.says)));
        at = word.end;
    }
    pieces.push((title.get(at..).unwrap_or_default(), None));
    html! {
        p class="reading" {
            @for (text, says) in pieces {
                @match says {
                    Some(says) => { ruby { mark { (text) } rt { (says) } } }
                    None => { (text) }
                }
            }
        }
    }
}

fn verdict(judged: Option<&Judged>) -> Markup {
    judged.map_or_else(
        || chip("none", "none"),
        |judged| chip(judged.verdict.call.as_str(), judged.verdict.call.as_str()),
    )
}

fn below_median(judged: Option<&Judged>) -> Markup {
    let ratio = judged.and_then(|judged| judged.verdict.of_median);
    html! {
        @if let Some(ratio) = ratio {
            @let percent = (ratio - 1.0) * 100.0;
            @if percent.abs() < 0.5 { "at the median" }
            @else { (format!("{:.0} % {} the median", percent.abs(), if percent < 0.0 { "below" } else { "above" })) }
        } @else { "nothing to compare it with" }
    }
}

fn group_name(beside: &Beside, listing: &ListingRecord) -> String {
    let own = condition(listing.condition.as_deref());
    let own = if own.is_empty() {
        "condition not said"
    } else {
        &own
    };
    match beside.scope {
        Scope::ModelAndCondition => format!("this model, {own}"),
        Scope::Model => format!("this model in all conditions, as {own}"),
        Scope::Specs => "a fit over the specs of all models".to_owned(),
    }
}

fn why(
    listing: &ListingRecord,
    judged: Option<&Judged>,
    model: Option<&ModelFigures>,
    is_former: bool,
) -> Markup {
    let beside = judged.and_then(|judged| judged.verdict.beside);
    html! {
        section {
            header { h2 { "Why " (judged.map_or("no verdict", |judged| judged.verdict.call.as_str())) } }
            @if let Some(judged) = judged {
                @let (reason, beside) = judged.text.split_once("; ").unwrap_or((&judged.text, ""));
                ul {
                    li { (capitalised(reason)) "." }
                    @if !beside.is_empty() { li { (beside) "." } }
                }
            } @else {
                p class="muted" {
                    @if is_former { "A price that is no longer asked is not compared with those of today." }
                    @else { "Too few offers of this card stand in the market, or the price is not that of the card alone." }
                }
            }
            @if let Some(beside) = &beside {
                @let others = &beside.others;
                (strip(listing.unit_price, others.p10, others.p25, others.median, others.p75, others.p90))
            }
            @if beside.is_some() || model.is_some_and(|model| !model.groups.is_empty()) {
                h2 { "Compared with" }
                (comparisons(listing, beside.as_ref(), model))
            }
        }
    }
}

/// The name of a score's term as the field writes it.
fn term_name(name: &str) -> String {
    let spaced = capitalised(&name.replace('_', " "));
    [
        ("Fp", "FP"),
        ("Int8", "INT8"),
        ("Nvlink", "NVLink"),
        ("Mig", "MIG"),
    ]
    .into_iter()
    .find_map(|(begins, right)| Some(format!("{right}{}", spaced.strip_prefix(begins)?)))
    .unwrap_or(spaced)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn comparisons(
    listing: &ListingRecord,
    beside: Option<&Beside>,
    model: Option<&ModelFigures>,
) -> Markup {
    let row = |name: &str, prices: &glyph_core::market::distribution::Distribution| {
        html! {
            tr {
                th scope="row" { (name) }
                td class="num" { (count(prices.count)) }
                td class="num" { (money(prices.p10)) }
                td class="num" { (money(prices.p25)) }
                td class="num" { (money(prices.median)) }
                td class="num muted nowrap" { (interval(prices.median_interval)) }
                td class="num" { (money(prices.p75)) }
                td class="num" { (money(prices.p90)) }
                td class="num" { (change((listing.unit_price / prices.median - 1.0) * 100.0)) }
            }
        }
    };
    table(
        "Comparisons",
        "",
        &[
            ("Group", ""),
            ("n", "num"),
            ("p10", "num"),
            ("p25", "num"),
            ("Median", "num"),
            ("95 % interval", "num"),
            ("p75", "num"),
            ("p90", "num"),
            ("This offer", "num"),
        ],
        &html! {
            @if let Some(beside) = beside { (row(&group_name(beside, listing), &beside.others)) }
            @if let Some(asked) = model.and_then(|model| model.asked.as_ref()).filter(|asked| asked.prices.count > 1) { (row("all asked of this model", &asked.prices)) }
            @if let Some(sold) = model.and_then(|model| model.sold.as_ref()).filter(|sold| sold.prices.count > 1) { (row("all sold of this model", &sold.prices)) }
        },
    )
}

fn terms(score: &Score) -> Markup {
    let rows = html! {
        @for term in &score.terms {
            tr {
                th scope="row" class="nowrap" { (term_name(term.name)) }
                td class="num" { (format!("{:.2}", term.points)) }
                td class="num muted" { (term.most.map_or(String::new(), |most| number(most, 1))) }
                td class="mid" {
                    @if let Some(most) = term.most {
                        (bar(&format!("{:.2} of {}", term.points, number(most, 1)), most, &[("fill", term.points)]))
                    }
                }
                td class="why muted" { (term.reason) }
            }
        }
    };
    html! {
        section {
            header {
                h2 { "Score, " (format!("{:.1}", score.value)) " of 100" }
                p {
                    (money(score.counted_price_usd)) " a card counts"
                    @if (score.condition_factor - 1.0).abs() > 1e-9 {
                        ": the price times " (score.condition_factor) " for the condition"
                    }
                }
            }
            (table("Score terms", "", &[("Term", ""), ("Points", "num"), ("Of", "num"), ("Share", ""), ("From", "")], &rows))
        }
    }
}

fn over_time(listing: &ListingRecord, history: &OfferHistory) -> Markup {
    // A source may repeat a row within an import.
    let mut sights: Vec<&Observation> = history.sights.iter().collect();
    sights.dedup_by(|one, other| {
        one.import_id == other.import_id && one.unit_price.to_bits() == other.unit_price.to_bits()
    });
    let dots: Vec<Dot> = sights[sights.len().saturating_sub(SIGHTS_SHOWN)..]
        .iter()
        .filter_map(|sight| {
            let seen_at = sight.seen_at.as_deref()?;
            let at = clock::last_second_of(seen_at).ok()?;
            Some(Dot {
                at,
                price: sight.unit_price,
                tip: format!("{}: {}", day(seen_at), price(sight.unit_price)),
            })
        })
        .collect();
    let label = format!(
        "Price of this offer over {} sights, now {}",
        sights.len(),
        price(listing.unit_price)
    );
    html! {
        section {
            header {
                h2 { "Price over time" }
                p {
                    (sights.len()) (if sights.len() == 1 { " sight" } else { " sights" })
                    @if sights.len() > SIGHTS_SHOWN { ", the last " (SIGHTS_SHOWN) " shown" }
                    @if history.relisted > 0 { ", came back " (history.relisted) " ×" }
                }
            }
            @if dots.len() > 1 { (course(&label, 180, &[], &dots)) }
            details open[sights.len() < 6] {
                summary { "The sights" }
                (table(
                    "Sights of this offer",
                    "",
                    &[("Seen", ""), ("Unit price", "num"), ("Change", "num"), ("Score", "num"), ("Import", ""), ("Row", "num")],
                    &html! {
                        @for (place, sight) in sights.iter().enumerate().rev().take(SIGHTS_SHOWN) {
                            @let before = place.checked_sub(1).and_then(|place| sights.get(place));
                            tr {
                                td { (sight.seen_at.as_deref().map_or(String::new(), day)) }
                                td class="num" { (price(sight.unit_price)) }
                                td class="num" {
                                    @match before {
                                        Some(before) if (before.unit_price - sight.unit_price).abs() > 0.004 => {
                                            (change((sight.unit_price / before.unit_price - 1.0) * 100.0))
                                        }
                                        _ => { span class="muted" { "–" } }
                                    }
                                }
                                td class="num" { (format!("{:.1}", sight.score)) }
                                td {
                                    @if let Some(import_id) = &sight.import_id {
                                        a href=(import_address(import_id)) { (file_name(sight.source_name.as_deref()).unwrap_or(import_id)) }
                                    } @else { span class="muted" { "old program" } }
                                }
                                td class="num" { (sight.import_index.map_or(String::new(), count)) }
                            }
                        }
                    },
                ))
            }
        }
    }
}

fn card(listing: &ListingRecord, names: &Names) -> Markup {
    let Some(id) = names.registry.find(&listing.canonical_model) else {
        return none();
    };
    let model = names.registry.model(id);
    let unknown = || html! { span class="muted" { "not known" } };
    let known = |value: Option<f64>, unit: &str| {
        value.map_or_else(unknown, |value| html! { (number(value, 1)) " " (unit) })
    };
    html! {
        section {
            header { h2 { "Card" } p { a href=(model_address(&model.canonical_model)) { (model.model) } } }
            (facts(&[
                ("Memory", html! { (known(model.memory_gb, "GB")) " " (model.memory_type.as_deref().unwrap_or_default()) }),
                ("Bandwidth", known(model.memory_bandwidth_gb_s, "GB/s")),
                ("FP16, dense", known(model.fp16_tensor_tflops_dense, "TFLOPS")),
                ("FP32", known(model.fp32_tflops, "TFLOPS")),
                ("Power", known(model.tdp_w.map(f64::from), "W")),
                ("Form", model.form.map_or_else(unknown, |form| html! { (form.as_str()) })),
            ]))
        }
    }
}

fn as_listed(around: &Around) -> Markup {
    let listing = &around.listing;
    let text = |value: &Option<String>| {
        value.as_ref().map_or_else(
            || html! { span class="muted" { "not said" } },
            |value| html! { (value) },
        )
    };
    html! {
        section {
            header { h2 { "As listed" } }
            (facts(&[
                ("Seller", listing.seller.as_ref().map_or_else(
                    || text(&None),
                    |seller| html! { a href={ "/listings?seller=" (crate::html::parts::encoded(seller)) } { (seller) } },
                )),
                ("Address", address(listing.source_url.as_deref())),
                ("Condition", html! { (condition(listing.condition.as_deref())) }),
                ("Region", text(&listing.region)),
                ("Quantity", html! {
                    (listing.quantity.map_or("not said".to_owned(), |quantity| quantity.to_string()))
                    @if let Some(least) = listing.min_order_qty { ", at least " (least) }
                }),
                ("Price as given", html! {
                    (as_given(listing))
                }),
                ("Notes", text(&listing.notes)),
                ("Row", row_link(around)),
            ]))
        }
    }
}

/// The price as its source wrote it, with its currency where the text does not say it.
fn as_given(listing: &ListingRecord) -> String {
    let given = listing.price_as_given.as_deref().unwrap_or_default();
    let is_bare = given
        .chars()
        .all(|letter| letter.is_ascii_digit() || ".,' ".contains(letter));
    match &listing.currency {
        Some(currency) if is_bare => format!("{given} {currency}"),
        _ => given.to_owned(),
    }
}

/// A link where it is one of the web; any other text as it is.
fn address(url: Option<&str>) -> Markup {
    let Some(url) = url else {
        return html! { span class="muted" { "not said" } };
    };
    let shown = url
        .trim_start_matches("https://")
        .trim_start_matches("http://");
    html! {
        @if url.starts_with("https://") || url.starts_with("http://") {
            a href=(url) rel="noreferrer nofollow" { (shown) }
        } @else { (url) }
    }
}
