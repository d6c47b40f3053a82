//! All pairs whose Dice coefficient, as a double, reaches a threshold.

use super::bound::Bound;
use super::lossless::{Found, Lossless};
use super::side::{Side, rarest_first};
use crate::matcher::compare::kernel::common_and_weight;
use crate::token::FilterColumn;

/// Up to so many pairs are compared one by one: to put filters into planes takes longer.
const FEW: usize = 1 << 13;

/// What of two filters decides how alike they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::matcher) struct Alike {
    /// Row of the left filter.
    pub(in crate::matcher) left: u32,
    /// Row of the right filter.
    pub(in crate::matcher) right: u32,
    /// Bits that both have.
    pub(in crate::matcher) common: u32,
    /// Sum of the bits that each has.
    pub(in crate::matcher) weight: u32,
}

impl Alike {
    /// The Dice coefficient: the double nearest to 2 c / w, and 0 of two filters without a bit.
    pub(in crate::matcher) fn dice(self) -> f64 {
        coefficient(self.common, self.weight)
    }
}

fn coefficient(common: u32, weight: u32) -> f64 {
    if weight == 0 {
        return 0.0;
    }
    2.0 * f64::from(common) / f64::from(weight)
}

/// What `keep` makes of each pair of the filters `rows` of `left` and `columns` of `right` whose Dice coefficient
/// is `threshold` or more; lossless, in no order to rely on. `told` is called with numbers of pairs that are done.
pub(in crate::matcher) fn reaching<T: Send>(
    (left, rows): (&FilterColumn, &[u32]),
    (right, columns): (&FilterColumn, &[u32]),
    threshold: f64,
    keep: impl Fn(Alike) -> Option<T> + Sync,
    told: impl Fn(u64) + Sync,
) -> Vec<T> {
    // At 0 and below every pair is kept, also of filters without a bit, which are in no plane.
    if threshold <= 0.0 || rows.len() * columns.len() <= FEW {
        let found = one_by_one((left, rows), (right, columns), threshold, &keep);
        told(rows.len() as u64 * columns.len() as u64);
        return found;
    }
    let (a, b) = (Side::new(left, rows), Side::new(right, columns));
    let skipped = rows.len() * columns.len() - a.len() * b.len();
    told(skipped as u64);
    let reaches = |common, weight| coefficient(common, weight) >= threshold;
    let bound = Bound::where_kept(a.bits(), reaches);
    let (.., order) = rarest_first(&a, &b);
    let keep = |found: Found| {
        keep(Alike {
            left: found.left,
            right: found.right,
            common: found.common,
            weight: found.weight,
        })
    };
    Lossless::new(&b, &order, &bound).search(&a, false, keep, told)
}

fn one_by_one<T: Send>(
    (left, rows): (&FilterColumn, &[u32]),
    (right, columns): (&FilterColumn, &[u32]),
    threshold: f64,
    keep: &(impl Fn(Alike) -> Option<T> + Sync),
) -> Vec<T> {
    let of_row = |row: u32| {
        columns.iter().filter_map(move |&column| {
            let (a, b) = (left.row(row as usize), right.row(column as usize));
            let (common, weight) = common_and_weight(a, b);
            let alike = Alike {
                left: row,
                right: column,
                common,
                weight,
            };
            (alike.dice() >= threshold).then(|| keep(alike)).flatten()
        })
    };
    rows.iter().copied().flat_map(of_row).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha12Rng;

    use super::*;

    /// Filters of `words` words, some without a bit, most like an earlier one.
    fn column(random: &mut ChaCha12Rng, n: usize, words: usize) -> FilterColumn {
        let mut column = FilterColumn {
            words,
            ..FilterColumn::default()
        };
        for i in 0..n {
            let mut row: Vec<u64> = if i == 0 || random.random_bool(0.3) {
                (0..words)
                    .map(|_| random.random::<u64>() & random.random::<u64>())
                    .collect()
            } else {
                column.row(random.random_range(0..i)).to_vec()
            };
            for _ in 0..random.random_range(0..20) {
                let bit = random.random_range(0..64 * words);
                row[bit / 64] ^= 1 << (bit % 64);
            }
            if random.random_bool(0.05) {
                row.fill(0);
            }
            column.bits.extend(row);
            column.present.push(true);
        }
        column
    }

    fn check(a: &FilterColumn, b: &FilterColumn, rows: &[u32], columns: &[u32], threshold: f64) {
        let done = AtomicU64::new(0);
        let told = |n| {
            done.fetch_add(n, Ordering::Relaxed);
        };
        let pair = |alike: Alike| Some((alike.left, alike.right, alike.dice().to_bits()));
        let mut found = reaching((a, rows), (b, columns), threshold, pair, told);
        let mut all = one_by_one((a, rows), (b, columns), threshold, &pair);
        found.sort_unstable();
        all.sort_unstable();
        assert_eq!(found, all);
        assert_eq!(done.into_inner(), rows.len() as u64 * columns.len() as u64);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_is_searched_is_what_is_compared_one_by_one(
            seed in 0u64..,
            words in 1usize..5,
            threshold in prop_oneof![0.0..=1.0, Just(0.8), Just(2.0 / 3.0), Just(0.5), Just(1e-9), Just(1.0)],
        ) {
            let mut random = ChaCha12Rng::seed_from_u64(seed);
            let (a, b) = (column(&mut random, 110, words), column(&mut random, 130, words));
            let rows: Vec<u32> = (0..110).filter(|i| i % 7 != 3).collect();
            let columns: Vec<u32> = (0..130).collect();
            prop_assert!(rows.len() * columns.len() > FEW);
            check(&a, &b, &rows, &columns, threshold);
        }
    }

    /// Filters with more bits than there are planes at most.
    #[test]
    fn the_widest_filters_are_searched_as_well() {
        let mut random = ChaCha12Rng::seed_from_u64(1);
        let (a, b) = (column(&mut random, 100, 512), column(&mut random, 90, 512));
        let all = |n: u32| (0..n).collect::<Vec<u32>>();
        for threshold in [0.2, 0.6, 0.99, 1.0] {
            check(&a, &b, &all(100), &all(90), threshold);
        }
    }
}
