//! One pattern against the words around a number: does it fit, at what cost, and if not, why not.

use super::chain::Chain;
use super::index::{Code, Group, Masks, Pattern, Product};

/// How well a pattern fits; the lower the cost the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) cost: u8,
    /// The title leaves the class out (`3080 Ti`, `Radeon 7750`).
    pub(super) class_omitted: bool,
    /// The title gives another class (`GTX 3080`).
    pub(super) class_swapped: bool,
    /// A word that only helps is missing or too many (`Quadro RTX 4000` for an Ada card).
    pub(super) loose: bool,
}

/// Why a pattern does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// The title does not say a word of the name.
    Lacks(u128),
    /// The title says a word that the name does not have.
    Says(u128),
    OtherVendor,
    OtherClass,
    UnknownLetters,
    /// The code is too short or common to mean this card here.
    NoContext,
    /// The title states a memory size that this card never had.
    Memory,
    /// Another name explains the title better.
    Worse,
}

/// `editions` are the words of the whole title that tell professional cards apart.
pub(super) fn fit(
    pattern: &Pattern,
    product: &Product,
    chain: &Chain,
    editions: u128,
    low_profile: bool,
    group: &Group,
    masks: &Masks,
) -> Result<Fit, Lost> {
    let needs = pattern.needs;
    let professional = needs & masks.rtx != 0 || group.used & masks.pro != 0;
    let mut said = chain.words;
    if professional {
        said |= editions & (masks.soft | masks.edition);
    }
    said |= editions & masks.shaders & group.used;
    // Of the Ada and Blackwell cards only the SFF ones are of low profile.
    if low_profile
        && pattern.lead.is_empty()
        && needs & masks.soft != 0
        && group.used & masks.sff != 0
    {
        said |= masks.sff;
    }
    if chain.short_super && needs & masks.super_word != 0 {
        said |= masks.super_word;
    }
    if chain.unknown_tail {
        return Err(Lost::UnknownLetters);
    }
    let own = masks.of(product.vendor);
    let all = masks.nvidia | masks.amd | masks.intel | masks.matrox;
    let foreign = said & all & !own & !needs;
    if foreign != 0 && (said & own == 0 || foreign & masks.class != 0) {
        return Err(Lost::OtherVendor);
    }
    let plural = chain.short_super && needs & masks.super_word == 0;
    let missing = needs & !said;
    let extra = said & !needs & !product.tolerated;
    let mut fit = Fit {
        cost: if plural { 3 } else { 0 },
        class_omitted: false,
        class_swapped: false,
        loose: false,
    };
    count_missing(&mut fit, pattern, missing, extra, said, masks)?;
    count_extra(&mut fit, pattern, extra, chain, group, masks)?;
    Ok(fit)
}

fn count_missing(
    fit: &mut Fit,
    pattern: &Pattern,
    missing: u128,
    extra: u128,
    said: u128,
    masks: &Masks,
) -> Result<(), Lost> {
    let needs = pattern.needs;
    let leads = !pattern.lead.is_empty();
    let free = masks.family | masks.class | masks.quadro | masks.pro | masks.soft | masks.optional;
    if missing & !free != 0 {
        return Err(Lost::Lacks(missing & !free));
    }
    if missing & masks.pro != 0 {
        let blackwell = needs & masks.rtx != 0 && said & masks.soft & needs != 0;
        if !(blackwell || leads && needs & masks.rtx == 0) {
            return Err(Lost::Lacks(masks.pro));
        }
        fit.cost += if blackwell { 2 } else { 0 };
    }
    if missing & masks.polaris != 0 {
        fit.cost += 3;
        fit.loose = true;
    }
    if missing & masks.soft != 0 {
        fit.cost += if needs & masks.pro != 0 { 1 } else { 3 };
        fit.loose |= needs & masks.pro == 0;
    }
    let class = needs & masks.class;
    if missing & masks.class != 0 {
        if leads {
            fit.cost += 1;
        } else if extra & masks.class != 0 {
            if class & masks.geforce_class == 0 || extra & masks.class & !masks.geforce_class != 0 {
                return Err(Lost::OtherClass);
            }
            fit.cost += 6;
            fit.class_swapped = true;
        } else {
            fit.cost += 4;
            fit.class_omitted = true;
        }
    } else if class == 0
        && !leads
        && pattern.code == Code::Number
        && needs & said & (masks.family | masks.quadro | masks.titan | masks.strong_class) == 0
    {
        fit.cost += 4;
        fit.class_omitted = true;
    }
    if missing & masks.quadro != 0 {
        if !leads && class == 0 {
            return Err(Lost::Lacks(masks.quadro));
        }
        let rtx = class & masks.rtx != 0;
        fit.cost += if rtx && !leads { 3 } else { 1 };
        fit.loose |= rtx && !leads;
    }
    Ok(())
}

fn count_extra(
    fit: &mut Fit,
    pattern: &Pattern,
    extra: u128,
    chain: &Chain,
    group: &Group,
    masks: &Masks,
) -> Result<(), Lost> {
    let leads = !pattern.lead.is_empty();
    let naming = masks.family
        | masks.class
        | masks.quadro
        | masks.pro
        | masks.soft
        | masks.edition
        | masks.titan;
    // `HD 5870 X2` and `GTX 580 X2` are boards with two chips; of newer cards it counts them.
    let old = pattern.needs & masks.hd != 0 || pattern.needs & masks.gtx != 0 && chain.value < 1000;
    let twin = if old { masks.x2 } else { 0 };
    let other_name = if pattern.code == Code::Word {
        masks.anchors
    } else {
        0
    };
    let hard = extra
        & (group.used | masks.suffix | twin | other_name)
        & !(naming & !masks.suffix & !other_name);
    if hard != 0 {
        return Err(Lost::Says(hard));
    }
    if extra & chain.glued & !naming != 0 {
        return Err(Lost::Says(extra & chain.glued));
    }
    let soft = extra & masks.soft;
    if soft != 0 {
        if soft & group.used != 0 || pattern.needs & masks.rtx != 0 {
            return Err(Lost::Says(soft));
        }
        fit.cost += 2;
    }
    if extra & masks.edition & group.used != 0 {
        return Err(Lost::Says(extra & masks.edition & group.used));
    }
    if extra & masks.titan != 0 && pattern.code == Code::Number {
        return Err(Lost::Says(masks.titan));
    }
    // `Quadro RTX 7000` is no Quadro 7000.
    if extra & masks.rtx != 0 && pattern.needs & masks.quadro != 0 && !leads {
        return Err(Lost::OtherClass);
    }
    if extra & masks.quadro != 0 {
        fit.cost += if leads { 1 } else { 2 };
        fit.loose |= !leads;
    }
    if extra & masks.family != 0 {
        let vendor_words_only = extra & masks.family & group.used == 0;
        fit.cost += u8::from(!vendor_words_only);
    }
    let class = extra & masks.class;
    if class != 0 && !fit.class_swapped {
        if leads {
            fit.cost += 1;
        } else if class & group.used != 0 {
            return Err(Lost::OtherClass);
        } else {
            fit.cost += 5;
            fit.class_swapped = true;
        }
    }
    if extra & masks.pro != 0 {
        let before = chain.left & masks.pro != 0;
        if !leads && before && group.used & masks.pro != 0 {
            return Err(Lost::Says(masks.pro));
        }
        fit.cost += if leads { 0 } else { 2 };
    }
    Ok(())
}
