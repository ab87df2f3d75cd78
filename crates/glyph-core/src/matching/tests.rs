//! The matcher against titles written by hand, and what must hold for every text.

use proptest::prelude::*;

use super::*;
use crate::registry::Registry;

fn matcher() -> &'static Matcher {
    static MATCHER: std::sync::LazyLock<Matcher> =
        std::sync::LazyLock::new(|| Matcher::new(Registry::embedded()));
    &MATCHER
}

fn read(title: &str) -> Match {
    matcher().match_listing(&Clues {
        title,
        ..Clues::default()
    })
}

fn canonical(found: &Match) -> &'static str {
    found.model.map_or("", |id| {
        Registry::embedded().model(id).canonical_model.as_str()
    })
}

const TITLES: &str = include_str!("../../tests-data/titles.csv");

/// Titles that are not read as they should be: what they should be read as.
const MISSED: &str = include_str!("../../tests-data/missed.csv");

/// The answers that belong to [`MATCHER_VERSION`]: FNV-1a over what is stored of each.
const ANSWERS: (u32, u64) = (11, 7_565_828_221_759_338_695);

#[test]
fn answers_change_only_with_the_version() {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for record in csv::Reader::from_reader(TITLES.as_bytes()).records() {
        let title = record.expect("the fixture is well-formed");
        let found = read(title.get(0).unwrap_or_default());
        let answer = format!(
            "{:?} {} {:?} {:?} {} {:.4}",
            found.kind,
            canonical(&found),
            found.memory_gb,
            found.form,
            found.lot_size,
            found.confidence
        );
        for byte in answer.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    assert_eq!(
        (MATCHER_VERSION, hash),
        ANSWERS,
        "answers differ: raise MATCHER_VERSION where the matcher changed, and put the new figures here"
    );
}

#[test]
fn names_kind_product_memory_and_lot_of_hand_written_titles() {
    let mut faults = Vec::new();
    let mut reader = csv::Reader::from_reader(TITLES.as_bytes());
    let mut count = 0;
    for record in reader.records() {
        let record = record.expect("the fixture is well-formed");
        let cell = |place| record.get(place).unwrap_or_default();
        let found = read(cell(0));
        let memory = cell(3).parse::<f64>().ok();
        let fits = found.kind.as_str() == cell(1)
            && found.product.as_deref().unwrap_or_default() == cell(2)
            && (memory.is_none() || found.memory_gb == memory)
            && found.lot_size.to_string() == cell(4);
        count += 1;
        if !fits {
            faults.push(format!(
                "{record:?} was read as {:?} {:?} {:?} {}",
                found.kind, found.product, found.memory_gb, found.lot_size
            ));
        }
    }
    assert!(count >= 1_900, "only {count} titles");
    assert!(
        faults.is_empty(),
        "{} of {count}:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// Whether a title is read as its row says: kind, product and, where the row has one, the memory.
fn is_right(record: &csv::StringRecord, found: &Match) -> bool {
    let cell = |place| record.get(place).unwrap_or_default();
    let memory = cell(3).parse::<f64>().ok();
    found.kind.as_str() == cell(1)
        && found.product.as_deref().unwrap_or_default() == cell(2)
        && (memory.is_none() || found.memory_gb == memory)
}

#[test]
fn tells_what_a_buyer_must_know_beside_the_name() {
    let cases: &[(&str, &[Flag])] = &[
        ("NVIDIA RTX 3090 24GB", &[]),
        ("NVIDIA RTX 3090 24GB, no artifacts", &[]),
        ("RTX 3080 for parts, not working", &[Flag::ForParts]),
        ("RTX 4090 PCB cracked", &[Flag::ForParts]),
        ("GTX 590 на прогрев или замену чипа", &[Flag::ForParts]),
        ("Carte graphique RTX 3080 HS pour pièces", &[Flag::ForParts]),
        ("Placa de video GTX 1650 sucata", &[Flag::ForParts]),
        // Kana with a voicing mark and Hangul are several letters once folded.
        ("グラフィックボード RTX 3070 ジャンク品", &[Flag::ForParts]),
        ("그래픽카드 RTX 3080 고장", &[Flag::ForParts]),
        ("显卡 RTX 3080 故障", &[Flag::ForParts]),
        ("RTX 3080 bundle with 750W PSU", &[Flag::Bundle]),
        ("Geforce gtx 1060, 1070, 1080, 1080ti", &[Flag::Choice]),
        ("RTX 2080 Ti 22GB modded", &[Flag::ModifiedMemory]),
        ("P106-100 6GB", &[Flag::Mining]),
        ("矿卡 RX 580 8GB", &[Flag::Mining]),
        ("Quadro P4000 MXM 8GB", &[Flag::Laptop]),
    ];
    for (title, flags) in cases {
        assert_eq!(read(title).flags, *flags, "{title}");
    }
}

#[test]
fn a_title_that_is_missed_is_given_no_wrong_card() {
    for record in csv::Reader::from_reader(MISSED.as_bytes()).records() {
        let record = record.expect("the fixture is well-formed");
        let found = read(record.get(0).unwrap_or_default());
        assert!(
            !is_right(&record, &found),
            "{record:?} is read right now: it belongs into titles.csv"
        );
        assert!(
            found.unmatched_reason().is_some(),
            "{record:?} would be scored as {:?}",
            found.product
        );
    }
}

#[test]
fn the_document_shows_how_often_each_confidence_is_right() {
    const BANDS: [(f64, &str); 5] = [
        (0.95, "0.95 and more"),
        (0.9, "0.90 to 0.95"),
        (0.8, "0.80 to 0.90"),
        (0.7, "0.70 to 0.80"),
        (0.0, "less"),
    ];
    let mut counts = [(0_u32, 0_u32); BANDS.len()];
    for text in [TITLES, MISSED] {
        for record in csv::Reader::from_reader(text.as_bytes()).records() {
            let record = record.expect("the fixture is well-formed");
            let found = read(record.get(0).unwrap_or_default());
            let card = matches!(found.kind, Kind::GpuCard | Kind::GpuLot);
            if !card || found.product.is_none() {
                continue;
            }
            let band = BANDS
                .iter()
                .position(|(least, _)| found.confidence >= *least)
                .expect("no confidence is below 0");
            counts[band].0 += 1;
            counts[band].1 += u32::from(is_right(&record, &found));
        }
    }
    let document = include_str!("../../../../docs/MATCHING.md");
    for ((least, words), (named, right)) in BANDS.into_iter().zip(counts) {
        let share = f64::from(right) * 100.0 / f64::from(named.max(1));
        let line = format!("| {words} | {named} | {right} | {share:.1} % |");
        assert!(document.contains(&line), "docs/MATCHING.md lacks `{line}`");
        assert!(least < 0.9 || share >= 99.0, "{line}");
    }
}

#[test]
fn reads_every_product_and_model_name_of_the_registry_as_itself() {
    let mut faults = Vec::new();
    for model in Registry::embedded().models() {
        let vendor = match model.vendor {
            crate::registry::Vendor::Nvidia => "NVIDIA",
            crate::registry::Vendor::Amd => "AMD",
            crate::registry::Vendor::Intel => "Intel",
            crate::registry::Vendor::Matrox => "Matrox",
        };
        let title = format!("{vendor} {} graphics card", model.product);
        let found = read(&title);
        if found.product.as_deref() != Some(model.product.as_str()) {
            faults.push(format!(
                "{title} was read as {:?}: {:?}",
                found.product, found.candidates
            ));
        }
    }
    faults.dedup();
    assert!(
        faults.is_empty(),
        "{}:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn chooses_the_variant_by_memory_and_form() {
    for (title, model) in [
        ("NVIDIA A100 40GB PCIe", "A100_PCIE_40GB"),
        ("NVIDIA A100 80GB SXM4", "A100_SXM4_80GB"),
        ("Tesla V100 SXM2 16GB", "V100_SXM2_16GB"),
        ("Tesla V100 PCIe 32GB", "V100_PCIE_32GB"),
        (
            "Cisco NVIDIA H100 graphics card 80GB full-height",
            "H100_PCIE_80GB",
        ),
        ("NVIDIA H100 NVL 94GB", "H100_NVL_94GB"),
        ("NVIDIA RTX A2000 12GB", "RTX_A2000_12GB"),
        ("RTX 3060 8GB", "RTX_3060_8GB"),
        ("GeForce RTX 3060 Ti 8GB GDDR6X", "RTX_3060_TI_GDDR6X"),
        ("GTX 1060 3GB", "GTX_1060_3GB"),
    ] {
        assert_eq!(canonical(&read(title)), model, "{title}");
    }
}

#[test]
fn leaves_the_variant_open_where_the_title_does() {
    let found = read("NVIDIA Tesla V100");
    assert_eq!(found.product.as_deref(), Some("Tesla V100"));
    assert_eq!(found.model, None);
    assert_eq!(found.unmatched_reason(), Some(UnmatchedReason::Ambiguous));
}

#[test]
fn tells_why_a_row_is_not_scored() {
    for (title, reason) in [
        ("RTX 3080 10GB", None),
        ("4x RTX 3080 10GB", None),
        ("Fan for RTX 3080", Some(UnmatchedReason::Accessory)),
        (
            "Gaming PC i7-12700 RTX 3080 1TB SSD",
            Some(UnmatchedReason::System),
        ),
        ("WTB RTX 3080", Some(UnmatchedReason::NotOffer)),
        ("Kingston A400 240GB SSD", Some(UnmatchedReason::NotGpu)),
        ("GeForce RTX 6090", Some(UnmatchedReason::UnknownModel)),
        ("NVIDIA RTX 4000", Some(UnmatchedReason::Ambiguous)),
        ("NVIDIA A2000 5GB", Some(UnmatchedReason::Ambiguous)),
    ] {
        assert_eq!(read(title).unmatched_reason(), reason, "{title}");
    }
}

#[test]
fn lists_what_an_ambiguous_name_could_mean() {
    let found = read("NVIDIA RTX 4000 graphics card");
    assert_eq!(
        (found.kind, found.product.as_deref()),
        (Kind::GpuCard, None)
    );
    let names: Vec<&str> = found
        .candidates
        .iter()
        .map(|lost| lost.canonical_model.as_str())
        .collect();
    assert!(
        names.contains(&"QUADRO_RTX_4000") && names.contains(&"RTX_4000_ADA"),
        "{names:?}"
    );
    assert!(found.confidence < SCORABLE_CONFIDENCE);
}

#[test]
fn shows_the_words_that_decided_and_the_cards_that_lost() {
    let found = read("5pcs ＮＶＩＤＩＡ A100 40GB SXM4 – nuevo");
    let said: Vec<(&str, &str)> = found
        .evidence
        .iter()
        .map(|found| (found.says, found.text.as_str()))
        .collect();
    assert!(said.contains(&("model", "ＮＶＩＤＩＡ A100")), "{said:?}");
    assert!(said.contains(&("memory", "40GB")), "{said:?}");
    assert!(said.contains(&("form", "SXM4")), "{said:?}");
    assert!(said.contains(&("lot", "5pcs")), "{said:?}");
    let found = read("MSI RTX 4070 Ti SUPER 16G");
    let lost = found
        .candidates
        .iter()
        .find(|lost| lost.canonical_model == "RTX_4070_TI");
    assert_eq!(
        lost.map(|lost| lost.lost_because.as_str()),
        Some("the title says `super`")
    );
}

#[test]
fn lets_the_address_settle_what_the_title_leaves_open() {
    let clues = |title, url| {
        matcher().match_listing(&Clues {
            title,
            model_hint: None,
            notes: None,
            source_url: Some(url),
        })
    };
    let found = clues(
        "ASUS TUF GAMING GEFORCE RTX",
        "https://shop.example/products/asus-tuf-gaming-geforce-rtx-5070-ti-16gb?v=1",
    );
    assert_eq!(found.product.as_deref(), Some("GeForce RTX 5070 Ti"));
    assert!(found.confidence <= 0.8);
    let found = clues(
        "NVIDIA RTX 4000",
        "https://shop.example/p/pny-nvidia-rtx-4000-ada-generation-20gb",
    );
    assert_eq!(found.product.as_deref(), Some("RTX 4000 Ada"));
    let found = clues("Wooden desk", "https://shop.example/p/geforce-rtx-4090");
    assert_eq!((found.kind, found.product), (Kind::NotGpu, None));
}

#[test]
fn notes_that_call_the_card_broken_are_a_caution() {
    let flags = |notes| {
        let clues = Clues {
            title: "MSI Radeon RX 6800 XT 16GB",
            model_hint: None,
            notes: Some(notes),
            source_url: None,
        };
        matcher().match_listing(&clues).flags
    };
    assert_eq!(
        flags("Pulled from a server, does not work"),
        [Flag::ForParts]
    );
    assert_eq!(
        flags("no longer detected, for parts only"),
        [Flag::ForParts]
    );
    assert_eq!(
        flags("Works perfectly, not for parts. Repair receipt included"),
        []
    );
    for sound in [
        "works great",
        "Replaced it, since my old PSU was not working with it",
        "Full refund if the card does not work",
        "Returns accepted when it is not working on arrival",
    ] {
        assert_eq!(flags(sound), [], "{sound}");
    }
}

#[test]
fn a_price_for_a_time_is_no_offer_of_the_card() {
    let kind = |notes| {
        let clues = Clues {
            title: "NVIDIA RTX A6000 48GB",
            model_hint: None,
            notes: Some(notes),
            source_url: None,
        };
        matcher().match_listing(&clues).kind
    };
    assert_eq!(kind("from $1.89/hour"), Kind::NotOffer);
    assert_eq!(kind("billed at 2 USD per hour"), Kind::NotOffer);
    assert_eq!(kind("$373/month dedicated server"), Kind::NotOffer);
    assert_eq!(kind("or 110/month with financing"), Kind::GpuCard);
    assert_eq!(kind("ran 24 hours a day"), Kind::GpuCard);
}

#[test]
fn gives_contradicted_memory_a_low_confidence() {
    let found = read("GeForce RTX 3070 6GB");
    assert!(found.model.is_none() && found.confidence < SCORABLE_CONFIDENCE);
    assert!(
        found
            .evidence
            .iter()
            .any(|found| found.says == "conflict" && found.text == "6GB")
    );
}

#[test]
fn is_surer_of_a_full_name_than_of_a_bare_number() {
    let full = read("NVIDIA GeForce RTX 3080 10GB").confidence;
    let bare = read("EVGA 3080 Ti").confidence;
    let swapped = read("GTX 3080").confidence;
    assert!(
        full >= 0.97 && bare < 0.9 && swapped < bare,
        "{full} {bare} {swapped}"
    );
}

fn said(found: &Match) -> (Kind, Option<String>, Option<f64>, u32) {
    (
        found.kind,
        found.product.clone(),
        found.memory_gb,
        found.lot_size,
    )
}

#[test]
fn a_brief_answer_is_the_whole_one_without_what_lost() {
    let mut told = 0;
    for record in csv::Reader::from_reader(TITLES.as_bytes()).records() {
        let title = record.expect("the fixture is well-formed");
        let title = title.get(0).unwrap_or_default();
        for model_hint in [None, Some("A100"), Some("RTX 4090"), Some(title)] {
            let clues = Clues {
                title,
                model_hint,
                notes: Some("tested, 24GB"),
                ..Clues::default()
            };
            let mut whole = matcher().match_listing(&clues);
            told += whole.candidates.len() + whole.would_settle.len();
            whole.candidates.clear();
            whole.would_settle.clear();
            assert_eq!(matcher().match_briefly(&clues), whole, "{title}");
        }
    }
    assert!(told > 0);
}

proptest! {
    #[test]
    fn never_panics_and_points_at_real_text(title in "\\PC{0,80}") {
        let found = read(&title);
        for piece in &found.evidence {
            prop_assert_eq!(title.get(piece.start..piece.end), Some(piece.text.as_str()));
        }
        prop_assert!((0.0..=1.0).contains(&found.confidence));
    }

    #[test]
    fn never_panics_on_pieces_of_titles(pieces in proptest::collection::vec(
        prop::sample::select(vec![
            "RTX", "4000", "3080", "Ti", "SUPER", "A2", "T4", "x2", "2x", "(", ")", "16GB", "/", "-", "Ада", "显卡", "&amp;",
            "GTX+", "9800", "for", "fan", "SXM4", "®", "é", "R9", "290X", "Vega", "64", "TITAN", "5pcs", "ﬁ", "１２", "²", "\u{301}",
        ]), 0..12), glue in prop::sample::select(vec!["", " ", "-"])) {
        let title = pieces.join(glue);
        let found = read(&title);
        for piece in &found.evidence {
            prop_assert_eq!(title.get(piece.start..piece.end), Some(piece.text.as_str()));
        }
        prop_assert_eq!(read(&title), found);
    }

    #[test]
    fn reads_the_same_in_any_case_and_spacing(line in 0_usize..1_900, upper in any::<bool>(), gap in prop::sample::select(vec!["  ", "\t", " \u{a0}"])) {
        let mut reader = csv::Reader::from_reader(TITLES.as_bytes());
        let Some(Ok(record)) = reader.records().nth(line) else { return Ok(()) };
        let title = record.get(0).unwrap_or_default().to_owned();
        let cased = if upper { title.to_uppercase() } else { title.to_lowercase() };
        let changed = format!("  {} .", cased.replace(' ', gap));
        prop_assert_eq!(said(&read(&changed)), said(&read(&title)), "{}", changed);
    }
}
