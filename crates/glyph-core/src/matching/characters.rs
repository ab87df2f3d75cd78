//! Characters of titles: which are letters, digits or script, what folds to what, and which letters look alike.

use unicode_normalization::UnicodeNormalization;

use super::tokens::Shape;

/// A text as the tokens spell it: the words of the lexicon go through the same folding as titles.
pub(super) fn fold(text: &str) -> String {
    text.chars()
        .filter(|character| !is_invisible(*character))
        .map(plain_letter)
        .nfkd()
        .filter(|character| !is_mark(*character))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Letters with a stroke or without a dot, which Unicode does not take apart: `płyta`, `kartı`.
pub(super) fn plain_letter(character: char) -> char {
    match character {
        'ł' | 'Ł' => 'l',
        'ø' | 'Ø' => 'o',
        'đ' | 'Đ' => 'd',
        'ı' => 'i',
        _ => character,
    }
}

/// The length of the entity name and its semicolon after an ampersand: `trade;`, `#8482;`.
pub(super) fn entity_length(title: &str, from: usize) -> Option<usize> {
    let bytes = title.as_bytes().get(from..)?;
    let name = bytes
        .iter()
        .take(10)
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'#')
        .count();
    (name >= 2 && bytes.get(name) == Some(&b';')).then_some(name + 1)
}

pub(super) fn shape_of(character: char) -> Option<Shape> {
    if character.is_ascii_digit() {
        return Some(Shape::Number);
    }
    if character.is_ascii_alphabetic() {
        return Some(Shape::Word);
    }
    if character.is_ascii() {
        return None;
    }
    // Superscript and other digits fold to ASCII digits; trade marks and the like are signs, not letters.
    match character {
        '²' | '³' | '¹' | '\u{FF10}'..='\u{FF19}' => Some(Shape::Number),
        '™' | '℠' | '℡' | 'ª' | 'º' | '№' => None,
        '×' => Some(Shape::Word),
        // Thai has no spaces between words either.
        '\u{E00}'..='\u{E7F}'
        | '\u{1100}'..='\u{11FF}'
        | '\u{2E80}'..='\u{2FFF}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{318F}'
        | '\u{31A0}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7AF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF66}'..='\u{FFDC}'
        | '\u{20000}'..='\u{3FFFF}' => Some(Shape::Script),
        _ if character.is_alphabetic() => Some(Shape::Word),
        _ => None,
    }
}

pub(super) fn is_invisible(character: char) -> bool {
    matches!(character, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

pub(super) fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36F}')
}

pub(super) fn is_cyrillic(character: char) -> bool {
    matches!(character, '\u{400}'..='\u{52F}')
}

pub(super) fn latin_look(character: char) -> Option<char> {
    Some(match character {
        'а' => 'a',
        'в' => 'b',
        'е' => 'e',
        'к' => 'k',
        'м' => 'm',
        'н' => 'h',
        'о' => 'o',
        'р' => 'p',
        'с' => 'c',
        'т' => 't',
        'у' => 'y',
        'х' => 'x',
        'і' => 'i',
        _ if character.is_ascii() => character,
        _ => return None,
    })
}

pub(super) fn cyrillic_look(character: char) -> Option<char> {
    Some(match character {
        'a' => 'а',
        'b' => 'в',
        'e' => 'е',
        'k' => 'к',
        'm' => 'м',
        'h' => 'н',
        'o' => 'о',
        'p' => 'р',
        'c' => 'с',
        't' => 'т',
        'y' => 'у',
        'x' => 'х',
        'i' => 'і',
        _ if !character.is_ascii() => character,
        _ => return None,
    })
}

pub(super) fn plain_sign(character: char) -> char {
    match character {
        '（' | '［' => '(',
        '）' | '］' => ')',
        '，' => ',',
        '＋' => '+',
        '／' => '/',
        '－' => '-',
        _ => character,
    }
}
