//! Block keys to candidate pairs: an equi-join on the block key of one pass.

mod radix;
mod semi_join;

pub use semi_join::SemiJoin;

use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;

use radix::{CHUNK, Divided, Token, sort_part};

/// Most tokens of the second party in one piece of a block: so many filters of 2,048 bits stay in a
/// core's second-level cache.
const PIECE_RIGHT: usize = 1 << 12;

/// Tokens of both parties in a part of a join: they stay in a core's second-level cache.
const PART: usize = 1 << 12;
/// Parts of a join at most, as a power of 2: where more are made, each gets too little of a chunk.
const MOST_BITS: u32 = 11;

/// The blocks that two parties share in one pass.
#[derive(Debug, Default)]
pub struct Joined {
    /// Tokens of the first party that are in a shared block, in block order, as indices into its pass.
    pub left: Vec<u32>,
    /// Tokens of the second party in block order.
    pub right: Vec<u32>,
    /// The shared blocks, as ranges of `left` and `right` that follow each other, in ascending order of
    /// block key.
    pub blocks: Vec<Block>,
    /// Blocks that were left out since they have more candidate pairs than the cap.
    pub over_cap: OverCap,
}

/// Blocks left out of a join.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OverCap {
    /// Their number.
    pub blocks: u64,
    /// Tokens in them, of both parties.
    pub tokens: u64,
    /// Candidate pairs in them.
    pub pairs: u64,
}

/// One block, or a piece of one: tokens of both parties with one block key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Range of [`Joined::left`].
    pub left: Range<usize>,
    /// Range of [`Joined::right`].
    pub right: Range<usize>,
    /// Tokens of both parties in the whole block, of which this may be a piece.
    pub whole: usize,
}

impl Block {
    /// Number of candidate pairs.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.left.len() as u64 * self.right.len() as u64
    }
}

impl Joined {
    /// Number of candidate pairs in all blocks.
    #[must_use]
    pub fn pairs(&self) -> u64 {
        self.blocks.iter().map(Block::pairs).sum()
    }

    /// Candidate pairs of the largest block.
    #[must_use]
    pub fn largest(&self) -> u64 {
        self.blocks.iter().map(Block::pairs).max().unwrap_or(0)
    }
}

/// Blocks cut into tasks of about `pairs` candidate pairs each, in block order: large blocks are cut
/// along both sides, small ones batched. However few and large the blocks are, there is work for every
/// thread.
#[must_use]
pub fn tasks(blocks: &[Block], pairs: u64) -> Vec<Vec<Block>> {
    let mut tasks = Vec::new();
    let mut task: Vec<Block> = Vec::new();
    let mut load = 0;
    for piece in blocks.iter().flat_map(|b| pieces(b, pairs)) {
        load += piece.pairs();
        task.push(piece);
        if load >= pairs {
            tasks.push(std::mem::take(&mut task));
            load = 0;
        }
    }
    if !task.is_empty() {
        tasks.push(task);
    }
    tasks
}

/// `block` in pieces of at most [`PIECE_RIGHT`] tokens of the second party and about `pairs` pairs.
fn pieces(block: &Block, pairs: u64) -> impl Iterator<Item = Block> {
    let columns = block.right.clone().step_by(PIECE_RIGHT);
    let (left, end, whole) = (block.left.clone(), block.right.end, block.whole);
    columns.flat_map(move |start| {
        let right = start..end.min(start + PIECE_RIGHT);
        let rows = (pairs / right.len().max(1) as u64).max(1) as usize;
        let left = left.clone();
        left.clone().step_by(rows).map(move |first| Block {
            left: first..left.end.min(first + rows),
            right: right.clone(),
            whole,
        })
    })
}

/// Joins the tokens of two parties on their block keys, blocks of more than `cap` candidate pairs left
/// out.
///
/// Deterministic: within a block, tokens keep the order of their file. Cost: both sides are divided by the
/// first bits of their keys, 24 bytes a token, and joined part by part. Keys are hashes, so that parts are
/// about as large as each other, but for large blocks.
#[must_use]
pub fn join(left: &[u128], right: &[u128], cap: u64) -> Joined {
    let bits = (left.len() + right.len())
        .div_ceil(PART)
        .max(1)
        .ilog2()
        .min(MOST_BITS);
    let divided = |keys: &[u128]| -> Vec<Divided> {
        let chunks = keys.par_chunks(CHUNK).enumerate();
        chunks
            .map(|(n, keys)| Divided::of(keys, n * CHUNK, bits))
            .collect()
    };
    let (a, b) = (divided(left), divided(right));
    let joined: Vec<Joined> = (0..1usize << bits)
        .into_par_iter()
        .map_init(Default::default, |(own, others, spare), part| {
            sort_part(&a, part, bits, own, spare);
            sort_part(&b, part, bits, others, spare);
            join_sorted(own, others, cap)
        })
        .collect();
    drop((a, b));
    concatenated(&joined)
}

/// Joins two sides in the order of their keys.
fn join_sorted(a: &[Token], b: &[Token], cap: u64) -> Joined {
    let mut joined = Joined::default();
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let this = a[i].key();
        match this.cmp(&b[j].key()) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                let in_block = |side: &[Token]| side.iter().take_while(|t| t.key() == this).count();
                let (m, n) = (in_block(&a[i..]), in_block(&b[j..]));
                let (tokens_a, tokens_b) = (&a[i..i + m], &b[j..j + n]);
                (i, j) = (i + m, j + n);
                let pairs = m as u64 * n as u64;
                if pairs > cap {
                    joined.over_cap.blocks += 1;
                    joined.over_cap.tokens += (m + n) as u64;
                    joined.over_cap.pairs += pairs;
                    continue;
                }
                let (start_a, start_b) = (joined.left.len(), joined.right.len());
                joined.left.extend(tokens_a.iter().map(|t| t.token));
                joined.right.extend(tokens_b.iter().map(|t| t.token));
                joined.blocks.push(Block {
                    left: start_a..joined.left.len(),
                    right: start_b..joined.right.len(),
                    whole: m + n,
                });
            }
        }
    }
    joined
}

