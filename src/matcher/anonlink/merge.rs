//! Many files of candidate pairs as one, in order.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::{Candidate, CandidateFile, Sizes};
use crate::error::Result;

/// The pairs of several files in one order: the greatest score first, then by datasets, records and files. A pair that
/// is in two files comes twice, as with anonlink.
#[derive(Debug)]
pub struct Merged {
    files: Vec<CandidateFile>,
    /// The next pair of each file that has one.
    heads: BinaryHeap<Reverse<Head>>,
}

#[derive(Debug)]
struct Head {
    candidate: Candidate,
    file: usize,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |h: &Self| (h.candidate.datasets, h.candidate.records, h.file);
        let by_score = other.candidate.score.total_cmp(&self.candidate.score);
        by_score.then_with(|| key(self).cmp(&key(other)))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

/// The pairs of `files` as one.
///
/// # Errors
/// As of [`CandidateFile::take`].
pub fn merged(files: Vec<CandidateFile>) -> Result<Merged> {
    let mut merged = Merged {
        files,
        heads: BinaryHeap::new(),
    };
    for file in 0..merged.files.len() {
        merged.refill(file)?;
    }
    Ok(merged)
}

impl Merged {
    /// Sizes that hold the numbers of all files.
    #[must_use]
    pub fn sizes(&self) -> Option<Sizes> {
        self.files
            .iter()
            .map(CandidateFile::sizes)
            .reduce(Sizes::max)
    }

    /// Number of pairs of all files.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.files.iter().map(CandidateFile::pairs).sum()
    }

    fn refill(&mut self, file: usize) -> Result<()> {
        let head = self.files[file].take()?;
        self.heads
            .extend(head.map(|candidate| Reverse(Head { candidate, file })));
        Ok(())
    }
}

impl Iterator for Merged {
    type Item = Result<Candidate>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse(Head { candidate, file }) = self.heads.pop()?;
        Some(self.refill(file).map(|()| candidate))
    }
}
