//! What stands around a number that could be a model: the words to its left and right that belong to the same name.

use super::index::{Group, Masks};
use super::lexicon::Lexicon;
use super::term::Term;
use super::tokens::{Gap, Shape, Tokens};

/// The surroundings of a possible model, as sets of words and as the stretch of tokens that they cover.
#[derive(Debug, Clone, Copy)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent facts about one stretch of text"
)]
pub(super) struct Chain {
    /// First and last token of the name.
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) anchor: usize,
    /// The number itself; 0 for a word.
    pub(super) value: u32,
    pub(super) words: u128,
    /// The words left of the anchor alone.
    pub(super) left: u128,
    /// Letters glued behind the number that no name has: `M60AC`, `980T`.
    pub(super) unknown_tail: bool,
    /// Letters with a meaning that are glued to the number: they make another code of it, unless the name has them.
    pub(super) glued: u128,
    /// `4070S`: SUPER or a plural.
    pub(super) short_super: bool,
    /// A class or family touches the number.
    pub(super) class_touches: bool,
    pub(super) family_near: bool,
}

/// How far to look on either side, in tokens.
const REACH: usize = 8;

pub(super) fn read(
    tokens: &Tokens,
    anchor: usize,
    lead: Option<usize>,
    group: &Group,
    masks: &Masks,
    lexicon: &Lexicon,
) -> Chain {
    let mut chain = Chain {
        first: lead.unwrap_or(anchor),
        last: anchor,
        anchor,
        value: tokens.list.get(anchor).map_or(0, |token| token.value),
        words: 0,
        left: 0,
        unknown_tail: false,
        glued: 0,
        short_super: false,
        class_touches: false,
        family_near: false,
    };
    read_left(&mut chain, tokens, group, masks);
    read_right(&mut chain, tokens, group, masks, lexicon);
    chain.words |= chain.left;
    chain
}

fn read_left(chain: &mut Chain, tokens: &Tokens, group: &Group, masks: &Masks) {
    let mut at = chain.first;
    let mut passed = false;
    for step in 0..REACH {
        let gap = tokens.gap_at(at);
        if at == 0 || gap.has(Gap::CLOSE) && step > 2 {
            return;
        }
        at -= 1;
        let Some(token) = tokens.list.get(at) else {
            return;
        };
        let naming = token.term.is_family()
            || matches!(
                token.term,
                Term::NvidiaClass | Term::AmdClass | Term::WeakClass | Term::Pro
            )
            || token.bit & (masks.class | masks.family | masks.titan | masks.optional) != 0
            || token.bit & group.used & !masks.x2 & !masks.v2 != 0
                && tokens.text(token).len() > 1
                && !passed;
        let passing = matches!(
            token.term,
            Term::NameFiller | Term::Brand | Term::BoardLine | Term::GpuNoun | Term::Harmless
        );
        // A class further away belongs to another word: `XFX GTS Radeon RX 580`, `THICC II Pro Radeon RX 5700 XT`.
        let far = token.bit & masks.class != 0 && chain.left & masks.class != 0
            || token.bit & masks.pro != 0
                && (passed || step > 0 && !is_named_before(tokens, at, masks));
        passed |= passing;
        if far {
            return;
        }
        if naming {
            chain.left |= token.bit;
            if token.bit & (masks.class | masks.titan) != 0 && step == 0
                || token.bit & masks.class != 0 && step <= 2
            {
                chain.class_touches = true;
            }
            if token.term.is_family() {
                chain.family_near = true;
            }
            chain.first = at;
        } else if token.bit & (masks.soft | masks.edition) != 0 && step <= 1 {
            chain.left |= token.bit;
            chain.first = at;
        } else if !passing {
            return;
        }
        if gap.has(Gap::COMMA) || (gap.has(Gap::SLASH) && !naming) {
            return;
        }
    }
}

/// `Radeon Pro W5700`, `RTX PRO 6000`: a family or class stands before the word, as it does not in `THICC II Pro`.
fn is_named_before(tokens: &Tokens, at: usize, masks: &Masks) -> bool {
    at.checked_sub(1)
        .and_then(|before| tokens.list.get(before))
        .is_some_and(|token| {
            token.term.is_family() || token.bit & (masks.class | masks.family) != 0
        })
}

