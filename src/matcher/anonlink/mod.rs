//! Matching as anonlink does: the same pairs, scores and groups, in the same order (`docs/spec/clk.md`).
//!
//! [`similar`] finds every pair of records of two datasets whose Dice coefficient reaches a threshold, [`Greedy`]
//! makes groups of such pairs, [`Permutations`] hides them, [`CandidateFile`] and [`merged`] read pairs that anonlink
//! has dumped. Datasets and records are numbered from 0.

mod blocked;
mod candidates;
mod greedy;
mod merge;
mod permutations;
mod results;
mod similarity;

pub use candidates::{CandidateFile, Sizes, write_candidates};
pub use greedy::{Greedy, Groups};
pub use merge::{Merged, merged};
pub use permutations::Permutations;
pub use results::{write_bare_groups, write_groups, write_scores};
pub use similarity::{Dataset, Similar, Wanted, comparisons, similar};

/// Two records of two datasets that are alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// How alike they are; for CLKs the Dice coefficient.
    pub score: f64,
    /// Their datasets.
    pub datasets: [u32; 2],
    /// Their numbers, each in its dataset.
    pub records: [u32; 2],
}

impl Candidate {
    /// Whether this one comes before `other`, or is it: the greatest score first, then by datasets, then by records.
    #[must_use]
    pub fn is_not_after(&self, other: &Self) -> bool {
        let key = |c: &Self| (c.datasets, c.records);
        other
            .score
            .total_cmp(&self.score)
            .then_with(|| key(self).cmp(&key(other)))
            .is_le()
    }
}
