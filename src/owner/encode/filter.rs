//! Bloom filters: q-grams to positions, layers, folding. SPEC encoding.md 5.
//!
//! The half-full filter follows design considerations of folding (Schnell and Borgs 2016,
//! "XOR-folding for Bloom filter-based encryptions for privacy-preserving record linkage") with
//! the number of positions chosen so that weight says nothing about length.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use zeroize::Zeroizing;

use super::features::Gram;
use crate::owner::normalise::Spread;
use crate::project::{Fill, Filter};

/// ln 2 x 10^7, for integer arithmetic that is the same in every language.
const LN2_E7: u64 = 6_931_472;

/// Positions that each of `grams` q-grams sets in a layer of `bits` bits: round(bits ln 2 /
/// grams), at least 1, for [`Fill::Half`].
pub(super) fn positions(fill: Fill, bits: usize, grams: usize) -> usize {
    match fill {
        Fill::Fixed(k) => k,
        Fill::Half => {
            let (bits, grams) = (bits as u64, grams as u64);
            ((bits * LN2_E7 + grams * 5_000_000) / (grams * 10_000_000)).max(1) as usize
        }
    }
}

/// Words that are put together at a time; every filter that is kept has a multiple of them.
const STRIDE: usize = 8;

/// Whether the filter is large enough for its q-grams to be kept from one person to the next:
/// a smaller one is hashed faster than looked up, and the blocks of small filters are small.
pub(super) fn is_worth_keeping(filter: &Filter) -> bool {
    filter.bits * filter.layers >= 1024 && words(filter).is_multiple_of(STRIDE)
}

/// Memory that is used again from filter to filter.
#[derive(Default)]
pub(super) struct Scratch {
    stream: Vec<u8>,
    layers: Vec<u64>,
    places: Vec<usize>,
}

/// Sets `out`, of `filter.bits / 8` zero bytes, to the filter of `grams` under `key`.
///
/// Each q-gram seeds a stream of 16-bit numbers; number i x layers + h is its i-th position in
/// layer h. The layers are XOR-ed onto each other. Position p is bit p mod 8 of byte p / 8.
pub(super) fn fill(
    filter: &Filter,
    key: &[u8; 32],
    grams: &[Gram],
    out: &mut [u8],
    scratch: &mut Scratch,
) {
    let k = positions(filter.fill, filter.bits, grams.len());
    scratch.layers.clear();
    scratch.layers.resize(words(filter), 0);
    scratch.stream.resize(2 * k * filter.layers, 0);
    let mut message = Message::new(filter);
    for gram in grams {
        message.set(*gram);
        if scratch.stream.len() <= blake3::OUT_LEN {
            // PERF: the first 32 bytes of the stream are the hash, which costs half as much.
            let hash = blake3::keyed_hash(key, message.bytes());
            let length = scratch.stream.len();
            scratch.stream.copy_from_slice(&hash.as_bytes()[..length]);
        } else {
            message.stream(key).fill(&mut scratch.stream);
        }
        set(filter, &scratch.stream, &mut scratch.layers);
    }
    fold(filter, &mut scratch.layers, out);
}

/// What the q-grams of one filter set under one key, kept while the key stays the same.
///
/// The filter of a person is then the OR of what its q-grams set. A q-gram of a filter of n
/// q-grams sets the first k(n) positions of its stream, so that what it sets for a smaller n is
/// what it sets for a larger one and more: whoever comes in the order of falling n has every
/// position of a stream set once.
///
/// # Privacy
/// Derived from names under the linkage key, as a filter is. In memory only; as many entries as
/// there are different q-grams in a block.
pub(super) struct Masks {
    key: Zeroizing<[u8; 32]>,
    places: HashMap<u64, usize, BuildHasherDefault<Spread>>,
    kept: Vec<Kept>,
    /// The layers of each q-gram kept, in the order of `kept`.
    layers: Vec<u64>,
}

/// One q-gram: its stream, read as far as `positions` in every layer.
struct Kept {
    stream: blake3::OutputReader,
    positions: usize,
}

