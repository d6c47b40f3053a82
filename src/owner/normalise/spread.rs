//! A hasher for tables of names and q-grams, which are asked many times a record.

use std::hash::Hasher;

/// Spreads short keys over a hash table by a multiplication each. The keys are names, or made of
/// names: nobody gains by choosing them so that they fall together.
#[derive(Default)]
pub(in crate::owner) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let product = u128::from(self.0 ^ number) * 0x9E37_79B9_7F4A_7C15;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }
}
