//! Permutations and mask: who of two parties is linked, without telling either who it is.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha20Rng;

use super::Groups;

/// Two orders of records in which those that are linked stand at the same places, and a mask that tells which places.
///
/// Each party gets its own permutation and nobody else's; who does the analysis gets the mask and both tables in their
/// new orders. Linked records are put to random places among as many as the smaller dataset has records, all others to
/// random places of what is left.
#[derive(Debug)]
pub struct Permutations {
    /// Whether the records that stand at a place are linked: as many places as the smaller dataset has records.
    pub mask: Vec<bool>,
    /// The new place of each record of either dataset.
    pub places: [Vec<u32>; 2],
}

impl Permutations {
    /// Those of `groups`, which are pairs of a record of dataset 0 and one of dataset 1, of so many `records`. Without
    /// the seed nobody can tell places from it; with it they are always the same.
    #[must_use]
    pub fn of(groups: &Groups, records: [usize; 2], seed: [u8; 32]) -> Self {
        const NOWHERE: u32 = u32::MAX;
        let mut random = ChaCha20Rng::from_seed(seed);
        let smaller = records[0].min(records[1]);
        let mut common: Vec<u32> = (0..smaller as u32).collect();
        common.shuffle(&mut random);
        let mut mask = vec![false; smaller];
        let mut places = records.map(|n| vec![NOWHERE; n]);
        let mut linked = 0;
        for (members, &place) in groups.iter().zip(&common) {
            for &(dataset, record) in members {
                places[dataset as usize][record as usize] = place;
            }
            mask[place as usize] = true;
            linked += 1;
        }
        for own in &mut places {
            let mut left = common[linked..].to_vec();
            left.extend(smaller as u32..own.len() as u32);
            left.shuffle(&mut random);
            let unplaced = own.iter_mut().filter(|place| **place == NOWHERE);
            for (place, free) in unplaced.zip(left) {
                *place = free;
            }
        }
        Self { mask, places }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::anonlink::{Candidate, Greedy};

    #[test]
    fn linked_records_and_no_others_stand_at_masked_places() {
        let mut greedy = Greedy::new();
        for (i, j) in [(0, 4), (3, 1), (2, 2)] {
            let candidate = Candidate {
                score: 0.9,
                datasets: [0, 1],
                records: [i, j],
            };
            greedy.take(candidate, [i, 5 + j]);
        }
        let of = |seed| Permutations::of(&greedy.groups(), [5, 7], [seed; 32]);
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..50 {
            let permutations = of(seed);
            let [a, b] = &permutations.places;
            assert_eq!((permutations.mask.len(), a.len(), b.len()), (5, 5, 7));
            for own in [a, b] {
                let mut sorted = own.clone();
                sorted.sort_unstable();
                assert!(
                    sorted.iter().copied().eq(0..own.len() as u32),
                    "a permutation"
                );
            }
            for (i, &place) in a.iter().enumerate() {
                let partner = b.iter().position(|p| *p == place).unwrap();
                let is_linked = [(0, 4), (3, 1), (2, 2)].contains(&(i, partner));
                assert_eq!(permutations.mask[place as usize], is_linked);
            }
            seen.insert(a.clone());
        }
        assert!(seen.len() > 30, "different seeds, different places");
        assert_eq!(of(7).places, of(7).places);
    }
}
