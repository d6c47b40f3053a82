//! The inner loops over bits. Portable; the compiler vectorises what it can.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_right_over_several_words() {
        let (a, b) = ([0b1111u64, u64::MAX], [0b11_1111u64, 1]);
        assert_eq!(distance(&a, &b), 2 + 63);
        assert_eq!(common_and_weight(&a, &b), (4 + 1, 4 + 64 + 6 + 1));
    }
}
