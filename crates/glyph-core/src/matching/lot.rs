//! How many cards a title offers: `5pcs`, `lot of 4`, `(10x)`, `2 x RTX 3090`. Fans, ports and bus widths are no cards.

use super::term::Term;
use super::tokens::{Gap, Shape, Tokens};

/// A count of cards with the tokens that say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lot {
    pub(super) size: u32,
    pub(super) first: usize,
    pub(super) last: usize,
}

const MOST: u32 = 10_000;

/// `name` is the first and last token of the card's name, where the title has one.
pub(super) fn read(tokens: &Tokens, name: Option<(usize, usize)>) -> Option<Lot> {
    (0..tokens.list.len()).find_map(|at| {
        let lot = lot_at(tokens, at, name)?;
        let inside = name.is_some_and(|(first, last)| {
            lot.first >= first && lot.last <= last && lot.first != lot.last
        });
        (lot.size >= 1 && lot.size <= MOST && !inside).then_some(lot)
    })
}

fn lot_at(tokens: &Tokens, at: usize, name: Option<(usize, usize)>) -> Option<Lot> {
    let token = tokens.list.get(at)?;
    if at == 0
        && let Some(lot) = spelt_out(tokens, name)
            .or_else(|| in_parentheses(tokens, name))
            .or_else(|| leading(tokens, name))
    {
        return Some(lot);
    }
    match token.shape {
        Shape::Number => count_before_word(tokens, at, name).or_else(|| starred(tokens, at, name)),
        Shape::Script => counted_in_script(tokens, at),
        Shape::Word => match token.term {
            Term::Lot => count_after_word(tokens, at),
            Term::Pair => pair(tokens, at, name),
            Term::Times => times_after(tokens, at, name),
            _ if matches!(tokens.text_at(at), "x2") => times_two(tokens, at, name),
            _ => None,
        },
    }
}

/// `Две видеокарты`, `two RTX 3090`: a number in letters at the start, before the word for cards or the name; after
/// the name before the word for cards alone.
fn spelt_out(tokens: &Tokens, name: Option<(usize, usize)>) -> Option<Lot> {
    let named_at = |at: usize| {
        name.is_some_and(|(first, _)| {
            first == at || first == at + 1 && tokens.term_at(at) == Term::Brand
        })
    };
    let cards =
        |at: usize| tokens.term_at(at) == Term::GpuNoun || tokens.term_at(at) == Term::Pieces;
    let behind = name.map_or(tokens.list.len(), |(_, last)| last + 1);
    std::iter::once(0)
        .chain(behind..tokens.list.len())
        .find_map(|at| {
            let size = spelt_number(tokens.text_at(at))?;
            (cards(at + 1) || at == 0 && named_at(1)).then_some(Lot {
                size,
                first: at,
                last: at,
            })
        })
}

/// `6 RTX 3080`: a plain number at the start, right before the class of the name.
fn leading(tokens: &Tokens, name: Option<(usize, usize)>) -> Option<Lot> {
    let number = tokens.list.first()?;
    let class = matches!(
        tokens.term_at(1),
        Term::NvidiaClass
            | Term::AmdClass
            | Term::Geforce
            | Term::Radeon
            | Term::Quadro
            | Term::Tesla
    );
    let fits = number.shape == Shape::Number
        && (2..=20).contains(&number.value)
        && class
        && tokens.gap_at(1) == Gap::SPACE
        && name.is_some_and(|(first, _)| first == 1);
    fits.then_some(Lot {
        size: number.value,
        first: 0,
        last: 0,
    })
}

