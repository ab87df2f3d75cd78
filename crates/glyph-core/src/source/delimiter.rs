//! The character between the cells of a CSV file: given, or found from the first records.

use super::csv_record::{blank_lines, scan_record};

/// An ASCII character that can part cells: no quote and no line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiter(u8);

/// The character cannot part cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{}` cannot be a delimiter; it is one ASCII character other than a quote or a line break", .0.escape_default())]
pub struct DelimiterError(char);

impl Delimiter {
    pub const COMMA: Delimiter = Delimiter(b',');
    pub const SEMICOLON: Delimiter = Delimiter(b';');
    pub const TAB: Delimiter = Delimiter(b'\t');
    pub const PIPE: Delimiter = Delimiter(b'|');

    pub fn as_char(self) -> char {
        char::from(self.0)
    }

    pub(super) fn byte(self) -> u8 {
        self.0
    }
}

impl TryFrom<char> for Delimiter {
    type Error = DelimiterError;

    fn try_from(character: char) -> Result<Delimiter, DelimiterError> {
        match character {
            '"' | '\n' | '\r' => Err(DelimiterError(character)),
            _ if character.is_ascii() => Ok(Delimiter(character as u8)),
            _ => Err(DelimiterError(character)),
        }
    }
}

/// The delimiters looked for, the likelier first.
const CANDIDATES: [Delimiter; 4] = [
    Delimiter::COMMA,
    Delimiter::SEMICOLON,
    Delimiter::TAB,
    Delimiter::PIPE,
];

/// Records looked at: enough to tell a delimiter from punctuation in titles.
const RECORDS: usize = 100;

/// The delimiter that splits the header and the records of `sample` most evenly. Of two that split as evenly the one that
/// gives more columns, then the likelier one; a comma where nothing splits the header.
pub(super) fn detect_delimiter(sample: &[u8], is_last: bool) -> Delimiter {
    let mut best = (0.0, 1, Delimiter::COMMA);
    for delimiter in CANDIDATES {
        let counts = cell_counts(sample, delimiter.byte(), is_last);
        let Some(&columns) = counts.first() else {
            continue;
        };
        let even = counts.iter().filter(|&&count| count == columns).count();
        let evenness = even as f64 / counts.len() as f64;
        if columns > 1 && (evenness, columns) > (best.0, best.1) {
            best = (evenness, columns, delimiter);
        }
    }
    best.2
}

/// The number of cells of each of the first records. A record that the sample cuts off is left out, unless it is the only.
fn cell_counts(sample: &[u8], delimiter: u8, is_last: bool) -> Vec<usize> {
    let mut counts = Vec::new();
    let mut pieces = Vec::new();
    let mut rest = sample;
    while counts.len() < RECORDS {
        rest = &rest[blank_lines(rest, is_last).0..];
        if rest.is_empty() {
            break;
        }
        let ends_here = is_last || counts.is_empty();
        let Some(record) = scan_record(rest, delimiter, ends_here, &mut pieces) else {
            break;
        };
        counts.push(record.cells);
        rest = &rest[record.next..];
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sample: &str, expected: char) {
        let found = detect_delimiter(sample.as_bytes(), true);
        assert_eq!(found.as_char(), expected);
    }

    #[test]
    fn finds_each_of_the_four() {
        check("title,price\nRTX 3090,700\n", ',');
        check("title;price\nRTX 3090;700\n", ';');
        check("title\tprice\nRTX 3090\t700\n", '\t');
        check("title|price\nRTX 3090|700\n", '|');
    }

    #[test]
    fn decimal_commas_do_not_make_a_comma_file() {
        check("title;price\nRTX 3090;700,50\nRTX 3080;500,00\n", ';');
        check("title;price, EUR;seller\nA;7,50;x\nB;8,00;y\n", ';');
    }

    #[test]
    fn delimiters_in_quotes_do_not_count() {
        check("title,price\n\"a;b;c\",1\n\"d;e\",2\n", ',');
        check("\"a,b\";price\n\"c,d\";1\n", ';');
    }

    #[test]
    fn prefers_the_even_one() {
        check(
            "title, full;price;seller\nRTX 3090;700;a\nRTX, 3080;500;b\n",
            ';',
        );
    }

    #[test]
    fn one_column_is_a_comma_file() {
        check("title\nRTX 3090\n", ',');
        check("", ',');
    }

    #[test]
    fn refuses_what_would_part_lines_quotes_or_characters() {
        for character in ['"', '\n', '\r', 'é', '，'] {
            assert_eq!(
                Delimiter::try_from(character),
                Err(DelimiterError(character))
            );
        }
        assert_eq!(Delimiter::try_from('\t'), Ok(Delimiter::TAB));
    }
}
