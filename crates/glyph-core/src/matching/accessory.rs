//! Whether a title offers something for a card and not the card: fan, bridge, water block, box, licence.

use super::term::Term;
use super::tokens::{Gap, Shape, Tokens};

/// The token that tells, where the title offers an accessory. `name` is the span of the first card it names.
pub(super) fn find(tokens: &Tokens, name: Option<(usize, usize)>) -> Option<usize> {
    let left_out = without_the_card(tokens)
        .or_else(|| thing_only(tokens))
        .or_else(|| card_not_included(tokens));
    if let Some(at) = left_out {
        return Some(at);
    }
    (0..tokens.list.len()).find(|at| match tokens.term_at(*at) {
        Term::Accessory => tokens.text_at(*at).ends_with("only") || is_accessory(tokens, *at, name),
        Term::Part => is_part_alone(tokens, *at, name),
        Term::Bridge => has_link(tokens) && !is_extra(tokens, *at, name),
        Term::Link => is_link_alone(tokens, *at, name),
        Term::Licence => !is_extra(tokens, *at, name),
        _ => false,
    })
}

/// `no graphics card`, `ohne GPU`, `senza scheda`, `без чипа`: what is left is a part or a box.
fn without_the_card(tokens: &Tokens) -> Option<usize> {
    (0..tokens.list.len()).find(|at| {
        if tokens.term_at(*at) != Term::Without
            || matches!(
                tokens.text_at(*at),
                "dead"
                    | "bad"
                    | "broken"
                    | "faulty"
                    | "damaged"
                    | "defective"
                    | "minus"
                    | "failed"
                    | "noisy"
            )
        {
            return false;
        }
        // `no box, card only`: the box is what is not there.
        if is_packing(tokens.text_at(at + 1)) {
            return false;
        }
        (at + 1..at + 3).any(|near| {
            tokens.term_at(near) == Term::GpuNoun
                || matches!(
                    tokens.text_at(near),
                    "card"
                        | "karte"
                        | "scheda"
                        | "placa"
                        | "tarjeta"
                        | "carte"
                        | "karta"
                        | "карты"
                        | "карти"
                        | "чипа"
                        | "чипу"
                        | "core"
                        | "chip"
                        | "die"
                        | "gpucore"
                        | "gpuchip"
                        | "gpudie"
                )
        })
    })
}

fn is_packing(text: &str) -> bool {
    matches!(
        text,
        "box"
            | "boxes"
            | "caja"
            | "caixa"
            | "scatola"
            | "karton"
            | "ovp"
            | "verpackung"
            | "packaging"
            | "коробка"
    )
}

/// `original packaging, card NOT included`, `just the box`.
fn card_not_included(tokens: &Tokens) -> Option<usize> {
    (0..tokens.list.len()).find(|at| {
        let text = |place: usize| tokens.text_at(at + place);
        let is_card =
            matches!(text(0), "card" | "gpu" | "cards") || tokens.term_at(*at) == Term::GpuNoun;
        // `box for` is one word of the lexicon.
        let is_box = |place: usize| text(place) == "boxfor" || is_packing(text(place));
        (is_card && (text(1) == "notincluded" || text(1) == "not" && text(2) == "included"))
            || (text(0) == "just" && (is_box(1) || text(1) == "the" && is_box(2)))
    })
}

/// `box ONLY`, `nur Karton`, `solo la caja`: the one thing that is there is not the card.
fn thing_only(tokens: &Tokens) -> Option<usize> {
    let is_thing = |at: usize| {
        matches!(tokens.term_at(at), Term::Part | Term::Accessory) || is_packing(tokens.text_at(at))
    };
    let is_card = |at: usize| {
        tokens.term_at(at) == Term::GpuNoun
            || matches!(
                tokens.text_at(at),
                "card" | "cards" | "karte" | "board" | "module" | "unit"
            )
    };
    (0..tokens.list.len()).find(|at| {
        tokens.term_at(*at) == Term::Only
            && !(at.saturating_sub(1)..at + 3).any(is_card)
            && (at.saturating_sub(3)..at + 3).any(is_thing)
    })
}

