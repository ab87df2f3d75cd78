//! Whether a title offers a machine with the card inside: laptop, PC, server, rig, HGX board.

use super::lot::Lot;
use super::term::Term;
use super::tokens::{Gap, Shape, Token, Tokens};

/// What speaks for a machine.
#[derive(Debug, Clone, Copy, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent facts about one title"
)]
pub(super) struct Machine {
    /// The token that tells, where the title offers a machine.
    pub(super) token: Option<usize>,
    /// A word that may be a machine or only what the card is for.
    pub(super) doubtful: bool,
    pub(super) processor: bool,
    pub(super) rig: bool,
    /// A machine by its own name: `Z840`, `GF63`.
    pub(super) whole: bool,
    /// A laptop's own chip is named (`laptop graphics card`), which no desktop card is.
    pub(super) mobile_part: bool,
}

pub(super) fn find(tokens: &Tokens, name: Option<(usize, usize)>, lot: Option<Lot>) -> Machine {
    let mut machine = Machine::default();
    let mut hints = 0;
    let mut system_memory = 0;
    let mut first_hint = None;
    let mut weak = None;
    for (at, token) in tokens.list.iter().enumerate() {
        let coded = is_processor_code(tokens, at) || is_processor_number(tokens, at);
        machine.processor |= coded;
        machine.whole |= is_laptop_code(tokens, at) || is_machine_code(tokens, at);
        let tells = coded
            || is_laptop_code(tokens, at)
            || match token.term {
                Term::Baseboard => !is_for_or_from(tokens, at),
                Term::Rig => {
                    // `nie koparka`, `no rig`: the card did not mine.
                    let denied = tokens.term_at(at.wrapping_sub(1)) == Term::Without
                        || matches!(
                            tokens.text_at(at.wrapping_sub(1)),
                            "nie" | "not" | "не" | "nicht" | "pas" | "never"
                        );
                    let real = !denied && !is_for_or_from(tokens, at);
                    machine.rig |= real;
                    real
                }
                Term::Laptop => {
                    let part = tokens.term_at(at + 1) == Term::GpuNoun
                        && at + 2 >= tokens.list.len().min(at + 2);
                    let elsewhere = is_for_or_from(tokens, at);
                    machine.mobile_part |= part && !elsewhere;
                    !elsewhere && !has_mxm(tokens)
                }
                Term::Processor => {
                    let real = tokens.is_free(at)
                        && !is_for_or_from(tokens, at)
                        && tokens.term_at(at.wrapping_sub(1)) != Term::Without;
                    machine.processor |= real;
                    real
                }
                Term::Storage => {
                    hints += 1;
                    first_hint = first_hint.or(Some(at));
                    // `1TB`, `512GB SSD`; an `SSD` alone may be a slot of the card.
                    let sized = matches!(
                        tokens.term_at(at.wrapping_sub(1)),
                        Term::Gigabyte | Term::Storage
                    );
                    !is_for_or_from(tokens, at) && (is_after_number(tokens, at) || sized)
                }
                // `240Hz`: the rate of a built-in screen.
                Term::Unit
                    if name.is_some()
                        && tokens.text_at(at) == "hz"
                        && at > 0
                        && tokens.list.get(at - 1).is_some_and(|token| {
                            matches!(token.value, 120 | 144 | 165 | 180 | 240 | 300 | 360)
                        }) =>
                {
                    hints += 1;
                    first_hint = first_hint.or(Some(at));
                    false
                }
                Term::SystemMemory => {
                    system_memory += 1;
                    first_hint = first_hint.or(Some(at));
                    false
                }
                Term::SystemHint => {
                    let own = !is_for_or_from(tokens, at);
                    hints +=
                        u32::from(own) + u32::from(own && is_model_of_machine(tokens, at, name));
                    first_hint = first_hint.or(Some(at));
                    false
                }
                Term::Computer | Term::Server
                    if tokens.is_free(at) && is_machine_word(tokens, at) =>
                {
                    weak = weak.or(Some(at));
                    false
                }
                _ => false,
            };
        if is_machine_code(tokens, at) && !is_for_or_from(tokens, at) {
            weak = weak.or(Some(at));
        }
        if tells && machine.token.is_none() {
            machine.token = Some(at);
        }
    }
    // Of a title that calls itself a graphics card the hints alone make no machine: `Graphics Card Omen 30L`.
    let called_card = name.is_some() && tokens.list.iter().any(is_card_noun(tokens));
    if machine.token.is_none() && !called_card && (system_memory >= 1 && hints >= 1 || hints >= 2) {
        machine.token = first_hint;
    }
    if machine.token.is_none()
        && let Some(at) = weak
    {
        if is_the_offer(tokens, at, name, lot, hints) {
            machine.token = Some(at);
        } else {
            machine.doubtful = true;
        }
    }
    machine
}

/// `graphics card`, `видеокарта`, `显卡`, not `GPU`: what machines have inside is called so seldom.
pub(super) fn is_card_noun(tokens: &Tokens) -> impl Fn(&Token) -> bool + '_ {
    |token| token.term == Term::GpuNoun && !tokens.text(token).starts_with("gpu")
}

