//! One side of the search: its filters in the order of their weights, and which columns of bits say most.

use rayon::prelude::*;

use crate::matcher::compare::kernel::planes::{BLOCK, Columns, Planes};
use crate::token::FilterColumn;

/// Filters of a side that are enough to say how many have a bit.
const COUNTED: usize = 8192;

/// The filters of some tokens of one party. The bits stay where they are.
pub(super) struct Side<'t> {
    column: &'t FilterColumn,
    /// Tokens, by weight and number.
    tokens: Vec<u32>,
    /// The weight of each.
    weights: Vec<u32>,
}

impl<'t> Side<'t> {
    /// The side of `tokens` of `column`, without those that have no filter or no bit in it: their
    /// Dice coefficient with anybody is 0, or none at all.
    pub(super) fn new(column: &'t FilterColumn, tokens: &[u32]) -> Self {
        let mut by_weight: Vec<(u32, u32)> = tokens
            .par_iter()
            .filter_map(|&token| {
                let row = column.get(token as usize)?;
                let weight = row.iter().map(|w| w.count_ones()).sum();
                (weight > 0).then_some((weight, token))
            })
            .collect();
        by_weight.par_sort_unstable();
        let (weights, tokens) = by_weight.into_iter().unzip();
        Self {
            column,
            tokens,
            weights,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn bits(&self) -> usize {
        64 * self.column.words
    }

    pub(super) fn words(&self) -> usize {
        self.column.words
    }

    /// The words of all tokens, back to back.
    pub(super) fn all_words(&self) -> &'t [u64] {
        &self.column.bits
    }

    pub(super) fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    pub(super) fn weights(&self) -> &[u32] {
        &self.weights
    }

    pub(super) fn column(&self) -> &'t FilterColumn {
        self.column
    }

    /// The filter of a token.
    pub(super) fn of_token(&self, token: u32) -> &'t [u64] {
        self.column.row(token as usize)
    }

    /// The filter at place `i` of the side.
    pub(super) fn row(&self, i: usize) -> &'t [u64] {
        self.of_token(self.tokens[i])
    }

    /// How many filters have each bit, of those counted: [`COUNTED`] or some more, of all weights, or all.
    /// Then how many were counted.
    fn counts(&self) -> (Vec<u32>, usize) {
        let mut counts = vec![0u32; self.bits()];
        let counted = self.tokens.iter().step_by((self.len() / COUNTED).max(1));
        let number = counted.len();
        for &token in counted {
            for (w, word) in self.of_token(token).iter().enumerate() {
                for (bit, count) in counts[64 * w..][..64].iter_mut().enumerate() {
                    *count += (word >> bit & 1) as u32;
                }
            }
        }
        (counts, number)
    }

    /// The only copy of the filters that is made: as planes, in the order of the side.
    pub(super) fn planes(&self, columns: &Columns) -> Planes {
        let mut planes = Planes::new(columns, self.len());
        let blocks: Vec<_> = planes.each_mut().collect();
        blocks.into_par_iter().enumerate().for_each(|(n, block)| {
            let rows = n * BLOCK..self.len().min((n + 1) * BLOCK);
            columns.fill_block(block, rows.map(|i| self.row(i)));
        });
        planes
    }
}

/// How many filters of both sides have each bit, of how many; and the bits in the order of search:
/// those first that fewest have. By some filters of each side: which pairs reach the threshold does not
/// depend on it.
///
/// A row's own bits are gone through in this order until enough of them are missed. A bit that a
/// share p of all have is missed by a stranger with chance 1 - p.
pub(super) fn rarest_first(left: &Side<'_>, right: &Side<'_>) -> (Vec<u32>, usize, Vec<u16>) {
    let ((mut counts, own), (more, others)) = (left.counts(), right.counts());
    for (sum, more) in counts.iter_mut().zip(more) {
        *sum += more;
    }
    let mut order: Vec<u16> = (0..counts.len() as u16).collect();
    order.sort_by_key(|&bit| (counts[usize::from(bit)], bit));
    (counts, own + others, order)
}
