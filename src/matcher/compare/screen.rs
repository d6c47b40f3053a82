//! One row against all rows of a block: which of them are alike enough to be kept?

use std::ops::Range;

use super::kernel::{LANES, Panels, Tier};
use super::level::{Level, Measure, Scale};
use crate::token::FilterColumn;

/// Rows of a block from which they are put side by side: fewer leave most of a panel empty.
const FEW: usize = LANES / 2;

/// The filters of one side of a block, ready to be compared with one of the other side after another.
#[derive(Default)]
pub(super) struct Opposite {
    rows: Range<usize>,
    panels: Panels,
    weights: Vec<u32>,
    absent: Vec<usize>,
}

impl Opposite {
    /// Takes the rows `rows` of `column`, in the place of those that were there.
    pub(super) fn fill(&mut self, scale: &Scale, column: &FilterColumn, rows: Range<usize>) {
        self.rows = rows.clone();
        self.absent.clear();
        self.absent
            .extend(rows.clone().filter(|&j| !column.present[j]));
        let many = if rows.len() < FEW { 0..0 } else { rows };
        self.weights.clear();
        if matches!(scale.measure(), Measure::Dice(_)) {
            let weight = |j| column.row(j).iter().map(|w| w.count_ones()).sum::<u32>();
            self.weights.extend(many.clone().map(weight));
        }
        self.panels.fill(column.words, many.map(|j| column.row(j)));
    }

    /// Those rows that lack a filter.
    pub(super) fn absent(&self) -> &[usize] {
        &self.absent
    }

    /// Calls `keep` with the number in `column`, that of [`fill`](Self::fill), of each row whose filter
    /// is alike to `row` by level `least` or more, and with that level.
    pub(super) fn alike(
        &self,
        scale: &Scale,
        column: &FilterColumn,
        row: &[u64],
        least: Level,
        mut keep: impl FnMut(usize, Level),
    ) {
        if self.rows.len() < FEW {
            for j in self.rows.clone().filter(|&j| column.present[j]) {
                let level = scale.level_of(row, column.row(j));
                if level >= least {
                    keep(j, level);
                }
            }
            return;
        }
        let tier = Tier::best();
        let mut counts = [0; LANES];
        let mut offer = |lane: usize, n: usize, level: Level| {
            let j = self.rows.start + lane;
            if lane < n && level >= least && column.present[j] {
                keep(j, level);
            }
        };
        match scale.measure() {
            Measure::Hamming => {
                let most = scale.most_distance(least);
                for (first, n, panel) in self.panels.each() {
                    tier.differing(row, panel, &mut counts);
                    // Mostly none is near enough, which is seen in a few instructions.
                    if counts.iter().all(|d| *d > most) {
                        continue;
                    }
                    for (lane, distance) in counts.iter().enumerate().filter(|(_, d)| **d <= most) {
                        offer(first + lane, first + n, scale.level_at(*distance));
                    }
                }
            }
            Measure::Dice(_) => {
                let own: u32 = row.iter().map(|w| w.count_ones()).sum();
                for (first, n, panel) in self.panels.each() {
                    tier.common(row, panel, &mut counts);
                    for (lane, common) in counts.iter().take(n).enumerate() {
                        let weight = own + self.weights[first + lane];
                        offer(
                            first + lane,
                            first + n,
                            scale.level_of_common(*common, weight),
                        );
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::compare::{EXACT, LOWEST};
    use crate::project::{Fill, Filter};

    fn filter(bits: usize, fill: Fill) -> Filter {
        Filter {
            name: "t".into(),
            of: vec![],
            bits,
            layers: 2,
            fill,
        }
    }

    /// Rows with a few bits flipped, some equal, every seventh absent.
    fn column(n: usize, words: usize) -> FilterColumn {
        let word = |i: usize, w: usize| {
            let base = 0x9e37_79b9_7f4a_7c15u64.wrapping_mul(w as u64 + 1);
            let flips = (i as u64 % 5).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> (i % 40);
            if i.is_multiple_of(3) {
                base
            } else {
                base ^ flips
            }
        };
        FilterColumn {
            words,
            bits: (0..n)
                .flat_map(|i| (0..words).map(move |w| word(i, w)))
                .collect(),
            present: (0..n).map(|i| i % 7 != 6).collect(),
        }
    }

    #[test]
    fn what_is_kept_is_what_pair_by_pair_would_keep() {
        for (fill, dice) in [(Fill::Half, None), (Fill::Fixed(5), Some(0.8))] {
            let scale = Scale::of(&filter(192, fill), dice);
            for n in [1, FEW - 1, FEW, LANES, LANES + 3, 4 * LANES + 1] {
                let column = column(n, 3);
                let mut opposite = Opposite::default();
                opposite.fill(&scale, &column, 0..n);
                for least in LOWEST..=EXACT {
                    for i in (0..n).filter(|&i| column.present[i]) {
                        let mut kept = Vec::new();
                        opposite.alike(&scale, &column, column.row(i), least, |j, l| {
                            kept.push((j, l));
                        });
                        let wanted: Vec<(usize, Level)> = (0..n)
                            .filter(|&j| column.present[j])
                            .map(|j| (j, scale.level_of(column.row(i), column.row(j))))
                            .filter(|(_, level)| *level >= least)
                            .collect();
                        assert_eq!(kept, wanted, "{n} rows, from {least} on");
                    }
                }
                let absent: Vec<usize> = (0..n).filter(|i| i % 7 == 6).collect();
                assert_eq!(opposite.absent(), absent);
            }
        }
    }
}
