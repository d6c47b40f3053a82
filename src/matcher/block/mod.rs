//! Block keys to candidate pairs: an equi-join on the block key of one pass.

mod semi_join;

pub use semi_join::SemiJoin;

use std::ops::Range;

use rayon::prelude::*;

use crate::token::PassTokens;

/// The blocks that two parties share in one pass.
#[derive(Debug)]
pub struct Joined {
    /// Tokens of the first party in block order, as indices into its pass.
    pub left: Vec<u32>,
    /// Tokens of the second party in block order.
    pub right: Vec<u32>,
    /// The shared blocks, as ranges of `left` and `right`, in ascending order of block key.
    pub blocks: Vec<Block>,
}

/// One block: tokens of both parties with one block key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Range of [`Joined::left`].
    pub left: Range<usize>,
    /// Range of [`Joined::right`].
    pub right: Range<usize>,
    /// Tokens of the first party in the whole block, of which `left` may be a piece.
    pub whole_left: usize,
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

    /// The blocks cut into tasks of about `pairs` candidate pairs each, in block order: large
    /// blocks are split along their left side, small ones batched.
    #[must_use]
    pub fn tasks(&self, pairs: u64) -> Vec<Vec<Block>> {
        let mut tasks = Vec::new();
        let mut task: Vec<Block> = Vec::new();
        let mut load = 0;
        for block in &self.blocks {
            let rows = (pairs / block.right.len().max(1) as u64).max(1) as usize;
            let mut start = block.left.start;
            while start < block.left.end {
                let end = block.left.end.min(start + rows);
                let piece = Block {
                    left: start..end,
                    right: block.right.clone(),
                    whole_left: block.whole_left,
                };
                load += piece.pairs();
                task.push(piece);
                if load >= pairs {
                    tasks.push(std::mem::take(&mut task));
                    load = 0;
                }
                start = end;
            }
        }
        if !task.is_empty() {
            tasks.push(task);
        }
        tasks
    }
}

/// Joins the tokens of two parties on the block key.
///
/// Deterministic: within a block, tokens keep the order of their file. Cost: a sort of each side.
#[must_use]
pub fn join(left: &PassTokens, right: &PassTokens) -> Joined {
    let (a, b) = (sorted(&left.keys), sorted(&right.keys));
    let mut blocks = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        match a[i].0.cmp(&b[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                let key = a[i].0;
                let i_end = i + a[i..].partition_point(|(k, _)| *k == key);
                let j_end = j + b[j..].partition_point(|(k, _)| *k == key);
                blocks.push(Block {
                    left: i..i_end,
                    right: j..j_end,
                    whole_left: i_end - i,
                });
                (i, j) = (i_end, j_end);
            }
        }
    }
    let indices = |side: Vec<(u128, u32)>| side.into_iter().map(|(_, i)| i).collect();
    Joined {
        left: indices(a),
        right: indices(b),
        blocks,
    }
}

fn sorted(keys: &[u128]) -> Vec<(u128, u32)> {
    let mut side: Vec<(u128, u32)> = keys
        .iter()
        .enumerate()
        .map(|(i, k)| (*k, i as u32))
        .collect();
    side.par_sort_unstable();
    side
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens(keys: &[u8]) -> PassTokens {
        PassTokens {
            keys: keys.iter().map(|k| u128::from(*k)).collect(),
            ..PassTokens::default()
        }
    }

    proptest! {
        /// The join is exactly the pairs of equal keys, and its tasks are exactly its blocks.
        #[test]
        fn join_is_the_nested_loop(a in prop::collection::vec(0u8..8, 0..40), b in prop::collection::vec(0u8..8, 0..40), size in 1u64..50) {
            let joined = join(&tokens(&a), &tokens(&b));
            let mut want: Vec<(u32, u32)> = Vec::new();
            for (i, x) in a.iter().enumerate() {
                for (j, y) in b.iter().enumerate() {
                    if x == y { want.push((i as u32, j as u32)); }
                }
            }
            let pairs_of = |blocks: &[Block]| {
                let mut pairs: Vec<(u32, u32)> = blocks.iter().flat_map(|block| {
                    joined.left[block.left.clone()].iter().flat_map(|i| joined.right[block.right.clone()].iter().map(|j| (*i, *j))).collect::<Vec<_>>()
                }).collect();
                pairs.sort_unstable();
                pairs
            };
            prop_assert_eq!(joined.pairs(), want.len() as u64);
            prop_assert_eq!(&pairs_of(&joined.blocks), &want);
            let cut: Vec<Block> = joined.tasks(size).into_iter().flatten().collect();
            prop_assert_eq!(&pairs_of(&cut), &want);
        }
    }
}
