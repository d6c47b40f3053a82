//! All pairs of CLKs that are alike.

use rayon::prelude::*;

use super::{Candidate, blocked};
use crate::clk::{Blocks, Clks};
use crate::matcher::compare::all_pairs::dice::{Alike, reaching};
use crate::token::FilterColumn;

/// The filters of one party, ready to be compared.
pub struct Dataset {
    pub(super) filters: FilterColumn,
    /// Set bits of each.
    weights: Vec<u32>,
    pub(super) blocks: Option<Blocks>,
}

impl Dataset {
    /// The dataset of these CLKs.
    #[must_use]
    pub fn of(clks: Clks) -> Self {
        let (records, width) = (clks.len(), clks.width());
        let mut bits = Vec::with_capacity(records * width.div_ceil(8));
        for clk in clks.iter() {
            for bytes in clk.chunks(8) {
                let mut word = [0; 8];
                word[..bytes.len()].copy_from_slice(bytes);
                bits.push(u64::from_le_bytes(word));
            }
        }
        let weights = (0..records).map(|i| clks.weight(i)).collect();
        Self {
            filters: FilterColumn {
                words: width.div_ceil(8),
                bits,
                present: vec![true; records],
            },
            weights,
            blocks: clks.into_blocks(),
        }
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.weights.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty()
    }

    fn rows(&self) -> Vec<u32> {
        (0..self.len() as u32).collect()
    }
}

impl std::fmt::Debug for Dataset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dataset({} records)", self.len())
    }
}

/// Which pairs are wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The least Dice coefficient, from 0 to 1. At 0 every pair is wanted.
    pub threshold: f64,
    /// Of each record at most so many, in each other dataset; all if not given.
    pub k: Option<u32>,
}

/// A pair of two datasets, by record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pair {
    pub(super) score: f64,
    pub(super) left: u32,
    pub(super) right: u32,
}

/// Pairs of records that are alike.
#[derive(Debug)]
pub struct Similar {
    /// Two datasets, and their pairs: the most alike first, then by records. In the order of the datasets.
    lists: Vec<([u32; 2], Vec<Pair>)>,
}

impl Similar {
    /// Their number.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.lists.iter().map(|(_, pairs)| pairs.len() as u64).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The pairs in anonlink's order: the most alike first, then by datasets, then by records.
    pub fn iter(&self) -> impl Iterator<Item = Candidate> {
        let mut next = vec![0; self.lists.len()];
        let score = move |next: &[usize], list: usize| {
            let (_, pairs) = &self.lists[list];
            pairs.get(next[list]).map(|pair| pair.score)
        };
        let mut current = 0;
        let mut last = f64::NAN;
        std::iter::from_fn(move || {
            // Of one list all with one score come together.
            if score(&next, current).is_none_or(|s| s.total_cmp(&last).is_ne()) {
                let lists = (0..self.lists.len()).rev();
                let heads = lists.filter_map(|list| Some((score(&next, list)?, list)));
                // The last of those that are greatest: the first list.
                (last, current) = heads.max_by(|a, b| a.0.total_cmp(&b.0))?;
            }
            let (datasets, pairs) = &self.lists[current];
            let pair = pairs[next[current]];
            next[current] += 1;
            Some(Candidate {
                score: pair.score,
                datasets: *datasets,
                records: [pair.left, pair.right],
            })
        })
    }
}

/// Number of pairs that [`similar`] compares.
#[must_use]
pub fn comparisons(datasets: &[Dataset]) -> u64 {
    pairs_of(datasets)
        .map(|(_, a, b)| match (&a.blocks, &b.blocks) {
            (Some(x), Some(y)) => blocked::comparisons(x, y),
            _ => a.len() as u64 * b.len() as u64,
        })
        .sum()
}

