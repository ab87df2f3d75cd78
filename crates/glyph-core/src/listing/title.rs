//! Titles: trimmed, on one line, entities decoded, without control characters.

use crate::reject::ErrorCode;

/// The longest title, in characters.
pub const TITLE_CHARS: usize = 1_000;

/// Writes the title of a cell into `title`. On an error `title` is of no use.
pub(crate) fn read(cell: &str, title: &mut String) -> Result<(), (ErrorCode, String)> {
    title.clear();
    let cell = cell.trim();
    let plain = cell
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~') && byte != b'&');
    if plain {
        title.push_str(cell);
    } else {
        decode(cell, title);
        tidy(title)?;
    }
    if is_placeholder(title) {
        return Err((
            ErrorCode::TitleMissing,
            "the title is missing; write what is offered".to_owned(),
        ));
    }
    if title.len() > TITLE_CHARS && title.chars().count() > TITLE_CHARS {
        return Err((
            ErrorCode::TitleTooLong,
            format!(
                "the title is longer than {TITLE_CHARS} characters; shorten it, or map the right column"
            ),
        ));
    }
    Ok(())
}

/// Folds line breaks and tabs into spaces, drops what cannot be seen, refuses other control characters.
fn tidy(title: &mut String) -> Result<(), (ErrorCode, String)> {
    let mut tidied = String::with_capacity(title.len());
    for character in title.trim().chars() {
        match character {
            '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                if !tidied.ends_with(' ') {
                    tidied.push(' ');
                }
            }
            // Zero-width spaces and soft hyphens part words for the eye of a browser only.
            '\u{200B}' | '\u{FEFF}' | '\u{AD}' | '\u{2060}' => {}
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => return Err(control(character)),
            _ if character.is_control() => return Err(control(character)),
            ' ' if tidied.ends_with(' ') && title.contains(['\n', '\r', '\t']) => {}
            _ => tidied.push(character),
        }
    }
    tidied.truncate(tidied.trim_end().len());
    *title = tidied;
    Ok(())
}

fn control(character: char) -> (ErrorCode, String) {
    (
        ErrorCode::TitleControlCharacter,
        format!(
            "the title holds the control character U+{:04X}; remove it",
            character as u32
        ),
    )
}

fn is_placeholder(title: &str) -> bool {
    title.is_empty()
        || (title.len() <= 9
            && (title
                .chars()
                .all(|character| matches!(character, '-' | '–' | '—' | '.' | '?' | '_'))
                || [
                    "n/a",
                    "na",
                    "nan",
                    "null",
                    "none",
                    "nil",
                    "undefined",
                    "#n/a",
                    "tbd",
                ]
                .iter()
                .any(|word| title.eq_ignore_ascii_case(word))))
}

/// Decodes the HTML entities of `text` once: `&amp;amp;` becomes `&amp;`. What is no entity stays.
fn decode(text: &str, decoded: &mut String) {
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('&') {
        decoded.push_str(before);
        let named = tail
            .split_once(';')
            .and_then(|(name, after)| Some((entity(name)?, after)));
        if let Some((character, after)) = named {
            decoded.push(character);
            rest = after;
        } else {
            decoded.push('&');
            rest = tail;
        }
    }
    decoded.push_str(rest);
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        if number.len() > 8 {
            return None;
        }
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|character| *character != '\0');
    }
    ENTITIES
        .iter()
        .find(|(other, _)| *other == name)
        .map(|(_, character)| *character)
}

/// The named entities of HTML 4 that shop titles hold.
const ENTITIES: &[(&str, char)] = &[
    ("amp", '&'),
    ("quot", '"'),
    ("apos", '\''),
    ("lt", '<'),
    ("gt", '>'),
    ("nbsp", ' '),
    ("trade", '™'),
    ("reg", '®'),
    ("copy", '©'),
    ("deg", '°'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("times", '×'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("sbquo", '‚'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("bull", '•'),
    ("middot", '·'),
    ("prime", '′'),
    ("Prime", '″'),
    ("euro", '€'),
    ("pound", '£'),
    ("yen", '¥'),
    ("cent", '¢'),
    ("sup2", '²'),
    ("sup3", '³'),
    ("frac12", '½'),
    ("micro", 'µ'),
    ("plusmn", '±'),
    ("szlig", 'ß'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("agrave", 'à'),
    ("ccedil", 'ç'),
    ("ntilde", 'ñ'),
    ("oacute", 'ó'),
    ("atilde", 'ã'),
    ("aring", 'å'),
    ("oslash", 'ø'),
    ("aelig", 'æ'),
    ("thinsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn title(cell: &str) -> Result<String, ErrorCode> {
        let mut title = String::new();
        read(cell, &mut title)
            .map(|()| title)
            .map_err(|error| error.0)
    }

    #[test]
    fn trims_unfolds_and_decodes() {
        for (cell, expected) in [
            ("  NVIDIA A2 ", "NVIDIA A2"),
            ("NVIDIA\r\nTesla\tT4", "NVIDIA Tesla T4"),
            ("NVIDIA \n  T4", "NVIDIA T4"),
            ("14&quot; laptop &amp; GPU", "14\" laptop & GPU"),
            (
                "GeForce&trade; RTX&#8482; 4090 &#x2013; OC",
                "GeForce™ RTX™ 4090 – OC",
            ),
            ("AT&T; R&D A100", "AT&T; R&D A100"),
            ("&amp;amp;", "&amp;"),
            ("\u{FEFF}RTX\u{200B}3080", "RTX3080"),
            ("Видеокарта  GTX 1060", "Видеокарта  GTX 1060"),
        ] {
            assert_eq!(title(cell).as_deref(), Ok(expected), "{cell:?}");
        }
    }

    #[test]
    fn refuses_a_title_that_is_not_there() {
        for cell in ["", "  ", "\n", "—", "N/A", "null", "NaN", "&nbsp;", "---"] {
            assert_eq!(title(cell), Err(ErrorCode::TitleMissing), "{cell:?}");
        }
    }

    #[test]
    fn refuses_control_characters_also_behind_entities() {
        for cell in [
            "RTX\u{0} 3080",
            "RTX \u{1B}[31m",
            "A100\u{7F}",
            "a&#7;b",
            "A100 \u{202E}txt",
            "A\u{9C}",
        ] {
            assert_eq!(
                title(cell),
                Err(ErrorCode::TitleControlCharacter),
                "{cell:?}"
            );
        }
    }

    #[test]
    fn refuses_a_title_of_more_than_a_thousand_characters() {
        assert!(title(&"я".repeat(TITLE_CHARS)).is_ok());
        assert_eq!(
            title(&"я".repeat(TITLE_CHARS + 1)),
            Err(ErrorCode::TitleTooLong)
        );
    }
}
