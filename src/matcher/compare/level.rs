//! Hamming distance or Dice coefficient to a level on one common scale.

use super::{is_classic, kernel};
use crate::project::Filter;

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
}

/// How the bits of one filter become levels.
#[derive(Debug, Clone)]
pub struct Scale {
    bits: usize,
    measure: Measure,
    /// Level by Hamming distance, for half-full filters.
    by_distance: Vec<Level>,
}

impl Scale {
    /// The scale of `filter`.
    ///
    /// For a half-full filter of `layers` layers the correlation c = 1 - 2 d / bits of two
    /// filters at Hamming distance d estimates (2^(o/n) - 1)^layers, where o is the number of
    /// common q-grams and n the larger of the two numbers (docs/spec/encoding.md 6); the scale
    /// inverts that. For a classic filter the levels 2 to 13 divide the Dice coefficients from
    /// `dice` to 1 evenly.
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
            Measure::Dice((dice.unwrap_or(0.5) * 1e6).round() as u64)
        } else {
            Measure::Hamming
        };
        Self {
            bits,
            measure,
            by_distance,
        }
    }

    /// The level of two filters of this scale.
    #[must_use]
    pub fn level_of(&self, a: &[u64], b: &[u64]) -> Level {
        match self.measure {
            Measure::Hamming => self.level_at(kernel::distance(a, b)),
            Measure::Dice(_) => {
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
    /// together. [`LOWEST`] where the Dice coefficient is below the least that is kept.
    pub(super) fn level_of_common(&self, common: u32, weight: u32) -> Level {
        match self.measure {
            Measure::Hamming => LOWEST,
            Measure::Dice(least) => classic_level(common, weight, least),
        }
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
        if matches!(self.measure, Measure::Dice(_)) {
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

/// Integers decide: a pair is kept exactly if its Dice coefficient reaches `least` millionths.
fn classic_level(common: u32, weight: u32, least: u64) -> Level {
    let (common, weight) = (2_000_000 * u64::from(common), u64::from(weight));
    if weight == 0 || common < least * weight {
        return LOWEST;
    }
    if common == 1_000_000 * weight {
        return EXACT;
    }
    let steps = u64::from(TOP - LOWEST);
    let above = (common - least * weight) * steps / ((1_000_000 - least).max(1) * weight);
    LOWEST + 1 + above.min(steps - 1) as Level
}

fn step(share: f64) -> Level {
    LOWEST + EDGES.partition_point(|e| *e <= share) as Level
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn small_blocks_are_kept_whole_and_large_ones_screened() {
        let s = scale(1024, 3);
        assert_eq!(s.least(1_000, 1_000), LOWEST);
        // 2 x 10^9 pairs of 3.5 million records: about 2.5 standard deviations of 16 bits.
        let least = s.least(2_000_000_000, 3_500_000);
        assert!(s.by_distance[512 - 32] < least && s.by_distance[512 - 64] >= least);
    }
}
