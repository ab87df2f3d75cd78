//! Where JSON values stand in bytes, before anything parses them: strings, escapes and nesting are all this knows.
//!
//! What is found here may still be no JSON. It is parsed after it is found, and a fault then has an exact place.

use std::ops::Range;

/// What was found in bytes that may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scan<T> {
    Found(T),
    /// The bytes end before it does.
    Incomplete,
    /// No JSON from this position on.
    Invalid(usize),
}

impl<T> Scan<T> {
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Scan<U> {
        self.and_then(|found| Scan::Found(change(found)))
    }

    pub(super) fn and_then<U>(self, next: impl FnOnce(T) -> Scan<U>) -> Scan<U> {
        match self {
            Scan::Found(found) => next(found),
            Scan::Incomplete => Scan::Incomplete,
            Scan::Invalid(position) => Scan::Invalid(position),
        }
    }
}

/// The first position from `position` on that is not JSON whitespace.
pub(super) fn skip_whitespace(text: &[u8], position: usize) -> usize {
    let rest = text.get(position..).unwrap_or(b"");
    position
        + rest
            .iter()
            .position(|byte| !is_whitespace(*byte))
            .unwrap_or(rest.len())
}

pub(super) fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The end of the value that starts at `start`. A number or word at the end of the bytes is over where `is_last`.
pub(super) fn value_end(text: &[u8], start: usize, is_last: bool) -> Scan<usize> {
    match text.get(start) {
        None => Scan::Incomplete,
        Some(b'"') => string_end(text, start).map_or(Scan::Incomplete, Scan::Found),
        Some(b'{' | b'[') => nested_end(text, start),
        Some(_) => {
            let rest = &text[start..];
            let length = rest
                .iter()
                .position(|&byte| is_whitespace(byte) || b",:]}[{\"".contains(&byte));
            match length {
                Some(0) => Scan::Invalid(start),
                Some(length) => Scan::Found(start + length),
                None if is_last => Scan::Found(text.len()),
                None => Scan::Incomplete,
            }
        }
    }
}

/// After the closing quote of the string whose opening quote is at `start`.
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    let mut position = start + 1;
    loop {
        position += memchr::memchr2(b'"', b'\\', text.get(position..)?)?;
        if text[position] == b'"' {
            return Some(position + 1);
        }
        position += 2;
    }
}

fn nested_end(text: &[u8], start: usize) -> Scan<usize> {
    let mut depth = 0_usize;
    let mut position = start;
    while let Some(&byte) = text.get(position) {
        match byte {
            b'"' => {
                let Some(end) = string_end(text, position) else {
                    return Scan::Incomplete;
                };
                position = end;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Scan::Found(position + 1);
                }
            }
            _ => {}
        }
        position += 1;
    }
    Scan::Incomplete
}

/// A member of an object: its key with the quotes, and where its value starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) key: Range<usize>,
    pub(super) value_start: usize,
}

/// The member that starts at `position`, which follows the opening brace or a comma. `Found(None)` at the closing brace.
pub(super) fn member(text: &[u8], position: usize) -> Scan<Option<Member>> {
    let start = skip_whitespace(text, position);
    match text.get(start) {
        None => return Scan::Incomplete,
        Some(b'}') => return Scan::Found(None),
        Some(b'"') => {}
        Some(_) => return Scan::Invalid(start),
    }
    let Some(end) = string_end(text, start) else {
        return Scan::Incomplete;
    };
    let colon = skip_whitespace(text, end);
    match text.get(colon) {
        None => return Scan::Incomplete,
        Some(b':') => {}
        Some(_) => return Scan::Invalid(colon),
    }
    let value_start = skip_whitespace(text, colon + 1);
    if value_start == text.len() {
        return Scan::Incomplete;
    }
    Scan::Found(Some(Member {
        key: start..end,
        value_start,
    }))
}

/// Past the comma that may stand after the value that ends at `position`: where the next member or element, or the closing
/// bracket, stands.
pub(super) fn after_value(text: &[u8], position: usize) -> Scan<usize> {
    let next = skip_whitespace(text, position);
    match text.get(next) {
        None => Scan::Incomplete,
        Some(b',') => Scan::Found(next + 1),
        Some(b'}' | b']') => Scan::Found(next),
        Some(_) => Scan::Invalid(next),
    }
}

/// The members of a whole object: key with quotes, and value. `None` where it is no object or not whole.
pub(super) fn members(object: &[u8]) -> Option<Vec<(Range<usize>, Range<usize>)>> {
    if object.first() != Some(&b'{') {
        return None;
    }
    let mut members = Vec::new();
    let mut position = 1;
    loop {
        match member(object, position) {
            Scan::Found(Some(found)) => {
                let Scan::Found(end) = value_end(object, found.value_start, false) else {
                    return None;
                };
                members.push((found.key, found.value_start..end));
                let Scan::Found(next) = after_value(object, end) else {
                    return None;
                };
                position = next;
            }
            Scan::Found(None) => return Some(members),
            _ => return None,
        }
    }
}

/// The elements of a whole array that stands at `array` in `text`. `None` where it is no array.
pub(super) fn elements(text: &[u8], array: Range<usize>) -> Option<Vec<Range<usize>>> {
    let body = text.get(..array.end)?;
    if body.get(array.start) != Some(&b'[') {
        return None;
    }
    let mut elements = Vec::new();
    let mut position = array.start + 1;
    loop {
        let start = skip_whitespace(body, position);
        if body.get(start) == Some(&b']') {
            return Some(elements);
        }
        let Scan::Found(end) = value_end(body, start, false) else {
            return None;
        };
        elements.push(start..end);
        let Scan::Found(next) = after_value(body, end) else {
            return None;
        };
        position = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_quotes_in_strings_do_not_count() {
        let text = br#"{"a":"}]\"\\","b":[1,{}]} , 2"#;
        assert_eq!(value_end(text, 0, false), Scan::Found(25));
        assert_eq!(value_end(b"\"a\\\"b\" ", 0, false), Scan::Found(6));
    }

    #[test]
    fn every_cut_of_a_value_is_incomplete() {
        let text = br#"{"a":"}]\"\\","b":[1,{}]}"#;
        for length in 0..text.len() {
            assert_eq!(
                value_end(&text[..length], 0, true),
                Scan::Incomplete,
                "{length}"
            );
        }
    }

    #[test]
    fn a_number_at_the_end_is_over_only_where_the_source_is() {
        assert_eq!(value_end(b"12", 0, false), Scan::Incomplete);
        assert_eq!(value_end(b"12", 0, true), Scan::Found(2));
        assert_eq!(value_end(b"12,", 0, false), Scan::Found(2));
        assert_eq!(value_end(b",", 0, false), Scan::Invalid(0));
    }

    #[test]
    fn finds_members_and_elements() {
        let text = br#"{ "a" : [ {"x":1} , 2 ], "b":null }"#;
        let found = members(text).unwrap();
        let keys: Vec<_> = found.iter().map(|(key, _)| &text[key.clone()]).collect();
        assert_eq!(keys, [b"\"a\"", b"\"b\""]);
        let inner = elements(text, found[0].1.clone()).unwrap();
        assert_eq!(&text[inner[0].clone()], br#"{"x":1}"#);
        assert_eq!(inner.len(), 2);
        assert_eq!(members(br#"{"a" 1}"#), None);
    }
}
