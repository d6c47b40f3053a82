//! What divides the cells of a text: which characters may, and which one does by its first line.

use std::io::Read;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::owner::source::Source;

/// How much of the text is looked at.
const LOOK: u64 = 1 << 16;

/// The character between two cells of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// The tabulator.
    Tab,
    /// `|`
    Pipe,
    /// `;`
    Semicolon,
    /// `^`
    Caret,
}

impl Delimiter {
    /// Every delimiter; the first is taken where the header line has only one cell.
    pub const ALL: [Self; 5] = [
        Self::Comma,
        Self::Tab,
        Self::Pipe,
        Self::Semicolon,
        Self::Caret,
    ];

    /// The character as a byte.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
            Self::Semicolon => b';',
            Self::Caret => b'^',
        }
    }

    /// Its name: `comma`, `tab`, `pipe`, `semicolon`, `caret`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Comma => "comma",
            Self::Tab => "tab",
            Self::Pipe => "pipe",
            Self::Semicolon => "semicolon",
            Self::Caret => "caret",
        }
    }

    /// The delimiter of a text, by its first line.
    pub(super) fn of(source: &Source) -> Result<Self> {
        let mut start = Vec::new();
        source
            .open()?
            .take(LOOK)
            .read_to_end(&mut start)
            .map_err(|e| source.error(e))?;
        Ok(Self::guess(&start))
    }

    /// The delimiter that cuts the first line that is not empty into most cells.
    fn guess(text: &[u8]) -> Self {
        let mut counts = [0_usize; Self::ALL.len()];
        let mut quoted = false;
        let line = text.iter().skip_while(|b| matches!(b, b'\r' | b'\n'));
        for &byte in line {
            match byte {
                b'"' => quoted = !quoted,
                b'\r' | b'\n' if !quoted => break,
                _ if quoted => {}
                _ => {
                    if let Some(i) = Self::ALL.iter().position(|d| d.byte() == byte) {
                        counts[i] += 1;
                    }
                }
            }
        }
        // Of equal counts the first in the list wins: a comma, if there is none of them at all.
        let most = counts.iter().copied().max().unwrap_or(0);
        let winner = counts.iter().position(|&n| n == most).unwrap_or(0);
        Self::ALL[winner]
    }
}

impl FromStr for Delimiter {
    type Err = Error;

    /// Reads the name, the character itself, or `\t`.
    ///
    /// # Errors
    /// [`Class::Usage`](crate::error::Class::Usage) for anything else.
    fn from_str(s: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|d| s == d.name() || s.as_bytes() == [d.byte()])
            .or((s == "\\t").then_some(Self::Tab))
            .ok_or_else(|| {
                Error::usage("this character cannot divide the cells of a row")
                    .hint("one of comma, tab, pipe, semicolon, caret")
            })
    }
}
