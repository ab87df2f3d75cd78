//! Small pieces that all pages are made of: figures, signs, tables, and how numbers and times are written.

use std::borrow::Cow;

use maud::{Markup, PreEscaped, html};

use crate::clock;

/// US dollars: whole from a hundred on, else with cents.
pub(crate) fn money(amount: f64) -> String {
    if !amount.is_finite() {
        return NOTHING.to_owned();
    }
    let text = if amount.abs() >= 99.995 {
        format!("{:.0}", amount.abs().round())
    } else {
        format!("{:.2}", amount.abs())
    };
    format!("{}${}", if amount < 0.0 { "-" } else { "" }, grouped(&text))
}

/// US dollars in few letters, millions and more in their unit.
pub(crate) fn short_money(amount: f64) -> String {
    let units = [(1e9, "bn"), (1e6, "m")];
    let found = units.into_iter().find(|(size, _)| amount.abs() >= *size);
    found.map_or_else(
        || money(amount),
        |(size, unit)| format!("${} {unit}", fixed(amount / size, 2)),
    )
}

/// A price as it is asked: cents only where it has some.
pub(crate) fn price(amount: f64) -> String {
    if !amount.is_finite() {
        return NOTHING.to_owned();
    }
    let text = format!("{amount:.2}");
    format!("${}", grouped(text.strip_suffix(".00").unwrap_or(&text)))
}

pub(crate) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// With at most so many decimals, and none that are zero.
pub(crate) fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    grouped(text)
}

/// With so many decimals, as a column of numbers has them.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    grouped(&format!("{value:.decimals$}"))
}

/// The beginning of a text that may be of any length.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    const MOST_CHARS: usize = 2_000;
    match text.char_indices().nth(MOST_CHARS) {
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}

/// What stands between backticks as code.
pub(crate) fn told(text: &str) -> Markup {
    html! {
        @for (place, piece) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

/// A comma between thousands.
fn grouped(text: &str) -> String {
    let (whole, rest) = text
        .split_once('.')
        .map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let (sign, digits) = whole
        .strip_prefix('-')
        .map_or(("", whole), |digits| ("-", digits));
    let mut out = sign.to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

pub(crate) const NOTHING: &str = "–";

pub(crate) fn bytes(count: u64) -> String {
    let steps = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "KB")];
    for (size, unit) in steps {
        if count >= size {
            return format!("{} {unit}", number(count as f64 / size as f64, 1));
        }
    }
    format!("{count} bytes")
}

/// The share of a whole in per cent.
pub(crate) fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return NOTHING.to_owned();
    }
    format!("{:.1} %", part as f64 / whole as f64 * 100.0)
}

/// A time as a person reads it, with the exact one for machines. UTC.
pub(crate) fn time(text: &str) -> Markup {
    html! { time datetime=(text) title=(text) { (day_and_hour(text)) } }
}

/// `24 Nov 2026, 09:12`; the text itself where it is no time.
pub(crate) fn day_and_hour(text: &str) -> String {
    let day = day(text);
    match text.get(11..16) {
        Some(hour) => format!("{day}, {hour}"),
        None => day,
    }
}

/// `24 Nov 2026`.
pub(crate) fn day(text: &str) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = text
        .get(5..7)
        .and_then(|month| month.parse::<usize>().ok())
        .and_then(|month| MONTHS.get(month.checked_sub(1)?));
    match (text.get(..4), month, text.get(8..10)) {
        (Some(year), Some(month), Some(day)) => {
            format!("{} {month} {year}", day.trim_start_matches('0'))
        }
        _ => text.to_owned(),
    }
}

pub(crate) fn day_of_second(seconds: i64) -> String {
    day(&clock::text_of_second(seconds))
}

/// A page's heading, with a line below it and buttons beside it.
pub(crate) fn head(
    title: &str,
    below: &Markup,
    actions: &Markup,
    crumb: Option<(&str, &str)>,
) -> Markup {
    html! {
        div class="head" {
            div {
                @if let Some((address, name)) = crumb {
                    p class="crumb" { a href=(address) { (name) } }
                }
                h1 { (title) }
                @if !below.0.is_empty() { p { (below) } }
            }
            @if !actions.0.is_empty() { div class="actions" { (actions) } }
        }
    }
}

/// A part of a page with its heading; `id` names it.
pub(crate) fn section(id: &str, title: &str, remark: &Markup, body: &Markup) -> Markup {
    html! {
        section {
            header {
                h2 id=(id) { (title) }
                @if !remark.0.is_empty() { p { (remark) } }
            }
            (body)
        }
    }
}

