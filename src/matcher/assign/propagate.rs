//! Belief propagation, one connected part of the graph of candidates after the other.

use std::ops::Range;

use rayon::prelude::*;

use super::Scored;
use super::union::root;

/// Messages that change by less than this have settled.
const SETTLED: f64 = 1e-9;
/// Rounds at most; the messages of this model always settle, mostly within a few.
const MAX_ROUNDS: usize = 200;
/// Rounds from one leap to the next.
const LEAP: usize = 6;
/// A message whose steps shrink more slowly than this is not taken further than they go.
const MOST_RATIO: f64 = 0.98;
/// Nor is one whose last step was larger than this.
const NEAR: f64 = 0.01;
/// Pairs of a part from which messages are taken further: small parts take no time.
const LARGE: usize = 1 << 14;
/// Pairs that a thread takes at a time, as whole parts.
const TASK_PAIRS: usize = 1 << 12;

/// Fills in the probabilities. The message from one end of a pair is the chance that the end is
/// free, were the pair not there: 1 / (1 + sum over its other pairs of odds x message).
///
/// PERF: most parts of the graph are a pair or two and settle at once. In large files nearly all records
/// hang together by unlikely pairs; that one part is the work of all threads.
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
    let (left, right) = sides(
        &odds,
        pairs().map(|p| p.left).collect(),
        pairs().map(|p| p.right).collect(),
    );
    let mut from_left = vec![1.0f64; odds.len()];
    let mut from_right = vec![1.0f64; odds.len()];
    let (mut before, mut last) = (Vec::new(), Vec::new());
    for round in 1..=MAX_ROUNDS {
        let change = left.send(&from_right, &mut from_left);
        let change = change.max(right.send(&from_left, &mut from_right));
        if change < SETTLED {
            break;
        }
        if odds.len() < LARGE {
            continue;
        }
        match round % LEAP {
            1 => before.clone_from(&from_right),
            2 => last.clone_from(&from_right),
            3 => leap(&before, &last, &mut from_right),
            _ => {}
        }
    }
    let messages = from_left
        .iter()
        .zip(&left.other)
        .map(|(m, at)| m * from_right[*at as usize]);
    odds.iter()
        .zip(messages)
        .map(|(odds, messages)| odds * messages / (1.0 + odds * messages))
        .collect()
}

/// Takes each message that is near to settling to where three rounds say that it goes, by Aitken's
/// delta-squared process. The messages settle at the same values from wherever they are taken.
fn leap(before: &[f64], last: &[f64], now: &mut [f64]) {
    for ((now, last), before) in now.iter_mut().zip(last).zip(before) {
        let (first, second) = (last - before, *now - last);
        let ratio = second / first;
        if ratio > 0.0 && ratio < MOST_RATIO && second.abs() < NEAR {
            *now = (*now + second * ratio / (1.0 - ratio)).clamp(0.0, 1.0);
        }
    }
}

/// The pairs of a part, record by record of one party.
struct Side {
    /// Where the pairs of each record begin, and the end.
    starts: Vec<u32>,
    odds: Vec<f64>,
    /// The place of each pair in the order of the other side.
    other: Vec<u32>,
    /// Records that a thread takes at a time.
    chunks: Vec<Range<usize>>,
}

/// Both sides of a part whose pairs, in ascending order, have these odds and ends.
fn sides(odds: &[f64], left: Vec<u32>, right: Vec<u32>) -> (Side, Side) {
    let starts = |ends: &[u32]| {
        let mut starts = vec![0];
        for same in ends.chunk_by(|a, b| a == b) {
            starts.push(starts.last().copied().unwrap_or(0) + same.len() as u32);
        }
        starts
    };
    let mut order: Vec<u32> = (0..right.len() as u32).collect();
    order.sort_by_key(|i| right[*i as usize]);
    let by_right: Vec<u32> = order.iter().map(|i| right[*i as usize]).collect();
    let mut place = vec![0; order.len()];
    for (at, i) in order.iter().enumerate() {
        place[*i as usize] = at as u32;
    }
    let of_right = order.iter().map(|i| odds[*i as usize]).collect();
    (
        Side::new(starts(&left), odds.to_vec(), place),
        Side::new(starts(&by_right), of_right, order),
    )
}

impl Side {
    fn new(starts: Vec<u32>, odds: Vec<f64>, other: Vec<u32>) -> Self {
        let mut chunks = Vec::new();
        let mut first = 0;
        for record in 1..starts.len() {
            let pairs = (starts[record] - starts[first]) as usize;
            if pairs >= TASK_PAIRS || record + 1 == starts.len() {
                chunks.push(first..record);
                first = record;
            }
        }
        Self {
            starts,
            odds,
            other,
            chunks,
        }
    }

    /// New messages from this side into `out`, in its order, by those of the other side, in the other's
    /// order; the largest change.
    fn send(&self, incoming: &[f64], out: &mut [f64]) -> f64 {
        if let [chunk] = &self.chunks[..] {
            return self.send_chunk(chunk.clone(), incoming, out);
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
            .map(|(chunk, own)| self.send_chunk(chunk, incoming, own))
            .reduce(|| 0.0, f64::max)
    }

    fn send_chunk(&self, records: Range<usize>, incoming: &[f64], out: &mut [f64]) -> f64 {
        let first = self.starts[records.start] as usize;
        let mut change = 0.0f64;
        let mut weights: Vec<f64> = Vec::new();
        for record in records {
            let pairs = self.starts[record] as usize..self.starts[record + 1] as usize;
            let odds = self.odds[pairs.clone()].iter();
            let at = self.other[pairs.clone()].iter();
            weights.clear();
            weights.extend(odds.zip(at).map(|(odds, at)| odds * incoming[*at as usize]));
            let sum: f64 = weights.iter().sum();
            let out = &mut out[pairs.start - first..pairs.end - first];
            for (out, own) in out.iter_mut().zip(&weights) {
                // Subtraction of the own part must not go below nothing by rounding.
                let others = (sum - own).max(0.0);
                let others = if others < own * 1e-12 { 0.0 } else { others };
                let message = 1.0 / (1.0 + others);
                change = change.max((message - *out).abs());
                *out = message;
            }
        }
        change
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
