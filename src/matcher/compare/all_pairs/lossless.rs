//! Every pair that reaches the threshold.

use rayon::prelude::*;

use super::bound::Bound;
use super::side::{Side, rarest_first};
use crate::matcher::compare::kernel::planes::{BLOCK, Columns, Near, Rows, Width};

/// Rows of the left side that go through a block together: their lists of bits fit the second cache,
/// as do a block's planes.
const CHUNK: usize = 256;
/// Blocks of the right side in a task: so many that listing the bits of a chunk is little beside.
const GROUP: usize = 2048;

/// A pair that is kept, by token, with its common bits and the sum of its weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub(super) left: u32,
    pub(super) right: u32,
    pub(super) common: u32,
    pub(super) weight: u32,
}

/// What `keep` makes of every pair of `left` and `right` that `bound` keeps. `is_same`: both are the same side, and each pair is
/// looked at once.
///
/// Lossless: a pair is left out only where the bits that the left filter has and the right one
/// lacks, among those looked at, are more than [`Bound::slack`] allows; the rest is counted in full.
///
/// In the order of tasks, which depends on the two sides only.
pub(super) fn search<T: Send>(
    left: &Side<'_>,
    right: &Side<'_>,
    bound: &Bound,
    is_same: bool,
    keep: impl Fn(Found) -> Option<T> + Sync,
) -> Vec<T> {
    let columns = Columns::new(left.words(), &rarest_first(left, right).1);
    let planes = right.planes(&columns);
    let chunks = left.len().div_ceil(CHUNK);
    let groups = planes.blocks().div_ceil(GROUP);
    let search = |task: usize| {
        let (chunk, group) = (task / groups * CHUNK, task % groups * GROUP);
        let chunk = chunk..left.len().min(chunk + CHUNK);
        let mut rows = Rows::default();
        rows.fill(&columns, chunk.clone().map(|i| left.row(i)));
        let width = Width::best();
        let (mut near, mut pairs, mut common) = (Vec::new(), Vec::new(), Vec::new());
        let mut found = Vec::new();
        for block in group..planes.blocks().min(group + GROUP) {
            let lanes = block * BLOCK..right.len().min((block + 1) * BLOCK);
            if is_same && lanes.end <= chunk.start {
                continue;
            }
            let weights = &right.weights()[lanes.clone()];
            let which = slacks(bound, &left.weights()[chunk.clone()], weights);
            near.clear();
            width.near((&planes, block), &rows, &which, &mut near);
            let position = |n: &Near| (chunk.start + n.row as usize, lanes.start + n.lane as usize);
            if is_same {
                near.retain(|n| {
                    let (i, j) = position(n);
                    i < j
                });
            }
            let token = |n: &Near| {
                let (i, j) = position(n);
                (left.tokens()[i], right.tokens()[j])
            };
            pairs.clear();
            pairs.extend(near.iter().map(token));
            common.clear();
            let words = (left.all_words(), right.all_words());
            width.common(words, left.words(), &pairs, &mut common);
            for (n, &common) in near.iter().zip(&common) {
                let (i, j) = position(n);
                let weight = left.weights()[i] + right.weights()[j];
                if common >= bound.least(weight) {
                    let (left, right) = token(n);
                    found.extend(keep(Found {
                        left,
                        right,
                        common,
                        weight,
                    }));
                }
            }
        }
        found
    };
    let tasks = (0..chunks * groups).into_par_iter();
    let found: Vec<Vec<T>> = tasks.map(search).collect();
    found.into_iter().flatten().collect()
}

/// The rows whose weights are `rows` that may be kept with one of a block whose weights are `weights`,
/// ascending, each with how many bits it may miss.
fn slacks(bound: &Bound, rows: &[u32], weights: &[u32]) -> Vec<(u32, u32)> {
    let (lightest, heaviest) = (weights[0], weights[weights.len() - 1]);
    let mut number = 0;
    let mut which = Vec::with_capacity(rows.len());
    for equal in rows.chunk_by(|a, b| a == b) {
        if let Some(slack) = bound.slack(equal[0], lightest, heaviest) {
            which.extend((number..).take(equal.len()).map(|row| (row, slack)));
        }
        number += equal.len() as u32;
    }
    which
}
