//! Tables: rows that agree in some bits meet, and are counted in full if their sketches are alike.

use std::ops::Range;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha12Rng;
use rayon::prelude::*;

use crate::matcher::compare::all_pairs::bound::Bound;
use crate::matcher::compare::all_pairs::lossless::{Found, Verify};
use crate::matcher::compare::all_pairs::side::Side;
use crate::matcher::compare::kernel::Tier;
use crate::matcher::compare::kernel::planes::{BLOCK, Columns, Planes, Sketch};

/// Share of all filters that have a bit for it to be drawn for a table: others hardly part anybody.
const ELIGIBLE: std::ops::RangeInclusive<f64> = 0.05..=0.95;
/// Bits of a sketch.
const SKETCH: usize = 128;
/// Rows of a part of a table: few enough to be sorted in the first cache.
const PART: usize = 1024;
/// Most parts of a table, as bits of the key.
const MOST_PARTS: u32 = 12;
/// Rows of the left side that meet those of the right in their bucket at a time.
const PIECE: usize = 64;
/// Pieces of a task, so that threads share a giant bucket.
const PIECES: usize = 64;
/// Pairs that are counted in full at a time.
const BATCH: usize = 2048;

/// Which bits are looked at.
pub(super) struct Bits {
    /// Those that tables may draw.
    pub(super) eligible: Vec<u16>,
    eligible_mask: Vec<u64>,
    /// Those of a sketch: of which nearest to half of all filters have each, so that they part most.
    sketch: Vec<u16>,
    sketch_mask: Vec<u64>,
}

impl Bits {
    /// `counts`: how many of `filters` filters have each bit.
    pub(super) fn new(counts: &[u32], filters: usize) -> Self {
        let mask = |bits: &[u16]| {
            let mut mask = vec![0u64; counts.len() / 64];
            for &bit in bits {
                mask[usize::from(bit) / 64] |= 1 << (bit % 64);
            }
            mask
        };
        let count = |bit: u16| counts[usize::from(bit)];
        let share = |bit: u16| f64::from(count(bit)) / filters.max(1) as f64;
        let mut sketch: Vec<u16> = (0..counts.len() as u16).collect();
        sketch.sort_by_key(|&bit| ((2 * u64::from(count(bit))).abs_diff(filters as u64), bit));
        let mut eligible = sketch.clone();
        eligible.retain(|&bit| ELIGIBLE.contains(&share(bit)));
        sketch.truncate(SKETCH);
        Self {
            eligible_mask: mask(&eligible),
            eligible,
            sketch_mask: mask(&sketch),
            sketch,
        }
    }

    /// In how many eligible bits two filters differ, and in how many bits of their sketches.
    pub(super) fn differing(&self, a: &[u64], b: &[u64]) -> (usize, u32) {
        let (mut eligible, mut sketch) = (0, 0);
        for (w, (x, y)) in a.iter().zip(b).enumerate() {
            eligible += ((x ^ y) & self.eligible_mask[w]).count_ones();
            sketch += ((x ^ y) & self.sketch_mask[w]).count_ones();
        }
        (eligible as usize, sketch)
    }
}

/// The bits of one table's key.
#[derive(Debug)]
pub(super) struct Table {
    bits: Vec<u16>,
    /// The same by words of a filter.
    masks: Vec<(usize, u64)>,
}

impl Table {
    /// Table number `number` of `size` bits. The same for the same numbers.
    pub(super) fn draw(bits: &Bits, size: usize, number: usize, seed: u64) -> Self {
        let mut random = ChaCha12Rng::seed_from_u64(seed);
        random.set_stream(number as u64);
        let mut bits = bits.eligible.clone();
        let mut bits = bits.partial_shuffle(&mut random, size).0.to_vec();
        bits.sort_unstable();
        let of_word = |bits: &[u16]| {
            let mask = bits.iter().fold(0, |mask, bit| mask | 1 << (bit % 64));
            (usize::from(bits[0]) / 64, mask)
        };
        let masks = bits.chunk_by(|a, b| a / 64 == b / 64).map(of_word);
        Self {
            masks: masks.collect(),
            bits,
        }
    }

