//! Passes without a filter: who meets is all there is to know, and is kept as who is in which block.

use rayon::prelude::*;

use super::size;
use crate::matcher::block::Joined;

/// The meetings of a pass without filters, block by block: far less than pair by pair, where blocks are
/// large.
#[derive(Debug, Default)]
pub struct Buckets {
    /// Records of the first party, block by block, until they are indexed.
    left: Vec<u32>,
    /// Where in `left` each block begins, and the end.
    left_starts: Vec<u32>,
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
            left_starts: vec![0],
            ..Self::default()
        }
    }

    /// Takes in the meetings in `joined`, whose tokens are of `left` and `right` records.
    pub(super) fn add(&mut self, joined: &Joined, left: &[u32], right: &[u32]) {
        let (before, others_before) = (self.left.len(), self.right.len());
        rayon::join(
            || {
                let own = joined.left.par_iter().map(|t| left[*t as usize]);
                self.left.par_extend(own);
            },
            || {
                let others = joined.right.par_iter().map(|t| right[*t as usize]);
                self.right.par_extend(others);
            },
        );
        for block in &joined.blocks {
            self.left_starts.push((before + block.left.end) as u32);
            self.starts.push((others_before + block.right.end) as u32);
            self.sizes.push(size(block, self.is_within));
            self.meetings += if self.is_within {
                // Each pair of two records once: of all pairs of tokens, half of those that are not of
                // one record.
                let members = &self.left[before + block.left.start..before + block.left.end];
                let own = members.chunk_by(|a, b| a == b);
                let same: u64 = own.map(|c| (c.len() * c.len()) as u64).sum();
                (block.pairs() - same) / 2
            } else {
                block.pairs()
            };
        }
    }

    /// Puts the blocks of each record together: then [`Buckets::of_record`] finds them.
    pub(super) fn index(&mut self) {
        let left = std::mem::take(&mut self.left);
        let starts = std::mem::take(&mut self.left_starts);
        let records = left.iter().max().map_or(0, |r| *r as usize + 1);
        // One place further on, so that what counts up from a start ends as the next one's.
        self.first = vec![0; records + 2];
        for record in &left {
            self.first[*record as usize + 2] += 1;
        }
        for record in 2..self.first.len() {
            self.first[record] += self.first[record - 1];
        }
        self.blocks = vec![0; left.len()];
        for (number, ends) in starts.windows(2).enumerate() {
            for record in &left[ends[0] as usize..ends[1] as usize] {
                let next = &mut self.first[*record as usize + 1];
                self.blocks[*next as usize] = number as u32;
                *next += 1;
            }
        }
        self.first.pop();
    }

    /// Number of meetings.
    #[must_use]
    pub fn meetings(&self) -> u64 {
        self.meetings
    }

    /// For each block of `record` of the first party, those of the second party that it meets there, in
    /// ascending order, and the size of the block.
    pub(super) fn of_record(&self, record: u32) -> impl Iterator<Item = (&[u32], u8)> {
        let ends = self.first.get(record as usize..record as usize + 2);
        let own = ends.map_or(0..0, |e| e[0] as usize..e[1] as usize);
        self.blocks[own].iter().map(move |block| {
            let block = *block as usize;
            let others = &self.right[self.starts[block] as usize..self.starts[block + 1] as usize];
            let first = if self.is_within {
                others.partition_point(|r| *r <= record)
            } else {
                0
            };
            (&others[first..], self.sizes[block])
        })
    }
}
