//! All pairs of a classic filter: everybody is in one block.

mod approximate;
mod bound;
pub(in crate::matcher) mod dice;
mod lossless;
mod side;

pub use approximate::Approximate;

use std::ops::Range;

use bound::Bound;
use lossless::{Found, Lossless};
use side::{Side, rarest_first};

use super::Meeting;
use super::comparison::Side as Tokens;
use super::level::Scale;

/// The meetings of one block of a pass with one classic filter, whose tokens of each party are these
/// `rows`. `is_one`: both are the same tokens of one party, so that half of the pairs are enough.
pub(super) fn meetings(
    (left, rows): (&Tokens, Range<usize>),
    (right, columns): (&Tokens, Range<usize>),
    scale: &Scale,
    size: u8,
    how: (u8, bool, bool),
    asked: Option<f64>,
) -> (Vec<Meeting>, Option<Approximate>) {
    let (pass, is_within, is_one) = how;
    let tokens = |rows: Range<usize>| rows.map(|row| row as u32).collect::<Vec<u32>>();
    let a = Side::new(&left.filters[0], &tokens(rows));
    let b = Side::new(&right.filters[0], &tokens(columns));
    let bound = Bound::of(scale, a.bits());
    let keep = |found: Found| {
        let (mut x, mut y) = (
            left.records[found.left as usize],
            right.records[found.right as usize],
        );
        if is_one && x > y {
            (x, y) = (y, x);
        }
        if is_within && x >= y {
            return None;
        }
        Some(Meeting {
            left: x,
            right: y,
            pass,
            size,
            levels: u32::from(scale.level_of_common(found.common, found.weight)),
        })
    };
    if let Some(asked) = asked {
        let (found, how) = approximate::search(&a, &b, &bound, is_one, asked);
        let found = found.into_iter().filter_map(keep).collect();
        (found, Some(how))
    } else {
        let (.., order) = rarest_first(&a, &b);
        let lossless = Lossless::new(&b, &order, &bound);
        (lossless.search(&a, is_one, keep, |_| {}), None)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests;
