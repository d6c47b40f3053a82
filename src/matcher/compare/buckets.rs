//! Passes without a filter: who meets is all there is to know, and is kept as who is in which block.

use rayon::slice::ParallelSliceMut;

use super::size;
use crate::matcher::block::Joined;

/// The meetings of a pass without filters, block by block: far less than pair by pair, where blocks are
/// large.
#[derive(Debug, Default)]
pub struct Buckets {
    /// Records of the first party, each with the number of a block of it, until they are indexed.
    tokens: Vec<(u32, u32)>,
    /// Where in `blocks` those of each record of the first party begin, and the end.
    first: Vec<u32>,
    /// The blocks of the records of the first party, record by record.
    blocks: Vec<u32>,
    /// Where in `right` each block begins, and the end.
    starts: Vec<u32>,
    /// Records of the second party, block by block, ascending inside a block.
    right: Vec<u32>,
    /// How many others are in each block, in steps.
    sizes: Vec<u8>,
    /// Number of meetings.
    meetings: u64,
    /// Both parties are one: those that are met come after who meets them.
    is_within: bool,
}

impl Buckets {
    /// None yet.
    pub(super) fn new(is_within: bool) -> Self {
        Self {
            is_within,
            starts: vec![0],
            ..Self::default()
        }
    }

    /// Takes in the meetings in `joined`, whose tokens are of `left` and `right` records.
    pub(super) fn add(&mut self, joined: &Joined, left: &[u32], right: &[u32]) {
        for block in &joined.blocks {
            let members = &joined.left[block.left.clone()];
            let own = |t: &u32| left[*t as usize];
            let number = self.sizes.len() as u32;
            self.tokens.extend(members.iter().map(|t| (own(t), number)));
            let others = &joined.right[block.right.clone()];
            self.right.extend(others.iter().map(|t| right[*t as usize]));
            self.starts.push(self.right.len() as u32);
            self.sizes.push(size(block, self.is_within));
            self.meetings += if self.is_within {
                // Each pair of two records once: of all pairs of tokens, half of those that are not of
                // one record.
                let own = members.chunk_by(|a, b| own(a) == own(b));
                let same: u64 = own.map(|c| (c.len() * c.len()) as u64).sum();
                (block.pairs() - same) / 2
            } else {
                block.pairs()
            };
        }
    }

    /// Puts the blocks of each record together: then [`Buckets::of_record`] finds them.
    pub(super) fn index(&mut self) {
        let mut tokens = std::mem::take(&mut self.tokens);
        tokens.par_sort_unstable();
        let records = tokens.last().map_or(0, |t| t.0 as usize + 1);
        self.first = vec![0; records + 1];
        for (record, _) in &tokens {
            self.first[*record as usize + 1] += 1;
        }
        for record in 0..records {
            self.first[record + 1] += self.first[record];
        }
        self.blocks = tokens.into_iter().map(|t| t.1).collect();
    }

    /// Number of meetings.
    #[must_use]
    pub fn meetings(&self) -> u64 {
        self.meetings
    }

    /// Calls `each` with every record of the second party that `record` of the first meets, and the size
    /// of their block; those of a block in ascending order.
    pub(super) fn of_record(&self, record: u32, mut each: impl FnMut(u32, u8)) {
        let Some([from, to]) = self.first.get(record as usize..record as usize + 2) else {
            return;
        };
        for block in &self.blocks[*from as usize..*to as usize] {
            let block = *block as usize;
            let others = &self.right[self.starts[block] as usize..self.starts[block + 1] as usize];
            let first = if self.is_within {
                others.partition_point(|r| *r <= record)
            } else {
                0
            };
            let others = &others[first..];
            others.iter().for_each(|r| each(*r, self.sizes[block]));
        }
    }
}
