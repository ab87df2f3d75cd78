//! Listings by filters that live in the address.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use glyph_core::market::verdict::Call;
use glyph_store::listing::{ListingFilter, ListingPlace, ListingRecord, ListingSort};
use glyph_store::sqlite::SqliteStore;
use glyph_store::store::Store;
use maud::{Markup, html};

use super::frame::{Place, Shown, page, waiting};
use super::given::Given;
use super::offer::{Sortable, offers_table};
use crate::html::parts::{condition, count, head, none};
use crate::http::context::Context;
use crate::http::picture::{Picture, picture};
use crate::http::problem::{Code, Problem};
use crate::http::v1::listings::{Sort, cursor_of, place_of};
use crate::names::Names;

/// Offers of a page.
const PAGE_SIZE: usize = 50;

/// Offers called so that are read to find a page of those that the other filters let through.
const MOST_READ: usize = 20_000;

/// The names of filters, as they stand in the address, and how a person reads them.
const FILTERS: [(&str, &str); 10] = [
    ("q", "Title"),
    ("model", "Model"),
    ("condition", "Condition"),
    ("verdict", "Verdict"),
    ("region", "Region"),
    ("seller", "Seller"),
    ("min_price", "Price from $"),
    ("max_price", "Price to $"),
    ("min_score", "Score from"),
    ("history", "Former prices too"),
];

const CONDITIONS: [&str; 5] = ["new", "open_box", "refurbished", "used", "for_parts"];

/// What is found, and where the next page begins.
struct Found {
    listings: Vec<ListingRecord>,
    next: Option<String>,
}

/// What is to be said of the offers.
#[derive(Clone, Copy)]
enum Wanted {
    Anything,
    Nothing,
    This(Call),
}

/// What an address asks for.
struct Asked {
    filter: ListingFilter,
    sort: Sort,
    verdict: Wanted,
    after: Option<String>,
    /// Only what stands in the market, and each offer once.
    only_standing: bool,
    is_sorted: bool,
}

pub(crate) async fn show(
    State(context): State<Context>,
    uri: Uri,
    given: Given,
) -> Result<Response, Shown> {
    let names = &context.names;
    let mut asked = asked_of(&given, names)?;
    let Some(picture) = picture(&context).await? else {
        return Ok(waiting(Place::Listings, &uri, names.registry.version()));
    };
    // What was imported since the market was looked through is not in it yet.
    asked.only_standing &= picture.version == context.database.version()?;
    let looking = std::sync::Arc::clone(&picture);
    let found = context
        .database
        .read(move |store| match asked.verdict {
            Wanted::Anything => page_of(store, &looking, &asked),
            Wanted::Nothing => judged_page(store, &looking, &asked, None),
            Wanted::This(call) => judged_page(store, &looking, &asked, Some(call)),
        })
        .await?;
    let main = html! {
        (head("Listings", &none(), &none(), None))
        (filters(&given, &picture))
        div id="results" class="stack-form" tabindex="-1" { (results(&given, &found, &picture, names)) }
    };
    Ok(page(
        "Listings",
        Place::Listings,
        names.registry.version(),
        &main,
    ))
}

fn asked_of(given: &Given, names: &Names) -> Result<Asked, Problem> {
    let text = |name: &str| given.get(name).map(str::to_owned);
    let number = |name: &str| match given.get(name) {
        None => Ok(None),
        Some(text) => given
            .number(name)
            .map(Some)
            .ok_or_else(|| invalid(name, text, "no number")),
    };
    let verdict = match given.get("verdict") {
        None => Wanted::Anything,
        Some("none") => Wanted::Nothing,
        Some(word) => {
            let call = Call::ALL.into_iter().find(|call| call.as_str() == word);
            Wanted::This(call.ok_or_else(|| invalid("verdict", word, "no verdict"))?)
        }
    };
    let sort = match given.get("sort") {
        Some("price") => Sort::Price,
        Some("price_desc") => Sort::PriceDesc,
        Some("per_gb") => Sort::PerGb,
        Some("newest") => Sort::Newest,
        None | Some("score") => Sort::Score,
        Some(word) => return Err(invalid("sort", word, "no order")),
    };
    let only_standing = given.get("history").is_none();
    Ok(Asked {
        filter: ListingFilter {
            model: given
                .get("model")
                .map(|model| names.canonical(model).to_owned()),
            min_price: number("min_price")?,
            max_price: number("max_price")?,
            min_score: number("min_score")?,
            region: text("region"),
            condition: text("condition"),
            seller: text("seller"),
            // Words are parted by whatever is neither a letter nor a digit: `RTX-3090` stands in titles as `RTX 3090`.
            text: given
                .get("q")
                .map(|words| words.replace(|letter: char| !letter.is_alphanumeric(), " ")),
            only_current: only_standing,
            sort: sort.of_the_store(),
            ..ListingFilter::default()
        },
        sort,
        verdict,
        after: text("after"),
        only_standing,
        is_sorted: given.get("sort").is_some(),
    })
}

