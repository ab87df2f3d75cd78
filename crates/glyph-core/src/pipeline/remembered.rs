//! Matches of texts that came before: catalogues repeat their titles.
//!
//! Absence: nothing here depends on the order of rows. A match is a pure function of the texts, and forgetting it only
//! costs time.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::Offer;
use crate::listing::Listing;
use crate::matching::{Clues, MATCHER_VERSION, Match, Matcher};
use crate::registry::Registry;

/// Bounds on what is kept; past one of them all is forgotten. 32,768 matches are some 20 MB, and their texts may be as
/// many bytes again.
const MOST_REMEMBERED: usize = 32_768;
const MOST_BYTES: usize = 1 << 24;

/// A match and the fingerprint of the texts that it is the match of.
#[derive(Debug, Clone)]
pub(super) struct Remembered {
    pub(super) fingerprint: [u8; 16],
    pub(super) answer: Arc<Match>,
}

impl Remembered {
    /// A listing with these texts as an offer.
    pub(super) fn offer<'a>(&'a self, index: u64, listing: &'a Listing) -> Offer<'a> {
        Offer {
            index,
            fingerprint: self.fingerprint,
            listing,
            matched: &self.answer,
        }
    }
}

/// The key is all the texts, so that finding it is comparing them: the fingerprint is computed once for each.
#[derive(Debug, Default)]
pub(super) struct RememberedMatches {
    by_texts: HashMap<Box<[u8]>, Remembered, RandomState>,
    bytes: usize,
    /// The texts of the listing in hand.
    texts: Vec<u8>,
}

impl RememberedMatches {
    /// The fingerprint of the listing's texts under this matcher, and its match.
    pub(super) fn match_listing(
        &mut self,
        matcher: &Matcher,
        registry: &Registry,
        listing: &Listing,
    ) -> Remembered {
        self.texts.clear();
        write_texts(&mut self.texts, listing);
        if let Some(known) = self.by_texts.get(self.texts.as_slice()) {
            return known.clone();
        }
        let new = Remembered {
            fingerprint: fingerprint(registry.version(), &self.texts),
            answer: Arc::new(matcher.match_briefly(&Clues {
                title: &listing.title,
                model_hint: listing.model_hint.as_deref(),
                notes: listing.texts.notes.as_deref(),
                source_url: listing.texts.source_url.as_deref(),
            })),
        };
        self.bytes += self.texts.len();
        if self.by_texts.len() >= MOST_REMEMBERED || self.bytes > MOST_BYTES {
            self.by_texts.clear();
            self.bytes = self.texts.len();
        }
        self.by_texts
            .insert(self.texts.as_slice().into(), new.clone());
        new
    }
}

/// 128 bits of BLAKE3 over the versions of registry and matcher and the texts.
fn fingerprint(registry_version: &str, texts: &[u8]) -> [u8; 16] {
    let mut versions = Vec::new();
    write_text(&mut versions, Some(registry_version));
    write_text(&mut versions, Some(&MATCHER_VERSION.to_string()));
    let mut fingerprint = [0; 16];
    blake3::Hasher::new()
        .update(&versions)
        .update(texts)
        .finalize_xof()
        .fill(&mut fingerprint);
    fingerprint
}

fn write_texts(buffer: &mut Vec<u8>, listing: &Listing) {
    write_text(buffer, Some(&listing.title));
    write_text(buffer, listing.model_hint.as_deref());
    let texts = &listing.texts;
    for text in [
        &texts.seller,
        &texts.source_url,
        &texts.source_type,
        &texts.notes,
        &texts.condition_text,
        &texts.region_text,
        &texts.quantity_text,
        &texts.age_text,
        &texts.extra,
    ] {
        write_text(buffer, text.as_deref());
    }
}

/// A text with its length in front, so that no two texts run together.
fn write_text(buffer: &mut Vec<u8>, text: Option<&str>) {
    let length = text.map_or(u64::MAX, |text| text.len() as u64);
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(text.unwrap_or("").as_bytes());
}
