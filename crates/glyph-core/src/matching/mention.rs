//! Every place of a title that could name a card, with the products that fit there and those that do not.

use super::chain::{self, Chain};
use super::context::Context;
use super::fit::{Fit, Lost, fit};
use super::index::{Code, Group, Index, Pattern, Product};
use super::lexicon::Lexicon;
use super::memory::{Size, is_same};
use super::support::is_supported;
use super::system::is_processor_number;
use super::term::Term;
use super::tokens::{Gap, Shape, Token, Tokens};
use crate::registry::ModelId;

/// A product that fits where the title names something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) product: u32,
    pub(super) only: Option<ModelId>,
    pub(super) fit: Fit,
    pub(super) code: Code,
    pub(super) memory: MemoryFit,
    /// The title leaves out the only suffix that cards of this number have (`RX 7800`).
    pub(super) completed: bool,
}

/// The title's memory sizes against those that a product was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum MemoryFit {
    Agrees,
    Unstated,
    /// Twice what the card was made with: boards are sold so, with memory soldered on.
    Doubled,
    Conflicts,
}

/// A place that names a card, or could.
#[derive(Debug, Clone)]
pub(super) struct Mention {
    pub(super) chain: Chain,
    /// The best readings; several where the title leaves it open.
    pub(super) readings: Vec<Reading>,
    pub(super) lost: Vec<(u32, Lost)>,
    /// A class or family stands at it: not a bare number.
    pub(super) named: bool,
    /// Another reading fits the words better, but not the memory that the title states.
    pub(super) settled_by_memory: bool,
}

/// What every step of naming needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) tokens: &'a Tokens,
    pub(super) index: &'a Index,
    pub(super) lexicon: &'a Lexicon,
    pub(super) context: &'a Context,
    pub(super) sizes: &'a [Size],
    pub(super) editions: u128,
}

/// How much dearer a reading may be that agrees with the stated memory.
const MEMORY_OUTWEIGHS: u8 = 5;

/// A text with more names is a list, and its time stays linear in its length.
const MOST_MENTIONS: usize = 64;

pub(super) fn read(scene: &Scene<'_>) -> Vec<Mention> {
    let mut mentions: Vec<Mention> = Vec::new();
    for (at, token) in scene.tokens.list.iter().enumerate() {
        let group = match token.shape {
            Shape::Number => scene.index.by_number.get(&token.value),
            Shape::Word if token.bit & scene.index.anchors != 0 => {
                scene.index.by_word.get(&token.bit)
            }
            _ => None,
        };
        let Some(group) = group else { continue };
        if token.shape == Shape::Number && is_processor_number(scene.tokens, at) {
            continue;
        }
        let in_list = mentions
            .last()
            .is_some_and(|last| continues_list(scene.tokens, last, at));
        let inherited = if in_list {
            mentions.last().map_or(0, |last| last.chain.left)
        } else {
            0
        };
        if let Some(mention) = read_at(scene, at, token, group, inherited) {
            mentions.push(mention);
        }
        if mentions.len() >= MOST_MENTIONS {
            break;
        }
    }
    mentions
}

