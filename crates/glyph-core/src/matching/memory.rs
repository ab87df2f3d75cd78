//! Memory sizes in a title: `12GB`, `12 GB`, `O12G`, `8GD6`, `512MB`, `2x16GB`, `16 гб`.

use super::chain::starts_size;
use super::term::Term;
use super::tokens::{Gap, Shape, Tokens};

/// A size that the title states, in GB, with its tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size {
    pub(super) gigabytes: f64,
    pub(super) first: usize,
    pub(super) last: usize,
}

/// The sizes in the order of the title. Sizes of drives and of a computer's memory are left out.
pub(super) fn read(tokens: &Tokens) -> Vec<Size> {
    let mut sizes = Vec::new();
    let is_machine = tokens.list.iter().any(|token| {
        matches!(token.term, Term::Processor | Term::Laptop | Term::Storage | Term::Computer | Term::Server)
    }) || tokens.list.windows(2).any(|pair| matches!(pair, [letter, digit] if tokens.text(letter) == "i" && digit.gap.is_glued()));
    for (at, token) in tokens.list.iter().enumerate() {
        if token.shape != Shape::Number {
            continue;
        }
        let Some((unit, last)) = unit_after(tokens, at) else {
            continue;
        };
        if belongs_to_computer(tokens, last + 1) && is_machine {
            continue;
        }
        let (whole, first) = with_decimals(tokens, at);
        if is_origin(tokens, first) {
            continue;
        }
        let gigabytes = whole * unit;
        if !(0.03..=2048.0).contains(&gigabytes) {
            continue;
        }
        if let Some(count) = times_before(tokens, first) {
            sizes.push(Size {
                gigabytes: gigabytes * f64::from(count),
                first: first - 2,
                last,
            });
        }
        sizes.push(Size {
            gigabytes,
            first,
            last,
        });
    }
    sizes
}

/// `переделка из 24Гб`: the size that the card had.
fn is_origin(tokens: &Tokens, first: usize) -> bool {
    first > 0 && matches!(tokens.text_at(first - 1), "из" | "з" | "from" | "instead")
}

/// GB for one unit, and the last token of the size.
fn unit_after(tokens: &Tokens, at: usize) -> Option<(f64, usize)> {
    let next = at + 1;
    match tokens.term_at(next) {
        Term::Gigabyte if tokens.gap_at(next).is_only(Gap::SPACE.and(Gap::HYPHEN)) => {
            return Some((1.0, next));
        }
        Term::Megabyte if tokens.gap_at(next).is_only(Gap::SPACE.and(Gap::HYPHEN)) => {
            return Some((1.0 / 1024.0, next));
        }
        _ => {}
    }
    // `512m`: a round number of megabytes.
    let megabytes = matches!(
        tokens.list.get(at).map(|token| token.value),
        Some(128 | 256 | 384 | 448 | 512 | 640 | 768 | 896 | 1024 | 1536 | 2048)
    );
    if megabytes
        && matches!(tokens.text_at(next), "m" | "м")
        && tokens.is_glued(next)
        && !tokens.is_glued(next + 1)
    {
        return Some((1.0 / 1024.0, next));
    }
    // `8г`, short for гигабайт.
    if tokens.text_at(next) == "г"
        && tokens.is_glued(next)
        && !tokens.is_glued(next + 1)
        && tokens.list.get(at).is_some_and(|token| token.value <= 48)
    {
        return Some((1.0, next));
    }
    // `O12G`, `2x6G` and `3060Ti12G` are sizes, `J3G92AT` and `A10G` are codes.
    let code = at > 0
        && tokens.is_glued(at)
        && tokens.list.get(at - 1).is_some_and(|before| {
            let text = tokens.text(before);
            let known = text.len() >= 2 && (before.bit != 0 || before.term != Term::None);
            before.shape == Shape::Word && !known && !matches!(text, "o" | "x")
        });
    let part_number = at > 0
        && tokens.gap_at(at) == Gap::HYPHEN
        && tokens
            .list
            .get(at - 1)
            .is_some_and(|before| before.shape == Shape::Number)
        && tokens.text_at(at - 1).len() < 3;
    (starts_size(tokens, next) && !code && !part_number).then_some((1.0, next))
}

/// `1.5GB` and `1,5 GB` are two numbers with a sign between them.
fn with_decimals(tokens: &Tokens, at: usize) -> (f64, usize) {
    let value = tokens
        .list
        .get(at)
        .map_or(0.0, |token| f64::from(token.value));
    let digits = tokens.text_at(at).len();
    let Some(before) = at.checked_sub(1) else {
        return (value, at);
    };
    let gap = tokens.gap_at(at);
    let decimal = gap == Gap::DOT || gap == Gap::COMMA;
    match tokens.list.get(before) {
        Some(whole)
            if decimal && digits <= 2 && whole.shape == Shape::Number && whole.value < 32 =>
        {
            (
                f64::from(whole.value) + value / 10_f64.powi(digits as i32),
                before,
            )
        }
        _ => (value, at),
    }
}

/// `4x16GB`: the count before the size.
fn times_before(tokens: &Tokens, first: usize) -> Option<u32> {
    let times = first.checked_sub(1)?;
    let count = tokens.list.get(first.checked_sub(2)?)?;
    // `MECH 2X 4G` is a cooler and a size.
    let together = tokens.is_glued(times) == tokens.is_glued(first);
    let is_times = tokens.text_at(times) == "x" && count.shape == Shape::Number && together;
    (is_times && (2..=8).contains(&count.value)).then_some(count.value)
}

fn belongs_to_computer(tokens: &Tokens, at: usize) -> bool {
    let text = tokens.text_at(at);
    matches!(tokens.term_at(at), Term::SystemMemory | Term::Storage)
        || matches!(text, "ram" | "озу" | "rom")
}

/// Whether two sizes mean the same: 1024 and 1000, and rounding, aside.
pub(super) fn is_same(stated: f64, known: f64) -> bool {
    // Of the largest, vendors and sellers count spare capacity or not: a B200 has 180, 183 or 192 GB.
    let tolerance = if known >= 150.0 { 0.07 } else { 0.03 };
    (stated - known).abs() <= known * tolerance
}
