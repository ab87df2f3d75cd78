//! The words that the grammar knows, with what they mean, and the bits of the words that tell registry names apart.
//!
//! Built once per registry; looking a word up allocates nothing.

mod names;
mod offers;

use rustc_hash::FxHashMap;

use super::characters::fold;
use super::term::Term;
use super::tokens::{Gap, Shape, Tokens, joins_digit};

/// Between the words of a phrase may stand a space, a hyphen, a dot or nothing.
const WITHIN_PHRASE: Gap = Gap::SPACE.and(Gap::HYPHEN).and(Gap::DOT).and(Gap::OTHER);

#[derive(Debug, Clone, Default)]
struct Entry {
    term: Option<Term>,
    bit: u128,
    /// Phrases that begin with this word, longest first.
    phrases: Vec<Phrase>,
}

#[derive(Debug, Clone)]
struct Phrase {
    rest: Vec<String>,
    term: Term,
    joined: String,
}

#[derive(Debug)]
pub(super) struct Lexicon {
    words: FxHashMap<String, Entry>,
    /// Words of scripts that are written without spaces, by their first character, longest first.
    scripts: FxHashMap<char, Vec<(String, Term)>>,
    /// Suffixes of names in such scripts, folded, and what registry names say.
    script_suffixes: Vec<(String, &'static str)>,
    /// The word of each bit.
    bit_words: Vec<String>,
}

impl Lexicon {
    pub(super) fn new() -> Lexicon {
        let mut lexicon = Lexicon {
            words: FxHashMap::default(),
            scripts: FxHashMap::default(),
            script_suffixes: Vec::new(),
            bit_words: Vec::new(),
        };
        for (term, words) in names::WORDS.iter().chain(offers::WORDS) {
            for word in words.split('|') {
                lexicon.add(*term, &fold(word.trim()));
            }
        }
        for (term, words) in offers::SCRIPT_WORDS {
            for word in words.split('|') {
                lexicon.add_script(*term, fold(word.trim()));
            }
        }
        for (word, latin) in names::SCRIPT_SUFFIXES {
            lexicon.add_script(Term::None, fold(word));
            lexicon.script_suffixes.push((fold(word), latin));
        }
        for entry in lexicon.words.values_mut() {
            entry
                .phrases
                .sort_by_key(|phrase| std::cmp::Reverse(phrase.rest.len()));
        }
        for words in lexicon.scripts.values_mut() {
            words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
        lexicon
    }

    fn add(&mut self, term: Term, text: &str) {
        // Letters and digits are tokens of their own, so that `dl380` is a phrase of two.
        let mut parts = text
            .split(' ')
            .filter(|part| !part.is_empty())
            .flat_map(pieces);
        let Some(first) = parts.next() else { return };
        let rest: Vec<String> = parts.map(str::to_owned).collect();
        let entry = self.words.entry(first.to_owned()).or_default();
        if rest.is_empty() {
            entry.term.get_or_insert(term);
        } else {
            let joined = names::canonical(&text.replace(' ', "")).to_owned();
            entry.phrases.push(Phrase { rest, term, joined });
        }
    }

    fn add_script(&mut self, term: Term, text: String) {
        if let Some(first) = text.chars().next() {
            self.scripts.entry(first).or_default().push((text, term));
        }
    }

    /// Gives a word of a registry name its bit, or none once all bits are given away.
    pub(super) fn intern(&mut self, word: &str) -> u128 {
        let word = names::canonical(word);
        let entry = self.words.entry(word.to_owned()).or_default();
        if entry.bit == 0 && self.bit_words.len() < u128::BITS as usize {
            entry.bit = 1 << self.bit_words.len();
            self.bit_words.push(word.to_owned());
        }
        entry.bit
    }

    /// The bit of a word, 0 where no registry name uses it.
    pub(super) fn bit(&self, word: &str) -> u128 {
        self.words
            .get(names::canonical(word))
            .map_or(0, |entry| entry.bit)
    }

    /// The bits of several words at once, for masks.
    pub(super) fn mask(&self, words: &[&str]) -> u128 {
        words.iter().fold(0, |mask, word| mask | self.bit(word))
    }

    /// The words of some bits, for messages.
    pub(super) fn spell(&self, bits: u128) -> String {
        let mut spelt = String::new();
        for (place, word) in self.bit_words.iter().enumerate() {
            if bits & (1 << place) != 0 {
                if !spelt.is_empty() {
                    spelt.push(' ');
                }
                spelt.push_str(word);
            }
        }
        spelt
    }

    pub(super) fn knows(&self, word: &str) -> bool {
        self.words
            .get(word)
            .is_some_and(|entry| entry.term.is_some() || entry.bit != 0)
    }

    /// The bit of the Latin word for a vendor or line that is written in another script (`英伟达`).
    pub(super) fn bit_of_line(&self, term: Term) -> u128 {
        match term {
            Term::Nvidia => self.bit("nvidia"),
            Term::Amd => self.bit("amd"),
            Term::Intel => self.bit("intel"),
            Term::Geforce => self.bit("geforce"),
            Term::Radeon => self.bit("radeon"),
            Term::Quadro => self.bit("quadro"),
            Term::Tesla => self.bit("tesla"),
            _ => 0,
        }
    }

    /// Where an unknown run of letters falls apart into words (`gfrtx` after `gf`), if it does.
    pub(super) fn seam(&self, run: &str) -> Option<usize> {
        for prefix in names::PREFIXES {
            if run.len() > prefix.len() && run.starts_with(prefix) {
                return Some(prefix.len());
            }
        }
        match run {
            "axrx" | "tis" | "tia" | "tio" => return Some(2),
            "furyx" => return Some(4),
            "arca" | "arcb" | "prow" | "prowx" | "prov" => return Some(3),
            "titanx" | "titanxp" | "titanv" | "titanz" => return Some(5),
            _ => {}
        }
        for suffix in names::SUFFIXES {
            if run.len() > suffix.len() && run.ends_with(suffix) {
                return Some(run.len() - suffix.len());
            }
        }
        for prefix in names::PREFIXES_BEFORE_WORDS {
            if let Some(rest) = run.strip_prefix(prefix)
                && rest.len() >= 2
                && self.knows(rest)
            {
                return Some(prefix.len());
            }
        }
        if run.len() > 4 {
            return run
                .find("rtx")
                .or_else(|| run.find("gtx"))
                .filter(|at| *at > 0);
        }
        None
    }

    /// The first piece of a text without spaces: its length and, where it is a known word, what it means.
    pub(super) fn script(&self, text: &str) -> Option<(usize, Term)> {
        for (offset, character) in text.char_indices() {
            let Some(words) = self.scripts.get(&character) else {
                continue;
            };
            let rest = text.get(offset..)?;
            if let Some((word, term)) = words
                .iter()
                .find(|(word, _)| rest.starts_with(word.as_str()))
            {
                return Some(if offset == 0 {
                    (word.len(), *term)
                } else {
                    (offset, Term::None)
                });
            }
        }
        None
    }

    /// `スーパー` → `super`.
    pub(super) fn script_suffix(&self, text: &str) -> Option<&'static str> {
        let mut suffixes = self.script_suffixes.iter();
        suffixes.find_map(|(word, latin)| (word == text).then_some(*latin))
    }

