//! The matcher: the index of one registry, built once, and the way of a row through it.

use super::canonical::CanonicalNames;
use super::context::Context;
use super::fit::Lost;
use super::flags::{self, Answered};
use super::index::Index;
use super::lexicon::Lexicon;
use super::lot::{self, Lot};
use super::memory::{self, Size};
use super::mention::{self, MemoryFit, Scene};
use super::naming::{self, Naming};
use super::tokens::Tokens;
use super::unknown;
use super::variant::{self, Choice};
use super::{Clues, Evidence, Flag, Kind, Match, hint, kind, report};
use crate::registry::{Form, Registry};

/// Names the cards behind titles by one registry. Holds its own index, so it outlives the registry it was made from;
/// the ids in its answers are that registry's.
#[derive(Debug)]
pub struct Matcher {
    lexicon: Lexicon,
    index: Index,
    canonical: CanonicalNames,
}

/// What one text says, before it is put in words.
struct Reading {
    tokens: Tokens,
    context: Context,
    sizes: Vec<Size>,
    naming: Naming,
}

/// How much of an answer is put in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    TheAnswer,
    /// What lost and what would settle, too.
    All,
}

/// The most places of a title that are shown as naming the card.
const MOST_SPANS: usize = 6;

/// Named by another column than the title.
const BORROWED_CONFIDENCE: f64 = 0.8;

impl Matcher {
    /// Builds the index: some milliseconds for the whole registry.
    pub fn new(registry: &Registry) -> Matcher {
        let mut lexicon = Lexicon::new();
        let index = Index::new(registry, &mut lexicon);
        Matcher {
            lexicon,
            index,
            canonical: CanonicalNames::new(registry),
        }
    }

    /// Names the card that a row offers. A pure function of the row and the registry.
    pub fn match_listing(&self, clues: &Clues<'_>) -> Match {
        self.find(clues, Told::All)
    }

    /// The same without `would_settle` and `candidates`, which a row that is stored does not keep.
    pub fn match_briefly(&self, clues: &Clues<'_>) -> Match {
        self.find(clues, Told::TheAnswer)
    }

    fn find(&self, clues: &Clues<'_>, told: Told) -> Match {
        if let Some(answer) = self.canonical.find(clues) {
            return answer;
        }
        let answer = self.match_title(clues, told);
        match clues.model_hint {
            Some(hint) if hint::may_settle(&answer) => {
                hint::settle(self, answer, clues.title, hint, told)
            }
            _ => answer,
        }
    }

    /// Names the card by the title, with the notes and the address beside it.
    pub(super) fn match_title(&self, clues: &Clues<'_>, told: Told) -> Match {
        let mut reading = self.read(clues.title);
        let name = reading.naming.spans.first().copied();
        let lot = lot::read(&reading.tokens, name);
        let offer = kind::decide(
            &reading.tokens,
            &reading.context,
            &reading.naming,
            lot,
            &self.index.masks,
        );
        let card = matches!(offer.kind, Kind::GpuCard | Kind::GpuLot);
        let mut borrowed = None;
        if card && reading.naming.product.is_none() {
            borrowed = self.borrow(clues, &mut reading);
        }
        let notes = clues
            .notes
            .filter(|_| card)
            .map(|notes| Tokens::read(notes, &self.lexicon));
        let offer = match &notes {
            Some(notes) if flags::notes_say_rental(notes) => kind::Offer::rental(),
            _ => offer,
        };
        let mut answer = self.answer(clues.title, reading, lot, offer, borrowed, told);
        if !answer.flags.contains(&Flag::ForParts)
            && notes.is_some_and(|notes| flags::notes_say_for_parts(&notes))
            && matches!(answer.kind, Kind::GpuCard | Kind::GpuLot)
        {
            // In the order of `Flag::ALL`.
            answer.flags.insert(0, Flag::ForParts);
        }
        answer
    }

    /// The words and codes of a title that mean nothing to the grammar, folded, each once, in their order: how a card
    /// that nobody knows yet announces itself. A number after a class (`rtx 6090`) counts with it.
    pub fn unknown_words(&self, title: &str) -> Vec<String> {
        unknown::words(&Tokens::read(title, &self.lexicon), &self.index)
    }

    fn read(&self, text: &str) -> Reading {
        let tokens = Tokens::read(text, &self.lexicon);
        let context = Context::read(&tokens, &self.index.masks);
        let sizes = memory::read(&tokens);
        let scene = Scene {
            tokens: &tokens,
            index: &self.index,
            lexicon: &self.lexicon,
            context: &context,
            sizes: &sizes,
            editions: context.editions(&tokens, &self.index.masks),
        };
        let mentions = mention::read(&scene);
        let naming = naming::name(&scene, mentions);
        Reading {
            tokens,
            context,
            sizes,
            naming,
        }
    }