fn invalid(name: &str, text: &str, what: &str) -> Problem {
    Problem::of_parameter(Code::ParameterInvalid, name, format!("`{text}` is {what}"))
}

/// Rows that are read at a time to find those that stand.
const BATCH: u64 = 200;

fn page_of(store: &SqliteStore, picture: &Picture, asked: &Asked) -> Result<Found, Problem> {
    let mut after = match &asked.after {
        Some(cursor) => {
            let place = place_of(cursor, asked.sort).ok_or_else(Problem::unknown_cursor)?;
            Some(place)
        }
        None => None,
    };
    let only_standing = asked.only_standing;
    let mut listings: Vec<ListingRecord> = Vec::new();
    let mut read = 0;
    let mut last_read = None;
    loop {
        let filter = ListingFilter {
            after: after.clone(),
            limit: if only_standing {
                BATCH
            } else {
                PAGE_SIZE as u64 + 1
            },
            ..asked.filter.clone()
        };
        let batch = store.list_listings(&filter)?;
        let is_last = (batch.len() as u64) < filter.limit;
        read += batch.len();
        for listing in batch {
            after = Some(ListingPlace::of(&listing, asked.filter.sort));
            last_read = Some(cursor_of(&listing, asked.sort));
            if !only_standing || picture.market.find(listing.id).is_some() {
                listings.push(listing);
            }
        }
        if is_last || listings.len() > PAGE_SIZE || read >= MOST_READ {
            break;
        }
    }
    let has_more = listings.len() > PAGE_SIZE;
    listings.truncate(PAGE_SIZE);
    let next = if has_more {
        listings.last().map(|last| cursor_of(last, asked.sort))
    } else {
        // So many rows were read that no longer stand: the next page goes on behind them.
        last_read.filter(|_| read >= MOST_READ)
    };
    Ok(Found { listings, next })
}

/// Offers of one verdict: which they are is known without the database, the rest is read from it.
fn judged_page(
    store: &SqliteStore,
    picture: &Picture,
    asked: &Asked,
    wanted: Option<Call>,
) -> Result<Found, Problem> {
    let filter = &asked.filter;
    let market = &picture.market;
    let mut ids: Vec<(bool, f64, i64)> = market
        .judged()
        .filter(|(standing, call)| {
            let name = market.standing.models.get(standing.offer.model as usize);
            *call == wanted && (filter.model.is_none() || filter.model.as_ref() == name)
        })
        .map(|(standing, _)| {
            let offer = &standing.offer;
            let whole = offer.unit_price * f64::from(offer.lot_size);
            let key = match filter.sort {
                ListingSort::Cheapest => whole,
                ListingSort::Dearest => -whole,
                ListingSort::CheapestMemory => market
                    .memory_gb(offer.model)
                    .map_or(f64::INFINITY, |memory| offer.unit_price / memory),
                ListingSort::Newest => -(standing.last_seen as f64),
                _ if wanted == Some(Call::Deal) && !asked.is_sorted => {
                    market.of_median(offer).unwrap_or(f64::INFINITY)
                }
                _ => -standing.score,
            };
            // What says itself that it is broken comes last.
            (standing.offer.is_for_parts(), key, standing.id)
        })
        .collect();
    ids.sort_by(|one, other| {
        let by = one.0.cmp(&other.0).then(one.1.total_cmp(&other.1));
        by.then(one.2.cmp(&other.2))
    });
    let passed = match &asked.after {
        Some(place) => place.parse().map_err(|_| Problem::unknown_cursor())?,
        None => 0,
    };
    let mut listings = Vec::new();
    let mut at = passed;
    for (_, _, id) in ids.iter().skip(passed).take(MOST_READ) {
        if listings.len() == PAGE_SIZE {
            return Ok(Found {
                listings,
                next: Some(at.to_string()),
            });
        }
        at += 1;
        if let Some(listing) = store.find_listing(*id)?
            && lets_through(filter, &listing)
        {
            listings.push(listing);
        }
    }
    let next = (passed.saturating_add(MOST_READ) < ids.len()).then(|| at.to_string());
    Ok(Found { listings, next })
}