fn read_at(
    scene: &Scene<'_>,
    at: usize,
    token: &Token,
    group: &Group,
    inherited: u128,
) -> Option<Mention> {
    let tokens = scene.tokens;
    let masks = &scene.index.masks;
    let (leads, plain) = ways_to_read(scene, at, token, group);
    if !leads && !plain {
        return None;
    }
    let mut chain = chain::read(
        tokens,
        at,
        leads.then(|| at - 1),
        group,
        masks,
        scene.lexicon,
    );
    // Makers' codes go on with letters of their own: `GV-N710SL`.
    if maker_of_code(tokens, at) != Maker::None {
        chain.unknown_tail = false;
        if tokens.is_glued(at + 1) && tokens.text_at(at + 1).starts_with("ti") {
            chain.words |= masks.ti;
        }
    }
    if inherited != 0 && !chain.class_touches && !chain.family_near {
        chain.words |= inherited;
        chain.left |= inherited;
    }
    let mut readings: Vec<Reading> = Vec::new();
    let mut lost: Vec<(u32, Lost)> = Vec::new();
    for pattern in &group.patterns {
        let considered = if pattern.lead.is_empty() {
            plain
        } else {
            leads && pattern.lead == tokens.text_at(at - 1)
        };
        let Some(product) = scene.index.product(pattern.product).filter(|_| considered) else {
            continue;
        };
        match judge(scene, pattern, product, &chain, group) {
            Ok(reading) => add_reading(&mut readings, reading),
            Err(reason) => lost.push((pattern.product, reason)),
        }
    }
    if readings.is_empty() {
        readings.extend(complete(scene, &lost, &chain));
    }
    let named = chain.class_touches
        || chain.family_near
        || inherited != 0
        || chain.left & masks.strong_class != 0;
    lost.retain(|(place, _)| !readings.iter().any(|reading| reading.product == *place));
    if readings.is_empty() && (!named || lost.is_empty()) {
        return None;
    }
    let settled_by_memory = keep_best(&mut readings, &mut lost);
    Some(Mention {
        chain,
        readings,
        lost,
        named,
        settled_by_memory,
    })
}

/// Titles this short hold a code, a size and no word that says what they offer.
const SHORT_TITLE: usize = 6;

/// `H100`, `T400 4GB`: a short title with the code of a card.
pub(super) fn is_bare_code(scene: &Scene<'_>) -> bool {
    let tokens = &scene.tokens.list;
    tokens.len() <= SHORT_TITLE
        && scene.context.unknown == 0
        && tokens.iter().enumerate().any(|(at, token)| {
            scene.tokens.is_glued(at)
                && token.shape == Shape::Number
                && scene
                    .index
                    .by_number
                    .get(&token.value)
                    .is_some_and(|group| ways_to_read(scene, at, token, group).0)
        })
}

/// Whether the number can be read with the letters before it as a code, and without them.
fn ways_to_read(scene: &Scene<'_>, at: usize, token: &Token, group: &Group) -> (bool, bool) {
    let tokens = scene.tokens;
    let masks = &scene.index.masks;
    let Some(before) = at.checked_sub(1).and_then(|before| tokens.list.get(before)) else {
        return (false, true);
    };
    if token.shape == Shape::Word {
        return (false, true);
    }
    let letters = tokens.text(before);
    let glued = token.gap.is_glued();
    let naming = masks.class | masks.family | masks.quadro | masks.titan | masks.pro;
    let spaced_lead = || {
        let name_before = at >= 2
            && tokens
                .list
                .get(at - 2)
                .is_some_and(|first| first.term.is_family() || first.bit & naming != 0);
        token.gap.is_only(Gap::SPACE.and(Gap::HYPHEN)) && (letters.len() >= 2 || name_before)
    };
    let leads = before.shape == Shape::Word
        && group
            .patterns
            .iter()
            .any(|pattern| !pattern.lead.is_empty() && pattern.lead == letters)
        && (glued || spaced_lead());
    let decimal = |gap: Gap| gap == Gap::DOT;
    if !leads && before.shape == Shape::Number && decimal(token.gap) {
        return (false, false);
    }
    let plain = !leads
        && (!glued
            || maker_of_code(tokens, at) != Maker::None
            || before.shape == Shape::Script
            || before.bit & naming != 0
            || matches!(
                before.term,
                Term::Brand
                    | Term::BoardLine
                    | Term::GpuNoun
                    | Term::NvidiaClass
                    | Term::AmdClass
                    | Term::WeakClass
            )
            || before.term.is_family())
        && (token.value >= 100 || before.bit != 0 || is_mining_number(tokens, at));
    (leads, plain)
}

