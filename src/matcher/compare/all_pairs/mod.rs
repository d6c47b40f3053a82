//! All pairs of a classic filter: everybody is in one block.

mod approximate;
mod bound;
mod lossless;
mod side;

pub use approximate::Approximate;

use bound::Bound;
use lossless::{Found, Lossless};
use side::{Side, rarest_first};

use super::level::Scale;
use super::{Meeting, size};
use crate::matcher::block::Joined;
use crate::token::PassTokens;

/// The meetings of the blocks of a pass with one classic filter.
pub(super) fn meetings(
    joined: &Joined,
    (left, right): (&PassTokens, &PassTokens),
    scale: &Scale,
    (number, is_within): (usize, bool),
    asked: Option<f64>,
) -> (Vec<Meeting>, Option<Approximate>) {
    let mut all = Vec::new();
    let mut approximate = None;
    for block in &joined.blocks {
        let a = Side::new(&left.filters[0], &joined.left[block.left.clone()]);
        let b = Side::new(&right.filters[0], &joined.right[block.right.clone()]);
        let bound = Bound::of(scale, a.bits());
        let is_same = is_within && a.tokens() == b.tokens();
        let size = size(block, is_within);
        let keep = |found: Found| {
            let (mut x, mut y) = (
                left.records[found.left as usize],
                right.records[found.right as usize],
            );
            if is_same && x > y {
                (x, y) = (y, x);
            }
            if is_within && x >= y {
                return None;
            }
            Some(Meeting {
                left: x,
                right: y,
                pass: number as u8,
                size,
                levels: u32::from(scale.level_of_common(found.common, found.weight)),
            })
        };
        if let Some(asked) = asked {
            let (found, how) = approximate::search(&a, &b, &bound, is_same, asked);
            all.extend(found.into_iter().filter_map(keep));
            approximate = Some(how);
        } else {
            let (_, order) = rarest_first(&a, &b);
            let lossless = Lossless::new(&b, &order, &bound);
            all.append(&mut lossless.search(&a, is_same, keep));
        }
    }
    (all, approximate)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests;
