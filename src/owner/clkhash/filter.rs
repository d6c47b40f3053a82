//! Tokens to bits: keyed BLAKE2b cut into numbers, or double hashing by HMAC of SHA-1 and MD5.
//!
//! SPEC clk-encoding.md 3.6. Positions are those of a filter before it is folded; bit 0 is the most significant bit of the first byte.

use blake2::Blake2bMac512;
use hmac::{Hmac, Mac as _};
use md5::Md5;
use sha1::Sha1;
use zeroize::{Zeroize, Zeroizing};

use super::schema::Hash;
use super::seen::Seen;
use crate::error::{Error, Result};

/// A filter, in words of which the most significant bit is the first.
pub(super) type Words = [u64];

/// PERF: from so many bits of a token on, in filters of at most so many words, its bits are kept as a filter of their own,
/// which is united with that of the record in a third of the time. Where a token has many numbers of bits, there would be
/// so many filters that they are not near at hand.
const MASK_FROM: usize = 6;
const MASK_WORDS: usize = 32;
/// Positions that one BLAKE2b gives: 64 bytes, two each.
const PER_HASH: usize = 32;

/// The hash of one feature, under its keys, and what it gave for tokens that were seen.
pub(super) struct Hasher {
    keyed: Keyed,
    /// The bits of a filter before it is folded.
    bits: usize,
    /// Whether a token mostly sets the same number of bits.
    is_steady: bool,
    seen: Seen,
}

#[allow(
    clippy::large_enum_variant,
    reason = "there is one a feature, and it is in the inner loop"
)]
enum Keyed {
    Blake {
        key: Zeroizing<Vec<u8>>,
    },
    Double {
        sha1: Hmac<Sha1>,
        md5: Hmac<Md5>,
        prevent_singularity: bool,
    },
}

/// What is known of a token.
pub(super) struct Token {
    digest: Digest,
    /// Its first so many bits as a filter, for the number that was asked for first, where that is quicker than to set them
    /// one by one.
    mask: Option<(usize, Box<Words>)>,
}

/// All that a token's bits depend on.
enum Digest {
    /// As many numbers as were needed yet, a multiple of [`PER_HASH`].
    Blake(Vec<u16>),
    /// First position, and the step to the next, both less than the bits of the filter.
    Double { first: usize, step: usize },
}

impl Hasher {
    /// A hasher under the two keys of a feature, for filters of `bits` bits. `is_steady` is whether a token mostly sets the
    /// same number of them: it changes no bit.
    pub(super) fn new(
        hash: Hash,
        keys: (&[u8], &[u8]),
        bits: usize,
        is_steady: bool,
    ) -> Result<Self> {
        let failed = |_| Error::internal("a hash does not take its key");
        let keyed = match hash {
            Hash::Blake => Keyed::Blake {
                key: Zeroizing::new(keys.0.to_vec()),
            },
            Hash::Double {
                prevent_singularity,
            } => Keyed::Double {
                sha1: Hmac::new_from_slice(keys.0).map_err(failed)?,
                md5: Hmac::new_from_slice(keys.1).map_err(failed)?,
                prevent_singularity,
            },
        };
        Ok(Self {
            keyed,
            bits,
            is_steady,
            seen: Seen::default(),
        })
    }

    /// Sets the first `k` bits of `token` in `filter`.
    ///
    /// PERF: what is done for nearly all tokens is compiled where it is called, and all else apart from it.
    #[inline]
    pub(super) fn set(&mut self, token: &[u8], k: usize, filter: &mut Words) -> Result<()> {
        if let Some(known) = self.seen.get(token) {
            if let Some((of, mask)) = &known.mask
                && *of == k
            {
                unite(filter, mask);
                return Ok(());
            }
            if known.digest.reaches(k) {
                known.digest.set(k, self.bits, filter);
                return Ok(());
            }
        }
        self.set_slowly(token, k, filter)
    }

