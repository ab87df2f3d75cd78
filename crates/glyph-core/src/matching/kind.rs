//! What a title offers, from the words around the name of the card.

use super::context::Context;
use super::fit::Lost;
use super::index::Masks;
use super::lot::Lot;
use super::naming::Naming;
use super::system::Machine;
use super::term::Term;
use super::tokens::{Gap, Shape, Tokens};
use super::{Kind, accessory, system};

/// The kind with the token that tells and how sure it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    pub(super) kind: Kind,
    pub(super) token: Option<usize>,
    pub(super) says: &'static str,
    pub(super) confidence: f64,
    /// The card named is a laptop's chip.
    pub(super) mobile_part: bool,
}

impl Offer {
    /// The price is for a time and not for the card: its notes say so.
    pub(super) fn rental() -> Offer {
        Offer::new(Kind::NotOffer, None, "rental", 0.9)
    }

    fn new(kind: Kind, token: Option<usize>, says: &'static str, confidence: f64) -> Offer {
        Offer {
            kind,
            token,
            says,
            confidence,
            mobile_part: false,
        }
    }
}

pub(super) fn decide(
    tokens: &Tokens,
    context: &Context,
    naming: &Naming,
    lot: Option<Lot>,
    masks: &Masks,
) -> Offer {
    let name = naming.spans.first().copied();
    let found = naming.product.is_some() || !naming.open.is_empty();
    let line = names_a_line(tokens, context, naming, masks);
    let speaks_of_cards = found || line.is_some() || context.gpu_noun || context.families != 0;
    if let Some((at, says)) = find_no_offer(tokens, name)
        && (speaks_of_cards
            || !naming.lost.is_empty() && matches!(tokens.term_at(at), Term::Wanted | Term::Sought)
            || context.said & (masks.class | masks.titan) != 0)
    {
        return Offer::new(Kind::NotOffer, Some(at), says, 0.9);
    }
    let machine = system::find(tokens, name, lot);
    let links = tokens.list.iter().any(|token| {
        token.term == Term::Bridge
            || tokens.text(token).starts_with("nvlink")
            || tokens.text(token) == "kit"
    }) && tokens.list.iter().any(|token| token.term == Term::Link);
    if machine
        .token
        .is_none_or(|at| is_machine_of_card(tokens, at))
        && let Some(at) = accessory::find(tokens, name)
        && (found
            || line.is_some()
            || links
            || is_for_cards(tokens, at)
            || !naming.lost.is_empty() && context.gpu_noun)
        && !(machine.processor && is_complete(tokens, machine))
    {
        return Offer::new(Kind::Accessory, Some(at), "accessory", 0.9);
    }
    let baseboard =
        |at: &usize| tokens.term_at(*at) == Term::Baseboard && !system::is_for_or_from(tokens, *at);
    if let Some(at) = (0..tokens.list.len()).find(baseboard)
        && !is_memory_module(tokens)
        && (found || !context.goods)
    {
        return Offer::new(Kind::System, Some(at), "system", 0.9);
    }
    if let Some(at) = machine.token
        && !found
    {
        // A machine whose card nobody names, or a processor with graphics of its own.
        let has_card = machine.rig
            || speaks_of_discrete(tokens, context, masks)
                && (!machine.processor || naming.named || is_complete(tokens, machine));
        let kind = if has_card { Kind::System } else { Kind::NotGpu };
        return Offer::new(kind, Some(at), kind.as_str(), 0.8);
    }
    if !found && line.is_none() {
        return without_name(tokens, context, naming, name, lot);
    }
    if let Some(at) = machine.token {
        return Offer::new(Kind::System, Some(at), "system", 0.9);
    }
    if let Some(at) = meant_for(tokens, context, name) {
        let part = (0..at).find(|before| {
            matches!(
                tokens.term_at(*before),
                Term::Part | Term::Accessory | Term::Bridge
            )
        });
        return match part {
            Some(part) => Offer::new(Kind::Accessory, Some(part), "accessory", 0.8),
            None => Offer::new(Kind::NotGpu, Some(at), "not_gpu", 0.8),
        };
    }
    if let Some(at) = promised_to(tokens, name) {
        return Offer::new(Kind::NotGpu, Some(at), "not_gpu", 0.8);
    }
    if let Some(at) = find_goods(tokens, context, name) {
        return Offer::new(Kind::NotGpu, Some(at), "not_gpu", 0.85);
    }
    let mut offer = match lot {
        Some(lot) if lot.size > 1 => Offer::new(Kind::GpuLot, None, "lot", 1.0),
        _ => Offer::new(Kind::GpuCard, line, "family", 1.0),
    };
    if machine.doubtful {
        offer.confidence = 0.8;
    }
    offer.mobile_part = machine.mobile_part;
    offer
}