/// A machine word that nothing else bears out: does the title offer that machine?
fn is_the_offer(
    tokens: &Tokens,
    at: usize,
    name: Option<(usize, usize)>,
    lot: Option<Lot>,
    hints: u32,
) -> bool {
    if hints > 0 {
        return true;
    }
    let Some((first, last)) = name else {
        return true;
    };
    let card_said_first = tokens
        .list
        .iter()
        .take(at)
        .any(|token| token.term == Term::GpuNoun);
    let is_server = tokens.term_at(at) == Term::Server || is_machine_code(tokens, at);
    if tokens.text_at(at) == "macpro" {
        // Cards for the Mac Pro name it; the machine names its cores, or comes `with` the card.
        let with = (first.saturating_sub(3)..first).any(|before| {
            tokens.term_at(before) == Term::With
                || tokens.text_at(before) == "w" && tokens.gap_at(before + 1).has(Gap::SLASH)
        });
        let cores = tokens
            .list
            .iter()
            .any(|token| matches!(tokens.text(token), "core" | "cores"));
        return cores || at < first && with;
    }
    let is_workstation = tokens.text_at(at).starts_with("workstation");
    if at < first {
        return !card_said_first;
    }
    if is_server || is_workstation {
        // `8x RTX 4090 GPU server` counts cards in a machine; `Tesla M40 24GB server` says what the card is for.
        return lot.is_some_and(|lot| lot.size > 1);
    }
    let card_said = tokens
        .list
        .iter()
        .any(|token| token.term == Term::GpuNoun && !tokens.text(token).starts_with("gpu"));
    at > last && !card_said_first && !card_said
}

/// `PC`, `server` or `workstation` as a thing, not in `workstation graphics card`, `Server Edition`, `for PC`.
fn is_machine_word(tokens: &Tokens, at: usize) -> bool {
    let next = tokens.text_at(at + 1);
    let about_card = (at + 1..at + 5).any(|near| tokens.term_at(near) == Term::GpuNoun)
        || matches!(
            next,
            "edition" | "ed" | "card" | "class" | "grade" | "version" | "memory" | "level"
        );
    !about_card && !is_for_or_from(tokens, at) && tokens.term_at(at.wrapping_sub(1)) != Term::Pro
}

/// `for Dell server`, `pulled from workstation`, `server pull`, `ex mining rig`, `工作站拆机`.
pub(super) fn is_for_or_from(tokens: &Tokens, at: usize) -> bool {
    let before = (at.saturating_sub(4)..at).any(|before| {
        matches!(tokens.term_at(before), Term::For | Term::Pulled)
            || matches!(
                tokens.text_at(before),
                "from"
                    | "ex"
                    | "aus"
                    | "de"
                    | "out"
                    | "off"
                    | "external"
                    | "из"
                    | "в"
                    | "em"
                    | "en"
                    | "до"
                    | "для"
                    | "used"
                    | "dal"
                    | "da"
            ) && before + 4 > at
    });
    let after = (at + 1..at + 3).any(|after| {
        tokens.term_at(after) == Term::Pulled
            || matches!(tokens.text_at(after), "upgrade" | "upgrades" | "compatible")
    });
    before || after
}

fn is_after_number(tokens: &Tokens, at: usize) -> bool {
    at.checked_sub(1)
        .and_then(|before| tokens.list.get(before))
        .is_some_and(|token| token.shape == Shape::Number)
}

/// `i7-12700H`, `i5`, `A10-7850K`: an Intel Core processor, an AMD APU.
fn is_processor_code(tokens: &Tokens, at: usize) -> bool {
    let Some(number) = tokens.list.get(at + 1) else {
        return false;
    };
    let glued = number.gap.is_glued();
    let after = tokens.list.get(at + 2);
    match tokens.text_at(at) {
        "i" => glued && matches!(number.value, 3 | 5 | 7 | 9) && tokens.text_at(at + 1).len() == 1,
        // `E5-2690v4`, `Gold 6130`, `Silver 4110`: Xeons.
        "e" => {
            let class = glued && matches!(number.value, 3 | 5 | 7);
            class && after.is_some_and(|after| (1200..=9000).contains(&after.value))
        }
        "gold" | "silver" | "platinum" => {
            (3100..=9300).contains(&number.value) && tokens.text_at(at + 1).len() == 4
        }
        "a" => {
            let series = glued && matches!(number.value, 4 | 6 | 8 | 9 | 10 | 12);
            let next = tokens.list.get(at + 2);
            series && next.is_some_and(|next| next.value >= 3000 && next.gap == Gap::HYPHEN)
        }
        _ => false,
    }
}

