//! The rows of one side of a block against all rows of the other: which pairs are alike enough to be
//! kept?
//!
//! Most are not. So counts of bits are compared with bounds that were worked out before, and only a
//! pair within its bound is looked at by itself.

mod near;
mod overlap;

use std::ops::Range;

use super::kernel::{LANES, Panels, TOGETHER};
use super::level::{Level, Measure, Scale};
use crate::token::FilterColumn;

/// Rows of a block from which they are put side by side: fewer leave most of a panel empty.
const FEW: usize = LANES / 2;

/// Bytes of the panels that all rows meet before the next ones: they stay in a first cache of 32 KiB,
/// with room for the rows and the counts.
const TILE: usize = 24 << 10;

/// Bytes of the rows that meet one tile after another: they stay in a second cache of 512 KiB or more.
const CHUNK: usize = 256 << 10;

/// The filters of one side of a block, ready to be compared with those of the other side.
///
/// Classic ones are in the order of their weights, so that those of a panel are about the same and one
/// bound does for all of it.
#[derive(Default)]
pub(super) struct Opposite {
    rows: Range<usize>,
    panels: Panels,
    /// The rows in the order of the panels.
    order: Vec<u32>,
    /// Weights of classic filters, in the order of the panels.
    weights: Vec<u32>,
    /// For each panel of classic filters the greatest weight outside the prefix.
    rests: Vec<u32>,
    absent: Vec<usize>,
}

/// A row of the other side.
struct Own<'a> {
    number: usize,
    filter: &'a [u64],
    /// Of a classic filter, and what of it lies outside the prefix.
    weight: u32,
    rest: u32,
}

impl Opposite {
    /// Takes the rows `rows` of `column`, in the place of those that were there.
    pub(super) fn fill(&mut self, scale: &Scale, column: &FilterColumn, rows: Range<usize>) {
        self.rows = rows.clone();
        self.absent.clear();
        self.absent
            .extend(rows.clone().filter(|&j| !column.present[j]));
        let many = if rows.len() < FEW { 0..0 } else { rows };
        self.order.clear();
        self.weights.clear();
        self.rests.clear();
        if scale.measure() == Measure::Hamming {
            self.order.extend(many.map(|j| j as u32));
        } else {
            let weighed = many.map(|j| (overlap::weights(column.row(j)), j as u32));
            let mut weighed: Vec<((u32, u32), u32)> = weighed.collect();
            weighed.sort_unstable();
            for panel in weighed.chunks(LANES) {
                self.order.extend(panel.iter().map(|(_, j)| j));
                self.weights
                    .extend(panel.iter().map(|((weight, _), _)| weight));
                let rests = panel.iter().map(|((_, rest), _)| *rest);
                self.rests.push(rests.max().unwrap_or(0));
            }
        }
        let rows = self.order.iter().map(|&j| column.row(j as usize));
        self.panels.fill(column.words, rows);
    }

    /// Those rows that lack a filter.
    pub(super) fn absent(&self) -> &[usize] {
        &self.absent
    }

    /// Calls `keep` for each pair of a row of `rows` in `left` and one of those of
    /// [`fill`](Self::fill) in `column` that both have a filter and are alike by level `least` or more,
    /// with the number of each and that level. In no order that could be relied on.
    pub(super) fn alike(
        &self,
        scale: &Scale,
        (left, rows): (&FilterColumn, Range<usize>),
        column: &FilterColumn,
        least: Level,
        mut keep: impl FnMut(usize, usize, Level),
    ) {
        let present = rows.filter(|&i| left.present[i]);
        if self.rows.len() < FEW {
            for i in present {
                for j in self.rows.clone().filter(|&j| column.present[j]) {
                    let level = scale.level_of(left.row(i), column.row(j));
                    if level >= least {
                        keep(i, j, level);
                    }
                }
            }
            return;
        }
        // `place`: in the order of the panels, whose last one may have places for no row.
        let offer = |own: &Own<'_>, place: usize, level: Level| {
            if let Some(&j) = self.order.get(place)
                && level >= least
                && column.present[j as usize]
            {
                keep(own.number, j as usize, level);
            }
        };
        if scale.measure() == Measure::Hamming {
            let own = present.map(|number| Own {
                number,
                filter: left.row(number),
                weight: 0,
                rest: 0,
            });
            self.near(scale, &own.collect::<Vec<_>>(), least, offer);
        } else {
            let own = present.map(|number| {
                let filter = left.row(number);
                let (weight, rest) = overlap::weights(filter);
                Own {
                    number,
                    filter,
                    weight,
                    rest,
                }
            });
            let mut own: Vec<Own<'_>> = own.collect();
            own.sort_by_key(|own| own.weight);
            self.overlapping(scale, &own, least, offer);
        }
    }

    /// Calls `meet` for each panel with each of `own`, several of these at a time: each tile with each
    /// chunk of rows.
    fn by_tiles<'o, 'a>(&self, own: &'o [Own<'a>], mut meet: impl FnMut(&'o [Own<'a>], usize)) {
        let bytes = self.panels.words() * size_of::<u64>();
        let rows = (CHUNK / bytes.max(1)).next_multiple_of(TOGETHER);
        let tile = (TILE / (bytes * LANES).max(1)).max(1);
        let panels = self.panels.len();
        for chunk in own.chunks(rows.max(TOGETHER)) {
            for first in (0..panels).step_by(tile) {
                for own in chunk.chunks(TOGETHER) {
                    for panel in first..panels.min(first + tile) {
                        meet(own, panel);
                    }
                }
            }
        }
    }
}

