//! Who met whom in all passes, one record of the first party after the other.

use rayon::prelude::*;

use super::{Buckets, Meeting, Run, run};
use crate::error::{Error, Result};

/// Records of the first party that are looked through at a time.
const CHUNK: usize = 1 << 12;

/// All that the passes of two parties, or of one with itself, gave.
#[derive(Debug, Default)]
pub struct Gathering {
    /// Meetings of passes with filters.
    runs: Vec<Run>,
    /// Those of passes without, by the number of the pass.
    buckets: Vec<(u8, Buckets)>,
    /// Passes, as bits, in which so many strangers meet that a pair which met in one of them and nowhere
    /// else cannot be told from them.
    crowded: u16,
}

impl Gathering {
    /// Takes in meetings that are listed one by one.
    pub fn list(&mut self, runs: Vec<Run>) {
        self.runs.extend(runs);
    }

    /// Takes in the meetings of pass number `pass`, block by block.
    pub fn put(&mut self, pass: usize, buckets: Buckets) {
        self.buckets.push((pass as u8, buckets));
    }

    /// Takes note that pass number `pass` is crowded: pairs that met in it and nowhere else are left out.
    pub fn crowd(&mut self, pass: usize) {
        self.crowded |= 1 << pass;
    }

    /// What `of` makes of all meetings of each pair, in ascending order of `(left, right)`. `records` is the
    /// number of records of the first party. `take` is given the results in that order, some at a time.
    ///
    /// # Errors
    /// Those of `take`; [`Class::Io`](crate::error::Class::Io) of a run in a file.
    pub fn each<T: Send>(
        mut self,
        records: usize,
        of: impl Fn(&[Meeting]) -> Option<T> + Sync,
        mut take: impl FnMut(Vec<T>) -> Result<()>,
    ) -> Result<()> {
        let width = CHUNK * rayon::current_num_threads() * 4;
        let mut runs = std::mem::take(&mut self.runs);
        let mut listed = Vec::new();
        for start in (0..records).step_by(width) {
            listed.clear();
            let end = records.min(start + width) as u32;
            for run in &mut runs {
                run.take_below(end, &mut listed)
                    .map_err(|e| Error::io("read", "the meetings of an unfinished run", e))?;
            }
            run::sort(&mut listed);
            let chunks: Vec<Vec<T>> = (start..records.min(start + width))
                .into_par_iter()
                .step_by(CHUNK)
                .map(|first| {
                    let end = records.min(first + CHUNK).min(start + width);
                    self.chunk(&listed, first as u32..end as u32, &of)
                })
                .collect();
            chunks.into_iter().try_for_each(&mut take)?;
        }
        Ok(())
    }

    fn chunk<T>(
        &self,
        listed: &[Meeting],
        lefts: std::ops::Range<u32>,
        of: impl Fn(&[Meeting]) -> Option<T>,
    ) -> Vec<T> {
        let mut out = Vec::new();
        let at = |left: u32| listed.partition_point(|m| m.left < left);
        let mut listed = &listed[at(lefts.start)..at(lefts.end)];
        // PERF: the meetings of blocks as one number each, by record, pass and size. They come as a few
        // ascending runs, which a stable sort merges.
        let mut in_blocks: Vec<u64> = Vec::new();
        let mut group: Vec<Meeting> = Vec::new();
        for left in lefts {
            let own = listed.partition_point(|m| m.left == left);
            let (mut listed_here, rest) = listed.split_at(own);
            listed = rest;
            in_blocks.clear();
            for (pass, buckets) in &self.buckets {
                buckets.of_record(left, |right, size| {
                    in_blocks
                        .push(u64::from(right) << 32 | u64::from(*pass) << 8 | u64::from(size));
                });
            }
            in_blocks.sort();
            let mut in_blocks = in_blocks.as_slice();
            loop {
                let of_block = in_blocks.first().map(|m| (m >> 32) as u32);
                let right = match (listed_here.first().map(|m| m.right), of_block) {
                    (None, None) => break,
                    (Some(a), Some(b)) => a.min(b),
                    (a, b) => a.or(b).unwrap_or_default(),
                };
                let n = in_blocks
                    .iter()
                    .take_while(|m| (**m >> 32) as u32 == right)
                    .count();
                let m = listed_here.iter().take_while(|m| m.right == right).count();
                let (these, more) = in_blocks.split_at(n);
                let (named, others) = listed_here.split_at(m);
                (in_blocks, listed_here) = (more, others);
                let pass = |m: &u64| (m >> 8 & 0xff) as u8;
                let one = these.first().map_or(0, pass);
                if m == 0 && self.crowded & 1 << one != 0 && these.iter().all(|b| pass(b) == one) {
                    continue;
                }
                group.clear();
                group.extend_from_slice(named);
                group.extend(these.iter().map(|b| Meeting {
                    left,
                    right,
                    pass: pass(b),
                    size: *b as u8,
                    levels: 0,
                }));
                group.sort_unstable();
                let passes = group.iter().fold(0u16, |bits, m| bits | 1 << m.pass);
                if passes & !self.crowded == 0 && passes.count_ones() == 1 {
                    continue;
                }
                out.extend(of(&group));
            }
        }
        out
    }
}
