//! JSON objects → cells, shared by the JSON formats: a column a key, in the order of discovery.
//!
//! Numbers keep their digits as written, nested values are kept as compact JSON, null is no cell. Where a key stands twice
//! in an object the last one counts, as with `serde_json`.

use std::borrow::Cow;
use std::fmt;

use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::json_scan::is_whitespace;
use super::{Cells, Limits, SourceError};
use crate::reject::{ErrorCode, RowError};

/// A value on its way to a cell.
#[derive(Debug)]
pub(super) enum CellValue<'a> {
    /// As it stands in the source.
    Json(&'a str),
    /// Already text.
    Text(Cow<'a, str>),
}

/// The members of an object in order, the values not yet read.
pub(super) struct Members<'a>(pub(super) Vec<(Cow<'a, str>, CellValue<'a>)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::with_capacity(16);
        while let Some(Text(key)) = map.next_key()? {
            let value: &RawValue = map.next_value()?;
            members.push((key, CellValue::Json(value.get())));
        }
        Ok(Members(members))
    }
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// Parses the object that a record is, or says what is wrong with the record.
pub(super) fn parse_object(text: &str) -> Result<Members<'_>, RowError> {
    let what = if text.trim_ascii_start().starts_with('{') {
        match serde_json::from_str(text) {
            Ok(members) => return Ok(members),
            Err(error) => error,
        }
    } else {
        match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => {
                return Err(RowError::new(
                    ErrorCode::RowNotAnObject,
                    None,
                    text,
                    "the record is JSON but no object; write it as `{\"title\": …, \"price\": …}`",
                ));
            }
            Err(error) => error,
        }
    };
    Err(RowError::new(
        ErrorCode::RowNotJson,
        None,
        text,
        format!(
            "the record is not JSON: {}; mend it there, or leave it out",
            describe(&what)
        ),
    ))
}

/// The error of `serde_json` with its place in words: it counts lines and columns within the record.
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text
        .rsplit_once(" at line ")
        .map_or(&*text, |(what, _)| what);
    if error.line() <= 1 {
        format!("{what} at its byte {}", error.column())
    } else {
        format!(
            "{what} at its line {}, byte {}",
            error.line(),
            error.column()
        )
    }
}

/// The columns of a JSON source: they grow as keys are discovered.
#[derive(Debug, Default)]
pub(super) struct JsonColumns {
    names: Vec<String>,
    numbers: FxHashMap<String, usize>,
    /// The columns of the row in work, and for each column its last member in the row.
    row: Vec<usize>,
    last_member: Vec<usize>,
}

impl JsonColumns {
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Puts the members of a row into `cells`. A value that cannot be read is returned as the fault of the row.
    pub(super) fn fill(
        &mut self,
        members: &[(Cow<'_, str>, CellValue<'_>)],
        limits: &Limits,
        cells: &mut Cells,
    ) -> Result<Option<RowError>, SourceError> {
        self.row.clear();
        for (position, (name, _)) in members.iter().enumerate() {
            let column = self.column(name, position, limits)?;
            self.row.push(column);
            self.last_member[column] = position;
        }
        for (position, ((name, value), &column)) in members.iter().zip(&self.row).enumerate() {
            if self.last_member[column] != position {
                continue;
            }
            match append_value(value, limits, cells.text_mut()) {
                Ok(true) => cells.finish(column),
                Ok(false) => {}
                Err(message) => {
                    cells.abandon();
                    let value = match value {
                        CellValue::Json(value) => value,
                        CellValue::Text(value) => &**value,
                    };
                    return Ok(Some(RowError::new(
                        ErrorCode::RowNotJson,
                        Some(name),
                        value,
                        message,
                    )));
                }
            }
        }
        Ok(None)
    }

    /// The number of the column `name`, a new one where it is not known. Objects mostly have the same keys in the same
    /// order, so the `guess` mostly saves the look-up.
    fn column(&mut self, name: &str, guess: usize, limits: &Limits) -> Result<usize, SourceError> {
        if self.names.get(guess).is_some_and(|known| known == name) {
            return Ok(guess);
        }
        if let Some(&number) = self.numbers.get(name) {
            return Ok(number);
        }
        let number = self.names.len();
        if number == limits.columns {
            return Err(SourceError::TooManyColumns {
                limit: limits.columns,
            });
        }
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        self.last_member.push(0);
        Ok(number)
    }
}

/// Appends the text of a value and says whether there is one: null has none.
fn append_value(value: &CellValue<'_>, limits: &Limits, text: &mut String) -> Result<bool, String> {
    let json = match value {
        CellValue::Text(value) => {
            text.push_str(value);
            return Ok(true);
        }
        CellValue::Json(json) => *json,
    };
    match json.as_bytes() {
        b"null" => return Ok(false),
        [b'"', inner @ .., b'"'] if memchr::memchr(b'\\', inner).is_none() => {
            text.push_str(json.get(1..json.len() - 1).unwrap_or(""));
        }
        [b'"', ..] => {
            let decoded: String = serde_json::from_str(json).map_err(|error| {
                format!("the text cannot be read: {}; mend it", describe(&error))
            })?;
            text.push_str(&decoded);
        }
        [b'{' | b'[', ..] => append_compact(json, limits.json_depth, text)?,
        _ => text.push_str(json),
    }
    Ok(true)
}

