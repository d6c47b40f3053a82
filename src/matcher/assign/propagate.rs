//! Belief propagation over the graph of candidates.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::Scored;

/// A message that changes a weight, odds x message, by less than this share of 1 + weight tells nothing
/// new.
const SETTLED: f64 = 1e-9;
/// Rounds at most; the messages of this model always settle, mostly within a few.
const MAX_ROUNDS: usize = 1000;
/// Pairs that a thread takes at a time.
const TASK_PAIRS: usize = 1 << 13;

/// Fills in the probabilities of pairs in ascending order of `(left, right)`. The message from one end of a
/// pair is the chance that the end is free, were the pair not there: 1 / (1 + sum over its other pairs of
/// odds x message).
///
/// PERF: most records have a candidate or two, and nothing changes after the first round. In large files
/// nearly all hang together by unlikely pairs, and a few take hundreds of rounds: only those go on who were
/// told something new.
pub(super) fn propagate(pairs: &mut [Scored], records: (usize, usize)) {
    let (left, right) = sides(pairs, records);
    let mut from_left = vec![1.0f64; pairs.len()];
    let mut from_right = vec![1.0f64; pairs.len()];
    for _ in 0..MAX_ROUNDS {
        left.send(&right, &from_right, &mut from_left);
        if !right.send(&left, &from_left, &mut from_right) {
            break;
        }
    }
    let messages = from_left.par_iter().zip(&left.other);
    pairs
        .par_iter_mut()
        .zip(messages)
        .for_each(|(pair, (message, at))| {
            let weight = pair.odds * message * from_right[*at as usize];
            pair.probability = weight / (1.0 + weight);
        });
}

/// The pairs, record by record of one party.
struct Side {
    /// Where the pairs of each record begin, and the end.
    starts: Vec<u32>,
    odds: Vec<f64>,
    /// The place of each pair in the order of the other side.
    other: Vec<u32>,
    /// The record of each pair at the other side.
    partner: Vec<u32>,
    /// What a thread takes at a time, as words of `is_stale`.
    chunks: Vec<Range<usize>>,
    /// Whether what a record was told has changed since it sent its own messages, a bit each.
    is_stale: Vec<AtomicU64>,
}

/// Both sides of pairs in ascending order of `(left, right)`.
fn sides(pairs: &[Scored], records: (usize, usize)) -> (Side, Side) {
    let (rows, columns) = rayon::join(
        || starts(pairs, records.0, |p| p.left),
        || starts(pairs, records.1, |p| p.right),
    );
    let mut next = columns.clone();
    let mut order = vec![0; pairs.len()];
    let mut place = vec![0; pairs.len()];
    for (i, (pair, place)) in pairs.iter().zip(&mut place).enumerate() {
        let next = &mut next[pair.right as usize];
        *place = *next;
        order[*next as usize] = i as u32;
        *next += 1;
    }
    drop(next);
    rayon::join(
        || {
            let odds = pairs.par_iter().map(|p| p.odds).collect();
            let partner = pairs.par_iter().map(|p| p.right).collect();
            Side::new(rows, odds, place, partner)
        },
        || {
            let at = |i: &u32| &pairs[*i as usize];
            let (odds, partner) = order.par_iter().map(|i| (at(i).odds, at(i).left)).unzip();
            Side::new(columns, odds, order, partner)
        },
    )
}

/// Where the pairs of each record begin, and the end, when they are in the order of records.
fn starts(pairs: &[Scored], records: usize, end: fn(&Scored) -> u32) -> Vec<u32> {
    let mut starts = vec![0; records + 1];
    for pair in pairs {
        starts[end(pair) as usize + 1] += 1;
    }
    for record in 0..records {
        starts[record + 1] += starts[record];
    }
    starts
}

impl Side {
    fn new(starts: Vec<u32>, odds: Vec<f64>, other: Vec<u32>, partner: Vec<u32>) -> Self {
        let records = starts.len() - 1;
        let words = records.div_ceil(64);
        let first_of = |word: usize| starts[records.min(64 * word)] as usize;
        let mut chunks = Vec::new();
        let mut first = 0;
        for word in 1..=words {
            if first_of(word) - first_of(first) >= TASK_PAIRS || word == words {
                chunks.push(first..word);
                first = word;
            }
        }
        let all_of = |word: usize| u64::MAX >> (64 - (records - 64 * word).min(64));
        Self {
            is_stale: (0..words).map(|w| AtomicU64::new(all_of(w))).collect(),
            starts,
            odds,
            other,
            partner,
            chunks,
        }
    }

    /// New messages from this side into `out`, in its order, by those of the other side, `incoming`, in the
    /// other's order. Returns whether anybody there has been told something new.
    fn send(&self, to: &Self, incoming: &[f64], out: &mut [f64]) -> bool {
        let mut rest = out;
        let mut tasks = Vec::with_capacity(self.chunks.len());
        for words in &self.chunks {
            let pairs = self.pairs(words);
            let (own, more) = rest.split_at_mut(pairs.len());
            tasks.push((words.clone(), own));
            rest = more;
        }
        tasks
            .into_par_iter()
            .map(|(words, own)| self.send_chunk(words, to, incoming, own))
            .reduce(|| false, |a, b| a | b)
    }

    /// The pairs of the records of `words`.
    fn pairs(&self, words: &Range<usize>) -> Range<usize> {
        let first_of = |word: usize| self.starts[(64 * word).min(self.starts.len() - 1)] as usize;
        first_of(words.start)..first_of(words.end)
    }

    fn send_chunk(
        &self,
        words: Range<usize>,
        to: &Self,
        incoming: &[f64],
        out: &mut [f64],
    ) -> bool {
        let first = self.pairs(&words).start;
        let mut is_new = false;
        let mut weights: Vec<f64> = Vec::new();
        for word in words {
            let mut stale = self.is_stale[word].swap(0, Ordering::Relaxed);
            while stale != 0 {
                let record = 64 * word + stale.trailing_zeros() as usize;
                stale &= stale - 1;
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
                        to.tell(self.partner[pairs.start + i] as usize);
                        is_new = true;
                    }
                    *out = message;
                }
            }
        }
        is_new
    }

    /// `record` has been told something new.
    fn tell(&self, record: usize) {
        let (word, bit) = (&self.is_stale[record / 64], 1 << (record % 64));
        if word.load(Ordering::Relaxed) & bit == 0 {
            word.fetch_or(bit, Ordering::Relaxed);
        }
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
