//! Whether the title gives enough context for a code or number to mean the card that it could mean.

use super::chain::Chain;
use super::flags::is_made_for_mining;
use super::index::{Code, Pattern, Product};
use super::mention::{Maker, MemoryFit, Reading, Scene, is_mining_number, maker_of_code};
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
            // `L40S 48G`: no other thing goes by that code.
            let plain = memory
                && pattern.needs != 0
                && product.name == "L40S"
                && !context.goods
                && !context.machine;
            // `DL380 2x P40 24GB 256GB RAM`: among a machine's parts, with its own memory.
            let inside =
                context.machine && context.processor | context.rig | context.server && memory;
            let spoken = near
                || plain
                || inside
                || anywhere && (memory || context.gpu_noun || context.tokens <= 6)
                || (context.gpu_noun || context.bus && !context.machine && !context.goods)
                    && memory
                    && !foreign;
            spoken && stands_alone(scene, chain, product)
        }
        Code::Medium => {
            let quiet = !context.goods && !context.machine && !context.doubtful;
            let large = reading.memory == MemoryFit::Agrees
                && scene.sizes.iter().any(|size| size.gigabytes >= 16.0);
            let spoken = anywhere
                || context.professional_brand
                || memory && quiet && context.board_brand
                || large && quiet && context.tokens <= NAMING_TITLE
                || large && context.machine
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
                        || context.mining
                        || is_made_for_mining(&product.name) && !context.goods
                        || context.rig
                        || context.board_line
                        || context.tokens <= BARE_TITLE && context.unknown == 0)
        }
        Code::Word => {
            anywhere
                || !foreign
                    && (chain.class_touches
                        || chain.family_near
                        || chain.words & (masks.rtx | masks.vega) != 0)
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
    // Twice the memory of a card speaks for it too: boards are sold so.
    let memory = matches!(reading.memory, MemoryFit::Agrees | MemoryFit::Doubled);
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
        let quiet = !context.goods && !context.doubtful && context.tokens <= NAMING_TITLE;
        let radeon_class = chain.words & masks.rx != 0
            && (value >= 1000 || context.machine || quiet && value >= 460 && context.unknown <= 2);
        let family = chain.left & masks.of(product.vendor) & !masks.class & !masks.titan != 0;
        return strong_class
            || radeon_class
            || family
            || anywhere
            || graphics
            || memory
            || short && !reading.fit.class_swapped
            // `EliteDesk 800 G4 … w/ GT 1030`: what is among a machine's parts is its card.
            || context.processor && context.machine && value >= 200;
    }
    if is_measure(scene, chain) {
        return false;
    }
    let line = chain.left & masks.of(product.vendor) & !masks.class & !masks.makers != 0;
    let telling = chain.words & masks.telling != 0 || chain.short_super;
    let vendor_near = chain.left & masks.makers & masks.of(product.vendor) != 0;
    // Nothing in the title speaks of another thing than a card.
    let quiet = !context.goods && !context.machine && !context.doubtful;
    match maker_of_code(scene.tokens, chain.anchor) {
        Maker::Nvidia if product.vendor == Vendor::Nvidia => return true,
        Maker::Amd if product.vendor == Vendor::Amd => return true,
        _ => {}
    }
    if line && value >= 100 {
        return true;
    }
    if chain.words & masks.vega != 0 {
        let bare = context.tokens <= BARE_TITLE && context.unknown == 0;
        return anywhere || graphics || memory || bare;
    }
    if is_mining_number(scene.tokens, chain.anchor) {
        return context.gpu_noun || memory || context.mining && quiet;
    }
    if value < 1000 {
        let graphics_maker = context.board_brand || context.gpu_noun;
        return vendor_near && (telling || memory || context.gpu_noun)
            || context.gpu_noun && telling
            || quiet
                && memory
                && graphics_maker
                && (context.gpu_noun || value >= 400 || chain.glued != 0);
    }
    if vendor_near && product.vendor == Vendor::Nvidia {
        return true;
    }
    if telling {
        // A machine with `3070 Ti` among its parts has that card inside.
        return anywhere
            || graphics
            || memory
            || !context.goods && context.tokens <= TELLING_TITLE
            || context.machine
            || quiet && context.tokens <= NAMING_TITLE;
    }
    let screen = value == 1080;
    if screen {
        return (anywhere || context.gpu_noun) && memory;
    }
    let geforce = is_geforce_number(product, value);
    // `5950X + 3090 FE`: a processor is named, and what stands before the number is no line of machines.
    let before = scene.tokens.term_at(chain.anchor.wrapping_sub(1));
    let among_parts = context.processor
        && value >= 1650
        && !matches!(
            before,
            Term::Laptop | Term::Computer | Term::SystemHint | Term::Brand | Term::Processor
        );
    if geforce && among_parts {
        return true;
    }
    if is_in_a_code(scene, chain) {
        return false;
    }
    if geforce && context.sells && quiet && context.tokens <= TELLING_TITLE && value >= 1650 {
        return true;
    }
    memory && (anywhere || graphics || quiet && (geforce || context.maker || context.mining))
        || context.gpu_noun && (anywhere || context.board_brand || context.board_line || geforce)
        || geforce && quiet && context.board_line && context.tokens <= NAMING_TITLE
        || geforce && context.board_brand && context.tokens <= TELLING_TITLE
        || anywhere && context.board_line && quiet
}

/// `01G-P3-3730-KR`: a number between hyphens, behind letters and digits, is a part of a part number.
fn is_in_a_code(scene: &Scene<'_>, chain: &Chain) -> bool {
    let tokens = scene.tokens;
    let at = chain.anchor;
    let number_before = at.checked_sub(1).and_then(|before| tokens.list.get(before));
    tokens.gap_at(at) == Gap::HYPHEN
        && number_before.is_some_and(|before| {
            before.shape == Shape::Number || before.bit == 0 && before.term == Term::None
        })
}

/// Titles this short that speak of nothing else may name a card by its number.
const NAMING_TITLE: usize = 12;

/// GeForce cards since the 10 series: their numbers are known by themselves (`3080 10G`).
fn is_geforce_number(product: &Product, value: u32) -> bool {
    product.name.starts_with("GeForce") && (1050..=5090).contains(&value)
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
            || tokens
                .list
                .get(lead - 1)
                .is_some_and(|before| before.shape == Shape::Script)
            || matches!(
                term,
                Term::GpuNoun
                    | Term::Brand
                    | Term::NvidiaClass
                    | Term::NameFiller
                    | Term::Gigabyte
                    | Term::Pro
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
        // Words of a script without spaces follow without a gap.
        Shape::Script => true,
        Shape::Number => product
            .variants
            .iter()
            .filter_map(|variant| variant.memory_gb)
            .any(|size| (size - f64::from(token.value)).abs() < 0.5),
        Shape::Word => {
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
