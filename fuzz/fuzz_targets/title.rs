//! Whatever a title says: the same answer twice, a confidence between 0 and 1, at least one card in the lot.
#![no_main]

use std::sync::LazyLock;

use glyph_core::matching::{Clues, Matcher};
use glyph_core::registry::Registry;
use libfuzzer_sys::fuzz_target;

static MATCHER: LazyLock<Matcher> = LazyLock::new(|| Matcher::new(Registry::embedded()));

fuzz_target!(|title: &str| {
    let clues = Clues {
        title,
        ..Clues::default()
    };
    let found = MATCHER.match_listing(&clues);
    assert!((0.0..=1.0).contains(&found.confidence));
    assert!(found.lot_size >= 1);
    assert!(found.model.is_none() || found.product.is_some() || !found.evidence.is_empty());
    assert_eq!(found, MATCHER.match_listing(&clues));
});
