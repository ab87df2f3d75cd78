//! What a buyer must know beside the name: for parts, a bundle, a choice of models, modified memory, mining, laptop.
//!
//! Flags never name a card nor take one away; a card for parts counts as such when it is scored.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::Kind;
use super::characters::fold;
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
    let said = said(tokens);
    let says = |flag: Flag| said & (1 << flag as u8) != 0;
    Flag::ALL
        .into_iter()
        .filter(|flag| match flag {
            Flag::ForParts => says(Flag::ForParts),
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

/// Phrases that say it wherever a seller describes the card at length; single words such as `repair` do not.
const NOTES_FOR_PARTS: &[&str] = &[
    "for parts",
    "parts only",
    "not working",
    "does not work",
    "doesn t work",
    "no longer works",
    "stopped working",
    "not detected",
    "will not power",
    "won t power",
    "could not power",
    "does not power",
    "no display output",
    "won t post",
    "crashes under load",
    "shows artifacts",
];

/// Whether a seller's notes give the price for a time: `$1.89/hour`, `$373/month dedicated server`. Months alone may be those
/// of a financing.
pub(super) fn notes_say_rental(notes: &Tokens) -> bool {
    let is_of_time = |at: usize, units: &[&str]| {
        let text = notes.text_at(at);
        let before = notes.text_at(at.wrapping_sub(1));
        let is_amount = before.starts_with(|letter: char| letter.is_ascii_digit());
        // `per hour` may be read as one word.
        text.strip_prefix("per")
            .is_some_and(|unit| units.contains(&unit))
            || at > 0
                && units.contains(&text)
                && (before == "per" || is_amount && notes.gap_at(at).has(Gap::SLASH))
    };
    // Some of them are read as one word with the next: `dedicated server`.
    let lets = |at: usize| {
        ["rent", "leas", "host", "dedicated", "cloud"]
            .iter()
            .any(|begins| notes.text_at(at).starts_with(begins))
    };
    let words = 0..notes.list.len();
    words
        .clone()
        .any(|at| is_of_time(at, &["hour", "hr", "hours"]))
        || words.clone().any(lets)
            && words
                .clone()
                .any(|at| is_of_time(at, &["month", "mo", "day", "week"]))
}

/// Words of a clause that speaks of what may happen, or of other goods: `refund if it does not work`, `my old PSU was not
/// working`.
const NOT_OF_THE_CARD: &[&str] = &[
    "if",
    "when",
    "should",
    "unless",
    "case",
    "refund",
    "refunds",
    "return",
    "returns",
    "returned",
    "warranty",
    "guarantee",
    "dead",
    "psu",
    "monitor",
    "computer",
    "pc",
    "motherboard",
    "cable",
    "fan",
    "fans",
];

/// Words that deny what comes next, or speak of the past.
const DENIES: &[&str] = &["no", "not", "never", "without", "was", "were"];

/// Words of the same clause that are looked at.
const CLAUSE_WORDS: usize = 6;

/// Whether a seller's notes say that the card is broken or for parts.
pub(super) fn notes_say_for_parts(notes: &Tokens) -> bool {
    (0..notes.list.len()).any(|at| {
        let says = NOTES_FOR_PARTS
            .iter()
            .any(|phrase| is_at(notes, at, phrase));
        let is_denied = at > 0 && DENIES.contains(&notes.text_at(at - 1));
        let mut clause = at.saturating_sub(CLAUSE_WORDS)..at;
        says && !is_denied && !clause.any(|before| NOT_OF_THE_CARD.contains(&notes.text_at(before)))
    })
}

/// The flags whose words stand in the title, a bit each.
fn said(tokens: &Tokens) -> u8 {
    let mut said = 0;
    for (at, token) in tokens.list.iter().enumerate() {
        let text = tokens.text(token);
        if token.shape == Shape::Script {
            for (flag, words) in FOLDED_SCRIPT_WORDS.iter() {
                if words.iter().any(|word| text.contains(word.as_str())) {
                    said |= 1 << *flag as u8;
                }
            }
            continue;
        }
        let first = text.chars().next();
        let phrases = first.and_then(|first| BY_FIRST_LETTER.get(&first));
        for (flag, phrase) in phrases.into_iter().flatten() {
            if is_at(tokens, at, phrase) && !(*flag == Flag::ForParts && is_denied(tokens, at)) {
                said |= 1 << *flag as u8;
            }
        }
        if for_parts_at(tokens, at) {
            said |= 1 << Flag::ForParts as u8;
        }
    }
    said
}

/// The phrases by the letter that they begin with.
static BY_FIRST_LETTER: LazyLock<FxHashMap<char, Vec<(Flag, &'static str)>>> =
    LazyLock::new(|| {
        let mut by_letter: FxHashMap<char, Vec<(Flag, &'static str)>> = FxHashMap::default();
        for (flag, phrases) in PHRASES {
            for phrase in *phrases {
                if let Some(first) = phrase.chars().next() {
                    by_letter.entry(first).or_default().push((*flag, phrase));
                }
            }
        }
        by_letter
    });

/// Words and phrases as the tokens fold them; a `*` lets the last word go on.
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
            "на прогрев",
            "замен* чипа",
            "чип под замену",
            "sucata",
            "pour piece*",
            "para piezas",
            "per ricambi",
            "cracked",
            "fissure*",
            "no post",
            "won t post",
            "crashes",
        ],
    ),
    (
        Flag::Bundle,
        &["bundle", "bundled", "combo", "комплект", "в комплекте с"],
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
            "маин*",
        ],
    ),
];

/// As the tokens fold them: `ジ` and `고` are several letters there.
static FOLDED_SCRIPT_WORDS: LazyLock<Vec<(Flag, Vec<String>)>> = LazyLock::new(|| {
    SCRIPT_WORDS
        .iter()
        .map(|(flag, words)| (*flag, words.iter().map(|word| fold(word)).collect()))
        .collect()
});

/// Words of scripts without spaces, which may stand anywhere in a run.
const SCRIPT_WORDS: &[(Flag, &[&str])] = &[
    (
        Flag::ForParts,
        &[
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
    (Flag::Bundle, &["套装", "套餐"]),
    (Flag::Choice, &["多款", "可选"]),
    (Flag::ModifiedMemory, &["魔改", "改装", "改版", "改造"]),
    (
        Flag::Mining,
        &["矿卡", "礦卡", "挖矿", "挖礦", "マイニング"],
    ),
];

fn is_at(tokens: &Tokens, at: usize, phrase: &str) -> bool {
    // Most phrases end here: splitting each at every word was a fifth of what it took to match a title with notes.
    if tokens.text_at(at).as_bytes().first() != phrase.as_bytes().first() {
        return false;
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

/// `no artifacts`: the title says that it is not so.
fn is_denied(tokens: &Tokens, at: usize) -> bool {
    at > 0
        && matches!(
            tokens.text_at(at - 1),
            "no" | "not" | "without" | "без" | "ohne" | "sem"
        )
}

/// `for parts`: the two words alone, or at the end; `for parts of …` and `for parts list` are another thing.
fn for_parts_at(tokens: &Tokens, at: usize) -> bool {
    tokens.term_at(at) == Term::For
        && matches!(
            tokens.text_at(at + 1),
            "parts" | "part" | "spares" | "repair" | "запчасти" | "запчастеи"
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
pub(super) fn is_made_for_mining(product: &str) -> bool {
    product.starts_with("CMP ")
        || product
            .strip_prefix("P10")
            .is_some_and(|rest| rest.contains('-'))
}
