//! The loops over planes, over sketches and over pairs of rows, for each tier.
#![allow(
    unsafe_code,
    reason = "a function for an instruction set may be called only where the machine has it"
)]

use super::{BLOCK, Near, Plane, Planes, Rows, Sketch, adders};
use crate::matcher::compare::kernel::Tier;

impl Tier {
    /// Appends to `near` those pairs of a row of `which` and a row of block number `block` of `planes`
    /// of which the second lacks at most so many of the bits listed for the first. `which`: numbers
    /// of rows, each with what it may miss.
    ///
    /// # Panics
    /// If rows and planes are of other columns, or a row may miss more than [`MOST_SLACK`](super::MOST_SLACK).
    pub fn near(
        self,
        (planes, block): (&Planes, usize),
        rows: &Rows,
        which: &[(u32, u32)],
        near: &mut Vec<Near>,
    ) {
        assert!(which.is_empty() || rows.planes + 1 == planes.each);
        let lanes = (planes.rows - block * BLOCK).min(BLOCK) as u32;
        let planes = (planes.block(block), lanes);
        match self {
            // SAFETY: of every machine.
            Self::Portable | Self::Neon => unsafe { adders::run::<u64>(planes, rows, which, near) },
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::near(planes, rows, which, near),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Bw | Self::Avx512 => avx512::near(planes, rows, which, near),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512Bw | Self::Avx512 => unreachable!("not of this machine"),
        }
    }

    /// Appends to `alike` the numbers of those sketches of `a` and `b` that differ in no more than
    /// `tolerance` bits.
    pub fn alike(
        self,
        (a, b): (&[Sketch], &[Sketch]),
        tolerance: u32,
        alike: &mut Vec<(u32, u32)>,
    ) {
        match self {
            Self::Portable | Self::Neon => compare(a, b, tolerance, alike),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::alike(a, b, tolerance, alike),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Bw | Self::Avx512 => avx512::alike(a, b, tolerance, alike),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512Bw | Self::Avx512 => unreachable!("not of this machine"),
        }
    }

    /// Appends to `counts` for the rows of each of `pairs` how many bits they share, and the sum of
    /// their weights: rows `i` of `a` and `j` of `b`, both of `words` words.
    pub fn common_of_pairs(
        self,
        (a, b): (&[u64], &[u64]),
        words: usize,
        pairs: &[(u32, u32)],
        counts: &mut Vec<(u32, u32)>,
    ) {
        match self {
            Self::Portable | Self::Neon => count(a, b, words, pairs, counts),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::common(a, b, words, pairs, counts),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Bw | Self::Avx512 => avx512::common(a, b, words, pairs, counts),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512Bw | Self::Avx512 => unreachable!("not of this machine"),
        }
    }
}

/// Pairs by which rows are asked for before they are counted.
const AHEAD: usize = 12;

#[inline(always)]
fn count(a: &[u64], b: &[u64], words: usize, pairs: &[(u32, u32)], counts: &mut Vec<(u32, u32)>) {
    // PERF: loops, since a closure is not compiled for the instruction set of the function around it.
    // What they wait for is memory.
    let row = |i: u32| i as usize * words..(i as usize + 1) * words;
    for (n, &(i, j)) in pairs.iter().enumerate() {
        if let Some(&(i, j)) = pairs.get(n + AHEAD) {
            prefetch(&a[row(i)]);
            prefetch(&b[row(j)]);
        }
        let (mut common, mut weight) = (0, 0);
        for (x, y) in a[row(i)].iter().zip(&b[row(j)]) {
            common += (x & y).count_ones();
            weight += x.count_ones() + y.count_ones();
        }
        counts.push((common, weight));
    }
}

/// Asks for a row to be brought near.
#[inline(always)]
fn prefetch(row: &[u64]) {
    #[cfg(target_arch = "x86_64")]
    for line in row.chunks(8) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: of every machine, and nothing is read.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = row;
}

#[inline(always)]
fn compare(a: &[Sketch], b: &[Sketch], tolerance: u32, alike: &mut Vec<(u32, u32)>) {
    for (i, own) in (0..).zip(a) {
        for (first, others) in (0..).step_by(64).zip(b.chunks(64)) {
            // PERF: collected as bits, so that nothing is guessed for most, who are not alike.
            let mut rest = 0u64;
            for (j, other) in others.iter().enumerate() {
                let differing = (own[0] ^ other[0]).count_ones() + (own[1] ^ other[1]).count_ones();
                rest |= u64::from(differing <= tolerance) << j;
            }
            while rest != 0 {
                alike.push((i, first + rest.trailing_zeros()));
                rest &= rest - 1;
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
macro_rules! wide {
    ($name:ident, $features:literal, $register:ident, $has:ident) => {
        mod $name {
            use super::{Near, Plane, Rows, Sketch};
            use crate::matcher::compare::kernel::x86::$has as has;

            pub(super) fn near(
                planes: (&[Plane], u32),
                rows: &Rows,
                which: &[(u32, u32)],
                near: &mut Vec<Near>,
            ) {
                #[target_feature(enable = $features)]
                fn run(
                    planes: (&[Plane], u32),
                    rows: &Rows,
                    which: &[(u32, u32)],
                    near: &mut Vec<Near>,
                ) {
                    // SAFETY: compiled for the machine that is asked for below.
                    unsafe {
                        super::adders::run::<std::arch::x86_64::$register>(
                            planes, rows, which, near,
                        )
                    }
                }
                assert!(has(), "not of this machine");
                // SAFETY: the machine has the instructions, as was just asked.
                unsafe { run(planes, rows, which, near) }
            }

            pub(super) fn alike(
                a: &[Sketch],
                b: &[Sketch],
                tolerance: u32,
                out: &mut Vec<(u32, u32)>,
            ) {
                #[target_feature(enable = $features)]
                fn run(a: &[Sketch], b: &[Sketch], tolerance: u32, out: &mut Vec<(u32, u32)>) {
                    super::compare(a, b, tolerance, out);
                }
                assert!(has(), "not of this machine");
                // SAFETY: the machine has the instructions, as was just asked.
                unsafe { run(a, b, tolerance, out) }
            }

            pub(super) fn common(
                a: &[u64],
                b: &[u64],
                words: usize,
                pairs: &[(u32, u32)],
                out: &mut Vec<(u32, u32)>,
            ) {
                #[target_feature(enable = $features)]
                fn run(
                    a: &[u64],
                    b: &[u64],
                    words: usize,
                    pairs: &[(u32, u32)],
                    out: &mut Vec<(u32, u32)>,
                ) {
                    super::count(a, b, words, pairs, out);
                }
                assert!(has(), "not of this machine");
                // SAFETY: the machine has the instructions, as was just asked.
                unsafe { run(a, b, words, pairs, out) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
wide!(avx2, "avx2,popcnt", __m256i, has_avx2);
#[cfg(target_arch = "x86_64")]
wide!(avx512, "avx2,popcnt,avx512f", __m512i, has_avx512_bw);