    /// As [`set`](Self::set), of a token that is new or whose hash must be longer.
    #[inline(never)]
    fn set_slowly(&mut self, token: &[u8], k: usize, filter: &mut Words) -> Result<()> {
        if let Some(known) = self.seen.get(token) {
            let grown = self.keyed.extend(&mut known.digest, token, k)?;
            known.digest.set(k, self.bits, filter);
            self.seen.grow_by(grown);
            return Ok(());
        }
        let mut digest = self.keyed.digest(token, self.bits);
        let mut bytes = self.keyed.extend(&mut digest, token, k)?;
        digest.set(k, self.bits, filter);
        let mut mask = None;
        if self.is_steady && k >= MASK_FROM && filter.len() <= MASK_WORDS {
            let mut bits = vec![0; filter.len()].into_boxed_slice();
            digest.set(k, self.bits, &mut bits);
            bytes += 8 * bits.len();
            mask = Some((k, bits));
        }
        self.seen.insert(token, Token { digest, mask }, bytes);
        Ok(())
    }
}

#[cfg(test)]
impl Token {
    /// A token that can be told from others.
    pub(super) fn marked(mark: usize) -> Self {
        let digest = Digest::Double {
            first: mark,
            step: 0,
        };
        Self { digest, mask: None }
    }

    /// Its mark.
    pub(super) fn mark(&self) -> usize {
        match self.digest {
            Digest::Double { first, .. } => first,
            Digest::Blake(_) => usize::MAX,
        }
    }
}

/// Sets in `filter` all bits of `other`.
pub(super) fn unite(filter: &mut Words, other: &Words) {
    for (word, other) in filter.iter_mut().zip(other) {
        *word |= other;
    }
}

impl Keyed {
    fn digest(&self, token: &[u8], bits: usize) -> Digest {
        match self {
            Self::Blake { .. } => Digest::Blake(Vec::new()),
            Self::Double {
                sha1,
                md5,
                prevent_singularity,
            } => {
                let first = sha1.clone().chain_update(token).finalize().into_bytes();
                let step = md5.clone().chain_update(token).finalize().into_bytes();
                let mut step = rest(&step, bits);
                let mut suffixes = (0..).map_while(char::from_u32);
                while *prevent_singularity && step == 0 {
                    let Some(suffix) = suffixes.next() else {
                        // A filter of one bit, which no schema has, has no other step.
                        break;
                    };
                    let hash = md5.clone().chain_update(token);
                    let hash = hash.chain_update(suffix.encode_utf8(&mut [0; 4]));
                    step = rest(&hash.finalize().into_bytes(), bits);
                }
                Digest::Double {
                    first: rest(&first, bits),
                    step,
                }
            }
        }
    }

    /// Makes `digest` long enough for `k` bits. Returns by how many bytes it has grown.
    fn extend(&self, digest: &mut Digest, token: &[u8], k: usize) -> Result<usize> {
        let (Self::Blake { key }, Digest::Blake(numbers)) = (self, digest) else {
            return Ok(0);
        };
        let before = numbers.len();
        while numbers.len() < k {
            let salt = (numbers.len() / PER_HASH).to_string();
            let mut hash = Blake2bMac512::new_with_salt_and_personal(key, salt.as_bytes(), &[])
                .map_err(|_| Error::internal("BLAKE2b does not take its key"))?;
            hash.update(token);
            let bytes = hash.finalize().into_bytes();
            numbers.extend(bytes.as_chunks().0.iter().map(|b| u16::from_le_bytes(*b)));
        }
        Ok(2 * (numbers.len() - before))
    }
}

impl Digest {
    /// Whether it is long enough for `k` bits.
    fn reaches(&self, k: usize) -> bool {
        match self {
            Self::Blake(numbers) => k <= numbers.len(),
            Self::Double { .. } => true,
        }
    }

    fn set(&self, k: usize, bits: usize, filter: &mut Words) {
        match self {
            Self::Blake(numbers) => {
                let numbers = &numbers[..k];
                // A power of two.
                let mask = bits - 1;
                if let Some(filter) = filter.as_mut_array() {
                    set_each::<16>(numbers, filter);
                    return;
                }
                for number in numbers {
                    set(usize::from(*number) & mask, filter);
                }
            }
            Self::Double { first, step } => {
                let mut at = *first;
                for _ in 0..k {
                    set(at, filter);
                    at += step;
                    if at >= bits {
                        at -= bits;
                    }
                }
            }
        }
    }
}

