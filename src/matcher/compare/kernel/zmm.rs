//! Eight rows in a register of AVX-512, by its instructions: the vocabulary of the tiers for it.
//!
//! A [`Zmm`] exists only inside the functions that `x86` has compiled for AVX-512, which it runs after
//! it has asked the machine.
#![allow(
    unsafe_code,
    reason = "an instruction may be run only where the machine has it"
)]

use std::arch::x86_64::{
    __m512i, _mm256_cmpge_epu32_mask, _mm256_cmple_epu32_mask, _mm256_loadu_si256,
    _mm256_set1_epi32, _mm256_storeu_si256, _mm512_add_epi8, _mm512_add_epi64, _mm512_and_si512,
    _mm512_cvtepi64_epi32, _mm512_cvtepu32_epi64, _mm512_loadu_si512, _mm512_popcnt_epi64,
    _mm512_sad_epu8, _mm512_set1_epi8, _mm512_set1_epi64, _mm512_set4_epi32, _mm512_setzero_si512,
    _mm512_shuffle_epi8, _mm512_srli_epi16, _mm512_ternarylogic_epi64, _mm512_xor_si512,
};

use super::LANES;
use super::adders::{Lane, Of};

/// Eight words.
#[derive(Clone, Copy)]
pub(super) struct Zmm(__m512i);

impl Zmm {
    /// The number of set bits of each byte, times `weight`.
    ///
    /// PERF: the weight is in the table of the bits of a nibble, where it costs nothing.
    #[inline(always)]
    fn ones_of_bytes(self, weight: i32) -> Self {
        // SAFETY: see the head of the module; AVX-512BW.
        unsafe {
            // Of the nibbles 0 to 15, four to a number: 0 1 1 2, 1 2 2 3, 1 2 2 3, 2 3 3 4.
            let (low, middle, high) = (0x0201_0100, 0x0302_0201, 0x0403_0302);
            let table = _mm512_set4_epi32(
                high * weight,
                middle * weight,
                middle * weight,
                low * weight,
            );
            let nibble = _mm512_set1_epi8(15);
            let low = _mm512_and_si512(self.0, nibble);
            let high = _mm512_and_si512(_mm512_srli_epi16::<4>(self.0), nibble);
            Self(_mm512_add_epi8(
                _mm512_shuffle_epi8(table, low),
                _mm512_shuffle_epi8(table, high),
            ))
        }
    }

    /// The sums of the eight bytes of each word.
    #[inline(always)]
    fn sum_of_bytes(self) -> Self {
        // SAFETY: see the head of the module; AVX-512BW.
        unsafe { Self(_mm512_sad_epu8(self.0, _mm512_setzero_si512())) }
    }

    #[inline(always)]
    fn add_bytes(self, other: Self) -> Self {
        // SAFETY: see the head of the module; AVX-512BW.
        unsafe { Self(_mm512_add_epi8(self.0, other.0)) }
    }

    /// The sums of the words.
    #[inline(always)]
    pub(super) fn add_words(self, other: Self) -> Self {
        // SAFETY: see the head of the module; AVX-512F.
        unsafe { Self(_mm512_add_epi64(self.0, other.0)) }
    }

    /// The number of set bits of each word, by the instruction for it. Only where the machine has
    /// VPOPCNTDQ.
    #[inline(always)]
    pub(super) fn ones(self) -> Self {
        // SAFETY: see the head of the module; called from the tier that needs VPOPCNTDQ.
        unsafe { Self(_mm512_popcnt_epi64(self.0)) }
    }
}

impl Lane for Zmm {
    const WIDTH: usize = 8;

    #[inline(always)]
    fn splat(word: u64) -> Self {
        // SAFETY: see the head of the module; AVX-512F.
        unsafe { Self(_mm512_set1_epi64(word as i64)) }
    }

