//! What in the values of a token file looks like text: runs of letters, of digits and of UTF-8, each with its
//! place, and a histogram of its bytes.
//!
//! Values repeat: a block key stands in every row of its block, and the filters of a block share bits. What is
//! counted is therefore what is different: a run counts once for each block and place in the value.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::words::Kind;
use crate::error::Result;
use crate::token::TokenFile;

/// Letters of the longest run that is kept.
pub(super) const LONGEST: usize = 24;
/// Runs kept of a column. Of random bytes, more than in a thousand million values.
const MOST_RUNS: usize = 1 << 22;
/// Different letters A-Z, a-z.
const LETTERS: usize = 52;
/// Different runs of three letters as they stand.
pub(super) const TRIGRAMS: usize = LETTERS * LETTERS * LETTERS;

/// A run of bytes that could be text, up to some byte of some value.
#[derive(Clone)]
pub(super) struct Run {
    pub(super) kind: Kind,
    pub(super) row: u64,
    /// The byte of the value that it goes up to, from 0.
    pub(super) end: usize,
    length: u8,
    bytes: [u8; LONGEST],
}

impl Run {
    /// The run itself.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Whether it is `other`, one byte further.
    pub(super) fn follows(&self, other: &Self) -> bool {
        (self.kind, self.row, self.end) == (other.kind, other.row, other.end + 1)
    }
}

/// What was found in a column.
pub(super) struct Column {
    /// Values, and different ones: of filters, different in their block.
    pub(super) values: u64,
    pub(super) distinct: u64,
    /// Of the different values, how often each byte stands in them.
    pub(super) histogram: [u64; 256],
    /// By [`trigram`]: places at which these three letters stand.
    pub(super) trigrams: Vec<u32>,
    pub(super) runs: Vec<Run>,
}

/// The number of three letters as they stand; `None` if one of them is none.
pub(super) fn trigram(bytes: &[u8]) -> Option<usize> {
    let letter = |b: &u8| match b {
        b'A'..=b'Z' => Some(usize::from(b - b'A')),
        b'a'..=b'z' => Some(usize::from(b - b'a') + 26),
        _ => None,
    };
    bytes
        .iter()
        .try_fold(0, |n, b| Some(n * LETTERS + letter(b)?))
}

/// The number of the same three letters in capitals.
pub(super) fn folded(trigram: usize) -> usize {
    let place = |divisor| trigram / divisor % LETTERS % 26;
    (place(LETTERS * LETTERS) * LETTERS + place(LETTERS)) * LETTERS + place(1)
}

/// Goes through the column at `place` of the file, 0 being the record ref; `block` is the place of the block
/// keys of its pass, itself if it is one.
pub(super) fn column(file: &TokenFile, place: usize, block: usize) -> Result<Column> {
    let mut scan = Scan {
        found: Column {
            values: 0,
            distinct: 0,
            histogram: [0; 256],
            trigrams: vec![0; TRIGRAMS],
            runs: Vec::new(),
        },
        hasher: RandomState::new(),
        seen: HashSet::new(),
        counted: HashSet::new(),
        buffer: Vec::new(),
    };
    let places = if place == block {
        vec![place]
    } else {
        vec![block, place]
    };
    file.each_row(&places, |row, values| {
        if let (Some(Some(block)), Some(Some(value))) = (values.first(), values.last()) {
            scan.value(row, block, value);
        }
        Ok(())
    })?;
    Ok(scan.found)
}

struct Scan {
    found: Column,
    hasher: RandomState,
    /// Hashes of values with their blocks.
    seen: HashSet<u64>,
    /// Hashes of runs that were counted, with block and place.
    counted: HashSet<u64>,
    /// The end of the value before, and a value: in the file they stand side by side.
    buffer: Vec<u8>,
}

