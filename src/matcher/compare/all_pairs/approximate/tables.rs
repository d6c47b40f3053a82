//! Tables: rows that agree in some bits meet, as far as their sketches do not rule it out.

use std::ops::Range;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha12Rng;
use rayon::prelude::*;

use crate::matcher::compare::all_pairs::bound::Bound;
use crate::matcher::compare::all_pairs::lossless::{Found, Verify, slacks};
use crate::matcher::compare::all_pairs::side::Side;
use crate::matcher::compare::kernel::planes::{BLOCK, Columns, Planes, Rows};

/// Share of all filters that have a bit for it to be drawn for a table: others hardly part anybody.
const ELIGIBLE: std::ops::RangeInclusive<f64> = 0.05..=0.95;
/// Set bits of a sketch in the mean, eleven steps of the adders: by then nearly all strangers are out,
/// also among those that meet in a table.
const SKETCH: f64 = 176.0;
/// Rows of the left side that meet a part of a bucket at a time.
const PIECE: usize = 4096;
/// Pairs of a bucket below which they are looked at one by one: planes are not worth it.
const FEW: usize = 64;
/// Pieces of a task.
const BATCH: usize = 64;

/// Which bits are looked at.
pub(super) struct Sketch {
    /// The rarest bits, by which most pairs are ruled out.
    columns: Columns,
    mask: Vec<u64>,
    /// The bits that tables may draw.
    pub(super) eligible: Vec<u16>,
    eligible_mask: Vec<u64>,
}

impl Sketch {
    /// `counts`: how many of `filters` filters have each bit; `rarest_first`: the bits by that.
    pub(super) fn new(counts: &[u32], rarest_first: &[u16], filters: usize) -> Self {
        let words = counts.len() / 64;
        let share = |bit: u16| f64::from(counts[usize::from(bit)]) / filters.max(1) as f64;
        let mask = |bits: &[u16]| {
            let mut mask = vec![0u64; words];
            for &bit in bits {
                mask[usize::from(bit) / 64] |= 1 << (bit % 64);
            }
            mask
        };
        let mut sum = 0.0;
        let of_sketch = rarest_first.iter().take_while(|bit| {
            sum += share(**bit);
            sum <= SKETCH
        });
        let of_sketch: Vec<u16> = of_sketch.copied().collect();
        let mut eligible: Vec<u16> = rarest_first.to_vec();
        eligible.retain(|bit| ELIGIBLE.contains(&share(*bit)));
        Self {
            columns: Columns::new(words, &of_sketch),
            mask: mask(&of_sketch),
            eligible_mask: mask(&eligible),
            eligible,
        }
    }

    /// In how many eligible bits `a` and `b` differ, and how many of the bits of its sketch that `a` has
    /// are missed by `b`.
    pub(super) fn profile(&self, a: &[u64], b: &[u64]) -> (usize, u32) {
        let (mut differing, mut misses) = (0, 0);
        for (w, (x, y)) in a.iter().zip(b).enumerate() {
            differing += ((x ^ y) & self.eligible_mask[w]).count_ones() as usize;
            misses += (x & !y & self.mask[w]).count_ones();
        }
        (differing, misses)
    }
}

/// The bits of one table's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table(Vec<u16>);

impl Table {
    /// Table number `number` of `bits` bits. The same for the same numbers.
    pub(super) fn draw(sketch: &Sketch, bits: usize, number: usize, seed: u64) -> Self {
        let mut random = ChaCha12Rng::seed_from_u64(seed);
        random.set_stream(number as u64);
        let mut eligible = sketch.eligible.clone();
        Self(eligible.partial_shuffle(&mut random, bits).0.to_vec())
    }

    fn key(&self, row: &[u64]) -> u32 {
        let bit = |b: &u16| (row[usize::from(*b) / 64] >> (b % 64)) as u32 & 1;
        self.0.iter().fold(0, |key, b| key << 1 | bit(b))
    }

    /// Whether two filters have one key.
    fn meet(&self, a: &[u64], b: &[u64]) -> bool {
        let differ = |b_: &u16| {
            let w = usize::from(*b_) / 64;
            (a[w] ^ b[w]) >> (b_ % 64) & 1 == 1
        };
        !self.0.iter().any(differ)
    }
}

/// The rows of a side by key: in each bucket in the order of the side.
struct Buckets {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Buckets {
    fn new(table: &Table, side: &Side<'_>) -> Self {
        let all = (0..side.len()).into_par_iter();
        let keys: Vec<u32> = all.map(|i| table.key(side.row(i))).collect();
        let mut starts = vec![0u32; (1 << table.0.len()) + 1];
        for key in &keys {
            starts[*key as usize + 1] += 1;
        }
        for k in 1..starts.len() {
            starts[k] += starts[k - 1];
        }
        let mut next = starts.clone();
        let mut rows = vec![0; keys.len()];
        for (i, key) in keys.iter().enumerate() {
            let place = &mut next[*key as usize];
            rows[*place as usize] = i as u32;
            *place += 1;
        }
        Self { starts, rows }
    }

