//! Bloom filters: q-grams to positions, layers, folding. SPEC encoding.md 5.
//!
//! The half-full filter follows design considerations of folding (Schnell and Borgs 2016,
//! "XOR-folding for Bloom filter-based encryptions for privacy-preserving record linkage") with
//! the number of positions chosen so that weight says nothing about length.

use super::features::Gram;
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

/// Sets `out`, of `filter.bits / 8` zero bytes, to the filter of `grams` under `key`.
///
/// Each q-gram seeds a stream of 16-bit numbers; number i x layers + h is its i-th position in
/// layer h. The layers are XOR-ed onto each other. Position p is bit p mod 8 of byte p / 8.
pub(super) fn fill(filter: &Filter, key: &[u8; 32], grams: &[Gram], out: &mut [u8]) {
    let k = positions(filter.fill, filter.bits, grams.len());
    let words = filter.bits / 64;
    let mask = filter.bits - 1;
    let mut layers = vec![0u64; words * filter.layers];
    let mut stream = vec![0u8; 2 * k * filter.layers];
    let mut message = Vec::with_capacity(64);
    for gram in grams {
        message.clear();
        super::push_framed(&mut message, filter.name.as_bytes());
        message.extend_from_slice(gram.bytes());
        blake3::Hasher::new_keyed(key)
            .update(&message)
            .finalize_xof()
            .fill(&mut stream);
        for numbers in stream.chunks_exact(2 * filter.layers) {
            for (pair, layer) in numbers.chunks_exact(2).zip(layers.chunks_exact_mut(words)) {
                let position = usize::from(u16::from_le_bytes([pair[0], pair[1]])) & mask;
                layer[position / 64] |= 1 << (position % 64);
            }
        }
    }
    for (w, bytes) in out.chunks_exact_mut(8).enumerate() {
        let folded = (0..filter.layers).fold(0, |acc, h| acc ^ layers[h * words + w]);
        bytes.copy_from_slice(&folded.to_le_bytes());
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
        fill(f, &[key; 32], g, &mut out);
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
