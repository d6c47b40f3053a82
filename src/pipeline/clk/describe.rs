//! `clk describe`: how many bits are set in the CLKs of a file.

use std::path::Path;

use serde::Serialize;

use crate::clk::{self, Clks};
use crate::error::Result;

/// Bars of the histogram.
pub const BARS: usize = 60;

/// The numbers of bits that are set in each CLK of a file, and what is odd about them.
///
/// # Privacy
/// The smallest and largest numbers are of single records: for the owner of the file, not for a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Description {
    /// CLKs.
    pub records: usize,
    /// Bits of each.
    pub bits: usize,
    /// The mean of the numbers of bits set.
    pub mean: f64,
    /// Their standard deviation, of the file and not of a population that it would be a sample of.
    pub deviation: f64,
    /// The smallest.
    pub min: u32,
    /// The largest.
    pub max: u32,
    /// CLKs without a bit: they are like nobody.
    pub zero: usize,
    /// CLKs of which all bits are set.
    pub full: usize,
    /// CLKs that are equal to another one of the file.
    pub equal: usize,
    /// The different CLKs that they are of.
    pub equal_kinds: usize,
    /// CLKs that have a number of bits set from `from` to the one before the next bar's.
    pub histogram: Vec<Bar>,
}

/// One bar of a histogram.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bar {
    /// The smallest number of bits that belongs to it.
    pub from: u32,
    /// CLKs.
    pub records: usize,
}

/// Describes the CLKs in the file at `path`, which are of `hash_size` bytes, if that is given.
///
/// # Errors
/// [`Class::Input`](crate::error::Class::Input) for a file that is not as expected, or empty;
/// [`Class::Io`](crate::error::Class::Io).
pub fn describe(path: &Path, format: clk::Format, hash_size: Option<usize>) -> Result<Description> {
    Ok(of(&clk::read(path, format, hash_size)?))
}

fn of(clks: &Clks) -> Description {
    let n = clks.len();
    let weights: Vec<u32> = (0..n).map(|i| clks.weight(i)).collect();
    let count = n.max(1) as f64;
    let mean = weights.iter().map(|w| f64::from(*w)).sum::<f64>() / count;
    let squares: f64 = weights.iter().map(|w| (f64::from(*w) - mean).powi(2)).sum();
    let (min, max) = (weights.iter().min(), weights.iter().max());
    let (min, max) = (min.copied().unwrap_or(0), max.copied().unwrap_or(0));
    let (equal, equal_kinds) = equal(clks);
    let all = clks.bits() as u32;
    Description {
        records: n,
        bits: clks.bits(),
        mean,
        deviation: (squares / count).sqrt(),
        min,
        max,
        zero: weights.iter().filter(|w| **w == 0).count(),
        full: weights.iter().filter(|w| **w == all).count(),
        equal,
        equal_kinds,
        histogram: histogram(&weights, min, max),
    }
}

/// How many CLKs are equal to another one, and how many different ones these are.
fn equal(clks: &Clks) -> (usize, usize) {
    let mut order: Vec<usize> = (0..clks.len()).collect();
    order.sort_unstable_by_key(|&i| clks.get(i));
    let same = order.chunk_by(|&a, &b| clks.get(a) == clks.get(b));
    let several = same.filter(|s| s.len() > 1);
    several.fold((0, 0), |(all, kinds), s| (all + s.len(), kinds + 1))
}

/// Bars of one width from the smallest number to the largest, at most [`BARS`].
fn histogram(weights: &[u32], min: u32, max: u32) -> Vec<Bar> {
    let width = (max - min + 1).div_ceil(BARS as u32);
    let bars = (max - min) / width + 1;
    let mut histogram: Vec<Bar> = (0..bars)
        .map(|bar| Bar {
            from: min + bar * width,
            records: 0,
        })
        .collect();
    for weight in weights {
        histogram[((weight - min) / width) as usize].records += 1;
    }
    histogram
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;

    #[test]
    fn odd_filters_are_counted_and_every_one_has_its_bar() {
        // 0, 16, 3 twice, 8 and 9 bits of 16.
        let mut clks = Clks::new(16).unwrap();
        for clk in [[0, 0], [255, 255], [7, 0], [7, 0], [255, 0], [255, 1]] {
            clks.push(&clk);
        }
        let found = of(&clks);
        assert_eq!((found.records, found.bits), (6, 16));
        assert_eq!((found.min, found.max), (0, 16));
        assert_eq!((found.zero, found.full), (1, 1));
        assert_eq!((found.equal, found.equal_kinds), (2, 1));
        assert!((found.mean - 6.5).abs() < 1e-12);
        // Squares of -6.5, 9.5, -3.5, -3.5, 1.5, 2.5 are 165.5 together.
        assert!((found.deviation - (165.5_f64 / 6.0).sqrt()).abs() < 1e-12);
        assert_eq!(found.histogram.len(), 17);
        assert_eq!(
            found.histogram[3],
            Bar {
                from: 3,
                records: 2
            }
        );
    }

    #[test]
    fn a_wide_spread_has_no_more_bars_than_a_line_has_room_for() {
        let weights: Vec<u32> = (100..=500).collect();
        let bars = histogram(&weights, 100, 500);
        assert!(bars.len() <= BARS);
        assert_eq!(bars.iter().map(|b| b.records).sum::<usize>(), 401);
        assert!(bars.windows(2).all(|b| b[1].from - b[0].from == 7));
        assert_eq!(
            histogram(&[5, 5], 5, 5),
            [Bar {
                from: 5,
                records: 2
            }]
        );
    }
}