    /// Lets the notes and the address settle what the title leaves open; returns what did, its place
    /// being the whole title.
    fn borrow(&self, clues: &Clues<'_>, reading: &mut Reading) -> Option<Evidence> {
        let address = clues.source_url.map(last_segment);
        for (text, says) in [(clues.notes, "notes"), (address, "address")] {
            let Some(text) = text.filter(|text| !text.is_empty()) else {
                continue;
            };
            let other = self.read(text);
            let Some(place) = other.naming.product else {
                continue;
            };
            let open = &reading.naming.open;
            let contradicted = reading.naming.lost.iter().any(|(lost, reason)| {
                *lost == place
                    && !matches!(
                        reason,
                        Lost::NoContext | Lost::Lacks(_) | Lost::UnknownLetters
                    )
            });
            let agrees = if open.is_empty() {
                other.naming.named && !contradicted
            } else {
                open.contains(&place)
            };
            if agrees && self.is_of_the_same_vendor(place, reading) {
                reading.naming.product = Some(place);
                reading.naming.only = other.naming.only;
                reading.naming.confidence = other.naming.confidence.min(BORROWED_CONFIDENCE);
                reading.naming.open.clear();
                if reading.sizes.is_empty() {
                    reading.sizes = other.sizes;
                }
                let end = clues.title.len();
                return Some(Evidence {
                    start: 0,
                    end,
                    text: text.to_owned(),
                    says,
                });
            }
        }
        None
    }

    fn is_of_the_same_vendor(&self, place: u32, reading: &Reading) -> bool {
        let masks = &self.index.masks;
        let families = reading.context.families;
        self.index
            .product(place)
            .is_some_and(|product| families == 0 || families & masks.of(product.vendor) != 0)
    }

    fn answer(
        &self,
        title: &str,
        reading: Reading,
        lot: Option<Lot>,
        offer: kind::Offer,
        borrowed: Option<Evidence>,
        told: Told,
    ) -> Match {
        let Reading {
            tokens,
            sizes,
            naming,
            ..
        } = reading;
        let card = matches!(offer.kind, Kind::GpuCard | Kind::GpuLot);
        let displayed = card || offer.kind == Kind::System;
        let place = naming.product.filter(|_| displayed && !offer.mobile_part);
        let product = place.and_then(|place| self.index.product(place));
        let choice = match product {
            Some(product) => variant::choose(product, naming.only, &sizes, &tokens),
            None => Choice {
                memory_gb: sizes.first().filter(|_| card).map(|size| size.gigabytes),
                ..Choice::default()
            },
        };
        // An MXM module of a chip that the registry knows as a board is another product.
        let module = choice.is_module
            && product.is_some_and(|product| {
                product
                    .variants
                    .iter()
                    .all(|variant| variant.form != Some(Form::Mxm))
            });
        let product = product.filter(|_| !module);
        let confidence = match (card, product) {
            (true, Some(_)) => naming.confidence * offer.confidence,
            (true, None) => f64::min(naming.confidence, 0.4).max(0.3),
            (false, _) => offer.confidence,
        };
        let mut evidence: Vec<Evidence> = Vec::with_capacity(4);
        let mut point_out = |span: (usize, usize), says| {
            evidence.extend(report::evidence(title, &tokens, span, says));
        };
        let settled = naming.product.is_some();
        let conflict = naming.memory == Some(MemoryFit::Conflicts);
        for span in naming.spans.iter().take(MOST_SPANS) {
            point_out(
                *span,
                if settled || conflict {
                    "model"
                } else {
                    "ambiguous"
                },
            );
        }
        if let Some(span) = naming.part_span {
            point_out(span, "part_number");
        }
        if let Some(size) = choice
            .size
            .or((conflict && card).then_some(0))
            .and_then(|size| sizes.get(size))
        {
            point_out(
                (size.first, size.last),
                if conflict { "conflict" } else { "memory" },
            );
        }
        if let Some(at) = choice.form_token {
            point_out((at, at), "form");
        }
        if let Some(lot) = lot.filter(|_| offer.kind == Kind::GpuLot) {
            point_out((lot.first, lot.last), "lot");
        }
        // The line of cards says little where the card itself is pointed out.
        let line_alone = naming.spans.is_empty() || offer.says != "family";
        if let Some(at) = offer.token.filter(|_| line_alone) {
            point_out((at, at), offer.says);
        }
        evidence.extend(borrowed);
        let flags = flags::read(
            &tokens,
            &Answered {
                kind: offer.kind,
                naming: &naming,
                product: product.map(|product| product.name.as_str()),
                form: choice.form,
                mobile_part: offer.mobile_part,
            },
        );
        let would_settle = if card && told == Told::All {
            report::would_settle(&naming, product, &choice, &sizes, &self.index)
        } else {
            Vec::new()
        };
        let candidates = if told == Told::All {
            let mut losers = naming.lost.clone();
            if !displayed || module || offer.mobile_part {
                losers.extend(naming.product.map(|place| (place, Lost::Worse)));
            }
            report::candidates(&losers, &naming.open, &self.index, &self.lexicon)
        } else {
            Vec::new()
        };
        Match {
            kind: offer.kind,
            model: choice.model.filter(|_| product.is_some()),
            product: product.map(|product| product.name.clone()),
            memory_gb: choice.memory_gb,
            form: choice.form,
            lot_size: if offer.kind == Kind::GpuLot {
                lot.map_or(1, |lot| lot.size)
            } else {
                1
            },
            confidence,
            would_settle,
            flags,
            evidence,
            candidates,
        }
    }
}

/// The part of an address that spells the product: `…/products/msi-rtx-5070-12g-shadow` without its query.
fn last_segment(address: &str) -> &str {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default()
}
