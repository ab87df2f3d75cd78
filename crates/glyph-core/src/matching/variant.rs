//! Which record of a product a title means, by memory size, form and memory type.

use super::index::{Product, Variant};
use super::memory::{Size, is_same};
use super::term::Term;
use super::tokens::Tokens;
use crate::registry::{Form, ModelId};

/// The record, as far as it is sure, with what follows from it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Choice {
    pub(super) model: Option<ModelId>,
    pub(super) memory_gb: Option<f64>,
    pub(super) form: Option<Form>,
    /// The stated size that decided: its place in the list of sizes.
    pub(super) size: Option<usize>,
    pub(super) form_token: Option<usize>,
    /// The title says MXM.
    pub(super) is_module: bool,
}

pub(super) fn choose(
    product: &Product,
    only: Option<ModelId>,
    sizes: &[Size],
    tokens: &Tokens,
) -> Choice {
    let stated_form = read_form(tokens);
    let mut left: Vec<&Variant> = product
        .variants
        .iter()
        .filter(|variant| only.is_none_or(|id| variant.id == id))
        .collect();
    let size = sizes.iter().position(|size| {
        left.iter()
            .any(|variant| has_memory(variant, size.gigabytes, product.gpus))
    });
    if let Some(size) = size.and_then(|place| sizes.get(place)) {
        left.retain(|variant| has_memory(variant, size.gigabytes, product.gpus));
    }
    let second_size = sizes.iter().any(|other| {
        size.and_then(|place| sizes.get(place))
            .is_some_and(|first| !is_same(other.gigabytes, first.gigabytes))
            && product
                .variants
                .iter()
                .any(|variant| has_memory(variant, other.gigabytes, 1))
    });
    let wanted_form = stated_form
        .map(|(form, _)| form)
        .or_else(|| is_called_a_card(tokens).then_some(Form::Pcie));
    if let Some(form) = wanted_form
        && left.iter().any(|variant| variant.form == Some(form))
    {
        left.retain(|variant| variant.form == Some(form));
    }
    if left.len() > 1 {
        narrow_by_words(&mut left, tokens);
    }
    let conflict = !sizes.is_empty()
        && size.is_none()
        && product
            .variants
            .iter()
            .any(|variant| variant.memory_gb.is_some());
    let model = match left.as_slice() {
        _ if conflict || second_size => None,
        [sole] => Some(sole.id),
        several => product
            .default
            .filter(|id| several.iter().any(|variant| variant.id == *id)),
    };
    let known = |id: ModelId| product.variants.iter().find(|variant| variant.id == id);
    let shared = |values: &[&Variant]| {
        let first = values.first()?.memory_gb?;
        values
            .iter()
            .all(|variant| variant.memory_gb == Some(first))
            .then_some(first)
    };
    let stated = size
        .and_then(|place| sizes.get(place))
        .map(|size| size.gigabytes);
    Choice {
        model,
        memory_gb: model
            .and_then(known)
            .and_then(|variant| variant.memory_gb)
            .or_else(|| {
                if conflict {
                    sizes.first().map(|size| size.gigabytes)
                } else {
                    shared(&left)
                }
            })
            .or(stated),
        form: model
            .and_then(known)
            .and_then(|variant| variant.form)
            .filter(|_| !stated_form.is_some_and(|(form, _)| form == Form::Mxm))
            .or(stated_form.map(|(form, _)| form)),
        size: size.or((conflict && !sizes.is_empty()).then_some(0)),
        form_token: stated_form.map(|(_, at)| at),
        is_module: stated_form.is_some_and(|(form, _)| form == Form::Mxm),
    }
}

fn has_memory(variant: &Variant, gigabytes: f64, gpus: u32) -> bool {
    variant.memory_gb.is_some_and(|known| {
        is_same(gigabytes, known) || gpus > 1 && is_same(gigabytes, known / f64::from(gpus))
    })
}

/// Modules for sockets are never called cards, nor have they a height.
fn is_called_a_card(tokens: &Tokens) -> bool {
    tokens.list.iter().any(|token| {
        let text = tokens.text(token);
        token.term == Term::GpuNoun && !text.starts_with("gpu")
            || matches!(text, "height" | "fhfl" | "lowprofile")
    })
}

/// The form that the title states, with its token. `PCIe` counts least: it stands on cards of every form.
fn read_form(tokens: &Tokens) -> Option<(Form, usize)> {
    let mut bus = None;
    for (at, token) in tokens.list.iter().enumerate() {
        if token.term == Term::Form {
            let text = tokens.text(token);
            let form = match text {
                "oam" => Form::Oam,
                "mxm" => Form::Mxm,
                "nvl" => Form::Nvl,
                _ => Form::Sxm,
            };
            return Some((form, at));
        }
        if token.term == Term::PciExpress && bus.is_none() {
            bus = Some((Form::Pcie, at));
        }
    }
    bus
}

/// Memory type and generation of the socket, where they leave something.
fn narrow_by_words(left: &mut Vec<&Variant>, tokens: &Tokens) {
    let says = |word: &str| tokens.list.iter().any(|token| tokens.text(token) == word);
    let types: Vec<bool> = left
        .iter()
        .map(|variant| !variant.memory_type.is_empty() && says(&variant.memory_type))
        .collect();
    if types.iter().any(|said| *said) {
        let mut said = types.iter();
        left.retain(|_| said.next().copied().unwrap_or_default());
    }
    for socket in ["sxm2", "sxm3", "sxm4", "sxm5"] {
        let named = |variant: &&Variant| variant.canonical_model.to_lowercase().contains(socket);
        if says(socket) && left.iter().any(named) {
            left.retain(named);
        }
    }
}
