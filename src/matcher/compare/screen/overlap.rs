//! Classic filters: pairs that have many bits in common for their weights.

use super::{Opposite, Own, lanes};
use crate::matcher::compare::LOWEST;
use crate::matcher::compare::kernel::{LANES, Tier};
use crate::matcher::compare::level::{Level, Scale};

/// Words from which the first half of them is worth a look of its own.
const HALVED_FROM: usize = 8;

/// Panels after which it is seen whether that pays.
const TRIED: u64 = 64;

/// Words of a filter that are looked at first.
fn prefix(words: usize) -> usize {
    if words < HALVED_FROM { 0 } else { words / 2 }
}

/// The set bits of a filter, and how many of them are outside the prefix.
pub(super) fn weights(filter: &[u64]) -> (u32, u32) {
    let ones = |words: &[u64]| words.iter().map(|w| w.count_ones()).sum::<u32>();
    let (first, rest) = filter.split_at(prefix(filter.len()));
    let rest = ones(rest);
    (ones(first) + rest, rest)
}

/// How often the prefix of a panel was looked at, and the rest as well.
#[derive(Default)]
struct Trial {
    looks: u64,
    in_vain: u64,
}

impl Trial {
    fn pays(&self) -> bool {
        self.looks < TRIED || 2 * self.in_vain < self.looks
    }
}

/// What goes along through the panels of one call.
struct Run<'s, F> {
    tier: Tier,
    scale: &'s Scale,
    least: Level,
    trial: Trial,
    offer: F,
}

impl Opposite {
    /// Offers the pairs whose coefficient is that of level `least` or more. `own` is in ascending order
    /// of weight.
    ///
    /// There are two early exits, both without loss. Two filters have no more bits in common than the
    /// lighter one has: a panel is left out where that is less than its lightest row asks for. And they
    /// have no more in common outside the prefix than the lighter rest has: where that and what they
    /// have in the prefix are less than the lightest row asks for, the rest is not looked at. What is
    /// asked for does not fall with the weight, so no other row of the panel asks for less.
    pub(super) fn overlapping(
        &self,
        scale: &Scale,
        own: &[Own<'_>],
        least: Level,
        offer: impl FnMut(&Own<'_>, usize, Level),
    ) {
        let mut run = Run {
            tier: Tier::best(),
            scale,
            least,
            trial: Trial::default(),
            offer,
        };
        self.by_tiles(own, |own, panel| {
            if let [a, b, c, d] = own {
                self.share(&mut run, [a, b, c, d], panel);
            } else {
                for own in own {
                    self.share(&mut run, [own], panel);
                }
            }
        });
    }

    fn share<const R: usize>(
        &self,
        run: &mut Run<'_, impl FnMut(&Own<'_>, usize, Level)>,
        own: [&Own<'_>; R],
        panel: usize,
    ) {
        let asked = own.map(|own| self.asked(run, own, panel));
        if asked.iter().all(Option::is_none) {
            return;
        }
        let (tier, columns) = (run.tier, self.panels.panel(panel));
        let prefix = prefix(columns.len());
        let mut counts = [[0; LANES]; R];
        if prefix == 0 || !run.trial.pays() {
            let least = asked.map(|asked| asked.unwrap_or(u32::MAX));
            let filters = own.map(|own| own.filter);
            let near = tier.common_at_least(filters, columns, least, &mut counts);
            for r in 0..R {
                for lane in lanes(near[r]) {
                    self.decide(run, own[r], panel * LANES + lane, counts[r][lane]);
                }
            }
            return;
        }
        let rest = self.rests[panel];
        let mut least = [u32::MAX; R];
        for r in 0..R {
            if let Some(asked) = asked[r] {
                least[r] = asked.saturating_sub(own[r].rest.min(rest));
            }
        }
        let filters = own.map(|own| &own.filter[..prefix]);
        let near = tier.common_at_least(filters, &columns[..prefix], least, &mut counts);
        for r in 0..R {
            run.trial.looks += u64::from(asked[r].is_some());
            if near[r] == 0 {
                continue;
            }
            run.trial.in_vain += 1;
            let mut others = [0; LANES];
            tier.common(&own[r].filter[prefix..], &columns[prefix..], &mut others);
            for lane in lanes(near[r]) {
                let common = counts[r][lane] + others[lane];
                self.decide(run, own[r], panel * LANES + lane, common);
            }
        }
    }

    /// The least number of bits that `own` must have in common with any row of the panel, or `None`
    /// if it cannot have so many with one of them.
    fn asked<F>(&self, run: &Run<'_, F>, own: &Own<'_>, panel: usize) -> Option<u32> {
        if run.least <= LOWEST {
            return Some(0);
        }
        let last = self.weights.len().min((panel + 1) * LANES) - 1;
        let (lightest, heaviest) = (self.weights[panel * LANES], self.weights[last]);
        let asked = run.scale.least_common(own.weight + lightest);
        (asked <= own.weight.min(heaviest)).then_some(asked)
    }

    /// Offers the row at `place` by its own weight.
    fn decide(
        &self,
        run: &mut Run<'_, impl FnMut(&Own<'_>, usize, Level)>,
        own: &Own<'_>,
        place: usize,
        common: u32,
    ) {
        if let Some(weight) = self.weights.get(place) {
            let level = run.scale.level_of_common(common, own.weight + weight);
            (run.offer)(own, place, level);
        }
    }
}
