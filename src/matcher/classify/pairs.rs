//! The pairs that met, with what is known of each by number: what is known is one of a few thousand
//! kinds, of which each is worked out once.

use std::collections::HashMap;

use super::evidence::{Evidence, Pair};
use crate::error::Result;
use crate::matcher::rows::{Allowance, Rows};

/// All that tells one pair from another but who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kind {
    /// The passes in which they met, bit 0 for the first.
    pub passes: u16,
    /// What the passes say together.
    pub evidence: Evidence,
    /// What those say that do not hold the whole birthdate, if the pair met in one.
    pub apart: Option<Evidence>,
}

/// A pair of records and the number of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Index of the first party's record.
    pub left: u32,
    /// Index of the second party's record.
    pub right: u32,
    /// Index into [`Pairs::kinds`].
    pub kind: u32,
}

/// Pairs of records, in the order in which they were put.
#[derive(Debug, Default)]
pub struct Pairs {
    rows: Rows,
    kinds: Vec<Kind>,
    counts: Vec<u64>,
    numbers: HashMap<Kind, u32>,
    /// Each pair also counts with its ends exchanged.
    is_mirrored: bool,
}

impl Pairs {
    /// None yet. They go to a temporary file where they are more than the allowance.
    #[must_use]
    pub fn new(allowance: Option<Allowance>) -> Self {
        Self {
            rows: Rows::new(allowance),
            ..Self::default()
        }
    }

    /// Takes in pairs, each with its evidence without the passes that hold the whole birthdate.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if they do not fit into memory and cannot be written.
    pub fn put(&mut self, pairs: impl IntoIterator<Item = (Pair, Option<Evidence>)>) -> Result<()> {
        for (pair, apart) in pairs {
            let kind = Kind {
                passes: pair.passes,
                evidence: pair.evidence,
                apart,
            };
            let next = self.kinds.len() as u32;
            let number = *self.numbers.entry(kind).or_insert(next);
            if number == next {
                self.kinds.push(kind);
                self.counts.push(0);
            }
            self.counts[number as usize] += 1;
            self.rows.put([pair.left, pair.right, number])?;
        }
        Ok(())
    }

    /// The same, with each pair counted also with its ends exchanged: as if a file were linked with a copy
    /// of itself, in which nobody is the same record.
    #[must_use]
    pub fn mirrored(self) -> Self {
        Self {
            is_mirrored: true,
            ..self
        }
    }

    /// Calls `each` with the pairs as they were put, each once.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if they are in a file that cannot be read.
    pub fn each(&self, mut each: impl FnMut(Row)) -> Result<()> {
        self.rows
            .each(|[left, right, kind]| each(Row { left, right, kind }))
    }

    /// The kinds that occur, by number.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// What `of` makes of each kind, by its number.
    pub(super) fn by_kind<T>(&self, of: impl Fn(&Kind) -> T) -> Vec<T> {
        self.kinds.iter().map(of).collect()
    }

    /// The kinds that occur, and how many pairs are of each.
    pub(super) fn counted(&self) -> impl Iterator<Item = (&Kind, f64)> {
        let times = if self.is_mirrored { 2.0 } else { 1.0 };
        let counts = self.counts.iter().map(move |n| times * *n as f64);
        self.kinds.iter().zip(counts)
    }

    /// Calls `each` with all pairs, and again with their ends exchanged where they are mirrored.
    pub(super) fn each_way(&self, mut each: impl FnMut(Row)) -> Result<()> {
        self.each(&mut each)?;
        if self.is_mirrored {
            self.each(|row| {
                each(Row {
                    left: row.right,
                    right: row.left,
                    ..row
                });
            })?;
        }
        Ok(())
    }
}
