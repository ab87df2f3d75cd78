//! The words in and around price cells: what says that there is no price, what may stand beside one.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::{FxHashMap, FxHashSet};

use super::currency_mark::{self, Candidates};
use crate::reject::ErrorCode;

/// Why a cell holds no amount at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Silence {
    Missing,
    NotAvailable,
    OnRequest,
    NotFinite,
    Free,
}

impl Silence {
    pub(crate) fn code(self) -> ErrorCode {
        match self {
            Silence::Missing => ErrorCode::PriceMissing,
            Silence::NotAvailable => ErrorCode::PriceNotAvailable,
            Silence::OnRequest => ErrorCode::PriceOnRequest,
            Silence::NotFinite => ErrorCode::PriceNotFinite,
            Silence::Free => ErrorCode::PriceZero,
        }
    }

    pub(crate) fn message(self) -> &'static str {
        match self {
            Silence::Missing => "the price is missing; write it",
            Silence::NotAvailable => {
                "the cell says that there is no price; write it once there is one"
            }
            Silence::OnRequest => "the seller names a price only when asked; ask, then write it",
            Silence::NotFinite => "this is no finite number; write the real price",
            Silence::Free => "a price of zero is no offer; write the real price",
        }
    }
}

/// Small letters, ASCII digits of every script, plain spaces, apostrophes and dashes.
pub(crate) fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            // Full-width forms stand in the order of ASCII.
            '\u{FF01}'..='\u{FF5E}' => {
                let plain = char::from_u32(character as u32 - 0xFEE0).unwrap_or(character);
                normal.push(plain.to_ascii_lowercase());
            }
            '٠'..='٩' => push_digit(&mut normal, character, '٠'),
            '۰'..='۹' => push_digit(&mut normal, character, '۰'),
            '०'..='९' => push_digit(&mut normal, character, '०'),
            '٫' => normal.push('.'),
            '٬' | '’' | '‘' | '`' | '´' | 'ʼ' | '′' => normal.push('\''),
            '−' | '‐' | '‑' => normal.push('-'),
            '‒' | '–' | '—' | '―' | 'ー' => normal.push('–'),
            '￥' => normal.push('¥'),
            // Marks that cannot be seen: direction, joiners, the byte-order mark.
            '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}' => {}
            _ if character.is_whitespace() => {
                if !normal.ends_with(' ') {
                    normal.push(' ');
                }
            }
            _ => normal.extend(character.to_lowercase()),
        }
    }
    normal
}

fn push_digit(normal: &mut String, digit: char, zero: char) {
    let value = digit as u32 - zero as u32;
    normal.extend(char::from_digit(value, 10));
}

/// What a normalised cell without an amount says; `None` where it may hold one.
pub(crate) fn silence(text: &str) -> Option<Silence> {
    let bare = text
        .trim_start_matches(['$', '€', '£', '¥', ' ', '+', '('])
        .trim_end_matches(['.', '!', ' ', ')', '*']);
    if bare
        .chars()
        .all(|character| matches!(character, '-' | '–' | '_' | '.' | ' ' | '?' | '/' | '*'))
    {
        return Some(Silence::Missing);
    }
    match bare.trim_start_matches('-') {
        "nan" | "inf" | "infinity" | "∞" | "1.#inf" | "#num" | "#div/0" => {
            return Some(Silence::NotFinite);
        }
        "free" | "gratis" | "kostenlos" | "gratuit" | "grátis" | "zero" | "бесплатно" | "даром"
        | "無料" | "免费" => return Some(Silence::Free),
        _ => {}
    }
    if bare.contains(|character: char| character.is_ascii_digit()) {
        return None;
    }
    if ABSENT_PHRASES.contains(bare) {
        return Some(Silence::NotAvailable);
    }
    if asks(bare) {
        return Some(Silence::OnRequest);
    }
    NO_STOCK_PHRASES
        .is_match(bare)
        .then_some(Silence::NotAvailable)
}