/// `40HX`: the letters that only NVIDIA's mining cards have.
pub(super) fn is_mining_number(tokens: &Tokens, at: usize) -> bool {
    tokens.is_glued(at + 1) && tokens.text_at(at + 1) == "hx" && tokens.text_at(at).len() <= 3
}

/// Whose chip a board maker's code names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Maker {
    None,
    Nvidia,
    Amd,
}

/// `GV-N710`, `EAH6770`, `N9800GT`, `R4350`: letters glued before the number in the codes of Gigabyte, ASUS and MSI.
pub(super) fn maker_of_code(tokens: &Tokens, at: usize) -> Maker {
    let Some(before) = at.checked_sub(1) else {
        return Maker::None;
    };
    let digits = tokens.text_at(at).len();
    if !tokens.is_glued(at) || digits < 3 {
        return Maker::None;
    }
    let after_prefix = before > 0
        && tokens.gap_at(before) == Gap::HYPHEN
        && matches!(tokens.text_at(before - 1), "gv" | "vga");
    let by_maker = || {
        tokens.list.iter().any(|token| {
            matches!(tokens.text(token), "msi" | "gigabyte" | "gygabyte")
                || token.term == Term::GpuNoun
        }) || tokens
            .list
            .iter()
            .any(|token| tokens.text(token) == "微星" || tokens.text(token) == "技嘉")
    };
    match tokens.text_at(before) {
        "eah" => Maker::Amd,
        "en" | "gf" | "nx" => Maker::Nvidia,
        "g" if before > 0 && tokens.term_at(before - 1) == Term::Geforce => Maker::Nvidia,
        // Gigabyte's `N560` is the Ti as often as not.
        "n" if tokens.text_at(at) == "560" && !tokens.is_glued(at + 1) => Maker::None,
        "n" if after_prefix && tokens.text_at(at) == "560" => Maker::None,
        "n" if after_prefix => Maker::Nvidia,
        "r" if after_prefix && digits == 4 => Maker::Amd,
        "n" if !tokens.is_glued(before) && by_maker() => Maker::Nvidia,
        "r" if !tokens.is_glued(before) && digits == 4 && by_maker() => Maker::Amd,
        _ => Maker::None,
    }
}

fn judge(
    scene: &Scene<'_>,
    pattern: &Pattern,
    product: &Product,
    chain: &Chain,
    group: &Group,
) -> Result<Reading, Lost> {
    let masks = &scene.index.masks;
    let fit = fit(
        pattern,
        product,
        chain,
        scene.editions,
        scene.context.low_profile,
        group,
        masks,
    )?;
    let memory = memory_fit(product, scene.sizes);
    let reading = Reading {
        product: pattern.product,
        only: pattern.only,
        fit,
        code: pattern.code,
        memory,
        completed: false,
    };
    if is_supported(scene, pattern, product, chain, &reading) {
        Ok(reading)
    } else {
        Err(Lost::NoContext)
    }
}

/// The same product may fit by several of its names; the cheapest counts, and of equals the one for all variants.
fn add_reading(readings: &mut Vec<Reading>, reading: Reading) {
    match readings
        .iter_mut()
        .find(|known| known.product == reading.product)
    {
        Some(known) if reading.fit.cost < known.fit.cost => *known = reading,
        Some(_) => {}
        None => readings.push(reading),
    }
}

/// `RX 7800`: where all cards of a number have one suffix and it is left out, that card is meant.
fn complete(scene: &Scene<'_>, lost: &[(u32, Lost)], chain: &Chain) -> Option<Reading> {
    let masks = &scene.index.masks;
    let [(place, Lost::Lacks(words))] = lost else {
        return None;
    };
    let product = scene.index.product(*place)?;
    let memory = memory_fit(product, scene.sizes);
    let radeon = chain.class_touches && chain.words & masks.class & masks.amd != 0;
    let fits = radeon
        && *words & !masks.telling == 0
        && matches!(memory, MemoryFit::Agrees | MemoryFit::Unstated);
    let fit = Fit {
        cost: 8,
        class_omitted: false,
        class_swapped: false,
        loose: true,
    };
    fits.then_some(Reading {
        product: *place,
        only: None,
        fit,
        code: Code::Number,
        memory,
        completed: true,
    })
}

