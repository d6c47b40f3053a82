//! Every pair that reaches the threshold.

use rayon::prelude::*;

use super::bound::Bound;
use super::side::Side;
use crate::matcher::compare::kernel::Tier;
use crate::matcher::compare::kernel::planes::{
    BLOCK, Columns, MOST_PLANES, MOST_SLACK, Near, Planes, Rows,
};

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

/// The right side, ready to be searched.
pub(super) struct Lossless<'s, 't> {
    right: &'s Side<'t>,
    bound: &'s Bound,
    columns: Columns,
    planes: Planes,
}

impl<'s, 't> Lossless<'s, 't> {
    /// Puts `right` into planes, the only copy of the filters of either side. `rarest_first`: its bits
    /// in the order of search. Of very wide filters only the rarest have planes.
    pub(super) fn new(right: &'s Side<'t>, rarest_first: &[u16], bound: &'s Bound) -> Self {
        let rarest_first = &rarest_first[..rarest_first.len().min(MOST_PLANES)];
        let columns = Columns::new(right.words(), rarest_first);
        let planes = right.planes(&columns);
        Self {
            right,
            bound,
            columns,
            planes,
        }
    }

    /// The planes of the right side, and the columns that they are of.
    pub(super) fn planes(&self) -> (&Columns, &Planes) {
        (&self.columns, &self.planes)
    }

    /// What `keep` makes of every pair of `left` and the right side that the bound keeps. `is_same`:
    /// both are the same side, and each pair is looked at once.
    ///
    /// Lossless: a pair is left out only where the bits that the left filter has and the right one
    /// lacks, among those looked at, are more than [`Bound::slack`] allows; all others are counted in
    /// full.
    ///
    /// In the order of tasks, which depends on the two sides only. `told` is called with numbers of pairs that are
    /// done.
    pub(super) fn search<T: Send>(
        &self,
        left: &Side<'_>,
        is_same: bool,
        keep: impl Fn(Found) -> Option<T> + Sync,
        told: impl Fn(u64) + Sync,
    ) -> Vec<T> {
        let chunks = left.len().div_ceil(CHUNK);
        let groups = self.planes.blocks().div_ceil(GROUP);
        let search = |task: usize| {
            let (chunk, group) = (task / groups * CHUNK, task % groups * GROUP);
            let chunk = chunk..left.len().min(chunk + CHUNK);
            let mut rows = Rows::default();
            rows.fill(&self.columns, chunk.clone().map(|i| left.row(i)));
            let mut verify = Verify::new((left, self.right), self.bound);
            let mut found = Vec::new();
            for block in group..self.planes.blocks().min(group + GROUP) {
                let lanes = block * BLOCK..self.right.len().min((block + 1) * BLOCK);
                if is_same && lanes.end <= chunk.start {
                    continue;
                }
                let weights = &self.right.weights()[lanes.clone()];
                let which = slacks(self.bound, &left.weights()[chunk.clone()], weights);
                verify.near((&self.planes, block), &rows, &which, |near| {
                    let (i, j) = (
                        chunk.start + near.row as usize,
                        lanes.start + near.lane as usize,
                    );
                    (!is_same || i < j).then_some((i, j))
                });
                verify.kept(|pair| found.extend(keep(pair)));
            }
            let lanes = self.right.len().min((group + GROUP) * BLOCK) - group * BLOCK;
            told(chunk.len() as u64 * lanes as u64);
            found
        };
        let tasks = (0..chunks * groups).into_par_iter();
        let found: Vec<Vec<T>> = tasks.map(search).collect();
        // Each is gone as soon as it is taken over: there may be very many.
        let mut all = Vec::with_capacity(found.iter().map(Vec::len).sum());
        for mut some in found {
            all.append(&mut some);
        }
        all
    }
}

/// Pairs that planes have not ruled out, to be counted in full.
struct Verify<'s, 't> {
    left: &'s Side<'t>,
    right: &'s Side<'t>,
    bound: &'s Bound,
    tier: Tier,
    near: Vec<Near>,
    tokens: Vec<(u32, u32)>,
    weights: Vec<u32>,
    common: Vec<u32>,
}

impl<'s, 't> Verify<'s, 't> {
    fn new((left, right): (&'s Side<'t>, &'s Side<'t>), bound: &'s Bound) -> Self {
        Self {
            left,
            right,
            bound,
            tier: Tier::best(),
            near: Vec::new(),
            tokens: Vec::new(),
            weights: Vec::new(),
            common: Vec::new(),
        }
    }

    /// Takes the pairs of rows `which` and of a block that planes do not rule out, in the place of those
    /// that were there. `place` gives their places on both sides, or drops them.
    fn near(
        &mut self,
        block: (&Planes, usize),
        rows: &Rows,
        which: &[(u32, u32)],
        place: impl Fn(&Near) -> Option<(usize, usize)>,
    ) {
        self.near.clear();
        self.tier.near(block, rows, which, &mut self.near);
        self.tokens.clear();
        self.weights.clear();
        for (i, j) in self.near.iter().filter_map(place) {
            let (left, right) = (self.left, self.right);
            self.tokens.push((left.tokens()[i], right.tokens()[j]));
            self.weights.push(left.weights()[i] + right.weights()[j]);
        }
    }

    /// Calls `keep` with those that the bound keeps.
    fn kept(&mut self, mut keep: impl FnMut(Found)) {
        self.common.clear();
        let words = (self.left.all_words(), self.right.all_words());
        self.tier
            .common_of_pairs(words, self.left.words(), &self.tokens, &mut self.common);
        let counts = self.common.iter().zip(&self.weights);
        for (&(left, right), (&common, &weight)) in self.tokens.iter().zip(counts) {
            if common >= self.bound.least(weight) {
                keep(Found {
                    left,
                    right,
                    common,
                    weight,
                });
            }
        }
    }
}

/// The rows whose weights are `rows` that may be kept with one of a block whose weights are `weights`,
/// ascending, each with how many bits it may miss.
fn slacks(bound: &Bound, rows: &[u32], weights: &[u32]) -> Vec<(u32, u32)> {
    let (lightest, heaviest) = (weights[0], weights[weights.len() - 1]);
    let mut number = 0;
    let mut which = Vec::with_capacity(rows.len());
    for equal in rows.chunk_by(|a, b| a == b) {
        if let Some(slack) = bound.slack(equal[0], lightest, heaviest) {
            let slack = slack.min(MOST_SLACK);
            which.extend((number..).take(equal.len()).map(|row| (row, slack)));
        }
        number += equal.len() as u32;
    }
    which
}
