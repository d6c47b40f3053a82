//! Tokens that were seen, and what their hash gave: bounded, and wiped when dropped.

use std::collections::HashMap;

use ahash::RandomState;
use zeroize::Zeroize as _;

use super::filter::Digest;

/// What the hashes of a feature's tokens may take in memory, in bytes: then all are forgotten, and computed anew.
const MOST_BYTES: usize = 4 << 20;
/// Places for tokens at the beginning.
const PLACES: usize = 256;

/// What is remembered of one feature.
///
/// PERF: nearly all tokens are of a few bytes. As numbers in a table of their own they are found in a third of the time, and
/// can be wiped.
pub(super) struct Seen {
    hash: RandomState,
    /// Short tokens, each at the first free place from that of its hash on; 0 is free.
    short: Vec<u64>,
    /// Which of the digests is that of the token at the same place.
    which: Vec<u32>,
    digests: Vec<Digest>,
    long: HashMap<Box<[u8]>, Digest, RandomState>,
    bytes: usize,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            hash: RandomState::new(),
            short: vec![0; PLACES],
            which: vec![0; PLACES],
            digests: Vec::new(),
            long: HashMap::default(),
            bytes: 0,
        }
    }
}

/// A token of up to 7 bytes as a number other than 0, in which its length is the last byte.
fn short(token: &[u8]) -> Option<u64> {
    let mut bytes = [0; 8];
    bytes[..7].get_mut(..token.len())?.copy_from_slice(token);
    bytes[7] = token.len() as u8;
    Some(u64::from_le_bytes(bytes)).filter(|number| *number != 0)
}

impl Seen {
    /// What is known of a token.
    pub(super) fn get(&mut self, token: &[u8]) -> Option<&mut Digest> {
        let Some(token) = short(token) else {
            return self.long.get_mut(token);
        };
        let place = self.place(token);
        match self.short[place] {
            0 => None,
            _ => self.digests.get_mut(self.which[place] as usize),
        }
    }

    /// Where a short token stands, or would.
    fn place(&self, token: u64) -> usize {
        let mask = self.short.len() - 1;
        let mut place = self.hash.hash_one(token) as usize & mask;
        while self.short[place] != token && self.short[place] != 0 {
            place = (place + 1) & mask;
        }
        place
    }

    /// Remembers a new token whose digest takes so many bytes.
    pub(super) fn insert(&mut self, token: &[u8], digest: Digest, bytes: usize) {
        if self.bytes > MOST_BYTES {
            self.forget();
        }
        self.grow_by(bytes + token.len() + 64);
        let Some(token) = short(token) else {
            self.long.insert(token.into(), digest);
            return;
        };
        if 2 * self.digests.len() >= self.short.len() {
            self.widen();
        }
        let place = self.place(token);
        self.short[place] = token;
        self.which[place] = self.digests.len() as u32;
        self.digests.push(digest);
    }

    /// Counts bytes by which a digest has grown.
    pub(super) fn grow_by(&mut self, bytes: usize) {
        self.bytes += bytes;
    }

    /// Makes twice as many places.
    fn widen(&mut self) {
        let places = 2 * self.short.len();
        let mut short = std::mem::replace(&mut self.short, vec![0; places]);
        let which = std::mem::replace(&mut self.which, vec![0; places]);
        for (token, which) in short.iter().zip(which).filter(|(token, _)| **token != 0) {
            let place = self.place(*token);
            self.short[place] = *token;
            self.which[place] = which;
        }
        short.zeroize();
    }

    /// Wipes and drops all tokens and their digests.
    pub(super) fn forget(&mut self) {
        self.short.iter_mut().for_each(|token| token.zeroize());
        self.digests.zeroize();
        self.long.drain().for_each(|(mut token, mut digest)| {
            token.zeroize();
            digest.zeroize();
        });
        self.bytes = 0;
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_again_and_no_others() {
        let mut seen = Seen::default();
        let token = |i: usize| format!("{}{i}", "q".repeat(i % 9)).into_bytes();
        let of = |i: usize| Digest::Double { first: i, step: 0 };
        for i in 0..5_000 {
            assert!(seen.get(&token(i)).is_none(), "{i}");
            seen.insert(&token(i), of(i), 1);
        }
        for i in 0..5_000 {
            let found = seen.get(&token(i));
            assert!(matches!(found, Some(Digest::Double { first, .. }) if *first == i));
        }
        assert!(seen.get(b"0\0").is_none() && seen.get(b"").is_none());
        seen.forget();
        assert!((0..5_000).all(|i| seen.get(&token(i)).is_none()));
    }

    #[test]
    fn memory_is_bounded() {
        let mut seen = Seen::default();
        for i in 0..100_u32 {
            seen.insert(&i.to_le_bytes(), Digest::Blake(Vec::new()), MOST_BYTES / 10);
        }
        assert!(seen.bytes <= 2 * MOST_BYTES && seen.digests.len() < 20);
    }
}
