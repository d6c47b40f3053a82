//! Belief propagation, one connected part of the graph of candidates after the other.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::Scored;
use super::union::root;

/// A message that changes a weight, odds x message, by less than this share of 1 + weight tells nothing
/// new.
const SETTLED: f64 = 1e-9;
/// Rounds at most; the messages of this model always settle, mostly within a few.
const MAX_ROUNDS: usize = 1000;
/// Pairs that a thread takes at a time.
const TASK_PAIRS: usize = 1 << 12;

/// Fills in the probabilities. The message from one end of a pair is the chance that the end is
/// free, were the pair not there: 1 / (1 + sum over its other pairs of odds x message).
///
/// PERF: most parts of the graph are a pair or two and settle at once. In large files nearly all records
/// hang together by unlikely pairs; that one part is the work of all threads. A few of its records take
/// hundreds of rounds, the others a few, so that only those go on who were told something new.
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
    if let [odds] = odds[..] {
        return vec![odds / (1.0 + odds)];
    }
    let ends: [Vec<u32>; 2] = [
        pairs().map(|p| p.left).collect(),
        pairs().map(|p| p.right).collect(),
    ];
    let (left, right) = sides(&odds, &ends);
    let mut from_left = vec![1.0f64; odds.len()];
    let mut from_right = vec![1.0f64; odds.len()];
    for _ in 0..MAX_ROUNDS {
        left.send(&right, &from_right, &mut from_left);
        if !right.send(&left, &from_left, &mut from_right) {
            break;
        }
    }
    let weights = odds.iter().zip(&from_left).zip(&left.other);
    weights
        .map(|((odds, message), at)| odds * message * from_right[*at as usize])
        .map(|weight| weight / (1.0 + weight))
        .collect()
}

/// The pairs of a part, record by record of one party.
struct Side {
    /// Where the pairs of each record begin, and the end.
    starts: Vec<u32>,
    odds: Vec<f64>,
    /// The place of each pair in the order of the other side.
    other: Vec<u32>,
    /// The record of each pair at the other side.
    partner: Vec<u32>,
    /// Records that a thread takes at a time.
    chunks: Vec<Range<usize>>,
    /// Whether what a record was told has changed since it sent its own messages.
    is_stale: Vec<AtomicBool>,
}

/// Both sides of a part whose pairs, ascending by `(left, right)`, have these odds and ends.
fn sides(odds: &[f64], [left, right]: &[Vec<u32>; 2]) -> (Side, Side) {
    let mut order: Vec<u32> = (0..right.len() as u32).collect();
    order.par_sort_by_key(|i| right[*i as usize]);
    let by_right: Vec<u32> = order.iter().map(|i| right[*i as usize]).collect();
    let mut place = vec![0; order.len()];
    for (at, i) in order.iter().enumerate() {
        place[*i as usize] = at as u32;
    }
    let of_right = order.iter().map(|i| odds[*i as usize]).collect();
    let (rows, columns) = (numbered(left), numbered(&by_right));
    let of = |numbers: &[u32], at: &[u32]| at.iter().map(|i| numbers[*i as usize]).collect();
    let (partners, own) = (of(&columns, &place), of(&rows, &order));
    (
        Side::new(&rows, odds.to_vec(), place, partners),
        Side::new(&columns, of_right, order, own),
    )
}

/// Ascending record numbers as numbers from 0 on.
fn numbered(records: &[u32]) -> Vec<u32> {
    let groups = records.chunk_by(|a, b| a == b).zip(0..);
    groups
        .flat_map(|(same, number)| same.iter().map(move |_| number))
        .collect()
}

impl Side {
    /// `records` are those of the pairs, ascending from 0 on.
    fn new(records: &[u32], odds: Vec<f64>, other: Vec<u32>, partner: Vec<u32>) -> Self {
        let mut starts = vec![0];
        let mut end = 0;
        for same in records.chunk_by(|a, b| a == b) {
            end += same.len() as u32;
            starts.push(end);
        }
        let mut chunks = Vec::new();
        let mut first = 0;
        for record in 1..starts.len() {
            let pairs = (starts[record] - starts[first]) as usize;
            if pairs >= TASK_PAIRS || record + 1 == starts.len() {
                chunks.push(first..record);
                first = record;
            }
        }
        let is_stale = (1..starts.len()).map(|_| AtomicBool::new(true)).collect();
        Self {
            starts,
            odds,
            other,
            partner,
            chunks,
            is_stale,
        }
    }

