//! From all mentions of a title to the one product that it names, or to none with the reason.

use super::fit::Lost;
use super::flags::is_made_for_mining;
use super::index::{Code, Index};
use super::mention::{self, MemoryFit, Mention, Reading, Scene};
use super::term::Term;
use super::tokens::{Gap, Shape, Tokens};
use crate::registry::ModelId;

/// The card that a title names.
#[derive(Debug, Clone, Default)]
pub(super) struct Naming {
    /// The product, where exactly one is meant.
    pub(super) product: Option<u32>,
    /// The record, where the name or a part number says which.
    pub(super) only: Option<ModelId>,
    /// Where several are possible.
    pub(super) open: Vec<u32>,
    pub(super) lost: Vec<(u32, Lost)>,
    /// First and last token of the names that decided.
    pub(super) spans: Vec<(usize, usize)>,
    pub(super) part_span: Option<(usize, usize)>,
    pub(super) confidence: f64,
    pub(super) memory: Option<MemoryFit>,
    /// Different cards that the title names, as lists of compatible cards do.
    pub(super) several: usize,
    /// A class or family stands at the name.
    pub(super) named: bool,
    /// The title names several cards, none of which explains all of its names.
    pub(super) is_list: bool,
    /// The title is short and has the code of a card, whether or not that is enough to name it.
    pub(super) is_bare_code: bool,
}

pub(super) fn name(scene: &Scene<'_>, mut mentions: Vec<Mention>) -> Naming {
    let tokens = scene.tokens;
    mentions.retain(|mention| !is_comparison(tokens, mention));
    let mut naming = Naming {
        is_bare_code: mention::is_bare_code(scene),
        ..Naming::default()
    };
    // `P106-100 GTX 1060`: no other thing goes by the code of a mining card.
    for mention in &mut mentions {
        mention.named |= !mention.readings.is_empty() && is_mining_card(mention, scene.index);
    }
    if mentions
        .iter()
        .any(|mention| mention.named && !mention.readings.is_empty())
    {
        for mention in mentions.iter().filter(|mention| !mention.named) {
            naming.lost.extend(
                mention
                    .readings
                    .iter()
                    .map(|reading| (reading.product, Lost::Worse)),
            );
        }
        mentions.retain(|mention| mention.named);
    }
    drop_codes(&mut mentions, tokens);
    for mention in &mentions {
        naming.lost.extend(mention.lost.iter().copied());
    }
    naming.named = mentions.iter().any(|mention| mention.named);
    let unknown_beside = mentions.iter().any(|mention| mention.readings.is_empty());
    mentions.retain(|mention| !mention.readings.is_empty());
    keep_the_one_on_offer(&mut mentions, &mut naming, scene);
    let distinct = distinct_products(&mentions);
    naming.several = distinct.len();
    naming.spans = mentions
        .iter()
        .map(|mention| (mention.chain.first, mention.chain.last))
        .collect();
    let common: Vec<u32> = distinct
        .iter()
        .copied()
        .filter(|place| {
            mentions.iter().all(|mention| {
                mention
                    .readings
                    .iter()
                    .any(|reading| reading.product == *place)
            })
        })
        .collect();
    naming.is_list = mentions.len() > 1 && common.is_empty();
    match common.as_slice() {
        [place] => settle(&mut naming, *place, &mentions, scene),
        _ => naming.open = distinct,
    }
    if unknown_beside {
        naming.confidence = naming.confidence.min(0.9);
    }
    read_part_number(&mut naming, scene.index, tokens);
    let named = naming.product;
    naming.lost.retain(|(place, _)| Some(*place) != named);
    naming
}