/// Whether the text asks the buyer to ask.
pub(crate) fn asks(text: &str) -> bool {
    ON_REQUEST_PHRASES.is_match(text)
        || text
            .split(|character: char| !character.is_alphanumeric())
            .any(|word| {
                matches!(
                    word,
                    "call"
                        | "rfq"
                        | "poa"
                        | "por"
                        | "tba"
                        | "ask"
                        | "pm"
                        | "dm"
                        | "vhs"
                        | "quote"
                        | "quotes"
                )
            })
}

const ABSENT: &str = "n/a|na|n.a|n\\a|#n/a|null|none|nil|nul|undefined|unknown|unk|tbd|tbc|not listed|not available|not given|\
    no price|not applicable|not stated|not specified|unavailable|sold|ended|missing|k.a|keine angabe|nicht verfügbar|unbekannt|\
    non disponible|no disponible|não disponível|nd|n/d|b/d|brak|brak danych|нет|нет данных|нет цены|なし|不明|无|無|暂无|#ref|#value|\
    varies|various|multiple|delisted|discontinued|removed|expired";

static ABSENT_PHRASES: LazyLock<FxHashSet<&str>> = LazyLock::new(|| ABSENT.split('|').collect());

/// All phrases of a list are sought at once: a catalogue may have such a cell in every row.
fn phrases(list: &str) -> AhoCorasick {
    // No list is so long that it cannot be built; the tests build both.
    AhoCorasick::new(list.split('|')).expect("the phrases make an automaton")
}

static NO_STOCK_PHRASES: LazyLock<AhoCorasick> = LazyLock::new(|| phrases(NO_STOCK));
static ON_REQUEST_PHRASES: LazyLock<AhoCorasick> = LazyLock::new(|| phrases(ON_REQUEST));

const NO_STOCK: &str = "out of stock|out-of-stock|outofstock|sold out|not in stock|no stock|currently unavailable|temporarily unavailable|\
    not available|ausverkauft|nicht auf lager|nicht verfügbar|rupture de stock|épuisé|indisponible|agotado|sin stock|esgotado|\
    indisponível|niedostępn|wyprzedan|нет в наличии|продано|在庫なし|在庫切れ|売り切れ|品切れ|缺货|无货|售罄|not listed|end of life|discontinued";

const ON_REQUEST: &str = "quote required|request|contact|inquir|enquir|negotia|make offer|make an offer|best offer only|login|log in|\
    sign in|see price|price in cart|add to cart|see website|auf anfrage|anfragen|anfrage|verhandlungsbasis|preisvorschlag|sur demande|\
    sur devis|devis|nous contacter|nous consulter|consultar|a consultar|sob consulta|a combinar|su richiesta|trattabile|na zapytanie|\
    do uzgodnienia|zapytaj|по запросу|запрос|договор|уточняйте|звоните|цена по|要見積|お問い合わせ|お問合せ|要問合せ|問い合わせ|\
    応相談|オープン価格|面议|面議|询价|詢價|电询|咨询|联系|문의|auction|bid";

/// What stands around the number of a price cell.
#[derive(Debug, Default)]
pub(crate) struct Around {
    pub(crate) marks: Vec<Candidates>,
    /// A word that makes the amount a bound: `from`, `ab`, `up to`.
    pub(crate) vague: bool,
}

impl Around {
    /// Reads the text on one side of the number. `Err` is the first word that belongs to no price.
    pub(crate) fn read(&mut self, side: &str) -> Result<(), String> {
        let mut rest = side;
        loop {
            rest = rest.trim_start_matches(HARMLESS_SIGNS);
            if rest.is_empty() {
                return Ok(());
            }
            if let Some(tail) = strip_percentage(rest).or_else(|| strip_word(rest, &HARMLESS)) {
                rest = tail;
            } else if let Some(tail) = strip_word(rest, &VAGUE) {
                self.vague = true;
                rest = tail;
            } else if let Some((candidates, length)) = currency_mark::at_start(rest) {
                self.marks.push(candidates);
                rest = rest.get(length..).unwrap_or("");
            } else {
                let end = rest
                    .find(|character: char| character.is_whitespace())
                    .unwrap_or(rest.len());
                return Err(rest.get(..end).unwrap_or(rest).to_owned());
            }
        }
    }
}