impl Scan {
    fn value(&mut self, row: u64, block: &[u8], value: &[u8]) {
        self.found.values += 1;
        let tail = self.buffer.len().saturating_sub(LONGEST);
        self.buffer.drain(..tail);
        let start = self.buffer.len();
        self.buffer.extend_from_slice(value);
        let block = self.hasher.hash_one(block);
        if self.seen.insert(self.hasher.hash_one((block, value))) {
            self.found.distinct += 1;
            for byte in value {
                self.found.histogram[usize::from(*byte)] += 1;
            }
        }
        let mut lengths = Lengths::default();
        for at in 0..self.buffer.len() {
            let byte = self.buffer[at];
            let Some((kind, length)) = lengths.next(byte) else {
                continue;
            };
            if at < start || (kind == Kind::Letters && length < 3) {
                continue;
            }
            if kind != Kind::Letters && length < kind.shortest() {
                continue;
            }
            let end = at - start;
            let run = &self.buffer[at + 1 - length.min(LONGEST)..=at];
            if kind == Kind::Letters && end >= 2 {
                let three = &run[run.len() - 3..];
                let key = self.hasher.hash_one((block, end, three));
                if self.counted.insert(key)
                    && let Some(n) = trigram(three)
                {
                    self.found.trigrams[n] += 1;
                }
            }
            if length >= kind.shortest() && self.found.runs.len() < MOST_RUNS {
                // A run that starts in the value before is of no block: each counts once.
                let block = if run.len() > end + 1 { 0 } else { block };
                let key = self.hasher.hash_one((block, end, run));
                if self.counted.insert(key) {
                    let mut bytes = [0; LONGEST];
                    bytes[..run.len()].copy_from_slice(run);
                    self.found.runs.push(Run {
                        kind,
                        row,
                        end,
                        length: run.len() as u8,
                        bytes,
                    });
                }
            }
        }
    }
}

/// How long the run is that a byte ends.
#[derive(Default)]
struct Lengths {
    kind: Option<Kind>,
    length: usize,
    /// Of a character of several bytes: those that are to come, and those that were there.
    missing: usize,
    pending: usize,
}

impl Lengths {
    /// The kind and length of the run up to and with `byte`; `None` if it ends none.
    fn next(&mut self, byte: u8) -> Option<(Kind, usize)> {
        let kind = match byte {
            b if Kind::Letters.has(b) => Kind::Letters,
            b if Kind::Digits.has(b) => Kind::Digits,
            b if Kind::Wide.has(b) => return self.wide(byte),
            _ => {
                *self = Self::default();
                return None;
            }
        };
        if self.kind != Some(kind) {
            *self = Self::default();
            self.kind = Some(kind);
        }
        self.length += 1;
        Some((kind, self.length))
    }

    fn wide(&mut self, byte: u8) -> Option<(Kind, usize)> {
        if self.kind != Some(Kind::Wide) {
            *self = Self::default();
            self.kind = Some(Kind::Wide);
        }
        if byte < 0xc0 {
            if self.missing == 0 {
                self.length = 0;
                return None;
            }
            self.missing -= 1;
            self.pending += 1;
            if self.missing > 0 {
                return None;
            }
            self.length += std::mem::take(&mut self.pending);
            return Some((Kind::Wide, self.length));
        }
        if self.missing > 0 {
            self.length = 0;
        }
        (self.missing, self.pending) = match byte {
            0xc2..=0xdf => (1, 1),
            0xe0..=0xef => (2, 1),
            0xf0..=0xf4 => (3, 1),
            _ => (0, 0),
        };
        if self.missing == 0 {
            self.length = 0;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_have_their_lengths() {
        let mut lengths = Lengths::default();
        let found: Vec<_> = "ab1é語\u{1}語".bytes().map(|b| lengths.next(b)).collect();
        let letters = |n| Some((Kind::Letters, n));
        let wide = |n| Some((Kind::Wide, n));
        assert_eq!(
            found,
            [
                letters(1),
                letters(2),
                Some((Kind::Digits, 1)),
                None,
                wide(2),
                None,
                None,
                wide(5),
                None,
                None,
                None,
                wide(3)
            ]
        );
        // A second byte without a first one.
        assert_eq!(lengths.next(0x80), None);
        assert_eq!(lengths.next(b'x'), letters(1));
    }

    #[test]
    fn trigrams_are_numbered_in_both_cases() {
        let upper = trigram(b"ZYX").unwrap();
        assert_eq!(folded(trigram(b"zyX").unwrap()), upper);
        assert_eq!(folded(upper), upper);
        assert_eq!(trigram(b"Z1X"), None);
        assert!(trigram(b"zzz").unwrap() < TRIGRAMS);
    }
}
