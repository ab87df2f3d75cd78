//! How a JSON source is laid out: an object a line, an array, an object around a list, or objects one after another.

use super::json_scan::{
    Member, Scan, after_value, elements, is_whitespace, member, members, skip_whitespace, value_end,
};
use super::window::Window;
use super::{Format, Limits, SourceError};

/// The members in which a list of listings is looked for.
const LIST_KEYS: [&str; 15] = [
    "products",
    "listings",
    "items",
    "data",
    "results",
    "offers",
    "rows",
    "records",
    "entries",
    "inventory",
    "catalog",
    "catalogue",
    "stock",
    "cards",
    "gpus",
];

/// Where the records of a JSON source stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One a line.
    Lines,
    /// Elements of an array, which may be a member of an object. There may be several such documents.
    List,
    /// One after another, with nothing but whitespace between.
    Sequence,
}

/// The layout of the JSON source in `window` and whether its records are Shopify products. `asked` is the format that the
/// user gave, `hinted` the one that the file's name tells.
pub(super) fn detect_layout(
    window: &mut Window,
    asked: Option<Format>,
    hinted: Option<Format>,
    limits: &Limits,
) -> Result<(Layout, Format), SourceError> {
    if asked == Some(Format::JsonLines) {
        return Ok((Layout::Lines, Format::JsonLines));
    }
    let hinted_lines = asked.is_none() && hinted == Some(Format::JsonLines);
    loop {
        let is_last = window.is_finished();
        let text = window.text();
        let start = skip_whitespace(text, 0);
        match look(text, start, hinted_lines, is_last) {
            Scan::Found((layout, is_product)) => {
                let format = match (asked, layout) {
                    (Some(format), _) => format,
                    (None, _) if is_product => Format::Shopify,
                    (None, Layout::Lines) => Format::JsonLines,
                    (None, Layout::List | Layout::Sequence) => Format::Json,
                };
                let layout = match layout {
                    Layout::Lines if format != Format::JsonLines => Layout::Sequence,
                    other => other,
                };
                return Ok((layout, format));
            }
            // A record that goes on to the end of the source: reading it will say so.
            Scan::Incomplete if is_last => break,
            Scan::Incomplete => window.fill_within(limits)?,
            Scan::Invalid(_) => break,
        }
    }
    Ok(match asked {
        Some(format) if window.text().trim_ascii_start().starts_with(b"[") => {
            (Layout::List, format)
        }
        Some(format) => (Layout::Sequence, format),
        None if hinted_lines || !window.text().trim_ascii_start().starts_with(b"[") => {
            (Layout::Lines, Format::JsonLines)
        }
        None => (Layout::List, Format::Json),
    })
}

/// The layout, and whether the first record is a Shopify product.
fn look(text: &[u8], start: usize, hinted_lines: bool, is_last: bool) -> Scan<(Layout, bool)> {
    match text.get(start) {
        None => Scan::Incomplete,
        Some(b'[') if hinted_lines && first_line_is_whole(text, start) => {
            Scan::Found((Layout::Lines, false))
        }
        Some(b'[') => match first_is_product(text, start) {
            Scan::Found(is_product) => Scan::Found((Layout::List, is_product)),
            Scan::Incomplete => Scan::Incomplete,
            Scan::Invalid(position) => Scan::Invalid(position),
        },
        Some(b'{') => look_at_object(text, start, hinted_lines, is_last),
        Some(_) => Scan::Invalid(start),
    }
}

fn look_at_object(
    text: &[u8],
    start: usize,
    hinted_lines: bool,
    is_last: bool,
) -> Scan<(Layout, bool)> {
    let list = match find_list(text, start) {
        Scan::Found(list) => list,
        Scan::Incomplete => return Scan::Incomplete,
        Scan::Invalid(position) => return Scan::Invalid(position),
    };
    if let Some(list) = list {
        match first_is_product(text, list) {
            Scan::Found(true) => return Scan::Found((Layout::List, true)),
            Scan::Found(false) => {}
            Scan::Incomplete => return Scan::Incomplete,
            Scan::Invalid(position) => return Scan::Invalid(position),
        }
        // Listings that hold lists themselves, one a line, are told from a list of listings by the second line.
        let lines =
            hinted_lines && first_line_is_whole(text, start) || another_line_follows(text, start);
        let layout = if lines { Layout::Lines } else { Layout::List };
        return Scan::Found((layout, false));
    }
    match value_end(text, start, is_last) {
        Scan::Found(end) => {
            let is_product = is_product(&text[start..end]);
            let follows = &text[end..];
            let line_rest =
                memchr::memchr2(b'\n', b'\r', follows).map_or(follows, |at| &follows[..at]);
            let alone_on_line = is_one_line(&text[start..end]) && line_rest.trim_ascii().is_empty();
            Scan::Found((
                if alone_on_line {
                    Layout::Lines
                } else {
                    Layout::Sequence
                },
                is_product,
            ))
        }
        Scan::Incomplete => Scan::Incomplete,
        Scan::Invalid(position) => Scan::Invalid(position),
    }
}

/// The opening bracket of the list of objects, or the empty list, that the object at `start` holds under a known key.
pub(super) fn find_list(text: &[u8], start: usize) -> Scan<Option<usize>> {
    let mut position = start + 1;
    loop {
        let Member { key, value_start } = match member(text, position) {
            Scan::Found(Some(member)) => member,
            Scan::Found(None) => return Scan::Found(None),
            Scan::Incomplete => return Scan::Incomplete,
            Scan::Invalid(position) => return Scan::Invalid(position),
        };
        let key = &text[key.start + 1..key.end - 1];
        let is_known = LIST_KEYS
            .iter()
            .any(|known| key.eq_ignore_ascii_case(known.as_bytes()));
        if is_known && text[value_start] == b'[' {
            match text.get(skip_whitespace(text, value_start + 1)) {
                None => return Scan::Incomplete,
                Some(b'{' | b']') => return Scan::Found(Some(value_start)),
                Some(_) => {}
            }
        }
        // An object is whole or goes on: a number at the end of the source is no end of an object.
        let end = match value_end(text, value_start, false) {
            Scan::Found(end) => end,
            other => return other_as(other),
        };
        position = match after_value(text, end) {
            Scan::Found(next) => next,
            other => return other_as(other),
        };
    }
}

