//! Title → tokens: Unicode folded (NFKD without marks, lower case), runs of letters and of digits apart, HTML entities
//! taken for gaps, each token with its byte range in the title as it came.
//!
//! A token never crosses a change between letters, digits and CJK script. What stood between two tokens is kept as
//! `Gap`, since a hyphen, a slash or nothing at all tells codes from words.

use unicode_normalization::UnicodeNormalization;

use super::characters::{
    cyrillic_look, entity_length, is_cyrillic, is_invisible, is_mark, latin_look, plain_letter,
    plain_sign, shape_of,
};
use super::lexicon::Lexicon;
use super::term::Term;

/// What stands between a token and the one before it, as a set of bits. Empty means that the two are glued together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Gap(u16);

impl Gap {
    pub(super) const NONE: Gap = Gap(0);
    pub(super) const SPACE: Gap = Gap(1);
    pub(super) const HYPHEN: Gap = Gap(2);
    pub(super) const SLASH: Gap = Gap(4);
    pub(super) const OPEN: Gap = Gap(8);
    pub(super) const CLOSE: Gap = Gap(16);
    pub(super) const COMMA: Gap = Gap(32);
    pub(super) const PLUS: Gap = Gap(64);
    pub(super) const DOT: Gap = Gap(128);
    pub(super) const AND: Gap = Gap(256);
    pub(super) const OTHER: Gap = Gap(512);
    /// A plus sign that touches the word before it: `GTX+`.
    pub(super) const TIGHT_PLUS: Gap = Gap(1024);
    /// `=`, `≈`: what follows is compared.
    pub(super) const EQUALS: Gap = Gap(2048);
    /// `*`: stands for `x` before a count.
    pub(super) const STAR: Gap = Gap(4096);

    pub(super) fn has(self, other: Gap) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn is_glued(self) -> bool {
        self.0 == 0
    }

    /// Exactly these and nothing else.
    pub(super) fn is_only(self, allowed: Gap) -> bool {
        self.0 & !allowed.0 == 0
    }

    pub(super) const fn and(self, other: Gap) -> Gap {
        Gap(self.0 | other.0)
    }

    fn of(character: char) -> Gap {
        match character {
            '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' => Gap::HYPHEN,
            '/' | '\\' | '|' => Gap::SLASH,
            '(' | '[' | '{' | '【' | '「' | '〔' | '《' => Gap::OPEN,
            ')' | ']' | '}' | '】' | '」' | '〕' | '》' => Gap::CLOSE,
            ',' | ';' | '、' | '。' => Gap::COMMA,
            '+' => Gap::PLUS,
            '.' => Gap::DOT,
            '&' => Gap::AND,
            '*' => Gap::OTHER.and(Gap::STAR),
            '=' | '≈' | '≃' | '≅' => Gap::OTHER.and(Gap::EQUALS),
            _ if character.is_whitespace() => Gap::SPACE,
            _ => Gap::OTHER,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Word,
    Number,
    Script,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// Byte range in the folded text.
    from: u32,
    to: u32,
    /// Byte range in the title.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) shape: Shape,
    pub(super) gap: Gap,
    pub(super) term: Term,
    /// Bit of a word that tells registry names apart; 0 where it is none.
    pub(super) bit: u128,
    /// The value of a number of at most nine digits, otherwise 0.
    pub(super) value: u32,
    /// Has a capital letter of ASCII.
    pub(super) capital: bool,
}

/// The tokens of one title.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    folded: String,
    pub(super) list: Vec<Token>,
    /// What stands after the last token: a plus sign there belongs to `9800 GTX+`.
    pub(super) last_gap: Gap,
}

impl Tokens {
    pub(super) fn read(title: &str, lexicon: &Lexicon) -> Tokens {
        let mut tokens = Tokens {
            folded: String::with_capacity(title.len() + 16),
            list: Vec::with_capacity(title.len() / 4 + 4),
            last_gap: Gap::NONE,
        };
        tokens.cut(title, lexicon);
        lexicon.join_phrases(&mut tokens);
        tokens
    }

    pub(super) fn text(&self, token: &Token) -> &str {
        self.folded
            .get(token.from as usize..token.to as usize)
            .unwrap_or_default()
    }

    pub(super) fn text_at(&self, index: usize) -> &str {
        self.list.get(index).map_or("", |token| self.text(token))
    }

