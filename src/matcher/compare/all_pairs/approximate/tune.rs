//! How many bits a table, how many tables and which tolerance: the cheapest that finds enough.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

use super::tables::Sketch;
use crate::matcher::compare::all_pairs::bound::Bound;
use crate::matcher::compare::all_pairs::lossless::Found;
use crate::matcher::compare::all_pairs::side::Side;
use crate::matcher::compare::kernel::planes::BLOCK;

/// Bits of a table's key that are tried.
const BITS: std::ops::RangeInclusive<usize> = 4..=20;
/// Tables at most.
pub(super) const MOST_TABLES: usize = 400;
/// Pairs of strangers from which it is learnt how often they meet.
const STRANGERS: usize = 100_000;
/// Share of what may be missed that is left for chance.
const MARGIN: f64 = 0.25;

// What steps cost in nanoseconds: estimates, not measured one by one. They choose among plans that all
// find enough, and are constants so that runs repeat.
const KEY_BIT: f64 = 3.0;
const SORT: f64 = 15.0;
const LIST: f64 = 500.0;
const TRANSPOSE: f64 = 60.0;
const BUCKET: f64 = 5000.0;
const SCAN: f64 = 25.0;
const SCAN_MISS: f64 = 1.5;
const VERIFY: f64 = 80.0;

/// The parameters of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    /// Bits of a table's key.
    pub(super) bits: usize,
    /// Number of tables.
    pub(super) tables: usize,
    /// How many of its sketch's bits a filter may miss in the other.
    pub(super) tolerance: u32,
}

/// Pairs by what decides whether they are found: in how many of the eligible bits they differ, and how
/// many of the sketch's bits the right one misses.
struct Profiles {
    of: Vec<(usize, u32)>,
}

impl Profiles {
    /// Of `pairs` of tokens. Who misses more than any pair of these weights may is out at any tolerance.
    fn new(
        (left, right): (&Side<'_>, &Side<'_>),
        sketch: &Sketch,
        bound: &Bound,
        pairs: impl Iterator<Item = (u32, u32)>,
    ) -> Self {
        let of = pairs.map(|(i, j)| {
            let (a, b) = (left.of_token(i), right.of_token(j));
            let weight = |row: &[u64]| row.iter().map(|w| w.count_ones()).sum();
            let (own, other) = (weight(a), weight(b));
            let (differing, misses) = sketch.profile(a, b);
            match bound.slack(own, other, other) {
                Some(slack) if misses <= slack => (differing, misses),
                _ => (differing, u32::MAX),
            }
        });
        Self { of: of.collect() }
    }

    /// How many pairs of a tolerance differ in each number of bits, as shares of all.
    fn within(&self, tolerance: u32, eligible: usize) -> Vec<f64> {
        let mut shares = vec![0.0; eligible + 1];
        for (differing, misses) in &self.of {
            if *misses <= tolerance {
                shares[*differing] += 1.0 / self.of.len() as f64;
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
/// A pair is found if its misses are within the tolerance and it agrees in all bits of some table.
/// What it costs is predicted from pairs drawn at random. If no plan finds so many, that of most.
pub(super) fn choose(
    (left, right): (&Side<'_>, &Side<'_>),
    (sketch, bound): (&Sketch, &Bound),
    found: &[Found],
    asked: f64,
    seed: u64,
) -> Plan {
    let sides = (left, right);
    let alike = Profiles::new(
        sides,
        sketch,
        bound,
        found.iter().map(|f| (f.left, f.right)),
    );
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let drawn = (0..STRANGERS).map(|_| {
        (
            left.tokens()[random.random_range(0..left.len())],
            right.tokens()[random.random_range(0..right.len())],
        )
    });
    let strangers = Profiles::new(sides, sketch, bound, drawn);
    let target = asked + MARGIN * (1.0 - asked);
    let eligible = sketch.eligible.len();
    let most_misses = alike
        .of
        .iter()
        .map(|(_, misses)| *misses)
        .max()
        .unwrap_or(0);
    let of_tolerance: Vec<(u32, Vec<f64>, Vec<f64>)> = (0..=most_misses)
        .map(|t| (t, alike.within(t, eligible), strangers.within(t, eligible)))
        .filter(|(t, alike, _)| *t == most_misses || alike.iter().sum::<f64>() >= target)
        .collect();
    let everybody = strangers.within(u32::MAX, eligible);
    let mut best: Option<(f64, Plan)> = None;
    let mut most = (0.0, None);
    for bits in BITS.filter(|b| *b < eligible) {
        let meets = meets(bits, eligible);
        let mean = |shares: &[f64]| shares.iter().zip(&meets).map(|(s, m)| s * m).sum::<f64>();
        let crowd = right.len() as f64 * mean(&everybody);
        for (tolerance, alike, strangers) in &of_tolerance {
            let recall = |tables: usize| -> f64 {
                let chance = |m: &f64| 1.0 - (1.0 - m).powi(tables as i32);
                alike.iter().zip(&meets).map(|(s, m)| s * chance(m)).sum()
            };
            let plan = |tables| Plan {
                bits,
                tables,
                tolerance: *tolerance,
            };
            let reach = recall(MOST_TABLES);
            if reach > most.0 {
                most = (reach, Some(plan(MOST_TABLES)));
            }
            if reach < target {
                continue;
            }
            let (mut low, mut high) = (1, MOST_TABLES);
            while low < high {
                let tables = usize::midpoint(low, high);
                if recall(tables) < target {
                    low = tables + 1;
                } else {
                    high = tables;
                }
            }
            let (a, b) = (left.len() as f64, right.len() as f64);
            let buckets = a.min(b).min((1u64 << bits) as f64);
            let scan = SCAN + SCAN_MISS * f64::from(*tolerance);
            let table = buckets * BUCKET
                + (a + b) * (KEY_BIT * bits as f64 + SORT)
                + a * (LIST + (1.0 + crowd / BLOCK as f64) * scan)
                + b * TRANSPOSE
                + a * b * mean(strangers) * VERIFY;
            let cost = low as f64 * table;
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, plan(low)));
            }
        }
    }
    let whatever = Plan {
        bits: 1,
        tables: 1,
        tolerance: most_misses,
    };
    best.map(|(_, plan)| plan).or(most.1).unwrap_or(whatever)
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