/// `十张`: a number in Chinese characters before the counter for cards.
fn counted_in_script(tokens: &Tokens, at: usize) -> Option<Lot> {
    let before = at.checked_sub(1)?;
    if !matches!(tokens.text_at(at), "张" | "張" | "枚") || !tokens.is_glued_or_joined(at) {
        return None;
    }
    let text = tokens.text_at(before);
    let from = text
        .char_indices()
        .rev()
        .take_while(|(_, letter)| {
            NUMERALS.contains(*letter) || matches!(letter, '百' | '千' | '万')
        })
        .last()?
        .0;
    let size = read_numerals(text.get(from..)?)?;
    Some(Lot {
        size,
        first: before,
        last: at,
    })
}

/// The digits from 0 on, and ten; `两` and `兩` are a second two.
const NUMERALS: &str = "〇一二三四五六七八九十两兩";

/// `五` → 5, `十` → 10, `十二` → 12, `三十五` → 35; hundreds are not read.
fn read_numerals(text: &str) -> Option<u32> {
    let digit = |text: &str| {
        let mut letters = text.chars();
        let letter = letters.next()?;
        let place = NUMERALS.chars().position(|numeral| numeral == letter)?;
        let value = if place > 10 { 2 } else { place as u32 };
        (letters.next().is_none() && value < 10).then_some(value)
    };
    match text.split_once('十') {
        None => digit(text),
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { digit(tens)? };
            let ones = if ones.is_empty() { 0 } else { digit(ones)? };
            Some(tens * 10 + ones)
        }
    }
}

fn spelt_number(word: &str) -> Option<u32> {
    let size = match word {
        "two" | "две" | "два" | "дві" | "zwei" | "deux" | "dos" | "duas" | "dois" | "due"
        | "dwie" | "twee" => 2,
        "three" | "три" | "drei" | "trois" | "tres" | "tre" | "trzy" | "drie" => 3,
        "four" | "четыре" | "чотири" | "vier" | "quatre" | "cuatro" | "quatro" | "quattro"
        | "cztery" => 4,
        _ => return None,
    };
    Some(size)
}

/// `(3) RTX A6000 cards`, `N. 2 schede`: a number set off at the start, right before the name.
fn in_parentheses(tokens: &Tokens, name: Option<(usize, usize)>) -> Option<Lot> {
    let numbered = matches!(tokens.text_at(0), "n" | "nr" | "no" | "num")
        && tokens.gap_at(1).has(Gap::DOT.and(Gap::SPACE))
        && !tokens.is_glued(1);
    let at = usize::from(numbered);
    let number = tokens.list.get(at)?;
    let (first, _) = name?;
    let set_off = numbered && tokens.term_at(at + 1) == Term::GpuNoun
        || number.gap.has(Gap::OPEN) && tokens.gap_at(at + 1).has(Gap::CLOSE) && first <= at + 2;
    let fits = number.shape == Shape::Number && (2..=100).contains(&number.value) && set_off;
    fits.then_some(Lot {
        size: number.value,
        first: at,
        last: at,
    })
}

/// `5 pcs`, `10x NVIDIA`, `4 lot`.
fn count_before_word(tokens: &Tokens, at: usize, name: Option<(usize, usize)>) -> Option<Lot> {
    let size = tokens.list.get(at)?.value;
    let next = at + 1;
    if size == 0 || tokens.gap_at(next).has(Gap::SLASH) || is_part_of_code(tokens, at) {
        return None;
    }
    // `RTX 3090 lot`, `GTX 750 cards`: the number is the name's.
    if name.is_some_and(|(first, last)| (first..=last).contains(&at)) {
        return None;
    }
    if tokens.text_at(next) == "pc" && tokens.is_glued(next) && at == 0 {
        return Some(Lot {
            size,
            first: at,
            last: next,
        });
    }
    // `10 card GTX 1050Ti`.
    if tokens.text_at(next) == "card"
        && (2..=100).contains(&size)
        && name.is_some_and(|(first, _)| first == next + 1)
    {
        return Some(Lot {
            size,
            first: at,
            last: next,
        });
    }
    match tokens.term_at(next) {
        Term::Pieces if size < 1000 => Some(Lot {
            size,
            first: at,
            last: next,
        }),
        Term::Lot if size >= 2 && tokens.text_at(next) != "set" => Some(Lot {
            size,
            first: at,
            last: next,
        }),
        Term::GpuNoun if at == 0 && (2..=100).contains(&size) => Some(Lot {
            size,
            first: at,
            last: next,
        }),
        Term::Times if size >= 1 && counts_cards(tokens, at, next, name) => Some(Lot {
            size,
            first: at,
            last: next,
        }),
        _ => None,
    }
}

