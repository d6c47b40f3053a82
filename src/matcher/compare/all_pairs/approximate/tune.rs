//! How many bits a table, how many tables and which tolerance: the cheapest that finds enough.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha12Rng;

use super::Sample;
use super::tables::Bits;
use crate::matcher::compare::all_pairs::bound::Bound;
use crate::matcher::compare::all_pairs::side::Side;
use crate::matcher::compare::kernel::common_and_weight;

/// Bits of a table's key that are tried.
const SIZES: std::ops::RangeInclusive<usize> = 4..=30;
/// Tables at most.
pub(super) const MOST_TABLES: usize = 400;
/// Rows of each side whose pairs tell how often strangers meet.
const STRANGERS: usize = 600;
/// Share of what may be missed that is left for chance.
const MARGIN: f64 = 0.25;

/// What it costs to give a row its place in a table and its sketch to those that meet, in pairs that meet
/// and are ruled out by their sketches; and to count a pair in full. By `perf record` of
/// `match --approximate 0.99 --threads 1` with 200,000 records a side on a loaded machine: about 130, 3 and
/// 150 ns.
const PLACE: f64 = 45.0;
/// See [`PLACE`].
const COUNT: f64 = 50.0;

/// The parameters of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    /// Bits of a table's key.
    pub(super) bits: usize,
    /// Number of tables.
    pub(super) tables: usize,
    /// In how many bits of their sketches two filters may differ.
    pub(super) tolerance: u32,
}

/// Pairs by what decides whether they are found: in how many of the eligible bits they differ, and in
/// how many of the sketch's.
struct Differing(Vec<(usize, u32)>);

impl Differing {
    /// The pairs of a tolerance by how many of the eligible bits they differ in, as shares of all.
    fn within(&self, tolerance: u32) -> Vec<f64> {
        let mut shares = Vec::new();
        for &(eligible, sketch) in &self.0 {
            if sketch <= tolerance {
                shares.resize(shares.len().max(eligible + 1), 0.0);
                shares[eligible] += 1.0 / self.0.len() as f64;
            }
        }
        shares
    }
}

/// The chance that none of `bits` bits drawn of `eligible` is one of those in which a pair differs, by
/// how many these are.
fn meets(bits: usize, eligible: usize) -> Vec<f64> {
    let chance = |differing: usize| {
        (0..bits)
            .map(|i| eligible.saturating_sub(differing + i) as f64 / (eligible - i) as f64)
            .product()
    };
    (0..=eligible).map(chance).collect()
}

/// The cheapest plan that is predicted to find the share `asked` of pairs like `found`, with a margin.
///
/// A pair is found if its sketches differ within the tolerance and it agrees in all bits of some
/// table. What a plan costs is predicted from the pairs of rows drawn at random. If none finds so many,
/// that of most.
pub(super) fn choose(
    (left, right): (&Side<'_>, &Side<'_>),
    bound: &Bound,
    bits: &Bits,
    tuning: &Sample,
    asked: f64,
    seeds: [u64; 2],
) -> Plan {
    let differing = |i: u32, j: u32| bits.differing(left.of_token(i), right.of_token(j));
    let alike = Differing(
        tuning
            .pairs
            .iter()
            .map(|f| differing(f.left, f.right))
            .collect(),
    );
    let (rows, others) = (
        sample(left, STRANGERS, seeds[0]),
        sample(right, STRANGERS, seeds[1]),
    );
    let mut strangers = Vec::new();
    for &i in &rows {
        // The pairs that are kept are known better from the other sample.
        let others = others.iter().filter(|&&j| {
            let (common, weight) = common_and_weight(left.of_token(i), right.of_token(j));
            common < bound.least(weight)
        });
        strangers.extend(others.map(|&j| differing(i, j)));
    }
    let strangers = Differing(strangers);
    let target = asked + MARGIN * (1.0 - asked);
    let eligible = bits.eligible.len();
    let most = alike.0.iter().map(|(_, sketch)| *sketch).max().unwrap_or(0);
    let of_tolerance: Vec<(u32, Vec<f64>, Vec<f64>)> = (0..=most)
        .map(|t| (t, alike.within(t)))
        .filter(|(t, alike)| *t == most || alike.iter().sum::<f64>() >= target)
        .map(|(t, alike)| (t, alike, strangers.within(t)))
        .collect();
    let all_alike = alike.within(u32::MAX);
    let all_strangers = strangers.within(u32::MAX);
    let (a, b) = (left.len() as f64, right.len() as f64);
    let kept = a * tuning.pairs.len() as f64 / tuning.rows as f64;
    let mut best: Option<((bool, f64), Plan)> = None;
    for size in SIZES.filter(|size| *size < eligible) {
        let meets = meets(size, eligible);
        let mean = |shares: &[f64]| shares.iter().zip(&meets).map(|(s, m)| s * m).sum::<f64>();
        for (tolerance, alike, strangers) in &of_tolerance {
            let recall = |tables: usize| -> f64 {
                let chance = |m: &f64| 1.0 - (1.0 - m).powi(tables as i32);
                alike.iter().zip(&meets).map(|(s, m)| s * chance(m)).sum()
            };
            let (mut low, mut high) = (1, MOST_TABLES);
            while low < high {
                let tables = usize::midpoint(low, high);
                if recall(tables) < target {
                    low = tables + 1;
                } else {
                    high = tables;
                }
            }
            let pairs = a * b * (mean(&all_strangers) + mean(strangers) * COUNT)
                + kept * (mean(&all_alike) + mean(alike) * COUNT);
            let cost = low as f64 * ((a + b) * PLACE + pairs);
            let reached = recall(low);
            // Enough before little, then cheap before dear; without enough, most.
            let rank = if reached < target {
                (true, -reached)
            } else {
                (false, cost)
            };
            if best.is_none_or(|(least, _)| rank < least) {
                let plan = Plan {
                    bits: size,
                    tables: low,
                    tolerance: *tolerance,
                };
                best = Some((rank, plan));
            }
        }
    }
    let whatever = Plan {
        bits: 1,
        tables: 1,
        tolerance: most,
    };
    best.map_or(whatever, |(_, plan)| plan)
}

/// `n` of the tokens of `side`, or all, drawn at random.
pub(super) fn sample(side: &Side<'_>, n: usize, seed: u64) -> Vec<u32> {
    let mut tokens = side.tokens().to_vec();
    // The order of weights is no matter of chance, that of a file is.
    tokens.sort_unstable();
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    tokens.partial_shuffle(&mut random, n).0.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meeting_is_drawing_without_replacement() {
        // 2 of 5 bits, of which 3 differ: 2/5 x 1/4.
        let meets = meets(2, 5);
        assert!((meets[3] - 0.1).abs() < 1e-12);
        assert_eq!((meets[0], meets[4]), (1.0, 0.0));
    }
}
