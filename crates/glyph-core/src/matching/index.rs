//! The registry's names turned into patterns: a number or a telling word, the letters before it, and the words that
//! must, may or must not stand around it.

use rustc_hash::FxHashMap;

use super::lexicon::Lexicon;
use super::term::Term;
use super::tokens::{Gap, Shape, Tokens};
use crate::registry::{Form, ModelId, Registry, Vendor};

/// One record of the registry, as far as a title can tell it from its siblings.
#[derive(Debug, Clone)]
pub(super) struct Variant {
    pub(super) id: ModelId,
    pub(super) canonical_model: String,
    pub(super) memory_gb: Option<f64>,
    /// Folded: `gddr6x`.
    pub(super) memory_type: String,
    pub(super) form: Option<Form>,
}

/// The records that share a product name.
#[derive(Debug, Clone)]
pub(super) struct Product {
    pub(super) name: String,
    pub(super) vendor: Vendor,
    pub(super) variants: Vec<Variant>,
    /// The record that a title means which names the product and nothing else.
    pub(super) default: Option<ModelId>,
    /// The words of its architecture, which may stand in a title without changing the card.
    pub(super) tolerated: u128,
    /// GPUs on the board: sellers state the memory of all or of one.
    pub(super) gpus: u32,
}

/// How much a code says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Code {
    /// `A2`, `T4`, `L40`: also half the world's other codes.
    Short,
    /// `A100`, `K620`.
    Medium,
    /// `A4000`, `WX 7100`, `MI210`.
    Long,
    /// `3080` after a class.
    Number,
    /// A word such as `Titan` or `VII`.
    Word,
}

#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pub(super) product: u32,
    /// Set where the name means one record only (`A800 Active`).
    pub(super) only: Option<ModelId>,
    /// Letters that belong to the number: `a`, `wx`, `mi`.
    pub(super) lead: String,
    pub(super) needs: u128,
    pub(super) code: Code,
}

/// All patterns with the same number or word in their middle.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    pub(super) patterns: Vec<Pattern>,
    /// Every word that some pattern of the group needs.
    pub(super) used: u128,
}

/// Sets of words by the part they play.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Masks {
    pub(super) nvidia: u128,
    pub(super) amd: u128,
    pub(super) intel: u128,
    pub(super) matrox: u128,
    pub(super) family: u128,
    pub(super) class: u128,
    /// RTX, GTX, GTS, GT: sellers mix them up.
    pub(super) geforce_class: u128,
    pub(super) rtx: u128,
    pub(super) quadro: u128,
    pub(super) pro: u128,
    /// Ada, Blackwell: often left out, never wrong where they stand.
    pub(super) soft: u128,
    /// Of these, the two that are no words of other languages (`volta`).
    pub(super) soft_anywhere: u128,
    /// SFF, Max-Q, Server, Workstation: tell professional cards apart wherever they stand.
    pub(super) edition: u128,
    /// Words that name another card wherever they touch a number: Ti, SUPER, XT, mobile.
    pub(super) suffix: u128,
    pub(super) super_word: u128,
    pub(super) x2: u128,
    pub(super) v2: u128,
    /// `XT`, `Ti` and the like: with a number enough to mean a card without a class.
    pub(super) telling: u128,
    pub(super) optional: u128,
    /// Left out, it means the older card unless the memory says otherwise: `Radeon Pro Duo 32GB`.
    pub(super) polaris: u128,
    pub(super) titan: u128,
    /// RTX, GTX, NVS, CMP: used for nothing but graphics cards.
    pub(super) strong_class: u128,
    pub(super) rx: u128,
    pub(super) hd: u128,
    pub(super) vega: u128,
    pub(super) gtx: u128,
    pub(super) ti: u128,
    /// `2048SP`: another card of the same number, wherever it stands.
    pub(super) shaders: u128,
    /// `GT`, `FX`, Titan: too common as words.
    pub(super) gt_fx: u128,
    pub(super) arc: u128,
    pub(super) plus: u128,
    /// Words that are the middle of a name without a number.
    pub(super) anchors: u128,
    pub(super) sff: u128,
    pub(super) server: u128,
    /// NVIDIA, AMD, Intel.
    pub(super) makers: u128,
}