fn lets_through(filter: &ListingFilter, listing: &ListingRecord) -> bool {
    let same = |wanted: &Option<String>, value: &Option<String>| {
        wanted.as_ref().is_none_or(|wanted| {
            value
                .as_ref()
                .is_some_and(|value| value.eq_ignore_ascii_case(wanted))
        })
    };
    let title = listing
        .title
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let has_words = filter.text.as_deref().is_none_or(|text| {
        text.to_ascii_lowercase()
            .split_whitespace()
            .all(|word| title.contains(word))
    });
    has_words
        && same(&filter.region, &listing.region)
        && same(&filter.condition, &listing.condition)
        && same(&filter.seller, &listing.seller)
        && filter.min_price.is_none_or(|least| listing.price >= least)
        && filter.max_price.is_none_or(|most| listing.price <= most)
        && filter.min_score.is_none_or(|least| listing.score >= least)
}

fn results(given: &Given, found: &Found, picture: &Picture, names: &crate::names::Names) -> Markup {
    if found.listings.is_empty() && found.next.is_none() {
        return nothing_found(given, picture);
    }
    let is_first = given.get("after").is_none();
    let shown = found.listings.len() as u64;
    let is_filtered = FILTERS.iter().any(|(name, _)| given.get(name).is_some());
    let order = match given.get("sort") {
        Some("price") => "cheapest first",
        Some("price_desc") => "dearest first",
        Some("per_gb") => "cheapest gigabyte first",
        Some("newest") => "newest first",
        _ if given.get("verdict") == Some("deal") => "furthest under the others first",
        _ => "best score first",
    };
    html! {
        div class="actions" {
            p id="count" {
                @if is_first && found.next.is_none() {
                    strong { (count(shown)) } (if shown == 1 { " listing" } else { " listings" }) ", " (order)
                } @else if is_first && !is_filtered {
                    "The first " strong { (shown) } " of " strong { (count(picture.market.standing.offers.len() as u64)) }
                    ", " (order)
                } @else if is_first {
                    "The first " strong { (shown) } ", " (order)
                } @else {
                    strong { (shown) } " more, " (order)
                }
            }
            (filter_tags(given))
        }
        (offers_table("Listings", &found.listings, picture, names, &sortable(given)))
        @if let Some(next) = &found.next {
            @let address = given.with("/listings", "after", Some(next));
            nav class="actions pager" aria-label="Pages" {
                a class="button" rel="next" href=(address) hx-get=(address) hx-target="#results" hx-select="#results"
                    hx-swap="outerHTML show:#results:top" hx-push-url="true" { "Next " (PAGE_SIZE) }
            }
        }
    }
}

fn nothing_found(given: &Given, picture: &Picture) -> Markup {
    html! {
        p id="count" class="sr" { "No listings" }
        div class="empty" {
            @if picture.imports.is_empty() {
                h2 { "Nothing is imported yet" }
                div class="actions" { a class="button primary" href="/import" { "Import a file" } }
            } @else {
                h2 { "No listing matches" }
                (filter_tags(given))
                div class="actions" {
                    a class="button" href="/listings" { "Clear all filters" }
                    @if given.get("history").is_none() {
                        a class="button" href=(given.with("/listings", "history", Some("all"))) { "Look at former prices too" }
                    }
                }
            }
        }
    }
}

fn filter_tags(given: &Given) -> Markup {
    let used: Vec<(&str, &str, &str)> = FILTERS
        .iter()
        .filter_map(|(name, label)| Some((*name, *label, given.get(name)?)))
        .collect();
    html! {
        @if !used.is_empty() {
            ul class="tags" aria-label="Filters in use" {
                @for (name, label, value) in used {
                    li {
                        a class="remove" href=(given.with("/listings", name, None)) {
                            span class="sr" { "Remove " }
                            @if name == "history" { (label) }
                            @else if name == "condition" { (label) ": " (condition(Some(value))) }
                            @else { (label) ": " (value) }
                        }
                    }
                }
            }
        }
    }
}

