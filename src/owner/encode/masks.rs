//! What the q-grams of large filters set, kept from one person of a block to the next.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use pulp::{Arch, Simd, WithSimd};
use zeroize::Zeroizing;

use super::features::Gram;
use super::filter::{Message, Scratch, fold, positions, set, words};
use super::lanes::BLOCK;
use crate::owner::normalise::Spread;
use crate::project::{Fill, Filter};

/// Whether the filter is large enough for its q-grams to be kept from one person to the next:
/// a smaller one is hashed faster than looked up, and the blocks of small filters are small.
pub(super) fn is_worth_keeping(filter: &Filter) -> bool {
    filter.bits * filter.layers >= 1024
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
    /// The stretch of its stream that was read last, of each.
    windows: Vec<[u8; WINDOW]>,
}

/// One q-gram: its stream, and how many positions of it are set in every layer.
struct Kept {
    stream: blake3::OutputReader,
    positions: usize,
    /// With which position its window ends.
    read: usize,
}

/// Bytes of a stream that are read at a time: 16 blocks, which are hashed side by side.
const WINDOW: usize = 16 * BLOCK;

impl Masks {
    pub(super) fn new() -> Self {
        Self {
            key: Zeroizing::new([0; 32]),
            places: HashMap::default(),
            kept: Vec::new(),
            layers: Vec::new(),
            windows: Vec::new(),
        }
    }

    /// As [`fill`](super::filter::fill).
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
                    read: 0,
                });
                self.layers.resize(self.kept.len() * size, 0);
                // Windows of earlier keys are used again.
                if self.windows.len() < self.kept.len() {
                    self.windows.push([0; WINDOW]);
                }
                self.kept.len() - 1
            });
            let layers = &mut self.layers[place * size..(place + 1) * size];
            let window = &mut self.windows[place];
            self.kept[place].set(filter, k, window, layers, scratch.arch);
            scratch.places.push(place * size);
        }
        scratch.layers.clear();
        scratch.layers.resize(size, 0);
        scratch.arch.dispatch(Union {
            layers: &self.layers,
            places: &scratch.places,
            out: &mut scratch.layers,
        });
        fold(filter, &mut scratch.layers, out);
    }
}

impl Kept {
    /// Makes `layers` those of the first `k` positions.
    fn set(
        &mut self,
        filter: &Filter,
        k: usize,
        window: &mut [u8; WINDOW],
        layers: &mut [u64],
        arch: Arch,
    ) {
        // Bytes of a position of all layers, and positions of a window.
        let bytes = 2 * filter.layers;
        let most = match filter.fill {
            Fill::Fixed(k) => k.min(WINDOW / bytes),
            Fill::Half => WINDOW / bytes,
        };
        if self.positions > k {
            layers.fill(0);
            self.positions = 0;
            if self.read > most {
                self.stream.set_position(0);
                self.read = 0;
            }
        }
        while self.positions < k {
            if self.positions == self.read {
                self.stream.fill(&mut window[..most * bytes]);
                self.read += most;
            }
            let (start, end) = (self.positions + most - self.read, k.min(self.read));
            let end = end + most - self.read;
            set(filter, &window[start * bytes..end * bytes], layers, arch);
            self.positions += end - start;
        }
    }
}

/// The union of some layers, put together in the widest registers that there are.
struct Union<'a> {
    layers: &'a [u64],
    /// Where each starts.
    places: &'a [usize],
    out: &'a mut [u64],
}

impl WithSimd for Union<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for place in self.places {
            let one = &self.layers[*place..*place + self.out.len()];
            let ((all, all_rest), (one, one_rest)) =
                (S::as_mut_simd_u64s(self.out), S::as_simd_u64s(one));
            for (all, one) in all.iter_mut().zip(one) {
                *all = simd.or_u64s(*all, *one);
            }
            for (all, one) in all_rest.iter_mut().zip(one_rest) {
                *all |= one;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::owner::encode::filter::tests::{filter, grams, make};

    /// Kept or made anew, a filter has the same bits: in any order of sizes and keys.
    #[test]
    fn masks_give_what_hashing_gives() {
        let sizes = [20u32, 20, 9, 14, 14, 30, 1, 3];
        for (bits, layers, fill) in [
            (2048, 5, Fill::Half),
            (1024, 1, Fill::Half),
            (1024, 1, Fill::Fixed(20)),
            (512, 3, Fill::Half),
            // Some words more than fill the widest registers.
            (256, 5, Fill::Half),
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
}
