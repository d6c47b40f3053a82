//! The loops of `portable`, compiled for x86-64 with AVX2 and with AVX-512.
//!
//! Nothing is written by hand: with the instruction set allowed, the compiler turns the count of
//! bits of a column into the instructions that the set has for it.
#![allow(
    unsafe_code,
    reason = "a function for an instruction set may be called only where the machine has it"
)]

use std::arch::is_x86_feature_detected as has;

pub(super) fn has_avx2() -> bool {
    has!("avx2") && has!("popcnt")
}

pub(super) fn has_avx512() -> bool {
    has!("avx512f") && has!("avx512vl") && has!("avx512vpopcntdq")
}

macro_rules! tier {
    ($name:ident, $features:literal, $has:path, $($loop_over:ident),*) => {
        pub(super) mod $name {
            use crate::matcher::compare::kernel::{LANES, portable};

            $(pub(in super::super) fn $loop_over(
                row: &[u64],
                panel: &[[u64; LANES]],
                out: &mut [u32; LANES],
            ) {
                #[target_feature(enable = $features)]
                fn run(row: &[u64], panel: &[[u64; LANES]], out: &mut [u32; LANES]) {
                    portable::$loop_over(row, panel, out);
                }
                assert!($has(), "not a tier of this machine");
                // SAFETY: the machine has the instructions, as was just asked.
                unsafe { run(row, panel, out) }
            })*
        }
    };
}

tier!(avx2, "avx2,popcnt", super::has_avx2, differing, common);
tier!(
    avx512,
    "avx512f,avx512vl,avx512vpopcntdq",
    super::has_avx512,
    differing,
    common
);