    /// Whether two filters have one key.
    fn meet(&self, a: &[u64], b: &[u64]) -> bool {
        self.masks
            .iter()
            .all(|&(w, mask)| (a[w] ^ b[w]) & mask == 0)
    }
}

/// A side laid out for keys to be taken of it.
pub(super) struct Laid<'s, 't> {
    side: &'s Side<'t>,
    columns: &'s Columns,
    planes: &'s Planes,
    /// By token.
    sketches: Vec<Sketch>,
}

impl<'s, 't> Laid<'s, 't> {
    pub(super) fn new(
        side: &'s Side<'t>,
        (columns, planes): (&'s Columns, &'s Planes),
        bits: &Bits,
    ) -> Self {
        let mut sketches = vec![Sketch::default(); side.all_words().len() / side.words()];
        let mut words = [0; BLOCK];
        for (block, tokens) in side.tokens().chunks(BLOCK).enumerate() {
            for (word, bits) in bits.sketch.chunks(64).enumerate() {
                planes.gather(columns, block, bits, &mut words);
                for (token, own) in tokens.iter().zip(words) {
                    sketches[*token as usize][word] = own;
                }
            }
        }
        Self {
            side,
            columns,
            planes,
            sketches,
        }
    }

    fn sketches(&self, entries: &[u64]) -> Vec<Sketch> {
        let sketch = |&entry| self.sketches[token(entry) as usize];
        entries.iter().map(sketch).collect()
    }
}

/// The tokens of a side, each with its key above: by the first bits of the key.
struct Parts {
    starts: Vec<u32>,
    entries: Vec<u64>,
}

fn token(entry: u64) -> u32 {
    entry as u32
}

fn key(entry: u64) -> u64 {
    entry >> 32
}

impl Parts {
    /// In `1 << parts` parts.
    fn new(table: &Table, side: &Laid<'_, '_>, parts: u32) -> Self {
        let shift = 32 + table.bits.len() as u32 - parts;
        let part = |entry: u64| (entry >> shift) as usize;
        let mut unsorted = Vec::with_capacity(side.side.len());
        let mut starts = vec![0u32; (1 << parts) + 1];
        let mut keys = [0; BLOCK];
        for (block, tokens) in side.side.tokens().chunks(BLOCK).enumerate() {
            side.planes
                .gather(side.columns, block, &table.bits, &mut keys);
            for (&token, key) in tokens.iter().zip(keys) {
                let entry = key << 32 | u64::from(token);
                starts[part(entry) + 1] += 1;
                unsorted.push(entry);
            }
        }
        for p in 1..starts.len() {
            starts[p] += starts[p - 1];
        }
        let mut next = starts.clone();
        let mut entries = vec![0; unsorted.len()];
        for entry in unsorted {
            let place = &mut next[part(entry)];
            entries[*place as usize] = entry;
            *place += 1;
        }
        Self { starts, entries }
    }