/// A machine with its parts named: not a processor or board by itself.
fn is_complete(tokens: &Tokens, machine: Machine) -> bool {
    machine.whole
        || tokens.list.iter().any(|token| {
            matches!(
                token.term,
                Term::Laptop
                    | Term::Computer
                    | Term::Server
                    | Term::Rig
                    | Term::Storage
                    | Term::SystemMemory
            )
        })
}

/// `SODIMM for DGX`: memory for a machine.
fn is_memory_module(tokens: &Tokens) -> bool {
    tokens
        .list
        .iter()
        .any(|token| matches!(token.term, Term::SystemMemory | Term::Storage))
        && tokens.list.iter().any(|token| token.term == Term::For)
}

/// NVIDIA, GeForce, Quadro, RTX, RX, MX150: chips that are no part of a processor.
fn speaks_of_discrete(tokens: &Tokens, context: &Context, masks: &Masks) -> bool {
    let strong = masks.nvidia & !masks.gt_fx | masks.rx | masks.arc;
    context.said & strong != 0
        || context.gpu_noun
        || tokens.list.iter().enumerate().any(|(at, token)| {
            matches!(
                token.term,
                Term::Nvidia
                    | Term::Geforce
                    | Term::Quadro
                    | Term::Tesla
                    | Term::FirePro
                    | Term::Instinct
                    | Term::NvidiaClass
                    | Term::AmdClass
            ) || tokens.text(token) == "mx" && tokens.is_glued(at + 1)
                || matches!(
                    tokens.text(token),
                    "gaming" | "gamer" | "игровои" | "ігровии"
                )
                || token.term == Term::Radeon
                    && (tokens.text_at(at + 1) == "pro" || followed_by_number(tokens, at))
                || matches!(tokens.text(token), "graphics" | "grafik" | "vga" | "gpu")
                    && matches!(tokens.term_at(at.wrapping_sub(1)), Term::Gigabyte)
        })
}

