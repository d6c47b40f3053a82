//! Reading a whole log: every entry in its form, each chained to the one before.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::entry::{Entry, MAX_LINE};
use super::log::ending;
use crate::error::{Error, Result};
use crate::units::Fingerprint;

/// A log that was read through.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Its entries, in order.
    pub entries: Vec<Entry>,
    /// Bytes of an unfinished line at its end, which was never acknowledged. 0 if there is none.
    pub torn: u64,
    /// Numbers of entries whose time is before that of the one before: a clock that was set back.
    pub back_in_time: Vec<u64>,
}

impl Checked {
    /// The hash of the last entry, which stands for all of them; zeros for an empty log.
    #[must_use]
    pub fn last(&self) -> Fingerprint {
        self.entries.last().map_or(Fingerprint([0; 32]), |e| e.hash)
    }
}

/// Reads and checks the log at `path`. A copy will do: nothing is written or locked, and nothing else is looked at.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) with the line if an entry is not in its form, was changed, is
/// missing, doubled or out of order; [`Class::Io`](crate::error::Class::Io).
pub fn read(path: &Path) -> Result<Checked> {
    let io = |e| Error::io("read", path, e);
    let mut reader = BufReader::new(File::open(path).map_err(io)?);
    let mut checked = Checked {
        entries: Vec::new(),
        torn: 0,
        back_in_time: Vec::new(),
    };
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        number += 1;
        // No more than a line can have: the file may be anything.
        let most = MAX_LINE as u64 + 2;
        let n = Read::by_ref(&mut reader)
            .take(most)
            .read_until(b'\n', &mut line);
        if n.map_err(io)? == 0 {
            return Ok(checked);
        }
        let bad = |what: &str| Error::input(path, format!("the entry {what}")).line(number);
        let entry = if line.last() == Some(&b'\n') {
            line.pop();
            Entry::parse(&line).map_err(bad)?
        } else if let Some(entry) = ending(&line).map_err(bad)? {
            entry
        } else {
            checked.torn = line.len() as u64;
            return Ok(checked);
        };
        checked.add(entry).map_err(|what| bad(&what))?;
    }
}

impl Checked {
    /// Takes the next entry, if it follows on the last.
    fn add(&mut self, entry: Entry) -> std::result::Result<(), String> {
        let expected = self.entries.len() as u64 + 1;
        if entry.seq != expected {
            return Err(format!(
                "has the number {}, expected {expected}: entries are missing, doubled or out of order",
                entry.seq
            ));
        }
        if entry.previous != self.last() {
            return Err(
                "does not follow on the one before it, which was replaced or left out".to_owned(),
            );
        }
        if self
            .entries
            .last()
            .is_some_and(|last| entry.time < last.time)
        {
            self.back_in_time.push(entry.seq);
        }
        self.entries.push(entry);
        Ok(())
    }
}
