//! One set of checks for every tier of the machine, against counting bit by bit.

use proptest::prelude::*;

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

/// Every number of words of a filter that the schema allows, each that has a tree of its own, and what
/// is put together of several.
fn lengths() -> impl Iterator<Item = usize> {
    (1..=33).chain([40, 47, 63, 64, 65])
}

/// Compares each count and each bound of `tier` for `rows` against the rows of `all`.
fn check(tier: Tier, n_words: usize, rows: [&[u64]; 3], all: &[u64]) {
    let mut panels = Panels::default();
    panels.fill(n_words, all.chunks_exact(n_words));
    let mut seen = 0;
    for (first, n, panel) in panels.each() {
        let (mut differing, mut common) = ([[0; LANES]; 3], [[0; LANES]; 3]);
        for r in 0..3 {
            tier.differing(rows[r], panel, &mut differing[r]);
            tier.common(rows[r], panel, &mut common[r]);
            for lane in 0..n {
                let other = &all[(first + lane) * n_words..][..n_words];
                let what = format!("{tier:?}, {n_words} words, row {r}, lane {lane}");
                let wanted = bit_by_bit(rows[r], other, |a, b| a != b);
                assert_eq!(differing[r][lane], wanted, "{what}");
                assert_eq!(distance(rows[r], other), wanted, "{what}");
                let wanted = bit_by_bit(rows[r], other, |a, b| a && b);
                assert_eq!(common[r][lane], wanted, "{what}");
            }
        }
        // Bounds just under, at and over what lanes have, and those that all or none reach.
        for bounds in [
            [differing[0][0], differing[1][n - 1], differing[2][n / 2]],
            [common[0][0], common[1][n - 1], common[2][n / 2]],
            [0, u32::MAX, 1],
        ] {
            for bounds in [
                bounds,
                bounds.map(|b| b.saturating_sub(1)),
                bounds.map(|b| b.saturating_add(1)),
            ] {
                let mut out = [[7; LANES]; 3];
                let near = tier.differing_at_most(rows, panel, bounds, &mut out);
                assert_eq!(out, differing, "{tier:?}, {n_words} words");
                for r in 0..3 {
                    assert_eq!(near[r], bits(&out[r], |d| d <= bounds[r]), "{tier:?}");
                }
                let near = tier.common_at_least(rows, panel, bounds, &mut out);
                assert_eq!(out, common, "{tier:?}, {n_words} words");
                for r in 0..3 {
                    assert_eq!(near[r], bits(&out[r], |c| c >= bounds[r]), "{tier:?}");
                }
            }
        }
        seen += n;
    }
    assert_eq!(seen * n_words, all.len());
}

fn bits(counts: &[u32; LANES], is_near: impl Fn(u32) -> bool) -> u32 {
    let places = counts.iter().enumerate();
    places.map(|(at, n)| u32::from(is_near(*n)) << at).sum()
}

#[test]
fn every_tier_counts_as_bit_by_bit_does() {
    for tier in Tier::available() {
        for n_words in lengths() {
            for n_rows in [1, 2, LANES - 1, LANES, LANES + 1, 3 * LANES + 5] {
                let all = words(7 * n_words as u64 + n_rows as u64, n_words * n_rows);
                let rows = [99, 100, 101].map(|seed| words(seed, n_words));
                check(tier, n_words, rows.each_ref().map(Vec::as_slice), &all);
            }
        }
    }
}

#[test]
fn every_tier_counts_none_and_all() {
    for tier in Tier::available() {
        for n_words in lengths() {
            let (none, all) = (vec![0; n_words], vec![u64::MAX; n_words]);
            let mixed: Vec<u64> = (0..n_words).map(|w| (w as u64 % 2) * u64::MAX).collect();
            let others: Vec<u64> = (0..LANES + 1)
                .flat_map(|j| {
                    if j % 2 == 0 {
                        none.clone()
                    } else {
                        all.clone()
                    }
                })
                .collect();
            check(tier, n_words, [&none, &all, &mixed], &others);
        }
    }
}

#[test]
fn of_no_words_nothing_is_counted() {
    for tier in Tier::available() {
        let mut out = [[7; LANES]; 2];
        let near = tier.differing_at_most([&[], &[]], &[], [0, 0], &mut out);
        assert_eq!((out, near), ([[0; LANES]; 2], [u32::MAX; 2]), "{tier:?}");
    }
}

#[test]
fn the_best_tier_is_one_that_the_machine_has() {
    assert_eq!(Some(&Tier::best()), Tier::available().last());
    let least = if cfg!(target_arch = "aarch64") {
        Tier::Neon
    } else {
        Tier::Portable
    };
    assert_eq!(Tier::available()[0], least);
}

proptest! {
    /// Whatever the bits and the lengths, also where row and panel are of different length.
    #[test]
    fn every_tier_gives_what_the_portable_one_does(
        row in prop::collection::vec(any::<u64>(), 0..40),
        columns in prop::collection::vec(prop::collection::vec(any::<u64>(), LANES), 0..40),
        bound in 0u32..2600,
    ) {
        let panel: Vec<[u64; LANES]> = columns.iter().map(|c| c.as_slice().try_into().unwrap()).collect();
        let counts = |tier: Tier| {
            let (mut differing, mut common) = ([[0; LANES]], [[0; LANES]]);
            let few = tier.differing_at_most([&row], &panel, [bound], &mut differing);
            let many = tier.common_at_least([&row], &panel, [bound], &mut common);
            (differing, common, few, many)
        };
        let portable = counts(Tier::Portable);
        for tier in Tier::available() {
            prop_assert_eq!(counts(tier), portable, "{:?}", tier);
        }
    }
}

#[test]
fn panels_start_where_a_line_of_the_cache_does() {
    for n in [1, 2, 40, 1000] {
        let rows = words(3, 5 * n);
        let mut panels = Panels::default();
        panels.fill(5, rows.chunks_exact(5));
        assert_eq!(panels.panel(0).as_ptr().align_offset(LINE), 0);
        assert_eq!((panels.len(), panels.words()), (n.div_ceil(LANES), 5));
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
