//! Bloom filters: q-grams to positions, layers, folding. SPEC encoding.md 5.
//!
//! The half-full filter follows design considerations of folding (Schnell and Borgs 2016,
//! "XOR-folding for Bloom filter-based encryptions for privacy-preserving record linkage") with
//! the number of positions chosen so that weight says nothing about length.

use pulp::{Arch, Simd, WithSimd};

use super::features::Gram;
use super::lanes::{BLOCK, LANES, Lanes};
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

/// Memory that is used again from filter to filter, and the registers that there are.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) arch: Arch,
    stream: Vec<u8>,
    pub(super) layers: Vec<u64>,
    pub(super) places: Vec<usize>,
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
        set(filter, &scratch.stream, &mut scratch.layers, scratch.arch);
    }
    fold(filter, &mut scratch.layers, out);
}

/// Whether [`fill_word`] makes such filters.
pub(super) fn is_word(filter: &Filter) -> bool {
    words(filter) == 1
}

/// The filters of up to [`LANES`] people, each one word, under the keys that `lanes` has for them: as
/// [`fill`], for all of them at once. 0 for who has no q-grams.
pub(super) fn fill_word(filter: &Filter, lanes: &mut Lanes, people: &[&[Gram]]) -> [u64; LANES] {
    let mut message = Message::new(filter);
    for lane in 0..LANES {
        lanes.set_message(lane, &message.block, message.length);
    }
    let place = message.start..message.start + 8;
    let most = people.iter().map(|grams| grams.len()).max().unwrap_or(0);
    let mut numbers = [0; LANES];
    for (number, grams) in numbers.iter_mut().zip(people) {
        if !grams.is_empty() {
            *number = positions(filter.fill, filter.bits, grams.len()) as u32;
        }
    }
    let mut bits = [[0; LANES]; 2];
    for i in 0..most {
        let mut left = [0; LANES];
        for (lane, grams) in people.iter().enumerate() {
            if let Some(gram) = grams.get(i) {
                message.set(*gram);
                lanes.change_message(lane, &message.block, place.clone(), message.length);
                left[lane] = numbers[lane];
            }
        }
        let mut counter = 0;
        while left.iter().any(|n| *n > 0) {
            lanes.set_positions(counter, &left, &mut bits);
            left = left.map(|n| n.saturating_sub(BLOCK as u32 / 2));
            counter += 1;
        }
    }
    let [low, high] = bits;
    std::array::from_fn(|lane| u64::from(low[lane]) | u64::from(high[lane]) << 32)
}

/// What is hashed for a q-gram: the framed name of the filter, of 40 bytes at most, then the q-gram.
pub(super) struct Message {
    block: [u8; BLOCK],
    /// Where the q-gram starts.
    start: usize,
    length: usize,
}

impl Message {
    /// That of no q-gram yet.
    pub(super) fn new(filter: &Filter) -> Self {
        let name = filter.name.as_bytes();
        let mut block = [0; BLOCK];
        let start = 4 + name.len();
        block[..4].copy_from_slice(&(name.len() as u32).to_le_bytes());
        block[4..start].copy_from_slice(name);
        Self {
            block,
            start,
            length: start,
        }
    }

    /// Replaces the q-gram.
    pub(super) fn set(&mut self, gram: Gram) {
        let (bytes, length) = gram.bytes();
        self.block[self.start..self.start + 8].copy_from_slice(&bytes);
        self.length = self.start + length;
    }

    fn bytes(&self) -> &[u8] {
        &self.block[..self.length]
    }

    pub(super) fn stream(&self, key: &[u8; 32]) -> blake3::OutputReader {
        blake3::Hasher::new_keyed(key)
            .update(self.bytes())
            .finalize_xof()
    }
}

/// Words of all layers of a filter.
pub(super) fn words(filter: &Filter) -> usize {
    filter.bits / 64 * filter.layers
}

/// Sets the positions of a stretch of a stream in `layers`, one layer after the other.
pub(super) fn set(filter: &Filter, stream: &[u8], layers: &mut [u64], arch: Arch) {
    let number = |pair: &[u8]| usize::from(u16::from_le_bytes([pair[0], pair[1]]));
    if let [word] = layers {
        // PERF: the small filters, which are most, stay in a register.
        let bits = stream.chunks_exact(2).map(|pair| 1 << (number(pair) % 64));
        *word = bits.fold(*word, |word, bit: u64| word | bit);
        return;
    }
    arch.dispatch(SetLayers {
        bits: filter.bits,
        count: filter.layers,
        stream,
        layers,
    });
}

/// Sets the positions of a stretch of a stream, with the shifts that the machine has.
struct SetLayers<'a> {
    bits: usize,
    count: usize,
    stream: &'a [u8],
    layers: &'a mut [u64],
}

impl WithSimd for SetLayers<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        match self.count {
            // PERF: of the number of layers that is usual, the loop is unrolled.
            5 => self.set(5),
            n => self.set(n),
        }
    }
}

impl SetLayers<'_> {
    #[inline(always)]
    fn set(self, count: usize) {
        let (mask, words) = (self.bits - 1, self.bits / 64);
        for numbers in self.stream.chunks_exact(2 * count) {
            for layer in 0..count {
                let number = u16::from_le_bytes([numbers[2 * layer], numbers[2 * layer + 1]]);
                let position = usize::from(number) & mask;
                self.layers[layer * words + position / 64] |= 1 << (position % 64);
            }
        }
    }
}

/// The exclusive or of the layers, as bytes. Leaves the first layer changed.
pub(super) fn fold(filter: &Filter, layers: &mut [u64], out: &mut [u8]) {
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
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn filter(bits: usize, layers: usize) -> Filter {
        Filter {
            name: "t".into(),
            of: vec![],
            bits,
            layers,
            fill: Fill::Half,
        }
    }

    pub(in super::super) fn grams(range: std::ops::Range<u32>) -> Vec<Gram> {
        range.map(Gram::number).collect()
    }

    pub(in super::super) fn make(f: &Filter, key: u8, g: &[Gram]) -> Vec<u8> {
        let mut out = vec![0; f.bits / 8];
        fill(f, &[key; 32], g, &mut out, &mut Scratch::default());
        out
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
