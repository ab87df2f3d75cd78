//! Which delimiter a CSV file uses, from its first records.

use super::csv_record::{blank_lines, scan_record};

/// The delimiters looked for, the likelier first.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Records looked at: enough to tell a delimiter from punctuation in titles.
const RECORDS: usize = 100;

/// The delimiter that splits the header and the records of `sample` most evenly. Of two that split as evenly the one that
/// gives more columns, then the likelier one; a comma where nothing splits the header.
pub(super) fn detect_delimiter(sample: &[u8], is_last: bool) -> u8 {
    let mut best = (0.0, 1, b',');
    for delimiter in CANDIDATES {
        let counts = cell_counts(sample, delimiter, is_last);
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
        assert_eq!(detect_delimiter(sample.as_bytes(), true) as char, expected);
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
}
