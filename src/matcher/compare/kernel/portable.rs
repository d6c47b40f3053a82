//! The loops themselves, in plain Rust. `x86` compiles them anew for larger instruction sets.

use super::LANES;

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

#[inline(always)]
pub(super) fn differing(row: &[u64], panel: &[[u64; LANES]], out: &mut [u32; LANES]) {
    sum(row, panel, out, |a, b| a ^ b);
}

#[inline(always)]
pub(super) fn common(row: &[u64], panel: &[[u64; LANES]], out: &mut [u32; LANES]) {
    sum(row, panel, out, |a, b| a & b);
}

/// PERF: the sums are of 64 bits, as the words are, so that they stay in the registers of the words.
#[inline(always)]
fn sum(row: &[u64], panel: &[[u64; LANES]], out: &mut [u32; LANES], of: impl Fn(u64, u64) -> u64) {
    let mut sums = [0u64; LANES];
    for (word, column) in row.iter().zip(panel) {
        for (sum, other) in sums.iter_mut().zip(column) {
            *sum += u64::from(of(*word, *other).count_ones());
        }
    }
    for (out, sum) in out.iter_mut().zip(sums) {
        *out = sum as u32;
    }
}