#[derive(Debug)]
pub(super) struct Index {
    pub(super) products: Vec<Product>,
    pub(super) by_number: FxHashMap<u32, Group>,
    pub(super) by_word: FxHashMap<u128, Group>,
    pub(super) anchors: u128,
    pub(super) masks: Masks,
    pub(super) parts: FxHashMap<String, (u32, ModelId)>,
}

/// Words that can be the middle of a name without a number, the more telling first.
const ANCHOR_WORDS: &[&str] = &[
    "titan", "vii", "fury", "nano", "duo", "frontier", "ssg", "cx", "ii",
];

/// Boards with several GPUs, whose memory is stated for all or for one of them.
const SEVERAL_GPUS: &[(&str, u32)] = &[
    ("Tesla K80", 2),
    ("Tesla K10", 2),
    ("Tesla M60", 2),
    ("Tesla M10", 4),
    ("A16", 4),
    ("GRID K1", 4),
    ("GRID K2", 2),
    ("FirePro S7150 X2", 2),
    ("FirePro S9300 X2", 2),
    ("FirePro S10000", 2),
    ("Instinct MI250", 2),
    ("Instinct MI250X", 2),
    ("Radeon Pro V340", 2),
    ("Radeon R9 295X2", 2),
    ("Radeon Pro Duo", 2),
    ("Radeon Pro Duo Polaris", 2),
    ("GeForce GTX 690", 2),
    ("GeForce GTX 590", 2),
    ("GeForce GTX TITAN Z", 2),
    ("Radeon HD 7990", 2),
    ("Radeon HD 6990", 2),
    ("Radeon HD 5970", 2),
];

impl Index {
    pub(super) fn new(registry: &Registry, lexicon: &mut Lexicon) -> Index {
        for word in FIXED_WORDS {
            lexicon.intern(word);
        }
        let mut index = Index {
            products: Vec::new(),
            by_number: FxHashMap::default(),
            by_word: FxHashMap::default(),
            anchors: 0,
            masks: Masks::default(),
            parts: FxHashMap::default(),
        };
        let mut places: FxHashMap<&str, u32> = FxHashMap::default();
        let mut product_of = Vec::with_capacity(registry.models().len());
        for (position, model) in registry.models().iter().enumerate() {
            let id = ModelId(position as u32);
            let place = *places.entry(model.product.as_str()).or_insert_with(|| {
                index.products.push(Product {
                    name: model.product.clone(),
                    vendor: model.vendor,
                    variants: Vec::new(),
                    default: registry.default_variant(&model.product),
                    tolerated: 0,
                    gpus: SEVERAL_GPUS
                        .iter()
                        .find(|(name, _)| *name == model.product)
                        .map_or(1, |(_, gpus)| *gpus),
                });
                index.products.len() as u32 - 1
            });
            product_of.push(place);
            if let Some(product) = index.products.get_mut(place as usize) {
                product.variants.push(Variant {
                    id,
                    canonical_model: model.canonical_model.clone(),
                    memory_gb: model.memory_gb,
                    memory_type: model
                        .memory_type
                        .as_deref()
                        .unwrap_or_default()
                        .to_lowercase(),
                    form: model.form,
                });
                for word in model
                    .architecture
                    .as_deref()
                    .unwrap_or_default()
                    .split([' ', '-'])
                {
                    product.tolerated |= lexicon.bit(&word.to_lowercase());
                }
            }
        }
        for (model, product) in registry.models().iter().zip(&product_of) {
            index.add_name(&model.product, *product, None, lexicon);
        }
        for (position, (model, product)) in registry.models().iter().zip(&product_of).enumerate() {
            for name in std::iter::once(&model.model).chain(&model.aliases) {
                index.add_name(name, *product, Some(ModelId(position as u32)), lexicon);
            }
        }
        for (part, id) in registry.part_numbers() {
            if let Some(product) = product_of.get(id.0 as usize) {
                index.parts.insert(part.to_owned(), (*product, id));
            }
        }
        index.masks = Masks::new(lexicon);
        index.masks.anchors = index.anchors;
        index
    }

