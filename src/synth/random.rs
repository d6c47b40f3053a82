//! Random streams and permutations that are the same on every machine.
//!
//! Draws are made here from raw 32-bit words, and not with `rand`'s distributions, because those
//! may give other values in another version of the crate.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// One random stream.
pub(super) struct Draw(ChaCha8Rng);

/// A family of streams for one purpose, one for each index.
#[derive(Clone)]
pub(super) struct Streams {
    key: [u8; 32],
}

impl Streams {
    /// The streams of `purpose` under `seed`.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("blindlink 1 synth stream");
        hasher.update(&seed.to_le_bytes());
        hasher.update(purpose.as_bytes());
        Self {
            key: *hasher.finalize().as_bytes(),
        }
    }

    /// The stream of `index`, from its beginning.
    pub(super) fn at(&self, index: u64) -> Draw {
        let mut rng = ChaCha8Rng::from_seed(self.key);
        rng.set_stream(index);
        Draw(rng)
    }
}

impl Draw {
    /// A whole number below `n`; `n` is at least 1. The bias is below `n` / 2^64.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// As [`Draw::below`], for indices.
    pub(super) fn index(&mut self, n: usize) -> usize {
        self.below(n as u64) as usize
    }

    /// True with probability `p`. Exact arithmetic, hence the same everywhere.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        f64::from(self.0.next_u32()) < p * 4_294_967_296.0
    }

    /// One of `items`, which is not empty.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }
}

/// A seeded permutation of 0..n that can be read in both directions without being stored.
///
/// A Feistel network over the next even number of bits; values outside 0..n walk on along their
/// cycle until they come inside.
pub(super) struct Permutation {
    n: u64,
    half_bits: u32,
    keys: [u64; ROUNDS],
}

const ROUNDS: usize = 6;

impl Permutation {
    /// The permutation of 0..n that `draw` chooses; `n` is below 2^62.
    pub(super) fn new(n: u64, draw: &mut Draw) -> Self {
        let bits = u64::BITS - n.saturating_sub(1).leading_zeros();
        Self {
            n,
            half_bits: bits.div_ceil(2).max(1),
            keys: std::array::from_fn(|_| draw.0.next_u64()),
        }
    }

    /// How many values it permutes.
    pub(super) fn len(&self) -> u64 {
        self.n
    }

    /// Where `i` goes; `i` is below [`Permutation::len`].
    pub(super) fn apply(&self, i: u64) -> u64 {
        debug_assert!(i < self.n);
        let mask = (1 << self.half_bits) - 1;
        let mut x = i;
        loop {
            let (mut left, mut right) = (x >> self.half_bits, x & mask);
            for key in &self.keys {
                (left, right) = (right, left ^ (mix(right, *key) & mask));
            }
            x = left << self.half_bits | right;
            if x < self.n {
                return x;
            }
        }
    }

    /// What comes to `j`: the inverse of [`Permutation::apply`].
    pub(super) fn invert(&self, j: u64) -> u64 {
        debug_assert!(j < self.n);
        let mask = (1 << self.half_bits) - 1;
        let mut x = j;
        loop {
            let (mut left, mut right) = (x >> self.half_bits, x & mask);
            for key in self.keys.iter().rev() {
                (left, right) = (right ^ (mix(left, *key) & mask), left);
            }
            x = left << self.half_bits | right;
            if x < self.n {
                return x;
            }
        }
    }
}

/// The finaliser of SplitMix64 on a keyed value: every bit of the result depends on all of `x`.
pub(super) fn mix(x: u64, key: u64) -> u64 {
    let mut z = x.wrapping_add(key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permutations_are_one_to_one_and_invertible() {
        for n in [1, 2, 3, 5, 64, 65, 1000] {
            let p = Permutation::new(n, &mut Streams::new(7, "test").at(n));
            let mut seen: Vec<u64> = (0..n).map(|i| p.apply(i)).collect();
            assert!((0..n).all(|i| p.invert(p.apply(i)) == i), "n = {n}");
            seen.sort_unstable();
            assert_eq!(seen, (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_stream_is_pinned() {
        // A change here changes every file that anybody made with `synth`.
        let draws = |index| {
            let mut draw = Streams::new(1, "pin").at(index);
            [(); 4].map(|()| draw.below(1_000_000))
        };
        assert_eq!(draws(3), [217_112, 563_568, 865_622, 38_688]);
        assert_ne!(draws(3), draws(4));
        let p = Permutation::new(1_000, &mut Streams::new(1, "pin").at(5));
        assert_eq!([0, 1, 999].map(|i| p.apply(i)), [355, 89, 697]);
    }

    #[test]
    fn chances_come_true_as_often_as_said() {
        let mut draw = Streams::new(1, "chance").at(0);
        let hits = (0..100_000).filter(|_| draw.chance(0.25)).count();
        assert!((24_000..26_000).contains(&hits), "{hits}");
        assert!(!draw.chance(0.0));
        assert!(draw.chance(1.0));
    }
}
