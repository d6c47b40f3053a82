//! Drops what can meet nobody, before its filters are read.

use bloomfilter::Bloom;

/// Share of strangers' block keys that slip through; they meet nobody in the join.
const FALSE_POSITIVES: f64 = 0.01;
/// Any seed would do: the keys are hashes already, and nobody chooses them to collide. A fixed
/// one makes runs repeat.
const SEED: [u8; 32] = *b"blindlink semi-join, fixed seed.";

/// The block keys of the smaller side of a join, in about ten bits a key.
///
/// A Bloom filter as databases use it, and no encoding: it holds block keys, of the `bloomfilter`
/// crate's own hash, and never leaves this process.
pub struct SemiJoin(Option<Bloom<u128>>);

impl SemiJoin {
    /// An empty one with room for so many keys.
    #[must_use]
    pub fn with_room(keys: usize) -> Self {
        Self(Bloom::new_for_fp_rate_with_seed(keys.max(1), FALSE_POSITIVES, &SEED).ok())
    }

    /// Takes in a block key of the smaller side.
    pub fn add(&mut self, key: u128) {
        if let Some(bloom) = &mut self.0 {
            bloom.set(&key);
        }
    }

    /// Whether a record with this block key may meet somebody. Never `false` for one that does.
    #[must_use]
    pub fn may_meet(&self, key: u128) -> bool {
        self.0.as_ref().is_none_or(|bloom| bloom.check(&key))
    }
}

impl std::fmt::Debug for SemiJoin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SemiJoin(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_all_that_meet_and_drops_most_that_do_not() {
        let keys: Vec<u128> = (0..10_000).map(|i| i * i + 7).collect();
        let mut join = SemiJoin::with_room(keys.len());
        keys.iter().for_each(|k| join.add(*k));
        assert!(keys.iter().all(|k| join.may_meet(*k)));
        let slipped = (0..10_000u128)
            .filter(|i| join.may_meet(u128::MAX - i))
            .count();
        assert!(slipped < 300, "{slipped}");
        assert!(!SemiJoin::with_room(0).may_meet(5));
    }
}
