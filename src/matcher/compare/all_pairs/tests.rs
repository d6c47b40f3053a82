//! Both ways against brute force.

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

use super::*;
use crate::project::{Fill, Filter};
use crate::token::FilterColumn;

/// How many others are in the block: any number does.
const SIZE: u8 = 7;

pub(super) fn scale(bits: usize, dice: f64) -> Scale {
    let filter = Filter {
        name: "t".into(),
        of: vec![],
        bits,
        layers: 1,
        fill: Fill::Fixed(5),
    };
    Scale::of(&filter, Some(dice))
}

/// Tokens of one block whose filters are of `words` words: every third a fresh one, the others like
/// an earlier one of any side with up to `flips` bits changed. Some have no filter, some no bit.
fn sides(seed: u64, n: [usize; 2], words: usize, flips: usize) -> [Tokens; 2] {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    let mut known: Vec<Vec<u64>> = Vec::new();
    n.map(|n| {
        let mut column = FilterColumn {
            words,
            ..FilterColumn::default()
        };
        for i in 0..n {
            let mut row: Vec<u64> = if known.is_empty() || random.random_bool(0.33) {
                let mut draw = || random.random::<u64>() & random.random::<u64>();
                (0..words).map(|_| draw()).collect()
            } else {
                known[random.random_range(0..known.len())].clone()
            };
            for _ in 0..random.random_range(0..=flips) {
                let bit = random.random_range(0..64 * words);
                row[bit / 64] ^= 1 << (bit % 64);
            }
            if i % 41 == 40 {
                row.fill(0);
            }
            column.bits.extend_from_slice(&row);
            column.present.push(i % 37 != 36);
            known.push(row);
        }
        Tokens {
            range: 0..n,
            records: (0..n as u32).map(|i| i ^ 1).collect(),
            filters: vec![column],
        }
    })
}

/// Brute force: every pair with a level above the lowest.
fn wanted(left: &Tokens, right: &Tokens, scale: &Scale, within: bool) -> Vec<Meeting> {
    let mut all = Vec::new();
    for (i, &x) in left.records.iter().enumerate() {
        for (j, &y) in right.records.iter().enumerate() {
            let (Some(a), Some(b)) = (left.filters[0].get(i), right.filters[0].get(j)) else {
                continue;
            };
            let level = scale.level_of(a, b);
            if level > crate::matcher::compare::LOWEST && (!within || x < y) {
                all.push((x, y, level));
            }
        }
    }
    let meeting = |(left, right, level)| Meeting {
        left,
        right,
        pass: 3,
        size: SIZE,
        levels: u32::from(level),
    };
    let mut all: Vec<Meeting> = all.into_iter().map(meeting).collect();
    all.sort_unstable();
    all
}

fn search(
    left: &Tokens,
    right: &Tokens,
    scale: &Scale,
    within: bool,
    asked: Option<f64>,
) -> (Vec<Meeting>, Option<Approximate>) {
    let (rows, columns) = (0..left.records.len(), 0..right.records.len());
    let how = (3, within, within);
    let (mut found, how) = meetings((left, rows), (right, columns), scale, SIZE, how, asked);
    found.sort_unstable();
    (found, how)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn lossless_search_is_brute_force(
        seed in 0u64..,
        n in prop::array::uniform2(1usize..90),
        words in 1usize..4,
        dice in 0.3f64..=1.0,
    ) {
        let scale = scale(64 * words, dice);
        let [a, b] = sides(seed, n, words, 12);
        prop_assert_eq!(search(&a, &b, &scale, false, None).0, wanted(&a, &b, &scale, false));
        prop_assert_eq!(search(&a, &a, &scale, true, None).0, wanted(&a, &a, &scale, true));
    }
}

#[test]
fn lossless_search_is_brute_force_over_many_blocks_at_any_number_of_threads() {
    let scale = scale(512, 0.85);
    let [a, b] = sides(1, [700, 1300], 8, 40);
    let (all, within) = (wanted(&a, &b, &scale, false), wanted(&b, &b, &scale, true));
    assert!(all.len() > 500 && within.len() > 500);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            assert_eq!(search(&a, &b, &scale, false, None).0, all);
            assert_eq!(search(&b, &b, &scale, true, None).0, within);
        });
    }
}

/// What is found is there, once each, and is about as much as was asked for and as much as is said.
#[test]
fn approximate_search_finds_what_it_says() {
    let scale = scale(512, 0.8);
    let [a, b] = sides(2, [3000, 4000], 8, 60);
    for within in [false, true] {
        let (left, right) = if within { (&b, &b) } else { (&a, &b) };
        let all = wanted(left, right, &scale, within);
        for asked in [0.9, 0.99] {
            let (found, how) = search(left, right, &scale, within, Some(asked));
            let how = how.unwrap();
            assert!(how.tables > 1 && how.sampled_pairs > 1000, "{how:?}");
            assert!(found.windows(2).all(|w| w[0] < w[1]), "a pair twice");
            assert!(found.iter().all(|m| all.binary_search(m).is_ok()));
            let recall = found.len() as f64 / all.len() as f64;
            assert!(recall >= asked - 0.01 && recall < 1.0, "{recall}");
            let (low, high) = (how.recall_low, how.recall_high);
            assert!(
                low - 0.005 <= recall && recall <= high + 0.005,
                "{recall}: {how:?}"
            );
            let all_pairs = left.records.len() as u64 * right.records.len() as u64;
            assert!(
                how.compared < how.met && how.compared < all_pairs / 4,
                "{how:?}"
            );
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
            let again = pool
                .unwrap()
                .install(|| search(left, right, &scale, within, Some(asked)));
            assert_eq!(again, (found, Some(how)));
        }
    }
}

#[test]
fn too_few_pairs_to_choose_by_are_all_searched_for() {
    let scale = scale(128, 0.9);
    let [a, b] = sides(3, [40, 30], 2, 30);
    let (found, how) = search(&a, &b, &scale, false, Some(0.99));
    assert_eq!(found, wanted(&a, &b, &scale, false));
    assert_eq!(how.map(|h| (h.tables, h.recall)), Some((0, 1.0)));
}
