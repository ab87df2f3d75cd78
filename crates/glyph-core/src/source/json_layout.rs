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

/// The layout of the JSON source in `window` and its format. `asked` is the format that the user gave, `hinted` the one that
/// the file's name tells.
pub(super) fn detect_layout(
    window: &mut Window,
    asked: Option<Format>,
    hinted: Option<Format>,
    limits: &Limits,
) -> Result<(Layout, Format), SourceError> {
    if asked == Some(Format::JsonLines) {
        return Ok((Layout::Lines, Format::JsonLines));
    }
    if asked.is_none() && hinted == Some(Format::JsonLines) {
        return Ok(if starts_with_product_line(window.text()) {
            (Layout::Sequence, Format::Shopify)
        } else {
            (Layout::Lines, Format::JsonLines)
        });
    }
    let (layout, is_product) = loop {
        let is_last = window.is_finished();
        match look(window.text()) {
            Scan::Found(found) => break found,
            Scan::Incomplete if !is_last => window.fill_within(limits)?,
            Scan::Incomplete | Scan::Invalid(_) => break (broken_layout(window.text()), false),
        }
    };
    Ok(match (asked, layout) {
        (Some(format), Layout::Lines) => (Layout::Sequence, format),
        (Some(format), layout) => (layout, format),
        (None, Layout::Lines) if is_product => (Layout::Sequence, Format::Shopify),
        (None, layout) if is_product => (layout, Format::Shopify),
        (None, Layout::Lines) => (layout, Format::JsonLines),
        (None, Layout::List | Layout::Sequence) => (layout, Format::Json),
    })
}

/// The layout, and whether the first record is a Shopify product.
fn look(text: &[u8]) -> Scan<(Layout, bool)> {
    let start = skip_whitespace(text, 0);
    match text.get(start) {
        None => Scan::Incomplete,
        Some(b'[') => first_is_product(text, start).map(|is_product| (Layout::List, is_product)),
        Some(b'{') => find_list(text, start).and_then(|list| match list {
            Some(list) => first_is_product(text, list).map(|is_product| {
                // Listings that hold lists themselves, one a line, are told from a list of listings by the second line.
                let is_lines = !is_product && another_line_follows(text, start);
                let layout = if is_lines {
                    Layout::Lines
                } else {
                    Layout::List
                };
                (layout, is_product)
            }),
            None => value_end(text, start, false).map(|end| {
                let is_line = line_is_whole(text, start);
                let layout = if is_line {
                    Layout::Lines
                } else {
                    Layout::Sequence
                };
                (layout, is_product(&text[start..end]))
            }),
        }),
        Some(_) => Scan::Invalid(start),
    }
}

/// What a source is whose first record is broken or goes on to the end: lines, where a later line can be read by itself.
fn broken_layout(text: &[u8]) -> Layout {
    let later_line = text
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .skip(1)
        .any(|line| line.trim_ascii_start().starts_with(b"{") && line_is_whole(line, 0));
    match text.trim_ascii_start().first() {
        _ if later_line => Layout::Lines,
        Some(b'[') => Layout::List,
        Some(b'{')
            if matches!(
                find_list(text, skip_whitespace(text, 0)),
                Scan::Found(Some(_))
            ) =>
        {
            Layout::List
        }
        _ => Layout::Sequence,
    }
}

/// The opening bracket of the list of objects, or the empty list, that the object at `start` holds under a known key.
pub(super) fn find_list(text: &[u8], start: usize) -> Scan<Option<usize>> {
    let mut position = start + 1;
    loop {
        let Member { key, value_start } = match member(text, position) {
            Scan::Found(Some(member)) => member,
            other => return other.map(|_| None),
        };
        let key = &text[key.start + 1..key.end - 1];
        let is_known = LIST_KEYS
            .iter()
            .any(|known| key.eq_ignore_ascii_case(known.as_bytes()));
        if is_known && text[value_start] == b'[' {
            match text.get(skip_whitespace(text, value_start + 1)) {
                None => return Scan::Incomplete,
                Some(b'{' | b']') => return Scan::Found(Some(value_start)),
                // What Shopify calls so is the list, even where its first element is damaged.
                Some(_) if key == b"products" => return Scan::Found(Some(value_start)),
                Some(_) => {}
            }
        }
        let next = value_end(text, value_start, false).and_then(|end| after_value(text, end));
        position = match next {
            Scan::Found(next) => next,
            other => return other.map(|_| None),
        };
    }
}

/// Whether the first element of the array at `list` is a Shopify product.
fn first_is_product(text: &[u8], list: usize) -> Scan<bool> {
    let first = skip_whitespace(text, list + 1);
    match text.get(first) {
        None => Scan::Incomplete,
        Some(b'{') => value_end(text, first, false).map(|end| is_product(&text[first..end])),
        Some(_) => Scan::Found(false),
    }
}

/// Whether the first line of `text` is a Shopify product.
fn starts_with_product_line(text: &[u8]) -> bool {
    let start = skip_whitespace(text, 0);
    match value_end(text, start, false) {
        Scan::Found(end) => line_is_whole(text, start) && is_product(&text[start..end]),
        Scan::Incomplete | Scan::Invalid(_) => false,
    }
}

/// A product of Shopify has a `handle` or a `title`, and a list of `variants` that are objects.
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
    (value_of(b"\"handle\"").is_some() || value_of(b"\"title\"").is_some())
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
fn line_is_whole(text: &[u8], start: usize) -> bool {
    let Scan::Found(end) = value_end(text, start, true) else {
        return false;
    };
    let after = text[end..]
        .iter()
        .find(|byte| !matches!(byte, b' ' | b'\t'));
    is_one_line(&text[start..end]) && matches!(after, None | Some(b'\n' | b'\r'))
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

    #[test]
    fn a_first_line_that_is_not_closed_leaves_the_rest_readable_as_lines() {
        check(
            "{\"a\": \"x\n{\"a\":2}\n",
            None,
            Layout::Lines,
            Format::JsonLines,
        );
        check(
            "{\"a\": [\n{\"a\":2}\n",
            None,
            Layout::Lines,
            Format::JsonLines,
        );
    }

    #[test]
    fn a_document_that_is_cut_in_its_first_record_stays_a_document() {
        check(
            "{\"products\":[{\n\"title\":\"a",
            None,
            Layout::List,
            Format::Json,
        );
        check("[{\"a\":1,", None, Layout::List, Format::Json);
        check("{\n\"a\":1,\n", None, Layout::Sequence, Format::Json);
    }

    #[test]
    fn products_a_line_are_shopify() {
        let line = "{\"title\":\"a\",\"handle\":\"a\",\"variants\":[{\"price\":\"1\"}]}\n";
        check(
            &line.repeat(2),
            Some(Format::JsonLines),
            Layout::Sequence,
            Format::Shopify,
        );
    }
}
