//! One word at a time in plain Rust, and two filters by themselves. `x86` compiles the former anew for
//! AVX2.

use super::LANES;
use super::adders::{Lane, Of};

/// Number of differing bits of two filters of equal length.
#[inline]
#[must_use]
pub fn distance(a: &[u64], b: &[u64]) -> u32 {
    a.iter().zip(b).map(|(x, y)| (x ^ y).count_ones()).sum()
}

/// Number of common set bits, and the sum of both weights.
#[inline]
#[must_use]
pub fn common_and_weight(a: &[u64], b: &[u64]) -> (u32, u32) {
    a.iter().zip(b).fold((0, 0), |(common, weight), (x, y)| {
        (
            common + (x & y).count_ones(),
            weight + x.count_ones() + y.count_ones(),
        )
    })
}

/// PERF: the loop over the rows of a panel has no branch and reads words that lie side by side, so the
/// compiler puts 2, 4 or 8 rows into a register, as the instruction set allows. The sums are of 64 bits,
/// as the words are, so that they stay in the registers of the words.
impl Lane for u64 {
    const WIDTH: usize = 1;

    #[inline(always)]
    fn splat(word: u64) -> Self {
        word
    }

    #[inline(always)]
    fn load(column: &[u64; LANES], first: usize) -> Self {
        column[first]
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }

    #[inline(always)]
    fn full_add(a: Self, b: Self, c: Self) -> (Self, Self) {
        let either = a ^ b;
        (either ^ c, (a & b) | (either & c))
    }

    #[inline(always)]
    fn weigh<const S: usize, const K: usize>(singles: [Self; S], planes: [Self; K]) -> Self {
        let mut sum = 0;
        for plane in planes.iter().rev() {
            sum = 2 * sum + Self::from(plane.count_ones());
        }
        for single in singles {
            sum += Self::from(single.count_ones());
        }
        sum
    }

    #[inline(always)]
    fn add(self, counts: &[u32; LANES], first: usize) -> Self {
        self + Self::from(counts[first])
    }

    #[inline(always)]
    fn store(self, counts: &mut [u32; LANES], first: usize) {
        counts[first] = self as u32;
    }

    /// PERF: mostly none is near, which needs no bits.
    #[inline(always)]
    fn near<O: Of>(counts: &[u32; LANES], bound: u32) -> u32 {
        let mut any = false;
        for count in counts {
            any |= O::is_near(*count, bound);
        }
        let mut bits = 0;
        if any {
            for (at, count) in counts.iter().enumerate() {
                bits |= u32::from(O::is_near(*count, bound)) << at;
            }
        }
        bits
    }
}
