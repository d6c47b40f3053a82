//! Tables: which bits they draw, and the rows of a side by their keys.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha12Rng;
use rayon::prelude::*;

use crate::matcher::compare::all_pairs::side::Side;
use crate::matcher::compare::kernel::planes::{BLOCK, Columns, Planes};

/// Share of all filters that have a bit for it to be drawn for a table: others hardly part anybody.
const ELIGIBLE: std::ops::RangeInclusive<f64> = 0.05..=0.95;

/// Which bits are looked at.
pub(super) struct Bits {
    /// Those that tables may draw.
    pub(super) eligible: Vec<u16>,
    eligible_mask: Vec<u64>,
    /// The words of a sketch, those whose bits part most: nearest to half of all filters have each.
    sketch: [usize; 3],
}

impl Bits {
    /// `counts`: how many of `filters` filters have each bit.
    pub(super) fn new(counts: &[u32], filters: usize) -> Self {
        let share = |count: u32| f64::from(count) / filters.max(1) as f64;
        let mut eligible_mask = vec![0u64; counts.len() / 64];
        let mut eligible = Vec::new();
        for (bit, &count) in counts.iter().enumerate() {
            if ELIGIBLE.contains(&share(count)) {
                eligible_mask[bit / 64] |= 1 << (bit % 64);
                eligible.push(bit as u16);
            }
        }
        // How often two strangers differ in a word, as a whole number.
        let differing = |count: u32| u64::from(count) * (filters as u64 - u64::from(count));
        let parts = counts.chunks(64).map(|word| {
            let sum: u64 = word.iter().map(|&count| differing(count)).sum();
            std::cmp::Reverse(sum)
        });
        let mut words: Vec<_> = parts.zip(0..).collect();
        words.sort_unstable();
        let sketch = [0, 1, 2].map(|n| words[n.min(words.len() - 1)].1);
        Self {
            eligible,
            eligible_mask,
            sketch,
        }
    }

    /// In how many eligible bits two filters differ, and in how many bits of their sketches.
    pub(super) fn differing(&self, a: &[u64], b: &[u64]) -> (usize, u32) {
        let in_word = |(w, mask): (usize, &u64)| ((a[w] ^ b[w]) & mask).count_ones() as usize;
        let sketch = self.sketch.map(|w| (a[w] ^ b[w]).count_ones());
        let eligible = self.eligible_mask.iter().enumerate().map(in_word).sum();
        (eligible, sketch.iter().sum())
    }
}

/// The bits of one table's key.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) bits: Vec<u16>,
}

impl Table {
    /// Table number `number` of `size` bits. The same for the same numbers.
    pub(super) fn draw(bits: &Bits, size: usize, number: usize, seed: u64) -> Self {
        let mut random = ChaCha12Rng::seed_from_u64(seed);
        random.set_stream(number as u64);
        let mut bits = bits.eligible.clone();
        let mut bits = bits.partial_shuffle(&mut random, size).0.to_vec();
        bits.sort_unstable();
        Self { bits }
    }
}

/// What tables keep of a filter: its sketch, of three words, then its mark.
pub(super) type Kept = [u64; 4];
/// Bits of a mark that hold the weight.
const WEIGHT: u32 = 13;

/// A side laid out for keys to be taken of it.
pub(super) struct Laid<'s, 't> {
    pub(super) side: &'s Side<'t>,
    columns: &'s Columns,
    planes: &'s Planes,
    /// The sketch of each token, then its mark.
    pub(super) kept: Vec<Kept>,
}

impl<'s, 't> Laid<'s, 't> {
    pub(super) fn new(
        side: &'s Side<'t>,
        (columns, planes): (&'s Columns, &'s Planes),
        bits: &Bits,
    ) -> Self {
        let kept = |row: &[u64]| {
            let [a, b, c] = bits.sketch.map(|word| row[word]);
            [a, b, c, mark(row)]
        };
        let rows = side.all_words().par_chunks(side.words());
        Self {
            side,
            columns,
            planes,
            kept: rows.map(kept).collect(),
        }
    }

    /// The tokens by their marks.
    pub(super) fn by_mark(&self) -> Vec<(u64, u32)> {
        let mark = |&token: &u32| (self.kept[token as usize][3], token);
        let mut marks: Vec<_> = self.side.tokens().par_iter().map(mark).collect();
        marks.par_sort_unstable();
        marks
    }
}

/// The weight of a filter, and above it what hardly any other filter has: of 51 bits.
fn mark(row: &[u64]) -> u64 {
    // The steps are those of wyhash (Wang Yi): a product of 128 bits, folded.
    let mut sum = 0u64;
    let mut weight = 0;
    for word in row {
        let product = u128::from(sum ^ word ^ 0xa076_1d64_78bd_642f) * 0xe703_7ed1_a0b4_28db;
        sum = (product >> 64) as u64 ^ product as u64;
        weight += word.count_ones();
    }
    sum << WEIGHT | u64::from(weight)
}

pub(super) fn weight(mark: u64) -> u32 {
    (mark & ((1 << WEIGHT) - 1)) as u32
}

/// The tokens of a side, each with its key above: by the first bits of the key.
pub(super) struct Parts {
    starts: Vec<u32>,
    entries: Vec<u64>,
}

pub(super) fn token(entry: u64) -> u32 {
    entry as u32
}

pub(super) fn key(entry: u64) -> u64 {
    entry >> 32
}

impl Parts {
    /// In `1 << parts` parts.
    pub(super) fn new(table: &Table, laid: &Laid<'_, '_>, parts: u32) -> Self {
        let shift = table.bits.len() as u32 - parts;
        let tokens = laid.side.tokens();
        let mut keys = Vec::with_capacity(tokens.len());
        let mut starts = vec![0u32; (1 << parts) + 1];
        let mut words = [0; BLOCK];
        for (block, tokens) in tokens.chunks(BLOCK).enumerate() {
            laid.planes
                .gather(laid.columns, block, &table.bits, &mut words);
            for &key in &words[..tokens.len()] {
                starts[(key >> shift) as usize + 1] += 1;
                keys.push(key as u32);
            }
        }
        for p in 1..starts.len() {
            starts[p] += starts[p - 1];
        }
        let mut next = starts.clone();
        let mut entries = vec![0; keys.len()];
        for (&token, key) in tokens.iter().zip(keys) {
            let place = &mut next[(u64::from(key) >> shift) as usize];
            entries[*place as usize] = u64::from(key) << 32 | u64::from(token);
            *place += 1;
        }
        Self { starts, entries }
    }

    /// Takes the tokens of a part, by key, in the place of those that were there.
    pub(super) fn sorted(&self, part: usize, entries: &mut Vec<u64>) {
        let range = self.starts[part] as usize..self.starts[part + 1] as usize;
        entries.clear();
        entries.extend_from_slice(&self.entries[range]);
        entries.sort_unstable();
    }
}