impl Masks {
    pub(super) fn new() -> Self {
        Self {
            key: Zeroizing::new([0; 32]),
            places: HashMap::default(),
            kept: Vec::new(),
            layers: Vec::new(),
        }
    }

    /// As [`fill`].
    pub(super) fn fill(
        &mut self,
        filter: &Filter,
        key: &[u8; 32],
        grams: &[Gram],
        out: &mut [u8],
        scratch: &mut Scratch,
    ) {
        if *self.key != *key {
            self.key.copy_from_slice(key);
            self.places.clear();
            self.kept.clear();
            self.layers.clear();
        }
        let k = positions(filter.fill, filter.bits, grams.len());
        let size = words(filter);
        scratch.places.clear();
        let mut message = Message::new(filter);
        for gram in grams {
            let place = *self.places.entry(gram.as_number()).or_insert_with(|| {
                message.set(*gram);
                self.kept.push(Kept {
                    stream: message.stream(key),
                    positions: 0,
                });
                self.layers.resize(self.kept.len() * size, 0);
                self.kept.len() - 1
            });
            let kept = &mut self.kept[place];
            let layers = &mut self.layers[place * size..(place + 1) * size];
            if kept.positions > k {
                kept.stream.set_position(0);
                kept.positions = 0;
                layers.fill(0);
            }
            if kept.positions < k {
                let more = k - kept.positions;
                scratch.stream.resize(2 * more * filter.layers, 0);
                kept.stream.fill(&mut scratch.stream);
                set(filter, &scratch.stream, layers);
                kept.positions = k;
            }
            scratch.places.push(place * size);
        }
        scratch.layers.clear();
        // PERF: some words of all q-grams at a time, which are then kept in registers.
        for start in (0..size).step_by(STRIDE) {
            let mut all = [0; STRIDE];
            for place in &scratch.places {
                let one = &self.layers[place + start..place + start + STRIDE];
                for (all, one) in all.iter_mut().zip(one) {
                    *all |= one;
                }
            }
            scratch.layers.extend_from_slice(&all);
        }
        fold(filter, &mut scratch.layers, out);
    }
}

/// What is hashed for a q-gram: the framed name of the filter, of 40 bytes at most, then the q-gram.
struct Message {
    bytes: [u8; 64],
    /// Where the q-gram starts.
    start: usize,
    length: usize,
}

impl Message {
    /// That of no q-gram yet.
    fn new(filter: &Filter) -> Self {
        let name = filter.name.as_bytes();
        let mut bytes = [0; 64];
        let start = 4 + name.len();
        bytes[..4].copy_from_slice(&(name.len() as u32).to_le_bytes());
        bytes[4..start].copy_from_slice(name);
        Self {
            bytes,
            start,
            length: start,
        }
    }

