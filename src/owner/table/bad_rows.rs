//! Rows that cannot be divided into their cells: left out of a file that is good otherwise.

use std::fmt;
use std::path::Path;

use super::Delimiter;
use crate::error::Error;

/// Rows that are named one by one in a message.
const SHOWN: usize = 20;

/// The share of the rows that may be left out, if nothing else is said.
pub const MAX_BAD: f64 = 0.01;

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// More or fewer cells than the first row.
    Cells {
        /// How many it has.
        found: usize,
        /// How many were expected.
        width: usize,
    },
    /// Its cells are divided by another character than those of the first row.
    Delimiter(Delimiter),
    /// A cell that starts with a quotation mark goes on after its closing one.
    Quote,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cells { found, width } => {
                write!(
                    f,
                    "expected {width} cells, as in the first line, found {found}"
                )
            }
            Self::Delimiter(delimiter) => {
                write!(f, "its cells are divided by a {}", delimiter.name())
            }
            Self::Quote => f.write_str(
                "a cell that starts with a quotation mark goes on after its closing one",
            ),
        }
    }
}

impl Fault {
    fn hint(self) -> &'static str {
        match self {
            Self::Cells { .. } => {
                "a cell that contains the delimiter must stand in quotation marks"
            }
            Self::Delimiter(_) => "two exports were put together: export all as one",
            Self::Quote => "inside a quoted cell, a quotation mark must be written twice",
        }
    }
}

/// A row that was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRow {
    /// The line on which it starts.
    pub line: u64,
    /// Why.
    pub fault: Fault,
}

/// The rows that were left out so far, in the order of the file.
#[derive(Debug, Default)]
pub struct BadRows {
    rows: Vec<BadRow>,
    /// Rows in all.
    pub(super) seen: u64,
}

impl BadRows {
    pub(super) fn add(&mut self, row: BadRow) {
        self.rows.push(row);
    }

    /// All of them.
    #[must_use]
    pub fn rows(&self) -> &[BadRow] {
        &self.rows
    }

    /// Fails if they are more than this share of all rows of the file `name`, 0 to 1.
    pub(super) fn check(&self, most: f64, name: &Path) -> Result<(), Error> {
        let n = self.rows.len();
        let [first, ..] = self.rows[..] else {
            return Ok(());
        };
        if n as f64 <= most * self.seen as f64 {
            return Ok(());
        }
        if n == 1 {
            let e = Error::input(name, first.fault.to_string()).line(first.line);
            return Err(e.hint(first.fault.hint()));
        }
        let problem = format!("{n} of {} rows cannot be read", self.seen);
        let shown = self.rows.iter().take(SHOWN);
        let mut more: Vec<String> = shown
            .map(|row| format!("line {}: {}", row.line, row.fault))
            .collect();
        if n > SHOWN {
            more.push(format!("and {} more", n - SHOWN));
        }
        let hint = format!(
            "{}; to leave such rows out, say --max-bad and the percentage that may be",
            first.fault.hint()
        );
        Err(Error::input(name, problem)
            .line(first.line)
            .details(more)
            .hint(hint))
    }
}
