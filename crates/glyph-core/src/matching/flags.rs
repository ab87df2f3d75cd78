//! What a buyer must know beside the name: for parts, a bundle, a choice of models, modified memory, mining, laptop.
//!
//! Flags never name a card nor take one away; a card for parts counts as such when it is scored.

use serde::Serialize;

use super::Kind;
use super::mention::MemoryFit;
use super::naming::Naming;
use super::term::Term;
use super::tokens::{Gap, Shape, Tokens};
use crate::registry::Form;

/// A caution that the title gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// Broken, not working, for spares.
    ForParts,
    /// The card comes with other goods for one price.
    Bundle,
    /// The buyer chooses among several models.
    Choice,
    /// More memory soldered on than the card was made with.
    ModifiedMemory,
    /// A card made for mining, or said to have mined.
    Mining,
    /// A laptop's chip or module, or a laptop.
    Laptop,
}

impl Flag {
    pub const ALL: [Flag; 6] = [
        Flag::ForParts,
        Flag::Bundle,
        Flag::Choice,
        Flag::ModifiedMemory,
        Flag::Mining,
        Flag::Laptop,
    ];

    /// The stable name, as databases and answers have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Flag::ForParts => "for_parts",
            Flag::Bundle => "bundle",
            Flag::Choice => "choice",
            Flag::ModifiedMemory => "modified_memory",
            Flag::Mining => "mining",
            Flag::Laptop => "laptop",
        }
    }
}

/// What is known of the answer when its flags are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answered<'a> {
    pub(super) kind: Kind,
    pub(super) naming: &'a Naming,
    pub(super) product: Option<&'a str>,
    pub(super) form: Option<Form>,
    pub(super) mobile_part: bool,
}

/// The flags of a title in the order of [`Flag::ALL`]. None for what is no card and no machine.
pub(super) fn read(tokens: &Tokens, answered: &Answered<'_>) -> Vec<Flag> {
    let card = matches!(answered.kind, Kind::GpuCard | Kind::GpuLot);
    if !card && answered.kind != Kind::System {
        return Vec::new();
    }
    let says = |flag: Flag| {
        (0..tokens.list.len()).any(|at| {
            PHRASES
                .iter()
                .any(|(told, phrases)| *told == flag && starts_one(tokens, at, phrases))
        })
    };
    Flag::ALL
        .into_iter()
        .filter(|flag| match flag {
            Flag::ForParts => is_for_parts(tokens),
            Flag::Bundle => card && (says(Flag::Bundle) || brings_goods(tokens, answered.naming)),
            Flag::Choice => card && (answered.naming.is_list || says(Flag::Choice)),
            Flag::ModifiedMemory => {
                answered.naming.memory == Some(MemoryFit::Doubled)
                    || card && says(Flag::ModifiedMemory)
            }
            Flag::Mining => answered.product.is_some_and(is_made_for_mining) || says(Flag::Mining),
            Flag::Laptop => {
                answered.mobile_part
                    || answered.form == Some(Form::Mxm)
                    || answered.kind == Kind::System
                        && tokens.list.iter().any(|token| token.term == Term::Laptop)
            }
        })
        .collect()
}