/// The token of a line of cards that is named without a model, or with one that nobody knows.
fn names_a_line(
    tokens: &Tokens,
    context: &Context,
    naming: &Naming,
    masks: &Masks,
) -> Option<usize> {
    if lists_classes(tokens) {
        return None;
    }
    let at = |wanted: &dyn Fn(usize) -> bool| (0..tokens.list.len()).find(|at| wanted(*at));
    let term = |at: usize| tokens.term_at(at);
    let class = |at: usize| {
        tokens.list.get(at).is_some_and(|token| {
            token.bit & masks.geforce_class != 0 && token.term == Term::NvidiaClass
        })
    };
    let brand = context.board_brand
        || context.board_line
        || tokens.list.iter().any(|token| token.term == Term::Brand);
    let hinted = !context.gpu_noun
        && tokens
            .list
            .iter()
            .any(|token| token.term == Term::GoodsHint);
    let other_thing = context.goods
        || hinted
        || tokens
            .list
            .iter()
            .any(|token| tokens.text(token) == "ready")
        || tokens.list.iter().any(|token| {
            matches!(
                token.term,
                Term::Processor | Term::Storage | Term::SystemMemory
            )
        });
    if naming.named && !naming.lost.is_empty() && naming.open.is_empty() && naming.product.is_none()
    {
        // NVIDIA, AMD and Intel make many things; their lines of cards name cards.
        let lines = context.families & !masks.makers;
        let graphics = lines != 0
            || context.families & masks.nvidia != 0
            || context.gpu_noun
            || context.graphics_memory
            || brand
            || context.board_line
            || context.said & masks.rtx != 0
            || context.unknown == 0 && context.families & masks.makers == 0;
        if other_thing
            || !graphics
            || naming.lost.iter().all(|(_, lost)| *lost == Lost::NoContext)
                && lines == 0
                && !context.gpu_noun
                && context.said & masks.strong_class == 0
        {
            return None;
        }
        return at(&|at| class(at) || term(at).is_family() || term(at) == Term::AmdClass);
    }
    if other_thing {
        return at(&class).filter(|at| followed_by_number(tokens, *at));
    }
    let vendor = at(&|at| matches!(term(at), Term::Nvidia | Term::Amd));
    let strong = at(&|at| matches!(term(at), Term::Geforce | Term::Radeon));
    if strong.is_some()
        && (vendor.is_some()
            || brand
            || context.gpu_noun
            || at(&class).is_some()
            || context.graphics_memory)
    {
        return strong;
    }
    let line = at(&|at| {
        matches!(
            term(at),
            Term::Quadro | Term::FirePro | Term::Instinct | Term::Tesla
        ) || term(at) == Term::Arc
            && (context.said & masks.intel & !masks.arc != 0 || context.gpu_noun)
            || class(at)
    });
    if line.is_some_and(|at| term(at) != Term::Tesla && followed_by_code(tokens, at)) {
        return line;
    }
    if line.is_some()
        && (vendor.is_some()
            || context.gpu_noun
            || brand && at(&class).is_some()
            || context.graphics_memory)
    {
        return line;
    }
    if let Some(at) = next_generation(tokens, context, masks) {
        return Some(at);
    }
    let card = at(&|at| matches!(tokens.text_at(at), "card" | "cards" | "board"));
    vendor.filter(|_| context.gpu_noun || card.is_some() && context.tokens <= 8)
}

/// `RX 9080 XT`, `NVIDIA H300 NVL`, `NVIDIA B400 192GB`: a card named as those that are known are.
fn next_generation(tokens: &Tokens, context: &Context, masks: &Masks) -> Option<usize> {
    let value = |at: usize| tokens.list.get(at).map_or(0, |token| token.value);
    let sized = context.graphics_memory
        || context.form
        || tokens.list.iter().any(|token| token.term == Term::Gigabyte);
    (0..tokens.list.len()).find(|at| {
        let at = *at;
        let Some(token) = tokens.list.get(at) else {
            return false;
        };
        // Radeon RX cards have four digits; `RX 350` is a car.
        let radeon = token.bit & masks.rx != 0
            && (5000..=9990).contains(&value(at + 1))
            && value(at + 1) % 10 == 0
            && (sized
                || context.families != 0
                || context.maker
                || tokens
                    .list
                    .get(at + 2)
                    .is_some_and(|suffix| suffix.bit & masks.telling != 0));
        let letter = matches!(
            tokens.text_at(at + 1),
            "a" | "b" | "h" | "l" | "r" | "t" | "v"
        );
        let nvidia = token.term == Term::Nvidia
            && letter
            && tokens.is_glued(at + 2)
            && value(at + 2) >= 10
            && value(at + 2) % 10 == 0
            && !tokens.is_glued(at + 3)
            && (sized || tokens.list.len() <= 4);
        radeon || nvidia
    })
}

/// A number that could be a model's: they end with 0 or 5, those of four digits with 0.
fn followed_by_number(tokens: &Tokens, at: usize) -> bool {
    tokens.list.get(at + 1).is_some_and(|token| {
        let step = if token.value >= 1000 { 10 } else { 5 };
        token.shape == Shape::Number && token.value >= 100 && token.value % step == 0
    })
}

