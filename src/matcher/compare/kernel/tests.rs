//! One set of checks for every tier of the machine, against counting bit by bit.

use super::*;

/// Words that differ in many bits, the same in every run.
fn words(seed: u64, n: usize) -> Vec<u64> {
    (0..n as u64)
        .map(|i| (i + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .collect()
}

fn bit_by_bit(a: &[u64], b: &[u64], of: impl Fn(bool, bool) -> bool) -> u32 {
    let bit = |x: &[u64], i: usize| x[i / 64] >> (i % 64) & 1 == 1;
    (0..64 * a.len())
        .filter(|&i| of(bit(a, i), bit(b, i)))
        .count() as u32
}

#[test]
fn every_tier_counts_as_bit_by_bit_does() {
    for tier in Tier::available() {
        for n_words in [1, 2, 3, 4, 7, 8, 16, 31, 32, 33] {
            for n_rows in [1, 2, LANES - 1, LANES, LANES + 1, 3 * LANES + 5] {
                let all = words(7 * n_words as u64 + n_rows as u64, n_words * n_rows);
                let mut row = words(99, n_words);
                row[0] = u64::MAX;
                let mut panels = Panels::default();
                panels.fill(n_words, all.chunks_exact(n_words));
                let mut seen = 0;
                for (first, n, panel) in panels.each() {
                    let (mut differing, mut common) = ([0; LANES], [0; LANES]);
                    tier.differing(&row, panel, &mut differing);
                    tier.common(&row, panel, &mut common);
                    for lane in 0..n {
                        let other = &all[(first + lane) * n_words..][..n_words];
                        assert_eq!(
                            differing[lane],
                            bit_by_bit(&row, other, |a, b| a != b),
                            "{tier:?}"
                        );
                        assert_eq!(
                            common[lane],
                            bit_by_bit(&row, other, |a, b| a && b),
                            "{tier:?}"
                        );
                        assert_eq!(differing[lane], distance(&row, other));
                    }
                    seen += n;
                }
                assert_eq!(seen, n_rows);
            }
        }
    }
}

#[test]
fn panels_can_be_filled_again_with_fewer_rows() {
    let mut panels = Panels::default();
    let (many, few) = (words(1, 40 * 3), words(2, 2));
    panels.fill(3, many.chunks_exact(3));
    panels.fill(2, few.chunks_exact(2));
    let each: Vec<_> = panels.each().collect();
    assert_eq!((each.len(), each[0].1), (1, 1));
    assert!(
        each[0]
            .2
            .iter()
            .all(|column| column[1..].iter().all(|w| *w == 0))
    );
    panels.fill(2, std::iter::empty());
    assert_eq!(panels.each().count(), 0);
}

#[test]
fn weights_of_two_filters_are_counted_with_what_they_share() {
    let (a, b) = ([0b1111u64, u64::MAX], [0b11_1111u64, 1]);
    assert_eq!(distance(&a, &b), 2 + 63);
    assert_eq!(common_and_weight(&a, &b), (4 + 1, 4 + 64 + 6 + 1));
}
