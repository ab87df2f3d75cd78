//! Whether the title gives enough context for a code or number to mean the card that it could mean.

use super::chain::Chain;
use super::index::{Code, Pattern, Product};
use super::mention::{MemoryFit, Reading, Scene};
use super::term::Term;
use super::tokens::{Gap, Shape};
use crate::registry::Vendor;

/// Titles this short hold nothing but the name.
const BARE_TITLE: usize = 4;

/// Titles this short may name a card by a number and its suffix alone: `6900 XT reference`.
const TELLING_TITLE: usize = 6;

pub(super) fn is_supported(
    scene: &Scene<'_>,
    pattern: &Pattern,
    product: &Product,
    chain: &Chain,
    reading: &Reading,
) -> bool {
    let masks = &scene.index.masks;
    let context = scene.context;
    let vendor = masks.of(product.vendor) & !masks.class & !masks.titan;
    let near = chain.left & vendor != 0;
    let anywhere = context.families & vendor != 0;
    let foreign = context.families & !masks.of(product.vendor) != 0 && !anywhere;
    // `Arc` is a word of many things.
    let anywhere = anywhere
        && (product.vendor != Vendor::Intel
            || near
            || context.families & masks.makers != 0
            || context.gpu_noun);
    let memory = reading.memory == MemoryFit::Agrees;
    match pattern.code {
        Code::Short => {
            let spoken = near
                || anywhere && (memory || context.gpu_noun || context.tokens <= 6)
                || (context.gpu_noun || context.bus && !context.machine && !context.goods)
                    && memory
                    && !foreign;
            spoken && stands_alone(scene, chain, product)
        }
        Code::Medium => {
            let spoken = anywhere
                || context.professional_brand
                || (context.gpu_noun || context.form || context.graphics_memory)
                    && memory
                    && !foreign
                || chain.class_touches;
            spoken && stands_alone(scene, chain, product)
        }
        Code::Long if pattern.lead.len() >= 3 => anywhere || context.gpu_noun && memory,
        Code::Long => {
            anywhere
                || context.professional_brand
                || chain.class_touches
                || !foreign
                    && (context.gpu_noun
                        || context.graphics_memory
                        || memory
                        || context.board_line
                        || context.tokens <= BARE_TITLE && context.unknown == 0)
        }
        Code::Word => {
            anywhere
                || !foreign
                    && (chain.class_touches || chain.family_near)
                    && (context.tokens <= BARE_TITLE && context.unknown == 0 || memory)
                || !foreign
                    && (context.gpu_noun || context.graphics_memory || context.board_brand)
                    && chain.words != 0
        }
        Code::Number => is_number_supported(scene, product, chain, reading, anywhere),
    }
}

fn is_number_supported(
    scene: &Scene<'_>,
    product: &Product,
    chain: &Chain,
    reading: &Reading,
    anywhere: bool,
) -> bool {
    let masks = &scene.index.masks;
    let context = scene.context;
    let memory = reading.memory == MemoryFit::Agrees;
    let value = scene
        .tokens
        .list
        .get(chain.anchor)
        .map_or(0, |token| token.value);
    let graphics =
        context.gpu_noun || context.graphics_memory || context.board_line || context.board_brand;
    let short = context.tokens <= BARE_TITLE && context.unknown == 0;
    let class_said = chain.words & masks.class & masks.of(product.vendor) != 0;
    if !reading.fit.class_omitted || class_said {
        let strong_class =
            chain.words & masks.strong_class != 0 && !(reading.fit.class_swapped && value < 1000);
        let radeon_class = chain.words & masks.rx != 0 && (value >= 1000 || context.machine);
        let family = chain.left & masks.of(product.vendor) & !masks.class & !masks.titan != 0;
        return strong_class || radeon_class || family || anywhere || graphics || memory || short;
    }
    if is_measure(scene, chain) {
        return false;
    }
    let line = chain.left & masks.of(product.vendor) & !masks.class & !masks.makers != 0;
    let telling = chain.words & masks.telling != 0 || chain.short_super;
    let vendor_near = chain.left & masks.makers & masks.of(product.vendor) != 0;
    if line && value >= 100 {
        return true;
    }
    if chain.words & masks.vega != 0 {
        return anywhere || graphics || memory;
    }
    if value < 1000 {
        return vendor_near && (telling || memory || context.gpu_noun);
    }
    if vendor_near && product.vendor == Vendor::Nvidia {
        return true;
    }
    if telling {
        return anywhere || graphics || memory || !context.goods && context.tokens <= TELLING_TITLE;
    }
    let screen = value == 1080;
    if screen {
        return (anywhere || context.gpu_noun) && memory;
    }
    memory && (anywhere || graphics)
        || context.gpu_noun && (anywhere || context.board_brand || context.board_line)
}

/// `1080 p`, `650 W`: a number with a unit is no model.
fn is_measure(scene: &Scene<'_>, chain: &Chain) -> bool {
    let next = chain.anchor + 1;
    let term = scene.tokens.term_at(next);
    matches!(
        term,
        Term::Unit | Term::Gigabyte | Term::Megabyte | Term::Storage
    ) || scene.tokens.gap_at(next) == Gap::DOT
        && scene
            .tokens
            .list
            .get(next)
            .is_some_and(|token| token.shape == Shape::Number)
}

/// Whether a short code stands by itself and not inside a longer code: `A2` in `GC553G2-A2X` is none.
fn stands_alone(scene: &Scene<'_>, chain: &Chain, product: &Product) -> bool {
    let tokens = scene.tokens;
    let lead = chain.anchor.saturating_sub(1);
    let before_gap = tokens.gap_at(lead);
    let joined_before = lead > 0 && before_gap.is_only(Gap::HYPHEN.and(Gap::DOT));
    if joined_before {
        let term = tokens.term_at(lead - 1);
        let known = term.is_family()
            || matches!(
                term,
                Term::GpuNoun | Term::Brand | Term::NvidiaClass | Term::NameFiller | Term::Gigabyte
            );
        if !known {
            return false;
        }
    }
    let next = chain.last.max(chain.anchor) + 1;
    let after_gap = tokens.gap_at(next);
    let Some(token) = tokens.list.get(next) else {
        return true;
    };
    if !after_gap.is_only(Gap::HYPHEN.and(Gap::DOT)) {
        return true;
    }
    match token.shape {
        Shape::Number => product
            .variants
            .iter()
            .filter_map(|variant| variant.memory_gb)
            .any(|size| (size - f64::from(token.value)).abs() < 0.5),
        _ => {
            token.term.is_family()
                || matches!(
                    token.term,
                    Term::GpuNoun
                        | Term::Form
                        | Term::PciExpress
                        | Term::Harmless
                        | Term::Brand
                        | Term::NameFiller
                        | Term::MemoryType
                )
        }
    }
}