/// `rtx rx gtx gt`: a list of classes that searches shall find, on a power supply or the like.
fn lists_classes(tokens: &Tokens) -> bool {
    let bare = |wanted: &[&str]| {
        tokens.list.iter().enumerate().any(|(at, token)| {
            wanted.contains(&tokens.text(token)) && !followed_by_number(tokens, at)
        })
    };
    bare(&["rtx", "gtx"]) && bare(&["rx"])
}

/// `Quadro M2200`: letters and a number that could be a model.
fn followed_by_code(tokens: &Tokens, at: usize) -> bool {
    followed_by_number(tokens, at)
        || tokens.is_glued(at + 2) && !tokens.is_glued(at + 1) && followed_by_number(tokens, at + 1)
}

/// Titles that name no card at all.
fn without_name(
    tokens: &Tokens,
    context: &Context,
    naming: &Naming,
    name: Option<(usize, usize)>,
    lot: Option<Lot>,
) -> Offer {
    let other = tokens.list.iter().enumerate().position(|(at, token)| {
        matches!(
            token.term,
            Term::Goods | Term::GoodsHint | Term::Processor | Term::Laptop | Term::Computer
        ) && tokens.is_free(at)
            && !(matches!(token.term, Term::Laptop | Term::Computer)
                && system::is_for_or_from(tokens, at))
    });
    if other.is_some() || name.is_some() {
        return Offer::new(Kind::NotGpu, other, "not_gpu", 0.9);
    }
    let noun = (0..tokens.list.len()).find(|at| {
        tokens
            .list
            .get(*at)
            .is_some_and(system::is_card_noun(tokens))
    });
    if let Some(at) = noun {
        let meant_for = (at.saturating_sub(3)..at).any(|before| {
            matches!(
                tokens.term_at(before),
                Term::For | Term::With | Term::Without
            )
        });
        let stands = (0..tokens.list.len()).any(|at| {
            matches!(
                tokens.term_at(at),
                Term::Accessory | Term::Part | Term::Bridge
            )
        });
        if !meant_for && !stands {
            let several = lot.is_some_and(|lot| lot.size > 1);
            let kind = if several { Kind::GpuLot } else { Kind::GpuCard };
            return Offer::new(kind, Some(at), "graphics_card", 1.0);
        }
    }
    if context.gpu_noun || naming.is_bare_code || context.families != 0 && tokens.list.len() <= 2 {
        return Offer::new(Kind::Unclear, None, "unclear", 0.5);
    }
    Offer::new(Kind::NotGpu, None, "not_gpu", 0.9)
}

/// `RTX 4090 ready`, `RTX 3080 compatible`: a thing for the card.
fn promised_to(tokens: &Tokens, name: Option<(usize, usize)>) -> Option<usize> {
    let (_, last) = name?;
    matches!(
        tokens.text_at(last + 1),
        "ready" | "compatible" | "kompatibel" | "compativel"
    )
    .then_some(last + 1)
}

/// `850W for 4070 Ti builds`, `case fits RTX 4090`: what stands before is for the card, where no word for cards does.
fn meant_for(tokens: &Tokens, context: &Context, name: Option<(usize, usize)>) -> Option<usize> {
    let (first, _) = name?;
    let before = (0..first)
        .rev()
        .find(|at| !matches!(tokens.term_at(*at), Term::Brand | Term::NameFiller))?;
    let noun_first =
        (0..before).any(|at| matches!(tokens.term_at(at), Term::GpuNoun | Term::BoardLine));
    (tokens.term_at(before) == Term::For && before >= 2 && !noun_first && !context.graphics_memory)
        .then_some(before)
}