fn other_as<T>(scan: Scan<usize>) -> Scan<Option<T>> {
    match scan {
        Scan::Invalid(position) => Scan::Invalid(position),
        Scan::Found(_) | Scan::Incomplete => Scan::Incomplete,
    }
}

/// Whether the first element of the array at `list` is a Shopify product.
fn first_is_product(text: &[u8], list: usize) -> Scan<bool> {
    let first = skip_whitespace(text, list + 1);
    match text.get(first) {
        None => Scan::Incomplete,
        Some(b'{') => match value_end(text, first, false) {
            Scan::Found(end) => Scan::Found(is_product(&text[first..end])),
            Scan::Incomplete => Scan::Incomplete,
            Scan::Invalid(position) => Scan::Invalid(position),
        },
        Some(_) => Scan::Found(false),
    }
}

/// A product of Shopify has a `handle` and a list of `variants` that are objects.
fn is_product(object: &[u8]) -> bool {
    let Some(members) = members(object) else {
        return false;
    };
    let value_of = |name: &[u8]| {
        members
            .iter()
            .find(|(key, _)| &object[key.clone()] == name)
            .map(|(_, value)| value.clone())
    };
    value_of(b"\"handle\"").is_some()
        && value_of(b"\"variants\"")
            .and_then(|variants| elements(object, variants))
            .is_some_and(|variants| {
                variants
                    .first()
                    .is_none_or(|first| object[first.start] == b'{')
            })
}

fn is_one_line(text: &[u8]) -> bool {
    memchr::memchr2(b'\n', b'\r', text).is_none()
}

/// Whether the value at `start` ends on its line, with nothing after it.
fn first_line_is_whole(text: &[u8], start: usize) -> bool {
    match value_end(text, start, true) {
        Scan::Found(end) => {
            let rest = &text[end..];
            let blank = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
            is_one_line(&text[start..end])
                && blank.is_none_or(|next| matches!(rest[next], b'\n' | b'\r'))
        }
        _ => false,
    }
}

/// Whether the value at `start` stands on a line of its own and another object on the next.
fn another_line_follows(text: &[u8], start: usize) -> bool {
    let Scan::Found(end) = value_end(text, start, false) else {
        return false;
    };
    let next = skip_whitespace(text, end);
    is_one_line(&text[start..end])
        && text[end..next]
            .iter()
            .any(|&byte| is_whitespace(byte) && byte != b' ' && byte != b'\t')
        && text.get(next) == Some(&b'{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: Option<Format>, layout: Layout, format: Format) {
        let mut window = Window::open(Box::new(std::io::Cursor::new(text.to_owned()))).unwrap();
        let found = detect_layout(&mut window, None, name, &Limits::default()).unwrap();
        assert_eq!(found, (layout, format), "{text}");
    }

    #[test]
    fn tells_lines_lists_and_sequences_apart() {
        check(
            "{\"a\":1}\n{\"a\":2}\n",
            None,
            Layout::Lines,
            Format::JsonLines,
        );
        check("{\"a\":1}", None, Layout::Lines, Format::JsonLines);
        check(
            "{\n\"a\":1}\n{\n\"a\":2}",
            None,
            Layout::Sequence,
            Format::Json,
        );
        check("{\"a\":1} {\"a\":2}", None, Layout::Sequence, Format::Json);
        check("[{\"a\":1}]", None, Layout::List, Format::Json);
        check("[]", None, Layout::List, Format::Json);
        check(
            " {\"total\":1,\"listings\":[{\"a\":1}]}",
            None,
            Layout::List,
            Format::Json,
        );
        check("{\"data\":[]}", None, Layout::List, Format::Json);
    }

    #[test]
    fn lines_that_hold_lists_are_lines() {
        let line = "{\"a\":1,\"offers\":[{\"b\":1}]}\n";
        check(&line.repeat(2), None, Layout::Lines, Format::JsonLines);
        check(
            line,
            Some(Format::JsonLines),
            Layout::Lines,
            Format::JsonLines,
        );
        check(
            "[1]\n[2]\n",
            Some(Format::JsonLines),
            Layout::Lines,
            Format::JsonLines,
        );
    }

    #[test]
    fn products_with_variants_are_shopify_however_they_come() {
        let product = "{\"title\":\"a\",\"handle\":\"a\",\"variants\":[{\"price\":\"1\"}]}";
        check(
            &format!("{{\"products\":[{product}]}}"),
            None,
            Layout::List,
            Format::Shopify,
        );
        check(&format!("[{product}]"), None, Layout::List, Format::Shopify);
        check(
            &format!("{product}\n{product}\n"),
            None,
            Layout::Sequence,
            Format::Shopify,
        );
        check(
            "{\"products\":[{\"title\":\"a\",\"price\":1}]}",
            None,
            Layout::List,
            Format::Json,
        );
    }

    #[test]
    fn a_broken_first_line_leaves_the_rest_readable_as_lines() {
        check(
            "{\"a\" 1}\n{\"a\":2}\n",
            None,
            Layout::Lines,
            Format::JsonLines,
        );
        check(
            "nonsense\n{\"a\":2}\n",
            Some(Format::JsonLines),
            Layout::Lines,
            Format::JsonLines,
        );
    }
}
