//! Tokens that were seen, and what their hash gave: bounded, and wiped when dropped.

use std::collections::HashMap;

use ahash::RandomState;
use zeroize::Zeroize as _;

use super::filter::Token;

/// What the hashes of a feature's tokens may take in memory, in bytes: then all are forgotten, and computed anew.
const MOST_BYTES: usize = 4 << 20;
/// Places for tokens at the beginning.
const PLACES: usize = 256;

/// What is remembered of one feature.
///
/// PERF: nearly all tokens are of a few bytes. As numbers in a table of their own they are found in a third of the time, and
/// can be wiped.
pub(super) struct Seen {
    /// An odd number that nobody can foresee.
    factor: u64,
    /// Short tokens, each at the first free place from that of its hash on; 0 is free.
    short: Vec<u64>,
    /// Which of the known ones is the token at the same place.
    which: Vec<u32>,
    known: Vec<Token>,
    long: HashMap<Box<[u8]>, Token, RandomState>,
    bytes: usize,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            factor: RandomState::new().hash_one(PLACES) | 1,
            short: vec![0; PLACES],
            which: vec![0; PLACES],
            known: Vec::new(),
            long: HashMap::default(),
            bytes: 0,
        }
    }
}

/// A token of up to 7 bytes as a number other than 0, which has its length in it.
#[inline]
fn short(token: &[u8]) -> Option<u64> {
    if !(1..8).contains(&token.len()) {
        return None;
    }
    let bytes = token.iter().rev();
    Some(bytes.fold(token.len() as u64, |number, byte| {
        number << 8 | u64::from(*byte)
    }))
}

impl Seen {
    /// What is known of a token.
    #[inline]
    pub(super) fn get(&mut self, token: &[u8]) -> Option<&mut Token> {
        let Some(token) = short(token) else {
            return self.long.get_mut(token);
        };
        let place = self.place(token);
        match self.short[place] {
            0 => None,
            _ => self.known.get_mut(self.which[place] as usize),
        }
    }

    /// Where a short token stands, or would.
    #[inline]
    fn place(&self, token: u64) -> usize {
        let mask = self.short.len() - 1;
        let hash = token.wrapping_mul(self.factor);
        let mut place = (hash >> 40) as usize & mask;
        while self.short[place] != token && self.short[place] != 0 {
            place = (place + 1) & mask;
        }
        place
    }

    /// Remembers a new token, of which what is known takes so many bytes.
    pub(super) fn insert(&mut self, token: &[u8], known: Token, bytes: usize) {
        if self.bytes > MOST_BYTES {
            self.forget();
        }
        self.grow_by(bytes + token.len() + 64);
        let Some(token) = short(token) else {
            self.long.insert(token.into(), known);
            return;
        };
        if 2 * self.known.len() >= self.short.len() {
            self.widen();
        }
        let place = self.place(token);
        self.short[place] = token;
        self.which[place] = self.known.len() as u32;
        self.known.push(known);
    }

    /// Counts bytes by which what is known has grown.
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

    /// Wipes and drops all tokens and what is known of them.
    pub(super) fn forget(&mut self) {
        self.short.iter_mut().for_each(zeroize::Zeroize::zeroize);
        self.known.zeroize();
        self.long.drain().for_each(|(mut token, mut known)| {
            token.zeroize();
            known.zeroize();
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
        for i in 0..5_000 {
            assert!(seen.get(&token(i)).is_none(), "{i}");
            seen.insert(&token(i), Token::marked(i), 1);
        }
        for i in 0..5_000 {
            assert_eq!(seen.get(&token(i)).map(|t| t.mark()), Some(i));
        }
        assert!(seen.get(b"0\0").is_none() && seen.get(b"").is_none());
        seen.forget();
        assert!((0..5_000).all(|i| seen.get(&token(i)).is_none()));
    }

    #[test]
    fn memory_is_bounded() {
        let mut seen = Seen::default();
        for i in 0..100_u32 {
            seen.insert(&i.to_le_bytes(), Token::marked(7), MOST_BYTES / 10);
        }
        assert!(seen.bytes <= 2 * MOST_BYTES && seen.known.len() < 20);
    }
}