fn sortable(given: &Given) -> Vec<Sortable> {
    let sort = given.get("sort").unwrap_or_default();
    let by = |column: &'static str, name: &str, is_now: bool, how: &'static str| {
        let address = given.with("/listings", "sort", Some(name));
        (column, address, is_now.then_some(how))
    };
    vec![
        by(
            "Score",
            "score",
            sort.is_empty() || sort == "score",
            "descending",
        ),
        if sort == "price" {
            by("Price", "price_desc", true, "ascending")
        } else {
            by("Price", "price", sort == "price_desc", "descending")
        },
        by("$/GB", "per_gb", sort == "per_gb", "ascending"),
        by("Seen", "newest", sort == "newest", "descending"),
    ]
}

fn option(value: &str, name: &str, chosen: Option<&str>) -> Markup {
    html! { option value=(value) selected[chosen.unwrap_or_default() == value] { (name) } }
}

fn filters(given: &Given, picture: &Picture) -> Markup {
    let value = |name: &str| given.get(name).unwrap_or_default().to_owned();
    html! {
        form class="filters" id="filters" method="get" action="/listings" role="search" aria-label="Filter listings"
            hx-get="/listings" hx-target="#results" hx-select="#results" hx-swap="outerHTML" hx-push-url="true"
            hx-trigger="change, submit, input changed delay:300ms from:#q" hx-indicator="#results" hx-sync="this:replace" {
            div class="fields" {
                div class="wider" {
                    label for="q" { "Words in the title" }
                    input id="q" name="q" type="search" value=(value("q")) autocomplete="off" data-search;
                }
                div {
                    label for="sort" { "Sort by" }
                    select id="sort" name="sort" {
                        @for (name, label) in [
                            ("", "Best score"), ("price", "Lowest price"), ("price_desc", "Highest price"),
                            ("per_gb", "Lowest $/GB"), ("newest", "Newest"),
                        ] { (option(name, label, given.get("sort"))) }
                    }
                }
                div class="actions" { button type="submit" { "Apply" } }
            }
            details class="more-filters" open {
                summary { "Filters" }
                div class="fields" {
                    div class="wide" {
                        label for="model" { "Model" }
                        input id="model" name="model" list="models" value=(value("model")) autocomplete="off";
                        datalist id="models" {
                            @for model in &picture.market.models { option value=(model.canonical_model) {} }
                        }
                    }
                    div {
                        label for="condition" { "Condition" }
                        select id="condition" name="condition" {
                            (option("", "Any", given.get("condition")))
                            @for name in CONDITIONS { (option(name, &condition(Some(name)), given.get("condition"))) }
                        }
                    }
                    div {
                        label for="verdict" { "Verdict" }
                        select id="verdict" name="verdict" {
                            (option("", "Any", given.get("verdict")))
                            @for call in Call::ALL { (option(call.as_str(), call.as_str(), given.get("verdict"))) }
                            (option("none", "none", given.get("verdict")))
                        }
                    }
                    div {
                        label for="region" { "Region" }
                        input id="region" name="region" value=(value("region")) autocomplete="off" placeholder="as US or EU";
                    }
                    div {
                        label for="seller" { "Seller" }
                        input id="seller" name="seller" value=(value("seller")) autocomplete="off";
                    }
                    fieldset {
                        legend class="label-row" { "Price, $" }
                        div class="pair" {
                            input name="min_price" type="number" min="0" step="any" inputmode="decimal" aria-label="Lowest price" placeholder="from" value=(value("min_price"));
                            input name="max_price" type="number" min="0" step="any" inputmode="decimal" aria-label="Highest price" placeholder="to" value=(value("max_price"));
                        }
                    }
                    div {
                        label for="min_score" { "Score from" }
                        input id="min_score" name="min_score" type="number" min="0" max="100" step="any" inputmode="decimal" value=(value("min_score"));
                    }
                    div {
                        label for="history" { "Show" }
                        select id="history" name="history" {
                            (option("", "Current", given.get("history")))
                            (option("all", "Former prices too", given.get("history")))
                        }
                    }
                }
            }
        }
    }
}
