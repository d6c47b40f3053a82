//! Rows that cannot be divided into their cells: left out of a file that is good otherwise.

use std::fmt;
use std::path::Path;

use super::Delimiter;
use crate::error::Error;

/// Rows that are named one by one in a message.
const SHOWN: usize = 20;
/// Rows that are kept at most: a file of more bad ones is refused, however long it is.
const MOST: usize = 1 << 20;

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
    Delimiter {
        /// By which.
        found: Delimiter,
        /// By which those of the first row are.
        expected: Delimiter,
    },
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
            Self::Delimiter { found, expected } => {
                let (expected, found) = (expected.name(), found.name());
                write!(
                    f,
                    "expected cells divided by {expected}, as in the first line, found {found}"
                )
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
            Self::Delimiter { .. } => "two exports were put together: export all as one",
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
#[derive(Debug, Clone, Default)]
pub struct BadRows {
    rows: Vec<BadRow>,
    /// Rows in all.
    pub(super) seen: u64,
}

impl BadRows {
    /// Takes in one more of the file `name`.
    pub(super) fn add(&mut self, row: BadRow, name: &Path) -> Result<(), Error> {
        self.rows.push(row);
        if self.rows.len() > MOST {
            return self.check(0.0, name);
        }
        Ok(())
    }

    /// All of them.
    #[must_use]
    pub fn rows(&self) -> &[BadRow] {
        &self.rows
    }

    /// A line for each of the first 20, with what is wrong, and one that counts the rest.
    #[must_use]
    pub fn shown(&self) -> Vec<String> {
        let shown = self.rows.iter().take(SHOWN);
        let mut lines: Vec<String> = shown
            .map(|row| format!("line {}: {}", row.line, row.fault))
            .collect();
        if self.rows.len() > SHOWN {
            lines.push(format!("and {} more", self.rows.len() - SHOWN));
        }
        lines
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
        let hint = format!(
            "{}; to leave such rows out, say with --max-bad how many in a hundred may be",
            first.fault.hint()
        );
        let error = if n == 1 {
            Error::input(name, first.fault.to_string())
        } else {
            let problem = format!("{n} of {} rows cannot be read", self.seen);
            Error::input(name, problem).details(self.shown())
        };
        Err(error.line(first.line).hint(hint))
    }
}