fn is_accessory(tokens: &Tokens, at: usize, name: Option<(usize, usize)>) -> bool {
    if is_extra(tokens, at, name) || is_counted(tokens, at) {
        return false;
    }
    let text = tokens.text_at(at);
    let after_name = name.is_some_and(|(_, last)| at > last);
    // `RTX A2000 6GB half height bracket` is the card with that bracket.
    if after_name && text.ends_with("bracket") && states_memory(tokens) && !begins_with_for(tokens)
    {
        return false;
    }
    // Cards boast of their backplates and coolers; alone they end the title or are `for` something.
    if after_name
        && matches!(
            text,
            "backplate"
                | "backplates"
                | "coolingfans"
                | "coolingfan"
                | "vaporchamber"
                | "heatpipe"
                | "badge"
                | "logo"
        )
    {
        return name.is_some_and(|(_, last)| {
            (last + 1..at).all(|between| {
                matches!(
                    tokens.term_at(between),
                    Term::BoardLine | Term::Brand | Term::Harmless | Term::NameFiller
                )
            })
        }) || at + 1 == tokens.list.len()
            || tokens.term_at(at + 1) == Term::For
            || tokens.term_at(at + 1) == Term::Only;
    }
    true
}

/// A part is offered by itself where it is `for` a card, the `only` thing, a replacement, or what the title ends in.
fn is_part_alone(tokens: &Tokens, at: usize, name: Option<(usize, usize)>) -> bool {
    if is_extra(tokens, at, name) || is_counted(tokens, at) {
        return false;
    }
    if tokens
        .list
        .get(at)
        .is_some_and(|token| token.shape == Shape::Script)
    {
        // `三風扇`, `风扇有点响` on a card; `P40 M40 涡轮散热风扇` without a size or a word for cards is the fan.
        let card = states_memory(tokens)
            || tokens.list.iter().any(|token| token.term == Term::GpuNoun)
            || starts_a_size(tokens);
        let offered_for = (0..at).any(|before| tokens.term_at(before) == Term::For);
        let counted = at > 0
            && [
                "单", "單", "双", "雙", "三", "三个", "两", "兩", "大", "智能", "温控",
            ]
            .iter()
            .any(|count| tokens.text_at(at - 1).ends_with(count));
        // `显卡风扇`: the fan of a card.
        let of_a_card = at > 0
            && tokens.is_glued_or_joined(at)
            && tokens.term_at(at - 1) == Term::GpuNoun
            && !states_memory(tokens);
        let measured = tokens.list.iter().any(|token| token.term == Term::Unit);
        let ends = at + 3 >= tokens.list.len();
        return offered_for
            || of_a_card
            || ends && !card && !counted && !measured && name.is_some();
    }
    let next = tokens.term_at(at + 1);
    if next == Term::Only || matches!(tokens.text_at(at + 1), "replacement" | "ersatz") {
        return true;
    }
    if at > 0 && matches!(tokens.text_at(at - 1), "replacement" | "spare" | "ersatz") {
        return true;
    }
    let replaces = tokens
        .list
        .iter()
        .any(|token| matches!(tokens.text(token), "replacement" | "ersatz" | "замена"));
    if replaces && !states_memory(tokens) {
        return true;
    }
    let Some((first, last)) = name else {
        return next == Term::For
            || (at + 1..tokens.list.len())
                .take(3)
                .any(|after| tokens.term_at(after) == Term::GpuNoun);
    };
    let for_between = (at + 1..first).any(|between| tokens.term_at(between) == Term::For);
    if at < first {
        return for_between
            || at < 2
                && !matches!(
                    tokens.text_at(at),
                    "cooling" | "support" | "frame" | "cover" | "lights"
                );
    }
    let offered_for = (0..first).any(|before| tokens.term_at(before) == Term::For);
    let ends = at + 1 == tokens.list.len()
        || tokens
            .gap_at(at + 1)
            .has(Gap::COMMA.and(Gap::OPEN).and(Gap::SLASH));
    let telling = !matches!(
        tokens.text_at(at),
        "cooling"
            | "support"
            | "chip"
            | "chips"
            | "plate"
            | "frame"
            | "lights"
            | "охлаждение"
            | "охлаждения"
            | "охолодження"
            // `… 8GB Grafikkarte OVP`: in its box.
            | "ovp"
    );
    let tail = (at + 1..tokens.list.len()).all(|after| {
        matches!(
            tokens.text_at(after),
            "complete" | "original" | "oem" | "genuine" | "assembly" | "full" | "used" | "new"
        )
    });
    // `cooler with fans`: a part that has parts.
    let has_parts = next == Term::With && tokens.term_at(at + 2) == Term::Part;
    at > last
        && (offered_for || (ends || tail || has_parts) && telling && !is_described(tokens, at))
}