/// `Z840`, `R740`, `DL380`, `T5810`: workstations and servers of HP, Dell and others go by such codes.
fn is_machine_code(tokens: &Tokens, at: usize) -> bool {
    if !tokens.is_glued(at + 1) || tokens.is_glued(at) {
        return false;
    }
    let value = tokens.list.get(at + 1).map_or(0, |token| token.value);
    let said = |wanted: &[&str]| {
        tokens
            .list
            .iter()
            .any(|token| wanted.contains(&tokens.text(token)))
    };
    match tokens.text_at(at) {
        "z" => {
            matches!(
                value,
                200 | 210 | 220 | 230 | 240 | 400 | 420 | 440 | 600 | 620 | 640 | 800 | 820 | 840
            ) && said(&["hp", "workstation", "hewlettpackard"])
        }
        "r" => {
            matches!(
                value,
                640 | 650 | 710 | 720 | 730 | 740 | 750 | 760 | 820 | 840 | 930 | 940
            ) && said(&["dell", "poweredge", "server"])
        }
        "esc" => matches!(value, 4000 | 8000),
        "dl" | "ml" => matches!(value, 110 | 160 | 180 | 350 | 360 | 380 | 385 | 580),
        "t" => {
            matches!(value, 1600 | 3500 | 3600..=3699 | 5500..=5899 | 7500..=7999)
                && said(&["dell", "precision", "戴尔", "戴爾"])
        }
        "p" => {
            matches!(
                value,
                310 | 320 | 330 | 340 | 500 | 510 | 520 | 620 | 700 | 710 | 720 | 900 | 910 | 920
            ) && said(&["thinkstation"])
        }
        _ => false,
    }
}

/// `12700F`, `7800X3D`, `5950X`: numbers of processors, by their length and the letters that stick to them.
pub(super) fn is_processor_number(tokens: &Tokens, at: usize) -> bool {
    let Some(number) = tokens
        .list
        .get(at)
        .filter(|token| token.shape == Shape::Number)
    else {
        return false;
    };
    let digits = tokens.text_at(at).len();
    let tail = if tokens.is_glued(at + 1) {
        tokens.text_at(at + 1)
    } else {
        ""
    };
    // `Ryzen 5 5600`, `Ryzen 9 7900 XT` does not exist; `Core i7-12700`.
    let after_name = (at.saturating_sub(3)..at).any(|before| {
        tokens.term_at(before) == Term::Processor
            && (before + 1..at).all(|between| {
                tokens.list.get(between).is_some_and(|token| {
                    token.shape == Shape::Number && token.value < 10
                        || matches!(tokens.text(token), "pro" | "i" | "core" | "r")
                })
            })
    }) || at >= 2
        && tokens.text_at(at - 2) == "i"
        && tokens
            .list
            .get(at - 1)
            .is_some_and(|token| token.value < 10)
        && tokens.is_glued(at - 1);
    let apu = number.value >= 3000
        && at >= 2
        && tokens.text_at(at - 2) == "a"
        && tokens.is_glued(at - 1)
        && tokens.gap_at(at) == Gap::HYPHEN
        && tokens
            .list
            .get(at - 1)
            .is_some_and(|token| matches!(token.value, 4 | 6 | 8 | 9 | 10 | 12));
    let five = digits == 5
        && (10_100..=14_999).contains(&number.value)
        && matches!(
            tail,
            "" | "k" | "kf" | "ks" | "f" | "t" | "h" | "hk" | "hx" | "p" | "u"
        )
        && !tokens.gap_at(at).is_glued();
    let four = digits == 4
        && (2_000..=9_999).contains(&number.value)
        && (tail == "x" && !matches!(tokens.text_at(at + 2), "2")
            || matches!(tail, "g" | "ge" | "xt" | "gt") && after_name
            || matches!(tail, "kf" | "ks"));
    after_name || apu || five && !tail.is_empty() || four && !tokens.gap_at(at).is_glued()
}

/// `GF63`, `GS66`, `GA401`: laptops of MSI and ASUS go by such codes.
fn is_laptop_code(tokens: &Tokens, at: usize) -> bool {
    if !tokens.is_glued(at + 1) || tokens.is_glued(at) {
        return false;
    }
    let value = tokens.list.get(at + 1).map_or(0, |token| token.value);
    match tokens.text_at(at) {
        "gf" | "ge" | "gs" | "gp" | "gl" if (60..80).contains(&value) => true,
        "ga" | "gl" | "gu" | "fa" => (401..800).contains(&value),
        _ => false,
    }
}

/// `Precision 7550`, `Omen 30L`: the name of a line of machines with the number of one of them.
fn is_model_of_machine(tokens: &Tokens, at: usize, name: Option<(usize, usize)>) -> bool {
    let line = matches!(
        tokens.text_at(at),
        "precision" | "omen" | "alienware" | "xps" | "acernitro" | "poweredge" | "proliant"
    );
    let next = at + 1;
    let outside = name.is_none_or(|(first, last)| next < first || next > last);
    let number = tokens
        .list
        .get(next)
        .is_some_and(|token| token.shape == Shape::Number);
    let lettered = tokens
        .list
        .get(next + 1)
        .is_some_and(|token| token.gap.is_glued() && token.shape == Shape::Number);
    line && outside && (number || lettered && tokens.text_at(next).len() <= 2)
}

fn has_mxm(tokens: &Tokens) -> bool {
    tokens.list.iter().any(|token| tokens.text(token) == "mxm")
}
