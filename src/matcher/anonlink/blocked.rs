//! Pairs of records that share a block.

use std::collections::HashMap;

use rayon::prelude::*;

use super::similarity::{Dataset, Pair, Wanted, by_score, compared};
use crate::clk::Blocks;

/// The blocks that two datasets share, and who is in them.
struct Shared {
    /// Blocks of each record on the right by the numbers of the left, ascending; one list after the other.
    of_right: Vec<u32>,
    ends: Vec<usize>,
    left: Members,
    right: Members,
}

/// Records by block, ascending.
struct Members {
    ends: Vec<usize>,
    records: Vec<u32>,
}

impl Members {
    /// Of `blocks` blocks, by the blocks of each record.
    fn of<'b>(blocks: usize, of_records: impl Iterator<Item = &'b [u32]> + Clone) -> Self {
        let mut ends = vec![0; blocks + 1];
        for &block in of_records.clone().flatten() {
            ends[block as usize + 1] += 1;
        }
        for i in 1..ends.len() {
            ends[i] += ends[i - 1];
        }
        let mut records = vec![0; ends[blocks]];
        // What starts where each block starts ends, once all are in their places, where it ends.
        for (record, of_record) in of_records.enumerate() {
            for &block in of_record {
                let place = &mut ends[block as usize];
                records[*place] = record as u32;
                *place += 1;
            }
        }
        ends.pop();
        Self { ends, records }
    }

    fn block(&self, block: usize) -> &[u32] {
        let start = if block == 0 { 0 } else { self.ends[block - 1] };
        &self.records[start..self.ends[block]]
    }
}

impl Shared {
    fn of(left: &Blocks, right: &Blocks) -> Self {
        let numbers: HashMap<&str, u32> = left.ids().iter().map(String::as_str).zip(0..).collect();
        let translated: Vec<Option<u32>> = right
            .ids()
            .iter()
            .map(|id| numbers.get(id.as_str()).copied())
            .collect();
        let (mut of_right, mut ends) = (Vec::new(), Vec::with_capacity(right.records()));
        for record in 0..right.records() {
            let start = of_right.len();
            let blocks = right.of_record(record).iter();
            of_right.extend(blocks.filter_map(|&block| translated[block as usize]));
            of_right[start..].sort_unstable();
            ends.push(of_right.len());
        }
        let count = left.ids().len();
        let lists = (0..right.records()).map(|record| list(&of_right, &ends, record));
        let right = Members::of(count, lists);
        let left = Members::of(
            count,
            (0..left.records()).map(|record| left.of_record(record)),
        );
        Self {
            of_right,
            ends,
            left,
            right,
        }
    }

    /// The members of each block that both have.
    fn blocks(&self) -> Vec<(u32, &[u32], &[u32])> {
        let all =
            (0..self.left.ends.len()).map(|b| (b as u32, self.left.block(b), self.right.block(b)));
        all.filter(|(_, a, b)| !a.is_empty() && !b.is_empty())
            .collect()
    }

    /// The first block that two records share; `of_left` are those of the left one.
    fn first(&self, of_left: &[u32], right: u32) -> Option<u32> {
        let of_right = list(&self.of_right, &self.ends, right as usize);
        let (mut i, mut j) = (0, 0);
        while i < of_left.len() && j < of_right.len() {
            match of_left[i].cmp(&of_right[j]) {
                std::cmp::Ordering::Less => i += 1,
                std::cmp::Ordering::Greater => j += 1,
                std::cmp::Ordering::Equal => return Some(of_left[i]),
            }
        }
        None
    }
}

/// List number `i` of lists that end at `ends`.
fn list<'l>(lists: &'l [u32], ends: &[usize], i: usize) -> &'l [u32] {
    let start = if i == 0 { 0 } else { ends[i - 1] };
    &lists[start..ends[i]]
}

/// Number of pairs in all blocks that two datasets share.
pub(super) fn comparisons(left: &Blocks, right: &Blocks) -> u64 {
    let shared = Shared::of(left, right);
    let blocks = shared.blocks();
    blocks
        .iter()
        .map(|(_, a, b)| a.len() as u64 * b.len() as u64)
        .sum()
}

/// The pairs that are wanted among those that share a block, each once and in order. With `k`, of each left record the
/// first `k` of each of its blocks.
pub(super) fn pairs(
    (a, left): (&Dataset, &Blocks),
    (b, right): (&Dataset, &Blocks),
    wanted: Wanted,
    told: &(dyn Fn(u64) + Sync),
) -> Vec<Pair> {
    let shared = Shared::of(left, right);
    let in_block = |&(block, rows, columns): &(u32, &[u32], &[u32])| {
        let sides = ((a, rows), (b, columns));
        let Some(k) = wanted.k else {
            let is_first =
                |i: u32, j: u32| shared.first(left.of_record(i as usize), j) == Some(block);
            return compared(sides.0, sides.1, wanted, told, is_first);
        };
        let mut pairs = compared(sides.0, sides.1, wanted, told, |_, _| true);
        pairs.sort_unstable_by(|x, y| x.left.cmp(&y.left).then_with(|| by_score(x, y)));
        let firsts = pairs.chunk_by(|x, y| x.left == y.left);
        firsts
            .flat_map(|of_one| of_one.iter().take(k as usize))
            .copied()
            .collect()
    };
    let found: Vec<Vec<Pair>> = shared.blocks().par_iter().map(in_block).collect();
    let mut all = Vec::with_capacity(found.iter().map(Vec::len).sum());
    for mut some in found {
        all.append(&mut some);
    }
    all.par_sort_unstable_by(by_score);
    all.dedup();
    all
}
