//! Belief propagation, one connected part of the graph of candidates after the other.

use rayon::prelude::*;

use super::Scored;
use super::union::root;

/// Messages that change by less than this have settled.
const SETTLED: f64 = 1e-9;
/// Rounds at most; the messages of this model always settle, mostly within a few.
const MAX_ROUNDS: usize = 200;
/// Pairs that a thread takes at a time, as whole parts.
const TASK_PAIRS: usize = 1 << 12;

/// Fills in the probabilities. The message from one end of a pair is the chance that the end is
/// free, were the pair not there: 1 / (1 + sum over its other pairs of odds x message).
///
/// PERF: most parts of the graph are a pair or two and settle at once; only those few that have not
/// settled go on.
pub(super) fn propagate(pairs: &mut [Scored], records: (usize, usize)) {
    let parts = parts(pairs, records);
    let tasks: Vec<&[(u32, u32)]> = tasks(&parts);
    let all: &[Scored] = pairs;
    let found: Vec<Vec<f64>> = tasks
        .par_iter()
        .map(|task| {
            let parts = task.chunk_by(|a, b| a.0 == b.0);
            parts.flat_map(|part| settle(all, part)).collect()
        })
        .collect();
    for ((_, pair), probability) in parts.iter().zip(found.into_iter().flatten()) {
        pairs[*pair as usize].probability = probability;
    }
}

/// The number of a connected part and the index of a pair in it, in ascending order.
fn parts(pairs: &[Scored], records: (usize, usize)) -> Vec<(u32, u32)> {
    let mut parent: Vec<u32> = (0..(records.0 + records.1) as u32).collect();
    let right = |p: &Scored| records.0 as u32 + p.right;
    for p in pairs {
        let (a, b) = (root(&mut parent, p.left), root(&mut parent, right(p)));
        // The smaller number leads, whatever the order of the pairs.
        parent[a.max(b) as usize] = a.min(b);
    }
    let mut parts: Vec<(u32, u32)> = pairs
        .iter()
        .enumerate()
        .map(|(i, p)| (root(&mut parent, p.left), i as u32))
        .collect();
    parts.par_sort_unstable();
    parts
}

/// Whole parts, some together.
fn tasks(parts: &[(u32, u32)]) -> Vec<&[(u32, u32)]> {
    let mut tasks = Vec::new();
    let (mut start, mut end) = (0, 0);
    for part in parts.chunk_by(|a, b| a.0 == b.0) {
        end += part.len();
        if end - start >= TASK_PAIRS {
            tasks.push(&parts[start..end]);
            start = end;
        }
    }
    if start < end {
        tasks.push(&parts[start..end]);
    }
    tasks
}

/// The probabilities of the pairs of one part, in its order.
fn settle(all: &[Scored], part: &[(u32, u32)]) -> Vec<f64> {
    let pairs = || part.iter().map(|(_, i)| &all[*i as usize]);
    let odds: Vec<f64> = pairs().map(|p| p.odds).collect();
    let mut left = Ends::of(pairs().map(|p| p.left).collect());
    let mut right = Ends::of(pairs().map(|p| p.right).collect());
    let mut from_left = vec![1.0f64; odds.len()];
    let mut from_right = vec![1.0f64; odds.len()];
    for _ in 0..MAX_ROUNDS {
        let change = left
            .update(&odds, &from_right, &mut from_left, &mut right)
            .max(right.update(&odds, &from_left, &mut from_right, &mut left));
        if part.len() > 10000 {
            let st = left.is_stale.iter().filter(|s| **s).count();
            eprintln!(
                "DBG part {} lefts {} stale {} change {change:e}",
                part.len(),
                left.is_stale.len(),
                st
            );
        }
        if change < SETTLED {
            break;
        }
    }
    let messages = from_left.iter().zip(&from_right);
    odds.iter()
        .zip(messages)
        .map(|(odds, (l, r))| {
            let weight = odds * l * r;
            weight / (1.0 + weight)
        })
        .collect()
}

/// The records at one end of the pairs of a part.
struct Ends {
    /// The record of each pair, by numbers from 0 on.
    of: Vec<u32>,
    /// The pairs, record by record.
    pairs: Vec<u32>,
    /// Where in `pairs` those of each record begin, and the end.
    starts: Vec<u32>,
    /// Whether a message to the record has changed since it sent its own.
    is_stale: Vec<bool>,
}

impl Ends {
    fn of(records: Vec<u32>) -> Self {
        let mut distinct = records.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let number = |r: u32| distinct.partition_point(|d| *d < r) as u32;
        let of: Vec<u32> = records.into_iter().map(number).collect();
        let mut starts = vec![0; distinct.len() + 1];
        for end in &of {
            starts[*end as usize + 1] += 1;
        }
        for i in 0..distinct.len() {
            starts[i + 1] += starts[i];
        }
        let (mut next, mut pairs) = (starts.clone(), vec![0; of.len()]);
        for (pair, end) in of.iter().enumerate() {
            pairs[next[*end as usize] as usize] = pair as u32;
            next[*end as usize] += 1;
        }
        Self {
            of,
            pairs,
            starts,
            is_stale: vec![true; distinct.len()],
        }
    }

    /// New messages from these ends of the pairs into `out`, by those from their other ends; the largest
    /// change.
    ///
    /// PERF: a record to which every message is the same, bit by bit, would send the same again.
    fn update(
        &mut self,
        odds: &[f64],
        incoming: &[f64],
        out: &mut [f64],
        others: &mut Self,
    ) -> f64 {
        let mut change = 0.0f64;
        for (record, is_stale) in self.is_stale.iter_mut().enumerate() {
            if !std::mem::take(is_stale) {
                continue;
            }
            let ends = self.starts[record] as usize..self.starts[record + 1] as usize;
            let pairs = &self.pairs[ends];
            let weight = |i: usize| odds[i] * incoming[i];
            let sum: f64 = pairs.iter().fold(0.0, |sum, i| sum + weight(*i as usize));
            for &i in pairs {
                let i = i as usize;
                // Subtraction of the own part must not go below nothing by rounding.
                let rest = (sum - weight(i)).max(0.0);
                let rest = if rest < weight(i) * 1e-12 { 0.0 } else { rest };
                let message = 1.0 / (1.0 + rest);
                let moved = (message - out[i]).abs();
                if moved > 0.0 {
                    change = change.max(moved);
                    out[i] = message;
                    others.is_stale[others.of[i] as usize] = true;
                }
            }
        }
        change
    }
}
