//! Charts as SVG, drawn here: they are there without a script, print, follow the page's colours, and their points are
//! links and words for those who do not see them.
//!
//! A plot has no view box: across it goes in per cent of its width, down in pixels, so that its text keeps its size.
//! Paths stand in a picture within it that is stretched; their strokes are not.

use std::fmt::Write;

use maud::{Markup, html};

use super::parts::{money, number};

/// Prices of a group at a time, in US dollars.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// Seconds since 1970.
    pub(crate) at: i64,
    pub(crate) label: String,
    pub(crate) count: usize,
    /// At 10, 25, 50, 75 and 90 per cent.
    pub(crate) percentiles: [f64; 5],
}

/// A point of a course.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dot {
    pub(crate) at: i64,
    pub(crate) price: f64,
    pub(crate) tip: String,
}

/// From the lowest to the highest of what is shown, with some room.
#[derive(Debug, Clone, Copy)]
struct Scale {
    low: f64,
    high: f64,
    is_log: bool,
}

impl Scale {
    fn of(values: impl Iterator<Item = f64>, room: f64) -> Scale {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| value.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        let room = ((high - low) * room).max(high.abs() * 0.005).max(1e-9);
        Scale {
            low: (low - room).max(if low >= 0.0 { 0.0 } else { f64::NEG_INFINITY }),
            high: high + room,
            is_log: false,
        }
    }

    /// Of positive values.
    fn log(values: impl Iterator<Item = f64>) -> Scale {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.filter(|value| value.is_finite() && *value > 0.0) {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (1.0, 10.0);
        }
        Scale {
            low: low / 1.25,
            high: high * 1.25,
            is_log: true,
        }
    }

    /// From 0 to 1.
    fn share(self, value: f64) -> f64 {
        if self.is_log {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }

    /// Round numbers within it, about so many.
    fn ticks(self, wanted: usize) -> Vec<f64> {
        if self.is_log {
            let mut ticks = Vec::new();
            let mut power = 10f64.powf(self.low.log10().floor());
            while power <= self.high {
                let steps = [1.0, 2.0, 5.0].map(|step| step * power);
                ticks.extend(
                    steps
                        .into_iter()
                        .filter(|tick| (self.low..=self.high).contains(tick)),
                );
                power *= 10.0;
            }
            return ticks;
        }
        let raw = (self.high - self.low) / wanted as f64;
        let power = 10f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0]
            .map(|step| step * power)
            .into_iter()
            .find(|step| *step >= raw)
            .unwrap_or(raw);
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step).floor() as i64;
        (first..=last).map(|place| place as f64 * step).collect()
    }
}