/// The numbers of the bits that are set.
fn lanes(mut bits: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lane = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (lane < u32::BITS).then_some(lane as usize)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::matcher::compare::{EXACT, LOWEST};
    use crate::project::{Fill, Filter, Similarity};

    fn scale(bits: usize, fill: Fill, dice: f64) -> Scale {
        let filter = Filter {
            name: "t".into(),
            of: vec![],
            bits,
            layers: 2,
            fill,
        };
        Scale::of(&filter, Some(dice))
    }

    /// All scales of `bits` bits that there are kinds of.
    fn scales(bits: usize, dice: f64) -> [Scale; 3] {
        let classic = scale(bits, Fill::Fixed(5), dice);
        [
            scale(bits, Fill::Half, dice),
            classic.clone(),
            classic.by(Similarity::Jaccard),
        ]
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

    /// What is kept of `rows` of `left` and all of `right`, and what pair by pair would be.
    fn kept(
        scale: &Scale,
        (left, rows): (&FilterColumn, Range<usize>),
        right: &FilterColumn,
        least: Level,
    ) -> [Vec<(usize, usize, Level)>; 2] {
        let all = 0..right.present.len();
        let mut opposite = Opposite::default();
        opposite.fill(scale, right, all.clone());
        let mut kept = Vec::new();
        opposite.alike(scale, (left, rows.clone()), right, least, |i, j, level| {
            kept.push((i, j, level));
        });
        kept.sort_unstable();
        let pairs = rows.flat_map(|i| all.clone().map(move |j| (i, j)));
        let levels = pairs.filter_map(|(i, j)| {
            let level = scale.level_of(left.get(i)?, right.get(j)?);
            (level >= least).then_some((i, j, level))
        });
        [kept, levels.collect()]
    }

    #[test]
    fn what_is_kept_is_what_pair_by_pair_would_keep() {
        for scale in scales(192, 0.8) {
            for n in [1, FEW - 1, FEW, LANES, LANES + 3, 4 * LANES + 1] {
                let column = column(n, 3);
                for least in LOWEST..=EXACT {
                    let [kept, wanted] = kept(&scale, (&column, 0..n), &column, least);
                    assert_eq!(kept, wanted, "{n} rows, from {least} on");
                }
                let mut opposite = Opposite::default();
                opposite.fill(&scale, &column, 0..n);
                let absent: Vec<usize> = (0..n).filter(|i| i % 7 == 6).collect();
                assert_eq!(opposite.absent(), absent);
            }
        }
    }

    #[test]
    fn several_tiles_and_chunks_keep_what_one_would() {
        // 4,096 bits: a tile is one panel of 16 KiB, a chunk 512 rows.
        let words = 64;
        let (left, right) = (column(CHUNK / (8 * words) + 37, words), column(100, words));
        let rows = 3..left.present.len();
        for scale in scales(64 * words, 0.9) {
            let [kept, wanted] = kept(&scale, (&left, rows.clone()), &right, LOWEST + 5);
            assert!(kept == wanted && !wanted.is_empty());
        }
    }

    /// Filters of every weight: some bits of one that all have, and some of their own.
    fn filters(words: usize) -> impl Strategy<Value = FilterColumn> {
        let row = (any::<u64>(), 0u32..4, 0u32..6);
        prop::collection::vec(row, FEW..3 * LANES).prop_map(move |rows| {
            let mut mixed = 0x9e37_79b9_7f4a_7c15u64;
            let mut next = move || {
                mixed = mixed.wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ mixed >> 29;
                mixed
            };
            let common: Vec<u64> = (0..words).map(|_| next() & next()).collect();
            let bits = rows.iter().flat_map(|(seed, kind, thin)| {
                let own = (0..words as u64).map(|w| {
                    let word = (seed ^ w).wrapping_mul(0x94d0_49bb_1331_11eb);
                    (0..*thin).fold(word, |word, k| word & word.rotate_left(7 * k + 3))
                });
                let both = common.iter().zip(own);
                both.map(|(c, o)| match kind {
                    0 => o,
                    1 => c | o,
                    2 => c & !o,
                    _ => *c,
                })
                .collect::<Vec<_>>()
            });
            FilterColumn {
                words,
                bits: bits.collect(),
                present: rows.iter().map(|(seed, ..)| seed % 8 != 0).collect(),
            }
        })
    }

    proptest! {
        /// Weights and prefixes leave out nothing, at any threshold, whether or not the prefix is used.
        #[test]
        fn no_early_exit_loses_a_pair(
            (words, left, right) in prop::sample::select(vec![1usize, 4, 8, 9, 16])
                .prop_flat_map(|words| (Just(words), filters(words), filters(words))),
            dice in 1u32..=100,
            least in LOWEST..=EXACT,
        ) {
            for scale in scales(64 * words, f64::from(dice) / 100.0) {
                for least in [least, LOWEST + 1] {
                    let [kept, wanted] = kept(&scale, (&left, 0..left.present.len()), &right, least);
                    prop_assert_eq!(kept, wanted);
                }
            }
        }
    }
}
