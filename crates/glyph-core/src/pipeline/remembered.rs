//! Matches of texts that came before: catalogues repeat their titles.
//!
//! Absence: nothing here depends on the order of rows. A match is a pure function of the texts, and forgetting it only
//! costs time.

use rustc_hash::FxHashMap;

use crate::listing::Listing;
use crate::matching::{Clues, MATCHER_VERSION, Match, Matcher};
use crate::registry::Registry;

/// Bound on the matches kept; past it all are forgotten. 32,768 matches are some 20 MB.
const MOST_REMEMBERED: usize = 32_768;

#[derive(Debug, Default)]
pub(super) struct RememberedMatches {
    by_fingerprint: FxHashMap<[u8; 16], Match>,
}

impl RememberedMatches {
    /// The fingerprint of the listing's texts under this matcher, and its match.
    pub(super) fn match_listing(
        &mut self,
        matcher: &Matcher,
        registry: &Registry,
        listing: &Listing,
    ) -> ([u8; 16], &Match) {
        let fingerprint = fingerprint(listing, registry.version());
        if self.by_fingerprint.len() >= MOST_REMEMBERED
            && !self.by_fingerprint.contains_key(&fingerprint)
        {
            self.by_fingerprint.clear();
        }
        let answer = self.by_fingerprint.entry(fingerprint).or_insert_with(|| {
            matcher.match_listing(&Clues {
                title: &listing.title,
                model_hint: listing.model_hint.as_deref(),
                notes: listing.texts.notes.as_deref(),
                source_url: listing.texts.source_url.as_deref(),
            })
        });
        (fingerprint, answer)
    }
}

/// 128 bits of BLAKE3 over the texts and the versions of registry and matcher, each with its length in front so that no two texts run
/// together.
fn fingerprint(listing: &Listing, registry_version: &str) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    let mut feed = |text: Option<&str>| {
        let length = text.map_or(u64::MAX, |text| text.len() as u64);
        hasher.update(&length.to_le_bytes());
        hasher.update(text.unwrap_or("").as_bytes());
    };
    feed(Some(registry_version));
    feed(Some(&MATCHER_VERSION.to_string()));
    feed(Some(&listing.title));
    feed(listing.model_hint.as_deref());
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
        feed(text.as_deref());
    }
    let mut fingerprint = [0; 16];
    hasher.finalize_xof().fill(&mut fingerprint);
    fingerprint
}
