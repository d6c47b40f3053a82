//! How rare what a pair agrees in is, by how many others are in the block that it met in.
//!
//! The idea is Winkler's (1989, "Frequency-based matching in the Fellegi-Sunter model of record
//! linkage"): agreement in a rare value says more. Let a block's value be borne by `n` records in
//! expectation, and `n` itself scatter by a Gamma distribution, as in a list of names a few are
//! frequent. Matches meet in a block as often as `n`, strangers as often as `n^2`. Others in the block
//! of a match are then of a negative binomial distribution of some shape `r` and mean `m`, those in
//! the block of two strangers of one with shape `r + 1`, and the ratio of the two at `o` others is
//!
//! `(r + m) / (r + o)`
//!
//! `r` and `m` are learned for each pass from the pairs that are matches. Not from strangers: those
//! who can be seen have their match in the same block, those in question have none.

use super::evidence::Crowd;
use crate::matcher::compare::others;

/// Passes of a schema at most.
const PASSES: usize = 16;
/// The least shape. One other may be a second record of the same person, which says nothing.
const LEAST_SHAPE: f64 = 1.0;

/// Number, sum and sum of squares of the others of pairs, by pass.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally([[f64; 3]; PASSES]);

impl Tally {
    pub(super) fn add(&mut self, crowd: Crowd, pairs: f64) {
        let o = others(crowd.size);
        let sums = &mut self.0[usize::from(crowd.pass)];
        for (sum, value) in sums.iter_mut().zip([1.0, o, o * o]) {
            *sum += pairs * value;
        }
    }
}

/// How much likelier matches meet among so many others than strangers do, by pass.
#[derive(Debug, Clone, Default)]
pub(super) struct Crowds([Option<Shape>; PASSES]);

#[derive(Debug, Clone, Copy)]
struct Shape {
    shape: f64,
    mean: f64,
}

impl Crowds {
    /// Learned from pairs that are matches, by the method of moments.
    pub(super) fn learn(matches: &Tally) -> Self {
        Self(matches.0.map(|[n, sum, squares]| {
            let mean = sum / n;
            let variance = squares / n - mean * mean;
            // A Poisson distribution, or less scatter still: all values are as frequent.
            (n >= 1.0 && variance > mean).then(|| Shape {
                shape: (mean * mean / (variance - mean)).max(LEAST_SHAPE),
                mean,
            })
        }))
    }

    /// The factor on the odds of a pair.
    pub(super) fn ratio(&self, crowd: Crowd) -> f64 {
        self.0[usize::from(crowd.pass)]
            .map_or(1.0, |s| (s.shape + s.mean) / (s.shape + others(crowd.size)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(of: impl Iterator<Item = u8>) -> Crowds {
        let mut tally = Tally::default();
        of.for_each(|size| tally.add(Crowd { pass: 3, size }, 1.0));
        Crowds::learn(&tally)
    }

    #[test]
    fn a_meeting_among_many_says_less_where_values_differ_in_frequency() {
        // Most are alone, a few among sixteen others.
        let crowds = learned((0..100).map(|i| if i % 10 == 0 { 32 } else { 0 }));
        let ratio = |size| crowds.ratio(Crowd { pass: 3, size });
        assert!(
            ratio(0) > 2.0 && ratio(32) < 0.2,
            "{} {}",
            ratio(0),
            ratio(32)
        );
        assert!(ratio(0) > ratio(2) && ratio(2) > ratio(4));
        // Of a pass of which nothing is known nothing is said.
        assert!((crowds.ratio(Crowd { pass: 2, size: 9 }) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn where_all_values_are_as_frequent_the_number_says_nothing() {
        let crowds = learned((0..100).map(|i| 20 + i % 2));
        assert!((crowds.ratio(Crowd { pass: 3, size: 30 }) - 1.0).abs() < 1e-12);
    }
}