    /// New messages from this side into `out`, in its order, by those of the other side, `incoming`, in the
    /// other's order. Returns whether anybody there has been told something new.
    fn send(&self, to: &Self, incoming: &[f64], out: &mut [f64]) -> bool {
        if let [chunk] = &self.chunks[..] {
            return self.send_chunk(chunk.clone(), to, incoming, out);
        }
        let mut rest = out;
        let mut tasks = Vec::with_capacity(self.chunks.len());
        for chunk in &self.chunks {
            let pairs = self.starts[chunk.end] - self.starts[chunk.start];
            let (own, more) = rest.split_at_mut(pairs as usize);
            tasks.push((chunk.clone(), own));
            rest = more;
        }
        tasks
            .into_par_iter()
            .map(|(chunk, own)| self.send_chunk(chunk, to, incoming, own))
            .reduce(|| false, |a, b| a | b)
    }

    fn send_chunk(
        &self,
        records: Range<usize>,
        to: &Self,
        incoming: &[f64],
        out: &mut [f64],
    ) -> bool {
        let first = self.starts[records.start] as usize;
        let mut is_new = false;
        let mut weights: Vec<f64> = Vec::new();
        for record in records {
            if !self.is_stale[record].load(Ordering::Relaxed) {
                continue;
            }
            self.is_stale[record].store(false, Ordering::Relaxed);
            let pairs = self.starts[record] as usize..self.starts[record + 1] as usize;
            let odds = &self.odds[pairs.clone()];
            let at = &self.other[pairs.clone()];
            weights.clear();
            weights.extend(
                odds.iter()
                    .zip(at)
                    .map(|(o, at)| o * incoming[*at as usize]),
            );
            let sum: f64 = weights.iter().sum();
            let out = &mut out[pairs.start - first..pairs.end - first];
            for (i, (out, own)) in out.iter_mut().zip(&weights).enumerate() {
                // Subtraction of the own part must not go below nothing by rounding.
                let others = (sum - own).max(0.0);
                let others = if others < own * 1e-12 { 0.0 } else { others };
                let message = 1.0 / (1.0 + others);
                // The partner's messages move by no more, of their size, than its weights do of theirs.
                if (message - *out).abs() * odds[i] > SETTLED * (1.0 + odds[i] * message) {
                    let partner = self.partner[pairs.start + i] as usize;
                    to.is_stale[partner].store(true, Ordering::Relaxed);
                    is_new = true;
                }
                *out = message;
            }
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ring of records, each with three candidates, of odds from unlikely to likely.
    fn ring(records: u32) -> Vec<Scored> {
        let pairs = (0..records).flat_map(|left| {
            (0..3u32).map(move |k| Scored {
                left,
                right: (left + k * k) % records,
                passes: 1,
                odds: f64::from((left * 7 + k * 13) % 23 + 1).powi(3) / 300.0,
                probability: 0.0,
            })
        });
        let mut pairs: Vec<Scored> = pairs.collect();
        pairs.sort_by_key(|p| (p.left, p.right));
        pairs
    }

    #[test]
    fn a_large_part_settles_where_many_plain_rounds_do() {
        let n = 1 << 13;
        let mut pairs = ring(n);
        propagate(&mut pairs, (n as usize, n as usize));
        let send = |of: fn(&Scored) -> u32, incoming: &[f64]| -> Vec<f64> {
            let mut sums = vec![0.0; n as usize];
            for (p, m) in pairs.iter().zip(incoming) {
                sums[of(p) as usize] += p.odds * m;
            }
            let all = pairs.iter().zip(incoming);
            all.map(|(p, m)| 1.0 / (1.0 + sums[of(p) as usize] - p.odds * m))
                .collect()
        };
        let (mut from_left, mut from_right) = (Vec::new(), vec![1.0; pairs.len()]);
        for _ in 0..2000 {
            from_left = send(|p| p.left, &from_right);
            from_right = send(|p| p.right, &from_left);
        }
        for ((p, l), r) in pairs.iter().zip(&from_left).zip(&from_right) {
            let plain = p.odds * l * r / (1.0 + p.odds * l * r);
            assert!(
                (p.probability - plain).abs() < 1e-6,
                "{} {plain}",
                p.probability
            );
        }
    }
}