    fn range(&self, key: usize) -> Range<usize> {
        self.starts[key] as usize..self.starts[key + 1] as usize
    }
}

/// What tables have found.
#[derive(Debug, Default)]
pub(super) struct Harvest {
    /// The pairs, each once.
    pub(super) found: Vec<Found>,
    /// Pairs that met in a table, each as often as it did.
    pub(super) met: u64,
    /// Those of them that were counted in full.
    pub(super) verified: u64,
}

/// Both sides of a search by tables.
pub(super) struct Search<'s, 't> {
    pub(super) left: &'s Side<'t>,
    pub(super) right: &'s Side<'t>,
    pub(super) bound: &'s Bound,
    pub(super) sketch: &'s Sketch,
    /// How many bits of its sketch a left filter may miss.
    pub(super) tolerance: u32,
    /// Both are the same side: each pair is looked at once.
    pub(super) is_same: bool,
}

impl Search<'_, '_> {
    /// Adds what `table` finds to `harvest`; `before` are the tables that did so already.
    pub(super) fn add(&self, harvest: &mut Harvest, table: &Table, before: &[Table]) {
        let (a, b) = rayon::join(
            || Buckets::new(table, self.left),
            || Buckets::new(table, self.right),
        );
        let mut pieces: Vec<(Range<usize>, Range<usize>)> = Vec::new();
        for key in 0..1 << table.0.len() {
            let (rows, others) = (a.range(key), b.range(key));
            if others.is_empty() {
                continue;
            }
            harvest.met += rows.len() as u64 * others.len() as u64;
            for start in rows.clone().step_by(PIECE) {
                pieces.push((start..rows.end.min(start + PIECE), others.clone()));
            }
        }
        let batches: Vec<Harvest> = pieces
            .par_chunks(BATCH)
            .map(|batch| {
                let mut of_batch = Harvest::default();
                for (rows, others) in batch {
                    let bucket = (&a.rows[rows.clone()], &b.rows[others.clone()]);
                    self.bucket(&mut of_batch, bucket, before);
                }
                of_batch
            })
            .collect();
        for mut batch in batches {
            harvest.found.append(&mut batch.found);
            harvest.verified += batch.verified;
        }
    }

    fn bucket(&self, harvest: &mut Harvest, (a, b): (&[u32], &[u32]), before: &[Table]) {
        let mut verify = Verify::new((self.left, self.right), self.bound);
        if a.len() * b.len() <= FEW {
            let places = a
                .iter()
                .flat_map(|&i| b.iter().map(move |&j| (i as usize, j as usize)));
            verify.take(places.filter(|&(i, j)| {
                let (_, misses) = self.sketch.profile(self.left.row(i), self.right.row(j));
                misses <= self.tolerance && (!self.is_same || i < j)
            }));
            self.keep(harvest, &mut verify, before);
            return;
        }
        let columns = &self.sketch.columns;
        let mut rows = Rows::default();
        rows.fill(columns, a.iter().map(|&i| self.left.row(i as usize)));
        let weights = |side: &Side<'_>, rows: &[u32]| -> Vec<u32> {
            rows.iter().map(|&i| side.weights()[i as usize]).collect()
        };
        let own = weights(self.left, a);
        for lanes in b.chunks(BLOCK) {
            let mut planes = Planes::new(columns, lanes.len());
            for block in planes.each_mut() {
                columns.fill_block(block, lanes.iter().map(|&j| self.right.row(j as usize)));
            }
            let mut which = slacks(self.bound, &own, &weights(self.right, lanes));
            for (_, slack) in &mut which {
                *slack = self.tolerance.min(*slack);
            }
            verify.near((&planes, 0), &rows, &which, |near| {
                let (i, j) = (a[near.row as usize], lanes[near.lane as usize]);
                (!self.is_same || i < j).then_some((i as usize, j as usize))
            });
            self.keep(harvest, &mut verify, before);
        }
    }

    /// Adds to `harvest` what `verify` holds and the bound keeps, but for what was found before.
    fn keep(&self, harvest: &mut Harvest, verify: &mut Verify<'_, '_>, before: &[Table]) {
        harvest.verified += verify.len() as u64;
        verify.kept(|pair| {
            let (x, y) = (
                self.left.of_token(pair.left),
                self.right.of_token(pair.right),
            );
            if !before.iter().any(|table| table.meet(x, y)) {
                harvest.found.push(pair);
            }
        });
    }
}
