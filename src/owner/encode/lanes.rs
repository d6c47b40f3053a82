//! Keyed BLAKE3 of inputs of one block, sixteen of them side by side.
//!
//! A record has some fifty such hashes, most of them under keys of their own, for which the `blake3`
//! crate has no function. A lane is what that crate gives: the compression function of the BLAKE3
//! paper (O'Connor, Aumasson, Neves, Wilcox-O'Hearn 2020), section 2.2, on the only block of the
//! only chunk, which is the root; block `counter` of the output is 64 bytes (section 2.6).

use pulp::{Arch, Simd, WithSimd};
use zeroize::Zeroize;

/// Inputs that are hashed at once.
pub(super) const LANES: usize = 16;
/// Bytes of a block, of input and of output.
pub(super) const BLOCK: usize = 64;
/// One word of every lane.
pub(super) type Word = [u32; LANES];

const IV: [u32; 4] = [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A];
/// First and last block of a chunk, root, keyed.
const FLAGS: u32 = 1 | 2 | 8 | 16;
/// Which word of the message is used where in each round: table 2 of the paper, again and again.
const SCHEDULE: [[usize; 16]; 7] = {
    let next = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
    let mut rounds = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]; 7];
    let mut round = 1;
    while round < 7 {
        let mut i = 0;
        while i < 16 {
            rounds[round][i] = rounds[round - 1][next[i]];
            i += 1;
        }
        round += 1;
    }
    rounds
};

/// Inputs side by side, and the memory for what comes out.
///
/// # Privacy
/// Holds keys and what was derived from names. Wiped when dropped.
pub(super) struct Lanes {
    arch: Arch,
    input: Input,
    out: [Word; 16],
}

struct Input {
    key: [Word; 8],
    message: [Word; 16],
    length: Word,
}

impl Default for Lanes {
    fn default() -> Self {
        Self::on(Arch::new())
    }
}

impl Lanes {
    fn on(arch: Arch) -> Self {
        Self {
            arch,
            input: Input {
                key: [[0; LANES]; 8],
                message: [[0; LANES]; 16],
                length: [0; LANES],
            },
            out: [[0; LANES]; 16],
        }
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.input.key.zeroize();
        self.input.message.zeroize();
        self.out.zeroize();
    }
}

impl Lanes {
    /// Sets the key of one lane.
    pub(super) fn set_key(&mut self, lane: usize, key: &[u8; 32]) {
        let (words, _) = key.as_chunks::<4>();
        for (word, bytes) in self.input.key.iter_mut().zip(words) {
            word[lane] = u32::from_le_bytes(*bytes);
        }
    }

    /// Sets the message of one lane: the first `length` bytes of `block`, the others being zero.
    pub(super) fn set_message(&mut self, lane: usize, block: &[u8; BLOCK], length: usize) {
        let (words, _) = block.as_chunks::<4>();
        for (word, bytes) in self.input.message.iter_mut().zip(words) {
            word[lane] = u32::from_le_bytes(*bytes);
        }
        self.input.length[lane] = length as u32;
    }

    /// As [`Lanes::set_message`] of a block that differs from the one before in `bytes` alone.
    pub(super) fn change_message(
        &mut self,
        lane: usize,
        block: &[u8; BLOCK],
        bytes: std::ops::Range<usize>,
        length: usize,
    ) {
        let (words, _) = block.as_chunks::<4>();
        let changed = bytes.start / 4..bytes.end.div_ceil(4);
        let message = &mut self.input.message[changed.clone()];
        for (word, bytes) in message.iter_mut().zip(&words[changed]) {
            word[lane] = u32::from_le_bytes(*bytes);
        }
        self.input.length[lane] = length as u32;
    }

    /// Makes block `counter` of the output of every lane, for [`Lanes::output`].
    pub(super) fn hash(&mut self, counter: u32) {
        self.arch.dispatch(Hash {
            input: &self.input,
            counter,
            out: &mut self.out,
        });
    }

    /// What [`Lanes::hash`] has made for one lane.
    pub(super) fn output(&self, lane: usize, out: &mut [u8; BLOCK]) {
        let (words, _) = out.as_chunks_mut::<4>();
        for (bytes, word) in words.iter_mut().zip(&self.out) {
            *bytes = word[lane].to_le_bytes();
        }
    }

