//! All printing goes through here: stdout is data, stderr is everything else, and a closed pipe ends quietly.

use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

/// How a command shows what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    JsonLines,
}

/// The reader of our output has gone: nothing is wrong, and there is nothing left to do.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
            || cause.downcast_ref::<csv::Error>().is_some_and(|error| {
                matches!(error.kind(), csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
            })
            || cause
                .downcast_ref::<serde_json::Error>()
                .is_some_and(|error| error.io_error_kind() == Some(io::ErrorKind::BrokenPipe))
    })
}

/// A line of data.
pub(crate) fn line(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{}", clean(text))
}

/// Text from outside must not steer the terminal: control characters but line breaks, and those that turn the
/// direction of writing, become blanks.
fn clean(text: &str) -> Cow<'_, str> {
    let steers = |letter: char| steers(letter) && letter != '\n';
    if text.contains(steers) {
        text.replace(steers, " ").into()
    } else {
        text.into()
    }
}

fn steers(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A heading and a list after it, parted by commas, in lines of the terminal's width. Nothing for an empty list.
pub(crate) fn list(heading: &str, items: &[String]) -> io::Result<()> {
    let mut text = heading.to_owned();
    for (place, item) in items.iter().enumerate() {
        let comma = if place + 1 < items.len() { "," } else { "" };
        let last_line = text.rsplit('\n').next().unwrap_or("");
        if last_line.chars().count() + item.chars().count() + 2 > width() {
            text.push_str("\n ");
        }
        text.push(' ');
        text.push_str(item);
        text.push_str(comma);
    }
    if items.is_empty() {
        Ok(())
    } else {
        line(&text)
    }
}

/// A line for the person at the terminal.
pub(crate) fn note(text: &str) {
    // Nothing can be done where stderr is closed.
    let _ = writeln!(io::stderr().lock(), "{}", clean(text));
}

/// A whole text for a file or another program.
pub(crate) fn text(text: &str) -> io::Result<()> {
    io::stdout().lock().write_all(text.as_bytes())
}

pub(crate) fn json(value: &impl Serialize) -> io::Result<()> {
    // Standard output itself is written line by line, and this has a line for each value.
    let mut stdout = BufWriter::new(io::stdout().lock());
    serde_json::to_writer_pretty(&mut stdout, value)?;
    writeln!(stdout)?;
    stdout.flush()
}

pub(crate) fn json_line(value: &impl Serialize) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    serde_json::to_writer(&mut stdout, value)?;
    writeln!(stdout)
}

/// Prints `rows` in the wanted format; `table` draws them for people.
pub(crate) fn rows<T: Serialize>(
    rows: &[T],
    format: Format,
    table: impl FnOnce(&[T]) -> Table,
) -> io::Result<()> {
    match format {
        Format::Json => json(&rows),
        Format::JsonLines => rows.iter().try_for_each(json_line),
        Format::Table => draw(&table(rows)),
    }
}

/// Prints a table, without the blanks that would stand at the ends of its lines.
pub(crate) fn draw(table: &Table) -> io::Result<()> {
    table.lines().try_for_each(|row| line(row.trim_end()))
}

/// Blanks on both sides of a column.
const COLUMN_GAP: usize = 2;

/// The columns of the terminal, or 80 where there is none.
pub(crate) fn width() -> usize {
    Some(Table::new())
        .filter(|_| io::stdout().is_terminal())
        .and_then(|table| table.width())
        .map_or(80, usize::from)
}

/// A table with a header, no frame, at most as wide as the terminal (80 columns where there is none).
pub(crate) fn table(header: &[&str], right_aligned: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.to_vec());
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(width() as u16);
    for &column in right_aligned {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// The last column of a fitted table has at least this many characters.
const SHORTEST_LAST_COLUMN: usize = 12;

/// A table of one line a row: the last column is shortened to what the others leave.
pub(crate) fn fitted_table(
    header: &[&str],
    right_aligned: &[usize],
    mut rows: Vec<Vec<String>>,
) -> Table {
    let last = header.len().saturating_sub(1);
    let widest = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count());
        cells
            .chain(header.get(column).map(|name| name.len()))
            .max()
            .unwrap_or(0)
    };
    let others: usize = (0..last).map(|column| widest(column) + COLUMN_GAP).sum();
    let left = width()
        .saturating_sub(others + COLUMN_GAP)
        .max(SHORTEST_LAST_COLUMN);
    for cell in rows.iter_mut().filter_map(|row| row.get_mut(last)) {
        *cell = shortened(cell, left);
    }
    let mut table = table(header, right_aligned);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.add_rows(rows);
    table
}

/// US dollars for people: `1,234.50`.
pub(crate) fn dollars(amount: f64) -> String {
    if !amount.is_finite() {
        return amount.to_string();
    }
    let cents = format!("{amount:.2}");
    let (whole, fraction) = cents.split_once('.').unwrap_or((&cents, "00"));
    format!("{}.{fraction}", grouped(whole))
}

/// A whole number for people: `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

fn grouped(digits: &str) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    let mut text = String::from(sign);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// At most `width` characters, cut with an ellipsis; what steers the terminal shown as spaces.
pub(crate) fn shortened(text: &str, width: usize) -> String {
    let clean = text
        .chars()
        .map(|letter| if steers(letter) { ' ' } else { letter });
    if text.chars().count() <= width {
        return clean.collect();
    }
    clean
        .take(width.saturating_sub(1))
        .chain(std::iter::once('…'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_the_terminal_becomes_blanks() {
        let text = "a\u{1b}[31m\u{202e}b\nc";
        assert_eq!(clean(text), "a [31m b\nc");
        assert_eq!(shortened(text, 20), "a [31m b c");
    }

    #[test]
    fn groups_digits_by_thousands() {
        assert_eq!(dollars(1_234_567.891), "1,234,567.89");
        assert_eq!(dollars(-999.5), "-999.50");
        assert_eq!(dollars(f64::INFINITY), "inf");
        assert_eq!(count(1000), "1,000");
        assert_eq!(count(7), "7");
    }

    #[test]
    fn shortens_by_characters_and_never_prints_control_characters() {
        assert_eq!(shortened("Grafikkarte für Große", 12), "Grafikkarte…");
        assert_eq!(shortened("a\u{1b}[31mb", 20), "a [31mb");
    }
}