/// Sets the bits of `numbers` in a filter of as many words, a power of two.
///
/// PERF: of a length that the compiler knows, as 1,024 bits, so that no access needs a check.
fn set_each<const WORDS: usize>(numbers: &[u16], filter: &mut [u64; WORDS]) {
    for number in numbers {
        let at = usize::from(*number);
        filter[at / 64 % WORDS] |= 1 << 63 >> (at % 64);
    }
}

fn set(at: usize, filter: &mut Words) {
    filter[at / 64] |= 1 << (63 - at % 64);
}

/// What is left of a number, most significant byte first, divided by `bits`, which is less than 2^32.
fn rest(number: &[u8], bits: usize) -> usize {
    let step = |rest: u64, byte: &u8| (rest << 8 | u64::from(*byte)) % bits as u64;
    number.iter().fold(0, step) as usize
}

impl Zeroize for Token {
    fn zeroize(&mut self) {
        match &mut self.digest {
            Digest::Blake(numbers) => numbers.zeroize(),
            Digest::Double { first, step } => {
                first.zeroize();
                step.zeroize();
            }
        }
        self.mask.iter_mut().for_each(|(_, mask)| mask.zeroize());
    }
}

/// How many words a filter of `bits` bits takes.
pub(super) fn words(bits: usize) -> usize {
    bits.div_ceil(64)
}

/// Folds a filter of `bits` bits `times` times: its second half into the first. Returns how many bits are left.
pub(super) fn fold(filter: &mut Words, mut bits: usize, times: u32) -> usize {
    for _ in 0..times {
        let half = bits / 2;
        if half.is_multiple_of(64) {
            let (left, right) = filter.split_at_mut(half / 64);
            for (left, right) in left.iter_mut().zip(right) {
                *left ^= *right;
            }
        } else {
            for at in 0..half {
                let other = half + at;
                let bit = filter[other / 64] >> (63 - other % 64) & 1;
                filter[at / 64] ^= bit << (63 - at % 64);
            }
            // What lies behind is no part of a filter any more, and must not show in its last byte.
            filter[half / 64] &= !(u64::MAX >> (half % 64));
        }
        bits = half;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_of_words_and_of_bits_are_the_same() {
        let mut filter = [
            0x0123_4567_89ab_cdef,
            0xfedc_ba98_7654_3210,
            0x1111_2222_3333_4444,
            0x8000_0000_0000_0001,
        ];
        let word = filter[0] ^ filter[2] ^ filter[1] ^ filter[3];
        assert_eq!(fold(&mut filter, 256, 2), 64);
        assert_eq!(filter[0], word);
        let mut filter = [word];
        assert_eq!(fold(&mut filter, 64, 1), 32);
        assert_eq!(filter[0], (word >> 32 ^ word & 0xffff_ffff) << 32);
        // 100 bits: 50 and 50.
        let mut filter = [1 << 63 | 1 << 13 | 1, 1 << 28];
        assert_eq!(fold(&mut filter, 100, 1), 50);
        // Bit 0 meets bit 50, which is set too; bit 63 is bit 13 of the second half, bit 99 its last.
        assert_eq!(filter[0], 1 << (63 - 13) | 1 << (63 - 49));
    }

    #[test]
    fn a_filter_of_one_bit_does_not_wait_for_another_step() {
        let hash = Hash::Double {
            prevent_singularity: true,
        };
        let mut hasher = Hasher::new(hash, (b"a", b"b"), 1, true).unwrap();
        let mut filter = [0];
        hasher.set(b"q", 5, &mut filter).unwrap();
        assert_eq!(filter[0], 1 << 63);
    }

    #[test]
    fn what_was_forgotten_is_computed_anew() {
        let mut hasher = Hasher::new(Hash::Blake, (b"a", b"b"), 1024, true).unwrap();
        let mut first = [0; 16];
        hasher.set(b"q", 40, &mut first).unwrap();
        hasher.seen.forget();
        assert!(hasher.seen.get(b"q").is_none());
        let mut second = [0; 16];
        hasher.set(b"q", 10, &mut second).unwrap();
        assert!(second.iter().zip(&first).all(|(s, f)| s & !f == 0));
        hasher.set(b"q", 40, &mut second).unwrap();
        assert_eq!(first, second);
    }
}