    pub(super) fn term_at(&self, index: usize) -> Term {
        self.list.get(index).map_or(Term::None, |token| token.term)
    }

    /// The gap before the token at `index`; after the last token, what ends the title.
    pub(super) fn gap_at(&self, index: usize) -> Gap {
        self.list
            .get(index)
            .map_or(self.last_gap, |token| token.gap)
    }

    pub(super) fn is_glued(&self, index: usize) -> bool {
        index > 0
            && self
                .list
                .get(index)
                .is_some_and(|token| token.gap.is_glued())
    }

    /// Glued, or cut out of one run of a script without spaces.
    pub(super) fn is_glued_or_joined(&self, index: usize) -> bool {
        self.list
            .get(index)
            .is_some_and(|token| token.gap.is_only(Gap::OTHER))
    }

    /// Whether a word stands by itself and is no letters of a code such as `23P6PC00BA`.
    pub(super) fn is_free(&self, index: usize) -> bool {
        let is_number = |at: usize| {
            self.list
                .get(at)
                .is_some_and(|token| token.shape == Shape::Number)
        };
        !(self.is_glued(index) && index > 0 && is_number(index - 1)
            || self.is_glued(index + 1) && is_number(index + 1))
    }

    fn cut(&mut self, title: &str, lexicon: &Lexicon) {
        let mut run = Run::default();
        let mut gap = Gap::SPACE;
        let mut skip_until = 0;
        for (offset, character) in title.char_indices() {
            if offset < skip_until {
                continue;
            }
            let next = offset + character.len_utf8();
            if character.is_ascii_alphanumeric() {
                let shape = if character.is_ascii_digit() {
                    Shape::Number
                } else {
                    Shape::Word
                };
                self.extend(&mut run, &mut gap, shape, offset, lexicon);
                if run.cyrillic && shape == Shape::Word {
                    run.meet(false, offset, self.folded.len());
                }
                self.folded.push(character.to_ascii_lowercase());
                run.capital |= character.is_ascii_uppercase();
                run.end = next;
                continue;
            }
            if character == '&'
                && let Some(length) = entity_length(title, next)
            {
                self.close(&mut run, &mut gap, lexicon);
                gap = gap.and(Gap::OTHER);
                skip_until = next + length;
                continue;
            }
            if character.is_ascii() {
                self.close(&mut run, &mut gap, lexicon);
                if character == '+' && gap.is_glued() && !self.list.is_empty() {
                    gap = Gap::TIGHT_PLUS;
                }
                gap = gap.and(Gap::of(character));
                continue;
            }
            if is_invisible(character) {
                continue;
            }
            if let Some(shape) = shape_of(character) {
                let mut started = false;
                for part in std::iter::once(plain_letter(character)).nfkd() {
                    let part = if part == '×' { 'x' } else { part };
                    let part_shape = match shape_of(part) {
                        Some(part_shape) => part_shape,
                        None if is_mark(part) => continue,
                        None => shape,
                    };
                    if !started || part_shape != run.shape {
                        self.extend(&mut run, &mut gap, part_shape, offset, lexicon);
                        started = true;
                    }
                    if part_shape == Shape::Word {
                        run.meet(is_cyrillic(part), offset, self.folded.len());
                    }
                    run.end = next;
                    run.foreign = true;
                    run.cyrillic |= is_cyrillic(part);
                    self.folded.extend(part.to_lowercase());
                }
            } else if !is_mark(character) {
                self.close(&mut run, &mut gap, lexicon);
                gap = gap.and(Gap::of(plain_sign(character)));
            }
        }
        self.close(&mut run, &mut gap, lexicon);
        self.last_gap = gap;
    }

    fn extend(
        &mut self,
        run: &mut Run,
        gap: &mut Gap,
        shape: Shape,
        offset: usize,
        lexicon: &Lexicon,
    ) {
        if run.open && run.shape == shape {
            return;
        }
        self.close(run, gap, lexicon);
        *run = Run {
            open: true,
            shape,
            from: self.folded.len(),
            start: offset,
            end: offset,
            ..Run::default()
        };
    }