/// The text of a value that is a string, or the digits of a number; `None` for what else it may be.
pub(super) fn plain_text<'a>(value: &CellValue<'a>) -> Option<Cow<'a, str>> {
    match value {
        CellValue::Text(value) => Some(value.clone()),
        CellValue::Json(json) if json.starts_with('"') => serde_json::from_str::<Text<'a>>(json)
            .ok()
            .map(|text| text.0),
        CellValue::Json(json) if json.starts_with(['{', '[', 'n', 't', 'f']) => None,
        CellValue::Json(json) => Some(Cow::Borrowed(json)),
    }
}

/// Appends nested JSON without the whitespace between its tokens.
fn append_compact(json: &str, depth_limit: usize, text: &mut String) -> Result<(), String> {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    let mut start = 0;
    for (position, byte) in json.bytes().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                if depth > depth_limit {
                    return Err(format!(
                        "the value is nested more than {depth_limit} levels deep; make it flatter"
                    ));
                }
            }
            b'}' | b']' => depth -= 1,
            _ if is_whitespace(byte) => {
                text.push_str(json.get(start..position).unwrap_or(""));
                start = position + 1;
            }
            _ => {}
        }
    }
    text.push_str(json.get(start..).unwrap_or(""));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(columns: &mut JsonColumns, text: &str) -> (Vec<(String, String)>, Option<RowError>) {
        let mut cells = Cells::default();
        let members = match parse_object(text) {
            Ok(members) => members,
            Err(fault) => return (vec![], Some(fault)),
        };
        let fault = columns
            .fill(&members.0, &Limits::default(), &mut cells)
            .unwrap();
        let cells = cells
            .iter()
            .map(|(column, value)| (columns.names()[column].clone(), value.to_owned()))
            .collect();
        (cells, fault)
    }

    fn cells(text: &str) -> Vec<(String, String)> {
        let (cells, fault) = fill(&mut JsonColumns::default(), text);
        assert_eq!(fault, None);
        cells
    }

    fn fault(text: &str) -> RowError {
        fill(&mut JsonColumns::default(), text).1.unwrap()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn numbers_keep_their_digits_and_strings_are_decoded() {
        assert_eq!(
            cells(r#"{"price": 1234.50000000000000001, "n": 1E2, "t": "7\" \u20ac", "ok": true}"#),
            pairs(&[
                ("price", "1234.50000000000000001"),
                ("n", "1E2"),
                ("t", "7\" €"),
                ("ok", "true")
            ])
        );
    }

    #[test]
    fn null_is_no_cell_and_nested_values_are_compact_json() {
        assert_eq!(
            cells("{\"a\": null, \"b\": [1, {\"c d\" :\n\"x \\\" y\"}], \"e\": {}}"),
            pairs(&[("b", "[1,{\"c d\":\"x \\\" y\"}]"), ("e", "{}")])
        );
    }

    #[test]
    fn the_last_of_a_key_that_stands_twice_counts() {
        assert_eq!(
            cells(r#"{"a":1,"b":2,"a":3}"#),
            pairs(&[("b", "2"), ("a", "3")])
        );
        assert_eq!(cells(r#"{"a":1,"a":null}"#), pairs(&[]));
    }

    #[test]
    fn columns_grow_and_keep_their_numbers() {
        let mut columns = JsonColumns::default();
        fill(&mut columns, r#"{"a":1,"b":2}"#);
        fill(&mut columns, r#"{"c":1,"a":2}"#);
        assert_eq!(columns.names(), ["a", "b", "c"]);
    }

    #[test]
    fn says_what_is_not_json_and_what_is_no_object() {
        let broken = fault(r#"{"a":1,}"#);
        assert_eq!(broken.code, ErrorCode::RowNotJson);
        assert!(
            broken.message.contains("at its byte 8"),
            "{}",
            broken.message
        );
        assert_eq!(fault("{\"a\":NaN}").code, ErrorCode::RowNotJson);
        assert_eq!(fault("nonsense").code, ErrorCode::RowNotJson);
        assert_eq!(fault("[1]").code, ErrorCode::RowNotAnObject);
        assert_eq!(fault("\"a\"").code, ErrorCode::RowNotAnObject);
    }

    #[test]
    fn half_a_surrogate_pair_is_a_fault_of_its_column() {
        let fault = fault(r#"{"a":"\ud800 x"}"#);
        assert_eq!(
            (fault.code, fault.column.as_deref()),
            (ErrorCode::RowNotJson, Some("a"))
        );
    }

    #[test]
    fn nesting_past_the_limit_is_a_fault_however_deep() {
        let deep =
            |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
        assert_eq!(cells(&deep(64)).len(), 1);
        assert!(fault(&deep(65)).message.contains("64 levels"));
        assert!(fault(&deep(1_000_000)).message.contains("64 levels"));
    }

    #[test]
    fn too_many_columns_break_the_source() {
        let mut columns = JsonColumns::default();
        let limits = Limits {
            columns: 1,
            ..Limits::default()
        };
        let members = parse_object(r#"{"a":1,"b":2}"#).unwrap();
        let result = columns.fill(&members.0, &limits, &mut Cells::default());
        assert!(matches!(
            result,
            Err(SourceError::TooManyColumns { limit: 1 })
        ));
    }
}