fn read_right(chain: &mut Chain, tokens: &Tokens, group: &Group, masks: &Masks, lexicon: &Lexicon) {
    let mut at = chain.anchor + 1;
    let mut touching = true;
    let spelled = tokens
        .list
        .get(chain.anchor)
        .is_some_and(|anchor| anchor.shape == Shape::Word);
    while at <= chain.anchor + REACH {
        let Some(token) = tokens.list.get(at) else {
            return;
        };
        // `1660 Ti / Super` offers two cards.
        chain.unknown_tail |= token.gap.has(Gap::SLASH) && token.bit & masks.telling != 0;
        if token.gap.has(Gap::SLASH)
            || token.gap.has(Gap::COMMA) && touching_suffix(token.bit, masks)
        {
            return;
        }
        let text = tokens.text(token);
        // Only the old GeForce cards have their class behind the number; `EVGA 650 GT` is a power supply.
        let trailing = token.bit & masks.class & !masks.rtx & !masks.gtx != 0;
        // `RX 6700 XT (RTX 3070 equivalent)`: the class of the next name.
        if begins_another_name(tokens, at, masks) {
            return;
        }
        if trailing && chain.value < 6000 && !spelled {
            return;
        }
        touching &= token.gap.is_glued();
        match token.shape {
            Shape::Number => {
                let sized = matches!(tokens.term_at(at + 1), Term::Gigabyte | Term::Megabyte)
                    || starts_size(tokens, at + 1);
                let bit = lexicon.bit(text);
                if !sized && bit & group.used != 0 {
                    chain.words |= bit;
                    chain.last = at;
                } else if sized {
                    at += 1;
                } else {
                    return;
                }
                touching = false;
            }
            Shape::Script => return,
            Shape::Word => {
                let number_follows = tokens
                    .list
                    .get(at + 1)
                    .is_some_and(|next| next.shape == Shape::Number && next.gap.is_glued());
                if touching && matches!(text, "d" | "g" | "gd" | "ddr") && number_follows {
                    at += 2;
                    touching = false;
                    continue;
                }
                // `GTX1070TI-A8G`, also without the hyphen: a maker's letter before the size.
                let maker = matches!(text, "a" | "o") && starts_size(tokens, at + 2);
                if maker && token.gap.is_glued() && tokens.is_glued(at + 1) {
                    at += 1;
                    continue;
                }
                // `4070 Ti` and the S of SUPER run together as `4070TIS`; `TIO` and `TIA` are makers' codes of memory.
                let after_ti = token.gap.is_glued()
                    && chain.words & lexicon.bit("ti") != 0
                    && tokens.text_at(at - 1) == "ti";
                if after_ti && text == "s" && group.used & masks.super_word != 0 {
                    chain.words |= masks.super_word;
                    chain.last = at;
                    at += 1;
                    continue;
                }
                // `RTX 4080 S`: apart it is no plural.
                if is_spaced_s(tokens, at) && group.used & masks.super_word != 0 {
                    match read_spaced_s(tokens, at) {
                        Some(true) => {
                            chain.words |= masks.super_word;
                            chain.last = at;
                            at += 1;
                            continue;
                        }
                        Some(false) => return,
                        None => {
                            chain.unknown_tail = true;
                            return;
                        }
                    }
                }
                if touching && text == "s" && group.used & lexicon.bit("s") == 0 {
                    chain.short_super = true;
                    chain.last = at;
                    at += 1;
                    continue;
                }
                let counted = counts(token.bit, token.gap, text, touching, spelled, group, masks)
                    && !is_count(tokens, at, text);
                if counted
                    && token.bit == masks.super_word
                    && is_only_praise(tokens, at, group, masks)
                {
                    return;
                }
                if text == "gtx" && tokens.gap_at(at + 1).has(Gap::TIGHT_PLUS) {
                    chain.words |= masks.plus;
                }
                if text == "x2" && group.used & masks.x2 == 0 {
                    chain.words |= masks.x2;
                } else if counted {
                    chain.words |= token.bit;
                    chain.last = at;
                    if touching && token.term != Term::Harmless && !matches!(text, "v2" | "x2") {
                        chain.glued |= token.bit;
                    }
                } else if touching && may_be_glued(token.term, text) {
                    chain.last = at;
                } else if touching {
                    chain.unknown_tail = true;
                    return;
                } else if !matches!(
                    token.term,
                    Term::NameFiller
                        | Term::MemoryType
                        | Term::Form
                        | Term::PciExpress
                        | Term::Gigabyte
                        | Term::Harmless
                        | Term::GpuNoun
                ) && !token.term.is_family()
                {
                    return;
                }
            }
        }
        at += 1;
    }
}