fn percent(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

fn line_of(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    for (place, (x, y)) in points.enumerate() {
        let letter = if place == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{letter}{x:.2} {y:.1} ");
    }
    path.trim_end().to_owned()
}

/// The percentiles of a group over time, with the points of one offer where they are given.
pub(crate) fn course(label: &str, height: u32, steps: &[Step], dots: &[Dot]) -> Markup {
    let h = f64::from(height);
    let times = || {
        steps
            .iter()
            .map(|step| step.at)
            .chain(dots.iter().map(|dot| dot.at))
    };
    let (first, last) = (times().min().unwrap_or(0), times().max().unwrap_or(1));
    let span = (last - first).max(1) as f64;
    let x = |at: i64| {
        if first == last {
            0.5
        } else {
            (at - first) as f64 / span
        }
    };
    let values = steps
        .iter()
        .flat_map(|step| step.percentiles)
        .chain(dots.iter().map(|dot| dot.price));
    let scale = Scale::of(values, 0.08);
    let y = |value: f64| h - scale.share(value) * h;
    let at = |place: usize| {
        steps
            .iter()
            .map(move |step| (x(step.at) * 100.0, y(step.percentiles[place])))
    };
    let area = |low: usize, high: usize| {
        let back: Vec<(f64, f64)> = at(high).collect();
        format!("{} Z", line_of(at(low).chain(back.into_iter().rev())))
    };
    let labels = day_labels(first, last);
    let mut hits: Vec<(i64, String)> = steps
        .iter()
        .map(|step| {
            let [low, quarter, median, three, high] = step.percentiles.map(money);
            (
                step.at,
                format!(
                    "{}: median {median} of {}\np25–p75 {quarter}–{three}\np10–p90 {low}–{high}",
                    step.label, step.count
                ),
            )
        })
        .collect();
    for dot in dots {
        match hits.iter_mut().find(|(at, _)| *at == dot.at) {
            Some((_, tip)) => *tip = format!("{}\n{tip}", dot.tip),
            None => hits.push((dot.at, dot.tip.clone())),
        }
    }
    hits.sort_by_key(|(at, _)| *at);
    html! {
        figure class="chart" {
            svg class="plot" width="100%" height=(height) role="img" aria-label=(label) {
                @for tick in scale.ticks(4) {
                    line class="grid" x1="0" x2="100%" y1=(format!("{:.1}", y(tick))) y2=(format!("{:.1}", y(tick))) {}
                    text class="y" x="-8" y=(format!("{:.1}", y(tick) + 4.0)) { (money(tick)) }
                }
                svg viewBox={ "0 0 100 " (height) } preserveAspectRatio="none" width="100%" height=(height) {
                    @if steps.len() > 1 {
                        path class="band" d=(area(0, 4)) {}
                        path class="band-inner" d=(area(1, 3)) {}
                        path class="line" d=(line_of(at(2))) {}
                    }
                    @if steps.is_empty() {
                        path class="line" d=(line_of(dots.iter().map(|dot| (x(dot.at) * 100.0, y(dot.price))))) {}
                    }
                }
                @if steps.len() == 1 {
                    @for step in steps {
                        circle class="point" cx=(percent(x(step.at))) cy=(format!("{:.1}", y(step.percentiles[2]))) r="4" {}
                    }
                }
                @for dot in dots {
                    circle class="point on" cx=(percent(x(dot.at))) cy=(format!("{:.1}", y(dot.price))) r="4" {}
                }
                line class="axis" x1="0" x2="100%" y1=(height) y2=(height) {}
                @for (share, class, text) in &labels {
                    text class=(class) x=(percent(*share)) y=(height + 16) { (text) }
                }
                @for (place, (at, tip)) in hits.iter().enumerate() {
                    @let before = place.checked_sub(1).and_then(|place| hits.get(place));
                    @let left = before.map_or(0.0, |(other, _)| f64::midpoint(x(*other), x(*at)));
                    @let right = hits.get(place + 1).map_or(1.0, |(other, _)| f64::midpoint(x(*other), x(*at)));
                    rect class="hit" x=(percent(left)) width=(percent((right - left).max(0.0))) y="0" height=(height) data-tip=(tip) {}
                }
            }
        }
    }
}

/// The first day, the last, and one in the middle, where they differ.
fn day_labels(first: i64, last: i64) -> Vec<(f64, &'static str, String)> {
    let day = super::parts::day_of_second;
    if day(first) == day(last) {
        return vec![(0.5, "x", day(first))];
    }
    let middle = i64::midpoint(first, last);
    let mut labels = vec![(0.0, "start", day(first))];
    if day(middle) != day(first) && day(middle) != day(last) {
        labels.push((0.5, "x optional", day(middle)));
    }
    labels.push((1.0, "end", day(last)));
    labels
}

/// A model in the plane of price and capability.
#[derive(Debug, Clone)]
pub(crate) struct Spot {
    pub(crate) name: String,
    pub(crate) address: String,
    /// What it can do, in the unit of the axis.
    pub(crate) capability: f64,
    pub(crate) price: f64,
    pub(crate) offers: u64,
}

/// The spots that no other beats in both: none is as capable and cheaper. By rising capability.
pub(crate) fn frontier(spots: &[Spot]) -> Vec<&Spot> {
    let mut by_capability: Vec<&Spot> = spots.iter().collect();
    by_capability.sort_by(|one, other| {
        let by = other.capability.total_cmp(&one.capability);
        by.then(one.price.total_cmp(&other.price))
    });
    let mut best = f64::INFINITY;
    by_capability.retain(|spot| {
        let is_better = spot.price < best;
        if is_better {
            best = spot.price;
        }
        is_better
    });
    by_capability.reverse();
    by_capability
}

/// Price against capability, both logarithmic, with the frontier.
pub(crate) fn scatter(label: &str, axis: &str, unit: &str, spots: &[Spot]) -> Markup {
    const HEIGHT: u32 = 460;
    let h = f64::from(HEIGHT);
    let across = Scale::log(spots.iter().map(|spot| spot.capability));
    let up = Scale::log(spots.iter().map(|spot| spot.price));
    let x = |value: f64| across.share(value);
    let y = |value: f64| h - up.share(value) * h;
    let best = frontier(spots);
    let is_best = |spot: &Spot| best.iter().any(|it| it.name == spot.name);
    let mut path = String::new();
    if let Some(first) = best.first() {
        let _ = write!(
            path,
            "M0 {:.1} H{:.2}",
            y(first.price),
            x(first.capability) * 100.0
        );
        for spot in best.iter().skip(1) {
            let _ = write!(
                path,
                " V{:.1} H{:.2}",
                y(spot.price),
                x(spot.capability) * 100.0
            );
        }
    }
    // Those of the frontier come last, so that they lie on top.
    let mut drawn: Vec<&Spot> = spots.iter().collect();
    drawn.sort_by_key(|spot| is_best(spot));
    html! {
        figure class="chart" {
            svg class="plot" width="100%" height=(HEIGHT) role="group" aria-label=(label) {
                @for tick in up.ticks(0) {
                    line class="grid" x1="0" x2="100%" y1=(format!("{:.1}", y(tick))) y2=(format!("{:.1}", y(tick))) {}
                    text class="y" x="-8" y=(format!("{:.1}", y(tick) + 4.0)) { "$" (number(tick, 2)) }
                }
                @for tick in across.ticks(0) {
                    line class="grid" x1=(percent(x(tick))) x2=(percent(x(tick))) y1="0" y2=(HEIGHT) {}
                    // On a phone the powers of ten are enough.
                    @let is_power = tick.log10().fract().abs() < 1e-9;
                    text class=(if is_power { "x" } else { "x optional" }) x=(percent(x(tick))) y=(HEIGHT + 16) { (number(tick, 1)) }
                }
                line class="axis" x1="0" x2="100%" y1=(HEIGHT) y2=(HEIGHT) {}
                line class="axis" x1="0" x2="0" y1="0" y2=(HEIGHT) {}
                text class="name end" x="100%" y=(HEIGHT - 8) { (axis) ", " (unit) " (log)" }
                text class="name" x="8" y="4" { "median price, $ (log)" }
                svg viewBox={ "0 0 100 " (HEIGHT) } preserveAspectRatio="none" width="100%" height=(HEIGHT) {
                    path class="frontier" d=(path) {}
                }
                @for spot in drawn {
                    @let on = is_best(spot);
                    @let tip = spot_tip(spot, unit, on);
                    a href=(spot.address) tabindex=[(!on).then_some("-1")] aria-label=(tip) {
                        title { (tip) }
                        circle class=(if on { "point on" } else { "point" }) cx=(percent(x(spot.capability)))
                            cy=(format!("{:.1}", y(spot.price))) r=(if on { "5" } else { "4" }) {}
                    }
                }
                @for (spot, across, down) in names_with_room(&best, &x, &y) {
                    text class="name" x=(percent(across)) dx="8" y=(format!("{:.1}", down + 14.0)) aria-hidden="true" { (spot.name) }
                }
            }
        }
    }
}

fn spot_tip(spot: &Spot, unit: &str, is_best: bool) -> String {
    format!(
        "{}: median {}, {} {unit}, {} offers{}",
        spot.name,
        money(spot.price),
        number(spot.capability, 1),
        spot.offers,
        if is_best { ", on the frontier" } else { "" }
    )
}

/// The names that do not lie over one another.
fn names_with_room<'a>(
    spots: &[&'a Spot],
    x: &impl Fn(f64) -> f64,
    y: &impl Fn(f64) -> f64,
) -> Vec<(&'a Spot, f64, f64)> {
    let mut named: Vec<(&Spot, f64, f64)> = Vec::new();
    for spot in spots {
        let (across, down) = (x(spot.capability), y(spot.price));
        let is_near = |(_, other_x, other_y): &(&Spot, f64, f64)| {
            (across - other_x).abs() < 0.16 && (down - other_y).abs() < 16.0
        };
        if across < 0.8 && !named.iter().any(is_near) {
            named.push((spot, across, down));
        }
    }
    named
}

/// Where an offer stands among its comparisons.
pub(crate) fn strip(offer: f64, p10: f64, p25: f64, median: f64, p75: f64, p90: f64) -> Markup {
    let (low, high) = (p10.min(offer) * 0.97, p90.max(offer) * 1.03);
    let x = |value: f64| ((value - low) / (high - low)).clamp(0.0, 1.0);
    let anchor = |share: f64| match share {
        share if share < 0.14 => "start",
        share if share > 0.86 => "end",
        _ => "x",
    };
    let label = format!(
        "This offer at {} against the others: 10 % {}, median {}, 90 % {}",
        money(offer),
        money(p10),
        money(median),
        money(p90)
    );
    html! {
        figure class="chart strip" {
            svg class="plot" width="100%" height="28" role="img" aria-label=(label) {
                line class="axis" x1="0" x2="100%" y1="14" y2="14" {}
                rect class="band" x=(percent(x(p10))) width=(percent(x(p90) - x(p10))) y="4" height="20" {}
                rect class="band-inner" x=(percent(x(p25))) width=(percent(x(p75) - x(p25))) y="4" height="20" {}
                line class="mid-line" x1=(percent(x(median))) x2=(percent(x(median))) y1="4" y2="24" {}
                line class="here" x1=(percent(x(offer))) x2=(percent(x(offer))) y1="-2" y2="28" {}
                text class={ "here " (anchor(x(offer))) } x=(percent(x(offer))) y="-7" { "this offer " (money(offer)) }
                @if x(median) - x(p10) > 0.2 {
                    text class={ (anchor(x(p10))) " optional" } x=(percent(x(p10))) y="42" { "10 % " (money(p10)) }
                }
                text class=(anchor(x(median))) x=(percent(x(median))) y="42" { "median " (money(median)) }
                @if x(p90) - x(median) > 0.2 {
                    text class={ (anchor(x(p90))) " optional" } x=(percent(x(p90))) y="42" { "90 % " (money(p90)) }
                }
            }
        }
    }
}

/// How many offers there are at which price.
pub(crate) fn histogram(label: &str, prices: &[f64]) -> Markup {
    const HEIGHT: f64 = 110.0;
    const BINS: usize = 16;
    let scale = Scale::of(prices.iter().copied(), 0.01);
    let width = (scale.high - scale.low) / BINS as f64;
    let mut bins = [0_u64; BINS];
    for price in prices {
        let place = ((price - scale.low) / width).floor().max(0.0) as usize;
        bins[place.min(BINS - 1)] += 1;
    }
    let most = bins.iter().copied().max().unwrap_or(1).max(1);
    let edge = |place: usize| scale.low + width * place as f64;
    let share = 1.0 / BINS as f64;
    html! {
        figure class="chart histogram" {
            svg class="plot" width="100%" height="110" role="img" aria-label=(label) {
                @for tick in [0, most] {
                    @let y = HEIGHT - tick as f64 / most as f64 * HEIGHT;
                    line class="grid" x1="0" x2="100%" y1=(y) y2=(y) {}
                    text class="y" x="-8" y=(y + 4.0) { (tick) }
                }
                @for (place, count) in bins.iter().enumerate() {
                    @let tall = *count as f64 / most as f64 * HEIGHT;
                    rect x=(percent(share * place as f64 + 0.0015)) width=(percent(share - 0.003))
                        y=(format!("{:.1}", HEIGHT - tall)) height=(format!("{tall:.1}"))
                        data-tip=(format!("{} to {}: {count} offers", money(edge(place)), money(edge(place + 1)))) {}
                }
                @for (place, class) in [(0, "start"), (BINS / 2, "x"), (BINS, "end")] {
                    text class=(class) x=(percent(share * place as f64)) y="126" { (money(edge(place))) }
                }
                line class="axis" x1="0" x2="100%" y1="110" y2="110" {}
            }
        }
    }
}

/// Parts of a whole beside each other: class and size.
pub(crate) fn bar(label: &str, whole: f64, parts: &[(&str, f64)]) -> Markup {
    let mut left = 0.0;
    let drawn: Vec<(&str, f64, f64)> = parts
        .iter()
        .map(|(class, size)| {
            let width = if whole > 0.0 {
                (size / whole * 100.0).clamp(0.0, 100.0)
            } else {
                0.0
            };
            let at = left;
            left += width;
            (*class, at, width)
        })
        .collect();
    html! {
        svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label=(label) {
            rect class="track" width="100" height="8" {}
            @for (class, at, width) in drawn {
                rect class=(class) x=(format!("{at:.2}")) width=(format!("{width:.2}")) height="8" {}
            }
        }
    }
}

/// A course in the space of a word.
pub(crate) fn spark(label: &str, course: &[(i64, f64)]) -> Markup {
    let scale = Scale::of(course.iter().map(|(_, value)| *value), 0.0);
    let first = course.first().map_or(0, |(at, _)| *at);
    let span = course.last().map_or(1, |(at, _)| *at - first).max(1) as f64;
    let points: Vec<(f64, f64)> = course
        .iter()
        .map(|(at, value)| {
            (
                (at - first) as f64 / span * 82.0 + 2.0,
                17.0 - scale.share(*value) * 14.0,
            )
        })
        .collect();
    html! {
        @if let Some((x, y)) = points.last() {
            svg class="spark" viewBox="0 0 88 20" role="img" aria-label=(label) {
                @if points.len() > 1 { path class="line" d=(line_of(points.iter().copied())) {} }
                circle class="point" cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="2" {}
            }
        }
    }
}

/// What the signs of a chart mean: their kind and their meaning.
pub(crate) fn key(items: &[(&str, &str)]) -> Markup {
    html! {
        ul class="key-list" {
            @for (kind, meaning) in items {
                @let is_bar = matches!(*kind, "scored" | "unmatched" | "rejected");
                li {
                    svg viewBox="0 0 16 10" aria-hidden="true" class=[is_bar.then_some("bar")] {
                        @match *kind {
                            "line" => { path class="line" d="M0 5 H16" {} }
                            "frontier" => { path class="frontier" d="M0 9 H8 V2 H16" {} }
                            "point" | "point on" => { circle class=(kind) cx="8" cy="5" r="4" {} }
                            _ => { rect class=(kind) width="16" height="10" {} }
                        }
                    }
                    (meaning)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(name: &str, capability: f64, price: f64) -> Spot {
        Spot {
            name: name.to_owned(),
            address: String::new(),
            capability,
            price,
            offers: 1,
        }
    }

    #[test]
    fn the_frontier_has_what_nothing_beats_in_both() {
        let spots = [
            spot("slow and cheap", 100.0, 50.0),
            spot("beaten", 100.0, 80.0),
            spot("beaten by the fast one", 200.0, 400.0),
            spot("fast", 400.0, 300.0),
            spot("fastest", 800.0, 900.0),
        ];
        let names: Vec<&str> = frontier(&spots)
            .iter()
            .map(|spot| spot.name.as_str())
            .collect();
        assert_eq!(names, ["slow and cheap", "fast", "fastest"]);
    }

    #[test]
    fn ticks_are_round_and_within() {
        let scale = Scale::of([1830.0, 4120.0].into_iter(), 0.0);
        assert_eq!(scale.ticks(4), [2000.0, 3000.0, 4000.0]);
        let wide = Scale::log([48.0, 29_750.0].into_iter());
        assert!(wide.low > 30.0 && wide.ticks(0).len() == 9, "{wide:?}");
        let log = Scale::log([60.0, 4000.0].into_iter());
        assert_eq!(
            log.ticks(0),
            [50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0]
        );
    }

    #[test]
    fn charts_are_drawn_of_nothing_and_of_one() {
        for steps in [
            vec![],
            vec![Step {
                at: 5,
                label: "a day".to_owned(),
                count: 1,
                percentiles: [1.0; 5],
            }],
        ] {
            let drawn = course("nothing", 100, &steps, &[]).into_string();
            assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        }
        assert!(!histogram("one", &[5.0]).into_string().contains("NaN"));
        assert!(
            !scatter("none", "memory", "GB", &[])
                .into_string()
                .contains("NaN")
        );
        assert_eq!(spark("none", &[]).into_string(), "");
    }

    #[test]
    fn what_comes_from_outside_is_escaped() {
        let spots = [spot("<script>", 1.0, 1.0)];
        assert!(
            !scatter("<b>", "x", "y", &spots)
                .into_string()
                .contains("<script>")
        );
    }
}
