//! Half-full filters: pairs that differ in few bits.

use super::{Opposite, Own, lanes};
use crate::matcher::compare::kernel::{LANES, Tier};
use crate::matcher::compare::level::{Level, Scale};

impl Opposite {
    /// Offers the pairs whose distance is that of level `least` or less.
    ///
    /// PERF: no early exit. Unlike filters differ in half of their bits, give or take half the root of
    /// their number, and the bound is two to three of these deviations below: near 968 of 2,048 bits
    /// among 2 x 10^9 pairs of 3.5 million records. Half of the words decide only where more than that
    /// differ in 1,024 bits, of which 512 are expected: never. No weight decides either, since all
    /// filters are half full.
    pub(super) fn near(
        &self,
        scale: &Scale,
        own: &[Own<'_>],
        least: Level,
        mut offer: impl FnMut(&Own<'_>, usize, Level),
    ) {
        let tier = Tier::best();
        let most = scale.most_distance(least);
        self.by_tiles(own, |own, panel| {
            let mut keep = |own: &Own<'_>, lane: usize, distance: u32| {
                offer(own, panel * LANES + lane, scale.level_at(distance));
            };
            if let [a, b, c, d] = own {
                self.differ(tier, [a, b, c, d], panel, most, &mut keep);
            } else {
                for own in own {
                    self.differ(tier, [own], panel, most, &mut keep);
                }
            }
        });
    }

    fn differ<const R: usize>(
        &self,
        tier: Tier,
        own: [&Own<'_>; R],
        panel: usize,
        most: u32,
        keep: &mut impl FnMut(&Own<'_>, usize, u32),
    ) {
        let mut counts = [[0; LANES]; R];
        let filters = own.map(|own| own.filter);
        let panel = self.panels.panel(panel);
        let near = tier.differing_at_most(filters, panel, [most; R], &mut counts);
        for r in 0..R {
            for lane in lanes(near[r]) {
                keep(own[r], lane, counts[r][lane]);
            }
        }
    }
}