/// `AXRX 5600 … Radeon RX 5600 XT`: of two spellings of one number the one that names its line counts; the other is a
/// maker's code.
fn drop_codes(mentions: &mut Vec<Mention>, tokens: &Tokens) {
    if mentions.len() < 2 {
        return;
    }
    let number = |mention: &Mention| tokens.text_at(mention.chain.anchor);
    let spelled: Vec<&str> = mentions
        .iter()
        .filter(|mention| mention.chain.family_near && !mention.readings.is_empty())
        .map(number)
        .collect();
    mentions.retain(|mention| mention.chain.family_near || !spelled.contains(&number(mention)));
}

/// Of several names, the one that is on offer where the others only tell of it: `CMP 30HX (GTX 1660)`, `RX 480 8GB
/// (RX 570, RX 470)`.
fn keep_the_one_on_offer(mentions: &mut Vec<Mention>, naming: &mut Naming, scene: &Scene<'_>) {
    if mentions.len() < 2 {
        return;
    }
    let made_for_mining: Vec<bool> = mentions
        .iter()
        .map(|mention| is_mining_card(mention, scene.index))
        .collect();
    let keep: Vec<bool> = if made_for_mining.contains(&true) && made_for_mining.contains(&false) {
        made_for_mining
    } else {
        let inside: Vec<bool> = mentions
            .iter()
            .map(|mention| is_in_parentheses(scene.tokens, mention.chain.first))
            .collect();
        let first_is_outside = inside.first() == Some(&false);
        let others_are_inside = inside.iter().skip(1).all(|inside| *inside);
        if !(first_is_outside && others_are_inside && mentions.len() > 2) {
            return;
        }
        inside.iter().map(|inside| !inside).collect()
    };
    let mut kept = keep.iter();
    mentions.retain(|mention| {
        let stays = kept.next().copied().unwrap_or(true);
        if !stays {
            let others = mention.readings.iter();
            naming
                .lost
                .extend(others.map(|reading| (reading.product, Lost::Worse)));
        }
        stays
    });
}

/// Whether every card that the mention could name was made for miners.
fn is_mining_card(mention: &Mention, index: &Index) -> bool {
    mention.readings.iter().all(|reading| {
        index
            .product(reading.product)
            .is_some_and(|product| is_made_for_mining(&product.name))
    })
}

/// Whether a parenthesis opened before the token and was not closed.
fn is_in_parentheses(tokens: &Tokens, at: usize) -> bool {
    let mut open = false;
    for place in 0..=at {
        let gap = tokens.gap_at(place);
        if gap.has(Gap::CLOSE) {
            open = false;
        }
        if gap.has(Gap::OPEN) {
            open = true;
        }
    }
    open
}

fn settle(naming: &mut Naming, place: u32, mentions: &[Mention], scene: &Scene<'_>) {
    let best = mentions
        .iter()
        .flat_map(|mention| {
            mention
                .readings
                .iter()
                .map(move |reading| (mention, reading))
        })
        .filter(|(_, reading)| reading.product == place)
        .min_by_key(|(_, reading)| reading.fit.cost);
    let Some((mention, reading)) = best else {
        return;
    };
    naming.memory = Some(reading.memory);
    let confidence = confidence(mention, reading, scene);
    let full = reading.fit.cost <= 1 && (mention.named || reading.code == Code::Long);
    if reading.memory == MemoryFit::Conflicts && !(full && reading.code == Code::Number) {
        // A professional card comes with the memory its maker gave it: another size means another card.
        naming.lost.push((place, Lost::Memory));
        naming.confidence = 0.4;
        return;
    }
    naming.product = Some(place);
    naming.only = reading.only;
    naming.confidence = confidence;
}

