//! Titles a second through the matcher, one core. The bar is 200,000: at most 5 µs a title.

use divan::{Bencher, counter::ItemsCount};
use glyph_core::matching::{Clues, Matcher};
use glyph_core::registry::Registry;

/// Shapes that catalogues and marketplaces have: cards with full and short names, lots, systems, accessories, other goods.
const TITLES: &[&str] = &[
    "MSI GeForce RTX 4070 Ti SUPER 16G VENTUS 3X OC",
    "PNY NVIDIA RTX A2000 Graphic Card - 12 GB GDDR6 - Low-profile",
    "5pcs A100 40GB SXM4",
    "Видеокарта Palit GeForce RTX 3060 Dual 12GB",
    "TUF-RX7800XT-O16G-WHITE-GAMING",
    "Gaming PC i7-12700K RTX 3080 32GB RAM 1TB SSD",
    "Cooling fan for RTX 3080 Gigabyte Gaming OC",
    "StarTech.com PCIe HDMI Capture Card, 4K 60Hz PCI Express HDMI 2.0 Capture Card w/ HDR10",
    "Black Box HDMI-over-IP H.264 Encoder",
    "NVIDIA RTX 4000 SFF Ada Generation 20GB",
    "Radeon 7750 1GB low profile",
    "英伟达RTX4090显卡24G 全新",
];

fn main() {
    divan::main();
}

#[divan::bench]
fn match_titles(bencher: Bencher<'_, '_>) {
    let matcher = Matcher::new(Registry::embedded());
    bencher.counter(ItemsCount::new(TITLES.len())).bench(|| {
        TITLES
            .iter()
            .filter(|title| {
                matcher
                    .match_listing(&Clues {
                        title,
                        ..Clues::default()
                    })
                    .product
                    .is_some()
            })
            .count()
    });
}

#[divan::bench]
fn build_the_index(bencher: Bencher<'_, '_>) {
    let registry = Registry::embedded();
    bencher.bench(|| Matcher::new(registry));
}
