//! Two groups of people with a known part in common: what an attacker holds, and what it attacks.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha12Rng;

use super::relation::Cells;

/// Who stands on which side, as places in the list they were drawn from.
#[derive(Debug, Clone)]
pub struct Sides {
    /// The people whose names the attacker holds, cell after cell, shuffled.
    pub known: Vec<usize>,
    /// The people whose tokens it attacks, likewise.
    pub seen: Vec<usize>,
    /// The cells of the known people; the seen people have as many in each.
    pub known_cells: Cells,
    /// The cells of the seen people.
    pub seen_cells: Cells,
    /// For each known person their place among the seen, if they are there.
    pub truth: Vec<Option<usize>>,
}

impl Sides {
    /// Draws both sides from `cells`, lists of people: in each cell as many on both sides, with
    /// `share` of them, 0 to 1, on both, and at most `most` a side. The same `seed` draws the
    /// same.
    ///
    /// A cell of N people gives N / (2 - share) to a side.
    #[must_use]
    pub fn draw(cells: &[Vec<usize>], share: f64, most: usize, seed: u64) -> Self {
        let mut random = ChaCha12Rng::seed_from_u64(seed);
        let (mut known, mut seen) = (Vec::new(), Vec::new());
        let mut cell_of = Vec::new();
        for (cell, people) in cells.iter().enumerate() {
            let mut people = people.clone();
            people.shuffle(&mut random);
            let side = ((people.len() as f64 / (2.0 - share)) as usize).min(most);
            let shared = (side as f64 * share).round() as usize;
            let own = side - shared;
            let mut a = people[..shared + own].to_vec();
            let mut b = people[..shared].to_vec();
            b.extend_from_slice(&people[shared + own..shared + 2 * own]);
            a.shuffle(&mut random);
            b.shuffle(&mut random);
            known.extend(a);
            seen.extend(b);
            cell_of.extend(std::iter::repeat_n(cell, side));
        }
        let mut at = std::collections::BTreeMap::new();
        for (place, person) in seen.iter().enumerate() {
            at.insert(*person, place);
        }
        let truth = known.iter().map(|p| at.get(p).copied()).collect();
        let cells = Cells::new(&cell_of);
        Self {
            known,
            seen,
            known_cells: cells.clone(),
            seen_cells: cells,
            truth,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_share_what_was_asked() {
        let cells = [(0..90).collect::<Vec<_>>(), (90..300).collect()];
        for share in [0.0, 0.5, 1.0] {
            let sides = Sides::draw(&cells, share, 1_000, 7);
            assert_eq!(sides.known.len(), sides.seen.len());
            let both = sides.truth.iter().flatten().count();
            assert!((both as f64 - share * sides.known.len() as f64).abs() <= 1.0);
            for (known, place) in sides.known.iter().zip(&sides.truth) {
                if let Some(place) = place {
                    assert_eq!(sides.seen[*place], *known);
                }
            }
        }
        let sides = Sides::draw(&cells, 0.5, 10, 7);
        assert_eq!(sides.known.len(), 20);
    }
}
