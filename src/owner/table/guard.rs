//! A reader that watches the bytes on their way to the `csv` crate.
//!
//! The crate reads anything: text after a closing quote, a quote that is never closed, a record as
//! large as the file. A student file with such a fault has lost or merged rows, so it is refused
//! here, with the line, before memory is spent. The guard also notes the line on which each
//! record starts, since the crate's own count is one short after CRLF and empty lines.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::Path;

use crate::error::Error;

/// The largest record, in bytes.
pub(super) const MAX_RECORD: usize = 1 << 20;

/// Where the next byte stands. The same states as the `csv` crate has for these rules: `"` opens
/// only at the start of a cell, `""` inside quotes is one quote, a line break outside ends the record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    RecordStart,
    CellStart,
    Plain,
    Quoted,
    /// After a quote inside quotes: the end of the cell, or the first half of `""`.
    QuoteSeen,
    /// After CR outside quotes; only CR and LF may follow.
    CrSeen,
}

#[derive(Clone, Copy)]
enum Fault {
    Nul,
    Unclosed,
    TooLong,
    TooLongInQuotes,
    LoneCr,
}

pub(super) struct Guard<R> {
    inner: R,
    delimiter: u8,
    /// Bytes that mean something outside quotes, the delimiter apart.
    stops: [bool; 256],
    state: State,
    line: u64,
    /// The line of the quote that was opened last.
    quote_line: u64,
    /// Bytes of the current record in earlier chunks.
    carried: usize,
    starts: VecDeque<u64>,
    /// The line on which the current record starts.
    record_line: u64,
    /// Where records start in which a quoted cell goes on after its closing mark.
    faulty: VecDeque<u64>,
    fault: Option<(Fault, u64)>,
}

impl<R: Read> Guard<R> {
    pub(super) fn new(inner: R, delimiter: u8) -> Self {
        let mut stops = [false; 256];
        for byte in *b"\"\n\r\0" {
            stops[usize::from(byte)] = true;
        }
        Self {
            inner,
            delimiter,
            stops,
            state: State::RecordStart,
            line: 1,
            quote_line: 1,
            carried: 0,
            starts: VecDeque::new(),
            record_line: 1,
            faulty: VecDeque::new(),
            fault: None,
        }
    }

    /// The line on which the next record that the `csv` crate returns has started.
    pub(super) fn next_start(&mut self) -> Option<u64> {
        self.starts.pop_front()
    }

    /// Whether in the record that starts on this line a quoted cell goes on after its closing mark. To be asked
    /// once of each record, in order.
    pub(super) fn is_faulty(&mut self, line: u64) -> bool {
        while self.faulty.front().is_some_and(|l| *l < line) {
            self.faulty.pop_front();
        }
        self.faulty.front() == Some(&line)
    }

    /// What made the last read fail, if it was the content of the file.
    pub(super) fn fault(&self, path: &Path) -> Option<Error> {
        let (fault, line) = self.fault?;
        let (problem, hint) = match fault {
            Fault::Nul => (
                "a NUL byte, which text does not contain",
                "save the file as \"CSV UTF-8\"",
            ),
            Fault::Unclosed => (
                "a quotation mark opens a cell here and is never closed",
                "close it, or write it twice inside a quoted cell",
            ),
            Fault::TooLong => (
                "a record of more than 1 MiB",
                "is this a table of students, one line each?",
            ),
            Fault::TooLongInQuotes => (
                "a record of more than 1 MiB: a quotation mark opens a cell here and is not closed",
                "close it, or write it twice inside a quoted cell",
            ),
            Fault::LoneCr => (
                "a line ends with a carriage return alone",
                "save the file with line ends of Windows (CRLF) or Unix (LF)",
            ),
        };
        Some(Error::input(path, problem).line(line).hint(hint))
    }

    /// Follows `chunk`; returns how many of its bytes may pass. Fewer than all means a fault.
    fn scan(&mut self, chunk: &[u8]) -> usize {
        use State as S;
        let mut state = self.state;
        // Where the current record starts in this chunk; what came before is in `carried`.
        let mut start = 0;
        let mut i = 0;
        while i < chunk.len() {
            if matches!(state, S::Plain | S::CellStart) {
                // PERF: outside quotes, cells need not be looked at one by one.
                let stops = |&b: &u8| self.stops[usize::from(b)];
                let n = chunk[i..].iter().position(stops).unwrap_or(chunk.len() - i);
                i += n;
                if n > 0 {
                    state = if chunk[i - 1] == self.delimiter {
                        S::CellStart
                    } else {
                        S::Plain
                    };
                }
                if i == chunk.len() {
                    break;
                }
            }
            let byte = chunk[i];
            if byte == 0 {
                return self.stop(Fault::Nul, self.line, i);
            }
            state = match (state, byte) {
                (S::Quoted, b'"') => S::QuoteSeen,
                (S::Quoted, _) => {
                    self.line += u64::from(byte == b'\n');
                    S::Quoted
                }
                (S::QuoteSeen, b'"') => S::Quoted,
                (S::CrSeen, b'\r') => S::CrSeen,
                (S::RecordStart, b'\r') => S::CrSeen,
                (_, b'\n') => {
                    if state != S::RecordStart && self.carried + (i - start) > MAX_RECORD {
                        return self.stop_long(state, i);
                    }
                    self.line += 1;
                    self.carried = 0;
                    start = i + 1;
                    S::RecordStart
                }
                (S::CrSeen, _) => return self.stop(Fault::LoneCr, self.line, i),
                (_, b'\r') => S::CrSeen,
                // The `csv` crate goes on as if the cell were not quoted, and so does this.
                (S::QuoteSeen, b) if b != self.delimiter => {
                    if self.faulty.back() != Some(&self.record_line) {
                        self.faulty.push_back(self.record_line);
                    }
                    S::Plain
                }
                (from, b) => {
                    if from == S::RecordStart {
                        self.starts.push_back(self.line);
                        self.record_line = self.line;
                        self.carried = 0;
                        start = i;
                    }
                    if b == self.delimiter {
                        S::CellStart
                    } else if b == b'"' && from != S::Plain {
                        self.quote_line = self.line;
                        S::Quoted
                    } else {
                        S::Plain
                    }
                }
            };
            i += 1;
        }
        self.carried += i - start;
        self.state = state;
        if self.carried > MAX_RECORD {
            return self.stop_long(state, i);
        }
        i
    }

    fn stop_long(&mut self, state: State, at: usize) -> usize {
        if state == State::Quoted {
            self.stop(Fault::TooLongInQuotes, self.quote_line, at)
        } else {
            self.stop(Fault::TooLong, self.line, at)
        }
    }

    fn stop(&mut self, fault: Fault, line: u64, at: usize) -> usize {
        self.fault = Some((fault, line));
        at
    }
}

impl<R: Read> Read for Guard<R> {
    /// Gives the bytes before a fault, then fails; [`Guard::fault`] says why.
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.fault.is_none() {
            let n = self.inner.read(buf)?;
            if n == 0 {
                if self.state != State::Quoted {
                    return Ok(0);
                }
                self.stop(Fault::Unclosed, self.quote_line, 0);
            } else {
                let good = self.scan(&buf[..n]);
                if good > 0 {
                    return Ok(good);
                }
            }
        }
        Err(io::Error::from(io::ErrorKind::InvalidData))
    }
}