    /// Gives every word its meaning and makes one token of each phrase.
    pub(super) fn join_phrases(&self, tokens: &mut Tokens) {
        let mut index = 0;
        while index < tokens.list.len() {
            match tokens.list.get(index).map(|token| token.shape) {
                Some(Shape::Number) => split_run_on_number(tokens, index),
                Some(Shape::Word) => self.give_meaning(tokens, index),
                _ => {}
            }
            index += 1;
        }
    }

    fn give_meaning(&self, tokens: &mut Tokens, index: usize) {
        let Some(token) = tokens.list.get(index).copied() else {
            return;
        };
        let text = tokens.text(&token);
        // `NV2`, `NV5000` are drives; `NV A5000` is NVIDIA's.
        if text == "nv" && tokens.is_glued(index + 1) {
            return;
        }
        let Some(entry) = self
            .words
            .get(text)
            .or_else(|| self.words.get(names::canonical(text)))
        else {
            self.split_radeon_class(tokens, index);
            return;
        };
        for phrase in &entry.phrases {
            let fits = phrase.rest.iter().enumerate().all(|(offset, word)| {
                let at = index + 1 + offset;
                tokens
                    .list
                    .get(at)
                    .is_some_and(|next| next.gap.is_only(WITHIN_PHRASE))
                    && tokens.text_at(at) == word
            });
            if fits {
                let last = index + phrase.rest.len();
                let end = tokens.list.get(last).map_or(token.end, |token| token.end);
                tokens.rename(index, &phrase.joined);
                tokens.list.drain(index + 1..=last);
                let bit = self.bit(&phrase.joined);
                if let Some(place) = tokens.list.get_mut(index) {
                    place.end = end;
                    place.term = phrase.term;
                    place.bit = bit;
                }
                return;
            }
        }
        let canonical = names::canonical(tokens.text(&token));
        let renamed = (canonical != tokens.text(&token)).then(|| canonical.to_owned());
        let (term, bit) = match &renamed {
            Some(name) => (entry.term, self.bit(name)),
            None => (entry.term, entry.bit),
        };
        if let Some(name) = renamed {
            tokens.rename(index, &name);
        }
        if let Some(place) = tokens.list.get_mut(index) {
            place.term = term.unwrap_or(Term::None);
            place.bit = bit;
        }
        self.split_radeon_class(tokens, index);
    }

