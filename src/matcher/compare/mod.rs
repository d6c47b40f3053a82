//! Filters to similarities: how alike are the pairs of a block?
//!
//! A similarity is kept as a [`Level`]: the estimated share of common q-grams in coarse steps, so
//! that filters of different sizes and foldings speak one language.

mod all_pairs;
pub mod kernel;
mod level;
mod screen;

pub use all_pairs::Approximate;
pub use level::{ABSENT, EXACT, LOWEST, Level, NOISE, Scale, TOP};

use rayon::prelude::*;
use screen::Opposite;

use super::block::{Block, Joined, join};
use crate::project::{BlockFeature, Fill, Filter, FilterFeature, Pass, Schema};
use crate::token::{FilterColumn, PassTokens};

/// Candidate pairs of one task.
const TASK_PAIRS: u64 = 1 << 20;

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
    /// The meetings kept, in the order of their blocks.
    pub meetings: Vec<Meeting>,
    /// How the pairs were found, if not all were looked for.
    pub approximate: Option<Approximate>,
}

impl PassResult {
    fn of(joined: &Joined, meetings: Vec<Meeting>) -> Self {
        Self {
            candidates: joined.pairs(),
            blocks: joined.blocks.len() as u64,
            largest: joined.blocks.iter().map(Block::pairs).max().unwrap_or(0),
            meetings,
            approximate: None,
        }
    }
}

/// Compares all pairs inside the blocks that two parties share in a pass.
///
/// In a pass whose block does not hold a whole name, pairs whose names are less alike than
/// chance noise allows to tell are counted as candidates but not kept; nor are, in a classic
/// schema, those whose Dice coefficient is below the schema's.
///
/// `is_within`: both are the same party. Then each pair is kept once, and nobody meets themselves.
///
/// `approximate`: in a classic schema, about this share of the pairs at or above its Dice coefficient is
/// enough; see [`can_approximate`].
#[must_use]
pub fn pass(
    schema: &Schema,
    number: usize,
    left: &PassTokens,
    right: &PassTokens,
    is_within: bool,
    approximate: Option<f64>,
) -> PassResult {
    let pass = &schema.passes[number];
    let joined = join(left, right);
    let scales: Vec<Scale> = pass
        .filters
        .iter()
        .map(|f| Scale::of(f, schema.dice))
        .collect();
    if can_approximate(schema) {
        let (sides, how) = ((left, right), (number, is_within));
        let (meetings, approximate) =
            all_pairs::meetings(&joined, sides, &scales[0], how, approximate);
        return PassResult {
            approximate,
            ..PassResult::of(&joined, meetings)
        };
    }
    let screen = screen(pass);
    let ordered = screen.map(|f| {
        (
            gather(&left.filters[f], &joined.left),
            gather(&right.filters[f], &joined.right),
        )
    });
    let least = screen.map_or(LOWEST, |f| {
        scales[f].least(
            joined.pairs(),
            (joined.left.len() + joined.right.len()) as u64,
        )
    });
    // What is known of tokens `i` and `j` in block order, as a meeting. `known`: a filter and its level.
    let meeting = |(i, j): (usize, usize), size: u8, known: Option<(usize, Level)>| {
        let (x, y) = (joined.left[i] as usize, joined.right[j] as usize);
        if is_within && left.records[x] >= right.records[y] {
            return None;
        }
        let mut levels = 0;
        for (f, scale) in scales.iter().enumerate() {
            let level = match known {
                Some((k, level)) if k == f => level,
                _ => match (left.filters[f].get(x), right.filters[f].get(y)) {
                    (Some(a), Some(b)) => scale.level_of(a, b),
                    _ => ABSENT,
                },
            };
            levels |= u32::from(level) << (4 * f);
        }
        Some(Meeting {
            left: left.records[x],
            right: right.records[y],
            pass: number as u8,
            size,
            levels,
        })
    };
    let compare = |blocks: &Vec<Block>| {
        let mut found = Vec::new();
        let mut opposite = Opposite::default();
        for block in blocks {
            let size = size(block, is_within);
            let all = block.right.clone();
            let (Some(f), Some((a, b))) = (screen, &ordered) else {
                let pairs = block
                    .left
                    .clone()
                    .flat_map(|i| all.clone().map(move |j| (i, j)));
                found.extend(pairs.filter_map(|pair| meeting(pair, size, None)));
                continue;
            };
            opposite.fill(&scales[f], b, all.clone());
            for i in block.left.clone() {
                if a.present[i] {
                    opposite.alike(&scales[f], b, a.row(i), least, |j, level| {
                        found.extend(meeting((i, j), size, Some((f, level))));
                    });
                    let absent = opposite.absent().iter();
                    found.extend(absent.filter_map(|&j| meeting((i, j), size, None)));
                } else {
                    found.extend(all.clone().filter_map(|j| meeting((i, j), size, None)));
                }
            }
        }
        found
    };
    // Collected in task order: the same result at any number of threads.
    let found: Vec<Vec<Meeting>> = joined.tasks(TASK_PAIRS).par_iter().map(compare).collect();
    PassResult::of(&joined, found.concat())
}

/// Numbers of others up to this many, of both parties together, are told apart one by one.
const ONE_BY_ONE: usize = 32;
/// Steps in each doubling above.
const STEPS: f64 = 8.0;

/// [`Meeting::size`] of the pairs of a block. Inside one party, both tokens of a pair are on each side.
#[must_use]
pub fn size(block: &Block, is_within: bool) -> u8 {
    let pair = if is_within { 4 } else { 2 };
    let both = (block.whole_left + block.right.len()).saturating_sub(pair);
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

/// The filter by whose level candidate pairs are kept or dropped, if the pass needs one: the one
/// of most bits among those of names, where the block does not hold a whole name.
fn screen(pass: &Pass) -> Option<usize> {
    let whole = [
        BlockFeature::First,
        BlockFeature::FirstPart,
        BlockFeature::Last,
        BlockFeature::LastPart,
        BlockFeature::Names,
    ];
    if pass.block.iter().any(|b| whole.contains(b)) {
        return None;
    }
    let names = [FilterFeature::First, FilterFeature::Last];
    let of_names = |f: &Filter| f.of.iter().any(|x| names.contains(x));
    (0..pass.filters.len())
        .filter(|&i| of_names(&pass.filters[i]))
        .max_by_key(|&i| pass.filters[i].bits)
}

/// The filters of `column` in the order of `order`, so that a block is read front to back.
fn gather(column: &FilterColumn, order: &[u32]) -> FilterColumn {
    let mut out = FilterColumn {
        words: column.words,
        bits: Vec::with_capacity(order.len() * column.words),
        present: Vec::with_capacity(order.len()),
    };
    for &i in order {
        out.bits.extend_from_slice(column.row(i as usize));
        out.present.push(column.present[i as usize]);
    }
    out
}

/// Whether pairs of `schema` can be searched for approximately: it is a classic one, linked by Dice.
#[must_use]
pub fn can_approximate(schema: &Schema) -> bool {
    schema.is_classic()
        && schema
            .passes
            .iter()
            .flat_map(|p| &p.filters)
            .all(is_classic)
}

/// Whether a filter is of the classic kind, compared by Dice.
pub(super) fn is_classic(filter: &Filter) -> bool {
    matches!(filter.fill, Fill::Fixed(_))
}
