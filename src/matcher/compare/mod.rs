//! Filters to similarities: how alike are the pairs of a block?
//!
//! A similarity is kept as a [`Level`]: the estimated share of common q-grams in coarse steps, so
//! that filters of different sizes and foldings speak one language.

pub(in crate::matcher) mod all_pairs;
mod buckets;
mod comparison;
mod gathering;
pub mod kernel;
mod level;
mod pass;
mod rehearsal;
pub mod run;
mod screen;
mod source;
mod spill;

pub use all_pairs::Approximate;
pub use buckets::Buckets;
pub use gathering::Gathering;
pub use level::{ABSENT, EXACT, LOWEST, Level, NOISE, Scale, TOP};
pub use rehearsal::{Rehearsal, rehearse};
pub use run::Run;
pub use source::{Divided, InFile, Source};
pub use spill::{Spilled, divide};

pub use pass::{InMemory, Keep, pass};

use super::block::{Block, OverCap};
use crate::project::{Fill, Filter, Schema};

/// Two records that share a block of a pass, and how alike their filters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Meeting {
    /// Index of the first party's record.
    pub left: u32,
    /// Index of the second party's record.
    pub right: u32,
    /// Number of the pass.
    pub pass: u8,
    /// How many others are in the block, in steps: see [`others`].
    pub size: u8,
    /// A [`Level`] for each filter of the pass, 4 bits each, the first in the lowest bits.
    pub levels: u32,
}

impl Meeting {
    /// The level of filter number `filter` of the pass.
    #[must_use]
    pub fn level(&self, filter: usize) -> Level {
        (self.levels >> (4 * filter) & 15) as Level
    }
}

/// What one pass gave.
#[derive(Debug)]
pub struct PassResult {
    /// Candidate pairs: all pairs inside the shared blocks.
    pub candidates: u64,
    /// Number of shared blocks.
    pub blocks: u64,
    /// Candidate pairs of the largest block.
    pub largest: u64,
    /// Blocks left out since they are too large.
    pub over_cap: OverCap,
    /// Tokens of both parties in whose block the other has none.
    pub met_nobody: u64,
    /// Records of each party that have a token in the pass.
    pub people: (u64, u64),
    /// The meetings kept.
    pub kept: Kept,
    /// How the pairs were found, if not all were looked for.
    pub approximate: Option<Approximate>,
}

/// Meetings of a pass that are kept.
#[derive(Debug)]
pub enum Kept {
    /// One by one, in a run for each part of the work.
    Listed(Vec<Run>),
    /// All that there are, in a pass without filters.
    Buckets(Buckets),
}

impl Kept {
    /// Their number.
    #[must_use]
    pub fn meetings(&self) -> u64 {
        match self {
            Self::Listed(runs) => runs.iter().map(Run::len).sum(),
            Self::Buckets(buckets) => buckets.meetings(),
        }
    }
}

/// What bounds the work of a pass.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Candidate pairs of a block from which it is left out.
    pub block_pairs: u64,
    /// Bytes of filters, of both parties together, that are in memory at a time. More are read part by
    /// part, a large block in pieces.
    pub filter_bytes: u64,
    /// In a classic schema, about this share of the pairs at or above its coefficient is enough; see
    /// [`can_approximate`].
    pub approximate: Option<f64>,
}

/// Candidate pairs of a block that are compared unless another cap is given: minutes of work.
pub const BLOCK_PAIRS: u64 = 20_000_000_000;

impl Default for Limits {
    fn default() -> Self {
        Self {
            block_pairs: BLOCK_PAIRS,
            filter_bytes: u64::MAX,
            approximate: None,
        }
    }
}

/// Numbers of others up to this many, of both parties together, are told apart one by one.
const ONE_BY_ONE: usize = 32;
/// Steps in each doubling above.
const STEPS: f64 = 8.0;

/// [`Meeting::size`] of the pairs of a block. Inside one party, both tokens of a pair are on each side.
#[must_use]
pub fn size(block: &Block, is_within: bool) -> u8 {
    let pair = if is_within { 4 } else { 2 };
    let both = block.whole.saturating_sub(pair);
    if both <= ONE_BY_ONE {
        return both as u8;
    }
    let steps = (both as f64 / ONE_BY_ONE as f64).log2() * STEPS;
    (ONE_BY_ONE as f64 + steps) as u8
}

/// How many other tokens of each party, in the mean of both parties, are in the block of a pair with
/// this [`Meeting::size`].
#[must_use]
pub fn others(size: u8) -> f64 {
    let steps = f64::from(size) - ONE_BY_ONE as f64;
    let both = if steps <= 0.0 {
        f64::from(size)
    } else {
        ONE_BY_ONE as f64 * (steps / STEPS).exp2()
    };
    both / 2.0
}

/// Whether pairs of `schema` can be searched for approximately: it is a classic one, linked by a coefficient
/// of all that is known of a person.
#[must_use]
pub fn can_approximate(schema: &Schema) -> bool {
    schema.is_classic()
        && schema.passes.iter().all(|p| {
            let [filter] = p.filters.as_slice() else {
                return false;
            };
            is_classic(filter)
        })
}

/// Whether a filter is of the classic kind, compared by Dice.
pub(super) fn is_classic(filter: &Filter) -> bool {
    matches!(filter.fill, Fill::Fixed(_))
}
