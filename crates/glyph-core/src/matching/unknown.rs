//! Words that neither the lexicon nor the registry knows: what unmatched titles have in common when a new card comes.

use super::index::Index;
use super::term::Term;
use super::tokens::{Shape, Token, Tokens};

/// Shorter words tell nothing.
const SHORTEST: usize = 3;

/// Words of every title, which announce nothing.
const COMMON: &[&str] = &[
    "the",
    "from",
    "and",
    "not",
    "all",
    "very",
    "good",
    "great",
    "only",
    "price",
    "sale",
    "sell",
    "selling",
    "offer",
    "condition",
    "working",
    "works",
    "work",
    "tested",
    "fully",
    "like",
    "brand",
    "sealed",
    "warranty",
    "shipping",
    "free",
    "fast",
    "please",
    "read",
    "description",
    "see",
    "photos",
    "pictures",
    "this",
    "that",
    "will",
    "can",
    "you",
    "your",
    "has",
    "have",
    "are",
    "was",
    "its",
    "out",
    "off",
    "old",
    "best",
    "high",
    "end",
    "full",
    "height",
    "single",
    "slot",
];

pub(super) fn words(tokens: &Tokens, index: &Index) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut at = 0;
    while at < tokens.list.len() {
        let mut end = at + 1;
        while tokens.is_glued(end) {
            end += 1;
        }
        if let Some(word) = code(tokens, at, end, index)
            && !words.contains(&word)
        {
            words.push(word);
        }
        at = end;
    }
    words
}

/// The tokens from `at` to `end` stand without a gap; the word that they make, where it is an unknown one.
fn code(tokens: &Tokens, at: usize, end: usize, index: &Index) -> Option<String> {
    let list = tokens.list.get(at..end)?;
    let is_known = |token: &Token| match token.shape {
        Shape::Word | Shape::Script => token.bit != 0 || token.term != Term::None,
        Shape::Number => token.value < 100 || index.by_number.contains_key(&token.value),
    };
    if list.iter().all(is_known) || is_measured(tokens, list, end) {
        return None;
    }
    let text: String = list.iter().map(|token| tokens.text(token)).collect();
    if list.len() == 1 && list.iter().all(|token| token.shape == Shape::Number) {
        // A bare number announces a card only after a class or a line: `RTX 6090`, `Arc B990`.
        let before = at.checked_sub(1)?;
        let class = matches!(
            tokens.term_at(before),
            Term::NvidiaClass | Term::AmdClass | Term::WeakClass | Term::Pro
        ) || tokens.term_at(before).is_family();
        return class.then(|| format!("{} {text}", tokens.text_at(before)));
    }
    let tells = text.chars().count() >= SHORTEST && !COMMON.contains(&text.as_str());
    tells.then_some(text)
}

/// `450W`, `2520 MHz`: figures, whatever their number.
fn is_measured(tokens: &Tokens, list: &[Token], end: usize) -> bool {
    let unit = |term: Term| {
        matches!(
            term,
            Term::Unit | Term::Gigabyte | Term::Megabyte | Term::Storage
        )
    };
    let begins_with_number = list
        .first()
        .is_some_and(|token| token.shape == Shape::Number);
    begins_with_number
        && (list.iter().any(|token| unit(token.term))
            || list.len() == 1 && unit(tokens.term_at(end)))
}