    /// Sets positions in filters of 64 bits, one a lane, of which `bits` has the lower and the upper
    /// half: the first `numbers` numbers of 16 bits, 32 at most, of block `counter` of the output,
    /// each modulo 64.
    pub(super) fn set_positions(&mut self, counter: u32, numbers: &Word, bits: &mut [Word; 2]) {
        self.arch.dispatch(SetPositions {
            input: &self.input,
            counter,
            numbers,
            bits,
        });
    }
}

/// The compression function in registers of one size.
struct Compression<S: Simd>(S);

impl<S: Simd> Compression<S> {
    #[inline(always)]
    fn rotate(&self, word: S::u32s, by: u32) -> S::u32s {
        let right = self.0.wrapping_dyn_shr_u32s(word, self.0.splat_u32s(by));
        let left = self
            .0
            .wrapping_dyn_shl_u32s(word, self.0.splat_u32s(32 - by));
        self.0.or_u32s(right, left)
    }

    #[inline(always)]
    fn mix(&self, s: &mut [S::u32s; 16], [a, b, c, d]: [usize; 4], x: S::u32s, y: S::u32s) {
        let simd = self.0;
        s[a] = simd.add_u32s(simd.add_u32s(s[a], s[b]), x);
        s[d] = self.rotate(simd.xor_u32s(s[d], s[a]), 16);
        s[c] = simd.add_u32s(s[c], s[d]);
        s[b] = self.rotate(simd.xor_u32s(s[b], s[c]), 12);
        s[a] = simd.add_u32s(simd.add_u32s(s[a], s[b]), y);
        s[d] = self.rotate(simd.xor_u32s(s[d], s[a]), 8);
        s[c] = simd.add_u32s(s[c], s[d]);
        s[b] = self.rotate(simd.xor_u32s(s[b], s[c]), 7);
    }

    /// One word of the lanes of register `at`, for each of these.
    #[inline(always)]
    fn load<const N: usize>(&self, words: &[Word; N], at: usize) -> [S::u32s; N] {
        let mut out = [self.0.splat_u32s(0); N];
        // PERF: no closure and no `map`: they are compiled apart, for registers of another size.
        for (out, word) in out.iter_mut().zip(words) {
            *out = S::as_simd_u32s(word).0[at];
        }
        out
    }

    /// Block `counter` of the output of the lanes of register `at`.
    #[inline(always)]
    fn of(&self, input: &Input, counter: u32, at: usize) -> [S::u32s; 16] {
        let simd = self.0;
        let key = self.load(&input.key, at);
        let message = self.load(&input.message, at);
        let mut s = [simd.splat_u32s(0); 16];
        for (word, of_key) in s.iter_mut().zip(key) {
            *word = of_key;
        }
        for i in 0..4 {
            s[8 + i] = simd.splat_u32s(IV[i]);
        }
        s[12] = simd.splat_u32s(counter);
        s[14] = S::as_simd_u32s(&input.length).0[at];
        s[15] = simd.splat_u32s(FLAGS);
        for p in &SCHEDULE {
            self.mix(&mut s, [0, 4, 8, 12], message[p[0]], message[p[1]]);
            self.mix(&mut s, [1, 5, 9, 13], message[p[2]], message[p[3]]);
            self.mix(&mut s, [2, 6, 10, 14], message[p[4]], message[p[5]]);
            self.mix(&mut s, [3, 7, 11, 15], message[p[6]], message[p[7]]);
            self.mix(&mut s, [0, 5, 10, 15], message[p[8]], message[p[9]]);
            self.mix(&mut s, [1, 6, 11, 12], message[p[10]], message[p[11]]);
            self.mix(&mut s, [2, 7, 8, 13], message[p[12]], message[p[13]]);
            self.mix(&mut s, [3, 4, 9, 14], message[p[14]], message[p[15]]);
        }
        for i in 0..8 {
            s[i] = simd.xor_u32s(s[i], s[i + 8]);
            s[i + 8] = simd.xor_u32s(s[i + 8], key[i]);
        }
        s
    }
}