    /// Adds the pattern of a name. Memory sizes, forms and the words that every title may leave out are no part of it.
    fn add_name(&mut self, name: &str, product: u32, only: Option<ModelId>, lexicon: &mut Lexicon) {
        let tokens = Tokens::read(name, lexicon);
        let mut anchor: Option<usize> = None;
        let mut lead: Option<usize> = None;
        for (at, token) in tokens.list.iter().enumerate() {
            let is_size = matches!(tokens.term_at(at + 1), Term::Gigabyte | Term::Megabyte);
            if token.shape == Shape::Number && anchor.is_none() && !is_size {
                anchor = Some(at);
                let before = at
                    .checked_sub(1)
                    .filter(|before| is_lead(tokens.term_at(*before), tokens.text_at(*before)));
                lead = before.filter(|before| {
                    tokens
                        .list
                        .get(*before)
                        .is_some_and(|token| token.shape == Shape::Word)
                });
            }
        }
        if anchor.is_none() {
            let place = |word: &&&str| {
                tokens
                    .list
                    .iter()
                    .position(|token| tokens.text(token) == **word)
            };
            anchor = ANCHOR_WORDS
                .iter()
                .find(|word| place(word).is_some())
                .as_ref()
                .and_then(place);
        }
        let Some(anchor) = anchor else { return };
        let mut needs = 0;
        let mut second_number = false;
        for (at, token) in tokens.list.iter().enumerate() {
            let skipped = matches!(
                token.term,
                Term::NameFiller
                    | Term::MemoryType
                    | Term::Form
                    | Term::PciExpress
                    | Term::Nvidia
                    | Term::Amd
                    | Term::Intel
                    | Term::Matrox
                    | Term::Gigabyte
                    | Term::Megabyte
                    | Term::GpuNoun
                    | Term::SystemMemory
            );
            let is_size = token.shape == Shape::Number
                && matches!(tokens.term_at(at + 1), Term::Gigabyte | Term::Megabyte);
            if at == anchor
                || Some(at) == lead
                || skipped
                || is_size
                || tokens.text(token).starts_with("ddr")
            {
                continue;
            }
            let bit = lexicon.intern(tokens.text(token));
            if bit == 0 {
                return;
            }
            needs |= bit;
            second_number |= token.shape == Shape::Number;
            if tokens.text(token) == "gtx" && tokens.gap_at(at + 1).has(Gap::TIGHT_PLUS) {
                needs |= lexicon.intern("plus");
            }
        }
        let lead = lead.map_or("", |lead| tokens.text_at(lead)).to_owned();
        let Some(token) = tokens.list.get(anchor).copied() else {
            return;
        };
        let digits = tokens.text(&token).len();
        let code = match (lead.len(), digits) {
            _ if token.shape == Shape::Word => Code::Word,
            (0, _) => Code::Number,
            // `P104-100`: the second number makes it telling.
            (1, 3) if second_number => Code::Long,
            (1, ..=2) => Code::Short,
            (1, 3) | (2, ..=2) => Code::Medium,
            _ => Code::Long,
        };
        let group = if token.shape == Shape::Number {
            self.by_number.entry(token.value).or_default()
        } else {
            let bit = lexicon.intern(tokens.text(&token));
            self.anchors |= bit;
            self.by_word.entry(bit).or_default()
        };
        group.used |= needs;
        let known = |pattern: &Pattern| {
            pattern.product == product && pattern.lead == lead && pattern.needs == needs
        };
        if !group.patterns.iter().any(known) {
            group.patterns.push(Pattern {
                product,
                only,
                lead,
                needs,
                code,
            });
        }
    }

    pub(super) fn product(&self, place: u32) -> Option<&Product> {
        self.products.get(place as usize)
    }
}

/// Whether a word right before a number is a part of the code (`WX` 7100) and not a class or family.
fn is_lead(term: Term, text: &str) -> bool {
    !term.is_family()
        && !matches!(
            term,
            Term::NvidiaClass
                | Term::AmdClass
                | Term::WeakClass
                | Term::Pro
                | Term::NameFiller
                | Term::GpuNoun
        )
        && text.len() <= 4
        && text != "core"
}

