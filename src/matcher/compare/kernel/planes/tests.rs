//! Every instruction set against counting bit by bit.

use proptest::prelude::*;

use super::*;
use crate::matcher::compare::kernel::Tier;

/// Filters of `words` words, the same for the same seed: each bit is set in a share of them that falls
/// with its number.
fn filters(seed: u64, n: usize, words: usize) -> Vec<Vec<u64>> {
    let mut state = seed | 1;
    let mut draw = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut row = || {
        let thick = |w: usize, a: u64, b: u64| if w.is_multiple_of(2) { a & b } else { a | b };
        (0..words).map(|w| thick(w, draw(), draw())).collect()
    };
    (0..n).map(|_| row()).collect()
}

fn each(rows: &[Vec<u64>]) -> impl Iterator<Item = &[u64]> {
    rows.iter().map(Vec::as_slice)
}

/// What every instruction set finds is exactly what misses no more than it may.
fn check(order: &[u16], rows: &[Vec<u64>], others: &[Vec<u64>], slack: &[u32]) {
    let words = rows[0].len();
    let columns = Columns::new(words, order);
    let mut planes = Planes::new(&columns, others.len());
    for (block, others) in planes.each_mut().zip(others.chunks(BLOCK)) {
        columns.fill_block(block, each(others));
    }
    let mut lists = Rows::default();
    lists.fill(&columns, each(rows));
    let which: Vec<(u32, u32)> = (0..).zip(slack.iter().copied()).collect();
    let misses = |a: &[u64], b: &[u64]| {
        let misses = |bit: &&u16| {
            let (w, bit) = (usize::from(**bit) / 64, **bit % 64);
            (a[w] & !b[w]) >> bit & 1 == 1
        };
        order.iter().filter(misses).count() as u32
    };
    for block in 0..planes.blocks() {
        let of_block = &others[BLOCK * block..others.len().min(BLOCK * (block + 1))];
        let mut wanted = Vec::new();
        for &(row, slack) in &which {
            for (lane, other) in (0..).zip(of_block) {
                if misses(&rows[row as usize], other) <= slack {
                    wanted.push((row, lane));
                }
            }
        }
        for tier in Tier::available() {
            let mut near = Vec::new();
            tier.near((&planes, block), &lists, &which, &mut near);
            let found: Vec<(u32, u32)> = near.iter().map(|n| (n.row, n.lane)).collect();
            assert_eq!(found, wanted, "{tier:?}");
        }
    }
}

#[test]
fn rows_are_near_at_the_edges_of_blocks_and_of_counters() {
    for words in [1, 2, 16, 64] {
        let order: Vec<u16> = (0..64 * words as u16).rev().collect();
        for n in [1, 63, 64, 65, 511, 512, 513] {
            let mut rows = filters(n as u64, 3, words);
            rows.extend([vec![0; words], vec![u64::MAX; words]]);
            let mut others = filters(7, n, words);
            others[n / 2] = rows[0].clone();
            others[n - 1] = vec![0; words];
            let mean = 16 * words as u32;
            for slack in [0, 1, mean, 63, 64, 255, 256, 4096] {
                check(&order, &rows, &others, &vec![slack; rows.len()]);
            }
        }
    }
}

#[test]
fn common_bits_of_pairs_are_counted() {
    let (a, b) = (filters(1, 9, 5), filters(2, 8, 5));
    let mut pairs = vec![(0, 0), (8, 7), (3, 7), (3, 0)];
    pairs.extend((0..40).map(|n| (n % 9, n % 8)));
    let wanted: Vec<u32> = pairs
        .iter()
        .map(|&(i, j): &(u32, u32)| {
            let both = a[i as usize].iter().zip(&b[j as usize]);
            both.map(|(x, y)| (x & y).count_ones()).sum()
        })
        .collect();
    for tier in Tier::available() {
        let mut counts = Vec::new();
        tier.common_of_pairs((&a.concat(), &b.concat()), 5, &pairs, &mut counts);
        assert_eq!(counts, wanted);
    }
}

