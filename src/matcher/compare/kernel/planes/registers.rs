//! The registers of x86-64.
#![allow(
    unsafe_code,
    reason = "registers of an instruction set may be used only where the machine has it"
)]

use std::arch::x86_64::*;

use super::Plane;
use super::adders::Register;

impl Register for __m256i {
    const WORDS: usize = 4;
    #[inline(always)]
    unsafe fn load(from: *const u64) -> Self {
        // SAFETY: by the contract of the trait, here and below.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }
    #[inline(always)]
    unsafe fn store(self, to: &mut Plane) {
        // SAFETY: a plane is longer.
        unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), self) }
    }
    #[inline(always)]
    unsafe fn splat(bit: bool) -> Self {
        // SAFETY: as above.
        unsafe { _mm256_set1_epi64x(-i64::from(bit)) }
    }
    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm256_and_si256(self, other) }
    }
    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm256_or_si256(self, other) }
    }
    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm256_xor_si256(self, other) }
    }
    #[inline(always)]
    unsafe fn is_full(self) -> bool {
        // SAFETY: as above.
        unsafe { _mm256_testc_si256(self, _mm256_set1_epi64x(-1)) == 1 }
    }
}

impl Register for __m512i {
    const WORDS: usize = 8;
    #[inline(always)]
    unsafe fn load(from: *const u64) -> Self {
        // SAFETY: by the contract of the trait, here and below.
        unsafe { _mm512_loadu_si512(from.cast()) }
    }
    #[inline(always)]
    unsafe fn store(self, to: &mut Plane) {
        // SAFETY: as long as a plane.
        unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), self) }
    }
    #[inline(always)]
    unsafe fn splat(bit: bool) -> Self {
        // SAFETY: as above.
        unsafe { _mm512_set1_epi64(-i64::from(bit)) }
    }
    #[inline(always)]
    unsafe fn and(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm512_and_si512(self, other) }
    }
    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm512_or_si512(self, other) }
    }
    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm512_xor_si512(self, other) }
    }
    #[inline(always)]
    unsafe fn is_full(self) -> bool {
        // SAFETY: as above.
        unsafe { _mm512_cmpneq_epi64_mask(self, _mm512_set1_epi64(-1)) == 0 }
    }
    /// Each by one instruction: the truth tables of parity and of majority.
    #[inline(always)]
    unsafe fn add(self, b: Self, c: Self) -> (Self, Self) {
        // SAFETY: as above.
        unsafe {
            (
                _mm512_ternarylogic_epi64::<0x96>(self, b, c),
                _mm512_ternarylogic_epi64::<0xe8>(self, b, c),
            )
        }
    }
}