pub(super) fn memory_fit(product: &Product, sizes: &[Size]) -> MemoryFit {
    if sizes.is_empty() {
        return MemoryFit::Unstated;
    }
    let known = || {
        product
            .variants
            .iter()
            .filter_map(|variant| variant.memory_gb)
    };
    let any = |size: f64| sizes.iter().any(|stated| is_same(stated.gigabytes, size));
    if known().next().is_none() {
        return MemoryFit::Unstated;
    }
    if known().any(|size| any(size) || product.gpus > 1 && any(size / f64::from(product.gpus))) {
        MemoryFit::Agrees
    } else if known().any(|size| any(size * 2.0)) {
        MemoryFit::Doubled
    } else {
        MemoryFit::Conflicts
    }
}

/// Keeps the readings that explain the title best; true where memory overruled the words.
fn keep_best(readings: &mut Vec<Reading>, lost: &mut Vec<(u32, Lost)>) -> bool {
    let Some(cheapest) = readings.iter().map(|reading| reading.fit.cost).min() else {
        return false;
    };
    let agrees = |reading: &Reading| reading.memory == MemoryFit::Agrees;
    let agreeing = readings
        .iter()
        .filter(|reading| agrees(reading) && reading.fit.cost <= cheapest + MEMORY_OUTWEIGHS)
        .map(|reading| reading.fit.cost)
        .min();
    let limit = agreeing.unwrap_or(cheapest);
    let several = readings.len() > 1;
    let settled = agreeing.is_some()
        && several
        && readings
            .iter()
            .any(|reading| reading.fit.cost <= limit && !agrees(reading));
    readings.retain(|reading| {
        let kept = reading.fit.cost == limit && (agreeing.is_none() || agrees(reading));
        if !kept {
            let reason = if agreeing.is_some() && !agrees(reading) {
                Lost::Memory
            } else {
                Lost::Worse
            };
            lost.push((reading.product, reason));
        }
        kept
    });
    settled
}

/// `RTX 3060 3070 3080`: numbers of cards in a row, up to the end or to another number. A round one may be a price.
fn follows_in_a_row(tokens: &Tokens, last: &Mention, at: usize) -> bool {
    let is_card = tokens
        .list
        .get(at)
        .is_some_and(|token| (1050..=5090).contains(&token.value) && token.value % 1000 != 0);
    let next = tokens.list.get(at + 1);
    is_card
        && last.named
        && (1050..=5090).contains(&last.chain.value)
        && at == last.chain.last + 1
        && tokens.gap_at(at) == Gap::SPACE
        && next.is_none_or(|next| {
            next.shape == Shape::Number && next.gap == Gap::SPACE && next.value >= 1000
        })
}

/// `GTX 1060/1070/1080`: the number goes on a list that the mention before began.
fn continues_list(tokens: &Tokens, last: &Mention, at: usize) -> bool {
    if follows_in_a_row(tokens, last, at) {
        return true;
    }
    let mut from = last.chain.last + 1;
    let mut joined = false;
    while from < at {
        let term = tokens.term_at(from);
        joined |= tokens
            .gap_at(from)
            .has(Gap::SLASH.and(Gap::COMMA).and(Gap::AND));
        joined |= term == Term::Or;
        let passing = matches!(term, Term::Or | Term::With | Term::Gigabyte)
            || tokens
                .list
                .get(from)
                .is_some_and(|token| token.shape == Shape::Number && token.value < 100);
        if !passing {
            return false;
        }
        from += 1;
    }
    joined
        || tokens
            .gap_at(at)
            .has(Gap::SLASH.and(Gap::COMMA).and(Gap::AND))
}
