//! How often the bits of a filter are set, and which are set together.
//!
//! The filters of a pass are keyed by the block's value, so a bit means the same inside one block
//! only. Where a block holds enough tokens, its bits are looked at by themselves, since there a
//! frequent name would show. Over the file, one token of each block is taken: those are
//! independent of each other, and no bit may stand out.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

use super::blocks::Blocks;
use super::{Check, Verdict, rounded};
use crate::token::FilterColumn;

/// A block of fewer tokens shows no frequency: the count of a bit is noise.
const LEAST: usize = 200;
/// Of large blocks, this many of the largest are looked at.
const BLOCKS: usize = 8;
/// At most so many tokens of a block, or of the file.
const MOST: usize = 50_000;
/// At most so many bits are compared with each other.
const COLUMNS: usize = 256;
/// The largest of some 32,000 correlations of independent bits, in units of 1 / sqrt(n).
const LARGEST_PHI: f64 = 4.2;

/// The checks of one filter.
pub(super) fn checks(of: &str, filter: &FilterColumn, blocks: &Blocks, seed: u64) -> Vec<Check> {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let mut large: Vec<Vec<u32>> = blocks
        .iter()
        .filter(|b| b.len() >= LEAST)
        .map(|b| {
            let there = b.iter().copied();
            there.filter(|&t| filter.present[t as usize]).collect()
        })
        .filter(|b: &Vec<u32>| b.len() >= LEAST)
        .collect();
    large.sort_by_key(|b| std::cmp::Reverse(b.len()));
    large.truncate(BLOCKS);
    let mut spread: Vec<u32> = if blocks.len() >= LEAST {
        let pick = blocks.iter().map(|b| b[random.random_range(0..b.len())]);
        pick.filter(|&t| filter.present[t as usize]).collect()
    } else {
        Vec::new()
    };
    for group in large.iter_mut().chain([&mut spread]) {
        let (kept, _) = group.partial_shuffle(&mut random, MOST);
        *group = kept.to_vec();
    }
    let mut columns: Vec<usize> = (0..64 * filter.words).collect();
    let (kept, _) = columns.partial_shuffle(&mut random, COLUMNS);
    let columns = kept.to_vec();
    let mut out = Vec::new();
    if !large.is_empty() {
        let place = format!("inside the {} largest blocks, each by itself", large.len());
        let groups: Vec<&[u32]> = large.iter().map(Vec::as_slice).collect();
        out.push(gini(of, "inside blocks", &place, filter, &groups, seed));
        out.push(phi(
            of,
            "inside blocks",
            &place,
            filter,
            &groups,
            &columns,
            seed,
        ));
    }
    if spread.len() >= LEAST {
        let place = "over the file, one token a block";
        out.push(gini(of, "over the file", place, filter, &[&spread], seed));
        out.push(phi(
            of,
            "over the file",
            place,
            filter,
            &[&spread],
            &columns,
            seed,
        ));
    }
    out
}

/// The mean over `groups` of the Gini coefficient of the counts of bits.
fn gini(
    of: &str,
    scope: &str,
    place: &str,
    filter: &FilterColumn,
    groups: &[&[u32]],
    seed: u64,
) -> Check {
    let (mut value, mut expected) = (0.0, 0.0);
    let tokens: usize = groups.iter().map(|g| g.len()).sum();
    for group in groups {
        let mut counts = vec![0u32; 64 * filter.words];
        for &t in *group {
            for (w, &word) in filter.row(t as usize).iter().enumerate() {
                let mut rest = word;
                while rest != 0 {
                    counts[64 * w + rest.trailing_zeros() as usize] += 1;
                    rest &= rest - 1;
                }
            }
        }
        let weight = group.len() as f64 / tokens as f64;
        value += weight * coefficient(&mut counts);
        let set: u64 = counts.iter().map(|c| u64::from(*c)).sum();
        let fill = set as f64 / (counts.len() * group.len()) as f64;
        // Counts of independent bits of one probability are nearly normal, and the Gini
        // coefficient of a normal distribution is deviation / (mean sqrt(pi)).
        expected += weight
            * if fill > 0.0 {
                ((1.0 - fill) / (std::f64::consts::PI * fill * group.len() as f64)).sqrt()
            } else {
                0.0
            };
    }
    // What chance alone spreads adds in squares.
    let excess = (value * value - expected * expected).max(0.0).sqrt();
    Check {
        name: format!("bit frequency {scope}"),
        of: of.to_owned(),
        metric: "Gini coefficient of the counts of bit positions".into(),
        value: rounded(value),
        expected: rounded(expected),
        sample: tokens as u64,
        seed,
        verdict: Verdict::gate(excess, 0.03, 0.1),
        sentence: format!(
            "Looked at {tokens} filters {place}: bits are set unevenly by {value:.3}, chance alone \
             gives {expected:.3}, and {excess:.3} is left (bounds 0.03 and 0.10). Uneven bits show \
             frequent parts of names."
        ),
    }
}

