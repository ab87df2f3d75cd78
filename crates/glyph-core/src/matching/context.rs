//! What a title says as a whole: which vendors it names, whether it speaks of graphics cards at all.

use super::index::Masks;
use super::system::is_processor_number;
use super::term::Term;
use super::tokens::{Shape, Tokens};

/// One pass over the tokens.
#[derive(Debug, Clone, Copy, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent facts about one title"
)]
pub(super) struct Context {
    /// Vendor and family words anywhere in the title.
    pub(super) families: u128,
    /// Words of all names anywhere in the title.
    pub(super) said: u128,
    pub(super) gpu_noun: bool,
    pub(super) graphics_memory: bool,
    pub(super) board_line: bool,
    pub(super) board_brand: bool,
    /// PNY, Leadtek, ELSA: they sell NVIDIA's professional cards by the code alone.
    pub(super) professional_brand: bool,
    pub(super) form: bool,
    /// PCI Express is spoken of.
    pub(super) bus: bool,
    pub(super) goods: bool,
    pub(super) low_profile: bool,
    /// A processor, computer or mining rig is spoken of.
    pub(super) machine: bool,
    /// A maker of graphics boards, also one that makes other things.
    pub(super) maker: bool,
    /// `Vendo`, `продам`, `selling`: the title is of a person who sells.
    pub(super) sells: bool,
    pub(super) processor: bool,
    pub(super) rig: bool,
    pub(super) server: bool,
    /// Made or used for mining.
    pub(super) mining: bool,
    /// Other goods that cards are often described with, or a maker of computers.
    pub(super) doubtful: bool,
    pub(super) tokens: usize,
    /// Words that mean nothing to the grammar.
    pub(super) unknown: usize,
}

impl Context {
    pub(super) fn read(tokens: &Tokens, masks: &Masks) -> Context {
        let mut context = Context {
            tokens: tokens.list.len(),
            ..Context::default()
        };
        let families = masks.nvidia | masks.amd | masks.intel | masks.matrox;
        let strong = families & !masks.class & !masks.titan & !masks.vega;
        for (at, token) in tokens.list.iter().enumerate() {
            context.said |= token.bit;
            if token.bit & strong != 0 || token.term.is_family() {
                context.families |= token.bit;
            }
            let text = tokens.text(token);
            context.low_profile |= text == "lowprofile";
            context.sells |= at == 0
                && matches!(
                    text,
                    "vendo"
                        | "vende"
                        | "продам"
                        | "продаю"
                        | "продается"
                        | "selling"
                        | "sell"
                        | "verkaufe"
                        | "sprzedam"
                        | "vends"
                        | "出"
                        | "vand"
                );
            context.mining |= matches!(
                text,
                "mining" | "маининг" | "маининга" | "маининговая" | "矿卡" | "hx"
            );
            let known = token.bit != 0 || token.term != Term::None || token.shape != Shape::Word;
            let alone = !tokens.is_glued(at) && !tokens.is_glued(at + 1);
            context.unknown += usize::from(!known && alone && tokens.text(token).len() > 1);
            context.processor |= token.term == Term::Processor || is_processor_number(tokens, at);
            context.rig |= token.term == Term::Rig;
            context.server |= token.term == Term::Server;
            match token.term {
                Term::GpuNoun => context.gpu_noun = true,
                Term::MemoryType => context.graphics_memory = true,
                Term::BoardLine => context.board_line = true,
                Term::Form => context.form = true,
                Term::PciExpress => context.bus = true,
                Term::Processor
                | Term::Storage
                | Term::SystemMemory
                | Term::Rig
                | Term::Server
                | Term::Computer
                | Term::Laptop => context.machine = true,
                Term::Goods => context.goods |= tokens.is_free(at),
                Term::GoodsHint | Term::SystemHint => context.doubtful = true,
                Term::Brand => {
                    context.board_brand |= !is_system_maker(tokens.text_at(at));
                    let maker = !is_system_maker(tokens.text_at(at))
                        || matches!(tokens.text_at(at), "msi" | "asus" | "gigabyte");
                    context.maker |= maker;
                    context.doubtful |= !maker;
                    context.professional_brand |= matches!(
                        tokens.text_at(at),
                        "pny" | "leadtek" | "elsa" | "丽台" | "麗臺"
                    );
                }
                _ => {}
            }
        }
        context
    }

    /// The words that tell professional cards apart wherever they stand.
    pub(super) fn editions(&self, tokens: &Tokens, masks: &Masks) -> u128 {
        let mut editions = self.said & masks.soft_anywhere;
        let shaders = |at: usize| tokens.text_at(at) == "2048" && tokens.text_at(at + 1) == "sp";
        if (0..tokens.list.len()).any(shaders) {
            editions |= masks.shaders;
        }
        // `RTX PRO 6000 BSE`: NVIDIA's own short form of Blackwell Server Edition.
        if tokens.list.iter().any(|token| tokens.text(token) == "bse") {
            editions |= masks.server;
        }
        for (at, token) in tokens.list.iter().enumerate() {
            let bit = token.bit & masks.edition;
            let always = !matches!(token.term, Term::Server | Term::Computer);
            if bit != 0 && (always || matches!(tokens.text_at(at + 1), "edition" | "ed")) {
                editions |= bit;
            }
        }
        editions
    }
}

/// Makers of computers: their names stand on everything.
fn is_system_maker(text: &str) -> bool {
    matches!(
        text,
        "dell"
            | "hp"
            | "hpe"
            | "lenovo"
            | "cisco"
            | "supermicro"
            | "fujitsu"
            | "ibm"
            | "acer"
            | "huawei"
            | "inspur"
            | "galaxy"
            | "hewlettpackard"
            | "hewlettpackardenterprise"
            | "msi"
            | "asus"
            | "gigabyte"
    )
}