const HARMLESS_SIGNS: [char; 23] = [
    ' ', '*', ':', '!', '+', '/', '(', ')', '[', ']', '|', ',', '.', ';', '-', '–', '"', '\'', '=',
    '¹', '²', '³', '_',
];

/// A rate of tax beside a price: `inkl. 19 % MwSt.`
fn strip_percentage(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(|character: char| character.is_ascii_digit())?;
    let rest = rest.trim_start_matches(|character: char| {
        character.is_ascii_digit() || matches!(character, '.' | ',')
    });
    let rest = rest.trim_start().strip_prefix('%')?;
    (!rest.trim_start().starts_with("off")).then_some(rest)
}

/// Words by their first character, the longest first.
type Words = FxHashMap<char, Vec<&'static str>>;

fn by_first_character(list: &'static str) -> Words {
    let mut words = Words::default();
    for word in list.split('|') {
        if let Some(first) = word.chars().next() {
            words.entry(first).or_default().push(word);
        }
    }
    for list in words.values_mut() {
        list.sort_by_key(|word| std::cmp::Reverse(word.len()));
    }
    words
}

/// The text after the longest of `words` that `text` starts with, up to the border of a word.
fn strip_word<'a>(text: &'a str, words: &Words) -> Option<&'a str> {
    words
        .get(&text.chars().next()?)?
        .iter()
        .filter_map(|word| text.strip_prefix(word))
        .find(|rest| !rest.starts_with(char::is_alphabetic))
}

static HARMLESS: LazyLock<Words> = LazyLock::new(|| by_first_character(HARMLESS_WORDS));
static VAGUE: LazyLock<Words> = LazyLock::new(|| by_first_character(VAGUE_WORDS));

/// Words beside a price that leave it what it is.
const HARMLESS_WORDS: &str = "obo|o.b.o|ono|o.n.o|or best offer|or nearest offer|or offer|best offer|firm|each|ea|per unit|per piece|per pc|\
    per item|per card|per gpu|a piece|apiece|piece|pc|pcs|unit|price|now|only|just|sale|new price|buy it now|bin|incl|inc|including|\
    included|excl|ex|excluding|vat|tax|taxes|gst|hst|iva|mwst|ust|tva|plus|net|gross|with|without|w|shipping|free shipping|shipped|\
    postage|delivery|free delivery|free|msrp|rrp|vb|vhb|fp|festpreis|fest|preis|nur|je|stück|stk|st|inkl|zzgl|versand|versandkosten|\
    netto|brutto|ttc|ht|h.t|t.t.c|prix|port|neuf|cena|szt|za szt|шт|за шт|цена|с ндс|ндс|без ндс|торг|税込|税抜|税別|税込み|含税|不含税|\
    送料無料|包邮|起拍|台|个|個|张|枚|本体|lot|in total|total|approved|mo excluded";

/// Words that make an amount one end of a range, or a guess.
const VAGUE_WORDS: &str = "from|starting at|starting from|starting|as low as|up to|at least|more than|less than|over|under|~|≈|<|>|≤|≥|ca.|circa|\
    approx|approximately|about|around|ab|bis|von|à partir de|desde|hasta|a partir de|от|до|около|od|min|max|to|and|or|and up|\
    起|から|〜|～|以上|was|were|reg|regular|instead of|statt|per month|month|mo|monthly|hour|hr|per hour|h|day|per day|week|year|yr|%|percent|off";