/// Whether a word behind the number takes part in the name. Single letters do so only glued to it, or where a name of
/// the group has them (`RTX 4090 D`).
fn counts(
    bit: u128,
    gap: Gap,
    text: &str,
    touching: bool,
    spelled: bool,
    group: &Group,
    masks: &Masks,
) -> bool {
    if bit == 0 {
        return false;
    }
    let wanted = bit & (group.used | masks.suffix) != 0 || spelled && bit & masks.anchors != 0;
    let naming = bit
        & (masks.class | masks.family | masks.quadro | masks.pro | masks.soft | masks.edition)
        != 0;
    if text.len() == 1 {
        return touching
            || bit & group.used != 0
                && (spelled || matches!(text, "d" | "x" | "s") || gap == Gap::HYPHEN);
    }
    wanted || naming || touching
}

/// The S of `RTX 4080 S`: directly behind the number and by itself.
fn is_spaced_s(tokens: &Tokens, at: usize) -> bool {
    let behind_number = tokens
        .list
        .get(at - 1)
        .is_some_and(|token| token.shape == Shape::Number && token.value >= 1000);
    behind_number
        && tokens.text_at(at) == "s"
        && tokens.gap_at(at) == Gap::SPACE
        && !tokens.is_glued(at + 1)
        && !tokens.gap_at(at + 1).has(Gap::HYPHEN)
}

/// Whether that S is SUPER; `None` where nobody can tell. A small one is `with` to a Czech (`s krabicí`, `s 8GB`).
fn read_spaced_s(tokens: &Tokens, at: usize) -> Option<bool> {
    let next = tokens.list.get(at + 1);
    let is_thing = matches!(tokens.term_at(at + 1), Term::Part | Term::Accessory);
    if tokens.list.get(at).is_some_and(|token| token.capital) {
        return Some(!is_thing);
    }
    match next {
        None => Some(true),
        Some(next) if next.shape == Shape::Number => None,
        Some(next) => Some(matches!(
            next.term,
            Term::Brand | Term::BoardLine | Term::Harmless
        )),
    }
}

/// RTX, GTX or RX with the number of a card behind it.
fn begins_another_name(tokens: &Tokens, at: usize, masks: &Masks) -> bool {
    let is_class = tokens
        .list
        .get(at)
        .is_some_and(|token| token.bit & (masks.rtx | masks.gtx | masks.rx) != 0);
    is_class
        && tokens
            .list
            .get(at + 1)
            .is_some_and(|next| next.shape == Shape::Number && next.value >= 400)
}

/// `8G x1`, `N560GTX-M2D1GD5`: a letter that belongs to the number after it and is no `X` or `M` of a name.
fn is_count(tokens: &Tokens, at: usize, text: &str) -> bool {
    text.len() == 1 && tokens.is_glued(at + 1) && !tokens.is_glued(at)
}

fn touching_suffix(bit: u128, masks: &Masks) -> bool {
    bit & masks.suffix != 0
}

/// `GTX 1080 Super JetStream`: no SUPER where no card of this number has one.
fn is_only_praise(tokens: &Tokens, at: usize, group: &Group, masks: &Masks) -> bool {
    group.used & masks.super_word == 0
        && (tokens.term_at(at + 1) == Term::SuperFollower
            || matches!(tokens.text_at(at + 1), "jetstream" | "js" | "jet" | "oc"))
}

/// `8GD6`, `12G`: letters that make a size of the number before them.
pub(super) fn starts_size(tokens: &Tokens, at: usize) -> bool {
    let text = tokens.text_at(at);
    let unit = match text {
        "g" => {
            let next = tokens.list.get(at + 1);
            !tokens.is_glued(at + 1) || next.is_some_and(|next| next.shape == Shape::Script)
        }
        "gd" | "gt" | "gbd" | "gbddr" | "gddr" | "gddr5" | "gddr6" => true,
        _ => false,
    };
    unit && tokens.is_glued(at)
}

/// Words that may stick to a number and leave the card the same: memory, lines of cards, letters of makers (`M60AC`).
fn may_be_glued(term: Term, text: &str) -> bool {
    matches!(
        term,
        Term::Harmless
            | Term::MemoryType
            | Term::Gigabyte
            | Term::BoardLine
            | Term::Brand
            | Term::NameFiller
            | Term::Form
            | Term::PciExpress
            | Term::GpuNoun
    ) || matches!(text, "ac" | "cg" | "raf" | "o" | "a" | "sc" | "ftw" | "ram")
}
