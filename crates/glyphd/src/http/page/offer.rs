//! An offer in a table, and all that is known of it.

use glyph_store::listing::ListingRecord;
use maud::{Markup, html};

use crate::html::parts::{
    Column, chip, condition, day, fixed, model_address, money, price, table_with_head,
};
use crate::http::picture::Picture;
use crate::names::Names;

/// The title as a link to the offer; the model where the old program kept no title.
pub(super) fn title_link(listing: &ListingRecord) -> Markup {
    html! { a href={ "/listings/" (listing.id) } data-open { (title(listing)) } }
}

pub(super) fn title(listing: &ListingRecord) -> &str {
    listing.title.as_deref().unwrap_or(&listing.canonical_model)
}

/// The verdict's sign; that of none where nothing can be said.
pub(super) fn verdict_chip(picture: &Picture, listing: &ListingRecord) -> Markup {
    match picture.market.call(listing) {
        Some(call) => chip(call.as_str(), call.as_str()),
        None => chip("none", "none"),
    }
}

const COLUMNS: [Column<'_>; 11] = [
    ("Detail", "toggle needs-script"),
    ("Score", "num"),
    ("Title", "title"),
    ("Model", ""),
    ("Price", "num"),
    ("$/GB", "num"),
    ("Verdict", ""),
    ("Condition", ""),
    ("Region", ""),
    ("Seller", ""),
    ("Seen", "num"),
];

/// A column that a table can be sorted by: its heading, the address of that order, and how the table is sorted by it
/// now, where it is.
pub(super) type Sortable = (&'static str, String, Option<&'static str>);

/// Offers, each with a row below it that its detail opens in.
pub(super) fn offers_table(
    label: &str,
    listings: &[ListingRecord],
    picture: &Picture,
    names: &Names,
    sortable: &[Sortable],
) -> Markup {
    let head = html! {
        @for (name, class) in COLUMNS {
            @let by = sortable.iter().find(|(column, _, _)| *column == name);
            th scope="col" class=[Some(class).filter(|class| !class.is_empty())] aria-sort=[by.and_then(|(_, _, how)| *how)] {
                @if name == "Detail" {
                    span class="sr" { (name) }
                } @else if let Some((_, address, _)) = by {
                    a href=(address) { (name) }
                } @else {
                    (name)
                }
            }
        }
    };
    let rows = html! {
        @for listing in listings {
            tr {
                td class="toggle needs-script" {
                    button type="button" class="open" aria-expanded="false" aria-controls={ "d" (listing.id) }
                        aria-label={ "Detail of " (title(listing)) } hx-get={ "/listings/" (listing.id) }
                        hx-select=".offer" hx-target={ "#d" (listing.id) } {}
                }
                td class="num" data-label="score" { (format!("{:.1}", listing.score)) }
                td class="title" { (title_link(listing)) }
                td class="model" {
                    a href=(model_address(&listing.canonical_model)) { (names.model_name(&listing.canonical_model)) }
                }
                td class="num price" {
                    (price(listing.price))
                    @if listing.lot_size > 1 {
                        small { "lot of " (listing.lot_size) ", " (price(listing.unit_price)) " a card" }
                    }
                }
                td class="num" data-label="$/GB" { (listing.price_per_gb.map_or(String::new(), |it| fixed(it, 2))) }
                td { (verdict_chip(picture, listing)) }
                td { (condition(listing.condition.as_deref())) }
                td { (listing.region.as_deref().unwrap_or_default()) }
                td class="clip" title=[listing.seller.as_deref()] { (listing.seller.as_deref().unwrap_or_default()) }
                td class="num nowrap" data-label="seen" { (listing.seen_at.as_deref().map_or(String::new(), day)) }
            }
            tr class="detail" { td colspan="11" id={ "d" (listing.id) } {} }
        }
    };
    table_with_head(label, "rows stack", &head, &rows)
}

/// The price of a lot, where it is one.
pub(super) fn lot_remark(listing: &ListingRecord) -> Markup {
    html! {
        @if listing.lot_size > 1 {
            "lot of " (listing.lot_size) " for " (money(listing.price))
        } @else if let (Some(given), Some(currency)) = (&listing.price_as_given, &listing.currency) {
            @if currency != "USD" { "given as " (given) " " (currency) }
        }
    }
}
