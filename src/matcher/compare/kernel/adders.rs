//! Counts of bits by carry-save adders: the words of a column are added bit by bit into planes of
//! weight 1, 2, 4 ... before any plane is counted, so that 32 words cost six counts and not 32.
//!
//! The tree is that of Harley and Seal, as in Muła, Kurz and Lemire, "Faster population counts using
//! AVX2 instructions" (The Computer Journal 61, 2018), but for a fixed number of words: 2^k - 1 of
//! them make k planes without a half adder, and one word more is counted beside the planes.

use std::marker::PhantomData;

use super::LANES;

/// Words of several rows of a panel, side by side in a register; or one word, in a loop over the rows
/// that the compiler makes registers of.
pub(super) trait Lane: Copy {
    /// Rows.
    const WIDTH: usize;

    /// `word` in each row.
    fn splat(word: u64) -> Self;
    /// The rows of `column` from `first` on.
    fn load(column: &[u64; LANES], first: usize) -> Self;
    /// Bits that differ.
    fn xor(self, other: Self) -> Self;
    /// Bits set in both.
    fn and(self, other: Self) -> Self;
    /// Sum and carry of three bits, for each bit.
    fn full_add(a: Self, b: Self, c: Self) -> (Self, Self);
    /// The number of set bits of each row in the `singles`, at most two, and in the `planes`, at most
    /// five, those of plane `k` times 2^k.
    fn weigh<const S: usize, const K: usize>(singles: [Self; S], planes: [Self; K]) -> Self;
    /// The numbers of `counts` from `first` on added to these.
    fn add(self, counts: &[u32; LANES], first: usize) -> Self;
    /// Puts the numbers into `counts` from `first` on.
    fn store(self, counts: &mut [u32; LANES], first: usize);
    /// Which of `counts` are as near as `bound` or nearer by `O`, the first in the lowest bit.
    fn near<O: Of>(counts: &[u32; LANES], bound: u32) -> u32;
}

/// What of two words is counted.
pub(super) trait Of {
    /// The bits to count.
    fn of<L: Lane>(a: L, b: L) -> L;
    /// Whether near is few, and not many.
    const FEW: bool;

    /// Whether `count` is as near as `bound` or nearer.
    #[inline(always)]
    fn is_near(count: u32, bound: u32) -> bool {
        if Self::FEW {
            count <= bound
        } else {
            count >= bound
        }
    }
}

/// The bits that differ: near is few.
pub(super) struct Differing;

impl Of for Differing {
    const FEW: bool = true;

    #[inline(always)]
    fn of<L: Lane>(a: L, b: L) -> L {
        a.xor(b)
    }
}

/// The bits set in both: near is many.
pub(super) struct Common;

impl Of for Common {
    const FEW: bool = false;

    #[inline(always)]
    fn of<L: Lane>(a: L, b: L) -> L {
        a.and(b)
    }
}

/// Counts `O` of each of `rows` and each row of `panel` into `out`, over as many words as both have;
/// returns which of them are as near as its bound, the first row of the panel in the lowest bit.
#[inline(always)]
pub(super) fn counts<L: Lane, O: Of, const R: usize>(
    rows: [&[u64]; R],
    panel: &[[u64; LANES]],
    bounds: [u32; R],
    out: &mut [[u32; LANES]; R],
) -> [u32; R] {
    // PERF: loops and not adaptors, here and in what this calls: a closure that the compiler does not
    // inline is not compiled for the tier.
    let mut near = [0; R];
    for r in 0..R {
        count::<L, O>(rows[r], panel, &mut out[r]);
        near[r] = L::near::<O>(&out[r], bounds[r]);
    }
    near
}

#[inline(always)]
fn count<L: Lane, O: Of>(row: &[u64], panel: &[[u64; LANES]], out: &mut [u32; LANES]) {
    match row.len().min(panel.len()) {
        4 => words::<L, O, 4>(row, panel, out, false),
        8 => words::<L, O, 8>(row, panel, out, false),
        16 => words::<L, O, 16>(row, panel, out, false),
        32 => words::<L, O, 32>(row, panel, out, false),
        n => {
            *out = [0; LANES];
            let mut at = 0;
            while at < n {
                let (row, panel) = (&row[at..n], &panel[at..n]);
                at += match n - at {
                    1 => words::<L, O, 1>(row, panel, out, true),
                    2 => words::<L, O, 2>(row, panel, out, true),
                    3 => words::<L, O, 3>(row, panel, out, true),
                    4 => words::<L, O, 4>(row, panel, out, true),
                    5 => words::<L, O, 5>(row, panel, out, true),
                    6 => words::<L, O, 6>(row, panel, out, true),
                    7 => words::<L, O, 7>(row, panel, out, true),
                    ..16 => words::<L, O, 8>(row, panel, out, true),
                    16..32 => words::<L, O, 16>(row, panel, out, true),
                    32.. => words::<L, O, 32>(row, panel, out, true),
                };
            }
            n
        }
    };
}