/// Wanted, for rent, or a picture only.
fn find_no_offer(tokens: &Tokens, name: Option<(usize, usize)>) -> Option<(usize, &'static str)> {
    for (at, token) in tokens.list.iter().enumerate() {
        match token.term {
            Term::Sought => return Some((at, "not_offer")),
            Term::Wanted => {
                let early = matches!(tokens.text_at(at), "lookingfor" | "searchingfor") && at <= 6;
                if at <= 1 || early || token.shape == Shape::Script {
                    return Some((at, "not_offer"));
                }
            }
            Term::Rental | Term::Picture
                if !matches!(tokens.text_at(at.wrapping_sub(1)), "ex" | "off" | "end") =>
            {
                return Some((at, "not_offer"));
            }
            _ => {}
        }
    }
    // `[H] cash [W] RTX 3080`, as swap boards write it: what stands behind the W is wanted.
    let wanted = (0..tokens.list.len()).find(|at| {
        tokens.text_at(*at) == "w"
            && tokens.gap_at(*at).has(Gap::OPEN)
            && tokens.gap_at(at + 1).has(Gap::CLOSE)
    })?;
    name.is_none_or(|(first, _)| first > wanted)
        .then_some((wanted, "not_offer"))
}

/// The machine word is no reason against an accessory: `fan for laptop GPU`, `riser for PC`.
fn is_machine_of_card(tokens: &Tokens, at: usize) -> bool {
    matches!(
        tokens.term_at(at),
        Term::Laptop
            | Term::Computer
            | Term::Server
            | Term::Rig
            | Term::SystemHint
            | Term::Baseboard
    )
}

/// Without a card's name an accessory must say what it is for.
fn is_for_cards(tokens: &Tokens, at: usize) -> bool {
    let near = at.saturating_sub(8)..(at + 8).min(tokens.list.len());
    let text = tokens.text_at(at);
    tokens.term_at(at) == Term::Accessory
        && near
            .clone()
            .any(|near| tokens.term_at(near) == Term::GpuNoun)
        || matches!(
            text,
            "quadrosync"
                | "syncii"
                | "gsyncmodule"
                | "riser"
                | "risers"
                | "раизер"
                | "risercable"
                | "risercard"
        )
        || ["gpu", "graphics", "placa", "grafik", "video", "vga"]
            .iter()
            .any(|noun| text.contains(noun))
        || matches!(tokens.term_at(at), Term::Licence | Term::Part)
            && near
                .into_iter()
                .any(|near| matches!(tokens.term_at(near), Term::Nvidia | Term::GpuNoun))
}

/// Other goods that name a card: a power supply for it, a monitor, a console.
fn find_goods(tokens: &Tokens, context: &Context, name: Option<(usize, usize)>) -> Option<usize> {
    (0..tokens.list.len()).find(|at| {
        let at = *at;
        if tokens.term_at(at) != Term::Goods || !tokens.is_free(at) {
            return false;
        }
        let after_name = name.is_some_and(|(_, last)| at > last);
        // `for RTX 5090 PSU` is the power supply; `RTX 3080 with PSU` is the card.
        let beside = |before: usize| name.is_none_or(|(_, last)| before > last);
        let aside = (at.saturating_sub(3)..at)
            .filter(|before| beside(*before))
            .any(|before| {
                matches!(
                    tokens.term_at(before),
                    Term::For | Term::Without | Term::Versus
                ) || tokens.term_at(before) == Term::With && !is_after_goods(tokens.text_at(before))
            })
            || tokens.gap_at(at).has(Gap::PLUS.and(Gap::OPEN));
        let counted = at > 0
            && (tokens
                .list
                .get(at - 1)
                .is_some_and(|token| token.shape == Shape::Number && beside(at - 1))
                || matches!(
                    tokens.text_at(at - 1),
                    "dual" | "multi" | "triple" | "quad" | "x" | "four" | "six" | "mini"
                ));
        !(after_name && (context.gpu_noun || aside || counted))
    })
}

/// `cable included power supply`: the word ends what comes before it.
fn is_after_goods(text: &str) -> bool {
    matches!(text, "included" | "incl" | "inkl" | "has" | "comes")
}