/// Every pair of records of two datasets that is wanted. Where datasets have blocks, records are compared that share
/// one. `told` is called with numbers of pairs that have been compared.
///
/// All filters must be of one length, and either all datasets have blocks or none.
#[must_use]
pub fn similar(datasets: &[Dataset], wanted: Wanted, told: &(dyn Fn(u64) + Sync)) -> Similar {
    let lists = pairs_of(datasets).map(|(numbers, a, b)| {
        let mut pairs = match (&a.blocks, &b.blocks) {
            (Some(x), Some(y)) => blocked::pairs((a, x), (b, y), wanted, told),
            _ => {
                let mut pairs = compared((a, &a.rows()), (b, &b.rows()), wanted, told, |_, _| true);
                pairs.par_sort_unstable_by(by_score);
                if let Some(k) = wanted.k {
                    first_of_left(&mut pairs, k, a.len());
                }
                pairs
            }
        };
        if let Some(k) = wanted.k {
            limit(&mut pairs, k, (a.len(), b.len()));
        }
        (numbers, pairs)
    });
    Similar {
        lists: lists.collect(),
    }
}

/// Every two datasets with their numbers, in order.
fn pairs_of(datasets: &[Dataset]) -> impl Iterator<Item = ([u32; 2], &Dataset, &Dataset)> {
    let numbered = move || (0u32..).zip(datasets);
    numbered().flat_map(move |(i, a)| {
        let later = numbered().skip(i as usize + 1);
        later.map(move |(j, b)| ([i, j], a, b))
    })
}

/// The pairs of some records that reach the threshold and that `is_wanted`, in no order to rely on.
pub(super) fn compared(
    (left, rows): (&Dataset, &[u32]),
    (right, columns): (&Dataset, &[u32]),
    wanted: Wanted,
    told: &(dyn Fn(u64) + Sync),
    is_wanted: impl Fn(u32, u32) -> bool + Sync,
) -> Vec<Pair> {
    let keep = |alike: Alike| {
        let weight = left.weights[alike.left as usize];
        let is_kept = is_in_reach(weight, alike.weight - weight, wanted.threshold)
            && is_wanted(alike.left, alike.right);
        is_kept.then(|| Pair {
            score: alike.dice(),
            left: alike.left,
            right: alike.right,
        })
    };
    let sides = ((&left.filters, rows), (&right.filters, columns));
    reaching(sides.0, sides.1, wanted.threshold, keep, told)
}

/// Whether anonlink compares two filters with so many set bits, whose coefficient reaches the threshold.
///
/// It leaves out those whose weights differ by more than 2 a (1 / t - 1), which no pair that reaches t does. It computes
/// that in doubles and cuts off what is behind the point: at some thresholds, 0.75 and 0.95 among them but not 0.7, 0.8, 0.85 or 0.9,
/// it so loses pairs that are at the threshold exactly, where the second filter has all bits of the first. So do we.
fn is_in_reach(a: u32, b: u32, threshold: f64) -> bool {
    if threshold <= 0.0 {
        return true;
    }
    let most = f64::from(2 * a) * (1.0 / threshold - 1.0);
    f64::from(a.abs_diff(b)) <= most.trunc()
}

/// The order of pairs of two datasets.
pub(super) fn by_score(a: &Pair, b: &Pair) -> std::cmp::Ordering {
    let key = |p: &Pair| (p.left, p.right);
    b.score
        .total_cmp(&a.score)
        .then_with(|| key(a).cmp(&key(b)))
}

/// Keeps of each left record the first `k`.
fn first_of_left(pairs: &mut Vec<Pair>, k: u32, records: usize) {
    let mut seen = vec![0u32; records];
    pairs.retain(|pair| {
        let seen = &mut seen[pair.left as usize];
        *seen += 1;
        *seen <= k
    });
}

/// Keeps of pairs in order those that are among the first `k` of both their records. As in anonlink, a pair counts
/// for either record also if it is not kept.
fn limit(pairs: &mut Vec<Pair>, k: u32, (left, right): (usize, usize)) {
    let (mut of_left, mut of_right) = (vec![0u32; left], vec![0u32; right]);
    pairs.retain(|pair| {
        let (left, right) = (
            &mut of_left[pair.left as usize],
            &mut of_right[pair.right as usize],
        );
        *left += 1;
        *right += 1;
        *left <= k && *right <= k
    });
}