fn coefficient(counts: &mut [u32]) -> f64 {
    counts.sort_unstable();
    let (n, mut sum, mut ranked) = (counts.len() as f64, 0.0, 0.0);
    for (i, &c) in counts.iter().enumerate() {
        sum += f64::from(c);
        ranked += (i as f64 + 1.0) * f64::from(c);
    }
    if sum > 0.0 {
        (2.0 * ranked / (n * sum) - (n + 1.0) / n).max(0.0)
    } else {
        0.0
    }
}

/// The largest absolute correlation of two bits, in the group where it exceeds chance most.
fn phi(
    of: &str,
    scope: &str,
    place: &str,
    filter: &FilterColumn,
    groups: &[&[u32]],
    columns: &[usize],
    seed: u64,
) -> Check {
    let (mut value, mut expected, mut worst) = (0.0_f64, 0.0_f64, -1.0_f64);
    for group in groups {
        let largest = largest_phi(filter, group, columns);
        let null = LARGEST_PHI / (group.len() as f64).sqrt();
        if largest / null > worst {
            (value, expected, worst) = (largest, null, largest / null);
        }
    }
    Check {
        name: format!("co-occurrence of bits {scope}"),
        of: of.to_owned(),
        metric: "largest absolute correlation (phi) of two bit positions".into(),
        value: rounded(value),
        expected: rounded(expected),
        sample: groups.iter().map(|g| g.len() as u64).sum(),
        seed,
        verdict: Verdict::gate(worst, 1.5, 3.0),
        sentence: format!(
            "Looked at {} bit positions {place}: the two that go together most correlate by \
             {value:.3}; unrelated bits reach {expected:.3} (bounds 1.5 and 3 times that). Bits that \
             go together show which belong to one part of a name.",
            columns.len()
        ),
    }
}

fn largest_phi(filter: &FilterColumn, group: &[u32], columns: &[usize]) -> f64 {
    // One bit set a column: which tokens have it.
    let length = group.len().div_ceil(64);
    let mut sets = vec![0u64; columns.len() * length];
    for (i, &t) in group.iter().enumerate() {
        let row = filter.row(t as usize);
        for (c, &column) in columns.iter().enumerate() {
            let bit = row[column / 64] >> (column % 64) & 1;
            sets[c * length + i / 64] |= bit << (i % 64);
        }
    }
    let n = group.len() as f64;
    let set = |c: usize| &sets[c * length..(c + 1) * length];
    let counts: Vec<f64> = (0..columns.len())
        .map(|c| set(c).iter().map(|w| f64::from(w.count_ones())).sum())
        .collect();
    let mut largest = 0.0_f64;
    for a in 0..columns.len() {
        for b in a + 1..columns.len() {
            let both: u32 = set(a)
                .iter()
                .zip(set(b))
                .map(|(x, y)| (x & y).count_ones())
                .sum();
            let (x, y) = (counts[a], counts[b]);
            let scale = (x * (n - x) * y * (n - y)).sqrt();
            if scale > 0.0 {
                largest = largest.max(((n * f64::from(both) - x * y) / scale).abs());
            }
        }
    }
    largest
}
