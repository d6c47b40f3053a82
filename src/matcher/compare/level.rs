//! Hamming distance, Dice or Jaccard coefficient to a level on one common scale.

use super::{is_classic, kernel};
use crate::project::{Filter, Similarity};

/// A similarity in coarse steps: [`ABSENT`], [`LOWEST`] to [`TOP`], or [`EXACT`].
pub type Level = u8;

/// One of the two records lacks what the filter is made of.
pub const ABSENT: Level = 0;
/// Present on both sides and no more alike than strangers.
pub const LOWEST: Level = 1;
/// As alike as can be without being equal.
pub const TOP: Level = 13;
/// Equal in every bit.
pub const EXACT: Level = 15;

/// Lower edges of the levels 2 to 13: the estimated share of common q-grams.
const EDGES: [f64; 12] = [
    0.40, 0.47, 0.52, 0.57, 0.62, 0.67, 0.72, 0.77, 0.82, 0.87, 0.92, 0.96,
];

/// Unlike pairs a record that may be kept by chance.
pub const NOISE: f64 = 4.0;

/// What of two filters decides their level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// The number of bits in which they differ.
    Hamming,
    /// Their Dice coefficient; the least that is kept, in millionths.
    Dice(u64),
    /// Their Jaccard coefficient; the least that is kept, in millionths.
    Jaccard(u64),
}

/// A whole similarity, in the unit of the least that is kept.
const ONE: u64 = 1_000_000;

/// How the bits of one filter become levels.
#[derive(Debug, Clone)]
pub struct Scale {
    bits: usize,
    measure: Measure,
    /// Level by Hamming distance, for half-full filters.
    by_distance: Vec<Level>,
    /// Least number of common bits that is kept, by the sum of both weights, for classic filters.
    least_common: Vec<u32>,
}

impl Scale {
    /// The scale of `filter`.
    ///
    /// For a half-full filter of `layers` layers the correlation c = 1 - 2 d / bits of two
    /// filters at Hamming distance d estimates (2^(o/n) - 1)^layers, where o is the number of
    /// common q-grams and n the larger of the two numbers (docs/spec/encoding.md 6); the scale
    /// inverts that. For a classic filter the levels 2 to 13 divide the Dice coefficients from
    /// `dice` to 1 evenly; [`by`](Self::by) makes them those of another coefficient.
    #[must_use]
    pub fn of(filter: &Filter, dice: Option<f64>) -> Self {
        let bits = filter.bits;
        let overlap = |distance: usize| {
            let c = 1.0 - 2.0 * distance as f64 / bits as f64;
            (1.0 + c.max(0.0).powf(1.0 / filter.layers as f64)).log2()
        };
        let by_distance: Vec<Level> = (0..=bits)
            .map(|d| if d == 0 { EXACT } else { step(overlap(d)) })
            .collect();
        let measure = if is_classic(filter) {
            Measure::Dice((dice.unwrap_or(0.5) * ONE as f64).round() as u64)
        } else {
            Measure::Hamming
        };
        Self {
            bits,
            measure,
            by_distance,
            least_common: measure.least_common(bits),
        }
    }

    /// The same scale, but the least that is kept and the levels from there on are of another
    /// coefficient. Nothing changes for half-full filters.
    #[must_use]
    pub fn by(mut self, similarity: Similarity) -> Self {
        self.measure = match (self.measure, similarity) {
            (Measure::Hamming, _) => Measure::Hamming,
            (Measure::Dice(t) | Measure::Jaccard(t), Similarity::Dice) => Measure::Dice(t),
            (Measure::Dice(t) | Measure::Jaccard(t), Similarity::Jaccard) => Measure::Jaccard(t),
        };
        self.least_common = self.measure.least_common(self.bits);
        self
    }

    /// The level of two filters of this scale.
    #[must_use]
    pub fn level_of(&self, a: &[u64], b: &[u64]) -> Level {
        match self.measure {
            Measure::Hamming => self.level_at(kernel::distance(a, b)),
            Measure::Dice(_) | Measure::Jaccard(_) => {
                let (common, weight) = kernel::common_and_weight(a, b);
                self.level_of_common(common, weight)
            }
        }
    }

    /// Bits of a filter.
    pub(super) fn bits(&self) -> usize {
        self.bits
    }

    pub(super) fn measure(&self) -> Measure {
        self.measure
    }

    /// The level of two half-full filters that differ in `distance` bits.
    pub(super) fn level_at(&self, distance: u32) -> Level {
        self.by_distance[(distance as usize).min(self.bits)]
    }