/// Counts the first `N` words, 1 to 8, 16 or 32, and returns `N`. `adds`: to those of other words.
#[inline(always)]
fn words<L: Lane, O: Of, const N: usize>(
    row: &[u64],
    panel: &[[u64; LANES]],
    out: &mut [u32; LANES],
    adds: bool,
) -> usize {
    let (Some(row), Some(panel)) = (row.first_chunk::<N>(), panel.first_chunk::<N>()) else {
        unreachable!("fewer words than were asked for");
    };
    for block in 0..LANES / L::WIDTH {
        let first = block * L::WIDTH;
        let words = Words::<L, O, N> {
            row,
            panel,
            first,
            of: PhantomData,
        };
        let mut counts = match N {
            1 => L::weigh([words.at(0)], []),
            2 => L::weigh([words.at(0), words.at(1)], []),
            3 => L::weigh([], three(&words, 0)),
            4 => L::weigh([words.at(3)], three(&words, 0)),
            5 => L::weigh([words.at(3), words.at(4)], three(&words, 0)),
            6 => L::weigh([], six(&words, 0)),
            7 => L::weigh([], seven(&words, 0)),
            8 => L::weigh([words.at(7)], seven(&words, 0)),
            16 => L::weigh([words.at(15)], fifteen(&words, 0)),
            32 => L::weigh([words.at(31)], thirty_one(&words, 0)),
            _ => unreachable!("no tree for this number of words"),
        };
        if adds {
            counts = counts.add(out, first);
        }
        counts.store(out, first);
    }
    N
}

/// The words of some rows of a panel beside those of a row, from which `O` is made.
///
/// PERF: not a closure, since that might not be inlined.
struct Words<'a, L, O, const N: usize> {
    row: &'a [u64; N],
    panel: &'a [[u64; LANES]; N],
    first: usize,
    of: PhantomData<(L, O)>,
}

impl<L: Lane, O: Of, const N: usize> Words<'_, L, O, N> {
    #[inline(always)]
    fn at(&self, i: usize) -> L {
        O::of(L::splat(self.row[i]), L::load(&self.panel[i], self.first))
    }
}

#[inline(always)]
fn three<L: Lane, O: Of, const N: usize>(words: &Words<'_, L, O, N>, at: usize) -> [L; 2] {
    let (s, c) = L::full_add(words.at(at), words.at(at + 1), words.at(at + 2));
    [s, c]
}

#[inline(always)]
fn six<L: Lane, O: Of, const N: usize>(words: &Words<'_, L, O, N>, at: usize) -> [L; 3] {
    let (a, b) = (three(words, at), three(words, at + 3));
    let (s0, c) = (a[0].xor(b[0]), a[0].and(b[0]));
    let (s1, c) = L::full_add(a[1], b[1], c);
    [s0, s1, c]
}

#[inline(always)]
fn seven<L: Lane, O: Of, const N: usize>(words: &Words<'_, L, O, N>, at: usize) -> [L; 3] {
    let (a, b) = (three(words, at), three(words, at + 3));
    let (s0, c) = L::full_add(a[0], b[0], words.at(at + 6));
    let (s1, c) = L::full_add(a[1], b[1], c);
    [s0, s1, c]
}

#[inline(always)]
fn fifteen<L: Lane, O: Of, const N: usize>(words: &Words<'_, L, O, N>, at: usize) -> [L; 4] {
    let (a, b) = (seven(words, at), seven(words, at + 7));
    let (s0, c) = L::full_add(a[0], b[0], words.at(at + 14));
    let (s1, c) = L::full_add(a[1], b[1], c);
    let (s2, c) = L::full_add(a[2], b[2], c);
    [s0, s1, s2, c]
}

#[inline(always)]
fn thirty_one<L: Lane, O: Of, const N: usize>(words: &Words<'_, L, O, N>, at: usize) -> [L; 5] {
    let (a, b) = (fifteen(words, at), fifteen(words, at + 15));
    let (s0, c) = L::full_add(a[0], b[0], words.at(at + 30));
    let (s1, c) = L::full_add(a[1], b[1], c);
    let (s2, c) = L::full_add(a[2], b[2], c);
    let (s3, c) = L::full_add(a[3], b[3], c);
    [s0, s1, s2, s3, c]
}