    /// Ends the run of one shape that is being read and makes one or more tokens of it.
    fn close(&mut self, run: &mut Run, gap: &mut Gap, lexicon: &Lexicon) {
        if !run.open {
            return;
        }
        run.open = false;
        let unmasked = run.cyrillic && self.unmask(run);
        let mut run = std::mem::take(run);
        let mut before = std::mem::replace(gap, Gap::NONE);
        if let Some((offset, from)) = run.border.filter(|_| !unmasked) {
            // `видеокартаgtx`: two words of two alphabets, run together.
            self.push_word(
                Token {
                    from: run.from as u32,
                    to: from as u32,
                    start: run.start as u32,
                    end: offset as u32,
                    shape: Shape::Word,
                    gap: before,
                    term: Term::None,
                    bit: 0,
                    value: 0,
                    capital: run.capital,
                },
                false,
                lexicon,
            );
            run.from = from;
            run.start = offset;
            run.foreign = run.border_to_cyrillic;
            before = Gap::NONE;
        }
        let token = Token {
            from: run.from as u32,
            to: self.folded.len() as u32,
            start: run.start as u32,
            end: run.end as u32,
            shape: run.shape,
            gap: before,
            term: Term::None,
            bit: 0,
            value: 0,
            capital: run.capital,
        };
        match run.shape {
            Shape::Number => self.push_number(token),
            Shape::Word => self.push_word(token, !run.foreign, lexicon),
            Shape::Script => self.push_script(token, lexicon),
        }
    }

    /// Writes Cyrillic letters that look Latin (`RТX` with a Cyrillic Т) as Latin, where the whole run then is Latin.
    ///
    /// True where it was so.
    fn unmask(&mut self, run: &Run) -> bool {
        let Some(text) = self.folded.get(run.from..) else {
            return false;
        };
        if !text.bytes().any(|byte| byte.is_ascii_lowercase()) {
            return false;
        }
        let latin: Option<String> = text.chars().map(latin_look).collect();
        // `aнaлoг` with Latin vowels is a Cyrillic word.
        let other = latin.or_else(|| text.chars().map(cyrillic_look).collect());
        let Some(latin) = other else { return false };
        self.folded.truncate(run.from);
        self.folded.push_str(&latin);
        true
    }

    /// A single Cyrillic letter glued to a number (`Р106`) is the Latin one that it looks like.
    fn unmask_lead(&mut self, gap: Gap) {
        let Some(last) = self.list.last().copied() else {
            return;
        };
        let text = self.text(&last);
        let single = gap.is_glued() && text.len() == 2 && text.chars().all(is_cyrillic);
        // `п106` is typed by the sound of the letter.
        let letter = text.chars().next().filter(|_| single);
        let Some(letter) = letter.and_then(|letter| match letter {
            'п' => Some('p'),
            _ => latin_look(letter),
        }) else {
            return;
        };
        let index = self.list.len() - 1;
        self.rename(index, letter.encode_utf8(&mut [0; 4]));
    }

    fn push_number(&mut self, mut token: Token) {
        self.unmask_lead(token.gap);
        let digits = self.text(&token);
        if digits.len() <= 9 {
            token.value = digits.bytes().fold(0, |value, digit| {
                value * 10 + u32::from(digit.wrapping_sub(b'0') % 10)
            });
        }
        let single = digits.len() == 1;
        if token.gap.is_glued()
            && single
            && let Some(last) = self.list.last().copied()
            && last.shape == Shape::Word
            && joins_digit(self.text(&last), token.value)
            && last.to == token.from
        {
            let joined = Token {
                to: token.to,
                end: token.end,
                ..last
            };
            if let Some(place) = self.list.last_mut() {
                *place = joined;
            }
            return;
        }
        self.list.push(token);
    }

    fn push_word(&mut self, token: Token, may_split: bool, lexicon: &Lexicon) {
        let text = self.text(&token);
        if token.gap.is_glued()
            && matches!(text, "x" | "e")
            && let Some(last) = self.list.last()
            && last.to == token.from
            && matches!(
                self.text(last),
                "gddr5" | "gddr6" | "gddr7" | "hbm2" | "hbm3"
            )
        {
            if let Some(place) = self.list.last_mut() {
                place.to = token.to;
                place.end = token.end;
            }
            return;
        }
        if may_split
            && text.len() >= 3
            && !lexicon.knows(text)
            && let Some(at) = lexicon.seam(text)
        {
            let first = Token {
                to: token.from + at as u32,
                end: token.start + at as u32,
                ..token
            };
            let rest = Token {
                from: first.to,
                start: first.end,
                gap: Gap::NONE,
                ..token
            };
            self.push_word(first, true, lexicon);
            self.push_word(rest, true, lexicon);
            return;
        }
        self.list.push(token);
    }

