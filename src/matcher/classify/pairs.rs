//! The pairs that met, with what is known of each by number: what is known is one of a few thousand
//! kinds, of which each is worked out once.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::cells::code;
use super::evidence::{Evidence, Pair};
use crate::error::Result;
use crate::matcher::rows::{Allowance, Row, Rows};

/// All that tells one pair from another but who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The passes in which they met, bit 0 for the first.
    pub passes: u16,
    /// What the passes say together.
    pub evidence: Evidence,
    /// What those say that do not hold the whole birthdate, if the pair met in one.
    pub apart: Option<Evidence>,
}

impl Kind {
    /// A number that no other kind has.
    fn code(&self) -> u128 {
        let apart = self.apart.as_ref().map_or(0, |a| code(a) + 1);
        u128::from(apart) << 64 | u128::from(code(&self.evidence)) << 16 | u128::from(self.passes)
    }
}

/// A hash of numbers that nobody chooses to collide.
#[derive(Debug, Default)]
struct Folded(u64);

impl Hasher for Folded {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u128(u128::from(*b)));
    }

    fn write_u128(&mut self, n: u128) {
        // Both halves by odd numbers, the upper bits of the product down to where a table looks.
        let product = (u128::from(self.0 ^ n as u64) ^ 0x9e37_79b9_7f4a_7c15)
            .wrapping_mul(0xd6e8_feb8_6659_fd93)
            .wrapping_add((n >> 64).wrapping_mul(0xa076_1d64_78bd_642f));
        self.0 = product as u64 ^ (product >> 64) as u64 ^ product as u64 >> 32;
    }
}

/// Kinds, numbered in the order in which they first occur, and how often each does.
#[derive(Debug, Default)]
struct Kinds {
    all: Vec<Kind>,
    counts: Vec<u64>,
    numbers: HashMap<u128, u32, BuildHasherDefault<Folded>>,
}

impl Kinds {
    /// The number of `kind`, of which there are `count` more.
    fn number(&mut self, kind: Kind, count: u64) -> u32 {
        let next = self.all.len() as u32;
        let number = *self.numbers.entry(kind.code()).or_insert(next);
        if number == next {
            self.all.push(kind);
            self.counts.push(0);
        }
        self.counts[number as usize] += count;
        number
    }
}

/// Some pairs that follow each other, put together by one thread.
#[derive(Debug, Default)]
pub struct Part {
    rows: Vec<Row>,
    kinds: Kinds,
}

impl Part {
    /// Takes in a pair, with its evidence without the passes that hold the whole birthdate.
    pub fn put(&mut self, pair: Pair, apart: Option<Evidence>) {
        let kind = Kind {
            passes: pair.passes,
            evidence: pair.evidence,
            apart,
        };
        let number = self.kinds.number(kind, 1);
        self.rows.push([pair.left, pair.right, number]);
    }
}

/// Pairs of records, each a [`Row`] of both records' indices and an index into [`Pairs::kinds`], in the order
/// in which they were put.
#[derive(Debug, Default)]
pub struct Pairs {
    rows: Rows,
    kinds: Kinds,
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

    /// Takes in the pairs that follow.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if they do not fit into memory and cannot be written.
    pub fn put(&mut self, mut part: Part) -> Result<()> {
        let kinds = part.kinds.all.iter().zip(part.kinds.counts);
        let numbers: Vec<u32> = kinds
            .map(|(kind, count)| self.kinds.number(*kind, count))
            .collect();
        for row in &mut part.rows {
            row[2] = numbers[row[2] as usize];
        }
        self.rows.put(&part.rows)
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

    /// Calls `each` with the pairs as they were put, each once, many at a time.
    ///
    /// # Errors
    /// [`Class::Io`](crate::error::Class::Io) if they are in a file that cannot be read.
    pub fn each(&self, each: impl FnMut(&[Row])) -> Result<()> {
        self.rows.each(each)
    }

    /// The kinds that occur, by number.
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds.all
    }

    /// What `of` makes of each kind, by its number.
    pub(super) fn by_kind<T>(&self, of: impl Fn(&Kind) -> T) -> Vec<T> {
        self.kinds().iter().map(of).collect()
    }

    /// The kinds that occur, and how many pairs are of each.
    pub(super) fn counted(&self) -> impl Iterator<Item = (&Kind, f64)> {
        let times = if self.is_mirrored { 2.0 } else { 1.0 };
        let counts = self.kinds.counts.iter().map(move |n| times * *n as f64);
        self.kinds().iter().zip(counts)
    }

    /// Calls `each` with all pairs, and again with their ends exchanged where they are mirrored.
    pub(super) fn each_way(&self, mut each: impl FnMut(&[Row])) -> Result<()> {
        self.each(&mut each)?;
        if self.is_mirrored {
            let mut exchanged = Vec::new();
            self.each(|rows| {
                for rows in rows.chunks(EXCHANGED) {
                    exchanged.clear();
                    exchanged.extend(
                        rows.iter()
                            .map(|[left, right, kind]| [*right, *left, *kind]),
                    );
                    each(&exchanged);
                }
            })?;
        }
        Ok(())
    }
}

/// Pairs whose ends are exchanged at a time.
const EXCHANGED: usize = 1 << 18;