    /// The tokens of a part, by key.
    fn sorted(&self, part: usize) -> Vec<u64> {
        let range = self.starts[part] as usize..self.starts[part + 1] as usize;
        let mut entries = self.entries[range].to_vec();
        entries.sort_unstable();
        entries
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

impl Harvest {
    fn of(parts: Vec<Self>) -> Self {
        let mut all = Self::default();
        parts.into_iter().for_each(|part| all.append(part));
        all
    }

    pub(super) fn append(&mut self, mut other: Self) {
        self.found.append(&mut other.found);
        self.met += other.met;
        self.verified += other.verified;
    }
}

/// Both sides of a search by tables.
pub(super) struct Search<'s, 't> {
    pub(super) left: &'s Laid<'s, 't>,
    pub(super) right: &'s Laid<'s, 't>,
    pub(super) bound: &'s Bound,
    /// In how many bits of their sketches two filters may differ.
    pub(super) tolerance: u32,
    /// Both are the same side: each pair is looked at once.
    pub(super) is_same: bool,
}

impl Search<'_, '_> {
    /// What table number `number` of `tables` finds that those before it do not.
    pub(super) fn table(&self, tables: &[Table], number: usize) -> Harvest {
        let table = &tables[number];
        let rows = self.left.side.len().max(self.right.side.len());
        let parts = (rows / PART).max(1).ilog2();
        let parts = parts.min(MOST_PARTS).min(table.bits.len() as u32);
        let (a, b) = rayon::join(
            || Parts::new(table, self.left, parts),
            || Parts::new(table, self.right, parts),
        );
        let part = |part| self.part(&a.sorted(part), &b.sorted(part), &tables[..number]);
        Harvest::of((0..1usize << parts).into_par_iter().map(part).collect())
    }

    /// What the buckets of a part find: `a` and `b` are its rows of both sides, by key.
    fn part(&self, a: &[u64], b: &[u64], before: &[Table]) -> Harvest {
        let mut pieces = Vec::new();
        let (mut end, mut other) = (0, 0);
        for rows in a.chunk_by(|x, y| key(*x) == key(*y)) {
            let start = end;
            end += rows.len();
            let own = key(rows[0]);
            while other < b.len() && key(b[other]) < own {
                other += 1;
            }
            let from = other;
            while other < b.len() && key(b[other]) == own {
                other += 1;
            }
            if from < other {
                let piece = |at: usize| (at..end.min(at + PIECE), from..other);
                pieces.extend((start..end).step_by(PIECE).map(piece));
            }
        }
        let part = Part {
            rows: (a, b),
            sketches: (&self.left.sketches(a), &self.right.sketches(b)),
        };
        let pieces = pieces.par_chunks(PIECES);
        let found = pieces.map(|pieces| self.pieces(&part, pieces, before));
        Harvest::of(found.collect())
    }

    /// What pieces of buckets find, each a range of rows on both sides.
    fn pieces(
        &self,
        part: &Part<'_>,
        pieces: &[(Range<usize>, Range<usize>)],
        before: &[Table],
    ) -> Harvest {
        let tier = Tier::best();
        let mut harvest = Harvest::default();
        let mut verify = Verify::new((self.left.side, self.right.side), self.bound);
        let mut alike = Vec::new();
        for (rows, others) in pieces {
            let (a, b) = (&part.rows.0[rows.clone()], &part.rows.1[others.clone()]);
            harvest.met += (a.len() * b.len()) as u64;
            let sketches = (
                &part.sketches.0[rows.clone()],
                &part.sketches.1[others.clone()],
            );
            tier.alike(sketches, self.tolerance, &mut alike);
            let tokens = |(i, j): (u32, u32)| (token(a[i as usize]), token(b[j as usize]));
            let tokens = alike.drain(..).map(tokens);
            verify.add(tokens.filter(|(i, j)| !self.is_same || i < j));
            if verify.len() >= BATCH {
                self.keep(&mut harvest, &mut verify, before);
            }
        }
        self.keep(&mut harvest, &mut verify, before);
        harvest
    }

    /// Moves to `harvest` what `verify` holds and the bound keeps, but for what tables `before` find.
    fn keep(&self, harvest: &mut Harvest, verify: &mut Verify<'_, '_>, before: &[Table]) {
        harvest.verified += verify.len() as u64;
        verify.kept(|pair| {
            let (x, y) = (
                self.left.side.of_token(pair.left),
                self.right.side.of_token(pair.right),
            );
            if !before.iter().any(|table| table.meet(x, y)) {
                harvest.found.push(pair);
            }
        });
    }
}

/// Tokens of both sides, each with its key, and their sketches.
struct Part<'p> {
    rows: (&'p [u64], &'p [u64]),
    sketches: (&'p [Sketch], &'p [Sketch]),
}
