//! The fewest common bits that two weights need, as integers.

use crate::matcher::compare::level::{LOWEST, Scale};

/// For each sum of the weights of two filters, the fewest common bits with which they are kept.
#[derive(Debug)]
pub(super) struct Bound {
    least: Vec<u32>,
}

impl Bound {
    /// The bound of filters of `bits` bits: a pair is kept exactly if `scale` gives it a level above
    /// [`LOWEST`], which it does from some number of common bits on.
    pub(super) fn of(scale: &Scale, bits: usize) -> Self {
        Self::where_kept(bits, |common, weight| {
            scale.level_of_common(common, weight) > LOWEST
        })
    }

    /// The bound of filters of `bits` bits where a pair is kept exactly if `keeps` says so of its common bits and
    /// the sum of its weights: by a coefficient of both that grows with the first and falls with the second.
    pub(super) fn where_kept(bits: usize, keeps: impl Fn(u32, u32) -> bool) -> Self {
        let least = (0..=2 * bits as u32).map(|weight| {
            let (mut low, mut high) = (0, weight / 2 + 1);
            while low < high {
                let common = u32::midpoint(low, high);
                if keeps(common, weight) {
                    high = common;
                } else {
                    low = common + 1;
                }
            }
            low
        });
        Self {
            least: least.collect(),
        }
    }

    /// The fewest common bits of two filters whose weights sum to `weight`; more than they can have
    /// if they are never kept.
    pub(super) fn least(&self, weight: u32) -> u32 {
        self.least[weight as usize]
    }

    /// How many of its bits a filter of weight `own` may miss in one whose weight is from `lightest` to
    /// `heaviest`; `None` if no such pair is kept.
    ///
    /// Two filters share at most the weight of the lighter. That is nearest to what is needed where
    /// the weights are nearest, so that one weight of the range decides whether any pair can be kept;
    /// and the lightest needs the least.
    pub(super) fn slack(&self, own: u32, lightest: u32, heaviest: u32) -> Option<u32> {
        let nearest = own.clamp(lightest, heaviest);
        if self.least(own + nearest) > own.min(nearest) {
            return None;
        }
        own.checked_sub(self.least(own + lightest))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tests::scale;
    use super::*;

    proptest! {
        /// The bound is the Dice coefficient in whole numbers, and no slack is too small.
        #[test]
        fn bounds_are_exact(dice in 1u32..=1_000_000, own in 0u32..=128, from in 0u32..=128, to in 0u32..=128) {
            let bound = Bound::of(&scale(128, f64::from(dice) / 1e6), 128);
            let (lightest, heaviest) = (from.min(to), from.max(to));
            let slack = bound.slack(own, lightest, heaviest);
            for other in lightest..=heaviest {
                for common in 0..=own.min(other) {
                    let (twice, all) = (2_000_000 * u64::from(common), u64::from(own + other));
                    let kept = all > 0 && twice >= u64::from(dice) * all;
                    prop_assert_eq!(common >= bound.least(own + other), kept);
                    if kept {
                        prop_assert!(slack.is_some_and(|most| own - common <= most));
                    }
                }
            }
        }
    }
}
