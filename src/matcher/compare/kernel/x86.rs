//! The tiers of x86-64: the adders with AVX2 and with AVX-512, and the count of bits that some machines
//! with AVX-512 have as an instruction (VPOPCNTDQ).
//!
//! With AVX2 the compiler makes of the plain loop what one would write. Of AVX-512 it does not: see
//! [`Zmm`].
#![allow(
    unsafe_code,
    reason = "a function for an instruction set may be called only where the machine has it"
)]

use std::arch::is_x86_feature_detected as has;

use super::LANES;
use super::adders::{self, Lane, Of};
use super::zmm::Zmm;

pub(super) fn has_avx2() -> bool {
    has!("avx2") && has!("popcnt")
}

pub(super) fn has_avx512_bw() -> bool {
    has_avx2() && has!("avx512f") && has!("avx512vl") && has!("avx512bw")
}

pub(super) fn has_avx512() -> bool {
    has_avx512_bw() && has!("avx512vpopcntdq")
}

macro_rules! tier {
    ($name:ident, $features:literal, $has:path, $of:ident, $counts:expr) => {
        /// What [`adders::counts`] does, with these instructions.
        ///
        /// # Panics
        /// On a machine that lacks them.
        pub(super) fn $name<$of: Of, const R: usize>(
            rows: [&[u64]; R],
            panel: &[[u64; LANES]],
            bounds: [u32; R],
            out: &mut [[u32; LANES]; R],
        ) -> [u32; R] {
            #[target_feature(enable = $features)]
            fn run<$of: Of, const R: usize>(
                rows: [&[u64]; R],
                panel: &[[u64; LANES]],
                bounds: [u32; R],
                out: &mut [[u32; LANES]; R],
            ) -> [u32; R] {
                $counts(rows, panel, bounds, out)
            }
            assert!($has(), "not a tier of this machine");
            // SAFETY: the machine has the instructions, as was just asked.
            unsafe { run::<$of, R>(rows, panel, bounds, out) }
        }
    };
}

tier!(
    avx2,
    "avx2,popcnt",
    has_avx2,
    O,
    adders::counts::<u64, O, R>
);
tier!(
    avx512_bw,
    "avx2,avx512f,avx512vl,avx512bw",
    has_avx512_bw,
    O,
    adders::counts::<Zmm, O, R>
);
tier!(
    avx512,
    "avx2,avx512f,avx512vl,avx512bw,avx512vpopcntdq",
    has_avx512,
    O,
    by_instruction::<O, R>
);

/// Counts each word by the instruction for it.
///
/// PERF: and, count and add are three instructions a word; adders would need as many. Several rows
/// share each load of the panel, since two loads for three instructions are more than a core does at
/// once: four rows take 16 registers of sums and 4 of the panel, of 32.
#[inline(always)]
fn by_instruction<O: Of, const R: usize>(
    rows: [&[u64]; R],
    panel: &[[u64; LANES]],
    bounds: [u32; R],
    out: &mut [[u32; LANES]; R],
) -> [u32; R] {
    const BLOCKS: usize = LANES / Zmm::WIDTH;
    let mut words = panel.len();
    for row in rows {
        words = words.min(row.len());
    }
    let mut sums = [[Zmm::splat(0); BLOCKS]; R];
    for (at, column) in panel[..words].iter().enumerate() {
        let mut others = [Zmm::splat(0); BLOCKS];
        for (b, other) in others.iter_mut().enumerate() {
            *other = Zmm::load(column, b * Zmm::WIDTH);
        }
        for r in 0..R {
            let word = Zmm::splat(rows[r][at]);
            for b in 0..BLOCKS {
                sums[r][b] = sums[r][b].add_words(O::of(word, others[b]).ones());
            }
        }
    }
    let mut near = [0; R];
    for r in 0..R {
        for (b, sum) in sums[r].iter().enumerate() {
            sum.store(&mut out[r], b * Zmm::WIDTH);
        }
        near[r] = Zmm::near::<O>(&out[r], bounds[r]);
    }
    near
}