/// One after the other.
fn concatenated(parts: &[Joined]) -> Joined {
    let sum = |of: fn(&Joined) -> usize| parts.iter().map(of).sum();
    let mut joined = Joined {
        left: Vec::with_capacity(sum(|p| p.left.len())),
        right: Vec::with_capacity(sum(|p| p.right.len())),
        blocks: Vec::with_capacity(sum(|p| p.blocks.len())),
        over_cap: OverCap::default(),
    };
    for part in parts {
        let (a, b) = (joined.left.len(), joined.right.len());
        joined.left.extend_from_slice(&part.left);
        joined.right.extend_from_slice(&part.right);
        joined.blocks.extend(part.blocks.iter().map(|block| Block {
            left: block.left.start + a..block.left.end + a,
            right: block.right.start + b..block.right.end + b,
            whole: block.whole,
        }));
        joined.over_cap.blocks += part.over_cap.blocks;
        joined.over_cap.tokens += part.over_cap.tokens;
        joined.over_cap.pairs += part.over_cap.pairs;
    }
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Few keys, some of which differ in their second half only.
    fn keys(of: &[u8]) -> Vec<u128> {
        let key = |k: &u8| (u128::from(k / 3) << 64) + u128::from(k % 3);
        of.iter().map(key).collect()
    }

    fn pairs_of(joined: &Joined, blocks: &[Block]) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        for block in blocks {
            for i in &joined.left[block.left.clone()] {
                let others = &joined.right[block.right.clone()];
                pairs.extend(others.iter().map(|j| (*i, *j)));
            }
        }
        pairs.sort_unstable();
        pairs
    }

    proptest! {
        /// The join is exactly the pairs of equal keys, and its tasks are exactly its blocks.
        #[test]
        fn join_is_the_nested_loop(a in prop::collection::vec(0u8..8, 0..40), b in prop::collection::vec(0u8..8, 0..40), size in 1u64..50) {
            let joined = join(&keys(&a), &keys(&b), u64::MAX);
            let mut want: Vec<(u32, u32)> = Vec::new();
            for (i, x) in a.iter().enumerate() {
                for (j, y) in b.iter().enumerate() {
                    if x == y { want.push((i as u32, j as u32)); }
                }
            }
            prop_assert_eq!(joined.pairs(), want.len() as u64);
            prop_assert_eq!(&pairs_of(&joined, &joined.blocks), &want);
            let cut: Vec<Block> = tasks(&joined.blocks, size).into_iter().flatten().collect();
            prop_assert_eq!(&pairs_of(&joined, &cut), &want);
        }
    }

    #[test]
    fn a_join_in_many_parts_is_that_of_one() {
        let hash = |i: u64| u128::from(i.wrapping_mul(0x9e37_79b9_7f4a_7c15)) << 64 | 7;
        // More than a chunk; pairs of keys that differ in the second half alone; one large block.
        let keys = |n: u64, every: u64| -> Vec<u128> {
            let key = |i: u64| match i % 4 {
                0 => hash(5),
                1 => hash(i / 8 * every) + u128::from(i / 4 % 2),
                _ => hash(i * every),
            };
            (0..n).map(|i| key(i * 7919 % n)).collect()
        };
        let (left, right) = (keys(150_001, 2), keys(9_001, 3));
        let joined = join(&left, &right, u64::MAX);
        let mut sides: std::collections::BTreeMap<u128, [Vec<u32>; 2]> = Default::default();
        for (side, keys) in [&left, &right].into_iter().enumerate() {
            for (i, key) in keys.iter().enumerate() {
                sides.entry(*key).or_default()[side].push(i as u32);
            }
        }
        sides.retain(|_, [a, b]| !a.is_empty() && !b.is_empty());
        assert!(sides.len() > 1000, "{}", sides.len());
        assert_eq!(joined.blocks.len(), sides.len());
        for (block, [a, b]) in joined.blocks.iter().zip(sides.values()) {
            assert_eq!(joined.left[block.left.clone()], a[..]);
            assert_eq!(joined.right[block.right.clone()], b[..]);
            assert_eq!(block.whole, a.len() + b.len());
        }
    }

    #[test]
    fn a_giant_block_makes_tasks_for_many_threads() {
        let one = vec![7; 10_000];
        let joined = join(&one, &one, u64::MAX);
        let tasks = tasks(&joined.blocks, 1 << 20);
        assert!(tasks.len() >= 64, "{}", tasks.len());
        let most = tasks.iter().flatten().map(Block::pairs).max().unwrap();
        assert!(most <= 1 << 20);
        let all: u64 = tasks.iter().flatten().map(Block::pairs).sum();
        assert_eq!(all, 100_000_000);
        assert!(tasks.iter().flatten().all(|b| b.whole == 20_000));
    }

    #[test]
    fn a_block_over_the_cap_is_left_out_and_counted() {
        let (a, b) = (keys(&[1, 1, 1, 2]), keys(&[1, 1, 2]));
        let joined = join(&a, &b, 5);
        assert_eq!(joined.pairs(), 1);
        let over = OverCap {
            blocks: 1,
            tokens: 5,
            pairs: 6,
        };
        assert_eq!(joined.over_cap, over);
        assert_eq!((joined.left, joined.right), (vec![3], vec![2]));
        assert_eq!(join(&a, &b, 6).over_cap, OverCap::default());
    }
}