    /// Replaces the q-gram.
    fn set(&mut self, gram: Gram) {
        let (bytes, length) = gram.bytes();
        self.bytes[self.start..self.start + 8].copy_from_slice(&bytes);
        self.length = self.start + length;
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    fn stream(&self, key: &[u8; 32]) -> blake3::OutputReader {
        blake3::Hasher::new_keyed(key)
            .update(self.bytes())
            .finalize_xof()
    }
}

/// Words of all layers of a filter.
fn words(filter: &Filter) -> usize {
    filter.bits / 64 * filter.layers
}

/// Sets the positions of a stretch of a stream in `layers`, one layer after the other.
fn set(filter: &Filter, stream: &[u8], layers: &mut [u64]) {
    let number = |pair: &[u8]| usize::from(u16::from_le_bytes([pair[0], pair[1]]));
    if let [word] = layers {
        // PERF: the small filters, which are most, stay in a register.
        let bits = stream.chunks_exact(2).map(|pair| 1 << (number(pair) % 64));
        *word = bits.fold(*word, |word, bit: u64| word | bit);
        return;
    }
    let (mask, words) = (filter.bits - 1, filter.bits / 64);
    for numbers in stream.chunks_exact(2 * filter.layers) {
        let mut layer = 0;
        for pair in numbers.chunks_exact(2) {
            let position = number(pair) & mask;
            layers[layer + position / 64] |= 1 << (position % 64);
            layer += words;
        }
    }
}

/// The exclusive or of the layers, as bytes. Leaves the first layer changed.
fn fold(filter: &Filter, layers: &mut [u64], out: &mut [u8]) {
    let (first, others) = layers.split_at_mut(filter.bits / 64);
    for layer in others.chunks_exact(first.len()) {
        for (word, other) in first.iter_mut().zip(layer) {
            *word ^= other;
        }
    }
    for (bytes, word) in out.chunks_exact_mut(8).zip(first) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(bits: usize, layers: usize) -> Filter {
        Filter {
            name: "t".into(),
            of: vec![],
            bits,
            layers,
            fill: Fill::Half,
        }
    }

    fn grams(range: std::ops::Range<u32>) -> Vec<Gram> {
        range.map(Gram::number).collect()
    }

    fn make(f: &Filter, key: u8, g: &[Gram]) -> Vec<u8> {
        let mut out = vec![0; f.bits / 8];
        fill(f, &[key; 32], g, &mut out, &mut Scratch::default());
        out
    }

    /// Kept or made anew, a filter has the same bits: in any order of sizes and keys.
    #[test]
    fn masks_give_what_hashing_gives() {
        let sizes = [20u32, 20, 9, 14, 14, 30, 1, 3];
        for (bits, layers, fill) in [
            (2048, 5, Fill::Half),
            (1024, 1, Fill::Half),
            (1024, 1, Fill::Fixed(20)),
            (512, 3, Fill::Half),
        ] {
            let f = Filter {
                fill,
                ..filter(bits, layers)
            };
            let (mut masks, mut scratch) = (Masks::new(), Scratch::default());
            for key in [1, 2, 1] {
                for (i, n) in (0..).zip(sizes) {
                    let g = grams(3 * i..3 * i + n);
                    let mut out = vec![0; bits / 8];
                    masks.fill(&f, &[key; 32], &g, &mut out, &mut scratch);
                    assert_eq!(out, make(&f, key, &g), "{bits} {layers} {key} {n}");
                }
            }
        }
    }

    fn correlation(a: &[u8], b: &[u8]) -> f64 {
        let differing: u32 = a.iter().zip(b).map(|(x, y)| (x ^ y).count_ones()).sum();
        1.0 - 2.0 * f64::from(differing) / (8.0 * a.len() as f64)
    }

    #[test]
    fn rounding_is_to_the_nearest() {
        assert_eq!(positions(Fill::Half, 1024, 13), 55); // 54.6
        assert_eq!(positions(Fill::Half, 64, 1), 44); // 44.4
        assert_eq!(positions(Fill::Half, 64, 200), 1); // 0.2, at least 1
        assert_eq!(positions(Fill::Fixed(20), 1024, 13), 20);
    }

    /// The correlation of two filters is (2^(o/n) - 1)^layers on average: the formula that the
    /// matcher inverts.
    #[test]
    fn correlation_follows_the_formula() {
        for layers in [1, 3] {
            let f = filter(1024, layers);
            for common in [0u32, 10, 15, 18, 20] {
                let (a, b) = (grams(0..20), grams(20 - common..40 - common));
                let mean: f64 = (0..100)
                    .map(|key| correlation(&make(&f, key, &a), &make(&f, key, &b)))
                    .sum::<f64>()
                    / 100.0;
                let expected = (f64::from(common) / 20.0).exp2() - 1.0;
                let expected = expected.powi(layers as i32);
                assert!(
                    (mean - expected).abs() < 0.02,
                    "{layers} {common}: {mean} {expected}"
                );
            }
        }
    }

    #[test]
    fn weight_does_not_tell_the_length() {
        let f = filter(1024, 3);
        for n in [4u32, 10, 20, 30] {
            let weight: u32 = (0..50)
                .flat_map(|key| make(&f, key, &grams(0..n)))
                .map(u8::count_ones)
                .sum();
            let share = f64::from(weight) / (50.0 * 1024.0);
            assert!((share - 0.5).abs() < 0.02, "{n}: {share}");
        }
    }
}