/// `w/ bracket`, `+ cable`, `no cooler`: comes with the card, or is missing from it.
fn is_extra(tokens: &Tokens, at: usize, name: Option<(usize, usize)>) -> bool {
    let after_name = name.is_some_and(|(_, last)| at > last);
    let from = at.saturating_sub(6);
    (from..at).any(|before| {
        let term = tokens.term_at(before);
        let with = term == Term::With
            || matches!(tokens.text_at(before), "w" | "c")
                && tokens.gap_at(before + 1).has(Gap::SLASH);
        let inside = before + 1 == at
            && matches!(
                tokens.text_at(before),
                "na" | "in" | "nella" | "en" | "im" | "в" | "dans" | "w"
            );
        inside && after_name
            || term == Term::Without && !matches!(tokens.text_at(before), "dead" | "bad")
            || after_name && with
    }) || after_name
        && (from + 1..=at).any(|before| {
            name.is_some_and(|(_, last)| before > last)
                && tokens.gap_at(before).has(Gap::PLUS.and(Gap::AND))
        })
        || after_name
            && matches!(
                tokens.text_at(at + 1),
                "included" | "incl" | "inkl" | "removed" | "missing"
            )
}

/// `3 fans`, `dual fan`, `2x fan`: the card's own.
fn is_counted(tokens: &Tokens, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else {
        return false;
    };
    let part_of_code = before > 0
        && (tokens.is_glued(before) || tokens.gap_at(before) == Gap::HYPHEN)
        && tokens.text_at(before - 1) != "x";
    let number = !part_of_code
        && tokens
            .list
            .get(before)
            .is_some_and(|token| token.value > 0 && token.value < 10);
    number
        || matches!(
            tokens.text_at(before),
            "x" | "x2"
                | "dual"
                | "triple"
                | "twin"
                | "single"
                | "double"
                | "tri"
                | "quad"
                | "one"
                | "two"
                | "three"
                | "duplo"
                | "doble"
                | "doppel"
        )
}

/// `WINDFORCE cooler`, `IceQ fan`, `active cooling`: a word about the card's own cooler.
fn is_described(tokens: &Tokens, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else {
        return false;
    };
    tokens.term_at(before) == Term::BoardLine
        || matches!(
            tokens.text_at(before),
            "active"
                | "passive"
                | "blower"
                | "silent"
                | "custom"
                | "stock"
                | "big"
                | "aftermarket"
                | "hybrid"
                | "liquid"
                | "oc"
                | "edition"
                | "water"
                | "водяне"
                | "водяное"
                | "воздушное"
                | "жидкостное"
                | "активное"
                | "активне"
                | "пассивное"
                | "пасивне"
                | "тихое"
        )
}

fn has_link(tokens: &Tokens) -> bool {
    tokens.list.iter().any(|token| token.term == Term::Link)
}

/// `NVLink` and SLI by themselves are bridges; on a card they are a property.
fn is_link_alone(tokens: &Tokens, at: usize, name: Option<(usize, usize)>) -> bool {
    if is_extra(tokens, at, name) {
        return false;
    }
    let slots = (at..tokens.list.len())
        .take(6)
        .any(|near| matches!(tokens.text_at(near), "slot" | "slots" | "kit" | "connector"));
    name.is_none() || slots || tokens.term_at(at + 1) == Term::For
}

/// `12G`, `8GD6`.
fn starts_a_size(tokens: &Tokens) -> bool {
    (1..tokens.list.len()).any(|at| super::chain::starts_size(tokens, at))
}

fn states_memory(tokens: &Tokens) -> bool {
    tokens
        .list
        .iter()
        .any(|token| matches!(token.term, Term::Gigabyte | Term::MemoryType))
}

fn begins_with_for(tokens: &Tokens) -> bool {
    tokens.term_at(0) == Term::For
}
