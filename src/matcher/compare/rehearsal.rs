//! What a pass would take, from its block keys and a sample of its pairs.

use std::time::{Duration, Instant};

use super::comparison::{Comparison, Side};
use super::pass::{Counts, Meet};
use super::{Limits, Source};
use crate::error::Result;
use crate::matcher::block::{Block, OverCap};
use crate::project::Schema;

/// Candidate pairs that are compared for the sample, or all where there are fewer.
const SAMPLE: u64 = 1 << 24;
/// Most tokens of the first party in the sample of one block.
const ROWS: usize = 1 << 12;

/// What a pass would take.
#[derive(Debug, Clone, Copy)]
pub struct Rehearsal {
    /// Candidate pairs, counted.
    pub candidates: u64,
    /// Shared blocks, counted.
    pub blocks: u64,
    /// Candidate pairs of the largest block, counted.
    pub largest: u64,
    /// Blocks that would be left out, counted.
    pub over_cap: OverCap,
    /// Tokens of both parties, counted.
    pub tokens: u64,
    /// Meetings that would be kept, by the share in the sample.
    pub kept: u64,
    /// Whether they would be kept block by block, so that they take hardly any room.
    pub is_by_block: bool,
    /// Time to read and join the block keys, measured.
    pub keys: Duration,
    /// Time to read the filters, measured on the sample, which reads past all of them.
    pub filters: Duration,
    /// Time to compare all pairs, by the time that the sample took on all threads.
    pub compare: Duration,
}

/// Rehearses pass number `number` of two parties, or of one with itself. Nothing is kept or written.
///
/// # Errors
/// Those of the sources.
pub fn rehearse<S: Source>(
    schema: &Schema,
    number: usize,
    (left, right): (&S, Option<&S>),
    limits: Limits,
) -> Result<Rehearsal> {
    let start = Instant::now();
    let meet = Meet::of(left, right, limits)?;
    let keys = start.elapsed();
    let is_within = right.is_none();
    let mut counts = Counts::default();
    counts.add(&meet);
    let is_by_block = schema.passes[number].filters.is_empty();
    let mut out = Rehearsal {
        candidates: counts.candidates,
        blocks: counts.blocks,
        largest: counts.largest,
        over_cap: counts.over_cap,
        tokens: counts.tokens,
        kept: counts.candidates / if is_within { 2 } else { 1 },
        is_by_block,
        keys,
        filters: Duration::ZERO,
        compare: Duration::ZERO,
    };
    if is_by_block || counts.candidates == 0 {
        return Ok(out);
    }
    let comparison = Comparison::of(
        schema,
        number,
        (counts.candidates, counts.tokens),
        is_within,
    );
    let (mut rows, mut columns, mut blocks) = (Vec::new(), Vec::new(), Vec::new());
    for block in sample(&meet.joined.blocks, counts.candidates) {
        let (from_left, from_right) = (rows.len(), columns.len());
        rows.extend_from_slice(&meet.joined.left[block.left]);
        columns.extend_from_slice(&meet.joined.right[block.right]);
        blocks.push(Block {
            left: from_left..rows.len(),
            right: from_right..columns.len(),
            whole: block.whole,
        });
    }
    let start = Instant::now();
    let own = Side::read(left, &meet.left, &rows, 0..rows.len())?;
    let other = right.unwrap_or(left);
    let others = Side::read(other, meet.right(), &columns, 0..columns.len())?;
    out.filters = start.elapsed();
    let start = Instant::now();
    let (giant, small): (Vec<Block>, Vec<Block>) =
        blocks.into_iter().partition(|b| comparison.is_giant(b));
    let mut kept = comparison.all(&own, &others, &small, &|_| {}).len();
    for block in &giant {
        kept += comparison.all_pairs((&own, &others), block, None).0.len();
    }
    let pairs: u64 = small.iter().chain(&giant).map(Block::pairs).sum();
    let scale = counts.candidates as f64 / pairs.max(1) as f64;
    out.compare = start.elapsed().mul_f64(scale);
    out.kept = (kept as f64 * scale) as u64;
    Ok(out)
}

/// Blocks, or pieces of them, with about [`SAMPLE`] of all `pairs` pairs, from the whole of the range of keys.
fn sample(blocks: &[Block], pairs: u64) -> Vec<Block> {
    let every = (pairs / SAMPLE).max(1);
    let mut due = 0;
    let mut passed = 0;
    let mut out = Vec::new();
    for block in blocks {
        passed += block.pairs();
        if passed < due {
            continue;
        }
        let share = block.pairs().min(SAMPLE);
        due = passed + share * (every - 1);
        if block.pairs() <= SAMPLE {
            out.push(block.clone());
        } else {
            let rows = block.left.len().min(ROWS);
            let columns = block.right.len().min(SAMPLE as usize / rows);
            out.push(Block {
                left: block.left.start..block.left.start + rows,
                right: block.right.start..block.right.start + columns,
                whole: block.whole,
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(left: usize, right: usize) -> Block {
        Block {
            left: 0..left,
            right: 0..right,
            whole: left + right,
        }
    }

    #[test]
    fn a_sample_is_of_few_pairs_from_everywhere() {
        let pairs = |blocks: &[Block]| blocks.iter().map(Block::pairs).sum::<u64>();
        let few = vec![block(3, 4); 100];
        assert_eq!(sample(&few, pairs(&few)).len(), 100);
        let many = vec![block(1000, 1000); 2000];
        let some = pairs(&sample(&many, pairs(&many)));
        assert!((SAMPLE / 2..4 * SAMPLE).contains(&some), "{some}");
        let giant = [block(1 << 20, 1 << 20)];
        assert_eq!(pairs(&sample(&giant, pairs(&giant))), SAMPLE);
    }
}
