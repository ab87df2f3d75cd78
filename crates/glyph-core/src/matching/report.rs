//! Evidence and losing candidates, in words.

use super::fit::Lost;
use super::index::{Index, Product, Variant};
use super::lexicon::Lexicon;
use super::memory::{Size, is_same};
use super::mention::MemoryFit;
use super::naming::Naming;
use super::tokens::Tokens;
use super::variant::Choice;
use super::{Candidate, Evidence};

/// The most candidates that are told of: a list of compatible cards need not be repeated whole.
const MOST_CANDIDATES: usize = 12;

pub(super) fn evidence(
    title: &str,
    tokens: &Tokens,
    span: (usize, usize),
    says: &'static str,
) -> Option<Evidence> {
    let start = tokens.list.get(span.0)?.start as usize;
    let end = tokens.list.get(span.1)?.end as usize;
    let text = title.get(start..end)?.to_owned();
    Some(Evidence {
        start,
        end,
        text,
        says,
    })
}

pub(super) fn candidates(
    lost: &[(u32, Lost)],
    open: &[u32],
    index: &Index,
    lexicon: &Lexicon,
) -> Vec<Candidate> {
    let open = open.iter().map(|place| (*place, None));
    let lost = lost.iter().map(|(place, reason)| (*place, Some(*reason)));
    let mut candidates: Vec<Candidate> = Vec::new();
    for (place, reason) in open.chain(lost) {
        if candidates.len() == MOST_CANDIDATES {
            break;
        }
        let Some(name) = index.product(place).map(shown_name) else {
            continue;
        };
        if candidates.iter().all(|known| known.canonical_model != name) {
            candidates.push(Candidate {
                canonical_model: name.to_owned(),
                lost_because: match reason {
                    None => "the title fits other cards as well".to_owned(),
                    Some(reason) => explain(reason, lexicon),
                },
            });
        }
    }
    candidates
}

/// The record that stands for the product where a title names nothing more.
fn shown_name(product: &Product) -> &str {
    let variants = &product.variants;
    variants
        .iter()
        .find(|variant| Some(variant.id) == product.default)
        .or(variants.first())
        .map_or(&product.name, |variant| &variant.canonical_model)
}

fn explain(reason: Lost, lexicon: &Lexicon) -> String {
    match reason {
        Lost::Lacks(words) => format!("the title does not say `{}`", lexicon.spell(words)),
        Lost::Says(words) => format!("the title says `{}`", lexicon.spell(words)),
        Lost::OtherVendor => "the title names another vendor".to_owned(),
        Lost::OtherClass => "the title names another class of cards".to_owned(),
        Lost::UnknownLetters => "unknown letters stick to the number".to_owned(),
        Lost::NoContext => "too little speaks for a graphics card with this code".to_owned(),
        Lost::Memory => "the title states a memory size that this card never had".to_owned(),
        Lost::Worse => "another name explains the title better".to_owned(),
    }
}

/// What the title, or another column, would have to say for one record to be meant; empty where nothing is open.
pub(super) fn would_settle(
    naming: &Naming,
    product: Option<&Product>,
    choice: &Choice,
    sizes: &[Size],
    index: &Index,
) -> Vec<String> {
    if naming.memory == Some(MemoryFit::Conflicts)
        && let Some(stated) = sizes.first()
    {
        let place = naming.spans.first().and_then(|_| {
            naming.product.or_else(|| {
                naming
                    .lost
                    .iter()
                    .find(|(_, reason)| *reason == Lost::Memory)
                    .map(|(place, _)| *place)
            })
        });
        if let Some(product) = place.and_then(|place| index.product(place)) {
            let known = listed(&memory_sizes(product.variants.iter()), "or");
            return vec![format!(
                "the memory: the title says {} GB, {} was made with {known}",
                stated.gigabytes, product.name
            )];
        }
    }
    if !naming.open.is_empty() {
        let products: Vec<&Product> = naming
            .open
            .iter()
            .filter_map(|place| index.product(*place))
            .take(MOST_CANDIDATES)
            .collect();
        let names: Vec<String> = products
            .iter()
            .map(|product| product.name.clone())
            .collect();
        let mut settle = vec![format!("the full name: {}", listed(&names, "or"))];
        let sizes: Vec<Vec<String>> = products
            .iter()
            .map(|product| memory_sizes(product.variants.iter()))
            .collect();
        let differ = sizes
            .iter()
            .enumerate()
            .all(|(place, of_one)| !sizes[..place].iter().any(|before| before == of_one));
        if differ && sizes.iter().all(|of_one| !of_one.is_empty()) {
            let by_name: Vec<String> = products
                .iter()
                .zip(&sizes)
                .map(|(product, sizes)| format!("{} of {}", listed(sizes, "or"), product.name))
                .collect();
            settle.push(format!("the memory: {}", listed(&by_name, "or")));
        }
        return settle;
    }
    let Some(product) = product.filter(|_| choice.model.is_none()) else {
        return Vec::new();
    };
    let fits = |variant: &&Variant| {
        choice
            .memory_gb
            .is_none_or(|size| variant.memory_gb.is_none_or(|known| is_same(size, known)))
    };
    let left: Vec<&Variant> = product.variants.iter().filter(fits).collect();
    let mut settle = Vec::new();
    let sizes = memory_sizes(left.iter().copied());
    if sizes.len() > 1 {
        settle.push(format!("the memory: {}", listed(&sizes, "or")));
    }
    let mut forms: Vec<String> = Vec::new();
    for form in left.iter().filter_map(|variant| variant.form) {
        if !forms.iter().any(|known| known == form.as_str()) {
            forms.push(form.as_str().to_owned());
        }
    }
    if forms.len() > 1 {
        settle.push(format!("the form: {}", listed(&forms, "or")));
    }
    if settle.is_empty() && left.len() > 1 {
        let names: Vec<String> = left
            .iter()
            .map(|variant| variant.canonical_model.clone())
            .collect();
        settle.push(format!("which of {}", listed(&names, "or")));
    }
    settle
}

/// The different sizes of variants, smallest first.
fn memory_sizes<'a>(variants: impl Iterator<Item = &'a Variant>) -> Vec<String> {
    let mut sizes: Vec<f64> = variants.filter_map(|variant| variant.memory_gb).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    sizes.iter().map(|size| format!("{size} GB")).collect()
}

/// `a`, `a or b`, `a, b or c`.
fn listed(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [firsts @ .., end] => format!("{} {last} {end}", firsts.join(", ")),
    }
}