    #[inline(always)]
    fn load(column: &[u64; LANES], first: usize) -> Self {
        let words: &[u64; 8] = match column[first..].first_chunk() {
            Some(words) => words,
            None => unreachable!("eight rows from a multiple of eight on"),
        };
        // SAFETY: see the head of the module; AVX-512F. Eight words can be read, and no alignment is
        // asked for.
        unsafe { Self(_mm512_loadu_si512(words.as_ptr().cast())) }
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: see the head of the module; AVX-512F.
        unsafe { Self(_mm512_xor_si512(self.0, other.0)) }
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: see the head of the module; AVX-512F.
        unsafe { Self(_mm512_and_si512(self.0, other.0)) }
    }

    /// PERF: two instructions, each a function of three bits by its table (0x96: an odd number of
    /// them is set, 0xE8: two or three are). From plain Rust the compiler makes three.
    #[inline(always)]
    fn full_add(a: Self, b: Self, c: Self) -> (Self, Self) {
        // SAFETY: see the head of the module; AVX-512F.
        unsafe {
            (
                Self(_mm512_ternarylogic_epi64::<0x96>(a.0, b.0, c.0)),
                Self(_mm512_ternarylogic_epi64::<0xE8>(a.0, b.0, c.0)),
            )
        }
    }

    #[inline(always)]
    fn weigh<const S: usize, const K: usize>(singles: [Self; S], planes: [Self; K]) -> Self {
        // Two singles and three planes come to 8 x (2 + 1 + 2 + 4) = 72 in a byte, a single and four
        // planes to 8 x (1 + 1 + 2 + 4 + 8) = 128. The fifth plane would bring that to 256, just too
        // much, so it is summed apart.
        let mut bytes = Self::splat(0);
        for single in singles {
            bytes = bytes.add_bytes(single.ones_of_bytes(1));
        }
        for (k, plane) in planes.iter().take(4).enumerate() {
            bytes = bytes.add_bytes(plane.ones_of_bytes(1 << k));
        }
        let sums = bytes.sum_of_bytes();
        match planes.get(4) {
            Some(fifth) => sums.add_words(fifth.ones_of_bytes(16).sum_of_bytes()),
            None => sums,
        }
    }

    #[inline(always)]
    fn add(self, counts: &[u32; LANES], first: usize) -> Self {
        let before: &[u32; 8] = match counts[first..].first_chunk() {
            Some(before) => before,
            None => unreachable!("eight rows from a multiple of eight on"),
        };
        // SAFETY: see the head of the module; AVX-512F and AVX2. Eight numbers of 32 bits can be read,
        // and no alignment is asked for.
        unsafe {
            let before = _mm256_loadu_si256(before.as_ptr().cast());
            self.add_words(Self(_mm512_cvtepu32_epi64(before)))
        }
    }

    #[inline(always)]
    fn store(self, counts: &mut [u32; LANES], first: usize) {
        let at: &mut [u32; 8] = match counts[first..].first_chunk_mut() {
            Some(at) => at,
            None => unreachable!("eight rows from a multiple of eight on"),
        };
        // SAFETY: see the head of the module; AVX-512F and AVX2. Eight numbers of 32 bits can be
        // written, and no alignment is asked for.
        unsafe { _mm256_storeu_si256(at.as_mut_ptr().cast(), _mm512_cvtepi64_epi32(self.0)) }
    }

    #[inline(always)]
    fn near<O: Of>(counts: &[u32; LANES], bound: u32) -> u32 {
        let mut bits = 0;
        for (n, eight) in counts.as_chunks::<8>().0.iter().enumerate() {
            // SAFETY: see the head of the module; AVX-512VL. Eight numbers of 32 bits can be read, and
            // no alignment is asked for.
            let near = unsafe {
                let (eight, bound) = (
                    _mm256_loadu_si256(eight.as_ptr().cast()),
                    _mm256_set1_epi32(bound as i32),
                );
                if O::FEW {
                    _mm256_cmple_epu32_mask(eight, bound)
                } else {
                    _mm256_cmpge_epu32_mask(eight, bound)
                }
            };
            bits |= u32::from(near) << (8 * n);
        }
        bits
    }
}
