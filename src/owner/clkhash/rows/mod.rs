//! A table as Python's `csv.reader` reads a text file: fields with commas between them, in quotes where need be.
//!
//! SPEC clk-encoding.md 3.7. Rows come in batches, so that many threads can work on them and memory stays small however large a
//! file is. A row of another length, a field that is far too long and a quote that nothing closes end the reading.

use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroize as _;

use crate::error::{Error, Result};

/// Rows of a batch at most, and bytes of one after which it is closed.
const BATCH_ROWS: usize = 1 << 14;
const BATCH_BYTES: usize = 4 << 20;
/// Bytes that are read at once.
const READ: usize = 1 << 18;
/// More characters than these a field of Python's reader has not.
const MOST_FIELD: usize = 131_072;

/// Rows of a table, one batch after the other.
pub(super) struct Rows<R> {
    path: PathBuf,
    input: R,
    /// How many fields a row has.
    columns: usize,
    buffer: Vec<u8>,
    /// What of the buffer was not looked at yet.
    start: usize,
    end: usize,
    /// The line that comes next.
    line: u64,
    read: u64,
    has_mark: bool,
}

/// Some rows, as they follow in the file.
#[derive(Default)]
pub(super) struct Batch {
    /// All fields, each followed by a comma.
    text: Vec<u8>,
    /// Where each field ends.
    ends: Vec<usize>,
    /// The line on which each row starts.
    lines: Vec<u64>,
    columns: usize,
}

/// What was wrong with a row.
pub(super) enum Fault {
    /// It has another number of fields than it should.
    Length(Error),
    /// Where it ends cannot be told.
    Broken(Error),
}

impl Fault {
    /// As an error, whichever it is.
    pub(super) fn error(self) -> Error {
        match self {
            Self::Length(e) | Self::Broken(e) => e,
        }
    }
}

/// Where a reader stands in a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    StartOfRow,
    StartOfField,
    Plain,
    Quoted,
    /// After a quote in a quoted field: its end, or the first of two.
    Quote,
}

impl<R: Read> Rows<R> {
    /// Of `input`, whose rows have `columns` fields; `path` is for messages.
    pub(super) fn new(input: R, path: &Path, columns: usize) -> Result<Self> {
        let mut rows = Self {
            path: path.to_path_buf(),
            input,
            columns,
            buffer: vec![0; READ],
            start: 0,
            end: 0,
            line: 1,
            read: 0,
            has_mark: false,
        };
        while rows.end < 3 && rows.more()? {}
        let begins = &rows.buffer[..rows.end];
        if begins.starts_with(&[0xff, 0xfe]) || begins.starts_with(&[0xfe, 0xff]) {
            let e = Error::input(path, "expected UTF-8, found UTF-16");
            return Err(e.line(1).hint("export it again as UTF-8"));
        }
        if begins.starts_with(b"\xef\xbb\xbf") {
            rows.has_mark = true;
            rows.start = 3;
        }
        Ok(rows)
    }

    /// Whether the file starts with a byte order mark, which is no part of its first field here.
    pub(super) fn has_mark(&self) -> bool {
        self.has_mark
    }

    /// How many bytes were read.
    pub(super) fn read(&self) -> u64 {
        self.read
    }