/// Whether `3x` counts cards: what follows names one, and is no fan, port, power plug or line of coolers.
fn counts_cards(tokens: &Tokens, at: usize, times: usize, name: Option<(usize, usize)>) -> bool {
    let next = times + 1;
    let Some(token) = tokens.list.get(next) else {
        // `(10x)` at the end; `16G 3X` is a cooler with three fans.
        return tokens.gap_at(at).has(Gap::OPEN);
    };
    if tokens.gap_at(at).has(Gap::OPEN) && tokens.gap_at(next).has(Gap::CLOSE) {
        return true;
    }
    let Some((first, _)) = name else { return false };
    // `2x 3060ti FE`: the number that follows is the name.
    if token.shape == Shape::Number {
        return next == first && at == 0 && !tokens.is_glued(next);
    }
    let names_card = token.term.is_family()
        || matches!(
            token.term,
            Term::NvidiaClass | Term::AmdClass | Term::WeakClass | Term::GpuNoun
        )
        || next == first;
    let brand_then_card = token.term == Term::Brand && next < first;
    let used = matches!(
        tokens.text_at(next),
        "new" | "used" | "genuine" | "original" | "oem" | "bulk"
    ) && next < first;
    let begins = at == 0
        || tokens.gap_at(at).has(
            Gap::OPEN
                .and(Gap::CLOSE)
                .and(Gap::COMMA)
                .and(Gap::PLUS)
                .and(Gap::OTHER),
        )
        || matches!(
            tokens.term_at(at - 1),
            Term::Lot | Term::With | Term::For | Term::Only
        )
        || matches!(
            tokens.text_at(at - 1),
            "selling" | "of" | "bulk" | "used" | "new" | "sale"
        );
    (names_card || brand_then_card || used) && begins && at < first
}

/// `lot of 4`, `qty: 3`, `set of 2`.
fn count_after_word(tokens: &Tokens, at: usize) -> Option<Lot> {
    let times = usize::from(tokens.text_at(at + 1) == "x");
    let next = at + 1 + times;
    let token = tokens.list.get(next)?;
    // `lot of two`, not `lot due to …`.
    let counts = ["of", "di", "de", "von", "van", "из"]
        .iter()
        .any(|ending| tokens.text_at(at).ends_with(ending));
    if counts && let Some(size) = spelt_number(tokens.text(token)) {
        return Some(Lot {
            size,
            first: at,
            last: next,
        });
    }
    if token.shape != Shape::Number || tokens.text_at(at) == "set" && tokens.is_glued(next) {
        return None;
    }
    let unit = tokens.term_at(next + 1);
    // `lote 8 P104-100`: the letter belongs to the number after it.
    let measured = matches!(unit, Term::Gigabyte | Term::Megabyte | Term::Unit)
        && (tokens.is_glued(next + 1) || !tokens.is_glued(next + 2));
    let apart = times == 1 || !tokens.is_glued(next);
    let fits = token.value >= 1 && token.value < 1000 && !measured && apart;
    fits.then_some(Lot {
        size: token.value,
        first: at,
        last: next,
    })
}

fn pair(tokens: &Tokens, at: usize, name: Option<(usize, usize)>) -> Option<Lot> {
    let at_start = at <= 1 || name.is_some_and(|(_, last)| at == last + 1);
    let offered = at_start || tokens.text_at(at) == "pairof" || tokens.gap_at(at).has(Gap::OPEN);
    offered.then_some(Lot {
        size: 2,
        first: at,
        last: at,
    })
}