/// The grades of the table in the documentation of the module.
fn confidence(mention: &Mention, reading: &Reading, scene: &Scene<'_>) -> f64 {
    let vendor = scene.context.families != 0;
    let fit = reading.fit;
    let mut grade = if reading.completed {
        0.72
    } else if fit.class_swapped {
        0.8
    } else if mention.settled_by_memory || fit.loose && reading.memory == MemoryFit::Agrees {
        0.9
    } else if fit.loose {
        0.85
    } else if fit.class_omitted {
        if mention.chain.family_near {
            0.93
        } else {
            0.84
        }
    } else if fit.cost <= 1 {
        if vendor { 0.99 } else { 0.97 }
    } else {
        0.93
    };
    if mention.chain.short_super {
        grade = f64::min(grade, 0.85);
    }
    if reading.code == Code::Short {
        grade = f64::min(grade, 0.96);
    }
    match reading.memory {
        MemoryFit::Conflicts => f64::min(grade, 0.55),
        MemoryFit::Doubled => f64::min(grade, 0.75),
        MemoryFit::Agrees | MemoryFit::Unstated => grade,
    }
}

fn distinct_products(mentions: &[Mention]) -> Vec<u32> {
    let mut distinct: Vec<u32> = Vec::new();
    for reading in mentions.iter().flat_map(|mention| &mention.readings) {
        if !distinct.contains(&reading.product) {
            distinct.push(reading.product);
        }
    }
    distinct
}

/// `better than RTX 3060`, `(RTX 3070 equivalent)`, `= GTX 1070`: the card beside which this stands is not the one on
/// offer.
fn is_comparison(tokens: &Tokens, mention: &Mention) -> bool {
    let (first, last) = (mention.chain.first, mention.chain.last);
    let is_after = first > 0
        && (matches!(
            tokens.text_at(last + 1),
            "equivalent"
                | "performance"
                | "perf"
                | "killer"
                | "rival"
                | "level"
                | "speeds"
                | "analog"
        ) && tokens.gap_at(last + 1).is_only(Gap::SPACE.and(Gap::HYPHEN)));
    is_after
        || first > 0 && tokens.gap_at(first).has(Gap::EQUALS)
        || (first.saturating_sub(2)..first).any(|at| tokens.term_at(at) == Term::Versus)
}

/// Looks up runs of letters, digits and hyphens as part numbers. A name that the title spells out outweighs them.
fn read_part_number(naming: &mut Naming, index: &Index, tokens: &Tokens) {
    if index.parts.is_empty() {
        return;
    }
    let mut part = String::new();
    let mut from = 0;
    while from < tokens.list.len() {
        let mut to = from + 1;
        while to < tokens.list.len() && tokens.gap_at(to).is_only(Gap::HYPHEN) {
            to += 1;
        }
        let has_digit = tokens
            .list
            .iter()
            .take(to)
            .skip(from)
            .any(|token| token.shape == Shape::Number);
        if has_digit && to - from >= 2 {
            part.clear();
            for at in from..to {
                part.push_str(tokens.text_at(at));
            }
            part.make_ascii_uppercase();
            if let Some((place, id)) = index.parts.get(&part).copied() {
                apply_part_number(naming, place, id, (from, to - 1));
                return;
            }
        }
        from = to;
    }
}

fn apply_part_number(naming: &mut Naming, place: u32, id: ModelId, span: (usize, usize)) {
    match naming.product {
        Some(named) if named == place => {
            naming.only = naming.only.or(Some(id));
            naming.confidence = naming.confidence.max(0.98);
        }
        // `VCNRTX4000ADALP-PB`: the name was read out of the number itself, which says more.
        Some(named)
            if naming
                .spans
                .iter()
                .all(|(first, last)| *first >= span.0 && *last <= span.1) =>
        {
            naming.lost.push((named, Lost::Worse));
            naming.product = Some(place);
            naming.only = Some(id);
            naming.confidence = 0.92;
        }
        Some(_) => {
            naming.confidence = naming.confidence.min(0.85);
            naming.lost.push((place, Lost::Worse));
            return;
        }
        None if naming.open.is_empty() || naming.open.contains(&place) => {
            naming.product = Some(place);
            naming.only = Some(id);
            naming.open.clear();
            naming.confidence = 0.92;
            naming.several = 1;
        }
        None => return,
    }
    naming.part_span = Some(span);
}