    /// Cuts a run without spaces (`全新英伟达显卡`) around the words that the lexicon knows.
    fn push_script(&mut self, token: Token, lexicon: &Lexicon) {
        let mut at = token.from as usize;
        let mut gap = token.gap;
        while let Some((length, term)) = self
            .folded
            .get(at..token.to as usize)
            .and_then(|rest| lexicon.script(rest))
        {
            self.list.push(Token {
                from: at as u32,
                to: (at + length) as u32,
                gap,
                term,
                bit: lexicon.bit_of_line(term),
                ..token
            });
            self.spell_suffix(lexicon);
            gap = Gap::OTHER;
            at += length;
            if at >= token.to as usize {
                return;
            }
        }
        self.list.push(Token {
            from: at as u32,
            gap,
            ..token
        });
    }

    /// `4070スーパー`: the last token is a word of the name, as if it were spelt in Latin letters.
    fn spell_suffix(&mut self, lexicon: &Lexicon) {
        let Some(last) = self.list.last() else { return };
        let Some(word) = lexicon.script_suffix(self.text(last)) else {
            return;
        };
        let index = self.list.len() - 1;
        self.rename(index, word);
        if let Some(token) = self.list.get_mut(index) {
            token.shape = Shape::Word;
        }
    }

    /// Takes the text of joined tokens: from here on `index` reads as `text`.
    pub(super) fn rename(&mut self, index: usize, text: &str) {
        let from = self.folded.len() as u32;
        self.folded.push_str(text);
        let to = self.folded.len() as u32;
        if let Some(token) = self.list.get_mut(index) {
            token.from = from;
            token.to = to;
        }
    }

    /// Splits the number at `index` after `digits` digits (`30506GB` is 3050 and 6 GB).
    pub(super) fn split_number(&mut self, index: usize, digits: u32) {
        let Some(token) = self.list.get(index).copied() else {
            return;
        };
        let mut first = Token {
            to: token.from + digits,
            end: token.start + digits,
            ..token
        };
        let mut rest = Token {
            from: first.to,
            start: first.end,
            gap: Gap::NONE,
            ..token
        };
        first.value = self.text(&first).parse().unwrap_or(0);
        rest.value = self.text(&rest).parse().unwrap_or(0);
        self.list.splice(index..=index, [first, rest]);
    }
}

/// Letters or digits in a row, while they are being read.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent facts about one run"
)]
struct Run {
    open: bool,
    shape: Shape,
    from: usize,
    start: usize,
    end: usize,
    /// Holds characters whose folded form may differ in length, so that it cannot be cut by folded positions.
    foreign: bool,
    cyrillic: bool,
    /// Where the letters change between Cyrillic and Latin first: byte in the title, byte in the folded text.
    border: Option<(usize, usize)>,
    border_to_cyrillic: bool,
    capital: bool,
}

impl Run {
    /// Meets a letter of one of the two alphabets.
    fn meet(&mut self, cyrillic: bool, offset: usize, folded: usize) {
        let changes = folded > self.from && cyrillic != self.cyrillic;
        if changes && self.border.is_none() {
            self.border = Some((offset, folded));
            self.border_to_cyrillic = cyrillic;
        }
    }
}

impl Default for Run {
    fn default() -> Run {
        Run {
            open: false,
            shape: Shape::Word,
            from: 0,
            start: 0,
            end: 0,
            capital: false,
            foreign: false,
            cyrillic: false,
            border: None,
            border_to_cyrillic: false,
        }
    }
}

/// Letters and one digit that are one word: `R9 290`, `X2`, `GDDR6`, `SXM4`.
pub(super) fn joins_digit(letters: &str, digit: u32) -> bool {
    match letters {
        "r" => matches!(digit, 5 | 7 | 9),
        "x" | "v" => digit == 2,
        "ddr" | "gddr" | "lpddr" | "hbm" | "sxm" => true,
        _ => false,
    }
}