/// Words and phrases; a `*` lets the last word go on. Words of scripts without spaces may stand anywhere.
const PHRASES: &[(Flag, &[&str])] = &[
    (
        Flag::ForParts,
        &[
            "parts only",
            "parts or",
            "parts repair",
            "spares",
            "spare parts",
            "not working",
            "non working",
            "nonworking",
            "doesn t work",
            "does not work",
            "faulty",
            "dead",
            "broken",
            "defect*",
            "as is",
            "asis",
            "no display",
            "no video",
            "not tested working",
            "artifact*",
            "artefact*",
            "repair",
            "for repair",
            "junk",
            "untested for parts",
            "defekt*",
            "kaputt",
            "bastler*",
            "ersatzteil*",
            "hors service",
            "en panne",
            "para repuesto*",
            "para peca*",
            "com defeito",
            "defeito",
            "quebrad*",
            "averiad*",
            "no funciona",
            "nao funciona",
            "non funzionante",
            "guast*",
            "uszkodzon*",
            "na czesci",
            "niesprawn*",
            "нерабоч*",
            "неисправн*",
            "на запчаст*",
            "запчаст*",
            "не рабоч*",
            "не работает",
            "под восстановление",
            "артефакт*",
            "дефект*",
            "отвал",
            "донор",
            "坏",
            "故障",
            "維修",
            "维修",
            "配件卡",
            "ジャンク",
            "不動",
            "動作未確認",
            "고장",
        ],
    ),
    (
        Flag::Bundle,
        &[
            "bundle",
            "bundled",
            "combo",
            "комплект",
            "в комплекте с",
            "套装",
            "套餐",
        ],
    ),
    (
        Flag::Choice,
        &[
            "choose",
            "your choice",
            "choice of",
            "pick one",
            "select model",
            "various models",
            "multiple models",
            "variations",
            "options available",
            "на выбор",
            "разные",
            "a escolher",
            "a elegir",
            "zur auswahl",
            "多款",
            "可选",
        ],
    ),
    (
        Flag::ModifiedMemory,
        &[
            "modded",
            "modified",
            "vram mod",
            "memory mod",
            "upgraded vram",
            "vram upgrade*",
            "модифицирован*",
            "魔改",
            "改装",
            "改版",
            "改造",
        ],
    ),
    (
        Flag::Mining,
        &[
            "mining",
            "miner",
            "mined",
            "mineracao",
            "mineradora",
            "mineria",
            "minage",
            "minowan*",
            "майн*",
            "矿卡",
            "礦卡",
            "挖矿",
            "挖礦",
            "マイニング",
        ],
    ),
];

fn starts_one(tokens: &Tokens, at: usize, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| is_at(tokens, at, phrase))
}

fn is_at(tokens: &Tokens, at: usize, phrase: &str) -> bool {
    let is_script = tokens
        .list
        .get(at)
        .is_some_and(|token| token.shape == Shape::Script);
    if is_script {
        return phrase.starts_with(|letter: char| !letter.is_ascii() && letter as u32 > 0x2E7F)
            && tokens.text_at(at).contains(phrase);
    }
    let mut place = at;
    phrase.split(' ').all(|word| {
        let text = tokens.text_at(place);
        place += 1;
        match word.strip_suffix('*') {
            Some(stem) => text.starts_with(stem),
            None => text == word,
        }
    })
}

/// A title that says that the card is broken, where it does not say so of a thing that it lacks (`no broken fans`).
fn is_for_parts(tokens: &Tokens) -> bool {
    let Some((_, phrases)) = PHRASES.iter().find(|(flag, _)| *flag == Flag::ForParts) else {
        return false;
    };
    (0..tokens.list.len()).any(|at| {
        let denied = at > 0
            && matches!(
                tokens.text_at(at - 1),
                "no" | "not" | "without" | "без" | "ohne" | "sem"
            );
        starts_one(tokens, at, phrases) && !denied || for_parts_at(tokens, at)
    })
}

/// `for parts`: the two words alone, or at the end; `for parts of …` and `for parts list` are another thing.
fn for_parts_at(tokens: &Tokens, at: usize) -> bool {
    tokens.term_at(at) == Term::For
        && matches!(
            tokens.text_at(at + 1),
            "parts" | "part" | "spares" | "repair" | "запчасти" | "запчастей"
        )
}

/// `RTX 3080 + 750W PSU`: other goods beside the card, joined by a plus or a `with`.
fn brings_goods(tokens: &Tokens, naming: &Naming) -> bool {
    let Some((_, last)) = naming.spans.first().copied() else {
        return false;
    };
    (last + 1..tokens.list.len()).any(|at| {
        let goods =
            matches!(tokens.term_at(at), Term::Goods | Term::Processor) && tokens.is_free(at);
        goods
            && (at.saturating_sub(3).max(last + 1)..=at).any(|near| {
                tokens.gap_at(near).has(Gap::PLUS.and(Gap::AND))
                    || near < at && tokens.term_at(near) == Term::With
            })
    })
}

/// NVIDIA's P10x and CMP lines have no display outputs and were sold to miners.
fn is_made_for_mining(product: &str) -> bool {
    product.starts_with("CMP ")
        || product
            .strip_prefix("P10")
            .is_some_and(|rest| rest.contains('-'))
}
