//! The records of a JSON source that is no JSON Lines, one after another, with no more in memory than one of them.

use super::json_layout::{Layout, find_list};
use super::json_scan::{Scan, is_whitespace, skip_whitespace, value_end};
use super::window::Window;
use super::{Limits, SourceError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    BeforeDocument,
    BeforeFirst,
    AfterElement,
    /// After the list: what is left of the object around it.
    AfterList,
    AtEnd,
}

/// Walks over the records. The caller reads the one at the start of [`Elements::window`] and then leaves it.
#[derive(Debug)]
pub(super) struct Elements {
    window: Window,
    layout: Layout,
    limits: Limits,
    format: &'static str,
    state: State,
    in_object: bool,
}

impl Elements {
    pub(super) fn new(
        window: Window,
        layout: Layout,
        format: &'static str,
        limits: Limits,
    ) -> Elements {
        Elements {
            window,
            layout,
            limits,
            format,
            state: State::BeforeDocument,
            in_object: false,
        }
    }

    pub(super) fn window(&self) -> &Window {
        &self.window
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Goes to the next record, which then is the first `length` bytes of the window. `None` at the end.
    ///
    /// # Errors
    /// [`SourceError::Malformed`] with the byte where the source stops being JSON or ends too early.
    pub(super) fn find_next(&mut self) -> Result<Option<usize>, SourceError> {
        loop {
            let next = self.next_byte()?;
            match (self.state, next) {
                (State::AtEnd, _) | (State::BeforeDocument, None) => {
                    self.state = State::AtEnd;
                    return Ok(None);
                }
                (_, None) => return Err(self.malformed("it ends before the list is closed", 0)),
                (State::BeforeDocument, Some(_)) if self.layout == Layout::Sequence => {
                    return self.element().map(Some);
                }
                (State::BeforeDocument, Some(_)) => self.enter_list()?,
                (State::BeforeFirst | State::AfterElement, Some(b']')) => self.leave_list(),
                (State::BeforeFirst, Some(_)) => return self.element().map(Some),
                (State::AfterElement, Some(b',')) => {
                    self.window.consume(1);
                    self.next_byte()?;
                    return self.element().map(Some);
                }
                (State::AfterElement, Some(_)) => {
                    return Err(self.malformed("expected `,` or `]` after an element", 0));
                }
                (State::AfterList, Some(_)) => self.skip_rest_of_object()?,
            }
        }
    }

    /// Leaves the record of `length` bytes behind.
    pub(super) fn leave(&mut self, length: usize) {
        self.window.consume(length);
        self.state = match self.layout {
            Layout::Sequence => State::BeforeDocument,
            Layout::List | Layout::Lines => State::AfterElement,
        };
    }

    /// Skips whitespace and gives the byte after it; `None` at the end of the source.
    fn next_byte(&mut self) -> Result<Option<u8>, SourceError> {
        loop {
            let text = self.window.text();
            let start = skip_whitespace(text, 0);
            let next = text.get(start).copied();
            self.window.consume(start);
            if next.is_some() || self.window.is_finished() {
                return Ok(next);
            }
            self.window.fill()?;
        }
    }

    /// The length of the value at the start of the window.
    fn element(&mut self) -> Result<usize, SourceError> {
        loop {
            let is_last = self.window.is_finished();
            match value_end(self.window.text(), 0, is_last) {
                Scan::Found(length) => {
                    self.window.check_length(length, &self.limits)?;
                    return Ok(length);
                }
                Scan::Incomplete if is_last => {
                    return Err(self.malformed("it ends within the record that starts here", 0));
                }
                Scan::Incomplete => self.window.fill_within(&self.limits)?,
                Scan::Invalid(position) => {
                    return Err(self.malformed("expected a value", position));
                }
            }
        }
    }

    fn enter_list(&mut self) -> Result<(), SourceError> {
        loop {
            let text = self.window.text();
            let is_last = self.window.is_finished();
            let (list, in_object) = match text.first() {
                Some(b'[') => (Scan::Found(Some(0)), false),
                Some(b'{') => (find_list(text, 0), true),
                _ => (Scan::Invalid(0), false),
            };
            match list {
                Scan::Found(Some(list)) => {
                    self.in_object = in_object;
                    self.state = State::BeforeFirst;
                    self.window.consume(list + 1);
                    return Ok(());
                }
                Scan::Found(None) => {
                    return Err(
                        self.malformed("the object that starts here holds no list of listings", 0)
                    );
                }
                Scan::Incomplete if is_last => {
                    return Err(self.malformed("it ends before its list of listings", 0));
                }
                Scan::Incomplete => self.window.fill_within(&self.limits)?,
                Scan::Invalid(position) => {
                    return Err(
                        self.malformed("expected an array, or an object that holds one", position)
                    );
                }
            }
        }
    }

    fn leave_list(&mut self) {
        self.window.consume(1);
        self.state = if self.in_object {
            State::AfterList
        } else {
            State::BeforeDocument
        };
    }

    /// Skips the members after the list, up to and with the closing brace, however long they are.
    fn skip_rest_of_object(&mut self) -> Result<(), SourceError> {
        let mut depth = 1_usize;
        let mut in_string = false;
        let mut escaped = false;
        loop {
            let mut closed = None;
            for (position, &byte) in self.window.text().iter().enumerate() {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if in_string => escaped = true,
                    b'"' => in_string = !in_string,
                    _ if in_string => {}
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    closed = Some(position + 1);
                    break;
                }
            }
            if let Some(length) = closed {
                self.window.consume(length);
                self.state = State::BeforeDocument;
                return Ok(());
            }
            self.window.consume(self.window.text().len());
            if self.window.is_finished() {
                return Err(
                    self.malformed("it ends before the object around the list is closed", 0)
                );
            }
            self.window.fill()?;
        }
    }

    fn malformed(&self, message: &str, position: usize) -> SourceError {
        SourceError::Malformed {
            format: self.format,
            message: format!("{message}, on line {}", self.window.line_at(position)),
            byte: self.window.source_offset(position),
        }
    }
}

/// Whether `text` holds anything but whitespace.
pub(super) fn is_blank(text: &[u8]) -> bool {
    text.iter().all(|byte| is_whitespace(*byte))
}