/// The headline figures: what, how much, and a remark.
pub(crate) fn figures(items: &[(&str, Markup, Markup)]) -> Markup {
    html! {
        dl class="figures" {
            @for (name, value, remark) in items {
                div {
                    dt { (name) }
                    dd { (value) }
                    @if !remark.0.is_empty() { dd { (remark) } }
                }
            }
        }
    }
}

pub(crate) fn facts(items: &[(&str, Markup)]) -> Markup {
    html! {
        dl class="facts" {
            @for (name, value) in items { dt { (name) } dd { (value) } }
        }
    }
}

/// A column of a table: its heading and its class.
pub(crate) type Column<'a> = (&'a str, &'a str);

/// A table in a region that scrolls by itself and can be reached by the keyboard.
pub(crate) fn table(label: &str, class: &str, columns: &[Column<'_>], rows: &Markup) -> Markup {
    table_with_head(
        label,
        class,
        &html! {
            @for (name, class) in columns {
                th scope="col" class=[Some(*class).filter(|class| !class.is_empty())] { (name) }
            }
        },
        rows,
    )
}

pub(crate) fn table_with_head(label: &str, class: &str, head: &Markup, rows: &Markup) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label=(label) {
            table class=[Some(class).filter(|class| !class.is_empty())] {
                thead { tr { (head) } }
                tbody { (rows) }
            }
        }
    }
}

pub(crate) fn chip(class: &str, text: &str) -> Markup {
    html! { span class={ "chip " (class) } { (text) } }
}

/// A change in per cent, with its direction in words for those who do not see the sign.
pub(crate) fn change(percent: f64) -> Markup {
    let is_down = percent < 0.0;
    if percent.abs() < 0.05 {
        return html! { span class="muted" { "0 %" } };
    }
    html! {
        span class=(if is_down { "change down" } else { "change up" }) {
            span class="sr" { (if is_down { "down " } else { "up " }) }
            (format!("{:.1} %", percent.abs()))
        }
    }
}

/// A condition as it is read.
pub(crate) fn condition(name: Option<&str>) -> String {
    name.map_or(String::new(), |name| name.replace('_', " "))
}

/// An interval of prices.
pub(crate) fn interval(interval: Option<(f64, f64)>) -> String {
    interval.map_or(NOTHING.to_owned(), |(low, high)| {
        format!("{}–{}", money(low), money(high))
    })
}

/// A value for an address, percent-encoded.
pub(crate) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The address of an import's page.
pub(crate) fn import_address(import_id: &str) -> String {
    format!("/imports/{}", segment(import_id))
}

/// The address of a model's page.
pub(crate) fn model_address(canonical_model: &str) -> String {
    format!("/models/{}", segment(canonical_model))
}

/// A part of a path: the older program's names may be any text.
fn segment(text: &str) -> String {
    // A blank is `+` in a query alone.
    encoded(text).replace('+', "%20")
}

/// Markup that is there already.
pub(crate) fn none() -> Markup {
    PreEscaped(String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_numbers_are_written_for_reading() {
        assert_eq!(money(1_234_567.8), "$1,234,568");
        assert_eq!(money(99.5), "$99.50");
        assert_eq!(money(916.5), "$917");
        assert_eq!(money(f64::NAN), NOTHING);
        assert_eq!(short_money(1_869_837.0), "$1.87 m");
        assert_eq!(price(1149.0), "$1,149");
        assert_eq!(price(1149.5), "$1,149.50");
        assert_eq!(number(1555.20, 1), "1,555.2");
        assert_eq!(number(24.0, 1), "24");
        assert_eq!(bytes(5_000_000), "5 MB");
        assert_eq!(fixed(1057.5, 2), "1,057.50");
        assert_eq!(import_address("a/b ?c"), "/imports/a%2Fb%20%3Fc");
        assert_eq!(told("a `b` c").into_string(), "a <code>b</code> c");
        assert!(change(0.01).into_string().contains("0 %"));
    }

    #[test]
    fn times_are_days_and_hours() {
        assert_eq!(day("2026-11-04T09:12:00Z"), "4 Nov 2026");
        assert_eq!(day_and_hour("2026-11-24T09:12:00Z"), "24 Nov 2026, 09:12");
        assert_eq!(day("never"), "never");
    }
}