    /// `R9290X` is `R9 290X`; makers' codes write it so.
    fn split_radeon_class(&self, tokens: &mut Tokens, index: usize) {
        if tokens.text_at(index) != "r" || !tokens.is_glued(index + 1) {
            return;
        }
        let class = match tokens.text_at(index + 1).as_bytes() {
            [b'5', b'2' | b'3', _, b'0' | b'5'] => "r5",
            [b'7', b'2' | b'3', _, b'0' | b'5'] => "r7",
            [b'9', b'2' | b'3', _, b'0' | b'5'] => "r9",
            _ => return,
        };
        tokens.split_number(index + 1, 1);
        tokens.rename(index, class);
        let Some(digit) = tokens.list.get(index + 1).copied() else {
            return;
        };
        tokens.list.remove(index + 1);
        if let Some(token) = tokens.list.get_mut(index) {
            token.end = digit.end;
            token.term = Term::WeakClass;
            token.bit = self.bit(class);
        }
    }
}

/// A word as the tokens cut it: at the borders of letters and digits, but for those that they join (`r9`, `gddr6x`).
fn pieces(word: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let digit = first.is_ascii_digit();
        let end = rest
            .find(|letter: char| letter.is_ascii_digit() != digit)
            .unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        let joined = !digit
            && after
                .chars()
                .next()
                .and_then(|next| next.to_digit(10))
                .is_some_and(|next| joins_digit(piece, next));
        if joined {
            pieces.push(rest);
            return pieces;
        }
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// `RTX 30506GB`: a class, four digits of a model and a memory size run together.
fn split_run_on_number(tokens: &mut Tokens, index: usize) {
    let digits = tokens.text_at(index).len();
    if !(5..=6).contains(&digits) || index == 0 {
        return;
    }
    let class = matches!(
        tokens.term_at(index - 1),
        Term::NvidiaClass | Term::AmdClass
    );
    let size = tokens.text_at(index).get(4..).unwrap_or_default();
    let is_size = matches!(
        size,
        "2" | "3" | "4" | "6" | "8" | "10" | "11" | "12" | "16" | "20" | "24" | "32"
    );
    if class && is_size && tokens.is_glued(index + 1) && tokens.text_at(index + 1).starts_with('g')
    {
        tokens.split_number(index, 4);
    }
}
