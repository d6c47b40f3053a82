//! The loops over planes, over sketches and over pairs of rows, for each tier.
#![allow(
    unsafe_code,
    reason = "a function for an instruction set may be called only where the machine has it"
)]

use super::{BLOCK, Near, Plane, Planes, Rows, adders, pairs};
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
    /// `tolerance` bits. Of each side there is a list for each word of a sketch.
    pub fn alike(
        self,
        a: [&[u64]; 3],
        b: [&[u64]; 3],
        tolerance: u32,
        alike: &mut Vec<(u32, u32)>,
    ) {
        match self {
            Self::Portable | Self::Neon => pairs::alike(a, b, tolerance, alike),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::alike(a, b, tolerance, alike),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Bw | Self::Avx512 => avx512::alike(a, b, tolerance, alike),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512Bw | Self::Avx512 => unreachable!("not of this machine"),
        }
    }

    /// Appends to `counts` for the rows of each of `pairs` how many bits they share: rows `i` of `a` and
    /// `j` of `b`, both of `words` words.
    pub fn common_of_pairs(
        self,
        rows: (&[u64], &[u64]),
        words: usize,
        pairs: &[(u32, u32)],
        counts: &mut Vec<u32>,
    ) {
        match self {
            Self::Portable | Self::Neon => pairs::count(rows, words, pairs, counts),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::common(rows, words, pairs, counts),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Bw | Self::Avx512 => avx512::common(rows, words, pairs, counts),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512Bw | Self::Avx512 => unreachable!("not of this machine"),
        }
    }
}

#[cfg(target_arch = "x86_64")]
macro_rules! wide {
    ($name:ident, $features:literal, $register:ident, $has:ident) => {
        mod $name {
            use super::{Near, Plane, Rows};
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
                a: [&[u64]; 3],
                b: [&[u64]; 3],
                tolerance: u32,
                out: &mut Vec<(u32, u32)>,
            ) {
                #[target_feature(enable = $features)]
                fn run(a: [&[u64]; 3], b: [&[u64]; 3], tolerance: u32, out: &mut Vec<(u32, u32)>) {
                    super::pairs::alike(a, b, tolerance, out);
                }
                assert!(has(), "not of this machine");
                // SAFETY: the machine has the instructions, as was just asked.
                unsafe { run(a, b, tolerance, out) }
            }

            pub(super) fn common(
                rows: (&[u64], &[u64]),
                words: usize,
                pairs: &[(u32, u32)],
                out: &mut Vec<u32>,
            ) {
                #[target_feature(enable = $features)]
                fn run(
                    rows: (&[u64], &[u64]),
                    words: usize,
                    pairs: &[(u32, u32)],
                    out: &mut Vec<u32>,
                ) {
                    super::pairs::count(rows, words, pairs, out);
                }
                assert!(has(), "not of this machine");
                // SAFETY: the machine has the instructions, as was just asked.
                unsafe { run(rows, words, pairs, out) }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
wide!(avx2, "avx2,popcnt", __m256i, has_avx2);
#[cfg(target_arch = "x86_64")]
wide!(
    avx512,
    "avx2,popcnt,avx512f,avx512bw",
    __m512i,
    has_avx512_bw
);