/// `RTX 3090 x8` after the name, `x 5` at the end; `PCIe x16` and `iChill X3` are not counts.
fn times_after(tokens: &Tokens, at: usize, name: Option<(usize, usize)>) -> Option<Lot> {
    let next = at + 1;
    let count = tokens.list.get(next)?;
    if count.shape != Shape::Number || !(2..=100).contains(&count.value) || count.value == 16 {
        return None;
    }
    follows_name(tokens, at, next, name).then_some(Lot {
        size: count.value,
        first: at,
        last: next,
    })
}

/// `Tesla T4 16GB * 4`.
fn starred(tokens: &Tokens, at: usize, name: Option<(usize, usize)>) -> Option<Lot> {
    let count = tokens.list.get(at)?;
    let fits = count.gap.has(Gap::STAR)
        && (2..=100).contains(&count.value)
        && at + 1 == tokens.list.len()
        && follows_name(tokens, at, at, name);
    fits.then_some(Lot {
        size: count.value,
        first: at,
        last: at,
    })
}

fn times_two(tokens: &Tokens, at: usize, name: Option<(usize, usize)>) -> Option<Lot> {
    follows_name(tokens, at, at, name).then_some(Lot {
        size: 2,
        first: at,
        last: at,
    })
}

fn follows_name(tokens: &Tokens, at: usize, last: usize, name: Option<(usize, usize)>) -> bool {
    let Some((_, name_last)) = name else {
        return false;
    };
    let gap = tokens.gap_at(at);
    let ends = last + 1 == tokens.list.len();
    let enclosed = gap.has(Gap::OPEN) && tokens.gap_at(last + 1).has(Gap::CLOSE);
    let set_off = enclosed
        || ends
        || tokens.gap_at(last + 1).has(Gap::COMMA.and(Gap::OPEN))
        || tokens.gap_at(last + 1).has(Gap::HYPHEN);
    let before = at
        .checked_sub(1)
        .map_or(Term::None, |before| tokens.term_at(before));
    let bus = matches!(before, Term::PciExpress | Term::BoardLine | Term::Brand)
        || is_bus_before(tokens, at);
    let line = matches!(
        tokens.text_at(at.saturating_sub(1)),
        "dp" | "mdp"
            | "minidp"
            | "hdmi"
            | "dvi"
            | "vga"
            | "displayport"
            | "fan"
            | "fans"
            | "usb"
            | "pin"
            | "twin"
            | "gaming"
            | "gen"
            | "express"
            | "chill"
            | "ichill"
            | "oc"
    );
    at > name_last
        && set_off
        && !gap.is_glued()
        && !bus
        && !line
        && (enclosed || is_plain_between(tokens, name_last + 1, at))
}

/// Between the name and the count stand only sizes and other describing words of the card.
fn is_plain_between(tokens: &Tokens, from: usize, to: usize) -> bool {
    (from..to).all(|at| {
        let term = tokens.term_at(at);
        !matches!(term, Term::BoardLine | Term::PciExpress)
    })
}

/// `PCIe 4.0 x8`, `Gen4 x4`.
fn is_bus_before(tokens: &Tokens, at: usize) -> bool {
    (at.saturating_sub(4)..at)
        .any(|before| tokens.term_at(before) == Term::PciExpress || tokens.text_at(before) == "gen")
}

/// Numbers inside part numbers and decimals count nothing.
fn is_part_of_code(tokens: &Tokens, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.list.get(before));
    before.is_some_and(|before| {
        let gap = tokens.gap_at(at);
        gap.is_glued() && before.shape != Shape::Script
            || gap == Gap::DOT && before.shape == Shape::Number
            || gap == Gap::HYPHEN
                && at + 1 < tokens.list.len()
                && tokens.is_glued(at + 1)
                && before.shape == Shape::Number
    })
}