    /// The greatest distance at which two half-full filters reach `level`.
    pub(super) fn most_distance(&self, level: Level) -> u32 {
        let reached = self.by_distance.partition_point(|l| *l >= level);
        (reached as u32).saturating_sub(1)
    }

    /// The level of two classic filters with `common` set bits in common, of `weight` set bits
    /// together. [`LOWEST`] where they are less alike than the least that is kept.
    pub(super) fn level_of_common(&self, common: u32, weight: u32) -> Level {
        self.measure.level(common, weight)
    }

    /// The least number of common set bits with which two classic filters, of `weight` set bits
    /// together, are above [`LOWEST`]. It does not fall as the weight grows. (Without any set bit they
    /// never are, though 0 is returned.)
    pub(super) fn least_common(&self, weight: u32) -> u32 {
        let weight = (weight as usize).min(self.least_common.len().saturating_sub(1));
        self.least_common.get(weight).copied().unwrap_or(0)
    }

    /// The chance that two unlike half-full filters come to each level: they differ in about half of
    /// their bits, by the binomial distribution.
    #[must_use]
    pub fn noise(&self) -> [f64; EXACT as usize + 1] {
        // Chance of each distance: C(bits, d) / 2^bits, by logarithms.
        let mut chance = -(self.bits as f64) * std::f64::consts::LN_2;
        let mut noise = [0.0; EXACT as usize + 1];
        for (d, level) in self.by_distance.iter().enumerate() {
            if d > 0 {
                chance += ((self.bits + 1 - d) as f64).ln() - (d as f64).ln();
            }
            noise[usize::from(*level)] += chance.exp();
        }
        noise
    }

    /// The lowest level worth keeping among `candidates` pairs of `records` records in all: that
    /// from which the unlike pairs that reach it by chance are at most 4 a record.
    ///
    /// Small blocks are kept whole; in large ones only what stands out is.
    #[must_use]
    pub fn least(&self, candidates: u64, records: u64) -> Level {
        if self.measure != Measure::Hamming {
            return LOWEST + 1;
        }
        let allowed = NOISE * records as f64;
        let noise = self.noise();
        let mut reach = 0.0;
        for level in (LOWEST..=TOP).rev() {
            reach += noise[usize::from(level)];
            if reach * candidates as f64 > allowed {
                return (level + 1).min(TOP);
            }
        }
        LOWEST
    }
}

impl Measure {
    /// The coefficient of two classic filters with `common` set bits in common, of `weight` set bits
    /// together, as numerator and denominator, and the least that is kept in millionths. `None` for
    /// half-full ones.
    fn coefficient(self, common: u64, weight: u64) -> Option<(u64, u64, u64)> {
        match self {
            Self::Hamming => None,
            Self::Dice(least) => Some((2 * common, weight, least)),
            Self::Jaccard(least) => Some((common, weight - common.min(weight), least)),
        }
    }

    /// Integers decide: a pair is kept exactly if its coefficient reaches the least millionths.
    fn level(self, common: u32, weight: u32) -> Level {
        let Some((n, d, least)) = self.coefficient(common.into(), weight.into()) else {
            return LOWEST;
        };
        if d == 0 || ONE * n < least * d {
            return LOWEST;
        }
        if n == d {
            return EXACT;
        }
        let steps = u64::from(TOP - LOWEST);
        let above = (ONE * n - least * d) * steps / ((ONE - least).max(1) * d);
        LOWEST + 1 + above.min(steps - 1) as Level
    }

    /// [`Scale::least_common`] for each sum of the weights of two filters of `bits` bits.
    ///
    /// With c common bits and weights of w together, the Dice coefficient 2 c / w reaches t millionths
    /// from c = t w / 2000000 on, and the Jaccard coefficient c / (w - c) from c = t w / (1000000 + t)
    /// on, rounded up.
    fn least_common(self, bits: usize) -> Vec<u32> {
        let (least, per) = match self {
            Self::Hamming => return Vec::new(),
            Self::Dice(least) => (least, 2 * ONE),
            Self::Jaccard(least) => (least, ONE + least),
        };
        (0..=2 * bits as u64)
            .map(|weight| (least * weight).div_ceil(per) as u32)
            .collect()
    }
}