    /// Reads on behind what the buffer holds; false at the end of the file.
    fn more(&mut self) -> Result<bool> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        let n = loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                n => break n.map_err(|e| Error::io("read", &self.path, e))?,
            }
        };
        self.end += n;
        self.read += n as u64;
        Ok(n > 0)
    }

    /// Sets `batch` to the next rows, at most `most`; to none at the end of the file. The second value is what was wrong
    /// after them, and ends the reading.
    pub(super) fn fill(&mut self, batch: &mut Batch, most: usize) -> Result<Option<Fault>> {
        batch.clear(self.columns);
        let mut state = State::StartOfRow;
        // Where the row began that is being read.
        let (mut first_line, mut fields) = (self.line, 0_usize);
        let (mut begin, mut after_return) = (0, false);
        let broken = |rows: &Self, line: u64, what: &str| {
            Some(Fault::Broken(Error::input(&rows.path, what).line(line)))
        };
        loop {
            if self.start == self.end && !self.more()? {
                return Ok(match state {
                    State::StartOfRow => None,
                    State::Quoted => {
                        batch.cut(begin);
                        let what = "a quote that is opened in this row is never closed";
                        broken(self, first_line, what)
                    }
                    _ => {
                        batch.end_field();
                        self.end_row(batch, first_line, fields + 1, begin)
                    }
                });
            }
            let rest = &self.buffer[self.start..self.end];
            let plain = rest
                .iter()
                .position(|b| matches!(b, b',' | b'"' | b'\n' | b'\r'))
                .unwrap_or(rest.len());
            if plain > 0 {
                batch.text.extend_from_slice(&rest[..plain]);
                self.start += plain;
                after_return = false;
                if state != State::Quoted {
                    state = State::Plain;
                }
                if batch.open_field() > 4 * MOST_FIELD {
                    batch.cut(begin);
                    let what = format!("a field of more than {MOST_FIELD} characters");
                    return Ok(broken(self, first_line, &what));
                }
                continue;
            }
            let byte = rest[0];
            self.start += 1;
            // A line ends with \n, \r or both, in quotes too, where each is read as \n.
            if std::mem::take(&mut after_return) && byte == b'\n' {
                continue;
            }
            let byte = if byte == b'\r' {
                after_return = true;
                b'\n'
            } else {
                byte
            };
            if byte == b'\n' {
                self.line += 1;
            }
            match (state, byte) {
                (State::Quoted, b'"') => state = State::Quote,
                (State::Quoted, byte) => batch.text.push(byte),
                (State::Quote, b'"') => {
                    batch.text.push(b'"');
                    state = State::Quoted;
                }
                (State::StartOfRow, b'\n') => {
                    self.eat_line_feed(after_return)?;
                    return Ok(self.end_row(batch, first_line, 0, begin));
                }
                (State::StartOfRow | State::StartOfField, b'"') => state = State::Quoted,
                (_, b',') => {
                    fields += 1;
                    if fields <= self.columns {
                        batch.end_field();
                    } else {
                        batch.text.truncate(batch.ends.last().map_or(0, |e| e + 1));
                    }
                    state = State::StartOfField;
                }
                (_, b'\n') => {
                    fields += 1;
                    if fields <= self.columns {
                        batch.end_field();
                    }
                    if let Some(fault) = self.end_row(batch, first_line, fields, begin) {
                        self.eat_line_feed(after_return)?;
                        return Ok(Some(fault));
                    }
                    if batch.len() >= most.min(BATCH_ROWS) || batch.text.len() >= BATCH_BYTES {
                        self.eat_line_feed(after_return)?;
                        return Ok(None);
                    }
                    (begin, first_line, fields) = (batch.text.len(), self.line, 0);
                    state = State::StartOfRow;
                }
                // A quote in a field without quotes.
                (_, byte) => {
                    batch.text.push(byte);
                    state = State::Plain;
                }
            }
        }
    }

    /// Passes over the second half of a line end, where a batch ends with the first.
    fn eat_line_feed(&mut self, after_return: bool) -> Result<()> {
        if after_return
            && (self.start < self.end || self.more()?)
            && self.buffer[self.start] == b'\n'
        {
            self.start += 1;
        }
        Ok(())
    }

    /// Enters the row that was read, unless it is of another length.
    fn end_row(&self, batch: &mut Batch, line: u64, fields: usize, begin: usize) -> Option<Fault> {
        if fields == self.columns {
            batch.lines.push(line);
            return None;
        }
        batch.cut(begin);
        let what = match fields {
            0 => format!("an empty line: expected {} fields", self.columns),
            n => format!("expected {} fields, found {n}", self.columns),
        };
        Some(Fault::Length(Error::input(&self.path, what).line(line)))
    }
}

impl Batch {
    fn clear(&mut self, columns: usize) {
        self.text.clear();
        self.ends.clear();
        self.lines.clear();
        self.columns = columns;
    }

    /// How many bytes there are of the field that is being read.
    fn open_field(&self) -> usize {
        self.text.len() - self.ends.last().map_or(0, |end| end + 1)
    }

    fn end_field(&mut self) {
        self.ends.push(self.text.len());
        self.text.push(b',');
    }

    /// Drops the row that was begun at `begin`.
    fn cut(&mut self, begin: usize) {
        self.text.truncate(begin);
        self.ends.truncate(self.lines.len() * self.columns);
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// The line on which row number `row` starts.
    pub(super) fn line(&self, row: usize) -> u64 {
        self.lines[row]
    }

    /// The rows as text; `path` is for messages.
    ///
    /// # Errors
    /// [`Class::Input`](crate::error::Class::Input) if it is not UTF-8.
    pub(super) fn text(&self, path: &Path) -> Result<Text<'_>> {
        match std::str::from_utf8(&self.text) {
            Ok(text) => Ok(Text { batch: self, text }),
            Err(e) => {
                let field = self.ends.partition_point(|end| *end < e.valid_up_to());
                let (row, field) = (field / self.columns, field % self.columns + 1);
                let what = format!("expected UTF-8, found other bytes in field {field}");
                let e = Error::input(path, what).line(self.lines[row]);
                Err(e.hint("export it again as UTF-8"))
            }
        }
    }
}

/// A batch of which is known that it is text.
#[derive(Clone, Copy)]
pub(super) struct Text<'b> {
    batch: &'b Batch,
    text: &'b str,
}

impl<'b> Text<'b> {
    /// The cell of column number `column` in row number `row`.
    pub(super) fn cell(self, row: usize, column: usize) -> &'b str {
        let at = row * self.batch.columns + column;
        let start = match at {
            0 => 0,
            at => self.batch.ends[at - 1] + 1,
        };
        &self.text[start..self.batch.ends[at]]
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

#[cfg(test)]
mod tests;