#[test]
fn gathered_bits_are_those_of_the_rows() {
    let order: Vec<u16> = (0..320).rev().filter(|bit| bit % 7 != 0).collect();
    for n in [1, 64, 513] {
        let rows = filters(n as u64, n, 5);
        let columns = Columns::new(5, &order);
        let mut planes = Planes::new(&columns, n);
        for (block, rows) in planes.each_mut().zip(rows.chunks(BLOCK)) {
            columns.fill_block(block, each(rows));
        }
        for bits in [&[319][..], &[1, 64, 8, 319, 200], &order[3..67]] {
            for (block, rows) in rows.chunks(BLOCK).enumerate() {
                let mut words = [1; BLOCK];
                planes.gather(&columns, block, bits, &mut words);
                for (row, word) in rows.iter().zip(words) {
                    let bit = |b: &u16| row[usize::from(*b) / 64] >> (b % 64) & 1;
                    let wanted = bits.iter().rev().fold(0, |word, b| word << 1 | bit(b));
                    assert_eq!(word, wanted);
                }
                assert!(words[rows.len()..].iter().all(|word| *word == 0));
            }
        }
    }
}

#[test]
fn sketches_are_alike_up_to_the_tolerance() {
    let sketches = |seed, n| -> [Vec<u64>; 3] {
        let rows = filters(seed, n, 3);
        [0, 1, 2].map(|word| rows.iter().map(|row| row[word]).collect())
    };
    for n in [0, 1, 15, 16, 17, 130] {
        let (a, b) = (sketches(1, 5), sketches(2, n));
        let differing = |i: usize, j: usize| -> u32 {
            let both = a.iter().zip(&b);
            both.map(|(x, y)| (x[i] ^ y[j]).count_ones()).sum()
        };
        for tolerance in [0, 66, 72, 192] {
            let mut wanted = Vec::new();
            for i in 0..5 {
                let near = (0..n).filter(|j| differing(i, *j) <= tolerance);
                wanted.extend(near.map(|j| (i as u32, j as u32)));
            }
            for tier in Tier::available() {
                let mut alike = Vec::new();
                let words = [&a, &b].map(|all| all.each_ref().map(Vec::as_slice));
                tier.alike(words[0], words[1], tolerance, &mut alike);
                assert_eq!(alike, wanted, "{tier:?}");
            }
        }
    }
}

#[test]
fn picked_rows_are_those_asked_for() {
    let rows = filters(1, 40, 5);
    let numbers: Vec<u32> = (0..60).map(|n| n * 7 % 40).collect();
    let wanted = |n: &u32| rows[*n as usize].clone();
    let mut picked = vec![9];
    pick_filters(&rows.concat(), 5, &numbers, &mut picked);
    let all = numbers.iter().flat_map(wanted);
    assert!(picked.into_iter().eq(std::iter::once(9).chain(all)));
    let (arrays, mut picked) = (rows.concat(), vec![[9; 5]]);
    pick(arrays.as_chunks::<5>().0, &numbers, &mut picked);
    assert_eq!(picked[0], [9; 5]);
    assert!(
        picked[1..]
            .iter()
            .map(|row| row.to_vec())
            .eq(numbers.iter().map(wanted))
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any bits, in any order, with any slack for each row.
    #[test]
    fn what_is_near_misses_little(
        seed in 1u64..,
        words in 1usize..5,
        n in 1usize..130,
        slack in prop::collection::vec(0u32..140, 1..5),
        kept in 1usize..320,
    ) {
        let mut order: Vec<u16> = (0..64 * words as u16).collect();
        order.sort_by_key(|bit| (u64::from(*bit) + 1).wrapping_mul(seed | 1).rotate_left(17));
        order.truncate(kept);
        check(&order, &filters(seed, slack.len(), words), &filters(seed ^ 99, n, words), &slack);
    }
}