fn step(share: f64) -> Level {
    LOWEST + EDGES.partition_point(|e| *e <= share) as Level
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::project::Fill;

    fn scale(bits: usize, layers: usize) -> Scale {
        Scale::of(
            &Filter {
                name: "t".into(),
                of: vec![],
                bits,
                layers,
                fill: Fill::Half,
            },
            None,
        )
    }

    #[test]
    fn equal_is_exact_and_levels_fall_with_distance() {
        for (bits, layers) in [(64, 1), (256, 1), (512, 2), (1024, 3)] {
            let s = scale(bits, layers);
            assert_eq!(s.by_distance[0], EXACT);
            assert!(s.by_distance.windows(2).all(|w| w[0] >= w[1]));
            assert_eq!(s.by_distance[bits / 2], LOWEST);
        }
    }

    #[test]
    fn classic_levels_start_at_the_threshold_exactly() {
        let s = Scale::of(
            &Filter {
                name: "t".into(),
                of: vec![],
                bits: 64,
                layers: 1,
                fill: Fill::Fixed(5),
            },
            Some(0.8),
        );
        // Weights 4 and 6, common 4: Dice is 0.8 exactly.
        assert_eq!(s.level_of(&[0b1111], &[0b11_1111]), LOWEST + 1);
        assert_eq!(s.level_of(&[0b1111], &[0b111_1111]), LOWEST);
        assert_eq!(s.level_of(&[0b1111], &[0b1111]), EXACT);
        assert_eq!(s.level_of(&[0], &[0]), LOWEST);
        assert_eq!(s.least(1, 1), LOWEST + 1);
    }

    fn classic(dice: f64, similarity: Similarity) -> Scale {
        let filter = Filter {
            name: "t".into(),
            of: vec![],
            bits: 64,
            layers: 1,
            fill: Fill::Fixed(5),
        };
        Scale::of(&filter, Some(dice)).by(similarity)
    }

    #[test]
    fn a_jaccard_threshold_is_met_exactly() {
        let s = classic(0.5, Similarity::Jaccard);
        // 3 of 6 bits that either has: a half exactly. Then 3 of 7.
        assert_eq!(s.level_of(&[0b1_1111], &[0b10_0111]), LOWEST + 1);
        assert_eq!(s.level_of(&[0b1_1111], &[0b110_0111]), LOWEST);
        assert_eq!(s.level_of(&[0b1_1111], &[0b1_1111]), EXACT);
        assert_eq!(s.level_of(&[0], &[0]), LOWEST);
        assert_eq!(s.least(1, 1), LOWEST + 1);
        let half_full = scale(64, 1);
        let by = half_full.clone().by(Similarity::Jaccard);
        assert_eq!(
            (by.measure(), by.by_distance),
            (Measure::Hamming, half_full.by_distance)
        );
    }

    #[test]
    fn jaccard_and_dice_keep_the_same_at_thresholds_that_mean_the_same() {
        // J = D / (2 - D): 0.8 is 2/3, which lies between two millionths.
        let dice = classic(0.8, Similarity::Dice);
        let jaccard = classic(0.666_667, Similarity::Jaccard);
        let mut kept = 0;
        for weight in 1..=128 {
            for common in 0..=weight / 2 {
                let is_kept = dice.level_of_common(common, weight) > LOWEST;
                let is_there = 5 * common == 2 * weight;
                if !is_there {
                    assert_eq!(jaccard.level_of_common(common, weight) > LOWEST, is_kept);
                }
                kept += u32::from(is_kept);
            }
        }
        assert!(kept > 0);
    }

    proptest! {
        /// The bound is the least number that is kept by the quotient, in exact rationals, and what is
        /// above it is kept as well.
        #[test]
        fn bounds_are_those_of_rationals(t in 0u64..=1_000_000, wa in 0u32..=64, wb in 0u32..=64, jaccard: bool) {
            let similarity = if jaccard { Similarity::Jaccard } else { Similarity::Dice };
            let scale = classic(t as f64 / 1e6, similarity);
            let weight = wa + wb;
            prop_assume!(weight > 0);
            for common in 0..=wa.min(wb) {
                let (c, w) = (u128::from(common), u128::from(weight));
                // c / (w / 2) or c / (w - c), against t / 10^6, multiplied out.
                let reaches = if jaccard { c * 1_000_000 >= u128::from(t) * (w - c) } else { 2 * c * 1_000_000 >= u128::from(t) * w };
                prop_assert_eq!(common >= scale.least_common(weight), reaches, "{} of {}", common, weight);
                prop_assert_eq!(scale.level_of_common(common, weight) > LOWEST, reaches);
            }
            prop_assert!(scale.least_common(weight) >= scale.least_common(weight - 1));
        }
    }

    #[test]
    fn small_blocks_are_kept_whole_and_large_ones_screened() {
        let s = scale(1024, 3);
        assert_eq!(s.least(1_000, 1_000), LOWEST);
        // 2 x 10^9 pairs of 3.5 million records: about 2.5 standard deviations of 16 bits.
        let least = s.least(2_000_000_000, 3_500_000);
        assert!(s.by_distance[512 - 32] < least && s.by_distance[512 - 64] >= least);
    }
}