struct Hash<'a> {
    input: &'a Input,
    counter: u32,
    out: &'a mut [Word; 16],
}

impl WithSimd for Hash<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        for at in 0..LANES / S::U32_LANES {
            let words = Compression(simd).of(self.input, self.counter, at);
            for (out, word) in self.out.iter_mut().zip(words) {
                S::as_mut_simd_u32s(out).0[at] = word;
            }
        }
    }
}

struct SetPositions<'a> {
    input: &'a Input,
    counter: u32,
    numbers: &'a Word,
    bits: &'a mut [Word; 2],
}

impl WithSimd for SetPositions<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let splat = |n: u32| simd.splat_u32s(n);
        let (zero, one, half) = (splat(0), splat(1), splat(32));
        for at in 0..LANES / S::U32_LANES {
            let compression = Compression(simd);
            let words = compression.of(self.input, self.counter, at);
            let [mut low, mut high] = compression.load(self.bits, at);
            let numbers = S::as_simd_u32s(self.numbers).0[at];
            for (w, word) in words.iter().enumerate() {
                for (i, shift) in [(0, 0), (1, 16)] {
                    let number = simd.wrapping_dyn_shr_u32s(*word, splat(shift));
                    let counts = simd.greater_than_u32s(numbers, splat(2 * w as u32 + i));
                    // A shift is modulo 32.
                    let bit = simd.wrapping_dyn_shl_u32s(one, number);
                    let bit = simd.select_u32s(counts, bit, zero);
                    let is_low = simd.equal_u32s(simd.and_u32s(number, half), zero);
                    low = simd.or_u32s(low, simd.select_u32s(is_low, bit, zero));
                    high = simd.or_u32s(high, simd.select_u32s(is_low, zero, bit));
                }
            }
            let [lower, upper] = &mut *self.bits;
            S::as_mut_simd_u32s(lower).0[at] = low;
            S::as_mut_simd_u32s(upper).0[at] = high;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every instruction set that this machine has; the last is plain registers.
    fn tiers() -> Vec<Arch> {
        #[cfg(target_arch = "x86_64")]
        let wide = [
            pulp::x86::V4::try_new().map(Arch::V4),
            pulp::x86::V3::try_new().map(Arch::V3),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let wide = [Some(Arch::new())];
        wide.into_iter().flatten().chain([Arch::Scalar]).collect()
    }

    proptest! {
        /// A lane has the bytes and the positions that the `blake3` crate gives.
        #[test]
        fn lanes_are_blake3(
            inputs in prop::collection::vec(
                (any::<[u8; 32]>(), any::<[u8; 64]>(), 0..=BLOCK, 0..=32u32),
                LANES,
            ),
            counter in 0..5u32,
        ) {
            for arch in tiers() {
                let mut lanes = Lanes::on(arch);
                let mut numbers = [0; LANES];
                for (lane, (key, bytes, length, n)) in inputs.iter().enumerate() {
                    let mut block = [0; BLOCK];
                    block[..*length].copy_from_slice(&bytes[..*length]);
                    lanes.set_key(lane, key);
                    lanes.set_message(lane, &block, *length);
                    numbers[lane] = *n;
                }
                let mut bits = [[0; LANES]; 2];
                lanes.hash(counter);
                lanes.set_positions(counter, &numbers, &mut bits);
                for (lane, (key, bytes, length, n)) in inputs.iter().enumerate() {
                    let mut stream = blake3::Hasher::new_keyed(key)
                        .update(&bytes[..*length])
                        .finalize_xof();
                    stream.set_position(64 * u64::from(counter));
                    let mut expected = [0; BLOCK];
                    stream.fill(&mut expected);
                    let mut found = [0; BLOCK];
                    lanes.output(lane, &mut found);
                    prop_assert_eq!(found, expected);
                    let of = |filter: u64, pair: &[u8]| filter | 1 << (pair[0] % 64);
                    let filter = expected.chunks_exact(2).take(*n as usize).fold(0, of);
                    let found = u64::from(bits[0][lane]) | u64::from(bits[1][lane]) << 32;
                    prop_assert_eq!(found, filter);
                }
            }
        }
    }
}
