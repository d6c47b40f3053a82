//! The pairs inside blocks: how alike they are, and which are kept.

use std::ops::Range;

use rayon::prelude::*;

use super::screen::Opposite;
use super::{ABSENT, Approximate, Level, Meeting, Scale, Source, all_pairs, can_approximate, size};
use crate::error::Result;
use crate::matcher::block::{Block, tasks};
use crate::project::{BlockFeature, Filter, FilterFeature, Pass, Schema};
use crate::token::{FilterColumn, Keys};

/// Candidate pairs of a block of classic filters from which it is searched as a whole.
const GIANT: u64 = 1 << 20;
/// Candidate pairs of one task.
const TASK_PAIRS: u64 = 1 << 20;

/// One party's tokens in block order: those of a range of all that meet somebody.
pub(super) struct Side {
    pub(super) range: Range<usize>,
    pub(super) records: Vec<u32>,
    pub(super) filters: Vec<FilterColumn>,
}

impl Side {
    /// Reads the filters of the tokens in `range` of `order`, each to its place.
    pub(super) fn read<S: Source>(
        source: &S,
        keys: &Keys,
        order: &[u32],
        range: Range<usize>,
    ) -> Result<Self> {
        let order = &order[range.clone()];
        // Tokens are in the order of their rows: in that of tokens, places are in that of rows.
        let mut place_of = vec![u32::MAX; keys.rows.len()];
        for (place, token) in order.iter().enumerate() {
            place_of[*token as usize] = place as u32;
        }
        let wanted = keys
            .rows
            .iter()
            .zip(place_of)
            .filter(|(_, p)| *p != u32::MAX);
        let (rows, places): (Vec<u32>, Vec<u32>) = wanted.unzip();
        Ok(Self {
            range,
            records: order.iter().map(|t| keys.records[*t as usize]).collect(),
            filters: source.filters((&rows, &places), order.len())?,
        })
    }

    /// Where the tokens in a range of all that meet somebody are here.
    fn places(&self, range: &Range<usize>) -> Range<usize> {
        range.start - self.range.start..range.end - self.range.start
    }
}

/// How the pairs of a pass are compared, and which of them are kept.
pub(super) struct Comparison {
    pass: u8,
    scales: Vec<Scale>,
    /// The filter that decides which are kept, if one does, and from which level on.
    screen: Option<(usize, Level)>,
    is_within: bool,
    /// All filters are classic ones.
    is_classic: bool,
    /// Whether who has no filter meets nobody, since a pair is kept for its likeness alone.
    is_by_likeness: bool,
}

impl Comparison {
    /// For pass `number` of `schema` with so many candidate pairs of so many tokens.
    pub(super) fn of(
        schema: &Schema,
        number: usize,
        (pairs, tokens): (u64, u64),
        is_within: bool,
    ) -> Self {
        let pass = &schema.passes[number];
        let scale = |f| Scale::of(f, schema.dice).by(schema.similarity);
        let scales: Vec<Scale> = pass.filters.iter().map(scale).collect();
        Self {
            pass: number as u8,
            screen: match schema.is_classic() {
                true => Some(0),
                false => screen(pass),
            }
            .map(|f| (f, scales[f].least(pairs, tokens))),
            scales,
            is_within,
            is_classic: can_approximate(schema),
            is_by_likeness: schema.is_classic(),
        }
    }

    /// Whether a block is large enough to be searched as a whole rather than pair by pair.
    pub(super) fn is_giant(&self, block: &Block) -> bool {
        self.is_classic && block.pairs() >= GIANT
    }

    /// The meetings kept of a giant block.
    pub(super) fn all_pairs(
        &self,
        (left, right): (&Side, &Side),
        block: &Block,
        asked: Option<f64>,
    ) -> (Vec<Meeting>, Option<Approximate>) {
        let is_one = std::ptr::eq(left, right) && block.left == block.right;
        let rows = (left, left.places(&block.left));
        let columns = (right, right.places(&block.right));
        let how = (self.pass, self.is_within, is_one);
        let size = size(block, self.is_within);
        all_pairs::meetings(rows, columns, &self.scales[0], size, how, asked)
    }

    /// Tokens whose filters take up to `bytes` bytes, 2 or more.
    pub(super) fn tokens(&self, bytes: u64) -> usize {
        let each: usize = self.scales.iter().map(|s| s.bits() / 8 + 1).sum();
        usize::try_from(bytes / each as u64)
            .unwrap_or(usize::MAX)
            .max(2)
    }

    /// The meetings kept of all pairs in `blocks`, in their order.
    pub(super) fn all(
        &self,
        left: &Side,
        right: &Side,
        blocks: &[Block],
        told: &(dyn Fn(u64) + Sync),
    ) -> Vec<Meeting> {
        // Collected in task order: the same result at any number of threads.
        let found: Vec<Vec<Meeting>> = tasks(blocks, TASK_PAIRS)
            .par_iter()
            .map(|task| {
                let found = self.task(left, right, task);
                told(task.iter().map(Block::pairs).sum());
                found
            })
            .collect();
        found.concat()
    }

    fn task(&self, left: &Side, right: &Side, blocks: &[Block]) -> Vec<Meeting> {
        let mut found = Vec::new();
        let mut opposite = Opposite::default();
        for block in blocks {
            let size = size(block, self.is_within);
            let own = left.places(&block.left);
            let others = right.places(&block.right);
            let meeting = |i, j, known| self.meeting((left, i), (right, j), size, known);
            let Some((f, least)) = self.screen else {
                let pairs = own.flat_map(|i| others.clone().map(move |j| (i, j)));
                found.extend(pairs.filter_map(|(i, j)| meeting(i, j, None)));
                continue;
            };
            let (a, b) = (&left.filters[f], &right.filters[f]);
            opposite.fill(&self.scales[f], b, others.clone());
            opposite.alike(
                &self.scales[f],
                (a, own.clone()),
                b,
                least,
                |i, j, level| {
                    found.extend(meeting(i, j, Some((f, level))));
                },
            );
            if self.is_by_likeness {
                continue;
            }
            for i in own {
                if a.present[i] {
                    let absent = opposite.absent().iter();
                    found.extend(absent.filter_map(|&j| meeting(i, j, None)));
                } else {
                    found.extend(others.clone().filter_map(|j| meeting(i, j, None)));
                }
            }
        }
        found
    }

    /// What is known of two tokens that meet. `known`: a filter and its level.
    fn meeting(
        &self,
        (left, i): (&Side, usize),
        (right, j): (&Side, usize),
        size: u8,
        known: Option<(usize, Level)>,
    ) -> Option<Meeting> {
        if self.is_within && left.records[i] >= right.records[j] {
            return None;
        }
        let mut levels = 0;
        for (f, scale) in self.scales.iter().enumerate() {
            let level = match known {
                Some((k, level)) if k == f => level,
                _ => match (left.filters[f].get(i), right.filters[f].get(j)) {
                    (Some(a), Some(b)) => scale.level_of(a, b),
                    _ => ABSENT,
                },
            };
            levels |= u32::from(level) << (4 * f);
        }
        Some(Meeting {
            left: left.records[i],
            right: right.records[j],
            pass: self.pass,
            size,
            levels,
        })
    }
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
