//! Columns of names that a system has cut at a fixed length.
//!
//! Where a field holds, say, 20 letters, the names that were longer all have 20, and stand in a pile
//! at the end of the column's lengths. Names that were not cut thin out towards the longest.

use std::hash::{BuildHasher as _, RandomState};

/// A pile is looked for between these lengths, in letters.
const SHORTEST: usize = 5;
const LONGEST: usize = 40;
/// Different names that a pile has at least. One name that stands often (`No Middle Name`) is none.
const LEAST: usize = 5;
/// How many times the names that are one letter shorter it outnumbers.
const OUTNUMBERS: u64 = 3;
/// The part of the rows that it is at least: one in this many.
const ROWS: u64 = 1000;

/// A column whose names seem to have been cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutColumn {
    /// Its header, as the file spells it.
    pub header: String,
    /// The length at which it was cut, in letters: 5 to 40.
    pub letters: usize,
    /// Rows whose name has this length.
    pub rows: u64,
}

/// How many names of one column have which length. Of a fixed size, whatever the file.
pub(super) struct Lengths {
    /// By length; the last place is of all that are longer.
    counts: [u64; LONGEST + 2],
    /// Hashes of different names of the greatest length so far, up to [`LEAST`].
    different: Vec<u64>,
    greatest: usize,
    rows: u64,
    hasher: RandomState,
}

impl Lengths {
    pub(super) fn new() -> Self {
        Self {
            counts: [0; LONGEST + 2],
            different: Vec::with_capacity(LEAST),
            greatest: 0,
            rows: 0,
            hasher: RandomState::new(),
        }
    }

    /// Counts the cell of one row.
    pub(super) fn add(&mut self, cell: &str) {
        self.rows += 1;
        // PERF: most cells are ASCII, where bytes are letters.
        let letters = if cell.is_ascii() {
            cell.len()
        } else {
            cell.chars().count()
        };
        let letters = letters.min(LONGEST + 1);
        self.counts[letters] += 1;
        if letters < self.greatest || letters < SHORTEST {
            return;
        }
        if letters > self.greatest {
            self.greatest = letters;
            self.different.clear();
        }
        if self.different.len() < LEAST {
            let hash = self.hasher.hash_one(cell);
            if !self.different.contains(&hash) {
                self.different.push(hash);
            }
        }
    }

    /// The length at which the column seems to have been cut, and the rows that have it.
    pub(super) fn cut(&self) -> Option<(usize, u64)> {
        let letters = self.greatest;
        if !(SHORTEST..=LONGEST).contains(&letters) || self.different.len() < LEAST {
            return None;
        }
        let (pile, before) = (self.counts[letters], self.counts[letters - 1]);
        let is_pile = pile > OUTNUMBERS * before && pile * ROWS >= self.rows;
        is_pile.then_some((letters, pile))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The finding for a column with this many different names of each length.
    fn found(lengths: &[(usize, usize)]) -> Option<(usize, u64)> {
        let mut column = Lengths::new();
        for &(letters, names) in lengths {
            for i in 0..names {
                column.add(&format!("{i:0letters$}"));
            }
        }
        column.cut()
    }

    #[test]
    fn a_pile_at_the_greatest_length_is_a_cut() {
        assert_eq!(found(&[(6, 900), (9, 20), (10, 61)]), Some((10, 61)));
        assert_eq!(found(&[(6, 900), (9, 20), (10, 60)]), None);
        assert_eq!(found(&[(6, 5000), (19, 1), (20, 6)]), Some((20, 6)));
        assert_eq!(found(&[(6, 7000), (19, 1), (20, 6)]), None);
        // Too few, too short, too long; longer names behind the pile.
        assert_eq!(found(&[(6, 900), (10, 4)]), None);
        assert_eq!(found(&[(3, 90), (4, 900)]), None);
        assert_eq!(found(&[(6, 900), (41, 50)]), None);
        assert_eq!(found(&[(6, 900), (10, 61), (11, 1)]), None);
    }

    #[test]
    fn one_name_that_stands_often_is_no_cut() {
        let mut column = Lengths::new();
        for _ in 0..500 {
            column.add("Q");
            column.add("No Middle Name");
        }
        assert_eq!(column.cut(), None);
    }

    #[test]
    fn letters_are_counted_and_not_bytes() {
        let mut column = Lengths::new();
        for first in ["Á", "É", "Í", "Ó", "Ú"] {
            column.add(&format!("{first}ñññññ"));
        }
        assert_eq!(column.cut(), Some((6, 5)));
    }
}
