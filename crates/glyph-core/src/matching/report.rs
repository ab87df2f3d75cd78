//! Evidence and losing candidates, in words.

use super::fit::Lost;
use super::index::Index;
use super::lexicon::Lexicon;
use super::tokens::Tokens;
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
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut add = |place: u32, reason: String| {
        let Some(product) = index.product(place) else {
            return;
        };
        let name = match product.variants.as_slice() {
            [only] => only.canonical_model.clone(),
            several => several
                .iter()
                .find(|variant| Some(variant.id) == product.default)
                .or(several.first())
                .map_or_else(
                    || product.name.clone(),
                    |variant| variant.canonical_model.clone(),
                ),
        };
        if candidates.len() < MOST_CANDIDATES
            && !candidates.iter().any(|known| known.canonical_model == name)
        {
            candidates.push(Candidate {
                canonical_model: name,
                lost_because: reason,
            });
        }
    };
    for place in open {
        add(
            *place,
            "the title fits other cards as well; memory size or the full name would settle it"
                .to_owned(),
        );
    }
    for (place, reason) in lost {
        add(*place, explain(*reason, lexicon));
    }
    candidates
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