/// Words that play a part whether or not the registry has a name with them.
const FIXED_WORDS: &[&str] = &[
    "geforce",
    "quadro",
    "tesla",
    "grid",
    "nvidia",
    "radeon",
    "amd",
    "instinct",
    "firepro",
    "firegl",
    "arc",
    "intel",
    "matrox",
    "rtx",
    "gtx",
    "gts",
    "gt",
    "rx",
    "hd",
    "fx",
    "nvs",
    "r5",
    "r7",
    "r9",
    "vega",
    "cmp",
    "pro",
    "ai",
    "ti",
    "super",
    "xt",
    "xtx",
    "gre",
    "x2",
    "m",
    "mobile",
    "maxq",
    "embedded",
    "ada",
    "blackwell",
    "ampere",
    "turing",
    "volta",
    "pascal",
    "hopper",
    "sff",
    "server",
    "workstation",
    "titan",
    "plus",
    "2048",
    "sp",
    "polaris",
];

impl Masks {
    fn new(lexicon: &Lexicon) -> Masks {
        let mask = |words: &[&str]| lexicon.mask(words);
        let nvidia = mask(&[
            "geforce", "quadro", "tesla", "grid", "nvidia", "rtx", "gtx", "gts", "gt", "nvs",
            "cmp", "fx", "titan",
        ]);
        let amd = mask(&[
            "radeon",
            "amd",
            "instinct",
            "firepro",
            "firegl",
            "firemv",
            "firestream",
            "rx",
            "hd",
            "r5",
            "r7",
            "r9",
            "vega",
        ]);
        let intel = mask(&["arc", "intel"]);
        Masks {
            nvidia,
            amd,
            intel,
            matrox: mask(&["matrox"]),
            family: mask(&[
                "geforce",
                "tesla",
                "grid",
                "nvidia",
                "radeon",
                "amd",
                "instinct",
                "firepro",
                "firegl",
                "firemv",
                "firestream",
                "arc",
                "intel",
                "matrox",
                "millennium",
                "ai",
            ]),
            class: mask(&[
                "rtx", "gtx", "gts", "gt", "rx", "hd", "fx", "nvs", "r5", "r7", "r9",
            ]),
            geforce_class: mask(&["rtx", "gtx", "gts", "gt"]),
            rtx: mask(&["rtx"]),
            quadro: mask(&["quadro"]),
            pro: mask(&["pro"]),
            soft: mask(&[
                "ada",
                "blackwell",
                "ampere",
                "turing",
                "volta",
                "pascal",
                "hopper",
            ]),
            soft_anywhere: mask(&["ada", "blackwell"]),
            edition: mask(&["sff", "maxq", "server", "workstation"]),
            suffix: mask(&[
                "ti", "super", "xt", "xtx", "gre", "m", "mobile", "maxq", "embedded",
            ]),
            super_word: mask(&["super"]),
            x2: mask(&["x2"]),
            v2: mask(&["v2"]),
            telling: mask(&["ti", "super", "xt", "xtx", "gre"]),
            optional: mask(&["ai", "millennium", "polaris"]),
            polaris: mask(&["polaris"]),
            titan: mask(&["titan"]),
            strong_class: mask(&["rtx", "gtx", "nvs", "cmp"]),
            rx: mask(&["rx"]),
            hd: mask(&["hd"]),
            vega: mask(&["vega"]),
            gtx: mask(&["gtx"]),
            ti: mask(&["ti"]),
            shaders: mask(&["2048", "sp"]),
            gt_fx: mask(&["gt", "fx", "titan", "grid"]),
            arc: mask(&["arc"]),
            plus: mask(&["plus"]),
            anchors: 0,
            sff: mask(&["sff"]),
            server: mask(&["server"]),
            makers: mask(&["nvidia", "amd", "intel"]),
        }
    }

    /// The words of a vendor's lines.
    pub(super) fn of(&self, vendor: Vendor) -> u128 {
        match vendor {
            Vendor::Nvidia => self.nvidia,
            Vendor::Amd => self.amd,
            Vendor::Intel => self.intel,
            Vendor::Matrox => self.matrox,
        }
    }
}
